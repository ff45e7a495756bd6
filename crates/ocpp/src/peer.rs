//! The RPC rules of OCPP-J as a pure state machine: one outstanding call, time-outs, late answers, repeated ids.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::deviation::Deviation;
use crate::error::ErrorCode;
use crate::frame::{self, Frame, MessageId};
use crate::message::{self, Direction};
use crate::schema::{self, Half};
use crate::version::Version;

/// How long we wait for the answer to a call. OCPP leaves the number to us; 15 s is longer than any charger needs that
/// is going to answer at all.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How many given-up calls and seen ids are remembered.
const REMEMBERED: usize = 16;
/// And how much of an id or an action, characters: a hostile one may be as long as a message.
const ID_CHARS: usize = 100;

/// What a received frame was.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The charger asks; it wants an answer with this id.
    Call {
        /// Echo it.
        id: MessageId,
        /// The action as spelled.
        action: String,
        /// The payload.
        payload: Value,
    },
    /// The answer to our outstanding call.
    Answer {
        /// The action we called.
        action: String,
        /// Result, or error code and description.
        answer: Result<Value, Refusal>,
    },
    /// An answer to a call we had given up on.
    Late {
        /// The action we called.
        action: String,
    },
    /// The charger tells something and wants no answer (SEND, from 2.1 on).
    Send {
        /// The action as spelled.
        action: String,
        /// The payload.
        payload: Value,
    },
    /// The charger could not accept an answer of ours (CALLRESULTERROR, from 2.1 on).
    AnswerRefused {
        /// The action it had called; empty where its id is not remembered.
        action: String,
        /// Why.
        refusal: Refusal,
    },
    /// It could not be read as a message of this version.
    Unreadable {
        /// What this version answers to it, ready to be sent.
        answer: Option<String>,
    },
    /// Nothing to act on.
    Nothing,
}

/// A CALLERROR, or a CALLRESULTERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code as spelled, for example `NotSupported`.
    pub code: String,
    /// The description; may be empty.
    pub description: String,
}

#[derive(Debug)]
struct Outstanding {
    id: String,
    action: String,
    deadline: Instant,
}

/// Our side of one connection.
#[derive(Debug)]
pub struct Peer {
    version: Version,
    prefix: String,
    sent: u64,
    outstanding: Option<Outstanding>,
    given_up: VecDeque<(String, String)>,
    /// Answered calls of ours.
    answered: VecDeque<String>,
    /// The charger's calls, id and action.
    seen: VecDeque<(String, String)>,
}

impl Peer {
    /// For a new connection. `prefix` makes our message ids unique across connections (at most 20 characters).
    pub fn new(version: Version, prefix: impl Into<String>) -> Self {
        Self {
            version,
            prefix: prefix.into(),
            sent: 0,
            outstanding: None,
            given_up: VecDeque::new(),
            answered: VecDeque::new(),
            seen: VecDeque::new(),
        }
    }

    /// Is a call of ours waiting for its answer? Then nothing else may be called (OCPP-J 1.6 4.1.1).
    pub fn is_waiting(&self) -> bool {
        self.outstanding.is_some()
    }

    /// The text of a call, or `None` while another one waits.
    pub fn call(&mut self, now: Instant, action: &str, payload: &Value) -> Option<String> {
        if self.is_waiting() {
            return None;
        }
        self.sent += 1;
        let id = format!("{}-{}", self.prefix, self.sent);
        let text = frame::call(&id, action, payload);
        self.outstanding = Some(Outstanding { id, action: action.to_owned(), deadline: now + CALL_TIMEOUT });
        Some(text)
    }

    /// Takes up a call that went out before: how a stored connection is played again.
    pub fn resume(&mut self, now: Instant, id: &str, action: &str) {
        self.outstanding =
            Some(Outstanding { id: id.to_owned(), action: action.to_owned(), deadline: now + CALL_TIMEOUT });
    }

    /// When the outstanding call is given up.
    pub fn deadline(&self) -> Option<Instant> {
        self.outstanding.as_ref().map(|o| o.deadline)
    }

    /// Gives the outstanding call up if its time is over; its action.
    pub fn expire(&mut self, now: Instant) -> Option<String> {
        let due = self.outstanding.take_if(|o| o.deadline <= now)?;
        remember(&mut self.given_up, (due.id, due.action.clone()));
        Some(due.action)
    }

    /// Understands a received frame.
    pub fn receive(&mut self, bytes: &[u8]) -> (Event, Vec<Deviation>) {
        let (frame, mut deviations) = frame::parse(bytes);
        let event = match frame {
            Frame::Call { id, action, payload } => self.called(id, action, payload, &mut deviations),
            Frame::Result { id, payload } => self.answered(&id, Ok(payload), &mut deviations),
            Frame::Error { id, code, description } => {
                self.answered(&id, Err(self.refusal(code, description, &mut deviations)), &mut deviations)
            }
            Frame::ResultError { id, code, description } if self.version == Version::V21 => {
                let action = self.called_as(&id);
                Event::AnswerRefused { action, refusal: self.refusal(code, description, &mut deviations) }
            }
            Frame::Send { id, action, payload } if self.version == Version::V21 => {
                self.told(&id, action, payload, &mut deviations)
            }
            Frame::ResultError { id, .. } => self.other_type(&id, 5, &mut deviations),
            Frame::Send { id, .. } => self.other_type(&id, 6, &mut deviations),
            Frame::OtherType { id, kind } => self.other_type(&id, kind, &mut deviations),
            Frame::Unreadable { unanswered } => Event::Unreadable { answer: self.unreadable(unanswered) },
        };
        (event, deviations)
    }

