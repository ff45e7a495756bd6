//! A charge moved by hand: start, pause, slower, faster, resume, stop; and what the charger did.

use chargehand_commissioning::by_hand::{self, Act};
use chargehand_commissioning::event::Step;
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, Passed};
use chargehand_commissioning::step;
use chargehand_simulator::Behaviour;
use chargehand_simulator::deviations::{Deviations, Limits};

use crate::bench::{Bench, amps, charging, outcome, plugged, vacant};

/// Does it, as the window does: it may last.
fn act(bench: &Bench, act: Act) {
    let link = bench.link.clone();
    tokio::spawn(async move { step::by_hand::run(&link, act).await });
}

async fn measured(bench: &Bench) -> f64 {
    bench.record().await.readings.back().and_then(|reading| reading.import).map_or(0.0, |import| import.amps())
}

/// Waits until what is held by hand has been proved to work.
async fn held(bench: &Bench, limit: f64) {
    for _ in 0..900 {
        bench.run(1).await;
        let record = bench.record().await;
        let asked = record.test_limits(bench.clock.now()).any(|it| it.accepted && it.limit == amps(limit));
        if asked && (measured(bench).await - limit).abs() < 0.6 {
            return;
        }
    }
    panic!("{limit} A is not held: {:?}", bench.record().await.demand_responses);
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_started_and_stopped_by_hand_and_both_are_seen() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.run(5).await;
    step::by_hand::run(&bench.link, Act::Start).await.unwrap();
    let record = bench.record().await;
    assert_eq!(outcome(&record, Step::Charge), Passed, "{:?}", record.outcomes);
    bench.run(60).await;
    assert!(bench.record().await.running_transaction().is_some(), "a charge that a person started goes on");
    step::by_hand::run(&bench.link, Act::Stop).await.unwrap();
    let record = bench.record().await;
    assert_eq!(outcome(&record, Step::Charge), Passed, "{:?}", record.outcomes);
    assert!(record.running_transaction().is_none());
    bench.rests_on_evidence(&record.outcomes[&Step::Charge]);
}

#[tokio::test(start_paused = true)]
async fn without_a_car_a_start_is_not_taken_for_a_charge() {
    let (bench, _cable) = Bench::commissioning(32.0, vacant()).await;
    bench.run(5).await;
    step::by_hand::run(&bench.link, Act::Start).await.unwrap();
    let verdict = outcome(&bench.record().await, Step::Charge);
    assert!([Failed, Inconclusive].contains(&verdict), "{verdict:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_slowed_hastened_paused_and_resumed_by_hand_and_never_stopped() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    act(&bench, Act::Slower);
    held(&bench, 30.0).await;
    act(&bench, Act::Slower);
    held(&bench, 28.0).await;
    act(&bench, Act::Faster);
    held(&bench, 30.0).await;
    act(&bench, Act::Pause);
    held(&bench, 0.0).await;
    assert_eq!(by_hand::held(&bench.link.view().await.unwrap()), Some(amps(0.0)));
    act(&bench, Act::Resume);
    bench.run(400).await;
    let view = bench.link.view().await.unwrap();
    assert_eq!(by_hand::held(&view), None);
    assert!(measured(&bench).await > 30.0, "it rises again: {:?}", view.record.readings.back());
    assert_eq!(outcome(&view.record, Step::Undo), Passed);
    assert!(view.record.running_transaction().is_some());
    let stops = bench.sent().iter().filter(|call| call.action.contains("Stop")).count();
    assert_eq!(stops, 0, "a pause is 0 A, not a stop");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_ignores_limits_is_not_said_to_be_slower() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { deviates, ..charging() }).await;
    bench.charge().await;
    step::by_hand::run(&bench.link, Act::Slower).await.unwrap();
    let record = bench.record().await;
    let run = record.demand_responses.back().unwrap();
    assert_ne!(run.outcome.verdict, Passed, "{run:?}");
    assert_eq!(record.test_limits(bench.clock.now()).count(), 0);
}

mod on_2_0_1 {
    crate::bench::also_on!(V201:
        a_charge_is_started_and_stopped_by_hand_and_both_are_seen,
        without_a_car_a_start_is_not_taken_for_a_charge,
        a_charge_is_slowed_hastened_paused_and_resumed_by_hand_and_never_stopped,
        a_charger_that_ignores_limits_is_not_said_to_be_slower,
    );
}
