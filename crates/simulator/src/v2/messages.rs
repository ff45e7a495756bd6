//! What a 2.x charger says by itself outside of transactions.

use super::{monitoring, remote, transaction};
use crate::dialect::Setting;
use crate::meter::Sample;
use crate::outbox::Call;
use crate::rpc::cut;
use crate::session::IdToken;
use crate::{SimulatedCharger, v16};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) fn boot_notification(charger: &SimulatedCharger) -> Call {
    boot_because(charger, charger.v2.boot_reason)
}

/// The BootNotification call with its reason.
pub(super) fn boot_because(charger: &SimulatedCharger, reason: &str) -> Call {
    let it = &charger.behaviour;
    let station = json!({
        "vendorName": it.fitted(&it.vendor, 50),
        "model": it.fitted(&it.model, 20),
        "serialNumber": it.fitted(&it.serial, 25),
        "firmwareVersion": it.fitted(&it.firmware, 50),
    });
    Call::new("BootNotification", json!({ "reason": reason, "chargingStation": station }))
}

pub(super) fn authorize(id_token: &IdToken) -> Call {
    Call::new("Authorize", json!({ "idToken": written_token(id_token) }))
}

pub(super) fn written_token(id_token: &IdToken) -> Value {
    json!({ "idToken": cut(&id_token.text, 36), "type": id_token.kind })
}

/// The StatusNotification call for the connector.
pub(super) fn status_notification(charger: &SimulatedCharger, now: Timestamp) -> Call {
    if charger.behaviour.deviates.identity.writes_status_of_1_6 {
        return v16::status_notification(charger, 1, now);
    }
    let payload = json!({
        "evseId": 1,
        "connectorId": 1,
        "connectorStatus": connector_status(charger),
        "timestamp": charger.clock.text(now),
    });
    Call::new("StatusNotification", payload)
}

fn connector_status(charger: &SimulatedCharger) -> &'static str {
    charger.condition().connector_status(charger.connector.plugged)
}

/// Tells the endpoint a status that is not what it was told last: of the connector, and of the transaction.
pub(super) fn notice(charger: &mut SimulatedCharger, now: Timestamp) {
    if charger.registration.is_accepted() {
        let status = Some(connector_status(charger));
        if charger.v2.notified != status {
            charger.v2.notified = status;
            let call = status_notification(charger, now);
            charger.outbox.push(call);
        }
    }
    monitoring::notice_station(charger, now);
    monitoring::watch(charger, now);
    transaction::notice_state(charger, now);
    remote::reset_if_idle(charger, now);
}

/// One reading with the measurands of a comma-separated list; nothing when the meter has none of them.
pub(super) fn meter_value(charger: &SimulatedCharger, list: &str, context: &str, now: Timestamp) -> Option<Value> {
    let samples = charger.reading(now).samples(list);
    let samples: Vec<Value> = samples.iter().map(|sample| written_sample(sample, context)).collect();
    (!samples.is_empty()).then(|| json!({ "timestamp": charger.clock.text(now), "sampledValue": samples }))
}

fn written_sample(sample: &Sample, context: &str) -> Value {
    let shift = 10_f64.powi(sample.decimals as i32);
    let value = (sample.value * shift).round() / shift;
    if sample.measurand.is_empty() {
        return json!({ "value": value });
    }
    let mut written = json!({
        "value": value,
        "measurand": sample.measurand,
        "context": context,
        "unitOfMeasure": { "unit": sample.unit, "multiplier": 0 },
    });
    if let Some(phase) = &sample.phase {
        written["phase"] = json!(phase);
    }
    written
}

/// A reading at a round time: of the transaction, or outside of one (J01.FR.14 and 22).
pub(super) fn aligned(charger: &mut SimulatedCharger, now: Timestamp) {
    let list = charger.setting(Setting::AlignedMeasurands).to_owned();
    let call = match charger.connector.transaction {
        Some(_) => transaction::reading(charger, "MeterValueClock", &list, "Sample.Clock", now),
        None => meter_values(charger, "Sample.Clock", now),
    };
    call.into_iter().for_each(|call| charger.outbox.push(call));
}

/// The MeterValues call for what the meter shows now, outside of a transaction.
pub(super) fn meter_values(charger: &SimulatedCharger, context: &str, now: Timestamp) -> Option<Call> {
    let list = charger.setting(Setting::AlignedMeasurands);
    let value = meter_value(charger, list, context, now)?;
    Some(Call::new("MeterValues", json!({ "evseId": 1, "meterValue": [value] })).sample())
}
