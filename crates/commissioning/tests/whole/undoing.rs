//! What is left in the charger when a check is over.

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotTested, Passed};
use chargehand_commissioning::step;
use chargehand_ocpp::v16::call::set_charging_profile;
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, Deviations, SimulatedCharger};
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, Sent, action, amps, charging, plugged, vacant};
use crate::tamper;

/// What stays in force of ours: profile and limit in mA.
async fn left(bench: &Bench) -> Vec<(i32, u32)> {
    bench.record().await.in_force.iter().map(|f| (f.role(), f.limit.milliamps())).collect()
}

/// A ceiling of one breaker and the same installer limit, confirmed in the charger.
fn confirmed(breaker: f64) -> CeilingParts {
    let (breaker, installer) = (Some(amps(breaker)), Some(amps(breaker)));
    CeilingParts { breaker, installer, installer_confirmed: true, ..CeilingParts::default() }
}

/// Connects a charger in which an earlier platform left a default limit.
async fn with_earlier_limit(bench: &Bench, limit: f64, behaviour: Behaviour) -> Cable {
    let mut charger = SimulatedCharger::new(behaviour, bench.clock.now());
    let schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]});
    let profile = json!({
        "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative", "chargingSchedule": schedule,
    });
    let set = json!([2, "e", "SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile}]);
    assert!(charger.receive(&set.to_string(), bench.clock.now())[0].contains("Accepted"));
    bench.plug_in(charger, true, Box::new(|_, _| true)).await
}

#[tokio::test(start_paused = true)]
async fn an_earlier_limit_comes_back() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let _cable = with_earlier_limit(&bench, 10.0, charging()).await;
    bench.charge().await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.undone);
    assert_eq!(run.record.before.unwrap().limit, Some(amps(10.0)));
    assert!(run.undone.finding.contains("10.0 A that was there before"), "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 10_000)]);
    bench.run(15).await;
    assert_eq!(bench.record().await.readings.back().unwrap().import, Some(amps(10.0)), "and it is obeyed");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_limit_comes_back_even_where_the_hardware_limit_is_confirmed() {
    let bench = Bench::new();
    bench.parts(confirmed(32.0)).await;
    let _cable = with_earlier_limit(&bench, 10.0, plugged()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 10_000)]);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_limit_above_the_ceiling_comes_back_no_higher_than_the_ceiling() {
    let bench = Bench::new();
    bench.ceiling(20.0).await;
    let _cable = with_earlier_limit(&bench, 25.0, plugged()).await;
    let run = bench.commission(10.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 20_000)]);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_was_there_the_base_stays_unless_a_hardware_limit_is_confirmed() {
    let (bench, _cable) = Bench::commissioning(20.0, plugged()).await;
    let run = bench.commission(10.0).await;
    assert!(run.undone.finding.contains("no hardware limit is confirmed"), "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 20_000)]);

    let guarded = Bench::new();
    guarded.parts(confirmed(20.0)).await;
    let _cable = guarded.connect(Behaviour { hardware_amps: Some(20.0), ..plugged() }, true).await;
    let run = guarded.commission(10.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.undone);
    assert_eq!(left(&guarded).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_undo_puts_back_is_in_the_charger_whatever_way_the_test_was_put() {
    for behaviour in [
        Behaviour { max_stack_level: 0, ..plugged() },
        Behaviour { deviates: Deviations::from(Limits { stack_level_zero_only: true, ..<_>::default() }), ..plugged() },
        plugged(),
    ] {
        let bench = Bench::new();
        bench.ceiling(32.0).await;
        let _cable = with_earlier_limit(&bench, 10.0, behaviour).await;
        let run = bench.commission(16.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.undone);
        assert_eq!(left(&bench).await, [(47_551, 10_000)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_check_goes_back_to_the_permanent_limit_that_was_set_in_between() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    bench.commission(16.0).await;
    let deviates_not = step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    assert_eq!(deviates_not.outcome.verdict, Passed, "{deviates_not:?}");
    // as the default, too, where the check puts its base
    bench.run(1).await;
    let before = left(&bench).await;
    let (proof, undone) = bench.prove(10.0).await;
    assert_eq!((proof.outcome.verdict, undone.verdict), (Passed, Passed), "{undone:?}");
    let least = |left: Vec<(i32, u32)>| left.into_iter().map(|(_, ma)| ma).min();
    assert_eq!(least(left(&bench).await), least(before));
}

#[tokio::test(start_paused = true)]
async fn a_second_check_goes_back_to_a_permanent_default_limit() {
    let deviates = Deviations::from(Limits { ignores_station_maximum: true, ..<_>::default() });
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { deviates, ..charging() }).await;
    bench.charge().await;
    bench.commission(16.0).await;
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    assert_eq!(left(&bench).await, [(47_551, 20_000)]);
    let (proof, undone) = bench.prove(10.0).await;
    assert_eq!((proof.outcome.verdict, undone.verdict), (Passed, Passed), "{undone:?}");
    assert_eq!(left(&bench).await, [(47_551, 20_000)], "not the base of 32 A");
}

#[tokio::test(start_paused = true)]
async fn clearing_test_limits_leaves_a_permanent_limit_alone() {
    let deviates = Deviations::from(Limits { ignores_station_maximum: true, ..<_>::default() });
    let bench = Bench::new();
    bench.parts(confirmed(32.0)).await;
    let _cable = bench.connect(Behaviour { deviates, ..charging() }, true).await;
    bench.charge().await;
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    let cleared = step::clear(&bench.link).await.unwrap();
    assert_eq!(left(&bench).await, [(47_551, 20_000)], "{cleared:?}");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_limit_is_still_owed_when_a_check_was_not_undone() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = with_earlier_limit(&bench, 10.0, plugged()).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(16.0), None).await });
    bench.run(20).await;
    let charger = bench.cut(cable).await;
    let (_, undone) = checking.await.unwrap().unwrap();
    assert_eq!(undone.verdict, Inconclusive);
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 10_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_refuses_to_clear_by_id_is_asked_by_place() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let by_id = |payload: &Value| payload.get("id").is_some() || payload.get("chargingProfileId").is_some();
    let refuse = tamper::answers("ClearChargingProfile", by_id, json!([4, "", "FormationViolation", "", {}]));
    let _cable = bench.connect_tampered(plugged(), refuse).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.undone);
    let calls = bench.calls("ClearChargingProfile");
    let mut by_place = calls.iter().filter(|c| c.cleared().is_none()).map(Sent::criteria).peekable();
    assert!(by_place.peek().is_some());
    assert!(by_place.all(|p| p["stackLevel"] == 1 && (p["connectorId"] == 0 || p["evseId"] == 0)));
    assert_eq!(left(&bench).await, [(47_551, 32_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_test_limit_that_the_charger_keeps_is_not_called_gone() {
    // it answers every clear with Accepted and keeps the limit: the car stays at 16 A
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let keep = tamper::answers("ClearChargingProfile", |_| true, json!([3, "", {"status": "Accepted"}]));
    let _cable = bench.connect_tampered(plugged(), keep).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.undone.verdict), (Passed, Inconclusive), "{:?}", run.undone);
    assert!(
        run.undone.finding.contains("no reading shows") || run.undone.finding.contains("neither"),
        "{:?}",
        run.undone
    );
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_refuses_the_earlier_limit_fails_to_be_undone() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let earlier = |payload: &Value| {
        let period = &tamper::schedule(payload)["chargingSchedulePeriod"][0];
        period["limit"] == 10 && tamper::profile(payload)["stackLevel"] == 0
    };
    let refuse = tamper::answers("SetChargingProfile", earlier, json!([3, "", {"status": "Rejected"}]));
    let schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]});
    let composite = json!({"status": "Accepted", action("chargingSchedule", "schedule"): schedule});
    let mut names_ten = tamper::answers("GetCompositeSchedule", |_| true, json!([3, "", composite]));
    let mut refuse = refuse;
    let both = Box::new(move |way, frame: &mut Value| names_ten(way, frame) && refuse(way, frame));
    let _cable = bench.connect_tampered(plugged(), both).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.undone.verdict), (Passed, Failed), "{:?}", run.undone);
}

