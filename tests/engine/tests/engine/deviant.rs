//! Chargers that break rules: none is dropped for it, and each gets the finding that names what it does.

use serde_json::{Value, json};

use crate::charger::{BINARY, BOOT, Came, Charger, OCPP16, TEXT, frame, request};
use crate::program::{Endpoint, Program, folder};

/// The rules that were named for a charger since the last call, up to its disconnection.
fn rules(endpoint: &mut Endpoint, id: &str) -> Vec<String> {
    let mut rules = Vec::new();
    loop {
        let line = endpoint.take("disconnected", |line| {
            line["charger"] == id && ["deviation", "disconnected"].iter().any(|event| line["event"] == *event)
        });
        if line["event"] == "disconnected" {
            return rules;
        }
        rules.push(line["rule"].as_str().expect("text").to_owned());
    }
}

#[test]
fn an_odd_request_is_let_in_with_a_finding() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let plain = |id: &str| request(&format!("/{id}"), OCPP16);
    let without = |id: &str, line: &str| plain(id).replace(line, "");
    let offering = |id: &str, offer: &str| request(&format!("/{id}"), &format!("Sec-WebSocket-Protocol: {offer}\r\n"));
    let long = format!("/{}/LONG", "x".repeat(9_000));
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("PLAIN", plain("PLAIN"), &[]),
        ("NONE", request("/NONE", ""), &["subprotocol_missing"]),
        ("UPPER", offering("UPPER", "OCPP1.6"), &["subprotocol_spelling"]),
        ("J", offering("J", "ocpp1.6J"), &["subprotocol_spelling"]),
        ("MANY", offering("MANY", "ocpp1.5, ocpp1.6, ocpp2.0.1"), &[]),
        ("TWICE", request("/TWICE", &format!("{OCPP16}Sec-WebSocket-Protocol: ocpp2.0.1\r\n")), &[]),
        ("TAIL", request("/ocpp/TAIL/", OCPP16), &["path_slashes"]),
        ("DOUBLE", request("/ocpp//DOUBLE", OCPP16), &["path_slashes"]),
        ("QUERY", request("/a/b/QUERY?key=1", OCPP16), &[]),
        ("RDAM 123", request("/ws/RDAM%20123", OCPP16), &["id_not_plain"]),
        ("A SPACE", request("/A SPACE", OCPP16), &["id_not_plain"]),
        ("no-id-127.0.0.1", request("/", OCPP16), &["path_without_id"]),
        ("OLD", plain("OLD").replace("HTTP/1.1", "HTTP/1.0"), &[]),
        ("NOCONN", without("NOCONN", "Connection: Upgrade\r\n"), &["upgrade_header"]),
        ("NOVERS", without("NOVERS", "Sec-WebSocket-Version: 13\r\n"), &["upgrade_header"]),
        ("SHORT", plain("SHORT").replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), &["upgrade_header"]),
        ("DEFLATE", request("/DEFLATE", &format!("{OCPP16}Sec-WebSocket-Extensions: permessage-deflate\r\n")), &[]),
        ("LONG", request(&long, OCPP16), &[]),
    ];
    for (id, head, expected) in cases {
        let mut charger = Charger::knock(endpoint.port, head);
        assert_eq!(charger.status(), "101", "{id}");
        assert_eq!(charger.header("Sec-WebSocket-Extensions"), None, "{id}: nothing is agreed that is not spoken");
        charger.send(BOOT);
        assert_eq!(charger.answer_to(&json!("boot"))[0], 3, "{id}");
        drop(charger);
        assert_eq!(rules(&mut endpoint, id), expected, "{id}");
        let connected = endpoint.take("connected", |line| line["event"] == "connected" && line["charger"] == id);
        assert!(connected["path"].as_str().expect("text").chars().count() <= 500, "{id}: its path is bounded");
    }
}

#[test]
fn the_offered_spelling_is_answered_and_no_version_is_pretended() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for (offer, answer) in [("ocpp2.0.1, ocpp1.6", Some("ocpp2.0.1")), ("OCPP1.6", Some("OCPP1.6")), ("ocpp1.5", None)] {
        let header = format!("Sec-WebSocket-Protocol: {offer}\r\n");
        let mut charger = Charger::at(endpoint.port, "/CP1", &header);
        assert_eq!(charger.header("Sec-WebSocket-Protocol"), answer, "{offer}");
        if answer.is_none() {
            assert_eq!(charger.came(), Came::Close(Some(1000)));
        }
    }
    let unknown = |line: &Value| line["rule"] == "subprotocol_unknown";
    assert_eq!(endpoint.take("subprotocol_unknown", unknown)["got"], "ocpp1.5");
}

