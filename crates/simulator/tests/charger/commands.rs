//! What the endpoint may ask besides charging profiles.

use crate::bench::{Answer, Bench};
use chargehand_simulator::Behaviour;
use serde_json::{Value, json};

fn result(answer: Answer) -> Value {
    let Answer::Result(payload) = answer else { panic!("{answer:?}") };
    payload
}

#[test]
fn every_key_is_listed_and_an_unknown_one_is_named() {
    let mut bench = Bench::booted(Behaviour::default());
    let all = result(bench.call("GetConfiguration", json!({})));
    assert!(all["configurationKey"].as_array().unwrap().len() >= 20 && all.get("unknownKey").is_none());
    let some = result(bench.call("GetConfiguration", json!({ "key": ["NumberOfConnectors", "Fancy"] })));
    let number = json!({ "key": "NumberOfConnectors", "readonly": true, "value": "1" });
    assert_eq!(some, json!({ "configurationKey": [number], "unknownKey": ["Fancy"] }));
}

#[test]
fn only_writable_keys_take_only_what_they_can_hold() {
    let mut bench = Bench::booted(Behaviour::default());
    let cases = [
        ("HeartbeatInterval", "20", "Accepted"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("AuthorizeRemoteTxRequests", "perhaps", "Rejected"),
        ("MeterValuesSampledData", "Voltage,Mood", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("Fancy", "1", "NotSupported"),
    ];
    for (key, value, status) in cases {
        let answer = bench.call("ChangeConfiguration", json!({ "key": key, "value": value }));
        assert_eq!(answer.status(), status, "{key} = {value}");
    }
    bench.run(20);
    assert_eq!(bench.all("Heartbeat").len(), 1, "the new interval counts at once");
}

#[test]
fn the_sampled_measurands_can_be_chosen() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.call("ChangeConfiguration", json!({ "key": "MeterValuesSampledData", "value": "Voltage,Current.Import" }));
    let measurands: Vec<Value> = bench.reading().iter().map(|sample| sample["measurand"].clone()).collect();
    assert_eq!(measurands, ["Current.Import", "Voltage"]);
}

#[test]
fn what_it_does_not_know_is_not_implemented_and_what_it_lacks_not_supported() {
    let mut bench = Bench::booted(Behaviour::default());
    assert_eq!(bench.call_unchecked("BrewCoffee", json!({})), Answer::Error("NotImplemented".into()));
    assert_eq!(bench.call_unchecked("Reset", json!({ "type": "Gentle" })), Answer::Error("FormationViolation".into()));
    let update = json!({ "location": "ftp://a/b", "retrieveDate": "2026-11-23T00:00:00Z" });
    assert_eq!(bench.call("UpdateFirmware", update), Answer::Error("NotSupported".into()), "signed firmware only");
    let trigger = bench.call("TriggerMessage", json!({ "requestedMessage": "FirmwareStatusNotification" }));
    assert_eq!(trigger.status(), "NotImplemented");
}

#[test]
fn the_small_commands_get_a_valid_answer() {
    let mut bench = Bench::booted(Behaviour::default());
    let cases = [
        ("ClearCache", json!({}), json!({ "status": "Accepted" })),
        ("DataTransfer", json!({ "vendorId": "x" }), json!({ "status": "UnknownVendorId" })),
        ("GetDiagnostics", json!({ "location": "ftp://a/b" }), json!({ "fileName": "Diagnostics.log" })),
        ("GetLocalListVersion", json!({}), json!({ "listVersion": 0 })),
        ("SendLocalList", json!({ "listVersion": 1, "updateType": "Full" }), json!({ "status": "Accepted" })),
        ("UnlockConnector", json!({ "connectorId": 1 }), json!({ "status": "Unlocked" })),
        ("UnlockConnector", json!({ "connectorId": 2 }), json!({ "status": "NotSupported" })),
    ];
    for (action, payload, wanted) in cases {
        assert_eq!(result(bench.call(action, payload)), wanted, "{action}");
    }
}

#[test]
fn an_inoperative_charger_starts_nothing_and_stays_so_over_a_reboot() {
    let mut bench = Bench::booted(Behaviour::default());
    let off = json!({ "connectorId": 0, "type": "Inoperative" });
    assert_eq!(bench.call("ChangeAvailability", off).status(), "Accepted");
    assert_eq!(bench.statuses(), ["Available", "Unavailable"]);
    assert_eq!(bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" })).status(), "Rejected");
    bench.call("Reset", json!({ "type": "Soft" }));
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.statuses().last().unwrap(), "Unavailable");
    bench.call("ChangeAvailability", json!({ "connectorId": 0, "type": "Operative" }));
    assert_eq!(bench.statuses().last().unwrap(), "Available");
}

#[test]
fn availability_changes_after_the_running_transaction() {
    let mut bench = Bench::charging(Behaviour::default());
    let off = json!({ "connectorId": 1, "type": "Inoperative" });
    assert_eq!(bench.call("ChangeAvailability", off.clone()).status(), "Scheduled");
    assert_eq!(bench.statuses().last().unwrap(), "Charging");
    bench.call("RemoteStopTransaction", json!({ "transactionId": 101 }));
    assert_eq!(bench.statuses().last().unwrap(), "Unavailable");
    let mut bench = Bench::charging(Behaviour::default());
    bench.call("ChangeAvailability", off);
    bench.call("ChangeAvailability", json!({ "connectorId": 1, "type": "Operative" }));
    bench.call("RemoteStopTransaction", json!({ "transactionId": 101 }));
    assert_eq!(bench.statuses().last().unwrap(), "Finishing", "it was thought better of");
}

#[test]
fn a_trigger_speaks_for_the_connector_that_is_named() {
    let mut bench = Bench::booted(Behaviour::default());
    let before = bench.said.len();
    bench.call("TriggerMessage", json!({ "requestedMessage": "StatusNotification", "connectorId": 1 }));
    assert_eq!(bench.said.len(), before + 1);
    bench.call("TriggerMessage", json!({ "requestedMessage": "StatusNotification" }));
    assert_eq!(bench.said.len(), before + 3);
    let other = json!({ "requestedMessage": "StatusNotification", "connectorId": 7 });
    assert_eq!(bench.call("TriggerMessage", other).status(), "Rejected");
}

#[test]
fn diagnostics_are_uploaded_and_that_is_told() {
    for (done, end) in [(true, "Uploaded"), (false, "UploadFailed")] {
        let mut bench = Bench::booted(Behaviour::default());
        bench.call("GetDiagnostics", json!({ "location": "http://10.0.0.2/put" }));
        bench.call("TriggerMessage", json!({ "requestedMessage": "DiagnosticsStatusNotification" }));
        let upload = bench.charger.take_uploads().remove(0);
        assert_eq!((upload.location.as_str(), upload.text.contains("Connected.")), ("http://10.0.0.2/put", true));
        let frames = bench.charger.uploaded(upload.request_id, done, bench.now);
        bench.take(frames);
        bench.call("TriggerMessage", json!({ "requestedMessage": "DiagnosticsStatusNotification" }));
        let told: Vec<Value> =
            bench.all("DiagnosticsStatusNotification").iter().map(|it| it["status"].clone()).collect();
        assert_eq!(told, ["Uploading", "Uploading", end, "Idle"]);
        assert_eq!(bench.all("LogStatusNotification").len(), 0);
    }
}
