//! What the endpoint does from afar: start and stop, reset, trigger, unlock, switch off.

use super::messages::{boot_because, meter_values, status_notification};
use super::model::Evse;
use super::profile::read_profile;
use super::security::sign_certificate;
use super::transaction;
use crate::clock::after;
use crate::dialect::{Command, Setting};
use crate::profile::{Profile, Purpose};
use crate::registration::{Registration, heartbeat};
use crate::rpc::{Fault, Refusal, Reply, read, rejected, status};
use crate::session::{IdToken, Start, Stop};
use crate::{MeterHabit, SimulatedCharger};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How long a Reset waits for the answer to its last TransactionEvent, in seconds.
const REBOOT_WAITS: i64 = 10;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("ChangeAvailability", change_availability),
    ("ClearCache", |_, _, _| status("Accepted")),
    ("DataTransfer", |_, _, _| status("UnknownVendorId")),
    ("GetTransactionStatus", get_transaction_status),
    ("RequestStartTransaction", request_start),
    ("RequestStopTransaction", request_stop),
    ("Reset", reset),
    ("TriggerMessage", trigger),
    ("UnlockConnector", unlock),
];

/// What 2.0.1 knows and this charger has no use for.
pub(super) const UNSUPPORTED: &[(&str, Command)] = &[
    ("ClearDisplayMessage", not_supported),
    ("CostUpdated", not_supported),
    ("CustomerInformation", not_supported),
    ("GetDisplayMessages", not_supported),
    ("PublishFirmware", not_supported),
    ("SetDisplayMessage", not_supported),
    ("UnpublishFirmware", not_supported),
];

/// The same of 2.1.
pub(super) const UNSUPPORTED_IN_2_1: &[(&str, Command)] = &[
    ("AFRRSignal", not_supported),
    ("ChangeTransactionTariff", not_supported),
    ("ClearTariffs", not_supported),
    ("GetTariffs", not_supported),
    ("NotifyWebPaymentStarted", not_supported),
    ("RequestBatterySwap", not_supported),
    ("SetDefaultTariff", not_supported),
];

/// Known, and not supported.
fn not_supported(_: &mut SimulatedCharger, _: &Value, _: Timestamp) -> Reply {
    Err(Refusal::Error(Fault::NotSupported, "This charger has nothing that could do that.".into()))
}

