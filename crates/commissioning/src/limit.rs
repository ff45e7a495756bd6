//! A current limit as charging profiles: which ones we send, and what they may be.

use jiff::{SignedDuration, Timestamp};

use chargehand_catalogue::Acts;
use chargehand_ocpp::Version;
use chargehand_ocpp::profile::{Kind, Period, Profile, Purpose, RateUnit};

use crate::in_force;
use crate::profiles;
use crate::record::{InForce, Place, Record, Transaction};
use crate::setting::Setting;
use crate::units::{Amperes, LEAST_OFFER, NOMINAL_VOLTS, Phases};

/// The profile that stays for all sessions: the base under a test, or the permanent limit.
pub const BASE_PROFILE: i32 = 47_551;
/// The test limit with its dead-man.
pub const TEST_PROFILE: i32 = 47_552;
/// The station maximum.
pub const STATION_PROFILE: i32 = 47_553;
/// The profile that stays for one transaction.
pub const SESSION_PROFILE: i32 = 47_554;
/// Plus the connector: the profile that stays for all sessions of one connector.
const CONNECTOR_PROFILES: i32 = 47_560;

/// The most connectors that have an id of their own.
const CONNECTORS: i32 = 1000;
/// The cheap hours: [`WINDOW_PIECES`] ids for each connector, one for each piece between two changes of the clock.
const WINDOW_PROFILES: i32 = 49_000;
/// The most pieces that cheap hours are split into: two a year.
pub const WINDOW_PIECES: usize = 16;

/// Is this one of the ids above? In 2.x a schedule of ours has one also where its profile has taken another's.
pub fn is_ours(role: i32) -> bool {
    (BASE_PROFILE..=CONNECTOR_PROFILES.saturating_add(CONNECTORS)).contains(&role) || is_window(role)
}

/// Is this the id of a piece of the cheap hours?
pub fn is_window(role: i32) -> bool {
    (WINDOW_PROFILES..window_id(u32::MAX, 0).saturating_add(WINDOW_PIECES as i32)).contains(&role)
}

/// The id of a piece of the cheap hours, counted from 0, on a connector (0: the whole charger).
pub fn window_id(connector: u32, piece: usize) -> i32 {
    let connector = i32::try_from(connector).unwrap_or(CONNECTORS).min(CONNECTORS);
    WINDOW_PROFILES + connector * WINDOW_PIECES as i32 + piece.min(WINDOW_PIECES - 1) as i32
}

/// The idTag of our own remote starts: at most 16 characters (field problem P22).
pub const TEST_ID_TAG: &str = "CHARGEHAND";

/// An absolute schedule starts this long before the charger's now, so that there is no gap (OCPP 1.6 5.16.4). s.
const STARTED_BEFORE_S: i32 = 60;

/// What the seconds of a schedule count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// From a time of the charger's clock (Absolute).
    Absolute,
    /// From when it was set: how some chargers take Relative.
    Relative,
    /// From the start of the transaction, at this time of our clock: how others take Relative. In an old session a short
    /// schedule that starts there would be over at once, so it is made longer by the session's age.
    FromStart(Timestamp),
}

/// Where and how a limit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// What the profile is for.
    pub purpose: Purpose,
    /// 0: the whole charger.
    pub connector: u32,
    /// What its seconds count from.
    pub counts: Counts,
    /// The transaction, for a TxProfile.
    pub transaction: Option<i32>,
}

/// What all limits of one charger have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The OCPP version it speaks.
    pub version: Version,
    /// A, or W where the charger takes only that.
    pub unit: RateUnit,
    /// Phases for the conversion to W.
    pub phases: Phases,
    /// The phases on which a limit in W counts that stays when this car has gone: one, unless the hardware holds the current
    /// down. All of it may flow into the one phase of the next car.
    pub phases_later: Phases,
    /// The phases that are named with a limit; `None`: the charger's own affair.
    pub named_phases: Option<Phases>,
    /// The level of a test: above the base, and above what others have left there. `None`: there is only one level.
    pub test_level: Option<i32>,
    /// 2.x: the places that are taken, with the id of the profile that stands there. Two profiles of one place are
    /// refused (OCPP 2.0.1 part 2 K01.FR.06), so what is written there takes that id.
    pub taken: Vec<(Place, i32)>,
    /// Our time.
    pub now: Timestamp,
    /// What the charger believes the time to be.
    pub charger_now: Timestamp,
}

