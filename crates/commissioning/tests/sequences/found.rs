//! What sequences have found, each as a short story of its own.

use std::time::Duration;

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::demand::{Drm, How, Order, Said, Signal};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::limit::Counts;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Amperes;
use chargehand_commissioning::windows::{Span, Week};
use chargehand_ocpp::Version::{self, V16, V21, V201};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::charger::{Charger, Mood};
use crate::person::sends;
use crate::shelf::TEST;
use crate::world::World;

const BASE: i64 = 47_551;
const STATION: i64 = 47_553;
const SESSION: i64 = 47_554;

/// A story of a charger of this version at a breaker of 16 A; nothing may be wrong in it.
fn story(version: Version, turns: impl AsyncFnOnce(&mut World)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (faults, story) = runtime.block_on(async {
        let mut world = World::new(Charger::new(version, SignedDuration::ZERO, 3));
        ceiling(&mut world, 16).await;
        world.connects(true).await;
        world.rests(Duration::ZERO).await;
        turns(&mut world).await;
        world.ends().await
    });
    assert!(faults.is_empty(), "{}\n\n{}", faults.join("\n"), story.join("\n"));
}

async fn ceiling(world: &mut World, breaker: u32) {
    let breaker = Some(Amperes::from_milliamps(breaker * 1000));
    world.link.keep(Event::Ceiling { parts: CeilingParts { breaker, ..CeilingParts::default() } }).await.unwrap();
}

/// A profile for 10 A, with other fields of it and of its schedule.
fn profile(version: Version, id: i64, purpose: &str, kind: &str, other: Value, of_schedule: Value) -> Value {
    let mut schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10, "numberPhases": 1}]});
    schedule.as_object_mut().unwrap().extend(of_schedule.as_object().unwrap().clone());
    let mut profile = json!({"stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": kind});
    profile.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    if version.is_v2() {
        schedule["id"] = id.into();
        profile["id"] = id.into();
        profile["chargingSchedule"] = json!([schedule]);
    } else {
        profile["chargingProfileId"] = id.into();
        profile["chargingSchedule"] = schedule;
    }
    profile
}

fn default(id: i64, kind: &str, other: Value, of_schedule: Value) -> Value {
    profile(V16, id, "TxDefaultProfile", kind, other, of_schedule)
}

async fn send(world: &mut World, action: &str, payload: Value) {
    sends(world, (action, payload), false);
    world.rests(Duration::ZERO).await;
}

/// Sends a profile to the whole 1.6 charger.
async fn set(world: &mut World, profile: Value) {
    send(world, "SetChargingProfile", json!({"connectorId": 0, "csChargingProfiles": profile})).await;
}

async fn base(world: &mut World) {
    set(world, default(BASE, "Relative", json!({}), json!({}))).await;
    assert!(world.bench().charger.shelf.ours_stands(1));
}

async fn station_maximum(world: &mut World) {
    set(world, profile(V16, STATION, "ChargePointMaxProfile", "Relative", json!({}), json!({}))).await;
}

fn moody(world: &mut World, mood: Mood) {
    let charger = &mut world.bench().charger;
    (charger.mood, charger.moody) = (mood, 1);
}

async fn driver(world: &mut World, starts: bool) {
    {
        let mut bench = world.bench();
        let now = bench.now();
        if starts { bench.charger.begins("DRIVER", 1, now) } else { bench.charger.ends(now) }
    }
    world.speaks().await;
    world.rests(Duration::ZERO).await;
}

#[test]
fn a_test_limit_that_counts_from_the_start_of_a_session_comes_back_with_the_next() {
    story(V16, async |world| {
        base(world).await;
        set(world, default(TEST, "Relative", json!({"stackLevel": 1}), json!({"duration": 60}))).await;
        world.rests(Duration::from_secs(3600)).await;
    });
}

#[test]
fn a_test_limit_that_begins_later_or_every_day_is_not_over_before() {
    story(V16, async |world| {
        base(world).await;
        let later = json!({"duration": 60, "startSchedule": "2026-11-22T02:00:00Z"});
        set(world, default(TEST, "Absolute", json!({"stackLevel": 1}), later)).await;
        world.rests(Duration::from_secs(1800)).await;
    });
    story(V16, async |world| {
        base(world).await;
        let daily = json!({"stackLevel": 1, "recurrencyKind": "Daily"});
        let schedule = json!({"duration": 60, "startSchedule": "2026-11-22T00:59:00Z"});
        set(world, default(TEST, "Recurring", daily, schedule)).await;
        world.rests(Duration::from_secs(1800)).await;
    });
}

