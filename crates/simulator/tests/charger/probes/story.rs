//! A short story at one charger, in whatever version it speaks: what is done is the same, the words are the version's.

use crate::bench::{Answer, Bench};
use chargehand_simulator::{Act, Behaviour};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How long a car gets to follow a limit, in seconds.
const FOLLOWS: i64 = 15;
/// How far a reading may lie above a limit that is followed, in amperes.
const TOLERANCE: f64 = 0.6;
/// The tag of most stories.
pub const TAG: &str = "TAG-1";

/// A limit to be set; by default 10 A for the transaction that runs.
#[derive(Clone)]
pub struct Limit {
    /// In the words of 1.6; 2.x has another one for the station's.
    pub purpose: &'static str,
    /// Connector or EVSE.
    pub place: i64,
    pub level: i64,
    pub kind: &'static str,
    pub unit: &'static str,
    /// Seconds from the start, and value.
    pub periods: Vec<(i64, f64)>,
    pub duration: Option<i64>,
}

impl Default for Limit {
    fn default() -> Self {
        Limit {
            purpose: "TxProfile",
            place: 1,
            level: 0,
            kind: "Relative",
            unit: "A",
            periods: vec![(0, 10.0)],
            duration: None,
        }
    }
}

impl Limit {
    /// A limit of the transaction, in amperes.
    pub fn of(amps: f64) -> Limit {
        Limit { periods: vec![(0, amps)], ..Limit::default() }
    }

    /// 10 A for every transaction, on a connector or on all.
    pub fn default_on(place: i64) -> Limit {
        Limit { purpose: "TxDefaultProfile", place, ..Limit::default() }
    }

    /// 10 A for the station. 2.x allows no Relative one.
    pub fn of_station(it: &Behaviour) -> Limit {
        let kind = if it.version.is_v2() { "Absolute" } else { "Relative" };
        Limit { purpose: "ChargePointMaxProfile", place: 0, kind, ..Limit::default() }
    }
}

/// One value that was read.
pub struct Sample {
    pub measurand: Option<String>,
    pub unit: Option<String>,
    pub value: f64,
}

pub struct Story {
    pub bench: Bench,
    is_v2: bool,
}

impl Story {
    /// A charger that booted, with no car.
    pub fn idle(it: &Behaviour) -> Story {
        let behaviour = Behaviour { plugged: false, starts_by_itself: false, ..it.clone() };
        let mut bench = Bench::new(behaviour);
        bench.faults = Some(Vec::new());
        bench.connect();
        Story { bench, is_v2: it.version.is_v2() }
    }

    /// A charger that booted, with a car that waits.
    pub fn plugged(it: &Behaviour) -> Story {
        let mut story = Story::idle(it);
        story.bench.plug();
        story
    }

    /// A charger with a car that charges.
    pub fn charging(it: &Behaviour) -> Story {
        let mut story = Story::plugged(it);
        story.start();
        story
    }

