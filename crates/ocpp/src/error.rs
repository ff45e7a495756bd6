//! The codes of CALLERROR, which each version spells in its own way.

use crate::version::Version;

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The action is not known.
    NotImplemented,
    /// The action is known but not supported here.
    NotSupported,
    /// Something went wrong inside the receiver.
    InternalError,
    /// The payload does not fit the protocol.
    ProtocolError,
    /// A security rule forbids it.
    SecurityError,
    /// The payload is not formed as the action asks.
    FormatViolation,
    /// A field holds a value that is not allowed.
    PropertyConstraintViolation,
    /// A field is missing, or there are too many.
    OccurrenceConstraintViolation,
    /// A field has the wrong type.
    TypeConstraintViolation,
    /// The message type is not one that the receiver knows (2.x only).
    MessageTypeNotSupported,
    /// It is no message that could be read (2.x only).
    RpcFrameworkError,
    /// Anything else.
    GenericError,
}

use ErrorCode::*;

/// Each code as 1.6 spells it, and as 2.x does. 1.6 misspells one (OCPP-J 1.6 errata), and has no word for two.
const SPELLINGS: [(ErrorCode, &str, &str); 12] = [
    (NotImplemented, "NotImplemented", "NotImplemented"),
    (NotSupported, "NotSupported", "NotSupported"),
    (InternalError, "InternalError", "InternalError"),
    (ProtocolError, "ProtocolError", "ProtocolError"),
    (SecurityError, "SecurityError", "SecurityError"),
    (FormatViolation, "FormationViolation", "FormatViolation"),
    (PropertyConstraintViolation, "PropertyConstraintViolation", "PropertyConstraintViolation"),
    (OccurrenceConstraintViolation, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    (TypeConstraintViolation, "TypeConstraintViolation", "TypeConstraintViolation"),
    (GenericError, "GenericError", "GenericError"),
    (MessageTypeNotSupported, "GenericError", "MessageTypeNotSupported"),
    (RpcFrameworkError, "GenericError", "RpcFrameworkError"),
];

impl ErrorCode {
    /// As that version spells it.
    pub fn name(self, version: Version) -> &'static str {
        let spelling = SPELLINGS.iter().find(|(code, ..)| *code == self);
        spelling.map_or("GenericError", |(_, first, second)| if version.is_v2() { second } else { first })
    }

    /// Reads either spelling, because chargers mix them up. `None`: a code that no version defines.
    pub fn read(text: &str) -> Option<Self> {
        SPELLINGS.iter().find(|(_, first, second)| *first == text || *second == text).map(|(code, ..)| *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_own_spelling_and_either_is_read() {
        for (code, first, second) in [
            (FormatViolation, "FormationViolation", "FormatViolation"),
            (OccurrenceConstraintViolation, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        ] {
            assert_eq!((code.name(Version::V16), code.name(Version::V201)), (first, second));
            assert_eq!((ErrorCode::read(first), ErrorCode::read(second)), (Some(code), Some(code)));
        }
        assert_eq!(ErrorCode::read("Oops"), None);
    }

    #[test]
    fn a_code_that_1_6_does_not_have_becomes_its_generic_one() {
        assert_eq!(RpcFrameworkError.name(Version::V16), "GenericError");
        assert_eq!(ErrorCode::read("GenericError"), Some(GenericError));
        for (code, ..) in SPELLINGS {
            assert_eq!(ErrorCode::read(code.name(Version::V21)), Some(code));
        }
    }
}
