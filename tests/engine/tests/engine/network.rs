//! Which addresses are listened on when nobody names one. In a network of its own (a Linux network namespace), so that
//! the usual port is free and the addresses are known.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Endpoint, Program, Running, folder, lines, path};

/// A cable to the chargers, and an address of the internet.
const LAN: &str = "192.168.77.2";
const PUBLIC: &str = "203.0.113.5";

struct Network {
    holder: Running,
}

impl Network {
    /// With those two addresses and loopback; `None` where this user may not make one; that is said.
    fn make() -> Option<Self> {
        let script = format!(
            "ip link set lo up && ip address add {LAN}/24 dev lo && ip address add {PUBLIC}/24 dev lo && echo made && exec cat"
        );
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "sh", "-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Ok(mut child) = unshare.spawn() {
            let said = lines(child.stdout.take().expect("piped"));
            let holder = Running(child);
            if said.recv().is_ok_and(|line| line == "made") {
                return Some(Self { holder });
            }
        }
        println!("Left out: only root on Linux, with iproute2, may make the network that this test needs.");
        None
    }

    /// A program in this network.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--net", "--target", &self.holder.0.id().to_string(), "--"]).arg(program);
        command
    }

    /// The endpoint, where nobody names an address.
    fn endpoint(&self, data: &Path, options: &[&str]) -> Endpoint {
        let mut command = self.command(path());
        command.args(["endpoint", "--data"]).arg(data).args(options);
        Endpoint::listening(Program::start(command, "endpoint_line"))
    }

    fn charger(&self, url: &str) -> Program {
        let mut command = self.command(path());
        command.args(["simulate", "--id", "CP1", "--url", url]);
        Program::start(command, "simulate_line")
    }

    fn ip(&self, arguments: &[&str]) {
        assert!(self.command("ip").args(arguments).status().expect("ip runs").success());
    }
}

#[test]
fn every_private_address_is_listened_on_at_one_port_and_no_other_address() {
    let Some(network) = Network::make() else { return };
    let data = folder();
    let mut endpoint = network.endpoint(data.path(), &[]);
    assert_eq!(endpoint.url, format!("ws://{LAN}:9616/"));
    let mut charger = network.charger(&endpoint.url);
    charger.event("connected");
    assert_eq!(endpoint.event("connected")["url"], format!("ws://{LAN}:9616/"));

    // Another cable is plugged in: it is listened on as well, at the same port, and the charger is not disturbed.
    network.ip(&["address", "add", "10.20.30.40/24", "dev", "lo"]);
    let again = endpoint.event("listening");
    let urls = ["ws://10.20.30.40:9616/".to_owned(), format!("ws://{LAN}:9616/")];
    assert_eq!((&again["urls"], &again["note"]), (&json!(urls), &json!("")));
    let mut other = network.charger("ws://10.20.30.40:9616/");
    other.event("connected");
    assert_eq!(endpoint.event("disconnected")["by"], "newer_connection", "until now it was connected");
}

#[test]
fn a_taken_port_is_told_with_its_holder_and_the_chargers_that_are_pointed_there() {
    let Some(network) = Network::make() else { return };
    let data = folder();
    let mut endpoint = network.endpoint(data.path(), &[]);
    let charger = network.charger(&endpoint.url);
    endpoint.event("booted");
    endpoint.stop();
    drop(charger);

    let listen = "import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
                  s.bind(('', 9616)); s.listen(); print('bound', flush=True); sys.stdin.read()";
    let mut other = network.command("python3");
    other.args(["-c", listen]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().expect("python3 is there");
    let bound = lines(other.stdout.take().expect("piped"));
    let _other = Running(other);
    assert_eq!(bound.recv().as_deref(), Ok("bound"));

    let mut moved = network.endpoint(data.path(), &[]);
    assert_eq!(moved.url, format!("ws://{LAN}:9617/"));
    let told = moved.complains("Port 9616 is taken");
    for words in ["python3 (process", "listens on 9617 instead", "Pointed at the old port", "Simulated"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    moved.stop();

    drop(_other);
    assert_eq!(network.endpoint(data.path(), &[]).url, format!("ws://{LAN}:9616/"), "a site's port is sticky");
}

#[test]
fn a_charger_from_a_public_address_is_refused_and_recorded() {
    let Some(network) = Network::make() else { return };
    let data = folder();
    let mut endpoint = network.endpoint(data.path(), &["--listen", "0.0.0.0:0"]);
    let port = endpoint.port;
    let mut outside = network.charger(&format!("ws://{PUBLIC}:{port}/"));
    let refused = endpoint.event("refused");
    assert!(refused["peer"].as_str().expect("text").starts_with(PUBLIC), "{refused}");
    assert!(refused["reason"].as_str().expect("text").contains("public address"), "{refused}");
    assert!(refused["number"].is_u64(), "it is on disk");
    outside.event("disconnected");
    network.charger(&format!("ws://{LAN}:{port}/")).event("connected");
}

#[test]
fn without_a_network_for_chargers_it_says_what_to_do() {
    let Some(network) = Network::make() else { return };
    network.ip(&["address", "del", &format!("{LAN}/24"), "dev", "lo"]);
    let mut command = network.command(path());
    let data = folder();
    command.args(["endpoint", "--data"]).arg(data.path());
    let ended = Program::start(command, "endpoint_line").ended();
    assert_eq!((ended.code, ended.lines), (4, Vec::<Value>::new()));
    assert!(ended.stderr.contains("Connect it to the charger's"), "{}", ended.stderr);
}
