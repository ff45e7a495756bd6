//! Embeds the official OCPP 1.6 schemas (with the security extension) that the `ocpp-kit` package ships.
//!
//! The schema files are © Open Charge Alliance and travel unmodified inside that package; nothing is copied into this
//! repository.

// A build script has nobody to hand an error to: it stops the build with a sentence.
#![allow(clippy::expect_used, clippy::panic)]

use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let folder = package_folder().join("schemas/v1_6");
    let mut table = String::from("pub(crate) static V16: &[(&str, &str)] = &[\n");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{} cannot be read: {e}", folder.display()))
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 56, "{} holds only {} schemas", folder.display(), files.len());
    for file in files {
        let name = file.file_stem().expect("a .json file has a stem").to_string_lossy().into_owned();
        table.push_str(&format!("    ({name:?}, include_str!({:?})),\n", file.display().to_string()));
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("schemas.rs");
    fs::write(out, table).expect("OUT_DIR is writable");
}

/// Where cargo unpacked `ocpp-kit`. `--offline` would fail on a fresh cargo home, so it is not given.
fn package_folder() -> PathBuf {
    let cargo = env::var_os("CARGO").expect("cargo sets CARGO");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .expect("cargo metadata can be run");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("cargo metadata lists packages");
    let manifest = packages
        .iter()
        .find(|p| p["name"] == "ocpp-kit")
        .and_then(|p| p["manifest_path"].as_str())
        .expect("ocpp-kit is a dependency");
    PathBuf::from(manifest).parent().expect("a manifest lies in a folder").to_path_buf()
}
