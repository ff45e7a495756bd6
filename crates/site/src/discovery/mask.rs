//! Secrets in what devices answer. They are taken out before anything is kept, compared or shown: some chargers answer
//! anyone with the password of their platform.

use serde_json::Value;

/// What stands in a secret's place.
const MASK: &str = "***";
/// Parts of keys, lower case, whose values are secrets.
static SECRET: &[&str] =
    &["pass", "psk", "token", "auth", "secret", "pwd", "credential", "apikey", "api_key", "private"];

/// The body of an answer without its secrets; empty where it is no JSON, because nothing else is looked for.
pub(super) fn json(body: &[u8]) -> String {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return String::new() };
    mask(&mut value);
    value.to_string()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if is_secret(key) { *value = Value::String(MASK.into()) } else { mask(value) }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

/// Whether a key's value is a secret.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chargehand_catalogue::fingerprints;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let body = br#"{"ocpp":{"auth_key":"hunter2","backend_url":"ws://a"},"wifi":[{"psk":"hunter2"}],"WiFiPassword":"hunter2"}"#;
        let masked = json(body);
        assert!(!masked.contains("hunter2") && masked.contains("ws://a"), "{masked}");
        assert_eq!(json(b"<form>password=hunter2</form>"), "");
    }

    #[test]
    fn no_fingerprint_asks_for_a_secret() {
        for about in fingerprints() {
            let values = about.http.iter().flat_map(|it| it.gives.values().chain(it.values.keys()));
            let txt = about.mdns.iter().flat_map(|it| it.gives.values());
            for key in values.chain(txt) {
                assert!(!is_secret(key), "{}: {key}", about.name);
            }
        }
    }
}
