//! What flows and why: supply, pilot, contactor, cable, car and meter.

use crate::bench::{Bench, profile};
use chargehand_simulator::{Act, Behaviour, CarMake, MeterMake, Supply};
use serde_json::json;

fn car(car: CarMake) -> Behaviour {
    Behaviour { car, ..<_>::default() }
}

fn limit(bench: &mut Bench, amps: f64) {
    let limit = profile("TxDefaultProfile", 0, amps, json!({}));
    let answer = bench.call("SetChargingProfile", json!({ "connectorId": 0, "csChargingProfiles": limit }));
    assert_eq!(answer.status(), "Accepted");
}

#[test]
fn a_car_takes_what_its_on_board_charger_can_on_the_phases_both_have() {
    for amps in [6.0, 10.0, 13.0, 16.0, 32.0] {
        for phases in 1..=3 {
            for wired in [1, 3] {
                let make = CarMake { amps, phases, ..<_>::default() };
                let bench = Bench::charging(Behaviour { phases: wired, ..car(make) });
                let watts = amps * 230.0 * f64::from(phases.min(wired));
                assert_eq!(bench.panel().watts, watts, "{amps} A on {phases} of {wired} phases");
                assert_eq!(bench.panel().amps.len(), usize::from(wired));
            }
        }
    }
}

#[test]
fn a_second_limit_within_five_seconds_reaches_the_car_five_seconds_after_the_first() {
    let mut bench = Bench::charging(Behaviour::default());
    limit(&mut bench, 16.0);
    assert_eq!(bench.panel().offered_amps, 16.0);
    bench.run(2);
    limit(&mut bench, 10.0);
    bench.run(2);
    assert_eq!(bench.panel().offered_amps, 16.0);
    bench.run(1);
    assert_eq!(bench.panel().offered_amps, 10.0);
    bench.run(3);
    assert_eq!(bench.panel().amps, [10.0]);
}

#[test]
fn a_limit_between_51_and_52_5_amperes_is_offered_as_51() {
    let big = Behaviour { nameplate_amps: 80.0, ..car(CarMake { amps: 80.0, ..<_>::default() }) };
    let mut bench = Bench::charging(big);
    assert_eq!((bench.panel().offered_amps, bench.panel().pilot.duty), (80.0, Some(96.0)));
    for (amps, offered) in [(52.0, 51.0), (53.0, 53.0), (51.0, 51.0)] {
        bench.set(0, profile("TxDefaultProfile", 0, amps, json!({})));
        assert_eq!((bench.panel().offered_amps, bench.panel().amps[0]), (offered, offered));
    }
}

#[test]
fn a_pause_takes_the_pwm_away_the_car_stops_and_then_the_contactor_opens() {
    let mut bench = Bench::charging(Behaviour::default());
    assert_eq!((bench.panel().pilot.name(), bench.panel().contactor_closed), ("C2", true));
    limit(&mut bench, 5.0);
    let panel = bench.panel();
    assert_eq!((panel.pilot.name(), panel.contactor_closed, panel.offered_amps), ("C1", true, 0.0));
    bench.run(3);
    let panel = bench.panel();
    assert_eq!((panel.pilot.name(), panel.contactor_closed, panel.watts), ("B1", false, 0.0));
    limit(&mut bench, 6.0);
    assert_eq!((bench.panel().pilot.name(), bench.panel().pilot.duty), ("C2", Some(10.0)));
    assert!(bench.panel().contactor_closed, "energised within three seconds");
}

#[test]
fn a_car_that_does_not_stop_is_cut_off_after_six_seconds() {
    let mut bench = Bench::charging(car(CarMake { ramp_s: 60.0, ..<_>::default() }));
    bench.run(60);
    limit(&mut bench, 0.0);
    bench.run(5);
    assert!(bench.panel().contactor_closed && bench.panel().amps[0] > 25.0);
    bench.run(1);
    assert_eq!((bench.panel().contactor_closed, bench.panel().amps[0]), (false, 0.0));
}

#[test]
fn a_full_car_opens_the_contactor_and_keeps_the_offer() {
    let mut bench = Bench::charging(car(CarMake { needs_wh: Some(100.0), ..<_>::default() }));
    bench.run(120);
    let panel = bench.panel();
    assert_eq!((panel.pilot.name(), panel.contactor_closed, panel.condition), ("B2", false, "SuspendedEV"));
}

