//! SetChargingProfile, ClearChargingProfile, GetChargingProfiles, GetCompositeSchedule.

use super::profile::{WrittenPurpose, read_profile};
use crate::SimulatedCharger;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::profile::{Kind, Mode, Profile, Purpose, Unit};
use crate::rpc::{Fault, Refusal, Reply, read, rejected, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many profiles one part of a report carries.
const PART: usize = 2;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("ClearChargingProfile", clear_charging_profile),
    ("GetChargingProfiles", get_charging_profiles),
    ("GetCompositeSchedule", get_composite_schedule),
    ("SetChargingProfile", set_charging_profile),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetChargingProfile {
    evse_id: i64,
    charging_profile: Value,
}

fn set_charging_profile(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let SetChargingProfile { evse_id: evse, charging_profile } = read(payload)?;
    let profile = read_profile(charger, &charging_profile)?;
    if !(0..=1).contains(&evse) {
        return rejected("UnknownEvse");
    }
    if let Err(reason) = fits(charger, evse, &profile) {
        return rejected(reason);
    }
    if charger.profiles.install(evse, profile, now) { status("Accepted") } else { rejected("TooManyProfiles") }
}

/// Whether a profile may be set there; the reason if not.
fn fits(charger: &SimulatedCharger, evse: i64, profile: &Profile) -> Result<(), &'static str> {
    let is_timed = matches!(profile.kind, Kind::Absolute | Kind::Recurring);
    match profile.purpose {
        // K01.FR.70
        Purpose::Priority if profile.schedule.duration.is_some() => return Err("InvalidSchedule"),
        Purpose::StationMaximum if evse != 0 || profile.kind == Kind::Relative => return Err("InvalidProfile"),
        Purpose::Tx if profile.transaction.is_none() => return Err("MissingParam"),
        Purpose::Tx if evse != 1 || profile.transaction != charger.running() => return Err("TxNotFound"),
        _ => {}
    }
    // K28.FR.01 to 03
    if profile.kind == Kind::Dynamic && profile.schedule.periods.len() != 1 {
        return Err("InvalidSchedule");
    }
    // K01.FR.40 and 41
    if profile.kind != Kind::Dynamic && is_timed != profile.schedule.start.is_some() {
        return Err("InvalidSchedule");
    }
    if charger.profiles.conflicts(evse, profile) {
        return Err("DuplicateProfile");
    }
    if charger.takes(profile) { Ok(()) } else { Err("InvalidProfile") }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClearChargingProfile {
    charging_profile_id: Option<i64>,
    #[serde(default)]
    charging_profile_criteria: Criteria,
}

/// Which profiles are meant; what is given combines with "and".
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Criteria {
    evse_id: Option<i64>,
    charging_profile_purpose: Option<WrittenPurpose>,
    stack_level: Option<i64>,
    #[serde(default)]
    charging_profile_id: Vec<i64>,
    #[serde(default)]
    charging_limit_source: Vec<String>,
}

impl Criteria {
    fn means(&self, evse: i64, profile: &Profile) -> bool {
        let ids = &self.charging_profile_id;
        let sources = &self.charging_limit_source;
        let purpose = self.charging_profile_purpose;
        self.evse_id.is_none_or(|asked| asked == evse)
            && purpose.is_none_or(|asked| asked.purpose() == Some(profile.purpose))
            && self.stack_level.is_none_or(|level| level == profile.stack_level)
            && (ids.is_empty() || ids.contains(&profile.id))
            // every profile here came from the endpoint
            && (sources.is_empty() || sources.iter().any(|source| source == "CSO"))
    }
}

/// An id alone decides; without one the criteria do.
fn clear_charging_profile(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ClearChargingProfile = read(payload)?;
    let cleared = charger.profiles.clear(|evse, profile| match asked.charging_profile_id {
        Some(id) => id == profile.id,
        None => asked.charging_profile_criteria.means(evse, profile),
    });
    status(if cleared { "Accepted" } else { "Unknown" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetChargingProfiles {
    request_id: i64,
    evse_id: Option<i64>,
    charging_profile: Criteria,
}

fn get_charging_profiles(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetChargingProfiles = read(payload)?;
    let criteria = Criteria { evse_id: asked.evse_id, ..asked.charging_profile };
    let mut parts = Vec::new();
    for evse in [0, 1] {
        let held = charger.profiles.all().filter(|(its, profile)| *its == evse && criteria.means(evse, profile));
        let sent: Vec<&Value> = held.map(|(_, profile)| &profile.sent).collect();
        parts.extend(sent.chunks(PART).map(|part| {
            json!({
                "requestId": asked.request_id,
                "chargingLimitSource": "CSO",
                "evseId": evse,
                "chargingProfile": part,
                "tbc": true,
            })
        }));
    }
    let Some(last) = parts.last_mut() else { return status("NoProfiles") };
    last["tbc"] = json!(false);
    parts.into_iter().for_each(|part| charger.outbox.push(Call::new("ReportChargingProfiles", part).triggered()));
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetCompositeSchedule {
    evse_id: i64,
    duration: i64,
    charging_rate_unit: Option<Unit>,
}

fn get_composite_schedule(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetCompositeSchedule = read(payload)?;
    if asked.evse_id < 0 {
        return Err(Refusal::Error(Fault::PropertyConstraint, "evseId must not be negative.".into()));
    }
    let composite = charger.composite(asked.evse_id, asked.duration, asked.charging_rate_unit, now);
    let Some(composite) = composite else { return rejected("UnsupportedRateUnit") };
    let phases = charger.behaviour.phases;
    let period = |(start, value, mode): &(i64, f64, Mode)| match mode {
        Mode::ChargingOnly => json!({ "startPeriod": start, "limit": value, "numberPhases": phases }),
        Mode::Idle => json!({ "startPeriod": start, "operationMode": mode.name() }),
        Mode::CentralSetpoint => json!({
            "startPeriod": start, "setpoint": value, "numberPhases": phases, "operationMode": mode.name(),
        }),
    };
    let periods: Vec<Value> = composite.periods.iter().map(period).collect();
    Ok(json!({
        "status": "Accepted",
        "schedule": {
            "evseId": asked.evse_id,
            "duration": composite.duration,
            "scheduleStart": charger.clock.text(now),
            "chargingRateUnit": composite.unit.name(),
            "chargingSchedulePeriod": periods,
        },
    }))
}
