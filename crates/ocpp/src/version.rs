//! The versions of OCPP that are spoken here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version of OCPP. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Version {
    /// OCPP 1.6 edition 2 with its security extension, over JSON.
    #[serde(rename = "1.6")]
    V16,
    /// OCPP 2.0.1.
    #[serde(rename = "2.0.1")]
    V201,
    /// OCPP 2.1 edition 1.
    #[serde(rename = "2.1")]
    V21,
}

impl Version {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V16, Self::V201, Self::V21];

    /// As people write it: `1.6`, `2.0.1`, `2.1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V16 => "1.6",
            Self::V201 => "2.0.1",
            Self::V21 => "2.1",
        }
    }

    /// As the WebSocket subprotocol is registered with IANA.
    pub fn subprotocol(self) -> &'static str {
        match self {
            Self::V16 => "ocpp1.6",
            Self::V201 => "ocpp2.0.1",
            Self::V21 => "ocpp2.1",
        }
    }

    /// 2.0.1 or 2.1: EVSEs, variables and TransactionEvent instead of connectors, keys and StartTransaction.
    pub fn is_v2(self) -> bool {
        self != Self::V16
    }

    /// Its place in [`Version::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_stored_as_people_write_it() {
        for version in Version::ALL {
            assert_eq!(serde_json::to_value(version).expect("text"), version.name());
            assert_eq!(Version::ALL[version.index()], version);
        }
    }
}
