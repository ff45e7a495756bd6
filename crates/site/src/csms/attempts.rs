//! The newest attempts to reach us, as they go on: for the view of what arrives.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chargehand_commissioning::attempt::{Attempt, Stage, State, What};
use chargehand_commissioning::clock::Clock;
use chargehand_commissioning::event::ClosedBy;
use chargehand_commissioning::outcome::{Finding, Gravity};

/// So many are kept in memory.
pub(crate) const KEPT: usize = 200;
/// The most stages of one: a connection has seven at most.
const STAGES: usize = 12;

/// Called when an attempt has changed.
pub(crate) type Changed = Arc<dyn Fn() + Send + Sync>;

/// The newest attempts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Attempts {
    clock: Clock,
    changed: Changed,
    kept: Arc<Mutex<VecDeque<Kept>>>,
}

struct Kept {
    id: u64,
    from: IpAddr,
    attempt: Arc<Mutex<Attempt>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Attempts {
    /// None yet. `changed` is called whenever one has changed.
    pub(crate) fn new(clock: Clock, changed: Changed) -> Self {
        Self { clock, changed, kept: Arc::default() }
    }

    /// All that are kept, oldest first.
    pub(crate) fn all(&self) -> Vec<Attempt> {
        lock(&self.kept).iter().map(|kept| lock(&kept.attempt).clone()).collect()
    }

    /// One begins now.
    pub(crate) fn begin(&self, peer: SocketAddr, local: Option<SocketAddr>) -> Ongoing {
        let at = self.clock.now();
        let mut kept = lock(&self.kept);
        let last = kept.back().map_or(0, |kept| kept.id);
        let id = u64::try_from(at.as_microsecond()).unwrap_or(0).max(last + 1);
        let attempt = Attempt {
            id,
            peer: peer.to_string(),
            local: local.map(|local| local.to_string()).unwrap_or_default(),
            at,
            state: State::Coming,
            charger: String::new(),
            stages: Vec::new(),
            findings: Vec::new(),
        };
        let attempt = Arc::new(Mutex::new(attempt));
        if kept.len() >= KEPT {
            let gives_way = oldest_of_the_many(&kept);
            kept.remove(gives_way);
        }
        kept.push_back(Kept { id, from: peer.ip().to_canonical(), attempt: Arc::clone(&attempt) });
        drop(kept);
        (self.changed)();
        Ongoing { attempt, clock: self.clock.clone(), changed: Arc::clone(&self.changed) }
    }
}

/// The oldest of the address that has the most: a scanner pushes out its own attempts, not the charger's.
fn oldest_of_the_many(kept: &VecDeque<Kept>) -> usize {
    let mut counts: HashMap<IpAddr, usize> = HashMap::new();
    kept.iter().for_each(|kept| *counts.entry(kept.from).or_default() += 1);
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(from, _)| from);
    kept.iter().position(|kept| Some(kept.from) == most).unwrap_or(0)
}

/// One attempt while it goes on. Dropped before it is known what it is, it counts as closed by us.
pub(crate) struct Ongoing {
    attempt: Arc<Mutex<Attempt>>,
    clock: Clock,
    changed: Changed,
}

impl Ongoing {
    /// What is known of it so far.
    pub(crate) fn so_far(&self) -> Attempt {
        lock(&self.attempt).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Attempt)) {
        change(&mut lock(&self.attempt));
        (self.changed)();
    }

    /// Something happened to it now.
    pub(crate) fn note(&self, what: What) {
        let at = self.clock.now();
        self.change(|attempt| {
            if attempt.stages.len() < STAGES {
                attempt.stages.push(Stage { at, what });
            }
        });
    }

    /// Something was found about it.
    pub(crate) fn found(&self, finding: Finding) {
        self.change(|attempt| attempt.findings.push(finding));
    }

    /// It is this charger.
    pub(crate) fn is(&self, charger: &str) {
        self.change(|attempt| (attempt.state, attempt.charger) = (State::Connected, charger.to_owned()));
    }

    /// It did not become a charger's connection; all of it.
    pub(crate) fn refused(&self, finding: Finding) -> Attempt {
        self.change(|attempt| {
            attempt.state = State::Refused;
            attempt.findings.insert(0, finding);
        });
        self.so_far()
    }

    /// The charger's connection has ended; all of it.
    pub(crate) fn ended(&self, by: ClosedBy, code: Option<u16>, reason: String) -> Attempt {
        self.note(What::Closed { by, code, reason });
        self.change(|attempt| attempt.state = State::Ended);
        self.so_far()
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        if lock(&self.attempt).state == State::Coming {
            self.refused(finding("closed_by_us", "Chargehand closed it before it had said what it is."));
        }
    }
}

/// A finding that needs a person's attention.
pub(crate) fn finding(code: &str, text: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), gravity: Gravity::Attention, text: text.into(), evidence: Vec::new() }
}

/// A finding that is worth knowing.
pub(crate) fn note(code: &str, text: impl Into<String>) -> Finding {
    Finding { gravity: Gravity::Note, ..finding(code, text) }
}

#[cfg(test)]
mod tests {
    use chargehand_commissioning::attempt::Speaks;
    use jiff::Timestamp;

    use super::*;

    fn attempts() -> Attempts {
        Attempts::new(Clock::new(|| Timestamp::UNIX_EPOCH), Arc::new(|| {}))
    }

    fn from(last: u8) -> SocketAddr {
        (IpAddr::from([10, 0, 0, last]), 40_000).into()
    }

    #[test]
    fn a_scanner_pushes_out_its_own_attempts_and_not_the_chargers() {
        let attempts = attempts();
        let charger = attempts.begin(from(1), None);
        charger.is("CP1");
        (0..1000).for_each(|_| drop(attempts.begin(from(2), None)));
        let all = attempts.all();
        assert_eq!((all.len(), all[0].charger.as_str()), (KEPT, "CP1"));
        assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id), "each has an id of its own, ascending");
    }

    #[test]
    fn what_happens_to_an_attempt_is_told_in_order_and_bounded() {
        let attempts = attempts();
        let ongoing = attempts.begin(from(1), None);
        (0..100).for_each(|_| ongoing.note(What::FirstBytes { kind: Speaks::Junk, hex: "00".into() }));
        assert_eq!(ongoing.so_far().stages.len(), STAGES);
        let attempt = ongoing.refused(finding("not_http", "Rubbish."));
        assert_eq!(attempt.refusal().map(|f| f.code.as_str()), Some("not_http"));
        assert_eq!(attempts.all(), [attempt]);
    }

    #[test]
    fn an_attempt_that_is_given_up_does_not_seem_to_go_on() {
        let attempts = attempts();
        drop(attempts.begin(from(1), None));
        assert_eq!(attempts.all()[0].state, State::Refused);
    }
}
