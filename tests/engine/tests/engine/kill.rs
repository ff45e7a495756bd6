//! kill -9 in the middle of a commissioning, again and again: what was acknowledged is on disk.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::charger::{Came, Charger, TEXT, frame};
use crate::commission::begin;
use crate::program::{Program, folder, path, stored};

const ROUNDS: usize = 50;
/// The id of our test limits.
const TEST_PROFILE: u64 = 47_552;

fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

/// A charger that does what it is told as fast as it is told, and remembers every frame that it can prove.
struct Diligent {
    charger: Charger,
    /// Frames that must be on disk: ours once they were answered, the endpoint's once they came.
    acknowledged: Vec<String>,
    /// Frames that came from the endpoint.
    came: usize,
    /// A test limit was accepted, and our answer to it was followed by another answer.
    limited: bool,
    /// Calls without an answer yet: id and text.
    unanswered: HashMap<String, String>,
    round: usize,
    amps: f64,
}

impl Diligent {
    fn connect(port: u16, round: usize) -> Self {
        let charger = Charger::connect(port, "CP1");
        let (acknowledged, unanswered) = Default::default();
        Self { charger, acknowledged, came: 0, limited: false, unanswered, round, amps: 20.0 }
    }

    /// Sends a call. The answer comes later, between the endpoint's own calls.
    fn call(&mut self, number: usize, action: &str, payload: Value) {
        let id = format!("{}-{number}", self.round);
        let text = json!([2, id, action, payload]).to_string();
        self.charger.send(&text);
        self.unanswered.insert(id, text);
    }

    /// Handles one frame of the endpoint; `None` at the end.
    fn handle(&mut self) -> Option<()> {
        let Came::Text(text) = self.charger.came() else { return None };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        self.acknowledged.push(text);
        self.came += 1;
        if message[0] != 2 {
            let sent = self.unanswered.remove(message[1].as_str().expect("an id"));
            self.acknowledged.push(sent.expect("it was asked"));
            return Some(());
        }
        let answer = match message[2].as_str().expect("an action") {
            "GetConfiguration" => {
                json!({"configurationKey": [{"key": "MeterValueSampleInterval", "readonly": false, "value": "1"}]})
            }
            "SetChargingProfile" => {
                let profile = &message[3]["csChargingProfiles"];
                let limit = &profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"];
                self.amps = limit.as_f64().expect("a limit").min(20.0);
                self.limited |= profile["chargingProfileId"] == TEST_PROFILE;
                json!({"status": "Accepted"})
            }
            "ClearChargingProfile" => json!({"status": "Unknown"}),
            _ => json!({"status": "Rejected"}),
        };
        let text = json!([3, message[1], answer]).to_string();
        // It may be dead already.
        let _ = self.charger.socket.write_all(&frame(TEXT, true, true, text.as_bytes()));
        Some(())
    }

    /// Lives until `enough`, which is asked after each frame; false where the connection ended before.
    fn live(&mut self, enough: impl Fn(&Self) -> bool) -> bool {
        let boot = json!({"chargePointVendor": "Diligent", "chargePointModel": "Test"});
        let start = json!({"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": now()});
        let mut first = vec![("StartTransaction", start), ("BootNotification", boot)];
        for number in 0.. {
            let (action, payload) = first.pop().unwrap_or_else(|| {
                let sample = json!({"value": format!("{:.1}", self.amps), "measurand": "Current.Import", "phase": "L1", "unit": "A"});
                let meter_value = json!([{"timestamp": now(), "sampledValue": [sample]}]);
                ("MeterValues", json!({"connectorId": 1, "meterValue": meter_value}))
            });
            self.call(number, action, payload);
            while !self.unanswered.is_empty() {
                if self.handle().is_none() {
                    return false;
                }
                if enough(self) {
                    return true;
                }
            }
        }
        unreachable!("it lives until it has enough")
    }
}

/// Nothing that was acknowledged is missing, numbers only rise, and the chain holds.
fn all_there(data: &Path, acknowledged: &[String], round: usize) {
    let frames = stored(data);
    let numbers: Vec<u64> = frames.iter().filter_map(|frame| frame["number"].as_u64()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "round {round}");
    let texts: HashSet<&str> = frames.iter().filter_map(|frame| frame["text"].as_str()).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|text| !texts.contains(text.as_str())).collect();
    assert!(lost.is_empty(), "round {round}: {lost:#?}");
    let chain = Command::new(path()).arg("verify").arg(data).output().expect("it runs");
    assert!(chain.status.success(), "round {round}: {chain:?}");
}

#[test]
fn a_program_that_is_killed_in_the_middle_of_a_commissioning_loses_nothing_it_acknowledged() {
    let data = folder();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut run = begin(data.path(), &["--limit", "10", "--breaker", "32"]);
        let mut charger = Diligent::connect(run.port, round);
        // Each round is killed some frames later than the one before, the last with a test limit in force.
        let last = round == ROUNDS - 1;
        let enough = |c: &Diligent| if last { c.limited && c.unanswered.is_empty() } else { c.came > round };
        if !charger.live(enough) {
            panic!("round {round}: {:#?}", run.program.ended());
        }
        assert!(charger.came > 0, "round {round} came to nothing");
        // It dies with its hands full, and what it still got out counts.
        (0..50).for_each(|number| charger.call(1000 + number, "Heartbeat", json!({})));
        run.process.kill();
        while charger.handle().is_some() {}
        acknowledged.append(&mut charger.acknowledged);
        all_there(data.path(), &acknowledged, round);
    }

    let mut endpoint = Program::endpoint(data.path(), &[]);
    let left = endpoint.take("the test limit", |line| line["event"] == "left_in_force" && line["test"] == true);
    assert_eq!(
        (&left["charger"], &left["profile"], &left["limit_ma"]),
        (&json!("CP1"), &json!(TEST_PROFILE), &json!(10_000))
    );
    let chargers = endpoint.order(json!({"do": "chargers"})).expect("a list");
    let expected = json!({"charger": "CP1", "adopted": true, "connected": false, "vendor": "Diligent"});
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(chargers[0][field], *value, "{field}");
    }
    let in_force = chargers[0]["in_force"].as_array().expect("a list");
    assert!(in_force.iter().any(|limit| limit["test"] == true && limit["limit_ma"] == 10_000), "{in_force:?}");
    let transactions = endpoint.order(json!({"do": "transactions"})).expect("a list");
    assert!(transactions.as_array().is_some_and(|list| !list.is_empty()));

    // It can be taken away with an order as soon as the charger is back.
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    let clear =
        json!({"do": "call", "charger": "CP1", "action": "ClearChargingProfile", "payload": {"id": TEST_PROFILE}});
    let order = endpoint.ask(clear);
    let (id, action, _) = charger.asked();
    assert_eq!(action, "ClearChargingProfile");
    charger.answer(&id, json!({"status": "Accepted"}));
    endpoint.answer(order).expect("it was answered");
    let chargers = endpoint.order(json!({"do": "chargers"})).expect("a list");
    let in_force = chargers[0]["in_force"].as_array().expect("a list");
    assert!(in_force.iter().all(|limit| limit["test"] == false), "{in_force:?}");
}
