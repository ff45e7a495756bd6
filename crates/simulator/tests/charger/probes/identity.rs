//! Boot, clock and the words of the protocol.

use super::Probe;
use super::story::Story;
use chargehand_simulator::Behaviour;
use jiff::Timestamp;
use serde_json::{Value, json};

pub const PROBES: &[Probe] = &[
    ("boots only when asked", |it| {
        let mut story = Story::idle(it);
        story.run(60);
        let silent = story.boots() == 0;
        story.call("TriggerMessage", json!({ "requestedMessage": "BootNotification" }));
        silent && story.boots() == 1
    }),
    ("sends texts that are too long", |it| {
        let story = Story::idle(it);
        let is_long = |fault: &String| fault.starts_with("BootNotification") && fault.contains("longer than");
        story.bench.faults.unwrap().iter().any(is_long)
    }),
    ("leaves its maker empty", |it| {
        let boot = Story::idle(it).bench.all("BootNotification").pop().unwrap_or_default();
        let maker = boot.pointer("/chargePointVendor").or(boot.pointer("/chargingStation/vendorName"));
        maker.and_then(Value::as_str).is_some_and(|maker| maker.trim().is_empty())
    }),
    ("leaves out the zone", |it| told(it).is_some_and(|time| time.parse::<Timestamp>().is_err())),
    ("its clock is whole hours off", |it| off(it).is_some_and(|by| by != 0 && by.abs() < DAY && by % HOUR == 0)),
    ("its clock is half an hour off", |it| off(it).is_some_and(|by| by.abs() < DAY && by.abs() % HOUR == HOUR / 2)),
    ("its clock is in 1970", |it| told(it).is_some_and(|time| time.starts_with("1970-"))),
    ("writes as 1.6 does in 2.x", |it| {
        let statuses = Story::idle(it).bench.all("StatusNotification");
        it.version.is_v2() && statuses.iter().any(|status| status.get("status").is_some())
    }),
];

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The time in its latest status.
fn told(it: &Behaviour) -> Option<String> {
    let status = Story::idle(it).bench.all("StatusNotification").pop()?;
    Some(status["timestamp"].as_str()?.to_owned())
}

/// By how many seconds it is ahead; nothing when its time has no zone.
fn off(it: &Behaviour) -> Option<i64> {
    let time: Timestamp = told(it)?.parse().ok()?;
    let start: Timestamp = crate::bench::START.parse().unwrap();
    Some(time.duration_since(start).as_secs())
}
