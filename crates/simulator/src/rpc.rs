//! OCPP-J as the charger speaks it: frames, and the rule of one outstanding CALL at a time.

use crate::clock::after;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// How long the charger waits for an answer, in seconds.
const ANSWER_SECONDS: i64 = 30;
/// How many calls it keeps while nobody answers; beyond that meter values are dropped, never a transaction's ends.
const QUEUE: usize = 500;

/// One frame from the endpoint.
pub(crate) enum Frame {
    /// It asks something.
    Call { id: String, action: String, payload: Value },
    /// It answers; an error answer carries no payload.
    Answer { id: String, result: Option<Value> },
}

impl Frame {
    /// Reads a frame; 1.6 has no rule for what is no frame, so the charger ignores it.
    pub(crate) fn read(text: &str) -> Option<Frame> {
        let fields = serde_json::from_str::<Vec<Value>>(text).ok()?;
        let id = fields.get(1)?.as_str()?.to_owned();
        match fields.first()?.as_u64()? {
            2 => {
                let action = fields.get(2)?.as_str()?.to_owned();
                // OCPP-J 1.6 section 4.2.1 allows null for an empty payload
                let payload = fields.get(3).filter(|value| !value.is_null()).cloned().unwrap_or_else(|| json!({}));
                Some(Frame::Call { id, action, payload })
            }
            3 => Some(Frame::Answer { id, result: Some(fields.get(2).cloned().unwrap_or_default()) }),
            4 => Some(Frame::Answer { id, result: None }),
            _ => None,
        }
    }
}

/// Why a call of the endpoint gets no CALLRESULT.
pub(crate) enum Refusal {
    /// A CALLERROR with this code (1.6 spelling) and description.
    Error(&'static str, String),
    /// No word at all: a deviation.
    Silence,
}

/// What a command comes to: the CALLRESULT's payload, or why there is none.
pub(crate) type Reply = Result<Value, Refusal>;

/// The payload of a command, read as `T`.
pub(crate) fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, Refusal> {
    T::deserialize(payload).map_err(|e| Refusal::Error("FormationViolation", e.to_string()))
}

/// The frame that answers call `id`, unless the charger stays silent.
pub(crate) fn answer(id: &str, reply: Reply) -> Option<String> {
    match reply {
        Ok(payload) => Some(json!([3, id, payload]).to_string()),
        Err(Refusal::Error(code, description)) => Some(json!([4, id, code, cut(&description, 255), {}]).to_string()),
        Err(Refusal::Silence) => None,
    }
}

/// Text cut to a CiString's length, in characters.
pub(crate) fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// A call the charger wants to make.
#[derive(Debug)]
pub(crate) struct Call {
    /// Its OCPP action.
    pub(crate) action: &'static str,
    payload: Value,
    /// May go out before the endpoint accepted the boot: the boot itself, and what was triggered.
    before_boot: bool,
    /// Belongs to a transaction: survives a lost connection, and takes its transactionId when it is sent.
    of_transaction: bool,
    attempts: i64,
}

impl Call {
    /// A call that waits its turn.
    pub(crate) fn new(action: &'static str, payload: Value) -> Call {
        Call { action, payload, before_boot: action == "BootNotification", of_transaction: false, attempts: 0 }
    }

    /// The endpoint triggered it: it may go out while the boot is pending.
    pub(crate) fn triggered(self) -> Call {
        Call { before_boot: true, ..self }
    }

    /// It belongs to a transaction.
    pub(crate) fn of_transaction(self) -> Call {
        Call { of_transaction: true, ..self }
    }

    /// Start and Stop are repeated until they are answered; a sample or a heartbeat is not worth it.
    fn is_repeated(&self) -> bool {
        self.of_transaction && self.action != "MeterValues"
    }
}

/// The charger's own calls: a queue, and the one that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    connected: bool,
    queue: VecDeque<Call>,
    waiting: Option<(String, Timestamp, Call)>,
    last_id: u64,
    /// The id the endpoint gave the latest transaction, once it answered its StartTransaction.
    pub(crate) transaction_id: Option<i64>,
}

impl Outbox {
    /// A connection stands.
    pub(crate) fn connected(&mut self) {
        self.connected = true;
    }

    /// The connection is gone: only what belongs to transactions is kept for the next one.
    pub(crate) fn disconnected(&mut self) {
        self.connected = false;
        if let Some((_, _, call)) = self.waiting.take() {
            self.queue.push_front(call);
        }
        self.queue.retain(|call| call.of_transaction);
    }

    /// Queues a call.
    pub(crate) fn push(&mut self, call: Call) {
        if self.queue.len() < QUEUE || call.action != "MeterValues" {
            self.queue.push_back(call);
        }
    }

    /// Whether a call of this action is queued or under way.
    pub(crate) fn holds(&self, action: &str) -> bool {
        let waiting = self.waiting.iter().map(|(_, _, call)| call);
        self.queue.iter().chain(waiting).any(|call| call.action == action)
    }

    /// Whether everything is said and answered.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.waiting.is_none()
    }

    /// When the outstanding call gives up waiting.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.waiting.as_ref().map(|(_, deadline, _)| *deadline)
    }

    /// The next frame, when none is outstanding and one may be sent.
    pub(crate) fn next(&mut self, registered: bool, now: Timestamp) -> Option<String> {
        if !self.connected || self.waiting.is_some() {
            return None;
        }
        let turn = self.queue.iter().position(|call| registered || call.before_boot)?;
        let mut call = self.queue.remove(turn)?;
        self.name_transaction(&mut call);
        self.last_id += 1;
        let id = format!("sim-{}", self.last_id);
        let frame = json!([2, id, call.action, call.payload]).to_string();
        self.waiting = Some((id, after(now, ANSWER_SECONDS), call));
        Some(frame)
    }

    /// A StopTransaction must name its transaction, even one whose start nobody answered; a sample need not.
    fn name_transaction(&mut self, call: &mut Call) {
        match (call.action, self.transaction_id) {
            ("StartTransaction", _) => self.transaction_id = None,
            ("MeterValues" | "StopTransaction", Some(id)) if call.of_transaction => {
                call.payload["transactionId"] = json!(id);
            }
            ("StopTransaction", None) => call.payload["transactionId"] = json!(-1),
            _ => {}
        }
    }

    /// The call that frame id answers, if it is the outstanding one.
    pub(crate) fn answered(&mut self, id: &str) -> Option<Call> {
        self.waiting.take_if(|(outstanding, _, _)| outstanding == id).map(|(_, _, call)| call)
    }

    /// The outstanding call, if its time is over.
    pub(crate) fn timed_out(&mut self, now: Timestamp) -> Option<Call> {
        self.waiting.take_if(|(_, deadline, _)| *deadline <= now).map(|(_, _, call)| call)
    }

    /// A call failed: repeats it up to `most` times, or hands it back as given up.
    pub(crate) fn failed(&mut self, mut call: Call, most: i64) -> Option<Call> {
        call.attempts += 1;
        if call.is_repeated() && call.attempts < most {
            self.queue.push_front(call);
            return None;
        }
        Some(call)
    }
}
