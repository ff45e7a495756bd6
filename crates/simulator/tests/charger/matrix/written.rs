//! Profiles of the matrix in the words of each version.

use super::oracle::{Kind, Limit, Names, Purpose, Unit};
use crate::bench::START;
use chargehand_simulator::Version;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub fn time(second: i64) -> String {
    let start: Timestamp = START.parse().unwrap();
    (start + SignedDuration::from_secs(second)).to_string()
}

/// The SetChargingProfile for it.
pub fn set(version: Version, limit: &Limit, transaction: &Value) -> Value {
    let profile = profile(version, limit, transaction);
    if version.is_v2() {
        json!({ "evseId": limit.connector, "chargingProfile": profile })
    } else {
        json!({ "connectorId": limit.connector, "csChargingProfiles": profile })
    }
}

fn purpose(version: Version, purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Station if version.is_v2() => "ChargingStationMaxProfile",
        Purpose::Station => "ChargePointMaxProfile",
        Purpose::Default => "TxDefaultProfile",
        Purpose::Tx => "TxProfile",
        Purpose::Priority => "PriorityCharging",
        Purpose::External => "ChargingStationExternalConstraints",
    }
}

fn profile(version: Version, limit: &Limit, transaction: &Value) -> Value {
    let kind = match limit.kind {
        Kind::Absolute => "Absolute",
        Kind::Daily | Kind::Weekly => "Recurring",
        Kind::Relative => "Relative",
        Kind::Dynamic => "Dynamic",
    };
    let id = if version.is_v2() { "id" } else { "chargingProfileId" };
    let mut profile = json!({
        id: limit.id,
        "stackLevel": limit.level,
        "chargingProfilePurpose": purpose(version, limit.purpose),
        "chargingProfileKind": kind,
    });
    let mut add = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            profile[field] = value;
        }
    };
    let another = if version.is_v2() { json!("another") } else { json!(7) };
    let named = match limit.names {
        Names::Running => Some(transaction.clone()).filter(|name| !name.is_null()),
        Names::Another => Some(another),
        Names::Nothing => None,
    };
    add("transactionId", named.filter(|_| limit.purpose == Purpose::Tx));
    add("recurrencyKind", (kind == "Recurring").then(|| json!(format!("{:?}", limit.kind))));
    add("validFrom", limit.from.map(|at| json!(time(at))));
    add("validTo", limit.to.map(|at| json!(time(at))));
    add("maxOfflineDuration", limit.max_offline.map(|seconds| json!(seconds)));
    add("invalidAfterOfflineDuration", limit.ends_offline.then_some(Value::Bool(true)));
    let schedule = schedule(limit);
    profile["chargingSchedule"] = if version.is_v2() { json!([schedule]) } else { without_id(schedule) };
    profile
}

fn schedule(limit: &Limit) -> Value {
    let period = |(from, value): &(i64, f64)| {
        let mut period = json!({ "startPeriod": from, "limit": value });
        if let Some(phases) = limit.phases {
            period["numberPhases"] = json!(phases);
        }
        period
    };
    let periods: Vec<Value> = limit.periods.iter().map(period).collect();
    let unit = if limit.unit == Unit::A { "A" } else { "W" };
    let mut schedule = json!({ "id": limit.id, "chargingRateUnit": unit, "chargingSchedulePeriod": periods });
    if let Some(start) = limit.start {
        schedule["startSchedule"] = json!(time(start));
    }
    if let Some(duration) = limit.duration {
        schedule["duration"] = json!(duration);
    }
    schedule
}

fn without_id(mut schedule: Value) -> Value {
    schedule.as_object_mut().unwrap().remove("id");
    schedule
}
