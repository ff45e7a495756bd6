//! What holds for every profile that ever goes to a charger, in every story.

use chargehand_commissioning::ceiling::{Ceiling, CeilingParts};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::journal::Direction;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::bench::{Disk, Sent};

/// A frame may go out only once it is on disk.
pub fn is_on_disk(disk: &mut Disk, text: &str) {
    let there = disk.entries.iter().any(|e| e.direction == Direction::Out && e.bytes == text.as_bytes());
    if !there {
        disk.faults.push(format!("sent before it was on disk: {text}"));
    }
}

/// Holds everything that was sent against the rules.
pub fn held(disk: &Disk, sent: &[Sent], charger_ahead_s: Option<i64>) {
    assert_eq!(disk.faults, [""; 0]);
    let numbers: Vec<u64> = disk.entries.iter().map(|e| e.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "numbers ascend");
    let mut base_taken = false;
    for call in sent.iter().filter(|call| call.action == "SetChargingProfile") {
        let ceiling = ceiling_at(disk, call.number).expect("no profile without a ceiling");
        if is_put_back(disk, call) {
            no_more_than(call, ceiling.limit.amps());
            continue;
        }
        within(call, ceiling);
        started(call, charger_ahead_s);
        if call.profile()["chargingProfileKind"] == "Recurring" {
            assert!(base_taken, "a base was taken before any cheap hours: {call:?}");
            recurs(call);
        } else if call.is_test() {
            assert!(base_taken, "a base was taken before the first test: {call:?}");
            ends(call);
        } else if call.answer == "Accepted" {
            base_taken = true;
        }
    }
    let changes = |call: &&Sent| {
        ["ChangeConfiguration", "SetVariables"].contains(&call.action.as_str()) && call.payload != json!({})
    };
    let changed: Vec<&Sent> =
        sent.iter().filter(changes).filter(|call| !is_about_security(disk, call) && !is_planned(disk, call)).collect();
    assert!(changed.is_empty(), "no configuration is changed: {changed:?}");
}

/// A person planned it, and that it is about to be written was on disk before.
fn is_planned(disk: &Disk, call: &Sent) -> bool {
    let events = disk.entries.iter().filter(|e| e.direction == Direction::Event && e.number < call.number);
    events.filter_map(|e| serde_json::from_slice::<Event>(&e.bytes).ok()).any(|e| matches!(e, Event::Applying { .. }))
}

/// Raising the security profile changes these, and only once the way back was said.
fn is_about_security(disk: &Disk, call: &Sent) -> bool {
    const NAMES: [&str; 6] = [
        "AuthorizationKey",
        "CpoName",
        "SecurityProfile",
        "BasicAuthPassword",
        "OrganizationName",
        "NetworkConfigurationPriority",
    ];
    let name = call.payload["key"].as_str().or(call.payload["setVariableData"][0]["variable"]["name"].as_str());
    let says_it = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("security_way_back");
    let said = disk.entries.iter().find(|e| e.direction == Direction::Event && says_it(&e.bytes));
    name.is_some_and(|name| NAMES.contains(&name)) && said.is_some_and(|said| said.number < call.number)
}

/// The ceiling that held when an entry was written.
fn ceiling_at(disk: &Disk, number: u64) -> Option<Ceiling> {
    let parts = |bytes: &[u8]| match serde_json::from_slice::<Event>(bytes) {
        Ok(Event::Ceiling { parts }) => Some(parts),
        _ => None,
    };
    let before = disk.entries.iter().filter(|e| e.direction == Direction::Event && e.number < number);
    let parts: CeilingParts = before.filter_map(|e| parts(&e.bytes)).next_back()?;
    parts.ceiling()
}

/// Did the charger list this very profile before? Then it is given back as it was.
fn is_put_back(disk: &Disk, call: &Sent) -> bool {
    let before = disk.entries.iter().filter(|e| e.direction == Direction::In && e.number < call.number);
    let frames = before.filter_map(|e| serde_json::from_slice::<Value>(&e.bytes).ok());
    let lists = |frame: &Value| {
        let profiles = frame[3]["chargingProfile"].as_array();
        frame[2] == "ReportChargingProfiles" && profiles.is_some_and(|list| list.contains(call.profile()))
    };
    frames.into_iter().any(|frame| lists(&frame))
}

