//! A charging profile as 2.x writes it.

use crate::Version;
use crate::profiles::{Kind, Period, Profile, Purpose, Recurrency, Schedule, Unit};
use crate::rpc::{Fault, Refusal, read};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What a profile limits. The last two are not the endpoint's to set, or only in 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum WrittenPurpose {
    ChargingStationMaxProfile,
    TxDefaultProfile,
    TxProfile,
    ChargingStationExternalConstraints,
    PriorityCharging,
    LocalGeneration,
}

impl WrittenPurpose {
    /// The purpose, if the endpoint may set a profile of it here.
    pub(super) fn purpose(self) -> Option<Purpose> {
        match self {
            WrittenPurpose::ChargingStationMaxProfile => Some(Purpose::StationMaximum),
            WrittenPurpose::TxDefaultProfile => Some(Purpose::TxDefault),
            WrittenPurpose::TxProfile => Some(Purpose::Tx),
            _ => None,
        }
    }
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
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenSchedule {
    duration: Option<i64>,
    start_schedule: Option<Timestamp>,
    charging_rate_unit: Unit,
    charging_schedule_period: Vec<WrittenPeriod>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenPeriod {
    start_period: i64,
    limit: Option<f64>,
    number_phases: Option<u8>,
    phase_to_use: Option<u8>,
}

/// Reads a profile. One that is well written, but nothing for this charger, comes back as nothing.
pub(super) fn read_profile(version: Version, sent: &Value) -> Result<Option<Profile>, Refusal> {
    let written: Written = read(sent)?;
    if version == Version::V201 {
        only_in_2_1(&written)?;
    }
    let Some(purpose) = written.charging_profile_purpose.purpose() else { return Ok(None) };
    let Some(schedule) = written.charging_schedule.first() else {
        return Err(Refusal::Error(Fault::OccurrenceConstraint, "A profile needs a chargingSchedule.".into()));
    };
    // K01.FR.34: several schedules are for a car that chooses, K01.FR.48: this charger switches no phases
    let switches = schedule.charging_schedule_period.iter().any(|period| period.phase_to_use.is_some());
    if written.charging_schedule.len() > 1 || switches {
        return Ok(None);
    }
    let periods = schedule.charging_schedule_period.iter();
    let periods =
        periods.map(|period| Period { start: period.start_period, limit: period.limit, phases: period.number_phases });
    Ok(Some(Profile {
        id: written.id,
        transaction: written.transaction_id,
        stack_level: written.stack_level,
        purpose,
        kind: written.charging_profile_kind,
        recurrency: written.recurrency_kind,
        valid_from: written.valid_from,
        valid_to: written.valid_to,
        schedule: Schedule {
            duration: schedule.duration,
            start: schedule.start_schedule,
            unit: schedule.charging_rate_unit,
            periods: periods.collect(),
        },
        sent: sent.clone(),
    }))
}

fn only_in_2_1(written: &Written) -> Result<(), Refusal> {
    let purpose = written.charging_profile_purpose;
    if written.charging_profile_kind == Kind::Dynamic
        || matches!(purpose, WrittenPurpose::PriorityCharging | WrittenPurpose::LocalGeneration)
    {
        return Err(Refusal::Error(Fault::PropertyConstraint, "That is for OCPP 2.1.".into()));
    }
    let mut periods = written.charging_schedule.iter().flat_map(|schedule| &schedule.charging_schedule_period);
    if periods.any(|period| period.limit.is_none()) {
        return Err(Refusal::Error(Fault::OccurrenceConstraint, "A period needs a limit.".into()));
    }
    Ok(())
}
