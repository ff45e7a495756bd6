//! Which of our limits are, or may be, in force in a charger: what was sent, what replaces it, what takes it away.

use chargehand_ocpp::profile::{Purpose, RateUnit};
use chargehand_ocpp::read::{id, int, list, number as value, text};
use chargehand_ocpp::{Ask, Version, time};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::limit::{self, Counts, Recipe, SESSION_PROFILE, Terms};
use crate::record::{InForce, Place, Record};
use crate::units::{Amperes, Phases};

/// The in-force entry of a SetChargingProfile payload, as soon as it is sent; `None` where it has no readable profile.
pub fn sent(record: &Record, payload: &Value, number: u64, at: Timestamp) -> Option<InForce> {
    let (key, connector) = if record.version().is_v2() {
        ("chargingProfile", id(payload, "evseId"))
    } else {
        ("csChargingProfiles", id(payload, "connectorId"))
    };
    read(record, payload.get(key)?, connector, number, at)
}

/// As [`sent`], of the profile that goes with a remote start: it is for the transaction that begins.
pub fn starts(record: &Record, payload: &Value, number: u64, at: Timestamp) -> Option<InForce> {
    let connector = id(payload, if record.version().is_v2() { "evseId" } else { "connectorId" });
    let entry = read(record, payload.get("chargingProfile")?, connector, number, at)?;
    // What counts from the start of a transaction is not known to end before that has begun.
    let until = entry.until.filter(|_| !entry.relative);
    Some(InForce { purpose: Purpose::TxProfile, until, awaits: true, ..entry })
}

fn read(record: &Record, profile: &Value, connector: u32, number: u64, at: Timestamp) -> Option<InForce> {
    let profile_id = if record.version().is_v2() { "id" } else { "chargingProfileId" };
    let charger_now = record.clock.map_or(at, |clock| clock.shows(at));
    let ours = |theirs: Timestamp| at.checked_add(theirs.duration_since(charger_now)).ok();
    // Of several schedules 2.x lets the car choose one; they begin alike.
    let schedule = match &profile["chargingSchedule"] {
        Value::Array(schedules) => schedules.first()?,
        schedule => schedule,
    };
    let periods = list(schedule, "chargingSchedulePeriod");
    let first = periods.first()?;
    let valid = |key: &str| profile[key].as_str().and_then(time::read).map(|time| time.instant);
    let (valid_from, valid_to) = (valid("validFrom"), valid("validTo"));
    let recurs = text(profile, "chargingProfileKind") == "Recurring";
    let stays = schedule.get("duration").is_none() && valid_to.is_none() && !recurs;
    let limit = amps(first, schedule)?;
    let highest = periods.iter().filter_map(|period| amps(period, schedule)).max().unwrap_or(limit);
    Some(InForce {
        profile: small(profile, profile_id)?,
        schedule: small(schedule, "id"),
        unit: Some(if text(schedule, "chargingRateUnit") == "W" { RateUnit::W } else { RateUnit::A }),
        purpose: Purpose::read(&text(profile, "chargingProfilePurpose")).unwrap_or(Purpose::TxDefaultProfile),
        connector,
        stack_level: small(profile, "stackLevel").unwrap_or(0),
        limit: if recurs { highest } else { limit },
        phases: phases(first),
        relative: text(profile, "chargingProfileKind") == "Relative",
        at_times: valid_from.is_some_and(|from| from > charger_now) || (recurs && schedule.get("duration").is_some()),
        // What recurs begins anew after its last period.
        until: ends(profile, schedule, charger_now)
            .filter(|_| !recurs)
            .into_iter()
            .chain(valid_to)
            .min()
            .and_then(ours),
        ahead_s: charger_now.duration_since(at).as_secs(),
        then: periods.last().filter(|_| stays && periods.len() > 1).and_then(|last| amps(last, schedule)),
        accepted: false,
        doubted: None,
        recurs,
        awaits: false,
        number,
    })
}

/// UpdateDynamicSchedule (2.1) changes the limit of a profile of ours.
pub fn updated(record: &Record, payload: &Value, number: u64) -> Option<InForce> {
    let profile = small(payload, "chargingProfileId")?;
    let entry = record.in_force.iter().find(|f| f.profile == profile)?;
    let unit = entry.unit.map_or("A", RateUnit::name);
    let limit = value(&payload["scheduleUpdate"], "limit")?;
    let limit = limit::period_amps(limit, unit, entry.phases.unwrap_or(Phases::ONE))?;
    Some(InForce { limit, accepted: false, doubted: None, number, ..entry.clone() })
}

fn small(object: &Value, key: &str) -> Option<i32> {
    int(object, key).and_then(|n| i32::try_from(n).ok())
}

