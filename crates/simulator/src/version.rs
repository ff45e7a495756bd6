//! The versions of the protocol that a simulated charger speaks.

use serde::Deserialize;

/// A version of OCPP-J.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
pub enum Version {
    /// OCPP 1.6, with the messages of its security extension.
    #[default]
    #[serde(rename = "1.6")]
    V16,
    /// OCPP 2.0.1.
    #[serde(rename = "2.0.1")]
    V201,
    /// OCPP 2.1.
    #[serde(rename = "2.1")]
    V21,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Version; 3] = [Version::V16, Version::V201, Version::V21];

    /// As people write it: `1.6`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V16 => "1.6",
            Version::V201 => "2.0.1",
            Version::V21 => "2.1",
        }
    }

    /// As a WebSocket subprotocol: `ocpp1.6`.
    pub fn subprotocol(self) -> &'static str {
        match self {
            Version::V16 => "ocpp1.6",
            Version::V201 => "ocpp2.0.1",
            Version::V21 => "ocpp2.1",
        }
    }

    /// Whether it is one of the two that share the device model and the transaction events.
    pub fn is_v2(self) -> bool {
        self != Version::V16
    }
}
