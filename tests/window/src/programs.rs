//! The programs beside the window: built by us, started by a test, ended with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// What `cargo xtask test` has built.
pub(crate) fn built(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug").join(name);
    assert!(path.exists(), "{} is missing. First: cargo xtask test", path.display());
    path
}

/// A process group that ends with its owner.
pub(crate) struct Group(pub(crate) Child);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

/// A simulated charger with a car plugged in, which reports a reading every second.
pub struct Charger(#[allow(dead_code, reason = "held until the test ends")] Group);

impl Charger {
    /// Points one at the window's address.
    pub fn plugged(url: &str, id: &str) -> Self {
        Self::speaking("1.6", url, id)
    }

    /// The same with another version of OCPP.
    pub fn speaking(version: &str, url: &str, id: &str) -> Self {
        let mut charger = Command::new(built("chargehand-cli"));
        charger.args(["simulate", "--url", url, "--id", id, "--plugged", "--meter-interval", "1"]);
        charger.args(["--version", version]);
        charger.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Self(Group(charger.spawn().unwrap()))
    }
}

/// Another Chargehand that holds a data folder.
pub struct Endpoint(#[allow(dead_code, reason = "held until the test ends")] Group);

impl Endpoint {
    /// Returns once it listens, and so has the folder.
    pub fn on(data: &Path) -> Self {
        let mut endpoint = Command::new(built("chargehand-cli"));
        endpoint.args(["endpoint", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        endpoint.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut group = Group(endpoint.spawn().unwrap());
        let mut line = String::new();
        BufReader::new(group.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("listening"), "{line}");
        Self(group)
    }
}

/// The frames stored in a data folder, as `chargehand-cli frames` prints them.
pub fn frames(data: &Path) -> String {
    let printed = Command::new(built("chargehand-cli")).arg("frames").arg("--data").arg(data).output().unwrap();
    String::from_utf8(printed.stdout).unwrap()
}

/// Checks a written report as a person would.
pub fn verify(report: &str) -> ExitStatus {
    Command::new(built("chargehand-cli")).args(["verify", report]).stdout(Stdio::null()).status().unwrap()
}
