//! The car at the end of the cable: how much it takes of what it is offered.

use jiff::Timestamp;
use serde::Deserialize;

/// A car follows a new pilot signal within 5 s; the usual ones take about three.
const RAMP_SECONDS: f64 = 3.0;

/// What a car is like. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CarMake {
    /// The on-board limit, in amperes per phase. 6 to 7 A makes a car that proves little about a limit.
    pub amps: f64,
    /// Phases the on-board charger uses: 1 to 3.
    pub phases: u8,
    /// Energy after which the car is full, in watt-hours, counted from plugging in; never full when absent.
    pub needs_wh: Option<f64>,
}

impl Default for CarMake {
    fn default() -> Self {
        CarMake { amps: 32.0, phases: 1, needs_wh: None }
    }
}

/// The car, plugged in or not.
#[derive(Debug)]
pub(crate) struct Car {
    limit: f64,
    needs_wh: Option<f64>,
    received_wh: f64,
    from: f64,
    to: f64,
    since: Timestamp,
}

impl Car {
    /// A car that takes nothing yet.
    pub(crate) fn new(make: &CarMake, now: Timestamp) -> Self {
        Car { limit: make.amps, needs_wh: make.needs_wh, received_wh: 0.0, from: 0.0, to: 0.0, since: now }
    }

    /// Turns towards what is offered, in amperes per phase: 0 or at least 6, negative where it is to give.
    pub(crate) fn follow(&mut self, offer: f64, now: Timestamp) {
        let most = if self.is_full() { 0.0 } else { self.limit };
        let wanted = offer.clamp(-self.limit, most);
        if wanted != self.to {
            (self.from, self.to, self.since) = (self.amps(now), wanted, now);
        }
    }

    /// The contactor opens or the plug is pulled: nothing flows from now on.
    pub(crate) fn cut(&mut self, now: Timestamp) {
        (self.from, self.to, self.since) = (0.0, 0.0, now);
    }

    /// What it draws, in amperes on each phase it uses; negative while it gives.
    pub(crate) fn amps(&self, now: Timestamp) -> f64 {
        let share = (now.duration_since(self.since).as_secs_f64() / RAMP_SECONDS).clamp(0.0, 1.0);
        self.from + (self.to - self.from) * share
    }

    /// Stores what flowed.
    pub(crate) fn charge(&mut self, wh: f64) {
        self.received_wh += wh;
    }

    /// Whether it wants no more.
    pub(crate) fn is_full(&self) -> bool {
        self.needs_wh.is_some_and(|needs| self.received_wh >= needs)
    }
}
