//! What is said of cheap hours: what was written, until when it is right, what was left out, and how an owner charges
//! outside of them.

use chargehand_ocpp::profile::Every;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::{DAYS, Drift, Plan, Reduced, Span, Week, clock};

/// How an owner charges outside the cheap hours, for the screen and for print.
pub const OVERRIDE: [&str; 5] = [
    "Outside the cheap hours the charger offers 0 A: a car that is plugged in waits for the next cheap hour. The car's own app \
     cannot change that.",
    "To charge at another hour, somebody with this program takes the cheap hours away (Set, Cheap hours); they stay away until \
     they are set again.",
    "A server that the charger is pointed to can send a limit for one charge (TxProfile), which goes before the cheap hours, \
     or clear them.",
    "Whether the charger has a button or a menu that charges at once is not known: see its maker's manual.",
    "The hours go by the charger's own clock. After a power cut without a server it may have the wrong time until one tells \
     it.",
];

/// The hours of each day in a line: `Monday to Friday 01:00-06:00 16.0 A; Saturday ...`, days that are alike together.
pub fn listed(week: &Week) -> String {
    let mut lines = Vec::new();
    let mut day = 0;
    while day < DAYS.len() {
        let alike = week.days()[day..].iter().take_while(|spans| **spans == week.days()[day]).count();
        let last = day + alike - 1;
        let name = if last > day { format!("{} to {}", DAYS[day], DAYS[last]) } else { DAYS[day].to_owned() };
        let span = |span: &Span| format!("{}-{} {}", clock(span.from_min), clock(span.to_min), span.limit);
        let spans: Vec<String> = week.days()[day].iter().map(span).collect();
        lines.push(format!("{name} {}", if spans.is_empty() { "never".to_owned() } else { spans.join(", ") }));
        day = last + 1;
    }
    format!("{}; by the clock of {}", lines.join("; "), week.zone())
}

/// What is written, until when it is right and what is not in it, as sentences.
pub fn sentences(week: &Week, plan: &Plan) -> Vec<String> {
    let mut all = vec![form(plan)];
    all.extend(changes(week, plan));
    all.push(right_until(week, plan));
    all.extend(random_delay(week, plan));
    all.extend(left_out(plan));
    all
}

fn form(plan: &Plan) -> String {
    let round = if plan.every == Every::Day { "every day" } else { "every week" };
    let (pieces, periods) = (counted(plan.pieces.len(), "schedule"), counted(plan.periods.len(), "period"));
    let clock = if plan.local_time { "the charger's local time" } else { "UTC" };
    let each = if plan.pieces.len() == 1 { "" } else { " each" };
    let place = if plan.replaces_base() {
        " The charger has one level only: they stand in the place of the limit that stays, and nothing lies beneath them."
    } else {
        ""
    };
    format!("Written as {pieces} of {periods}{each} in {clock} that recur {round}; 0 A outside the cheap hours.{place}")
}

/// The next two changes of the clock, as sentences.
pub fn changes(week: &Week, plan: &Plan) -> Vec<String> {
    let change = |change: &super::Change| {
        let (before, after) = (wall(change.at, change.before_s), wall(change.at, change.after_s));
        let way = if change.after_s > change.before_s { "forward" } else { "back" };
        let hour = after.strftime("%H:%M");
        format!("On {} the clocks go {way} to {hour}.", before.strftime("%A %-d %B %Y at %H:%M"))
    };
    if plan.changes.is_empty() {
        return vec![format!("In {} the clocks are not changed.", week.zone())];
    }
    plan.changes.iter().map(change).collect()
}

fn wall(at: Timestamp, offset_s: i32) -> jiff::civil::DateTime {
    Offset::from_seconds(offset_s).unwrap_or(Offset::UTC).to_datetime(at)
}

fn right_until(week: &Week, plan: &Plan) -> String {
    let zone = week.time_zone();
    match plan.drift {
        Some(drift) => drifts(&zone, drift),
        None if plan.local_time => {
            "The charger follows the changes of the clock itself; on the two days of a change it decides how.".into()
        }
        None => "The hours stay where they are.".into(),
    }
}

fn drifts(zone: &TimeZone, drift: Drift) -> String {
    let day = |at| zone.to_datetime(at).strftime("%-d %B %Y").to_string();
    let by = match drift.late_s.abs() {
        3600 => "an hour".to_owned(),
        1800 => "half an hour".to_owned(),
        other => format!("{} minutes", other / 60),
    };
    let side = if drift.late_s > 0 { "late" } else { "early" };
    let until = drift.until.map_or_else(String::new, |until| format!(" until {}, and so every year", day(until)));
    format!(
        "The hours are right until {}. From then on they are {by} {side} by the clock on the wall{until}, unless somebody \
         writes them again.",
        day(drift.from)
    )
}

fn random_delay(week: &Week, plan: &Plan) -> Option<String> {
    let minutes = week.random_delay_s()?.div_ceil(60);
    Some(match plan.random_delay_s {
        Some(_) => format!("Each change comes up to {minutes} min late at random (randomizedDelay)."),
        None => format!(
            "The random delay of up to {minutes} min is not written: only a charger of OCPP 2.1 that says that it can takes one \
             with a schedule. It may have its own."
        ),
    })
}

fn left_out(plan: &Plan) -> Option<String> {
    let what = match plan.reduced {
        Reduced::Not => return None,
        Reduced::EveryDay => "only the hours that are cheap on every day are written",
        Reduced::Longest => "only the longest of the cheap hours are written",
        Reduced::LongestEveryDay => "only the longest of the hours that are cheap on every day are written",
    };
    let (hours, minutes) = (plan.left_out_min / 60, plan.left_out_min % 60);
    Some(format!(
        "The charger cannot hold all of it: {what}. {hours} h {minutes:02} min of cheap time a week are left out."
    ))
}

/// `1 line`, `2 lines`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
