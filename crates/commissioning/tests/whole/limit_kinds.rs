//! Chargers that follow a limit only in their own way, or not at all.

use chargehand_commissioning::event::{Event, Step};
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotTested, Passed};
use chargehand_simulator::deviations::{Limits, ProfileAnswer};
use chargehand_simulator::{Behaviour, CarMake, Deviations, ProfileFate, RateUnit};
use serde_json::{Value, json};

use crate::bench::{Bench, Run, Sent, Way, amps, charging, place, plugged};
use crate::tamper;

/// A commissioning at 16 A under 32 A of a charger that deviates, with a car that waits.
async fn run(deviates: Deviations) -> (Bench, Run) {
    run_of(Behaviour { deviates, ..plugged() }).await
}

async fn run_of(behaviour: Behaviour) -> (Bench, Run) {
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    let run = bench.commission(16.0).await;
    drop(cable);
    (bench, run)
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_ignores_limits_fails_in_every_way_that_is_known_and_is_undone() {
    let (bench, run) = run(Deviations::from(Limits { ignores_limits: true, ..<_>::default() })).await;
    assert_eq!(run.verdicts(), [Failed, NotTested, Passed], "{:?}", run.proof);
    let tried = |purpose: &str, connector: i64, kind: &str| {
        let is = |t: &&Sent| {
            t.profile()["chargingProfilePurpose"] == purpose
                && t.connector() == connector
                && t.profile()["chargingProfileKind"] == kind
        };
        bench.tests().iter().filter(is).count()
    };
    for kind in ["Absolute", "Relative"] {
        for (purpose, connector) in [("TxDefaultProfile", 0), ("TxProfile", 1), ("TxDefaultProfile", 1)] {
            assert_eq!(tried(purpose, connector, kind), 1, "{purpose} on {connector}, {kind}");
        }
    }
    assert_eq!(run.proof.recipe, "");
    for attempt in &run.proof.attempts {
        assert!(attempt.evidence.iter().all(|n| run.proof.outcome.evidence.contains(n)), "every attempt is evidence");
    }
    bench.rests_on_evidence(&run.proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_obeys_only_tx_profiles_in_a_session_is_found_out() {
    let (_bench, run) =
        run(Deviations::from(Limits { obeys_only_tx_profile_mid_session: true, ..<_>::default() })).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(run.finding("limit_recipe").unwrap().contains(&format!("TxProfile on {} 1, Absolute", place())));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_obeys_only_connector_1_is_found_out() {
    let (_bench, run) = run(Deviations::from(Limits { obeys_only_connector_1: true, ..<_>::default() })).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(run.finding("limit_recipe").unwrap().contains(&format!("on {} 1", place())));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_rejects_or_ignores_absolute_profiles_is_tested_with_relative_ones() {
    for absolute_profiles in [ProfileFate::Rejected, ProfileFate::Ignored] {
        let (_bench, run) = run(Deviations::from(Limits { absolute_profiles, ..<_>::default() })).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{absolute_profiles:?}: {:?}", run.proof);
        let finding = run.finding("limit_recipe").unwrap();
        assert!(finding.contains(&format!("TxDefaultProfile on {} 0, Relative", place())), "{finding}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_is_known_to_need_relative_profiles_gets_them_first_unless_that_is_switched_off() {
    let wallbox = || Behaviour {
        vendor: "Wall Box Chargers".into(),
        model: "PLP1-0-2-4".into(),
        firmware: "6.7.1".into(),
        deviates: Deviations::from(Limits { absolute_profiles: ProfileFate::Ignored, ..<_>::default() }),
        ..plugged()
    };
    let kinds = |bench: &Bench| -> Vec<String> {
        bench.tests().iter().map(|test| test.profile()["chargingProfileKind"].as_str().unwrap().to_owned()).collect()
    };
    let (bench, run) = run_of(wallbox()).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(kinds(&bench).iter().all(|kind| kind == "Relative"), "{:?}", kinds(&bench));

    let (bench, cable) = Bench::commissioning(32.0, wallbox()).await;
    bench.link.keep(Event::Quirk { id: "relative".into(), on: false }).await.unwrap();
    assert_eq!(bench.commission(16.0).await.verdicts(), [Passed; 3]);
    assert_eq!(kinds(&bench)[0], "Absolute");
    drop(cable);
}

#[tokio::test(start_paused = true)]
async fn a_relative_limit_works_in_an_old_session_too() {
    let deviates = Deviations::from(Limits { absolute_profiles: ProfileFate::Ignored, ..<_>::default() });
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { deviates, ..charging() }).await;
    bench.run(3 * 3600).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(run.finding("limit_recipe").unwrap().contains("from the start of the transaction"));
    let last = bench.tests().pop().unwrap();
    let seconds = last.schedule()["duration"].as_i64().unwrap();
    let age = last.at.duration_since(run.record.transactions[0].started).as_secs();
    assert!((600..=700).contains(&(seconds - age)), "it ends 10 min and settling from now, not from the start");
}

#[tokio::test(start_paused = true)]
async fn whatever_way_works_the_charger_falls_back_to_the_base_and_not_to_nothing() {
    for deviates in [
        Deviations::default(),
        Deviations::from(Limits { absolute_profiles: ProfileFate::Ignored, ..<_>::default() }),
        Deviations::from(Limits { absolute_profiles: ProfileFate::Rejected, ..<_>::default() }),
        Deviations::from(Limits { obeys_only_connector_1: true, ..<_>::default() }),
        Deviations::from(Limits { obeys_only_tx_profile_mid_session: true, ..<_>::default() }),
        Deviations::from(Limits { stack_level_zero_only: true, ..<_>::default() }),
    ] {
        // the car could draw 32 A and is charging when we come: only the base holds it at 20 A
        let (bench, _cable) = Bench::commissioning(20.0, Behaviour { deviates, ..charging() }).await;
        bench.charge().await;
        let run = bench.commission(10.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{deviates:?}: {:?}", run.proof);
        let long = run.proof.asked.iter().rposition(|p| p.ma == 10_000).unwrap();
        let short = run.proof.asked[..long].iter().rposition(|p| p.ma == 10_000).unwrap();
        let between = run.proof.asked[short + 1].at..run.proof.asked[long].at;
        let seen: Vec<u32> = run.proof.measured.iter().filter(|p| between.contains(&p.at)).map(|p| p.ma).collect();
        assert!(!seen.is_empty() && seen.iter().all(|ma| *ma <= 20_000), "{deviates:?}: {seen:?}");
        assert!(run.proof.fallback.finding.contains("20.0 A"), "{:?}", run.proof.fallback);
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_with_a_single_level_gets_one_schedule_of_two_periods_and_keeps_the_base() {
    let (bench, run) = run_of(Behaviour { max_stack_level: 0, ..plugged() }).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    for test in bench.tests() {
        assert_eq!(test.profile()["stackLevel"], 0);
        assert_eq!(test.schedule()["chargingSchedulePeriod"][1]["limit"], 32);
    }
    base_is_left(&bench, &run);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_claims_levels_and_rejects_them_gets_one_schedule_of_two_periods() {
    let (bench, run) = run(Deviations::from(Limits { stack_level_zero_only: true, ..<_>::default() })).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert_eq!(bench.tests().last().unwrap().profile()["stackLevel"], 0);
    assert_eq!(bench.tests().iter().filter(|t| t.answer == "Rejected").count(), 1, "it is learned once");
    base_is_left(&bench, &run);
}

/// After undo the charger holds the base and nothing else of ours: the last profile that it took at that place.
fn base_is_left(bench: &Bench, run: &Run) {
    let left: Vec<(i32, u32)> = run.record.in_force.iter().map(|f| (f.profile, f.limit.milliamps())).collect();
    assert_eq!(left, [(47_551, 32_000)]);
    let taken = bench.calls("SetChargingProfile").into_iter().rfind(|c| c.answer == "Accepted").unwrap();
    assert_eq!(*taken.role(), 47_551, "the base took its place back");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_never_falls_back_gets_no_long_test_and_is_undone() {
    let (bench, run) = run(Deviations::from(Limits { never_falls_back: true, ..<_>::default() })).await;
    assert_eq!(run.verdicts(), [Passed, Failed, Passed], "{:?}", run.proof);
    let longest = bench.tests().iter().filter_map(|t| t.schedule()["duration"].as_i64()).max();
    assert!(longest.unwrap() < 300, "{longest:?}");
    assert!(run.proof.fallback.finding.contains("No rehearsal"), "{:?}", run.proof.fallback);
    assert_eq!(run.record.test_limits(bench.clock.now()).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_falls_silent_at_a_profile_is_inconclusive_and_not_tried_again() {
    let (bench, run) = run(Deviations::from(Limits { all_profiles: ProfileAnswer::Silence, ..<_>::default() })).await;
    assert_eq!(run.limit(), Inconclusive, "{:?}", run.proof);
    assert_eq!(bench.calls("SetChargingProfile").len(), 1);
    assert_eq!(run.undone.verdict, Inconclusive, "the base may or may not be in force: {:?}", run.undone);
    assert!(run.record.in_force.iter().any(|f| !f.accepted), "and is listed as such");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_refuses_every_profile_fails_without_a_measurement() {
    for answer in [json!([3, "", {"status": "Rejected"}]), json!([4, "", "NotSupported", "no smart charging", {}])] {
        let bench = Bench::new();
        bench.ceiling(32.0).await;
        let refuse = tamper::answers("SetChargingProfile", |_| true, answer);
        let _cable = bench.connect_tampered(plugged(), refuse).await;
        let run = bench.commission(16.0).await;
        assert_eq!((run.limit(), run.proof.measured_ma), (Failed, None), "{:?}", run.proof.outcome);
        assert!(run.proof.outcome.finding.contains("refuse"), "{:?}", run.proof.outcome);
        assert_eq!(bench.tests().len(), 0, "no test without a base under it");
        bench.rests_on_evidence(&run.proof.outcome);
        assert_eq!(run.record.in_force, []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_refuses_default_profiles_is_tested_with_the_transactions_own() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let is_default = |payload: &Value| tamper::profile(payload)["chargingProfilePurpose"] == "TxDefaultProfile";
    let refuse = tamper::answers("SetChargingProfile", is_default, json!([3, "", {"status": "Rejected"}]));
    let _cable = bench.connect_tampered(plugged(), refuse).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(run.finding("limit_recipe").unwrap().contains("TxProfile"));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_was_refused_last_does_not_hide_that_one_was_ignored() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let is_own = |payload: &Value| payload["connectorId"] == 1 || payload["evseId"] == 1;
    let refuse = tamper::answers("SetChargingProfile", is_own, json!([3, "", {"status": "Rejected"}]));
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let _cable = bench.connect_tampered(Behaviour { deviates, ..plugged() }, refuse).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.measured_ma), (Failed, Some(32_000)), "{:?}", run.proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_charger_on_adelaide_time_gets_schedules_on_its_own_clock() {
    // `law` holds every startSchedule against the charger's clock
    let (bench, run) = run_of(Behaviour { zone_offset_s: 34_200, ..plugged() }).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    let start = bench.tests()[0].schedule()["startSchedule"].as_str().unwrap().to_owned();
    assert!(start.starts_with("2026-11-22T10:29"), "{start}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_takes_only_power_gets_whole_watts_for_its_phases() {
    for phases in [1, 3] {
        let behaviour =
            Behaviour { rate_unit: RateUnit::Power, phases, car: CarMake { phases, ..<_>::default() }, ..plugged() };
        let bench = Bench::new();
        bench.parts_with_hardware(32.0).await;
        let _cable = bench.connect(behaviour, true).await;
        let run = bench.commission(16.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{phases}: {:?}", run.proof);
        let test = bench.tests().pop().unwrap();
        let schedule = test.schedule();
        assert_eq!((&schedule["chargingRateUnit"], test.limit()), (&json!("W"), 16.0 * 230.0 * f64::from(phases)));
        assert_eq!(schedule["chargingSchedulePeriod"][0]["numberPhases"], phases);
        assert_eq!(run.proof.measured_ma, Some(16_000), "confirmed in amperes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_regulates_watts_is_judged_by_its_amperes_on_a_low_supply() {
    // 16 A at 230 V are 17.0 A at 216 V, within 5 % and 0.5 A, and 17.8 A at 207 V, beyond it
    for (at, verdict) in [(16.9, Passed), (17.8, Failed)] {
        let bench = Bench::new();
        bench.ceiling(32.0).await;
        let draw: fn(f64) -> f64 =
            if at < 17.0 { |a| if a == 16.0 { 16.9 } else { a } } else { |a| if a == 16.0 { 17.8 } else { a } };
        let behaviour = Behaviour { rate_unit: RateUnit::Power, ..plugged() };
        let _cable = bench.connect_tampered(behaviour, tamper::import(draw)).await;
        let run = bench.commission(16.0).await;
        assert_eq!((run.limit(), run.proof.measured_ma), (verdict, Some((at * 1000.0) as u32)), "{:?}", run.proof);
    }
}

#[tokio::test(start_paused = true)]
async fn a_one_phase_car_after_a_three_phase_car_is_not_given_three_phases_of_watts() {
    let behaviour =
        Behaviour { rate_unit: RateUnit::Power, phases: 3, car: CarMake { phases: 3, ..<_>::default() }, ..plugged() };
    let (bench, cable) = Bench::commissioning(32.0, behaviour.clone()).await;
    bench.commission(16.0).await;
    bench.cut(cable).await;
    let _cable = bench.connect(Behaviour { car: CarMake { phases: 1, ..<_>::default() }, ..behaviour }, true).await;
    bench.run(1).await;
    let (proof, _) = bench.prove(16.0).await;
    assert_eq!(proof.outcome.verdict, Passed, "{proof:?}");
    assert_eq!(bench.tests().last().unwrap().limit(), 16.0 * 230.0);
}

#[tokio::test(start_paused = true)]
async fn what_stays_in_watts_is_safe_for_a_car_on_one_phase() {
    for max_stack_level in [0, 8] {
        let car = CarMake { phases: 3, ..<_>::default() };
        let behaviour = Behaviour { rate_unit: RateUnit::Power, phases: 3, car, max_stack_level, ..plugged() };
        let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
        let run = bench.commission(16.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
        // 7.4 kW on three phases are 10.7 A: the test is lower, and its watts are for the three phases of this car.
        assert_eq!((run.proof.before_ma, run.proof.asked_ma), (Some(10_700), Some(7_000)), "{max_stack_level}");
        let stays = |call: &Sent| call.schedule().get("duration").is_none();
        let stands = bench.calls("SetChargingProfile").into_iter().rfind(stays).unwrap();
        let last = stands.schedule()["chargingSchedulePeriod"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["limit"].as_f64(), last["numberPhases"].as_i64()), (Some(7_360.0), Some(1)), "{stands:?}");
        let stays = bench.record().await.in_force.iter().map(|f| f.limit).collect::<Vec<_>>();
        assert_eq!(stays, [amps(32.0)], "{max_stack_level}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_shares_its_watts_out_is_not_held_down_by_a_base_for_one_phase_where_its_hardware_holds() {
    let bench = Bench::new();
    bench.parts_with_hardware(32.0).await;
    // it takes the base in W as the total of all three phases, whatever numberPhases says
    let mut watts = f64::INFINITY;
    let shares = Box::new(move |way: Way, frame: &mut Value| {
        if way == Way::ToCharger && tamper::plays(frame, 47_551) {
            watts = tamper::schedule(&frame[3])["chargingSchedulePeriod"][0]["limit"].as_f64().unwrap();
        }
        if way == Way::FromCharger && tamper::is_reading(frame) {
            tamper::set_import(frame, |amps| amps.min(watts / 230.0 / 3.0));
        }
        true
    });
    let behaviour =
        Behaviour { rate_unit: RateUnit::Power, phases: 3, car: CarMake { phases: 3, ..<_>::default() }, ..plugged() };
    let _cable = bench.connect_tampered(behaviour, shares).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Passed, "{:?}", run.proof);
    assert_eq!((run.proof.before_ma, run.proof.asked_ma), (Some(32_000), Some(16_000)));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_falls_back_above_the_base_gets_no_long_test() {
    let bench = Bench::new();
    bench.ceiling(20.0).await;
    let beyond: fn(f64) -> f64 = |amps| if amps == 20.0 { 32.0 } else { amps };
    let _cable = bench.connect_tampered(plugged(), tamper::import(beyond)).await;
    let run = bench.commission(10.0).await;
    assert_eq!(run.verdicts(), [Passed, Failed, Passed], "{:?}", run.proof);
    assert!(run.proof.fallback.finding.contains("above the base of 20.0 A"), "{:?}", run.proof.fallback);
    assert_eq!(bench.tests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_known_way_is_tried_within_the_four_minutes_that_a_whole_run_leaves_for_it() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    for meter_interval_s in [10, 60] {
        let behaviour = Behaviour { deviates, meter_interval_s, ..charging() };
        let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
        bench.run(3 * 3600).await;
        let began = bench.clock.now();
        let (proof, _) = bench.prove(16.0).await;
        let ended = bench.record().await.outcomes[&Step::Limit].evidence.last().map(|n| bench.entry(*n).at).unwrap();
        assert_eq!((proof.outcome.verdict, proof.attempts.len()), (Failed, 9), "{:?}", proof.outcome);
        let seconds = ended.duration_since(began).as_secs();
        assert!(seconds < 240, "{seconds} s");
    }
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        a_charger_that_ignores_limits_fails_in_every_way_that_is_known_and_is_undone,
        a_charger_that_obeys_only_tx_profiles_in_a_session_is_found_out,
        a_charger_that_obeys_only_connector_1_is_found_out,
        a_charger_that_rejects_or_ignores_absolute_profiles_is_tested_with_relative_ones,
        a_relative_limit_works_in_an_old_session_too,
        whatever_way_works_the_charger_falls_back_to_the_base_and_not_to_nothing,
        a_charger_with_a_single_level_gets_one_schedule_of_two_periods_and_keeps_the_base,
        a_charger_that_claims_levels_and_rejects_them_gets_one_schedule_of_two_periods,
        a_charger_that_never_falls_back_gets_no_long_test_and_is_undone,
        a_charger_that_falls_silent_at_a_profile_is_inconclusive_and_not_tried_again,
        a_charger_that_refuses_every_profile_fails_without_a_measurement,
        a_charger_that_refuses_default_profiles_is_tested_with_the_transactions_own,
        a_limit_that_was_refused_last_does_not_hide_that_one_was_ignored,
        a_charger_on_adelaide_time_gets_schedules_on_its_own_clock,
        a_charger_that_takes_only_power_gets_whole_watts_for_its_phases,
        what_stays_in_watts_is_safe_for_a_car_on_one_phase,
        a_charger_that_regulates_watts_is_judged_by_its_amperes_on_a_low_supply,
        a_one_phase_car_after_a_three_phase_car_is_not_given_three_phases_of_watts,
        a_charger_that_shares_its_watts_out_is_not_held_down_by_a_base_for_one_phase_where_its_hardware_holds,
        a_charger_that_falls_back_above_the_base_gets_no_long_test,
        every_known_way_is_tried_within_the_four_minutes_that_a_whole_run_leaves_for_it,
    }
}
