//! The local list and reservations, in every version.

use crate::bench::Bench;
use chargehand_simulator::{Behaviour, Version};
use jiff::SignedDuration;
use serde_json::{Value, json};

fn speaking(version: Version) -> Bench {
    Bench::booted(Behaviour { version, ..<_>::default() })
}

/// A token in the version's words.
fn token(version: Version, text: &str) -> Value {
    if version.is_v2() { json!({ "idToken": text, "type": "Central" }) } else { json!(text) }
}

fn send_list(bench: &mut Bench, number: i64, kind: &str, entries: &[(&str, Option<&str>)]) -> String {
    let version = bench.charger.version();
    let names = if version.is_v2() { ("idToken", "idTokenInfo") } else { ("idTag", "idTagInfo") };
    let entry = |(text, status): &(&str, Option<&str>)| {
        let mut entry = json!({ names.0: token(version, text) });
        if let Some(status) = status {
            entry[names.1] = json!({ "status": status });
        }
        entry
    };
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    let number_field = if version.is_v2() { "versionNumber" } else { "listVersion" };
    let mut list = json!({ number_field: number, "updateType": kind });
    if !entries.is_empty() {
        list["localAuthorizationList"] = json!(entries);
    }
    bench.call("SendLocalList", list).status().to_owned()
}

fn reserve(bench: &mut Bench, id: i64, text: &str, seconds: i64) -> String {
    let version = bench.charger.version();
    let until = (bench.now + SignedDuration::from_secs(seconds)).to_string();
    let asked = match version {
        Version::V16 => json!({ "reservationId": id, "connectorId": 1, "expiryDate": until, "idTag": text }),
        _ => json!({ "id": id, "evseId": 1, "expiryDateTime": until, "idToken": token(version, text) }),
    };
    bench.call("ReserveNow", asked).status().to_owned()
}

fn start(bench: &mut Bench, text: &str) -> String {
    let version = bench.charger.version();
    let (action, asked) = match version {
        Version::V16 => ("RemoteStartTransaction", json!({ "connectorId": 1, "idTag": text })),
        _ => {
            let asked = json!({ "evseId": 1, "remoteStartId": 1, "idToken": token(version, text) });
            ("RequestStartTransaction", asked)
        }
    };
    bench.call(action, asked).status().to_owned()
}

fn status(bench: &Bench) -> Value {
    let told = bench.all("StatusNotification").pop().unwrap();
    told.get("connectorStatus").or(told.get("status")).unwrap().clone()
}

#[test]
fn a_list_has_a_version_that_only_rises() {
    for version in Version::ALL {
        let mut bench = speaking(version);
        assert_eq!(send_list(&mut bench, 0, "Full", &[]), "Failed");
        assert_eq!(send_list(&mut bench, 3, "Full", &[("A", Some("Accepted"))]), "Accepted");
        assert_eq!(send_list(&mut bench, 3, "Differential", &[("B", Some("Accepted"))]), "VersionMismatch");
        assert_eq!(send_list(&mut bench, 4, "Differential", &[("A", None)]), "Accepted");
        let crate::bench::Answer::Result(answer) = bench.call("GetLocalListVersion", json!({})) else {
            panic!("an answer")
        };
        // 1.6 (5.10): 0 says that it is empty
        let told = if version.is_v2() { 4 } else { 0 };
        assert_eq!(answer.get("versionNumber").or(answer.get("listVersion")), Some(&json!(told)));
    }
}

#[test]
fn a_list_counts_only_while_it_is_switched_on_and_in_capitals_or_not() {
    let mut bench = speaking(Version::V16);
    send_list(&mut bench, 1, "Full", &[("Card01", Some("Accepted"))]);
    let set = |bench: &mut Bench, key: &str, value: &str| {
        assert_eq!(bench.call("ChangeConfiguration", json!({ "key": key, "value": value })).status(), "Accepted");
    };
    set(&mut bench, "LocalPreAuthorize", "true");
    set(&mut bench, "LocalAuthListEnabled", "false");
    start(&mut bench, "CARD01");
    assert_eq!(bench.all("Authorize").len(), 1);
    bench.run(120);
    set(&mut bench, "LocalAuthListEnabled", "true");
    start(&mut bench, "CARD01");
    assert_eq!(bench.all("Authorize").len(), 1);
}

#[test]
fn a_listed_token_is_not_asked_about_where_the_setting_says_so() {
    let mut bench = speaking(Version::V16);
    send_list(&mut bench, 1, "Full", &[("A", Some("Accepted"))]);
    bench.plug();
    bench.call("ChangeConfiguration", json!({ "key": "LocalPreAuthorize", "value": "true" }));
    assert_eq!(start(&mut bench, "A"), "Accepted");
    assert_eq!(bench.all("Authorize").len(), 0);
    assert_eq!(bench.all("StartTransaction").len(), 1);
}

#[test]
fn a_reserved_connector_waits_for_its_token() {
    for version in Version::ALL {
        let mut bench = speaking(version);
        assert_eq!(reserve(&mut bench, 5, "A", 600), "Accepted");
        assert_eq!(status(&bench), "Reserved");
        assert_eq!(reserve(&mut bench, 6, "B", 600), "Occupied");
        assert_eq!(start(&mut bench, "B"), "Rejected");
        assert_eq!(start(&mut bench, "A"), "Accepted");
        bench.plug();
        let action = if version.is_v2() { "TransactionEvent" } else { "StartTransaction" };
        assert_eq!(bench.all(action)[0]["reservationId"], 5);
    }
}

#[test]
fn a_reservation_ends_when_it_is_cancelled_or_over() {
    for version in Version::ALL {
        let mut bench = speaking(version);
        reserve(&mut bench, 5, "A", 600);
        assert_eq!(bench.call("CancelReservation", json!({ "reservationId": 4 })).status(), "Rejected");
        assert_eq!(bench.call("CancelReservation", json!({ "reservationId": 5 })).status(), "Accepted");
        assert_eq!(status(&bench), "Available");
        reserve(&mut bench, 6, "A", 30);
        bench.run(30);
        assert_eq!(status(&bench), "Available");
        let ended = bench.all("ReservationStatusUpdate");
        let wanted = json!({ "reservationId": 6, "reservationUpdateStatus": "Expired" });
        assert_eq!(ended, if version.is_v2() { vec![wanted] } else { vec![] });
    }
}
