//! Chargers that go away, steps that are dropped, people who cancel.

use chargehand_commissioning::event::Step;
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, Passed};
use chargehand_commissioning::report::LimitProof;
use chargehand_commissioning::{outcome::Outcome, step};
use chargehand_ocpp::Ask;
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, Deviations};
use tokio::task::JoinHandle;

use crate::bench::{Bench, Cable, Way, action, amps, charging, plugged};

type Checking = JoinHandle<(LimitProof, Outcome)>;

/// A check that has just sent its first test limit.
async fn in_the_middle(bench: &Bench) -> Checking {
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(16.0), None).await.unwrap() });
    bench.first_test().await;
    bench.run(1).await;
    checking
}

async fn started() -> (Bench, Cable, Checking) {
    let (bench, cable) = Bench::commissioning(32.0, plugged()).await;
    let checking = in_the_middle(&bench).await;
    (bench, cable, checking)
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_vanishes_is_inconclusive_and_its_test_limit_is_listed_until_its_end() {
    let (bench, cable, checking) = started().await;
    bench.cut(cable).await;
    let (proof, undone) = checking.await.unwrap();
    assert_eq!((proof.outcome.verdict, undone.verdict), (Inconclusive, Inconclusive), "{proof:?}");
    assert!(proof.outcome.finding.contains("disconnected"), "{:?}", proof.outcome);
    assert!(undone.finding.contains("ends by itself at 01:0"), "{undone:?}");
    let record = bench.record().await;
    let test = record.test_limits(bench.clock.now()).next().expect("it may still be in force").clone();
    assert_eq!((test.limit, test.accepted), (amps(16.0), true));
    bench.run(60).await;
    assert_eq!(record.test_limits(bench.clock.now()).count(), 0, "it has ended by itself");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_comes_back_has_its_test_limit_cleared_at_once() {
    let (bench, cable, checking) = started().await;
    let charger = bench.cut(cable).await;
    checking.await.unwrap();
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    // one that has booted before need not boot again, and is asked after 5 s
    bench.run(6).await;
    let clear = bench.calls("ClearChargingProfile").pop().expect("cleared");
    assert_eq!((clear.cleared(), clear.answer.as_str()), (Some(47_552), "Accepted"));
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "and a check works again: {:?}", run.proof);
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_we_started_is_stopped_when_the_charger_comes_back() {
    let (bench, cable, checking) = started().await;
    let charger = bench.cut(cable).await;
    checking.await.unwrap();
    assert_eq!(bench.record().await.our_transaction().map(|t| t.connector), Some(1));
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    // one that has booted before need not boot again, and is asked after 5 s
    bench.run(6).await;
    assert_eq!(
        bench.calls(action("RemoteStopTransaction", "RequestStopTransaction")).last().map(|c| c.answer.as_str()),
        Some("Accepted")
    );
    assert_eq!(bench.record().await.our_transaction(), None);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_vanishes_while_its_limit_is_cleared_is_asked_again_when_it_comes_back() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let no_clear = Box::new(|way: Way, frame: &mut serde_json::Value| {
        !(way == Way::ToCharger && frame[2] == "ClearChargingProfile")
    });
    let cable = bench.connect_tampered(plugged(), no_clear).await;
    let checking = in_the_middle(&bench).await;
    checking.abort();
    let _ = checking.await;
    bench.run(2).await;
    assert_eq!(bench.calls("ClearChargingProfile").last().map(|c| c.answer.as_str()), Some(""), "asked, not answered");
    let charger = bench.cut(cable).await;
    bench.run(1).await;
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    // one that has booted before need not boot again, and is asked after 5 s
    bench.run(6).await;
    assert_eq!(bench.calls("ClearChargingProfile").last().map(|c| c.answer.as_str()), Some("Accepted"));
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_reading_above_the_limit_before_the_charger_vanished_does_not_fail_it() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let (bench, cable) = Bench::commissioning(32.0, Behaviour { deviates, meter_interval_s: 2, ..plugged() }).await;
    let checking = in_the_middle(&bench).await;
    bench.run(5).await;
    bench.cut(cable).await;
    let (proof, _) = checking.await.unwrap();
    assert_eq!(proof.outcome.verdict, Inconclusive, "{proof:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charge_that_ends_in_the_middle_proves_nothing_even_for_a_pause() {
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { meter_interval_s: 2, ..plugged() }).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(4.0), None).await.unwrap() });
    bench.first_test().await;
    let running = bench.record().await.running_transaction().unwrap().id;
    bench.link.ask(Ask::Stop { transaction: running }).await.unwrap();
    let (proof, _) = checking.await.unwrap();
    assert_eq!(proof.outcome.verdict, Inconclusive, "{proof:?}");
    assert!(proof.outcome.finding.contains("charge ended"), "{:?}", proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_dropped_has_its_test_limit_cleared() {
    let (bench, _cable, checking) = started().await;
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 1);
    checking.abort();
    let _ = checking.await;
    bench.run(2).await;
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
    assert_eq!(bench.calls("ClearChargingProfile").pop().unwrap().answer, "Accepted");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_dropped_leaves_the_base_where_there_is_a_single_level() {
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { max_stack_level: 0, ..plugged() }).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    let checking = in_the_middle(&bench).await;
    checking.abort();
    let _ = checking.await;
    bench.run(2).await;
    let left: Vec<(i32, u32)> = bench.record().await.in_force.iter().map(|f| (f.role(), f.limit.milliamps())).collect();
    assert_eq!(left, [(47_551, 32_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_a_dropped_step_that_still_waits_is_never_sent() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    // the base gets no answer, so the test behind it waits
    let no_base = Box::new(|way: Way, frame: &mut serde_json::Value| {
        !(way == Way::ToCharger && crate::tamper::plays(frame, 47_551))
    });
    let _cable = bench.connect_tampered(plugged(), no_base).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let dropped = tokio::spawn(async move {
        let _guard = link.begin(Step::Limit).await.unwrap();
        let terms = Terms::of(&link.record().await.unwrap(), link.clock.now());
        let recipe = Recipe::default_on(0, Counts::Absolute);
        let (base, test) = (recipe.staying(amps(32.0), &terms), recipe.test(amps(16.0), amps(32.0), 600, &terms));
        let put = |profile| link.ask(Ask::SetProfile { connector: 0, profile });
        tokio::join!(put(base), put(test))
    });
    bench.run(5).await;
    assert_eq!(bench.calls("SetChargingProfile").len(), 1, "the second waits");
    dropped.abort();
    bench.run(60).await;
    assert_eq!(bench.tests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_check_is_undone_before_it_ends() {
    let (bench, _cable, checking) = started().await;
    bench.link.cancel().await;
    let (proof, undone) = checking.await.unwrap();
    assert_eq!((proof.outcome.verdict, undone.verdict), (Inconclusive, Passed), "{undone:?}");
    assert!(proof.outcome.finding.contains("Cancelled"), "{:?}", proof.outcome);
    assert!(!proof.attempts.is_empty() || proof.asked_ma.is_some(), "what was found so far stands");
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_check_whose_time_is_over_is_undone() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.run(1).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(25);
    let (proof, undone) = step::prove_limit(&bench.link, amps(16.0), Some(deadline)).await.unwrap();
    assert_eq!((proof.outcome.verdict, undone.verdict), (Inconclusive, Passed), "{proof:?}");
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_one_step_runs_at_a_time() {
    let (bench, _cable, checking) = started().await;
    assert!(step::inspect(&bench.link).await.is_err());
    assert!(step::apply_limit(&bench.link, amps(16.0)).await.is_err());
    checking.await.unwrap();
    assert!(step::inspect(&bench.link).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_call_is_given_fifteen_seconds_and_a_late_answer_changes_nothing() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let mut held = Vec::new();
    let hold = Box::new(move |way: Way, frame: &mut serde_json::Value| {
        if way == Way::ToCharger && frame[2] == "SetChargingProfile" {
            held.push(frame[1].clone());
        }
        !(way == Way::FromCharger && held.contains(&frame[1]) && frame[0] == 3)
    });
    let cable = bench.connect_tampered(plugged(), hold).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.attempts[0].answer.as_str()), (Inconclusive, "no answer"));
    assert_ne!(run.limit(), Failed);
    let set = bench.calls("SetChargingProfile");
    assert_eq!(set.len(), 1);
    let id = {
        let disk = bench.disk.lock().unwrap();
        let entry = disk.entries.iter().find(|e| e.number == set[0].number).unwrap();
        serde_json::from_slice::<serde_json::Value>(&entry.bytes).unwrap()[1].clone()
    };
    bench.say(cable.session, serde_json::json!([3, id, {"status": "Accepted"}])).await;
    let record = bench.record().await;
    assert!(record.in_force.iter().any(|f| !f.accepted), "{:?}", record.in_force);
    assert!(record.deviations.iter().any(|t| t.deviation.rule == "answer_late"));
    bench.is_rebuilt().await;
}

#[tokio::test(start_paused = true)]
async fn a_permanent_limit_that_was_cut_off_is_inconclusive_and_not_unsaid() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    let link = bench.link.clone();
    let setting = tokio::spawn(async move { step::apply_limit(&link, amps(16.0)).await });
    while bench.calls("SetChargingProfile").is_empty() {
        bench.run(1).await;
    }
    setting.abort();
    let _ = setting.await;
    let permanent = bench.record().await.permanent.expect("that it was begun is on disk");
    assert_eq!((permanent.outcome.verdict, permanent.limit_ma), (Inconclusive, 16_000));
    assert!(permanent.outcome.finding.contains("cut off"), "{permanent:?}");
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        a_charger_that_vanishes_is_inconclusive_and_its_test_limit_is_listed_until_its_end,
        a_charger_that_comes_back_has_its_test_limit_cleared_at_once,
        a_charge_that_we_started_is_stopped_when_the_charger_comes_back,
        a_charger_that_vanishes_while_its_limit_is_cleared_is_asked_again_when_it_comes_back,
        one_reading_above_the_limit_before_the_charger_vanished_does_not_fail_it,
        a_charge_that_ends_in_the_middle_proves_nothing_even_for_a_pause,
        a_step_that_is_dropped_has_its_test_limit_cleared,
        a_step_that_is_dropped_leaves_the_base_where_there_is_a_single_level,
        a_limit_of_a_dropped_step_that_still_waits_is_never_sent,
        a_cancelled_check_is_undone_before_it_ends,
        a_check_whose_time_is_over_is_undone,
        only_one_step_runs_at_a_time,
        a_call_is_given_fifteen_seconds_and_a_late_answer_changes_nothing,
        a_permanent_limit_that_was_cut_off_is_inconclusive_and_not_unsaid,
    }
}
