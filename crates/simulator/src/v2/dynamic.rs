//! What 2.1 adds to smart charging: values that are renewed, priority charging, what the car may do.

use crate::SimulatedCharger;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::profile::Period;
use crate::rpc::{Reply, read, rejected, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("NotifyAllowedEnergyTransfer", notify_allowed_energy_transfer),
    ("UpdateDynamicSchedule", update_dynamic_schedule),
    ("UsePriorityCharging", use_priority_charging),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateDynamicSchedule {
    charging_profile_id: i64,
    schedule_update: Value,
}

fn update_dynamic_schedule(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: UpdateDynamicSchedule = read(payload)?;
    let update: Update = read(&asked.schedule_update)?;
    if update.setpoint.is_some_and(|setpoint| setpoint < 0.0) && !charger.behaviour.discharges {
        return rejected("UnsupportedParam");
    }
    let is_renewed = renew(charger, asked.charging_profile_id, &asked.schedule_update, &update, now);
    if is_renewed { status("Accepted") } else { rejected("InvalidProfile") }
}

/// The values of an update that this charger goes by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    limit: Option<f64>,
    discharge_limit: Option<f64>,
    setpoint: Option<f64>,
}

/// Applies new values to a dynamic profile, also to what is reported of it (K28.FR.06 and 09).
fn renew(charger: &mut SimulatedCharger, id: i64, sent: &Value, update: &Update, now: Timestamp) -> bool {
    let time = charger.clock.text(now);
    let Some(profile) = charger.profiles.renew(id, now) else { return false };
    if let Some(period) = profile.schedule.periods.first_mut() {
        *period = Period {
            limit: update.limit.or(period.limit),
            discharge_limit: update.discharge_limit.or(period.discharge_limit),
            setpoint: update.setpoint.or(period.setpoint),
            ..period.clone()
        };
    }
    let reported = profile.sent["chargingSchedule"][0]["chargingSchedulePeriod"][0].as_object_mut();
    if let (Some(reported), Some(sent)) = (reported, sent.as_object()) {
        let values = sent.iter().filter(|(field, _)| *field != "customData");
        values.for_each(|(field, value)| drop(reported.insert(field.clone(), value.clone())));
    }
    profile.sent["dynUpdateTime"] = json!(time);
    true
}

/// Asks for the values that are due (K28.FR.10). One that is not answered is asked for again after the interval.
pub(super) fn pull_if_due(charger: &mut SimulatedCharger, now: Timestamp) {
    for id in charger.profiles.pull(now) {
        if charger.outbox.is_connected() {
            charger.outbox.push(Call::new("PullDynamicScheduleUpdate", json!({ "chargingProfileId": id })));
        }
    }
}

/// A value that was asked for arrived.
pub(super) fn pulled(
    charger: &mut SimulatedCharger,
    asked: &Value,
    result: &Value,
    now: Timestamp,
) -> Result<(), String> {
    let (Some(id), Some(sent)) = (asked["chargingProfileId"].as_i64(), result.get("scheduleUpdate")) else {
        return super::status(result).map(drop);
    };
    let update = Update::deserialize(sent).map_err(|e| e.to_string())?;
    renew(charger, id, sent, &update, now);
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsePriorityCharging {
    transaction_id: String,
    activate: bool,
}

/// Puts the profile for priority charging in force, or out of it (K21).
fn use_priority_charging(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: UsePriorityCharging = read(payload)?;
    if charger.running().as_ref() != Some(&asked.transaction_id) {
        return rejected("TxNotFound");
    }
    if asked.activate && !charger.profiles.has_priority() {
        return status("NoProfile");
    }
    if charger.v2.priority != asked.activate {
        charger.v2.priority = asked.activate;
        let payload = json!({ "transactionId": asked.transaction_id, "activated": asked.activate });
        charger.outbox.push(Call::new("NotifyPriorityCharging", payload));
    }
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotifyAllowedEnergyTransfer {
    transaction_id: String,
}

/// Taken note of; a car without ISO 15118 has nothing to renegotiate.
fn notify_allowed_energy_transfer(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: NotifyAllowedEnergyTransfer = read(payload)?;
    if charger.running() == Some(asked.transaction_id) { status("Accepted") } else { rejected("TxNotFound") }
}