fn no_more_than(call: &Sent, ceiling: f64) {
    let periods = call.schedule()["chargingSchedulePeriod"].as_array().unwrap();
    assert!(periods.iter().all(|period| period["limit"].as_f64().unwrap() <= ceiling), "{call:?}");
}

fn within(call: &Sent, ceiling: Ceiling) {
    let (schedule, hardware, ceiling) = (call.schedule(), ceiling.hardware_confirmed, ceiling.limit.amps());
    assert!(schedule.get("minChargingRate").is_none(), "{call:?}");
    for period in schedule["chargingSchedulePeriod"].as_array().unwrap() {
        let (limit, phases) = (period["limit"].as_f64().unwrap(), period["numberPhases"].as_f64());
        // only a 2.x charger is left to know its own phases, and only where they do not matter
        let matters = call.payload.get("evseId").is_none() || schedule["chargingRateUnit"] == "W";
        assert!(phases.is_some() || !matters, "numberPhases is sent: {call:?}");
        let phases = phases.unwrap_or(1.0);
        let stays = schedule.get("duration").is_none()
            && schedule["chargingSchedulePeriod"].as_array().unwrap().last() == Some(period);
        let stays = (stays || call.profile()["chargingProfileKind"] == "Recurring") && !hardware;
        assert!(
            !stays || schedule["chargingRateUnit"] == "A" || phases == 1.0,
            "the next car may have one phase: {call:?}"
        );
        let amps = if schedule["chargingRateUnit"] == "W" { limit / 230.0 / phases } else { limit };
        assert!(amps <= ceiling + 1e-9, "above the ceiling of {ceiling} A: {call:?}");
        assert!(amps == 0.0 || amps > 5.9, "a charger cannot offer less than 6 A: {call:?}");
    }
}

/// An absolute schedule began 60 s ago by the charger's clock; a relative one names no time.
fn started(call: &Sent, charger_ahead_s: Option<i64>) {
    let start = call.schedule().get("startSchedule").map(time);
    match call.profile()["chargingProfileKind"].as_str() {
        Some("Absolute") => {
            let began = start.expect("an absolute schedule has a start").as_second();
            let Some(ahead) = charger_ahead_s else { return };
            let before = call.at.as_second() - (began - ahead);
            assert!((59..=76).contains(&before), "began {before} s before: {call:?}");
        }
        Some("Recurring") => {
            let began = start.expect("a recurring schedule has a start").as_second();
            let days = (call.at.as_second() - began) / 86_400;
            assert!((13..=22).contains(&days), "it has begun, in any zone: {call:?}");
        }
        Some("Relative" | "Dynamic") => assert_eq!(start, None, "{call:?}"),
        other => panic!("kind {other:?}"),
    }
}

fn time(text: &Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}

/// Cheap hours go round, never above their level's limit, and end by nothing but their validity.
fn recurs(call: &Sent) {
    assert!((49_000..65_032).contains(&call.role().as_i64().unwrap()), "an id of ours: {call:?}");
    assert!(call.schedule().get("duration").is_none(), "{call:?}");
    let validity = ["validFrom", "validTo"].map(|key| call.profile().get(key).map(time));
    assert!(validity[0].is_none_or(|from| from > call.at) && validity[1].is_none_or(|to| to > call.at), "{call:?}");
}

/// A test ends by itself: above the base by its duration, in the base's place by a second period without duration.
fn ends(call: &Sent) {
    let schedule = call.schedule();
    let periods = schedule["chargingSchedulePeriod"].as_array().unwrap();
    match call.profile()["stackLevel"].as_i64() {
        Some(0) => {
            assert_eq!((periods.len(), schedule.get("duration")), (2, None), "{call:?}");
            assert!(periods[1]["limit"].as_f64() >= periods[0]["limit"].as_f64(), "{call:?}");
        }
        Some(_) => {
            assert_eq!(periods.len(), 1, "{call:?}");
            assert!(schedule["duration"].as_i64().is_some(), "{call:?}");
        }
        None => panic!("no level: {call:?}"),
    }
}
