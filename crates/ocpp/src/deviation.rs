//! How a message differs from the specification: a finding, never an error.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

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
pub static MEANINGS: &[(&str, &str)] = &[
    (
        "wrong_type",
        "A value has the wrong type (for example a number as text). Platforms that check schemas refuse it.",
    ),
    (
        "missing_field",
        "A field the specification requires is missing. Platforms that check schemas refuse the message.",
    ),
    ("extra_field", "A field that OCPP does not define was added. Most platforms ignore it, strict ones refuse it."),
    ("too_long", "A text is longer than OCPP allows. Strict platforms refuse it; others cut it off."),
    ("unknown_value", "A value is not in OCPP's list. Strict platforms refuse the message."),
    ("bad_time", "A time is not written as OCPP asks (RFC 3339 with a zone). Sessions may be shifted or refused."),
    ("bad_step", "A number has more decimals than OCPP allows (one)."),
    ("out_of_range", "A number or list is outside what OCPP allows."),
    ("schema", "The message does not fit the official schema. Platforms that check schemas refuse it."),
    ("unknown_action", "The charger asked for something OCPP 1.6 does not define. Platforms answer NotImplemented."),
    (
        "action_of_another_version",
        "The message belongs to another OCPP version than the one agreed on. Platforms answer NotImplemented.",
    ),
    ("wrong_direction", "The charger sent a message that only platforms send. Platforms answer NotSupported."),
    ("call_as_send", "The charger sent without asking for an answer (SEND) what wants one. Platforms may ignore it."),
    (
        "sent_as_call",
        "The charger asked for an answer to what is sent without (SEND). Platforms may leave it unanswered.",
    ),
    ("too_complex", "The message is nested too deep or made of too many parts to be read. No platform reads it."),
    ("not_json", "The frame is not JSON. Platforms ignore it or close the connection."),
    ("not_a_message", "The frame is JSON but not an OCPP-J message (an array that begins with 2, 3 or 4)."),
    ("byte_order_mark", "The frame begins with a byte order mark. Strict JSON readers refuse it."),
    ("trailing_bytes", "Bytes follow the message (often a zero byte). Strict JSON readers refuse it."),
    ("message_type_text", "The message type is text instead of a number. Strict platforms ignore the message."),
    ("unknown_message_type", "The message type is not one that OCPP 1.6 knows. Platforms ignore it."),
    ("message_id_not_text", "The message id is not text. Strict platforms refuse the message."),
    ("message_id_too_long", "The message id is longer than 36 characters. Strict platforms refuse the message."),
    ("message_id_repeated", "The message id was used before on this connection. Platforms may take it for a repeat."),
    ("payload_missing", "The message has no payload; OCPP-J wants at least {}."),
    ("payload_null", "The payload is null; tolerated by OCPP-J 1.6, refused by some platforms."),
    ("payload_not_object", "The payload is not an object. Strict platforms refuse the message."),
    ("error_incomplete", "An error answer lacks its description or details."),
    ("error_code_spelling", "The error code is spelled as another OCPP version spells it."),
    ("error_code_unknown", "The error code is not one that OCPP defines."),
    ("answer_repeated", "The charger answered the same message twice. Platforms ignore the second answer."),
    ("answer_unasked", "The charger answered something nobody asked. Platforms ignore it."),
    ("answer_late", "The answer came after we had given up waiting. A platform would have counted it as silence."),
    ("call_before_boot", "The charger sent other messages before BootNotification. Strict platforms refuse them."),
    (
        "binary_frame",
        "The message came in a binary WebSocket frame; OCPP-J uses text frames. Some platforms ignore it.",
    ),
    (
        "unmasked_frame",
        "The charger does not mask its WebSocket frames (RFC 6455 5.1). Most platforms close the connection.",
    ),
    ("invalid_utf8", "The frame is not valid UTF-8. Platforms close the connection."),
    (
        "subprotocol_missing",
        "No OCPP subprotocol was offered. Platforms such as SteVe refuse the connection (HTTP 400).",
    ),
    ("subprotocol_unknown", "Only unknown subprotocols were offered. Platforms refuse the connection."),
    (
        "subprotocol_spelling",
        "The subprotocol is spelled differently from `ocpp1.6`. Strict platforms refuse the connection.",
    ),
    ("path_slashes", "The path has empty segments (a doubled or trailing slash): check the URL in the charger."),
    ("path_without_id", "The path holds no charger id. Platforms refuse the connection: set the id in the charger."),
    (
        "id_not_plain",
        "The charger's id holds characters other than letters, digits and - _ . : platforms may refuse it.",
    ),
    ("upgrade_header", "The WebSocket request lacks a header it needs (Connection, Upgrade, Version or Key)."),
    ("early_bytes", "The charger sent data before the connection was confirmed. Some platforms drop it."),
    ("frame_too_large", "A message was larger than 1 MiB and was refused."),
    ("websocket_protocol", "The charger broke the WebSocket protocol and the connection could not go on."),
    (
        "clock_without_zone",
        "Times come without a zone. Platforms take them for UTC: sessions and schedules may be shifted.",
    ),
    (
        "routed_address",
        "The charger came from another network (through a router). It works, but only while that route exists.",
    ),
];

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
    fn every_rule_has_one_meaning() {
        for (index, (rule, _)) in MEANINGS.iter().enumerate() {
            assert!(MEANINGS[..index].iter().all(|(other, _)| other != rule), "{rule} is listed twice");
        }
    }
}
