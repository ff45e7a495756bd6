//! The official OCPP 1.6 schemas, which the `ocpp-kit` package carries.

use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

static SCHEMAS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let files = std::fs::read_dir(folder()).expect("the package has schemas").map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), validator)
        })
        .collect()
});

fn folder() -> PathBuf {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let kit = packages.iter().find(|package| package["name"] == "ocpp-kit").expect("ocpp-kit is a dev-dependency");
    PathBuf::from(kit["manifest_path"].as_str().unwrap()).with_file_name("schemas").join("v1_6")
}

/// What is wrong with a payload; `name` is the action, with `Response` for an answer.
pub fn faults(name: &str, payload: &Value) -> Vec<String> {
    let schema = SCHEMAS.get(name).unwrap_or_else(|| panic!("1.6 has no {name}"));
    schema.iter_errors(payload).map(|fault| format!("{name} {}: {fault}", fault.instance_path())).collect()
}

#[test]
fn the_schemas_do_find_a_fault() {
    let status =
        serde_json::json!({ "connectorId": 1, "errorCode": "NoError", "status": "Asleep", "timestamp": "noon" });
    assert_eq!(faults("StatusNotification", &status).len(), 2);
}
