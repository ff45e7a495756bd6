//! What people do at a charger and what happens around it: plug, tag, breaker, network.

use crate::bench::Bench;
use chargehand_simulator::{Act, Behaviour, CarMake, Version};
use jiff::SignedDuration;
use serde_json::json;

#[test]
fn a_breaker_that_is_switched_off_ends_everything_at_once_and_the_register_stays() {
    let mut bench = Bench::charging(Behaviour::default());
    bench.run(3_600);
    let before = bench.panel();
    assert!(before.powered && before.contactor_closed && before.energy_wh > 19_000.0);
    bench.act(Act::Breaker { on: false });
    let off = bench.panel();
    assert_eq!((off.powered, off.contactor_closed, off.transaction), (false, false, false));
    assert_eq!((off.watts, off.amps.as_slice(), off.volts.as_slice()), (0.0, &[0.0][..], &[0.0][..]));
    assert_eq!((off.energy_wh, off.pilot.name(), off.condition), (before.energy_wh, "E", "Unavailable"));
    assert!(!bench.charger.can_connect());
    bench.run(3_600);
    assert_eq!(bench.panel().energy_wh, before.energy_wh);
    bench.connect();
    assert_eq!(bench.all("BootNotification").len(), 1, "what has no power cannot be connected");
}

#[test]
fn a_charger_that_gets_its_power_back_boots_and_tells_what_was_lost() {
    for (version, end) in [(Version::V16, "StopTransaction"), (Version::V201, "TransactionEvent")] {
        let mut bench = Bench::charging(Behaviour { version, ..<_>::default() });
        bench.act(Act::Breaker { on: false });
        bench.run(60);
        bench.act(Act::Breaker { on: true });
        assert!(bench.panel().powered && !bench.charger.can_connect(), "it is starting");
        bench.run(5);
        assert!(bench.charger.can_connect());
        bench.connect();
        let ends = bench.all(end);
        let end = ends.iter().find(|end| end["eventType"] != "Started" && end["eventType"] != "Updated").unwrap();
        let reason = if version == Version::V16 { &end["reason"] } else { &end["transactionInfo"]["stoppedReason"] };
        assert_eq!((reason, &end["timestamp"]), (&json!("PowerLoss"), &json!("2026-11-22T00:00:10.000Z")));
        assert_eq!(bench.all("BootNotification").len(), 2);
        assert!(bench.panel().transaction, "the car is still there, and the charger starts by itself");
    }
}

#[test]
fn a_charger_without_a_network_goes_on_by_itself() {
    let mut bench = Bench::charging(Behaviour::default());
    let said = bench.said.len();
    bench.act(Act::Network { up: false });
    assert!(!bench.charger.can_connect() && !bench.panel().networked);
    bench.run(600);
    assert_eq!(bench.panel().amps, [32.0]);
    assert_eq!(bench.said.len(), said);
    bench.act(Act::Network { up: true });
    bench.connect();
    bench.run(1);
    assert!(bench.all("MeterValues").len() > 50, "what was measured meanwhile is told");
}

#[test]
fn a_tag_begins_a_transaction_and_the_same_one_ends_it() {
    for version in [Version::V16, Version::V201] {
        let mut bench = Bench::booted(Behaviour { version, plugged: true, ..<_>::default() });
        bench.act(Act::Tag("CAFE01".into()));
        assert!(bench.panel().transaction);
        bench.act(Act::Tag("OTHER".into()));
        assert!(bench.panel().transaction);
        bench.act(Act::Tag("CAFE01".into()));
        assert_eq!((bench.panel().transaction, bench.panel().condition), (false, "Finishing"));
        let ends = bench.all(if version == Version::V16 { "StopTransaction" } else { "TransactionEvent" });
        let end = ends.last().unwrap();
        let reason = if version == Version::V16 { &end["reason"] } else { &end["transactionInfo"]["stoppedReason"] };
        assert_eq!(reason, "Local");
    }
}

#[test]
fn another_car_comes_with_the_next_plug() {
    let mut bench = Bench::charging(Behaviour { phases: 3, ..<_>::default() });
    assert_eq!(bench.panel().amps, [32.0, 0.0, 0.0]);
    bench.act(Act::Car(CarMake { amps: 16.0, phases: 3, ..<_>::default() }));
    assert_eq!((bench.panel().plugged, bench.panel().pilot.name()), (false, "A1"));
    assert_eq!(bench.all("StopTransaction")[0]["reason"], "EVDisconnected");
    bench.act(Act::Plug);
    bench.run(10);
    let panel = bench.panel();
    assert_eq!((panel.amps.as_slice(), panel.watts), (&[16.0, 16.0, 16.0][..], 16.0 * 230.0 * 3.0));
    assert_eq!((panel.pilot.name(), panel.condition, panel.offered_amps), ("C2", "Charging", 32.0));
    assert!((panel.pilot.duty.unwrap() - 53.33).abs() < 0.01);
    assert_eq!(panel.clock, bench.now + SignedDuration::ZERO);
}

#[test]
fn the_house_and_the_sun_are_seen_on_the_panel() {
    let mut bench = Bench::booted(Behaviour::default());
    bench.act(Act::House { watts: 1_500.0 });
    bench.act(Act::Sun { watts: -3.0 });
    assert_eq!((bench.panel().house_watts, bench.panel().sun_watts), (1_500.0, 0.0));
}

#[test]
fn a_charger_that_leaks_to_earth_is_faulted_until_it_does_not_any_more() {
    for version in [Version::V16, Version::V201] {
        let mut bench = Bench::charging(Behaviour { version, ..<_>::default() });
        bench.act(Act::Fault { on: true });
        bench.run(1);
        let panel = bench.panel();
        assert_eq!((panel.pilot.name(), panel.condition, panel.watts), ("F", "Faulted", 0.0));
        assert!(!panel.contactor_closed && !panel.transaction);
        let told = bench.all("StatusNotification").pop().unwrap();
        if version == Version::V16 {
            assert_eq!((&told["status"], &told["errorCode"]), (&json!("Faulted"), &json!("GroundFailure")));
            assert_eq!(bench.all("StopTransaction").pop().unwrap()["reason"], "Other");
        } else {
            assert_eq!(told["connectorStatus"], "Faulted");
            let end = bench.all("TransactionEvent").pop().unwrap();
            assert_eq!(end["transactionInfo"]["stoppedReason"], "GroundFault");
        }
        bench.run(600);
        assert!(!bench.panel().transaction, "it does not start by itself while it leaks");
        bench.act(Act::Fault { on: false });
        bench.act(Act::Unplug);
        bench.act(Act::Plug);
        bench.run(30);
        assert_eq!(bench.panel().condition, "Charging");
    }
}