    /// Time passes. A charger that reboots connects again.
    pub fn run(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.bench.run(1);
            self.reboot_if_due();
        }
    }

    pub fn call(&mut self, action: &str, payload: Value) -> Answer {
        let answer = self.bench.call(action, payload);
        self.reboot_if_due();
        answer
    }

    fn reboot_if_due(&mut self) {
        if self.bench.charger.reboot_due(self.bench.now) {
            self.bench.disconnect();
            self.bench.connect();
        }
    }

    /// A start from afar; where nothing comes of it, the tag is presented.
    pub fn start(&mut self) {
        self.ask_start(TAG, Some(1));
        self.run(2);
        if !self.is_running() {
            self.bench.act(Act::Tag(TAG.into()));
        }
        self.run(FOLLOWS);
    }

    /// A start from afar.
    pub fn ask_start(&mut self, tag: &str, connector: Option<i64>) -> Answer {
        let (action, mut asked, place) = if self.is_v2 {
            let token = json!({ "idToken": tag, "type": "ISO14443" });
            ("RequestStartTransaction", json!({ "remoteStartId": 1, "idToken": token }), "evseId")
        } else {
            ("RemoteStartTransaction", json!({ "idTag": tag }), "connectorId")
        };
        if let Some(connector) = connector {
            asked[place] = json!(connector);
        }
        self.call(action, asked)
    }

    /// A stop from afar of the latest transaction.
    pub fn ask_stop(&mut self) -> Answer {
        let id = self.transaction();
        let action = if self.is_v2 { "RequestStopTransaction" } else { "RemoteStopTransaction" };
        self.call(action, json!({ "transactionId": id }))
    }

    /// What the endpoint knows the latest transaction by.
    pub fn transaction(&self) -> Value {
        match self.bench.all("TransactionEvent").last() {
            Some(event) => event["transactionInfo"]["transactionId"].clone(),
            None => json!(100 + self.began().len()),
        }
    }

    fn told(&self, action: &str, kind: &str) -> Vec<Value> {
        let events = self.bench.all("TransactionEvent").into_iter().filter(|event| event["eventType"] == kind);
        if self.is_v2 { events.collect() } else { self.bench.all(action) }
    }

    /// The transactions that were told to have begun.
    pub fn began(&self) -> Vec<Value> {
        self.told("StartTransaction", "Started")
    }

    /// The transactions that were told to have ended.
    pub fn ended(&self) -> Vec<Value> {
        self.told("StopTransaction", "Ended")
    }

    pub fn is_running(&self) -> bool {
        self.began().len() > self.ended().len()
    }

    pub fn boots(&self) -> usize {
        self.bench.all("BootNotification").len()
    }

    /// Sets a limit and gives the car time.
    pub fn set(&mut self, limit: &Limit) -> Answer {
        let answer = self.set_at_once(limit);
        self.run(FOLLOWS);
        answer
    }

    /// Sets a limit.
    pub fn set_at_once(&mut self, limit: &Limit) -> Answer {
        let (place, profile) =
            if self.is_v2 { ("evseId", self.written_v2(limit)) } else { ("connectorId", self.written(limit)) };
        let field = if self.is_v2 { "chargingProfile" } else { "csChargingProfiles" };
        self.call("SetChargingProfile", json!({ place: limit.place, field: profile }))
    }

    fn written(&self, limit: &Limit) -> Value {
        let period = |(start, value): &(i64, f64)| json!({ "startPeriod": start, "limit": value, "numberPhases": 1 });
        let periods: Vec<Value> = limit.periods.iter().map(period).collect();
        let mut schedule = json!({ "chargingRateUnit": limit.unit, "chargingSchedulePeriod": periods });
        if let Some(duration) = limit.duration {
            schedule["duration"] = json!(duration);
        }
        if limit.kind != "Relative" {
            schedule["startSchedule"] = json!((self.bench.now - SignedDuration::from_secs(60)).to_string());
        }
        let mut profile = json!({
            "chargingProfileId": 10 + limit.level,
            "stackLevel": limit.level,
            "chargingProfilePurpose": limit.purpose,
            "chargingProfileKind": limit.kind,
            "chargingSchedule": schedule,
        });
        if limit.kind == "Recurring" {
            profile["recurrencyKind"] = json!("Daily");
        }
        profile
    }

    fn written_v2(&self, limit: &Limit) -> Value {
        let mut profile = self.written(limit);
        let fields = profile.as_object_mut().unwrap();
        fields.insert("id".into(), json!(10 + limit.level));
        fields.remove("chargingProfileId");
        let mut schedule = fields["chargingSchedule"].take();
        schedule["id"] = json!(1);
        fields.insert("chargingSchedule".into(), json!([schedule]));
        match limit.purpose {
            "ChargePointMaxProfile" => profile["chargingProfilePurpose"] = json!("ChargingStationMaxProfile"),
            "TxProfile" => profile["transactionId"] = self.transaction(),
            _ => {}
        }
        profile
    }

    /// Whether a limit of one period in amperes is taken and followed; nothing when it is not taken, or nobody knows.
    pub fn follows(&mut self, limit: &Limit) -> Option<bool> {
        let is_taken = self.set(limit).status() == "Accepted";
        let amps = self.amps()?;
        is_taken.then_some(amps <= limit.periods[0].1 + TOLERANCE)
    }

    /// What a triggered reading shows; empty when none comes.
    pub fn reading(&mut self) -> Vec<Sample> {
        let before = self.bench.said.len();
        self.call("TriggerMessage", json!({ "requestedMessage": "MeterValues" }));
        let said = self.bench.said[before..].iter().find(|said| said.action == "MeterValues");
        said.map_or(Vec::new(), |said| samples(&said.payload))
    }

    /// What flows on each phase in use; nothing when the meter does not tell.
    pub fn amps(&mut self) -> Option<f64> {
        let reading = self.reading();
        let find = |measurand: &str| reading.iter().find(|it| it.measurand.as_deref() == Some(measurand));
        if let Some(current) = find("Current.Import") {
            return Some(current.value);
        }
        let power = find("Power.Active.Import")?;
        let factor = if power.unit.as_deref() == Some("kW") { 1000.0 } else { 1.0 };
        Some(power.value * factor / 230.0)
    }

    /// A setting of its own: the key in 1.6, component and variable in 2.x.
    pub fn change(&mut self, key: &str, place: (&str, &str), value: &str) -> String {
        if !self.is_v2 {
            return self.call("ChangeConfiguration", json!({ "key": key, "value": value })).status().to_owned();
        }
        let (component, variable) = (json!({ "name": place.0 }), json!({ "name": place.1 }));
        let data = json!({ "component": component, "variable": variable, "attributeValue": value });
        let Answer::Result(answer) = self.call("SetVariables", json!({ "setVariableData": [data] })) else {
            return "no result".into();
        };
        answer["setVariableResult"][0]["attributeStatus"].as_str().unwrap().to_owned()
    }
}

/// The samples of one message.
pub fn samples(message: &Value) -> Vec<Sample> {
    let read = |sample: &Value| {
        let text = |place: &str| sample.pointer(place).and_then(Value::as_str).map(str::to_owned);
        Sample {
            measurand: text("/measurand"),
            unit: text("/unit").or(text("/unitOfMeasure/unit")),
            value: sample["value"].as_f64().or(sample["value"].as_str().and_then(|it| it.parse().ok())).unwrap(),
        }
    };
    message["meterValue"][0]["sampledValue"].as_array().map_or(Vec::new(), |samples| samples.iter().map(read).collect())
}

/// What the official schemas find in a session from the boot to the stop, with a limit in it.
pub fn faults_of_a_session(it: &Behaviour) -> Vec<String> {
    let mut story = Story::charging(it);
    story.set(&Limit::default());
    story.reading();
    story.ask_stop();
    story.run(30);
    story.bench.unplug();
    story.bench.faults.unwrap_or_default()
}
