//! The car at the end of the cable: how much it takes of what it is offered, and when it takes nothing.

use crate::clock::later;
use crate::pilot::PilotState;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// What a car is like. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CarMake {
    /// The on-board limit, in amperes per phase. 6 to 7 A makes a car that proves little about a limit.
    pub amps: f64,
    /// Phases the on-board charger uses: 1 to 3.
    pub phases: u8,
    /// Below this it takes nothing, in amperes per phase: 6 by IEC 61851-1, more for some.
    pub minimum_amps: f64,
    /// Energy after which the car is full, in watt-hours, counted from plugging in; never full when absent.
    pub needs_wh: Option<f64>,
    /// What the battery holds, in watt-hours; not known when absent.
    pub battery_wh: Option<f64>,
    /// How full it is when it is plugged in, 0 to 100 %.
    pub percent: f64,
    /// How full the driver wants it, 0 to 100 %.
    pub target_percent: f64,
    /// From here on it takes less and less, down to its minimum at 100 %; never when absent.
    pub tapers_from_percent: Option<f64>,
    /// How long it takes to follow a new offer, in seconds: within 5 by IEC 61851-1, usual ones take about three.
    pub ramp_s: f64,
    /// How long it sleeps on when it is offered something again after a pause, in seconds.
    pub wakes_after_s: f64,
    /// After so many interruptions it stays asleep until it is plugged in anew (evcc: "some vehicles refuse to charge if
    /// interrupted too often"); never when absent.
    pub gives_up_after: Option<u32>,
    /// It can give, to a charger that can take it (`Behaviour::discharges`).
    pub feeds_back: bool,
    /// It charges only with ventilation (state D).
    pub wants_ventilation: bool,
    /// The resistor in the plug of its cable, in ohms: 1500 for 13 A, 680 for 20 A, 220 for 32 A, 100 for 63 A. Only a
    /// charger with a socket reads it.
    pub cable_ohms: f64,
}

impl Default for CarMake {
    fn default() -> Self {
        CarMake {
            amps: 32.0,
            phases: 1,
            minimum_amps: 6.0,
            needs_wh: None,
            battery_wh: None,
            percent: 50.0,
            target_percent: 100.0,
            tapers_from_percent: None,
            ramp_s: 3.0,
            wakes_after_s: 0.0,
            gives_up_after: None,
            feeds_back: false,
            wants_ventilation: false,
            cable_ohms: 220.0,
        }
    }
}

/// The car, plugged in or not.
#[derive(Debug)]
pub(crate) struct Car {
    make: CarMake,
    received_wh: f64,
    from: f64,
    to: f64,
    since: Timestamp,
    /// How often an offer it took was taken away.
    interruptions: u32,
    /// It was interrupted and sleeps; with an offer, until this time.
    sleep: Sleep,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sleep {
    Awake,
    Asleep,
    Until(Timestamp),
}

impl Car {
    /// A car that takes nothing yet.
    pub(crate) fn new(make: &CarMake, now: Timestamp) -> Self {
        let sleep = Sleep::Awake;
        Car { make: make.clone(), received_wh: 0.0, from: 0.0, to: 0.0, since: now, interruptions: 0, sleep }
    }

    /// Turns towards what is offered, in amperes per phase: 0 or at least 6, negative where it is to give.
    pub(crate) fn follow(&mut self, offer: f64, now: Timestamp) {
        self.doze(offer, now);
        let wanted = if self.sleep == Sleep::Awake { self.wanted(offer) } else { 0.0 };
        if wanted != self.to {
            (self.from, self.to, self.since) = (self.amps(now), wanted, now);
        }
    }

    /// What it would take of an offer, awake.
    fn wanted(&self, offer: f64) -> f64 {
        let most = if self.is_full() { 0.0 } else { self.make.amps.min(self.taper()) };
        let least = if self.make.feeds_back && self.percent() != Some(0.0) { -self.make.amps } else { 0.0 };
        let wanted = offer.clamp(least, most.max(0.0));
        if wanted.abs() < self.make.minimum_amps { 0.0 } else { wanted }
    }

    /// A pause puts it to sleep; an offer wakes it, in its time.
    fn doze(&mut self, offer: f64, now: Timestamp) {
        if offer == 0.0 && self.to != 0.0 && !self.is_full() {
            self.interruptions += 1;
            self.sleep = Sleep::Asleep;
        }
        let gave_up = self.make.gives_up_after.is_some_and(|most| self.interruptions >= most);
        let wait = SignedDuration::try_from_secs_f64(self.make.wakes_after_s.max(0.0)).unwrap_or_default();
        self.sleep = match self.sleep {
            Sleep::Asleep | Sleep::Until(_) if offer == 0.0 || gave_up => Sleep::Asleep,
            Sleep::Asleep if wait.is_zero() => Sleep::Awake,
            Sleep::Asleep => Sleep::Until(later(now, wait)),
            Sleep::Until(time) if now >= time => Sleep::Awake,
            unchanged => unchanged,
        };
    }

    /// What the battery still takes, in amperes per phase.
    fn taper(&self) -> f64 {
        match (self.make.tapers_from_percent, self.percent()) {
            (Some(from), Some(percent)) if percent > from => {
                let left = ((100.0 - percent) / (100.0 - from)).clamp(0.0, 1.0);
                (self.make.amps * left).max(self.make.minimum_amps)
            }
            _ => f64::INFINITY,
        }
    }

