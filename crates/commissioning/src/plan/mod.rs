//! A plan: what a charger is to keep from now on, line by line. A line says what is now, what will be, why, what it risks
//! and how to go back, before anything is sent; later, what came of it.

pub mod cards;
mod demand;
mod difference;
mod hours;
pub mod residue;
mod settings;
mod template;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::demand::Order;
use crate::outcome::{Outcome, Verdict};
use crate::record::{InForce, Listed, Record};
use crate::units::Amperes;
use crate::windows::{Week, listed};

pub use cards::{Card, version_words};
pub use difference::{Difference, Risk, difference, plain, same_value};
pub use hours::planned_limit;
pub use settings::{Offered, offered};
pub use template::{Deviating, deviating, template};

/// The most lines that are kept of one charger's plan: a commissioning has a dozen.
pub const MOST_LINES: usize = 100;

/// Something that a charger is to keep, or to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A current limit.
    Limit {
        /// A per phase.
        limit: Amperes,
        /// A connector (2.x: an EVSE) for its sessions alone; 0: the whole charger.
        connector: u32,
    },
    /// A configuration key (1.6) or a variable (2.x).
    Setting {
        /// As the charger spells it.
        key: String,
        /// What it is to be.
        value: String,
        /// A person knows that what this does to the current is not known.
        #[serde(default)]
        confirmed: bool,
    },
    /// A charging profile that is not ours goes (2.x: only there they can be told apart).
    ClearProfile {
        /// Its id in the charger.
        id: i32,
    },
    /// Every charging profile goes, ours too (1.6: they can neither be listed nor told apart).
    ClearAll,
    /// Cheap hours.
    CheapHours {
        /// The hours; `None`: those of ours go.
        week: Option<Box<Week>>,
        /// The catalogue's id of the platform that the charger is to be handed to.
        #[serde(default)]
        platform: Option<String>,
    },
    /// Demand response is rehearsed, or held for a time. Nothing of it stays.
    DemandResponse {
        /// What is asked of the charger.
        order: Box<Order>,
    },
    /// The list of cards that charge without asking a platform (the local authorization list).
    Cards {
        /// The cards.
        cards: Vec<Card>,
        /// The list holds only these; else they are added to what it holds.
        replace: bool,
    },
}

impl Change {
    /// The order in which lines are written: what clears before what sets, a rehearsal before the limit that would hold it
    /// down and the hours in which nothing would flow, and a limit before the hours that stand on it.
    fn rank(&self) -> u8 {
        match self {
            Change::ClearAll | Change::ClearProfile { .. } | Change::CheapHours { week: None, .. } => 0,
            Change::Setting { .. } | Change::Cards { .. } => 1,
            Change::DemandResponse { .. } => 2,
            Change::Limit { .. } => 3,
            Change::CheapHours { week: Some(_), .. } => 4,
        }
    }

    /// Does it stay in the charger once it is written? Else it takes away by itself what it wrote.
    pub fn stays(&self) -> bool {
        !matches!(self, Change::DemandResponse { .. })
    }

    /// Are these about the same thing, so that there is room for only one of them in a plan?
    pub fn same_target(&self, other: &Change) -> bool {
        match (self, other) {
            (Change::Limit { connector: a, .. }, Change::Limit { connector: b, .. }) => a == b,
            (Change::Setting { key: a, .. }, Change::Setting { key: b, .. }) => a.eq_ignore_ascii_case(b),
            (Change::ClearProfile { id: a }, Change::ClearProfile { id: b }) => a == b,
            (Change::ClearAll, Change::ClearAll)
            | (Change::Cards { .. }, Change::Cards { .. })
            | (Change::CheapHours { .. }, Change::CheapHours { .. })
            | (Change::DemandResponse { .. }, Change::DemandResponse { .. }) => true,
            _ => false,
        }
    }
}

