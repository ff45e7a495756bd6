//! Call by call: configuration, limits, transaction, triggers, log, reset.

use std::sync::mpsc::Receiver;

use serde_json::{Value, json};

use super::secured::Way;
use super::{Peer, each};
use crate::program::{Endpoint, Running, folder};

/// A charge point of others at an endpoint that takes orders.
pub struct Bench {
    pub endpoint: Endpoint,
    peer: Peer,
    said: Receiver<String>,
    /// Nothing that came before this frame counts.
    since: u64,
    _running: Running,
    _data: tempfile::TempDir,
}

impl Bench {
    fn set(peer: Peer, way: Way) -> Self {
        let data = folder();
        let (mut endpoint, options) = way.prepare(data.path());
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (running, said) = peer.starts(&way.url(&endpoint), &options);
        let booted = endpoint.event("booted");
        assert_eq!((&booted["vendor"], &booted["status"]), (&json!("Independent"), &json!("Accepted")), "{}", peer.on);
        // Up to the hardware limit, and that is confirmed: limits may be taken away again.
        let order =
            json!({"do": "ceiling", "charger": "CP1", "breaker": 32, "installer": 32, "installer_confirmed": true});
        endpoint.order(order).expect("a ceiling");
        Self { endpoint, peer, said, since: 0, _running: running, _data: data }
    }

    fn is_v16(&self) -> bool {
        self.peer.version == "1.6"
    }

    /// Calls the charge point; its answer. What is waited for next has to come after this call.
    fn asks(&mut self, action: &str, payload: Value) -> Value {
        let order = json!({"do": "call", "charger": "CP1", "action": action, "payload": payload});
        let answer = self.endpoint.order(order);
        let answer = answer.unwrap_or_else(|error| panic!("{}: {action}: {error}", self.peer.on));
        self.since = self.frame("to_charger", action).0;
        answer
    }

    /// The same, where `Accepted` is the answer.
    fn accepts(&mut self, action: &str, payload: Value) {
        let answer = self.asks(action, payload);
        assert_eq!(answer["status"], "Accepted", "{}: {action}: {answer}", self.peer.on);
    }

    /// The next call in this direction that came since: its number and payload.
    fn frame(&mut self, direction: &str, action: &str) -> (u64, Value) {
        let call = |line: &Value| {
            let text = line["text"].as_str().filter(|_| line["event"] == "frame" && line["direction"] == direction)?;
            let frame: Value = serde_json::from_str(text).ok()?;
            (frame[0] == 2 && frame[2] == action)
                .then(|| (line["number"].as_u64().expect("a number"), frame[3].clone()))
        };
        let since = self.since;
        let fits = |line: &Value| call(line).is_some_and(|(number, _)| number > since);
        let what = format!("{}: {action} {direction}", self.peer.on);
        call(&self.endpoint.take(&what, fits)).expect("it fits")
    }

    /// Waits for a call of the charge point; its payload.
    fn hears(&mut self, action: &str) -> Value {
        let (number, payload) = self.frame("from_charger", action);
        self.since = number;
        payload
    }

    /// Waits until it draws this.
    fn draws(&mut self, amps: u32) {
        let since = self.since;
        let what = format!("{}: {amps} A", self.peer.on);
        self.endpoint.take(&what, |line| {
            line["event"] == "meter" && line["import_ma"] == amps * 1000 && line["number"].as_u64() > Some(since)
        });
    }

