//! A laptop and a charger on the bench: the real task of one charger, a disk that is a list, and a simulated charger at
//! the other end of a cable that can be cut, listened to and tampered with.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chargehand_commissioning::attend::{Sign, Signer, Surroundings, attend};
use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::clock::Clock;
use chargehand_commissioning::event::{ClosedBy, Event, Handshake, Happened, Step, Told};
use chargehand_commissioning::journal::{Direction, Entry, Journal};
use chargehand_commissioning::link::{Input, Link, Outgoing};
use chargehand_commissioning::outcome::{Outcome, Verdict};
use chargehand_commissioning::plan::Change;
use chargehand_commissioning::record::Record;
use chargehand_commissioning::report::LimitProof;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Amperes;
use chargehand_simulator::{Behaviour, SimulatedCharger, Version, over_channels};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::law;

/// When every story starts.
pub const START: &str = "2026-11-22T01:00:00Z";

pub fn amps(amps: f64) -> Amperes {
    Amperes::from_amps(amps).unwrap()
}

/// What reached the disk.
#[derive(Default)]
pub struct Disk {
    pub entries: Vec<Entry>,
    /// The record as it was kept, newest last.
    pub records: Vec<Vec<u8>>,
    /// What broke a rule while it happened.
    pub faults: Vec<String>,
}

/// A call of ours as it lies on the disk, with its answer.
#[derive(Debug, Clone)]
pub struct Sent {
    pub number: u64,
    pub at: Timestamp,
    pub action: String,
    pub payload: Value,
    /// The CALLRESULT's status, the CALLERROR's code, or empty where none came.
    pub answer: String,
}

impl Sent {
    /// The profile, as each version names it.
    pub fn profile(&self) -> &Value {
        self.payload.get("csChargingProfiles").unwrap_or(&self.payload["chargingProfile"])
    }

    /// Its schedule; we send one.
    pub fn schedule(&self) -> &Value {
        match &self.profile()["chargingSchedule"] {
            Value::Array(schedules) => &schedules[0],
            schedule => schedule,
        }
    }

    /// Which of ours it is: in 2.x a profile may have taken another's id, and its schedule tells.
    pub fn role(&self) -> &Value {
        self.schedule().get("id").unwrap_or(&self.profile()["chargingProfileId"])
    }

    /// Where it goes: 0 is the whole charger.
    pub fn connector(&self) -> i64 {
        self.payload.get("connectorId").unwrap_or(&self.payload["evseId"]).as_i64().unwrap()
    }

    /// The profile that a ClearChargingProfile names, where it names one.
    pub fn cleared(&self) -> Option<i64> {
        self.payload.get("id").unwrap_or(&self.payload["chargingProfileId"]).as_i64()
    }

    /// What a ClearChargingProfile names instead of a profile.
    pub fn criteria(&self) -> &Value {
        self.payload.get("chargingProfileCriteria").unwrap_or(&self.payload)
    }

    pub fn is_test(&self) -> bool {
        self.action == "SetChargingProfile" && *self.role() == 47_552
    }

    /// The limit of the first period, in the profile's unit.
    pub fn limit(&self) -> f64 {
        self.schedule()["chargingSchedulePeriod"][0]["limit"].as_f64().unwrap()
    }
}

/// A whole run, as `chargehand-cli commission` does it.
pub struct Run {
    pub inspected: Outcome,
    pub proof: LimitProof,
    pub undone: Outcome,
    pub record: Record,
}

/// Sees every message between the two and may change it; `false`: it is lost.
pub type Tamper = Box<dyn FnMut(Way, &mut Value) -> bool + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToCharger,
    FromCharger,
}

pub struct Bench {
    pub link: Link,
    pub clock: Clock,
    pub disk: Arc<Mutex<Disk>>,
    /// What the charger's clock is ahead of ours, s: what `law` holds the profiles against. `None`: it is set meanwhile.
    pub charger_ahead_s: Cell<Option<i64>>,
    session: Cell<u64>,
}

/// A cable with a simulated charger at its end.
pub struct Cable {
    pub session: u64,
    charger: JoinHandle<SimulatedCharger>,
    to_charger: JoinHandle<()>,
    cut: mpsc::Sender<String>,
}

impl Bench {
    /// A charger that nobody has seen yet.
    pub fn new() -> Self {
        Self::with(Record::new("CP1"))
    }

    /// A charger that nobody has seen yet, and somebody who signs certificates.
    pub fn signing(sign: Sign) -> Self {
        Self::started(Record::new("CP1"), Some(sign))
    }

