//! The charger's own calls: their queue, and the rule of one outstanding CALL at a time.

use crate::clock::after;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// How long the charger waits for an answer, in seconds.
const PATIENCE: i64 = 30;
/// How many calls it keeps while nobody answers; beyond that readings are dropped, never a transaction's ends.
const QUEUE: usize = 500;

/// P21: what a charger calls each transaction that goes by numbers of its own.
const OWN_ID: i64 = i64::MAX;

/// A call the charger wants to make.
#[derive(Debug)]
pub(crate) struct Call {
    /// Its OCPP action.
    pub(crate) action: &'static str,
    pub(crate) payload: Value,
    /// May go out before the endpoint accepted the boot: the boot itself, and what was triggered.
    before_boot: bool,
    /// Belongs to a transaction: keeps its place among its like, and in 1.6 takes its transactionId when it is sent.
    of_transaction: bool,
    /// Survives a lost connection and is repeated until it is answered.
    is_kept: bool,
    /// One of many meter readings: the first to go when the queue is full.
    is_sample: bool,
    /// Not to be sent earlier.
    not_before: Option<Timestamp>,
    attempts: i64,
}

impl Call {
    /// A call that waits its turn.
    pub(crate) fn new(action: &'static str, payload: Value) -> Call {
        Call {
            action,
            payload,
            before_boot: action == "BootNotification",
            of_transaction: false,
            is_kept: false,
            is_sample: false,
            not_before: None,
            attempts: 0,
        }
    }

    /// The endpoint asked for it: it may go out while the boot is pending.
    pub(crate) fn triggered(self) -> Call {
        Call { before_boot: true, ..self }
    }

    /// It belongs to a transaction.
    pub(crate) fn of_transaction(self) -> Call {
        Call { of_transaction: true, is_kept: true, ..self }
    }

    /// The endpoint has to get it, sooner or later.
    pub(crate) fn kept(self) -> Call {
        Call { is_kept: true, ..self }
    }

    /// It is one of many meter readings.
    pub(crate) fn sample(self) -> Call {
        Call { is_sample: true, ..self }
    }

    /// It waits until this time.
    pub(crate) fn at(self, time: Timestamp) -> Call {
        Call { not_before: Some(time), ..self }
    }

    /// A reading outside of a transaction or a heartbeat is not worth it.
    fn is_repeated(&self) -> bool {
        self.is_kept
    }
}

/// The queue, and the call that waits for its answer.
#[derive(Debug)]
pub(crate) struct Outbox {
    connected: bool,
    queue: VecDeque<Call>,
    /// 2.1 SEND: needs no turn and gets no answer.
    sends: Vec<(&'static str, Value)>,
    /// More than one only where the charger does not wait for answers.
    waiting: Vec<(String, Timestamp, Call)>,
    /// P16: it sends its calls without waiting for the answers to those before.
    does_not_wait: bool,
    /// 2.x wants ids that no earlier connection has seen.
    prefix: String,
    last_id: u64,
    /// How long it waits for an answer, in seconds.
    patience: i64,
    /// 1.6: the id the endpoint gave the latest transaction, once it answered its StartTransaction.
    pub(crate) transaction_id: Option<i64>,
    /// P21, 1.6: it goes by a number of its own instead.
    pub(crate) names_transactions_itself: bool,
}

impl Outbox {
    /// Nothing to say yet.
    pub(crate) fn new(start: Timestamp, does_not_wait: bool) -> Self {
        Outbox {
            connected: false,
            queue: VecDeque::new(),
            sends: Vec::new(),
            waiting: Vec::new(),
            does_not_wait,
            prefix: format!("sim-{:x}", start.as_second()),
            last_id: 0,
            patience: PATIENCE,
            transaction_id: None,
            names_transactions_itself: false,
        }
    }

    /// The charger's time goes so many times as fast as the endpoint's, which answers no sooner for that.
    pub(crate) fn compress(&mut self, speed: f64) {
        self.patience = (PATIENCE as f64 * speed).ceil() as i64;
    }

    /// Whether a connection stands.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// A connection stands.
    pub(crate) fn connected(&mut self) {
        self.connected = true;
    }

    /// The connection is gone: only what the endpoint has to get is kept for the next one.
    pub(crate) fn disconnected(&mut self) {
        self.connected = false;
        for (_, _, call) in self.waiting.drain(..).rev() {
            self.queue.push_front(call);
        }
        self.queue.retain(|call| call.is_kept);
        self.sends.clear();
    }

    /// Queues a call.
    pub(crate) fn push(&mut self, call: Call) {
        if self.queue.len() >= QUEUE && call.is_sample {
            self.thin_out();
        }
        if self.queue.len() < QUEUE || !call.is_sample {
            self.queue.push_back(call);
        }
    }

