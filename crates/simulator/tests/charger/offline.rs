//! Transactions without a connection: who may begin one, and how it is told afterwards, in every version.

use crate::bench::{Bench, START};
use crate::books;
use chargehand_simulator::{Act, Behaviour, Version};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn at(second: i64) -> Timestamp {
    let start: Timestamp = START.parse().unwrap();
    start + SignedDuration::from_secs(second)
}

/// A charger with CAFE01 on its list, without a network since 10 s.
fn cut_off(version: Version) -> Bench {
    let mut bench = Bench::booted(Behaviour { version, meter_interval_s: 10, ..<_>::default() });
    let (token, info, number) = match version {
        Version::V16 => (json!("CAFE01"), ("idTag", "idTagInfo"), "listVersion"),
        _ => (json!({ "idToken": "CAFE01", "type": "ISO14443" }), ("idToken", "idTokenInfo"), "versionNumber"),
    };
    let list = json!([{ info.0: token, info.1: { "status": "Accepted" } }]);
    let list = json!({ number: 1, "updateType": "Full", "localAuthorizationList": list });
    assert_eq!(bench.call("SendLocalList", list).status(), "Accepted");
    bench.run(10);
    bench.act(Act::Network { up: false });
    bench
}

fn set(bench: &mut Bench, key: &str, variable: &str, value: &str) {
    if bench.charger.version().is_v2() {
        let data = json!({
            "component": { "name": "AuthCtrlr" }, "variable": { "name": variable }, "attributeValue": value,
        });
        bench.call("SetVariables", json!({ "setVariableData": [data] }));
    } else {
        bench.call("ChangeConfiguration", json!({ "key": key, "value": value }));
    }
}

fn presents(bench: &mut Bench, tag: &str) -> bool {
    bench.act(Act::Tag(tag.into()));
    bench.panel().transaction
}

/// The network is back; what is queued is told.
fn back(bench: &mut Bench) {
    bench.act(Act::Network { up: true });
    bench.connect();
    bench.run(60);
}

#[test]
fn two_transactions_without_a_connection_are_told_in_order_with_their_own_times() {
    for version in Version::ALL {
        let mut bench = cut_off(version);
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "CAFE01"));
        bench.run(60);
        assert!(!presents(&mut bench, "CAFE01"));
        bench.act(Act::Unplug);
        bench.run(600);
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "CAFE01"));
        bench.run(30);
        bench.act(Act::Unplug);
        assert_eq!(books::kept_at_all(&bench), 0, "nobody was told yet");
        back(&mut bench);
        let told = books::kept(&bench);
        assert_eq!(told.len(), 2, "{told:#?}");
        assert_eq!((told[0].began, told[0].ended, told[0].reason.as_str()), (at(10), at(70), "Local"));
        assert_eq!((told[1].began, told[1].ended, told[1].reason.as_str()), (at(670), at(700), "EVDisconnected"));
        for time in [20, 30, 40, 50, 60].map(at) {
            assert!(told[0].readings.contains(&time), "{time} in {told:#?}");
        }
        let offline = bench.all("TransactionEvent").iter().filter(|event| event["offline"] == true).count();
        assert_eq!(offline, bench.all("TransactionEvent").len(), "each says that it happened without a connection");
        assert_eq!(bench.all("Authorize").len(), 0);
    }
}

#[test]
fn without_a_connection_only_a_listed_token_begins_unless_the_setting_says_otherwise() {
    for version in Version::ALL {
        let mut bench = cut_off(version);
        bench.act(Act::Plug);
        assert!(!presents(&mut bench, "OTHER"));
        back(&mut bench);
        set(&mut bench, "AllowOfflineTxForUnknownId", "OfflineTxForUnknownIdEnabled", "true");
        set(&mut bench, "LocalAuthorizeOffline", "LocalAuthorizeOffline", "false");
        bench.act(Act::Network { up: false });
        assert!(!presents(&mut bench, "CAFE01"), "the list does not decide");
        assert!(presents(&mut bench, "OTHER"));
    }
}

#[test]
fn an_unknown_token_that_turns_out_invalid_ends_its_own_transaction_and_no_later_one() {
    for version in Version::ALL {
        let mut bench = cut_off(version);
        back(&mut bench);
        set(&mut bench, "AllowOfflineTxForUnknownId", "OfflineTxForUnknownIdEnabled", "true");
        bench.act(Act::Network { up: false });
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "OTHER"));
        bench.run(30);
        bench.act(Act::Unplug);
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "CAFE01"));
        bench.refused = vec!["OTHER"];
        back(&mut bench);
        assert!(bench.panel().transaction, "{}: the listed one charges on", version.name());
        bench.act(Act::Network { up: false });
        bench.act(Act::Unplug);
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "OTHER"));
        back(&mut bench);
        assert!(!bench.panel().transaction, "{}: refused when it was told", version.name());
        let reasons: Vec<String> = books::kept(&bench).into_iter().map(|told| told.reason).collect();
        assert_eq!(reasons, ["EVDisconnected", "EVDisconnected", "DeAuthorized"]);
    }
}

#[test]
fn a_long_time_without_a_connection_costs_readings_in_between_and_nothing_else() {
    for version in Version::ALL {
        let mut bench = cut_off(version);
        bench.act(Act::Plug);
        assert!(presents(&mut bench, "CAFE01"));
        bench.run(3 * 3_600);
        bench.act(Act::Unplug);
        back(&mut bench);
        let told = if version.is_v2() { "TransactionEvent" } else { "MeterValues" };
        let told = bench.all(told);
        assert!((250..=520).contains(&told.len()), "{}: {} of 1080", version.name(), told.len());
        let begins = |kind: &str| told.iter().filter(|event| event["eventType"] == kind).count();
        if version.is_v2() {
            assert_eq!((begins("Started"), begins("Ended")), (1, 1));
        } else {
            assert_eq!((bench.all("StartTransaction").len(), bench.all("StopTransaction").len()), (1, 1));
        }
        let times: Vec<Value> = told.iter().filter_map(|it| it.pointer("/meterValue/0/timestamp").cloned()).collect();
        let times: Vec<Timestamp> = times.iter().map(|time| time.as_str().unwrap().parse().unwrap()).collect();
        assert!(times.is_sorted());
        let longest = times.windows(2).map(|two| two[1].duration_since(two[0]).as_secs()).max();
        assert!(longest <= Some(80), "{}: a gap of {longest:?} s", version.name());
    }
}
