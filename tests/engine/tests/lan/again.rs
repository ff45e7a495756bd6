//! A network that was looked through a moment ago is left in peace before it is looked through again.

use engine_tests::lan::Guest;
use engine_tests::lan::guest::device;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::looking::{address, lan, program};

#[test]
fn whoever_looks_again_too_soon_is_told_and_the_look_begins_by_itself() {
    let Some(mut lan) = lan() else { return };
    lan.bring(&[Guest::device(device("openevse"), "eth0", &address(10))]);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("discovery.log");
    let network = "192.168.77.0/24";
    let before = Timestamp::now() - SignedDuration::from_secs(28);
    let line = json!({ "at": before, "looked_through": network, "router": network });
    std::fs::write(&log, format!("{line}\n")).unwrap();
    let output = lan.on_laptop(program()).args(["discover", "--json", "--log"]).arg(&log).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!(events[..3], ["scanning", "waiting", "device"], "{text}");
    assert!((1..=2000).contains(&lines[1]["begins_in_ms"].as_u64().unwrap()), "{}", lines[1]);
    assert_eq!(lines.last().unwrap()["ended"], "whole");

    // it is written down for whoever looks next
    let written = std::fs::read_to_string(&log).unwrap();
    let looked: Vec<&str> = written.lines().filter(|line| line.contains("looked_through")).collect();
    assert_eq!(looked.len(), 2, "{looked:?}");
    let last: Value = serde_json::from_str(looked[1]).unwrap();
    assert_eq!(last["looked_through"], network);
    assert!(last["at"].as_str().unwrap().parse::<Timestamp>().unwrap() > before + SignedDuration::from_secs(30));
}