    /// A charger of which the disk knows this.
    pub fn with(record: Record) -> Self {
        Self::started(record, None)
    }

    fn started(record: Record, sign: Option<Sign>) -> Self {
        let clock = Clock::with_tokio(START.parse().unwrap());
        let (journal, mut batches) = Journal::new(record.as_of + 1);
        let disk = Arc::new(Mutex::new(Disk::default()));
        let written = Arc::clone(&disk);
        tokio::spawn(async move {
            while let Some(batch) = batches.recv().await {
                {
                    let mut disk = written.lock().unwrap();
                    disk.entries.extend(batch.entries);
                    disk.records.extend(batch.record.map(|(_, json)| json));
                }
                if let Some(then) = batch.then {
                    then();
                }
            }
        });
        let around = Surroundings {
            journal,
            clock: clock.clone(),
            listeners: Arc::from([]),
            tell_frames: false,
            changed: Arc::new(|_: &Arc<str>| {}),
            sign: sign.map(|sign| Signer { is_open: Arc::new(|| true), sign }),
        };
        let (inbox, mut inputs) = mpsc::channel(32);
        let link = Link::new("CP1".into(), clock.clone(), inbox);
        tokio::spawn(async move { attend(record, &around, &mut inputs).await });
        Self { link, clock, disk, charger_ahead_s: Cell::new(Some(0)), session: Cell::new(0) }
    }

    /// A bench with a ceiling of one breaker, in amperes, and this charger, adopted, at the other end.
    pub async fn commissioning(breaker: f64, behaviour: Behaviour) -> (Self, Cable) {
        let bench = Self::new();
        bench.ceiling(breaker).await;
        let cable = bench.connect(behaviour, true).await;
        (bench, cable)
    }

    pub async fn ceiling(&self, breaker: f64) {
        self.parts(CeilingParts { breaker: Some(amps(breaker)), ..CeilingParts::default() }).await;
    }

    pub async fn parts(&self, parts: CeilingParts) {
        self.link.keep(Event::Ceiling { parts }).await.unwrap();
    }

    /// A breaker, and the same limit confirmed in the charger's hardware.
    pub async fn parts_with_hardware(&self, limit: f64) {
        let (breaker, installer) = (Some(amps(limit)), Some(amps(limit)));
        let parts = CeilingParts { breaker, installer, installer_confirmed: true, ..CeilingParts::default() };
        self.parts(parts).await;
    }

    /// Connects a charger with power that has never been connected.
    pub async fn connect(&self, behaviour: Behaviour, adopt: bool) -> Cable {
        self.charger_ahead_s.set(Some(behaviour.zone_offset_s));
        self.plug_in(SimulatedCharger::new(behaviour, self.clock.now()), adopt, Box::new(|_, _| true)).await
    }

    /// Connects a charger through hands that may change every message.
    pub async fn connect_tampered(&self, behaviour: Behaviour, tamper: Tamper) -> Cable {
        self.charger_ahead_s.set(Some(behaviour.zone_offset_s));
        self.plug_in(SimulatedCharger::new(behaviour, self.clock.now()), true, tamper).await
    }

    /// Connects a charger as it is.
    pub async fn plug_in(&self, charger: SimulatedCharger, adopt: bool, tamper: Tamper) -> Cable {
        let (session, mut out) = self.open_as(charger.version(), adopt).await;
        let (cut, incoming) = mpsc::channel(64);
        let (outgoing, mut from_charger) = mpsc::channel::<String>(64);
        let clock = self.clock.clone();
        let charger = tokio::spawn(over_channels(charger, incoming, outgoing, move || clock.now()));
        let tamper = Arc::new(Mutex::new(tamper));
        let pass = move |way: Way, text: &str| {
            let mut frame = serde_json::from_str(text).unwrap();
            (tamper.lock().unwrap())(way, &mut frame).then(|| frame.to_string())
        };
        let (disk, passed, sender) = (Arc::clone(&self.disk), pass.clone(), cut.clone());
        let to_charger = tokio::spawn(async move {
            while let Some(Outgoing::Text(text)) = out.recv().await {
                law::is_on_disk(&mut disk.lock().unwrap(), &text);
                if let Some(text) = passed(Way::ToCharger, &text) {
                    let _ = sender.send(text).await;
                }
            }
        });
        let link = self.link.clone();
        tokio::spawn(async move {
            while let Some(text) = from_charger.recv().await {
                if let Some(text) = pass(Way::FromCharger, &text) {
                    let _ = link.send(Input::Frame { session, bytes: Bytes::from(text), binary: false }).await;
                }
            }
        });
        Cable { session, charger, to_charger, cut }
    }

