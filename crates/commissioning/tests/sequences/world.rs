//! The program and the charger: the real task of one charger, a disk that is a list and can die in any commit, and a
//! connection that carries frames to a small charger and to the oracle.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use chargehand_commissioning::attend::{Surroundings, attend};
use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::clock::Clock;
use chargehand_commissioning::event::{ClosedBy, Event, Handshake};
use chargehand_commissioning::journal::{Batch, Direction, Entry, Journal};
use chargehand_commissioning::link::{Input, Link, Outgoing};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::replay::Replay;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::charger::Charger;
use crate::oracle;

/// When every story starts.
const START: &str = "2026-11-22T01:00:00Z";

/// When the program dies.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    /// After so many more commits.
    pub commits: u32,
    /// The last one is on disk, but what it was to release never left.
    pub committed: bool,
}

/// What all tasks of a story share.
pub struct Bench {
    pub entries: Vec<Entry>,
    kept: Option<Vec<u8>>,
    ceilings: Vec<(u64, CeilingParts)>,
    /// What a person sent as it stands, which no step answers for.
    pub by_hand: Vec<Value>,
    pub dies: Option<Death>,
    dead: bool,
    pub charger: Charger,
    /// The connection at whose other end the charger is.
    pub plugged: Option<u64>,
    pub faults: Vec<String>,
    pub story: Vec<String>,
    pub clock: Clock,
}

/// So that a panic elsewhere does not hide the fault.
pub fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Bench {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn tell(&mut self, what: impl AsRef<str>) {
        let since = self.now().duration_since(START.parse().unwrap()).as_secs();
        self.story.push(format!("{since:>6} s  {}", what.as_ref()));
    }

    /// The parts of the ceiling that are on disk.
    pub fn parts(&self) -> CeilingParts {
        self.ceilings.last().map(|(_, parts)| *parts).unwrap_or_default()
    }

    /// Each part as it was last entered, also where a later entry left it out.
    pub fn known(&self) -> CeilingParts {
        self.ceilings.iter().fold(CeilingParts::default(), |known, (_, parts)| parts.over(&known))
    }

    fn fault(&mut self, what: String) {
        self.tell(format!("FAULT: {what}"));
        self.faults.push(what);
    }

    /// Commits a batch, or dies in it. False: dead.
    fn commits(&mut self, batch: Batch) -> bool {
        let last = self.dies.is_some_and(|death| death.commits == 0);
        if !last || self.dies.is_some_and(|death| death.committed) {
            for entry in &batch.entries {
                if entry.direction == Direction::Event
                    && let Ok(Event::Ceiling { parts }) = serde_json::from_slice(&entry.bytes)
                {
                    self.ceilings.push((entry.number, parts));
                }
            }
            self.entries.extend(batch.entries);
            self.kept = batch.record.map(|(_, json)| json).or(self.kept.take());
        }
        self.dies.iter_mut().for_each(|death| death.commits = death.commits.saturating_sub(1));
        self.dead |= last;
        if !last && let Some(then) = batch.then {
            then();
        }
        !last
    }

    /// Does the charger leave now?
    fn leaves(&mut self, session: u64) -> bool {
        let leaves = std::mem::take(&mut self.charger.leaves) && self.plugged == Some(session);
        if leaves {
            self.plugged = None;
            self.tell("the charger leaves");
        }
        leaves
    }

    /// A frame of ours came out of the program: what the charger answers.
    fn arrives(&mut self, session: u64, text: &str) -> Vec<(Duration, Value)> {
        let now = self.now();
        // A password is not on disk, but that it was sent is.
        let frame: Value = serde_json::from_str(text).unwrap();
        let secret = frame.to_string().contains("AuthorizationKey") || frame.to_string().contains("BasicAuthPassword");
        let same = |e: &&Entry| match secret {
            true => serde_json::from_slice::<Value>(&e.bytes).is_ok_and(|kept| kept[1] == frame[1]),
            false => e.bytes == text.as_bytes(),
        };
        let there = self.entries.iter().rev().filter(|e| e.direction == Direction::Out).find(same);
        let Some(number) = there.map(|entry| entry.number) else {
            self.fault(format!("not on disk: {text}"));
            return Vec::new();
        };
        let parts = self.ceilings.iter().rev().find(|(at, _)| *at < number).map(|(_, p)| *p).unwrap_or_default();
        if frame[0] == 2 {
            self.tell(format!("→ {} {}", frame[2].as_str().unwrap_or("?"), frame[3]));
        }
        oracle::wrong(&frame, parts, &self.charger).into_iter().for_each(|wrong| self.fault(wrong));
        let of_a_step = frame[0] == 2 && !self.by_hand.contains(&frame[3]);
        if of_a_step {
            oracle::leaves(&frame).into_iter().for_each(|wrong| self.fault(wrong));
        }
        if self.plugged != Some(session) {
            return Vec::new();
        }
        let (stood, hours) = (self.charger.shelf.ours_stands(1), self.charger.shelf.hours());
        let answers = self.charger.receive(&frame, now);
        if stood && !self.charger.shelf.anything_stands(1) && !oracle::hardware(parts) {
            self.fault(format!("falls to nothing: {frame}"));
        }
        if of_a_step {
            oracle::displaces(&frame, &self.charger, hours).into_iter().for_each(|wrong| self.fault(wrong));
        }
        if of_a_step && !self.charger.forgot && !oracle::hardware(parts) {
            oracle::bare(&frame, &self.charger).into_iter().for_each(|wrong| self.fault(wrong));
        }
        if frame[0] == 2 {
            let said: Vec<String> = answers.iter().map(|(after, answer)| format!("{answer} after {after:?}")).collect();
            self.tell(format!("← {}", if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }));
        }
        answers
    }

    /// The record as the store builds it at a start, and held against one built from the first entry on.
    fn rebuilt(&mut self) -> Record {
        let from = |record: Record, after: u64, entries: &[Entry]| {
            let mut replay = Replay::new(record);
            entries.iter().filter(|entry| entry.number > after).for_each(|entry| replay.apply(entry));
            replay.finish()
        };
        let whole = from(Record::new("CP1"), 0, &self.entries);
        let kept = self.kept.as_ref().map(|json| serde_json::from_slice::<Record>(json).unwrap());
        let started = match kept {
            Some(record) if record.connected.is_none() => record,
            Some(record) => {
                let after = record.as_of.saturating_sub(200);
                from(record, after, &self.entries)
            }
            None => whole.clone(),
        };
        // What a check has shown so far is not on disk, but may be in a record that was kept meanwhile.
        let without = |record: &Record| Record { proof: None, ..record.clone() };
        if without(&started) != without(&whole) {
            let (a, b) = (&started.in_force, &whole.in_force);
            self.fault(format!("built differently: from the kept record {a:?}, from all entries {b:?}"));
        }
        started
    }
}

