//! Cheap hours against the clock on the wall, by the rules of OCPP as they are written here once more.

use chargehand_ocpp::Version;
use chargehand_ocpp::profile::{Every, Profile};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::limit::Terms;
use crate::record::Record;

fn amps(amps: u32) -> Amperes {
    Amperes::from_milliamps(amps * 1000)
}

fn span(from: &str, to: &str, limit: u32) -> Span {
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':').expect("HH:MM");
        hours.parse::<u16>().expect("hours") * 60 + minutes.parse::<u16>().expect("minutes")
    };
    Span { from_min: minute(from), to_min: minute(to), limit: amps(limit) }
}

/// The night with an hour that changes of the clock leave out or have twice, and on Sundays the sun.
fn nights(zone: &str) -> Week {
    let night = vec![span("00:00", "06:30", 32), span("22:45", "24:00", 16)];
    let mut days: [Vec<Span>; 7] = std::array::from_fn(|_| night.clone());
    days[6] = vec![span("02:15", "02:45", 10), span("11:00", "15:00", 32)];
    days[2].clear();
    Week::new(zone, days).expect("a week")
}

fn every_day(zone: &str, spans: &[Span]) -> Week {
    Week::new(zone, std::array::from_fn(|_| spans.to_vec())).expect("a week")
}

