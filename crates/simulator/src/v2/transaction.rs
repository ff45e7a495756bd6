//! TransactionEvent: a transaction as 2.x tells it, from its beginning over every change to its end.

use super::messages::{meter_value, written_token};
use crate::SimulatedCharger;
use crate::dialect::{Setting, Started};
use crate::outbox::Call;
use crate::profile::Mode;
use crate::session::{Condition, IdToken, Stop};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The running transaction, as the endpoint knows it.
#[derive(Debug)]
pub(super) struct Running {
    /// The charger gives it its name, at most 36 characters.
    pub(super) id: String,
    /// The number of the next event; the first is 0.
    seq_no: i64,
    told: &'static str,
    /// How it is operated, as it was told (2.1).
    mode: Mode,
    remote_start_id: Option<i64>,
}

/// How the transaction stands, in the word of its events.
fn charging_state(charger: &SimulatedCharger) -> &'static str {
    match charger.condition() {
        Condition::SuspendedEv => "SuspendedEV",
        Condition::SuspendedEvse => "SuspendedEVSE",
        Condition::Charging => "Charging",
        _ if charger.connector.plugged => "EVConnected",
        _ => "Idle",
    }
}

/// An event of the running transaction; its number is used up.
fn event(charger: &mut SimulatedCharger, kind: &str, trigger: &str, now: Timestamp) -> Option<Value> {
    let state = charging_state(charger);
    let running = charger.v2.running.as_mut()?;
    let mut payload = json!({
        "eventType": kind,
        "timestamp": charger.clock.text(now),
        "triggerReason": trigger,
        "seqNo": running.seq_no,
        "transactionInfo": { "transactionId": running.id, "chargingState": state },
        "evse": { "id": 1, "connectorId": 1 },
    });
    if state == "Charging" {
        payload["numberOfPhasesUsed"] = json!(charger.behaviour.car.phases);
    }
    if running.mode != Mode::default() {
        payload["transactionInfo"]["operationMode"] = json!(running.mode.name());
    }
    if let Some(id) = running.remote_start_id {
        payload["transactionInfo"]["remoteStartId"] = json!(id);
    }
    if !charger.outbox.is_connected() {
        payload["offline"] = json!(true);
    }
    (running.seq_no, running.told) = (running.seq_no + 1, state);
    Some(payload)
}

fn add_reading(charger: &SimulatedCharger, payload: &mut Value, list: &str, context: &str, now: Timestamp) {
    if let Some(value) = meter_value(charger, list, context, now) {
        payload["meterValue"] = json!([value]);
    }
}

/// The transaction began.
pub(super) fn started(charger: &mut SimulatedCharger, started: &Started, now: Timestamp) {
    let state = &mut charger.v2;
    state.transactions += 1;
    state.running = Some(Running {
        id: format!("sim-{:x}-{}", state.started, state.transactions),
        seq_no: 0,
        told: "",
        mode: Mode::default(),
        remote_start_id: started.remote_start_id,
    });
    let trigger = match (started.remote_start_id, started.by_plug) {
        // F01.FR.19, F02.FR.21: whatever came last
        (Some(_), _) => "RemoteStart",
        (None, true) => "CablePluggedIn",
        (None, false) => "Authorized",
    };
    let Some(mut payload) = event(charger, "Started", trigger, now) else { return };
    payload["idToken"] = written_token(&started.id_token);
    if let Some(id) = started.reservation {
        payload["reservationId"] = json!(id);
    }
    let list = charger.v2.model.kept("SampledDataCtrlr", "TxStartedMeasurands", None);
    add_reading(charger, &mut payload, list, "Transaction.Begin", now);
    charger.outbox.push(Call::new("TransactionEvent", payload).of_transaction());
}

/// A sample is due.
pub(super) fn sampled(charger: &mut SimulatedCharger, now: Timestamp) {
    let list = charger.setting(Setting::SampledMeasurands).to_owned();
    let call = reading(charger, "MeterValuePeriodic", &list, "Sample.Periodic", now);
    call.into_iter().for_each(|call| charger.outbox.push(call));
}

/// What the endpoint asked for.
pub(super) fn triggered(charger: &mut SimulatedCharger, now: Timestamp) -> Option<Call> {
    let list = charger.setting(Setting::SampledMeasurands).to_owned();
    reading(charger, "Trigger", &list, "Trigger", now)
}

/// An event that tells what the meter shows now; nothing when no transaction runs.
pub(super) fn reading(
    charger: &mut SimulatedCharger,
    trigger: &str,
    list: &str,
    context: &str,
    now: Timestamp,
) -> Option<Call> {
    let mut payload = event(charger, "Updated", trigger, now)?;
    add_reading(charger, &mut payload, list, context, now);
    Some(Call::new("TransactionEvent", payload).of_transaction().sample())
}

/// Tells a charging state or an operation mode that is not what was told last.
pub(super) fn notice_state(charger: &mut SimulatedCharger, now: Timestamp) {
    let state = charging_state(charger);
    if charger.v2.running.as_ref().is_some_and(|running| running.told != state) {
        update(charger, "ChargingStateChanged", now);
    }
    // 2.1 K01.FR.110
    let mode = charger.profiles.mode(charger.behaviour.deviates, charger.moment(now));
    if let Some(running) = charger.v2.running.as_mut().filter(|running| running.mode != mode) {
        running.mode = mode;
        update(charger, "OperationModeChanged", now);
    }
}

fn update(charger: &mut SimulatedCharger, trigger: &str, now: Timestamp) {
    let payload = event(charger, "Updated", trigger, now);
    let call = payload.map(|payload| Call::new("TransactionEvent", payload).of_transaction());
    call.into_iter().for_each(|call| charger.outbox.push(call));
}

/// The transaction is over.
pub(super) fn ended(charger: &mut SimulatedCharger, _: &IdToken, stop: Stop, now: Timestamp) {
    let (trigger, reason) = match stop {
        Stop::Remote => ("RemoteStop", "Remote"),
        Stop::EvDisconnected => ("EVCommunicationLost", "EVDisconnected"),
        Stop::DeAuthorized => ("Deauthorized", "DeAuthorized"),
        Stop::SoftReset | Stop::HardReset => ("ResetCommand", "ImmediateReset"),
        Stop::Unlocked => ("UnlockCommand", "Other"),
        Stop::Local => ("StopAuthorized", "Local"),
        Stop::PowerLoss => ("AbnormalCondition", "PowerLoss"),
        Stop::Fault => ("AbnormalCondition", "GroundFault"),
    };
    let Some(mut payload) = event(charger, "Ended", trigger, now) else { return };
    payload["transactionInfo"]["stoppedReason"] = json!(reason);
    payload["transactionInfo"]["chargingState"] =
        json!(if stop == Stop::EvDisconnected { "Idle" } else { "EVConnected" });
    let list = charger.v2.model.kept("SampledDataCtrlr", "TxEndedMeasurands", None);
    add_reading(charger, &mut payload, list, "Transaction.End", now);
    (charger.v2.running, charger.v2.priority) = (None, false);
    charger.report_end(Call::new("TransactionEvent", payload), now);
}
