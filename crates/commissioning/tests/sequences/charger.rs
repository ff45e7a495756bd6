//! A small charger, quick and independent of the simulator: it keeps profiles as OCPP says (`shelf`), and answers as its
//! mood is.

use std::collections::VecDeque;
use std::time::Duration;

use chargehand_ocpp::Version;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::shelf::{Held, Shelf, WAITS, whole};

/// How it answers what changes or reads a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    ByTheBook,
    Rejects,
    NotSupported,
    Errs,
    /// An answer that means nothing; whether it did it is the flag.
    Garbage(bool),
    /// After we have given up.
    Late(bool),
    /// Never.
    Silent(bool),
    /// Twice, the second time the other way.
    Twice,
    /// By the book, but what it names as its limit is so many A.
    Names(u8),
    /// By the book, and then the connection ends.
    Leaves,
}

/// An answer in which all limits are that many A.
fn named(mut answer: Value, amps: u8) -> Value {
    let schedule = if answer[2]["schedule"].is_null() { "chargingSchedule" } else { "schedule" };
    if let Some(periods) = answer[2][schedule]["chargingSchedulePeriod"].as_array_mut() {
        periods.iter_mut().for_each(|period| period["limit"] = amps.into());
    }
    answer
}

/// A profile as a 2.x charger tells it, also where it came to it in 1.6.
fn in_2_x(held: &Held) -> Value {
    let mut profile = held.profile.clone();
    if let Some(fields) = profile.as_object_mut()
        && fields.remove("chargingProfileId").is_some()
    {
        let mut schedule = fields["chargingSchedule"].take();
        schedule["id"] = held.role.into();
        fields.insert("id".into(), held.id.into());
        fields.insert("chargingProfilePurpose".into(), held.purpose.clone().into());
        fields.insert("chargingSchedule".into(), json!([schedule]));
    }
    profile
}

/// What its meter values hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    EachPhase,
    Total,
    PowerOnly,
    Garbage,
    Old,
}

/// A charge that runs.
#[derive(Debug, Clone)]
pub struct Session {
    pub connector: i64,
    pub name: String,
    /// Our number of it, once we gave it one.
    pub number: Option<i64>,
    pub began: Timestamp,
    pub seq: i64,
}

#[derive(Debug)]
pub struct Charger {
    pub version: Version,
    pub ahead: SignedDuration,
    pub phases: u8,
    pub obeys: bool,
    pub shelf: Shelf,
    pub session: Option<Session>,
    pub mood: Mood,
    /// So many answers are still in that mood.
    pub moody: u8,
    pub meter: Meter,
    pub metering: bool,
    /// The most phases it has shown a current on since the charge began.
    pub shown_phases: u8,
    pub ended: Option<Session>,
    /// What it tells of itself: names and values.
    pub settings: Vec<(String, String)>,
    /// It lost its limits once, and nobody may know.
    pub forgot: bool,
    /// The connection ends once it has answered.
    pub leaves: bool,
    calls: u64,
    starting: Option<String>,
    /// Its last question for a dynamic limit: the message and the profile.
    pub pulled: Option<(String, i64)>,
    /// What it says next by itself.
    pub says: VecDeque<Value>,
}

type Answers = Vec<(Duration, Value)>;

impl Charger {
    pub fn new(version: Version, ahead: SignedDuration, phases: u8) -> Self {
        Self {
            version,
            ahead,
            phases,
            obeys: true,
            shelf: Shelf::default(),
            session: None,
            mood: Mood::ByTheBook,
            moody: 0,
            meter: Meter::EachPhase,
            metering: true,
            shown_phases: 0,
            ended: None,
            settings: Vec::new(),
            forgot: false,
            leaves: false,
            calls: 0,
            starting: None,
            pulled: None,
            says: VecDeque::new(),
        }
    }

    fn v2(&self) -> bool {
        self.version.is_v2()
    }