    /// The contactor opens or the plug is pulled: nothing flows from now on.
    pub(crate) fn cut(&mut self, now: Timestamp) {
        (self.from, self.to, self.since) = (0.0, 0.0, now);
    }

    /// What it draws, in amperes on each phase it uses; negative while it gives.
    pub(crate) fn amps(&self, now: Timestamp) -> f64 {
        let elapsed = now.duration_since(self.since).as_secs_f64();
        let share = if elapsed < self.make.ramp_s { (elapsed / self.make.ramp_s).max(0.0) } else { 1.0 };
        self.from + (self.to - self.from) * share
    }

    /// Stores what flowed.
    pub(crate) fn charge(&mut self, wh: f64) {
        self.received_wh += wh;
    }

    /// How full the battery is, 0 to 100; nothing when that is not known.
    pub(crate) fn percent(&self) -> Option<f64> {
        let battery = self.make.battery_wh.filter(|wh| *wh > 0.0)?;
        Some((self.make.percent + self.received_wh / battery * 100.0).clamp(0.0, 100.0))
    }

    /// Whether it wants no more.
    pub(crate) fn is_full(&self) -> bool {
        let is_charged = self.percent().is_some_and(|percent| percent >= self.make.target_percent.min(100.0));
        is_charged || self.make.needs_wh.is_some_and(|needs| self.received_wh >= needs)
    }

    /// Whether it takes nothing of an offer: it is full, asleep, or wants more than it is offered.
    pub(crate) fn rests(&self, offer: f64) -> bool {
        self.sleep != Sleep::Awake || self.wanted(offer) == 0.0
    }

    /// What it puts on the pilot while it is plugged in.
    pub(crate) fn state(&self, now: Timestamp) -> PilotState {
        match self.to != 0.0 || self.amps(now) != 0.0 {
            false => PilotState::B,
            true if self.make.wants_ventilation => PilotState::D,
            true => PilotState::C,
        }
    }

    /// When it changes by itself: it wakes, or has reached what it turned to.
    pub(crate) fn due(&self) -> impl Iterator<Item = Timestamp> {
        let wakes = match self.sleep {
            Sleep::Until(time) => Some(time),
            Sleep::Awake | Sleep::Asleep => None,
        };
        let ramp = SignedDuration::try_from_secs_f64(self.make.ramp_s.max(0.0)).unwrap_or_default();
        [wakes, Some(later(self.since, ramp))].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::after;

    fn start() -> Timestamp {
        "2026-11-22T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_car_that_wants_more_than_it_is_offered_takes_nothing() {
        let mut car = Car::new(&CarMake { minimum_amps: 10.0, ..<_>::default() }, start());
        car.follow(8.0, start());
        assert_eq!((car.state(start()), car.rests(8.0)), (PilotState::B, true));
        car.follow(10.0, start());
        assert_eq!((car.state(start()), car.rests(10.0)), (PilotState::C, false));
        assert_eq!(car.amps(after(start(), 3)), 10.0);
    }

    #[test]
    fn a_car_sleeps_on_after_a_pause_and_wakes_in_its_time() {
        let mut car = Car::new(&CarMake { wakes_after_s: 30.0, ..<_>::default() }, start());
        car.follow(16.0, start());
        assert_eq!(car.state(start()), PilotState::C, "the first offer wakes it");
        car.follow(0.0, after(start(), 60));
        car.follow(16.0, after(start(), 120));
        assert!(car.rests(16.0));
        car.follow(16.0, after(start(), 149));
        assert!(car.rests(16.0));
        car.follow(16.0, after(start(), 150));
        assert_eq!((car.rests(16.0), car.amps(after(start(), 153))), (false, 16.0));
    }

    #[test]
    fn a_car_that_was_interrupted_too_often_stays_asleep() {
        let mut car = Car::new(&CarMake { gives_up_after: Some(3), ..<_>::default() }, start());
        for pause in 0..3 {
            car.follow(16.0, after(start(), pause * 20));
            assert!(!car.rests(16.0), "interrupted {pause} times");
            car.follow(0.0, after(start(), pause * 20 + 10));
        }
        car.follow(16.0, after(start(), 3_600));
        assert!(car.rests(16.0));
    }

    #[test]
    fn a_battery_fills_tapers_and_stops_at_its_target() {
        let make = CarMake {
            battery_wh: Some(50_000.0),
            percent: 80.0,
            target_percent: 96.0,
            tapers_from_percent: Some(90.0),
            ..<_>::default()
        };
        let mut car = Car::new(&make, start());
        assert_eq!((car.percent(), car.wanted(32.0)), (Some(80.0), 32.0));
        car.charge(6_250.0);
        assert_eq!((car.percent(), car.wanted(32.0)), (Some(92.5), 24.0));
        car.charge(1_749.0);
        assert!(!car.is_full());
        car.charge(1.0);
        assert!(car.is_full() && car.rests(32.0));
        assert_eq!(Car::new(&CarMake::default(), start()).percent(), None);
    }

    #[test]
    fn a_car_gives_until_its_battery_is_empty_and_only_if_it_can() {
        let make =
            CarMake { battery_wh: Some(10_000.0), percent: 10.0, amps: 16.0, feeds_back: true, ..<_>::default() };
        let mut car = Car::new(&make, start());
        assert_eq!(car.wanted(-32.0), -16.0);
        car.charge(-1_000.0);
        assert_eq!(car.wanted(-32.0), 0.0);
        assert_eq!(Car::new(&CarMake { feeds_back: false, ..make }, start()).wanted(-32.0), 0.0);
    }
}
