//! A line about cheap hours.

use super::{Change, Difference, Line, Risk};
use crate::record::Record;
use crate::step::set_windows;
use crate::units::Amperes;
use crate::windows::{self, Week};

/// What setting these hours, or taking ours away, would mean.
pub(super) fn difference(record: &Record, week: Option<&Week>, platform: Option<&str>) -> Difference {
    let stand = record.cheap_hours.as_ref();
    let none = "none of ours; it charges at any hour";
    let now = windows::standing(record).unwrap_or_else(|| none.to_owned());
    let back = match stand {
        Some(_) => "All of it is taken away, and the hours of before are written again.",
        None => "All of it is taken away; the limit that stays holds again at every hour.",
    };
    let common = Difference {
        what: "Cheap hours".into(),
        now,
        will: none.to_owned(),
        why: "The limit that stays holds again at every hour.".into(),
        risk: Risk::Current,
        risk_words: "A car that waits for a cheap hour may start to charge at once.".into(),
        back: Ok(back.into()),
        obstacle: String::new(),
        already: false,
    };
    let Some(week) = week else { return Difference { already: !windows::stand(record), ..common } };
    Difference {
        will: windows::listed(week),
        why: "Cars charge when power is cheap or the sun shines, without anybody there to decide it.".into(),
        risk_words: format!("Outside of these hours it offers 0 A. {}", windows::OVERRIDE[1]),
        obstacle: set_windows::refused(record, week, platform, planned_limit(record)).unwrap_or_default(),
        already: stand.is_some_and(|hours| hours.week == *week) && windows::stand(record),
        ..common
    }
}

/// The limit for all sessions that waits in the plan: it is written before the hours.
pub fn planned_limit(record: &Record) -> Option<Amperes> {
    let limit = |line: &Line| match line.change {
        Change::Limit { limit, connector: 0 } if line.waits() => Some(limit),
        _ => None,
    };
    record.plan.iter().find_map(limit)
}
