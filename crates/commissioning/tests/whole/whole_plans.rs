//! Limits, demand response and cheap hours as the lines of one plan.

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::demand::{Drm, How, Order, Said, Signal};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{self, Inconclusive, NotTested, Passed};
use chargehand_commissioning::plan::{Change, Line, Was, difference, template};
use chargehand_commissioning::step;
use chargehand_commissioning::windows::{self, Span, Week};
use chargehand_simulator::Behaviour;

use crate::bench::{Bench, Cable, action, amps, charging, vacant};

/// Six hours from this hour on, every day. Every story starts at 01:00 UTC.
fn from(hour: u16, limit: f64) -> Week {
    let span = Span { from_min: hour * 60, to_min: hour * 60 + 360, limit: amps(limit) };
    Week::new("UTC", std::array::from_fn(|_| vec![span])).unwrap()
}

fn hours(week: &Week) -> Change {
    Change::CheapHours { week: Some(Box::new(week.clone())), platform: None }
}

fn limit(limit: f64) -> Change {
    Change::Limit { limit: amps(limit), connector: 0 }
}

fn order(modes: &[u8], how: How) -> Change {
    let signals = modes.iter().map(|mode| Signal::drm(Drm::new(*mode).unwrap())).collect();
    let order = Order { signals, how, said: Said::default(), commence: false, licensed: String::new() };
    Change::DemandResponse { order: Box::new(order) }
}

async fn inspected(behaviour: Behaviour) -> (Bench, Cable) {
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    // Of the nameplate a share is a share.
    bench.parts(CeilingParts { breaker: Some(amps(32.0)), nameplate: Some(amps(32.0)), ..<_>::default() }).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    (bench, cable)
}

async fn apply(bench: &Bench) -> Outcome {
    step::apply_plan(&bench.link, None, false).await.unwrap()
}

async fn take_back(bench: &Bench) -> Outcome {
    step::take_back_plan(&bench.link, None).await.unwrap()
}

async fn line(bench: &Bench, id: u32) -> Line {
    bench.record().await.line(id).unwrap().clone()
}

fn said(outcome: Option<&Outcome>) -> Option<Verdict> {
    outcome.map(|it| it.verdict)
}

#[tokio::test(start_paused = true)]
async fn one_plan_rehearses_demand_response_sets_a_limit_and_leaves_cheap_hours() {
    let (bench, _cable) = inspected(charging()).await;
    bench.charge().await;
    let hours = bench.plan(hours(&from(0, 16.0))).await;
    let rehearsal = bench.plan(order(&[2], How::Rehearse)).await;
    let limit = bench.plan(limit(20.0)).await;
    let record = bench.record().await;
    let obstacles: Vec<String> = record.plan.iter().map(|it| difference(&record, &it.change).obstacle).collect();
    assert_eq!(obstacles, ["", "", ""], "the hours stand on the limit that is written before them");

    let outcome = apply(&bench).await;
    let record = bench.record().await;
    let begun = |id| record.line(id).unwrap().begun.unwrap();
    assert!(begun(rehearsal) < begun(limit) && begun(limit) < begun(hours), "{outcome:?}");
    let (rehearsed, written) = (line(&bench, rehearsal).await, line(&bench, hours).await);
    assert_eq!(said(rehearsed.outcome.as_ref()), Some(Passed), "{rehearsed:?}");
    assert!(!rehearsed.stands(), "nothing of a rehearsal stays: {rehearsed:?}");
    assert!(written.stands(), "{written:?}");
    let record = bench.record().await;
    assert!(windows::stand(&record) && record.test_limits(bench.link.clock.now()).next().is_none(), "{record:?}");
    assert_eq!(template(&record, None).len(), 3, "as last time takes all three along");

    let cleared = step::clear(&bench.link).await.unwrap();
    assert!(cleared.finding.contains("32.0 A and 20.0 A stay in the charger; the lower one holds"), "{cleared:?}");
    let back = take_back(&bench).await;
    assert!(back.finding.starts_with("2 of 2 lines are taken back"), "{back:?}");
    assert!(!windows::stand(&bench.record().await));
    bench.rests_on_evidence(&back);
}

