//! How a charger may ask for its WebSocket.

use serde_json::json;

use super::rules;
use crate::charger::{BOOT, Came, Charger, OCPP16, TEXT, frame, request};
use crate::program::{Program, folder};

/// What the charger does, its request, the id it has to get, and the rules that are named.
type Case = (&'static str, String, &'static str, &'static [&'static str]);

fn cases() -> Vec<Case> {
    let plain = |id: &str| request(&format!("/ocpp/{id}"), OCPP16);
    let without = |id: &str, line: &str| plain(id).replace(line, "");
    let more = |id: &str, line: &str| request(&format!("/ocpp/{id}"), &format!("{OCPP16}{line}\r\n"));
    let offering =
        |id: &str, offer: &str| request(&format!("/ocpp/{id}"), &format!("Sec-WebSocket-Protocol: {offer}\r\n"));
    let twice = |id: &str| request(&format!("/ocpp/{id}"), &format!("Sec-WebSocket-Protocol: ocpp1.5\r\n{OCPP16}"));
    let long = format!("/{}/LONG", "x".repeat(9_000));
    let at = |path: &str| request(path, OCPP16);
    // Five bytes that are no text: DEV1:\x00\x01\x02\xff\xfe
    let raw_password = "Authorization: Basic REVWMToAAQL//g==";
    // DEV1:secret
    let password = "Authorization: Basic REVWMTpzZWNyZXQ=";
    let deflate = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    vec![
        ("asks as it should", plain("PLAIN"), "PLAIN", &[]),
        ("offers no subprotocol", request("/ocpp/NONE", ""), "NONE", &["subprotocol_missing"]),
        ("writes its subprotocol in capitals", offering("UPPER", "OCPP1.6"), "UPPER", &["subprotocol_spelling"]),
        ("adds the J to its subprotocol", offering("J", "ocpp1.6J"), "J", &["subprotocol_spelling"]),
        ("offers three versions", offering("MANY", "ocpp1.6, ocpp1.5, ocpp1.2"), "MANY", &["subprotocol_others"]),
        ("offers in two header lines", twice("TWICE"), "TWICE", &["subprotocol_others"]),
        ("ends its path with a slash", at("/ocpp/TAIL/"), "TAIL", &["path_slashes"]),
        ("doubles a slash", at("/ocpp//DOUBLE"), "DOUBLE", &["path_slashes"]),
        ("adds a query", at("/a/b/QUERY?key=1"), "QUERY", &[]),
        ("has an id that must be percent-encoded", at("/ocpp/RDAM%20123"), "RDAM 123", &["id_not_plain"]),
        ("leaves a space in its path", at("/ocpp/A SPACE"), "A SPACE", &["id_not_plain"]),
        ("has no path", at("/"), "no-id-127.0.0.1", &["path_without_id"]),
        ("forgets its id", at("/ocpp"), "ocpp", &["id_like_a_path"]),
        ("speaks HTTP/1.0", plain("OLD").replace("HTTP/1.1", "HTTP/1.0"), "OLD", &[]),
        ("sends no Connection", without("NOCONN", "Connection: Upgrade\r\n"), "NOCONN", &["upgrade_header"]),
        ("sends no version", without("NOVERS", "Sec-WebSocket-Version: 13\r\n"), "NOVERS", &["upgrade_header"]),
        (
            "has a short key",
            plain("SHORT").replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="),
            "SHORT",
            &["upgrade_header"],
        ),
        ("has a password of raw bytes", more("DEV1", raw_password), "DEV1", &["password_not_text"]),
        ("is another one's user", more("DEV2", password), "DEV2", &["basic_user"]),
        ("offers to compress", more("DEFLATE", deflate), "DEFLATE", &["compression_offered"]),
        ("offers a version that is out of date", offering("OLDEST", "ocpp1.5"), "OLDEST", &["subprotocol_unknown"]),
        ("has a path without end", at(&long), "LONG", &[]),
    ]
}

#[test]
fn an_odd_request_is_let_in_with_a_finding() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for (what, head, id, expected) in cases() {
        let mut charger = Charger::knock(endpoint.port, head);
        assert_eq!(charger.status(), "101", "a charger that {what}");
        assert_eq!(charger.header("Sec-WebSocket-Extensions"), None, "{what}: nothing is agreed that is not spoken");
        charger.send(BOOT);
        assert_eq!(charger.answer_to(&json!("boot"))[0], 3, "a charger that {what}");
        drop(charger);
        assert_eq!(rules(&mut endpoint, id), expected, "a charger that {what}");
        let connected = endpoint.take("connected", |line| line["event"] == "connected" && line["charger"] == id);
        assert!(connected["path"].as_str().expect("text").chars().count() <= 500, "{what}: its path is bounded");
    }
}

#[test]
fn a_boot_that_comes_before_the_connection_is_confirmed_is_not_lost() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let head = request("/ocpp/EAGER", OCPP16).into_bytes();
    let mut charger = Charger::knock(endpoint.port, [head, frame(TEXT, true, true, BOOT.as_bytes())].concat());
    assert_eq!(charger.answer_to(&json!("boot"))[0], 3);
    charger.call("Heartbeat", json!({}));
    drop(charger);
    assert_eq!(rules(&mut endpoint, "EAGER"), ["early_bytes"]);
}

#[test]
fn the_offered_spelling_is_answered_and_no_version_is_pretended() {
    let data = folder();
    let endpoint = Program::endpoint(data.path(), &[]);
    for (offer, answer) in [
        ("ocpp1.6, ocpp2.0.1", Some("ocpp1.6")),
        ("ocpp1.5, ocpp2.0.1", Some("ocpp2.0.1")),
        ("OCPP1.6", Some("OCPP1.6")),
        ("ocpp1.5", None),
    ] {
        let header = format!("Sec-WebSocket-Protocol: {offer}\r\n");
        let charger = Charger::at(endpoint.port, "/CP1", &header);
        assert_eq!(charger.header("Sec-WebSocket-Protocol"), answer, "{offer}");
    }
}

#[test]
fn a_charger_of_an_unknown_version_is_sent_away_where_we_are_to_be_strict() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let header = "Sec-WebSocket-Protocol: ocpp1.5\r\n";
    Charger::at(endpoint.port, "/CP1", header).boot();
    endpoint.order(json!({"do": "policy", "charger": "CP1", "policy": "strict"})).expect("it is known");
    // OCPP-J 1.6 3.1.2
    assert_eq!(Charger::at(endpoint.port, "/CP1", header).came(), Came::Close(Some(1000)));
}
