//! SetChargingProfile, ClearChargingProfile, GetCompositeSchedule.

use super::profile::{WrittenPurpose, read_profile};
use crate::SimulatedCharger;
use crate::profile::{Purpose, Unit};
use crate::rpc::{Fault, Refusal, Reply, read, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetChargingProfile {
    connector_id: i64,
    cs_charging_profiles: Value,
}

/// Answers SetChargingProfile.
pub(super) fn set_charging_profile(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let SetChargingProfile { connector_id: connector, cs_charging_profiles } = read(payload)?;
    let profile = read_profile(&cs_charging_profiles)?;
    if !(0..=1).contains(&connector) {
        return Err(Refusal::Error(Fault::PropertyConstraint, format!("There is no connector {connector}.")));
    }
    let fits = match profile.purpose {
        Purpose::StationMaximum => connector == 0,
        Purpose::TxDefault => true,
        Purpose::Priority => false,
        // one without transactionId means the one that runs
        Purpose::Tx => {
            let runs = charger.connector.transaction.is_some();
            // 7.8: not for a TxProfile
            let is_bounded = profile.valid_from.is_some() || profile.valid_to.is_some();
            let is_named = profile.transaction.is_none() || profile.transaction == charger.running();
            connector == 1 && runs && is_named && !is_bounded
        }
    };
    if !fits || !charger.takes(&profile) {
        return status("Rejected");
    }
    // 5.16: one of the same purpose and level is replaced
    let place = (connector, profile.purpose, profile.stack_level);
    charger.profiles.clear(|connector, held| (connector, held.purpose, held.stack_level) == place);
    status(if charger.profiles.install(connector, profile, now) { "Accepted" } else { "Rejected" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClearChargingProfile {
    id: Option<i64>,
    connector_id: Option<i64>,
    charging_profile_purpose: Option<WrittenPurpose>,
    stack_level: Option<i64>,
}

/// Answers ClearChargingProfile: what is given combines with "and"; nothing given clears all (errata 3.25).
pub(super) fn clear_charging_profile(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ClearChargingProfile = read(payload)?;
    let purpose = asked.charging_profile_purpose.map(Purpose::from);
    let cleared = charger.profiles.clear(|connector, profile| {
        asked.id.is_none_or(|id| id == profile.id)
            && asked.connector_id.is_none_or(|asked| asked == connector)
            && purpose.is_none_or(|purpose| purpose == profile.purpose)
            && asked.stack_level.is_none_or(|level| level == profile.stack_level)
    });
    status(if cleared { "Accepted" } else { "Unknown" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetCompositeSchedule {
    connector_id: i64,
    duration: i64,
    charging_rate_unit: Option<Unit>,
}

/// Answers GetCompositeSchedule.
pub(super) fn get_composite_schedule(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetCompositeSchedule = read(payload)?;
    let composite = charger.composite(asked.connector_id, asked.duration, asked.charging_rate_unit, now);
    let Some(composite) = composite else { return status("Rejected") };
    let phases = charger.behaviour.phases;
    let periods: Vec<Value> = (composite.periods.iter())
        .map(|(start, limit, _)| json!({ "startPeriod": start, "limit": limit, "numberPhases": phases }))
        .collect();
    Ok(json!({
        "status": "Accepted",
        "connectorId": asked.connector_id,
        "scheduleStart": charger.clock.text(now),
        "chargingSchedule": {
            "duration": composite.duration,
            "chargingRateUnit": composite.unit.name(),
            "chargingSchedulePeriod": periods,
        },
    }))
}
