//! A charger on the bench: the time is told, the endpoint answers like a friendly one, every frame is checked.

use crate::schemas;
use chargehand_simulator::{Act, Behaviour, Panel, SimulatedCharger, Version};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// When every story starts.
pub const START: &str = "2026-11-22T00:00:00Z";

/// What came of a call to the charger.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Result(Value),
    Error(String),
    Silence,
}

impl Answer {
    /// The status of a result, or what came instead of it.
    pub fn status(&self) -> &str {
        match self {
            Answer::Result(payload) => payload["status"].as_str().unwrap_or("no status"),
            Answer::Error(code) => code,
            Answer::Silence => "silence",
        }
    }
}

/// A call the charger made.
#[derive(Debug, Clone)]
pub struct Said {
    pub action: String,
    pub payload: Value,
}

/// When the power is cut: at which of the frames that the charger sends or receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// This one is on the way, and never arrives.
    Lost(usize),
    /// This one has arrived at the endpoint.
    Sent(usize),
    /// This one has arrived at the charger, and what it does about it is done.
    Received(usize),
}

pub struct Bench {
    pub charger: SimulatedCharger,
    pub now: Timestamp,
    /// Every call the charger made, in order.
    pub said: Vec<Said>,
    /// The endpoint's answer to the boot, and its interval in seconds.
    pub boot: (&'static str, i64),
    /// The endpoint's answer to an idTag.
    pub id_tag: &'static str,
    /// The idTags that it refuses whatever its answer to others.
    pub refused: Vec<&'static str>,
    /// Whether the endpoint answers at all.
    pub answers: bool,
    /// The endpoint's answer to a charger that pulls a limit (2.1).
    pub update: Value,
    /// The latest call that was left without an answer.
    pub unanswered: Option<Value>,
    /// The charger is one that makes its calls without waiting for answers.
    does_not_wait: bool,
    pub cut: Option<Cut>,
    /// How many frames it sent and received.
    pub sent: usize,
    pub received: usize,
    /// When the power was cut, and whether a transaction ran then.
    pub was_cut: Option<(Timestamp, bool)>,
    outstanding: Option<Timestamp>,
    last_call: u64,
    transactions: i64,
    /// Schema faults the story expects; any other fails it.
    pub expected_fault: Option<&'static str>,
    /// Schema faults of a story that expects any; nothing in one that fails with the first.
    pub faults: Option<Vec<String>>,
}

impl Bench {
    /// A charger with power, not yet connected.
    pub fn new(behaviour: Behaviour) -> Bench {
        let now: Timestamp = START.parse().unwrap();
        let expected_fault = behaviour.deviates.identity.leaves_out_zone.then_some("date-time");
        Bench {
            does_not_wait: behaviour.connects.does_not_wait,
            charger: SimulatedCharger::new(behaviour, now),
            now,
            said: Vec::new(),
            boot: ("Accepted", 300),
            id_tag: "Accepted",
            refused: Vec::new(),
            answers: true,
            update: json!({}),
            unanswered: None,
            cut: None,
            sent: 0,
            received: 0,
            was_cut: None,
            outstanding: None,
            last_call: 0,
            transactions: 0,
            expected_fault,
            faults: None,
        }
    }

    /// A charger that booted.
    pub fn booted(behaviour: Behaviour) -> Bench {
        let mut bench = Bench::new(behaviour);
        bench.connect();
        bench
    }

    /// A charger with a car that has been charging for ten seconds.
    pub fn charging(behaviour: Behaviour) -> Bench {
        let mut bench = Bench::booted(Behaviour { plugged: true, starts_by_itself: true, ..behaviour });
        bench.run(10);
        assert!(bench.transactions > 0, "the transaction started");
        bench
    }

    fn version(&self) -> Version {
        self.charger.version()
    }

    pub fn connect(&mut self) {
        self.outstanding = None;
        let frames = self.charger.connected(self.now);
        self.take(frames);
    }

    pub fn disconnect(&mut self) {
        self.charger.disconnected(self.now);
    }

    pub fn plug(&mut self) {
        self.act(Act::Plug);
    }

    pub fn unplug(&mut self) {
        self.act(Act::Unplug);
    }

    /// Does something at the charger or around it.
    pub fn act(&mut self, act: Act) {
        let frames = self.charger.act(&act, self.now);
        self.take(frames);
    }

