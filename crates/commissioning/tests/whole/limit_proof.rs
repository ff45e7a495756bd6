//! An obedient charger, and everything that keeps a limit from being proved.

use chargehand_commissioning::event::Step;
use chargehand_commissioning::journal::Direction;
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotTested, Passed};
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, CarMake, Deviations};
use serde_json::json;

use crate::bench::{Bench, Way, action, amps, charging, outcome, place, plugged, vacant};
use crate::tamper::{import, is_reading, plays, readings};

#[tokio::test(start_paused = true)]
async fn an_obedient_charger_is_inspected_limited_proved_and_undone() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.inspected.verdict, run.verdicts()), (Passed, [Passed; 3]), "{:?}", run.proof);
    assert_eq!((run.proof.requested_ma, run.proof.asked_ma), (16_000, Some(16_000)));
    assert_eq!((run.proof.before_ma, run.proof.measured_ma), (Some(32_000), Some(16_000)));
    assert!(run.proof.settled_ms.unwrap() <= 20_000, "within 10 s and one sample interval");
    assert!(run.proof.recipe.contains(&format!("TxDefaultProfile on {} 0, Absolute, in A", place())));
    for step in [Step::Inspect, Step::Limit, Step::Undo] {
        assert_eq!(outcome(&run.record, step), Passed);
    }
    assert_eq!(run.record.test_limits(bench.clock.now()).count(), 0);
    assert!(run.record.running_transaction().is_none(), "the charge we started is stopped");
}

#[tokio::test(start_paused = true)]
async fn a_verdict_rests_on_the_reading_before_the_limit_its_answer_and_the_readings_after() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    let run = bench.commission(16.0).await;
    for outcome in [&run.inspected, &run.proof.outcome, &run.proof.fallback, &run.undone] {
        bench.rests_on_evidence(outcome);
    }
    let test = bench.tests().pop().unwrap();
    let evidence = &run.proof.outcome.evidence;
    assert!(evidence.contains(&test.number), "the limit as it was sent");
    let readings = |after: bool| {
        let is = |number: &&u64| (**number > test.number) == after;
        let frames = evidence.iter().filter(is).map(|n| bench.entry(*n));
        frames
            .filter(|e| e.direction == Direction::In && String::from_utf8_lossy(&e.bytes).contains("meterValue"))
            .count()
    };
    assert!(readings(false) >= 1, "a draw above it before");
    assert!(readings(true) >= 2, "a draw under it after, and that it stays");
    for attempt in &run.proof.attempts {
        assert!(attempt.evidence.is_sorted() && !attempt.evidence.is_empty(), "{attempt:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_test_is_short_until_its_fallback_is_proved_and_then_lasts_ten_minutes_and_settling() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.commission(16.0).await;
    let durations: Vec<i64> = bench.tests().iter().map(|t| t.schedule()["duration"].as_i64().unwrap()).collect();
    // 10 s and one interval of 10 s, from 60 s before now on
    assert_eq!(durations, [50 + 60, 600 + 20 + 60]);
}

#[tokio::test(start_paused = true)]
async fn a_car_that_draws_less_is_tested_with_a_lower_step_never_a_higher() {
    let (bench, _cable) =
        Bench::commissioning(32.0, Behaviour { car: CarMake { amps: 12.0, ..<_>::default() }, ..plugged() }).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof.outcome);
    assert_eq!((run.proof.before_ma, run.proof.asked_ma), (Some(12_000), Some(8_000)));
    assert!(run.proof.outcome.finding.contains("lower limit"), "{:?}", run.proof.outcome);
    assert!(bench.tests().iter().all(|t| t.limit() <= 16.0));
}

