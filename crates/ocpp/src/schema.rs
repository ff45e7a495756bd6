//! Checks a payload against the official schema and lists every deviation with its place.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::deviation::{Deviation, shown};
use crate::message;
use crate::overlay;
use crate::version::Version;

include!(concat!(env!("OUT_DIR"), "/schemas.rs"));

/// The most deviations that are kept of one message: a hostile message could have thousands.
pub(crate) const MOST: usize = 32;

/// Which half of an exchange a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Half {
    /// The payload of a CALL or a SEND.
    Request,
    /// The payload of a CALLRESULT.
    Response,
}

/// Every deviation of a payload from its official schema; empty where it fits.
///
/// An action without a schema gives one deviation: `unknown_action`, or `action_of_another_version`.
pub fn check(version: Version, action: &str, half: Half, payload: &Value) -> Vec<Deviation> {
    let Some(schema) = table(version).get(&(action, half)) else {
        let elsewhere = Version::ALL.into_iter().any(|other| message::find(other, action).is_some());
        let rule = if elsewhere { "action_of_another_version" } else { "unknown_action" };
        return vec![Deviation::hard(rule, "", action)];
    };
    let mut found = match schema.validator() {
        Some(validator) if !validator.is_valid(payload) => {
            let all = validator.iter_errors(payload).map(|error| deviation(&error, payload));
            all.filter(|found| !overlay::excuses(version, action, found)).take(MOST).collect()
        }
        _ => Vec::new(),
    };
    overlay::adds(version, action, half, payload, &mut found);
    one_for_each_value(&mut found);
    found
}

/// A number where one of several words belongs is of the wrong type; that it is none of the words goes without saying.
fn one_for_each_value(found: &mut Vec<Deviation>) {
    let of_wrong_type = found.iter().filter(|one| one.rule == "wrong_type");
    let places: Vec<String> = of_wrong_type.map(|one| one.pointer.clone()).collect();
    found.retain(|one| one.rule == "wrong_type" || !places.contains(&one.pointer));
}

/// The official schema as it was published, JSON text. `None`: the version defines no such message.
pub fn text(version: Version, action: &str, half: Half) -> Option<&'static str> {
    table(version).get(&(action, half)).map(|schema| schema.text)
}

/// A schema, compiled when it is first needed: all of 2.1 at once would take 30 ms, and most of it is never used.
struct Schema {
    text: &'static str,
    compiled: OnceLock<Option<Validator>>,
}

impl Schema {
    fn validator(&self) -> Option<&Validator> {
        self.compiled.get_or_init(|| compile(self.text)).as_ref()
    }
}

type Table = HashMap<(&'static str, Half), Schema>;

fn table(version: Version) -> &'static Table {
    static TABLES: LazyLock<[Table; 3]> = LazyLock::new(|| {
        let schema = |text| Schema { text, compiled: OnceLock::new() };
        [V16, V201, V21].map(|rows| rows.iter().map(|(action, half, text)| ((*action, *half), schema(text))).collect())
    });
    &TABLES[version.index()]
}

fn compile(text: &str) -> Option<Validator> {
    let schema: Value = serde_json::from_str(text).ok()?;
    jsonschema::options().should_validate_formats(true).build(&schema).ok()
}

fn deviation(error: &ValidationError<'_>, payload: &Value) -> Deviation {
    use jsonschema::error::ValidationErrorKind as Kind;
    let pointer = error.instance_path().to_string();
    let got = || shown(error.instance());
    match error.kind() {
        Kind::Type { .. } => Deviation::hard("wrong_type", pointer, got()),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            Deviation::hard("missing_field", format!("{pointer}/{name}"), "(missing)")
        }
        Kind::AdditionalProperties { unexpected } => Deviation::soft("extra_field", pointer, unexpected.join(", ")),
        // An object for which no field at all is defined.
        Kind::FalseSchema => {
            let names =
                payload.pointer(&pointer).and_then(Value::as_object).into_iter().flat_map(|object| object.keys());
            let names: Vec<&str> = names.map(String::as_str).take(MOST).collect();
            Deviation::soft("extra_field", pointer, names.join(", "))
        }
        Kind::MaxLength { .. } => Deviation::hard("too_long", pointer, got()),
        Kind::Enum { .. } => Deviation::hard("unknown_value", pointer, got()),
        Kind::Format { format } if format == "uri" => Deviation::soft("bad_address", pointer, got()),
        Kind::Format { .. } => Deviation::hard("bad_time", pointer, got()),
        Kind::MultipleOf { .. } => Deviation::soft("bad_step", pointer, got()),
        Kind::Minimum { .. } | Kind::Maximum { .. } | Kind::MinItems { .. } | Kind::MaxItems { .. } => {
            Deviation::hard("out_of_range", pointer, got())
        }
        _ => Deviation::hard("schema", pointer, got()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(action: &str, payload: Value) -> Vec<String> {
        check(Version::V16, action, Half::Request, &payload)
            .into_iter()
            .map(|d| format!("{} {}", d.rule, d.pointer))
            .collect()
    }

    #[test]
    fn every_official_schema_compiles() {
        for (version, count) in [(Version::V16, 78), (Version::V201, 128), (Version::V21, 181)] {
            assert_eq!(table(version).len(), count);
            for ((action, half), schema) in table(version) {
                assert!(schema.validator().is_some(), "{version} {action} {half:?} did not compile");
            }
        }
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
        assert_eq!(rules("heartbeat", json!({})), ["unknown_action "], "actions are case-sensitive");
        assert_eq!(rules("TransactionEvent", json!({})), ["action_of_another_version "]);
    }
}
