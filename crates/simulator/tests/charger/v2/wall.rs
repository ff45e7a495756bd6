//! What 2.1 adds to schedules: they count by the clock of the wall, and begin a while later.

use super::{amps, profile, set, speaking};
use crate::bench::{Answer, Bench, START, merge};
use chargehand_simulator::{Behaviour, Version};
use serde_json::{Value, json};

fn in_adelaide() -> Behaviour {
    Behaviour { wall_clock: Some("Australia/Adelaide".into()), ..speaking(Version::V21) }
}

/// A limit of 16 A of this kind, with other fields of its schedule.
fn limit(purpose: &str, level: i64, kind: &str, schedule: Value) -> Value {
    let mut limit = profile(purpose, level, 16.0, json!({ "chargingProfileKind": kind }));
    if kind == "Recurring" {
        limit["recurrencyKind"] = "Daily".into();
    }
    merge(&mut limit["chargingSchedule"][0], schedule);
    limit
}

fn periods(periods: &[(i64, f64)]) -> Value {
    periods.iter().map(|(from, limit)| json!({ "startPeriod": from, "limit": limit, "numberPhases": 1 })).collect()
}

/// Every day by the clock of the wall.
fn daily(start: &str, limits: &[(i64, f64)]) -> Value {
    let schedule = json!({ "startSchedule": start, "useLocalTime": true, "chargingSchedulePeriod": periods(limits) });
    limit("TxDefaultProfile", 1, "Recurring", schedule)
}

/// 16 A for six hours from a time on, else nothing.
fn night(start: &str) -> Value {
    daily(start, &[(0, 16.0), (21_600, 0.0)])
}

/// What it names for the next day from a time on: seconds and A.
fn named(bench: &mut Bench, from: &str) -> Vec<(i64, f64)> {
    bench.now = from.parse().unwrap();
    let asked = json!({ "evseId": 1, "duration": 86_400 });
    let Answer::Result(answer) = bench.call("GetCompositeSchedule", asked) else { panic!("no answer") };
    let periods = answer["schedule"]["chargingSchedulePeriod"].as_array().unwrap();
    periods.iter().map(|it| (it["startPeriod"].as_i64().unwrap(), it["limit"].as_f64().unwrap())).collect()
}

#[test]
fn a_schedule_by_the_clock_of_the_wall_keeps_to_it_through_its_changes() {
    let mut bench = Bench::new(in_adelaide());
    bench.connect();
    assert_eq!(set(&mut bench, 0, night("2026-11-09T00:00:00Z")), "Accepted");
    let summer = named(&mut bench, "2026-12-01T10:00:00Z");
    assert_eq!(summer, [(0, 0.0), (12_600, 16.0), (34_200, 0.0)], "10:30 ahead: from 13:30 to 19:30");
    let back = named(&mut bench, "2027-04-03T10:00:00Z");
    assert_eq!(back, [(0, 0.0), (12_600, 16.0), (37_800, 0.0)], "the hour from two to three comes twice");
    let winter = named(&mut bench, "2027-06-01T10:00:00Z");
    assert_eq!(winter, [(0, 0.0), (16_200, 16.0), (37_800, 0.0)], "9:30 ahead: from 14:30 to 20:30");
    let forward = named(&mut bench, "2027-10-02T10:00:00Z");
    assert_eq!(forward, [(0, 0.0), (16_200, 16.0), (34_200, 0.0)], "the hour from two to three does not come");
}

#[test]
fn an_hour_that_comes_twice_has_its_limit_twice() {
    let mut bench = Bench::new(in_adelaide());
    bench.connect();
    let at_half_past_two = daily("2026-11-09T00:00:00Z", &[(0, 0.0), (9000, 16.0), (10_000, 0.0)]);
    assert_eq!(set(&mut bench, 0, at_half_past_two), "Accepted");
    let named = named(&mut bench, "2027-04-03T10:00:00Z");
    assert_eq!(named, [(0, 0.0), (21_600, 16.0), (22_600, 0.0), (25_200, 16.0), (26_200, 0.0)]);
}

#[test]
fn the_offset_of_a_time_by_the_clock_of_the_wall_means_nothing_and_a_car_goes_by_it() {
    for start in ["2026-11-09T06:00:00Z", "2026-11-09T06:00:00+10:30", "2026-11-09T06:00:00-05:00"] {
        let mut bench = Bench::charging(in_adelaide());
        // 10:30 by the clock of the wall: from six to noon.
        assert_eq!(set(&mut bench, 0, night(start)), "Accepted");
        assert_eq!(amps(&mut bench), 16.0, "{start}");
        bench.run(5400);
        assert_eq!(amps(&mut bench), 0.0, "{start}");
    }
}

#[test]
fn who_does_not_know_the_clock_of_the_wall_or_delays_refuses_them() {
    let mut bench = Bench::new(speaking(Version::V21));
    bench.connect();
    assert_eq!(set(&mut bench, 0, night("2026-11-09T00:00:00Z")), "Rejected");
    let delayed = || limit("TxDefaultProfile", 0, "Relative", json!({ "randomizedDelay": 60 }));
    assert_eq!(set(&mut bench, 0, delayed()), "Rejected");
    let mut bench = Bench::new(Behaviour { random_delay_seed: Some(7), ..speaking(Version::V21) });
    bench.connect();
    assert_eq!(set(&mut bench, 0, delayed()), "Accepted");
    let of_station = json!({ "randomizedDelay": 60, "startSchedule": START });
    let station = |schedule| limit("ChargingStationMaxProfile", 1, "Absolute", schedule);
    assert_eq!(set(&mut bench, 0, station(of_station)), "Rejected", "only what a charge goes by may be delayed");
    assert_eq!(set(&mut bench, 0, station(json!({ "startSchedule": START }))), "Accepted");
}

/// The seconds after which it comes down to 16 A, and to 8 A.
fn comes_down(seed: u32) -> [i64; 2] {
    let mut bench = Bench::charging(Behaviour { random_delay_seed: Some(seed), ..speaking(Version::V21) });
    let start = bench.now;
    let delayed = json!({
        "startSchedule": start.to_string(),
        "randomizedDelay": 120,
        "chargingSchedulePeriod": periods(&[(0, 16.0), (300, 8.0)]),
    });
    assert_eq!(set(&mut bench, 0, limit("TxDefaultProfile", 0, "Absolute", delayed)), "Accepted");
    [16.0, 8.0].map(|limit| {
        while amps(&mut bench) > limit {
            bench.run(1);
            assert!(bench.now.duration_since(start).as_secs() < 600, "it never came down to {limit}");
        }
        bench.now.duration_since(start).as_secs()
    })
}

#[test]
fn each_change_is_delayed_by_a_time_within_what_is_told_and_the_same_when_told_again() {
    let seeds: Vec<[i64; 2]> = (1..=4).map(comes_down).collect();
    for [first, second] in &seeds {
        // A car takes a few seconds to follow.
        assert!((0..=130).contains(first) && (300..=430).contains(second), "{seeds:?}");
    }
    assert_eq!(comes_down(1), seeds[0]);
    assert!(seeds.iter().any(|other| *other != seeds[0]), "{seeds:?}");
}