#[tokio::test(start_paused = true)]
async fn cheap_hours_that_are_taken_back_give_way_to_those_that_stood_before() {
    let (bench, _cable) = inspected(vacant()).await;
    bench.plan(limit(20.0)).await;
    bench.plan(hours(&from(0, 16.0))).await;
    apply(&bench).await;
    let other = bench.plan(hours(&from(12, 10.0))).await;
    apply(&bench).await;
    let standing = |record: chargehand_commissioning::record::Record| record.cheap_hours.unwrap().week;
    assert_eq!(standing(bench.record().await), from(12, 10.0));
    step::take_back_plan(&bench.link, Some(other)).await.unwrap();
    assert_eq!(standing(bench.record().await), from(0, 16.0));
    let (none, again) = (Change::CheapHours { week: None, platform: None }, bench.record().await);
    assert!(difference(&again, &none).now.contains("00:00-06:00 16.0 A"), "{:?}", difference(&again, &none));
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_in_a_plan_that_is_cancelled_takes_its_test_limit_away() {
    let (bench, _cable) = inspected(charging()).await;
    bench.charge().await;
    let rehearsal = bench.plan(order(&[2, 1], How::Rehearse)).await;
    let link = bench.link.clone();
    let run = tokio::spawn(async move { step::apply_plan(&link, None, false).await.unwrap() });
    bench.first_test().await;
    bench.link.cancel().await;
    let outcome = run.await.unwrap();
    assert!(outcome.finding.starts_with("Cancelled."), "{outcome:?}");
    let record = bench.record().await;
    assert_eq!(record.test_limits(bench.link.clock.now()).count(), 0);
    let cut = line(&bench, rehearsal).await;
    assert!(!cut.stands() && cut.outcome.is_some(), "{cut:?}");
    let run = record.demand_responses.back().unwrap();
    assert_eq!(run.outcome.verdict, Inconclusive, "{run:?}");
    assert!(run.undone.verdict != NotTested, "it says what became of the test limit: {run:?}");
}

#[tokio::test(start_paused = true)]
async fn cheap_hours_in_a_plan_that_is_cancelled_half_way_are_taken_away() {
    let (bench, _cable) = inspected(vacant()).await;
    bench.plan(limit(20.0)).await;
    apply(&bench).await;
    let adelaide = Week::new("Australia/Adelaide", from(0, 16.0).days().clone()).unwrap();
    let hours = bench.plan(hours(&adelaide)).await;
    let link = bench.link.clone();
    let run = tokio::spawn(async move { step::apply_plan(&link, None, false).await.unwrap() });
    bench.until_doing("Writing the cheap hours from").await;
    bench.run(3).await;
    assert!(windows::stand(&bench.record().await), "a part of them is there");
    bench.link.cancel().await;
    run.await.unwrap();
    assert!(!windows::stand(&bench.record().await));
    assert!(!line(&bench, hours).await.stands());
}

#[tokio::test(start_paused = true)]
async fn a_cancel_takes_back_what_was_being_written_and_not_hours_that_an_earlier_run_was_cut_off_at() {
    let (bench, _cable) = inspected(vacant()).await;
    bench.plan(limit(20.0)).await;
    bench.plan(hours(&from(0, 16.0))).await;
    apply(&bench).await;
    // The program was killed while other hours were about to be written.
    let cut = bench.plan(hours(&from(12, 10.0))).await;
    let was = Was::CheapHours { week: Some(Box::new(from(0, 16.0))) };
    bench.link.keep(Event::Applying { line: cut, was }).await.unwrap();
    bench.run(60).await;
    let key = action("HeartbeatInterval", "OCPPCommCtrlr.HeartbeatInterval").to_owned();
    bench.plan(Change::Setting { key, value: "77".into(), confirmed: false }).await;
    let link = bench.link.clone();
    let run = tokio::spawn(async move { step::apply_plan(&link, None, false).await.unwrap() });
    bench.until_doing("Watching that the charger stays up").await;
    bench.link.cancel().await;
    run.await.unwrap();
    assert!(windows::stand(&bench.record().await), "nobody cancelled those");
}

#[tokio::test(start_paused = true)]
async fn a_hold_for_a_time_ends_before_the_next_line_is_written() {
    let (bench, _cable) = inspected(charging()).await;
    bench.charge().await;
    let endless = bench.plan(order(&[2], How::Hold { for_s: None })).await;
    let record = bench.record().await;
    assert!(difference(&record, &record.line(endless).unwrap().change).obstacle.contains("for how long"));
    let held = bench.plan(order(&[2], How::Hold { for_s: Some(600) })).await;
    bench.plan(limit(20.0)).await;
    let hours = bench.plan(hours(&from(0, 16.0))).await;
    apply(&bench).await;
    let (held, hours) = (line(&bench, held).await, line(&bench, hours).await);
    assert_eq!(said(held.outcome.as_ref()), Some(Passed), "{held:?}");
    let lasted = hours.begun.unwrap().as_second() - held.begun.unwrap().as_second();
    assert!(lasted >= 600, "{lasted} s");
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        one_plan_rehearses_demand_response_sets_a_limit_and_leaves_cheap_hours,
        cheap_hours_that_are_taken_back_give_way_to_those_that_stood_before,
        a_rehearsal_in_a_plan_that_is_cancelled_takes_its_test_limit_away,
        cheap_hours_in_a_plan_that_is_cancelled_half_way_are_taken_away,
    }
}
