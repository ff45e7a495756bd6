//! The limit a charger keeps from now on.

use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotTested, Passed};
use chargehand_commissioning::record::InForce;
use chargehand_commissioning::step;
use chargehand_ocpp::Ask;
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, CarMake, Deviations, ProfileFate, RateUnit};
use serde_json::{Value, json};

use crate::bench::{Bench, Sent, action, amps, charging, vacant};
use crate::tamper;

async fn charges(behaviour: Behaviour) -> (Bench, crate::bench::Cable) {
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    bench.charge().await;
    (bench, cable)
}

fn deviating(deviates: Deviations) -> Behaviour {
    Behaviour { deviates, ..charging() }
}

/// Purpose, connector and level of what was taken last.
fn taken(bench: &Bench) -> (String, i64, i64) {
    let place = |call: &Sent| {
        let purpose = call.profile()["chargingProfilePurpose"].as_str().unwrap().to_owned();
        (purpose, call.connector(), call.profile()["stackLevel"].as_i64().unwrap())
    };
    bench.calls("SetChargingProfile").iter().rfind(|c| c.answer == "Accepted").map(place).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_permanent_limit_is_the_station_maximum_where_that_is_proved() {
    let (bench, _cable) = charges(charging()).await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    assert_eq!(taken(&bench), (action("ChargePointMaxProfile", "ChargingStationMaxProfile").into(), 0, 0));
    bench.rests_on_evidence(&permanent.outcome);
}

#[tokio::test(start_paused = true)]
async fn where_the_station_maximum_is_not_obeyed_it_is_taken_back_and_the_lowest_default_is_used() {
    let (bench, _cable) =
        charges(deviating(Deviations::from(Limits { ignores_station_maximum: true, ..<_>::default() }))).await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    assert_eq!(taken(&bench), ("TxDefaultProfile".into(), 0, 0));
    let left = bench.record().await.in_force;
    assert_eq!(
        left.iter().map(InForce::role).collect::<Vec<_>>(),
        [47_551],
        "the station maximum is not left unproved"
    );
    assert!(permanent.recipe.contains("TxDefaultProfile"), "{}", permanent.recipe);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_limit_below_six_amperes_or_above_the_ceiling_is_refused() {
    let (bench, _cable) = charges(charging()).await;
    for limit in [0.0, 5.9, 32.1] {
        let permanent = step::apply_limit(&bench.link, amps(limit)).await.unwrap();
        assert_eq!(permanent.outcome.verdict, NotTested, "{permanent:?}");
    }
    assert_eq!(bench.calls("SetChargingProfile").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_car_a_permanent_limit_is_written_as_the_default_and_not_tested() {
    let (bench, _cable) = Bench::commissioning(32.0, vacant()).await;
    bench.run(1).await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, NotTested, "{permanent:?}");
    assert_eq!(taken(&bench), ("TxDefaultProfile".into(), 0, 0));
    bench.rests_on_evidence(&permanent.outcome);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_obeys_only_connector_1_gets_the_limit_there_as_well() {
    let deviates =
        Deviations::from(Limits { obeys_only_connector_1: true, ignores_station_maximum: true, ..<_>::default() });
    let (bench, _cable) = charges(deviating(deviates)).await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    let mut places: Vec<u32> = bench.record().await.in_force.iter().map(|f| f.connector).collect();
    places.sort_unstable();
    assert_eq!(places, [0, 1], "on the connector as well as on the whole charger");
    let order: Vec<i64> = bench.calls("SetChargingProfile").iter().map(|c| c.role().as_i64().unwrap()).collect();
    let first = |id: i64| order.iter().position(|o| *o == id);
    assert!(first(47_554) < first(47_561), "for the transaction before the connector: {order:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lower_limit_later_is_not_outranked_by_one_of_ours_on_the_connector() {
    let deviates =
        Deviations::from(Limits { obeys_only_connector_1: true, ignores_station_maximum: true, ..<_>::default() });
    let (bench, _cable) = charges(deviating(deviates)).await;
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    let running = bench.record().await.running_transaction().unwrap().id;
    bench.link.ask(Ask::Stop { transaction: running }).await.unwrap();
    bench.run(1).await;
    assert!(bench.record().await.running_transaction().is_none(), "nothing can be measured");
    step::apply_limit(&bench.link, amps(10.0)).await.unwrap();
    let left: Vec<_> = bench.record().await.in_force.iter().map(|f| (f.connector, f.limit)).collect();
    assert!(!left.is_empty() && left.iter().all(|(_, limit)| *limit == amps(10.0)), "{left:?}");
    assert!(left.iter().any(|(connector, _)| *connector == 1), "where it is obeyed: {left:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_obeys_only_in_its_transaction_is_not_proved_for_the_next() {
    let deviates = Deviations::from(Limits {
        obeys_only_tx_profile_mid_session: true,
        ignores_station_maximum: true,
        ..<_>::default()
    });
    let (bench, _cable) = charges(deviating(deviates)).await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Inconclusive, "{permanent:?}");
    assert!(permanent.outcome.finding.contains("start another"), "{permanent:?}");
    let record = bench.record().await;
    for profile in [47_551, 47_554] {
        let stays = record.in_force.iter().any(|f| f.role() == profile && f.limit == amps(16.0));
        assert!(stays, "as the default and for this charge: {:?}", record.in_force);
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_does_not_obey_absolute_profiles_gets_a_relative_one() {
    for absolute_profiles in [ProfileFate::Ignored, ProfileFate::Rejected] {
        let (bench, _cable) =
            charges(deviating(Deviations::from(Limits { absolute_profiles, ..<_>::default() }))).await;
        let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
        assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
        assert!(permanent.recipe.contains("Relative"), "{permanent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_ignores_limits_fails_even_where_the_last_way_was_refused() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let is_own = |payload: &Value| tamper::profile(payload)["chargingProfilePurpose"] == "TxProfile";
    let refuse = tamper::answers("SetChargingProfile", is_own, json!([3, "", {"status": "Rejected"}]));
    let behaviour = deviating(Deviations::from(Limits { ignores_limits: true, ..<_>::default() }));
    let _cable = bench.connect_tampered(behaviour, refuse).await;
    bench.charge().await;
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Failed, "{permanent:?}");
    assert!(permanent.outcome.finding.contains("32.0 A"), "{permanent:?}");
    assert!(bench.record().await.in_force.iter().all(|f| f.role() != 47_554), "no limit of one transaction is left");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_takes_only_power_gets_a_permanent_limit_in_watts() {
    let behaviour =
        Behaviour { rate_unit: RateUnit::Power, phases: 3, car: CarMake { phases: 3, ..<_>::default() }, ..charging() };
    let (bench, _cable) = charges(behaviour.clone()).await;
    step::inspect(&bench.link).await.unwrap();
    let permanent = step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    assert_eq!(bench.calls("SetChargingProfile").last().unwrap().limit(), 20.0 * 230.0, "on one phase it is 20 A");
    let (bench, _cable) = charges(behaviour).await;
    bench.parts_with_hardware(32.0).await;
    step::inspect(&bench.link).await.unwrap();
    let permanent = step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, Passed, "{permanent:?}");
    assert_eq!(bench.calls("SetChargingProfile").last().unwrap().limit(), 16.0 * 230.0 * 3.0, "its hardware holds");
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        a_permanent_limit_is_the_station_maximum_where_that_is_proved,
        where_the_station_maximum_is_not_obeyed_it_is_taken_back_and_the_lowest_default_is_used,
        a_permanent_limit_below_six_amperes_or_above_the_ceiling_is_refused,
        without_a_car_a_permanent_limit_is_written_as_the_default_and_not_tested,
        a_lower_limit_later_is_not_outranked_by_one_of_ours_on_the_connector,
        a_charger_that_obeys_only_in_its_transaction_is_not_proved_for_the_next,
        a_charger_that_does_not_obey_absolute_profiles_gets_a_relative_one,
        a_charger_that_ignores_limits_fails_even_where_the_last_way_was_refused,
        a_charger_that_takes_only_power_gets_a_permanent_limit_in_watts,
    }
}
