//! The RPC rules of each version, without a socket.

use std::time::{Duration, Instant};

use chargehand_ocpp::Version::{self, V16, V21, V201};
use chargehand_ocpp::frame;
use chargehand_ocpp::peer::{CALL_TIMEOUT, Event, Peer};
use chargehand_ocpp::policy::strict_refusal;
use serde_json::{Value, json};

fn peer(version: Version) -> Peer {
    Peer::new(version, "a")
}

/// What came out of a frame: the event, and the names of its deviations.
fn heard(peer: &mut Peer, bytes: impl AsRef<[u8]>) -> (Event, Vec<String>) {
    let (event, deviations) = peer.receive(bytes.as_ref());
    (event, deviations.into_iter().map(|d| d.rule.into_owned()).collect())
}

fn rules(version: Version, bytes: impl AsRef<[u8]>) -> Vec<String> {
    heard(&mut peer(version), bytes).1
}

/// A peer that waits for the answer to `a-1`, Reset.
fn waiting(version: Version) -> (Peer, Instant) {
    let (mut peer, now) = (peer(version), Instant::now());
    peer.call(now, "Reset", &json!({"type": "Soft"})).expect("nothing is waiting");
    (peer, now)
}

fn answer(event: &Event) -> Value {
    match event {
        Event::Unreadable { answer: Some(text) } => serde_json::from_str(text).expect("JSON"),
        other => panic!("no answer: {other:?}"),
    }
}