fn holds(pieces: usize) -> Holds {
    Holds { periods: 100, level: 1, pieces, weekly: true, local_time: false, random_delay: false }
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn terms() -> Terms {
    Terms::of(&Record::new("CP1"), Timestamp::UNIX_EPOCH)
}

/// The limit that a charger by the book takes from these profiles at a moment, in tenths of A: of those that are valid and
/// have begun, the highest level (OCPP 1.6 3.13.2); of its round, the last period that has begun (7.13).
fn by_the_book(profiles: &[Profile], at: Timestamp) -> Option<i64> {
    let valid = |p: &&Profile| p.valid_from.is_none_or(|from| from <= at) && p.valid_to.is_none_or(|to| at < to);
    let mut valid: Vec<&Profile> = profiles.iter().filter(valid).collect();
    valid.sort_by_key(|profile| profile.stack_level);
    let profile = valid.last()?;
    let begun = at.as_second() - profile.kind.start()?.as_second();
    let round = match profile.kind.every()? {
        Every::Day => 86_400,
        Every::Week => 604_800,
    };
    let into = if begun < 0 { return None } else { begun % round };
    profile.periods.iter().filter(|period| i64::from(period.start_s) <= into).map(|period| period.tenths).next_back()
}

/// What the clock on the wall says, in tenths of A.
fn by_the_wall(week: &Week, zone: &TimeZone, at: Timestamp) -> i64 {
    i64::from(week.at(zone.to_datetime(at)).milliamps() / 100)
}

/// The moments, every `minutes`, at which profiles and wall clock do not agree.
fn wrong(week: &Week, profiles: &[Profile], from: Timestamp, days: i64, minutes: i64) -> Vec<Timestamp> {
    let zone = week.time_zone();
    let moments = (0..days * 1440 / minutes).map(|n| from + SignedDuration::from_mins(n * minutes));
    moments.filter(|at| by_the_book(profiles, *at) != Some(by_the_wall(week, &zone, *at))).collect()
}

const ZONES: [(&str, usize); 7] = [
    ("Australia/Adelaide", 4),
    ("Australia/Darwin", 0),
    ("Australia/Lord_Howe", 4),
    ("Pacific/Chatham", 4),
    ("Europe/London", 4),
    ("Europe/Berlin", 4),
    ("America/New_York", 4),
];

#[test]
fn over_two_years_the_hours_are_those_of_the_wall_clock_in_every_zone() {
    let now = time("2026-11-29T05:17:00Z");
    for (zone, changes) in ZONES {
        for week in [nights(zone), every_day(zone, &[span("01:30", "03:15", 32), span("23:00", "24:00", 16)])] {
            let plan = plan(&week, &holds(5), now).expect("it fits");
            assert_eq!(plan.pieces.len(), changes + 1, "{zone}: one piece more than changes of the clock in two years");
            let profiles = plan.profiles(0, &terms());
            let wrong = wrong(&week, &profiles, now, 730, 5);
            let until = plan.drift.map_or(Timestamp::MAX, |drift| drift.from);
            assert!(until > time("2028-11-01T00:00:00Z") || changes == 0, "{zone}: {until}");
            assert_eq!(wrong.iter().filter(|at| **at < until).count(), 0, "{zone}: {:?}", wrong.first());
            let told = |at: Timestamp| i64::from(plan.at(at).milliamps() / 100);
            let moments = (0..17_520).map(|n| now + SignedDuration::from_mins(n * 60));
            assert!(
                moments.into_iter().all(|at| by_the_book(&profiles, at) == Some(told(at))),
                "{zone}: as it is told"
            );
        }
    }
}

#[test]
fn with_fewer_pieces_the_hours_are_wrong_from_the_named_moment_on_and_not_before() {
    let now = time("2026-11-29T05:17:00Z");
    for (zone, changes) in ZONES.into_iter().filter(|(_, changes)| *changes > 0) {
        let week = nights(zone);
        for pieces in 1..=changes {
            let plan = plan(&week, &holds(pieces), now).expect("it fits");
            let drift = plan.drift.expect("it is off some day");
            let wrong = wrong(&week, &plan.profiles(0, &terms()), now, 730, 15);
            let first = *wrong.first().expect("it is off");
            assert!(first >= drift.from, "{zone} with {pieces}: {first} is before {}", drift.from);
            assert!(
                first < drift.from + SignedDuration::from_hours(48),
                "{zone} with {pieces}: {first}, {}",
                drift.from
            );
        }
    }
}

#[test]
fn lord_howe_is_half_an_hour_off_where_others_are_an_hour() {
    let now = time("2026-11-29T05:17:00Z");
    let late = |zone| plan(&nights(zone), &holds(1), now).and_then(|plan| plan.drift).map(|drift| drift.late_s);
    assert_eq!(late("Australia/Lord_Howe"), Some(-1800), "summer there: early by the wall in winter");
    assert_eq!((late("Pacific/Chatham"), late("Australia/Adelaide")), (Some(-3600), Some(-3600)));
    assert_eq!((late("Europe/London"), late("Australia/Darwin")), (Some(3600), None));
}

#[test]
fn the_next_two_changes_of_the_clock_are_told_by_the_clock_on_the_wall() {
    let now = time("2026-11-29T05:17:00Z");
    let told = |zone| {
        let week = nights(zone);
        changes(&week, &plan(&week, &holds(3), now).expect("it fits"))
    };
    assert_eq!(
        told("Australia/Adelaide"),
        [
            "On Sunday 4 April 2027 at 03:00 the clocks go back to 02:00.",
            "On Sunday 3 October 2027 at 02:00 the clocks go forward to 03:00.",
        ]
    );
    assert_eq!(told("Australia/Lord_Howe")[0], "On Sunday 4 April 2027 at 02:00 the clocks go back to 01:30.");
    assert_eq!(told("Pacific/Chatham")[0], "On Sunday 4 April 2027 at 03:45 the clocks go back to 02:45.");
    assert_eq!(told("Australia/Darwin"), ["In Australia/Darwin the clocks are not changed."]);
}

#[test]
fn one_that_holds_a_single_piece_says_from_when_it_is_an_hour_off() {
    let now = time("2026-11-29T05:17:00Z");
    let week = nights("Australia/Adelaide");
    let text = sentences(&week, &plan(&week, &holds(1), now).expect("it fits")).join(" ");
    let off = "right until 4 April 2027. From then on they are an hour early by the clock on the wall until 3 October 2027, \
               and so every year";
    assert!(text.contains(off), "{text}");
}

#[test]
fn in_2_1_the_charger_can_follow_the_wall_clock_itself() {
    let now = time("2026-11-29T05:17:00Z");
    let week = every_day("Australia/Adelaide", &[span("00:00", "06:00", 16)]);
    let plan = plan(&week, &Holds { local_time: true, ..holds(7) }, now).expect("it fits");
    let profiles = plan.profiles(0, &terms());
    assert_eq!((profiles.len(), profiles[0].local_time, plan.drift), (1, true, None));
    // Local midnight, written as if it were UTC.
    assert_eq!(profiles[0].kind.start(), Some(time("2026-11-09T00:00:00Z")));
    assert_eq!(
        (plan.at(time("2026-11-29T13:30:00Z")), plan.at(time("2026-11-29T19:30:00Z"))),
        (amps(16), Amperes::ZERO)
    );
}

#[test]
fn a_charger_that_knows_its_levels_gets_as_many_pieces_and_keeps_one_for_tests() {
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};
    let of = |keys: &[(&str, &str)]| {
        let key = |(key, value): &(&str, &str)| ConfigurationKey {
            key: (*key).into(),
            value: Some((*value).into()),
            ..Default::default()
        };
        let snapshot = ConfigurationSnapshot { keys: keys.iter().map(key).collect(), ..Default::default() };
        Holds::of(&Record { configuration: Some(snapshot), ..Record::new("CP1") }, "Australia/Adelaide", 1)
    };
    let level = |n| of(&[("ChargeProfileMaxStackLevel", n)]);
    assert_eq!((level("8").level, level("8").pieces), (1, 7));
    assert_eq!((level("1").level, level("1").pieces), (1, 1));
    assert_eq!((level("0").level, level("0").pieces), (0, 1), "in the place of the limit that stays");
    assert_eq!(of(&[("MaxChargingProfilesInstalled", "4")]).pieces, 3);
    assert_eq!(of(&[("ChargingScheduleMaxPeriods", "6")]).periods, 6);
    assert_eq!(of(&[("ChargingScheduleMaxPeriods", "x")]).periods, 1024);
    assert!(!of(&[]).local_time && of(&[]).rungs().len() == 4);
}