#[test]
fn a_charger_with_a_socket_offers_no_more_than_the_cable_carries() {
    let cable = |ohms| CarMake { cable_ohms: ohms, ..<_>::default() };
    let mut bench = Bench::charging(Behaviour { socket: true, ..car(cable(680.0)) });
    assert_eq!((bench.panel().offered_amps, bench.measure("Current.Offered")), (20.0, 20.0));
    bench.act(Act::Car(cable(1500.0)));
    bench.act(Act::Plug);
    assert_eq!(bench.panel().offered_amps, 13.0);
    bench.act(Act::Car(cable(30.0)));
    bench.act(Act::Plug);
    assert_eq!((bench.panel().offered_amps, bench.panel().condition), (0.0, "SuspendedEVSE"), "no cable is like that");
    let fixed = Bench::charging(car(cable(1500.0)));
    assert_eq!(fixed.panel().offered_amps, 32.0, "a fixed cable has no coding");
}

#[test]
fn the_voltage_drops_under_load_and_the_meter_counts_what_is_left() {
    let supply = Supply { volts: 240.0, volts_l2: Some(236.0), ohms: 0.25, ..<_>::default() };
    let behaviour = Behaviour { phases: 3, supply, ..car(CarMake { phases: 3, ..<_>::default() }) };
    let mut bench = Bench::charging(behaviour);
    assert_eq!(bench.panel().volts, [232.0, 228.0, 232.0]);
    let volts: Vec<_> = bench.reading().into_iter().filter(|it| it["measurand"] == "Voltage").collect();
    assert_eq!(volts.iter().map(|it| it["value"].as_str().unwrap()).collect::<Vec<_>>(), ["232.0", "228.0", "232.0"]);
    let before = bench.panel().energy_wh;
    bench.run(3_600);
    assert!((bench.panel().energy_wh - before - 32.0 * (232.0 + 228.0 + 232.0)).abs() < 1.0);
}

#[test]
fn a_house_with_one_phase_makes_a_charger_with_one() {
    let supply = Supply { phases: Some(1), ..<_>::default() };
    let bench = Bench::charging(Behaviour { phases: 3, supply, ..car(CarMake { phases: 3, ..<_>::default() }) });
    assert_eq!(bench.panel().amps, [32.0]);
}

#[test]
fn a_car_that_is_slow_to_wake_suspends_itself_after_a_pause() {
    let mut bench = Bench::charging(car(CarMake { wakes_after_s: 40.0, ..<_>::default() }));
    limit(&mut bench, 0.0);
    bench.run(30);
    limit(&mut bench, 16.0);
    bench.run(39);
    assert_eq!((bench.panel().condition, bench.panel().amps[0]), ("SuspendedEV", 0.0));
    bench.run(4);
    assert_eq!((bench.panel().condition, bench.panel().amps[0]), ("Charging", 16.0));
    assert_eq!(bench.statuses(), ["Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Charging"]);
}

#[test]
fn a_car_that_was_interrupted_too_often_charges_again_only_when_it_is_plugged_in_anew() {
    let mut bench = Bench::charging(car(CarMake { gives_up_after: Some(2), ..<_>::default() }));
    for _ in 0..2 {
        assert_eq!(bench.panel().amps, [32.0]);
        limit(&mut bench, 0.0);
        bench.run(10);
        limit(&mut bench, 32.0);
        bench.run(10);
    }
    assert_eq!((bench.panel().amps[0], bench.panel().condition), (0.0, "SuspendedEV"));
    bench.run(3_600);
    assert_eq!(bench.panel().condition, "SuspendedEV");
    bench.unplug();
    bench.plug();
    bench.run(10);
    assert_eq!(bench.panel().amps, [32.0]);
}

#[test]
fn a_battery_that_is_nearly_full_takes_less_and_less_and_then_nothing() {
    let make = CarMake {
        battery_wh: Some(40_000.0),
        percent: 90.0,
        target_percent: 99.0,
        tapers_from_percent: Some(90.0),
        ..<_>::default()
    };
    let mut bench = Bench::charging(Behaviour { meter_interval_s: 300, ..car(make) });
    let mut last = bench.panel().amps[0];
    assert!(last < 32.0 && last > 31.0);
    while bench.panel().condition == "Charging" {
        bench.run(300);
        assert!(bench.panel().amps[0] <= last);
        last = bench.panel().amps[0];
    }
    assert_eq!((bench.panel().condition, bench.panel().battery_percent.unwrap().floor()), ("SuspendedEV", 99.0));
    bench.unplug();
    assert_eq!(bench.panel().battery_percent, None);
}

#[test]
fn a_car_that_wants_ventilation_gets_its_current_only_where_there_is_some() {
    let make = CarMake { wants_ventilation: true, ..<_>::default() };
    let bench = Bench::charging(car(make.clone()));
    assert_eq!((bench.panel().contactor_closed, bench.panel().condition), (false, "SuspendedEVSE"));
    let bench = Bench::charging(Behaviour { ventilates: true, ..car(make) });
    assert_eq!((bench.panel().pilot.name(), bench.panel().amps[0]), ("D2", 32.0));
}

