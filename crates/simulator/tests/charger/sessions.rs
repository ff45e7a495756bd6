//! Transactions, the meter and the car.

use crate::bench::{Bench, profile};
use chargehand_simulator::{Behaviour, CarMake};
use serde_json::{Value, json};

#[test]
fn a_plugged_charger_authorises_its_own_short_tag_and_starts() {
    let bench = Bench::charging(Behaviour { id_tag: "A-TAG-OF-MORE-THAN-SIXTEEN".into(), ..<_>::default() });
    assert_eq!(bench.all("Authorize"), [json!({ "idTag": "A-TAG-OF-MORE-TH" })]);
    assert_eq!(bench.all("StartTransaction").len(), 1);
    assert_eq!(bench.statuses(), ["Preparing", "Charging"]);
}

#[test]
fn a_refused_tag_starts_nothing_and_is_presented_again() {
    let mut bench = Bench::new(Behaviour { plugged: true, starts_by_itself: true, ..<_>::default() });
    bench.id_tag = "Blocked";
    bench.connect();
    bench.run(29);
    assert_eq!((bench.all("Authorize").len(), bench.all("StartTransaction").len()), (1, 0));
    bench.id_tag = "Accepted";
    bench.run(1);
    assert_eq!((bench.all("Authorize").len(), bench.all("StartTransaction").len()), (2, 1));
}