/// A story as it is told.
pub struct World {
    pub shared: Arc<Mutex<Bench>>,
    pub link: Link,
    pub steps: Vec<JoinHandle<()>>,
    program: Vec<JoinHandle<()>>,
    session: u64,
}

impl World {
    pub fn new(charger: Charger) -> Self {
        let clock = Clock::with_tokio(START.parse().unwrap());
        let bench = Bench {
            entries: Vec::new(),
            kept: None,
            ceilings: Vec::new(),
            by_hand: Vec::new(),
            dies: None,
            dead: false,
            charger,
            plugged: None,
            faults: Vec::new(),
            story: Vec::new(),
            clock,
        };
        let shared = Arc::new(Mutex::new(bench));
        let (link, program) = start(&shared, Record::new("CP1"));
        Self { shared, link, steps: Vec::new(), program, session: 0 }
    }

    pub fn bench(&self) -> MutexGuard<'_, Bench> {
        locked(&self.shared)
    }

    pub fn tell(&self, what: impl AsRef<str>) {
        self.bench().tell(what);
    }

    /// Lets everything come to rest, and this much time pass. A program that has died is started again.
    pub async fn rests(&mut self, time: Duration) {
        tokio::time::sleep(time + Duration::from_millis(1)).await;
        if self.bench().dead {
            self.starts_again().await;
        }
    }

    /// Kills the program as it stands, and starts it again from the disk.
    pub async fn starts_again(&mut self) {
        self.dies();
        // What was released before is on its way, and arrives.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let record = self.is_sound();
        self.tell("the program starts again");
        let mut bench = self.bench();
        (bench.dead, bench.dies, bench.plugged) = (false, None, None);
        drop(bench);
        (self.link, self.program) = start(&self.shared, record);
    }

    fn dies(&mut self) {
        self.bench().dead = true;
        let tasks = self.steps.drain(..).chain(self.program.drain(..));
        tasks.for_each(|task| task.abort());
    }

    /// What the disk tells at the next start, held against what the charger holds.
    pub fn is_sound(&self) -> Record {
        let mut bench = self.bench();
        let record = bench.rebuilt();
        let now = bench.now();
        oracle::unsaid(&record, &bench.charger, now).into_iter().for_each(|unsaid| bench.fault(unsaid));
        record
    }

    /// The charger connects, from now on in this version.
    pub async fn connects(&mut self, boots: bool) {
        self.session += 1;
        let session = self.session;
        let (out, outgoing) = mpsc::unbounded_channel();
        let now = self.bench().now();
        let says = {
            let mut bench = self.bench();
            bench.plugged = Some(session);
            let charger = &mut bench.charger;
            let mut says = if boots { vec![charger.boots()] } else { Vec::new() };
            says.push(charger.status(now));
            says
        };
        let chosen = self.bench().charger.version.subprotocol().to_owned();
        let handshake = Handshake { offered: vec![chosen.clone()], chosen, ..Handshake::default() };
        let _ = self.link.send(Input::Connected { session, handshake, out, adopt: true }).await;
        tokio::spawn(carries(Arc::clone(&self.shared), self.link.clone(), session, outgoing));
        for frame in says {
            self.says(frame).await;
        }
    }

    /// The connection breaks. The charger may know before we do.
    pub async fn breaks(&mut self) {
        let Some(session) = self.bench().plugged.take() else { return };
        let (by, reason) = (ClosedBy::Network, "the connection was reset".to_owned());
        let _ = self.link.send(Input::Disconnected { session, by, code: None, reason }).await;
    }

    /// The charger says something.
    pub async fn says(&self, frame: Value) {
        self.says_bytes(frame.to_string().into()).await;
    }

    pub async fn says_bytes(&self, bytes: Bytes) {
        let Some(session) = self.bench().plugged else { return };
        let _ = self.link.send(Input::Frame { session, bytes, binary: false }).await;
    }

    /// The charger says what it has to say by itself.
    pub async fn speaks(&self) {
        loop {
            let next = self.bench().charger.says.pop_front();
            let Some(frame) = next else { return };
            self.says(frame).await;
        }
    }

    /// The end of the story: the computer is switched off.
    pub async fn ends(mut self) -> (Vec<String>, Vec<String>) {
        self.rests(Duration::ZERO).await;
        let panicked = self.program.iter().any(JoinHandle::is_finished);
        let live = tokio::time::timeout(Duration::from_secs(1), self.link.record()).await;
        self.dies();
        tokio::time::sleep(Duration::from_millis(1)).await;
        let record = self.is_sound();
        let mut bench = self.bench();
        if panicked {
            bench.fault("ended by itself: the charger's task".to_owned());
        }
        if let Ok(Ok(live)) = live
            && live.in_force != record.in_force
        {
            bench.fault(format!("lived differently: {:?}, from the disk {:?}", live.in_force, record.in_force));
        }
        (std::mem::take(&mut bench.faults), std::mem::take(&mut bench.story))
    }
}

