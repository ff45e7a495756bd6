//! Whatever the catalogue has a fingerprint of is found on a LAN, and named.

use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::process::Stdio;

use chargehand_catalogue::{Fingerprint, Http, Strength, fingerprints};
use engine_tests::lan::guest::{self, device};
use engine_tests::lan::{Guest, Lan};
use serde_json::Value;

use crate::looking::{Found, LAN, address, assert_harmless, lan, look};

/// As many hosts are on a LAN at once.
const HOSTS: usize = 40;
/// The last number of the first host's address.
const FIRST: usize = 10;

#[test]
fn every_device_of_the_catalogue_is_found_and_named() {
    let Some(mut lan) = lan() else { return };
    let mut wrong = Vec::new();
    for round in fingerprints().iter().collect::<Vec<_>>().chunks(HOSTS) {
        wrong.extend(round_of(&mut lan, round));
    }
    let named = fingerprints().iter().filter(|it| expected(it) == 3).count();
    assert!(named >= 57, "{named}");
    let shows = |it: &&Fingerprint| !it.host.is_empty();
    let never: Vec<_> = fingerprints().iter().filter(shows).filter(|it| expected(it) == 0).map(|it| it.name).collect();
    // it answers nothing and tells all now and then what it is, which takes longer than a look: whoever listens hears it
    assert_eq!(never, ["evse-master"]);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), fingerprints().len(), wrong.join("\n"));
}

#[test]
fn where_no_announcement_gets_through_chargers_are_found_by_their_pages_alone() {
    let Some(mut lan) = lan() else { return };
    let devices = ["openevse", "smartevse", "lektrico", "fronius-wattpilot", "nrgkick-gen2", "technove"].map(device);
    let guests = devices.iter().zip(FIRST..).map(|(it, last)| Guest::mute(it, "eth0", &address(last)));
    lan.bring(&guests.collect::<Vec<_>>());
    let found = look(&lan, &[]);
    assert_harmless(&found.seen, &[LAN]);
    let wrong = devices.iter().zip(FIRST..).filter_map(|(it, last)| amiss(it, at(&found, last)));
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_charger_that_tells_all_now_and_then_what_it_is_is_heard_by_whoever_listens() {
    let Some(mut lan) = lan() else { return };
    lan.bring(&[Guest::device(device("evse-master"), "eth0", &address(FIRST))]);
    let watch = lan.watch();
    let mut command = lan.on_laptop(guest::program());
    let mut listener = command.arg("listen").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(listener.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.take(2).collect::<Vec<_>>(), ["here", "evse-master"]);
    let seen = watch.end();
    drop(listener.stdin.take());
    listener.wait().unwrap();
    assert_harmless(&seen, &[LAN]);
    assert!(seen.ports().is_empty(), "whoever only listens connects to nobody");
}

/// What was not found as it must be of these.
fn round_of(lan: &mut Lan, devices: &[&'static Fingerprint]) -> Vec<String> {
    let guests = devices.iter().zip(FIRST..).map(|(it, last)| Guest::device(it, "eth0", &address(last)));
    lan.bring(&guests.collect::<Vec<_>>());
    // every device's Modbus may be read: a person asked for it
    let found = look(lan, &["--modbus"]);
    lan.send_home();
    assert_harmless(&found.seen, &[LAN]);
    assert_eq!(found.done["ended"], "whole", "{}", found.done);
    devices.iter().zip(FIRST..).filter_map(|(it, last)| amiss(it, at(&found, last))).collect()
}

fn at(found: &Found, last: usize) -> &Value {
    found.devices.get(&Ipv4Addr::new(192, 168, 77, last as u8)).unwrap_or(&Value::Null)
}

/// What is amiss in how a device was found; nothing where it is as expected.
fn amiss(about: &Fingerprint, line: &Value) -> Option<String> {
    let is_other = SAME_CARD.iter().any(|(name, other)| *name == about.name && line["fingerprint"] == *other);
    let is_it = line["fingerprint"] == about.name
        || is_other && line["others"].as_array().is_some_and(|it| it.contains(&about.name.into()));
    let sure = SURE.iter().position(|sure| line["certainty"] == *sure).unwrap_or(0);
    let is_fine = sure >= expected(about) && (sure == 0 || is_it && is_called(about, line));
    let (title, sure) = (&line["title"], &line["certainty"]);
    (!is_fine).then(|| format!("{}: {title} {} {sure} {}", about.name, line["fingerprint"], line["signs"]))
}

/// Whether it is shown by its maker's or its model's name, as sure as that is. What shows another first is called by that.
fn is_called(about: &Fingerprint, line: &Value) -> bool {
    let title = line["title"].as_str().unwrap_or_default();
    let told = line["model"].as_str().filter(|it| !it.is_empty());
    let model = told.map_or_else(|| about.model(), str::to_owned);
    let begins = match line["certainty"].as_str() {
        Some("probable") => title.starts_with("probably "),
        Some("possible") => title.starts_with("possible charger, perhaps ") || title.starts_with("possibly "),
        _ => true,
    };
    begins && (line["fingerprint"] != about.name || title.contains(&model) && !title.ends_with("unknown"))
}

/// Devices of which only the prefix of the network card is known, and who else has the same: either may be shown first.
const SAME_CARD: &[(&str, &str)] = &[("juice", "bender-cc"), ("sma-inverter", "sma-ev-charger")];
/// How sure a device is, least first; the first: it is not found.
const SURE: &[&str] = &["", "possible", "probable", "named"];

/// How sure the strongest thing that a device shows of itself makes it, at least.
fn expected(about: &Fingerprint) -> usize {
    let has_hint = !about.oui.is_empty();
    // six ports are tried; others only where the network card tells the maker
    let is_tried = |port: u16| has_hint || [80, 502, 443, 1502, 8443, 30502].contains(&port);
    let says = |page: &&Http| !(page.keys.is_empty() && page.values.is_empty());
    let read = about.modbus.iter().filter(|it| it.silent.is_none() && is_tried(it.port));
    // anything could answer zeros
    let registers =
        read.flat_map(|it| &it.registers).filter(|it| it.words().is_some_and(|it| it.iter().any(|it| *it > 0)));
    // that a page is there says less than what it says
    let worth = |it: &Http| if says(&it) { it.strength } else { Strength::Weak };
    let strengths = (about.mdns.iter().map(|it| it.strength))
        .chain(about.http.iter().filter(|it| is_tried(it.port)).map(worth))
        .chain(about.websocket.iter().map(|it| it.strength))
        .chain(registers.map(|it| it.strength))
        .chain(about.udp.iter().filter(|it| it.ask.is_some()).map(|it| it.strength));
    match strengths.max() {
        Some(Strength::Strong) => 3,
        Some(Strength::Medium) => 2,
        Some(Strength::Weak) => 1,
        None => usize::from(has_hint),
    }
}
