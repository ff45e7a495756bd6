//! What a charger is fed by.

use serde::Deserialize;

/// The supply at the charger. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Supply {
    /// What it really measures between phase and neutral, in volts.
    pub volts: f64,
}

impl Default for Supply {
    fn default() -> Self {
        Supply { volts: 230.0 }
    }
}
