//! Charging profiles, proved by the meter.

use crate::bench::{Answer, Bench, profile};
use chargehand_simulator::{Behaviour, RateUnit, Supply};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const MAX: &str = "ChargePointMaxProfile";
const DEFAULT: &str = "TxDefaultProfile";
const TX: &str = "TxProfile";

fn at(bench: &Bench, seconds: i64) -> String {
    (bench.now + SignedDuration::from_secs(seconds)).to_string()
}

fn lasting(seconds: i64) -> Value {
    json!({ "chargingSchedule": { "duration": seconds } })
}

fn absolute(start: String, duration: i64) -> Value {
    json!({
        "chargingProfileKind": "Absolute",
        "chargingSchedule": { "startSchedule": start, "duration": duration },
    })
}

fn watts(watts: f64, phases: Value) -> Value {
    let period = json!({ "startPeriod": 0, "limit": watts, "numberPhases": phases });
    json!({ "chargingSchedule": { "chargingRateUnit": "W", "chargingSchedulePeriod": [period] } })
}

#[test]
fn the_highest_stack_level_counts_within_a_purpose() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 0, 10.0, json!({})));
    assert_eq!(bench.amps(), 10.0);
    bench.set(0, profile(DEFAULT, 3, 20.0, json!({})));
    assert_eq!(bench.amps(), 20.0);
    bench.set(0, profile(DEFAULT, 2, 8.0, json!({})));
    assert_eq!(bench.amps(), 20.0);
}

#[test]
fn the_least_counts_across_purposes() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(MAX, 0, 13.0, json!({})));
    bench.set(0, profile(DEFAULT, 1, 20.0, json!({})));
    assert_eq!(bench.amps(), 13.0);
    bench.set(0, profile(MAX, 0, 25.0, json!({})));
    assert_eq!(bench.amps(), 20.0);
}

#[test]
fn a_transactions_own_profile_overrules_the_default_and_ends_with_it() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 5, 10.0, json!({})));
    bench.set(1, profile(TX, 0, 16.0, json!({ "transactionId": 101, "chargingProfileId": 90 })));
    assert_eq!(bench.amps(), 16.0);
    bench.unplug();
    bench.plug();
    bench.run(10);
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_default_for_the_connector_overrules_the_one_for_all() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 5, 10.0, json!({})));
    bench.set(1, profile(DEFAULT, 0, 16.0, json!({})));
    assert_eq!(bench.amps(), 16.0);
}

#[test]
fn when_a_duration_is_over_the_lower_level_takes_over_and_without_one_nothing_limits() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 0, 10.0, json!({})));
    let until = absolute(at(&bench, -60), 100);
    bench.set(0, profile(DEFAULT, 1, 16.0, until));
    bench.run(25);
    assert_eq!(bench.amps(), 16.0, "35 s of the 40 that are left have passed");
    bench.run(10);
    assert_eq!(bench.amps(), 10.0);
    bench.call("ClearChargingProfile", json!({ "id": 10 }));
    bench.run(10);
    assert_eq!(bench.amps(), 32.0);
}

#[test]
fn an_absolute_schedule_goes_by_the_chargers_clock() {
    let mut bench = Bench::charging(Behaviour { zone_offset_s: 34_200, ..<_>::default() });
    let true_time = absolute(at(&bench, -60), 600);
    bench.set(0, profile(DEFAULT, 0, 10.0, true_time));
    assert_eq!(bench.amps(), 32.0, "for this clock it was over hours ago");
    let its_time = absolute(at(&bench, 34_200 - 60), 600);
    bench.set(0, profile(DEFAULT, 0, 10.0, its_time));
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn an_absolute_schedule_in_the_future_waits() {
    let mut bench = Bench::charging(Behaviour::default());
    let later = absolute(at(&bench, 60), 600);
    bench.set(0, profile(DEFAULT, 0, 10.0, later));
    assert_eq!(bench.amps(), 32.0);
    bench.run(60);
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_relative_schedule_counts_from_the_start_of_the_transaction() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.run(600);
    assert_eq!(bench.set(1, profile(DEFAULT, 0, 10.0, lasting(300))), "Accepted");
    assert_eq!(bench.amps(), 32.0, "an old session has it expired at once");
    bench.set(1, profile(DEFAULT, 0, 10.0, lasting(900)));
    assert_eq!(bench.amps(), 10.0);
    bench.unplug();
    bench.run(3_600);
    bench.plug();
    bench.run(10);
    assert_eq!(bench.amps(), 10.0, "the next transaction starts it afresh");
}

#[test]
fn a_daily_schedule_comes_round() {
    let mut bench = Bench::charging(Behaviour::default());
    let mut daily = absolute(at(&bench, -86_400 * 3 - 30), 60);
    daily["chargingProfileKind"] = json!("Recurring");
    daily["recurrencyKind"] = json!("Daily");
    bench.set(0, profile(DEFAULT, 0, 10.0, daily));
    assert_eq!(bench.amps(), 10.0);
    bench.run(60);
    assert_eq!(bench.amps(), 32.0);
    let ends = schedule(&bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 86_400 })));
    assert_eq!(ends, [(0, 32.0), (86_300, 10.0), (86_360, 32.0)]);
}