#[test]
fn a_noisy_meter_reads_otherwise_each_time_and_the_same_in_every_replay() {
    let story = |seed| {
        let meter = MeterMake { noise_per_mille: 20.0, drift_per_mille: 10.0, seed };
        let mut bench = Bench::charging(Behaviour { meter, ..<_>::default() });
        let before = bench.panel().energy_wh;
        bench.run(600);
        assert!((bench.panel().energy_wh - before - 32.0 * 230.0 / 6.0 * 1.01).abs() < 1.0, "it counts 1 % too much");
        assert_eq!(bench.panel().amps, [32.0], "what really flows");
        bench.all("MeterValues")
    };
    let first = story(1);
    let current = |value: &serde_json::Value| value["meterValue"][0]["sampledValue"][1]["value"].clone();
    assert!(first.windows(2).any(|pair| current(&pair[0]) != current(&pair[1])));
    assert_eq!(first, story(1));
    assert_ne!(first, story(2));
}

#[test]
fn a_charger_that_follows_the_sun_takes_a_limit_and_goes_by_the_sun_below_it() {
    let own_control = serde_json::from_value(json!({ "kind": "solar" })).unwrap();
    let mut bench = Bench::charging(Behaviour { own_control, ..<_>::default() });
    assert_eq!((bench.panel().offered_amps, bench.panel().condition), (0.0, "SuspendedEVSE"), "it is dark");
    bench.act(Act::Sun { watts: 5_000.0 });
    bench.act(Act::House { watts: 400.0 });
    bench.run(65);
    assert_eq!(bench.panel().amps, [20.0]);
    bench.set(0, profile("TxDefaultProfile", 0, 12.0, json!({})));
    assert_eq!(bench.panel().amps, [12.0]);
    bench.set(0, profile("TxDefaultProfile", 0, 28.0, json!({})));
    assert_eq!((bench.panel().amps[0], bench.measure("Current.Offered")), (20.0, 20.0), "accepted, and not offered");
    bench.act(Act::Sun { watts: 1_000.0 });
    bench.run(170);
    assert_eq!(bench.panel().amps, [6.0], "the grid helps over a cloud");
    bench.run(20);
    assert_eq!(bench.panel().amps, [0.0]);
}

#[test]
fn a_charger_that_minds_the_main_fuse_gives_way_to_the_house() {
    let own_control = serde_json::from_value(json!({ "kind": "load_balancing", "main_fuse_amps": 40 })).unwrap();
    let mut bench = Bench::charging(Behaviour { own_control, ..<_>::default() });
    assert_eq!(bench.panel().amps, [32.0]);
    bench.act(Act::House { watts: 5_750.0 });
    bench.run(10);
    assert_eq!(bench.panel().amps, [15.0]);
    bench.act(Act::House { watts: 8_280.0 });
    bench.run(10);
    assert_eq!((bench.panel().amps[0], bench.panel().condition), (0.0, "SuspendedEVSE"), "4 A cannot be offered");
    bench.act(Act::House { watts: 0.0 });
    bench.run(10);
    assert_eq!(bench.panel().amps, [32.0]);
}

#[test]
fn a_night_of_twelve_hours_follows_its_schedule_to_the_hour() {
    let make = CarMake { battery_wh: Some(60_000.0), percent: 20.0, ..<_>::default() };
    let mut bench = Bench::charging(Behaviour { meter_interval_s: 900, ..car(make) });
    let hours = [(0, 0.0), (2, 16.0), (5, 8.0), (8, 0.0), (10, 32.0)];
    let periods = hours.map(|(hour, amps)| json!({ "startPeriod": hour * 3_600, "limit": amps }));
    let schedule = json!({ "startSchedule": crate::bench::START, "chargingSchedulePeriod": periods });
    bench.set(
        0,
        profile("TxDefaultProfile", 0, 0.0, json!({ "chargingProfileKind": "Absolute", "chargingSchedule": schedule })),
    );
    let before = bench.panel().energy_wh;
    bench.run(12 * 3_600);
    let wanted = 230.0 * (3.0 * 16.0 + 3.0 * 8.0 + 2.0 * 32.0);
    let counted = bench.panel().energy_wh - before;
    assert!((counted - wanted).abs() < wanted * 0.002, "{counted} Wh for {wanted}");
    let statuses = bench.statuses();
    assert_eq!(statuses[2..], ["SuspendedEVSE", "Charging", "SuspendedEVSE", "Charging"]);
}
