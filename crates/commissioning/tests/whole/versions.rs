//! The same job on 2.0.1 and 2.1, and what they can do that 1.6 cannot: list the limits that are there and get them back.

use chargehand_commissioning::event::Happened;
use chargehand_commissioning::outcome::Verdict::{Inconclusive, Passed};
use chargehand_commissioning::record::InForce;
use chargehand_commissioning::step;
use chargehand_ocpp::schema::{Half, check};
use chargehand_ocpp::v2::call::get_charging_profiles;
use chargehand_simulator::deviations::{Limits, Metering};
use chargehand_simulator::{Behaviour, Deviations, MeterHabit, SimulatedCharger, Version};
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, amps, charging, plugged};
use crate::tamper;

const V2: [Version; 2] = [Version::V201, Version::V21];

fn ours(version: Version) -> chargehand_ocpp::Version {
    chargehand_ocpp::subprotocol::of(version.subprotocol())
}

/// Everything we ever sent fits the official schema of the version: 2.0.1 gets no field of 2.1.
fn all_calls_fit(bench: &Bench, version: Version) {
    for call in bench.sent() {
        assert_eq!(check(ours(version), &call.action, Half::Request, &call.payload), [], "{call:?}");
    }
}

/// A profile of an earlier platform: a default for all, without end.
fn earlier(id: i64, level: i64, limit: f64) -> Value {
    json!({
        "id": id, "stackLevel": level, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
        "chargingSchedule": [{
            "id": id, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        }],
    })
}

/// A charger in which an earlier platform left these, each with its EVSE.
fn with_earlier(bench: &Bench, behaviour: Behaviour, profiles: &[(i64, Value)]) -> SimulatedCharger {
    let mut charger = SimulatedCharger::new(behaviour, bench.clock.now());
    for (evse, profile) in profiles {
        let set = json!([2, "e", "SetChargingProfile", {"evseId": evse, "chargingProfile": profile}]);
        let answer = charger.receive(&set.to_string(), bench.clock.now());
        assert!(answer[0].contains("Accepted"), "{answer:?}");
    }
    charger
}

async fn connected(bench: &Bench, charger: SimulatedCharger) -> Cable {
    bench.plug_in(charger, true, Box::new(|_, _| true)).await
}

/// What the charger lists, each with its EVSE, in order of id.
async fn listed(bench: &Bench) -> Vec<(u32, Value)> {
    let mut told = bench.link.watch().await.unwrap();
    let answer = bench.link.call(get_charging_profiles(99)).await.unwrap();
    let (mut listed, mut more) = (Vec::new(), answer.payload["status"] == "Accepted");
    while more {
        let news = bench.until(&mut told, |what| matches!(what, Happened::Profiles { .. })).await;
        let Happened::Profiles { part } = news.what else { unreachable!() };
        listed.extend(part.profiles.into_iter().map(|profile| (part.evse, profile)));
        more = part.more;
    }
    listed.sort_by_key(|(_, profile)| profile["id"].as_i64());
    listed
}

#[tokio::test(start_paused = true)]
async fn a_2_x_charger_is_inspected_limited_proved_and_undone_like_any_other() {
    for version in V2 {
        let (bench, _cable) = Bench::commissioning(32.0, Behaviour { version, ..plugged() }).await;
        let run = bench.commission(16.0).await;
        assert_eq!((run.inspected.verdict, run.verdicts()), (Passed, [Passed; 3]), "{:?} {:?}", run.proof, run.undone);
        assert_eq!((run.proof.before_ma, run.proof.measured_ma), (Some(32_000), Some(16_000)));
        assert!(run.proof.recipe.contains("TxDefaultProfile on EVSE 0, Absolute, in A"), "{}", run.proof.recipe);
        assert_eq!(run.record.test_limits(bench.clock.now()).count(), 0);
        assert!(run.record.running_transaction().is_none(), "the charge we started is stopped");
        assert_eq!(run.finding("profiles_cannot_be_listed"), None);
        assert!(run.record.transactions.iter().all(|t| !t.name.is_empty()), "known by the charger's own name");
        all_calls_fit(&bench, version);
        bench.is_rebuilt().await;
    }
}

