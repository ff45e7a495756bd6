//! Our simulated chargers at endpoints that others wrote (`tests/engine/peers/*_endpoint.*`): a charger by the book has to
//! be one for them, too. Each endpoint holds every message, both ways, against the official schemas.

use std::collections::VecDeque;
use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::Receiver;

use serde_json::{Value, json};

use super::{node, python, rust};
use crate::program::{PATIENCE, Program, Running, lines};

/// What an endpoint is built on, and which versions it speaks.
struct Kind {
    on: &'static str,
    program: fn() -> Command,
    versions: &'static [&'static str],
}

static KINDS: &[Kind] = &[
    Kind { on: "PyPI ocpp", program: || python("py_endpoint.py"), versions: &["1.6", "2.0.1", "2.1"] },
    Kind { on: "npm ocpp-rpc", program: || node("rpc_endpoint.mjs"), versions: &["1.6", "2.0.1"] },
    Kind { on: "crate ocpp-kit", program: || rust("endpoint"), versions: &["1.6", "2.0.1", "2.1"] },
];

/// A simulated charger at an endpoint of others.
struct Visit {
    on: &'static str,
    v16: bool,
    orders: ChildStdin,
    said: Receiver<String>,
    /// What the charger said since the last call to it.
    came: VecDeque<(String, Value)>,
    faults: Vec<Value>,
    calls: usize,
    _endpoint: Running,
    _charger: Program,
}

impl Visit {
    fn begins(kind: &Kind, version: &str) -> Self {
        let mut command = (kind.program)();
        command.args(["--version", version]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = lines(child.stdout.take().expect("piped"));
        let orders = child.stdin.take().expect("piped");
        let endpoint = Running(child);
        let first: Value = serde_json::from_str(&said.recv_timeout(PATIENCE).expect("it listens")).expect("JSON");
        let url = format!("ws://127.0.0.1:{}", first["listening"]);
        // faster than real time: most of it is waiting for the pilot, which changes each five seconds at most
        let options = ["--version", version, "--plugged", "--meter-interval", "1", "--speed", "4"];
        let charger = Program::simulate(&url, "CP1", &options);
        Self {
            on: kind.on,
            v16: version == "1.6",
            orders,
            said,
            came: VecDeque::new(),
            faults: Vec::new(),
            calls: 0,
            _endpoint: endpoint,
            _charger: charger,
        }
    }

    /// The next line that is an answer to a call, or else one of what the charger said.
    fn next(&mut self, what: &str, answer: bool) -> Value {
        loop {
            let text = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{}: {what}: nothing", self.on));
            let line: Value = serde_json::from_str(&text).expect("JSON");
            if line.get("fault").is_some() {
                self.faults.push(line.clone());
            }
            if let Some(action) = line["came"].as_str() {
                self.came.push_back((action.to_owned(), line["payload"].clone()));
            }
            let is_answer = line.get("answer").or(line.get("error")).is_some();
            if if answer { is_answer } else { line["came"].is_string() } {
                return line;
            }
        }
    }

    /// Calls the charger; its answer. What was said before is not waited for any more.
    fn asks(&mut self, action: &str, payload: Value) -> Value {
        self.came.clear();
        writeln!(self.orders, "{}", json!({"action": action, "payload": payload})).expect("it listens");
        self.calls += 1;
        let line = self.next(action, true);
        line.get("answer").unwrap_or_else(|| panic!("{}: {action} {payload}: {line}", self.on)).clone()
    }

    /// The same where this status is the answer.
    fn gets(&mut self, status: &str, action: &str, payload: Value) {
        let answer = self.asks(action, payload.clone());
        assert_eq!(answer["status"], status, "{}: {action} {payload}: {answer}", self.on);
    }

    fn accepts(&mut self, action: &str, payload: Value) {
        self.gets("Accepted", action, payload);
    }

    /// Waits for something the charger says.
    fn hears(&mut self, action: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            while let Some((said, payload)) = self.came.pop_front() {
                if said == action && fits(&payload) {
                    return payload;
                }
            }
            self.next(action, false);
        }
    }

    /// The event of a transaction, whatever the version calls it; its name.
    fn starts(&mut self) -> Value {
        if self.v16 {
            self.hears("StartTransaction", |_| true);
            return json!(4711);
        }
        let event = self.hears("TransactionEvent", |event| event["eventType"] == "Started");
        event["transactionInfo"]["transactionId"].clone()
    }

    fn ends(&mut self, id: &Value) {
        if self.v16 {
            let end = self.hears("StopTransaction", |_| true);
            assert_eq!((&end["transactionId"], &end["reason"]), (id, &json!("Remote")), "{}", self.on);
        } else {
            let end = self.hears("TransactionEvent", |event| event["eventType"] == "Ended");
            let info = &end["transactionInfo"];
            assert_eq!((&info["transactionId"], &info["stoppedReason"]), (id, &json!("Remote")), "{}", self.on);
        }
    }

