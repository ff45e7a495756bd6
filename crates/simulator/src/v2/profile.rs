//! A charging profile as 2.x writes it. Whatever is only 2.1's is refused in 2.0.1, and what this charger cannot do in
//! either.

use crate::profile::{Kind, Mode, Period, Profile, Purpose, Recurrency, Schedule, Unit};
use crate::rpc::{Fault, Refusal, read};
use crate::wall::{RandomDelay, Wall};
use crate::{SimulatedCharger, Version};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What 2.1 may write into a schedule and this charger does not support (K01.FR.123 to 125).
const UNSUPPORTED_IN_SCHEDULE: &[&str] = &["limitAtSoC"];
/// The same for a period: each phase for itself, reactive power, curves, sleep; and K01.FR.48, no phase is switched.
const UNSUPPORTED_IN_PERIOD: &[&str] = &[
    "phaseToUse",
    "limit_L2",
    "limit_L3",
    "dischargeLimit_L2",
    "dischargeLimit_L3",
    "setpoint_L2",
    "setpoint_L3",
    "setpointReactive",
    "v2xBaseline",
    "v2xFreqWattCurve",
    "v2xSignalWattCurve",
];

/// What a profile limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum WrittenPurpose {
    ChargingStationMaxProfile,
    TxDefaultProfile,
    TxProfile,
    /// Not the endpoint's to set (K01.FR.22).
    ChargingStationExternalConstraints,
    /// 2.1.
    PriorityCharging,
    /// 2.1; there is no generation here.
    LocalGeneration,
}

