//! Cheap hours of a place, a network or a plan, one file each in the folder `tariffs`. Only hours that a source tells: for any
//! other a person enters them from the bill.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::Confidence;
use crate::folder::{self, Files};

/// Whether the times of a tariff are those at which a car may charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allows {
    /// At these times.
    These,
    /// At all times but these.
    AllButThese,
}

/// Times of day, on some days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Daytime {
    /// `mon` to `sun`.
    pub days: Vec<String>,
    /// `HH:MM` of the wall clock.
    pub from: String,
    /// `HH:MM`, `24:00` for the end of the day.
    pub to: String,
}

/// The hours of a tariff.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// What the times mean.
    pub allows: Allows,
    /// The times.
    pub times: Vec<Daytime>,
    /// Where they were read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure they are.
    pub confidence: Confidence,
}

/// A random wait before a charge starts, so that not all start at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomDelay {
    /// The longest wait as it is set at first, s.
    pub default_s: u32,
    /// The longest that it may be set to, s.
    pub most_s: u32,
    /// What it means, as a sentence.
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Cheap hours of a place, a network or a plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// Its id: the file's name.
    #[serde(skip)]
    pub id: &'static str,
    /// Its name.
    pub name: String,
    /// Where it holds, as country codes.
    pub markets: Vec<String>,
    /// The zone of its clock, an IANA name.
    pub zone: String,
    /// What it is, in a sentence or two.
    pub summary: String,
    /// What was looked for and not found, as sentences.
    pub unknown: Vec<String>,
    /// Its hours.
    pub hours: Hours,
    /// The wait before a charge, where there is one.
    pub random_delay: Option<RandomDelay>,
}

/// The days as they are spelled, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Minutes in a day.
const DAY: u16 = 24 * 60;

impl Tariff {
    /// When a car may charge on each day, Monday first: minutes of the wall clock from and to, ascending.
    pub fn days(&self) -> [Vec<(u16, u16)>; 7] {
        DAYS.map(|day| {
            let on_day = |it: &&Daytime| it.days.iter().any(|name| name == day);
            let span = |it: &Daytime| Some((minute_of_day(&it.from)?, minute_of_day(&it.to)?));
            let mut times: Vec<(u16, u16)> = self.hours.times.iter().filter(on_day).filter_map(span).collect();
            times.sort_unstable();
            match self.hours.allows {
                Allows::These => times,
                Allows::AllButThese => between(&times),
            }
        })
    }
}

/// What a day has besides these times.
fn between(times: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let begins = std::iter::once(0).chain(times.iter().map(|(_, to)| *to));
    let ends = times.iter().map(|(from, _)| *from).chain(std::iter::once(DAY));
    begins.zip(ends).filter(|(from, to)| from < to).collect()
}

/// `HH:MM` as a minute of the day, 0 to 1440; `None`: it is no such time.
pub fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

/// All tariffs, in the order of their ids.
pub fn tariffs() -> &'static [Tariff] {
    static TARIFFS: OnceLock<Vec<Tariff>> = OnceLock::new();
    TARIFFS.get_or_init(|| folder::read(FILES, |it: &mut Tariff, name| it.id = name))
}

/// The tariff with this id.
pub fn tariff(id: &str) -> Option<&'static Tariff> {
    tariffs().iter().find(|it| it.id == id)
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/tariffs.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tariff_can_be_read_and_says_where_its_hours_are_from() {
        assert_eq!(folder::broken::<Tariff>(FILES), [""; 0]);
        for it in tariffs() {
            assert!(!it.hours.source.is_empty() && !it.hours.date.is_empty() && !it.summary.is_empty(), "{}", it.id);
            let times = it.hours.times.iter();
            let fits = |it: &Daytime| {
                minute_of_day(&it.from) < minute_of_day(&it.to) && it.days.iter().all(|d| DAYS.contains(&d.as_str()))
            };
            assert!(times.clone().all(|time| fits(time) && minute_of_day(&time.from).is_some()), "{}", it.id);
            assert!(it.days().iter().any(|day| !day.is_empty()), "{}: a car would never charge", it.id);
            assert!(it.random_delay.as_ref().is_none_or(|delay| delay.default_s <= delay.most_s), "{}", it.id);
        }
    }

    #[test]
    fn a_charger_in_great_britain_waits_at_the_peaks_of_working_days_only() {
        let days = tariff("gb-off-peak").expect("a tariff").days();
        let working = vec![(0, 8 * 60), (11 * 60, 16 * 60), (22 * 60, DAY)];
        assert!(days[..5].iter().all(|day| *day == working), "{days:?}");
        assert!(days[5..].iter().all(|day| *day == [(0, DAY)]), "{days:?}");
    }

    #[test]
    fn hours_of_one_standard_time_are_in_a_zone_without_daylight_saving() {
        for id in ["gb-good-energy-ev", "gb-octopus-economy-7", "ni-power-ni-nightshift"] {
            assert_eq!(tariff(id).expect("a tariff").zone, "UTC", "{id}");
        }
        let night = tariff("nz-meridian-ev").expect("a tariff").days();
        assert!(night.iter().all(|day| *day == [(0, 7 * 60), (21 * 60, DAY)]), "past midnight: {night:?}");
    }

    #[test]
    fn what_is_sold_in_great_britain_waits_at_random_before_every_cheap_hour() {
        let here = tariffs().iter().filter(|it| it.id.starts_with("gb-"));
        assert!(here.clone().count() > 3 && here.clone().all(|it| it.random_delay.is_some()));
    }

    #[test]
    fn a_time_that_is_none_is_not_read() {
        assert_eq!([minute_of_day("24:00"), minute_of_day("7:05")], [Some(DAY), Some(425)]);
        assert_eq!(
            [minute_of_day("24:01"), minute_of_day("08:60"), minute_of_day("8"), minute_of_day("-1:00")],
            [None; 4]
        );
    }
}
