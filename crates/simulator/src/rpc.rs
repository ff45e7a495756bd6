//! OCPP-J as the charger speaks it: what a frame is, and how a call is answered or refused.

use crate::Version;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The id of an answer to a frame whose own id cannot be read (2.x part 4, CALLERROR).
const NO_ID: &str = "-1";

/// One frame from the endpoint.
#[derive(Debug)]
pub(crate) enum Frame {
    /// It asks something.
    Call { id: String, action: String, payload: Value },
    /// It answers; an error answer carries no payload.
    Answer { id: String, result: Option<Value> },
    /// Nothing the charger could make sense of; with the frame that says so, where the version has one.
    Unreadable(Option<String>),
}

impl Frame {
    /// Reads a frame. 1.6 has no rule for what is no frame, so the charger ignores it.
    pub(crate) fn read(version: Version, text: &str) -> Frame {
        let fields: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
        let id = fields.get(1).and_then(Value::as_str).map(str::to_owned);
        match (fields.first().and_then(Value::as_u64), id) {
            (Some(2), Some(id)) => Frame::call(version, id, &fields),
            (Some(3), Some(id)) => Frame::Answer { id, result: Some(fields.get(2).cloned().unwrap_or_default()) },
            (Some(4), Some(id)) => Frame::Answer { id, result: None },
            // what cannot be an answer of ours gets no error either, or two sides would send them for ever
            (Some(3..=6), _) => Frame::Unreadable(None),
            // the other two versions want an unknown type ignored
            (Some(kind), Some(id)) if version == Version::V201 => {
                let what = format!("There is no message type {kind}.");
                Frame::Unreadable(Some(error(version, &id, Fault::MessageType, &what)))
            }
            (Some(3..), _) => Frame::Unreadable(None),
            _ => Frame::unreadable(version, NO_ID),
        }
    }

    fn call(version: Version, id: String, fields: &[Value]) -> Frame {
        let Some(action) = fields.get(2).and_then(Value::as_str) else { return Frame::unreadable(version, &id) };
        let payload = match fields.get(3) {
            // OCPP-J 1.6 section 4.2.1 allows null for an empty payload
            None | Some(Value::Null) if version == Version::V16 => json!({}),
            Some(payload) => payload.clone(),
            None => return Frame::unreadable(version, &id),
        };
        Frame::Call { id, action: action.to_owned(), payload }
    }

    fn unreadable(version: Version, id: &str) -> Frame {
        let what = "That is no OCPP message.";
        Frame::Unreadable(version.is_v2().then(|| error(version, id, Fault::RpcFramework, what)))
    }
}

/// Why a call is refused with a CALLERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The action is not known.
    NotImplemented,
    /// It is known, and not supported.
    NotSupported,
    /// The payload is not what the schema says.
    Format,
    /// A field holds a word that is none of its words.
    Value,
    /// A field holds what it may not.
    PropertyConstraint,
    /// A field is missing.
    OccurrenceConstraint,
    /// A field is of the wrong type.
    TypeConstraint,
    /// A text is longer than the charger can keep (P22).
    TooLong,
    /// It may not be asked now.
    Security,
    /// There is no such message type.
    MessageType,
    /// The frame is none.
    RpcFramework,
}

impl Fault {
    /// The error code, in the version's spelling. In 1.6 the charger calls every malformed payload one thing.
    pub(crate) fn code(self, version: Version) -> &'static str {
        match (self, version) {
            (Fault::Format | Fault::Value | Fault::OccurrenceConstraint | Fault::TypeConstraint, Version::V16) => {
                "FormationViolation"
            }
            (Fault::MessageType | Fault::RpcFramework, Version::V16) => "ProtocolError",
            (Fault::NotImplemented, _) => "NotImplemented",
            (Fault::NotSupported, _) => "NotSupported",
            (Fault::Format, _) => "FormatViolation",
            (Fault::Value | Fault::PropertyConstraint, _) => "PropertyConstraintViolation",
            (Fault::OccurrenceConstraint, _) => "OccurrenceConstraintViolation",
            (Fault::TypeConstraint | Fault::TooLong, _) => "TypeConstraintViolation",
            (Fault::Security, _) => "SecurityError",
            (Fault::MessageType, _) => "MessageTypeNotSupported",
            (Fault::RpcFramework, _) => "RpcFrameworkError",
        }
    }

    /// What the reader's complaint about a payload comes to.
    fn of(complaint: &serde_json::Error) -> Fault {
        let text = complaint.to_string();
        let starts = [
            ("missing field", Fault::OccurrenceConstraint),
            ("invalid type", Fault::TypeConstraint),
            ("unknown variant", Fault::Value),
        ];
        starts.iter().find(|(start, _)| text.starts_with(start)).map_or(Fault::Format, |(_, fault)| *fault)
    }
}

/// Why a call of the endpoint is not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A CALLERROR with this description.
    Error(Fault, String),
    /// 2.x: an answer whose status is Rejected, with the reason in at most 20 characters.
    Rejected(&'static str),
    /// No word at all: a deviation.
    Silence,
}

/// What a charger whose boot was rejected says to a call: nothing in 1.6 (section 4.2), SecurityError in 2.x (B03.FR.08).
pub(crate) fn unregistered(version: Version) -> Refusal {
    let description = "This charger's boot was rejected.";
    if version.is_v2() { Refusal::Error(Fault::Security, description.into()) } else { Refusal::Silence }
}

/// What a command comes to: the CALLRESULT's payload, or why there is none.
pub(crate) type Reply = Result<Value, Refusal>;

/// The payload of a command, read as `T`.
pub(crate) fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, Refusal> {
    T::deserialize(payload).map_err(|e| Refusal::Error(Fault::of(&e), e.to_string()))
}

/// An answer that is only a status.
pub(crate) fn status(status: &str) -> Reply {
    Ok(json!({ "status": status }))
}

/// An answer that says no and why (2.x).
pub(crate) fn rejected(reason: &'static str) -> Reply {
    Err(Refusal::Rejected(reason))
}

/// The frame that answers call `id`, unless the charger stays silent.
pub(crate) fn answer(version: Version, id: &str, reply: Reply) -> Option<String> {
    match reply {
        Ok(payload) => Some(json!([3, id, payload]).to_string()),
        Err(Refusal::Error(fault, description)) => Some(error(version, id, fault, &description)),
        Err(Refusal::Rejected(reason)) => {
            Some(json!([3, id, { "status": "Rejected", "statusInfo": { "reasonCode": reason } }]).to_string())
        }
        Err(Refusal::Silence) => None,
    }
}

fn error(version: Version, id: &str, fault: Fault, description: &str) -> String {
    json!([4, id, fault.code(version), cut(description, 255), {}]).to_string()
}

/// The frame that refuses an answer (2.1 CALLRESULTERROR); the earlier versions have none.
pub(crate) fn refuse_answer(version: Version, id: &str, why: &str) -> Option<String> {
    (version == Version::V21).then(|| json!([5, id, Fault::Format.code(version), cut(why, 255), {}]).to_string())
}

/// Text cut to the length of a field, in characters.
pub(crate) fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}
