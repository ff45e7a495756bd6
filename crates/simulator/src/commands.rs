//! What the endpoint may ask, one function per action (smart charging has its own file).

use crate::clock::after;
use crate::profiles::{Profile, Purpose};
use crate::registration::{Registration, heartbeat};
use crate::rpc::{Refusal, Reply, read};
use crate::smart_charging::{clear_charging_profile, get_composite_schedule, set_charging_profile};
use crate::{MeterHabit, SimulatedCharger};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How long a Reset waits for the answer to its StopTransaction, in seconds.
const REBOOT_WAITS: i64 = 10;

type Command = fn(&mut SimulatedCharger, &Value, Timestamp) -> Reply;

const COMMANDS: &[(&str, Command)] = &[
    ("CancelReservation", not_supported),
    ("ChangeAvailability", change_availability),
    ("ChangeConfiguration", change_configuration),
    ("ClearCache", |_, _, _| status("Accepted")),
    ("ClearChargingProfile", clear_charging_profile),
    ("DataTransfer", |_, _, _| status("UnknownVendorId")),
    ("GetCompositeSchedule", get_composite_schedule),
    ("GetConfiguration", get_configuration),
    // an empty answer says there is nothing to upload
    ("GetDiagnostics", |_, _, _| Ok(json!({}))),
    // 5.10: -1 says that local lists are not supported
    ("GetLocalListVersion", |_, _, _| Ok(json!({ "listVersion": -1 }))),
    ("RemoteStartTransaction", remote_start),
    ("RemoteStopTransaction", remote_stop),
    ("ReserveNow", not_supported),
    ("Reset", reset),
    ("SendLocalList", |_, _, _| status("NotSupported")),
    ("SetChargingProfile", set_charging_profile),
    ("TriggerMessage", trigger),
    ("UnlockConnector", unlock),
    ("UpdateFirmware", |_, _, _| Ok(json!({}))),
];

/// Carries out a command of the endpoint.
pub(crate) fn obey(charger: &mut SimulatedCharger, action: &str, payload: &Value, now: Timestamp) -> Reply {
    match COMMANDS.iter().find(|(name, _)| *name == action) {
        Some((_, command)) => command(charger, payload, now),
        None => Err(Refusal::Error("NotImplemented", format!("This charger does not know {action}."))),
    }
}

/// An answer that is only a status.
pub(crate) fn status(status: &str) -> Reply {
    Ok(json!({ "status": status }))
}

fn not_supported(_: &mut SimulatedCharger, _: &Value, _: Timestamp) -> Reply {
    Err(Refusal::Error("NotSupported", "This charger has no reservations.".into()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeAvailability {
    connector_id: i64,
    r#type: Availability,
}

#[derive(Deserialize, PartialEq)]
enum Availability {
    Operative,
    Inoperative,
}

fn change_availability(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ChangeAvailability = read(payload)?;
    let operative = asked.r#type == Availability::Operative;
    let connector = &mut charger.connector;
    if !(0..=1).contains(&asked.connector_id) {
        return status("Rejected");
    }
    if connector.transaction.is_some() && !operative {
        connector.scheduled = Some((asked.connector_id, operative));
        return status("Scheduled");
    }
    connector.scheduled = None;
    connector.make_operative(asked.connector_id, operative);
    status("Accepted")
}

#[derive(Deserialize)]
struct ChangeConfiguration {
    key: String,
    value: String,
}

fn change_configuration(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: ChangeConfiguration = read(payload)?;
    let answer = charger.configuration.change(&asked.key, &asked.value);
    if answer == "Accepted" {
        match asked.key.to_ascii_lowercase().as_str() {
            "metervaluesampleinterval" => charger.restart_sampling(now),
            "heartbeatinterval" => charger.restart_beating(now),
            _ => {}
        }
    }
    status(answer)
}

#[derive(Deserialize)]
struct GetConfiguration {
    #[serde(default)]
    key: Vec<String>,
}

fn get_configuration(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetConfiguration = read(payload)?;
    let deviates = charger.behaviour.deviates;
    if asked.key.is_empty() && deviates.ignores_empty_key_list {
        return Err(Refusal::Silence);
    }
    Ok(charger.configuration.answer(&asked.key, deviates.answers_at_most_keys.unwrap_or(usize::MAX)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteStart {
    connector_id: Option<i64>,
    id_tag: String,
    charging_profile: Option<Profile>,
}

fn remote_start(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: RemoteStart = read(payload)?;
    let is_pending = matches!(charger.registration, Registration::Pending { .. });
    let bad_profile = (asked.charging_profile.as_ref()).is_some_and(|profile| {
        profile.purpose != Purpose::Tx || profile.transaction_id.is_some() || !charger.takes(profile)
    });
    let bad_connector = asked.connector_id.is_some_and(|connector| connector != 1);
    if is_pending || bad_profile || bad_connector || !charger.connector.is_free() || asked.id_tag.chars().count() > 20 {
        return status("Rejected");
    }
    let authorised = !charger.configuration.is_true("AuthorizeRemoteTxRequests");
    charger.ask_start(&asked.id_tag, authorised, asked.charging_profile, now);
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteStop {
    transaction_id: i64,
}

fn remote_stop(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: RemoteStop = read(payload)?;
    let is_pending = matches!(charger.registration, Registration::Pending { .. });
    let is_ours = charger.outbox.transaction_id == Some(asked.transaction_id);
    if is_pending || !is_ours || charger.connector.transaction.is_none() {
        return status("Rejected");
    }
    charger.stop_transaction("Remote", now);
    status("Accepted")
}

#[derive(Deserialize)]
struct Reset {
    r#type: ResetType,
}

#[derive(Deserialize)]
enum ResetType {
    Soft,
    Hard,
}

fn reset(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: Reset = read(payload)?;
    let reason = match asked.r#type {
        ResetType::Soft => "SoftReset",
        ResetType::Hard => "HardReset",
    };
    charger.stop_transaction(reason, now);
    charger.reboot_by = Some(after(now, REBOOT_WAITS));
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerMessage {
    requested_message: String,
    connector_id: Option<i64>,
}

fn trigger(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: TriggerMessage = read(payload)?;
    if asked.connector_id.is_some_and(|connector| !(0..=1).contains(&connector)) {
        return status("Rejected");
    }
    let has_meter = charger.behaviour.deviates.meter_values != MeterHabit::Never;
    let calls = match asked.requested_message.as_str() {
        "BootNotification" => vec![charger.boot_notification()],
        "Heartbeat" => vec![heartbeat()],
        "MeterValues" if has_meter => vec![charger.meter_values(asked.connector_id.unwrap_or(1), "Trigger", now)],
        "StatusNotification" => match asked.connector_id {
            Some(connector) => vec![charger.status_notification(connector, now)],
            None => vec![charger.status_notification(0, now), charger.status_notification(1, now)],
        },
        _ => return status("NotImplemented"),
    };
    calls.into_iter().for_each(|call| charger.outbox.push(call.triggered()));
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unlock {
    connector_id: i64,
}

fn unlock(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: Unlock = read(payload)?;
    if asked.connector_id != 1 {
        return status("NotSupported");
    }
    charger.stop_transaction("UnlockCommand", now);
    status("Unlocked")
}