    /// Waits for a reading of the transaction that shows this current.
    fn draws(&mut self, amps: f64) {
        let action = if self.v16 { "MeterValues" } else { "TransactionEvent" };
        self.hears(action, |said| {
            let samples = said["meterValue"][0]["sampledValue"].as_array().cloned().unwrap_or_default();
            let current = samples.iter().find(|sample| sample["measurand"] == "Current.Import");
            let shown = current.and_then(|it| it["value"].as_f64().or_else(|| it["value"].as_str()?.parse().ok()));
            shown.is_some_and(|shown| (shown - amps).abs() < 0.05)
        });
    }

    fn boots(&mut self) {
        let boot = self.hears("BootNotification", |_| true);
        let vendor = if self.v16 { &boot["chargePointVendor"] } else { &boot["chargingStation"]["vendorName"] };
        assert_eq!(vendor, "Chargehand", "{}: {boot}", self.on);
        self.hears("StatusNotification", |_| true);
    }

    fn configuration(&mut self) {
        if self.v16 {
            let all = self.asks("GetConfiguration", json!({}));
            assert!(all["configurationKey"].as_array().is_some_and(|keys| keys.len() > 20), "{}: {all}", self.on);
            return self.accepts("ChangeConfiguration", json!({"key": "HeartbeatInterval", "value": "60"}));
        }
        self.accepts("GetBaseReport", json!({"requestId": 1, "reportBase": "FullInventory"}));
        let part = self.hears("NotifyReport", |_| true);
        assert_eq!((&part["requestId"], &part["seqNo"]), (&json!(1), &json!(0)), "{}", self.on);
        self.hears("NotifyReport", |part| part["tbc"] != true);
        let place = json!({"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}});
        let mut set = place.clone();
        set["attributeValue"] = json!("60");
        self.asks("SetVariables", json!({"setVariableData": [set]}));
        let got = self.asks("GetVariables", json!({"getVariableData": [place]}));
        assert_eq!(got["getVariableResult"][0]["attributeValue"], "60", "{}: {got}", self.on);
    }

    /// A profile with one period, as its version writes it.
    fn profile(&self, id: i64, purpose: &str, amps: f64, transaction: Option<&Value>) -> Value {
        let mut profile =
            json!({"stackLevel": 0, "chargingProfilePurpose": purpose, "chargingProfileKind": "Relative"});
        let mut schedule =
            json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}]});
        if purpose.contains("Max") {
            profile["chargingProfileKind"] = json!("Absolute");
            schedule["startSchedule"] = json!("2026-01-01T00:00:00Z");
        }
        if let Some(transaction) = transaction {
            profile["transactionId"] = transaction.clone();
        }
        if self.v16 {
            profile["chargingProfileId"] = json!(id);
            profile["chargingSchedule"] = schedule;
        } else {
            profile["id"] = json!(id);
            schedule["id"] = json!(1);
            profile["chargingSchedule"] = json!([schedule]);
        }
        profile
    }

    fn limit(&mut self, connector: i64, profile: Value) {
        let payload = if self.v16 {
            json!({"connectorId": connector, "csChargingProfiles": profile})
        } else {
            json!({"evseId": connector, "chargingProfile": profile})
        };
        self.accepts("SetChargingProfile", payload);
    }

    fn limits(&mut self, transaction: &Value) {
        let (place, id) = if self.v16 { ("connectorId", "id") } else { ("evseId", "chargingProfileId") };
        for amps in [6.0, 16.0, 20.0] {
            self.limit(0, self.profile(1, "TxDefaultProfile", amps, None));
            self.draws(amps);
        }
        self.limit(1, self.profile(2, "TxProfile", 10.5, Some(transaction)));
        self.draws(10.5);
        let station = if self.v16 { "ChargePointMaxProfile" } else { "ChargingStationMaxProfile" };
        self.limit(0, self.profile(3, station, 8.0, None));
        self.draws(8.0);
        let composite = self.asks("GetCompositeSchedule", json!({place: 1, "duration": 600, "chargingRateUnit": "A"}));
        let schedule = &composite[if self.v16 { "chargingSchedule" } else { "schedule" }];
        assert_eq!(schedule["chargingSchedulePeriod"][0]["limit"].as_f64(), Some(8.0), "{}: {composite}", self.on);
        if !self.v16 {
            self.accepts("GetChargingProfiles", json!({"requestId": 2, "chargingProfile": {}}));
            self.hears("ReportChargingProfiles", |part| part["tbc"] != true);
        }
        for (profile, left) in [(3, 10.5), (2, 20.0), (1, 32.0)] {
            self.accepts("ClearChargingProfile", json!({id: profile}));
            self.draws(left);
        }
        self.gets("Unknown", "ClearChargingProfile", json!({id: 1}));
    }

    fn triggers(&mut self) {
        for message in ["StatusNotification", "MeterValues", "Heartbeat"] {
            let place = if self.v16 { ("connectorId", json!(1)) } else { ("evse", json!({"id": 1, "connectorId": 1})) };
            self.accepts("TriggerMessage", json!({"requestedMessage": message, place.0: place.1}));
            self.hears(message, |_| true);
        }
    }

    fn stops(&mut self, transaction: &Value) {
        let action = if self.v16 { "RemoteStopTransaction" } else { "RequestStopTransaction" };
        self.accepts(action, json!({"transactionId": transaction}));
        self.ends(transaction);
    }

    fn starts_remotely(&mut self) -> Value {
        if self.v16 {
            self.accepts("RemoteStartTransaction", json!({"connectorId": 1, "idTag": "TESTTAG1"}));
        } else {
            let token = json!({"idToken": "TESTTAG1", "type": "Central"});
            self.accepts("RequestStartTransaction", json!({"evseId": 1, "remoteStartId": 5, "idToken": token}));
        }
        self.starts()
    }

    /// Switched off during a transaction: only when that is over.
    fn availability(&mut self, transaction: &Value) {
        let switch = |v16: bool, to: &str| {
            if v16 { json!({"connectorId": 0, "type": to}) } else { json!({"operationalStatus": to}) }
        };
        self.gets("Scheduled", "ChangeAvailability", switch(self.v16, "Inoperative"));
        self.stops(transaction);
        let word = if self.v16 { "status" } else { "connectorStatus" };
        self.hears("StatusNotification", |status| status[word] == "Unavailable");
        self.accepts("ChangeAvailability", switch(self.v16, "Operative"));
    }

    /// The rest of what a platform asks of every charger.
    fn small_things(&mut self) {
        self.accepts("ClearCache", json!({}));
        self.gets("UnknownVendorId", "DataTransfer", json!({"vendorId": "none"}));
        let version = self.asks("GetLocalListVersion", json!({}));
        assert_eq!(version[if self.v16 { "listVersion" } else { "versionNumber" }], 0, "{}: {version}", self.on);
        let log = json!({"remoteLocation": "http://127.0.0.1:1/none"});
        self.accepts("GetLog", json!({"logType": "DiagnosticsLog", "requestId": 9, "log": log}));
        self.hears("LogStatusNotification", |told| told["status"] == "UploadFailure");
        if self.v16 {
            let list = json!([{"idTag": "A", "idTagInfo": {"status": "Accepted"}}]);
            let list = json!({"listVersion": 1, "updateType": "Full", "localAuthorizationList": list});
            self.accepts("SendLocalList", list);
            self.gets("Unlocked", "UnlockConnector", json!({"connectorId": 1}));
            let roots = json!({"certificateType": "CentralSystemRootCertificate"});
            self.gets("NotFound", "GetInstalledCertificateIds", roots);
        } else {
            let token = json!({"idToken": "A", "type": "Central"});
            let list = json!([{"idToken": token, "idTokenInfo": {"status": "Accepted"}}]);
            let list = json!({"versionNumber": 1, "updateType": "Full", "localAuthorizationList": list});
            self.accepts("SendLocalList", list);
            self.gets("Unlocked", "UnlockConnector", json!({"evseId": 1, "connectorId": 1}));
            self.gets("NotFound", "GetInstalledCertificateIds", json!({}));
            let status = self.asks("GetTransactionStatus", json!({}));
            assert_eq!(status["messagesInQueue"], false, "{}: {status}", self.on);
        }
    }

    fn resets(&mut self) {
        self.accepts("Reset", json!({"type": if self.v16 { "Soft" } else { "Immediate" }}));
        self.boots();
    }
}