#[tokio::test(start_paused = true)]
async fn a_car_at_six_and_a_half_amperes_proves_nothing() {
    let (bench, _cable) =
        Bench::commissioning(32.0, Behaviour { car: CarMake { amps: 6.5, ..<_>::default() }, ..plugged() }).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Inconclusive, "{:?}", run.proof.outcome);
    assert_eq!(bench.tests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_car_nothing_is_tested() {
    let (bench, _cable) = Bench::commissioning(32.0, vacant()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), NotTested, "{:?}", run.proof.outcome);
    assert_eq!((run.proof.asked_ma, bench.tests().len()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn a_limit_above_the_ceiling_is_never_sent() {
    let (bench, _cable) = Bench::commissioning(16.0, plugged()).await;
    let run = bench.commission(16.1).await;
    assert_eq!(run.limit(), NotTested);
    assert!(run.proof.outcome.finding.contains("above the ceiling"), "{:?}", run.proof.outcome);
    assert_eq!(bench.calls("SetChargingProfile").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_limit_at_the_ceiling_is_tested_with_a_lower_step_because_the_base_holds_the_car_there() {
    let (bench, _cable) = Bench::commissioning(16.0, plugged()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof.outcome);
    assert_eq!((run.proof.before_ma, run.proof.asked_ma), (Some(16_000), Some(11_000)));
}

#[tokio::test(start_paused = true)]
async fn a_reading_from_before_the_base_does_not_count_as_the_draw_before() {
    // The car charges at 32 A when the base of 20 A comes; 19 A is no more than 20 A less the tolerance.
    let (bench, _cable) = Bench::commissioning(20.0, Behaviour { meter_interval_s: 1, ..charging() }).await;
    bench.charge().await;
    let run = bench.commission(19.0).await;
    assert_eq!(run.proof.before_ma, Some(20_000));
    assert_eq!((run.limit(), run.proof.asked_ma), (Passed, Some(14_000)), "{:?}", run.proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_limit_below_six_amperes_is_sent_as_zero_and_passed_means_that_it_pauses() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    let run = bench.commission(4.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(bench.tests().iter().all(|t| t.limit() == 0.0));
    assert_eq!((run.proof.asked_ma, run.proof.measured_ma), (Some(0), Some(0)));
    assert!(run.proof.outcome.finding.contains("paused"), "{:?}", run.proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_car_that_is_full_in_the_middle_proves_nothing_even_for_a_pause() {
    for limit in [16.0, 4.0] {
        // from the first test on the car takes nothing any more
        let (bench, _cable) = tampered(|amps| amps * 0.0).await;
        let run = bench.commission(limit).await;
        assert_eq!(run.limit(), Inconclusive, "{limit} A: {:?}", run.proof.outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn a_car_that_reduces_by_itself_in_the_middle_proves_nothing() {
    let (bench, _cable) = tampered(|_| 9.0).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Inconclusive; 3], "{:?}", run.proof);
    assert!(run.proof.outcome.finding.contains("by itself"), "{:?}", run.proof.outcome);
}

/// A charger that ignores limits, with a car that changes by itself once a test limit is set.
async fn tampered(change: fn(f64) -> f64) -> (Bench, crate::bench::Cable) {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let cable = bench.connect_tampered(Behaviour { deviates, ..plugged() }, import(change)).await;
    (bench, cable)
}

#[tokio::test(start_paused = true)]
async fn a_reading_taken_before_the_limit_but_sent_after_it_is_not_fresh() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let late = readings(|values| {
        values[0]["timestamp"] = json!("2026-11-22T01:00:05.000Z");
        values[0]["sampledValue"] =
            json!([{"measurand": "Current.Import", "phase": "L1", "unit": "A", "value": "10.0"}]);
    });
    let _cable = bench.connect_tampered(Behaviour { deviates, ..plugged() }, late).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Inconclusive, "{:?}", run.proof);
    assert_eq!(run.proof.measured_ma, None);
}

#[tokio::test(start_paused = true)]
async fn an_old_sample_beside_the_fresh_one_is_no_evidence() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let batch = readings(|values| {
        let mut old = values[0].clone();
        old["timestamp"] = json!("2026-11-22T01:00:05.000Z");
        old["sampledValue"] = json!([{"measurand": "Current.Import", "phase": "L1", "unit": "A", "value": "32.0"}]);
        values.push(old);
    });
    let _cable = bench.connect_tampered(plugged(), batch).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.measured_ma), (Passed, Some(16_000)), "{:?}", run.proof);
}

#[tokio::test(start_paused = true)]
async fn one_early_reading_above_the_limit_and_then_silence_is_inconclusive_not_failed() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let (mut tested, mut told) = (false, 0);
    let tamper = Box::new(move |way: Way, frame: &mut serde_json::Value| {
        tested |= way == Way::ToCharger && plays(frame, 47_552);
        if tested && is_reading(frame) {
            told += 1;
            crate::tamper::set_import(frame, |_| 32.0);
            return told <= 1;
        }
        !(tested && frame[2] == "TriggerMessage")
    });
    let behaviour = Behaviour { meter_interval_s: 4, ..plugged() };
    let _cable = bench.connect_tampered(behaviour, tamper).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.attempts.len()), (Inconclusive, 1), "{:?}", run.proof);
    assert_eq!(run.proof.measured_ma, Some(32_000));
}

#[tokio::test(start_paused = true)]
async fn what_the_charger_names_is_said_beside_the_measurement_never_instead() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { deviates, ..plugged() }).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.measured_ma), (Failed, Some(32_000)));
    let said = "offers 32.0 A (Current.Offered) and names 16.0 A as its limit (GetCompositeSchedule)";
    assert!(run.proof.outcome.finding.contains(said), "{:?}", run.proof.outcome);
    let asked = bench.calls("GetCompositeSchedule").pop().unwrap();
    assert!(run.proof.outcome.evidence.iter().any(|n| *n > asked.number), "the answer is evidence");
    assert!(!run.proof.offered.is_empty(), "and Current.Offered is kept for the chart");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_in_the_middle_does_not_make_every_reading_old() {
    // 100 s ahead until the first test, right from then on
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let mut tested = false;
    let ahead = Box::new(move |way: Way, frame: &mut serde_json::Value| {
        tested |= way == Way::ToCharger && plays(frame, 47_552);
        if !tested && is_reading(frame) {
            let time: jiff::Timestamp = frame[3]["meterValue"][0]["timestamp"].as_str().unwrap().parse().unwrap();
            let ahead = time + jiff::SignedDuration::from_secs(100);
            frame[3]["meterValue"][0]["timestamp"] = json!(ahead.to_string());
        }
        true
    });
    let _cable = bench.connect_tampered(Behaviour { meter_interval_s: 5, ..plugged() }, ahead).await;
    bench.charger_ahead_s.set(None);
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
}

