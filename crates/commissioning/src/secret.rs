//! Secrets are masked before anything is stored or hashed.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use bytes::Bytes;
use serde_json::Value;

/// What stands in the place of a secret.
pub const MASK: &str = "(masked)";

/// The keys whose values are secrets, as the catalogue says.
fn secret_keys() -> impl Iterator<Item = &'static str> {
    chargehand_catalogue::keys().iter().filter(|k| k.secret).map(|k| k.key.as_str())
}

/// Is this configuration key's value a secret?
pub fn is_secret(key: &str) -> bool {
    secret_keys().any(|secret| secret.eq_ignore_ascii_case(key))
}

/// The bytes with the values of secret configuration keys masked. Frames without such a key are not touched.
///
/// A frame that names one but cannot be parsed is replaced whole: better one frame unread than a password kept.
pub fn mask(bytes: Bytes) -> Bytes {
    if !names_secret(&bytes) {
        return bytes;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Bytes::from(format!("{MASK}: {} bytes that name a secret and are no JSON", bytes.len()));
    };
    mask_values(&mut value);
    Bytes::from(value.to_string())
}

/// On the way of every frame, so it is one pass of one automaton.
fn names_secret(bytes: &[u8]) -> bool {
    static NAMES: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(secret_keys()).ok();
    // Without an automaton every frame is looked at whole.
    NAMES.get_or_init(build).as_ref().is_none_or(|names| names.is_match(bytes))
}

fn mask_values(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask_values),
        Value::Object(fields) => {
            let names = fields.get("key").and_then(Value::as_str).is_some_and(is_secret);
            for (name, field) in fields.iter_mut() {
                if (names && name == "value") || (is_secret(name) && field.is_string()) {
                    *field = Value::from(MASK);
                } else {
                    mask_values(field);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8_lossy(&mask(Bytes::copy_from_slice(text.as_bytes()))).into_owned()
    }

    #[test]
    fn a_password_never_reaches_the_disk() {
        let change = r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"hunter2"}]"#;
        assert_eq!(masked(change), change.replace("hunter2", MASK));
        let answer = r#"[3,"1",{"configurationKey":[{"key":"authorizationkey","readonly":false,"value":"hunter2"}]}]"#;
        assert!(!masked(answer).contains("hunter2"));
        assert!(!masked(r#"[2,"1","X",{"AuthorizationKey":"hunter2""#).contains("hunter2"), "cut frame");
    }

    #[test]
    fn every_other_frame_stays_byte_for_byte() {
        let frame = "[2, \"1\" ,\"Heartbeat\",{} ]\u{0}";
        assert_eq!(masked(frame), frame);
    }
}