#[test]
fn a_test_limit_comes_back_where_the_charger_sets_its_clock_back() {
    for (version, key) in [(V16, "csChargingProfiles"), (V21, "chargingProfile")] {
        story(version, async |world| {
            let schedule = json!({"duration": 300, "startSchedule": "2026-11-22T00:59:00Z"});
            let test = profile(version, TEST, "TxDefaultProfile", "Absolute", json!({"stackLevel": 1}), schedule);
            send(world, "SetChargingProfile", json!({"connectorId": 0, "evseId": 0, key: test})).await;
            let frame = {
                let mut bench = world.bench();
                let now = bench.now();
                bench.charger.sets_its_clock(SignedDuration::from_hours(-1));
                bench.charger.status(now)
            };
            world.says(frame).await;
            world.rests(Duration::from_secs(1800)).await;
        });
    }
}

#[test]
fn a_test_limit_of_several_periods_is_over_with_the_last() {
    story(V16, async |world| {
        base(world).await;
        let periods = json!([{"startPeriod": 0, "limit": 10}, {"startPeriod": 60, "limit": 6}]);
        let schedule = json!({"duration": 3600, "chargingSchedulePeriod": periods});
        set(world, default(TEST, "Absolute", json!({"stackLevel": 1}), schedule)).await;
        world.rests(Duration::from_secs(600)).await;
    });
}

#[test]
fn a_test_limit_that_was_answered_with_nonsense_may_be_in_force() {
    story(V16, async |world| {
        base(world).await;
        moody(world, Mood::Garbage(true));
        set(world, default(TEST, "Absolute", json!({"stackLevel": 1}), json!({"duration": 600}))).await;
    });
}

#[test]
fn a_test_limit_that_goes_with_a_remote_start_is_told_of() {
    for (version, action) in [(V16, "RemoteStartTransaction"), (V201, "RequestStartTransaction")] {
        story(version, async |world| {
            let profile = profile(version, TEST, "TxProfile", "Relative", json!({}), json!({"duration": 600}));
            let token = json!({"idToken": "X", "type": "Central"});
            let payload = match version.is_v2() {
                true => json!({"evseId": 1, "remoteStartId": 1, "idToken": token, "chargingProfile": profile}),
                false => json!({"connectorId": 1, "idTag": "X", "chargingProfile": profile}),
            };
            send(world, action, payload).await;
            assert!(world.bench().charger.shelf.0.iter().any(crate::shelf::Held::is_test));
        });
    }
}

#[test]
fn an_old_end_that_is_told_again_does_not_end_the_limit_of_the_new_charge() {
    story(V16, async |world| {
        for starts in [true, false, true] {
            driver(world, starts).await;
        }
        let transaction = world.bench().charger.session.as_ref().and_then(|session| session.number);
        let other = json!({"transactionId": transaction});
        let test = profile(V16, TEST, "TxProfile", "Relative", other, json!({"duration": 600}));
        send(world, "SetChargingProfile", json!({"connectorId": 1, "csChargingProfiles": test})).await;
        let now = world.bench().now();
        world.bench().charger.says_the_end(now);
        world.speaks().await;
    });
}

#[test]
fn a_base_is_not_overwritten_with_a_limit_that_ends() {
    for (id, purpose, other, schedule) in [
        (9, "TxDefaultProfile", json!({}), json!({"duration": 600})),
        (9, "TxDefaultProfile", json!({"validTo": "2026-11-22T02:00:00Z"}), json!({})),
        (BASE, "TxDefaultProfile", json!({"stackLevel": 3}), json!({"duration": 600})),
        (TEST, "TxDefaultProfile", json!({}), json!({})),
        (9, "TxDefaultProfile", json!({"recurrencyKind": "Daily"}), json!({"duration": 600})),
    ] {
        story(V16, async |world| {
            base(world).await;
            let kind = if other.get("recurrencyKind").is_some() { "Recurring" } else { "Relative" };
            set(world, profile(V16, id, purpose, kind, other, schedule)).await;
        });
    }
    story(V16, async |world| {
        base(world).await;
        let own = profile(V16, BASE, "TxProfile", "Relative", json!({}), json!({}));
        send(world, "RemoteStartTransaction", json!({"connectorId": 1, "idTag": "X", "chargingProfile": own})).await;
    });
}

