//! How a message differs from the specification: a finding, never an error.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most characters of an offending value that are kept.
const GOT_CHARS: usize = 120;

/// How a strict platform would react.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Most platforms let it pass.
    Soft,
    /// A strict platform refuses the message or the connection.
    Hard,
}

/// One way in which something differed from the specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// JSON pointer into the payload; empty for the whole frame.
    pub pointer: String,
    /// Stable name of the rule, snake_case.
    pub rule: Cow<'static, str>,
    /// What was sent, shortened to 120 characters.
    pub got: String,
    /// How a strict platform would react.
    pub severity: Severity,
}

impl Deviation {
    /// A deviation a strict platform refuses.
    pub fn hard(rule: &'static str, pointer: impl Into<String>, got: impl AsRef<str>) -> Self {
        debug_assert!(MEANINGS.iter().any(|(name, _)| *name == rule), "{rule} has no meaning");
        Self { pointer: pointer.into(), rule: rule.into(), got: shorten(got.as_ref()), severity: Severity::Hard }
    }

    /// A deviation most platforms let pass.
    pub fn soft(rule: &'static str, pointer: impl Into<String>, got: impl AsRef<str>) -> Self {
        Self { severity: Severity::Soft, ..Self::hard(rule, pointer, got) }
    }

    /// What it means and which kind of platform would refuse it.
    pub fn meaning(&self) -> &'static str {
        meaning(&self.rule)
    }
}

/// What breaking a rule means, for a person.
pub fn meaning(rule: &str) -> &'static str {
    MEANINGS
        .iter()
        .find(|(name, _)| *name == rule)
        .map_or("It differs from the OCPP specification. A strict platform may refuse it.", |(_, text)| text)
}

