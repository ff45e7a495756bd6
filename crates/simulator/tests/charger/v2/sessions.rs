//! Boot and transactions.

use super::{BOTH, events, speaking, transaction};
use crate::bench::{Answer, Bench};
use chargehand_simulator::deviations::{Metering, Sessions};
use chargehand_simulator::{Behaviour, Deviations, MeterHabit};
use serde_json::json;

fn pairs(events: &[(String, String)]) -> Vec<(&str, &str)> {
    events.iter().map(|(kind, reason)| (kind.as_str(), reason.as_str())).collect()
}

#[test]
fn a_session_is_told_from_its_start_to_its_end() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        bench.run(15);
        let id = transaction(&bench);
        assert_eq!(bench.call("RequestStopTransaction", json!({ "transactionId": id })).status(), "Accepted");
        let wanted = [
            ("Started", "Authorized"),
            ("Updated", "MeterValuePeriodic"),
            ("Updated", "MeterValuePeriodic"),
            ("Ended", "RemoteStop"),
        ];
        assert_eq!(pairs(&events(&bench)), wanted);
        let events = bench.all("TransactionEvent");
        let numbers: Vec<_> = events.iter().map(|event| event["seqNo"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(events[0]["idToken"]["idToken"], "SIMULATED-TAG");
        assert_eq!(events[3]["transactionInfo"]["stoppedReason"], "Remote");
        assert!(events.iter().all(|event| event["transactionInfo"]["transactionId"] == id));
    }
}

#[test]
fn a_remote_start_before_the_plug_waits_for_it_and_names_itself() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        let token = json!({ "idToken": "AABB", "type": "ISO14443" });
        let start = json!({ "remoteStartId": 77, "idToken": token, "evseId": 1 });
        assert_eq!(bench.call("RequestStartTransaction", start).status(), "Accepted");
        assert!(events(&bench).is_empty());
        bench.plug();
        assert_eq!(pairs(&events(&bench)), [("Started", "RemoteStart")]);
        let event = &bench.all("TransactionEvent")[0];
        assert_eq!(event["transactionInfo"]["remoteStartId"], 77);
        assert_eq!(event["idToken"], token);
    }
}

#[test]
fn a_start_names_the_connector_where_the_charger_wants_it() {
    let deviates = Deviations::from(Sessions { starts_only_on_named_connector: true, ..<_>::default() });
    for version in BOTH {
        let mut bench = Bench::booted(Behaviour { deviates, ..speaking(version) });
        let start = json!({ "remoteStartId": 1, "idToken": { "idToken": "A", "type": "Central" } });
        assert_eq!(bench.call("RequestStartTransaction", start).status(), "Rejected");
    }
}

#[test]
fn a_pause_is_a_change_of_the_charging_state() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        super::set(&mut bench, 0, super::profile("TxDefaultProfile", 0, 0.0, json!({})));
        let events = bench.all("TransactionEvent");
        let event = events.iter().find(|event| event["triggerReason"] == "ChargingStateChanged").unwrap();
        assert_eq!(event["transactionInfo"]["chargingState"], "SuspendedEVSE");
    }
}

#[test]
fn a_registered_charger_does_not_boot_again_until_it_is_reset() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        bench.disconnect();
        bench.run(30);
        bench.connect();
        assert_eq!(bench.all("BootNotification").len(), 1);
        let offline = |event: &&serde_json::Value| event["offline"] == true;
        assert!(bench.all("TransactionEvent").iter().filter(offline).count() >= 2);
        assert_eq!(bench.call("Reset", json!({ "type": "Immediate" })).status(), "Accepted");
        assert_eq!(bench.all("TransactionEvent").last().unwrap()["triggerReason"], "ResetCommand");
        assert!(bench.charger.reboot_due(bench.now));
        bench.disconnect();
        bench.connect();
        assert_eq!(bench.all("BootNotification")[1]["reason"], "RemoteReset");
    }
}

#[test]
fn a_reset_on_idle_waits_for_the_end_of_the_transaction() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        assert_eq!(bench.call("Reset", json!({ "type": "OnIdle" })).status(), "Scheduled");
        bench.run(60);
        assert!(!bench.charger.reboot_due(bench.now));
        bench.unplug();
        assert!(bench.charger.reboot_due(bench.now));
    }
}

#[test]
fn an_end_may_be_told_late_but_in_order() {
    let deviates = Deviations::from(Sessions { reports_end_late_s: Some(40), ..<_>::default() });
    for version in BOTH {
        let mut bench = Bench::charging(Behaviour { deviates, ..speaking(version) });
        let id = transaction(&bench);
        bench.call("RequestStopTransaction", json!({ "transactionId": id }));
        bench.run(39);
        assert!(bench.all("TransactionEvent").iter().all(|event| event["eventType"] != "Ended"));
        let Answer::Result(status) = bench.call("GetTransactionStatus", json!({ "transactionId": id })) else {
            panic!("an answer")
        };
        assert_eq!(status, json!({ "ongoingIndicator": false, "messagesInQueue": true }));
        bench.run(1);
        assert_eq!(bench.all("TransactionEvent").last().unwrap()["eventType"], "Ended");
    }
}

