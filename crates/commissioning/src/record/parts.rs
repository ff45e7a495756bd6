//! What a record is made of.

use std::collections::BTreeMap;

use chargehand_ocpp::Deviation;
use chargehand_ocpp::profile::{Purpose, RateUnit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

impl Booted {
    /// Does it name one of our own simulated chargers as they are without a personality?
    pub(crate) fn names_ours(&self) -> bool {
        self.vendor == "Chargehand" && self.model.starts_with("Simulated")
    }
}

/// A connector (2.x: an EVSE) as last reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Status as spelled; of an EVSE with several plugs, the one that says most.
    pub status: String,
    /// Error as spelled.
    pub error: String,
    /// When.
    pub at: Timestamp,
    /// 2.x: the status of each plug of this EVSE, as spelled.
    #[serde(default)]
    pub plugs: BTreeMap<u32, String>,
}

/// What a plug's status says of its EVSE, the one that says most first.
const PLUGS: [&str; 5] = ["Occupied", "Available", "Reserved", "Faulted", "Unavailable"];
/// The most plugs of one EVSE that are kept.
const MOST_PLUGS: usize = 16;

impl Connector {
    /// One of which nothing is known yet.
    pub fn at(at: Timestamp) -> Self {
        Self { status: String::new(), error: String::new(), at, plugs: BTreeMap::new() }
    }

    /// 2.x: a plug's status came.
    pub(crate) fn plug(&mut self, plug: u32, status: &str) {
        if self.plugs.contains_key(&plug) || self.plugs.len() < MOST_PLUGS {
            self.plugs.insert(plug, status.to_owned());
        }
        let most = PLUGS.iter().find(|known| self.plugs.values().any(|status| status == *known));
        self.status = most.map_or(status, |status| *status).to_owned();
    }
}

/// A charging transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The id we gave it.
    pub id: i32,
    /// 2.x: the name that the charger gave it.
    #[serde(default)]
    pub name: String,
    /// 2.x: `Charging`, `EVConnected`, `SuspendedEV`, `SuspendedEVSE`, `Idle`, as spelled; empty where not told.
    #[serde(default)]
    pub state: String,
    /// 2.x: the number of its newest message.
    #[serde(default)]
    pub seq: Option<i64>,
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
    /// A check of ours started it, with an idTag that is not our own.
    #[serde(default)]
    pub ours: bool,
}

impl Transaction {
    /// One that starts now, of which nothing else is known.
    pub fn at(started: Timestamp) -> Self {
        Self {
            id: 0,
            name: String::new(),
            state: String::new(),
            seq: None,
            id_tag: String::new(),
            connector: 0,
            started,
            started_at_charger: None,
            meter_start: None,
            stopped: None,
            meter_stop: None,
            reason: String::new(),
            readings: 0,
            ours: false,
        }
    }

    /// 2.x: a transaction may be there before anybody was authorized to charge, or after.
    pub fn waits(&self) -> bool {
        waits(&self.state)
    }
}

/// Is this the state of a transaction in which nobody may draw a current?
pub fn waits(state: &str) -> bool {
    matches!(state, "EVConnected" | "Idle")
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
    /// The profile's id in the charger.
    pub profile: i32,
    /// 2.x: the id of its schedule, by which we know what we meant by it where the profile has taken another's id.
    #[serde(default)]
    pub schedule: Option<i32>,
    /// The unit it was sent in.
    #[serde(default)]
    pub unit: Option<RateUnit>,
    /// What it is for.
    pub purpose: Purpose,
    /// Connector it was sent to.
    pub connector: u32,
    /// Stack level.
    pub stack_level: i32,
    /// The limit at its start, A per phase; where it recurs, the highest of it.
    pub limit: Amperes,
    /// The phases it was sent for.
    #[serde(default)]
    pub phases: Option<Phases>,
    /// It counts from the start of the transaction or from when it was set, not from a time.
    #[serde(default)]
    pub relative: bool,
    /// It holds at some hours only, or from a later time on.
    #[serde(default)]
    pub at_times: bool,
    /// When it ends by itself, at the latest; `None`: stays.
    pub until: Option<Timestamp>,
    /// How far the charger's clock is ahead where it ends then, s.
    #[serde(default)]
    pub ahead_s: i64,
    /// The limit that follows in the same schedule and then stays, A per phase; of cheap hours, the one that stayed in their
    /// place before.
    #[serde(default)]
    pub then: Option<Amperes>,
    /// The charger accepted it; false where no answer came, or one that says neither yes nor no, so that it may or may not
    /// be in force.
    pub accepted: bool,
    /// The frame that may have taken it away: until that has an answer that says yes or no.
    #[serde(default)]
    pub doubted: Option<u64>,
    /// It comes back every day or week.
    #[serde(default)]
    pub recurs: bool,
    /// It went with a remote start, and its transaction has not begun yet.
    #[serde(default)]
    pub awaits: bool,
    /// The frame it was sent in.
    pub number: u64,
}