/// Every rule with its meaning; the one list of what can be reported.
///
/// Each says what is odd, what follows from it, and which kind of platform would refuse it.
pub static MEANINGS: &[(&str, &str)] = &[
    // a payload against its official schema
    (
        "wrong_type",
        "A value has the wrong type, for example a number where OCPP wants text. Platforms that check schemas refuse the \
         message; others may read it wrongly.",
    ),
    (
        "missing_field",
        "A field that OCPP requires is missing. Platforms that check schemas refuse the message; others guess.",
    ),
    (
        "extra_field",
        "A field was added that OCPP does not define. Most platforms ignore it; those that check schemas strictly refuse \
         the message.",
    ),
    (
        "too_long",
        "A text is longer than OCPP allows. Platforms that check schemas refuse the message; others cut the text off, so \
         that ids no longer match.",
    ),
    (
        "unknown_value",
        "A value is not in OCPP's list of allowed words. Platforms that check schemas refuse the message; others take it \
         for something else.",
    ),
    (
        "bad_time",
        "A time is not written as OCPP asks (RFC 3339 with a zone, for example 2026-11-22T10:00:00Z). Strict platforms \
         refuse the message; others may shift sessions and schedules.",
    ),
    ("bad_address", "An address is not written as a URI. Platforms may be unable to use it."),
    (
        "bad_step",
        "A number has more decimals than OCPP allows (one, for a limit in 1.6). Strict platforms refuse the message.",
    ),
    (
        "out_of_range",
        "A number, or the length of a list, is outside what OCPP allows. Platforms that check schemas refuse the message.",
    ),
    ("schema", "The message does not fit the official schema. Platforms that check schemas refuse it."),
    // the action
    (
        "unknown_action",
        "The charger asked for something that OCPP does not define, or spelled it differently. Every platform answers \
         NotImplemented, and what the charger wanted to tell is lost.",
    ),
    (
        "action_of_another_version",
        "The message belongs to another OCPP version than the one agreed on. Every platform answers NotImplemented: set \
         one version in the charger, or update its firmware.",
    ),
    (
        "wrong_direction",
        "The charger sent a message that only platforms send. Platforms answer NotSupported or NotImplemented.",
    ),
    (
        "call_as_send",
        "The charger sent without asking for an answer (SEND) what OCPP wants answered. Platforms may ignore it, and the \
         charger cannot know.",
    ),
    (
        "send_as_call",
        "The charger asked for an answer to what OCPP sends without one (SEND). Platforms may leave it unanswered, and \
         the charger would wait.",
    ),
    // the frame
    (
        "too_complex",
        "The message is nested too deep, or made of too many parts, to be read safely. It was stored but not read; other \
         platforms may drop the connection.",
    ),
    ("not_json", "The frame is not JSON. Platforms ignore it, answer an error, or close the connection."),
    (
        "not_a_message",
        "The frame is JSON but not an OCPP-J message (a list that begins with a message type). Platforms ignore it or \
         answer an error.",
    ),
    ("byte_order_mark", "The frame begins with a byte order mark. Platforms with a strict JSON reader refuse it."),
    (
        "trailing_bytes",
        "Bytes follow the message (often a zero byte from the firmware's text buffer). Platforms with a strict JSON \
         reader refuse it.",
    ),
    (
        "message_large",
        "The message is larger than 64 KiB. OCPP sets no limit, but some platforms close the connection above theirs.",
    ),
    (
        "line_breaks",
        "The message is spread over lines. JSON allows that; platforms that take each line for a message cannot read it.",
    ),
    ("message_type_text", "The message type is text instead of a number. Strict platforms ignore the message."),
    (
        "unknown_message_type",
        "The message type is not one that this OCPP version defines. Platforms of 1.6 and 2.1 ignore it; those of 2.0.1 \
         answer MessageTypeNotSupported.",
    ),
    ("message_id_not_text", "The message id is not text. Strict platforms refuse the message or cannot answer it."),
    ("message_id_too_long", "The message id is longer than 36 characters. Strict platforms refuse the message."),
    (
        "message_id_repeated",
        "The message id was used before on this connection. Platforms may take the message for a repeat and not act on \
         it.",
    ),
    (
        "message_id_reserved",
        "The message id is -1, which OCPP 2 keeps for messages whose id could not be read. Platforms may take the \
         answer for such an error.",
    ),
    ("extra_element", "The message has more elements than OCPP-J defines. Strict platforms refuse it."),
    ("payload_missing", "The message has no payload; OCPP-J wants at least {}. Strict platforms refuse it."),
    (
        "payload_null",
        "The payload is null instead of {}. OCPP 1.6 tolerates that, 2.0.1 and 2.1 do not; strict platforms refuse it.",
    ),
    ("payload_not_object", "The payload is not an object. Strict platforms refuse the message; what it said is lost."),
    (
        "calls_at_once",
        "The charger asked again before its last message was answered; OCPP-J wants one at a time. Strict platforms refuse \
         the second.",
    ),
    // answers
    (
        "error_incomplete",
        "An error answer lacks its description or details. Strict platforms ignore the answer and wait in vain.",
    ),
    (
        "error_description_too_long",
        "An error's description is longer than 255 characters. Strict platforms ignore the answer; others cut it off.",
    ),
    (
        "error_code_spelling",
        "The error code is spelled as another OCPP version spells it. Platforms may show it as an unknown error.",
    ),
    ("error_code_unknown", "The error code is not one that OCPP defines. Platforms show it as an unknown error."),
    (
        "answer_unasked",
        "The charger answered something nobody asked. Platforms ignore it; it may have mixed up its message ids.",
    ),
    ("answer_repeated", "The charger answered the same message twice. Platforms ignore the second answer."),
    ("answer_late", "The answer came after we had given up waiting. A platform would have counted it as silence."),
    (
        "answer_without_id",
        "The charger refused a message without saying which (id -1): it could not read it. Many platforms wait on and \
         count it as silence.",
    ),
    (
        "answer_of_another_action",
        "The answer fits an earlier question and not the one it names: the charger seems to be one answer behind. Every \
         platform would misread it. Restart the charger.",
    ),
    (
        "call_before_boot",
        "The charger sent other messages before BootNotification. Strict platforms answer SecurityError and act on none \
         of them.",
    ),
    (
        "seq_no_gap",
        "A message of a transaction is missing: its numbers have a gap. What a platform bills for that session may be \
         wrong.",
    ),
    // the WebSocket
    (
        "binary_frame",
        "The message came in a binary WebSocket frame; OCPP-J uses text frames. Some platforms ignore it.",
    ),
    (
        "unmasked_frame",
        "The charger does not mask its WebSocket frames (RFC 6455 5.1). Most platforms close the connection.",
    ),
    (
        "message_in_pieces",
        "The message came in several WebSocket frames. WebSocket allows that; simple platforms read only the first one.",
    ),
    ("invalid_utf8", "The frame is not valid UTF-8. Platforms close the connection, as WebSocket demands."),
    ("frame_too_large", "A message was larger than 1 MiB and was refused. Other platforms have similar bounds."),
    ("websocket_protocol", "The charger broke the WebSocket protocol and the connection could not go on."),
    // the way in
    (
        "subprotocol_missing",
        "No OCPP subprotocol was offered. Platforms such as SteVe refuse the connection (HTTP 400).",
    ),
    (
        "subprotocol_unknown",
        "Only subprotocols were offered that are not spoken here (1.6, 2.0.1 and 2.1 are). Platforms refuse the \
         connection: choose another OCPP version in the charger.",
    ),
    (
        "subprotocol_others",
        "Beside a subprotocol that is spoken here, the charger offers others that are unknown or out of date. Platforms \
         pass them over.",
    ),
    (
        "subprotocol_spelling",
        "The subprotocol is spelled differently from ocpp1.6, ocpp2.0.1 or ocpp2.1. Strict platforms refuse the \
         connection.",
    ),
    (
        "path_slashes",
        "The path has empty segments (a doubled or trailing slash): check the URL in the charger. Platforms may take the \
         id for empty and refuse the connection.",
    ),
    ("path_without_id", "The path holds no charger id. Platforms refuse the connection: set the id in the charger."),
    (
        "id_like_a_path",
        "The charger's id is a word that ends the addresses of platforms: it seems to add no id of its own. Platforms take \
         all such chargers for one, or refuse them: add the id to the URL.",
    ),
    (
        "id_not_plain",
        "The charger's id holds characters other than letters, digits and - _ . : platforms may refuse it.",
    ),
    (
        "basic_user",
        "The user name sent with the password is not the charger's id. Platforms refuse the connection (401).",
    ),
    (
        "client_certificate",
        "The charger showed a certificate of its own that cannot be trusted here. A platform with security profile 3 refuses \
         the connection.",
    ),
    (
        "connected_twice",
        "A second connection with the same id came while the first was open: the charger had lost the first one, or two \
         chargers have the same id. Platforms drop one of the two.",
    ),
    (
        "upgrade_header",
        "The WebSocket request lacks a header it needs (Connection, Upgrade, Version or Key). Most platforms refuse the \
         connection.",
    ),
    (
        "password_not_text",
        "The password is raw bytes and no text, as 1.6 defines its AuthorizationKey. Some platforms of 1.6 and all of 2.x \
         take only text and refuse the connection.",
    ),
    (
        "compression_offered",
        "The charger offers to compress its messages, which OCPP 1.6 does not define. It is declined here; where a platform \
         agrees, messages may become unreadable.",
    ),
    ("early_bytes", "The charger sent data before the connection was confirmed. Some platforms drop it."),
    (
        "clock_without_zone",
        "Times come without a zone. Platforms take them for UTC: sessions and schedules may be shifted.",
    ),
    (
        "routed_address",
        "The charger came from another network (through a router). It works, but only while that route exists.",
    ),
];