#[tokio::test(start_paused = true)]
async fn a_charge_of_our_own_uses_a_short_id_tag_that_expires_within_the_hour() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.commission(16.0).await;
    let start = bench.calls(action("RemoteStartTransaction", "RequestStartTransaction")).pop().unwrap();
    let tag = start.payload.get("idTag").unwrap_or(&start.payload["idToken"]["idToken"]).as_str().unwrap();
    assert!((1..=16).contains(&tag.chars().count()), "{tag}");
    let answers = bench.answers(action("StartTransaction", "TransactionEvent"));
    let expires = answers.iter().find_map(|answer| {
        let info = (&answer["idTagInfo"]["expiryDate"], &answer["idTokenInfo"]["cacheExpiryDateTime"]);
        info.0.as_str().or(info.1.as_str()).map(str::to_owned)
    });
    let expires: jiff::Timestamp = expires.unwrap().parse().unwrap();
    let left = expires.duration_since(start.at).as_secs();
    assert!((60..=3600).contains(&left), "{left} s");
}

#[tokio::test(start_paused = true)]
async fn a_ceiling_that_comes_down_in_the_middle_holds_the_limits_that_still_wait() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let proving =
        tokio::spawn(
            async move { chargehand_commissioning::step::prove_limit(&link, amps(16.0), None).await.unwrap() },
        );
    bench.run(20).await;
    bench.ceiling(10.0).await;
    let (proof, _) = proving.await.unwrap();
    assert_ne!(proof.outcome.verdict, Failed, "{proof:?}");
    let record = bench.record().await;
    assert!(
        record.in_force.iter().all(|f| f.limit <= amps(10.0)),
        "what stays is under the new ceiling: {:?}",
        record.in_force
    );
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        an_obedient_charger_is_inspected_limited_proved_and_undone,
        a_verdict_rests_on_the_reading_before_the_limit_its_answer_and_the_readings_after,
        the_test_is_short_until_its_fallback_is_proved_and_then_lasts_ten_minutes_and_settling,
        a_car_that_draws_less_is_tested_with_a_lower_step_never_a_higher,
        a_car_at_six_and_a_half_amperes_proves_nothing,
        without_a_car_nothing_is_tested,
        a_limit_above_the_ceiling_is_never_sent,
        a_limit_at_the_ceiling_is_tested_with_a_lower_step_because_the_base_holds_the_car_there,
        a_reading_from_before_the_base_does_not_count_as_the_draw_before,
        a_limit_below_six_amperes_is_sent_as_zero_and_passed_means_that_it_pauses,
        a_car_that_is_full_in_the_middle_proves_nothing_even_for_a_pause,
        a_car_that_reduces_by_itself_in_the_middle_proves_nothing,
        a_reading_taken_before_the_limit_but_sent_after_it_is_not_fresh,
        an_old_sample_beside_the_fresh_one_is_no_evidence,
        one_early_reading_above_the_limit_and_then_silence_is_inconclusive_not_failed,
        what_the_charger_names_is_said_beside_the_measurement_never_instead,
        a_clock_that_is_set_in_the_middle_does_not_make_every_reading_old,
        a_charge_of_our_own_uses_a_short_id_tag_that_expires_within_the_hour,
        a_ceiling_that_comes_down_in_the_middle_holds_the_limits_that_still_wait,
    }
}