#[test]
fn validity_bounds_a_profile() {
    let mut bench = Bench::charging(Behaviour::default());
    let valid = json!({ "validFrom": at(&bench, 20), "validTo": at(&bench, 40) });
    bench.set(0, profile(DEFAULT, 0, 10.0, valid));
    let measured = [0, 20, 20].map(|wait| {
        bench.run(wait);
        bench.amps()
    });
    assert_eq!(measured, [32.0, 10.0, 32.0]);
}

#[test]
fn periods_follow_one_another() {
    let mut bench = Bench::charging(Behaviour::default());
    let periods = json!([{ "startPeriod": 0, "limit": 8.0 }, { "startPeriod": 60, "limit": 12.0 }]);
    let mut steps = absolute(at(&bench, 0), 120);
    steps["chargingSchedule"]["chargingSchedulePeriod"] = periods;
    bench.set(0, profile(DEFAULT, 0, 1.0, steps));
    assert_eq!(bench.amps(), 8.0);
    let composite = bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 600 }));
    assert_eq!(schedule(&composite), [(0, 8.0), (50, 12.0), (110, 32.0)]);
    bench.run(45);
    assert_eq!(bench.amps(), 8.0);
    bench.run(15);
    assert_eq!(bench.amps(), 12.0);
}

#[test]
fn watts_are_the_total_at_nominal_voltage_and_three_phases_unless_told() {
    let charger =
        Behaviour { rate_unit: RateUnit::Both, supply: Supply { volts: 245.0, ..<_>::default() }, ..<_>::default() };
    let mut bench = Bench::charging(charger);
    bench.set(0, profile(DEFAULT, 0, 0.0, watts(2_300.0, json!(1))));
    assert_eq!(bench.amps(), 10.0);
    bench.set(0, profile(DEFAULT, 0, 0.0, watts(6_900.0, json!(3))));
    assert_eq!(bench.amps(), 10.0);
    let untold = json!({ "chargingRateUnit": "W", "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 6_900.0 }] });
    bench.set(0, profile(DEFAULT, 0, 0.0, json!({ "chargingSchedule": untold })));
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_charger_takes_limits_in_its_own_unit_only() {
    let mut bench = Bench::charging(Behaviour::default());
    assert_eq!(bench.set(0, profile(DEFAULT, 0, 0.0, watts(2_300.0, json!(1)))), "Rejected");
    let mut bench = Bench::charging(Behaviour { rate_unit: RateUnit::Power, ..<_>::default() });
    assert_eq!(bench.set(0, profile(DEFAULT, 0, 10.0, json!({}))), "Rejected");
    assert_eq!(bench.set(0, profile(DEFAULT, 0, 0.0, watts(2_300.0, json!(1)))), "Accepted");
    let Answer::Result(composite) = bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 60 }))
    else {
        panic!("an answer")
    };
    assert_eq!(composite["chargingSchedule"]["chargingRateUnit"], "W");
    assert_eq!(composite["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"], 2_300.0);
}

#[test]
fn less_than_six_amperes_is_a_pause() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 0, 5.9, json!({})));
    assert_eq!((bench.amps(), bench.measure("Current.Offered")), (0.0, 0.0));
    bench.set(0, profile(DEFAULT, 0, 6.0, json!({})));
    assert_eq!(bench.amps(), 6.0);
    assert_eq!(bench.statuses(), ["Preparing", "Charging", "SuspendedEVSE", "Charging"]);
    assert_eq!(bench.all("StopTransaction").len(), 0);
}

#[test]
fn a_profile_replaces_the_one_of_its_id_and_the_one_of_its_purpose_and_level() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 4, 10.0, json!({ "chargingProfileId": 1 })));
    bench.set(0, profile(DEFAULT, 2, 20.0, json!({ "chargingProfileId": 1 })));
    assert_eq!(bench.amps(), 20.0, "same id, lower level");
    bench.set(0, profile(DEFAULT, 2, 12.0, json!({ "chargingProfileId": 2 })));
    assert_eq!(bench.amps(), 12.0, "same level, other id");
    assert_eq!(bench.call("ClearChargingProfile", json!({ "id": 1 })).status(), "Unknown");
}