#[tokio::test(start_paused = true)]
async fn without_a_car_the_base_is_all_that_was_written() {
    let (bench, _cable) = Bench::commissioning(32.0, vacant()).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.undone.verdict), (NotTested, Passed), "{:?}", run.undone);
    assert_eq!(left(&bench).await, [(47_551, 32_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_limit_that_was_refused_does_not_make_us_forget_what_we_owe() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = with_earlier_limit(&bench, 10.0, plugged()).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(16.0), None).await });
    bench.first_test().await;
    let charger = bench.cut(cable).await;
    checking.await.unwrap().unwrap();
    let _cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
    bench.run(10).await;
    assert_eq!(step::apply_limit(&bench.link, amps(5.9)).await.unwrap().outcome.verdict, NotTested);
    step::clear(&bench.link).await.unwrap();
    assert_eq!(left(&bench).await, [(47_551, 10_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_second_check_asks_anew_what_limits_the_charger() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    assert_eq!(bench.commission(16.0).await.undone.verdict, Passed);
    let record = bench.record().await;
    let terms = Terms::of(&record, bench.clock.now());
    let mut platform = Recipe::default_on(0, Counts::Relative).staying(amps(12.0), &terms);
    platform.id = 9;
    bench.link.call(set_charging_profile(0, &platform)).await.unwrap();
    let (_, undone) = bench.prove(8.0).await;
    assert!(undone.finding.contains("12.0 A that was there before"), "{undone:?}");
    assert_eq!(left(&bench).await, [(47_551, 12_000)]);
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        where_nothing_was_there_the_base_stays_unless_a_hardware_limit_is_confirmed,
        a_second_check_goes_back_to_the_permanent_limit_that_was_set_in_between,
        a_second_check_goes_back_to_a_permanent_default_limit,
        clearing_test_limits_leaves_a_permanent_limit_alone,
        a_charger_that_refuses_to_clear_by_id_is_asked_by_place,
        a_test_limit_that_the_charger_keeps_is_not_called_gone,
        a_charger_that_refuses_the_earlier_limit_fails_to_be_undone,
        without_a_car_the_base_is_all_that_was_written,
    }
}
