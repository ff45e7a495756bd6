//! Platforms and programs that chargers connect to, one file each in the folder `platforms`.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::entry::{Known, Statement};
use crate::folder::{self, Files};

/// Where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformKind {
    /// On the internet.
    Platform,
    /// On a computer of one's own; it may be found in the same network.
    LocalProgram,
}

/// When a platform lets a car charge, by something else than a person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Steers {
    /// While the sun gives more than the house takes.
    Solar,
    /// While power is cheap.
    Tariffs,
}

impl Steers {
    /// As people say it: `follows the sun`.
    pub const fn says(self) -> &'static str {
        match self {
            Steers::Solar => "follows the sun",
            Steers::Tariffs => "follows prices",
        }
    }
}

/// What chargers connect to. What is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Its id: the file's name, for example `chargehq`.
    #[serde(skip)]
    pub id: &'static str,
    /// Its name.
    pub name: String,
    /// Where it runs.
    pub kind: PlatformKind,
    /// Where it is offered, as country codes, or `all`; empty where not known.
    pub markets: Vec<String>,
    /// What it is, in a sentence.
    pub summary: String,
    /// What was looked for and not found, as sentences.
    pub unknown: Vec<String>,
    /// Its URL, with `{host}`, `{port}`, `{id}`, `{code}` in their places.
    pub url: Option<Known<String>>,
    /// The TCP ports that it listens on unless told otherwise.
    pub ports: Option<Known<Vec<u16>>>,
    /// The versions of OCPP it speaks, in words.
    pub version: Option<Known<String>>,
    /// By what it decides when a car charges.
    pub steers: Option<Known<Vec<Steers>>>,
    /// What else is known.
    #[serde(default)]
    pub fact: Vec<Statement>,
}

/// All platforms, in the order of their ids.
pub fn platforms() -> &'static [Platform] {
    static PLATFORMS: OnceLock<Vec<Platform>> = OnceLock::new();
    PLATFORMS.get_or_init(|| folder::read(FILES, |it: &mut Platform, name| it.id = name))
}

/// The platform with this id.
pub fn platform(id: &str) -> Option<&'static Platform> {
    platforms().iter().find(|it| it.id == id)
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/platforms.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_can_be_read() {
        assert_eq!(folder::broken::<Platform>(FILES), [""; 0]);
        assert!(platforms().len() >= 15, "{}", platforms().len());
    }

    #[test]
    fn a_platform_says_what_is_known_of_it_or_that_nothing_is() {
        for it in platforms() {
            assert!(!it.name.is_empty() && !it.summary.is_empty(), "{}", it.id);
            assert!(it.url.is_some() || !it.fact.is_empty() || !it.unknown.is_empty(), "{}", it.id);
            assert!(it.url.is_some() || !it.unknown.is_empty(), "{}: nothing is said of its URL", it.id);
        }
    }

    #[test]
    fn those_that_follow_sun_or_prices_say_so() {
        let steers = |id| platform(id).and_then(|it| it.steers.clone()).map(|it| it.is);
        assert_eq!(steers("chargehq"), Some(vec![Steers::Solar, Steers::Tariffs]));
        assert_eq!(steers("evcc"), Some(vec![Steers::Solar]));
        assert_eq!(steers("steve"), None, "not known");
    }

    #[test]
    fn a_program_of_ones_own_names_its_port() {
        for it in platforms().iter().filter(|it| it.kind == PlatformKind::LocalProgram) {
            assert!(it.ports.as_ref().is_some_and(|ports| !ports.is.is_empty()), "{}", it.id);
        }
        assert_eq!(platform("evcc").and_then(|it| it.ports.clone()).map(|ports| ports.is), Some(vec![8887]));
    }
}
