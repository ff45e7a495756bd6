//! The main job with charge points that others wrote: what both believe about OCPP has to meet on the wire.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::commission::{begin, proved_ten_amps};
use crate::program::{Running, folder, lines};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn installed(path: &str) -> PathBuf {
    let path = root().join("target/peers").join(path);
    assert!(path.exists(), "{} is not installed: run cargo xtask test", path.display());
    path
}

/// Commissions a charge point that is run by this command; what it said.
fn commissioned(mut peer: Command) -> Vec<String> {
    let data = folder();
    let run = begin(data.path(), &["--limit", "10", "--breaker", "32"]);
    peer.args(["--url", &run.url, "--id", "CP1", "--plugged"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = peer.spawn().unwrap_or_else(|error| panic!("{peer:?}: {error}"));
    let said = lines(child.stdout.take().expect("piped"));
    let _charger = Running(child);
    proved_ten_amps(&run.program.ended());
    // It ends with the connection.
    said.iter().collect()
}

/// What the charge point itself saw: the limit was sent, obeyed, and taken away again.
fn saw_the_test(said: &[String]) {
    let at = |words: &str| said.iter().position(|line| line.contains(words));
    let (limited, cleared) = (at("draws 10.0 A"), said.iter().rposition(|line| line.starts_with("cleared")));
    assert!(limited.is_some() && limited < cleared, "{said:#?}");
    assert!(said.iter().rposition(|line| line.contains("draws 32.0 A")) > cleared, "{said:#?}");
    assert_eq!(at("schema"), None, "what we send fits the schemas: {said:#?}");
}

#[test]
fn a_charge_point_on_the_python_package_ocpp_is_commissioned() {
    let python = if cfg!(windows) { "python/Scripts/python.exe" } else { "python/bin/python" };
    let mut peer = Command::new(installed(python));
    peer.arg(root().join("tests/engine/peers/py_charge_point.py"));
    saw_the_test(&commissioned(peer));
}

#[test]
fn a_charge_point_on_the_node_package_ocpp_rpc_is_commissioned() {
    installed("node/node_modules/ocpp-rpc");
    let mut peer = Command::new("node");
    peer.arg(root().join("tests/engine/peers/rpc_charge_point.mjs"));
    saw_the_test(&commissioned(peer));
}
