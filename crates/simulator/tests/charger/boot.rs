//! Boot, registration, heartbeat and clock.

use crate::bench::{Answer, Bench, START};
use chargehand_simulator::Behaviour;
use jiff::Timestamp;
use serde_json::{Value, json};

fn actions(bench: &Bench) -> Vec<&str> {
    bench.said.iter().map(|said| said.action.as_str()).collect()
}

fn trigger(bench: &mut Bench, message: &str) -> String {
    bench.call("TriggerMessage", json!({ "requestedMessage": message })).status().to_owned()
}

#[test]
fn an_accepted_charger_tells_its_statuses_and_beats_by_the_interval() {
    let mut bench = Bench::new(Behaviour::default());
    bench.boot = ("Accepted", 60);
    bench.connect();
    assert_eq!(actions(&bench), ["BootNotification", "StatusNotification", "StatusNotification"]);
    assert_eq!(bench.all("StatusNotification")[0]["connectorId"], 0);
    assert_eq!(bench.statuses(), ["Available"]);
    bench.run(180);
    assert_eq!(bench.all("Heartbeat").len(), 3);
    let keys = bench.call("GetConfiguration", json!({ "key": ["HeartbeatInterval"] }));
    assert!(matches!(keys, Answer::Result(keys) if keys["configurationKey"][0]["value"] == "60"));
}

#[test]
fn a_long_identity_is_cut_to_what_the_fields_hold() {
    let long = "Ω".repeat(60);
    let it =
        Behaviour { vendor: long.clone(), model: long.clone(), serial: long.clone(), firmware: long, ..<_>::default() };
    let bench = Bench::booted(it);
    let boot = &bench.all("BootNotification")[0];
    let lengths = ["chargePointVendor", "chargePointModel", "chargePointSerialNumber", "firmwareVersion"];
    let lengths = lengths.map(|field| boot[field].as_str().unwrap().chars().count());
    assert_eq!(lengths, [20, 20, 25, 50]);
}

#[test]
fn a_pending_charger_waits_the_interval_and_boots_again() {
    let mut bench = Bench::new(Behaviour { plugged: true, starts_by_itself: true, ..<_>::default() });
    bench.boot = ("Pending", 30);
    bench.connect();
    bench.run(29);
    assert_eq!(actions(&bench), ["BootNotification"], "pending, it says nothing by itself");
    bench.boot = ("Accepted", 300);
    bench.run(1);
    assert_eq!(bench.all("BootNotification").len(), 2);
    assert_eq!(bench.all("StartTransaction").len(), 1);
}

#[test]
fn a_pending_charger_answers_and_obeys_triggers_but_starts_nothing() {
    let mut bench = Bench::new(Behaviour { plugged: true, ..<_>::default() });
    bench.boot = ("Pending", 600);
    bench.connect();
    for message in ["Heartbeat", "MeterValues", "StatusNotification", "BootNotification"] {
        assert_eq!(trigger(&mut bench, message), "Accepted");
    }
    let wanted = [
        "BootNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
        "StatusNotification",
        "BootNotification",
    ];
    assert_eq!(actions(&bench), wanted);
    assert_eq!(bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" })).status(), "Rejected");
    assert!(matches!(bench.call("GetConfiguration", json!({})), Answer::Result(_)));
}

#[test]
fn a_rejected_charger_is_silent_until_it_boots_again() {
    let mut bench = Bench::new(Behaviour::default());
    bench.boot = ("Rejected", 100);
    bench.connect();
    bench.run(99);
    assert_eq!(bench.call("GetConfiguration", json!({})), Answer::Silence);
    bench.boot = ("Accepted", 300);
    bench.run(1);
    assert_ne!(bench.call("GetConfiguration", json!({})), Answer::Silence);
}

#[test]
fn an_unanswered_boot_is_repeated_and_nothing_else_is_said() {
    let mut bench = Bench::new(Behaviour::default());
    bench.answers = false;
    bench.connect();
    bench.run(59);
    assert_eq!(actions(&bench), ["BootNotification"]);
    bench.run(2);
    assert_eq!(actions(&bench), ["BootNotification", "BootNotification"]);
}

#[test]
fn a_wrong_clock_is_set_by_the_endpoints_answer() {
    let bench = Bench::booted(Behaviour { clock_offset_s: -3_600, ..<_>::default() });
    assert_eq!(time(&bench.all("StatusNotification")[0]), START.parse().unwrap());
    let mut bench = Bench::new(Behaviour { clock_offset_s: -3_600, ..<_>::default() });
    bench.boot = ("Pending", 30);
    bench.answers = false;
    bench.connect();
    let composite = bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 60 }));
    let Answer::Result(composite) = composite else { panic!("an answer") };
    assert_eq!(composite["scheduleStart"], "2026-11-21T23:00:00.000Z", "before that it goes by its own");
}

#[test]
fn a_clock_that_keeps_half_hour_local_time_stays_off_after_it_was_set() {
    let bench = Bench::booted(Behaviour { zone_offset_s: 34_200, ..<_>::default() });
    assert_eq!(bench.all("StatusNotification")[0]["timestamp"], "2026-11-22T09:30:00.000Z");
}

fn time(payload: &Value) -> Timestamp {
    payload["timestamp"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_soft_reset_ends_the_transaction_boots_again_and_keeps_the_limits() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, crate::bench::profile("TxDefaultProfile", 0, 10.0, json!({})));
    assert_eq!(bench.call("Reset", json!({ "type": "Soft" })).status(), "Accepted");
    assert_eq!(bench.all("StopTransaction")[0]["reason"], "SoftReset");
    assert!(bench.charger.reboot_due(bench.now));
    bench.disconnect();
    assert!(!bench.charger.reboot_due(bench.now));
    bench.connect();
    bench.run(10);
    assert_eq!(bench.all("BootNotification").len(), 2);
    assert_eq!(bench.all("StartTransaction").len(), 2, "the car is still there");
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_reset_waits_for_the_answer_to_the_stop_but_not_for_ever() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.answers = false;
    bench.call("Reset", json!({ "type": "Hard" }));
    bench.run(9);
    assert!(!bench.charger.reboot_due(bench.now));
    bench.run(1);
    assert!(bench.charger.reboot_due(bench.now));
}

#[test]
fn what_is_no_frame_is_ignored() {
    let mut bench = Bench::booted(Behaviour::default());
    for text in ["", "not json", "[]", "[2]", "[9,\"a\",{}]", "[3,\"unknown\",{}]", "[2,7,\"Reset\",{}]", "{\"a\":1}"] {
        assert_eq!(bench.send(text), [""; 0], "{text}");
    }
}