#[test]
fn a_limit_of_every_session_is_not_cleared_as_if_it_were_one_of_a_session() {
    story(V16, async |world| {
        set(world, default(SESSION, "Relative", json!({}), json!({}))).await;
        send(world, "ClearChargingProfile", json!({"id": SESSION})).await;
    });
}

#[test]
fn cheap_hours_that_go_do_not_leave_a_charger_bare_that_has_forgotten_the_limit_beneath_them() {
    let night = std::array::from_fn(|_| vec![Span { from_min: 0, to_min: 360, limit: Amperes::from_milliamps(8000) }]);
    let week = Week::new("UTC", night).unwrap();
    for before in [true, false] {
        story(V16, async |world| {
            step::apply_limit(&world.link, Amperes::from_milliamps(10_000)).await.unwrap();
            if before {
                crate::person::writes(world.link.clone(), vec![crate::hours::change(Some(week.clone()))]).await;
            }
            world.breaks().await;
            world.bench().charger.shelf.0.retain(|it| before && it.id != BASE);
            world.rests(Duration::from_secs(5)).await;
            world.connects(true).await;
            world.rests(Duration::from_secs(15)).await;
            if !before {
                crate::person::writes(world.link.clone(), vec![crate::hours::change(Some(week.clone()))]).await;
            }
            crate::person::writes(world.link.clone(), vec![crate::hours::change(None)]).await;
        });
    }
}

#[test]
fn a_limit_that_began_with_a_pause_is_not_made_a_pause_that_stays() {
    story(V16, async |world| {
        let periods = json!([{"startPeriod": 0, "limit": 0}, {"startPeriod": 120, "limit": 16}]);
        let schedule = json!({"chargingSchedulePeriod": periods, "startSchedule": "2026-11-22T00:59:00Z"});
        set(world, default(9, "Absolute", json!({}), schedule)).await;
        world.rests(Duration::from_secs(700)).await;
        let outcome = step::clear(&world.link).await.unwrap();
        assert!(outcome.finding.contains("16.0 A stays"), "{outcome:?}");
    });
}

#[test]
fn a_base_that_a_charger_does_not_list_any_more_is_not_counted_on() {
    let night = std::array::from_fn(|_| vec![Span { from_min: 0, to_min: 360, limit: Amperes::from_milliamps(8000) }]);
    let week = Week::new("UTC", night).unwrap();
    story(V201, async |world| {
        step::apply_limit(&world.link, Amperes::from_milliamps(10_000)).await.unwrap();
        // It has started anew and forgotten it.
        world.bench().charger.shelf.0.clear();
        let outcome = crate::person::writes(world.link.clone(), vec![crate::hours::change(Some(week.clone()))]).await;
        assert!(outcome.contains("1 not sent"), "{outcome:?}");
        // Whatever stands on it puts it there again first.
        crate::around::was_proved(world, Counts::Absolute).await;
        let signals = vec![Signal::ByHand { limit: Amperes::from_milliamps(8000) }];
        let (said, how) = (Said::default(), How::Hold { for_s: Some(60) });
        let order = Order { signals, how, said, commence: false, licensed: String::new() };
        step::demand_response(&world.link, &order).await.unwrap();
    });
}

#[test]
fn what_an_unanswered_message_may_have_taken_away_is_not_counted_on() {
    story(V16, async |world| {
        base(world).await;
        station_maximum(world).await;
        moody(world, Mood::Silent(true));
        send(world, "ClearChargingProfile", json!({"id": STATION})).await;
        world.rests(Duration::from_secs(20)).await;
        send(world, "ClearChargingProfile", json!({"id": BASE})).await;
    });
    story(V16, async |world| {
        base(world).await;
        station_maximum(world).await;
        moody(world, Mood::Silent(true));
        // it has the id of the station maximum, and takes its place
        set(world, default(STATION, "Relative", json!({"stackLevel": 2}), json!({"duration": 600}))).await;
        world.rests(Duration::from_secs(20)).await;
        send(world, "ClearChargingProfile", json!({"id": BASE})).await;
    });
}

#[test]
fn a_clear_that_says_more_than_an_id_takes_only_what_fits_all_of_it() {
    story(V16, async |world| {
        base(world).await;
        set(world, default(TEST, "Absolute", json!({"stackLevel": 1}), json!({"duration": 600}))).await;
        send(world, "ClearChargingProfile", json!({"id": TEST, "connectorId": 1})).await;
    });
}