impl InForce {
    /// Which of ours it is: one of the ids in [`crate::limit`].
    pub fn role(&self) -> i32 {
        self.schedule.unwrap_or(self.profile)
    }

    /// A test limit: it must be undone.
    pub fn is_test(&self) -> bool {
        self.role() == crate::limit::TEST_PROFILE
    }

    /// When it ends by itself, for good; `None`: it stays, or comes back. What counts from the start of a session acts anew
    /// in each.
    pub fn ends(&self) -> Option<Timestamp> {
        let comes_back = self.relative && self.purpose == Purpose::TxDefaultProfile;
        self.until.filter(|_| !comes_back)
    }

    /// Is its limit over for good at `now`?
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends().is_some_and(|ends| ends <= now)
    }

    /// Does it hold every session down for as long as nobody takes it away? A test does by the base that follows in its
    /// schedule.
    pub fn holds(&self) -> bool {
        let for_all = matches!(self.purpose, Purpose::TxDefaultProfile | Purpose::StationMaxProfile);
        for_all && !self.at_times && (self.then.is_some() || (self.until.is_none() && !self.is_test()))
    }

    /// Is it in the charger for certain?
    pub fn is_certain(&self) -> bool {
        self.accepted && self.doubted.is_none()
    }

    /// Does a profile that is accepted take its place? By its id, or its purpose, level and connector (OCPP 1.6 5.16.3).
    pub fn gives_way_to(&self, new: &InForce) -> bool {
        self.number != new.number && (self.profile == new.profile || self.place() == new.place())
    }

    /// Is its limit the same at every hour from now on, as long as it is there?
    pub fn is_steady(&self) -> bool {
        !self.recurs && !self.at_times
    }

    /// Does it limit at every hour for as long as it is there: is it no test, and no cheap hours?
    pub fn lasts(&self) -> bool {
        self.until.is_none() && self.is_steady() && !self.is_test()
    }

    /// A piece of the cheap hours.
    pub fn is_window(&self) -> bool {
        crate::limit::is_window(self.role())
    }

    /// In one place there is one limit.
    pub fn place(&self) -> Place {
        Place { purpose: self.purpose, connector: self.connector, stack_level: self.stack_level }
    }

    /// The limit that stays from `now` on, at every hour, A per phase: of a schedule whose test is over, what followed it.
    pub fn stays(&self, now: Timestamp) -> Option<Amperes> {
        match self.until {
            _ if !self.is_steady() => None,
            None => Some(self.limit),
            Some(until) => self.then.filter(|_| until <= now),
        }
    }
}

/// Where a limit stands in a charger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What it is for.
    pub purpose: Purpose,
    /// On which connector; 0 is the whole charger.
    pub connector: u32,
    /// Its stack level.
    pub stack_level: i32,
}

/// A charging profile that a 2.x charger listed before we wrote anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Its EVSE; 0 is the whole charger.
    pub connector: u32,
    /// Whose it is: `CSO`, `EMS` …, as spelled.
    pub source: String,
    /// The profile as the charger told it: it is put back as it was.
    pub profile: Value,
    /// One of ours stands in its place: undo owes it to the charger.
    #[serde(default)]
    pub replaced: bool,
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
