//! SetChargingProfile, ClearChargingProfile, GetCompositeSchedule.

use crate::commands::status;
use crate::profiles::{Kind, NOMINAL_VOLTS, Profile, Purpose, Unit};
use crate::rpc::{Refusal, Reply, read};
use crate::{AbsoluteProfiles, RateUnit, SimulatedCharger};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest composite schedule it works out, in seconds.
const HORIZON: i64 = 86_400;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetChargingProfile {
    connector_id: i64,
    cs_charging_profiles: Profile,
}

impl SimulatedCharger {
    /// Whether the charger takes a profile of this unit, level and schedule, wherever it goes.
    pub(crate) fn takes(&self, profile: &Profile) -> bool {
        let deviates = self.behaviour.deviates;
        let top = if deviates.stack_level_zero_only { 0 } else { self.behaviour.max_stack_level };
        let rejected_kind = deviates.absolute_profiles == AbsoluteProfiles::Rejected && profile.kind == Kind::Absolute;
        profile.is_usable()
            && self.takes_unit(profile.schedule.unit)
            && (0..=top).contains(&profile.stack_level)
            && !rejected_kind
    }

    fn takes_unit(&self, unit: Unit) -> bool {
        let refused = if unit == Unit::A { RateUnit::Power } else { RateUnit::Current };
        self.behaviour.rate_unit != refused
    }

    /// Whether a profile for this transaction may be set now; one without transactionId means the one that runs.
    fn runs(&self, transaction: Option<i64>) -> bool {
        self.connector.transaction.is_some() && (transaction.is_none() || transaction == self.outbox.transaction_id)
    }
}

/// Answers SetChargingProfile.
pub(crate) fn set_charging_profile(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    if charger.behaviour.deviates.falls_silent_on_profile {
        charger.hangs = true;
        return Err(Refusal::Silence);
    }
    let SetChargingProfile { connector_id: connector, cs_charging_profiles: profile } = read(payload)?;
    if !(0..=1).contains(&connector) {
        return Err(Refusal::Error("PropertyConstraintViolation", format!("There is no connector {connector}.")));
    }
    let fits = match profile.purpose {
        Purpose::StationMaximum => connector == 0,
        Purpose::TxDefault => true,
        Purpose::Tx => connector == 1 && charger.runs(profile.transaction_id),
    };
    let taken = fits && charger.takes(&profile) && charger.profiles.install(connector, profile, now);
    status(if taken { "Accepted" } else { "Rejected" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClearChargingProfile {
    id: Option<i64>,
    connector_id: Option<i64>,
    charging_profile_purpose: Option<Purpose>,
    stack_level: Option<i64>,
}

/// Answers ClearChargingProfile: what is given combines with "and"; nothing given clears all (errata 3.25).
pub(crate) fn clear_charging_profile(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ClearChargingProfile = read(payload)?;
    let cleared = charger.profiles.clear(|connector, profile| {
        asked.id.is_none_or(|id| id == profile.charging_profile_id)
            && asked.connector_id.is_none_or(|asked| asked == connector)
            && asked.charging_profile_purpose.is_none_or(|purpose| purpose == profile.purpose)
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

/// Answers GetCompositeSchedule. It speaks by the book even when the charger does not act by it: that is what a
/// charger that takes limits and ignores them looks like.
pub(crate) fn get_composite_schedule(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetCompositeSchedule = read(payload)?;
    let own = if charger.behaviour.rate_unit == RateUnit::Power { Unit::W } else { Unit::A };
    let unit = asked.charging_rate_unit.unwrap_or(own);
    if !(0..=1).contains(&asked.connector_id) || asked.duration <= 0 || !charger.takes_unit(unit) {
        return status("Rejected");
    }
    let duration = asked.duration.min(HORIZON);
    let phases = charger.behaviour.phases;
    let factor = if unit == Unit::A { 1.0 } else { NOMINAL_VOLTS * f64::from(phases) };
    let periods = charger.profiles.composite(charger.moment(now), duration as f64, charger.ceiling());
    let periods: Vec<Value> = (periods.iter())
        .map(|(start, amps)| json!({ "startPeriod": start, "limit": tenths(amps * factor), "numberPhases": phases }))
        .collect();
    Ok(json!({
        "status": "Accepted",
        "connectorId": asked.connector_id,
        "scheduleStart": charger.clock.text(now),
        "chargingSchedule": {
            "duration": duration,
            "chargingRateUnit": if unit == Unit::A { "A" } else { "W" },
            "chargingSchedulePeriod": periods,
        },
    }))
}

/// Down to the one decimal a limit may have.
fn tenths(limit: f64) -> f64 {
    (limit * 10.0 + 1e-6).floor() / 10.0
}