#[test]
fn a_field_that_is_null_may_be_read_as_none() {
    story(V16, async |world| {
        base(world).await;
        send(world, "ClearChargingProfile", json!({"id": null})).await;
    });
}

#[test]
fn an_action_in_another_case_is_held_back_as_in_its_own() {
    story(V16, async |world| {
        base(world).await;
        send(world, "clearChargingProfile", json!({})).await;
        let above = json!({"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32}]});
        for action in ["setchargingprofile", "SetChargingProfile2"] {
            let profile = default(BASE, "Relative", json!({}), above.clone());
            send(world, action, json!({"connectorId": 0, "csChargingProfiles": profile})).await;
        }
    });
}

#[test]
fn a_limit_that_a_charger_asks_for_again_is_no_higher_than_the_ceiling_is_now() {
    story(V21, async |world| {
        let dynamic = profile(V21, BASE, "TxDefaultProfile", "Dynamic", json!({}), json!({}));
        send(world, "SetChargingProfile", json!({"evseId": 0, "chargingProfile": dynamic})).await;
        ceiling(world, 6).await;
        world.bench().charger.pulls();
        world.speaks().await;
    });
}

#[test]
fn a_signal_is_not_held_above_a_base_that_the_charger_refused() {
    for (version, how) in [(V16, How::Hold { for_s: Some(60) }), (V201, How::Rehearse)] {
        story(version, async |world| {
            crate::around::was_proved(world, Counts::Relative).await;
            driver(world, true).await;
            {
                let charger = &mut world.bench().charger;
                (charger.mood, charger.moody) = (Mood::Errs, if version.is_v2() { 6 } else { 5 });
            }
            let signals = vec![Signal::drm(Drm::ALL[4])];
            let (said, licensed) = (Said::default(), String::new());
            let order = Order { signals, how, said, commence: false, licensed };
            let _ = tokio::time::timeout(Duration::from_secs(1800), step::demand_response(&world.link, &order)).await;
        });
    }
}

#[test]
fn watts_count_on_one_phase_again_when_a_charger_has_started_anew() {
    story(V16, async |world| {
        driver(world, true).await;
        world.rests(Duration::from_secs(15)).await;
        world.breaks().await;
        {
            let mut bench = world.bench();
            let now = bench.now();
            bench.charger.ends(now);
        }
        world.rests(Duration::from_secs(5)).await;
        world.connects(true).await;
        // Before it tells the end of the charge.
        let periods = json!([{"startPeriod": 0, "limit": 11_040, "numberPhases": 3}]);
        let watts = json!({"chargingRateUnit": "W", "chargingSchedulePeriod": periods});
        set(world, default(BASE, "Relative", json!({}), watts)).await;
    });
}

#[test]
fn watts_count_on_one_phase_again_when_a_charge_may_have_ended_while_nobody_listened() {
    // One of 2.x need not boot again.
    story(V201, async |world| {
        driver(world, true).await;
        world.rests(Duration::from_secs(15)).await;
        world.breaks().await;
        {
            let mut bench = world.bench();
            let now = bench.now();
            bench.charger.ends(now);
            bench.charger.says.clear();
        }
        world.rests(Duration::from_secs(5)).await;
        world.connects(false).await;
        world.rests(Duration::from_secs(15)).await;
        let periods = json!([{"startPeriod": 0, "limit": 11_040, "numberPhases": 3}]);
        let watts = json!({"chargingRateUnit": "W", "chargingSchedulePeriod": periods});
        let base = profile(V201, BASE, "TxDefaultProfile", "Relative", json!({}), watts);
        send(world, "SetChargingProfile", json!({"evseId": 0, "chargingProfile": base})).await;
    });
}

#[test]
fn watts_count_on_one_phase_again_once_the_charge_is_over() {
    story(V16, async |world| {
        driver(world, true).await;
        world.rests(Duration::from_secs(15)).await;
        driver(world, false).await;
        let periods = json!([{"startPeriod": 0, "limit": 11_040, "numberPhases": 3}]);
        let watts = json!({"chargingRateUnit": "W", "chargingSchedulePeriod": periods});
        set(world, default(BASE, "Relative", json!({}), watts)).await;
    });
}
