//! What a 1.6 charger says by itself, and what it makes of the answers.

use crate::SimulatedCharger;
use crate::deviations::{LongTags, is_long};
use crate::dialect::{Hear, Setting, Started};
use crate::meter::Sample;
use crate::outbox::Call;
use crate::session::{IdToken, Stop};
use jiff::Timestamp;
use serde_json::{Value, json};

/// P22: what a charger hangs onto a long idTag.
const CORRUPTION: &str = "\u{10}\u{e}";
/// P23: more than the 50 characters that the field may hold.
const LONG_INFO: &str = "Everything is as it should be; no error is present at this time.";

/// The answers it looks into.
pub(super) const ANSWERS: &[(&str, Hear)] = &[
    ("Authorize", |charger, _, result, now| {
        charger.authorised(is_accepted(result), now);
        Ok(())
    }),
    ("BootNotification", |charger, _, result, now| {
        charger.booted(result, now);
        Ok(())
    }),
    ("Heartbeat", |charger, _, result, now| {
        charger.take_time(result, now);
        Ok(())
    }),
    ("StartTransaction", |charger, _, result, now| {
        charger.outbox.transaction_id = result["transactionId"].as_i64();
        // the answer may be about an earlier one, which was told late
        if !charger.outbox.holds("StartTransaction") {
            charger.start_judged(is_accepted(result), now);
        }
        Ok(())
    }),
];

fn is_accepted(result: &Value) -> bool {
    result["idTagInfo"]["status"] == "Accepted"
}

pub(super) fn boot_notification(charger: &SimulatedCharger) -> Call {
    let it = &charger.behaviour;
    let payload = json!({
        "chargePointVendor": it.fitted(&it.vendor, 20),
        "chargePointModel": it.fitted(&it.model, 20),
        "chargePointSerialNumber": it.fitted(&it.serial, 25),
        "firmwareVersion": it.fitted(&it.firmware, 50),
    });
    Call::new("BootNotification", payload)
}

pub(super) fn authorize(id_token: &IdToken) -> Call {
    Call::new("Authorize", json!({ "idTag": id_token.text }))
}

pub(super) fn started(charger: &mut SimulatedCharger, started: &Started, now: Timestamp) {
    let mut payload = json!({
        "connectorId": 1,
        "idTag": started.id_token.text,
        "meterStart": charger.energy_wh as i64,
        "timestamp": charger.clock.text(now),
    });
    if let Some(id) = started.reservation {
        payload["reservationId"] = json!(id);
    }
    charger.outbox.push(Call::new("StartTransaction", payload).of_transaction());
}

pub(super) fn sampled(charger: &mut SimulatedCharger, now: Timestamp) {
    let call = meter_values(charger, 1, "Sample.Periodic", now);
    charger.outbox.push(call);
}

pub(super) fn aligned(charger: &mut SimulatedCharger, now: Timestamp) {
    let list = charger.setting(Setting::AlignedMeasurands);
    if list.is_empty() {
        return;
    }
    let call = reading(charger, 1, list, "Sample.Clock", now);
    charger.outbox.push(call);
}

pub(super) fn ended(charger: &mut SimulatedCharger, id_token: &IdToken, stop: Stop, now: Timestamp) {
    let reason = match stop {
        Stop::Remote => "Remote",
        Stop::EvDisconnected => "EVDisconnected",
        Stop::DeAuthorized => "DeAuthorized",
        Stop::SoftReset => "SoftReset",
        Stop::HardReset => "HardReset",
        Stop::Unlocked => "UnlockCommand",
        Stop::Local => "Local",
        Stop::PowerLoss => "PowerLoss",
        Stop::Fault => "Other",
    };
    let but = charger.behaviour.deviates.sessions;
    let is_corrupted = but.long_tags == LongTags::Corrupted && is_long(&id_token.text);
    let payload = json!({
        "idTag": if is_corrupted { format!("{}{CORRUPTION}", id_token.text) } else { id_token.text.clone() },
        "meterStop": charger.energy_wh as i64,
        "timestamp": charger.clock.text(now),
        "reason": reason,
    });
    charger.report_end(Call::new("StopTransaction", payload), now);
    if but.reads_after_stop {
        let call = meter_values(charger, 1, "Transaction.End", now).of_transaction();
        charger.outbox.push(call);
    }
}

/// The MeterValues call for what the meter shows now.
pub(super) fn meter_values(charger: &SimulatedCharger, connector: i64, context: &str, now: Timestamp) -> Call {
    reading(charger, connector, charger.setting(Setting::SampledMeasurands), context, now)
}

fn reading(charger: &SimulatedCharger, connector: i64, list: &str, context: &str, now: Timestamp) -> Call {
    let samples = charger.reading(now).samples(list);
    let samples: Vec<Value> = samples.iter().map(|sample| written(sample, context)).collect();
    let value = json!({ "timestamp": charger.clock.text(now), "sampledValue": samples });
    let call = Call::new("MeterValues", json!({ "connectorId": connector, "meterValue": [value] })).sample();
    if charger.connector.transaction.is_some() { call.of_transaction() } else { call }
}

fn written(sample: &Sample, context: &str) -> Value {
    let value = format!("{:.*}", sample.decimals, sample.value);
    if sample.measurand.is_empty() {
        return json!({ "value": value });
    }
    let mut written = json!({
        "value": value,
        "unit": sample.unit,
        "measurand": sample.measurand,
        "context": context,
    });
    if let Some(phase) = &sample.phase {
        written["phase"] = json!(phase);
    }
    written
}

/// The status of the charger (0) or the connector (1).
fn status(charger: &SimulatedCharger, connector: i64) -> &'static str {
    if connector == 0 {
        return if charger.connector.operative[0] { "Available" } else { "Unavailable" };
    }
    charger.condition().word()
}

/// The StatusNotification call for the charger (0) or the connector (1).
pub(crate) fn status_notification(charger: &SimulatedCharger, connector: i64, now: Timestamp) -> Call {
    let leaks = connector == 1 && charger.connector.faulted;
    let mut payload = json!({
        "connectorId": connector,
        "errorCode": if leaks { "GroundFailure" } else { "NoError" },
        "status": status(charger, connector),
        "timestamp": charger.clock.text(now),
    });
    if charger.behaviour.deviates.identity.sends_long_texts {
        payload["info"] = json!(LONG_INFO);
    }
    Call::new("StatusNotification", payload)
}

/// Tells the endpoint each status that is not what it was told last.
pub(super) fn notice(charger: &mut SimulatedCharger, now: Timestamp) {
    if !charger.registration.is_accepted() {
        return;
    }
    for connector in [0, 1] {
        let status = Some(status(charger, connector));
        let told = &mut charger.v16.notified[connector as usize];
        if *told != status {
            *told = status;
            let call = status_notification(charger, connector, now);
            charger.outbox.push(call);
        }
    }
}