#[test]
fn a_remote_start_waits_for_the_plug() {
    let mut bench = Bench::booted(Behaviour::default());
    assert_eq!(bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" })).status(), "Accepted");
    assert_eq!(bench.statuses(), ["Available", "Preparing"]);
    bench.run(59);
    assert_eq!(bench.all("StartTransaction").len(), 0);
    bench.plug();
    assert_eq!(bench.all("StartTransaction")[0]["idTag"], "TAG");
    assert_eq!(bench.statuses(), ["Available", "Preparing", "Charging"]);
}

#[test]
fn a_remote_start_without_a_plug_is_over_after_connection_time_out() {
    let mut bench = Bench::booted(Behaviour::default());
    bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" }));
    bench.run(60);
    assert_eq!(bench.statuses(), ["Available", "Preparing", "Available"]);
    bench.plug();
    assert_eq!(bench.all("StartTransaction").len(), 0);
}

#[test]
fn a_remote_start_asks_for_consent_only_where_the_key_says_so() {
    let mut bench = Bench::booted(Behaviour { plugged: true, ..<_>::default() });
    bench.call("ChangeConfiguration", json!({ "key": "AuthorizeRemoteTxRequests", "value": "false" }));
    bench.call("RemoteStartTransaction", json!({ "idTag": "TAG", "connectorId": 1 }));
    assert_eq!((bench.all("Authorize").len(), bench.all("StartTransaction").len()), (0, 1));
    assert_eq!(bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" })).status(), "Rejected", "one runs");
}

#[test]
fn a_remote_start_brings_its_own_profile() {
    let mut bench = Bench::booted(Behaviour { plugged: true, ..<_>::default() });
    let wrong = json!({ "idTag": "TAG", "chargingProfile": profile("TxDefaultProfile", 0, 8.0, json!({})) });
    assert_eq!(bench.call("RemoteStartTransaction", wrong).status(), "Rejected");
    let elsewhere = json!({ "idTag": "TAG", "connectorId": 2 });
    assert_eq!(bench.call("RemoteStartTransaction", elsewhere).status(), "Rejected");
    let start = json!({ "idTag": "TAG", "chargingProfile": profile("TxProfile", 0, 8.0, json!({})) });
    assert_eq!(bench.call("RemoteStartTransaction", start).status(), "Accepted");
    bench.run(10);
    assert_eq!(bench.amps(), 8.0);
}

#[test]
fn a_remote_stop_ends_only_the_transaction_it_names() {
    let mut bench = Bench::charging(Behaviour::default());
    assert_eq!(bench.call("RemoteStopTransaction", json!({ "transactionId": 7 })).status(), "Rejected");
    bench.disconnect();
    bench.boot = ("Pending", 30);
    bench.connect();
    let pending = bench.call("RemoteStopTransaction", json!({ "transactionId": 101 }));
    assert_eq!(pending.status(), "Rejected");
    bench.boot = ("Accepted", 300);
    bench.run(30);
    assert_eq!(bench.call("RemoteStopTransaction", json!({ "transactionId": 101 })).status(), "Accepted");
    let stop = &bench.all("StopTransaction")[0];
    assert_eq!((&stop["reason"], &stop["transactionId"]), (&json!("Remote"), &json!(101)));
    assert_eq!(bench.statuses(), ["Preparing", "Charging", "Charging", "Finishing"]);
    bench.run(120);
    assert_eq!(bench.all("StartTransaction").len(), 1, "finished is finished until the plug is pulled");
    bench.unplug();
    assert_eq!(bench.statuses().last().unwrap(), "Available");
}

#[test]
fn pulling_the_plug_ends_the_transaction_and_the_current() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.unplug();
    assert_eq!(bench.all("StopTransaction")[0]["reason"], "EVDisconnected");
    assert_eq!(bench.amps(), 0.0);
    assert_eq!(bench.statuses().last().unwrap(), "Available");
    bench.plug();
    assert_eq!(bench.all("StartTransaction").len(), 2, "a charger that starts by itself does it again");
}

#[test]
fn a_tag_that_turns_out_invalid_ends_the_transaction() {
    let mut bench = Bench::booted(Behaviour { plugged: true, ..<_>::default() });
    bench.call("ChangeConfiguration", json!({ "key": "AuthorizeRemoteTxRequests", "value": "false" }));
    bench.id_tag = "Invalid";
    bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" }));
    assert_eq!(bench.all("StopTransaction")[0]["reason"], "DeAuthorized");
}

#[test]
fn samples_come_every_interval_within_a_transaction_only() {
    let mut bench = Bench::charging(Behaviour { meter_interval_s: 20, ..<_>::default() });
    bench.run(50);
    let samples = bench.all("MeterValues");
    assert_eq!(samples.len(), 3);
    assert_eq!(samples[0]["transactionId"], 101);
    assert_eq!(samples[0]["meterValue"][0]["sampledValue"][0]["context"], "Sample.Periodic");
    bench.call("ChangeConfiguration", json!({ "key": "MeterValueSampleInterval", "value": "5" }));
    bench.run(10);
    assert_eq!(bench.all("MeterValues").len(), 5);
    bench.unplug();
    bench.run(60);
    assert_eq!(bench.all("MeterValues").len(), 5);
    assert_eq!(bench.reading()[0]["context"], "Trigger");
}

#[test]
fn the_meter_shows_each_phase_and_a_single_phase_car_draws_on_the_first() {
    let mut bench = Bench::charging(Behaviour { phases: 3, ..<_>::default() });
    let reading = bench.reading();
    let of = |measurand: &str| -> Vec<(Value, Value)> {
        let samples = reading.iter().filter(|sample| sample["measurand"] == measurand);
        samples.map(|sample| (sample["phase"].clone(), sample["value"].clone())).collect()
    };
    let amps = [("L1", "32.0"), ("L2", "0.0"), ("L3", "0.0")].map(|(phase, value)| (json!(phase), json!(value)));
    assert_eq!(of("Current.Import"), amps);
    assert_eq!(of("Current.Offered"), [(Value::Null, json!("32.0"))]);
    assert_eq!(of("Power.Active.Import"), [(Value::Null, json!("7360.0"))]);
    assert_eq!(of("Voltage")[2], (json!("L3-N"), json!("230.0")));
}

#[test]
fn energy_is_what_flowed_and_never_falls() {
    let mut bench = Bench::charging(Behaviour {
        meter_interval_s: 5,
        phases: 3,
        car: CarMake { phases: 3, ..<_>::default() },
        ..<_>::default()
    });
    bench.set(1, profile("TxDefaultProfile", 0, 16.0, json!({})));
    let before = bench.measure("Energy.Active.Import.Register");
    bench.run(3_600);
    let hour = bench.measure("Energy.Active.Import.Register") - before;
    assert!((hour - 16.0 * 230.0 * 3.0).abs() <= 1.0, "{hour} Wh");
    bench.set(1, profile("TxDefaultProfile", 0, 0.0, json!({})));
    bench.run(60);
    bench.unplug();
    let register = |values: &Value| -> f64 {
        values["meterValue"][0]["sampledValue"][0]["value"].as_str().unwrap().parse().unwrap()
    };
    let all: Vec<f64> = bench.all("MeterValues").iter().map(register).collect();
    assert!(all.len() > 700 && all.is_sorted());
    assert_eq!(bench.all("StopTransaction")[0]["meterStop"].as_f64(), all.last().copied());
}

#[test]
fn the_car_ramps_for_a_few_seconds() {
    let mut bench = Bench::charging(Behaviour::default());
    let set = profile("TxDefaultProfile", 0, 12.0, json!({}));
    bench.call("SetChargingProfile", json!({ "connectorId": 1, "csChargingProfiles": set }));
    assert_eq!(bench.amps(), 32.0);
    assert_eq!(bench.measure("Current.Offered"), 12.0);
    bench.run(1);
    assert!((12.1..32.0).contains(&bench.amps()));
    bench.run(3);
    assert_eq!(bench.amps(), 12.0);
}

#[test]
fn a_full_car_suspends_by_itself() {
    let mut bench =
        Bench::charging(Behaviour { car: CarMake { needs_wh: Some(100.0), ..<_>::default() }, ..<_>::default() });
    bench.run(120);
    assert_eq!(bench.statuses(), ["Preparing", "Charging", "SuspendedEV"]);
    assert_eq!((bench.amps(), bench.measure("Current.Offered")), (0.0, 32.0));
}

#[test]
fn a_car_takes_no_more_than_its_own_limit_and_a_charger_gives_no_more_than_its_hardware() {
    let mut bench = Bench::charging(Behaviour { car: CarMake { amps: 6.5, ..<_>::default() }, ..<_>::default() });
    assert_eq!((bench.amps(), bench.measure("Current.Offered")), (6.5, 32.0));
    let mut bench = Bench::charging(Behaviour { hardware_amps: Some(20.0), ..<_>::default() });
    assert_eq!((bench.amps(), bench.measure("Current.Offered")), (20.0, 20.0));
}

#[test]
fn a_transaction_survives_a_lost_connection_and_its_end_is_told_later() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.disconnect();
    bench.run(60);
    bench.unplug();
    assert_eq!(bench.all("StopTransaction").len(), 0);
    bench.boot = ("Pending", 30);
    bench.connect();
    assert_eq!(bench.all("StopTransaction").len(), 0, "not before the boot is accepted");
    bench.boot = ("Accepted", 300);
    bench.run(30);
    let stop = &bench.all("StopTransaction")[0];
    assert_eq!((&stop["transactionId"], &stop["timestamp"]), (&json!(101), &json!("2026-11-22T00:01:10.000Z")));
    let samples = bench.all("MeterValues").len();
    assert_eq!(samples, 7, "one in its ten seconds of connection, six while it was away");
}

#[test]
fn a_status_that_could_not_be_told_is_not_told_late() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.answers = false;
    bench.unplug();
    bench.disconnect();
    bench.answers = true;
    bench.plug();
    bench.connect();
    assert_eq!(bench.statuses()[2..], ["Preparing", "Charging"]);
    assert_eq!(bench.all("StopTransaction").len(), 2, "the one that got no answer is repeated");
}

#[test]
fn an_unanswered_start_is_repeated_three_times_and_the_stop_still_comes() {
    let mut bench = Bench::booted(Behaviour { plugged: true, ..<_>::default() });
    bench.call("ChangeConfiguration", json!({ "key": "AuthorizeRemoteTxRequests", "value": "false" }));
    bench.answers = false;
    bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" }));
    bench.run(180);
    assert_eq!(bench.all("StartTransaction").len(), 3);
    bench.unplug();
    bench.answers = true;
    bench.run(60);
    assert_eq!(bench.all("StopTransaction")[0]["transactionId"], -1);
}
