//! Messages that break the rules of OCPP-J or of the schemas.

use super::rules;
use crate::charger::{BOOT, Came, Charger, OCPP16};
use crate::program::{Endpoint, Program, folder};

/// What the charger does, what it sends, how the answer begins (empty: it gets none), and the rules that are named.
pub type Case = (&'static str, String, &'static str, &'static [&'static str]);

const HEARTBEAT: &str = r#"[2,"1","Heartbeat",{}]"#;
/// A status without anything odd.
const FINE: &str = r#""connectorId":1,"errorCode":"NoError","status":"Available""#;
/// An answer to the call "1".
pub const ANSWERED: &str = "[3,\"1\",";

fn status(fields: &str) -> String {
    format!(r#"[2,"1","StatusNotification",{{{fields}}}]"#)
}

fn meter(sample: &str) -> String {
    format!(
        r#"[2,"1","MeterValues",{{"connectorId":1,"meterValue":[{{"timestamp":"2026-11-22T07:22:33Z","sampledValue":[{sample}]}}]}}]"#
    )
}

fn data(length: usize) -> String {
    format!(r#"[2,"1","DataTransfer",{{"vendorId":"v","data":"{}"}}]"#, "A".repeat(length))
}

/// The payload is not what the schema asks for.
fn payloads() -> Vec<Case> {
    vec![
        ("adds a field", status(&format!("{FINE},\"vendorX\":1")), ANSWERED, &["extra_field"]),
        ("invents an error code", status(&FINE.replace("NoError", "Error")), ANSWERED, &["unknown_value"]),
        ("leaves its error code out", status(r#""connectorId":1,"status":"Available""#), ANSWERED, &["missing_field"]),
        ("writes a number as text", status(&FINE.replace(":1,", ":\"1\",")), ANSWERED, &["wrong_type"]),
        ("has no time to tell", status(&format!("{FINE},\"timestamp\":\"\"")), ANSWERED, &["bad_time"]),
        (
            "has a time without a zone",
            status(&format!("{FINE},\"timestamp\":\"2026-11-22T07:22:33\"")),
            ANSWERED,
            &["bad_time"],
        ),
        ("measures in numbers instead of text", meter(r#"{"value":12.5}"#), ANSWERED, &["wrong_type"]),
        ("measures nothing", meter(""), ANSWERED, &["out_of_range"]),
        (
            "invents a context and a measurand",
            meter(r#"{"value":"1","context":"Sample.Timed","measurand":"Power.Active.Total"}"#),
            ANSWERED,
            &["unknown_value", "unknown_value"],
        ),
        ("sends null as its payload", r#"[2,"1","Heartbeat",null]"#.into(), ANSWERED, &["payload_null"]),
        ("sends no payload", r#"[2,"1","Heartbeat"]"#.into(), ANSWERED, &["payload_missing"]),
        ("sends a list as its payload", r#"[2,"1","Heartbeat",[]]"#.into(), ANSWERED, &["payload_not_object"]),
        ("sends 300 kB", data(300_000), ANSWERED, &["message_large"]),
    ]
}

/// The message is not what OCPP-J asks for, and can be understood all the same.
fn envelopes() -> Vec<Case> {
    vec![
        ("behaves", HEARTBEAT.into(), ANSWERED, &[]),
        ("breaks its lines", " [\n 2, \"1\",\r\n \"Heartbeat\", { } ]\n".into(), ANSWERED, &["line_breaks"]),
        ("numbers its messages", r#"[2,17,"Heartbeat",{}]"#.into(), "[3,17,", &["message_id_not_text"]),
        (
            "has ids of 60 characters",
            format!(r#"[2,"{}","Heartbeat",{{}}]"#, "x".repeat(60)),
            "[3,\"xxx",
            &["message_id_too_long"],
        ),
        ("uses an id again", r#"[2,"c1","Heartbeat",{}]"#.into(), "[3,\"c1\",", &["message_id_repeated"]),
        ("writes the message type as text", r#"["2","1","Heartbeat",{}]"#.into(), ANSWERED, &["message_type_text"]),
        ("ends with a zero byte", format!("{HEARTBEAT}\0"), ANSWERED, &["trailing_bytes"]),
        ("begins with a byte order mark", format!("\u{feff}{HEARTBEAT}"), ANSWERED, &["byte_order_mark"]),
        (
            "spells an action in small letters",
            r#"[2,"1","heartbeat",{}]"#.into(),
            "[4,\"1\",\"NotImplemented\"",
            &["unknown_action"],
        ),
        ("invents an action", r#"[2,"1","VendorThing",{}]"#.into(), "[4,\"1\",\"NotImplemented\"", &["unknown_action"]),
        (
            "plays the platform",
            r#"[2,"1","Reset",{"type":"Soft"}]"#.into(),
            "[4,\"1\",\"NotSupported\"",
            &["wrong_direction"],
        ),
    ]
}

/// Nothing can be answered: it is named, and the next message is read.
fn rubbish() -> Vec<Case> {
    vec![
        ("invents a message type", r#"[9,"1","Heartbeat",{}]"#.into(), "", &["unknown_message_type"]),
        ("answers what nobody asked", r#"[3,"nope",{}]"#.into(), "", &["answer_unasked"]),
        (
            "cuts an error short",
            r#"[4,"nope","NotImplemented",""]"#.into(),
            "",
            &["error_incomplete", "answer_unasked"],
        ),
        ("says hello", "hello".into(), "", &["not_json"]),
        ("stops in the middle", r#"[2,"1","Heartbeat",{"#.into(), "", &["not_json"]),
        ("sends an object", r#"{"a":1}"#.into(), "", &["not_a_message"]),
        ("sends nothing", String::new(), "", &["not_json"]),
        ("opens brackets without end", "[".repeat(100_000), "", &["too_complex", "message_large"]),
    ]
}

/// Sends it once the charger is connected and `ready`; the connection must be good for the next call.
pub fn play(
    endpoint: &mut Endpoint,
    protocol: &str,
    cases: &[Case],
    ready: impl Fn(&mut Endpoint, &mut Charger, &str),
) {
    for (number, (what, text, answer, expected)) in cases.iter().enumerate() {
        let id = format!("CP{number}");
        let mut charger = Charger::at(endpoint.port, &format!("/{id}"), protocol);
        ready(endpoint, &mut charger, &id);
        // Answers come in the order of the calls: where there is none, that of the next call comes first.
        for (text, answer) in [(text.as_str(), *answer), (r#"[2,"after","Heartbeat",{}]"#, "[3,\"after\",")] {
            charger.send(text);
            if !answer.is_empty() {
                let Came::Text(came) = charger.came() else { panic!("a charger that {what} lost its connection") };
                assert!(came.starts_with(answer), "a charger that {what} was answered {came}");
            }
        }
        drop(charger);
        assert_eq!(rules(endpoint, &id), *expected, "a charger that {what}");
    }
}

#[test]
fn what_breaks_a_rule_is_answered_where_it_can_be_and_named() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for cases in [payloads(), envelopes(), rubbish()] {
        play(&mut endpoint, OCPP16, &cases, |_, charger, _| drop(charger.boot()));
    }
}

#[test]
fn the_first_message_may_break_a_rule_as_well() {
    let boot = |fields: &str| BOOT.replace("\"}", &format!("\",{fields}}}"));
    let serial = "\"chargePointSerialNumber\":\"012345678901234567890123456789\"";
    let answered = "[3,\"boot\",";
    let cases: Vec<Case> = vec![
        ("does not boot first", HEARTBEAT.into(), ANSWERED, &["call_before_boot"]),
        ("has a maker with a long name", BOOT.replace("Raw", &"V".repeat(27)), answered, &["too_long"]),
        ("has a long serial number", boot(serial), answered, &["too_long"]),
        (
            "sends null for what it has not",
            boot("\"iccid\":null,\"imsi\":null"),
            answered,
            &["wrong_type", "wrong_type"],
        ),
    ];
    let data = folder();
    play(&mut Program::endpoint(data.path(), &[]), OCPP16, &cases, |_, _, _| {});
}
