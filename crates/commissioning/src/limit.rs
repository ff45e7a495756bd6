//! A current limit as charging profiles: which ones we send, what they may be, and which of ours are in force.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use chargehand_ocpp::time;
use chargehand_ocpp::v16::profile::{Kind, Period, Profile, Purpose, RateUnit};
use chargehand_ocpp::v16::read;

use crate::record::{InForce, Record};
use crate::units::{Amperes, LEAST_OFFER, NOMINAL_VOLTS, Phases};

/// The profile that stays: the base under a test, or the permanent limit.
pub const BASE_PROFILE: i32 = 47_551;
/// The test limit with its dead-man.
pub const TEST_PROFILE: i32 = 47_552;
/// The station maximum.
pub const STATION_PROFILE: i32 = 47_553;

/// The idTag of our own remote starts: at most 16 characters (field problem P22).
pub const TEST_ID_TAG: &str = "CHARGEHAND";

/// An absolute schedule starts this long before the charger's now, so that there is no gap (OCPP 1.6 5.16.4).
const STARTED_BEFORE_S: i32 = 60;

/// Where and how a limit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// What the profile is for.
    pub purpose: Purpose,
    /// 0: the whole charger.
    pub connector: u32,
    /// Counts from a time instead of from the transaction's start.
    pub absolute: bool,
    /// The transaction, for a TxProfile.
    pub transaction: Option<i32>,
}

/// What all limits of one charger have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// A, or W where the charger takes only that.
    pub unit: RateUnit,
    /// Phases for the conversion to W, and always sent.
    pub phases: Phases,
    /// There is a level above the lowest.
    pub levels: bool,
    /// What the charger believes the time to be.
    pub charger_now: Timestamp,
}

impl Terms {
    /// From what the charger said of itself.
    pub fn of(record: &Record, now: Timestamp) -> Self {
        Self {
            unit: unit(record.configured("ChargingScheduleAllowedChargingRateUnit")),
            // Unknown counts as one: that makes a limit in W the smallest.
            phases: record.phases.unwrap_or(Phases::ONE),
            levels: record.configured("ChargeProfileMaxStackLevel").trim().parse::<u32>() != Ok(0),
            charger_now: record.clock.map_or(now, |clock| clock.shows(now)),
        }
    }
}

/// The unit a charger takes: A unless it names only power. Spelled freely in the field (`Power`, `W`, `watts`).
fn unit(allowed: &str) -> RateUnit {
    let lower = allowed.to_ascii_lowercase();
    let words = || lower.split([',', ';', ' ']).map(str::trim).filter(|w| !w.is_empty());
    let current = words().any(|w| matches!(w, "current" | "a" | "amps" | "ampere" | "amperes"));
    let power = words().any(|w| matches!(w, "power" | "w" | "watt" | "watts"));
    if power && !current { RateUnit::W } else { RateUnit::A }
}

/// The limit as it is sent: down to 0.1 A, and below the least offer of 6 A as 0 (IEC 61851-1: a charger cannot offer
/// less; it pauses). Never up.
pub fn as_sent(limit: Amperes) -> Amperes {
    if limit < LEAST_OFFER { Amperes::ZERO } else { limit.floor_to_tenth() }
}

fn tenths(limit: Amperes, terms: &Terms) -> i64 {
    let limit = as_sent(limit);
    match terms.unit {
        RateUnit::A => i64::from(limit.milliamps() / 100),
        // Whole watts, rounded down.
        RateUnit::W => i64::from(limit.watts(terms.phases).0) * 10,
    }
}

impl Recipe {
    /// In words, for a finding: `TxDefaultProfile on connector 0, Absolute, in A`.
    pub fn words(&self, terms: &Terms) -> String {
        let kind = if self.absolute { "Absolute" } else { "Relative" };
        let unit = match terms.unit {
            RateUnit::A => "A",
            RateUnit::W => "W",
        };
        format!("{} on connector {}, {kind}, in {unit}", self.purpose.name(), self.connector)
    }

