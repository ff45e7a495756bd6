//! Facts about chargers as data, each with its source, date and confidence, and their typed readers.
//!
//! An unknown stays unknown: nothing is invented where a fact is missing.

mod body;
mod cars;
mod charger;
mod entry;
mod exercises;
mod facts;
mod fingerprint;
mod folder;
mod form;
pub mod jurisdiction;
pub mod local_api;
mod pattern;
mod platform;
mod question;
mod recognise;
mod register;
mod rule;
mod search;
mod setting;
mod sign;
mod simulated;
mod tariff;
mod text;
mod uses;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub use body::Body;
pub use cars::{Car, cars};
pub use charger::{Access, Accessible, Charger, ChargerKind, charger, chargers};
pub use entry::{Acts, App, Boot, Can, Firmware, Known, Local, Quirk, Spoken, Statement, Step, StepKind, Topic};
pub use exercises::{Exercise, Finds, exercises};
pub use fingerprint::{
    Answer, Checksum, Datagram, Fingerprint, Http, Kind, Live, Mdns, Part, Scheme, Service, Strength, Udp, WebSocket,
    fingerprints,
};
pub use form::{Field, Form, Place, Server, Slash, Typed};
pub use pattern::Pattern;
pub use platform::{Platform, PlatformKind, Steers, platform, platforms};
pub use question::{NO_ANSWER, question};
pub use recognise::{Applied, Booted, Recognised, quirks, recognise};
pub use register::{Content, Modbus, Reads, Register};
pub use rule::{Rule, rule, rules};
pub use search::{Ranked, search};
pub use setting::{CommonSetting, SettingForm, SettingGroup, common_setting, common_settings};
pub use sign::{Certainty, Identity, Match, Seen, Sign, Way, identify};
pub use simulated::{Fact, Group, Simulated, simulated};
pub use tariff::{Allows, Daytime, Hours, RandomDelay, Tariff, minute_of_day, tariff, tariffs};
pub use text::plain;
pub use uses::{Purpose, Use, uses};

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Read in the maker's or the standard's own text, or in running code.
    High,
    /// Read in one secondary source.
    Medium,
    /// Said once, by a user.
    Low,
    /// Looked for and not found.
    Unknown,
}

/// What writing a key does to the current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Sets a current in A.
    Amps,
    /// Sets a current in tenths of A.
    TenthsOfAmps,
    /// Sets a power in W.
    Watts,
    /// Does not act on the current.
    None,
    /// Not known.
    Unknown,
}

/// A configuration key and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The maker whose key it is; `None` for a key of the standard.
    pub vendor: Option<String>,
    /// The key as spelled.
    pub key: String,
    /// What it means, in a few plain words.
    pub meaning: String,
    /// What it is about: `metering`, `limit`, `authorization` …
    pub area: String,
    /// What writing it does to the current.
    pub effect: Effect,
    /// Of a control of the charger's own: the value at which it is off, as spelled.
    #[serde(default)]
    pub off: Option<String>,
    /// Of a number: its unit, such as `s`, where that is known.
    #[serde(default)]
    pub unit: Option<String>,
    /// Its value is a secret and is never stored or shown.
    #[serde(default)]
    pub secret: bool,
    /// Where the fact was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Key {
    /// Do this maker's chargers have it? Those of the standard all have.
    pub fn is_of(&self, vendor: &str) -> bool {
        let Some(maker) = self.vendor.as_deref().map(str::to_ascii_lowercase) else { return true };
        let vendor = vendor.to_ascii_lowercase();
        !maker.is_empty() && !vendor.is_empty() && (vendor.contains(&maker) || maker.contains(&vendor))
    }
}

#[derive(Deserialize)]
struct Keys {
    key: Vec<Key>,
}

/// All known configuration keys of OCPP 1.6, the standard's first.
pub fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(|| read(include_str!("../keys.toml")))
}

/// All known variables of OCPP 2.x, by `Component.Variable`.
pub fn variables() -> &'static [Key] {
    static VARIABLES: OnceLock<Vec<Key>> = OnceLock::new();
    VARIABLES.get_or_init(|| read(include_str!("../variables.toml")))
}

fn read(file: &str) -> Vec<Key> {
    // The files are part of the program and read by a test: they cannot be wrong in a released binary.
    toml::from_str::<Keys>(file).map(|keys| keys.key).unwrap_or_default()
}

/// The variable of this name, `Component.Variable` without instance and EVSE (compared without regard to case).
pub fn variable(name: &str) -> Option<&'static Key> {
    variables().iter().find(|k| k.key.eq_ignore_ascii_case(name))
}

/// The key of this name: the named maker's own where there are several (both compared without regard to case, because
/// chargers spell keys freely), else the standard's, else any maker's.
pub fn key(name: &str, vendor: &str) -> Option<&'static Key> {
    let same = || keys().iter().filter(|k| k.key.eq_ignore_ascii_case(name));
    same()
        .find(|k| k.vendor.is_some() && k.is_of(vendor))
        .or_else(|| same().find(|k| k.vendor.is_none()))
        .or_else(|| same().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_meaning_source_date_and_confidence() {
        assert!(keys().len() > 80, "keys.toml could not be read");
        assert!(variables().len() > 80, "variables.toml could not be read");
        for key in keys().iter().chain(variables()) {
            for (what, text) in [("meaning", &key.meaning), ("source", &key.source), ("date", &key.date)] {
                assert!(!text.trim().is_empty(), "{} has no {what}", key.key);
            }
        }
    }

    #[test]
    fn the_makers_own_meaning_wins_over_another_makers() {
        let meaning = |vendor| key("ecomode", vendor).map(|k| k.vendor.clone().unwrap_or_default());
        assert_eq!(meaning("Ocular EVSE").as_deref(), Some("Ocular"));
        assert_eq!(meaning("GivEnergy").as_deref(), Some("GivEnergy"));
        assert!(key("NobodyKnowsThis", "").is_none());
    }

    #[test]
    fn a_key_that_sets_the_current_says_in_which_unit() {
        assert_eq!(key("ChargeRate", "GivEnergy").map(|k| k.effect), Some(Effect::TenthsOfAmps));
        assert_eq!(key("HeartbeatInterval", "").map(|k| k.effect), Some(Effect::None));
        assert!(key("AuthorizationKey", "").is_some_and(|k| k.secret));
        assert_eq!(variable("EVSE.ACCurrent").map(|k| k.effect), Some(Effect::Amps));
        assert_eq!(variable("SampledDataCtrlr.TxUpdatedInterval").map(|k| k.effect), Some(Effect::None));
    }
}
