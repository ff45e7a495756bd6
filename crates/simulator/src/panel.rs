//! What one would see standing in front of a charger.

use crate::pilot::{Pilot, PilotState};
use crate::{Mains, SimulatedCharger};
use jiff::Timestamp;

/// What one would see standing in front of the charger, with a meter in hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The breaker is on.
    pub powered: bool,
    /// The network is there.
    pub networked: bool,
    /// The plug is in the car.
    pub plugged: bool,
    /// The control pilot.
    pub pilot: Pilot,
    /// The contactor is closed.
    pub contactor_closed: bool,
    /// What the charger offers the car, in amperes per phase; 0 when it pauses, negative where it wants the car to give.
    pub offered_amps: f64,
    /// What flows on each phase the charger is wired to, in amperes; negative while the car gives.
    pub amps: Vec<f64>,
    /// Volts between each phase and neutral; 0 without power.
    pub volts: Vec<f64>,
    /// What flows into the car over all phases, in watts; negative while it gives.
    pub watts: f64,
    /// The meter's register, in watt-hours.
    pub energy_wh: f64,
    /// How full the battery is, 0 to 100; nothing when the car has no battery that is known.
    pub battery_percent: Option<f64>,
    /// What the rest of the house draws, in watts.
    pub house_watts: f64,
    /// What the sun gives, in watts.
    pub sun_watts: f64,
    /// How the connector stands, in the word of OCPP 1.6; `Unavailable` without power.
    pub condition: &'static str,
    /// A transaction runs.
    pub transaction: bool,
    /// What the charger's clock shows.
    pub clock: Timestamp,
}

impl SimulatedCharger {
    /// What one would see standing in front of it now.
    pub fn panel(&self, now: Timestamp) -> Panel {
        let amps = self.amps(now);
        let volts = self.volts(&amps);
        let is_powered = self.mains != Mains::Off;
        Panel {
            powered: is_powered,
            networked: self.networked,
            plugged: self.connector.plugged,
            pilot: self.pilot(now),
            contactor_closed: self.contactor.is_closed(),
            offered_amps: self.offered(),
            watts: amps.iter().zip(&volts).map(|(amps, volts)| amps * volts).sum(),
            volts: if is_powered { volts } else { vec![0.0; amps.len()] },
            amps,
            energy_wh: self.energy_wh,
            battery_percent: self.car.percent().filter(|_| self.connector.plugged),
            house_watts: self.behaviour.supply.house_watts,
            sun_watts: self.behaviour.supply.sun_watts,
            condition: if self.is_awake() { self.condition().word() } else { "Unavailable" },
            transaction: self.connector.transaction.is_some(),
            clock: self.clock.at(now),
        }
    }

    fn pilot(&self, now: Timestamp) -> Pilot {
        let state = match self.connector.plugged {
            _ if self.mains == Mains::Off => PilotState::E,
            _ if self.connector.faulted => PilotState::F,
            false => PilotState::A,
            true => self.car.state(now),
        };
        Pilot { state, duty: self.signal.duty() }
    }
}
