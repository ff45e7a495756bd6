//! The time a charger lives in: evenly with ours, or many times as fast.

use crate::clock::later;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// A clock, and how fast it goes.
pub(super) struct Pace<C> {
    clock: C,
    /// Simulated seconds in a real one.
    speed: f64,
}

impl<C: Fn() -> Timestamp> Pace<C> {
    /// A clock that is handed in goes as it goes: a wait of it is as long as ours.
    pub(super) fn told(clock: C) -> Self {
        Pace { clock, speed: 1.0 }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// How long the charger's wait is for us.
    pub(super) fn wait(&self, simulated: Duration) -> Duration {
        simulated.div_f64(self.speed)
    }

    /// How long it is for us until the charger's time comes.
    pub(super) fn until(&self, at: Timestamp) -> Duration {
        self.wait(Duration::try_from(at.duration_since(self.now())).unwrap_or(Duration::ZERO))
    }
}

/// The time of day, going on evenly from now whatever is done to the computer's clock, `speed` times as fast.
pub(super) fn steady(speed: f64) -> Pace<impl Fn() -> Timestamp> {
    let (start, began) = (Timestamp::now(), Instant::now());
    let clock = move || {
        let elapsed = began.elapsed().as_secs_f64() * speed;
        SignedDuration::try_from_secs_f64(elapsed).map_or(start, |elapsed| later(start, elapsed))
    };
    Pace { clock, speed }
}