/// The program starts with what the disk knows.
fn start(shared: &Arc<Mutex<Bench>>, record: Record) -> (Link, Vec<JoinHandle<()>>) {
    let clock = locked(shared).clock.clone();
    let next = locked(shared).entries.last().map_or(1, |entry| entry.number + 1);
    let (journal, mut batches) = Journal::new(next);
    let written = Arc::clone(shared);
    let disk = tokio::spawn(async move {
        while let Some(batch) = batches.recv().await {
            if !locked(&written).commits(batch) {
                break;
            }
        }
        // Nothing comes to this disk any more, and nobody is told.
        std::future::pending::<()>().await;
    });
    let around = Surroundings {
        journal,
        clock: clock.clone(),
        listeners: Arc::from([]),
        tell_frames: false,
        changed: Arc::new(|_: &Arc<str>| {}),
        sign: None,
    };
    let (inbox, mut inputs) = mpsc::channel(32);
    let link = Link::new("CP1".into(), clock, inbox);
    let attending = tokio::spawn(async move {
        let _ = attend(record, &around, &mut inputs).await;
    });
    (link, vec![attending, disk])
}

/// One connection: frames out, answers back, and readings every ten seconds while it charges.
async fn carries(shared: Arc<Mutex<Bench>>, link: Link, session: u64, mut outgoing: mpsc::UnboundedReceiver<Outgoing>) {
    let mut reading = tokio::time::Instant::now();
    loop {
        let every = if locked(&shared).charger.metering { 10 } else { 100 };
        let frames = tokio::select! {
            biased;
            out = outgoing.recv() => match out {
                Some(Outgoing::Text(text)) => answered(&shared, &link, session, &text),
                Some(Outgoing::Close(_)) => Vec::new(),
                None => return,
            },
            () = tokio::time::sleep_until(reading) => {
                reading += Duration::from_secs(every);
                let mut bench = locked(&shared);
                let now = bench.now();
                let measures = bench.plugged == Some(session) && bench.charger.metering;
                if measures { bench.charger.measures(now).into_iter().collect() } else { Vec::new() }
            }
        };
        for frame in frames {
            let _ = link.send(Input::Frame { session, bytes: frame.to_string().into(), binary: false }).await;
        }
        if locked(&shared).leaves(session) {
            let (by, reason) = (ClosedBy::Network, "the connection was reset".to_owned());
            let _ = link.send(Input::Disconnected { session, by, code: None, reason }).await;
        }
    }
}

/// What the charger says at once to a frame of ours; what it says later comes later.
fn answered(shared: &Arc<Mutex<Bench>>, link: &Link, session: u64, text: &str) -> Vec<Value> {
    let mut at_once = Vec::new();
    let mut bench = locked(shared);
    for (after, frame) in bench.arrives(session, text) {
        if after.is_zero() {
            at_once.push(frame);
            continue;
        }
        let link = link.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = link.send(Input::Frame { session, bytes: frame.to_string().into(), binary: false }).await;
        });
    }
    if bench.plugged == Some(session) {
        at_once.extend(bench.charger.says.drain(..));
    }
    at_once
}