#[test]
fn a_second_call_waits_until_the_first_is_answered() {
    let (mut peer, now) = (peer(V16), Instant::now());
    let first = peer.call(now, "Reset", &json!({"type": "Soft"})).expect("nothing is waiting");
    assert_eq!(first, r#"[2,"a-1","Reset",{"type":"Soft"}]"#);
    assert_eq!(peer.call(now, "ClearCache", &json!({})), None);
    let (event, rules) = heard(&mut peer, r#"[3,"a-1",{"status":"Accepted"}]"#);
    assert_eq!(event, Event::Answer { action: "Reset".into(), answer: Ok(json!({"status": "Accepted"})) });
    assert_eq!(rules, [""; 0]);
    assert!(peer.call(now, "ClearCache", &json!({})).is_some());
}

#[test]
fn an_answer_after_the_time_is_matched_and_named_late() {
    let (mut peer, now) = waiting(V16);
    assert_eq!(peer.expire(now + CALL_TIMEOUT - Duration::from_millis(1)), None);
    assert_eq!(peer.expire(now + CALL_TIMEOUT).as_deref(), Some("Reset"));
    let (event, rules) = heard(&mut peer, r#"[3,"a-1",{"status":"Accepted"}]"#);
    assert_eq!(event, Event::Late { action: "Reset".into() });
    assert_eq!(rules, ["answer_late"]);
}

#[test]
fn an_answer_nobody_asked_for_is_a_deviation_and_nothing_else() {
    assert_eq!(heard(&mut peer(V16), r#"[3,"nope",{}]"#), (Event::Nothing, vec!["answer_unasked".into()]));
}

#[test]
fn a_second_answer_to_the_same_call_changes_nothing() {
    let (mut peer, now) = waiting(V201);
    let said = r#"[3,"a-1",{"status":"Accepted"}]"#;
    assert!(matches!(heard(&mut peer, said).0, Event::Answer { .. }));
    peer.call(now, "ClearCache", &json!({})).expect("the first was answered");
    assert_eq!(heard(&mut peer, said), (Event::Nothing, vec!["answer_repeated".into()]));
    assert!(peer.is_waiting(), "the next call still waits");
}

#[test]
fn calls_that_cross_are_both_answered() {
    let (mut peer, _) = waiting(V16);
    let (event, rules) = heard(&mut peer, r#"[2,"a-1","Heartbeat",{}]"#);
    let Event::Call { id, .. } = event else { panic!("a call: {event:?}") };
    assert_eq!(frame::result(&id, &json!({})), r#"[3,"a-1",{}]"#, "the same id may go both ways");
    assert_eq!(rules, [""; 0]);
    assert!(matches!(heard(&mut peer, r#"[3,"a-1",{"status":"Accepted"}]"#).0, Event::Answer { .. }));
}

#[test]
fn a_repeated_message_id_is_named_and_still_answered() {
    let mut peer = peer(V16);
    heard(&mut peer, r#"[2,"1","Heartbeat",{}]"#);
    let (event, rules) = heard(&mut peer, r#"[2,"1","Heartbeat",{}]"#);
    assert!(matches!(event, Event::Call { .. }));
    assert_eq!(rules, ["message_id_repeated"]);
}

#[test]
fn an_answer_that_does_not_fit_its_schema_is_still_the_answer() {
    let (mut peer, _) = waiting(V16);
    let (event, rules) = heard(&mut peer, r#"[3,"a-1",{"status":"OK"}]"#);
    assert!(matches!(event, Event::Answer { answer: Ok(_), .. }));
    assert_eq!(rules, ["unknown_value"]);
}

#[test]
fn a_charger_that_is_one_answer_behind_is_found_out() {
    let (mut peer, now) = waiting(V16);
    peer.expire(now + CALL_TIMEOUT);
    peer.call(now, "GetLocalListVersion", &json!({})).expect("the first was given up");
    let (event, rules) = heard(&mut peer, r#"[3,"a-2",{"status":"Accepted"}]"#);
    assert!(matches!(event, Event::Answer { .. }), "it is the answer all the same");
    assert!(rules.contains(&"answer_of_another_action".to_owned()), "{rules:?}");
}

#[test]
fn a_charger_that_could_not_read_our_call_has_answered_it() {
    for version in Version::ALL {
        let (mut peer, _) = waiting(version);
        let code = if version.is_v2() { "RpcFrameworkError" } else { "GenericError" };
        let (event, rules) = heard(&mut peer, json!([4, "-1", code, "", {}]).to_string());
        assert!(matches!(event, Event::Answer { answer: Err(_), .. }), "{event:?}");
        assert_eq!(rules, ["answer_without_id"], "{version}");
        assert!(!peer.is_waiting());
    }
    assert_eq!(rules(V201, r#"[4,"-1","RpcFrameworkError","",{}]"#), ["answer_unasked"]);
}

#[test]
fn an_error_code_is_read_in_either_spelling_and_the_wrong_one_is_named() {
    for (version, code, expected) in [
        (V16, "FormationViolation", &[][..]),
        (V16, "FormatViolation", &["error_code_spelling"]),
        (V201, "FormationViolation", &["error_code_spelling"]),
        (V21, "OccurrenceConstraintViolation", &[]),
        (V21, "Oops", &["error_code_unknown"]),
        (V16, "RpcFrameworkError", &["error_code_spelling"]),
    ] {
        let (mut peer, _) = waiting(version);
        let (event, rules) = heard(&mut peer, json!([4, "a-1", code, "", {}]).to_string());
        let Event::Answer { answer: Err(refusal), .. } = event else { panic!("refused: {event:?}") };
        assert_eq!((refusal.code.as_str(), rules), (code, expected.iter().map(|r| (*r).to_owned()).collect()));
    }
}

#[test]
fn a_message_of_an_unknown_type_is_ignored_by_1_6_and_2_1_and_refused_by_2_0_1() {
    let nine = r#"[9,"7","Heartbeat",{}]"#;
    for version in [V16, V21] {
        let (event, rules) = heard(&mut peer(version), nine);
        assert_eq!((event, rules), (Event::Unreadable { answer: None }, vec!["unknown_message_type".into()]));
    }
    let (event, rules) = heard(&mut peer(V201), nine);
    assert_eq!(
        answer(&event).as_array().map(|a| &a[..3]),
        Some(&[json!(4), json!("7"), json!("MessageTypeNotSupported")][..])
    );
    assert_eq!(rules, ["unknown_message_type"]);
}

#[test]
fn what_cannot_be_read_is_refused_under_the_id_minus_one_from_2_0_1_on() {
    for bytes in [&b"hello"[..], b"[2,\"7\",\"Heartbeat\",{", b"{\"a\":1}", b"[]", b"", b"\xff\xfe"] {
        assert_eq!(heard(&mut peer(V16), bytes).0, Event::Unreadable { answer: None });
        for version in [V201, V21] {
            let refused = answer(&heard(&mut peer(version), bytes).0);
            assert_eq!((&refused[1], &refused[2]), (&json!("-1"), &json!("RpcFrameworkError")), "{bytes:?}");
            assert!(refused[3].is_string() && refused[4].is_object());
        }
    }
}

#[test]
fn half_an_answer_is_not_answered_because_answers_never_are() {
    for bytes in ["[3,\"a-1\",{", " [ 4,\"a-1\"", "[\"3\",", "\u{feff}[3,", "[5,", "[6,\"1\",\"Notify"] {
        assert_eq!(heard(&mut peer(V201), bytes).0, Event::Unreadable { answer: None }, "{bytes}");
    }
}

#[test]
fn a_send_is_taken_by_2_1_and_never_answered() {
    let stream = json!({"id": 1, "pending": 0, "basetime": "2026-11-22T10:00:00Z", "data": [{"t": 0.5, "v": "6.1"}]});
    let send = json!([6, "7", "NotifyPeriodicEventStream", stream]).to_string();
    let (event, rules) = heard(&mut peer(V21), &send);
    assert_eq!(event, Event::Send { action: "NotifyPeriodicEventStream".into(), payload: stream.clone() });
    assert_eq!(rules, [""; 0]);
    for version in [V16, V201] {
        let (event, rules) = heard(&mut peer(version), &send);
        assert!(matches!(event, Event::Unreadable { .. }));
        assert_eq!(rules, ["unknown_message_type"], "{version} has no SEND");
    }
}

#[test]
fn a_message_of_the_wrong_kind_is_named_and_read() {
    let stream = json!({"id": 1, "pending": 0, "basetime": "2026-11-22T10:00:00Z", "data": [{"t": 0.5, "v": "6.1"}]});
    assert_eq!(rules(V21, json!([2, "7", "NotifyPeriodicEventStream", stream]).to_string()), ["send_as_call"]);
    let (event, rules) = heard(&mut peer(V21), r#"[6,"7","Heartbeat",{}]"#);
    assert!(matches!(event, Event::Send { .. }));
    assert_eq!(rules, ["call_as_send"]);
}

#[test]
fn a_charger_that_refuses_our_answer_says_which() {
    let mut peer = peer(V21);
    heard(&mut peer, r#"[2,"7","Heartbeat",{}]"#);
    let (event, rules) = heard(&mut peer, r#"[5,"7","FormatViolation","no time",{}]"#);
    let Event::AnswerRefused { action, refusal } = event else { panic!("refused: {event:?}") };
    assert_eq!((action.as_str(), refusal.code.as_str()), ("Heartbeat", "FormatViolation"));
    assert_eq!((refusal.description.as_str(), rules), ("no time", vec![]));
    let (event, _) = heard(&mut peer, r#"[5,"8","FormatViolation","",{}]"#);
    assert!(matches!(event, Event::AnswerRefused { action, .. } if action.is_empty()));
}

#[test]
fn a_charger_that_plays_the_platform_is_told_so() {
    assert_eq!(rules(V16, r#"[2,"7","Reset",{"type":"Soft"}]"#), ["wrong_direction"]);
    assert_eq!(rules(V201, r#"[2,"7","Reset",{"type":"Immediate"}]"#), ["wrong_direction"]);
    assert_eq!(rules(V16, r#"[2,"7","DataTransfer",{"vendorId":"v"}]"#), [""; 0], "both may send it");
}

#[test]
fn a_message_of_another_version_is_named_as_such() {
    assert_eq!(rules(V16, r#"[2,"7","TransactionEvent",{}]"#), ["action_of_another_version"]);
    assert_eq!(rules(V201, r#"[2,"7","StartTransaction",{}]"#), ["action_of_another_version"]);
    assert_eq!(rules(V201, r#"[2,"7","NotifyDERAlarm",{}]"#), ["action_of_another_version"]);
    assert_eq!(rules(V21, r#"[2,"7","VendorThing",{}]"#), ["unknown_action"]);
}

#[test]
fn an_odd_id_is_echoed_exactly_whatever_it_is() {
    for (id, rule) in [
        (json!(17), Some("message_id_not_text")),
        (json!(null), Some("message_id_not_text")),
        (json!({"a": 1}), Some("message_id_not_text")),
        (json!("x".repeat(36)), None),
        (json!("é".repeat(37)), Some("message_id_too_long")),
        (json!("\" \\ \u{7}"), None),
    ] {
        for version in Version::ALL {
            let (event, rules) = heard(&mut peer(version), json!([2, id, "Heartbeat", {}]).to_string());
            let Event::Call { id: came, .. } = event else { panic!("a call: {event:?}") };
            let echoed: Value = serde_json::from_str(&frame::result(&came, &json!({}))).expect("JSON");
            assert_eq!(echoed[1], id);
            assert_eq!(rules.first().map(String::as_str), rule);
            let refused: Value = serde_json::from_str(&frame::error(version, &came, "GenericError", "")).expect("JSON");
            let unreadable = version.is_v2() && !(id.is_string() || id.is_number());
            assert_eq!(refused[1], if unreadable { json!("-1") } else { id.clone() });
        }
    }
}

#[test]
fn the_id_that_2_x_keeps_for_itself_is_named() {
    assert_eq!(rules(V201, r#"[2,"-1","Heartbeat",{}]"#), ["message_id_reserved"]);
    assert_eq!(rules(V16, r#"[2,"-1","Heartbeat",{}]"#), [""; 0]);
}

#[test]
fn what_we_refuse_is_described_within_255_characters() {
    let (event, deviations) = peer(V16).receive(json!([2, "7", "x".repeat(1000), {}]).to_string().as_bytes());
    let Event::Call { id, .. } = event else { panic!("a call") };
    let (code, description) = strict_refusal(V16, &deviations).expect("unknown actions are refused");
    let text = frame::error(V16, &id, code, &description.repeat(9));
    let sent: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, sent[3].as_str().map(|d| d.chars().count())), ("NotImplemented", Some(255)));
}

#[test]
fn a_frame_with_too_much_in_it_is_read_and_named() {
    for frame in
        [r#"[2,"7","Heartbeat",{},1]"#, r#"[3,"a-1",{"status":"Accepted"},{}]"#, r#"[4,"a-1","GenericError","",{},1]"#]
    {
        let (mut peer, _) = waiting(V16);
        let (event, rules) = heard(&mut peer, frame);
        assert!(matches!(event, Event::Call { .. } | Event::Answer { .. }));
        assert_eq!(rules, ["extra_element"]);
    }
    let (mut peer, _) = waiting(V16);
    let long = json!([4, "a-1", "GenericError", "x".repeat(256), {}]).to_string();
    assert_eq!(heard(&mut peer, long).1, ["error_description_too_long"]);
}

#[test]
fn a_charger_cannot_make_us_remember_without_end() {
    let mut peer = peer(V21);
    for number in 0..100 {
        let long = format!("{number}{}", "x".repeat(10_000));
        heard(&mut peer, json!([2, long, long, {}]).to_string());
    }
    let remembered = format!("{peer:?}").len();
    assert!(remembered < 10_000, "{remembered} bytes");
}
