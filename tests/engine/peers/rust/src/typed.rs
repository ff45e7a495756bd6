//! What `ocpp-kit`'s strict types say of a payload.

use ocpp_kit::decode::{DecodeError, DecodeOptions};
use ocpp_kit::{RawValue, v1_6, v2_0_1, v2_1};

use crate::{Version, say};

/// Which half of an exchange.
#[derive(Clone, Copy)]
pub enum Half {
    Request,
    Response,
}

/// A payload as the version's types understand it.
pub fn typed(version: Version, half: Half, action: &str, payload: &RawValue) -> Result<Box<RawValue>, DecodeError> {
    macro_rules! of {
        ($types:ident) => {{
            let Some(action) = $types::Action::from_wire(action) else {
                return Err(DecodeError::unsupported_action(action));
            };
            match half {
                Half::Request => $types::transcode_request(action, payload, &DecodeOptions::strict()),
                Half::Response => $types::transcode_response(action, payload, &DecodeOptions::strict()),
            }
        }};
    }
    match version {
        Version::V16 => of!(v1_6),
        Version::V201 => of!(v2_0_1),
        Version::V21 => of!(v2_1),
    }
}

/// What is not as the types want it, in the other side's messages or in ours.
pub fn odd(action: &str, error: impl std::fmt::Display) -> String {
    let line = format!("schema {action}: {error}");
    say(&line);
    line
}
