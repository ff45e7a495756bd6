//! Cheap hours as they are ordered: from and to on some days.

use chargehand_catalogue::minute_of_day;
use chargehand_commissioning::windows::{DAY, Span, Week};
use serde::Deserialize;

use crate::plan::amperes;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

fn every_day() -> Vec<Day> {
    vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun]
}

/// Hours on some days of the week.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days; left out: every day.
    #[serde(default = "every_day")]
    days: Vec<Day>,
    /// `HH:MM`.
    from: String,
    /// `HH:MM`, `24:00` for the end of the day; not after `from`: of the next day.
    to: String,
    /// A per phase.
    limit: f64,
}

/// The week that these hours mean, by the clock of a zone.
///
/// # Errors
/// What is wrong with them, in words.
pub fn week(zone: &str, hours: &[Hours]) -> Result<Week, String> {
    let mut days: [Vec<Span>; 7] = Default::default();
    for it in hours {
        let (from_min, to_min, limit) = (minute(&it.from)?, minute(&it.to)?, amperes(it.limit)?);
        let mut put = |day: usize, from_min, to_min| days[day % 7].push(Span { from_min, to_min, limit });
        for day in it.days.iter().map(|day| *day as usize) {
            match to_min {
                _ if to_min > from_min => put(day, from_min, to_min),
                0 => put(day, from_min, DAY),
                _ => {
                    put(day, from_min, DAY);
                    put(day + 1, 0, to_min);
                }
            }
        }
    }
    Week::new(zone, days).map_err(|unfit| unfit.to_string())
}

fn minute(text: &str) -> Result<u16, String> {
    minute_of_day(text).ok_or_else(|| format!("{text:?} is no time such as 22:30."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hours_past_midnight_belong_to_two_days() {
        let hours: Vec<Hours> = serde_json::from_str(
            r#"[{"days": ["sun"], "from": "22:00", "to": "06:00", "limit": 16}, {"from": "12:00", "to": "14:30", "limit": 6}]"#,
        )
        .unwrap();
        let week = week("Australia/Adelaide", &hours).unwrap();
        let spans = |day: usize| week.days()[day].iter().map(|it| (it.from_min, it.to_min)).collect::<Vec<_>>();
        assert_eq!(
            (spans(6), spans(0), spans(1)),
            (vec![(720, 870), (1320, 1440)], vec![(0, 360), (720, 870)], vec![(720, 870)])
        );
    }

    #[test]
    fn what_is_no_time_is_said() {
        let hours: Vec<Hours> = serde_json::from_str(r#"[{"from": "25:00", "to": "06:00", "limit": 16}]"#).unwrap();
        assert!(week("Australia/Adelaide", &hours).unwrap_err().contains("25:00"));
    }
}
