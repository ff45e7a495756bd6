//! Charging profiles: how a current limit is put to a 1.6 charger.

use jiff::Timestamp;
use ocpp_kit::types::Decimal;
use ocpp_kit::v1_6 as kit;
use serde::{Deserialize, Serialize};

use crate::time::milliseconds;

/// What a profile is for (OCPP 1.6 3.13.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// The whole station; connector 0 only.
    ChargePointMaxProfile,
    /// Every session that has no profile of its own.
    TxDefaultProfile,
    /// One running transaction.
    TxProfile,
}

impl Purpose {
    /// As it is spelled on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::ChargePointMaxProfile => "ChargePointMaxProfile",
            Purpose::TxDefaultProfile => "TxDefaultProfile",
            Purpose::TxProfile => "TxProfile",
        }
    }
}

/// When a schedule counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// From this time of the charger's clock.
    Absolute {
        /// Put it a little in the past, so that there is no gap (OCPP 1.6 5.16.4).
        start: Timestamp,
    },
    /// From the start of the transaction.
    Relative,
}

/// The unit of a schedule's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RateUnit {
    /// A per phase.
    A,
    /// W in total.
    W,
}

/// One period of a schedule. `tenths` is the limit in tenths of the unit, because 1.6 allows one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Seconds from the start of the schedule.
    pub start_s: i32,
    /// Limit in tenths of A or W.
    pub tenths: i64,
}

/// A charging profile as we send it. `minChargingRate` is never sent: some firmware clamps the limit *up* to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// `chargingProfileId`.
    pub id: i32,
    /// Higher wins within a purpose.
    pub stack_level: i32,
    /// What it is for.
    pub purpose: Purpose,
    /// When it counts from.
    pub kind: Kind,
    /// A or W.
    pub unit: RateUnit,
    /// The periods, the first at 0 s.
    pub periods: Vec<Period>,
    /// After this many seconds the charger falls to the next lower level; `None`: stays.
    pub duration_s: Option<i32>,
    /// 1 to 3. Always sent: where it is missing a charger assumes 3 (OCPP 1.6 7.14).
    pub phases: u8,
    /// Only with [`Purpose::TxProfile`].
    pub transaction: Option<i32>,
}

impl Profile {
    /// As the typed message.
    pub(crate) fn typed(&self) -> kit::ChargingProfile {
        kit::ChargingProfile {
            charging_profile_id: self.id,
            stack_level: self.stack_level,
            charging_profile_purpose: match self.purpose {
                Purpose::ChargePointMaxProfile => kit::ChargingProfilePurpose::ChargePointMaxProfile,
                Purpose::TxDefaultProfile => kit::ChargingProfilePurpose::TxDefaultProfile,
                Purpose::TxProfile => kit::ChargingProfilePurpose::TxProfile,
            },
            charging_profile_kind: match self.kind {
                Kind::Absolute { .. } => kit::ChargingProfileKind::Absolute,
                Kind::Relative => kit::ChargingProfileKind::Relative,
            },
            charging_schedule: self.schedule(),
            transaction_id: self.transaction,
            recurrency_kind: None,
            valid_from: None,
            valid_to: None,
        }
    }

    fn schedule(&self) -> kit::ChargingSchedule {
        kit::ChargingSchedule {
            charging_rate_unit: match self.unit {
                RateUnit::A => kit::ChargingRateUnit::A,
                RateUnit::W => kit::ChargingRateUnit::W,
            },
            charging_schedule_period: self.periods.iter().map(|p| self.period(p)).collect(),
            duration: self.duration_s,
            start_schedule: match self.kind {
                Kind::Absolute { start } => Some(milliseconds(start).into()),
                Kind::Relative => None,
            },
            min_charging_rate: None,
        }
    }

    fn period(&self, period: &Period) -> kit::ChargingSchedulePeriod {
        let limit = Decimal::new(period.tenths, 1).normalized();
        kit::ChargingSchedulePeriod::new(period.start_s, limit).with_number_phases(i32::from(self.phases))
    }
}
