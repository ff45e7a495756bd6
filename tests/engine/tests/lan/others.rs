//! What is no charger is not taken for one, and is not harmed.

use std::net::IpAddr;

use engine_tests::lan::Guest;
use engine_tests::lan::guest::device;
use engine_tests::lan::look_alike::{self, LookAlike};
use serde_json::Value;

use crate::looking::{Found, LAN, address, assert_harmless, lan, look};

/// The address of the first of them; a real charger is at 192.168.77.9.
const FIRST: usize = 10;

#[test]
fn a_printer_or_any_other_device_is_not_taken_for_a_charger() {
    let Some(mut lan) = lan() else { return };
    let others = look_alike::all();
    assert!(others.len() >= 20);
    let mut guests: Vec<Guest> =
        others.iter().zip(FIRST..).map(|(it, last)| Guest::look_alike(it, "eth0", &address(last))).collect();
    guests.push(Guest::device(device("tesla-wall-connector-3"), "eth0", &address(9)));
    lan.bring(&guests);
    for options in [&[][..], &["--modbus"]] {
        let found = look(&lan, options);
        assert_harmless(&found.seen, &[LAN]);
        assert_eq!(at(&found, 9)["fingerprint"], "tesla-wall-connector-3", "the charger among them is found");
        let wrong: Vec<String> =
            others.iter().zip(FIRST..).filter_map(|(it, last)| amiss(it, at(&found, last))).collect();
        assert!(wrong.is_empty(), "with {options:?}:\n{}", wrong.join("\n"));
        assert_eq!(found.done["ended"], "whole", "{}", found.done);
        // ten pages, and whether it greets over a WebSocket; more only of whom something points at a maker
        let curious = others.iter().filter(|it| it.mac.is_empty() && asked(&found, &others, &it.name) > 11);
        let curious: Vec<_> = curious.map(|it| (it.name.as_str(), asked(&found, &others, &it.name))).collect();
        assert_eq!(curious, [], "with {options:?}");
        assert_eq!(asked(&found, &others, "silent"), 2, "who says nothing does not hold up the rest");
    }
}

/// What is amiss in how it was seen; nothing where it is as expected.
fn amiss(about: &LookAlike, line: &Value) -> Option<String> {
    let is_fine = match &about.companion {
        Some(companion) => line["fingerprint"] == companion.as_str() && line["kind"] == "companion",
        None => line.is_null() || line["kind"] == "companion",
    };
    (!is_fine)
        .then(|| format!("{} ({}): {} {} {}", about.name, about.is, line["title"], line["fingerprint"], line["signs"]))
}

/// How many pages a device was asked for.
fn asked(found: &Found, others: &[LookAlike], name: &str) -> usize {
    let place = others.iter().position(|it| it.name == name).expect("a file of that name");
    let address = IpAddr::from([192, 168, 77, (FIRST + place) as u8]);
    found.seen.requests().iter().filter(|(to, _)| to.ip() == address).count()
}

fn at(found: &Found, last: usize) -> &Value {
    found.devices.get(&[192, 168, 77, last as u8].into()).unwrap_or(&Value::Null)
}
