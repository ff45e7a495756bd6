//! The charging profiles a charger holds, and the limit they come to at a moment (OCPP 1.6 sections 3.13 and 5.16).

use crate::clock::later;
use crate::{AbsoluteProfiles, Deviations};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// Errata 3.68: watts and amperes convert at the set area voltage, not at the measured one.
pub(crate) const NOMINAL_VOLTS: f64 = 230.0;
/// How many charging profiles a charger holds.
pub(crate) const MAX_PROFILES: usize = 20;
/// How many periods one schedule may have.
pub(crate) const MAX_PERIODS: usize = 24;
/// Absent `numberPhases` means three.
const DEFAULT_PHASES: u8 = 3;
const DAY: f64 = 86_400.0;

/// What a profile limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    StationMaximum,
    TxDefault,
    Tx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    Absolute,
    Recurring,
    Relative,
    /// 2.1: set and changed by UpdateDynamicSchedule.
    Dynamic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Recurrency {
    Daily,
    Weekly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Unit {
    A,
    W,
}

impl Unit {
    /// A limit in this unit as amperes per phase.
    fn amps(self, limit: f64, phases: Option<u8>) -> f64 {
        match self {
            Unit::A => limit,
            Unit::W => limit / (NOMINAL_VOLTS * f64::from(phases.unwrap_or(DEFAULT_PHASES).max(1))),
        }
    }
}

/// A charging profile, in whatever version it came.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) id: i64,
    /// The transaction it is for, as the endpoint knows it.
    pub(crate) transaction: Option<String>,
    pub(crate) stack_level: i64,
    pub(crate) purpose: Purpose,
    pub(crate) kind: Kind,
    pub(crate) recurrency: Option<Recurrency>,
    pub(crate) valid_from: Option<Timestamp>,
    pub(crate) valid_to: Option<Timestamp>,
    pub(crate) schedule: Schedule,
    /// As it was sent, for the endpoint that wants it back.
    pub(crate) sent: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    /// Seconds.
    pub(crate) duration: Option<i64>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) unit: Unit,
    pub(crate) periods: Vec<Period>,
}

#[derive(Debug, Clone)]
pub(crate) struct Period {
    /// Seconds after the start of the schedule.
    pub(crate) start: i64,
    /// Amperes per phase, or watts over all phases; none where only another period field counts (2.1).
    pub(crate) limit: Option<f64>,
    pub(crate) phases: Option<u8>,
}

/// The moment a limit is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The true time.
    pub(crate) now: Timestamp,
    /// What the charger's clock shows: absolute schedules go by it.
    pub(crate) clock: Timestamp,
    /// When the running transaction started, true time: relative schedules go by it.
    pub(crate) transaction: Option<Timestamp>,
}

