//! What the endpoint may ask, one function per action (smart charging has its own file).

use super::configuration::setting;
use super::messages::{boot_notification, meter_values, status_notification};
use super::profile::read_profile;
use super::security::change_security;
use super::smart_charging::{clear_charging_profile, get_composite_schedule, set_charging_profile};
use crate::clock::{after, later};
use crate::dialect::{Command, Setting};
use crate::profile::Purpose;
use crate::registration::{Registration, heartbeat};
use crate::reservation::Reservation;
use crate::rpc::{Fault, Refusal, Reply, read, status};
use crate::session::{IdToken, Start, Stop};
use crate::{MeterHabit, SimulatedCharger, logs};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How long a Reset waits for the answer to its StopTransaction, in seconds.
const REBOOT_WAITS: i64 = 10;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("CancelReservation", cancel_reservation),
    ("ChangeAvailability", change_availability),
    ("ChangeConfiguration", change_configuration),
    ("ClearCache", |_, _, _| status("Accepted")),
    ("ClearChargingProfile", clear_charging_profile),
    ("DataTransfer", |_, _, _| status("UnknownVendorId")),
    ("GetCompositeSchedule", get_composite_schedule),
    ("GetConfiguration", get_configuration),
    ("GetDiagnostics", logs::get_diagnostics),
    ("GetLocalListVersion", |charger, _, _| Ok(json!({ "listVersion": charger.local_list.version }))),
    ("RemoteStartTransaction", remote_start),
    ("RemoteStopTransaction", remote_stop),
    ("ReserveNow", reserve_now),
    ("Reset", reset),
    ("SendLocalList", send_local_list),
    ("SetChargingProfile", set_charging_profile),
    ("TriggerMessage", trigger),
    ("UnlockConnector", unlock),
    // security L01.FR.20: a charger with signed firmware takes no other
    ("UpdateFirmware", |_, _, _| Err(Refusal::Error(Fault::NotSupported, "Use SignedUpdateFirmware.".into()))),
];

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
    status(charger.connector.change_availability(asked.connector_id, operative))
}

#[derive(Deserialize)]
struct ChangeConfiguration {
    key: String,
    value: String,
}

fn change_configuration(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: ChangeConfiguration = read(payload)?;
    if let Some(answer) = change_security(charger, &asked.key, &asked.value, now) {
        return status(answer);
    }
    if !change_mode(charger, &asked.key, &asked.value) {
        return status("Rejected");
    }
    let answer = charger.v16.configuration.change(&asked.key, &asked.value);
    if let (Some(setting), "Accepted") = (setting(&asked.key), answer) {
        charger.setting_changed(setting, now);
    }
    status(answer)
}

/// A key of the maker's own says which control is at work; false where it knows no such value.
fn change_mode(charger: &mut SimulatedCharger, key: &str, value: &str) -> bool {
    let its = charger.behaviour.mode_key.as_ref().filter(|mode| mode.key.eq_ignore_ascii_case(key));
    let Some(mode) = its else { return true };
    let Some(control) = mode.modes.get(value) else { return false };
    charger.behaviour.own_control = *control;
    true
}

#[derive(Deserialize)]
struct GetConfiguration {
    #[serde(default)]
    key: Vec<String>,
}

fn get_configuration(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetConfiguration = read(payload)?;
    let most = charger.behaviour.deviates.configuration.answers_at_most_keys.unwrap_or(usize::MAX);
    Ok(charger.v16.configuration.answer(&asked.key, most))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoteStart {
    connector_id: Option<i64>,
    id_tag: String,
    charging_profile: Option<Value>,
}

fn remote_start(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: RemoteStart = read(payload)?;
    let profile = asked.charging_profile.as_ref().map(read_profile).transpose()?;
    let is_pending = matches!(charger.registration, Registration::Pending { .. });
    let bad_profile = profile.as_ref().is_some_and(|profile| {
        profile.purpose != Purpose::Tx || profile.transaction.is_some() || !charger.takes(profile)
    });
    let bad_connector = asked.connector_id.is_some_and(|connector| connector != 1);
    let id_token = token(asked.id_tag);
    let is_free = charger.connector.is_free() && !charger.is_kept_from(&id_token);
    if is_pending || bad_profile || bad_connector || !is_free || id_token.text.chars().count() > 20 {
        return status("Rejected");
    }
    let authorised = !charger.is_true(Setting::RemoteNeedsConsent);
    charger.ask_start(Start { id_token, authorised, profile, remote_start_id: None }, now);
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
    if is_pending || charger.running() != Some(asked.transaction_id.to_string()) {
        return status("Rejected");
    }
    charger.stop_transaction(Stop::Remote, now);
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
    let stop = match asked.r#type {
        ResetType::Soft => Stop::SoftReset,
        ResetType::Hard => Stop::HardReset,
    };
    charger.stop_transaction(stop, now);
    charger.reboot_by = Some(after(now, REBOOT_WAITS));
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerMessage {
    requested_message: String,
    connector_id: Option<i64>,
}

/// Answers TriggerMessage, and the messages that ExtendedTriggerMessage has in common with it.
pub(super) fn trigger(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: TriggerMessage = read(payload)?;
    if asked.connector_id.is_some_and(|connector| !(0..=1).contains(&connector)) {
        return status("Rejected");
    }
    let has_meter = charger.behaviour.deviates.metering.meter_values != MeterHabit::Never;
    let calls = match asked.requested_message.as_str() {
        "BootNotification" => vec![boot_notification(charger)],
        "DiagnosticsStatusNotification" => vec![charger.diagnostics_status_now()],
        "Heartbeat" => vec![heartbeat()],
        "MeterValues" if has_meter => vec![meter_values(charger, asked.connector_id.unwrap_or(1), "Trigger", now)],
        "StatusNotification" => match asked.connector_id {
            Some(connector) => vec![status_notification(charger, connector, now)],
            None => vec![status_notification(charger, 0, now), status_notification(charger, 1, now)],
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
    charger.stop_transaction(Stop::Unlocked, now);
    status("Unlocked")
}

/// 1.6 knows one kind of token.
fn token(id_tag: String) -> IdToken {
    IdToken { text: id_tag, kind: String::new() }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReserveNow {
    connector_id: i64,
    expiry_date: Timestamp,
    id_tag: String,
    reservation_id: i64,
}

fn reserve_now(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: ReserveNow = read(payload)?;
    let wait = asked.expiry_date.duration_since(charger.clock.at(now));
    if asked.connector_id != 1 || wait.is_negative() {
        return status("Rejected");
    }
    let id_token = token(asked.id_tag);
    status(charger.reserve(Reservation { id: asked.reservation_id, until: later(now, wait), id_token }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelReservation {
    reservation_id: i64,
}

fn cancel_reservation(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: CancelReservation = read(payload)?;
    status(if charger.cancel_reservation(asked.reservation_id) { "Accepted" } else { "Rejected" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendLocalList {
    list_version: i64,
    update_type: String,
    #[serde(default)]
    local_authorization_list: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id_tag: String,
    id_tag_info: Option<Value>,
}

fn send_local_list(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SendLocalList = read(payload)?;
    let allowed = |info: Value| info["status"] == "Accepted";
    let changes =
        asked.local_authorization_list.into_iter().map(|entry| (entry.id_tag, entry.id_tag_info.map(allowed)));
    let said = charger.local_list.update(asked.list_version, asked.update_type == "Full", changes.collect());
    charger.local_list.as_new_if_empty();
    status(said)
}