impl Terms {
    /// From what the charger said of itself.
    pub fn of(record: &Record, now: Timestamp) -> Self {
        let (version, told) = (record.version(), unit(record.setting(Setting::RateUnit)));
        let unit = if record.acts(Acts::InWatts) { RateUnit::W } else { told };
        // Unknown counts as one: that makes a limit in W the smallest.
        let phases = record.phases.unwrap_or(Phases::ONE);
        let held = record.ceiling_parts.ceiling().is_some_and(|ceiling| ceiling.hardware_confirmed);
        Self {
            version,
            unit,
            phases,
            phases_later: if held { phases } else { Phases::ONE },
            // A 2.x charger refuses fewer phases than it is supplied with where it cannot switch the others off (OCPP 2.0.1
            // part 2 K01.FR.43); and a limit in A is for each phase, however many there are.
            named_phases: if version.is_v2() && unit == RateUnit::A { supply_phases(record) } else { Some(phases) },
            test_level: test_level(record),
            taken: profiles::taken(record),
            now,
            charger_now: record.clock.map_or(now, |clock| clock.shows(now)),
        }
    }

    /// As it is for what stays.
    pub(crate) fn later(&self) -> Self {
        let phases = self.phases_later;
        match self.unit {
            RateUnit::A => self.clone(),
            RateUnit::W => Self { phases, named_phases: Some(phases), ..self.clone() },
        }
    }

    /// The id for what is written in a place: that of what stands there, else our own. A default for all EVSEs and one for
    /// a single EVSE cannot stand at one level either (OCPP 2.0.1 part 2 K01.FR.52, K01.FR.53).
    pub(crate) fn id(&self, place: Place, ours: i32) -> i32 {
        let shared = |taken: &Place| {
            let default = taken.purpose == Purpose::TxDefaultProfile && taken.purpose == place.purpose;
            default && taken.stack_level == place.stack_level && (taken.connector == 0 || place.connector == 0)
        };
        let id = |is: &dyn Fn(&Place) -> bool| self.taken.iter().find(|(taken, _)| is(taken)).map(|(_, id)| *id);
        id(&|taken| *taken == place).or_else(|| id(&shared)).unwrap_or(ours)
    }
}

/// The phases it is supplied with, where it tells them (2.x).
pub(crate) fn supply_phases(record: &Record) -> Option<Phases> {
    record.setting(Setting::SupplyPhases).trim().parse().ok().and_then(Phases::new)
}

/// Level 1, or above what others have left, as far as the charger has levels.
fn test_level(record: &Record) -> Option<i32> {
    if record.acts(Acts::OneLevel) {
        return None;
    }
    let highest = record.setting(Setting::StackLevels).trim().parse::<i32>().ok();
    let level = profiles::highest_level(record).map_or(1, |left| left.saturating_add(1).max(1));
    match highest {
        Some(0) => None,
        Some(highest) => Some(level.min(highest.max(1))),
        None => Some(level),
    }
}

/// Where our default limits go: to the whole charger. In 2.x one for the whole charger and one for a single EVSE exclude
/// each other (OCPP 2.0.1 part 2 K01.FR.52), so where ours already stand on single EVSEs they go there.
pub fn homes(record: &Record) -> Vec<u32> {
    let stays = |f: &&InForce| f.purpose == Purpose::TxDefaultProfile && f.until.is_none() && f.accepted;
    let mut own: Vec<u32> = record.in_force.iter().filter(stays).map(|f| f.connector).collect();
    if own.is_empty() || own.contains(&0) || !record.version().is_v2() {
        return vec![0];
    }
    own.sort_unstable();
    own.dedup();
    own
}

/// What a version calls the place of a limit.
pub fn place_word(version: Version) -> &'static str {
    if version.is_v2() { "EVSE" } else { "connector" }
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

/// The limit as a period carries it, in tenths of the charger's unit.
pub(crate) fn tenths(limit: Amperes, terms: &Terms) -> i64 {
    in_unit(limit, terms.unit, terms.phases)
}

/// The limit as it stands in a schedule, in tenths of its unit: whole watts, rounded down.
pub(crate) fn in_unit(limit: Amperes, unit: RateUnit, phases: Phases) -> i64 {
    let limit = as_sent(limit);
    match unit {
        RateUnit::A => i64::from(limit.milliamps() / 100),
        RateUnit::W => i64::from(limit.watts(phases).0) * 10,
    }
}

impl Recipe {
    /// Every session on a connector (0: on all of them) that has no limit of its own.
    pub const fn default_on(connector: u32, counts: Counts) -> Self {
        Self { purpose: Purpose::TxDefaultProfile, connector, counts, transaction: None }
    }

