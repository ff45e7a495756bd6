//! The same for another charger: "as last time", and several chargers side by side.

use super::{Change, Line, difference};
use crate::outcome::Verdict;
use crate::record::Record;
use crate::units::Amperes;

/// What was set in a charger and stands there, and what was rehearsed with it, to be planned for another of the same model;
/// with another limit where one is given. What was cleared there is not: another charger has other leftovers. Nor are cards:
/// they belong to the people who charge there.
pub fn template(record: &Record, limit: Option<Amperes>) -> Vec<Change> {
    let holds = |line: &&Line| {
        let taken = |verdict| matches!(verdict, Verdict::Passed | Verdict::NotTested | Verdict::Inconclusive);
        line.undone.is_none() && line.outcome.as_ref().is_some_and(|it| taken(it.verdict) || !line.change.stays())
    };
    let kept = record.plan.iter().filter(holds).map(|line| &line.change).filter(|it| is_for_others(it));
    // What was written last of one thing counts.
    let mut all: Vec<Change> = Vec::new();
    for change in kept {
        all.retain(|other| !other.same_target(change));
        all.push(with_limit(change, limit));
    }
    all
}

fn is_for_others(change: &Change) -> bool {
    match change {
        Change::Limit { .. } | Change::Setting { .. } | Change::DemandResponse { .. } => true,
        Change::CheapHours { week, .. } => week.is_some(),
        Change::ClearProfile { .. } | Change::ClearAll | Change::Cards { .. } => false,
    }
}

/// Hours follow the limit: those that stood at the old one stand at the new one, the others no higher than it.
fn with_limit(change: &Change, limit: Option<Amperes>) -> Change {
    match (change, limit) {
        (Change::Limit { connector, .. }, Some(limit)) => Change::Limit { limit, connector: *connector },
        (Change::CheapHours { week: Some(week), platform }, Some(limit)) => {
            Change::CheapHours { week: Some(Box::new(week.at_most(limit))), platform: platform.clone() }
        }
        _ => change.clone(),
    }
}

/// One thing that several chargers have in their plans, and how each has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviating {
    /// What it is about.
    pub what: String,
    /// Each charger's id, and how it is there; empty where that is not known.
    pub values: Vec<(String, String)>,
    /// They are not all alike.
    pub deviates: bool,
}

/// Everything that is planned or set in one of these chargers, as it is in each of them.
pub fn deviating(records: &[&Record]) -> Vec<Deviating> {
    let mut targets: Vec<&Change> = Vec::new();
    for change in records.iter().flat_map(|record| &record.plan).map(|line| &line.change) {
        if is_for_others(change) && !targets.iter().any(|it| it.same_target(change)) {
            targets.push(change);
        }
    }
    targets.into_iter().map(|change| row(records, change)).collect()
}

fn row(records: &[&Record], change: &Change) -> Deviating {
    let what = records.first().map(|record| difference(record, change).what).unwrap_or_default();
    let values: Vec<(String, String)> =
        records.iter().map(|record| (record.id.clone(), value(record, change))).collect();
    let deviates = values.iter().any(|(_, value)| *value != values[0].1);
    Deviating { what, values, deviates }
}

/// How a charger has it: what is now, and of a rehearsal what it showed.
fn value(record: &Record, change: &Change) -> String {
    match change {
        Change::DemandResponse { order } => super::demand::shown(record, order),
        _ => difference(record, change).now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::plan::{Card, Was};
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    fn with(id: &str, heartbeat: &str, changes: &[Change]) -> Record {
        let key =
            ConfigurationKey { key: "HeartbeatInterval".into(), value: Some(heartbeat.into()), ..Default::default() };
        let configuration = Some(ConfigurationSnapshot { keys: vec![key], ..Default::default() });
        let line = |change: &Change| Line {
            id: 1,
            change: change.clone(),
            was: Some(Was::Setting { value: None }),
            begun: None,
            written: Some(true),
            restart: false,
            outcome: Some(Outcome::new(Verdict::Passed, "")),
            undone: None,
        };
        Record { configuration, plan: changes.iter().map(line).collect(), ..Record::new(id) }
    }

    fn heartbeat() -> Change {
        Change::Setting { key: "HeartbeatInterval".into(), value: "60".into(), confirmed: false }
    }

    fn cards() -> Change {
        Change::Cards { cards: vec![Card::new("04A2B7C8")], replace: false }
    }

    #[test]
    fn as_last_time_is_what_stands_and_not_what_was_cleared_or_taken_back_nor_anybodys_cards() {
        let limit = Change::Limit { limit: Amperes::from_milliamps(20_000), connector: 0 };
        let mut record = with("CP1", "60", &[limit.clone(), heartbeat(), Change::ClearAll, cards()]);
        assert_eq!(template(&record, None), [limit.clone(), heartbeat()]);
        record.plan[1].undone = Some(Outcome::new(Verdict::Passed, ""));
        assert_eq!(template(&record, None), [limit]);
    }

    #[test]
    fn as_last_time_but_with_another_limit_takes_the_cheap_hours_along() {
        let at = Amperes::from_milliamps;
        let span = |limit| crate::windows::Span { from_min: 0, to_min: 360, limit: at(limit) };
        let week = |sunday, other| {
            let day = |day| vec![span(if day == 6 { sunday } else { other })];
            Box::new(crate::windows::Week::new("Australia/Darwin", std::array::from_fn(day)).unwrap())
        };
        let hours = |sunday, other| Change::CheapHours { week: Some(week(sunday, other)), platform: None };
        let limit = |ma| Change::Limit { limit: at(ma), connector: 0 };
        let none = Change::CheapHours { week: None, platform: None };
        let record = with("CP1", "60", &[limit(16_000), none, hours(16_000, 10_000)]);
        assert_eq!(template(&record, Some(at(20_000))), [limit(20_000), hours(20_000, 10_000)]);
        assert_eq!(template(&record, Some(at(8_000))), [limit(8_000), hours(8_000, 8_000)]);
    }

    #[test]
    fn chargers_that_are_not_set_alike_stand_out() {
        let (one, other) = (with("CP1", "60", &[heartbeat()]), with("CP2", "86400", &[]));
        let table = deviating(&[&one, &other]);
        assert_eq!(table.len(), 1);
        assert!(table[0].deviates);
        assert_eq!(table[0].values[1], ("CP2".into(), "86400".into()));
        assert!(!deviating(&[&one, &one])[0].deviates);
        let listed = with("CP1", "60", &[cards()]);
        assert_eq!(deviating(&[&listed, &other]), [], "whose cards they are is nobody else's business");
    }
}