/// The beginning of a value as JSON, without writing out the rest: a charger may send a megabyte where a number belongs.
pub(crate) fn shown(value: &Value) -> String {
    struct Bounded(String);
    impl fmt::Write for Bounded {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend(text.chars().take(GOT_CHARS + 1));
            if self.0.chars().count() > GOT_CHARS { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut text = Bounded(String::new());
    // An error only says that there was more than is kept.
    let _ = write!(text, "{value}");
    text.0
}

/// At most 120 characters, with an ellipsis where cut.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(GOT_CHARS) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_shortened_at_a_character_and_not_inside_one() {
        let got = Deviation::hard("too_long", "/chargePointModel", "é".repeat(500)).got;
        assert_eq!(got.chars().count(), GOT_CHARS + 1);
    }

    #[test]
    fn a_large_value_is_shown_by_its_beginning() {
        let shown = shown(&serde_json::json!(vec!["é"; 100_000]));
        assert!((GOT_CHARS..2 * GOT_CHARS).contains(&shown.chars().count()), "{shown}");
        assert_eq!(super::shown(&serde_json::json!({"a": "b"})), r#"{"a":"b"}"#);
    }

    #[test]
    fn a_meaning_is_a_sentence_for_people() {
        for (rule, text) in MEANINGS {
            assert!(text.ends_with('.') && !text.contains("  "), "{rule}: {text}");
        }
    }

    #[test]
    fn every_rule_has_one_meaning() {
        for (index, (rule, _)) in MEANINGS.iter().enumerate() {
            assert!(MEANINGS[..index].iter().all(|(other, _)| other != rule), "{rule} is listed twice");
        }
    }
}