#[test]
fn less_is_tried_step_by_step_and_the_right_hours_before_the_right_season() {
    let rungs = Holds { local_time: true, ..holds(7) }.rungs();
    let tried: Vec<_> = rungs.iter().map(|it| (it.local_time, it.weekly, it.pieces)).collect();
    assert_eq!(tried[0], (true, true, 7));
    assert_eq!(tried[4..], [(false, true, 7), (false, true, 1), (false, false, 7), (false, false, 1)]);
}

#[test]
fn a_2_1_charger_in_another_zone_is_not_trusted_with_the_wall_clock() {
    use crate::event::Handshake;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};
    let holds = |version: Version, zone: &str| {
        let key = |key: &str, value: &str| ConfigurationKey {
            key: key.into(),
            value: Some(value.into()),
            ..Default::default()
        };
        let keys =
            vec![key("SmartChargingCtrlr.SupportsFeature[UseLocalTime]", "true"), key("ClockCtrlr.TimeZone", zone)];
        let handshake = Handshake { chosen: version.subprotocol().into(), ..Handshake::default() };
        let configuration = Some(ConfigurationSnapshot { keys, ..Default::default() });
        let record = Record { handshake: Some(handshake), configuration, ..Record::new("CP1") };
        Holds::of(&record, "Australia/Adelaide", 1).local_time
    };
    assert!(holds(Version::V21, "Australia/Adelaide"));
    assert!(
        !holds(Version::V21, "Europe/London")
            && !holds(Version::V21, "")
            && !holds(Version::V201, "Australia/Adelaide")
    );
}