    pub fn panel(&self) -> Panel {
        self.charger.panel(self.now)
    }

    /// Lets time pass, tick by tick as the charger wants them.
    pub fn run(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        while self.now < end {
            let next = self.charger.next_tick();
            assert!(next > self.now, "the next tick lies ahead");
            self.now = next.min(end);
            let frames = self.charger.tick(self.now);
            self.take(frames);
        }
    }

    /// Calls the charger.
    pub fn call(&mut self, action: &str, payload: Value) -> Answer {
        assert_eq!(
            schemas::faults(self.version(), action, &payload),
            [""; 0],
            "the story sends what the schema allows"
        );
        self.call_unchecked(action, payload)
    }

    /// Calls the charger with what no schema allows, or knows.
    pub fn call_unchecked(&mut self, action: &str, payload: Value) -> Answer {
        self.last_call += 1;
        let id = format!("bench-{}", self.last_call);
        let mut frames = self.charger.receive(&json!([2, id, action, payload]).to_string(), self.now);
        self.received += 1;
        if self.is_cut(Cut::Received(self.received)) {
            return Answer::Silence;
        }
        let is_answer = |frame: &String| serde_json::from_str::<Value>(frame).unwrap()[1] == id;
        let answer = frames.iter().position(is_answer).map(|place| {
            assert_eq!(place, 0, "the answer comes first");
            serde_json::from_str::<Value>(&frames.remove(0)).unwrap()
        });
        self.sent += usize::from(answer.is_some());
        if answer.is_some() && self.is_cut(Cut::Lost(self.sent)) {
            return Answer::Silence;
        }
        if answer.is_none() || !self.is_cut(Cut::Sent(self.sent)) {
            self.take(frames);
        }
        match answer {
            None => Answer::Silence,
            Some(answer) if answer[0] == 3 => {
                self.check(&format!("{action}Response"), &answer[2]);
                Answer::Result(answer[2].clone())
            }
            Some(answer) => {
                assert!(answer[0] == 4 && answer[3].is_string() && answer[4].is_object(), "{answer}");
                Answer::Error(answer[2].as_str().unwrap().to_owned())
            }
        }
    }

    /// Answers the outstanding call with an error; what the charger then sends is noted.
    pub fn refuse(&mut self, call: &Value) {
        self.outstanding = None;
        let frames = self.charger.receive(&json!([4, call[1], "InternalError", "", {}]).to_string(), self.now);
        self.take(frames);
    }

    /// Sends a raw text to the charger.
    pub fn send(&mut self, text: &str) -> Vec<String> {
        self.charger.receive(text, self.now)
    }

    /// Every call the charger made of one action.
    pub fn all(&self, action: &str) -> Vec<Value> {
        self.said.iter().filter(|said| said.action == action).map(|said| said.payload.clone()).collect()
    }

    /// The statuses of connector 1, in order.
    pub fn statuses(&self) -> Vec<String> {
        let of_connector = |status: &Value| status["connectorId"] == 1;
        let name = |status: Value| status["status"].as_str().unwrap().to_owned();
        self.all("StatusNotification").into_iter().filter(of_connector).map(name).collect()
    }

    /// The samples of a triggered reading; empty when none comes.
    pub fn reading(&mut self) -> Vec<Value> {
        let before = self.said.len();
        self.call("TriggerMessage", json!({ "requestedMessage": "MeterValues" }));
        let said = self.said[before..].iter().find(|said| said.action == "MeterValues");
        said.map_or(Vec::new(), |said| said.payload["meterValue"][0]["sampledValue"].as_array().unwrap().clone())
    }

    /// One value of a triggered reading.
    pub fn measure(&mut self, measurand: &str) -> f64 {
        let reading = self.reading();
        let sample = reading.iter().find(|sample| sample["measurand"] == measurand);
        sample.unwrap_or_else(|| panic!("{measurand} in {reading:?}"))["value"].as_str().unwrap().parse().unwrap()
    }

    /// What the meter shows on L1, in amperes.
    pub fn amps(&mut self) -> f64 {
        self.measure("Current.Import")
    }

    /// Sets a profile and gives the car time to follow.
    pub fn set(&mut self, connector: i64, profile: Value) -> String {
        let answer =
            self.call("SetChargingProfile", json!({ "connectorId": connector, "csChargingProfiles": profile }));
        self.run(10);
        answer.status().to_owned()
    }

