//! Checks a payload against the official schema and lists every deviation with its place.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::deviation::Deviation;

include!(concat!(env!("OUT_DIR"), "/schemas.rs"));

/// The most deviations that are kept of one message: a hostile message could have thousands.
const MOST: usize = 32;

/// Which half of an exchange a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The payload of a CALL.
    Request,
    /// The payload of a CALLRESULT.
    Response,
}

/// Every deviation of a 1.6 payload from its official schema; empty where it fits.
///
/// An action without a schema gives the single deviation `unknown_action`.
pub fn check_v16(action: &str, half: Half, payload: &Value) -> Vec<Deviation> {
    let Some(validator) = validators().get(&(action, half == Half::Response)) else {
        return vec![Deviation::hard("unknown_action", "", action)];
    };
    if validator.is_valid(payload) {
        return Vec::new();
    }
    validator.iter_errors(payload).take(MOST).map(|e| deviation(&e)).collect()
}

/// Is this an action that OCPP 1.6 (with the security extension) defines?
pub fn knows_v16(action: &str) -> bool {
    validators().contains_key(&(action, false))
}

type Table = HashMap<(&'static str, bool), Validator>;

/// Compiled on first use: about 1 ms for the whole of 1.6.
fn validators() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| V16.iter().filter_map(|(name, text)| Some((split(name), compile(text)?))).collect())
}

/// `BootNotificationResponse` → (`BootNotification`, response).
fn split(name: &'static str) -> (&'static str, bool) {
    match name.strip_suffix("Response") {
        Some(action) => (action, true),
        None => (name, false),
    }
}

fn compile(text: &str) -> Option<Validator> {
    let schema: Value = serde_json::from_str(text).ok()?;
    jsonschema::options().should_validate_formats(true).build(&schema).ok()
}

fn deviation(error: &ValidationError<'_>) -> Deviation {
    use jsonschema::error::ValidationErrorKind as Kind;
    let pointer = error.instance_path().to_string();
    let got = error.instance().to_string();
    match error.kind() {
        Kind::Type { .. } => Deviation::hard("wrong_type", pointer, got),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            Deviation::hard("missing_field", format!("{pointer}/{name}"), "(missing)")
        }
        Kind::AdditionalProperties { unexpected } => Deviation::soft("extra_field", pointer, unexpected.join(", ")),
        Kind::MaxLength { .. } => Deviation::hard("too_long", pointer, got),
        Kind::Enum { .. } => Deviation::hard("unknown_value", pointer, got),
        Kind::Format { .. } => Deviation::hard("bad_time", pointer, got),
        Kind::MultipleOf { .. } => Deviation::soft("bad_step", pointer, got),
        Kind::Minimum { .. } | Kind::Maximum { .. } | Kind::MinItems { .. } | Kind::MaxItems { .. } => {
            Deviation::hard("out_of_range", pointer, got)
        }
        _ => Deviation::hard("schema", pointer, got),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(action: &str, payload: Value) -> Vec<String> {
        check_v16(action, Half::Request, &payload).into_iter().map(|d| format!("{} {}", d.rule, d.pointer)).collect()
    }

    #[test]
    fn all_seventy_eight_schemas_of_1_6_are_compiled() {
        assert_eq!(V16.len(), 78);
        assert_eq!(validators().len(), 78, "a schema did not compile");
    }

    #[test]
    fn a_correct_status_has_no_deviation() {
        assert!(
            rules("StatusNotification", json!({"connectorId": 1, "errorCode": "NoError", "status": "Available"}))
                .is_empty()
        );
    }

    #[test]
    fn every_deviation_of_one_message_is_named_with_its_place() {
        let found = rules(
            "StatusNotification",
            json!({"connectorId": "1", "errorCode": "Error", "timestamp": "", "vendorX": 1}),
        );
        for expected in [
            "wrong_type /connectorId",
            "unknown_value /errorCode",
            "bad_time /timestamp",
            "missing_field /status",
            "extra_field ",
        ] {
            assert!(found.iter().any(|f| f == expected), "{expected} is not in {found:?}");
        }
    }

    #[test]
    fn an_action_nobody_defined_is_one_deviation() {
        assert_eq!(rules("VendorThing", json!({})), ["unknown_action "]);
        assert!(!knows_v16("heartbeat"), "actions are case-sensitive");
    }
}