#[test]
fn a_meter_may_speak_kilowatts_only_or_not_at_all() {
    for version in BOTH {
        let deviates = Deviations::from(Metering { measures_only_kilowatts: true, ..<_>::default() });
        let bench = Bench::charging(Behaviour { deviates, ..speaking(version) });
        let samples = &bench.all("TransactionEvent")[1]["meterValue"][0]["sampledValue"];
        assert_eq!(samples.as_array().unwrap().len(), 2);
        assert_eq!(samples[1]["value"], 7.36);
        assert_eq!(samples[1]["unitOfMeasure"]["unit"], "kW");
        let deviates = Deviations::from(Metering { meter_values: MeterHabit::Never, ..<_>::default() });
        let mut bench = Bench::charging(Behaviour { deviates, ..speaking(version) });
        let trigger = json!({ "requestedMessage": "TransactionEvent" });
        assert_eq!(bench.call("TriggerMessage", trigger).status(), "NotImplemented");
    }
}

#[test]
fn what_is_no_frame_gets_the_error_its_version_has() {
    let mut bench = Bench::booted(speaking(BOTH[0]));
    assert!(bench.send("not json")[0].starts_with("[4,\"-1\",\"RpcFrameworkError\""));
    assert!(bench.send("[9,\"a\",{}]")[0].starts_with("[4,\"a\",\"MessageTypeNotSupported\""));
    assert_eq!(bench.send("[3,\"unknown\",{}]"), [""; 0]);
    let mut bench = Bench::booted(speaking(BOTH[1]));
    assert!(bench.send("[2]")[0].starts_with("[4,\"-1\",\"RpcFrameworkError\""));
    assert_eq!(bench.send("[9,\"a\",{}]"), [""; 0]);
}

#[test]
fn an_answer_that_makes_no_sense_is_refused_in_2_1() {
    for (version, kind) in BOTH.into_iter().zip([None, Some(5)]) {
        let mut bench = Bench::new(speaking(version));
        bench.answers = false;
        let boot: serde_json::Value = serde_json::from_str(&bench.charger.connected(bench.now)[0]).unwrap();
        let frames = bench.send(&json!([3, boot[1], {}]).to_string());
        let refused = frames.first().map(|frame| serde_json::from_str::<serde_json::Value>(frame).unwrap());
        assert_eq!(refused.as_ref().and_then(|frame| frame[0].as_i64()), kind);
        assert!(refused.is_none_or(|frame| frame[1] == boot[1] && frame.as_array().unwrap().len() == 5));
    }
}

#[test]
fn readings_at_round_times_are_the_transactions_or_the_connectors() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        bench.run(10);
        let interval = json!({
            "component": { "name": "AlignedDataCtrlr" }, "variable": { "name": "Interval" }, "attributeValue": "60",
        });
        bench.call("SetVariables", json!({ "setVariableData": [interval] }));
        bench.run(120);
        let times: Vec<_> =
            bench.all("MeterValues").iter().map(|it| it["meterValue"][0]["timestamp"].clone()).collect();
        assert_eq!(times, ["2026-11-22T00:01:00.000Z", "2026-11-22T00:02:00.000Z"]);
        bench.plug();
        let token = json!({ "idToken": "A", "type": "Central" });
        bench.call("RequestStartTransaction", json!({ "remoteStartId": 1, "evseId": 1, "idToken": token }));
        bench.run(60);
        assert!(pairs(&events(&bench)).contains(&("Updated", "MeterValueClock")));
        assert_eq!(bench.all("MeterValues").len(), 2);
        assert_eq!(bench.all("Authorize").len(), 0, "a token of the endpoint's own");
    }
}

#[test]
fn what_is_known_and_not_there_is_not_supported_and_the_unknown_not_implemented() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        let cost = json!({ "totalCost": 1.0, "transactionId": "x" });
        assert_eq!(bench.call("CostUpdated", cost), Answer::Error("NotSupported".into()));
        assert_eq!(bench.call_unchecked("BrewCoffee", json!({})), Answer::Error("NotImplemented".into()));
        assert_eq!(bench.call_unchecked("Reset", json!({})), Answer::Error("OccurrenceConstraintViolation".into()));
        let odd = bench.call_unchecked("Reset", json!({ "type": 1 }));
        assert!(matches!(odd, Answer::Error(code) if code != "NotImplemented"));
    }
}

#[test]
fn an_event_that_is_not_taken_is_sent_again_later_each_time() {
    let mut bench = Bench::booted(speaking(BOTH[0]));
    bench.plug();
    bench.answers = false;
    let token = json!({ "idToken": "A", "type": "Central" });
    bench.call("RequestStartTransaction", json!({ "remoteStartId": 1, "evseId": 1, "idToken": token }));
    let mut sent = Vec::new();
    for second in 0..60 {
        if let Some(call) = bench.unanswered.take_if(|call| call[2] == "TransactionEvent") {
            sent.push(second);
            bench.refuse(&call);
        }
        bench.run(1);
    }
    assert_eq!(sent[..3], [0, 10, 30], "the first event, and its repetitions");
}
