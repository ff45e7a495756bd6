//! What 2.1 adds.

use super::{amps, events, profile, set, speaking, transaction};
use crate::bench::{Answer, Bench};
use chargehand_simulator::{Behaviour, CarMake, Version};
use serde_json::{Value, json};

fn charging() -> Bench {
    Bench::charging(speaking(Version::V21))
}

/// The fields of a profile with one value that can be renewed.
fn dynamic(more: Value) -> Value {
    let mut schedule = json!({
        "id": 1,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 10.0 }],
    });
    crate::bench::merge(&mut schedule, more);
    json!({ "chargingProfileKind": "Dynamic", "chargingSchedule": [schedule] })
}

fn central(setpoint: f64) -> Value {
    let period = json!({ "startPeriod": 0, "setpoint": setpoint, "operationMode": "CentralSetpoint" });
    json!({ "chargingSchedule": [{ "id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period] }] })
}

fn update(bench: &mut Bench, id: i64, values: Value) -> String {
    let asked = json!({ "chargingProfileId": id, "scheduleUpdate": values });
    let answer = bench.call("UpdateDynamicSchedule", asked).status().to_owned();
    bench.run(10);
    answer
}

#[test]
fn a_dynamic_limit_is_renewed_and_ends_when_nobody_renews_it() {
    let mut bench = charging();
    let lasting = dynamic(json!({ "duration": 60 }));
    assert_eq!(set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, lasting)), "Accepted");
    assert_eq!(amps(&mut bench), 10.0);
    assert_eq!(update(&mut bench, 10, json!({ "limit": 14.0 })), "Accepted");
    assert_eq!(amps(&mut bench), 14.0);
    assert_eq!(update(&mut bench, 99, json!({ "limit": 14.0 })), "Rejected");
    bench.call("GetChargingProfiles", json!({ "requestId": 1, "chargingProfile": { "stackLevel": 0 } }));
    let told = &bench.all("ReportChargingProfiles")[0]["chargingProfile"][0];
    assert_eq!(told["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"], 14.0);
    assert_eq!(told["dynUpdateTime"], "2026-11-22T00:00:20.000Z");
    bench.run(60);
    assert_eq!(amps(&mut bench), 32.0);
}

#[test]
fn a_charger_asks_for_the_next_value_at_its_interval_and_not_oftener() {
    let mut bench = charging();
    bench.update = json!({ "limit": 8.0 });
    let mut pulled = dynamic(json!({}));
    pulled["dynUpdateInterval"] = json!(30);
    assert_eq!(set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, pulled)), "Accepted");
    bench.run(25);
    assert_eq!(bench.all("PullDynamicScheduleUpdate"), [json!({ "chargingProfileId": 10 })]);
    assert_eq!(amps(&mut bench), 8.0);
    bench.answers = false;
    bench.run(90);
    assert!(bench.all("PullDynamicScheduleUpdate").len() <= 4);
}

#[test]
fn a_value_that_makes_no_sense_is_refused() {
    let mut bench = Bench::charging(Behaviour { meter_interval_s: 0, ..speaking(Version::V21) });
    let mut pulled = dynamic(json!({}));
    pulled["dynUpdateInterval"] = json!(30);
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, pulled));
    bench.answers = false;
    bench.run(25);
    let call = bench.unanswered.clone().unwrap();
    assert_eq!(call[2], "PullDynamicScheduleUpdate");
    let frames =
        bench.send(&json!([3, call[1], { "status": "Accepted", "scheduleUpdate": { "limit": "ten" } }]).to_string());
    assert!(frames[0].starts_with(&format!("[5,{},\"FormatViolation\"", call[1])), "{frames:?}");
}

