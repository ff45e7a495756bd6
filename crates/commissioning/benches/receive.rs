//! What it costs to read a message, judge it and apply it to the charger's record, against `serde_json` reading it to a
//! `Value` alone, in the same run; and what it costs to compile the schemas. Prints it, no more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use chargehand_commissioning::event::Handshake;
use chargehand_commissioning::record::Record;
use chargehand_commissioning::session::{self, Heard};
use chargehand_ocpp::peer::Peer;
use chargehand_ocpp::schema::{self, Half};
use chargehand_ocpp::{Version, message};
use jiff::Timestamp;
use serde_json::{Value, json};

const TIMES: u32 = 5_000;
const ROUNDS: usize = 7;

fn main() {
    for version in Version::ALL {
        compile(version);
    }
    for version in Version::ALL {
        println!(
            "OCPP {version}: message, bytes: parsed alone, judged, judged and applied (median of {ROUNDS} rounds)"
        );
        let ratios: Vec<f64> =
            commonest(version).iter().map(|(action, frame)| compare(version, action, frame)).collect();
        println!("  geometric mean ratio {:.2}", geometric_mean(&ratios));
    }
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// Every schema of the version, each on its first use.
fn compile(version: Version) {
    let (began, mut slowest) = (Instant::now(), 0.0_f64);
    for message in message::all(version) {
        for half in [Half::Request, Half::Response] {
            let one = Instant::now();
            black_box(schema::check(version, message.action, half, &json!({})));
            slowest = slowest.max(one.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let all = began.elapsed().as_secs_f64() * 1000.0;
    println!("OCPP {version}: all schemas compiled in {all:.1} ms, the slowest in {slowest:.2} ms");
}

/// Prints one line; the ratio of judging and applying.
fn compare(version: Version, action: &str, frame: &str) -> f64 {
    let bytes = frame.as_bytes();
    let mut record = charger(version);
    let receive = || {
        let mut peer = Peer::new(version, "a");
        if frame.starts_with("[3") {
            peer.resume(Instant::now(), "a-1", action);
        }
        let (event, deviations) = black_box(peer.receive(black_box(bytes)));
        assert!(deviations.is_empty(), "{action}: {event:?} {deviations:?}");
        event
    };
    let mut judged = || drop(receive());
    let mut applied = || {
        let heard = Heard { number: 7, at: Timestamp::UNIX_EPOCH, signs: false };
        let mut happened = Vec::new();
        drop(black_box(session::on_event(&mut record, &receive(), Vec::new(), heard, &mut happened)));
        black_box(happened);
    };
    let mut parsed = || drop(black_box(serde_json::from_slice::<Value>(black_box(bytes)).unwrap()));
    let mut rounds: Vec<[f64; 3]> =
        (0..ROUNDS).map(|_| [each(&mut parsed), each(&mut judged), each(&mut applied)]).collect();
    rounds.sort_by(|a, b| (a[2] / a[0]).total_cmp(&(b[2] / b[0])));
    let [alone, judged, applied] = rounds[ROUNDS / 2];
    println!(
        "  {action:<26} {:>5} B {alone:>7.2} us {judged:>7.2} us {applied:>7.2} us  ratio {:.2}, {:.2}",
        bytes.len(),
        judged / alone,
        applied / alone
    );
    applied / alone
}

/// One that is adopted and has spoken before.
fn charger(version: Version) -> Record {
    let handshake = Handshake { chosen: version.subprotocol().to_owned(), ..Handshake::default() };
    let mut record = Record { adopted: true, handshake: Some(handshake), ..Record::new("CP1") };
    record.frames.count = 2;
    record
}

/// Microseconds for one.
fn each(work: &mut impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}

/// What chargers send most, as they send it.
fn commonest(version: Version) -> Vec<(&'static str, String)> {
    let frames = if version.is_v2() { second(version) } else { first() };
    let text = |(action, frame): (&'static str, Value)| (action, frame.to_string());
    assert_eq!(frames.len(), 10);
    frames.into_iter().map(text).collect()
}

const TIME: &str = "2026-11-22T10:00:00.123Z";

fn call(action: &'static str, payload: Value) -> (&'static str, Value) {
    (action, json!([2, "6f1c2a44-1", action, payload]))
}

fn answer(action: &'static str, payload: Value) -> (&'static str, Value) {
    (action, json!([3, "a-1", payload]))
}

fn first() -> Vec<(&'static str, Value)> {
    let sample = |measurand: &str, phase: &str, value: &str, unit: &str| json!({"value": value, "context": "Sample.Periodic", "measurand": measurand, "phase": phase, "unit": unit});
    let samples = json!([
        sample("Current.Import", "L1", "15.9", "A"),
        sample("Current.Import", "L2", "16.0", "A"),
        sample("Current.Import", "L3", "15.8", "A"),
        sample("Voltage", "L1-N", "231.2", "V"),
        {"value": "11011", "measurand": "Power.Active.Import", "unit": "W"},
        {"value": "1234567", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
    ]);
    let meter = json!([{"timestamp": TIME, "sampledValue": samples}]);
    let keys: Vec<Value> = (0..50)
        .map(|n| json!({"key": format!("ConfigurationKey{n}"), "readonly": n % 2 == 0, "value": n.to_string()}))
        .collect();
    vec![
        call("MeterValues", json!({"connectorId": 1, "transactionId": 7, "meterValue": meter})),
        call("Heartbeat", json!({})),
        call(
            "StatusNotification",
            json!({"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": TIME}),
        ),
        call(
            "BootNotification",
            json!({"chargePointVendor": "Maker", "chargePointModel": "Model 11", "chargePointSerialNumber": "A1234567", "firmwareVersion": "1.2.3"}),
        ),
        call("Authorize", json!({"idTag": "04A1B2C3D4E5F6"})),
        call(
            "StartTransaction",
            json!({"connectorId": 1, "idTag": "04A1B2C3D4E5F6", "meterStart": 1234567, "timestamp": TIME}),
        ),
        call(
            "StopTransaction",
            json!({"transactionId": 7, "meterStop": 1240000, "timestamp": TIME, "reason": "Local", "transactionData": meter}),
        ),
        call("DataTransfer", json!({"vendorId": "Maker", "messageId": "Info", "data": "a=1;b=2"})),
        answer("SetChargingProfile", json!({"status": "Accepted"})),
        answer("GetConfiguration", json!({"configurationKey": keys})),
    ]
}

fn second(version: Version) -> Vec<(&'static str, Value)> {
    let sample = |measurand: &str, phase: &str, value: f64, unit: &str| json!({"value": value, "context": "Sample.Periodic", "measurand": measurand, "phase": phase, "unitOfMeasure": {"unit": unit}});
    let samples = json!([
        sample("Current.Import", "L1", 15.9, "A"),
        sample("Current.Import", "L2", 16.0, "A"),
        sample("Current.Import", "L3", 15.8, "A"),
        sample("Voltage", "L1-N", 231.2, "V"),
        {"value": 11011, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W"}},
        {"value": 1234567, "measurand": "Energy.Active.Import.Register"},
    ]);
    let meter = json!([{"timestamp": TIME, "sampledValue": samples}]);
    let report: Vec<Value> = (0..20)
        .map(|n| {
            json!({"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": format!("Variable{n}")},
            "variableAttribute": [{"type": "Actual", "value": n.to_string(), "mutability": "ReadWrite"}],
            "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": false}})
        })
        .collect();
    let started = json!({"eventType": "Started", "timestamp": TIME, "triggerReason": "Authorized", "seqNo": 0,
        "transactionInfo": {"transactionId": "6f1c2a44-77", "chargingState": "EVConnected"}, "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": "04A1B2C3D4E5F6", "type": "ISO14443"}});
    let updated = json!({"eventType": "Updated", "timestamp": TIME, "triggerReason": "MeterValuePeriodic", "seqNo": 9,
        "transactionInfo": {"transactionId": "6f1c2a44-77", "chargingState": "Charging"}, "meterValue": meter});
    let event = json!([{"eventId": 1, "timestamp": TIME, "trigger": "Alerting", "actualValue": "true", "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": 1}}, "variable": {"name": "Problem"}}]);
    let stream = json!({"id": 1, "pending": 0, "basetime": TIME, "data": [{"t": 0.0, "v": "15.9"}, {"t": 0.5, "v": "16.0"}, {"t": 1.0, "v": "15.8"}]});
    let last = match version {
        Version::V21 => ("NotifyPeriodicEventStream", json!([6, "6f1c2a44-2", "NotifyPeriodicEventStream", stream])),
        _ => call("MeterValues", json!({"evseId": 1, "meterValue": meter})),
    };
    vec![
        call("TransactionEvent", updated),
        call("TransactionEvent", started),
        call("Heartbeat", json!({})),
        call(
            "StatusNotification",
            json!({"timestamp": TIME, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}),
        ),
        call(
            "BootNotification",
            json!({"reason": "PowerUp", "chargingStation": {"model": "Model 11", "vendorName": "Maker", "serialNumber": "A1234567", "firmwareVersion": "1.2.3"}}),
        ),
        call("Authorize", json!({"idToken": {"idToken": "04A1B2C3D4E5F6", "type": "ISO14443"}})),
        call("NotifyReport", json!({"requestId": 1, "generatedAt": TIME, "seqNo": 0, "reportData": report})),
        call("NotifyEvent", json!({"generatedAt": TIME, "seqNo": 0, "eventData": event})),
        answer("SetChargingProfile", json!({"status": "Accepted"})),
        last,
    ]
}
