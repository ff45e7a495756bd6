//! Settings and reports.

use super::Probe;
use super::story::{Limit, Story};
use crate::bench::Answer;
use chargehand_simulator::Behaviour;
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
];

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