#[test]
fn what_is_asked_to_be_cleared_combines_with_and() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 1, 10.0, json!({})));
    bench.set(0, profile(MAX, 2, 12.0, json!({})));
    let neither = json!({ "chargingProfilePurpose": DEFAULT, "stackLevel": 2 });
    assert_eq!(bench.call("ClearChargingProfile", neither).status(), "Unknown");
    let one = json!({ "chargingProfilePurpose": DEFAULT, "stackLevel": 1, "connectorId": 0 });
    assert_eq!(bench.call("ClearChargingProfile", one).status(), "Accepted");
    bench.run(10);
    assert_eq!(bench.amps(), 12.0);
    assert_eq!(bench.call("ClearChargingProfile", json!({})).status(), "Accepted");
    bench.run(10);
    assert_eq!(bench.amps(), 32.0);
}

#[test]
fn what_no_charger_may_take_is_refused() {
    let mut bench = Bench::charging(Behaviour::default());
    let no_start = json!({ "chargingSchedule": { "chargingSchedulePeriod": [{ "startPeriod": 5, "limit": 10.0 }] } });
    let back = json!([{ "startPeriod": 0, "limit": 8.0 }, { "startPeriod": 0, "limit": 9.0 }]);
    let back = json!({ "chargingSchedule": { "chargingSchedulePeriod": back } });
    let cases = [
        ("periods that do not rise", 0, profile(DEFAULT, 0, 10.0, back), "Rejected"),
        ("a limit below nothing", 0, profile(DEFAULT, 0, -1.0, json!({})), "Rejected"),
        ("the station's maximum on a connector", 1, profile(MAX, 0, 10.0, json!({})), "Rejected"),
        ("a transaction's profile on the station", 0, profile(TX, 0, 10.0, json!({})), "Rejected"),
        ("another transaction", 1, profile(TX, 0, 10.0, json!({ "transactionId": 7 })), "Rejected"),
        ("too high a level", 0, profile(DEFAULT, 9, 10.0, json!({})), "Rejected"),
        ("a schedule that starts late", 0, profile(DEFAULT, 0, 10.0, no_start), "Rejected"),
        ("a connector it lacks", 2, profile(DEFAULT, 0, 10.0, json!({})), "PropertyConstraintViolation"),
    ];
    for (what, connector, set, status) in cases {
        assert_eq!(bench.set(connector, set), status, "{what}");
    }
    assert_eq!(bench.amps(), 32.0);
    bench.unplug();
    assert_eq!(bench.set(1, profile(TX, 0, 10.0, json!({}))), "Rejected", "no transaction runs");
}

#[test]
fn a_profile_on_one_connector_is_cleared_without_the_one_on_the_other() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.set(0, profile(DEFAULT, 0, 10.0, json!({ "chargingProfileId": 1 })));
    bench.set(1, profile(DEFAULT, 0, 16.0, json!({ "chargingProfileId": 2 })));
    assert_eq!(bench.call("ClearChargingProfile", json!({ "connectorId": 1 })).status(), "Accepted");
    bench.run(10);
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_full_charger_takes_no_further_profile_but_a_new_one_for_an_old() {
    let mut bench = Bench::charging(Behaviour { max_stack_level: 30, ..<_>::default() });
    let full = (0..20).all(|level| bench.set(0, profile(DEFAULT, level, 10.0, json!({}))) == "Accepted");
    assert!(full);
    assert_eq!(bench.set(0, profile(DEFAULT, 20, 8.0, json!({}))), "Rejected");
    assert_eq!(bench.amps(), 10.0);
    assert_eq!(bench.set(0, profile(DEFAULT, 19, 8.0, json!({}))), "Accepted");
    assert_eq!(bench.amps(), 8.0);
}

#[test]
fn the_composite_schedule_has_one_decimal_rounded_down() {
    let mut bench = Bench::charging(Behaviour { rate_unit: RateUnit::Both, ..<_>::default() });
    bench.set(0, profile(DEFAULT, 0, 0.0, watts(2_340.0, json!(1))));
    let composite = bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 60 }));
    assert_eq!(schedule(&composite), [(0, 10.1)]);
}

#[test]
fn the_composite_schedule_is_capped_by_the_hardware() {
    let mut bench = Bench::charging(Behaviour { hardware_amps: Some(20.0), ..<_>::default() });
    let composite = bench.call("GetCompositeSchedule", json!({ "connectorId": 0, "duration": 60 }));
    assert_eq!(schedule(&composite), [(0, 20.0)]);
}

fn schedule(answer: &Answer) -> Vec<(i64, f64)> {
    let Answer::Result(payload) = answer else { panic!("{answer:?}") };
    let start: Timestamp = payload["scheduleStart"].as_str().unwrap().parse().unwrap();
    assert!(start.as_second() > 0);
    let periods = payload["chargingSchedule"]["chargingSchedulePeriod"].as_array().unwrap();
    periods.iter().map(|p| (p["startPeriod"].as_i64().unwrap(), p["limit"].as_f64().unwrap())).collect()
}
