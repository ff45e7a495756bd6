//! The control pilot (IEC 61851-1): the wire on which charger and car agree.

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
    /// The duty cycle in per cent, 0 to 100; nothing while there is no PWM.
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

/// The duty cycle in per cent that offers this many amperes: 6 to 80. 51 to 52.5 A have no code and are taken as 51
/// (EVerest, `Charger.cpp`).
pub(crate) fn duty(amps: f64) -> f64 {
    if amps > 52.5 { amps / 2.5 + 64.0 } else { amps.min(51.0) / 0.6 }
}