fn phases(period: &Value) -> Option<Phases> {
    int(period, "numberPhases").and_then(|n| u8::try_from(n).ok()).and_then(Phases::new)
}

/// The limit of a period, A per phase: of those it names for each phase the highest.
fn amps(period: &Value, schedule: &Value) -> Option<Amperes> {
    let unit = text(schedule, "chargingRateUnit");
    let highest = ["limit", "limit_L2", "limit_L3"].iter().filter_map(|key| value(period, key)).reduce(f64::max);
    limit::period_amps(
        highest.or_else(|| value(period, "setpoint"))?.max(0.0),
        &unit,
        phases(period).unwrap_or(Phases::ONE),
    )
}

/// When a schedule is over, or the last limit in it begins that then stays, by the charger's clock; `None`: it has no end.
fn ends(profile: &Value, schedule: &Value, charger_now: Timestamp) -> Option<Timestamp> {
    let relative = text(profile, "chargingProfileKind") == "Relative";
    let last = list(schedule, "chargingSchedulePeriod").get(1..).and_then(<[Value]>::last);
    let seconds = int(schedule, "duration").or_else(|| last.and_then(|period| int(period, "startPeriod")))?;
    let start = schedule["startSchedule"].as_str().and_then(time::read).filter(|_| !relative);
    let began = start.map_or(charger_now, |start| start.instant);
    began.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// The charger's clock was set: what ends by it ends later where that shows less than before. That it may end sooner does not
/// count: a test limit is told of too long rather than too short.
pub fn clock_is_ahead(all: &mut [InForce], ahead_s: i64) {
    for f in all.iter_mut().filter(|f| !f.relative && ahead_s < f.ahead_s) {
        let later = SignedDuration::from_secs(f.ahead_s.saturating_sub(ahead_s));
        f.until = f.until.map(|until| until.checked_add(later).unwrap_or(until));
        f.ahead_s = ahead_s;
    }
}

/// An accepted profile takes the place of others.
pub fn accepted(all: &mut Vec<InForce>, number: u64) {
    let Some(index) = all.iter().position(|f| f.number == number) else { return };
    all[index].accepted = true;
    if all[index].is_window() {
        let here = |f: &&InForce| f.gives_way_to(&all[index]) && f.place() == all[index].place();
        let beneath = |f: &InForce| f.then.or(Some(f.limit).filter(|_| f.until.is_none() && f.is_steady()));
        all[index].then = all.iter().filter(here).find_map(beneath);
    }
    let new = all[index].clone();
    all.retain(|f| !f.gives_way_to(&new));
}

/// A profile was sent: what it takes the place of may be gone.
pub fn replaces(all: &mut [InForce], new: &InForce) {
    for f in all.iter_mut().filter(|f| f.gives_way_to(new)) {
        f.doubted.get_or_insert(new.number);
    }
}

/// A ClearChargingProfile was sent: what it may name may be gone.
pub fn may_go(record: &mut Record, payload: &Value, number: u64) {
    let version = record.version();
    for f in record.in_force.iter_mut().filter(|f| may_name(version, payload, f.profile, f.place())) {
        f.doubted.get_or_insert(number);
    }
}

/// The charger refused what was sent with this frame: it has done nothing.
pub fn refused(all: &mut Vec<InForce>, number: u64) {
    all.retain(|f| f.number != number);
    for f in all.iter_mut().filter(|f| f.doubted == Some(number)) {
        f.doubted = None;
    }
}

/// The criteria of a ClearChargingProfile payload, with what a version calls its id and its place.
fn criteria(version: Version, payload: &Value) -> (&Value, &'static str, &'static str) {
    if version.is_v2() {
        (&payload["chargingProfileCriteria"], "chargingProfileId", "evseId")
    } else {
        (payload, "id", "connectorId")
    }
}

/// Does this ClearChargingProfile payload name the profile of that id in that place, however it is read? Fields that are
/// given combine with AND (OCPP 1.6 errata 3.25).
pub fn names(version: Version, payload: &Value, profile: i32, place: Place) -> bool {
    let (criteria, profile_id, connector) = criteria(version, payload);
    let same = |object: &Value, key: &str, value: i64| object.get(key).is_none_or(|_| int(object, key) == Some(value));
    let purpose = || text(criteria, "chargingProfilePurpose") == place.purpose.name(version);
    same(payload, profile_id, i64::from(profile))
        && same(criteria, connector, i64::from(place.connector))
        && same(criteria, "stackLevel", i64::from(place.stack_level))
        && criteria.get("chargingProfilePurpose").is_none_or(|_| purpose())
}

/// As [`names`], read in whatever way names most: for some chargers an id alone is enough, and a field that is null or no
/// number is no field.
pub fn may_name(version: Version, payload: &Value, profile: i32, place: Place) -> bool {
    let (criteria, profile_id, connector) = criteria(version, payload);
    let same = |object: &Value, key: &str, value: i64| int(object, key).is_none_or(|named| named == value);
    if int(payload, profile_id).is_some() {
        return same(payload, profile_id, i64::from(profile));
    }
    same(criteria, connector, i64::from(place.connector))
        && same(criteria, "stackLevel", i64::from(place.stack_level))
        && Purpose::read(&text(criteria, "chargingProfilePurpose")).is_none_or(|purpose| purpose == place.purpose)
}

/// Does this test stand where the base of all sessions stood? Then clearing it would leave nothing.
pub fn took_the_bases_place(test: &InForce) -> bool {
    test.is_test() && test.stack_level == 0 && test.purpose == Purpose::TxDefaultProfile
}

/// The recipe by which an entry was written, to write another limit in its place.
pub fn recipe(entry: &InForce) -> Recipe {
    let counts = if entry.relative { Counts::Relative } else { Counts::Absolute };
    Recipe { purpose: entry.purpose, connector: entry.connector, counts, transaction: None }
}

/// What takes our test limits away. Where a test stands in the base's place the base takes it back first, so that there is
/// no gap; the base under a TxProfile goes with it.
pub fn way_back(record: &Record, now: Timestamp) -> Vec<Ask> {
    let terms = Terms::of(record, now);
    let ceiling = record.ceiling_parts.ceiling().map(|c| c.limit);
    let (mut asks, mut given_back) = (Vec::new(), Vec::new());
    for test in record.in_force.iter().filter(|f| took_the_bases_place(f)) {
        if let Some(base) = test.then.into_iter().chain(ceiling).min() {
            let profile = recipe(test).staying(base, &terms);
            given_back.push(profile.id);
            asks.push(Ask::SetProfile { connector: test.connector, profile });
        }
    }
    let goes = |f: &&InForce| (f.is_test() || f.role() == SESSION_PROFILE) && !given_back.contains(&f.profile);
    let mut ids: Vec<(bool, i32)> =
        record.in_force.iter().filter(goes).map(|f| (f.role() == SESSION_PROFILE, f.profile)).collect();
    ids.sort_unstable();
    ids.dedup();
    asks.extend(ids.into_iter().map(|(_, id)| Ask::ClearProfile { id }));
    asks
}

#[cfg(test)]
mod tests {
    use chargehand_ocpp::profile::{Every, Kind, Period, Profile};
    use serde_json::json;

    use super::*;
    use crate::ceiling::CeilingParts;
    use crate::event::Handshake;
    use crate::limit::{BASE_PROFILE, TEST_PROFILE};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const RECIPE: Recipe = Recipe::default_on(0, Counts::Absolute);

    fn amps(amps: u32) -> Amperes {
        Amperes::from_milliamps(amps * 1000)
    }

    /// A record of a charger that speaks this version, with a ceiling of 20 A.
    fn charger(version: Version) -> Record {
        let handshake = Handshake { chosen: version.subprotocol().into(), ..Handshake::default() };
        let ceiling_parts = CeilingParts { breaker: Some(amps(20)), ..CeilingParts::default() };
        Record { handshake: Some(handshake), ceiling_parts, ..Record::new("CP1") }
    }

    fn entry(record: &Record, profile: Profile, number: u64) -> InForce {
        let call = record.call(&Ask::SetProfile { connector: 0, profile });
        sent(record, &call.payload, number, NOW).expect("a profile")
    }

    #[test]
    fn clearing_without_fields_clears_everything_and_fields_combine() {
        let record = charger(Version::V16);
        let entry = entry(&record, RECIPE.test(amps(10), amps(32), 600, &Terms::of(&record, NOW)), 9);
        assert_eq!((entry.limit, entry.until, entry.then), (amps(10), Timestamp::from_second(600).ok(), None));
        let clears = |payload: Value| names(Version::V16, &payload, entry.profile, entry.place());
        assert!(clears(json!({})));
        assert!(clears(json!({"id": TEST_PROFILE})));
        assert!(!clears(json!({"id": BASE_PROFILE})));
        assert!(clears(json!({"connectorId": 0, "stackLevel": 1})));
        assert!(!clears(json!({"connectorId": 0, "stackLevel": 0})));
    }

    #[test]
    fn a_limit_that_is_valid_for_an_hour_is_none_that_stays() {
        let record = charger(Version::V201);
        let mut call =
            record.call(&Ask::SetProfile { connector: 0, profile: RECIPE.staying(amps(16), &Terms::of(&record, NOW)) });
        call.payload["chargingProfile"]["validTo"] = "1970-01-01T01:00:00Z".into();
        let entry = sent(&record, &call.payload, 1, NOW).expect("a profile");
        assert_eq!(entry.until, Timestamp::from_second(3600).ok());
    }

    #[test]
    fn what_recurs_counts_as_its_highest_hour_ends_with_its_validity_alone_and_is_no_base() {
        for version in [Version::V16, Version::V201] {
            let record = charger(version);
            let start = NOW;
            let profile = Profile {
                kind: Kind::Recurring { every: Every::Day, start },
                periods: [(0, 0), (3600, 160), (7200, 100)]
                    .map(|(start_s, tenths)| Period { start_s, tenths, phases: None })
                    .into(),
                duration_s: Some(86_400),
                ..RECIPE.staying(amps(16), &Terms::of(&record, NOW))
            };
            let stands = entry(&record, profile.clone(), 1);
            assert_eq!((stands.limit, stands.until, stands.then), (amps(16), None, None), "{version}");
            assert_eq!((stands.at_times, stands.stays(NOW)), (true, None), "{version}: at some hours it is 0");
            let ends = Timestamp::from_second(86_400 * 90).ok();
            assert_eq!(entry(&record, Profile { valid_to: ends, ..profile }, 1).until, ends, "{version}");
        }
    }

    #[test]
    fn a_limit_that_holds_from_next_year_on_is_nothing_to_stand_on_today() {
        let record = charger(Version::V16);
        let later = Timestamp::from_second(86_400 * 365).ok();
        let profile = Profile { valid_from: later, ..RECIPE.staying(amps(16), &Terms::of(&record, NOW)) };
        assert_eq!(entry(&record, profile, 1).stays(NOW), None);
    }

    #[test]
    fn a_2_x_charger_is_told_by_id_or_by_criteria_what_to_clear() {
        let record = charger(Version::V201);
        let entry = entry(&record, RECIPE.test(amps(10), amps(32), 600, &Terms::of(&record, NOW)), 9);
        assert_eq!((entry.limit, entry.until, entry.is_test()), (amps(10), Timestamp::from_second(600).ok(), true));
        let clears = |payload: Value| names(Version::V201, &payload, entry.profile, entry.place());
        let criteria = |criteria: Value| json!({ "chargingProfileCriteria": criteria });
        assert!(clears(json!({})) && clears(json!({"chargingProfileId": TEST_PROFILE})));
        assert!(!clears(json!({"chargingProfileId": BASE_PROFILE})));
        assert!(clears(criteria(json!({"evseId": 0, "chargingProfilePurpose": "TxDefaultProfile"}))));
        assert!(!clears(criteria(json!({"evseId": 1}))));
    }

    #[test]
    fn a_limit_that_was_overwritten_is_not_in_force_but_one_that_was_not_answered_may_be() {
        let record = charger(Version::V16);
        let terms = Terms::of(&record, NOW);
        let base = |limit, number| entry(&record, RECIPE.staying(amps(limit), &terms), number);
        let mut all = vec![base(32, 1), base(20, 2)];
        accepted(&mut all, 2);
        assert_eq!(
            (all.len(), all[0].limit),
            (1, amps(20)),
            "the first was never answered, and is gone now either way"
        );
        all.push(base(16, 3));
        assert_eq!(all.len(), 2, "either may be in force");
        accepted(&mut all, 3);
        assert_eq!((all.len(), all[0].limit), (1, amps(16)));
    }

    #[test]
    fn the_way_back_from_a_test_in_the_bases_place_begins_with_the_base() {
        for (version, clears) in [(Version::V16, 1), (Version::V201, 0)] {
            let mut record = charger(version);
            let terms = Terms { test_level: None, ..Terms::of(&record, NOW) };
            let mut base = entry(&record, RECIPE.staying(amps(32), &terms), 1);
            base.accepted = true;
            record.in_force = vec![base];
            let terms = Terms { test_level: None, ..Terms::of(&record, NOW) };
            record.in_force.push(entry(&record, RECIPE.test(amps(10), amps(32), 600, &terms), 2));
            accepted(&mut record.in_force, 2);
            assert_eq!(record.in_force.len(), 1, "there is one limit in a place");
            let asks = way_back(&record, NOW);
            let Ask::SetProfile { profile, .. } = &asks[0] else { panic!("the base first: {asks:?}") };
            assert_eq!(profile.periods[0].tenths, 200, "the ceiling came down meanwhile");
            let cleared: Vec<&Ask> = asks[1..].iter().collect();
            assert_eq!(cleared.len(), clears, "2.x: the base has taken the id back with the place: {asks:?}");
        }
    }
}