    /// One running transaction.
    pub fn own(transaction: &Transaction, counts: Counts) -> Self {
        let (connector, id) = (transaction.connector.max(1), Some(transaction.id));
        Self { purpose: Purpose::TxProfile, connector, counts, transaction: id }
    }

    /// In words, for a finding: `TxDefaultProfile on connector 0, Absolute, in A`.
    pub fn words(&self, terms: &Terms) -> String {
        let connector = place_word(terms.version);
        let kind = match self.counts {
            Counts::Absolute => "Absolute",
            Counts::Relative => "Relative",
            Counts::FromStart(_) => "Relative, counted from the start of the transaction",
        };
        let (purpose, unit) = (self.purpose.name(terms.version), terms.unit.name());
        format!("{purpose} on {connector} {}, {kind}, in {unit}", self.connector)
    }

    /// Our id of what stays in this place: one for each, because a profile takes the place of another with its id.
    fn staying_id(&self) -> i32 {
        match (self.purpose, self.connector) {
            (Purpose::StationMaxProfile, _) => STATION_PROFILE,
            (Purpose::TxProfile, _) => SESSION_PROFILE,
            (_, 0) => BASE_PROFILE,
            (_, connector) => CONNECTOR_PROFILES.saturating_add(i32::try_from(connector).unwrap_or(0)),
        }
    }

    /// A limit that stays, at the lowest level.
    pub fn staying(&self, limit: Amperes, terms: &Terms) -> Profile {
        let terms = terms.later();
        let period = Period { start_s: 0, tenths: tenths(limit, &terms), phases: None };
        self.profile(self.staying_id(), 0, vec![period], None, &terms)
    }

    /// Does this limit of ours stay there already, in the same form?
    pub fn stays(&self, limit: Amperes, terms: &Terms, entry: &InForce) -> bool {
        entry.is_certain()
            && entry.role() == self.staying_id()
            && (entry.until, entry.limit, entry.phases) == (None, as_sent(limit), terms.later().named_phases)
            && entry.relative == (self.counts != Counts::Absolute)
    }

    /// Is this a test of ours in the base's place, with the base behind it in the same schedule?
    pub fn is_followed_by(&self, base: Amperes, entry: &InForce) -> bool {
        let here = (entry.purpose, entry.connector) == (self.purpose, self.connector);
        here && entry.is_certain() && in_force::took_the_bases_place(entry) && entry.then == Some(as_sent(base))
    }

    /// A test limit that ends by itself after `lasts_s` and falls back to the base: above it with a duration, or, where
    /// there is only one level, one schedule of two periods in its place.
    pub fn test(&self, limit: Amperes, base: Amperes, lasts_s: i32, terms: &Terms) -> Profile {
        let began_s = match self.counts {
            Counts::Absolute => STARTED_BEFORE_S,
            Counts::Relative => 0,
            Counts::FromStart(start) => i32::try_from(terms.now.duration_since(start).as_secs()).unwrap_or(0).max(0),
        };
        let ends = lasts_s.saturating_add(began_s);
        let first = Period { start_s: 0, tenths: tenths(limit, terms), phases: None };
        if let Some(level) = terms.test_level {
            return self.profile(TEST_PROFILE, level, vec![first], Some(ends), terms);
        }
        let later = terms.later();
        let phases = later.named_phases.filter(|_| later.phases != terms.phases).map(Phases::count);
        let then = Period { start_s: ends, tenths: tenths(base, &later), phases };
        self.profile(TEST_PROFILE, 0, vec![first, then], None, terms)
    }

    fn profile(
        &self,
        role: i32,
        stack_level: i32,
        periods: Vec<Period>,
        duration_s: Option<i32>,
        terms: &Terms,
    ) -> Profile {
        let start = terms.charger_now.checked_sub(SignedDuration::from_secs(i64::from(STARTED_BEFORE_S)));
        let kind = match (self.counts, start) {
            (Counts::Absolute, Ok(start)) => Kind::Absolute { start },
            _ => Kind::Relative,
        };
        let place = Place { purpose: self.purpose, connector: self.connector, stack_level };
        Profile {
            id: terms.id(place, role),
            schedule: role,
            stack_level,
            purpose: self.purpose,
            kind,
            unit: terms.unit,
            periods,
            duration_s,
            phases: terms.named_phases.map(Phases::count),
            transaction: self.transaction,
            valid_from: None,
            valid_to: None,
            local_time: false,
            randomized_delay_s: None,
        }
    }
}