    /// A limit that stays, at the lowest level.
    pub fn staying(&self, id: i32, limit: Amperes, terms: &Terms) -> Profile {
        self.profile(id, 0, vec![Period { start_s: 0, tenths: tenths(limit, terms) }], None, terms)
    }

    /// A test limit that ends by itself after `lasts_s` and falls back to the base: above it with a duration, or, where
    /// there is only one level, one schedule of two periods in its place.
    pub fn test(&self, limit: Amperes, base: Amperes, lasts_s: i32, terms: &Terms) -> Profile {
        let ends = lasts_s + if self.absolute { STARTED_BEFORE_S } else { 0 };
        let first = Period { start_s: 0, tenths: tenths(limit, terms) };
        if terms.levels {
            return self.profile(TEST_PROFILE, 1, vec![first], Some(ends), terms);
        }
        let then = Period { start_s: ends, tenths: tenths(base, terms) };
        self.profile(TEST_PROFILE, 0, vec![first, then], None, terms)
    }

    fn profile(
        &self,
        id: i32,
        stack_level: i32,
        periods: Vec<Period>,
        duration_s: Option<i32>,
        terms: &Terms,
    ) -> Profile {
        let start = terms.charger_now.checked_sub(SignedDuration::from_secs(i64::from(STARTED_BEFORE_S)));
        let kind = match (self.absolute, start) {
            (true, Ok(start)) => Kind::Absolute { start },
            _ => Kind::Relative,
        };
        Profile {
            id,
            stack_level,
            purpose: self.purpose,
            kind,
            unit: terms.unit,
            periods,
            duration_s,
            phases: terms.phases.count(),
            transaction: self.transaction,
        }
    }
}

/// The base: every session that has no limit of its own.
pub fn base_recipe(absolute: bool) -> Recipe {
    Recipe { purpose: Purpose::TxDefaultProfile, connector: 0, absolute, transaction: None }
}

/// A limit read out of a schedule, A per phase: W are divided by the nominal voltage and the phases that carry current,
/// the fewest that are possible where that is not known, so that it is never taken for less than it may be.
pub fn period_amps(limit: f64, unit: &str, phases: Phases) -> Option<Amperes> {
    let watts = unit.eq_ignore_ascii_case("W");
    let divisor = if watts { f64::from(NOMINAL_VOLTS) * f64::from(phases.count()) } else { 1.0 };
    Amperes::from_amps(limit / divisor)
}

/// The in-force entry of a SetChargingProfile payload, as soon as it is sent; `None` where it has no readable profile.
pub fn sent(payload: &Value, number: u64, at: Timestamp) -> Option<InForce> {
    let profile = payload.get("csChargingProfiles")?;
    let schedule = &profile["chargingSchedule"];
    let periods = schedule["chargingSchedulePeriod"].as_array()?;
    let first = periods.first()?;
    let phases = read::int(first, "numberPhases").and_then(|n| u8::try_from(n).ok()).and_then(Phases::new);
    let limit = period_amps(
        read::number(first, "limit")?,
        &read::text(schedule, "chargingRateUnit"),
        phases.unwrap_or(Phases::ONE),
    )?;
    let purpose = match read::text(profile, "chargingProfilePurpose").as_str() {
        "ChargePointMaxProfile" => Purpose::ChargePointMaxProfile,
        "TxProfile" => Purpose::TxProfile,
        _ => Purpose::TxDefaultProfile,
    };
    let stack_level = i32::try_from(read::int(profile, "stackLevel").unwrap_or(0)).unwrap_or(0);
    Some(InForce {
        profile: i32::try_from(read::int(profile, "chargingProfileId")?).ok()?,
        purpose,
        connector: read::connector(payload),
        stack_level,
        limit,
        until: ends(schedule, periods, at),
        accepted: false,
        number,
    })
}

