//! Demand response rehearsed and held, on chargers that follow it, that do not, and that go away.

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::demand::{DemandResponse, Drm, How, ModeEvidence, Order, Said, Signal};
use chargehand_commissioning::event::{Event, Step};
use chargehand_commissioning::outcome::Verdict::{self, Failed, Inconclusive, NotApplicable, NotTested, Passed};
use chargehand_commissioning::step;
use chargehand_simulator::deviations::{Limits, MeterHabit, Metering};
use chargehand_simulator::{Behaviour, CarMake, Deviations, RateUnit, Version};
use tokio::task::JoinHandle;

use crate::bench::{Bench, Cable, amps, charging, outcome, plugged, vacant};

fn drm(mode: u8) -> Signal {
    Signal::drm(Drm::new(mode).unwrap())
}

fn rehearsal(signals: Vec<Signal>) -> Order {
    Order { signals, how: How::Rehearse, said: Said::default(), commence: false, licensed: String::new() }
}

fn hold(signal: Signal, for_s: Option<u32>) -> Order {
    Order { how: How::Hold { for_s }, ..rehearsal(vec![signal]) }
}

/// A charger of 32 A under a breaker of 32 A.
async fn at_hand(behaviour: Behaviour) -> (Bench, Cable) {
    of(32.0, behaviour).await
}

/// A charger of this nameplate under a breaker of 32 A.
async fn of(nameplate: f64, behaviour: Behaviour) -> (Bench, Cable) {
    let bench = Bench::new();
    let (breaker, nameplate) = (Some(amps(32.0)), Some(amps(nameplate)));
    bench.parts(CeilingParts { breaker, nameplate, ..CeilingParts::default() }).await;
    let cable = bench.connect(behaviour, true).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    (bench, cable)
}

async fn done(bench: &Bench, order: Order) -> DemandResponse {
    step::demand_response(&bench.link, &order).await.unwrap()
}

fn begun(bench: &Bench, order: Order) -> JoinHandle<DemandResponse> {
    let link = bench.link.clone();
    tokio::spawn(async move { step::demand_response(&link, &order).await.unwrap() })
}

fn mode<'a>(run: &'a DemandResponse, name: &str) -> &'a ModeEvidence {
    run.modes.iter().find(|mode| mode.name == name).unwrap_or_else(|| panic!("{name} in {run:?}"))
}

fn verdicts(run: &DemandResponse) -> Vec<Verdict> {
    run.modes.iter().map(|mode| mode.outcome.verdict).collect()
}

/// The tests so far by their limit, neighbours that are the same once.
fn asked(bench: &Bench) -> Vec<f64> {
    let mut limits: Vec<f64> = bench.tests().iter().map(|test| test.limit()).collect();
    limits.dedup();
    limits
}

async fn nothing_is_left(bench: &Bench, run: &DemandResponse) {
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    let record = bench.record().await;
    assert_eq!(record.test_limits(bench.clock.now()).count(), 0);
    assert_eq!(record.demand_responses.back(), Some(run), "what is returned is what is kept");
    assert_eq!(outcome(&record, Step::DemandResponse), run.outcome.verdict);
    assert!(bench.calls("ChangeAvailability").is_empty(), "it would outlast a restart");
}

#[tokio::test(start_paused = true)]
async fn an_obedient_charger_follows_every_mode_that_can_be_said_and_is_left_as_it_was() {
    let (bench, _cable) = at_hand(plugged()).await;
    let run = done(&bench, rehearsal((0..=8).map(drm).collect())).await;
    let back = [NotApplicable; 4];
    assert_eq!(verdicts(&run)[..5], [NotTested, Passed, Passed, Passed, Passed], "{:#?}", run.modes);
    assert_eq!(verdicts(&run)[5..], back, "{:#?}", run.modes);
    assert_eq!(run.outcome.verdict, Passed, "{:?}", run.outcome);
    assert_eq!(run.fallback.verdict, Passed);
    for (name, milliamps) in [("DRM1", 0), ("DRM2", 16_000), ("DRM3", 24_000), ("DRM4", 32_000)] {
        let mode = mode(&run, name);
        assert_eq!((mode.asked_ma, mode.measured_ma), (Some(milliamps), Some(milliamps)), "{mode:?}");
        bench.rests_on_evidence(&mode.outcome);
    }
    assert!(mode(&run, "DRM0").outcome.finding.contains("nobody was named"), "{:?}", mode(&run, "DRM0"));
    nothing_is_left(&bench, &run).await;
    let record = bench.record().await;
    assert!(record.running_transaction().is_none(), "the charge we started is stopped");
    assert_eq!(record.proof, None, "it is not the check of a limit");
}

