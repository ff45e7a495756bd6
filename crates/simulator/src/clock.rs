//! The charger's own clock: the true time it is given, shifted by how wrong it is.

use crate::Behaviour;
use jiff::{SignedDuration, Timestamp};

/// How far the charger's clock is from the true time.
#[derive(Debug)]
pub(crate) struct Clock {
    ahead: SignedDuration,
    zone: SignedDuration,
    leaves_out_zone: bool,
    /// The endpoint is believed only the first time.
    takes_once: bool,
    /// It was set; one that is stuck takes itself for set.
    is_set: bool,
}

impl Clock {
    /// A clock that was never set.
    pub(crate) fn new(behaviour: &Behaviour, start: Timestamp) -> Self {
        let but = behaviour.deviates.identity;
        let zone = SignedDuration::from_secs(behaviour.zone_offset_s);
        let ahead = if but.stuck_in_1970 {
            Timestamp::UNIX_EPOCH.duration_since(start)
        } else {
            SignedDuration::from_secs(behaviour.clock_offset_s).saturating_add(zone)
        };
        let (takes_once, is_set) = (but.stuck_in_1970, but.stuck_in_1970);
        Clock { ahead, zone, leaves_out_zone: but.leaves_out_zone, takes_once, is_set }
    }

    /// What the charger believes the time is.
    pub(crate) fn at(&self, now: Timestamp) -> Timestamp {
        later(now, self.ahead)
    }

    /// From now on the endpoint's time is taken only once: its time goes slower than ours.
    pub(crate) fn take_once(&mut self) {
        self.takes_once = true;
    }

    /// Takes the endpoint's `currentTime`; one that cannot be read changes nothing.
    pub(crate) fn set(&mut self, current_time: &str, now: Timestamp) {
        if let Ok(told) = current_time.parse::<Timestamp>() {
            if self.takes_once && std::mem::replace(&mut self.is_set, true) {
                return;
            }
            self.ahead = told.duration_since(now).saturating_add(self.zone);
        }
    }

    /// The charger's time as it writes it: milliseconds, because some endpoints choke on more.
    pub(crate) fn text(&self, now: Timestamp) -> String {
        let text = format!("{:.3}", self.at(now));
        if self.leaves_out_zone { text.trim_end_matches('Z').to_owned() } else { text }
    }
}

/// `at` moved by `by`; stays where it is when that leaves the calendar (an endpoint may send the year 9999).
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

/// `at` plus whole seconds.
pub(crate) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    later(at, SignedDuration::from_secs(seconds))
}