#[test]
fn a_setpoint_below_zero_lets_the_car_give_where_it_can() {
    let mut plain = charging();
    assert_eq!(set(&mut plain, 1, profile("TxDefaultProfile", 0, 0.0, central(-10.0))), "Rejected");
    assert_eq!(set(&mut plain, 1, profile("TxDefaultProfile", 0, 0.0, central(12.0))), "Accepted");
    assert_eq!(amps(&mut plain), 12.0);
    let car = CarMake { feeds_back: true, ..<_>::default() };
    let mut bench = Bench::charging(Behaviour { discharges: true, car, ..speaking(Version::V21) });
    assert_eq!(set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, central(-10.0))), "Accepted");
    assert_eq!(amps(&mut bench), 0.0);
    let reading = bench.all("MeterValues").pop().unwrap();
    let samples = reading["meterValue"][0]["sampledValue"].as_array().unwrap();
    let shown = |measurand: &str| samples.iter().find(|it| it["measurand"] == measurand).unwrap()["value"].clone();
    assert_eq!((shown("Current.Export"), shown("Power.Active.Export")), (json!(10.0), json!(2300.0)));
    assert!(shown("Energy.Active.Export.Register").as_f64().unwrap() > 0.0);
    let told = events(&bench).iter().filter(|(_, reason)| reason == "OperationModeChanged").count();
    assert_eq!(told, 1);
    let event = bench.all("TransactionEvent").into_iter().find(|it| it["triggerReason"] == "OperationModeChanged");
    assert_eq!(event.unwrap()["transactionInfo"]["operationMode"], "CentralSetpoint");
}

#[test]
fn a_car_gives_until_its_battery_is_empty_and_one_that_cannot_gives_nothing() {
    let make = CarMake { battery_wh: Some(10_000.0), percent: 10.0, amps: 16.0, feeds_back: true, ..<_>::default() };
    let behaviour = |car| Behaviour { discharges: true, car, ..speaking(Version::V21) };
    let mut bench = Bench::charging(behaviour(make.clone()));
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, central(-32.0)));
    let panel = bench.panel();
    assert_eq!((panel.offered_amps, panel.amps[0], panel.pilot.duty), (-32.0, -16.0, Some(5.0)));
    bench.run(600);
    assert!((3.5..4.5).contains(&bench.panel().battery_percent.unwrap()));
    bench.run(600);
    assert_eq!((bench.panel().battery_percent, bench.panel().condition), (Some(0.0), "SuspendedEV"));
    let mut bench = Bench::charging(behaviour(CarMake { feeds_back: false, ..make }));
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, central(-32.0)));
    assert_eq!(bench.panel().amps, [0.0]);
}

#[test]
fn a_composite_schedule_tells_setpoints_and_pauses() {
    let mut bench = charging();
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, central(12.0)));
    let period = |bench: &mut Bench| {
        let asked = json!({ "evseId": 1, "duration": 60 });
        let Answer::Result(answer) = bench.call("GetCompositeSchedule", asked) else { panic!("an answer") };
        answer["schedule"]["chargingSchedulePeriod"][0].clone()
    };
    assert_eq!(period(&mut bench)["setpoint"], 12.0);
    let idle = json!([{ "startPeriod": 0, "operationMode": "Idle" }]);
    let idle = json!({ "chargingSchedule": [{ "id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": idle }] });
    assert_eq!(set(&mut bench, 1, profile("TxDefaultProfile", 0, 0.0, idle)), "Accepted");
    assert_eq!(period(&mut bench), json!({ "startPeriod": 0, "operationMode": "Idle" }));
    assert_eq!(amps(&mut bench), 0.0);
}

#[test]
fn priority_charging_overrules_the_limit_of_the_transaction_until_it_ends() {
    let mut bench = charging();
    let id = transaction(&bench);
    let on = json!({ "transactionId": id, "activate": true });
    assert_eq!(bench.call("UsePriorityCharging", on.clone()).status(), "NoProfile");
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 8.0, json!({})));
    assert_eq!(set(&mut bench, 1, profile("PriorityCharging", 1, 25.0, json!({}))), "Accepted");
    assert_eq!(amps(&mut bench), 8.0);
    let foreign = json!({ "transactionId": "foreign", "activate": true });
    assert_eq!(bench.call("UsePriorityCharging", foreign).status(), "Rejected");
    assert_eq!(bench.call("UsePriorityCharging", on).status(), "Accepted");
    bench.run(10);
    assert_eq!(amps(&mut bench), 25.0);
    bench.call("UsePriorityCharging", json!({ "transactionId": id, "activate": false }));
    bench.run(10);
    assert_eq!(amps(&mut bench), 8.0);
    let told: Vec<Value> = bench.all("NotifyPriorityCharging").iter().map(|it| it["activated"].clone()).collect();
    assert_eq!(told, [true, false]);
}

#[test]
fn a_limit_may_hold_only_while_there_is_a_connection() {
    let mut bench = charging();
    let short = json!({ "maxOfflineDuration": 60, "invalidAfterOfflineDuration": true });
    set(&mut bench, 1, profile("TxDefaultProfile", 1, 10.0, short));
    set(&mut bench, 1, profile("TxDefaultProfile", 0, 16.0, json!({})));
    bench.disconnect();
    bench.run(100);
    bench.connect();
    assert_eq!(amps(&mut bench), 16.0);
    let left = json!({ "requestId": 1, "chargingProfile": { "chargingProfileId": [11] } });
    assert_eq!(bench.call("GetChargingProfiles", left).status(), "NoProfiles");
}

