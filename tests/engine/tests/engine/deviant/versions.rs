//! What only 2.0.1 and 2.1 define: the id -1, types of messages, and what they answer where 1.6 is silent.

use serde_json::json;

use super::messages::{ANSWERED, Case, play};
use crate::program::{Program, folder};

/// What all versions from 2.0.1 on have in common.
fn common() -> Vec<Case> {
    let status = r#"{"connectorId":1,"errorCode":"NoError","status":"Available"}"#;
    vec![
        ("behaves", r#"[2,"1","Heartbeat",{}]"#.into(), ANSWERED, &[]),
        ("says hello", "hello".into(), "[4,\"-1\",\"RpcFrameworkError\"", &["not_json"]),
        ("stops in the middle", r#"[2,"1","Heartbeat",{"#.into(), "[4,\"-1\",\"RpcFrameworkError\"", &["not_json"]),
        ("has an id that is taken", r#"[2,"-1","Heartbeat",{}]"#.into(), "[3,\"-1\",", &["message_id_reserved"]),
        ("sends null as its payload", r#"[2,"1","Heartbeat",null]"#.into(), ANSWERED, &["payload_null"]),
        (
            "starts a transaction of 1.6",
            r#"[2,"1","StartTransaction",{}]"#.into(),
            "[4,\"1\",\"NotImplemented\"",
            &["action_of_another_version"],
        ),
        (
            "tells its status as in 1.6",
            format!(r#"[2,"1","StatusNotification",{status}]"#),
            ANSWERED,
            &["missing_field", "missing_field", "missing_field", "extra_field"],
        ),
    ]
}

fn stream(kind: u8) -> String {
    let data = r#"{"id":1,"pending":0,"basetime":"2026-11-22T10:00:00Z","data":[{"t":0,"v":"1"}]}"#;
    format!(r#"[{kind},"1","NotifyPeriodicEventStream",{data}]"#)
}

fn play_with(protocol: &str, more: Vec<Case>) {
    let data = folder();
    let cases: Vec<Case> = common().into_iter().chain(more).collect();
    let header = format!("Sec-WebSocket-Protocol: {protocol}\r\n");
    play(&mut Program::endpoint(data.path(), &[]), &header, &cases, |_, charger, _| {
        let station = json!({"model": "Bytes", "vendorName": "Raw"});
        charger.call("BootNotification", json!({"reason": "PowerUp", "chargingStation": station}));
    });
}

#[test]
fn what_breaks_a_rule_of_2_0_1_is_answered_as_it_says() {
    let unknown = "[4,\"1\",\"MessageTypeNotSupported\"";
    play_with(
        "ocpp2.0.1",
        vec![
            ("invents a message type", r#"[9,"1","Heartbeat",{}]"#.into(), unknown, &["unknown_message_type"]),
            ("sends as in 2.1", stream(6), unknown, &["unknown_message_type"]),
        ],
    );
}

#[test]
fn what_breaks_a_rule_of_2_1_is_answered_as_it_says() {
    play_with(
        "ocpp2.1",
        vec![
            ("invents a message type", r#"[9,"1","Heartbeat",{}]"#.into(), "", &["unknown_message_type"]),
            ("sends what wants no answer", stream(6), "", &[]),
            ("wants an answer to it", stream(2), "[4,\"1\",\"NotSupported\"", &["send_as_call"]),
            ("sends what wants an answer", r#"[6,"1","Heartbeat",{}]"#.into(), "", &["call_as_send"]),
            ("refuses an answer", r#"[5,"nope","FormatViolation","",{}]"#.into(), "", &[]),
        ],
    );
}
