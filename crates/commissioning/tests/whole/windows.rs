//! Cheap hours in a charger: written, read back, obeyed through days and changes of the clock, and taken away again.

use chargehand_commissioning::by_hand;
use chargehand_commissioning::demand::{How, Order, Said, Signal};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotApplicable, NotTested, Passed};
use chargehand_commissioning::plan::Change;
use chargehand_commissioning::report::{ConfigurationKey, ConfigurationSnapshot};
use chargehand_commissioning::step;
use chargehand_commissioning::windows::{Span, Week};
use chargehand_simulator::deviations::Limits;
use chargehand_simulator::{Behaviour, Deviations, ProfileFate, Version};
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, Sent, action, amps, charging, vacant};
use crate::tamper;

/// Every story starts at 11:30 on a Sunday in Adelaide.
const ADELAIDE: &str = "Australia/Adelaide";

fn every_day(zone: &str, spans: &[(u16, u16)]) -> Week {
    let span = |(from, to): &(u16, u16)| Span { from_min: from * 60, to_min: to * 60, limit: amps(16.0) };
    let day: Vec<Span> = spans.iter().map(span).collect();
    Week::new(zone, std::array::from_fn(|_| day.clone())).unwrap()
}

/// Past midnight until six.
fn night() -> Week {
    every_day(ADELAIDE, &[(0, 6)])
}

/// A charger with a limit of 20 A that stays.
async fn limited(behaviour: Behaviour) -> (Bench, Cable) {
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    (bench, cable)
}

/// Plans it and writes it alone; what came of it, or why it waits on.
async fn write(bench: &Bench, week: Option<&Week>, platform: Option<&str>) -> Outcome {
    let week = week.map(|week| Box::new(week.clone()));
    let line = bench.plan(Change::CheapHours { week, platform: platform.map(str::to_owned) }).await;
    let whole = step::apply_plan(&bench.link, Some(line), false).await.unwrap();
    bench.record().await.line(line).unwrap().outcome.clone().unwrap_or(whole)
}

async fn apply(bench: &Bench, week: &Week) -> Outcome {
    write(bench, Some(week), None).await
}

async fn take_away(bench: &Bench) -> Outcome {
    write(bench, None, None).await
}

/// The pieces that stand in the charger: level and limit.
async fn pieces(bench: &Bench) -> Vec<(i32, f64)> {
    let mut all: Vec<(i32, f64)> = bench
        .record()
        .await
        .in_force
        .iter()
        .filter(|f| f.is_window())
        .map(|f| (f.stack_level, f.limit.amps()))
        .collect();
    all.sort_by_key(|(level, _)| *level);
    all
}

/// The limit that stays stands, and it is the one that was there.
async fn base_stands(bench: &Bench) {
    let record = bench.record().await;
    let base: Vec<f64> =
        record.in_force.iter().filter(|f| f.is_steady() && f.until.is_none()).map(|f| f.limit.amps()).collect();
    assert_eq!(base, [20.0], "{:?}", record.in_force);
}

fn recurring(sent: &Sent) -> bool {
    sent.profile()["chargingProfileKind"] == "Recurring"
}

fn written(bench: &Bench) -> Vec<Sent> {
    bench.calls("SetChargingProfile").into_iter().filter(recurring).collect()
}

fn refusing(is: impl Fn(&Value) -> bool + Send + 'static) -> crate::bench::Tamper {
    let is_meant = move |payload: &Value| tamper::profile(payload)["chargingProfileKind"] == "Recurring" && is(payload);
    tamper::answers("SetChargingProfile", is_meant, json!([3, "", {"status": "Rejected"}]))
}

async fn limited_through(tamper: crate::bench::Tamper) -> (Bench, Cable) {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect_tampered(vacant(), tamper).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    (bench, cable)
}