#[test]
fn frames_that_break_rules_are_answered_where_they_can_be_and_named() {
    let heartbeat = r#"[2,"1","Heartbeat",{}]"#;
    let status = |fields: &str| format!(r#"[2,"1","StatusNotification",{{{fields}}}]"#);
    let fine = r#""connectorId":1,"errorCode":"NoError","status":"Available""#;
    let meter = |sample: &str| {
        format!(
            r#"[2,"1","MeterValues",{{"connectorId":1,"meterValue":[{{"timestamp":"2026-11-22T07:22:33Z","sampledValue":[{sample}]}}]}}]"#
        )
    };
    // What is sent, what its answer begins with (empty: it gets none), what is named.
    let cases: Vec<(String, &str, &[&str])> = vec![
        (heartbeat.into(), "[3,\"1\",", &[]),
        (" [\n 2, \"1\",\r\n \"Heartbeat\", { } ]\n".into(), "[3,\"1\",", &[]),
        (status(&format!("{fine},\"vendorX\":1")), "[3,\"1\",", &["extra_field"]),
        (status(&fine.replace("NoError", "Error")), "[3,\"1\",", &["unknown_value"]),
        (status(r#""connectorId":1,"status":"Available""#), "[3,\"1\",", &["missing_field"]),
        (status(&fine.replace(":1,", ":\"1\",")), "[3,\"1\",", &["wrong_type"]),
        (status(&format!("{fine},\"timestamp\":\"\"")), "[3,\"1\",", &["bad_time"]),
        (status(&format!("{fine},\"timestamp\":\"2026-11-22T07:22:33\"")), "[3,\"1\",", &["bad_time"]),
        (meter(r#"{"value":12.5}"#), "[3,\"1\",", &["wrong_type"]),
        (meter(""), "[3,\"1\",", &["out_of_range"]),
        (meter(r#"{"value":"1","context":"Sample.Timed"}"#), "[3,\"1\",", &["unknown_value"]),
        (BOOT.replace("Raw", "A vendor's name longer than 20"), "[3,\"boot\",", &["too_long"]),
        (BOOT.replace("\"}", "\",\"iccid\":null}"), "[3,\"boot\",", &["wrong_type"]),
        (r#"[2,"1","Heartbeat",null]"#.into(), "[3,\"1\",", &["payload_null"]),
        (r#"[2,"1","Heartbeat"]"#.into(), "[3,\"1\",", &["payload_missing"]),
        (r#"[2,"1","Heartbeat",[]]"#.into(), "[3,\"1\",", &["payload_not_object"]),
        (r#"[2,17,"Heartbeat",{}]"#.into(), "[3,17,", &["message_id_not_text"]),
        (format!(r#"[2,"{}","Heartbeat",{{}}]"#, "x".repeat(60)), "[3,\"xxx", &["message_id_too_long"]),
        (r#"["2","1","Heartbeat",{}]"#.into(), "[3,\"1\",", &["message_type_text"]),
        (format!("{heartbeat}\0"), "[3,\"1\",", &["trailing_bytes"]),
        (format!("\u{feff}{heartbeat}"), "[3,\"1\",", &["byte_order_mark"]),
        (r#"[2,"1","heartbeat",{}]"#.into(), "[4,\"1\",\"NotImplemented\"", &["unknown_action"]),
        (r#"[2,"1","Reset",{"type":"Soft"}]"#.into(), "[4,\"1\",\"NotSupported\"", &["wrong_direction"]),
        (r#"[9,"1","Heartbeat",{}]"#.into(), "", &["unknown_message_type"]),
        (r#"[3,"nope",{}]"#.into(), "", &["answer_unasked"]),
        (r#"[4,"nope","NotImplemented",""]"#.into(), "", &["error_incomplete", "answer_unasked"]),
        ("hello".into(), "", &["not_json"]),
        (r#"[2,"1","Heartbeat",{"#.into(), "", &["not_json"]),
        (r#"{"a":1}"#.into(), "", &["not_a_message"]),
        (String::new(), "", &["not_json"]),
        ("[".repeat(100_000), "", &["too_complex"]),
    ];
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for (number, (text, answer, expected)) in cases.iter().enumerate() {
        let id = format!("CP{number}");
        let mut charger = Charger::connect(endpoint.port, &id);
        charger.boot();
        charger.send(text);
        // Answers come in the order of the calls: that of the next call shows that this one got none.
        charger.send(r#"[2,"after","Heartbeat",{}]"#);
        let Came::Text(first) = charger.came() else { panic!("{text:?} ended the connection") };
        let expected_answer = if answer.is_empty() { "[3,\"after\"," } else { answer };
        assert!(first.starts_with(expected_answer), "{text:?} was answered {first}");
        drop(charger);
        assert_eq!(rules(&mut endpoint, &id), *expected, "{text:?}");
    }
}

#[test]
fn websocket_frames_of_every_cut_are_read() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let boot = BOOT.as_bytes();
    let cuts = [
        frame(TEXT, false, true, &boot[..20]),
        frame(9, true, true, b"ping between the pieces"),
        frame(0, false, true, &boot[20..40]),
        frame(0, true, true, &boot[40..]),
    ];
    let cases: [(&str, Vec<u8>, &[&str]); 3] = [
        ("PIECES", cuts.concat(), &[]),
        ("BINARY", frame(BINARY, true, true, boot), &["binary_frame"]),
        ("UNMASKED", frame(TEXT, true, false, boot), &["unmasked_frame"]),
    ];
    for (id, bytes, expected) in cases {
        let mut charger = Charger::connect(endpoint.port, id);
        charger.raw(&bytes);
        assert_eq!(charger.answer_to(&json!("boot"))[0], 3, "{id}");
        charger.call("Heartbeat", json!({}));
        drop(charger);
        assert_eq!(rules(&mut endpoint, id), expected, "{id}");
    }
}

#[test]
fn only_what_no_reader_can_go_on_after_ends_a_connection() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut reserved = frame(TEXT, true, true, b"x");
    reserved[0] |= 0x40;
    let invalid = frame(TEXT, true, true, b"[2,\"1\",\"DataTransfer\",{\"vendorId\":\"\xff\xfe\"}]");
    for (id, bytes, rule, code) in
        [("RSV1", reserved, "websocket_protocol", 1002), ("UTF8", invalid, "invalid_utf8", 1007)]
    {
        let mut charger = Charger::connect(endpoint.port, id);
        charger.boot();
        charger.raw(&bytes);
        assert_eq!(charger.came(), Came::Close(Some(code)), "{id}");
        assert_eq!(rules(&mut endpoint, id), [rule], "{id}");
    }
}

#[test]
fn a_charger_that_loses_its_power_did_not_break_the_protocol() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    drop(charger);
    let line = endpoint.take("an end", |line| line["event"] == "disconnected" || line["event"] == "deviation");
    assert_eq!((&line["event"], &line["by"]), (&json!("disconnected"), &json!("charger")), "{line}");
}

#[test]
fn calls_that_do_not_wait_for_their_answers_are_all_answered_in_order() {
    let data = folder();
    let endpoint = Program::endpoint(data.path(), &[]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    for id in 0..500 {
        charger.send(&json!([2, format!("h{id}"), "Heartbeat", {}]).to_string());
    }
    for id in 0..500 {
        assert_eq!(charger.heard()[1], format!("h{id}"));
    }
}

#[test]
fn an_id_that_wants_to_be_more_than_a_name_stays_a_name() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--frames"]);
    for (path, id) in [
        ("/..%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
        ("/%22%7D%0A%7B%22event%22%3A%22listening%22%7D", "\"}{\"event\":\"listening\"}"),
        ("/'%3B%20DROP%20TABLE%20entries%3B--", "'; DROP TABLE entries;--"),
        ("/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "<script>alert(1)</script>"),
        ("/%F0%9F%94%8C", "🔌"),
    ] {
        let mut charger = Charger::at(endpoint.port, path, OCPP16);
        charger.boot();
        let connected = endpoint.event("connected");
        assert_eq!(connected["charger"], id);
    }
    let long = format!("/{}", "a".repeat(5_000));
    Charger::at(endpoint.port, &long, OCPP16).boot();
    let id = endpoint.event("connected")["charger"].as_str().expect("text").to_owned();
    assert_eq!(id.chars().count(), 100);
    let chargers = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(chargers.as_array().map(Vec::len), Some(6));
    let files: Vec<_> =
        std::fs::read_dir(data.path()).expect("a folder").map(|file| file.expect("a file").file_name()).collect();
    assert!(
        files.iter().all(|name| name.to_string_lossy().starts_with("chargehand.sqlite") || name == "lock"),
        "{files:?}"
    );
}
