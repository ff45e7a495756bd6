//! The same faults where a strict platform is to be played: what cannot be accepted is refused, with the code of its kind.

use serde_json::json;

use super::messages::{ANSWERED, Case, play};
use crate::charger::OCPP16;
use crate::program::{Program, folder};

fn cases() -> Vec<Case> {
    let status =
        |more: &str| format!(r#"[2,"1","StatusNotification",{{"connectorId":1,"errorCode":"NoError"{more}}}]"#);
    let heartbeat = |rest: &str| format!(r#"[2,"1","Heartbeat"{rest}]"#);
    vec![
        ("behaves", heartbeat(",{}"), ANSWERED, &[]),
        (
            "adds a field",
            status(r#","status":"Available","vendorX":1"#),
            "[4,\"1\",\"FormationViolation\"",
            &["extra_field"],
        ),
        ("leaves its status out", status(""), "[4,\"1\",\"OccurenceConstraintViolation\"", &["missing_field"]),
        (
            "invents a status",
            status(r#","status":"Idle""#),
            "[4,\"1\",\"PropertyConstraintViolation\"",
            &["unknown_value"],
        ),
        ("numbers its status", status(r#","status":1"#), "[4,\"1\",\"TypeConstraintViolation\"", &["wrong_type"]),
        (
            "has no time to tell",
            status(r#","status":"Available","timestamp":"""#),
            "[4,\"1\",\"TypeConstraintViolation\"",
            &["bad_time"],
        ),
        ("sends no payload", heartbeat(""), "[4,\"1\",\"FormationViolation\"", &["payload_missing"]),
        // OCPP-J 1.6 4.2.1 allows it.
        ("sends null as its payload", heartbeat(",null"), ANSWERED, &["payload_null"]),
        (
            "writes the message type as text",
            r#"["2","1","Heartbeat",{}]"#.into(),
            "[4,\"1\",\"GenericError\"",
            &["message_type_text"],
        ),
        ("says hello", "hello".into(), "", &["not_json"]),
    ]
}

#[test]
fn a_strict_platform_refuses_with_the_code_of_the_fault_and_keeps_the_connection() {
    let data = folder();
    play(&mut Program::endpoint(data.path(), &[]), OCPP16, &cases(), |endpoint, charger, id| {
        charger.boot();
        endpoint.order(json!({"do": "policy", "charger": id, "policy": "strict"})).expect("it is known");
    });
}
