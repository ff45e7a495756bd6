//! `chargehand-cli discover` on the laptop, what it finds, and what it sent for that.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Command, Output};

use chargehand_catalogue::fingerprints;
use engine_tests::lan::seen::{Kind, Seen};
use engine_tests::lan::{Card, Lan};
use serde_json::Value;

/// The laptop's card in most tests.
pub const CARD: Card = Card { name: "eth0", address: "192.168.77.2/24" };
/// The first and the last address of its network.
pub const LAN: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(192, 168, 77, 0), Ipv4Addr::new(192, 168, 77, 255));

/// An address of the LAN, with prefix length.
pub fn address(last: usize) -> String {
    format!("192.168.77.{last}/24")
}

/// A LAN with a router that would lead outside: what is sent there is sent, and seen. `None` where it cannot be made.
pub fn lan() -> Option<Lan> {
    let lan = Lan::make(&[CARD])?;
    // 192.168.77.1 need not be there: the question for its hardware address is a packet as well
    lan.laptop_ip("route add default via 192.168.77.1");
    Some(lan)
}

/// What was found, the last that was said of each device, and what was sent meanwhile.
pub struct Found {
    /// Lines about devices, by their address.
    pub devices: BTreeMap<Ipv4Addr, Value>,
    /// The last line.
    pub done: Value,
    /// The length of the longest line, in bytes.
    pub longest: usize,
    /// What the laptop sent.
    pub seen: Seen,
}

/// Our console program.
pub fn program() -> PathBuf {
    let program = engine_tests::lan::guest::program().with_file_name("chargehand-cli");
    assert!(program.exists(), "{} is not built: run cargo xtask test", program.display());
    program
}

/// `chargehand-cli discover` with these options, and a log that nobody reads.
pub fn discover(lan: &Lan, options: &[&str]) -> Command {
    let mut command = lan.on_laptop(program());
    command.args(["discover", "--log", "/dev/null"]).args(options);
    command
}

/// Looks through the LAN.
pub fn look(lan: &Lan, options: &[&str]) -> Found {
    lan.laptop_ip("neighbour flush all");
    let watch = lan.watch();
    let output = discover(lan, options).arg("--json").output().unwrap();
    let seen = watch.end();
    assert!(seen.packets.len() > 100, "it did look: {}", seen.packets.len());
    read(&output, seen)
}

fn read(output: &Output, seen: Seen) -> Found {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let complaints = String::from_utf8_lossy(&output.stderr);
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let done = lines.pop().unwrap_or_default();
    assert_eq!(done["event"], "done", "{done} {complaints}");
    let mut devices = BTreeMap::new();
    for line in lines.into_iter().filter(|line| line["event"] == "device") {
        for address in line["addresses"].as_array().unwrap().clone() {
            devices.insert(address.as_str().unwrap().parse().unwrap(), line.clone());
        }
    }
    Found { devices, done, longest: text.lines().map(str::len).max().unwrap_or(0), seen }
}

/// All that must hold of what was sent, whatever was found.
///
/// # Panics
/// It does not hold.
pub fn assert_harmless(seen: &Seen, networks: &[(Ipv4Addr, Ipv4Addr)]) {
    let outside: Vec<_> = seen.outside(networks).iter().map(|it| (it.kind, it.to)).take(5).collect();
    assert!(outside.is_empty(), "sent outside: {outside:?}");
    for (host, ports) in seen.ports() {
        assert!(ports.len() <= 6, "{host}: {ports:?}");
    }
    let pages = fingerprints().iter().flat_map(|it| it.http.iter().map(|page| page.path.as_str()));
    let sockets = fingerprints().iter().flat_map(|it| it.websocket.iter().map(|socket| socket.path.as_str()));
    let allowed: BTreeSet<&str> = pages.chain(sockets).collect();
    for (to, head) in seen.requests() {
        let mut first = head.lines().next().unwrap_or_default().split(' ');
        let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        assert!(method == "GET" && allowed.contains(path), "{to}: {head}");
        assert!(!WRITES.iter().any(|it| path.starts_with(it)), "{to}: {head}");
        let head = head.to_lowercase();
        assert!(!head.contains("authorization:") && !head.contains("cookie:"), "{to}: {head}");
    }
    for (to, function) in seen.modbus(&modbus_ports()) {
        assert!(function == 3 || function == 4, "{to}: function {function}");
    }
    assert_eq!(of_datagrams(seen).difference(&datagram_ports()).collect::<Vec<_>>(), [] as [&u16; 0]);
}

/// Paths on which some charger writes, or gives an order, when it is asked for them.
const WRITES: &[&str] = &["/api/set", "/mqtt", "/write", "/setCurrent", "/setStatus", "/r?", "/reset", "/reboot"];

fn modbus_ports() -> Vec<u16> {
    fingerprints().iter().flat_map(|it| it.modbus.iter().map(|modbus| modbus.port)).collect()
}

/// The UDP ports that something was sent to.
fn of_datagrams(seen: &Seen) -> BTreeSet<u16> {
    let datagrams = seen.packets.iter().filter(|it| it.kind == Kind::Udp && matches!(it.to.ip(), IpAddr::V4(_)));
    datagrams.map(|it| it.to.port()).collect()
}

/// Those that something may be sent to: multicast DNS, the port where all is thrown away, and those of fingerprints.
fn datagram_ports() -> BTreeSet<u16> {
    let asked = fingerprints().iter().flat_map(|it| it.udp.iter().filter(|udp| udp.ask.is_some()).map(|udp| udp.port));
    asked.chain([5353, 9]).collect()
}