#[tokio::test(start_paused = true)]
async fn limits_of_an_earlier_platform_come_back_exactly_as_they_were() {
    let zero_only = Deviations::from(Limits { stack_level_zero_only: true, ..<_>::default() });
    for version in V2 {
        for (behaviour, profiles) in [
            (charging(), vec![(0, earlier(1, 0, 10.0))]),
            (charging(), vec![(0, earlier(1, 0, 20.0)), (0, earlier(2, 1, 14.0))]),
            (charging(), vec![(1, earlier(1, 0, 12.0))]),
            // no level is free above it
            (charging(), vec![(0, earlier(3, 8, 13.0))]),
            (Behaviour { max_stack_level: 0, ..charging() }, vec![(0, earlier(1, 0, 10.0))]),
            (Behaviour { deviates: zero_only, ..charging() }, vec![(0, earlier(1, 0, 10.0))]),
        ] {
            let bench = Bench::new();
            bench.ceiling(32.0).await;
            let charger = with_earlier(&bench, Behaviour { version, ..behaviour.clone() }, &profiles);
            let _cable = connected(&bench, charger).await;
            bench.charge().await;
            let before = listed(&bench).await;
            let run = bench.commission(8.0).await;
            assert_eq!(run.verdicts(), [Passed; 3], "{profiles:?}: {:?} {:?}", run.proof, run.undone);
            assert!(run.finding("profiles_found").is_some());
            let after = listed(&bench).await;
            let of_others = |(_, profile): &&(u32, Value)| profile["id"].as_i64() < Some(1000);
            assert_eq!(after.iter().filter(of_others).collect::<Vec<_>>(), before.iter().collect::<Vec<_>>());
            assert!(!run.record.owes_profiles(), "{:?}", run.record.listed);
            all_calls_fit(&bench, version);
            bench.is_rebuilt().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_limit_of_another_guards_the_circuit_none_of_ours_is_left() {
    let bench = Bench::new();
    bench.ceiling(20.0).await;
    let behaviour = Behaviour { version: Version::V201, ..plugged() };
    let _cable = connected(&bench, with_earlier(&bench, behaviour, &[(0, earlier(1, 0, 16.0))])).await;
    let run = bench.commission(10.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    assert!(run.undone.finding.contains("is back as it was"), "{:?}", run.undone);
    assert_eq!(run.record.in_force, []);
    assert_eq!(listed(&bench).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_another_above_the_ceiling_is_not_put_back() {
    let bench = Bench::new();
    bench.ceiling(20.0).await;
    let behaviour = Behaviour { version: Version::V21, ..plugged() };
    let _cable = connected(&bench, with_earlier(&bench, behaviour, &[(0, earlier(1, 0, 25.0))])).await;
    let run = bench.commission(10.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    assert!(run.undone.finding.contains("not put back"), "{:?}", run.undone);
    let left: Vec<(i32, u32)> = run.record.in_force.iter().map(|f| (f.role(), f.limit.milliamps())).collect();
    assert_eq!(left, [(47_551, 20_000)]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_another_is_still_owed_when_a_check_was_not_undone() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let behaviour = Behaviour { version: Version::V201, ..plugged() };
    let cable = connected(&bench, with_earlier(&bench, behaviour, &[(0, earlier(1, 0, 10.0))])).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(8.0), None).await });
    bench.first_test().await;
    let charger = bench.cut(cable).await;
    let (_, undone) = checking.await.unwrap().unwrap();
    assert_eq!(undone.verdict, Inconclusive);
    assert!(bench.record().await.owes_profiles());
    let _cable = connected(&bench, charger).await;
    let run = bench.commission(8.0).await;
    assert_eq!(run.undone.verdict, Passed, "{:?}", run.undone);
    let profiles = listed(&bench).await;
    assert!(profiles.iter().any(|(evse, profile)| (*evse, profile) == (0, &earlier(1, 0, 10.0))), "{profiles:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_does_not_list_its_profiles_is_checked_all_the_same_and_that_is_said() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let refuse = tamper::answers("GetChargingProfiles", |_| true, json!([4, "", "NotSupported", "", {}]));
    let _cable = bench.connect_tampered(Behaviour { version: Version::V201, ..plugged() }, refuse).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(run.finding("profiles_not_listed").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_obeys_only_its_evse_keeps_the_permanent_limit_there_alone() {
    // In 2.x a default for all EVSEs and one for a single EVSE exclude each other.
    let deviates =
        Deviations::from(Limits { obeys_only_connector_1: true, ignores_station_maximum: true, ..<_>::default() });
    let behaviour = Behaviour { version: Version::V201, deviates, ..charging() };
    let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
    bench.charge().await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    let places = |in_force: &[InForce]| in_force.iter().map(|f| (f.connector, f.limit)).collect::<Vec<_>>();
    assert_eq!(places(&bench.record().await.in_force), [(1, amps(16.0))]);
    // and a check leaves it there
    let (proof, undone) = bench.prove(10.0).await;
    assert_eq!((proof.outcome.verdict, undone.verdict), (Passed, Passed), "{proof:?} {undone:?}");
    assert_eq!(places(&bench.record().await.in_force), [(1, amps(16.0))]);
    assert_eq!(listed(&bench).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_2_x_charger_without_meter_values_is_inconclusive() {
    let deviates = Deviations::from(Metering { meter_values: MeterHabit::Never, ..<_>::default() });
    let behaviour = Behaviour { version: Version::V201, deviates, ..plugged() };
    let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Inconclusive, "{:?}", run.proof.outcome);
    assert_eq!(bench.tests().len(), 0, "nothing to measure, nothing to test");
    let asked: Vec<Value> =
        bench.calls("TriggerMessage").into_iter().map(|call| call.payload["requestedMessage"].clone()).collect();
    assert!(asked.contains(&json!("TransactionEvent")) && asked.contains(&json!("MeterValues")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_three_phase_2_x_charger_is_not_told_to_use_one_phase_for_a_one_phase_car() {
    let behaviour = Behaviour { version: Version::V201, phases: 3, ..plugged() };
    let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    for call in bench.calls("SetChargingProfile") {
        assert_eq!(call.schedule()["chargingSchedulePeriod"][0]["numberPhases"], 3, "{call:?}");
    }
}
