//! OCPP-J frames, read tolerantly from whatever bytes came.

use serde_json::Value;

use crate::deviation::{Deviation, shown};
use crate::error::ErrorCode;
use crate::json;
use crate::version::Version;

/// The longest message id OCPP-J allows, characters.
const ID_CHARS: usize = 36;
/// The longest description of an error, characters.
const DESCRIPTION_CHARS: usize = 255;
/// The id that stands for one that could not be read (OCPP 2.0.1 part 4).
pub(crate) const NO_ID: &str = "-1";

/// A message id exactly as it was sent, so that an answer can echo it, even where it is no text.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageId(Value);

impl MessageId {
    /// An id of ours.
    pub fn ours(text: String) -> Self {
        Self(Value::String(text))
    }

    /// The id as text, for matching; a numeric id becomes its digits.
    pub fn text(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    fn is_readable(&self) -> bool {
        matches!(self.0, Value::String(_) | Value::Number(_))
    }
}

/// A frame as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// `[2, id, action, payload]`
    Call {
        /// Echo it in the answer.
        id: MessageId,
        /// The action, as spelled.
        action: String,
        /// The payload; `{}` where none was sent.
        payload: Value,
    },
    /// `[3, id, payload]`
    Result {
        /// The id of our call.
        id: MessageId,
        /// The payload; `{}` where none was sent.
        payload: Value,
    },
    /// `[4, id, code, description, details]`
    Error {
        /// The id of our call.
        id: MessageId,
        /// The error code, as spelled.
        code: String,
        /// The description; may be empty.
        description: String,
    },
    /// `[5, id, code, description, details]`, from 2.1 on: what we answered could not be accepted.
    ResultError {
        /// The id of the charger's call.
        id: MessageId,
        /// The error code, as spelled.
        code: String,
        /// The description; may be empty.
        description: String,
    },
    /// `[6, id, action, payload]`, from 2.1 on: wants no answer.
    Send {
        /// Not to be echoed; it is never answered.
        id: MessageId,
        /// The action, as spelled.
        action: String,
        /// The payload; `{}` where none was sent.
        payload: Value,
    },
    /// A message of a type that no version defines.
    OtherType {
        /// Its id.
        id: MessageId,
        /// Its type.
        kind: i64,
    },
    /// Nothing that could be understood; the bytes are in the store.
    Unreadable {
        /// It begins like an answer or a SEND, which nobody answers.
        unanswered: bool,
    },
}

/// Reads a frame. Never fails: what cannot be read is [`Frame::Unreadable`] with the deviation that says why.
pub fn parse(bytes: &[u8]) -> (Frame, Vec<Deviation>) {
    let mut deviations = Vec::new();
    let frame = match json::read(bytes, &mut deviations) {
        Ok(Value::Array(parts)) => message(parts, &mut deviations),
        Ok(other) => not_a_message(shown(&other), &mut deviations),
        Err(rule) => {
            deviations.push(Deviation::hard(rule, "", json::beginning(bytes)));
            Frame::Unreadable { unanswered: begins_unanswered(bytes) }
        }
    };
    (frame, deviations)
}

fn not_a_message(got: String, deviations: &mut Vec<Deviation>) -> Frame {
    deviations.push(Deviation::hard("not_a_message", "", got));
    Frame::Unreadable { unanswered: false }
}

/// Half a frame may still show that it was no call.
fn begins_unanswered(bytes: &[u8]) -> bool {
    let mut shown = bytes.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'"').skip_while(|b| !b.is_ascii());
    shown.next() == Some(&b'[') && matches!(shown.next(), Some(b'3'..=b'6'))
}

fn message(parts: Vec<Value>, deviations: &mut Vec<Deviation>) -> Frame {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    let Some(kind) = message_type(&first, deviations) else {
        return not_a_message(shown(&first), deviations);
    };
    let id = MessageId(parts.next().unwrap_or_default());
    check_id(&id, deviations);
    let parts = &mut parts;
    let frame = match kind {
        2 => Frame::Call { id, action: text(parts.next()), payload: payload(parts.next(), deviations) },
        3 => Frame::Result { id, payload: payload(parts.next(), deviations) },
        4 => {
            let (code, description) = error_parts(parts, deviations);
            Frame::Error { id, code, description }
        }
        5 => {
            let (code, description) = error_parts(parts, deviations);
            Frame::ResultError { id, code, description }
        }
        6 => Frame::Send { id, action: text(parts.next()), payload: payload(parts.next(), deviations) },
        kind => return Frame::OtherType { id, kind },
    };
    if let Some(extra) = parts.next() {
        deviations.push(Deviation::soft("extra_element", "", shown(&extra)));
    }
    frame
}

/// Code and description of CALLERROR and CALLRESULTERROR.
fn error_parts(parts: &mut impl Iterator<Item = Value>, deviations: &mut Vec<Deviation>) -> (String, String) {
    let (code, description, details) = (text(parts.next()), parts.next(), parts.next());
    if description.is_none() || details.is_none() {
        deviations.push(Deviation::soft("error_incomplete", "", &code));
    }
    let description = text(description);
    if description.chars().count() > DESCRIPTION_CHARS {
        deviations.push(Deviation::soft("error_description_too_long", "/3", &description));
    }
    (code, description)
}

