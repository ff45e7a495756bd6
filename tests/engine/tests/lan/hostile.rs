//! A host that answers every question of multicast DNS with ten thousand records, the longest texts, markup, orders to a
//! terminal and paths changes nothing but what is told of itself.

use std::net::Ipv4Addr;

use engine_tests::lan::Guest;
use engine_tests::lan::guest::device;
use serde_json::Value;

use crate::looking::{LAN, address, assert_harmless, discover, lan, look};

#[test]
fn a_charger_is_found_beside_a_host_that_floods_the_lan_with_announcements() {
    let Some(mut lan) = lan() else { return };
    let charger = Guest::device(device("openevse"), "eth0", &address(10));
    lan.bring(&[charger, Guest::hostile("eth0", &address(66))]);
    let found = look(&lan, &[]);
    assert_harmless(&found.seen, &[LAN]);
    assert_eq!(found.done["ended"], "whole", "{}", found.done);
    let charger = &found.devices[&Ipv4Addr::new(192, 168, 77, 10)];
    assert_eq!((&charger["fingerprint"], &charger["certainty"]), (&"openevse".into(), &"named".into()), "{charger}");
    assert!(found.devices.contains_key(&Ipv4Addr::new(192, 168, 77, 66)), "it was heard");
    let strangers: Vec<_> = found.devices.keys().filter(|it| ![10, 66].contains(&it.octets()[3])).collect();
    assert!(strangers.is_empty(), "what it says of other addresses is not believed where nobody is: {strangers:?}");
    assert!(found.longest < 64 * 1024, "a line of {} bytes", found.longest);
    found.devices.values().for_each(assert_plain);

    // for people as well
    let output = discover(&lan, &[]).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert_plain(&String::from_utf8(text).unwrap().replace('\n', " ").into());
}

/// Fails where a text in it could be an order to a terminal, or reads otherwise than it is written.
fn assert_plain(line: &Value) {
    match line {
        Value::String(text) => {
            let odd = |c: &char| c.is_control() || "\u{200B}\u{200E}\u{200F}\u{FEFF}".contains(*c) || is_turning(*c);
            let odd: Vec<char> = text.chars().filter(odd).collect();
            assert!(odd.is_empty(), "{odd:?} in {text:?}");
            assert!(text.chars().count() <= 4000, "{} characters", text.chars().count());
        }
        Value::Array(all) => all.iter().for_each(assert_plain),
        Value::Object(all) => all.values().for_each(assert_plain),
        _ => {}
    }
}

/// Turns the direction of writing.
fn is_turning(c: char) -> bool {
    ('\u{202A}'..='\u{202E}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
}
