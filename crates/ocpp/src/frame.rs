//! OCPP-J frames, read tolerantly from whatever bytes came.

use serde_json::Value;

use crate::deviation::Deviation;

/// The longest message id OCPP-J allows, characters.
const ID_CHARS: usize = 36;

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
    /// Nothing that could be understood; the bytes are in the store.
    Unreadable,
}

/// Reads a frame. Never fails: what cannot be read is [`Frame::Unreadable`] with the deviation that says why.
pub fn parse(bytes: &[u8]) -> (Frame, Vec<Deviation>) {
    let mut deviations = Vec::new();
    let frame = match value(bytes, &mut deviations) {
        Some(Value::Array(parts)) => message(parts, &mut deviations),
        Some(other) => unreadable("not_a_message", &other.to_string(), &mut deviations),
        None => unreadable("not_json", &String::from_utf8_lossy(bytes), &mut deviations),
    };
    (frame, deviations)
}

fn unreadable(rule: &'static str, got: &str, deviations: &mut Vec<Deviation>) -> Frame {
    deviations.push(Deviation::hard(rule, "", got));
    Frame::Unreadable
}

/// The first JSON value, past a byte order mark and before trailing rubbish.
fn value(bytes: &[u8], deviations: &mut Vec<Deviation>) -> Option<Value> {
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => {
            deviations.push(Deviation::hard("byte_order_mark", "", ""));
            rest
        }
        None => bytes,
    };
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let first = stream.next()?.ok()?;
    let rest = bytes.get(stream.byte_offset()..).unwrap_or_default();
    if rest.iter().any(|b| !b.is_ascii_whitespace()) {
        deviations.push(Deviation::hard("trailing_bytes", "", String::from_utf8_lossy(rest)));
    }
    Some(first)
}

fn message(parts: Vec<Value>, deviations: &mut Vec<Deviation>) -> Frame {
    let mut parts = parts.into_iter();
    let Some(kind) = parts.next().and_then(|kind| message_type(&kind, deviations)) else {
        return unreadable("not_a_message", "the first element is no message type", deviations);
    };
    let id = MessageId(parts.next().unwrap_or(Value::Null));
    check_id(&id, deviations);
    match kind {
        2 => {
            let action = text(parts.next());
            Frame::Call { id, action, payload: payload(parts.next(), deviations) }
        }
        3 => Frame::Result { id, payload: payload(parts.next(), deviations) },
        4 => {
            let (code, description, details) = (text(parts.next()), parts.next(), parts.next());
            if description.is_none() || details.is_none() {
                deviations.push(Deviation::soft("error_incomplete", "", &code));
            }
            Frame::Error { id, code, description: text(description) }
        }
        other => unreadable("unknown_message_type", &other.to_string(), deviations),
    }
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
        other => deviations.push(Deviation::hard("message_id_not_text", "/1", other.to_string())),
    }
}

fn payload(value: Option<Value>, deviations: &mut Vec<Deviation>) -> Value {
    match value {
        Some(object @ Value::Object(_)) => object,
        // OCPP-J 1.6 4.2.1 allows null for an empty payload.
        Some(Value::Null) => empty("payload_null", "null", deviations),
        Some(other) => empty("payload_not_object", &other.to_string(), deviations),
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

/// `[4, id, code, description, {}]` as text, the id echoed exactly as it came.
pub fn error(id: &MessageId, code: &str, description: &str) -> String {
    format!("[4,{},{},{},{{}}]", id.0, quoted(code), quoted(description))
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
            (b"[9,\"1\",\"Heartbeat\",{}]", "unknown_message_type"),
        ] {
            assert_eq!(parse(bytes).0, Frame::Unreadable);
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
            prop_assert!(frame != Frame::Unreadable || !deviations.is_empty(), "unreadable without a reason");
        }
    }
}
