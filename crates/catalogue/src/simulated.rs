//! Personalities of simulated chargers, one file each in the folder `simulated`: what a charger is named after, what it
//! does, what is known of that, and what is only assumed.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::Confidence;
use crate::folder::{self, Files};

/// What a personality is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The specification: a charger that does everything right.
    Specification,
    /// A charger that people own.
    Charger,
    /// A problem seen in the field.
    Problem,
}

/// Something known of what the personality is named after.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The fact, as a sentence.
    pub what: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// The personality of a simulated charger.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulated {
    /// Its name on the command line: the file's name, for example `p11-ignores-limits`.
    #[serde(skip)]
    pub name: &'static str,
    /// What it is, in a few words, for a list.
    pub title: String,
    /// What it is named after.
    pub group: Group,
    /// The number of the field problem, `P01` to `P40`, where it is named after one.
    pub problem: Option<String>,
    /// What it does, in one to three sentences.
    pub summary: String,
    /// What can be seen of it from outside and is not as the specification has it, or what the specification leaves to a
    /// charger and most do not do, by names that the simulator's tests know.
    #[serde(default)]
    pub shows: Vec<String>,
    /// What is known of what it is named after.
    #[serde(default)]
    pub fact: Vec<Fact>,
    /// What is not known, and how the simulated charger behaves there, as sentences; shown wherever it is offered.
    #[serde(default)]
    pub assumed: Vec<String>,
    /// How it shows itself on the network: the name of a file in the folder `fingerprints`.
    pub announces: Option<String>,
    /// The simulator's `Behaviour`, as far as it differs from its default.
    #[serde(default)]
    pub behaviour: toml::Table,
}

/// All personalities, in the order of their groups and names.
pub fn simulated() -> &'static [Simulated] {
    static SIMULATED: OnceLock<Vec<Simulated>> = OnceLock::new();
    SIMULATED.get_or_init(|| {
        let mut all: Vec<Simulated> = folder::read(FILES, |it: &mut Simulated, name| it.name = name);
        all.sort_by_key(|it| (it.group, it.name));
        all
    })
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/simulated.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_personality_can_be_read() {
        assert_eq!(folder::broken::<Simulated>(FILES), [""; 0]);
        assert!(!simulated().is_empty());
    }

    #[test]
    fn a_personality_says_what_it_rests_on_or_what_it_assumes() {
        for it in simulated() {
            assert!(!it.title.trim().is_empty() && !it.summary.trim().is_empty(), "{}", it.name);
            let rests = !it.fact.is_empty() || !it.assumed.is_empty();
            assert!(rests || it.group == Group::Specification, "{} rests on nothing", it.name);
            assert_eq!(it.problem.is_some(), it.group == Group::Problem, "{}", it.name);
        }
    }

    #[test]
    fn how_a_personality_shows_itself_is_in_the_catalogue() {
        for it in simulated() {
            let known = |name: &String| crate::fingerprints().iter().any(|it| it.name == name);
            assert!(it.announces.as_ref().is_none_or(known), "{}: {:?}", it.name, it.announces);
        }
    }
}
