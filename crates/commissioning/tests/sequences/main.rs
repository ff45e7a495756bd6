//! What must hold whatever happens: thousands of sequences of what people do, chargers answer, connections and computers
//! suffer, each in one of the three versions, on paused time.
//!
//! - No frame that leaves asks for more than the ceiling that is on disk at that moment; without one, none asks for
//!   anything; and what was sent was on disk before.
//! - A test limit of a step ends by itself within an hour, and stands on a limit that stays; what a step leaves is no pause.
//! - What the charger holds of our test limits is what the record says at the next start, until it is over; and so with the
//!   cheap hours, until they are taken away.
//! - Where a limit of ours stays and no hardware limit is confirmed, no message of ours leaves the charger with nothing.
//! - The record as the store builds it, as it is built from the first entry on, and as it lived are the same.
//!
//! What is held against it is worked out in `oracle` and `shelf`, from the frames and from what the charger really holds.
//! The charger is taken at its word: it did what it answers with Accepted and did not do what it refuses, also with a
//! CALLERROR; it tells at once that its clock was set; it has one connector. After silence, a late answer or nonsense both may be.
//!
//! To add what a person may do: a function in `person.rs` (demand response and moving by hand: `holding.rs`; cheap hours:
//! `hours.rs`; it takes its choices from the dice, the plain one first, and
//! tells the story) and its line in [`TURNS`]. What charger or world may do stands in `around.rs` in the same way. What a
//! new message asks of the current has to be known to `oracle.rs`, and what it does in the charger to `charger.rs`.
//!
//! A failure is told as a short story with its number. `SEQUENCE=number` tells that one again, `SEQUENCES=100000` runs
//! more than the usual ones, with `FROM=10000` only those beyond.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::precedence)]

mod around;
mod charger;
mod dice;
mod found;
mod holding;
mod hours;
mod oracle;
mod person;
mod raw;
mod shelf;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use dice::{Dice, THROWS};
use world::World;

/// How many sequences are run.
const SEQUENCES: u64 = 10_000;
/// The most turns of one.
const TURNS_AT_MOST: usize = 16;
/// How often a failing sequence is tried shorter or plainer.
const SHRINKS: usize = 500;

type Turn = for<'a> fn(&'a mut World, Dice) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Everything that can happen, and how often beside the rest. Waiting comes first: it is the plainest.
static TURNS: &[(u32, Turn)] = &[
    (14, |world, dice| Box::pin(around::waits(world, dice))),
    (6, |world, dice| Box::pin(person::enters_a_ceiling(world, dice))),
    (4, |world, dice| Box::pin(person::confirms_hardware(world, dice))),
    (10, |world, dice| Box::pin(person::sends_a_plain_limit(world, dice))),
    (8, |world, dice| Box::pin(person::sends_a_profile(world, dice))),
    (8, |world, dice| Box::pin(person::clears_by_hand(world, dice))),
    (3, |world, dice| Box::pin(person::starts_with_a_profile(world, dice))),
    (3, |world, dice| Box::pin(person::changes_a_setting(world, dice))),
    (3, |world, dice| Box::pin(person::updates_a_dynamic_limit(world, dice))),
    (4, |world, dice| Box::pin(person::proves_a_limit(world, dice))),
    (3, |world, dice| Box::pin(person::sets_a_permanent_limit(world, dice))),
    (3, |world, dice| Box::pin(person::plans_and_writes_a_limit(world, dice))),
    (4, |world, dice| Box::pin(person::plans_and_writes_several(world, dice))),
    (3, |world, dice| Box::pin(person::takes_the_plan_back(world, dice))),
    (6, |world, dice| Box::pin(holding::holds_a_signal(world, dice))),
    (3, |world, dice| Box::pin(holding::rehearses(world, dice))),
    (5, |world, dice| Box::pin(holding::acts_by_hand(world, dice))),
    (1, |world, dice| Box::pin(holding::enters_what_was_measured(world, dice))),
    (4, |world, dice| Box::pin(hours::sets_cheap_hours(world, dice))),
    (2, |world, dice| Box::pin(hours::takes_cheap_hours_away(world, dice))),
    (2, |world, dice| Box::pin(person::inspects(world, dice))),
    (1, |world, dice| Box::pin(person::looks_for_residue(world, dice))),
    (1, |world, dice| Box::pin(person::raises_security(world, dice))),
    (3, |world, dice| Box::pin(person::clears(world, dice))),
    (3, |world, dice| Box::pin(person::cancels(world, dice))),
    (2, |world, dice| Box::pin(person::leaves(world, dice))),
    (8, |world, dice| Box::pin(around::mood(world, dice))),
    (3, |world, dice| Box::pin(around::driver_starts(world, dice))),
    (3, |world, dice| Box::pin(around::driver_stops(world, dice))),
    (2, |world, dice| Box::pin(around::meter(world, dice))),
    (2, |world, dice| Box::pin(around::pulls(world, dice))),
    (1, |world, dice| Box::pin(around::talks_nonsense(world, dice))),
    (2, |world, dice| Box::pin(around::reboots(world, dice))),
    (1, |world, dice| Box::pin(around::sets_its_clock(world, dice))),
    (3, |world, dice| Box::pin(around::breaks(world, dice))),
    (5, |world, dice| Box::pin(around::connects(world, dice))),
    (5, |world, dice| Box::pin(around::dies(world, dice))),
    (2, |world, dice| Box::pin(around::waits_long(world, dice))),
];

