//! Charging profiles as we think of them; [`crate::v16::profile`] and [`crate::v2::profile`] put them on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::version::Version;

/// What a profile is for (OCPP 1.6 3.13.1; the last three exist in 2.x only, and we never send them by ourselves).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// The whole station; connector 0 only.
    #[serde(rename = "ChargePointMaxProfile")]
    StationMaxProfile,
    /// Every session that has no profile of its own.
    TxDefaultProfile,
    /// One running transaction.
    TxProfile,
    /// What something beside the platform (an energy manager, the grid) asks of the charger.
    ExternalConstraints,
    /// A session that was given priority; 2.1.
    PriorityCharging,
    /// What is generated on the premises; 2.1.
    LocalGeneration,
}

/// How each version spells the purposes; empty where it has none.
static NAMES: &[(Purpose, &str, &str)] = &[
    (Purpose::StationMaxProfile, "ChargePointMaxProfile", "ChargingStationMaxProfile"),
    (Purpose::TxDefaultProfile, "TxDefaultProfile", "TxDefaultProfile"),
    (Purpose::TxProfile, "TxProfile", "TxProfile"),
    (Purpose::ExternalConstraints, "", "ChargingStationExternalConstraints"),
    (Purpose::PriorityCharging, "", "PriorityCharging"),
    (Purpose::LocalGeneration, "", "LocalGeneration"),
];

impl Purpose {
    /// As it is spelled on the wire.
    pub fn name(self, version: Version) -> &'static str {
        let names = NAMES.iter().find(|(purpose, _, _)| *purpose == self);
        names.map_or("", |(_, v16, v2)| if version.is_v2() { v2 } else { v16 })
    }

    /// From either version's spelling.
    pub fn read(name: &str) -> Option<Self> {
        let named = |(_, v16, v2): &&(Purpose, &str, &str)| name == *v2 || (name == *v16 && !name.is_empty());
        NAMES.iter().find(named).map(|(purpose, _, _)| *purpose)
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
    /// Again and again, from this time on: nothing that its periods and its duration say ends it.
    Recurring {
        /// How often.
        every: Every,
        /// Put it in the past: before its start a schedule is not in force.
        start: Timestamp,
    },
}

/// How often a recurring schedule begins anew. In UTC a day has 24 hours and a week 168, also where clocks are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Every {
    /// `Daily`.
    Day,
    /// `Weekly`.
    Week,
}

impl Every {
    /// As it is spelled on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Every::Day => "Daily",
            Every::Week => "Weekly",
        }
    }

    /// Minutes in one round: 1440 or 10 080.
    pub const fn minutes(self) -> i32 {
        match self {
            Every::Day => 24 * 60,
            Every::Week => 7 * 24 * 60,
        }
    }
}

impl Kind {
    /// As it is spelled on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Absolute { .. } => "Absolute",
            Kind::Relative => "Relative",
            Kind::Recurring { .. } => "Recurring",
        }
    }

    /// When its seconds count from, where that is a time.
    pub const fn start(self) -> Option<Timestamp> {
        match self {
            Kind::Absolute { start } | Kind::Recurring { start, .. } => Some(start),
            Kind::Relative => None,
        }
    }

    /// How often it recurs, where it does.
    pub const fn every(self) -> Option<Every> {
        match self {
            Kind::Recurring { every, .. } => Some(every),
            Kind::Absolute { .. } | Kind::Relative => None,
        }
    }
}

/// The unit of a schedule's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RateUnit {
    /// A per phase.
    A,
    /// W in total.
    W,
}

impl RateUnit {
    /// As it is spelled on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            RateUnit::A => "A",
            RateUnit::W => "W",
        }
    }
}

/// One period of a schedule. `tenths` is the limit in tenths of the unit, because 1.6 allows one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Seconds from the start of the schedule.
    pub start_s: i32,
    /// Limit in tenths of A or W.
    pub tenths: i64,
    /// The phases it is for, where they are not the profile's.
    #[serde(default)]
    pub phases: Option<u8>,
}

/// A charging profile as we send it. `minChargingRate` is never sent: some firmware clamps the limit *up* to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The profile's id.
    pub id: i32,
    /// The id of its schedule; only 2.x has one.
    pub schedule: i32,
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
    /// 1 to 3. Where it is missing a charger assumes 3 (OCPP 1.6 7.14, OCPP 2.0.1 part 2 K01.FR.49).
    pub phases: Option<u8>,
    /// Only with [`Purpose::TxProfile`]: our own number of the transaction.
    pub transaction: Option<i32>,
    /// It holds from this time on; `None`: as soon as it is there.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// It holds until this time; `None`: until it is replaced.
    #[serde(default)]
    pub valid_to: Option<Timestamp>,
    /// The start is meant as local time in the charger's own zone, so that the charger does the changes of the clock. Only
    /// 2.1 has that (`useLocalTime`): set it for no other.
    #[serde(default)]
    pub local_time: bool,
    /// Each period begins up to so many seconds late, at random. Only 2.1 has that (`randomizedDelay`), and only for sessions:
    /// set it for no other version, nor for the whole station.
    #[serde(default)]
    pub randomized_delay_s: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_read_in_either_versions_spelling_and_stored_as_it_always_was() {
        for (purpose, v16, v2) in NAMES {
            assert_eq!(Purpose::read(v2), Some(*purpose));
            assert!(v16.is_empty() || Purpose::read(v16) == Some(*purpose));
        }
        assert_eq!(Purpose::read(""), None);
        let stored = serde_json::to_string(&Purpose::StationMaxProfile).expect("a name");
        assert_eq!(stored, r#""ChargePointMaxProfile""#);
    }
}