/// What stood there before a line was written: kept on disk before anything is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "was", rename_all = "snake_case")]
pub enum Was {
    /// A setting.
    Setting {
        /// As it was read; `None` where the charger did not tell it.
        value: Option<String>,
    },
    /// What limited it.
    Limit {
        /// Our own limits that stayed there.
        #[serde(default)]
        ours: Vec<InForce>,
        /// The limit that the charger named, A per phase; `None` where it named none.
        named: Option<Amperes>,
        /// What a 2.x charger listed and may have to get back; `None` where it listed nothing.
        listed: Option<Vec<Listed>>,
    },
    /// Cheap hours of ours.
    CheapHours {
        /// Those that stood; `None` where none did.
        week: Option<Box<Week>>,
    },
    /// The list of cards.
    Cards {
        /// Its version; 0: it was empty.
        version: i64,
    },
}

impl Was {
    /// In words; empty where it is not known.
    pub fn words(&self) -> String {
        match self {
            Was::Setting { value } => value.clone().unwrap_or_default(),
            Was::Limit { named, ours, .. } => {
                let ours = ours.iter().map(|it| it.limit).min();
                ours.or(*named).map(|limit| limit.to_string()).unwrap_or_default()
            }
            Was::CheapHours { week } => week.as_ref().map_or_else(|| "none of ours".to_owned(), |it| listed(it)),
            Was::Cards { version } => version_words(Some(*version)),
        }
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number within the charger's plan.
    pub id: u32,
    /// What is to be.
    pub change: Change,
    /// What stood there before; `None` until something was about to be written.
    pub was: Option<Was>,
    /// When its writing began.
    pub begun: Option<Timestamp>,
    /// It is, or may be, in the charger; `None` until that is known, and where the program was killed meanwhile.
    pub written: Option<bool>,
    /// It takes effect only when the charger restarts.
    #[serde(default)]
    pub restart: bool,
    /// What came of it; `None` until then, and where the program was killed meanwhile.
    pub outcome: Option<Outcome>,
    /// What came of taking it back.
    pub undone: Option<Outcome>,
}

impl Line {
    /// It waits to be written.
    pub fn waits(&self) -> bool {
        self.begun.is_none() && self.outcome.is_none()
    }

    /// It was written, or may have been, and was not taken back.
    pub fn stands(&self) -> bool {
        let back = |it: &Outcome| it.verdict == Verdict::Passed;
        self.was.is_some() && self.written != Some(false) && !self.undone.as_ref().is_some_and(back)
    }

    /// It was taken, and takes effect only when the charger restarts.
    pub fn waits_for_restart(&self) -> bool {
        let open = self.outcome.as_ref().is_some_and(|it| it.verdict == Verdict::Inconclusive);
        self.stands() && open && self.restart
    }

    /// It is over: written and taken back, or never taken.
    fn is_over(&self) -> bool {
        self.outcome.is_some() && !self.stands()
    }
}

impl Record {
    /// A line of its plan.
    pub fn line(&self, id: u32) -> Option<&Line> {
        self.plan.iter().find(|line| line.id == id)
    }

    /// A person put a line into the plan, or took one out that was not written.
    pub(crate) fn planned(&mut self, id: u32, change: Option<Change>) {
        let same = |line: &Line| change.as_ref().is_some_and(|it| it.same_target(&line.change));
        self.plan.retain(|line| !line.waits() || (line.id != id && !same(line)));
        let Some(change) = change else { return };
        if self.plan.len() >= MOST_LINES {
            // The oldest that is over makes room.
            let Some(over) = self.plan.iter().position(Line::is_over) else { return };
            self.plan.remove(over);
        }
        let line =
            Line { id, change, was: None, begun: None, written: None, restart: false, outcome: None, undone: None };
        self.next_line = self.next_line.max(id.saturating_add(1));
        let later = |other: &Line| other.waits() && other.change.rank() > line.change.rank();
        let at = self.plan.iter().position(later).unwrap_or(self.plan.len());
        self.plan.insert(at, line);
    }

    /// The lines that stand in the charger, the last that was written first, down to the line `from` (`None`: all).
    pub fn standing(&self, from: Option<u32>) -> Vec<&Line> {
        let mut standing: Vec<&Line> = self.plan.iter().filter(|line| line.stands()).collect();
        standing.sort_by_key(|line| line.begun);
        let first = from.map_or(Some(0), |id| standing.iter().position(|line| line.id == id));
        standing.drain(..first.unwrap_or(standing.len()));
        standing.reverse();
        standing
    }

