//! A charging profile as a 1.6 charger reads it.

use ocpp_kit::types::Decimal;
use ocpp_kit::v1_6 as kit;

use crate::profile::{Every, Kind, Period, Profile, Purpose, RateUnit};
use crate::time::milliseconds;

/// As the typed message.
pub(crate) fn typed(profile: &Profile) -> kit::ChargingProfile {
    kit::ChargingProfile {
        charging_profile_id: profile.id,
        stack_level: profile.stack_level,
        charging_profile_purpose: match profile.purpose {
            Purpose::StationMaxProfile => kit::ChargingProfilePurpose::ChargePointMaxProfile,
            Purpose::TxProfile => kit::ChargingProfilePurpose::TxProfile,
            // The purposes that only 2.x has are read, never sent.
            _ => kit::ChargingProfilePurpose::TxDefaultProfile,
        },
        charging_profile_kind: match profile.kind {
            Kind::Absolute { .. } => kit::ChargingProfileKind::Absolute,
            Kind::Relative => kit::ChargingProfileKind::Relative,
            Kind::Recurring { .. } => kit::ChargingProfileKind::Recurring,
        },
        charging_schedule: schedule(profile),
        transaction_id: profile.transaction,
        recurrency_kind: profile.kind.every().map(|every| match every {
            Every::Day => kit::RecurrencyKind::Daily,
            Every::Week => kit::RecurrencyKind::Weekly,
        }),
        valid_from: profile.valid_from.map(|at| milliseconds(at).into()),
        valid_to: profile.valid_to.map(|at| milliseconds(at).into()),
    }
}

fn schedule(profile: &Profile) -> kit::ChargingSchedule {
    kit::ChargingSchedule {
        charging_rate_unit: match profile.unit {
            RateUnit::A => kit::ChargingRateUnit::A,
            RateUnit::W => kit::ChargingRateUnit::W,
        },
        charging_schedule_period: profile.periods.iter().map(|p| period(p, profile.phases)).collect(),
        duration: profile.duration_s,
        start_schedule: profile.kind.start().map(|start| milliseconds(start).into()),
        min_charging_rate: None,
    }
}

fn period(period: &Period, phases: Option<u8>) -> kit::ChargingSchedulePeriod {
    let limit = Decimal::new(period.tenths, 1).normalized();
    let mut typed = kit::ChargingSchedulePeriod::new(period.start_s, limit);
    typed.number_phases = period.phases.or(phases).map(i32::from);
    typed
}
