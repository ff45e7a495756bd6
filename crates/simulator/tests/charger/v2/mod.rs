//! Stories about chargers that speak 2.0.1 or 2.1.

mod limits;
mod model;
mod monitors;
mod newer;
mod sessions;
mod wall;

use crate::bench::Bench;
use chargehand_simulator::{Behaviour, Version};
use serde_json::{Value, json};

/// Both versions, one after the other: what holds for one holds for the other.
pub const BOTH: [Version; 2] = [Version::V201, Version::V21];

/// A charger by the book in this version.
pub fn speaking(version: Version) -> Behaviour {
    Behaviour { version, ..<_>::default() }
}

/// The events of transactions, as their kind and reason.
pub fn events(bench: &Bench) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    bench
        .all("TransactionEvent")
        .iter()
        .map(|event| (text(&event["eventType"]), text(&event["triggerReason"])))
        .collect()
}

/// A profile in amperes with one period; further fields are merged over it.
pub fn profile(purpose: &str, level: i64, amps: f64, more: Value) -> Value {
    let mut profile = json!({
        "id": 10 + level,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": [{
            "id": 1,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": amps, "numberPhases": 1 }],
        }],
    });
    crate::bench::merge(&mut profile, more);
    profile
}

/// What a SetChargingProfile is answered with; the car gets time to follow.
pub fn set(bench: &mut Bench, evse: i64, profile: Value) -> String {
    let answer = bench.call("SetChargingProfile", json!({ "evseId": evse, "chargingProfile": profile }));
    bench.run(10);
    answer.status().to_owned()
}

/// The name of the running transaction.
pub fn transaction(bench: &Bench) -> Value {
    bench.all("TransactionEvent").last().unwrap()["transactionInfo"]["transactionId"].clone()
}

/// What the meter shows on L1 when it is asked, in amperes.
pub fn amps(bench: &mut Bench) -> f64 {
    bench.call("TriggerMessage", json!({ "requestedMessage": "MeterValues" }));
    let reading = bench.all("MeterValues").pop().unwrap();
    let samples = reading["meterValue"][0]["sampledValue"].as_array().unwrap();
    let current = samples.iter().find(|sample| sample["measurand"] == "Current.Import").unwrap();
    current["value"].as_f64().unwrap()
}
