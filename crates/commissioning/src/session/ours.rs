//! What our own calls, and the answers to them, mean for the limits in force.

use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::Call;
use chargehand_ocpp::read::answer_status;

use crate::record::Record;
use crate::{in_force, profiles};

/// Notes a call of ours the moment it goes to disk: from then on it may be in force, whatever the charger answers.
pub fn on_sent(record: &mut Record, call: &Call, number: u64, at: Timestamp) {
    let entry = match call.action.as_str() {
        "SetChargingProfile" => in_force::sent(record.version(), &call.payload, number, at),
        "UpdateDynamicSchedule" => in_force::updated(record, &call.payload, number),
        _ => None,
    };
    record.in_force.extend(entry);
    record.writes += u64::from(WRITES.contains(&call.action.as_str()));
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
    let status = answer.as_ref().map(answer_status).unwrap_or_default();
    match (call.action.as_str(), status.as_str()) {
        ("SetChargingProfile", "Accepted") => accepted(record, call, sent),
        ("UpdateDynamicSchedule", "Accepted") => in_force::accepted(&mut record.in_force, sent),
        ("SetChargingProfile" | "UpdateDynamicSchedule", _) => record.in_force.retain(|f| f.number != sent),
        // `Unknown`: the charger has no such profile; either way it is not in force.
        ("ClearChargingProfile", "Accepted" | "Unknown") => {
            let version = record.version();
            record.in_force.retain(|f| !in_force::clears(version, &call.payload, f));
            profiles::cleared(record, &call.payload);
        }
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
