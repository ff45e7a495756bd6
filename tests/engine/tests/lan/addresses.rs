//! A laptop on two LANs and in a VPN: chargers are looked for on the LANs alone, each charger is offered the address that it
//! can reach, and a laptop whose address changes goes on with the new one.

use std::io::{BufRead, BufReader, Lines};
use std::net::Ipv4Addr;
use std::process::{Child, ChildStdout, Command, Stdio};

use engine_tests::lan::guest::{self, device};
use engine_tests::lan::seen::Kind;
use engine_tests::lan::{Card, Guest, Lan};
use serde_json::{Value, json};

use crate::looking::{CARD, LAN, address, assert_harmless, discover, lan, look, program};

/// The laptop's second LAN, and its VPN: what is reached through that is nobody's LAN.
const OTHER: Card = Card { name: "eth1", address: "10.20.30.2/24" };
const VPN: Card = Card { name: "tun0", address: "10.8.0.2/24" };
const VPN_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 8, 0, 2);
/// A cable to the charger, and nothing that gives addresses (RFC 3927).
const CABLE: Card = Card { name: "eth0", address: "169.254.7.7/16" };
const NO_ROUTER: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(169, 254, 0, 0), Ipv4Addr::new(169, 254, 255, 255));
const OTHER_LAN: (Ipv4Addr, Ipv4Addr) = (Ipv4Addr::new(10, 20, 30, 0), Ipv4Addr::new(10, 20, 30, 255));