    /// A connection without a charger, of 1.6: the story speaks for it.
    pub async fn open(&self, adopt: bool) -> (u64, mpsc::UnboundedReceiver<Outgoing>) {
        self.open_as(Version::V16, adopt).await
    }

    /// A connection without a charger: the story speaks for it.
    pub async fn open_as(&self, version: Version, adopt: bool) -> (u64, mpsc::UnboundedReceiver<Outgoing>) {
        let session = self.session.get() + 1;
        self.session.set(session);
        let (out, outgoing) = mpsc::unbounded_channel();
        let handshake = Handshake {
            peer: "192.168.1.23:40000".into(),
            url: "ws://192.168.1.2:9616/".into(),
            path: "/CP1".into(),
            offered: vec![version.subprotocol().into()],
            chosen: version.subprotocol().into(),
            simulated: true,
            ..Handshake::default()
        };
        self.link.send(Input::Connected { session, handshake, out, adopt }).await.unwrap();
        (session, outgoing)
    }

    /// Says something for a charger.
    pub async fn say(&self, session: u64, frame: Value) {
        let bytes = Bytes::from(frame.to_string());
        self.link.send(Input::Frame { session, bytes, binary: false }).await.unwrap();
    }

    /// The connection breaks; the charger goes on by itself.
    pub async fn cut(&self, cable: Cable) -> SimulatedCharger {
        cable.to_charger.abort();
        let _ = cable.to_charger.await;
        drop(cable.cut);
        let mut charger = cable.charger.await.unwrap();
        charger.disconnected(self.clock.now());
        let (by, reason) = (ClosedBy::Network, "the connection was reset".to_owned());
        self.link.send(Input::Disconnected { session: cable.session, by, code: None, reason }).await.unwrap();
        charger
    }

    /// Waits until something happens.
    pub async fn until(&self, told: &mut mpsc::UnboundedReceiver<Told>, is: impl Fn(&Happened) -> bool) -> Told {
        let wait = async {
            loop {
                let news = told.recv().await.expect("the task lives");
                if is(&news.what) {
                    return news;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(3600), wait).await.expect("it happens within the hour")
    }

    /// Lets time pass.
    pub async fn run(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// Until the running step says that it does this.
    pub async fn until_doing(&self, words: &str) {
        for _ in 0..1200 {
            let running = self.link.view().await.unwrap().running;
            if running.is_some_and(|running| running.doing.contains(words)) {
                return;
            }
            self.run(1).await;
        }
        panic!("{words:?} was never done: {:?}", self.sent());
    }

    /// Waits for the first test limit.
    pub async fn first_test(&self) {
        for _ in 0..600 {
            if !self.tests().is_empty() {
                return;
            }
            self.run(1).await;
        }
        panic!("no test within ten minutes: {:?}", self.sent());
    }

    /// Runs a charge that a driver started, until current flows.
    pub async fn charge(&self) {
        self.run(15).await;
        assert!(self.record().await.running_transaction().is_some(), "a charge runs");
    }

    /// Puts a line into the plan; its number.
    pub async fn plan(&self, change: Change) -> u32 {
        let line = self.record().await.next_line;
        self.link.keep(Event::Planned { line, change: Some(change) }).await.unwrap();
        line
    }

    pub async fn record(&self) -> Record {
        self.link.record().await.unwrap()
    }

    /// Inspect, the limit check, undo.
    pub async fn commission(&self, limit: f64) -> Run {
        self.run(1).await;
        let inspected = step::inspect(&self.link).await.unwrap();
        let (proof, undone) = self.prove(limit).await;
        Run { inspected, proof, undone, record: self.record().await }
    }

    /// The limit check and undo.
    pub async fn prove(&self, limit: f64) -> (LimitProof, Outcome) {
        step::prove_limit(&self.link, amps(limit), None).await.unwrap()
    }

    /// All calls we sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        let disk = self.disk.lock().unwrap();
        let mut sent = Vec::<(Value, Sent)>::new();
        for entry in &disk.entries {
            let Ok(frame) = serde_json::from_slice::<Value>(&entry.bytes) else { continue };
            match (entry.direction, frame[0].as_i64()) {
                (Direction::Out, Some(2)) => {
                    let call = Sent {
                        number: entry.number,
                        at: entry.at,
                        action: frame[2].as_str().unwrap().to_owned(),
                        payload: frame[3].clone(),
                        answer: String::new(),
                    };
                    sent.push((frame[1].clone(), call));
                }
                (Direction::In, Some(kind @ (3 | 4))) => {
                    let answer = if kind == 3 { &frame[2]["status"] } else { &frame[2] };
                    if let Some((_, call)) = sent.iter_mut().find(|(id, _)| *id == frame[1]) {
                        call.answer = answer.as_str().unwrap_or("no status").to_owned();
                    }
                }
                _ => {}
            }
        }
        sent.into_iter().map(|(_, call)| call).collect()
    }

    /// The calls of one action so far.
    pub fn calls(&self, action: &str) -> Vec<Sent> {
        self.sent().into_iter().filter(|call| call.action == action).collect()
    }

    /// The profiles that test, so far.
    pub fn tests(&self) -> Vec<Sent> {
        self.sent().into_iter().filter(Sent::is_test).collect()
    }

    /// Our answers to the charger's calls of one action.
    pub fn answers(&self, action: &str) -> Vec<Value> {
        let disk = self.disk.lock().unwrap();
        let frames: Vec<(Direction, Value)> =
            disk.entries.iter().filter_map(|e| Some((e.direction, serde_json::from_slice(&e.bytes).ok()?))).collect();
        let asked = frames.iter().filter(|(way, f)| *way == Direction::In && f[0] == 2 && f[2] == action);
        let answer = |id: &Value| {
            frames.iter().find(|(way, f)| *way == Direction::Out && f[0] == 3 && f[1] == *id).map(|(_, f)| f[2].clone())
        };
        asked.filter_map(|(_, call)| answer(&call[1])).collect()
    }

    /// The entry with this number.
    pub fn entry(&self, number: u64) -> Entry {
        let disk = self.disk.lock().unwrap();
        disk.entries.iter().find(|e| e.number == number).unwrap_or_else(|| panic!("entry {number} exists")).clone()
    }

    /// Every number exists and names a frame or an event; they ascend.
    pub fn rests_on_evidence(&self, outcome: &Outcome) {
        assert!(!outcome.evidence.is_empty(), "{outcome:?}");
        assert!(outcome.evidence.is_sorted(), "{outcome:?}");
        outcome.evidence.iter().for_each(|number| drop(self.entry(*number)));
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let sent = self.sent();
            law::held(&self.disk.lock().unwrap(), &sent, self.charger_ahead_s.get());
        }
    }
}

impl Run {
    pub fn limit(&self) -> Verdict {
        self.proof.outcome.verdict
    }

