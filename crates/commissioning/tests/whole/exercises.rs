//! Guided exercises: what each promises is what the engine finds on its charger, and not on one by the book.

use std::fmt::Debug;

use chargehand_catalogue::{Exercise, Finds, exercises};
use chargehand_simulator::{Behaviour, car, personality};
use serde_json::to_value;

use crate::bench::{Bench, Run};

/// What does the book's charger, with the usual car, show of it? Each exercise is about another thing.
const BY_THE_BOOK: (&str, &str) = ("spec-16", "one-phase-32");
/// And of a charger by the book it is a broken one that does not show what it shows.
const BROKEN: (&str, &str) = ("p11-ignores-limits", "one-phase-32");

/// Does what the task says, on this charger and with this car.
async fn done(exercise: &Exercise, (charger, with): (&str, &str)) -> (Bench, Run) {
    let behaviour = personality(charger).expect("a personality").behaviour.clone();
    let behaviour = Behaviour { car: car(with).expect("a car").make.clone(), plugged: true, ..behaviour };
    let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
    let mut run = bench.commission(exercise.limit_amps).await;
    for _ in 1..exercise.times {
        (run.proof, run.undone) = bench.prove(exercise.limit_amps).await;
    }
    run.record = bench.record().await;
    (bench, run)
}

/// What of the promised is not found.
fn missing(finds: &Finds, run: &Run) -> Vec<String> {
    let word = |verdict| to_value(verdict).unwrap().as_str().unwrap().to_owned();
    let clock = run.record.clock.map(|clock| to_value(clock.difference).unwrap().as_str().unwrap().to_owned());
    let codes: Vec<&str> = run.record.findings.iter().map(|finding| finding.code.as_str()).collect();
    let before = run.record.before.and_then(|before| before.limit).map(|amps| f64::from(amps.milliamps()) / 1000.0);
    let says = &run.proof.outcome.finding;
    [
        unlike("limit", &finds.limit, |it| *it == word(run.limit()), &run.proof.outcome),
        unlike("fallback", &finds.fallback, |it| *it == word(run.proof.fallback.verdict), &run.proof.fallback),
        unlike("says", &finds.says, |it| says.contains(it.as_str()), says),
        unlike("recipe", &finds.recipe, |it| run.proof.recipe.contains(it.as_str()), &run.proof.recipe),
        unlike("finding", &finds.finding, |it| codes.contains(&it.as_str()), &codes),
        unlike("clock", &finds.clock, |it| Some(it) == clock.as_ref(), &clock),
        unlike("before", &finds.before_amps, |it| Some(*it) == before, &before),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unlike<T: Debug>(what: &str, promised: &Option<T>, is: impl Fn(&T) -> bool, found: &impl Debug) -> Option<String> {
    let promised = promised.as_ref().filter(|it| !is(it))?;
    Some(format!("{what}: {promised:?} was promised, {found:?} was found"))
}

/// An exercise keeps its promises on its own charger, and its charger alone explains them.
async fn holds(id: &str) {
    let exercise = exercises().iter().find(|it| it.id == id).expect("an exercise");
    let (_bench, run) = done(exercise, (&exercise.personality, &exercise.car)).await;
    let broken = missing(&exercise.finds, &run);
    assert!(broken.is_empty(), "{id}: {broken:#?}\n{:#?}", run.proof);
    let other =
        if exercise.personality == BY_THE_BOOK.0 && exercise.car == BY_THE_BOOK.1 { BROKEN } else { BY_THE_BOOK };
    let (_bench, run) = done(exercise, other).await;
    let broken = missing(&exercise.finds, &run);
    assert!(!broken.is_empty(), "{id} shows the same on {}: {:#?}", other.0, run.proof);
}

/// One story for each exercise that needs no socket.
macro_rules! stories {
    ($($story:ident: $id:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $story() {
                holds($id).await;
            }
        )*

        #[test]
        fn every_exercise_has_its_story() {
            let told = [$($id),*];
            let missing: Vec<&str> = exercises().iter().filter(|it| it.finds.connects.is_none()).map(|it| it.id).filter(|id| !told.contains(id)).collect();
            assert_eq!(missing, [""; 0]);
        }
    };
}

stories! {
    a_limit_that_is_followed_is_told_from_one_that_is_not: "limit-followed",
    a_limit_that_is_accepted_and_ignored_is_found: "accepted",
    a_car_that_hardly_draws_proves_nothing: "the-car-at-hand",
    a_charger_that_knows_watts_only_is_found: "which-unit",
    a_clock_of_a_half_hour_zone_is_found: "the-clock",
    a_charger_that_obeys_on_connector_1_only_is_found: "where-it-goes",
    a_limit_that_never_ends_is_found: "and-then",
    a_pause_that_ends_the_session_is_found: "a-pause",
    what_an_earlier_platform_left_is_found: "somebody-was-here",
}
