//! `docs/cli.schema.json` is what the program promises: each line a test sees is held against it, and must have no field
//! that it does not name.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

const KINDS: &[&str] =
    &["endpoint_line", "commission_line", "simulate_line", "catalogue_line", "stored_frame", "order"];

/// Fails where a line does not fit.
pub fn check(kind: &str, line: &Value) {
    static VALIDATORS: OnceLock<HashMap<&str, Validator>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(|| KINDS.iter().map(|kind| (*kind, validator(kind))).collect());
    let wrong: Vec<String> =
        validators[kind].iter_errors(line).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{line}\nis no {kind} of docs/cli.schema.json:\n{}", wrong.join("\n"));
}

fn validator(kind: &str) -> Validator {
    let text = include_str!("../../../../docs/cli.schema.json");
    let mut schema: Value = serde_json::from_str(text).expect("the schema is JSON");
    let named = schema["$defs"].as_object_mut().expect("$defs");
    named.values_mut().for_each(close);
    schema["anyOf"] = json!([{ "$ref": format!("#/$defs/{kind}") }]);
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON Schema")
}

/// Readers must pass over fields they do not know, so the schema allows them; here they would be undocumented.
fn close(definition: &mut Value) {
    if definition.get("properties").is_some() {
        definition["additionalProperties"] = json!(false);
    }
}

#[test]
fn a_line_with_a_field_nobody_documented_is_noticed() {
    let line = json!({"event": "adopted", "at": "2026-11-22T10:00:00Z", "number": 1, "charger": "CP1"});
    check("endpoint_line", &line);
    let mut more = line.clone();
    more["surprise"] = json!(1);
    assert!(!validator("endpoint_line").is_valid(&more));
    assert!(!validator("endpoint_line").is_valid(&json!({"event": "adopted"})));
}