    /// All configuration, and one key set.
    fn configuration(&mut self) {
        if self.is_v16() {
            let answer = self.asks("GetConfiguration", json!({}));
            assert!(answer["configurationKey"].as_array().is_some_and(|keys| keys.len() >= 9), "{answer}");
            self.accepts("ChangeConfiguration", json!({"key": "MeterValueSampleInterval", "value": "1"}));
            return;
        }
        self.accepts("GetBaseReport", json!({"requestId": 7, "reportBase": "FullInventory"}));
        let mut variables = 0;
        loop {
            let part = self.hears("NotifyReport");
            assert_eq!(part["requestId"], 7);
            variables += part["reportData"].as_array().expect("data").len();
            if part["tbc"] != true {
                break;
            }
        }
        assert!(variables >= 14, "{variables}");
        let place = json!({"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}});
        let mut set = place.clone();
        set["attributeValue"] = json!("60");
        let answer = self.asks("SetVariables", json!({"setVariableData": [set]}));
        assert_eq!(answer["setVariableResult"][0]["attributeStatus"], "Accepted", "{answer}");
        let answer = self.asks("GetVariables", json!({"getVariableData": [place]}));
        assert_eq!(answer["getVariableResult"][0]["attributeValue"], "60", "{answer}");
    }

    /// Starts a transaction; its id on the wire.
    fn starts(&mut self) -> Value {
        if self.is_v16() {
            self.accepts("RemoteStartTransaction", json!({"connectorId": 1, "idTag": "TESTTAG1"}));
        } else {
            let token = json!({"idToken": "TESTTAG1", "type": "Central"});
            self.accepts("RequestStartTransaction", json!({"evseId": 1, "remoteStartId": 5, "idToken": token}));
        }
        let since = self.since;
        let started = |line: &Value| line["event"] == "transaction" && line["number"].as_u64() > Some(since);
        let started = self.endpoint.take("a transaction", started);
        assert_eq!((&started["state"], &started["id_tag"]), (&json!("started"), &json!("TESTTAG1")), "{started}");
        if self.is_v16() {
            return started["transaction"].clone();
        }
        let told = self.hears("TransactionEvent");
        assert_eq!(told["eventType"], "Started");
        told["transactionInfo"]["transactionId"].clone()
    }

    fn limit(&mut self, amps: u32) {
        let mut profile = json!({"stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative"});
        let mut schedule =
            json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}]});
        let payload = if self.is_v16() {
            profile["chargingProfileId"] = json!(3);
            profile["chargingSchedule"] = schedule;
            json!({"connectorId": 0, "csChargingProfiles": profile})
        } else {
            profile["id"] = json!(3);
            schedule["id"] = json!(1);
            profile["chargingSchedule"] = json!([schedule]);
            json!({"evseId": 0, "chargingProfile": profile})
        };
        self.accepts("SetChargingProfile", payload);
        self.draws(amps);
    }

    /// 6, 16 and 32 A, what it makes of it, and without a limit again.
    fn limits(&mut self) {
        for amps in [6, 16, 32] {
            self.limit(amps);
        }
        self.limit(8);
        let evse = if self.is_v16() { "connectorId" } else { "evseId" };
        let composite = self.asks("GetCompositeSchedule", json!({evse: 1, "duration": 60, "chargingRateUnit": "A"}));
        let schedule = if self.is_v16() { "chargingSchedule" } else { "schedule" };
        let limit = &composite[schedule]["chargingSchedulePeriod"][0]["limit"];
        assert_eq!(limit.as_f64(), Some(8.0), "{}: {composite}", self.peer.on);
        let id = if self.is_v16() { "id" } else { "chargingProfileId" };
        if !self.is_v16() {
            self.accepts("GetChargingProfiles", json!({"requestId": 8, "chargingProfile": {"chargingProfileId": [3]}}));
            let report = self.hears("ReportChargingProfiles");
            assert_eq!((&report["requestId"], &report["chargingProfile"][0]["id"]), (&json!(8), &json!(3)), "{report}");
        }
        self.accepts("ClearChargingProfile", json!({id: 3}));
        self.draws(32);
    }

    fn triggers(&mut self) {
        let last = if self.is_v16() { "BootNotification" } else { "TransactionEvent" };
        for message in ["StatusNotification", "MeterValues", "Heartbeat", last] {
            let mut payload = json!({"requestedMessage": message});
            if !self.is_v16() {
                payload["evse"] = json!({"id": 1, "connectorId": 1});
            }
            self.accepts("TriggerMessage", payload);
            self.hears(message);
        }
        if !self.is_v16() {
            // F06.FR.17: not once it is accepted.
            let answer = self.asks("TriggerMessage", json!({"requestedMessage": "BootNotification"}));
            assert_eq!(answer["status"], "Rejected", "{answer}");
        }
    }

    fn stops(&mut self, transaction: &Value) {
        let action = if self.is_v16() { "RemoteStopTransaction" } else { "RequestStopTransaction" };
        self.accepts(action, json!({"transactionId": transaction}));
        let what = format!("{}: the transaction's end", self.peer.on);
        let stopped = self.endpoint.take(&what, |line| line["event"] == "transaction" && line["state"] == "stopped");
        assert_eq!(stopped["reason"], "Remote", "{stopped}");
    }

    fn logs(&mut self) {
        let told = |bench: &mut Self, action: &str| {
            for status in ["Uploading", "Uploaded"] {
                assert_eq!(bench.hears(action)["status"], status);
            }
        };
        if self.is_v16() {
            let answer = self.asks("GetDiagnostics", json!({"location": "ftp://127.0.0.1/none"}));
            assert_eq!(answer["fileName"], "diagnostics.zip");
            told(self, "DiagnosticsStatusNotification");
        }
        let log = json!({"remoteLocation": "ftp://127.0.0.1/none"});
        self.accepts("GetLog", json!({"logType": "DiagnosticsLog", "requestId": 9, "log": log}));
        told(self, "LogStatusNotification");
    }

    /// It is reset, and comes back.
    fn resets(&mut self) {
        let kind = if self.is_v16() { "Soft" } else { "Immediate" };
        self.accepts("Reset", json!({"type": kind}));
        for event in ["disconnected", "connected", "booted"] {
            let since = self.since;
            let what = format!("{}: {event}", self.peer.on);
            self.endpoint.take(&what, |line| line["event"] == event && line["number"].as_u64() > Some(since));
        }
        let boot = self.hears("BootNotification");
        assert!(self.is_v16() || boot["reason"] == "RemoteReset", "{boot}");
    }
}

fn exercise(peer: Peer) {
    exercise_over(peer, Way::Plain, |_| {});
}

/// All of it; `looks` at how it came in first.
pub fn exercise_over(peer: Peer, way: Way, looks: fn(&mut Bench)) {
    let mut bench = Bench::set(peer, way);
    looks(&mut bench);
    bench.configuration();
    let transaction = bench.starts();
    bench.draws(32);
    bench.limits();
    bench.triggers();
    bench.stops(&transaction);
    bench.logs();
    bench.resets();
    let ended = bench.endpoint.stop();
    let accused: Vec<&Value> = ended.lines.iter().filter(|line| line["event"] == "deviation").collect();
    assert!(accused.is_empty(), "{}: it broke no rule: {accused:#?}", peer.on);
    peer.accuses_nobody(&bench.said.iter().collect::<Vec<_>>());
}

#[test]
fn charge_points_of_others_on_1_6_do_what_they_are_told() {
    each("1.6", exercise);
}

#[test]
fn charging_stations_of_others_on_2_0_1_do_what_they_are_told() {
    each("2.0.1", exercise);
}

#[test]
fn charging_stations_of_others_on_2_1_do_what_they_are_told() {
    each("2.1", exercise);
}