#[tokio::test(start_paused = true)]
async fn cheap_hours_are_written_in_pieces_above_the_limit_that_stays_and_the_charger_says_so() {
    let (bench, _cable) = limited(vacant()).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.starts_with("The charger says so:"), "{outcome:?}");
    assert!(outcome.finding.contains("On Sunday 4 April 2027 at 03:00 the clocks go back to 02:00."), "{outcome:?}");
    bench.rests_on_evidence(&outcome);
    assert_eq!(pieces(&bench).await, (1..=7).map(|level| (level, 16.0)).collect::<Vec<_>>());
    let levels: Vec<i64> = written(&bench).iter().map(|call| call.profile()["stackLevel"].as_i64().unwrap()).collect();
    assert_eq!(levels, [7, 6, 5, 4, 3, 2, 1], "nothing acts before all of them are there");
    base_stands(&bench).await;
    let kept = bench.record().await.cheap_hours.unwrap();
    assert_eq!((kept.week, kept.outcome.verdict), (night(), outcome.verdict));
    assert_eq!(outcome.finding, format!("{} {}", kept.outcome.finding, kept.words.join(" ")));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_keeps_one_profile_and_rests_between_two_gets_one_piece_in_the_limits_place_a_minute_later() {
    let zappi =
        Behaviour { vendor: "myenergi".into(), model: "ZAPPI-2H22TW-G".into(), firmware: "5.540".into(), ..vacant() };
    let (bench, _cable) = limited(zappi).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert_eq!(pieces(&bench).await, [(0, 16.0)], "one profile, where the limit stood");
    assert!(take_away(&bench).await.verdict != Failed);
    base_stands(&bench).await;
    let changes = bench.calls("SetChargingProfile");
    let apart = changes.windows(2).map(|pair| pair[1].at.duration_since(pair[0].at).as_secs());
    assert_eq!(changes.len(), 3, "the limit, the hours, the limit again: {changes:?}");
    assert!(apart.clone().all(|seconds| seconds >= 60), "{:?}", apart.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_car_that_draws_outside_of_them_stops_and_that_is_measured() {
    let (bench, _cable) = limited(charging()).await;
    bench.charge().await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Passed, "it was at 11:30 that it stopped: {outcome:?}");
    assert!(outcome.finding.contains("0.0 A was measured"), "{outcome:?}");
    bench.rests_on_evidence(&outcome);
}

#[tokio::test(start_paused = true)]
async fn left_alone_the_charger_keeps_to_the_clock_on_the_wall_through_its_changes() {
    let (bench, mut cable) = limited(vacant()).await;
    apply(&bench, &night()).await;
    assert_eq!(offers(&bench).await, [0.0, 16.0, 16.0, 0.0], "in summer");
    // To the middle of April, to October, to the next April: after each change of the clocks.
    for days in [140, 185, 180] {
        let charger = bench.cut(cable).await;
        bench.run(days * 86_400).await;
        cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
        bench.run(5).await;
        assert_eq!(offers(&bench).await, [0.0, 16.0, 16.0, 0.0], "at {}", bench.clock.now());
    }
}

/// A 2.1 charger that follows the clock on the wall itself.
fn by_the_wall(zone: &str) -> Behaviour {
    Behaviour { version: Version::V21, wall_clock: Some(zone.into()), ..vacant() }
}

#[tokio::test(start_paused = true)]
async fn one_that_follows_the_clock_on_the_wall_itself_gets_them_in_one_piece_that_stays_right() {
    let (bench, mut cable) = limited(by_the_wall(ADELAIDE)).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.starts_with("The charger says so:"), "{outcome:?}");
    assert!(!outcome.finding.contains("right until"), "{outcome:?}");
    assert_eq!(pieces(&bench).await, [(1, 16.0)]);
    assert!(written(&bench).iter().all(|call| call.schedule()["useLocalTime"] == true));
    assert_eq!(offers(&bench).await, [0.0, 16.0, 16.0, 0.0], "in summer");
    // On the day before each change of the clocks, and after each, for longer than pieces would last.
    for days in [132, 2, 180, 3, 360, 365 * 8] {
        let charger = bench.cut(cable).await;
        bench.run(days * 86_400).await;
        cable = bench.plug_in(charger, true, Box::new(|_, _| true)).await;
        bench.run(5).await;
        assert_eq!(offers(&bench).await, [0.0, 16.0, 16.0, 0.0], "at {}", bench.clock.now());
    }
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_follows_the_clock_of_another_place_gets_its_hours_in_utc() {
    let (bench, _cable) = limited(by_the_wall("Australia/Perth")).await;
    let outcome = apply(&bench, &night()).await;
    assert!(outcome.finding.starts_with("The charger says so:"), "{outcome:?}");
    assert!(written(&bench).iter().all(|call| call.schedule().get("useLocalTime").is_none()));
    assert_eq!(offers(&bench).await, [0.0, 16.0, 16.0, 0.0]);
}

/// What the charger names for ten minutes past these hours by the clock in Adelaide, in its schedule for the next day.
async fn offers(bench: &Bench) -> [f64; 4] {
    let ask = chargehand_ocpp::Ask::CompositeSchedule { connector: 1, duration_s: 86_400 };
    let answered = bench.link.ask(ask).await.unwrap();
    let told = chargehand_ocpp::read::timeline(&answered.payload).unwrap();
    let (start, zone) = (told.start.unwrap(), night().time_zone());
    let wall = |minute: i64| zone.to_datetime(start + jiff::SignedDuration::from_mins(minute));
    [23, 0, 5, 6].map(|hour| {
        let minute = (0..1440).find(|minute| (wall(*minute).hour(), wall(*minute).minute()) == (hour, 10)).unwrap();
        told.periods.iter().rfind(|(from, ..)| *from <= minute * 60).unwrap().1
    })
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_no_validity_gets_a_single_schedule_and_the_date_from_which_it_is_off() {
    let bounded = |payload: &Value| {
        let profile = tamper::profile(payload);
        profile.get("validFrom").is_some() || profile.get("validTo").is_some()
    };
    let (bench, _cable) = limited_through(refusing(bounded)).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert_eq!(pieces(&bench).await, [(1, 16.0)]);
    assert!(outcome.finding.contains("right until 4 April 2027. From then on they are an hour early"), "{outcome:?}");
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_refuses_after_some_pieces_keeps_as_many_as_it_takes() {
    // It holds three: those from level 5 on, as they come from the highest down.
    let too_many = |payload: &Value| {
        let profile = tamper::profile(payload);
        profile["stackLevel"].as_i64().unwrap() < 5 && profile.get("validTo").is_some() && has_many(profile)
    };
    let (bench, _cable) = limited_through(refusing(too_many)).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert_eq!(pieces(&bench).await.len(), 3);
    assert!(outcome.finding.contains("right until"), "{outcome:?}");
    let cleared = bench.calls("ClearChargingProfile").iter().filter(|c| c.answer == "Accepted").count();
    assert!(cleared >= 3, "what was there of the first try was taken back");
    base_stands(&bench).await;
}

/// A validity that reaches beyond the second change from now.
fn has_many(profile: &Value) -> bool {
    profile["validTo"].as_str().unwrap() > "2028-01-01"
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_no_recurring_schedule_is_left_with_the_limit_that_stays() {
    let refuses = Limits { recurring_profiles: ProfileFate::Rejected, ..<_>::default() };
    let (bench, _cable) = limited(Behaviour { deviates: Deviations::from(refuses), ..vacant() }).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    assert!(outcome.finding.contains("refused them in every known form"), "{outcome:?}");
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
    assert_eq!(bench.record().await.cheap_hours, None);
}

#[tokio::test(start_paused = true)]
async fn one_that_ignores_them_while_a_car_draws_is_told_to_fail_and_they_are_taken_away() {
    let ignores = Limits { recurring_profiles: ProfileFate::Ignored, ..<_>::default() };
    let (bench, _cable) = limited(Behaviour { deviates: Deviations::from(ignores), ..charging() }).await;
    bench.charge().await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    assert!(outcome.finding.contains("still draws"), "{outcome:?}");
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_tell_its_schedule_leaves_them_open() {
    let empty = Limits { empty_composite: true, ..<_>::default() };
    let (bench, _cable) = limited(Behaviour { deviates: Deviations::from(empty), ..vacant() }).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Inconclusive, "{outcome:?}");
    assert!(outcome.finding.contains("Come back"), "{outcome:?}");
    assert_eq!(pieces(&bench).await.len(), 7, "they stay: nothing speaks against them");
}

#[tokio::test(start_paused = true)]
async fn one_whose_schedule_shows_something_else_does_not_keep_them() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let full = |frame: &mut Value| {
        for schedule in ["chargingSchedule", "schedule"] {
            let pointer = format!("/2/{schedule}/chargingSchedulePeriod");
            let periods = frame.pointer_mut(&pointer).and_then(Value::as_array_mut);
            periods.into_iter().flatten().for_each(|period| period["limit"] = json!(20));
        }
    };
    let tamper = Box::new(move |way, frame: &mut Value| {
        if way == crate::bench::Way::FromCharger && frame[0] == 3 {
            full(frame);
        }
        true
    });
    let _cable = bench.connect_tampered(vacant(), tamper).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    assert!(outcome.finding.contains("shows other limits"), "{outcome:?}");
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn with_one_level_they_stand_in_the_place_of_the_limit_and_give_it_back() {
    let (bench, _cable) = limited(Behaviour { max_stack_level: 0, ..vacant() }).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.contains("one level only"), "{outcome:?}");
    assert_eq!(pieces(&bench).await, [(0, 16.0)]);
    let gone = take_away(&bench).await;
    assert_eq!(gone.verdict, Passed, "its schedule had pauses and has none: {gone:?}");
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_claims_to_follow_the_wall_clock_itself_and_refuses_gets_its_hours_in_utc() {
    let (bench, _cable) = limited(vacant()).await;
    let key =
        |key: &str, value: &str| ConfigurationKey { key: key.into(), value: Some(value.into()), ..<_>::default() };
    let keys =
        vec![key("SmartChargingCtrlr.SupportsFeature[UseLocalTime]", "true"), key("ClockCtrlr.TimeZone", ADELAIDE)];
    let snapshot = ConfigurationSnapshot { keys, ..<_>::default() };
    bench.link.keep(Event::Configuration { snapshot }).await.unwrap();
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    let local = |call: &&Sent| call.schedule()["useLocalTime"] == true;
    let tried: Vec<String> = written(&bench).iter().filter(local).map(|call| call.answer.clone()).collect();
    assert_eq!(tried, vec!["Rejected"; tried.len()]);
    assert_eq!(tried.is_empty(), action("there is none", "useLocalTime") == "there is none");
    assert_eq!(pieces(&bench).await.len(), 7, "in UTC, piece by piece");
    assert!(outcome.finding.contains("in UTC"), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn in_the_place_of_a_limit_they_give_back_that_very_limit() {
    let (bench, _cable) = limited(Behaviour { max_stack_level: 0, ..vacant() }).await;
    // Somebody set another one by hand since.
    let record = bench.record().await;
    let profile = Recipe::default_on(0, Counts::Absolute).staying(amps(17.0), &Terms::of(&record, bench.clock.now()));
    bench.link.ask(chargehand_ocpp::Ask::SetProfile { connector: 0, profile }).await.unwrap();
    apply(&bench, &night()).await;
    assert_eq!(pieces(&bench).await, [(0, 16.0)]);
    // Other hours take the place of these.
    apply(&bench, &every_day(ADELAIDE, &[(1, 5)])).await;
    take_away(&bench).await;
    let left: Vec<f64> = bench.record().await.in_force.iter().map(|f| f.limit.amps()).collect();
    assert_eq!(left, [17.0], "not the 20 A of before, and not the ceiling");
}

#[tokio::test(start_paused = true)]
async fn no_signal_is_held_and_nothing_is_paused_by_hand_while_they_stand() {
    for max_stack_level in [8, 0] {
        let (bench, _cable) = limited(Behaviour { max_stack_level, ..charging() }).await;
        bench.charge().await;
        apply(&bench, &every_day(ADELAIDE, &[(0, 24)])).await;
        let before = (pieces(&bench).await, bench.calls("SetChargingProfile").len());
        let order = Order {
            signals: vec![Signal::ByHand { limit: amps(10.0) }],
            how: How::Hold { for_s: Some(60) },
            said: Said::default(),
            commence: false,
            licensed: String::new(),
        };
        let run = step::demand_response(&bench.link, &order).await.unwrap();
        assert_eq!(run.outcome.verdict, NotTested, "{run:#?}");
        assert!(run.outcome.finding.contains("Take them away first"), "{run:#?}");
        assert_eq!((pieces(&bench).await, bench.calls("SetChargingProfile").len()), before);
        let offers = by_hand::offers(&bench.link.view().await.unwrap(), bench.clock.now());
        let pause = offers.iter().find(|it| it.act == by_hand::Act::Pause).unwrap();
        assert!(pause.obstacle.contains("Cheap hours"), "{pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hours_whose_place_something_else_took_are_not_said_to_stand() {
    let (bench, _cable) = limited(Behaviour { max_stack_level: 0, ..vacant() }).await;
    apply(&bench, &night()).await;
    let record = bench.record().await;
    assert!(record.cheap_hours.is_some());
    let profile = Recipe::default_on(0, Counts::Absolute).staying(amps(17.0), &Terms::of(&record, bench.clock.now()));
    bench.link.ask(chargehand_ocpp::Ask::SetProfile { connector: 0, profile }).await.unwrap();
    assert_eq!(bench.record().await.cheap_hours, None);
}

#[tokio::test(start_paused = true)]
async fn taken_away_the_limit_that_stays_is_all_that_is_left() {
    let (bench, _cable) = limited(vacant()).await;
    apply(&bench, &night()).await;
    let gone = take_away(&bench).await;
    assert_eq!(gone.verdict, Passed, "its schedule had pauses and has none: {gone:?}");
    bench.rests_on_evidence(&gone);
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
    assert_eq!(bench.record().await.cheap_hours, None);
    let again = take_away(&bench).await;
    assert_eq!(again.verdict, NotApplicable, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn other_hours_take_the_place_of_the_first_ones_altogether() {
    let (bench, _cable) = limited(vacant()).await;
    apply(&bench, &night()).await;
    // Darwin does not change its clocks: one piece is enough.
    let outcome = apply(&bench, &every_day("Australia/Darwin", &[(10, 15)])).await;
    assert!(outcome.finding.contains("In Australia/Darwin the clocks are not changed."), "{outcome:?}");
    assert_eq!(pieces(&bench).await, [(1, 16.0)]);
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_that_stays_or_above_it_they_are_not_written() {
    let (bench, _cable) = Bench::commissioning(32.0, vacant()).await;
    bench.run(1).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.contains("Set one first"), "{outcome:?}");
    step::apply_limit(&bench.link, amps(10.0)).await.unwrap();
    let outcome = apply(&bench, &night()).await;
    assert!(outcome.finding.contains("above the limit of 10.0 A that stays"), "{outcome:?}");
    bench.ceiling(13.0).await;
    let outcome = apply(&bench, &night()).await;
    assert!(outcome.finding.contains("above the ceiling of 13.0 A"), "{outcome:?}");
    assert_eq!(written(&bench).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn beside_a_platform_that_follows_the_sun_they_are_not_written() {
    let (bench, _cable) = limited(vacant()).await;
    let outcome = write(&bench, Some(&night()), Some("chargehq")).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.contains("Charge HQ follows the sun"), "{outcome:?}");
    assert_eq!(written(&bench).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_charger_whose_clock_is_wrong_is_not_given_hours() {
    let (bench, _cable) = limited(Behaviour { zone_offset_s: 34_200, ..vacant() }).await;
    bench.run(400).await;
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, NotTested, "{outcome:?}");
    assert!(outcome.finding.contains("Set the clock right first"), "{outcome:?}");
    assert_eq!(written(&bench).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn while_they_stand_no_limit_is_checked_or_set_beneath_them() {
    let (bench, _cable) = limited(charging()).await;
    bench.charge().await;
    apply(&bench, &night()).await;
    let (proof, undone) = bench.prove(10.0).await;
    assert_eq!(proof.outcome.verdict, NotTested, "{proof:?}");
    assert!(proof.outcome.finding.contains("Take them away first"), "{proof:?}");
    let permanent = step::apply_limit(&bench.link, amps(10.0)).await.unwrap();
    assert_eq!(permanent.outcome.verdict, NotTested, "{permanent:?}");
    assert_eq!(pieces(&bench).await.len(), 7, "nothing is undone that was meant to stay: {undone:?}");
    base_stands(&bench).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_is_gone_half_way_is_said_to_hold_a_part_of_them() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let lost = Box::new(|way, frame: &mut Value| {
        let profile = tamper::profile(&frame[3]);
        !(way == crate::bench::Way::ToCharger && frame[2] == "SetChargingProfile" && profile["stackLevel"] == 5)
    });
    let _cable = bench.connect_tampered(vacant(), lost).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    step::apply_limit(&bench.link, amps(20.0)).await.unwrap();
    let outcome = apply(&bench, &night()).await;
    assert_eq!(outcome.verdict, Inconclusive, "{outcome:?}");
    assert!(outcome.finding.contains("A part of the cheap hours may stand"), "{outcome:?}");
    assert!(!pieces(&bench).await.is_empty(), "they are known, so that they can be taken away");
    take_away(&bench).await;
    assert_eq!(pieces(&bench).await, []);
    base_stands(&bench).await;
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        cheap_hours_are_written_in_pieces_above_the_limit_that_stays_and_the_charger_says_so,
        a_car_that_draws_outside_of_them_stops_and_that_is_measured,
        left_alone_the_charger_keeps_to_the_clock_on_the_wall_through_its_changes,
        one_that_takes_no_validity_gets_a_single_schedule_and_the_date_from_which_it_is_off,
        one_that_refuses_after_some_pieces_keeps_as_many_as_it_takes,
        one_that_takes_no_recurring_schedule_is_left_with_the_limit_that_stays,
        one_that_ignores_them_while_a_car_draws_is_told_to_fail_and_they_are_taken_away,
        one_that_does_not_tell_its_schedule_leaves_them_open,
        one_whose_schedule_shows_something_else_does_not_keep_them,
        with_one_level_they_stand_in_the_place_of_the_limit_and_give_it_back,
        in_the_place_of_a_limit_they_give_back_that_very_limit,
        no_signal_is_held_and_nothing_is_paused_by_hand_while_they_stand,
        hours_whose_place_something_else_took_are_not_said_to_stand,
        taken_away_the_limit_that_stays_is_all_that_is_left,
        other_hours_take_the_place_of_the_first_ones_altogether,
        without_a_limit_that_stays_or_above_it_they_are_not_written,
        while_they_stand_no_limit_is_checked_or_set_beneath_them,
        one_that_is_gone_half_way_is_said_to_hold_a_part_of_them,
    }
}

mod on_2_1 {
    crate::bench::also_on! { V21:
        one_that_claims_to_follow_the_wall_clock_itself_and_refuses_gets_its_hours_in_utc,
        cheap_hours_are_written_in_pieces_above_the_limit_that_stays_and_the_charger_says_so,
        taken_away_the_limit_that_stays_is_all_that_is_left,
    }
}
