//! One round of cheap hours, a day or a week, as the periods of one schedule; and what of it is left where a charger holds
//! fewer of them. What is left out is never made up for elsewhere: a car never charges at an hour that nobody asked for.

use chargehand_ocpp::profile::Every;

use super::{DAY, Span, Week};
use crate::limit::as_sent;
use crate::units::Amperes;

/// Minutes from the start of the round, end, and the limit between them.
type Cheap = (i32, i32, Amperes);

/// A round of cheap hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cycle {
    pub(super) every: Every,
    /// Ascending, without overlaps.
    spans: Vec<Cheap>,
}

/// How the hours were reduced to what the charger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduced {
    /// All of them are there.
    Not,
    /// Only what is cheap on every day.
    EveryDay,
    /// Only the longest.
    Longest,
    /// Only the longest of what is cheap on every day.
    LongestEveryDay,
}

impl Cycle {
    fn of(every: Every, days: &[Vec<Span>]) -> Self {
        let at = |day: usize, minute: u16| day as i32 * i32::from(DAY) + i32::from(minute);
        let spans = days.iter().enumerate().flat_map(|(day, spans)| {
            spans.iter().map(move |span| (at(day, span.from_min), at(day, span.to_min), as_sent(span.limit)))
        });
        Self { every, spans: spans.collect() }
    }

    /// The hours that are cheap on every day, each at the lowest of its limits.
    fn every_day(week: &Week) -> Self {
        let day = |spans: &Vec<Span>| Self::of(Every::Day, std::slice::from_ref(spans)).spans;
        let common = week.days.iter().map(day).reduce(|a, b| {
            let shared = |x: &Cheap, y: &Cheap| (x.0.max(y.0), x.1.min(y.1), x.2.min(y.2));
            let all = a.iter().flat_map(|x| b.iter().map(move |y| shared(x, y)));
            all.filter(|(from, to, _)| from < to).collect()
        });
        Self { every: Every::Day, spans: common.unwrap_or_default() }
    }

    /// Cheap minutes in a week.
    fn minutes_a_week(&self) -> i32 {
        let rounds = Every::Week.minutes() / self.every.minutes();
        self.spans.iter().map(|(from, to, _)| to - from).sum::<i32>() * rounds
    }

    /// The periods: minutes from `start`, limit. The round begins at midnight (on a Monday), or where its first period does
    /// where that saves one and `most` asks for it.
    pub(super) fn periods(&self, most: usize) -> (i32, Vec<(i32, Amperes)>) {
        let mut periods = Vec::new();
        let mut until = 0;
        for (from, to, limit) in &self.spans {
            if *from > until {
                periods.push((until, Amperes::ZERO));
            }
            periods.push((*from, *limit));
            until = *to;
        }
        if until < self.every.minutes() {
            periods.push((until, Amperes::ZERO));
        }
        periods.dedup_by_key(|(_, limit)| *limit);
        let around = periods.len() > 2 && periods.first().map(|p| p.1) == periods.last().map(|p| p.1);
        if periods.len() <= most || !around {
            return (0, periods);
        }
        // The last goes on as the first: begin where the second does.
        let start = periods[1].0;
        (start, periods[1..].iter().map(|(from, limit)| (from - start, *limit)).collect())
    }

    /// The same without its shortest hours, as many of them as it takes; `None` where nothing is left.
    fn down_to(mut self, most: usize) -> Option<Self> {
        while self.periods(most).1.len() > most {
            let shortest =
                self.runs().into_iter().min_by_key(|run| run.iter().map(|(from, to, _)| to - from).sum::<i32>())?;
            self.spans.retain(|span| !shortest.contains(span));
        }
        (!self.spans.is_empty()).then_some(self)
    }

    /// Spans that touch, also over the end of the round.
    fn runs(&self) -> Vec<Vec<Cheap>> {
        let mut runs: Vec<Vec<Cheap>> = self.spans.chunk_by(|a, b| a.1 == b.0).map(<[Cheap]>::to_vec).collect();
        let begins = self.spans.first().is_some_and(|span| span.0 == 0);
        let ends = self.spans.last().is_some_and(|span| span.1 == self.every.minutes());
        if runs.len() > 1 && begins && ends {
            let first = runs.remove(0);
            runs.last_mut().into_iter().for_each(|last| last.extend(&first));
        }
        runs
    }
}

/// The round that keeps most of the week within so many periods, and how it was reduced; `None` where no hour is left.
pub(super) fn fit(week: &Week, most: usize, weekly: bool) -> Option<(Cycle, Reduced)> {
    let alike = week.days.iter().all(|day| *day == week.days[0]);
    let whole = if alike { Cycle::every_day(week) } else { Cycle::of(Every::Week, &week.days) };
    let fits = |cycle: &Cycle| (weekly || cycle.every == Every::Day) && cycle.periods(most).1.len() <= most;
    if fits(&whole) {
        return Some((whole, Reduced::Not));
    }
    let common = Cycle::every_day(week);
    let of_common = if fits(&common) { Reduced::EveryDay } else { Reduced::LongestEveryDay };
    let common = common.down_to(most).map(|cycle| (cycle, if alike { Reduced::Longest } else { of_common }));
    let longest =
        Some(whole).filter(|whole| weekly && whole.every == Every::Week).and_then(|whole| whole.down_to(most));
    let longest = longest.map(|cycle| (cycle, Reduced::Longest));
    longest.into_iter().chain(common).max_by_key(|(cycle, _)| cycle.minutes_a_week())
}

/// Cheap minutes a week that are in the week and not in what is left of it.
pub(super) fn left_out(week: &Week, cycle: &Cycle) -> i32 {
    Cycle::of(Every::Week, &week.days).minutes_a_week() - cycle.minutes_a_week()
}