#[tokio::test(start_paused = true)]
async fn what_can_put_a_car_to_sleep_comes_last_and_is_asked_for_no_more_than_it_must() {
    let (bench, _cable) = at_hand(plugged()).await;
    done(&bench, rehearsal([0, 1, 2, 3, 4].map(drm).to_vec())).await;
    // The way is proved at 24 A; DRM4 goes up from a lower limit; DRM1 and DRM0 pause.
    assert_eq!(asked(&bench), [24.0, 16.0, 22.0, 32.0, 0.0]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_zero_is_disconnected_only_once_a_licensed_person_has_measured_it() {
    for (dead, verdict, words) in
        [(true, Passed, "Kim Lee measured at the output that it was dead"), (false, Failed, "live")]
    {
        let (bench, _cable) = at_hand(plugged()).await;
        let running = begun(&bench, Order { licensed: "Kim Lee".into(), ..rehearsal(vec![drm(0)]) });
        bench.until_doing("measure at the output").await;
        let zero = bench.record().await.test_limits(bench.clock.now()).any(|limit| limit.limit == amps(0.0));
        assert!(zero, "0 A is asked for while it is measured");
        let number = bench.link.keep(Event::OutputDead { by: "Kim Lee".into(), dead }).await.unwrap();
        let run = running.await.unwrap();
        let outcome = &mode(&run, "DRM0").outcome;
        assert_eq!(outcome.verdict, verdict, "{outcome:?}");
        assert!(outcome.finding.contains(words) && outcome.evidence.contains(&number), "{outcome:?}");
        nothing_is_left(&bench, &run).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_word_about_the_output_that_came_before_or_never_does_not_count() {
    let (bench, _cable) = at_hand(plugged()).await;
    bench.link.keep(Event::OutputDead { by: "Kim Lee".into(), dead: true }).await.unwrap();
    let run = done(&bench, Order { licensed: "Kim Lee".into(), ..rehearsal(vec![drm(0)]) }).await;
    let outcome = &mode(&run, "DRM0").outcome;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.contains("nothing was entered in time"), "{outcome:?}");
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_ignores_limits_fails_and_nothing_else_is_asked_of_it() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let (bench, _cable) = at_hand(Behaviour { deviates, ..plugged() }).await;
    let run = done(&bench, rehearsal([1, 2, 3].map(drm).to_vec())).await;
    assert_eq!((run.outcome.verdict, verdicts(&run)), (Failed, vec![NotTested, NotTested, Failed]), "{run:#?}");
    assert!(run.outcome.finding.contains("went on drawing 32.0 A"), "{:?}", run.outcome);
    assert_eq!(asked(&bench), [24.0]);
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_holds_six_amperes_when_it_is_told_to_pause_fails_that_mode_alone() {
    let bench = Bench::new();
    bench
        .parts(CeilingParts { breaker: Some(amps(32.0)), nameplate: Some(amps(32.0)), ..CeilingParts::default() })
        .await;
    let _cable = bench.connect_tampered(plugged(), crate::tamper::import(|amps| amps.max(6.0))).await;
    bench.run(1).await;
    let run = done(&bench, rehearsal([0, 1, 2].map(drm).to_vec())).await;
    assert_eq!(verdicts(&run), [Failed, Failed, Passed], "{run:#?}");
    assert_eq!(run.outcome.verdict, Failed);
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_does_not_measure_proves_nothing() {
    let deviates = Deviations::from(Metering { meter_values: MeterHabit::Never, ..<_>::default() });
    let (bench, _cable) = at_hand(Behaviour { deviates, ..plugged() }).await;
    let run = done(&bench, rehearsal(vec![drm(2)])).await;
    assert_eq!((run.outcome.verdict, verdicts(&run)), (Inconclusive, vec![NotTested]), "{run:#?}");
    assert_eq!(bench.tests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_does_not_fall_back_by_itself_is_asked_for_nothing() {
    let deviates = Deviations::from(Limits { never_falls_back: true, ..<_>::default() });
    let (bench, _cable) = at_hand(Behaviour { deviates, ..plugged() }).await;
    let run = done(&bench, rehearsal([2, 3].map(drm).to_vec())).await;
    assert_eq!((run.outcome.verdict, run.fallback.verdict), (Inconclusive, Failed), "{run:#?}");
    assert_eq!(asked(&bench), [24.0], "but for the short test that showed it");
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_car_that_draws_less_than_a_mode_allows_proves_nothing_about_that_mode() {
    let car = CarMake { amps: 20.0, ..CarMake::default() };
    let (bench, _cable) = at_hand(Behaviour { car, ..plugged() }).await;
    let run = done(&bench, rehearsal([2, 3].map(drm).to_vec())).await;
    assert_eq!(verdicts(&run), [Passed, Inconclusive], "{run:#?}");
    assert!(mode(&run, "DRM3").outcome.finding.contains("draws 20.0 A"), "{run:#?}");
    assert!(asked(&bench).iter().all(|limit| *limit <= 16.0), "nothing above is asked for: {:?}", asked(&bench));
}

#[tokio::test(start_paused = true)]
async fn a_car_that_reduces_by_itself_while_a_mode_is_asked_for_proves_nothing() {
    let bench = Bench::new();
    bench
        .parts(CeilingParts { breaker: Some(amps(32.0)), nameplate: Some(amps(32.0)), ..CeilingParts::default() })
        .await;
    // the check before sends two test limits; from the third on the car takes 9 A, limit or not
    let mut tests = 0;
    let tired = Box::new(move |way, frame: &mut serde_json::Value| {
        tests += usize::from(way == crate::bench::Way::ToCharger && crate::tamper::plays(frame, 47_552));
        if tests > 2 && crate::tamper::is_reading(frame) {
            crate::tamper::set_import(frame, |_| 9.0);
        }
        true
    });
    let _cable = bench.connect_tampered(plugged(), tired).await;
    bench.run(1).await;
    assert_eq!(bench.prove(20.0).await.0.fallback.verdict, Passed);
    let run = done(&bench, rehearsal(vec![drm(2)])).await;
    assert_eq!(verdicts(&run), [Inconclusive], "{run:#?}");
    assert!(run.modes[0].outcome.finding.contains("by itself"), "{run:#?}");
}

#[tokio::test(start_paused = true)]
async fn half_of_ten_amperes_is_a_pause_and_is_measured_as_one() {
    let (bench, _cable) = of(10.0, Behaviour { nameplate_amps: 10.0, ..plugged() }).await;
    let run = done(&bench, rehearsal(vec![drm(2)])).await;
    let mode = mode(&run, "DRM2");
    assert_eq!((mode.asked_ma, mode.measured_ma, mode.outcome.verdict), (Some(0), Some(0), Passed), "{run:#?}");
    assert!(mode.why.contains("5.0 A per phase") && mode.why.contains("below 6.0 A"), "{}", mode.why);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_takes_only_watts_is_dimmed_on_three_phases_and_not_paused() {
    let car = CarMake { phases: 3, ..CarMake::default() };
    let behaviour = Behaviour { rate_unit: RateUnit::Power, phases: 3, car, ..plugged() };
    let (bench, _cable) = at_hand(behaviour).await;
    let run = done(&bench, rehearsal(vec![Signal::Section14a { devices: 1, others_w: None }])).await;
    let mode = &run.modes[0];
    assert_eq!((mode.asked_ma, mode.outcome.verdict), (Some(6_000), Passed), "{run:#?}");
    assert!(mode.sent.contains("4140 W in total, numberPhases 3"), "{}", mode.sent);
    let test = bench.tests().pop().unwrap();
    let period = &test.schedule()["chargingSchedulePeriod"][0];
    assert_eq!((period["limit"].as_f64(), period["numberPhases"].as_i64()), (Some(4140.0), Some(3)));
}

#[tokio::test(start_paused = true)]
async fn without_a_car_nothing_is_rehearsed_and_without_a_nameplate_no_share_is() {
    let (bench, _cable) = at_hand(vacant()).await;
    let run = done(&bench, rehearsal(vec![drm(2)])).await;
    assert_eq!((run.outcome.verdict, bench.tests().len()), (NotTested, 0), "{run:?}");
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.run(1).await;
    let run = done(&bench, rehearsal(vec![drm(2)])).await;
    assert_eq!((run.outcome.verdict, bench.calls("SetChargingProfile").len()), (NotTested, 0));
    assert!(run.modes[0].outcome.finding.contains("nameplate"), "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_goes_away_half_way_is_inconclusive_and_cleared_when_it_comes_back() {
    let (bench, cable) = at_hand(plugged()).await;
    let running = begun(&bench, rehearsal([2, 3].map(drm).to_vec()));
    bench.first_test().await;
    let charger = bench.cut(cable).await;
    let run = running.await.unwrap();
    assert_eq!((run.outcome.verdict, run.undone.verdict), (Inconclusive, Inconclusive), "{run:#?}");
    assert!(run.undone.finding.contains("ends by itself"), "{:?}", run.undone);
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 1, "and so it is said until then");
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    bench.run(6).await;
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_dies_in_the_middle_knows_at_its_next_start_that_a_limit_is_in_force() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let running = begun(&bench, hold(drm(2), None));
    bench.until_doing("Held at 16.0 A").await;
    let crashed = bench.disk.lock().unwrap().records.last().cloned().expect("the record is on disk");
    let record: chargehand_commissioning::record::Record = serde_json::from_slice(&crashed).unwrap();
    let left: Vec<_> = record.test_limits(bench.clock.now()).collect();
    assert_eq!((left.len(), left[0].limit), (1, amps(16.0)));
    assert!(left[0].until.is_some_and(|until| until.duration_since(bench.clock.now()).as_secs() <= 300));
    let run = record.demand_responses.back().expect("that it was begun is on disk");
    assert!(run.outcome.finding.contains("cut off"), "{run:?}");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_was_rehearsed_is_read_again_from_the_disk() {
    let (bench, _cable) = at_hand(plugged()).await;
    done(&bench, rehearsal(vec![drm(2), drm(6)])).await;
    bench.is_rebuilt().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_rehearsal_is_undone() {
    let (bench, _cable) = at_hand(plugged()).await;
    let running = begun(&bench, rehearsal([2, 3].map(drm).to_vec()));
    bench.first_test().await;
    bench.link.cancel().await;
    let run = running.await.unwrap();
    assert_eq!(run.outcome.verdict, Inconclusive, "{run:#?}");
    assert!(run.outcome.finding.contains("Cancelled"), "{run:#?}");
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_signal_that_is_held_is_asked_for_again_at_half_of_its_dead_man_and_then_undone() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let run = done(&bench, hold(drm(2), Some(1_800))).await;
    let held = &run.modes[0];
    assert_eq!((held.outcome.verdict, run.outcome.verdict), (Passed, Passed), "{run:#?}");
    assert_eq!((held.before_ma, held.measured_ma), (Some(32_000), Some(16_000)));
    // the first two prove the way and its fallback
    let tests: Vec<_> = bench.tests().into_iter().skip(1).collect();
    assert_eq!(tests.len(), 12, "1800 s / 150 s");
    for pair in tests.windows(2) {
        let apart = pair[1].at.duration_since(pair[0].at).as_secs();
        assert!((150..=165).contains(&apart), "{apart} s");
    }
    assert!(tests.iter().all(|test| test.schedule()["duration"] == 360), "300 s from now on");
    nothing_is_left(&bench, &run).await;
    bench.run(15).await;
    assert_eq!(bench.record().await.readings.back().unwrap().import, Some(amps(32.0)), "the current is back");
}

#[tokio::test(start_paused = true)]
async fn a_hold_until_it_is_stopped_is_undone_when_it_is_and_what_it_showed_stands() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let running = begun(&bench, hold(drm(3), None));
    bench.until_doing("Held at 24.0 A").await;
    bench.run(400).await;
    assert!(!running.is_finished());
    bench.link.cancel().await;
    let run = running.await.unwrap();
    assert_eq!(run.outcome.verdict, Passed, "{run:#?}");
    assert!(run.outcome.finding.contains("stopped"), "{:?}", run.outcome);
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_charger_whose_laptop_leaves_falls_back_to_the_base_by_itself() {
    let (bench, cable) = at_hand(charging()).await;
    bench.charge().await;
    let running = begun(&bench, hold(drm(2), None));
    bench.until_doing("Held at 16.0 A").await;
    bench.run(60).await;
    let charger = bench.cut(cable).await;
    let run = running.await.unwrap();
    assert_eq!(run.outcome.verdict, Inconclusive, "{run:#?}");
    let ends = bench.record().await.test_limits(bench.clock.now()).find_map(|test| test.until).unwrap();
    let says = format!("At {} UTC at the latest it falls back to the base of 32.0 A", ends.strftime("%H:%M:%S"));
    assert!(run.outcome.finding.contains(&says), "{says}: {:?}", run.outcome);
    assert!(run.undone.finding.contains("ends by itself"), "{:?}", run.undone);
    bench.run(301).await;
    // lost on the way: it has to have fallen back without being cleared
    let no_clear = |way, frame: &mut serde_json::Value| {
        !(way == crate::bench::Way::ToCharger && frame[2] == "ClearChargingProfile")
    };
    let _cable = bench.plug_in(charger, true, Box::new(no_clear)).await;
    bench.run(30).await;
    assert_eq!(bench.record().await.readings.back().unwrap().import, Some(amps(32.0)));
}

#[tokio::test(start_paused = true)]
async fn of_a_set_of_modes_what_cannot_be_expressed_is_said_to_be_left_out() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let both = || Signal::Drm { modes: [2, 5].map(|mode| Drm::new(mode).unwrap()).into() };
    for run in [done(&bench, rehearsal(vec![both()])).await, done(&bench, hold(both(), Some(200))).await] {
        let mode = &run.modes[0];
        assert_eq!((mode.asked_ma, mode.outcome.verdict), (Some(16_000), Passed), "{run:#?}");
        for text in [&mode.why, &mode.outcome.finding] {
            assert!(text.contains("Left out: DRM5 cannot be expressed in OCPP"), "{text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_limit_that_is_not_below_what_stays_is_gone_without_a_measurement() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let run = done(&bench, hold(drm(4), Some(200))).await;
    assert_eq!((run.modes[0].asked_ma, run.undone.verdict), (Some(32_000), Passed), "{run:#?}");
    assert!(run.undone.finding.contains("there is nothing to measure"), "{:?}", run.undone);
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_hold_follows_a_ceiling_that_comes_down() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let running = begun(&bench, hold(drm(3), Some(900)));
    bench.until_doing("Held at 24.0 A").await;
    bench
        .parts(CeilingParts { breaker: Some(amps(20.0)), nameplate: Some(amps(32.0)), ..CeilingParts::default() })
        .await;
    let run = running.await.unwrap();
    assert_eq!(run.modes[0].asked_ma, Some(20_000), "{run:#?}");
    let last = bench.tests().pop().unwrap();
    assert_eq!(last.limit(), 20.0);
}

#[tokio::test(start_paused = true)]
async fn while_a_signal_is_held_what_it_falls_back_to_comes_down_with_the_ceiling() {
    for max_stack_level in [8, 0] {
        let (bench, cable) = at_hand(Behaviour { max_stack_level, ..charging() }).await;
        bench.charge().await;
        let running = begun(&bench, hold(drm(2), None));
        bench.until_doing("Held at 16.0 A").await;
        let (breaker, nameplate) = (Some(amps(20.0)), Some(amps(32.0)));
        bench.parts(CeilingParts { breaker, nameplate, ..CeilingParts::default() }).await;
        bench.run(30).await;
        assert!(!running.is_finished());
        // The laptop leaves, and comes back only when the limit is over.
        let charger = bench.cut(cable).await;
        running.await.unwrap();
        bench.run(301).await;
        let no_word_of_ours = |way, frame: &mut serde_json::Value| {
            !(way == crate::bench::Way::ToCharger && frame[2].as_str().is_some_and(|it| it.contains("Profile")))
        };
        let _cable = bench.plug_in(charger, true, Box::new(no_word_of_ours)).await;
        bench.run(30).await;
        let import = bench.record().await.readings.back().unwrap().import;
        assert_eq!(import, Some(amps(20.0)), "with levels up to {max_stack_level}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_with_one_level_is_not_let_go_each_time_it_is_asked_again() {
    let (bench, _cable) = at_hand(Behaviour { max_stack_level: 0, ..charging() }).await;
    bench.charge().await;
    let running = begun(&bench, hold(drm(2), Some(600)));
    bench.until_doing("Held at 16.0 A").await;
    let since = bench.sent().len();
    bench.run(500).await;
    let sent = bench.sent().split_off(since);
    let set: Vec<f64> = sent.iter().filter(|it| it.action == "SetChargingProfile").map(|it| it.limit()).collect();
    assert!(set.len() >= 3 && set.iter().all(|limit| *limit == 16.0), "{set:?}");
    nothing_is_left(&bench, &running.await.unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_held_on_a_charger_of_which_no_fallback_is_proved_and_a_check_proves_it() {
    let (bench, cable) = at_hand(vacant()).await;
    let run = done(&bench, Order { commence: true, ..hold(drm(4), Some(60)) }).await;
    assert_eq!((run.outcome.verdict, bench.tests().len()), (NotTested, 0), "{run:#?}");
    let starts = bench.calls(crate::bench::action("RemoteStartTransaction", "RequestStartTransaction"));
    assert!(starts.is_empty(), "no car is plugged in, so no charge is begun");
    drop(cable);
    let (bench, _cable) = at_hand(plugged()).await;
    let (proof, _) = bench.prove(10.0).await;
    assert_eq!(proof.fallback.verdict, Passed);
    let before = bench.tests().len();
    // nobody charges now: it is held all the same, and nothing is claimed
    let run = done(&bench, hold(drm(2), Some(60))).await;
    assert_eq!((run.outcome.verdict, run.modes[0].asked_ma), (NotTested, Some(16_000)), "{run:#?}");
    assert_eq!(bench.tests().len(), before + 1);
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
    // and to commence is to start a charge
    let run = done(&bench, Order { commence: true, ..hold(drm(4), Some(120)) }).await;
    assert_eq!(run.modes[0].measured_ma, Some(32_000), "{run:#?}");
    assert_eq!(bench.record().await.test_limits(bench.clock.now()).count(), 0);
    assert!(bench.record().await.running_transaction().is_none(), "the charge we started is stopped");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_stops_following_in_the_middle_of_a_hold_fails() {
    let bench = Bench::new();
    bench
        .parts(CeilingParts { breaker: Some(amps(32.0)), nameplate: Some(amps(32.0)), ..CeilingParts::default() })
        .await;
    let start = bench.clock.now();
    let clock = bench.clock.clone();
    let rebels = Box::new(move |_, frame: &mut serde_json::Value| {
        if crate::tamper::is_reading(frame) && clock.now().duration_since(start).as_secs() > 600 {
            crate::tamper::set_import(frame, |_| 30.0);
        }
        true
    });
    let _cable = bench.connect_tampered(charging(), rebels).await;
    bench.charge().await;
    let run = done(&bench, hold(drm(2), Some(900))).await;
    assert_eq!(run.outcome.verdict, Failed, "{run:#?}");
    assert!(run.modes[0].outcome.finding.contains("30.0 A was measured"), "{run:#?}");
}

#[tokio::test(start_paused = true)]
async fn disconnect_that_is_held_is_not_tested_until_the_output_was_measured() {
    let (bench, _cable) = at_hand(charging()).await;
    bench.charge().await;
    let run = done(&bench, hold(drm(0), Some(120))).await;
    assert_eq!(run.outcome.verdict, NotTested, "{run:#?}");
    let running = begun(&bench, hold(drm(0), Some(120)));
    bench.until_doing("Held at 0.0 A").await;
    bench.link.keep(Event::OutputDead { by: "Kim Lee".into(), dead: true }).await.unwrap();
    let run = running.await.unwrap();
    assert_eq!(run.outcome.verdict, Passed, "{run:#?}");
    assert_eq!(bench.record().await.demand_responses.len(), 2, "each is kept");
}

#[tokio::test(start_paused = true)]
async fn on_2_1_feeding_back_is_asked_for_only_where_a_person_says_that_car_and_charger_can() {
    let (bench, _cable) = at_hand(Behaviour { version: Version::V21, ..plugged() }).await;
    let run = done(&bench, rehearsal((5..=8).map(drm).collect())).await;
    assert_eq!((run.outcome.verdict, verdicts(&run)), (NotTested, vec![NotTested; 4]), "{run:#?}");
    assert_eq!(bench.calls("SetChargingProfile").len(), 0);

    let behaviour = Behaviour { version: Version::V21, discharges: true, ..plugged() };
    let (bench, _cable) = at_hand(behaviour).await;
    let said = Said { feeds_back: true, ..Said::default() };
    let run = done(&bench, Order { said, ..rehearsal((5..=8).map(drm).collect()) }).await;
    assert_eq!(verdicts(&run), [Inconclusive; 4], "what flows back is not measured here: {run:#?}");
    let back: Vec<_> = bench.tests().iter().map(|test| test.schedule()["chargingSchedulePeriod"][0].clone()).collect();
    let limits: Vec<f64> = back.iter().filter_map(|period| period["dischargeLimit"].as_f64()).collect();
    assert_eq!(limits, [-0.0, -16.0, -24.0, -32.0]);
    let set_points: Vec<f64> = back.iter().filter_map(|period| period["setpoint"].as_f64()).collect();
    assert_eq!(set_points, [32.0, 32.0, 32.0, -32.0], "only the last is told to give");
    nothing_is_left(&bench, &run).await;
}

#[tokio::test(start_paused = true)]
async fn a_charger_of_2_1_that_cannot_feed_back_refuses_the_set_point_and_fails() {
    let (bench, _cable) = at_hand(Behaviour { version: Version::V21, ..plugged() }).await;
    let said = Said { feeds_back: true, ..Said::default() };
    let run = done(&bench, Order { said, ..rehearsal(vec![drm(8), drm(2)]) }).await;
    assert_eq!(verdicts(&run), [Failed, Passed], "{run:#?}");
    nothing_is_left(&bench, &run).await;
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        an_obedient_charger_follows_every_mode_that_can_be_said_and_is_left_as_it_was,
        what_can_put_a_car_to_sleep_comes_last_and_is_asked_for_no_more_than_it_must,
        a_limit_of_zero_is_disconnected_only_once_a_licensed_person_has_measured_it,
        a_charger_that_ignores_limits_fails_and_nothing_else_is_asked_of_it,
        a_charger_that_does_not_measure_proves_nothing,
        a_charger_that_does_not_fall_back_by_itself_is_asked_for_nothing,
        a_charger_that_takes_only_watts_is_dimmed_on_three_phases_and_not_paused,
        a_charger_that_goes_away_half_way_is_inconclusive_and_cleared_when_it_comes_back,
        a_program_that_dies_in_the_middle_knows_at_its_next_start_that_a_limit_is_in_force,
        what_was_rehearsed_is_read_again_from_the_disk,
        a_cancelled_rehearsal_is_undone,
        a_signal_that_is_held_is_asked_for_again_at_half_of_its_dead_man_and_then_undone,
        a_hold_until_it_is_stopped_is_undone_when_it_is_and_what_it_showed_stands,
        a_charger_whose_laptop_leaves_falls_back_to_the_base_by_itself,
        a_hold_follows_a_ceiling_that_comes_down,
        while_a_signal_is_held_what_it_falls_back_to_comes_down_with_the_ceiling,
        a_charger_with_one_level_is_not_let_go_each_time_it_is_asked_again,
        nothing_is_held_on_a_charger_of_which_no_fallback_is_proved_and_a_check_proves_it,
    }
}

mod on_2_1 {
    crate::bench::also_on! { V21:
        a_limit_of_zero_is_disconnected_only_once_a_licensed_person_has_measured_it,
        a_charger_that_ignores_limits_fails_and_nothing_else_is_asked_of_it,
        a_charger_that_goes_away_half_way_is_inconclusive_and_cleared_when_it_comes_back,
        a_signal_that_is_held_is_asked_for_again_at_half_of_its_dead_man_and_then_undone,
        a_hold_until_it_is_stopped_is_undone_when_it_is_and_what_it_showed_stands,
        a_charger_whose_laptop_leaves_falls_back_to_the_base_by_itself,
    }
}
