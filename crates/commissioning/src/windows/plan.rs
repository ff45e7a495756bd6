//! Cheap hours as recurring charging profiles. A day of OCPP has 24 hours of UTC, a day of the wall clock now and then 23 or
//! 25 (Lord Howe: 23½ or 24½): between two changes of the clock the two agree but for an offset, so there is one piece for
//! each such time, and each hands over to the next at the very moment of the change. On the days of a change nothing else
//! is needed: an hour that the wall clock leaves out does not come, one that it has twice is there twice.

use chargehand_ocpp::profile::{Every, Kind, Period, Profile, Purpose};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::cycle::{self, Reduced};
use super::{Holds, Week};
use crate::limit::{self, Terms};
use crate::record::Place;
use crate::units::{Amperes, Phases};

/// How many of the next changes of the clock are looked at: two a year, beyond the most pieces.
const CHANGES: usize = 64;
/// The changes of the clock that are shown.
pub const NEXT_CHANGES: usize = 2;

/// A change of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Seconds ahead of UTC until then.
    pub before_s: i32,
    /// Seconds ahead of UTC from then on.
    pub after_s: i32,
}

/// From when the hours are no longer where the wall clock has them, because no piece is left for the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift {
    /// The first moment.
    pub from: Timestamp,
    /// They begin so many seconds late by the wall clock; early where it is negative.
    pub late_s: i32,
    /// Until the clocks change again; `None` where no such change is known.
    pub until: Option<Timestamp>,
}

/// One profile: the hours while the clocks are one and the same offset ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Seconds ahead of UTC.
    pub offset_s: i32,
    /// From this time on; `None`: from now on.
    pub from: Option<Timestamp>,
    /// Until this time; `None`: it stays.
    pub to: Option<Timestamp>,
    /// What its periods count from.
    start: Timestamp,
}

/// Cheap hours as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How often they recur.
    pub every: Every,
    /// The periods, minutes from the start of a round and the limit from there on.
    pub periods: Vec<(i32, Amperes)>,
    /// The pieces, one after the other.
    pub pieces: Vec<Piece>,
    /// The next two changes of the clock.
    pub changes: Vec<Change>,
    /// When the hours stop being right; `None`: they stay right.
    pub drift: Option<Drift>,
    /// The charger itself follows the clock of the wall.
    pub local_time: bool,
    /// Each start comes up to so many seconds late at random.
    pub random_delay_s: Option<u32>,
    /// What was left out.
    pub reduced: Reduced,
    /// Cheap minutes of a week that were left out.
    pub left_out_min: i32,
    level: i32,
}

/// Cheap hours for a charger that can hold this, from now on; `None` where it can hold none of them.
pub fn plan(week: &Week, holds: &Holds, now: Timestamp) -> Option<Plan> {
    let zone = week.time_zone();
    let (cycle, reduced) = cycle::fit(week, holds.periods, holds.weekly)?;
    let (start_min, periods) = cycle.periods(holds.periods);
    let changes = changes(&zone, now);
    let count = if holds.local_time { 1 } else { holds.pieces.clamp(1, changes.len() + 1) };
    let anchor = anchor(&zone, now)?.checked_add(i64::from(start_min).minutes()).ok()?;
    let piece = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| changes.get(before));
        let offset_s = before.map_or_else(|| zone.to_offset(now).seconds(), |change| change.after_s);
        let offset = if holds.local_time { Offset::UTC } else { Offset::from_seconds(offset_s).ok()? };
        let to = changes.get(index).filter(|_| index + 1 < count).map(|change| change.at);
        Some(Piece { offset_s, from: before.map(|change| change.at), to, start: offset.to_timestamp(anchor).ok()? })
    };
    let left = changes.get(count - 1).filter(|_| !holds.local_time);
    Some(Plan {
        every: cycle.every,
        periods,
        pieces: (0..count).map(piece).collect::<Option<_>>()?,
        drift: left.map(|change| Drift {
            from: change.at,
            late_s: change.after_s - change.before_s,
            until: changes.get(count).map(|change| change.at),
        }),
        changes: changes.iter().take(NEXT_CHANGES).copied().collect(),
        local_time: holds.local_time,
        random_delay_s: week.random_delay_s().filter(|_| holds.random_delay),
        reduced,
        left_out_min: cycle::left_out(week, &cycle),
        level: holds.level,
    })
}

/// The next changes of the clock.
fn changes(zone: &TimeZone, now: Timestamp) -> Vec<Change> {
    let mut before_s = zone.to_offset(now).seconds();
    let mut changes = Vec::new();
    for transition in zone.following(now).take(CHANGES) {
        let after_s = transition.offset().seconds();
        if after_s != before_s {
            changes.push(Change { at: transition.timestamp(), before_s, after_s });
            before_s = after_s;
        }
    }
    changes
}

/// A Monday at midnight of the wall clock that is past for certain, in any offset: a schedule that has not begun is not in
/// force.
fn anchor(zone: &TimeZone, now: Timestamp) -> Option<DateTime> {
    let today = zone.to_datetime(now).date();
    let since_monday = i64::from(today.weekday().to_monday_zero_offset());
    Some(today.checked_sub((since_monday + 14).days()).ok()?.to_datetime(jiff::civil::Time::midnight()))
}

impl Plan {
    /// Do the hours stand where the limit that stays would: has the charger one level only?
    pub fn replaces_base(&self) -> bool {
        self.level == 0
    }

    /// The profiles for a connector (0: the whole charger), one for each piece.
    pub fn profiles(&self, connector: u32, terms: &Terms) -> Vec<Profile> {
        let terms = &terms.later();
        let periods = self.periods.iter().map(|(minutes, limit)| Period {
            start_s: minutes.saturating_mul(60),
            tenths: limit::tenths(*limit, terms),
            phases: None,
        });
        let periods: Vec<Period> = periods.collect();
        let profile = |(index, piece): (usize, &Piece)| {
            let stack_level = self.level + i32::try_from(index).unwrap_or(0);
            let role = limit::window_id(connector, index);
            let place = Place { purpose: Purpose::TxDefaultProfile, connector, stack_level };
            Profile {
                id: terms.id(place, role),
                schedule: role,
                stack_level,
                purpose: place.purpose,
                kind: Kind::Recurring { every: self.every, start: piece.start },
                unit: terms.unit,
                periods: periods.clone(),
                duration_s: None,
                phases: terms.named_phases.map(Phases::count),
                transaction: None,
                valid_from: piece.from,
                valid_to: piece.to,
                local_time: self.local_time,
                randomized_delay_s: self.random_delay_s,
            }
        };
        self.pieces.iter().enumerate().map(profile).collect()
    }

    /// The limit that the pieces give at a time; where the charger follows the wall clock itself, that of the clock as it
    /// is now.
    pub fn at(&self, time: Timestamp) -> Amperes {
        let holds = |piece: &&Piece| piece.from.is_none_or(|from| from <= time);
        let Some(piece) = self.pieces.iter().rfind(holds) else { return Amperes::ZERO };
        let offset_s = if self.local_time { piece.offset_s } else { 0 };
        let minutes = (time.as_second() + i64::from(offset_s) - piece.start.as_second()).div_euclid(60);
        let into = minutes.rem_euclid(i64::from(self.every.minutes()));
        let begun = self.periods.iter().rfind(|(from, _)| i64::from(*from) <= into);
        begun.map_or(Amperes::ZERO, |(_, limit)| *limit)
    }
}