#[test]
fn a_random_delay_goes_with_the_hours_only_to_a_2_1_charger_that_says_that_it_can() {
    use crate::event::Handshake;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};
    let week = every_day("Europe/London", &[span("00:30", "05:30", 16)]).starting_late(Some(600));
    let now = time("2026-11-29T05:17:00Z");
    let delays = |version: Version, can: &str| {
        let key = "SmartChargingCtrlr.SupportsFeature[RandomizedDelay]".into();
        let keys = vec![ConfigurationKey { key, value: Some(can.into()), ..Default::default() }];
        let handshake = Handshake { chosen: version.subprotocol().into(), ..Handshake::default() };
        let configuration = Some(ConfigurationSnapshot { keys, ..Default::default() });
        let record = Record { handshake: Some(handshake), configuration, ..Record::new("CP1") };
        let holds = Holds::of(&record, week.zone(), 1);
        let plan = plan(&week, &holds, now).expect("it fits");
        let written = plan.profiles(0, &terms()).iter().map(|it| it.randomized_delay_s).collect::<Vec<_>>();
        assert!(written.windows(2).all(|pair| pair[0] == pair[1]), "{written:?}");
        let goes_on_without = holds.rungs().iter().any(|rung| !rung.random_delay);
        assert!(goes_on_without, "one that refuses it gets the hours without");
        (written[0], sentences(&week, &plan).join(" "))
    };
    let (delay, words) = delays(Version::V21, "true");
    assert_eq!(delay, Some(600));
    assert!(words.contains("up to 10 min late at random (randomizedDelay)"), "{words}");
    for (version, can) in [(Version::V21, "false"), (Version::V21, ""), (Version::V201, "true"), (Version::V16, "true")]
    {
        let (delay, words) = delays(version, can);
        assert_eq!(delay, None, "{version} {can}");
        assert!(words.contains("The random delay of up to 10 min is not written"), "{words}");
    }
}

#[test]
fn where_a_charger_holds_too_few_periods_the_same_hours_every_day_or_only_the_longest_are_written_and_that_is_said() {
    let now = time("2026-11-29T05:17:00Z");
    let with = |week: &Week, periods| plan(week, &Holds { periods, ..holds(1) }, now);
    let mut days: [Vec<Span>; 7] =
        std::array::from_fn(|_| vec![span("00:00", "06:00", 32), span("12:00", "13:00", 32)]);
    days[5] = vec![span("01:00", "07:00", 16)];
    let week = Week::new("Australia/Darwin", days).expect("a week");
    let all = with(&week, 100).expect("it fits");
    assert_eq!((all.every, all.reduced, all.left_out_min), (Every::Week, Reduced::Not, 0));
    let few = with(&week, 8).expect("some fit");
    assert_eq!((few.every, few.reduced), (Every::Day, Reduced::EveryDay));
    assert_eq!(few.periods, [(0, Amperes::ZERO), (60, amps(16)), (360, Amperes::ZERO)], "what is cheap on every day");
    assert_eq!(few.left_out_min, 6 * 420 + 360 - 7 * 300);
    assert!(sentences(&week, &few).join(" ").contains("13 h 00 min of cheap time a week are left out"));
    let two = with(&week, 2).expect("one window fits");
    assert_eq!((two.every, two.periods.len()), (Every::Day, 2), "begun where the hours begin");
    assert_eq!(with(&week, 0), None);
    let daily = plan(&week, &Holds { weekly: false, ..holds(1) }, now).expect("it fits");
    assert_eq!(daily.every, Every::Day);
}

#[test]
fn hours_that_go_on_past_midnight_cost_a_charger_two_periods_where_it_is_short_of_them() {
    let week = every_day("Australia/Darwin", &[span("00:00", "06:00", 16), span("22:00", "24:00", 16)]);
    let plan = plan(&week, &Holds { periods: 2, ..holds(1) }, time("2026-11-29T05:17:00Z")).expect("it fits");
    assert_eq!((plan.reduced, plan.periods.len()), (Reduced::Not, 2));
    assert_eq!(wrong(&week, &plan.profiles(0, &terms()), time("2026-11-29T05:17:00Z"), 14, 5), []);
}

#[test]
fn a_week_that_cannot_be_meant_is_refused_in_words() {
    let week = |day: Vec<Span>| Week::new("Australia/Adelaide", [day, vec![], vec![], vec![], vec![], vec![], vec![]]);
    assert_eq!(week(vec![]), Err(Unfit::Never));
    assert!(matches!(week(vec![span("06:00", "06:00", 16)]), Err(Unfit::Span { .. })));
    assert!(matches!(week(vec![span("22:00", "06:00", 16)]), Err(Unfit::Span { .. })));
    assert!(matches!(week(vec![Span { to_min: 1441, ..span("22:00", "24:00", 16) }]), Err(Unfit::Span { .. })));
    let overlap = week(vec![span("03:00", "07:00", 16), span("01:00", "04:00", 16)]);
    assert_eq!(overlap, Err(Unfit::Overlap { day: "Monday", at: "03:00".into() }));
    assert!(matches!(
        week(vec![Span { limit: Amperes::from_milliamps(5_900), ..span("01:00", "04:00", 16) }]),
        Err(Unfit::TooLow { .. })
    ));
    assert!(matches!(
        week((0..9).map(|n| Span { from_min: n * 60, to_min: n * 60 + 30, limit: amps(16) }).collect()),
        Err(Unfit::TooMany { .. })
    ));
    assert!(matches!(Week::new("Australia/Nowhere", Default::default()), Err(Unfit::Zone(_))));
    assert!(week(vec![span("01:00", "04:00", 16), span("04:00", "05:00", 10)]).is_ok(), "they may touch");
}

