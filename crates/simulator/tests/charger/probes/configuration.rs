//! Settings and reports.

use super::Probe;
use super::story::{Limit, Story};
use crate::bench::{Answer, merge};
use chargehand_simulator::{Behaviour, Version};
use serde_json::{Value, json};

const MEASURANDS: &str = "MeterValuesSampledData";

pub const PROBES: &[Probe] = &[
    ("leaves an empty key list unanswered", |it| {
        is_16(it)
            && Story::idle(it).call("GetConfiguration", json!({})) == Answer::Silence
            && Story::idle(it).call("GetConfiguration", keys(&["HeartbeatInterval"])) != Answer::Silence
    }),
    ("answers few keys at once", |it| {
        let asked = ["HeartbeatInterval", "NumberOfConnectors", "ResetRetries", "ConnectionTimeOut", "CpoName"];
        let Answer::Result(answer) = Story::idle(it).call_16("GetConfiguration", keys(&asked)) else { return false };
        answer["configurationKey"].as_array().is_some_and(|known| known.len() < asked.len())
    }),
    ("reboots when it shows its measurands", |it| {
        let mut story = Story::idle(it);
        let before = story.boots();
        let write = json!({ "key": MEASURANDS, "value": "Current.Import,Temperature,SoC,RPM" });
        let is_taken = story.call_16("ChangeConfiguration", write).status() == "Accepted";
        story.call_16("GetConfiguration", keys(&[MEASURANDS]));
        story.run(10);
        is_taken && story.boots() > before
    }),
    ("reboots when it is flooded", |it| {
        let mut story = Story::charging(it);
        let before = story.boots();
        flood(&mut story);
        story.boots() > before
    }),
    ("rejects limits when it is flooded", |it| {
        let mut story = Story::charging(it);
        let before = story.boots();
        let answers = flood(&mut story);
        let ends = [answers.first(), answers.last()].map(|it| it.map(String::as_str));
        ends == [Some("Accepted"), Some("Rejected")] && story.boots() == before
    }),
    ("promises a report and sends none", |it| {
        let mut story = Story::idle(it);
        let base = json!({ "requestId": 1, "reportBase": "FullInventory" });
        let is_promised = !is_16(it) && story.call("GetBaseReport", base).status() == "Accepted";
        story.run(60);
        is_promised && story.bench.all("NotifyReport").is_empty()
    }),
    ("leaves out whether it has smart charging", |it| {
        let asked = json!({ "component": { "name": "SmartChargingCtrlr" }, "variable": { "name": "Available" } });
        let mut story = Story::idle(it);
        if is_16(it) {
            return false;
        }
        let Answer::Result(answer) = story.call("GetVariables", json!({ "getVariableData": [asked] })) else {
            return false;
        };
        answer["getVariableResult"][0]["attributeStatus"] == "UnknownVariable"
    }),
    ("follows the clock on the wall", |it| {
        // By its own clock the first period has begun just now.
        let by_the_wall = json!({ "useLocalTime": true, "chargingSchedulePeriod": [
            { "startPeriod": 0, "limit": 16.0 }, { "startPeriod": 3600, "limit": 8.0 },
        ] });
        recurring(it, by_the_wall).is_some_and(|named| named.first().is_some_and(|(_, limit)| *limit == 8.0))
    }),
    ("delays changes at random", |it| {
        let delayed = json!({ "randomizedDelay": 3600, "chargingSchedulePeriod": [
            { "startPeriod": 0, "limit": 16.0 }, { "startPeriod": 7200, "limit": 8.0 },
        ] });
        let named = recurring(it, delayed).unwrap_or_default();
        named.iter().any(|(from, limit)| *limit == 8.0 && (7201..=10_800).contains(from))
    }),
];

/// A schedule that recurs every day and begins now is set in a 2.1 charger: what it then names for the next day, or nothing
/// where it does not take it.
fn recurring(it: &Behaviour, schedule: Value) -> Option<Vec<(i64, f64)>> {
    if it.version != Version::V21 {
        return None;
    }
    let mut story = Story::idle(it);
    let mut profile = json!({
        "id": 1, "stackLevel": 1, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": [{ "id": 1, "chargingRateUnit": "A", "startSchedule": story.bench.now.to_string() }],
    });
    merge(&mut profile["chargingSchedule"][0], schedule);
    let set = story.call("SetChargingProfile", json!({ "evseId": 0, "chargingProfile": profile }));
    let Answer::Result(answer) = story.call("GetCompositeSchedule", json!({ "evseId": 1, "duration": 86_400 })) else {
        return None;
    };
    let periods = answer["schedule"]["chargingSchedulePeriod"].as_array()?;
    let named = periods.iter().filter_map(|it| Some((it["startPeriod"].as_i64()?, it["limit"].as_f64()?)));
    (set.status() == "Accepted").then(|| named.collect())
}

fn is_16(it: &Behaviour) -> bool {
    !it.version.is_v2()
}

fn keys(names: &[&str]) -> Value {
    json!({ "key": names })
}

impl Story {
    /// A call that only 1.6 knows; the others are not asked.
    fn call_16(&mut self, action: &str, payload: Value) -> Answer {
        if self.bench.charger.version().is_v2() { Answer::Silence } else { self.call(action, payload) }
    }
}

/// Twelve limits within seconds, and the answers.
fn flood(story: &mut Story) -> Vec<String> {
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(story.set_at_once(&Limit::default()).status().to_owned());
    }
    story.run(15);
    answers
}
