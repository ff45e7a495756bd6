//! What shows of each personality in its frames: each shows what it is named after, and nothing else. What shows at the
//! socket is told in `wire`.

mod configuration;
mod identity;
mod limits;
mod metering;
mod sessions;
mod story;

use crate::wire;
use chargehand_simulator::{Behaviour, Personality, Version, personalities};
use std::collections::BTreeSet;
use std::thread;

/// A symptom, by the name that personalities use, and whether a charger shows it.
type Probe = (&'static str, fn(&Behaviour) -> bool);

const TABLES: &[&[Probe]] =
    &[limits::PROBES, sessions::PROBES, metering::PROBES, configuration::PROBES, identity::PROBES];

fn probes() -> impl Iterator<Item = &'static Probe> {
    TABLES.iter().copied().flatten()
}

/// The symptoms that a personality says it shows in its frames.
fn said(personality: &Personality) -> BTreeSet<&str> {
    let all = personality.about.shows.iter().map(String::as_str);
    all.filter(|symptom| !wire::SYMPTOMS.contains(symptom)).collect()
}

/// What is wrong with each of the personalities, in two threads.
fn wrong(with: impl Fn(&Personality) -> Option<String> + Sync) -> Vec<String> {
    let (one, other) = personalities().split_at(personalities().len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| other.iter().filter_map(&with).collect::<Vec<_>>());
        let one: Vec<String> = one.iter().filter_map(&with).collect();
        [one, other.join().unwrap()].concat()
    })
}

/// What a charger shows that it does not say, or says and does not show.
fn differs(
    name: &str,
    it: &Behaviour,
    said: &BTreeSet<&str>,
    probes: &mut dyn Iterator<Item = &Probe>,
) -> Option<String> {
    let seen: BTreeSet<&str> = probes.filter(|(_, shows)| shows(it)).map(|(symptom, _)| *symptom).collect();
    (seen != *said).then(|| format!("{name} shows {seen:?} and says {said:?}"))
}

#[test]
fn each_personality_shows_what_it_is_named_after_and_nothing_else() {
    let wrong = wrong(|it| differs(it.about.name, &it.behaviour, &said(it), &mut probes()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_becomes_of_limits_is_the_same_in_2_0_1() {
    let is_of_limits = |symptom: &str| limits::PROBES.iter().any(|(its, _)| *its == symptom);
    let wrong = wrong(|it| {
        let said = said(it);
        let is_one = !said.is_empty() && said.iter().all(|symptom| is_of_limits(symptom));
        // the answer NotSupported is 1.6's
        if !is_one || said.contains("has no smart charging") {
            return None;
        }
        let behaviour = Behaviour { version: Version::V201, ..it.behaviour.clone() };
        differs(it.about.name, &behaviour, &said, &mut limits::PROBES.iter())
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The symptoms that break a schema.
const BREAKING: &[&str] = &["sends texts that are too long", "leaves out the zone", "writes as 1.6 does in 2.x"];

#[test]
fn only_those_that_say_so_break_the_schemas() {
    let wrong = wrong(|it| {
        let faults = story::faults_of_a_session(&it.behaviour);
        let may = said(it).iter().any(|symptom| BREAKING.contains(symptom));
        (may == faults.is_empty()).then(|| format!("{}: {faults:?}", it.about.name))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_symptom_has_a_probe_and_every_probe_a_personality_that_shows_it() {
    let known: BTreeSet<&str> = probes().map(|(symptom, _)| *symptom).chain(wire::SYMPTOMS.iter().copied()).collect();
    let shown: BTreeSet<&str> = personalities().iter().flat_map(|it| &it.about.shows).map(String::as_str).collect();
    assert_eq!(known, shown);
}