    fn called(&mut self, id: MessageId, action: String, payload: Value, deviations: &mut Vec<Deviation>) -> Event {
        self.check(&id, &action, false, &payload, deviations);
        Event::Call { id, action, payload }
    }

    fn told(&mut self, id: &MessageId, action: String, payload: Value, deviations: &mut Vec<Deviation>) -> Event {
        self.check(id, &action, true, &payload, deviations);
        Event::Send { action, payload }
    }

    fn check(&mut self, id: &MessageId, action: &str, send: bool, payload: &Value, deviations: &mut Vec<Deviation>) {
        let id = brief(id);
        if self.version.is_v2() && id == frame::NO_ID {
            deviations.push(Deviation::soft("message_id_reserved", "/1", &id));
        }
        if self.seen.iter().any(|(seen, _)| *seen == id) {
            deviations.push(Deviation::soft("message_id_repeated", "/1", &id));
        }
        remember(&mut self.seen, (id, action.chars().take(ID_CHARS).collect()));
        self.check_kind(action, send, deviations);
        deviations.extend(schema::check(self.version, action, Half::Request, payload));
    }

    /// May a charger send that message, and as that type?
    fn check_kind(&self, action: &str, send: bool, deviations: &mut Vec<Deviation>) {
        let Some(message) = message::find(self.version, action) else { return };
        if message.direction == Direction::ToCharger {
            deviations.push(Deviation::hard("wrong_direction", "/2", action));
        }
        match (send, message.send) {
            (true, false) => deviations.push(Deviation::hard("call_as_send", "/0", action)),
            (false, true) => deviations.push(Deviation::hard("send_as_call", "/0", action)),
            _ => {}
        }
    }

    fn answered(&mut self, id: &MessageId, answer: Result<Value, Refusal>, deviations: &mut Vec<Deviation>) -> Event {
        let id = id.text();
        // It could not read our message, or lost its id; only one can be meant.
        let lost = answer.is_err() && id == frame::NO_ID;
        let Some(waiting) = self.outstanding.take_if(|o| o.id == id || lost) else {
            return self.answered_in_vain(&id, deviations);
        };
        if lost {
            deviations.push(Deviation::soft("answer_without_id", "/1", &id));
        }
        remember(&mut self.answered, waiting.id);
        if let Ok(payload) = &answer {
            self.check_answer(&waiting.action, payload, deviations);
        }
        Event::Answer { action: waiting.action, answer }
    }

    /// An answer to nothing that waits.
    fn answered_in_vain(&mut self, id: &str, deviations: &mut Vec<Deviation>) -> Event {
        if let Some(index) = self.given_up.iter().position(|(given_up, _)| given_up == id) {
            deviations.push(Deviation::hard("answer_late", "/1", id));
            return match self.given_up.remove(index) {
                Some((_, action)) => Event::Late { action },
                None => Event::Nothing,
            };
        }
        let rule =
            if self.answered.iter().any(|answered| answered == id) { "answer_repeated" } else { "answer_unasked" };
        deviations.push(Deviation::soft(rule, "/1", id));
        Event::Nothing
    }

    /// An answer that does not fit its call may fit one that was given up: then the charger is one answer behind.
    fn check_answer(&self, action: &str, payload: &Value, deviations: &mut Vec<Deviation>) {
        let found = schema::check(self.version, action, Half::Response, payload);
        let fits =
            |other: &str| other != action && schema::check(self.version, other, Half::Response, payload).is_empty();
        if !found.is_empty() && self.given_up.iter().any(|(_, other)| fits(other)) {
            deviations.push(Deviation::hard("answer_of_another_action", "", action));
        }
        deviations.extend(found);
    }

    /// The action that the charger called with this id.
    fn called_as(&self, id: &MessageId) -> String {
        let text = brief(id);
        self.seen.iter().rev().find(|(seen, _)| *seen == text).map(|(_, action)| action.clone()).unwrap_or_default()
    }

    fn refusal(&self, code: String, description: String, deviations: &mut Vec<Deviation>) -> Refusal {
        match ErrorCode::read(&code) {
            Some(read) if read.name(self.version) == code => {}
            Some(_) => deviations.push(Deviation::soft("error_code_spelling", "/2", &code)),
            None => deviations.push(Deviation::soft("error_code_unknown", "/2", &code)),
        }
        Refusal { code, description }
    }

    /// A message of a type that this version does not define: 1.6 and 2.1 ignore it, 2.0.1 refuses it.
    fn other_type(&self, id: &MessageId, kind: i64, deviations: &mut Vec<Deviation>) -> Event {
        deviations.push(Deviation::hard("unknown_message_type", "/0", kind.to_string()));
        let code = ErrorCode::MessageTypeNotSupported.name(self.version);
        let refuse = || frame::error(self.version, id, code, "OCPP 2.0.1 knows the message types 2, 3 and 4.");
        Event::Unreadable { answer: (self.version == Version::V201).then(refuse) }
    }

    /// What this version answers to bytes that are no message. 1.6 has no rule: nothing.
    fn unreadable(&self, unanswered: bool) -> Option<String> {
        let refuse =
            || frame::error_without_id(self.version, ErrorCode::RpcFrameworkError, "This is no OCPP-J message.");
        (self.version.is_v2() && !unanswered).then(refuse)
    }
}

/// An id short enough to be remembered.
fn brief(id: &MessageId) -> String {
    id.text().chars().take(ID_CHARS).collect()
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == REMEMBERED {
        list.pop_front();
    }
    list.push_back(item);
}
