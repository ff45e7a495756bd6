//! Monitors, events, and the streams of 2.1.

use super::{BOTH, profile, set, speaking};
use crate::bench::{Answer, Bench};
use chargehand_simulator::Version;
use serde_json::{Value, json};

fn power(kind: &str, value: f64) -> Value {
    json!({
        "type": kind, "value": value, "severity": 5,
        "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" },
    })
}

fn monitor(bench: &mut Bench, data: Value) -> Value {
    let asked = json!({ "setMonitoringData": [data] });
    let Answer::Result(answer) = bench.call("SetVariableMonitoring", asked) else { panic!("an answer") };
    answer["setMonitoringResult"][0].clone()
}

fn raised(bench: &Bench) -> Vec<Value> {
    bench.all("NotifyEvent").iter().map(|event| event["eventData"][0].clone()).collect()
}

#[test]
fn a_threshold_is_told_when_it_is_passed_and_when_it_is_clear_again() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        let result = monitor(&mut bench, power("UpperThreshold", 3000.0));
        assert_eq!((&result["status"], &result["id"]), (&json!("Accepted"), &json!(1)));
        bench.run(5);
        set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({})));
        let raised = raised(&bench);
        assert_eq!(raised.len(), 2);
        assert_eq!((&raised[0]["trigger"], &raised[0]["cleared"]), (&json!("Alerting"), &Value::Null));
        assert_eq!((&raised[1]["cleared"], &raised[1]["variableMonitoringId"]), (&json!(true), &json!(1)));
    }
}

#[test]
fn periods_and_differences_are_told_and_a_lighter_one_is_not() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        monitor(&mut bench, power("Periodic", 20.0));
        bench.run(60);
        assert_eq!(raised(&bench).len(), 3);
        assert_eq!(bench.call("SetMonitoringLevel", json!({ "severity": 4 })).status(), "Accepted");
        bench.run(60);
        assert_eq!(raised(&bench).len(), 3);
        bench.call("SetMonitoringLevel", json!({ "severity": 9 }));
        bench.call("SetMonitoringBase", json!({ "monitoringBase": "FactoryDefault" }));
        monitor(&mut bench, power("Delta", 2000.0));
        set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({})));
        assert!(raised(&bench)[3..].iter().all(|event| event["trigger"] == "Delta"));
        assert!(raised(&bench).len() > 3);
    }
}

#[test]
fn what_cannot_be_monitored_is_said() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        let status = |bench: &mut Bench, data| monitor(bench, data)["status"].clone();
        monitor(&mut bench, power("Periodic", 20.0));
        assert_eq!(status(&mut bench, power("Periodic", 30.0)), "Duplicate");
        assert_eq!(status(&mut bench, power("UpperThreshold", 1e9)), "Rejected", "more than it can be");
        let mut unknown = power("Delta", 1.0);
        unknown["variable"]["name"] = json!("Mood");
        assert_eq!(status(&mut bench, unknown), "UnknownVariable");
        let mut fixed = power("Delta", 1.0);
        fixed["variable"]["name"] = json!("SupplyPhases");
        assert_eq!(status(&mut bench, fixed), "UnsupportedMonitorType");
    }
}

#[test]
fn the_monitors_are_reported_and_cleared() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        for value in 0..9 {
            let mut data = power("LowerThreshold", 0.0);
            data["severity"] = json!(value);
            assert_eq!(monitor(&mut bench, data)["status"], "Accepted");
        }
        monitor(&mut bench, power("Periodic", 60.0));
        let asked = json!({ "requestId": 3, "monitoringCriteria": ["ThresholdMonitoring"] });
        assert_eq!(bench.call("GetMonitoringReport", asked.clone()).status(), "Accepted");
        let parts = bench.all("NotifyMonitoringReport");
        let counts = parts.iter().map(|part| part["monitor"].as_array().unwrap().len()).collect::<Vec<_>>();
        assert_eq!((counts, &parts[1]["tbc"]), (vec![8, 1], &json!(false)));
        let ids: Vec<i64> = (1..=9).chain([77]).collect();
        let Answer::Result(answer) = bench.call("ClearVariableMonitoring", json!({ "id": ids })) else {
            panic!("an answer")
        };
        let statuses = answer["clearMonitoringResult"].as_array().unwrap();
        assert_eq!((&statuses[0]["status"], &statuses[9]["status"]), (&json!("Accepted"), &json!("NotFound")));
        assert_eq!(bench.call("GetMonitoringReport", asked).status(), "EmptyResultSet");
    }
}

#[test]
fn a_station_that_is_switched_off_says_so_as_an_event() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        bench.call("ChangeAvailability", json!({ "operationalStatus": "Inoperative" }));
        let raised = raised(&bench);
        assert_eq!(raised.len(), 1);
        assert_eq!(raised[0]["actualValue"], "Unavailable");
        assert_eq!(raised[0]["eventNotificationType"], "HardWiredNotification");
    }
}

#[test]
fn a_stream_flows_without_answers_and_is_adjusted_and_closed() {
    let mut bench = Bench::charging(speaking(Version::V21));
    let mut data = power("Periodic", 5.0);
    data["periodicEventStream"] = json!({ "interval": 20 });
    monitor(&mut bench, data);
    assert_eq!(bench.all("OpenPeriodicEventStream").len(), 1);
    bench.run(41);
    let messages = bench.all("NotifyPeriodicEventStream");
    assert_eq!(messages.len(), 2);
    let times: Vec<&Value> = messages[1]["data"].as_array().unwrap().iter().map(|value| &value["t"]).collect();
    assert_eq!((times[0], times.len()), (&json!(0.0), 4));
    assert!(raised(&bench).is_empty());
    let Answer::Result(open) = bench.call("GetPeriodicEventStream", json!({})) else { panic!("an answer") };
    assert_eq!(open["constantStreamData"][0]["params"]["interval"], 20);
    let adjust = |id: i64| json!({ "id": id, "params": { "values": 2 } });
    assert_eq!(bench.call("AdjustPeriodicEventStream", adjust(1)).status(), "Accepted");
    assert_eq!(bench.call("AdjustPeriodicEventStream", adjust(9)).status(), "Rejected");
    let before = bench.all("NotifyPeriodicEventStream").len();
    bench.run(21);
    let full = &bench.all("NotifyPeriodicEventStream")[before..];
    assert!(full.len() >= 2 && full.iter().all(|it| it["data"].as_array().unwrap().len() == 2));
    bench.call("ClearVariableMonitoring", json!({ "id": [1] }));
    assert_eq!(bench.all("ClosePeriodicEventStream"), [json!({ "id": 1 })]);
}
