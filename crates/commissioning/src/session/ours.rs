//! What our own calls, and the answers to them, mean for the limits in force.

use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::Call;
use chargehand_ocpp::read::answer_status;

use crate::record::Record;
use crate::{in_force, profiles, windows};

/// Notes a call of ours the moment it goes to disk: from then on it may be in force, whatever the charger answers.
pub fn on_sent(record: &mut Record, call: &Call, number: u64, at: Timestamp) {
    record.cards.on_sent(call);
    record.writes += u64::from(WRITES.contains(&call.action.as_str()));
    if changes_limits(&call.action) {
        record.limits_changed = Some(at);
    }
    let entry = match call.action.as_str() {
        "SetChargingProfile" => in_force::sent(record, &call.payload, number, at),
        "RemoteStartTransaction" | "RequestStartTransaction" => in_force::starts(record, &call.payload, number, at),
        "UpdateDynamicSchedule" => return record.in_force.extend(in_force::updated(record, &call.payload, number)),
        "ClearChargingProfile" => return in_force::may_go(record, &call.payload, number),
        _ => None,
    };
    if let Some(entry) = entry {
        in_force::replaces(&mut record.in_force, &entry);
        record.in_force.push(entry);
    }
}

/// Does a call of this kind write a limit, or take one away?
pub fn changes_limits(action: &str) -> bool {
    matches!(action, "SetChargingProfile" | "ClearChargingProfile" | "UpdateDynamicSchedule")
}

/// The messages that change what a charger keeps: many of them at once wear its memory, and loop some makes (field problem
/// P17).
const WRITES: [&str; 8] = [
    "SetChargingProfile",
    "ClearChargingProfile",
    "ChangeConfiguration",
    "SetVariables",
    "SendLocalList",
    "SetNetworkProfile",
    "ChangeAvailability",
    "InstallCertificate",
];

/// Notes the answer to a call of ours. `sent` is the number of the frame it answers.
pub fn on_answer(record: &mut Record, call: &Call, sent: u64, answer: &Result<Value, impl Sized>) {
    let status = answer.as_ref().map_or_else(|_| "Error".to_owned(), answer_status);
    record.cards.on_answer(call, &status, answer.as_ref().ok());
    match (call.action.as_str(), status.as_str()) {
        ("SetChargingProfile", "Accepted") => {
            accepted(record, call, sent);
            record.cheap_hours = record.cheap_hours.take().filter(|_| windows::stand(record));
        }
        ("UpdateDynamicSchedule" | "RemoteStartTransaction" | "RequestStartTransaction", "Accepted") => {
            in_force::accepted(&mut record.in_force, sent);
        }
        // `Unknown`: the charger has no such profile; either way it is not in force.
        ("ClearChargingProfile", "Accepted" | "Unknown") => {
            let version = record.version();
            record.in_force.retain(|f| !in_force::names(version, &call.payload, f.profile, f.place()));
            profiles::cleared(record, &call.payload);
            record.cheap_hours = record.cheap_hours.take().filter(|_| windows::stand(record));
        }
        (_, "Rejected" | "NotSupported" | "Error") => in_force::refused(&mut record.in_force, sent),
        // Any other answer says neither yes nor no: as if none had come.
        _ => {}
    }
}

fn accepted(record: &mut Record, call: &Call, sent: u64) {
    let entry = record.in_force.iter().find(|f| f.number == sent).cloned();
    in_force::accepted(&mut record.in_force, sent);
    if let Some(entry) = entry
        && profiles::accepted(record, &entry, &call.payload["chargingProfile"])
    {
        // What was there before is back: it is not ours.
        record.in_force.retain(|f| f.number != sent);
    }
}