/// All of it, at one endpoint.
fn visit(kind: &Kind, version: &str) {
    let mut visit = Visit::begins(kind, version);
    visit.boots();
    // it begins by itself, and what comes before a call is not waited for after it
    let own = visit.starts();
    visit.configuration();
    visit.draws(32.0);
    visit.stops(&own);
    let transaction = visit.starts_remotely();
    visit.draws(32.0);
    visit.limits(&transaction);
    visit.triggers();
    visit.availability(&transaction);
    visit.small_things();
    visit.resets();
    assert!(visit.faults.is_empty(), "{} on {version}: {:#?}", kind.on, visit.faults);
    assert!(visit.calls >= 25, "{} on {version}: {}", kind.on, visit.calls);
}

/// Visits every endpoint of a version, all at the same time: most of it is waiting.
fn each(version: &str) {
    let chosen: Vec<&Kind> = KINDS.iter().filter(|kind| kind.versions.contains(&version)).collect();
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let running: Vec<_> = chosen.iter().map(|kind| (kind.on, scope.spawn(|| visit(kind, version)))).collect();
        running.into_iter().filter_map(|(on, thread)| thread.join().is_err().then_some(on)).collect()
    });
    assert!(failed.is_empty(), "see above for {failed:?}");
}

#[test]
fn a_simulated_1_6_charger_is_one_for_endpoints_of_others() {
    each("1.6");
}

#[test]
fn a_simulated_2_0_1_charger_is_one_for_endpoints_of_others() {
    each("2.0.1");
}

#[test]
fn a_simulated_2_1_charger_is_one_for_endpoints_of_others() {
    each("2.1");
}