    /// The charger's frames: checked, noted, and answered as far as the endpoint answers.
    pub fn take(&mut self, frames: Vec<String>) {
        let mut frames = VecDeque::from(frames);
        while let Some(frame) = frames.pop_front() {
            let frame: Value = serde_json::from_str(&frame).unwrap();
            self.sent += 1;
            if self.is_cut(Cut::Lost(self.sent)) {
                return;
            }
            if frame[0] == 6 {
                let action = frame[2].as_str().unwrap().to_owned();
                self.check(&action, &frame[3]);
                self.said.push(Said { action, payload: frame[3].clone() });
                continue;
            }
            assert_eq!(frame[0], 2, "an answer nobody asked for: {frame}");
            let patience = SignedDuration::from_secs(30);
            let is_alone =
                self.does_not_wait || self.outstanding.is_none_or(|since| self.now.duration_since(since) >= patience);
            assert!(is_alone, "one call at a time: {frame}");
            let action = frame[2].as_str().unwrap().to_owned();
            self.check(&action, &frame[3]);
            self.said.push(Said { action: action.clone(), payload: frame[3].clone() });
            self.outstanding = Some(self.now);
            self.unanswered = Some(frame.clone());
            if self.answers {
                self.outstanding = None;
                let answer = self.answer(&action, &frame[3]);
                self.check(&format!("{action}Response"), &answer);
                if self.is_cut(Cut::Sent(self.sent)) {
                    return;
                }
                let answer = json!([3, frame[1], answer]).to_string();
                frames.extend(self.charger.receive(&answer, self.now));
                self.received += 1;
                if self.is_cut(Cut::Received(self.received)) {
                    return;
                }
            }
        }
    }

    /// Whether the power is cut here; then it is.
    fn is_cut(&mut self, here: Cut) -> bool {
        let is_cut = self.cut.take_if(|cut| *cut == here).is_some();
        if is_cut {
            self.was_cut = Some((self.now, self.panel().transaction));
            assert_eq!(self.charger.act(&Act::Breaker { on: false }, self.now), [""; 0]);
        }
        is_cut
    }

    fn answer(&mut self, action: &str, asked: &Value) -> Value {
        let time = self.now.to_string();
        let tag = asked["idTag"].as_str().or(asked["idToken"]["idToken"].as_str());
        let is_refused = tag.is_some_and(|tag| self.refused.contains(&tag));
        let info = json!({ "status": if is_refused { "Invalid" } else { self.id_tag } });
        match action {
            "BootNotification" => json!({ "status": self.boot.0, "interval": self.boot.1, "currentTime": time }),
            "Heartbeat" => json!({ "currentTime": time }),
            "Authorize" if self.version().is_v2() => json!({ "idTokenInfo": info }),
            "Authorize" => json!({ "idTagInfo": info }),
            "StartTransaction" => {
                self.transactions += 1;
                json!({ "transactionId": 100 + self.transactions, "idTagInfo": info })
            }
            "TransactionEvent" => {
                self.transactions += i64::from(asked["eventType"] == "Started");
                if asked["idToken"].is_object() { json!({ "idTokenInfo": info }) } else { json!({}) }
            }
            "SignCertificate" | "OpenPeriodicEventStream" => json!({ "status": "Accepted" }),
            "PullDynamicScheduleUpdate" => json!({ "status": "Accepted", "scheduleUpdate": self.update }),
            _ => json!({}),
        }
    }

    fn check(&mut self, name: &str, payload: &Value) {
        let mut faults = schemas::faults(self.version(), name, payload);
        if let Some(noted) = &mut self.faults {
            return noted.extend(faults);
        }
        faults.retain(|fault| self.expected_fault.is_none_or(|expected| !fault.contains(expected)));
        assert_eq!(faults, [""; 0], "{payload}");
    }
}

/// A profile in amperes with one period; further fields are merged over it.
pub fn profile(purpose: &str, level: i64, amps: f64, more: Value) -> Value {
    let mut profile = json!({
        "chargingProfileId": 10 + level,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": amps, "numberPhases": 1 }],
        },
    });
    merge(&mut profile, more);
    profile
}

/// Lays fields over a value.
pub fn merge(into: &mut Value, more: Value) {
    match more {
        Value::Object(more) if into.is_object() => {
            more.into_iter().for_each(|(field, value)| merge(&mut into[field.as_str()], value));
        }
        more => *into = more,
    }
}
