//! One charging profile, whatever version it came in, and what it comes to at a moment (OCPP 1.6 sections 3.13 and 5.16,
//! 2.x block K).

use crate::clock::{after, later};
use crate::wall::{RandomDelay, Wall};
use crate::{Deviations, ProfileFate};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// Errata 3.68: watts and amperes convert at the set area voltage, not at the measured one.
pub(crate) const NOMINAL_VOLTS: f64 = 230.0;
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
    /// 2.1: takes the place of the transaction's own and the default while priority charging is on.
    Priority,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    Absolute,
    Recurring,
    Relative,
    /// 2.1: one value, changed by UpdateDynamicSchedule.
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

/// How a period is meant (2.1); in the earlier versions every one only limits charging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    #[default]
    ChargingOnly,
    /// The endpoint says what flows, into the car or out of it.
    CentralSetpoint,
    Idle,
}

/// A charging profile.
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
    /// 2.1: seconds without a connection after which it does not hold.
    pub(crate) max_offline: Option<i64>,
    /// 2.1: such a one does not come back with the connection.
    pub(crate) ends_offline: bool,
    /// 2.1: seconds between the questions for a new value; none are asked when absent.
    pub(crate) pull_interval: Option<i64>,
    /// As it was sent, for the endpoint that wants it back.
    pub(crate) sent: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    /// Seconds.
    pub(crate) duration: Option<i64>,
    /// By the charger's clock; by that of the wall where there is one below.
    pub(crate) start: Option<Timestamp>,
    /// 2.1: it counts by the clock of the wall.
    pub(crate) wall: Option<Wall>,
    /// 2.1: by how much the start of each period is delayed.
    pub(crate) delay: Option<RandomDelay>,
    pub(crate) unit: Unit,
    pub(crate) periods: Vec<Period>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Period {
    /// Seconds after the start of the schedule.
    pub(crate) start: i64,
    pub(crate) mode: Mode,
    /// Amperes per phase, or watts over all phases.
    pub(crate) limit: Option<f64>,
    /// The same for what flows out of the car: zero or negative.
    pub(crate) discharge_limit: Option<f64>,
    /// What flows into the car, or out of it where it is negative.
    pub(crate) setpoint: Option<f64>,
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
    /// When the connection was lost, true time; nothing while it stands.
    pub(crate) offline_since: Option<Timestamp>,
    /// Priority charging is on (2.1).
    pub(crate) priority: bool,
    /// Phases that the car draws from: 1 to 3.
    pub(crate) drawn: u8,
}

impl Moment {
    pub(crate) fn after(self, seconds: f64) -> Moment {
        let by = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
        Moment { now: later(self.now, by), clock: later(self.clock, by), ..self }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

impl Unit {
    /// As both versions write it.
    pub(crate) fn name(self) -> &'static str {
        if self == Unit::A { "A" } else { "W" }
    }

    /// A value in this unit as amperes per phase. Watts are the total: this charger cannot switch phases off, and spreads
    /// them over all that the car draws from, also when the period speaks of fewer.
    fn amps(self, value: f64, phases: Option<u8>, drawn: u8) -> f64 {
        match self {
            Unit::A => value,
            Unit::W => value / (NOMINAL_VOLTS * f64::from(phases.unwrap_or(DEFAULT_PHASES).max(drawn))),
        }
    }
}

impl Mode {
    /// As 2.1 writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::ChargingOnly => "ChargingOnly",
            Mode::CentralSetpoint => "CentralSetpoint",
            Mode::Idle => "Idle",
        }
    }
}

impl Period {
    /// What is to flow at most, or exactly where there is a setpoint; in the schedule's unit.
    fn value(&self) -> Option<f64> {
        match self.mode {
            Mode::ChargingOnly => self.limit,
            Mode::Idle => Some(0.0),
            Mode::CentralSetpoint => {
                let most = self.limit.unwrap_or(f64::INFINITY);
                let least = self.discharge_limit.unwrap_or(f64::NEG_INFINITY);
                self.setpoint.map(|setpoint| setpoint.min(most).max(least))
            }
        }
    }
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

    /// What a period of it comes to, in amperes per phase, for a car that draws from so many.
    pub(crate) fn amps(&self, but: Deviations, period: &Period, drawn: u8) -> Option<f64> {
        let phases = if but.limits.assumes_three_phases { None } else { period.phases };
        Some(self.schedule.unit.amps(period.value()?, phases, drawn))
    }

    /// Whether there is a moment at which both are valid.
    pub(crate) fn overlaps(&self, other: &Profile) -> bool {
        let ends_before = |a: &Profile, b: &Profile| a.valid_to.zip(b.valid_from).is_some_and(|(to, from)| to <= from);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// A profile as it was installed.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) connector: i64,
    pub(crate) received: Timestamp,
    /// When its value last came: with it, or later (2.1 Dynamic).
    pub(crate) updated: Timestamp,
    /// When a new value was last asked for, or came.
    pub(crate) asked: Timestamp,
    pub(crate) profile: Profile,
}

impl Installed {
    /// Whether a charger with these deviations follows it at all.
    pub(crate) fn is_obeyed(&self, but: Deviations, moment: Moment) -> bool {
        let purpose = self.profile.purpose;
        let mid_session = moment.transaction.is_some_and(|start| self.received > start);
        !(but.limits.ignores_limits
            || but.limits.ignores_station_maximum && purpose == Purpose::StationMaximum
            || but.limits.obeys_only_tx_profile_mid_session && purpose == Purpose::TxDefault && mid_session
            || but.limits.obeys_only_connector_1 && self.connector == 0
            || but.limits.fate(self.profile.kind) == ProfileFate::Ignored)
    }