/// A limit read out of a schedule, A per phase: W are divided by the nominal voltage and the phases that carry current,
/// the fewest that are possible where that is not known, so that it is never taken for less than it may be.
pub fn period_amps(limit: f64, unit: &str, phases: Phases) -> Option<Amperes> {
    let watts = unit.eq_ignore_ascii_case("W");
    let divisor = if watts { f64::from(NOMINAL_VOLTS) * f64::from(phases.count()) } else { 1.0 };
    Amperes::from_amps(limit / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const ALL: Recipe = Recipe::default_on(0, Counts::Absolute);

    fn amps(tenths: u32) -> Amperes {
        Amperes::from_milliamps(tenths * 100)
    }

    fn charger(key: &str, value: &str) -> Record {
        let key = ConfigurationKey { key: key.into(), value: Some(value.into()), readonly: true, ..Default::default() };
        let snapshot = ConfigurationSnapshot { keys: vec![key], ..Default::default() };
        Record { configuration: Some(snapshot), ..Record::new("CP1") }
    }

    #[test]
    fn every_piece_of_the_cheap_hours_has_an_id_that_is_ours_and_nobody_elses() {
        let mut ids: Vec<i32> =
            (0..=1000).flat_map(|c| (0..WINDOW_PIECES).map(move |piece| window_id(c, piece))).collect();
        assert!(ids.iter().all(|id| is_window(*id) && is_ours(*id)));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 1001 * WINDOW_PIECES);
        for other in [BASE_PROFILE, TEST_PROFILE, SESSION_PROFILE, CONNECTOR_PROFILES + CONNECTORS, 1, 0, i32::MAX] {
            assert!(!is_window(other), "{other}");
        }
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
        let test = ALL.test(amps(100), amps(320), 600, &terms);
        assert_eq!((test.stack_level, test.duration_s, test.periods.len()), (1, Some(660), 1));
        let single = Terms::of(&charger("ChargeProfileMaxStackLevel", "0"), NOW);
        let test = ALL.test(amps(100), amps(320), 600, &single);
        assert_eq!((test.stack_level, test.duration_s), (0, None), "without duration: it never falls to nothing");
        assert_eq!(test.periods[1], Period { start_s: 660, tenths: 320, phases: None });
    }

    #[test]
    fn a_schedule_that_counts_from_the_start_of_an_old_session_lasts_as_long_as_any_other() {
        let terms = Terms::of(&Record::new("CP1"), Timestamp::from_second(7200).expect("in range"));
        let test = Recipe::default_on(0, Counts::FromStart(NOW)).test(amps(100), amps(320), 600, &terms);
        assert_eq!((test.duration_s, test.kind), (Some(7800), Kind::Relative));
    }

    #[test]
    fn watts_are_whole_and_rounded_down_for_the_phases_that_carry_current() {
        let mut record = charger("ChargingScheduleAllowedChargingRateUnit", "Power");
        assert_eq!(ALL.staying(amps(102), &Terms::of(&record, NOW)).periods[0].tenths, 23_460);
        record.phases = Phases::new(3);
        let profile = ALL.test(amps(102), amps(160), 600, &Terms::of(&record, NOW));
        assert_eq!((profile.periods[0].tenths, profile.phases), (70_380, Some(3)));
    }

    #[test]
    fn watts_that_stay_count_on_one_phase_unless_the_hardware_holds_the_current_down() {
        let mut record = charger("ChargingScheduleAllowedChargingRateUnit", "Power");
        record.phases = Phases::new(3);
        let stays = |record: &Record| {
            let profile = ALL.staying(amps(160), &Terms::of(record, NOW));
            (profile.periods[0].tenths, profile.phases)
        };
        assert_eq!(stays(&record), (36_800, Some(1)), "the next car may have one phase");
        let single = Terms { test_level: None, ..Terms::of(&record, NOW) };
        let test = ALL.test(amps(102), amps(160), 600, &single);
        let periods = test.periods.iter().map(|it| (it.tenths, it.phases.or(test.phases)));
        assert_eq!(periods.collect::<Vec<_>>(), [(70_380, Some(3)), (36_800, Some(1))], "what follows it stays too");
        let sixteen = Some(amps(160));
        record.ceiling_parts.breaker = sixteen;
        (record.ceiling_parts.installer, record.ceiling_parts.installer_confirmed) = (sixteen, true);
        assert_eq!(stays(&record), (110_400, Some(3)));
    }
}
