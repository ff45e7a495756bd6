//! A charging profile as 1.6 writes it.

use crate::profile::{Kind, Period, Profile, Purpose, Recurrency, Schedule, Unit};
use crate::rpc::{Fault, Refusal, read};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum WrittenPurpose {
    #[serde(rename = "ChargePointMaxProfile")]
    StationMaximum,
    #[serde(rename = "TxDefaultProfile")]
    TxDefault,
    #[serde(rename = "TxProfile")]
    Tx,
}

impl From<WrittenPurpose> for Purpose {
    fn from(written: WrittenPurpose) -> Purpose {
        match written {
            WrittenPurpose::StationMaximum => Purpose::StationMaximum,
            WrittenPurpose::TxDefault => Purpose::TxDefault,
            WrittenPurpose::Tx => Purpose::Tx,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    charging_profile_id: i64,
    transaction_id: Option<i64>,
    stack_level: i64,
    charging_profile_purpose: WrittenPurpose,
    charging_profile_kind: Kind,
    recurrency_kind: Option<Recurrency>,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    charging_schedule: WrittenSchedule,
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
    limit: f64,
    number_phases: Option<u8>,
}

/// Reads a profile.
pub(super) fn read_profile(sent: &Value) -> Result<Profile, Refusal> {
    let written: Written = read(sent)?;
    if written.charging_profile_kind == Kind::Dynamic {
        return Err(Refusal::Error(Fault::PropertyConstraint, "There is no kind Dynamic.".into()));
    }
    let schedule = written.charging_schedule;
    let periods = schedule.charging_schedule_period.iter();
    let periods = periods.map(|period| Period {
        start: period.start_period,
        limit: Some(period.limit),
        phases: period.number_phases,
        ..Period::default()
    });
    Ok(Profile {
        id: written.charging_profile_id,
        transaction: written.transaction_id.map(|id| id.to_string()),
        stack_level: written.stack_level,
        purpose: written.charging_profile_purpose.into(),
        kind: written.charging_profile_kind,
        recurrency: written.recurrency_kind,
        valid_from: written.valid_from,
        valid_to: written.valid_to,
        schedule: Schedule {
            duration: schedule.duration,
            start: schedule.start_schedule,
            wall: None,
            delay: None,
            unit: schedule.charging_rate_unit,
            periods: periods.collect(),
        },
        max_offline: None,
        ends_offline: false,
        pull_interval: None,
        sent: sent.clone(),
    })
}