    /// When there is no more room, every second reading goes, all along the time (2.x E04).
    fn thin_out(&mut self) {
        let mut goes = false;
        self.queue.retain(|call| {
            goes ^= call.is_sample;
            !(call.is_sample && goes)
        });
    }

    /// Says something that wants no answer (2.1 SEND).
    pub(crate) fn send(&mut self, action: &'static str, payload: Value) {
        if self.connected {
            self.sends.push((action, payload));
        }
    }

    /// Whether a call of this action is queued or under way.
    pub(crate) fn holds(&self, action: &str) -> bool {
        let waiting = self.waiting.iter().map(|(_, _, call)| call);
        self.queue.iter().chain(waiting).any(|call| call.action == action)
    }

    /// Whether something of a transaction is queued or under way.
    pub(crate) fn holds_of_transaction(&self) -> bool {
        let waiting = self.waiting.iter().map(|(_, _, call)| call);
        self.queue.iter().chain(waiting).any(|call| call.of_transaction)
    }

    /// Whether everything is said and answered.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.waiting.is_empty()
    }

    /// The times at which something of it is due: an answer overdue, a call's time come.
    pub(crate) fn due(&self) -> impl Iterator<Item = Timestamp> {
        let deadlines = self.waiting.iter().map(|(_, deadline, _)| *deadline);
        deadlines.chain(self.queue.iter().filter_map(|call| call.not_before))
    }

    /// The frames that may go out now: every SEND, and the next call when none is outstanding.
    pub(crate) fn next(&mut self, registered: bool, now: Timestamp) -> Vec<String> {
        let mut frames = Vec::new();
        for (action, payload) in std::mem::take(&mut self.sends) {
            frames.push(json!([6, self.new_id(), action, payload]).to_string());
        }
        while let Some(call) = self.next_call(registered, now) {
            frames.push(call);
        }
        frames
    }

    fn next_call(&mut self, registered: bool, now: Timestamp) -> Option<String> {
        if !self.connected || !self.waiting.is_empty() && !self.does_not_wait {
            return None;
        }
        let turn = self.turn(registered, now)?;
        let mut call = self.queue.remove(turn)?;
        self.name_transaction(&mut call);
        let id = self.new_id();
        let frame = json!([2, id, call.action, call.payload]).to_string();
        self.waiting.push((id, after(now, self.patience), call));
        Some(frame)
    }

    /// Whose turn it is. What belongs to transactions keeps its order: it waits behind what waits for its time.
    fn turn(&self, registered: bool, now: Timestamp) -> Option<usize> {
        let mut transactions_wait = false;
        self.queue.iter().position(|call| {
            let waits = call.not_before.is_some_and(|at| at > now) || call.of_transaction && transactions_wait;
            transactions_wait |= waits && call.of_transaction;
            !waits && (registered || call.before_boot)
        })
    }

    fn new_id(&mut self) -> String {
        self.last_id += 1;
        format!("{}-{}", self.prefix, self.last_id)
    }

    /// 1.6: a StopTransaction must name its transaction, even one whose start nobody answered; a sample need not.
    fn name_transaction(&mut self, call: &mut Call) {
        match (call.action, self.transaction_id) {
            ("StartTransaction", _) => self.transaction_id = None,
            ("MeterValues" | "StopTransaction", Some(id)) if call.of_transaction => {
                call.payload["transactionId"] = json!(if self.names_transactions_itself { OWN_ID } else { id });
            }
            ("StopTransaction", None) => call.payload["transactionId"] = json!(-1),
            _ => {}
        }
    }

    /// The call that frame id answers, if it is an outstanding one.
    pub(crate) fn answered(&mut self, id: &str) -> Option<Call> {
        self.take(|(outstanding, _, _)| outstanding == id)
    }

    /// An outstanding call whose time is over, if there is one.
    pub(crate) fn timed_out(&mut self, now: Timestamp) -> Option<Call> {
        self.take(|(_, deadline, _)| *deadline <= now)
    }

    fn take(&mut self, is_it: impl Fn(&(String, Timestamp, Call)) -> bool) -> Option<Call> {
        let place = self.waiting.iter().position(is_it)?;
        Some(self.waiting.remove(place).2)
    }

    /// A call failed: sends it up to `most` times, each time `wait` seconds later than the time before, or hands it
    /// back as given up.
    pub(crate) fn failed(&mut self, mut call: Call, most: i64, wait: i64, now: Timestamp) -> Option<Call> {
        call.attempts += 1;
        if call.is_repeated() && call.attempts < most {
            let wait = wait.saturating_mul(call.attempts);
            self.queue.push_front(if wait > 0 { call.at(after(now, wait)) } else { call });
            return None;
        }
        Some(call)
    }
}
