//! What a charger is fed by: phases, their voltages, and what else hangs on the same connection.

use serde::Deserialize;

/// The supply at the charger. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Supply {
    /// Phases of the house's connection, 1 to 3: the charger finds no more. As many as the charger has when absent.
    pub phases: Option<u8>,
    /// What it really measures between phase and neutral while nothing flows, in volts.
    pub volts: f64,
    /// The same on L2, where it is another.
    pub volts_l2: Option<f64>,
    /// The same on L3, where it is another.
    pub volts_l3: Option<f64>,
    /// The resistance of the line, in ohms: each ampere through it lowers the voltage by so much, whether it flows to
    /// the car or the house; what the sun gives back raises it.
    pub ohms: f64,
    /// What the rest of the house draws, in watts over all phases.
    pub house_watts: f64,
    /// What the sun gives, in watts over all phases.
    pub sun_watts: f64,
}

impl Default for Supply {
    fn default() -> Self {
        let (phases, volts_l2, volts_l3) = (None, None, None);
        Supply { phases, volts: 230.0, volts_l2, volts_l3, ohms: 0.0, house_watts: 0.0, sun_watts: 0.0 }
    }
}

impl Supply {
    /// How many phases a charger that is wired to so many finds.
    pub(crate) fn found_by(&self, wired: u8) -> u8 {
        wired.min(self.phases.unwrap_or(wired)).clamp(1, 3)
    }

    /// The voltage on a phase (L1 is 0) while the car draws so many amperes from it.
    pub(crate) fn volts_on(&self, phase: u8, car_amps: f64, wired: u8) -> f64 {
        let other = [None, self.volts_l2, self.volts_l3].get(usize::from(phase)).copied().flatten();
        (other.unwrap_or(self.volts) - self.ohms * (car_amps + self.rest_amps(wired))).max(0.0)
    }

    /// What house and sun take from the grid together without the car, in amperes per phase, evenly over the phases;
    /// negative where the sun gives more.
    pub(crate) fn rest_amps(&self, wired: u8) -> f64 {
        let phases = f64::from(self.phases.unwrap_or(wired).clamp(1, 3));
        (self.house_watts - self.sun_watts) / (phases * self.volts.max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voltage_drops_under_load_and_rises_with_the_sun() {
        let supply = Supply { ohms: 0.25, volts_l3: Some(236.0), ..<_>::default() };
        assert_eq!([0, 1, 2].map(|phase| supply.volts_on(phase, 0.0, 3)), [230.0, 230.0, 236.0]);
        assert_eq!(supply.volts_on(0, 32.0, 3), 222.0);
        let sunny = Supply { sun_watts: 6_900.0, ..supply };
        assert_eq!(sunny.volts_on(0, 0.0, 3), 232.5);
        assert_eq!(sunny.volts_on(0, 10.0, 3), 230.0);
    }

    #[test]
    fn a_house_with_one_phase_has_one_for_the_charger() {
        let one = Supply { phases: Some(1), house_watts: 2_300.0, ..<_>::default() };
        assert_eq!((one.found_by(3), one.rest_amps(3)), (1, 10.0));
        let three = Supply { phases: Some(3), house_watts: 2_300.0, ..<_>::default() };
        assert_eq!(three.found_by(1), 1);
        assert!((three.rest_amps(1) - 10.0 / 3.0).abs() < 1e-9);
    }
}