#[test]
fn alike_days_are_listed_together() {
    assert_eq!(
        listed(&nights("Australia/Adelaide")),
        "Monday to Tuesday 00:00-06:30 32.0 A, 22:45-24:00 16.0 A; Wednesday never; Thursday to Saturday 00:00-06:30 32.0 A, \
         22:45-24:00 16.0 A; Sunday 02:15-02:45 10.0 A, 11:00-15:00 32.0 A; by the clock of Australia/Adelaide"
    );
}

/// Some spans of a day that do not overlap.
fn any_day() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::btree_set(0u16..=1440, 0..6).prop_flat_map(|marks| {
        let marks: Vec<u16> = marks.into_iter().collect();
        let pairs: Vec<(u16, u16)> = marks.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        prop::collection::vec(6_000u32..32_001, pairs.len()).prop_map(move |limits| {
            let span = |(&(from_min, to_min), limit): (&(u16, u16), u32)| Span {
                from_min,
                to_min,
                limit: Amperes::from_milliamps(limit),
            };
            pairs.iter().zip(limits).map(span).collect()
        })
    })
}

fn any_week() -> impl Strategy<Value = Week> {
    let zone = (0..ZONES.len()).prop_map(|index| ZONES[index].0);
    (zone, prop::array::uniform7(any_day())).prop_filter_map("no hours", |(zone, days)| Week::new(zone, days).ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the week, the zone and the day it is written.
    #[test]
    fn any_week_is_written_so_that_it_is_right_until_the_named_moment(
        week in any_week(), day in 0i64..800, pieces in 1usize..6, minute in 0i64..7,
    ) {
        let now = time("2026-01-01T00:00:00Z") + SignedDuration::from_hours(day * 24 + 7);
        let plan = plan(&week, &holds(pieces), now).expect("it fits");
        let until = plan.drift.map_or(Timestamp::MAX, |drift| drift.from);
        let from = now + SignedDuration::from_mins(minute);
        let wrong = wrong(&week, &plan.profiles(0, &terms()), from, 400, 97);
        prop_assert_eq!(wrong.into_iter().find(|at| *at < until), None);
    }

    /// Nothing that a charger is short of lets a car charge at an hour that nobody asked for, or at a higher limit.
    #[test]
    fn what_is_left_of_a_week_is_within_the_week(
        week in any_week(), periods in 1usize..12, weekly in any::<bool>(), levels in 1usize..4,
    ) {
        let now = time("2026-11-29T05:17:00Z");
        let holds = Holds { periods, weekly, ..holds(levels) };
        let Some(plan) = plan(&week, &holds, now) else { return Ok(()) };
        prop_assert!(plan.periods.len() <= periods && (weekly || plan.every == Every::Day));
        prop_assert!(plan.left_out_min >= 0 && (plan.reduced != Reduced::Not || plan.left_out_min == 0));
        let profiles = plan.profiles(0, &terms());
        prop_assert_eq!(profiles[0].periods[0].start_s, 0);
        let (until, zone) = (plan.drift.map_or(Timestamp::MAX, |drift| drift.from), week.time_zone());
        let moments = (0..14 * 1440 / 7).map(|n| now + SignedDuration::from_mins(n * 7)).filter(|at| *at < until);
        for at in moments {
            let told = by_the_book(&profiles, at).unwrap_or(i64::MAX);
            prop_assert!(told <= by_the_wall(&week, &zone, at), "{} at {at}", told);
        }
        prop_assert!(plan.periods.iter().any(|(_, limit)| *limit > Amperes::ZERO), "a car charges at some hour");
    }
}