    /// Its clock is set: what is in it goes by that from now on.
    pub fn sets_its_clock(&mut self, ahead: SignedDuration) {
        let later = self.ahead - ahead;
        let moves = |at: &mut Option<Timestamp>| *at = at.map(|at| at.checked_add(later).unwrap());
        for held in &mut self.shelf.0 {
            [&mut held.begins, &mut held.valid_from, &mut held.valid_to].into_iter().for_each(moves);
        }
        self.ahead = ahead;
    }

    /// What its clock shows.
    pub fn shows(&self, now: Timestamp) -> String {
        let shown = now.checked_add(self.ahead).unwrap();
        shown.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }

    pub fn call(&mut self, action: &str, payload: Value) -> Value {
        self.calls += 1;
        json!([2, format!("c{}", self.calls), action, payload])
    }

    pub fn boots(&mut self) -> Value {
        let payload = match self.v2() {
            true => json!({"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}}),
            false => json!({"chargePointVendor": "Acme", "chargePointModel": "One"}),
        };
        self.call("BootNotification", payload)
    }

    pub fn status(&mut self, now: Timestamp) -> Value {
        let (at, busy) = (self.shows(now), self.session.is_some());
        let payload = match self.v2() {
            true => {
                let status = if busy { "Occupied" } else { "Available" };
                json!({"evseId": 1, "connectorId": 1, "connectorStatus": status, "timestamp": at})
            }
            false => {
                let status = if busy { "Charging" } else { "Available" };
                json!({"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": at})
            }
        };
        self.call("StatusNotification", payload)
    }

    /// A charge begins.
    pub fn begins(&mut self, tag: &str, connector: i64, now: Timestamp) {
        if self.session.is_some() {
            return;
        }
        self.calls += 1;
        let name = format!("tx{}", self.calls);
        self.session = Some(Session { connector, name: name.clone(), number: None, began: now, seq: 0 });
        self.shown_phases = 0;
        self.shelf.0.iter_mut().filter(|held| held.connector_of_session == Some(WAITS)).for_each(|held| {
            (held.connector_of_session, held.connector, held.set) = (Some(connector), connector, now);
        });
        let at = self.shows(now);
        let frame = match self.v2() {
            true => {
                let info = json!({"transactionId": name, "chargingState": "Charging"});
                let token = json!({"idToken": tag, "type": "Central"});
                self.call("TransactionEvent", json!({"eventType": "Started", "timestamp": at, "triggerReason": "Authorized", "seqNo": 0, "transactionInfo": info, "evse": {"id": connector, "connectorId": 1}, "idToken": token}))
            }
            false => self.call(
                "StartTransaction",
                json!({"connectorId": connector, "idTag": tag, "meterStart": 100, "timestamp": at}),
            ),
        };
        self.starting = frame[1].as_str().map(str::to_owned);
        self.says.push_back(frame);
    }

    /// The charge ends; its own limits end with it.
    pub fn ends(&mut self, now: Timestamp) {
        let Some(session) = self.session.take() else { return };
        self.shelf.0.retain(|held| held.connector_of_session.is_none_or(|c| c == WAITS));
        self.shown_phases = 0;
        self.ended = Some(session);
        self.says_the_end(now);
    }

    /// Tells, also a second time, that the last charge has ended.
    pub fn says_the_end(&mut self, now: Timestamp) {
        let Some(session) = self.ended.clone() else { return };
        let at = self.shows(now);
        let frame = match self.v2() {
            true => {
                let info = json!({"transactionId": session.name, "chargingState": "Idle", "stoppedReason": "Local"});
                self.call("TransactionEvent", json!({"eventType": "Ended", "timestamp": at, "triggerReason": "StopAuthorized", "seqNo": session.seq + 1, "transactionInfo": info}))
            }
            false => {
                let number = session.number.unwrap_or(0);
                self.call("StopTransaction", json!({"transactionId": number, "meterStop": 200, "timestamp": at}))
            }
        };
        self.says.push_back(frame);
    }

    /// What it measures, while it charges.
    pub fn measures(&mut self, now: Timestamp) -> Option<Value> {
        let session = self.session.clone()?;
        let limit = self.shelf.amps(now, Some((session.connector, session.began)), self.phases).unwrap_or(32.0);
        let amps = if self.obeys { limit.clamp(0.0, 32.0) } else { 32.0 };
        let amps = if amps < 6.0 { 0.0 } else { amps };
        let sampled: Vec<Value> = match self.meter {
            Meter::EachPhase | Meter::Old => {
                (1..=self.phases).map(|phase| self.sample("Current.Import", "A", amps, Some(phase))).collect()
            }
            Meter::Total => vec![self.sample("Current.Import", "A", amps, None)],
            Meter::PowerOnly => vec![self.sample("Power.Active.Import", "W", amps * 230.0, None)],
            Meter::Garbage => vec![json!({"value": "??", "measurand": 7}), json!(null)],
        };
        if matches!(self.meter, Meter::EachPhase | Meter::Old) && amps > 0.5 {
            self.shown_phases = self.phases;
        }
        let taken =
            if self.meter == Meter::Old { now.checked_sub(SignedDuration::from_secs(90)).unwrap() } else { now };
        let values = json!([{"timestamp": self.shows(taken), "sampledValue": sampled}]);
        let at = self.shows(now);
        let session = self.session.as_mut()?;
        session.seq += 1;
        let (name, seq, number) = (session.name.clone(), session.seq, session.number);
        let connector = session.connector;
        Some(match self.v2() {
            true => self.call("TransactionEvent", json!({"eventType": "Updated", "timestamp": at, "triggerReason": "MeterValuePeriodic", "seqNo": seq, "transactionInfo": {"transactionId": name, "chargingState": "Charging"}, "meterValue": values})),
            false => {
                let mut payload = json!({"connectorId": connector, "meterValue": values});
                number.into_iter().for_each(|number| payload["transactionId"] = number.into());
                self.call("MeterValues", payload)
            }
        })
    }

    /// Asks for the limit of a dynamic profile (2.1).
    pub fn pulls(&mut self) {
        let Some(id) = self.shelf.0.iter().find(|held| held.ours && held.kind == "Dynamic").map(|held| held.id) else {
            return;
        };
        let frame = self.call("PullDynamicScheduleUpdate", json!({ "chargingProfileId": id }));
        self.pulled = frame[1].as_str().map(|message| (message.to_owned(), id));
        self.says.push_back(frame);
    }

    /// The unit in which it reads the limit of a dynamic profile.
    pub fn unit_of(&self, id: Option<i64>) -> &str {
        self.shelf.0.iter().find(|held| Some(held.id) == id).map_or("A", |held| &held.unit)
    }

    fn sample(&self, measurand: &str, unit: &str, value: f64, phase: Option<u8>) -> Value {
        let mut sample = match self.v2() {
            true => json!({"value": value, "measurand": measurand, "unitOfMeasure": {"unit": unit}}),
            false => json!({"value": format!("{value:.1}"), "measurand": measurand, "unit": unit}),
        };
        phase.into_iter().for_each(|phase| sample["phase"] = format!("L{phase}").into());
        sample
    }

    /// A frame of ours arrives: what it answers, and after what time.
    pub fn receive(&mut self, frame: &Value, now: Timestamp) -> Answers {
        if frame[0] == 3 && self.starting.as_deref() == frame[1].as_str() {
            self.starting = None;
            let number = whole(&frame[2], "transactionId");
            self.session.iter_mut().for_each(|session| session.number = session.number.or(number));
        }
        let (2, Some(action)) = (frame[0].as_i64().unwrap_or(0), frame[2].as_str()) else { return Vec::new() };
        let touches_limits = action.contains("Profile") || action.contains("Schedule") || action.contains("Start");
        let mood = if touches_limits && self.moody > 0 { self.mood } else { Mood::ByTheBook };
        self.moody = self.moody.saturating_sub(u8::from(touches_limits));
        self.in_a_mood(mood, action, frame, now)
    }

    fn in_a_mood(&mut self, mood: Mood, action: &str, frame: &Value, now: Timestamp) -> Answers {
        let id = &frame[1];
        let at_once = |answer| vec![(Duration::ZERO, answer)];
        let error = |code: &str| json!([4, id, code, "", {}]);
        let refuses = matches!(mood, Mood::Rejects | Mood::NotSupported | Mood::Errs | Mood::Garbage(false))
            || matches!(mood, Mood::Late(false) | Mood::Silent(false));
        let done = !refuses;
        let did = if done { self.does(action, &frame[3], now) } else { None };
        let answer = match did {
            Some(payload) => json!([3, id, payload]),
            None if done => error("NotImplemented"),
            None => json!([3, id, {"status": "Rejected"}]),
        };
        match mood {
            Mood::ByTheBook | Mood::Rejects => at_once(answer),
            Mood::Twice => {
                let second = json!([3, id, {"status": "Rejected"}]);
                vec![(Duration::ZERO, answer), (Duration::from_millis(50), second)]
            }
            Mood::Names(amps) => at_once(named(answer, amps)),
            Mood::Leaves => {
                self.leaves = true;
                at_once(answer)
            }
            Mood::NotSupported => at_once(error("NotSupported")),
            Mood::Errs => at_once(error("InternalError")),
            Mood::Garbage(_) if self.calls.is_multiple_of(2) => at_once(json!([3, id, {"status": "Acepted?"}])),
            Mood::Garbage(_) => at_once(json!([3, id, null])),
            Mood::Late(_) => vec![(Duration::from_secs(20), answer)],
            Mood::Silent(_) => Vec::new(),
        }
    }

    /// Does what it is told; the answer's payload. `None`: it does not know this.
    fn does(&mut self, action: &str, payload: &Value, now: Timestamp) -> Option<Value> {
        let status = |is: bool| Some(json!({"status": if is { "Accepted" } else { "Rejected" }}));
        match action.to_ascii_lowercase().as_str() {
            "setchargingprofile" => status(self.takes(payload, now)),
            "clearchargingprofile" => {
                let cleared = self.shelf.clear(payload, self.v2());
                Some(json!({"status": if cleared { "Accepted" } else { "Unknown" }}))
            }
            "updatedynamicschedule" => status(self.updates(payload)),
            "remotestarttransaction" | "requeststarttransaction" => status(self.is_started(payload, now)),
            "remotestoptransaction" | "requeststoptransaction" => {
                let runs = self.session.is_some();
                self.ends(now);
                status(runs)
            }
            "triggermessage" => status(self.is_triggered(payload, now)),
            "getcompositeschedule" => Some(self.composite(payload, now)),
            "getchargingprofiles" => Some(self.lists(payload)),
            "changeconfiguration" | "reset" | "clearcache" => status(true),
            "getconfiguration" => {
                let keys =
                    self.settings.iter().map(|(key, value)| json!({"key": key, "readonly": false, "value": value}));
                Some(json!({"configurationKey": keys.collect::<Vec<_>>(), "unknownKey": []}))
            }
            "getbasereport" => {
                self.reports(payload, now);
                status(true)
            }
            "setvariables" => Some(
                json!({"setVariableResult": [{"attributeStatus": "Accepted", "component": {"name": "EVSE"}, "variable": {"name": "X"}}]}),
            ),
            _ => None,
        }
    }

    fn reports(&mut self, payload: &Value, now: Timestamp) {
        let variable = |(name, value): &(String, String)| {
            let (component, variable) = name.split_once('.').unwrap_or(("EVSE", name));
            json!({"component": {"name": component}, "variable": {"name": variable}, "variableAttribute": [{"value": value}]})
        };
        let all: Vec<Value> = self.settings.iter().map(variable).collect();
        let at = self.shows(now);
        let part =
            json!({"requestId": payload["requestId"], "generatedAt": at, "seqNo": 0, "tbc": false, "reportData": all});
        let frame = self.call("NotifyReport", part);
        self.says.push_back(frame);
    }

    fn takes(&mut self, payload: &Value, now: Timestamp) -> bool {
        let (profile, connector) = match self.v2() {
            true => (&payload["chargingProfile"], whole(payload, "evseId")),
            false => (&payload["csChargingProfiles"], whole(payload, "connectorId")),
        };
        let Some(mut held) = Held::read(profile, connector.unwrap_or(0), now, self.ahead) else { return false };
        if held.is_of_a_session() {
            held.connector_of_session = self.session.as_ref().map(|s| s.connector).filter(|c| *c == held.connector);
        }
        self.shelf.put(held, self.v2())
    }

    fn updates(&mut self, payload: &Value) -> bool {
        let update = &payload["scheduleUpdate"];
        let id = whole(payload, "chargingProfileId");
        let Some(held) = self.shelf.0.iter_mut().find(|held| Some(held.id) == id && held.kind == "Dynamic") else {
            return false;
        };
        held.profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] = update["limit"].clone();
        true
    }

    fn is_started(&mut self, payload: &Value, now: Timestamp) -> bool {
        let connector = whole(payload, "connectorId").or(whole(payload, "evseId")).unwrap_or(1);
        if self.session.is_some() {
            return false;
        }
        if !payload["chargingProfile"].is_null() {
            let Some(mut held) = Held::read(&payload["chargingProfile"], connector, now, self.ahead) else {
                return false;
            };
            held.connector_of_session = Some(WAITS);
            if !held.is_of_a_session() || !self.shelf.put(held, self.v2()) {
                return false;
            }
        }
        let tag = payload["idTag"].as_str().or(payload["idToken"]["idToken"].as_str()).unwrap_or("X").to_owned();
        self.begins(&tag, connector, now);
        true
    }

    fn is_triggered(&mut self, payload: &Value, now: Timestamp) -> bool {
        let says = match payload["requestedMessage"].as_str() {
            Some("BootNotification") => Some(self.boots()),
            Some("StatusNotification") => Some(self.status(now)),
            _ => self.measures(now),
        };
        let any = says.is_some();
        self.says.extend(says);
        any
    }

    fn composite(&self, payload: &Value, now: Timestamp) -> Value {
        let session = self.session.as_ref().map(|s| (s.connector, s.began));
        let amps = |into: i64| {
            let at = now.checked_add(SignedDuration::from_secs(into)).unwrap();
            Some((into, self.shelf.amps(at, session, self.phases)?))
        };
        let lasts = whole(payload, "duration").unwrap_or(600).clamp(1, 86_400);
        let mut told: Vec<(i64, f64)> = (0..lasts).step_by(1800).map_while(amps).collect();
        told.dedup_by(|later, earlier| later.1 == earlier.1);
        if told.is_empty() {
            return json!({"status": "Rejected"});
        }
        let periods: Vec<Value> = told.iter().map(|(into, amps)| json!({"startPeriod": into, "limit": amps})).collect();
        match self.v2() {
            true => {
                json!({"status": "Accepted", "schedule": {"evseId": 1, "duration": lasts, "scheduleStart": self.shows(now), "chargingRateUnit": "A", "chargingSchedulePeriod": periods}})
            }
            false => {
                json!({"status": "Accepted", "connectorId": 1, "scheduleStart": self.shows(now), "chargingSchedule": {"duration": lasts, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}})
            }
        }
    }

    fn lists(&mut self, payload: &Value) -> Value {
        if !self.v2() || self.shelf.0.is_empty() {
            return json!({"status": "NoProfiles"});
        }
        let held = self.shelf.0.clone();
        let last = held.len() - 1;
        for (index, held) in held.into_iter().enumerate() {
            let source = if held.ours { "CSO" } else { "EMS" };
            let part = json!({"requestId": payload["requestId"], "chargingLimitSource": source, "evseId": held.connector, "chargingProfile": [in_2_x(&held)], "tbc": index < last});
            let frame = self.call("ReportChargingProfiles", part);
            self.says.push_back(frame);
        }
        json!({"status": "Accepted"})
    }
}
