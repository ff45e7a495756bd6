//! What a charger is fed by.

use serde::Deserialize;

/// The supply at the charger. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Supply {
    /// What it really measures between phase and neutral, in volts.
    pub volts: f64,
    /// What the rest of the house draws, in watts over all phases.
    pub house_watts: f64,
    /// What the sun gives, in watts over all phases.
    pub sun_watts: f64,
}

impl Default for Supply {
    fn default() -> Self {
        Supply { volts: 230.0, house_watts: 0.0, sun_watts: 0.0 }
    }
}