impl WrittenPurpose {
    /// The purpose, if the endpoint may set a profile of it here.
    pub(super) fn purpose(self) -> Option<Purpose> {
        match self {
            WrittenPurpose::ChargingStationMaxProfile => Some(Purpose::StationMaximum),
            WrittenPurpose::TxDefaultProfile => Some(Purpose::TxDefault),
            WrittenPurpose::TxProfile => Some(Purpose::Tx),
            WrittenPurpose::PriorityCharging => Some(Purpose::Priority),
            WrittenPurpose::ChargingStationExternalConstraints | WrittenPurpose::LocalGeneration => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
enum WrittenMode {
    #[default]
    ChargingOnly,
    CentralSetpoint,
    Idle,
    ExternalSetpoint,
    ExternalLimits,
    CentralFrequency,
    LocalFrequency,
    LocalLoadBalancing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: i64,
    transaction_id: Option<String>,
    stack_level: i64,
    charging_profile_purpose: WrittenPurpose,
    charging_profile_kind: Kind,
    recurrency_kind: Option<Recurrency>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    charging_schedule: Vec<WrittenSchedule>,
    max_offline_duration: Option<i64>,
    #[serde(default)]
    invalid_after_offline_duration: bool,
    dyn_update_interval: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenSchedule {
    duration: Option<i64>,
    start_schedule: Option<String>,
    #[serde(default)]
    use_local_time: bool,
    #[serde(default)]
    randomized_delay: i64,
    charging_rate_unit: Unit,
    charging_schedule_period: Vec<WrittenPeriod>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenPeriod {
    start_period: i64,
    limit: Option<f64>,
    discharge_limit: Option<f64>,
    setpoint: Option<f64>,
    number_phases: Option<u8>,
    operation_mode: Option<WrittenMode>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Reads a profile; one that is well written, but nothing for this charger, is rejected with the reason.
pub(super) fn read_profile(charger: &SimulatedCharger, sent: &Value) -> Result<Profile, Refusal> {
    let written: Written = read(sent)?;
    if charger.version() == Version::V201 {
        only_in_2_1(&written)?;
    }
    let no = |reason| Err(Refusal::Rejected(reason));
    let Some(purpose) = written.charging_profile_purpose.purpose() else { return no("UnsupportedPurpose") };
    // K01.FR.34: several schedules are for a car that chooses
    let [schedule] = written.charging_schedule.as_slice() else { return no("InvalidSchedule") };
    if UNSUPPORTED_IN_SCHEDULE.iter().any(|field| is_set(&schedule.more, field)) {
        return no("InvalidSchedule");
    }
    if written.dyn_update_interval.is_some() && written.charging_profile_kind != Kind::Dynamic {
        return no("InvalidProfile");
    }
    let periods = schedule.charging_schedule_period.iter().map(|period| read_period(charger, period));
    let (wall, start) = read_start(charger, schedule)?;
    let delay = read_delay(charger, purpose, schedule.randomized_delay)?;
    Ok(Profile {
        id: written.id,
        transaction: written.transaction_id.clone(),
        stack_level: written.stack_level,
        purpose,
        kind: written.charging_profile_kind,
        recurrency: written.recurrency_kind,
        valid_from: written.valid_from,
        valid_to: written.valid_to,
        schedule: Schedule {
            duration: schedule.duration,
            start,
            wall,
            delay,
            unit: schedule.charging_rate_unit,
            periods: periods.collect::<Result<_, _>>()?,
        },
        max_offline: written.max_offline_duration,
        ends_offline: written.invalid_after_offline_duration,
        pull_interval: written.dyn_update_interval,
        sent: sent.clone(),
    })
}

/// When a schedule starts, and by which clock where it is not the charger's own.
fn read_start(
    charger: &SimulatedCharger,
    written: &WrittenSchedule,
) -> Result<(Option<Wall>, Option<Timestamp>), Refusal> {
    let unreadable = || Refusal::Error(Fault::Format, "startSchedule is no time.".into());
    let by = |read: fn(&str) -> Option<Timestamp>| {
        written.start_schedule.as_deref().map(|text| read(text).ok_or_else(unreadable)).transpose()
    };
    if !written.use_local_time {
        return Ok((None, by(|text| text.parse().ok())?));
    }
    let zone = charger.behaviour.wall_clock.as_deref().filter(|_| charger.version() == Version::V21);
    let wall = zone.and_then(Wall::in_zone).ok_or(Refusal::Rejected("InvalidSchedule"))?;
    Ok((Some(wall), by(Wall::read)?))
}

/// By how much its periods are delayed; only the limits of a charge may be.
fn read_delay(charger: &SimulatedCharger, purpose: Purpose, most: i64) -> Result<Option<RandomDelay>, Refusal> {
    if most == 0 {
        return Ok(None);
    }
    let seed = charger.behaviour.random_delay_seed.filter(|_| charger.version() == Version::V21);
    let may = most > 0 && matches!(purpose, Purpose::Tx | Purpose::TxDefault);
    let seed = seed.filter(|_| may).ok_or(Refusal::Rejected("InvalidSchedule"))?;
    Ok(Some(RandomDelay { most, seed }))
}

/// Whether a field says more than that it is not used.
fn is_set(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).is_some_and(|value| *value != false && *value != 0)
}

/// A period with the values its operation mode goes by (2.1, "Limits and setpoints per operation mode").
fn read_period(charger: &SimulatedCharger, written: &WrittenPeriod) -> Result<Period, Refusal> {
    let has = (written.limit.is_some(), written.discharge_limit.is_some(), written.setpoint.is_some());
    let (mode, is_whole) = match written.operation_mode.unwrap_or_default() {
        WrittenMode::ChargingOnly => (Mode::ChargingOnly, has == (true, false, false)),
        WrittenMode::CentralSetpoint => (Mode::CentralSetpoint, has.2),
        WrittenMode::Idle => (Mode::Idle, has == (false, false, false)),
        _ => return Err(Refusal::Rejected("UnsupportedParam")),
    };
    if !is_whole || UNSUPPORTED_IN_PERIOD.iter().any(|field| is_set(&written.more, field)) {
        return Err(Refusal::Rejected("InvalidSchedule"));
    }
    if written.setpoint.is_some_and(|setpoint| setpoint < 0.0) && !charger.behaviour.discharges {
        return Err(Refusal::Rejected("UnsupportedParam"));
    }
    Ok(Period {
        start: written.start_period,
        mode,
        limit: written.limit,
        discharge_limit: written.discharge_limit,
        setpoint: written.setpoint,
        phases: written.number_phases,
    })
}

fn only_in_2_1(written: &Written) -> Result<(), Refusal> {
    let is_newer = written.charging_profile_kind == Kind::Dynamic
        || [WrittenPurpose::PriorityCharging, WrittenPurpose::LocalGeneration]
            .contains(&written.charging_profile_purpose);
    if is_newer {
        return Err(Refusal::Error(Fault::PropertyConstraint, "That is for OCPP 2.1.".into()));
    }
    let mut periods = written.charging_schedule.iter().flat_map(|schedule| &schedule.charging_schedule_period);
    if periods.any(|period| period.limit.is_none()) {
        return Err(Refusal::Error(Fault::OccurrenceConstraint, "A period needs a limit.".into()));
    }
    Ok(())
}
