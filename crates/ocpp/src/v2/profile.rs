//! A charging profile as a 2.x charger reads it. We write only what both versions know, and `useLocalTime` and
//! `randomizedDelay` to 2.1.

use serde_json::{Map, Number, Value, json};

use crate::profile::{Period, Profile};
use crate::time::write;
use crate::version::Version;

/// As `ChargingProfileType`. `name` gives the charger's own name of a transaction.
pub fn wire(profile: &Profile, name: impl Fn(i32) -> String) -> Value {
    let mut schedule = json!({
        "id": profile.schedule,
        "chargingRateUnit": profile.unit.name(),
        "chargingSchedulePeriod": profile.periods.iter().map(|p| period(p, profile.phases)).collect::<Vec<_>>(),
    });
    if let Some(start) = profile.kind.start() {
        schedule["startSchedule"] = write(start).into();
    }
    if profile.local_time {
        schedule["useLocalTime"] = true.into();
    }
    if let Some(delay) = profile.randomized_delay_s {
        schedule["randomizedDelay"] = delay.into();
    }
    if let Some(duration) = profile.duration_s {
        schedule["duration"] = duration.into();
    }
    let mut wire = json!({
        "id": profile.id,
        "stackLevel": profile.stack_level,
        "chargingProfilePurpose": profile.purpose.name(Version::V201),
        "chargingProfileKind": profile.kind.name(),
        "chargingSchedule": [schedule],
    });
    if let Some(every) = profile.kind.every() {
        wire["recurrencyKind"] = every.name().into();
    }
    for (key, at) in [("validFrom", profile.valid_from), ("validTo", profile.valid_to)] {
        if let Some(at) = at {
            wire[key] = write(at).into();
        }
    }
    if let Some(transaction) = profile.transaction {
        wire["transactionId"] = name(transaction).into();
    }
    wire
}

fn period(period: &Period, phases: Option<u8>) -> Value {
    let mut wire = json!({"startPeriod": period.start_s, "limit": limit(period.tenths)});
    if let Some(phases) = period.phases.or(phases) {
        wire["numberPhases"] = phases.into();
    }
    wire
}

/// Whole where it is whole: some chargers read no `16.0`.
fn limit(tenths: i64) -> Value {
    match tenths % 10 {
        0 => (tenths / 10).into(),
        _ => Number::from_f64(tenths as f64 / 10.0).map_or(Value::Null, Value::Number),
    }
}

/// Every field of a profile in 2.0.1.
static FIELDS_2_0_1: &[&str] = &[
    "customData",
    "vendorId",
    "id",
    "stackLevel",
    "chargingProfilePurpose",
    "chargingProfileKind",
    "recurrencyKind",
    "validFrom",
    "validTo",
    "transactionId",
    "chargingSchedule",
    "startSchedule",
    "duration",
    "chargingRateUnit",
    "minChargingRate",
    "chargingSchedulePeriod",
    "startPeriod",
    "limit",
    "numberPhases",
    "phaseToUse",
    "salesTariff",
    "salesTariffDescription",
    "numEPriceLevels",
    "salesTariffEntry",
    "relativeTimeInterval",
    "start",
    "ePriceLevel",
    "consumptionCost",
    "startValue",
    "cost",
    "costKind",
    "amount",
    "amountMultiplier",
];

/// A profile that the charger itself reported, to be put back as it was: no field that its version does not have.
pub fn as_reported(version: Version, profile: &Value) -> Value {
    match profile {
        _ if version != Version::V201 => profile.clone(),
        Value::Object(fields) => {
            let known = fields.iter().filter(|(name, _)| FIELDS_2_0_1.contains(&name.as_str()));
            Value::Object(known.map(|(name, field)| (name.clone(), as_reported(version, field))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| as_reported(version, item)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_2_0_1_charger_reported_goes_back_without_fields_of_2_1() {
        let reported = json!({"id": 1, "maxOfflineDuration": 5, "chargingSchedule": [{"id": 1, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16, "limit_L2": 16}]}]});
        let back = as_reported(Version::V201, &reported);
        assert_eq!(
            back,
            json!({"id": 1, "chargingSchedule": [{"id": 1, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}]}]})
        );
        assert_eq!(as_reported(Version::V21, &reported), reported);
    }
}
