//! Charging profiles, proved by the meter.

use super::{BOTH, amps, profile, set, speaking, transaction};
use crate::bench::{Answer, Bench};
use chargehand_simulator::deviations::{Limits, ProfileAnswer};
use chargehand_simulator::{Behaviour, Deviations, ProfileFate};
use serde_json::{Value, json};

fn absolute(bench: &Bench) -> Value {
    json!({
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [{
            "id": 1,
            "startSchedule": bench.now.to_string(),
            "duration": 60,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 8.0 }],
        }],
    })
}

#[test]
fn a_limit_is_followed_and_ends_by_itself() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 16.0, json!({}))), "Accepted");
        assert_eq!(amps(&mut bench), 16.0);
        let test = absolute(&bench);
        assert_eq!(set(&mut bench, 0, profile("ChargingStationMaxProfile", 1, 0.0, test)), "Accepted");
        assert_eq!(amps(&mut bench), 8.0);
        bench.run(60);
        assert_eq!(amps(&mut bench), 16.0);
    }
}

#[test]
fn a_transactions_own_limit_names_it() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        assert_eq!(set(&mut bench, 1, profile("TxProfile", 0, 10.0, json!({}))), "Rejected");
        let named = json!({ "transactionId": transaction(&bench) });
        assert_eq!(set(&mut bench, 0, profile("TxProfile", 0, 10.0, named.clone())), "Rejected");
        assert_eq!(set(&mut bench, 1, profile("TxProfile", 0, 10.0, named)), "Accepted");
        assert_eq!(amps(&mut bench), 10.0);
    }
}

#[test]
fn what_the_specification_rules_out_is_rejected() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        let station = |more| profile("ChargingStationMaxProfile", 0, 10.0, more);
        assert_eq!(set(&mut bench, 0, station(json!({}))), "Rejected", "relative, for the station");
        let on_evse = absolute(&bench);
        assert_eq!(set(&mut bench, 1, station(on_evse)), "Rejected");
        let external = profile("ChargingStationExternalConstraints", 0, 10.0, absolute(&bench));
        assert_eq!(set(&mut bench, 0, external), "Rejected");
        let untimed = profile("TxDefaultProfile", 0, 10.0, json!({ "chargingProfileKind": "Absolute" }));
        assert_eq!(set(&mut bench, 0, untimed), "Rejected");
        assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({}))), "Accepted");
        let rival = profile("TxDefaultProfile", 0, 10.0, json!({ "id": 99 }));
        assert_eq!(set(&mut bench, 0, rival), "Rejected", "another one holds at that level");
    }
}

#[test]
fn the_profiles_are_told_in_parts_as_they_were_sent_and_cleared_by_what_is_given() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        let sent: Vec<Value> = (0..3).map(|level| profile("TxDefaultProfile", level, 16.0, json!({}))).collect();
        sent.iter().for_each(|it| assert_eq!(set(&mut bench, 1, it.clone()), "Accepted"));
        let ask = json!({ "requestId": 3, "chargingProfile": { "chargingProfilePurpose": "TxDefaultProfile" } });
        assert_eq!(bench.call("GetChargingProfiles", ask).status(), "Accepted");
        let parts = bench.all("ReportChargingProfiles");
        assert_eq!([&parts[0]["tbc"], &parts[1]["tbc"]], [true, false]);
        let told: Vec<Value> =
            parts.iter().flat_map(|part| part["chargingProfile"].as_array().unwrap().clone()).collect();
        assert_eq!(told, sent);
        let one = json!({ "chargingProfileCriteria": { "stackLevel": 2 } });
        assert_eq!(bench.call("ClearChargingProfile", one.clone()).status(), "Accepted");
        assert_eq!(bench.call("ClearChargingProfile", one).status(), "Unknown");
        assert_eq!(bench.call("ClearChargingProfile", json!({ "chargingProfileId": 10 })).status(), "Accepted");
        let none = json!({ "requestId": 4, "chargingProfile": { "chargingProfileId": [10] } });
        assert_eq!(bench.call("GetChargingProfiles", none).status(), "NoProfiles");
    }
}

