//! A call as it goes to a charger, in whatever version.

use serde_json::Value;

/// A call ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The action.
    pub action: String,
    /// The payload.
    pub payload: Value,
}

impl Call {
    /// A call of this action.
    pub fn new(action: impl Into<String>, payload: Value) -> Self {
        Self { action: action.into(), payload }
    }
}
