//! Which of our limits are, or may be, in force in a charger: what was sent, what replaces it, what takes it away.

use chargehand_ocpp::time;
use chargehand_ocpp::v16::call::{self, Call};
use chargehand_ocpp::v16::profile::Purpose;
use chargehand_ocpp::v16::read;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::limit::{self, Counts, Recipe, SESSION_PROFILE, STARTED_BEFORE_S, Terms};
use crate::record::{InForce, Record};
use crate::units::{Amperes, Phases};

/// The in-force entry of a SetChargingProfile payload, as soon as it is sent; `None` where it has no readable profile.
pub fn sent(payload: &Value, number: u64, at: Timestamp) -> Option<InForce> {
    let profile = payload.get("csChargingProfiles")?;
    let schedule = &profile["chargingSchedule"];
    let periods = schedule["chargingSchedulePeriod"].as_array()?;
    let first = periods.first()?;
    let purpose = match read::text(profile, "chargingProfilePurpose").as_str() {
        "ChargePointMaxProfile" => Purpose::ChargePointMaxProfile,
        "TxProfile" => Purpose::TxProfile,
        _ => Purpose::TxDefaultProfile,
    };
    let stack_level = i32::try_from(read::int(profile, "stackLevel").unwrap_or(0)).unwrap_or(0);
    let stays = schedule.get("duration").is_none();
    Some(InForce {
        profile: i32::try_from(read::int(profile, "chargingProfileId")?).ok()?,
        purpose,
        connector: read::connector(payload),
        stack_level,
        limit: amps(first, schedule)?,
        phases: phases(first),
        relative: read::text(profile, "chargingProfileKind") == "Relative",
        until: ends(schedule, periods, at),
        then: periods.last().filter(|_| stays && periods.len() > 1).and_then(|last| amps(last, schedule)),
        accepted: false,
        number,
    })
}

fn phases(period: &Value) -> Option<Phases> {
    read::int(period, "numberPhases").and_then(|n| u8::try_from(n).ok()).and_then(Phases::new)
}

fn amps(period: &Value, schedule: &Value) -> Option<Amperes> {
    let unit = read::text(schedule, "chargingRateUnit");
    limit::period_amps(read::number(period, "limit")?, &unit, phases(period).unwrap_or(Phases::ONE))
}

/// When the first limit of a schedule is over, by our clock. What was sent a moment ago began `STARTED_BEFORE_S` before
/// the charger's now, whatever its clock shows.
fn ends(schedule: &Value, periods: &[Value], at: Timestamp) -> Option<Timestamp> {
    let second = periods.get(1).and_then(|p| read::int(p, "startPeriod"));
    let seconds = read::int(schedule, "duration").into_iter().chain(second).min()?;
    let began = schedule["startSchedule"].as_str().and_then(time::read).map_or(0, |_| i64::from(STARTED_BEFORE_S));
    at.checked_add(SignedDuration::from_secs(seconds.saturating_sub(began))).ok()
}

/// An accepted profile takes the place of those with its id, or its purpose, level and connector (OCPP 1.6 5.16.3).
pub fn accepted(all: &mut Vec<InForce>, number: u64) {
    let Some(index) = all.iter().position(|f| f.number == number) else { return };
    all[index].accepted = true;
    let new = all[index].clone();
    let replaced = |f: &InForce| {
        f.number != number
            && (f.profile == new.profile
                || (f.purpose == new.purpose && f.stack_level == new.stack_level && f.connector == new.connector))
    };
    all.retain(|f| !replaced(f));
}

/// Does this ClearChargingProfile payload name that profile? Fields that are given combine with AND (errata 3.25).
pub fn clears(payload: &Value, profile: &InForce) -> bool {
    let same = |key: &str, value: i64| payload.get(key).is_none_or(|_| read::int(payload, key) == Some(value));
    if payload.get("id").is_some() {
        return same("id", i64::from(profile.profile));
    }
    same("connectorId", i64::from(profile.connector))
        && same("stackLevel", i64::from(profile.stack_level))
        && payload
            .get("chargingProfilePurpose")
            .is_none_or(|_| read::text(payload, "chargingProfilePurpose") == profile.purpose.name())
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

/// The calls that take our test limits away. Where a test stands in the base's place the base takes it back first, so
/// that there is no gap; the base under a TxProfile goes with it.
pub fn way_back(record: &Record, now: Timestamp) -> Vec<Call> {
    let terms = Terms::of(record, now);
    let ceiling = record.ceiling_parts.ceiling().map(|c| c.limit);
    let mut calls = Vec::new();
    for test in record.in_force.iter().filter(|f| took_the_bases_place(f)) {
        if let Some(base) = test.then.into_iter().chain(ceiling).min() {
            calls.push(call::set_charging_profile(test.connector, &recipe(test).staying(base, &terms)));
        }
    }
    let mut ids: Vec<i32> =
        record.in_force.iter().filter(|f| f.is_test() || f.profile == SESSION_PROFILE).map(|f| f.profile).collect();
    ids.sort_unstable_by_key(|id| *id == SESSION_PROFILE);
    ids.dedup();
    calls.extend(ids.into_iter().map(call::clear_charging_profile));
    calls
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ceiling::CeilingParts;
    use crate::limit::{BASE_PROFILE, TEST_PROFILE};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const RECIPE: Recipe = Recipe::default_on(0, Counts::Absolute);

    fn amps(amps: u32) -> Amperes {
        Amperes::from_milliamps(amps * 1000)
    }

    fn entry(profile: &chargehand_ocpp::v16::profile::Profile, number: u64) -> InForce {
        sent(&call::set_charging_profile(0, profile).payload, number, NOW).expect("a profile")
    }

    #[test]
    fn clearing_without_fields_clears_everything_and_fields_combine() {
        let terms = Terms::of(&Record::new("CP1"), NOW);
        let entry = entry(&RECIPE.test(amps(10), amps(32), 600, &terms), 9);
        assert_eq!((entry.limit, entry.until, entry.then), (amps(10), Timestamp::from_second(600).ok(), None));
        assert!(clears(&json!({}), &entry));
        assert!(clears(&json!({"id": TEST_PROFILE}), &entry));
        assert!(!clears(&json!({"id": BASE_PROFILE}), &entry));
        assert!(clears(&json!({"connectorId": 0, "stackLevel": 1}), &entry));
        assert!(!clears(&json!({"connectorId": 0, "stackLevel": 0}), &entry));
    }

    #[test]
    fn a_limit_that_was_overwritten_is_not_in_force_but_one_that_was_not_answered_may_be() {
        let terms = Terms::of(&Record::new("CP1"), NOW);
        let base = |limit, number| entry(&RECIPE.staying(amps(limit), &terms), number);
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
        let mut record = Record::new("CP1");
        record.ceiling_parts = CeilingParts { breaker: Some(amps(20)), ..CeilingParts::default() };
        let terms = Terms { levels: false, ..Terms::of(&record, NOW) };
        record.in_force = vec![entry(&RECIPE.test(amps(10), amps(32), 600, &terms), 1)];
        let calls = way_back(&record, NOW);
        assert_eq!(calls.len(), 2);
        let period = &calls[0].payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0];
        assert_eq!(period["limit"], 20, "the ceiling came down meanwhile");
        assert_eq!(calls[1].payload, json!({"id": TEST_PROFILE}));
    }
}