#[test]
fn controls_for_the_grid_are_kept_superseded_reported_and_cleared() {
    let mut bench = charging();
    let droop = |id: &str, priority: i64| {
        json!({ "isDefault": true, "controlId": id, "controlType": "FreqDroop", "freqDroop": {
            "priority": priority, "overFreq": 50.2, "underFreq": 49.8,
            "overDroop": 0.04, "underDroop": 0.04, "responseTime": 1.0,
        }})
    };
    assert_eq!(bench.call("SetDERControl", droop("a", 3)).status(), "Accepted");
    let Answer::Result(answer) = bench.call("SetDERControl", droop("b", 1)) else { panic!("an answer") };
    assert_eq!(answer["supersededIds"], json!(["a"]));
    let foreign = json!({ "isDefault": true, "controlId": "c", "controlType": "HFMustTrip" });
    assert_eq!(bench.call("SetDERControl", foreign).status(), "NotSupported");
    let gradient = json!({ "priority": 0, "gradient": 10.0, "softGradient": 5.0 });
    let gradient = json!({ "isDefault": true, "controlId": "g", "controlType": "Gradients", "gradient": gradient });
    assert_eq!(bench.call("SetDERControl", gradient).status(), "Accepted");
    assert_eq!(bench.call("GetDERControl", json!({ "requestId": 4 })).status(), "Accepted");
    let report = &bench.all("ReportDERControl")[0];
    assert_eq!(report["freqDroop"].as_array().unwrap().len(), 2);
    assert_eq!((&report["freqDroop"][0]["isSuperseded"], &report["tbc"]), (&json!(true), &json!(false)));
    assert_eq!(report["gradient"][0]["id"], "g");
    assert_eq!(bench.call("ClearDERControl", json!({ "isDefault": true })).status(), "Accepted");
    assert_eq!(bench.call("GetDERControl", json!({ "requestId": 5 })).status(), "NotFound");
}

#[test]
fn what_the_car_may_do_is_taken_note_of() {
    let mut bench = charging();
    let told = |id: Value| json!({ "transactionId": id, "allowedEnergyTransfer": ["AC_BPT"] });
    let id = transaction(&bench);
    assert_eq!(bench.call("NotifyAllowedEnergyTransfer", told(id)).status(), "Accepted");
    assert_eq!(bench.call("NotifyAllowedEnergyTransfer", told(json!("foreign"))).status(), "Rejected");
}

#[test]
fn a_charger_that_speaks_2_0_1_knows_none_of_it() {
    let mut bench = Bench::charging(speaking(Version::V201));
    let unknown = Answer::Error("NotImplemented".into());
    assert_eq!(bench.call_unchecked("UpdateDynamicSchedule", json!({})), unknown);
    assert_eq!(bench.call_unchecked("SetDERControl", json!({})), unknown);
    let newer = profile("TxDefaultProfile", 0, 0.0, dynamic(json!({})));
    let asked = json!({ "evseId": 1, "chargingProfile": newer });
    assert_eq!(bench.call_unchecked("SetChargingProfile", asked), Answer::Error("PropertyConstraintViolation".into()));
}

#[test]
fn the_network_profiles_are_variables() {
    let mut bench = Bench::booted(speaking(Version::V21));
    let data = json!({
        "ocppInterface": "Wired0", "ocppTransport": "JSON", "messageTimeout": 30,
        "ocppCsmsUrl": "ws://10.0.0.2:9616", "securityProfile": 0,
    });
    bench.call("SetNetworkProfile", json!({ "configurationSlot": 2, "connectionData": data }));
    let named = |slot: &str| {
        json!({
            "component": { "name": "NetworkConfiguration", "instance": slot },
            "variable": { "name": "OcppCsmsUrl" },
        })
    };
    let asked = json!({ "getVariableData": [named("2"), named("1")] });
    let Answer::Result(answer) = bench.call("GetVariables", asked) else { panic!("an answer") };
    let values = [0, 1].map(|place| answer["getVariableResult"][place]["attributeValue"].clone());
    assert_eq!(values, ["ws://10.0.0.2:9616", ""]);
}
