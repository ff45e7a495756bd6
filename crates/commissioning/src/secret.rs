//! Secrets are masked before anything is stored or hashed.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use bytes::Bytes;
use serde_json::Value;

/// What stands in the place of a secret.
pub const MASK: &str = "(masked)";

/// Fields of OCPP 2.x messages whose values are secrets: `basicAuthPassword`, `apnPassword` and the VPN's `password` of a
/// network connection profile (official schemas of SetNetworkProfile).
const FIELDS: [&str; 2] = ["apnPassword", "password"];
/// A name may be written with escapes of its letters.
const ESCAPED_ASCII: &str = "\\u00";

/// The keys, variables and fields whose values are secrets, as the catalogue and the schemas say.
fn secret_names() -> impl Iterator<Item = &'static str> {
    chargehand_catalogue::keys().iter().filter(|k| k.secret).map(|k| k.key.as_str()).chain(FIELDS)
}

/// Is the value of this configuration key, variable or field a secret? A variable may be named with its component in
/// front.
pub fn is_secret(name: &str) -> bool {
    let variable = name.rsplit('.').next().unwrap_or(name);
    secret_names().any(|secret| secret.eq_ignore_ascii_case(variable))
}

/// The bytes with the values of secret configuration keys masked. Frames without such a key are not touched.
///
/// A frame that names one but cannot be parsed is replaced whole: better one frame unread than a password kept.
pub fn mask(bytes: Bytes) -> Bytes {
    if !may_name_secret(&bytes) {
        return bytes;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Bytes::from(format!("{MASK}: {} bytes that may name a secret and are no JSON", bytes.len()));
    };
    if mask_values(&mut value, false) { Bytes::from(value.to_string()) } else { bytes }
}

/// On the way of every frame, so it is one pass of one automaton.
fn may_name_secret(bytes: &[u8]) -> bool {
    static NAMES: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let names = || secret_names().chain([ESCAPED_ASCII]);
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(names()).ok();
    // Without an automaton every frame is looked at whole.
    NAMES.get_or_init(build).as_ref().is_none_or(|names| names.is_match(bytes))
}

/// Masks what is secret, and says whether anything was. `named`: inside an object that names a secret.
fn mask_values(value: &mut Value, named: bool) -> bool {
    match value {
        // Every one of them, also after the first that was masked.
        Value::Array(items) => items.iter_mut().map(|item| mask_values(item, named)).fold(false, |any, one| any | one),
        Value::Object(fields) => {
            // 1.6 names a key, 2.x a variable.
            let name = fields.get("key").or_else(|| fields.get("variable").and_then(|v| v.get("name")));
            let named = named || name.and_then(Value::as_str).is_some_and(is_secret);
            fields.iter_mut().fold(false, |masked, (name, field)| {
                let is_value = matches!(name.as_str(), "value" | "attributeValue");
                let secret = field.is_string() && ((named && is_value) || is_secret(name));
                if secret {
                    *field = Value::from(MASK);
                }
                secret || mask_values(field, named) || masked
            })
        }
        _ => false,
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
    fn a_key_written_with_escapes_is_still_known() {
        let change = r#"[2,"1","ChangeConfiguration",{"key":"\u0041uthorizationKey","value":"hunter2"}]"#;
        assert!(!masked(change).contains("hunter2"));
        let plain = r#"[2,"1","DataTransfer",{"vendorId":"\u0041cme","data":"x"}]"#;
        assert_eq!(masked(plain), plain, "byte for byte");
    }

    #[test]
    fn the_passwords_of_2_x_never_reach_the_disk() {
        for frame in [
            r#"[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"hunter2","component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}]}]"#,
            r#"[2,"1","NotifyReport",{"reportData":[{"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"hunter2"}]}]}]"#,
            r#"[2,"1","SetNetworkProfile",{"configurationSlot":1,"connectionData":{"basicAuthPassword":"hunter2"}}]"#,
            r#"[2,"1","SetNetworkProfile",{"connectionData":{"vpn":{"user":"u","password":"hunter2"},"apn":{"apnPassword":"hunter2"}}}]"#,
        ] {
            let masked = masked(frame);
            assert!(!masked.contains("hunter2"), "{masked}");
            assert!(masked.contains(MASK), "{masked}");
        }
    }

    #[test]
    fn every_other_frame_stays_byte_for_byte() {
        let frame = "[2, \"1\" ,\"Heartbeat\",{} ]\u{0}";
        assert_eq!(masked(frame), frame);
    }
}