#[test]
fn the_composite_schedule_shows_what_is_in_force() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        set(&mut bench, 0, profile("TxDefaultProfile", 0, 16.0, json!({})));
        let Answer::Result(answer) = bench.call("GetCompositeSchedule", json!({ "evseId": 1, "duration": 60 })) else {
            panic!("an answer")
        };
        assert_eq!(answer["schedule"]["chargingSchedulePeriod"][0]["limit"], 16.0);
    }
}

#[test]
fn a_charger_may_ignore_limits_or_refuse_relative_ones() {
    let with = |deviates| Bench::charging(Behaviour { deviates, ..speaking(BOTH[0]) });
    let mut bench = with(Deviations::from(Limits { ignores_limits: true, ..<_>::default() }));
    assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({}))), "Accepted");
    assert_eq!(amps(&mut bench), 32.0);
    let mut bench = with(Deviations::from(Limits { relative_profiles: ProfileFate::Rejected, ..<_>::default() }));
    assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({}))), "Rejected");
    let timed = absolute(&bench);
    assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 0.0, timed)), "Accepted");
}

#[test]
fn a_charger_may_fall_silent_on_a_profile() {
    let deviates = Deviations::from(Limits { all_profiles: ProfileAnswer::Silence, ..<_>::default() });
    let mut bench = Bench::charging(Behaviour { deviates, ..speaking(BOTH[0]) });
    assert_eq!(set(&mut bench, 0, profile("TxDefaultProfile", 0, 10.0, json!({}))), "silence");
}

#[test]
fn a_charger_deviates_in_2_x_as_it_does_in_1_6() {
    let normal = Deviations::default;
    let relative = |purpose: &'static str, evse: i64| (evse, profile(purpose, 0, 10.0, json!({})));
    let timed = |bench: &Bench, evse: i64| (evse, profile("TxDefaultProfile", 0, 0.0, absolute(bench)));
    type Limit<'a> = &'a dyn Fn(&Bench) -> (i64, Value);
    let cases: [(Deviations, Limit<'_>, f64); 6] = [
        (normal(), &|_| relative("TxDefaultProfile", 0), 10.0),
        (
            Deviations::from(Limits { ignores_station_maximum: true, ..<_>::default() }),
            &|bench| (0, profile("ChargingStationMaxProfile", 0, 0.0, absolute(bench))),
            32.0,
        ),
        (
            Deviations::from(Limits { obeys_only_tx_profile_mid_session: true, ..<_>::default() }),
            &|_| relative("TxDefaultProfile", 1),
            32.0,
        ),
        (
            Deviations::from(Limits { obeys_only_connector_1: true, ..<_>::default() }),
            &|_| relative("TxDefaultProfile", 0),
            32.0,
        ),
        (
            Deviations::from(Limits { obeys_only_connector_1: true, ..<_>::default() }),
            &|_| relative("TxDefaultProfile", 1),
            10.0,
        ),
        (
            Deviations::from(Limits { absolute_profiles: ProfileFate::Ignored, ..<_>::default() }),
            &|bench| timed(bench, 1),
            32.0,
        ),
    ];
    for (deviates, limit, wanted) in cases {
        let mut bench = Bench::charging(Behaviour { deviates, ..speaking(BOTH[0]) });
        let (evse, profile) = limit(&bench);
        assert_eq!(set(&mut bench, evse, profile), "Accepted", "{deviates:?}");
        assert_eq!(amps(&mut bench), wanted, "{deviates:?}");
    }
    let mut bench = Bench::charging(Behaviour {
        deviates: Deviations::from(Limits { never_falls_back: true, stack_level_zero_only: true, ..<_>::default() }),
        ..speaking(BOTH[1])
    });
    assert_eq!(set(&mut bench, 1, profile("TxDefaultProfile", 1, 10.0, json!({}))), "Rejected");
    let (evse, profile) = timed(&bench, 1);
    set(&mut bench, evse, profile);
    bench.run(120);
    assert_eq!(amps(&mut bench), 8.0);
}
