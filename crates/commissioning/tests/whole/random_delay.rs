//! Chargers that wait at random before a current rises, as Great Britain asks of them: the wait is no failure.

use chargehand_commissioning::by_hand::Act;
use chargehand_commissioning::ceiling::CeilingParts;

use chargehand_commissioning::demand::{DemandResponse, Drm, How, Order, Said, Signal};
use chargehand_commissioning::event::{Event, Step};
use chargehand_commissioning::outcome::Verdict::{self, Inconclusive, Passed};
use chargehand_commissioning::step;
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, Deviations};

use crate::bench::{Bench, Cable, amps, outcome, plugged};

/// A charger that waits seven minutes before it offers more, in Great Britain or in a place that nobody named.
async fn waits(jurisdiction: &str, behaviour: Behaviour) -> (Bench, Cable) {
    let bench = Bench::new();
    let (breaker, nameplate) = (Some(amps(32.0)), Some(amps(32.0)));
    bench.parts(CeilingParts { breaker, nameplate, ..CeilingParts::default() }).await;
    bench.link.keep(Event::Stands { jurisdiction: jurisdiction.into() }).await.unwrap();
    let deviates = Deviations::from(Limits { rises_late_s: Some(420), ..<_>::default() });
    let cable = bench.connect(Behaviour { deviates, ..behaviour }, true).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    (bench, cable)
}

async fn rehearsed(bench: &Bench) -> DemandResponse {
    let signals = [1, 2, 4].map(|mode| Signal::drm(Drm::new(mode).unwrap())).to_vec();
    let order = Order { signals, how: How::Rehearse, said: Said::default(), commence: false, licensed: String::new() };
    step::demand_response(&bench.link, &order).await.unwrap()
}

fn verdicts(run: &DemandResponse) -> Vec<Verdict> {
    run.modes.iter().map(|mode| mode.outcome.verdict).collect()
}

#[tokio::test(start_paused = true)]
async fn in_great_britain_a_rise_that_comes_seven_minutes_late_is_waited_for_and_said_to_be_late() {
    let (bench, _cable) = waits("gb", plugged()).await;
    let run = rehearsed(&bench).await;
    assert_eq!((run.fallback.verdict, verdicts(&run)), (Passed, vec![Passed; 3]), "{run:#?}");
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    let late = |finding: &str| finding.contains("came late, within the random delay of up to 10 min");
    assert!(late(&run.fallback.finding), "{:?}", run.fallback);
    assert!(run.modes.iter().all(|mode| late(&mode.outcome.finding)), "{:#?}", run.modes);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_says_that_a_charger_may_wait_a_rise_that_does_not_come_shows_nothing() {
    let (bench, _cable) = waits("au-sa", plugged()).await;
    let run = rehearsed(&bench).await;
    assert_eq!(run.outcome.verdict, Inconclusive, "{run:#?}");
    assert!(!format!("{run:?}").contains("random delay"), "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn the_check_of_a_limit_and_its_undoing_wait_as_long() {
    let (bench, _cable) = waits("gb", plugged()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:#?}", run.proof);
    assert!(run.proof.fallback.finding.contains("random delay"), "{:?}", run.proof.fallback);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_waits_is_told_that_it_may_come_late() {
    let (bench, _cable) = waits("gb", plugged()).await;
    let link = bench.link.clone();
    let starting = tokio::spawn(async move { step::by_hand::run(&link, Act::Start).await });
    bench.run(60).await;
    let doing = bench.link.view().await.unwrap().running.unwrap().doing;
    assert!(doing.contains("it may start up to 10 min late: random delay"), "{doing}");
    starting.await.unwrap().unwrap();
    let record = bench.record().await;
    assert_eq!(outcome(&record, Step::Charge), Passed, "{:?}", record.outcomes);
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        in_great_britain_a_rise_that_comes_seven_minutes_late_is_waited_for_and_said_to_be_late,
        the_check_of_a_limit_and_its_undoing_wait_as_long,
    }
}
