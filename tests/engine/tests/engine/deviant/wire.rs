//! WebSocket frames, and more than one call or connection at a time.

use serde_json::json;

use super::rules;
use crate::charger::{BINARY, BOOT, Came, Charger, OCPP16, TEXT, frame};
use crate::program::{Program, folder};

#[test]
fn websocket_frames_of_every_cut_are_read() {
    let boot = BOOT.as_bytes();
    let pieces = [
        frame(TEXT, false, true, &boot[..20]),
        frame(9, true, true, b"ping between the pieces"),
        frame(0, false, true, &boot[20..40]),
        frame(0, true, true, &boot[40..]),
    ];
    let cases: [(&str, Vec<u8>, &[&str]); 3] = [
        ("cuts its message into pieces", pieces.concat(), &["message_in_pieces"]),
        ("sends its message as binary", frame(BINARY, true, true, boot), &["binary_frame"]),
        ("does not mask", frame(TEXT, true, false, boot), &["unmasked_frame"]),
    ];
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for (what, bytes, expected) in cases {
        let mut charger = Charger::connect(endpoint.port, "CP1");
        charger.raw(&bytes);
        assert_eq!(charger.answer_to(&json!("boot"))[0], 3, "a charger that {what}");
        charger.call("Heartbeat", json!({}));
        drop(charger);
        assert_eq!(rules(&mut endpoint, "CP1"), expected, "a charger that {what}");
    }
}

#[test]
fn only_what_no_reader_can_go_on_after_ends_a_connection() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut reserved = frame(TEXT, true, true, b"compressed, and nobody agreed to it");
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
fn calls_that_do_not_wait_for_their_answers_are_all_answered_in_order() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    for id in 0..500 {
        charger.send(&json!([2, format!("h{id}"), "Heartbeat", {}]).to_string());
    }
    for id in 0..500 {
        assert_eq!(charger.heard()[1], format!("h{id}"));
    }
    drop(charger);
    assert_eq!(rules(&mut endpoint, "CP1"), ["calls_at_once"], "named once, and not five hundred times");
}

#[test]
fn the_second_of_two_connections_with_one_id_is_the_one_that_lives() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut first = Charger::connect(endpoint.port, "CP1");
    first.boot();
    let mut second = Charger::connect(endpoint.port, "CP1");
    second.boot();
    assert_eq!(first.came(), Came::Close(Some(1000)));
    assert_eq!(endpoint.event("disconnected")["by"], "newer_connection");
    second.call("Heartbeat", json!({}));
    drop(second);
    assert_eq!(rules(&mut endpoint, "CP1"), ["connected_twice"]);
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