/// What is offered to a charger first, and whether it is good: as the program on the laptop sees it.
fn offered(lan: &Lan, charger: &str) -> String {
    let output = lan.on_laptop(guest::program()).args(["offer", charger]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn chargers_on_two_lans_are_found_and_nobody_is_asked_through_the_vpn() {
    let Some(mut lan) = Lan::make(&[CARD, OTHER, VPN]) else { return };
    let openevse = device("openevse");
    lan.bring(&[
        Guest::device(openevse, "eth0", "192.168.77.10/24"),
        Guest::device(openevse, "eth1", "10.20.30.10/24"),
        Guest::device(openevse, "tun0", "10.8.0.10/24"),
    ]);
    let found = look(&lan, &[]);
    assert_harmless(&found.seen, &[LAN, OTHER_LAN]);
    // both say the same serial number, and so may be shown as one
    let addresses: Vec<String> = found.devices.keys().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.20.30.10", "192.168.77.10"]);

    // a VPN that takes the charger's network for itself: what is meant for it would go to strangers
    lan.laptop_ip("route add 192.168.77.0/25 dev tun0");
    let found = look(&lan, &[]);
    let strays = found.seen.packets.iter().filter(|it| it.from.ip() == VPN_ADDRESS && it.kind != Kind::Other);
    assert_eq!(strays.map(|it| (it.kind, it.to)).take(3).collect::<Vec<_>>(), []);
}

#[test]
fn each_charger_is_offered_the_address_that_it_can_reach() {
    let Some(lan) = Lan::make(&[CARD, OTHER, VPN]) else { return };
    assert_eq!(offered(&lan, "192.168.77.10"), "192.168.77.2 good");
    assert_eq!(offered(&lan, "10.20.30.10"), "10.20.30.2 good");
    lan.laptop_ip("route add default dev tun0");
    assert_eq!(offered(&lan, "192.168.77.10"), "192.168.77.2 good", "everything else goes through the VPN");
    assert!(offered(&lan, "10.8.0.10").ends_with(" not good"), "a charger that only the VPN reaches");
    assert!(offered(&lan, "172.16.5.5").ends_with(" not good"), "a charger of which only the VPN knows");
    lan.laptop_ip("route add 192.168.77.0/25 dev tun0");
    assert!(offered(&lan, "192.168.77.10").ends_with(" not good"), "the VPN takes the charger's network for itself");
    assert_eq!(offered(&lan, "192.168.77.200"), "192.168.77.2 good");
}

#[test]
fn a_charger_at_the_other_end_of_a_direct_cable_is_found_gets_our_address_and_connects() {
    let Some(mut lan) = Lan::make(&[CABLE]) else { return };
    lan.bring(&[Guest::device(device("openevse"), "eth0", "169.254.88.3/16")]);
    assert_eq!(offered(&lan, "169.254.88.3"), "169.254.7.7 good");
    let found = look(&lan, &[]);
    assert_harmless(&found.seen, &[NO_ROUTER]);
    assert_eq!(found.devices.keys().map(ToString::to_string).collect::<Vec<_>>(), ["169.254.88.3"]);

    let data = tempfile::tempdir().unwrap();
    let mut command = lan.on_laptop(program());
    command.args(["endpoint", "--data"]).arg(data.path());
    let (_endpoint, mut lines) = start(command);
    assert_eq!(next(&mut lines, "listening")["urls"], json!(["ws://169.254.7.7:9616/"]));
    let mut command = lan.on_guest(0, program());
    command.args(["simulate", "--id", "CP1", "--url", "ws://169.254.7.7:9616/"]);
    let (_charger, mut charger) = start(command);
    next(&mut charger, "connected");
}

#[test]
fn a_laptop_whose_address_changes_while_it_looks_comes_to_an_end_and_stays_on_its_lan() {
    let Some(mut lan) = lan() else { return };
    lan.bring(&[Guest::device(device("openevse"), "eth0", &address(10))]);
    let watch = lan.watch();
    let mut looking = discover(&lan, &["--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(looking.stdout.take().unwrap()).lines();
    // it has begun to look
    assert_eq!(next(&mut lines, "scanning")["networks"], json!(["192.168.77.0/24"]));
    move_to(&lan, "192.168.77.2/24", "192.168.77.3/24");
    assert!(next(&mut lines, "done")["took_ms"].is_u64());
    looking.wait().unwrap();
    assert_harmless(&watch.end(), &[LAN]);
    let found = look(&lan, &[]);
    assert_eq!(found.devices.len(), 1, "afterwards it is found from the new address");
}

#[test]
fn a_charger_finds_the_endpoint_at_the_laptops_new_address() {
    let Some(mut lan) = lan() else { return };
    lan.bring(&[Guest::idle("eth0", &address(10))]);
    let data = tempfile::tempdir().unwrap();
    let mut command = lan.on_laptop(program());
    command.args(["endpoint", "--data"]).arg(data.path());
    let (_endpoint, mut lines) = start(command);
    assert_eq!(next(&mut lines, "listening")["urls"], json!(["ws://192.168.77.2:9616/"]));
    let charger = |id: &str, url: &str| {
        let mut command = lan.on_guest(0, program());
        command.args(["simulate", "--id", id, "--url", url]);
        start(command)
    };
    let (_first, mut first) = charger("CP1", "ws://192.168.77.2:9616/");
    next(&mut first, "connected");
    assert_eq!(next(&mut lines, "connected")["charger"], "CP1");
    move_to(&lan, "192.168.77.2/24", "192.168.77.3/24");
    assert_eq!(next(&mut lines, "listening")["urls"], json!(["ws://192.168.77.3:9616/"]));
    let (_second, mut second) = charger("CP2", "ws://192.168.77.3:9616/");
    next(&mut second, "connected");
}

/// The laptop gets another address, as from a router that has forgotten it.
fn move_to(lan: &Lan, old: &str, new: &str) {
    lan.laptop_ip(&format!("address del {old} dev eth0\naddress add {new} broadcast + dev eth0"));
}

/// Ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(mut command: Command) -> (Ends, Lines<BufReader<ChildStdout>>) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (Ends(child), lines)
}

/// The next line of this event.
fn next(lines: &mut Lines<BufReader<ChildStdout>>, event: &str) -> Value {
    let lines = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    lines.into_iter().find(|line| line["event"] == event).unwrap_or_else(|| panic!("{event} did not come"))
}
