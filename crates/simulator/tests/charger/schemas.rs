//! The official OCPP schemas, which the `ocpp-kit` package carries.

use chargehand_simulator::Version;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let kit = packages.iter().find(|package| package["name"] == "ocpp-kit").expect("ocpp-kit is a dev-dependency");
    PathBuf::from(kit["manifest_path"].as_str().unwrap()).with_file_name("schemas")
});

type Schemas = HashMap<String, Validator>;

static SCHEMAS: [LazyLock<Schemas>; 3] =
    [LazyLock::new(|| of("v1_6")), LazyLock::new(|| of("v2_0_1")), LazyLock::new(|| of("v2_1"))];

fn of(folder: &str) -> Schemas {
    let files = std::fs::read_dir(FOLDER.join(folder)).expect("the package has schemas");
    let compiled = files.map(|entry| {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        (name.trim_end_matches("Request").to_owned(), validator)
    });
    compiled.collect()
}

/// What is wrong with a payload; `name` is the action, with `Response` for an answer.
pub fn faults(version: Version, name: &str, payload: &Value) -> Vec<String> {
    let schema = SCHEMAS[version as usize].get(name).unwrap_or_else(|| panic!("{} has no {name}", version.name()));
    schema.iter_errors(payload).map(|fault| format!("{name} {}: {fault}", fault.instance_path())).collect()
}

/// Every action that has an answer.
pub fn actions(version: Version) -> Vec<String> {
    let names = SCHEMAS[version as usize].keys().filter_map(|name| name.strip_suffix("Response"));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn the_schemas_do_find_a_fault() {
    let status =
        serde_json::json!({ "connectorId": 1, "errorCode": "NoError", "status": "Asleep", "timestamp": "noon" });
    assert_eq!(faults(Version::V16, "StatusNotification", &status).len(), 2);
    let status =
        serde_json::json!({ "connectorId": 1, "evseId": "1", "connectorStatus": "Asleep", "timestamp": "noon" });
    assert_eq!(faults(Version::V201, "StatusNotification", &status).len(), 3);
    assert_eq!(faults(Version::V21, "StatusNotification", &status).len(), 3);
    assert_eq!(Version::ALL.map(|version| actions(version).len()), [39, 64, 90], "one of the 91 of 2.1 is a SEND");
}

/// The smallest payload that an action's schema allows: every field it wants, with the first thing that fits.
pub fn least(version: Version, action: &str) -> Value {
    let folder = FOLDER.join(["v1_6", "v2_0_1", "v2_1"][version as usize]);
    let suffix = if version.is_v2() { "Request.json" } else { ".json" };
    let text = std::fs::read_to_string(folder.join(format!("{action}{suffix}"))).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    instance(&schema, &schema)
}

fn instance(schema: &Value, whole: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return instance(&whole["definitions"][name.rsplit('/').next().unwrap()], whole);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("array") => Value::Array(vec![instance(&schema["items"], whole)]),
        Some("integer") => 1.into(),
        Some("number") => 1.0.into(),
        Some("boolean") => true.into(),
        Some("string") if schema["format"] == "date-time" => "2026-11-22T00:00:00Z".into(),
        Some("string") if schema["format"] == "uri" => "http://10.0.0.2/".into(),
        Some("string") => "x".into(),
        _ => {
            let wanted = schema["required"].as_array().cloned().unwrap_or_default();
            let field = |name: &Value| {
                let name = name.as_str().unwrap();
                (name.to_owned(), instance(&schema["properties"][name], whole))
            };
            wanted.iter().map(field).collect::<serde_json::Map<_, _>>().into()
        }
    }
}