impl Moment {
    fn after(self, seconds: f64) -> Moment {
        let by = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
        Moment { now: later(self.now, by), clock: later(self.clock, by), ..self }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

impl Profile {
    /// Whether its schedule is one the charger can follow.
    pub(crate) fn is_usable(&self) -> bool {
        let periods = &self.schedule.periods;
        let starts_at_zero = periods.first().is_some_and(|first| first.start == 0);
        let rises = periods.windows(2).all(|pair| pair[0].start < pair[1].start);
        let is_timed = self.recurrency.is_some() && self.schedule.start.is_some();
        let positive = periods.iter().all(|period| period.limit.is_none_or(|limit| limit >= 0.0));
        starts_at_zero
            && rises
            && positive
            && periods.len() <= MAX_PERIODS
            && (self.kind != Kind::Recurring || is_timed)
    }
}

impl Profile {
    /// Whether there is a moment at which both are valid.
    fn overlaps(&self, other: &Profile) -> bool {
        let ends_before = |a: &Profile, b: &Profile| a.valid_to.zip(b.valid_from).is_some_and(|(to, from)| to <= from);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// A profile as it was installed.
#[derive(Debug)]
struct Installed {
    connector: i64,
    received: Timestamp,
    profile: Profile,
}

impl Installed {
    /// Whether a charger with these deviations follows it at all.
    fn is_obeyed(&self, but: Deviations, moment: Moment) -> bool {
        let purpose = self.profile.purpose;
        let mid_session = moment.transaction.is_some_and(|start| self.received > start);
        !(but.ignores_limits
            || but.ignores_station_maximum && purpose == Purpose::StationMaximum
            || but.obeys_only_tx_profile_mid_session && purpose == Purpose::TxDefault && mid_session
            || but.obeys_only_connector_1 && self.connector == 0
            || but.absolute_profiles == AbsoluteProfiles::Ignored && self.profile.kind == Kind::Absolute)
    }

    /// The seconds since its schedule began; negative before that.
    fn begun(&self, moment: Moment) -> f64 {
        match (self.profile.kind, self.profile.schedule.start) {
            // 7.13: without startSchedule an absolute schedule is relative to the start of charging
            (Kind::Relative, _) | (_, None) => seconds(moment.transaction.unwrap_or(self.received), moment.now),
            (_, Some(start)) => seconds(start, moment.clock),
        }
    }

    /// The length of one round in seconds, when it recurs.
    fn cycle(&self) -> Option<f64> {
        let days = if self.profile.recurrency == Some(Recurrency::Weekly) { 7.0 } else { 1.0 };
        (self.profile.kind == Kind::Recurring).then_some(days * DAY)
    }

    /// How far into its schedule, or into this round of it, the moment lies, in seconds.
    fn elapsed(&self, moment: Moment) -> f64 {
        let begun = self.begun(moment);
        self.cycle().filter(|_| begun >= 0.0).map_or(begun, |cycle| begun % cycle)
    }

    /// Its limit in amperes per phase; nothing when it is not in force.
    fn amps(&self, but: Deviations, moment: Moment) -> Option<f64> {
        let profile = &self.profile;
        let too_early = profile.valid_from.is_some_and(|from| moment.clock < from);
        let too_late = profile.valid_to.is_some_and(|to| moment.clock >= to);
        let elapsed = self.elapsed(moment);
        let over = profile.schedule.duration.is_some_and(|duration| elapsed >= duration as f64);
        if too_early || too_late || over && !but.never_falls_back {
            return None;
        }
        let started = |period: &&Period| period.start as f64 <= elapsed;
        let period = profile.schedule.periods.iter().rfind(started)?;
        Some(profile.schedule.unit.amps(period.limit?, period.phases))
    }

    /// The seconds from the moment on at which its limit may change, within `horizon` and perhaps beyond.
    fn changes(&self, moment: Moment, horizon: f64) -> Vec<f64> {
        let schedule = &self.profile.schedule;
        let validity = [self.profile.valid_from, self.profile.valid_to].into_iter().flatten();
        let mut changes: Vec<f64> = validity.map(|at| seconds(moment.clock, at)).collect();
        let (cycle, rounds) = self.cycle().map_or((0.0, 0), |cycle| (cycle, (horizon / cycle) as i64 + 1));
        for round in 0..=rounds {
            let start = round as f64 * cycle - self.elapsed(moment);
            let marks = schedule.periods.iter().map(|period| period.start).chain(schedule.duration);
            changes.extend(marks.map(|mark| start + mark as f64));
        }
        changes
    }
}

/// The profiles installed on the charger; all but a transaction's own survive a reboot.
#[derive(Debug, Default)]
pub(crate) struct Profiles(Vec<Installed>);

impl Profiles {
    /// Installs a profile in place of one with the same id; false when there is no room.
    pub(crate) fn install(&mut self, connector: i64, profile: Profile, now: Timestamp) -> bool {
        let kept = self.0.iter().filter(|held| held.profile.id != profile.id).count();
        if kept < MAX_PROFILES {
            self.0.retain(|held| held.profile.id != profile.id);
            self.0.push(Installed { connector, received: now, profile });
        }
        kept < MAX_PROFILES
    }

    /// Whether another one of its purpose, place and level holds at the same time: 2.x refuses that (K01.FR.06 and
    /// 39), and a default for all EVSEs beside one of its level for a single one (K01.FR.52 and 53).
    pub(crate) fn conflicts(&self, connector: i64, profile: &Profile) -> bool {
        let rival = |held: &Installed| {
            let same_place = held.connector == connector && held.profile.overlaps(profile);
            let other_place = held.connector != connector && profile.purpose == Purpose::TxDefault;
            held.profile.id != profile.id
                && (held.profile.purpose, held.profile.stack_level) == (profile.purpose, profile.stack_level)
                && (same_place || other_place)
        };
        self.0.iter().any(rival)
    }

    /// Every profile with the connector it is for.
    pub(crate) fn all(&self) -> impl Iterator<Item = (i64, &Profile)> {
        self.0.iter().map(|held| (held.connector, &held.profile))
    }

    /// Removes every profile that matches; whether there was one.
    pub(crate) fn clear(&mut self, matches: impl Fn(i64, &Profile) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|held| !matches(held.connector, &held.profile));
        self.0.len() < before
    }

    /// The limit in amperes per phase at a moment: highest stack level within a purpose, least across purposes.
    pub(crate) fn limit(&self, but: Deviations, moment: Moment) -> Option<f64> {
        let best = |purpose, connector| {
            (self.0.iter())
                .filter(|held| held.profile.purpose == purpose && held.connector == connector)
                .filter(|held| held.is_obeyed(but, moment))
                .filter_map(|held| Some((held.profile.stack_level, held.amps(but, moment)?)))
                .max_by_key(|(level, _)| *level)
                .map(|(_, amps)| amps)
        };
        let station = best(Purpose::StationMaximum, 0);
        // a TxProfile overrules the default, and a default for the connector the one for all connectors
        let session =
            best(Purpose::Tx, 1).or_else(|| best(Purpose::TxDefault, 1)).or_else(|| best(Purpose::TxDefault, 0));
        [station, session].into_iter().flatten().reduce(f64::min)
    }

    /// The limit over the next `horizon` seconds as the specification has it: (second, amperes per phase) where it
    /// changes, capped at `ceiling`.
    pub(crate) fn composite(&self, moment: Moment, horizon: f64, ceiling: f64) -> Vec<(i64, f64)> {
        let mut marks: Vec<i64> = (self.0.iter().flat_map(|held| held.changes(moment, horizon)))
            .filter(|second| *second > 0.0 && *second < horizon)
            .map(|second| second.ceil() as i64)
            .collect();
        marks.push(0);
        marks.sort_unstable();
        let mut periods = Vec::<(i64, f64)>::new();
        for second in marks {
            let limit = self.limit(Deviations::default(), moment.after(second as f64)).unwrap_or(f64::INFINITY);
            let amps = limit.min(ceiling);
            if periods.last().is_none_or(|(_, last)| *last != amps) {
                periods.push((second, amps));
            }
        }
        periods
    }
}