fn message_type(kind: &Value, deviations: &mut Vec<Deviation>) -> Option<i64> {
    match kind {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => {
            deviations.push(Deviation::hard("message_type_text", "/0", digits));
            digits.trim().parse().ok()
        }
        _ => None,
    }
}

fn check_id(id: &MessageId, deviations: &mut Vec<Deviation>) {
    match &id.0 {
        Value::String(text) if text.chars().count() > ID_CHARS => {
            deviations.push(Deviation::hard("message_id_too_long", "/1", text));
        }
        Value::String(_) => {}
        other => deviations.push(Deviation::hard("message_id_not_text", "/1", shown(other))),
    }
}

fn payload(value: Option<Value>, deviations: &mut Vec<Deviation>) -> Value {
    match value {
        Some(object @ Value::Object(_)) => object,
        // OCPP-J 1.6 4.2.1 allows null for an empty payload.
        Some(Value::Null) => empty("payload_null", "null", deviations),
        Some(other) => empty("payload_not_object", &shown(&other), deviations),
        None => empty("payload_missing", "", deviations),
    }
}

fn empty(rule: &'static str, got: &str, deviations: &mut Vec<Deviation>) -> Value {
    deviations.push(Deviation::soft(rule, "", got));
    Value::Object(serde_json::Map::new())
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// `[2, id, action, payload]` as text.
pub fn call(id: &str, action: &str, payload: &Value) -> String {
    format!("[2,{},{},{payload}]", quoted(id), quoted(action))
}

/// `[3, id, payload]` as text, the id echoed exactly as it came.
pub fn result(id: &MessageId, payload: &Value) -> String {
    format!("[3,{},{payload}]", id.0)
}

/// `[4, id, code, description, {}]` as text. The id is echoed exactly as it came; in 2.x it is `-1` where it is none.
pub fn error(version: Version, id: &MessageId, code: &str, description: &str) -> String {
    let id = if version.is_v2() && !id.is_readable() { &quoted(NO_ID) } else { &id.0 };
    let description: String = description.chars().take(DESCRIPTION_CHARS).collect();
    format!("[4,{id},{},{},{{}}]", quoted(code), quoted(&description))
}

/// The answer to what could not be read, where a version wants one.
pub(crate) fn error_without_id(version: Version, code: ErrorCode, description: &str) -> String {
    error(version, &MessageId(Value::Null), code.name(version), description)
}

fn quoted(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rules(bytes: &[u8]) -> Vec<String> {
        parse(bytes).1.into_iter().map(|d| d.rule.into_owned()).collect()
    }

    #[test]
    fn a_plain_call_is_read_without_deviation() {
        let (frame, deviations) = parse(br#"[2,"7","Heartbeat",{}]"#);
        assert_eq!(
            frame,
            Frame::Call { id: MessageId::ours("7".into()), action: "Heartbeat".into(), payload: json!({}) }
        );
        assert!(deviations.is_empty());
    }

    #[test]
    fn what_real_chargers_do_to_frames_is_read_and_named() {
        for (bytes, rule) in [
            (&b"\xEF\xBB\xBF[2,\"1\",\"Heartbeat\",{}]"[..], "byte_order_mark"),
            (b"[2,\"1\",\"Heartbeat\",{}]\0", "trailing_bytes"),
            (b"[\"2\",\"1\",\"Heartbeat\",{}]", "message_type_text"),
            (b"[2,17,\"Heartbeat\",{}]", "message_id_not_text"),
            (b"[2,\"1\",\"Heartbeat\",null]", "payload_null"),
            (b"[2,\"1\",\"Heartbeat\"]", "payload_missing"),
            (b"[2,\"1\",\"Heartbeat\",[]]", "payload_not_object"),
        ] {
            let (frame, _) = parse(bytes);
            assert!(matches!(frame, Frame::Call { ref action, .. } if action == "Heartbeat"), "{frame:?}");
            assert_eq!(rules(bytes), [rule]);
        }
    }

    #[test]
    fn what_is_no_message_is_named_and_not_an_error() {
        for (bytes, rule) in [
            (&b"hello"[..], "not_json"),
            (b"", "not_json"),
            (b"[2,\"1\",\"Heartbeat\",{", "not_json"),
            (b"{\"a\":1}", "not_a_message"),
            (b"[]", "not_a_message"),
        ] {
            assert!(matches!(parse(bytes).0, Frame::Unreadable { .. }));
            assert!(rules(bytes).iter().any(|r| r == rule), "{:?} for {bytes:?}", rules(bytes));
        }
    }

    #[test]
    fn an_answer_echoes_the_id_exactly_even_where_it_is_a_number() {
        let (Frame::Call { id, .. }, _) = parse(br#"[2,17,"Heartbeat",{}]"#) else { panic!("a call") };
        assert_eq!(result(&id, &json!({})), "[3,17,{}]");
    }

    proptest! {
        #[test]
        fn no_bytes_can_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let (frame, deviations) = parse(&bytes);
            prop_assert!(!matches!(frame, Frame::Unreadable { .. }) || !deviations.is_empty(), "unreadable without a reason");
        }
    }
}
