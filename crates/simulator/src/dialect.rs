//! The seam between the charger and the protocol: what each version of OCPP makes of the same charger. `v16` and `v2`
//! are siblings behind it; the car, the meter, the profiles and the session know neither.

use crate::outbox::Call;
use crate::rpc::Reply;
use crate::session::{IdToken, Stop};
use crate::{Restart, SimulatedCharger, Version, v2, v16};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Carries out a command of the endpoint.
pub(crate) type Command = fn(&mut SimulatedCharger, &Value, Timestamp) -> Reply;

/// Takes what the charger asked and the endpoint's answer to it; the error says why it makes no sense.
pub(crate) type Hear = fn(&mut SimulatedCharger, &Value, &Value, Timestamp) -> Result<(), String>;

/// How a version of the protocol says and hears what happens at a charger.
pub(crate) struct Dialect {
    /// What the endpoint may ask.
    pub(crate) commands: &'static [&'static [(&'static str, Command)]],
    /// The endpoint's answers that the charger looks into; the others are only acknowledgements.
    pub(crate) answers: &'static [&'static [(&'static str, Hear)]],
    /// The name of a setting, and where in the charger's memory it is.
    pub(crate) setting: fn(&SimulatedCharger, Setting) -> &str,
    pub(crate) set: fn(&mut SimulatedCharger, Setting, String),
    /// What the endpoint knows the running transaction by.
    pub(crate) transaction: fn(&SimulatedCharger) -> Option<String>,
    pub(crate) boot: fn(&SimulatedCharger) -> Call,
    pub(crate) authorize: fn(&IdToken) -> Call,
    /// A connection stands, after this long without one: what depends on that is brought up to date.
    pub(crate) connected: fn(&mut SimulatedCharger, SignedDuration),
    /// It was started anew.
    pub(crate) rebooted: fn(&mut SimulatedCharger, Restart),
    /// Every status will be told again.
    pub(crate) forget: fn(&mut SimulatedCharger),
    /// Tells what is not as it was told last.
    pub(crate) notice: fn(&mut SimulatedCharger, Timestamp),
    pub(crate) started: fn(&mut SimulatedCharger, &Started, Timestamp),
    /// Time passed: what only this version does by itself.
    pub(crate) ticked: fn(&mut SimulatedCharger, Timestamp),
    /// When that is due.
    pub(crate) due: fn(&SimulatedCharger) -> Option<Timestamp>,
    /// A sample within a transaction is due.
    pub(crate) sampled: fn(&mut SimulatedCharger, Timestamp),
    /// A reading at a round time of the day is due.
    pub(crate) aligned: fn(&mut SimulatedCharger, Timestamp),
    /// A reservation of this number is over, for this reason.
    pub(crate) unreserved: fn(&mut SimulatedCharger, i64, &'static str),
    pub(crate) ended: fn(&mut SimulatedCharger, &IdToken, Stop, Timestamp),
}

/// A transaction began.
pub(crate) struct Started {
    pub(crate) id_token: IdToken,
    /// The number that came with the remote start of 2.x.
    pub(crate) remote_start_id: Option<i64>,
    /// The reservation it was kept for.
    pub(crate) reservation: Option<i64>,
    /// What came last: the plug, or the consent.
    pub(crate) by_plug: bool,
}

/// What decides on the charger's behaviour and can be set in every version, under names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Seconds between heartbeats.
    Heartbeat,
    /// Seconds between the samples of a transaction; 0 sends none.
    SampleInterval,
    /// The measurands of such a sample, separated by commas.
    SampledMeasurands,
    /// Seconds between the readings at round times of the day; 0 sends none.
    AlignedInterval,
    /// The measurands of such a reading, separated by commas.
    AlignedMeasurands,
    /// Seconds within which the car must be plugged in.
    ConnectionTimeout,
    /// How often what belongs to a transaction is sent before it is given up.
    Attempts,
    /// Seconds before it is sent again, once more for each time that it was.
    AttemptInterval,
    /// Whether a remote start needs the endpoint's consent once more.
    RemoteNeedsConsent,
    /// Whether the local list counts at all.
    ListEnabled,
    /// Whether a token on the local list is not asked about.
    ListDecides,
    /// Whether a token on the local list may charge while there is no connection.
    ListDecidesOffline,
    /// Whether one that is on no list may.
    UnknownMayOffline,
    /// Whether a transaction ends when its idToken turns out to be refused.
    StopOnInvalidId,
}

impl SimulatedCharger {
    pub(crate) fn dialect(&self) -> &'static Dialect {
        match self.behaviour.version {
            Version::V16 => &v16::DIALECT,
            Version::V201 => &v2::V201,
            Version::V21 => &v2::V21,
        }
    }

    /// A setting as text.
    pub(crate) fn setting(&self, setting: Setting) -> &str {
        (self.dialect().setting)(self, setting)
    }

    /// A setting that holds a whole number; 0 when it holds none.
    pub(crate) fn number(&self, setting: Setting) -> i64 {
        self.setting(setting).parse().unwrap_or(0)
    }

    /// A setting that holds a truth value.
    pub(crate) fn is_true(&self, setting: Setting) -> bool {
        self.setting(setting).eq_ignore_ascii_case("true")
    }

    /// A setting was changed: what goes by it starts anew.
    pub(crate) fn setting_changed(&mut self, setting: Setting, now: Timestamp) {
        match setting {
            Setting::Heartbeat => self.restart_beating(now),
            Setting::SampleInterval => self.restart_sampling(now),
            Setting::AlignedInterval => self.aligned_slot = self.slot(now),
            _ => {}
        }
    }
}
