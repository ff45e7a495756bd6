//! Cheap hours: at which hours of the week a car may charge, and as which charging profiles a charger keeps them when nobody
//! comes back. Outside of them the limit is 0 A.

mod conflict;
mod cycle;
mod holds;
mod plan;
mod words;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::limit::as_sent;
use crate::record::Record;
use crate::units::Amperes;

pub(crate) use conflict::own_key;
pub use conflict::{Fight, fights};
pub use cycle::Reduced;
pub use holds::Holds;
pub use plan::{Change, Drift, NEXT_CHANGES, Piece, Plan, plan};
pub use words::{OVERRIDE, changes, counted, listed, sentences};

/// Minutes in a day of the wall clock.
pub const DAY: u16 = 24 * 60;
/// The most cheap hours of one day: each costs a charger two periods.
pub const SPANS: usize = 8;
/// The longest random wait (SI 2021/1467, regulation 11, as others tell it). s.
const MOST_DELAY_S: u32 = 1800;
/// The days by name, Monday first.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Cheap hours of one day, in minutes of its wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// From this minute on, 0 to 1439.
    pub from_min: u16,
    /// Until this minute, above `from_min`, up to 1440. What goes on past midnight is a span of the next day.
    pub to_min: u16,
    /// The most a car may draw then, A per phase, 6 A or more.
    pub limit: Amperes,
}

/// The cheap hours of a week, by the wall clock of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    zone: String,
    days: [Vec<Span>; 7],
    /// Each start waits up to so many seconds at random, where the charger can do that.
    #[serde(default)]
    random_delay_s: Option<u32>,
}

/// Why these hours are no week that can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The zone's name is not in the tables.
    #[error("The time zone {0:?} is not known. Choose it by its name, for example Australia/Adelaide.")]
    Zone(String),
    /// A span that is none.
    #[error(
        "On {day}, {from} to {to} is no time span: it must end after it begins, at 24:00 at the latest. Hours past \
             midnight belong to the next day."
    )]
    Span {
        /// The day.
        day: &'static str,
        /// From, as a wall clock shows it.
        from: String,
        /// To.
        to: String,
    },
    /// Two spans of one day overlap.
    #[error("On {day}, two spans overlap at {at}. Make one of them end where the other begins.")]
    Overlap {
        /// The day.
        day: &'static str,
        /// Where the second begins.
        at: String,
    },
    /// Too many spans in one day.
    #[error("{day} has more than {SPANS} spans, which no charger is likely to hold. Join some of them.")]
    TooMany {
        /// The day.
        day: &'static str,
    },
    /// Less than a charger can offer.
    #[error(
        "On {day} from {from} the limit is {limit}: a charger cannot offer less than 6 A and would pause. Enter 6 A or \
             more, or leave these hours out."
    )]
    TooLow {
        /// The day.
        day: &'static str,
        /// From.
        from: String,
        /// The limit.
        limit: Amperes,
    },
    /// No hours at all.
    #[error("There are no cheap hours in the week, so the car would never charge. Enter at least one span.")]
    Never,
}

impl Week {
    /// Cheap hours by the wall clock of a zone (IANA name), Monday first. Spans may come in any order.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn new(zone: &str, mut days: [Vec<Span>; 7]) -> Result<Self, Unfit> {
        let zone = zone.trim();
        zone_named(zone).ok_or_else(|| Unfit::Zone(zone.chars().take(60).collect()))?;
        for (day, spans) in DAYS.iter().zip(&mut days) {
            if spans.len() > SPANS {
                return Err(Unfit::TooMany { day });
            }
            spans.sort_by_key(|span| span.from_min);
            spans.iter().try_for_each(|span| fits(day, span))?;
            if let Some(pair) = spans.windows(2).find(|pair| pair[1].from_min < pair[0].to_min) {
                return Err(Unfit::Overlap { day, at: clock(pair[1].from_min) });
            }
        }
        if days.iter().all(Vec::is_empty) {
            return Err(Unfit::Never);
        }
        Ok(Self { zone: zone.to_owned(), days, random_delay_s: None })
    }

    /// The same, each start up to so many seconds late at random; at most half an hour, as the rule of Great Britain has it.
    pub fn starting_late(self, seconds: Option<u32>) -> Self {
        Self { random_delay_s: seconds.map(|seconds| seconds.min(MOST_DELAY_S)).filter(|seconds| *seconds > 0), ..self }
    }

    /// How late each start may come at random, s.
    pub fn random_delay_s(&self) -> Option<u32> {
        self.random_delay_s
    }

    /// The zone's IANA name.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The spans of each day, Monday first, ascending.
    pub fn days(&self) -> &[Vec<Span>; 7] {
        &self.days
    }

    /// The rules of the zone's clocks; UTC where the tables do not know it any more.
    pub fn time_zone(&self) -> TimeZone {
        zone_named(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// What a car may draw when the wall clock shows this, as it is sent.
    pub fn at(&self, wall: DateTime) -> Amperes {
        let day = usize::from(wall.weekday().to_monday_zero_offset().unsigned_abs());
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        let is_in = |span: &&Span| (span.from_min..span.to_min).contains(&minute);
        self.days[day].iter().find(is_in).map_or(Amperes::ZERO, |span| as_sent(span.limit))
    }

    /// The same hours for another limit that stays: those at the highest limit get it, the others no more than it.
    pub fn at_most(&self, limit: Amperes) -> Self {
        let (highest, mut week) = (self.highest(), self.clone());
        for span in week.days.iter_mut().flatten() {
            span.limit = if span.limit == highest { limit } else { span.limit.min(limit) };
        }
        week
    }

    /// The most that any of its hours allows.
    pub fn highest(&self) -> Amperes {
        self.days.iter().flatten().map(|span| span.limit).max().unwrap_or(Amperes::ZERO)
    }
}

fn fits(day: &'static str, span: &Span) -> Result<(), Unfit> {
    let (from, to) = (clock(span.from_min), clock(span.to_min));
    if span.to_min > DAY || span.from_min >= span.to_min {
        return Err(Unfit::Span { day, from, to });
    }
    if as_sent(span.limit) == Amperes::ZERO {
        return Err(Unfit::TooLow { day, from, limit: span.limit });
    }
    Ok(())
}

fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// A minute of the day as a wall clock shows it, `24:00` for its end.
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Do cheap hours of ours stand in the charger? Then nothing that is measured at another hour proves a limit, and a limit
/// that stays would lie beneath them.
pub fn stand(record: &Record) -> bool {
    record.in_force.iter().any(|entry| entry.is_window())
}

/// The hours of ours that stand in the charger, in a line; `None`: none do.
pub fn standing(record: &Record) -> Option<String> {
    let words = || record.cheap_hours.as_ref().map(|hours| listed(&hours.week));
    stand(record).then(|| words().unwrap_or_else(|| "a part of them may be in force".to_owned()))
}

/// Why a limit is neither checked nor set while they stand.
pub const IN_THE_WAY: &str = "Cheap hours stand in the charger: outside of them it offers 0 A, and inside they stand above any \
                              other limit of ours. Take them away first, and set them again afterwards.";

#[cfg(test)]
mod tests;
