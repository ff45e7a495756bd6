//! Embeds the official OCPP schemas of all versions that the `ocpp-kit` package ships.
//!
//! The schema files are © Open Charge Alliance and travel unmodified inside that package; nothing is copied into this
//! repository.

// A build script has nobody to hand an error to: it stops the build with a sentence.
#![allow(clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::{env, fs, process::Command};

/// The table's name, its folder, and how many schemas that holds.
const VERSIONS: [(&str, &str, usize); 3] = [("V16", "v1_6", 78), ("V201", "v2_0_1", 128), ("V21", "v2_1", 181)];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let schemas = package_folder().join("schemas");
    let tables: String =
        VERSIONS.iter().map(|(name, folder, count)| table(name, &schemas.join(folder), *count)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("schemas.rs");
    fs::write(out, tables).expect("OUT_DIR is writable");
}

fn table(name: &str, folder: &Path, count: usize) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{} cannot be read: {e}", folder.display()))
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    assert_eq!(files.len(), count, "schemas in {}", folder.display());
    let rows: String = files.iter().map(|file| row(file)).collect();
    format!("static {name}: &[(&str, Half, &str)] = &[\n{rows}];\n")
}

/// 1.6 names the request's file after the action alone, 2.x with `Request` behind it.
fn row(file: &Path) -> String {
    let stem = file.file_stem().expect("a .json file has a stem").to_string_lossy();
    let (action, half) = match stem.strip_suffix("Response") {
        Some(action) => (action, "Response"),
        None => (stem.strip_suffix("Request").unwrap_or(&stem), "Request"),
    };
    format!("    ({action:?}, Half::{half}, include_str!({:?})),\n", file.display().to_string())
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
