//! Electrical quantities as types, so that a watt can never be sent where an ampere is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The nominal voltage between phase and neutral by which OCPP converts W and A (OCPP 1.6 errata 3.68: the set
/// voltage of the area, never the measured one). V.
pub const NOMINAL_VOLTS: u32 = 230;

/// The least current that IEC 61851-1 can offer a car (control pilot duty 10 %). Below it a charger pauses.
pub const LEAST_OFFER: Amperes = Amperes::from_milliamps(6_000);

/// A current of one phase, kept in whole milliamperes. 0 to about 4 million A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amperes(u32);

impl Amperes {
    /// No current.
    pub const ZERO: Amperes = Amperes(0);

    /// From milliamperes.
    pub const fn from_milliamps(milliamps: u32) -> Self {
        Self(milliamps)
    }

    /// From amperes as a person or a charger writes them; negative, infinite and not-a-number become `None`.
    pub fn from_amps(amps: f64) -> Option<Self> {
        let milliamps = (amps * 1000.0).round();
        (milliamps.is_finite() && (0.0..=f64::from(u32::MAX)).contains(&milliamps)).then_some(Self(milliamps as u32))
    }

    /// In milliamperes.
    pub const fn milliamps(self) -> u32 {
        self.0
    }

    /// In amperes, for a schedule's `limit` and for arithmetic on tolerances.
    pub fn amps(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// Down to the 0.1 A that OCPP 1.6 can express (its schema says `multipleOf 0.1`); never up.
    pub const fn floor_to_tenth(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// The total power this current means on so many phases at the nominal voltage.
    pub fn watts(self, phases: Phases) -> Watts {
        let milliwatts = u64::from(self.0) * u64::from(NOMINAL_VOLTS) * u64::from(phases.count());
        Watts(u32::try_from(milliwatts / 1000).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Amperes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} A", self.0 / 1000, self.0 % 1000 / 100)
    }
}

/// A total active power over all phases, W.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Watts(pub u32);

/// How many phases carry current, 1 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phases(u8);

impl Phases {
    /// One phase: also what is assumed where nothing was measured, because it makes a limit in W the smallest.
    pub const ONE: Phases = Phases(1);

    /// From a count; anything but 1, 2, 3 is `None`.
    pub fn new(count: u8) -> Option<Self> {
        (1..=3).contains(&count).then_some(Self(count))
    }

    /// The count, 1 to 3.
    pub const fn count(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_rounded_down_to_a_tenth_of_an_ampere_and_never_up() {
        assert_eq!(Amperes::from_milliamps(11_290).floor_to_tenth().milliamps(), 11_200);
        assert_eq!(Amperes::from_milliamps(5_999).floor_to_tenth().milliamps(), 5_900);
    }

    #[test]
    fn sixteen_amperes_on_three_phases_are_eleven_kilowatts() {
        assert_eq!(Amperes::from_milliamps(16_000).watts(Phases(3)), Watts(11_040));
    }

    #[test]
    fn a_current_that_is_no_number_is_no_current() {
        assert_eq!(Amperes::from_amps(f64::NAN), None);
        assert_eq!(Amperes::from_amps(-1.0), None);
        assert_eq!(Amperes::from_amps(15.9996), Some(Amperes::from_milliamps(16_000)));
    }
}