fn is_ours(evse: Evse) -> bool {
    evse.id == 1 && evse.connector_id.is_none_or(|connector| connector == 1)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeAvailability {
    evse: Option<Evse>,
    operational_status: Availability,
}

#[derive(Deserialize, PartialEq)]
enum Availability {
    Operative,
    Inoperative,
}

fn change_availability(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ChangeAvailability = read(payload)?;
    let connector = match asked.evse {
        None => 0,
        Some(evse) if is_ours(evse) => 1,
        Some(_) => return rejected("UnknownEvse"),
    };
    status(charger.connector.change_availability(connector, asked.operational_status == Availability::Operative))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestStart {
    evse_id: Option<i64>,
    remote_start_id: i64,
    id_token: WrittenToken,
    charging_profile: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenToken {
    pub(super) id_token: String,
    r#type: String,
}

impl From<WrittenToken> for IdToken {
    fn from(written: WrittenToken) -> IdToken {
        IdToken { text: written.id_token, kind: written.r#type }
    }
}

fn request_start(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: RequestStart = read(payload)?;
    let profile = asked.charging_profile.as_ref().map(|sent| read_profile(charger, sent)).transpose()?;
    // F01.FR.09, 11 and 26
    let fits = |it: &Profile| it.purpose == Purpose::Tx && it.transaction.is_none() && charger.takes(it);
    if profile.as_ref().is_some_and(|profile| !fits(profile)) {
        return rejected("InvalidProfile");
    }
    if asked.evse_id.is_some_and(|evse| evse != 1) {
        return rejected("UnknownEvse");
    }
    let id_token = IdToken::from(asked.id_token);
    let is_pending = matches!(charger.registration, Registration::Pending { .. });
    if is_pending || !charger.connector.is_free() || charger.is_kept_from(&id_token) {
        return rejected("TxInProgress");
    }
    // C03.FR.01: a token that the endpoint made up itself is not asked about
    let authorised = id_token.kind == "Central" || !charger.is_true(Setting::RemoteNeedsConsent);
    let remote_start_id = Some(asked.remote_start_id);
    charger.ask_start(Start { id_token, authorised, profile, remote_start_id }, now);
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestStop {
    transaction_id: String,
}

fn request_stop(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: RequestStop = read(payload)?;
    if charger.running() != Some(asked.transaction_id) {
        return rejected("TxNotFound");
    }
    charger.stop_transaction(Stop::Remote, now);
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reset {
    r#type: ResetType,
    evse_id: Option<i64>,
}

#[derive(Deserialize, PartialEq)]
enum ResetType {
    Immediate,
    OnIdle,
    /// 2.1.
    ImmediateAndResume,
}

fn reset(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: Reset = read(payload)?;
    if asked.evse_id.is_some() || asked.r#type == ResetType::ImmediateAndResume {
        // AllowReset of the EVSE is false
        return rejected("NotEnabled");
    }
    if asked.r#type == ResetType::OnIdle && charger.connector.transaction.is_some() {
        charger.v2.resets_when_idle = true;
        return status("Scheduled");
    }
    charger.stop_transaction(Stop::HardReset, now);
    charger.reboot_by = Some(after(now, REBOOT_WAITS));
    status("Accepted")
}

/// A Reset that waits for the end of the transaction.
pub(super) fn reset_if_idle(charger: &mut SimulatedCharger, now: Timestamp) {
    if charger.v2.resets_when_idle && charger.connector.transaction.is_none() && charger.reboot_by.is_none() {
        charger.reboot_by = Some(after(now, REBOOT_WAITS));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerMessage {
    requested_message: String,
    evse: Option<Evse>,
}

fn trigger(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: TriggerMessage = read(payload)?;
    if asked.evse.is_some_and(|evse| !is_ours(evse)) {
        return rejected("UnknownEvse");
    }
    let has_meter = charger.behaviour.deviates.metering.meter_values != MeterHabit::Never;
    let call = match asked.requested_message.as_str() {
        // F06.FR.17
        "BootNotification" if charger.is_registered => return rejected("NotAllowed"),
        "BootNotification" => Some(boot_because(charger, "Triggered")),
        "FirmwareStatusNotification" => Some(charger.firmware_status_now()),
        "Heartbeat" => Some(heartbeat()),
        "LogStatusNotification" => Some(charger.log_status_now()),
        "SignChargingStationCertificate" => {
            return if sign_certificate(charger) { status("Accepted") } else { rejected("InternalError") };
        }
        "MeterValues" if has_meter => meter_values(charger, "Trigger", now),
        "StatusNotification" => Some(status_notification(charger, now)),
        "TransactionEvent" if has_meter => transaction::triggered(charger, now),
        _ => return status("NotImplemented"),
    };
    let Some(call) = call else { return rejected("NoData") };
    charger.outbox.push(call.triggered());
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unlock {
    evse_id: i64,
    connector_id: i64,
}

fn unlock(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: Unlock = read(payload)?;
    if (asked.evse_id, asked.connector_id) != (1, 1) {
        return status("UnknownConnector");
    }
    status(if charger.connector.transaction.is_some() { "OngoingAuthorizedTransaction" } else { "Unlocked" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetTransactionStatus {
    transaction_id: Option<String>,
}

fn get_transaction_status(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetTransactionStatus = read(payload)?;
    let mut answer = json!({ "messagesInQueue": charger.outbox.holds_of_transaction() });
    if asked.transaction_id.is_some() {
        answer["ongoingIndicator"] = json!(charger.running() == asked.transaction_id);
    }
    Ok(answer)
}
