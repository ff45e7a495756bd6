//! What a record is made of.

use chargehand_ocpp::Deviation;
use chargehand_ocpp::v16::profile::Purpose;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::units::{Amperes, Phases};

/// A BootNotification.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Booted {
    /// When it came.
    pub at: Timestamp,
    /// Its frame.
    pub number: u64,
    /// We accepted it (else: pending).
    pub accepted: bool,
    /// Maker.
    pub vendor: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Firmware.
    pub firmware: String,
    /// Meter type.
    pub meter_type: String,
}

/// A connector as last reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Status as spelled.
    pub status: String,
    /// Error as spelled.
    pub error: String,
    /// When.
    pub at: Timestamp,
}

/// A charging transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The id we gave it.
    pub id: i32,
    /// Who started it.
    pub id_tag: String,
    /// Where.
    pub connector: u32,
    /// When StartTransaction came.
    pub started: Timestamp,
    /// The charger's own time of the start, as it sent it: the same message sent again is the same transaction.
    pub started_at_charger: Option<Timestamp>,
    /// Register at the start, Wh.
    pub meter_start: Option<i64>,
    /// When StopTransaction came; `None` while it runs.
    pub stopped: Option<Timestamp>,
    /// Register at the end, Wh.
    pub meter_stop: Option<i64>,
    /// Why it stopped, as spelled.
    pub reason: String,
    /// How many readings came in it.
    pub readings: u32,
}

/// One reading of the meter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The frame it came in.
    pub number: u64,
    /// When it came, by our clock.
    pub at: Timestamp,
    /// When it was taken, by the charger's clock.
    #[serde(default)]
    pub taken: Option<Timestamp>,
    /// Connector.
    pub connector: u32,
    /// The transaction it names.
    pub transaction: Option<i64>,
    /// Current.Import on the highest phase; `None` where the charger does not report it.
    pub import: Option<Amperes>,
    /// Phases that carry more than 0.5 A; `None` where it does not report them one by one.
    pub phases: Option<Phases>,
    /// Current.Offered.
    pub offered: Option<Amperes>,
    /// Power.Active.Import, total, W.
    pub power_w: Option<u32>,
    /// Energy.Active.Import.Register, Wh.
    pub energy_wh: Option<u32>,
}

/// A limit that we sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// `chargingProfileId`.
    pub profile: i32,
    /// What it is for.
    pub purpose: Purpose,
    /// Connector it was sent to.
    pub connector: u32,
    /// Stack level.
    pub stack_level: i32,
    /// The limit at its start, A per phase.
    pub limit: Amperes,
    /// The phases it was sent for.
    #[serde(default)]
    pub phases: Option<Phases>,
    /// It counts from the start of the transaction or from when it was set, not from a time.
    #[serde(default)]
    pub relative: bool,
    /// When it ends by itself, at the latest; `None`: stays.
    pub until: Option<Timestamp>,
    /// The limit that follows in the same schedule and then stays, A per phase.
    #[serde(default)]
    pub then: Option<Amperes>,
    /// The charger accepted it; false where no answer came, so that it may or may not be in force.
    pub accepted: bool,
    /// The frame it was sent in.
    pub number: u64,
}

impl InForce {
    /// A test limit: it must be undone.
    pub fn is_test(&self) -> bool {
        self.profile == crate::limit::TEST_PROFILE
    }

    /// The limit that stays from `now` on, A per phase: of a schedule whose test is over, what followed it.
    pub fn stays(&self, now: Timestamp) -> Option<Amperes> {
        match self.until {
            None => Some(self.limit),
            Some(until) => self.then.filter(|_| until <= now),
        }
    }
}

/// What limited the charger before we wrote anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The limit, A per phase; `None`: the charger named none.
    pub limit: Option<Amperes>,
    /// The event that keeps it.
    pub number: u64,
}

/// One rule broken at one place, however often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The action, where there is one.
    pub action: String,
    /// The first one seen.
    pub deviation: Deviation,
    /// How often.
    pub count: u32,
    /// The first few frames.
    pub evidence: Vec<u64>,
}

/// Something that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When.
    pub at: Timestamp,
    /// What, in words.
    pub text: String,
    /// Its entry.
    pub number: u64,
}
