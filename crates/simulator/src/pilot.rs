//! The control pilot (IEC 61851-1): the wire on which the charger offers a current and the car says how far it is.

use crate::clock::after;
use jiff::Timestamp;

/// The least that can be offered, in amperes; below it a charger pauses.
pub(crate) const MINIMUM_AMPS: f64 = 6.0;
/// A charger changes the duty cycle no more often, in seconds (EVerest, `Charger.hpp`).
const BETWEEN_CHANGES: i64 = 5;
/// The duty cycle in per cent that means: what may flow is said digitally, by ISO 15118.
const DIGITAL: f64 = 5.0;

/// The voltage on the pilot, which says how far charger and car have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PilotState {
    /// +12 V: no car.
    A,
    /// +9 V: a car that is not ready.
    B,
    /// +6 V: a car that is ready.
    C,
    /// +3 V: a car that is ready and wants ventilation.
    D,
    /// 0 V: no supply, or a short circuit.
    E,
    /// -12 V: the charger has a fault.
    F,
}

/// The pilot as one would measure it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pilot {
    /// Its voltage.
    pub state: PilotState,
    /// The duty cycle in per cent, 0 to 100; nothing while there is no PWM. 5 % means that what may flow is said
    /// digitally, by ISO 15118.
    pub duty: Option<f64>,
}

impl Pilot {
    /// The state as electricians write it: `A1` … `F2`, 2 with PWM; E and F have no number.
    pub fn name(&self) -> &'static str {
        use PilotState::{A, B, C, D, E, F};
        match (self.state, self.duty.is_some()) {
            (A, false) => "A1",
            (A, true) => "A2",
            (B, false) => "B1",
            (B, true) => "B2",
            (C, false) => "C1",
            (C, true) => "C2",
            (D, false) => "D1",
            (D, true) => "D2",
            (E, _) => "E",
            (F, _) => "F",
        }
    }
}

/// What a duty cycle says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Says {
    /// So many amperes per phase.
    Amps(f64),
    /// What may flow is said digitally.
    Digital,
    /// Nothing may flow.
    Nothing,
}

/// The duty cycle in per cent for so many amperes, 6 to 80 (EVerest, `Charger.cpp`).
pub(crate) fn duty(amps: f64) -> f64 {
    let amps = coded(amps);
    if amps > 51.0 { amps / 2.5 + 64.0 } else { amps / 0.6 }
}

/// What a car may take at a duty cycle in per cent (Fluke FEV300's manual, quoting IEC 61851-1).
pub(crate) fn says(duty: f64) -> Says {
    match duty {
        4.5..=5.5 => Says::Digital,
        8.0..10.0 => Says::Amps(MINIMUM_AMPS),
        10.0..=85.0 => Says::Amps(measured(duty * 0.6)),
        85.0..=96.0 => Says::Amps(measured((duty - 64.0) * 2.5)),
        96.0..=97.0 => Says::Amps(80.0),
        _ => Says::Nothing,
    }
}

/// A car measures to no more than a microampere.
fn measured(amps: f64) -> f64 {
    (amps * 1e6).round() / 1e6
}

/// What the pilot can say of a current: nothing between 51 and 52.5 A, and no more than 80.
pub(crate) fn coded(amps: f64) -> f64 {
    if amps > 51.0 && amps <= 52.5 { 51.0 } else { amps.min(80.0) }
}

/// The charger's end of the wire.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    /// What is offered, in amperes per phase; 0 without PWM, negative (said digitally) where the car is to give.
    amps: f64,
    is_digital: bool,
    changed: Option<Timestamp>,
}

impl Signal {
    /// What is offered, in amperes per phase.
    pub(crate) fn amps(&self) -> f64 {
        self.amps
    }

    /// The duty cycle in per cent; nothing without PWM.
    pub(crate) fn duty(&self) -> Option<f64> {
        (self.amps != 0.0).then(|| if self.is_digital { DIGITAL } else { duty(self.amps) })
    }

    /// Turns towards what is to be offered. PWM goes on and off at once; a change of its duty cycle waits until the
    /// last one is long enough ago.
    pub(crate) fn turn(&mut self, wanted: f64, is_digital: bool, now: Timestamp) {
        let wanted = if is_digital { wanted } else { coded(wanted) };
        let is_step = self.amps != 0.0 && wanted != 0.0 && !is_digital;
        if wanted == self.amps || is_step && self.waits_until().is_some_and(|until| now < until) {
            return;
        }
        *self = Signal { amps: wanted, is_digital, changed: Some(now) };
    }

    /// When it may change next.
    pub(crate) fn waits_until(&self) -> Option<Timestamp> {
        self.changed.map(|changed| after(changed, BETWEEN_CHANGES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amperes_have_the_duty_cycles_of_the_standard() {
        let rounded = |amps| (duty(amps) * 100.0).round() / 100.0;
        let table = [(6.0, 10.0), (10.0, 16.67), (13.0, 21.67), (16.0, 26.67), (20.0, 33.33), (24.0, 40.0)];
        let more = [(32.0, 53.33), (40.0, 66.67), (51.0, 85.0), (63.0, 89.2), (80.0, 96.0), (90.0, 96.0)];
        for (amps, percent) in table.into_iter().chain(more) {
            assert_eq!(rounded(amps), percent, "{amps} A");
        }
    }

    #[test]
    fn what_is_offered_is_what_the_car_reads_but_for_the_gap() {
        for tenths in (60..=800).filter(|tenths| !(511..=525).contains(tenths)) {
            let amps = f64::from(tenths) / 10.0;
            let Says::Amps(read) = says(duty(amps)) else { panic!("{amps} A") };
            assert!((read - amps).abs() < 1e-9, "{amps} A is read as {read} A");
        }
        for amps in [51.1, 52.0, 52.5] {
            assert_eq!((coded(amps), duty(amps)), (51.0, 85.0), "{amps} A has no code");
        }
    }

    #[test]
    fn a_duty_cycle_outside_the_codes_gives_nothing() {
        for (percent, says_it) in [
            (0.0, Says::Nothing),
            (2.9, Says::Nothing),
            (4.5, Says::Digital),
            (5.0, Says::Digital),
            (7.5, Says::Nothing),
            (8.0, Says::Amps(6.0)),
            (9.9, Says::Amps(6.0)),
            (96.5, Says::Amps(80.0)),
            (98.0, Says::Nothing),
            (100.0, Says::Nothing),
        ] {
            assert_eq!(says(percent), says_it, "{percent} %");
        }
    }

    #[test]
    fn a_step_waits_five_seconds_and_a_pause_does_not() {
        let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let at = |seconds| after(start, seconds);
        let mut signal = Signal::default();
        assert_eq!(signal.duty(), None);
        signal.turn(16.0, false, at(0));
        signal.turn(10.0, false, at(4));
        assert_eq!(signal.amps(), 16.0, "too soon");
        signal.turn(10.0, false, at(5));
        assert_eq!(signal.amps(), 10.0);
        signal.turn(0.0, false, at(6));
        assert_eq!((signal.amps(), signal.duty()), (0.0, None), "a pause is at once");
        signal.turn(12.0, false, at(7));
        assert_eq!(signal.amps(), 12.0, "and so is its end");
        signal.turn(-10.0, true, at(8));
        assert_eq!((signal.amps(), signal.duty()), (-10.0, Some(5.0)), "what is said digitally needs no duty cycle");
    }
}