    /// Whether the connection has been away for longer than it holds (2.1 K01.FR.101).
    pub(crate) fn is_too_long_offline(&self, moment: Moment) -> bool {
        let offline = moment.offline_since.map(|since| seconds(since, moment.now));
        offline.zip(self.profile.max_offline).is_some_and(|(offline, most)| offline > most as f64)
    }

    /// When a new value is to be asked for.
    pub(crate) fn pull_due(&self) -> Option<Timestamp> {
        self.profile.pull_interval.filter(|seconds| *seconds > 0).map(|seconds| after(self.asked, seconds))
    }

    /// The seconds since its schedule began; negative before that.
    fn begun(&self, moment: Moment) -> f64 {
        match (self.profile.kind, self.profile.schedule.start) {
            (Kind::Dynamic, _) => seconds(self.updated, moment.now),
            // 7.13: without startSchedule an absolute schedule is relative to the start of charging
            (Kind::Relative, _) | (_, None) => seconds(moment.transaction.unwrap_or(self.received), moment.now),
            (_, Some(start)) => seconds(start, self.shown(moment)),
        }
    }

    /// What the clock shows that its schedule goes by.
    fn shown(&self, moment: Moment) -> Timestamp {
        self.profile.schedule.wall.as_ref().map_or(moment.clock, |wall| wall.shows(moment.clock))
    }

    /// By how much the start of a period is delayed in a round, in seconds.
    fn delay(&self, round: i64, period: usize) -> i64 {
        self.profile.schedule.delay.map_or(0, |delay| delay.of(self.profile.id, round, period))
    }

    /// The length of one round in seconds, when it recurs.
    fn cycle(&self) -> Option<f64> {
        let days = if self.profile.recurrency == Some(Recurrency::Weekly) { 7.0 } else { 1.0 };
        (self.profile.kind == Kind::Recurring).then_some(days * DAY)
    }

    /// The round of its schedule in which the moment lies, and how far into it, in seconds.
    fn elapsed(&self, moment: Moment) -> (i64, f64) {
        let begun = self.begun(moment);
        let cycle = self.cycle().filter(|_| begun >= 0.0);
        cycle.map_or((0, begun), |cycle| ((begun / cycle) as i64, begun % cycle))
    }

    /// Its period at a moment; nothing when it is not in force.
    pub(crate) fn period(&self, but: Deviations, moment: Moment) -> Option<&Period> {
        let profile = &self.profile;
        let too_early = profile.valid_from.is_some_and(|from| moment.clock < from);
        let too_late = profile.valid_to.is_some_and(|to| moment.clock >= to);
        let (round, elapsed) = self.elapsed(moment);
        let over = profile.schedule.duration.is_some_and(|duration| elapsed >= duration as f64);
        if too_early || too_late || over && !but.limits.never_falls_back || self.is_too_long_offline(moment) {
            return None;
        }
        let periods = &profile.schedule.periods;
        let has_begun =
            |(index, period): &(usize, &Period)| (period.start + self.delay(round, *index)) as f64 <= elapsed;
        let mut begun = periods.iter().enumerate().filter(has_begun).map(|(_, period)| period);
        let now = if but.limits.first_period_only { begun.next() } else { begun.next_back() };
        // until the first one begins, the last one of the round before goes on
        now.or_else(|| periods.last().filter(|_| round > 0))
    }

    /// The seconds from the moment on at which its limit may change, within `horizon` and perhaps beyond.
    pub(crate) fn changes(&self, moment: Moment, horizon: f64) -> Vec<f64> {
        let schedule = &self.profile.schedule;
        let validity = [self.profile.valid_from, self.profile.valid_to].into_iter().flatten();
        let mut changes: Vec<f64> = validity.map(|at| seconds(moment.clock, at)).collect();
        let (cycle, rounds) = self.cycle().map_or((0.0, 0), |cycle| (cycle, (horizon / cycle) as i64 + 2));
        let (first, elapsed) = self.elapsed(moment);
        let mut marks = Vec::new();
        for round in 0..=rounds {
            let start = round as f64 * cycle - elapsed;
            let delayed = |(index, period): (usize, &Period)| period.start + self.delay(first + round, index);
            let its = schedule.periods.iter().enumerate().map(delayed).chain(schedule.duration);
            marks.extend(its.map(|mark| start + mark as f64));
        }
        match &schedule.wall {
            Some(wall) => changes.extend(wall.seconds(moment.clock, horizon, &marks)),
            None => changes.extend(marks),
        }
        changes
    }
}