    pub(crate) fn with_line(&mut self, id: u32, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.plan.iter_mut().find(|line| line.id == id) {
            change(line);
        }
    }

    /// A charger was asked again for one of its settings.
    pub(crate) fn reread(&mut self, key: &str, value: Option<String>) {
        let known = self.configuration.iter_mut().flat_map(|c| &mut c.keys).find(|k| k.key.eq_ignore_ascii_case(key));
        if let Some(known) = known {
            known.value = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn setting(key: &str, value: &str) -> Change {
        Change::Setting { key: key.into(), value: value.into(), confirmed: false }
    }

    fn plan(record: &mut Record, id: u32, change: Option<Change>) {
        record.apply(Event::Planned { line: id, change }, u64::from(id), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_plan_has_one_line_for_a_thing_and_the_last_word_counts() {
        let mut record = Record::new("CP1");
        plan(&mut record, 1, Some(setting("HeartbeatInterval", "60")));
        plan(&mut record, 2, Some(setting("heartbeatinterval", "300")));
        assert_eq!(record.plan.len(), 1);
        assert_eq!(record.plan[0].change, setting("heartbeatinterval", "300"));
        plan(&mut record, 2, None);
        assert!(record.plan.is_empty());
        assert_eq!(record.next_line, 3, "a number is not used twice");
    }

    #[test]
    fn a_line_that_was_begun_stays_in_the_plan_until_it_was_taken_back() {
        let mut record = Record::new("CP1");
        plan(&mut record, 1, Some(setting("HeartbeatInterval", "60")));
        let was = Was::Setting { value: Some("86400".into()) };
        record.apply(Event::Applying { line: 1, was }, 2, Timestamp::UNIX_EPOCH);
        assert!(record.plan[0].stands(), "the program may have been killed while it was written");
        plan(&mut record, 1, None);
        plan(&mut record, 2, Some(setting("HeartbeatInterval", "30")));
        assert_eq!(record.plan.len(), 2);
        let outcome = Outcome::new(Verdict::Passed, "");
        record.apply(Event::Undone { line: 1, outcome }, 3, Timestamp::UNIX_EPOCH);
        assert!(!record.plan[0].stands());
    }

    #[test]
    fn lines_stand_in_the_order_in_which_they_are_written() {
        let limit = || Change::Limit { limit: Amperes::from_milliamps(16_000), connector: 0 };
        let order = Order {
            signals: Vec::new(),
            how: crate::demand::How::Rehearse,
            said: crate::demand::Said::default(),
            commence: false,
            licensed: String::new(),
        };
        let rehearsal = Change::DemandResponse { order: Box::new(order) };
        let mut record = Record::new("CP1");
        let planned = [rehearsal.clone(), limit(), setting("HeartbeatInterval", "60"), Change::ClearAll];
        (1..).zip(planned).for_each(|(id, change)| plan(&mut record, id, Some(change)));
        let order: Vec<u32> = record.plan.iter().map(|line| line.id).collect();
        assert_eq!(order, [4, 3, 1, 2]);
        let was = || Was::Setting { value: None };
        record.apply(Event::Applying { line: 2, was: was() }, 10, Timestamp::from_second(10).unwrap());
        record.apply(Event::Applying { line: 4, was: was() }, 11, Timestamp::from_second(20).unwrap());
        let back = |from| record.standing(from).iter().map(|line| line.id).collect::<Vec<_>>();
        assert_eq!(
            (back(None), back(Some(4)), back(Some(3))),
            (vec![4, 2], vec![4], vec![]),
            "one may be written alone"
        );
    }

    #[test]
    fn a_thousand_lines_are_not_kept() {
        let mut record = Record::new("CP1");
        (1..1000).for_each(|n| plan(&mut record, n, Some(setting(&format!("Key{n}"), "1"))));
        assert_eq!(record.plan.len(), MOST_LINES);
    }
}