/// A beginning, and turns: which, and its dice.
type Sequence = ([u16; THROWS], Vec<(usize, [u16; THROWS])>);

fn sequences() -> impl Strategy<Value = Sequence> {
    let weighted: Vec<usize> =
        TURNS.iter().enumerate().flat_map(|(turn, (weight, _))| (0..*weight).map(move |_| turn)).collect();
    let turn = (0..weighted.len()).prop_map(move |index| weighted[index]);
    (any::<[u16; THROWS]>(), vec((turn, any::<[u16; THROWS]>()), 1..=TURNS_AT_MOST))
}

/// Plays a sequence: what was wrong, and the story.
fn plays(sequence: &Sequence) -> (Vec<String>, Vec<String>) {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (begins, turns) = sequence;
            let mut dice = Dice::new(*begins);
            let mut world = World::new(around::charger(&mut dice));
            around::begins(&mut world, dice).await;
            for (turn, throws) in turns {
                TURNS[*turn].1(&mut world, Dice::new(*throws)).await;
                world.rests(Duration::ZERO).await;
            }
            world.ends().await
        })
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        (vec![format!("panicked: {}", text.unwrap_or_default())], Vec::new())
    })
}

/// What kind of fault it is, so that a story is not shortened to another one.
fn kind(faults: &[String]) -> &str {
    faults.first().and_then(|fault| fault.split(':').next()).unwrap_or_default()
}

/// The sequence of this number; if it fails, as a short story.
fn fails(number: u64) -> Option<String> {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut tree = sequences().new_tree(&mut TestRunner::new_with_rng(ProptestConfig::default(), rng)).unwrap();
    let mut failed = plays(&tree.current());
    if failed.0.is_empty() {
        return None;
    }
    let mut goes_on = tree.simplify();
    for _ in 0..SHRINKS {
        if !goes_on {
            break;
        }
        let played = plays(&tree.current());
        goes_on = if kind(&played.0) == kind(&failed.0) {
            failed = played;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    let (faults, story) = failed;
    Some(format!("SEQUENCE={number}\n{}\n\n{}", faults.join("\n"), story.join("\n")))
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_sequence_sends_a_limit_above_the_ceiling_or_ends_with_a_test_limit_that_nobody_is_told_of() {
    if let Some(number) = variable("SEQUENCE") {
        let failed = fails(number);
        assert!(failed.is_none(), "{}", failed.unwrap());
        return;
    }
    let first = variable("FROM").unwrap_or(0);
    let (next, most, failed) =
        (AtomicU64::new(first), variable("SEQUENCES").unwrap_or(SEQUENCES), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(8));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while world::locked(&failed).is_empty() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= most {
                        return;
                    }
                    fails(number).into_iter().for_each(|story| world::locked(&failed).push(story));
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
