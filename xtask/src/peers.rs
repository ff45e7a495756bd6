//! Independent OCPP implementations as charge points and endpoints for the tests (`tests/engine/peers`): in
//! `target/peers`, never installed globally. Those on Rust crates are a workspace of their own, so that what they need
//! is no part of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::call::{Done, Failure, answer, root, run};
use crate::{call, needs, ui};

/// PyPI packages and their versions.
const PYTHON: &[(&str, &str)] = &[("ocpp", "2.1.0"), ("websockets", "17.4")];
/// The npm package and its version.
const NODE: (&str, &str) = ("ocpp-rpc", "2.2.1");

/// Installs those that are not there in the right version.
///
/// # Errors
/// pip, npm or cargo failed.
pub fn install() -> Done {
    let folder = root().join("target/peers");
    python(&folder.join("python"))?;
    node(&folder.join("node"))?;
    rust(&folder.join("rust"))
}

fn rust(folder: &Path) -> Done {
    let manifest = root().join("tests/engine/peers/rust/Cargo.toml");
    run(call::cargo()
        .args(["build", "--locked", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(folder))
}

fn python(venv: &Path) -> Done {
    let program = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let same =
        PYTHON.iter().map(|(name, version)| format!("v({name:?}) == {version:?}")).collect::<Vec<_>>().join(" and ");
    let check = format!("from importlib.metadata import version as v; assert {same}");
    if answer(Command::new(&program).args(["-c", &check])).is_some() {
        return Ok(());
    }
    let python =
        needs::python().ok_or_else(|| Failure::new("Python 3 with its module venv is needed, and was not found."))?;
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(venv))?;
    let packages = PYTHON.iter().map(|(name, version)| format!("{name}=={version}"));
    run(Command::new(&program).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))
}

fn node(folder: &Path) -> Done {
    let (name, version) = NODE;
    let installed: PathBuf = folder.join("node_modules").join(name).join("package.json");
    let described = fs::read_to_string(installed).unwrap_or_default();
    let described: serde_json::Value = serde_json::from_str(&described).unwrap_or_default();
    if described["version"] == version {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| Failure(format!("{} could not be made: {error}.", folder.display())))?;
    let package = format!("{name}@{version}");
    run(ui::npm().args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(folder).arg(package))
}
