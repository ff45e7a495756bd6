//! The RPC rules of OCPP-J as a pure state machine: one outstanding call, time-outs, late answers, repeated ids.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::deviation::Deviation;
use crate::frame::{self, Frame, MessageId};
use crate::schema::{self, Half};

/// How long we wait for the answer to a call. OCPP leaves the number to us; 15 s is longer than any charger needs that
/// is going to answer at all.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How many given-up calls and seen ids are remembered.
const REMEMBERED: usize = 16;
/// And how much of an id, characters: a hostile one may be as long as a message.
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
    /// Nothing to act on.
    Nothing,
}

/// A CALLERROR.
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
    prefix: String,
    sent: u64,
    outstanding: Option<Outstanding>,
    given_up: VecDeque<(String, String)>,
    seen: VecDeque<String>,
}

impl Peer {
    /// For a new connection. `prefix` makes our message ids unique across connections (at most 20 characters).
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), sent: 0, outstanding: None, given_up: VecDeque::new(), seen: VecDeque::new() }
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
                self.answered(&id, Err(Refusal { code, description }), &mut deviations)
            }
            Frame::Unreadable => Event::Nothing,
        };
        (event, deviations)
    }

    fn called(&mut self, id: MessageId, action: String, payload: Value, deviations: &mut Vec<Deviation>) -> Event {
        let text: String = id.text().chars().take(ID_CHARS).collect();
        if self.seen.contains(&text) {
            deviations.push(Deviation::soft("message_id_repeated", "/1", &text));
        } else {
            remember(&mut self.seen, text);
        }
        deviations.extend(schema::check_v16(&action, Half::Request, &payload));
        Event::Call { id, action, payload }
    }

    fn answered(&mut self, id: &MessageId, answer: Result<Value, Refusal>, deviations: &mut Vec<Deviation>) -> Event {
        let text = id.text();
        if let Some(waiting) = self.outstanding.take_if(|o| o.id == text) {
            if let Ok(payload) = &answer {
                deviations.extend(schema::check_v16(&waiting.action, Half::Response, payload));
            }
            return Event::Answer { action: waiting.action, answer };
        }
        if let Some(index) = self.given_up.iter().position(|(id, _)| *id == text) {
            deviations.push(Deviation::hard("answer_late", "/1", &text));
            return match self.given_up.remove(index) {
                Some((_, action)) => Event::Late { action },
                None => Event::Nothing,
            };
        }
        deviations.push(Deviation::soft("answer_unasked", "/1", &text));
        Event::Nothing
    }
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == REMEMBERED {
        list.pop_front();
    }
    list.push_back(item);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_second_call_waits_until_the_first_is_answered() {
        let (mut peer, now) = (Peer::new("a"), Instant::now());
        let first = peer.call(now, "Reset", &json!({"type": "Soft"})).expect("nothing is waiting");
        assert_eq!(first, r#"[2,"a-1","Reset",{"type":"Soft"}]"#);
        assert_eq!(peer.call(now, "ClearCache", &json!({})), None);
        let (event, deviations) = peer.receive(br#"[3,"a-1",{"status":"Accepted"}]"#);
        assert_eq!(event, Event::Answer { action: "Reset".into(), answer: Ok(json!({"status": "Accepted"})) });
        assert!(deviations.is_empty());
        assert!(peer.call(now, "ClearCache", &json!({})).is_some());
    }

    #[test]
    fn an_answer_after_the_time_is_matched_and_named_late() {
        let (mut peer, now) = (Peer::new("a"), Instant::now());
        peer.call(now, "Reset", &json!({"type": "Soft"}));
        assert_eq!(peer.expire(now + CALL_TIMEOUT - Duration::from_millis(1)), None);
        assert_eq!(peer.expire(now + CALL_TIMEOUT).as_deref(), Some("Reset"));
        let (event, deviations) = peer.receive(br#"[3,"a-1",{"status":"Accepted"}]"#);
        assert_eq!(event, Event::Late { action: "Reset".into() });
        assert_eq!(deviations[0].rule, "answer_late");
    }

    #[test]
    fn an_answer_nobody_asked_for_is_a_deviation_and_nothing_else() {
        let (event, deviations) = Peer::new("a").receive(br#"[3,"nope",{}]"#);
        assert_eq!(event, Event::Nothing);
        assert_eq!(deviations[0].rule, "answer_unasked");
    }

    #[test]
    fn a_repeated_message_id_is_named_and_still_answered() {
        let mut peer = Peer::new("a");
        peer.receive(br#"[2,"1","Heartbeat",{}]"#);
        let (event, deviations) = peer.receive(br#"[2,"1","Heartbeat",{}]"#);
        assert!(matches!(event, Event::Call { .. }));
        assert_eq!(deviations[0].rule, "message_id_repeated");
    }

    #[test]
    fn an_answer_that_does_not_fit_its_schema_is_still_the_answer() {
        let (mut peer, now) = (Peer::new("a"), Instant::now());
        peer.call(now, "Reset", &json!({"type": "Soft"}));
        let (event, deviations) = peer.receive(br#"[3,"a-1",{"status":"OK"}]"#);
        assert!(matches!(event, Event::Answer { answer: Ok(_), .. }));
        assert_eq!(deviations[0].rule, "unknown_value");
    }
}