/// When the first limit of a schedule is over, by our clock. What was sent a moment ago began `STARTED_BEFORE_S` before
/// the charger's now, whatever its clock shows.
fn ends(schedule: &Value, periods: &[Value], at: Timestamp) -> Option<Timestamp> {
    let second = periods.get(1).and_then(|p| read::int(p, "startPeriod"));
    let seconds = read::int(schedule, "duration").into_iter().chain(second).min()?;
    let began = schedule["startSchedule"].as_str().and_then(time::read).map_or(0, |_| i64::from(STARTED_BEFORE_S));
    at.checked_add(SignedDuration::from_secs(seconds - began)).ok()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn amps(tenths: u32) -> Amperes {
        Amperes::from_milliamps(tenths * 100)
    }

    fn charger(key: &str, value: &str) -> Record {
        let key = ConfigurationKey { key: key.into(), value: Some(value.into()), readonly: true, meaning: None };
        let snapshot = ConfigurationSnapshot { keys: vec![key], ..Default::default() };
        Record { configuration: Some(snapshot), ..Record::new("CP1") }
    }

    #[test]
    fn the_unit_is_amperes_unless_only_power_is_allowed() {
        for (value, unit) in [
            ("Current", RateUnit::A),
            ("Power", RateUnit::W),
            ("Current,Power", RateUnit::A),
            ("watts", RateUnit::W),
            ("A;W", RateUnit::A),
            ("", RateUnit::A),
        ] {
            let record = charger("ChargingScheduleAllowedChargingRateUnit", value);
            assert_eq!(Terms::of(&record, NOW).unit, unit, "{value:?}");
        }
    }

    #[test]
    fn a_test_limit_below_six_amperes_is_sent_as_zero() {
        assert_eq!(as_sent(amps(59)), Amperes::ZERO);
        assert_eq!(as_sent(amps(60)), amps(60));
        assert_eq!(as_sent(Amperes::from_milliamps(10_299)), amps(102));
    }

    #[test]
    fn a_test_ends_by_itself_above_the_base_or_in_one_schedule_of_two_periods() {
        let terms = Terms::of(&charger("ChargeProfileMaxStackLevel", "8"), NOW);
        let test = base_recipe(true).test(amps(100), amps(320), 600, &terms);
        assert_eq!((test.stack_level, test.duration_s, test.periods.len()), (1, Some(660), 1));
        let single = Terms::of(&charger("ChargeProfileMaxStackLevel", "0"), NOW);
        let test = base_recipe(true).test(amps(100), amps(320), 600, &single);
        assert_eq!((test.stack_level, test.duration_s), (0, None), "without duration: it never falls to nothing");
        assert_eq!(test.periods[1], Period { start_s: 660, tenths: 320 });
    }

    #[test]
    fn watts_are_whole_and_rounded_down_for_the_phases_that_carry_current() {
        let mut record = charger("ChargingScheduleAllowedChargingRateUnit", "Power");
        assert_eq!(base_recipe(true).staying(1, amps(102), &Terms::of(&record, NOW)).periods[0].tenths, 23_460);
        record.phases = Phases::new(3);
        let profile = base_recipe(true).staying(1, amps(102), &Terms::of(&record, NOW));
        assert_eq!((profile.periods[0].tenths, profile.phases), (70_380, 3));
    }

    #[test]
    fn clearing_without_fields_clears_everything_and_fields_combine() {
        let terms = Terms::of(&Record::new("CP1"), NOW);
        let profile = base_recipe(true).test(amps(100), amps(320), 600, &terms);
        let call = chargehand_ocpp::v16::call::set_charging_profile(0, &profile);
        let entry = sent(&call.payload, 9, NOW).expect("a profile");
        assert_eq!((entry.limit, entry.until), (amps(100), Timestamp::from_second(600).ok()));
        assert!(clears(&json!({}), &entry));
        assert!(clears(&json!({"id": TEST_PROFILE}), &entry));
        assert!(!clears(&json!({"id": BASE_PROFILE}), &entry));
        assert!(clears(&json!({"connectorId": 0, "stackLevel": 1}), &entry));
        assert!(!clears(&json!({"connectorId": 0, "stackLevel": 0}), &entry));
    }
}
