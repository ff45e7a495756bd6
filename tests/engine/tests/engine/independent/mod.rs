//! Charge points and endpoints that others wrote (`tests/engine/peers`): what both believe about OCPP has to meet on the
//! wire.

mod commissioned;
mod endpoints;
mod exercised;
mod secured;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;

use crate::program::{Running, lines};

/// A charge point, and the version it speaks.
#[derive(Clone, Copy)]
struct Peer {
    /// What it is built on.
    on: &'static str,
    version: &'static str,
    program: fn() -> Command,
    arguments: &'static [&'static str],
}

static PEERS: &[Peer] = &[
    Peer { on: "PyPI ocpp", version: "1.6", program: || python("py_charge_point.py"), arguments: &[] },
    Peer { on: "npm ocpp-rpc", version: "1.6", program: || node("rpc_charge_point.mjs"), arguments: &[] },
    Peer { on: "crate ocpp-kit", version: "1.6", program: || rust("kit"), arguments: &["--version", "1.6"] },
    Peer { on: "crate ocpp-client", version: "1.6", program: || rust("client"), arguments: &[] },
    Peer { on: "PyPI ocpp", version: "2.0.1", program: || python("py_station.py"), arguments: &["--version", "2.0.1"] },
    Peer { on: "npm ocpp-rpc", version: "2.0.1", program: || node("rpc_station.mjs"), arguments: &[] },
    Peer { on: "crate ocpp-kit", version: "2.0.1", program: || rust("kit"), arguments: &["--version", "2.0.1"] },
    Peer { on: "PyPI ocpp", version: "2.1", program: || python("py_station.py"), arguments: &["--version", "2.1"] },
    Peer { on: "crate ocpp-kit", version: "2.1", program: || rust("kit"), arguments: &["--version", "2.1"] },
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn installed(path: &str) -> PathBuf {
    let path = root().join("target/peers").join(path);
    assert!(path.exists(), "{} is not installed: run cargo xtask test", path.display());
    path
}

fn python(script: &str) -> Command {
    let mut command =
        Command::new(installed(if cfg!(windows) { "python/Scripts/python.exe" } else { "python/bin/python" }));
    command.arg("-B").arg(root().join("tests/engine/peers").join(script));
    command
}

fn node(script: &str) -> Command {
    installed("node/node_modules/ocpp-rpc");
    let mut command = Command::new("node");
    command.arg(root().join("tests/engine/peers").join(script));
    command
}

fn rust(program: &str) -> Command {
    Command::new(installed(&format!("rust/debug/{program}{}", std::env::consts::EXE_SUFFIX)))
}

impl Peer {
    /// Starts it as CP1 with a car plugged in; what it says.
    fn starts(self, url: &str, more: &[&str]) -> (Running, Receiver<String>) {
        let mut command = (self.program)();
        command.args(self.arguments).args(["--url", url, "--id", "CP1", "--plugged"]).args(more);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = lines(child.stdout.take().expect("piped"));
        (Running(child), said)
    }
}

impl Peer {
    /// What we sent fits the schemas, and does what a platform has to do.
    fn accuses_nobody(self, said: &[String]) {
        let accused: Vec<_> =
            said.iter().filter(|line| ["schema", "breach"].iter().any(|word| line.contains(word))).collect();
        assert!(accused.is_empty(), "{} on {}: {accused:#?}", self.on, self.version);
    }
}

/// Does something with each charge point of a version, all at the same time: most of it is waiting.
fn each(version: &str, does: fn(Peer)) {
    let chosen: Vec<Peer> = PEERS.iter().copied().filter(|peer| peer.version == version).collect();
    assert!(!chosen.is_empty());
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let running: Vec<_> = chosen.iter().map(|peer| (peer.on, scope.spawn(|| does(*peer)))).collect();
        running.into_iter().filter_map(|(on, thread)| thread.join().is_err().then_some(on)).collect()
    });
    assert!(failed.is_empty(), "see above for {failed:?}");
}