    pub fn finding(&self, code: &str) -> Option<&str> {
        self.record.findings.iter().find(|f| f.code == code).map(|f| f.text.as_str())
    }

    /// The verdicts of limit, fallback and undo.
    pub fn verdicts(&self) -> [Verdict; 3] {
        [self.limit(), self.proof.fallback.verdict, self.undone.verdict]
    }
}

thread_local! {
    /// The version that the chargers of this story speak.
    static SPOKEN: Cell<Version> = const { Cell::new(Version::V16) };
}

/// Tells a story with chargers of another version.
pub fn speaking(version: Version, story: fn()) {
    SPOKEN.set(version);
    story();
}

/// The same stories with chargers of another version: the engine above must not care which it is.
macro_rules! also_on {
    ($version:ident: $($story:ident),* $(,)?) => {
        $(
            #[test]
            fn $story() {
                crate::bench::speaking(chargehand_simulator::Version::$version, super::$story);
            }
        )*
    };
}
pub(crate) use also_on;

/// What the version of this story calls the place of a limit.
pub fn place() -> &'static str {
    if SPOKEN.get().is_v2() { "EVSE" } else { "connector" }
}

/// The action of this story's version.
pub fn action(v16: &'static str, v2: &'static str) -> &'static str {
    if SPOKEN.get().is_v2() { v2 } else { v16 }
}

/// No car is there.
pub fn vacant() -> Behaviour {
    Behaviour { version: SPOKEN.get(), ..Behaviour::default() }
}

/// A car that charges on a session somebody else started.
pub fn charging() -> Behaviour {
    Behaviour { plugged: true, starts_by_itself: true, ..vacant() }
}

/// A car that is plugged in and waits.
pub fn plugged() -> Behaviour {
    Behaviour { plugged: true, ..vacant() }
}

/// The outcome of a step as it stands in the record.
pub fn outcome(record: &Record, step: Step) -> Verdict {
    record.outcomes.get(&step).map_or(Verdict::NotTested, |o| o.verdict)
}

/// A CALL of a charger.
pub fn call(id: &str, action: &str, payload: Value) -> Value {
    json!([2, id, action, payload])
}
