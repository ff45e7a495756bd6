//! Secrets in what devices answer. They are taken out before anything is kept, compared or shown: some chargers answer
//! anyone with the password of their platform.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chargehand_catalogue::{Body, fingerprints};
use serde_json::Value;

use super::limits::KEPT;

/// What stands in a secret's place.
const MASK: &str = "***";
/// Parts of keys, lower case, whose values are secrets.
static SECRET: &[&str] =
    &["pass", "psk", "token", "auth", "secret", "pwd", "credential", "apikey", "api_key", "private"];

/// What fingerprints look for in the body of an answer, without its secrets; nothing where it is no JSON object, because
/// nothing else is looked for. It is read here and nowhere else.
pub(super) fn json(body: &[u8]) -> Body {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return Body::default() };
    mask(&mut value);
    trim(&mut value);
    value.into()
}

/// Members that fingerprints name, the first step of a path among them.
static NAMED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let pages = fingerprints().iter().flat_map(|it| &it.http).map(|it| (&it.keys, &it.values, &it.gives));
    let hellos = fingerprints().iter().flat_map(|it| &it.websocket).map(|it| (&it.keys, &it.values, &it.gives));
    let names = pages.chain(hellos).flat_map(|(keys, values, gives)| {
        let firsts = values.keys().chain(gives.values()).filter_map(|path| path.split('.').next());
        keys.iter().map(String::as_str).chain(firsts)
    });
    names.collect()
});

/// Keeps what fingerprints name, as much of it as is kept of one answer: of what is more only that it was there.
fn trim(value: &mut Value) {
    let Value::Object(object) = value else {
        *value = Value::Null;
        return;
    };
    object.retain(|key, _| NAMED.contains(key.as_str()));
    let mut room = KEPT;
    for member in object.values_mut() {
        match room.checked_sub(member.to_string().len()) {
            Some(left) => room = left,
            None => *member = Value::Null,
        }
    }
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

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let body = br#"{"ocpp":{"auth_key":"hunter2","backend_url":"ws://a"},"wifi":[{"psk":"hunter2"}],"WiFiPassword":"hunter2"}"#;
        let mut value = serde_json::from_slice(body).expect("JSON");
        mask(&mut value);
        let masked = value.to_string();
        assert!(!masked.contains("hunter2") && masked.contains("ws://a"), "{masked}");
        assert_eq!(json(b"<form>password=hunter2</form>"), Body::default());
    }

    #[test]
    fn of_an_answer_only_what_fingerprints_name_is_kept_and_that_is_bounded() {
        let (wanted, path) = fingerprints()
            .iter()
            .flat_map(|it| &it.http)
            .find_map(|it| Some((it.keys.first()?, &it.path)))
            .expect("a page with a key");
        let rubbish = "x".repeat(60_000);
        let body = serde_json::json!({ wanted: 1, "no fingerprint names this": rubbish }).to_string();
        assert_eq!(json(body.as_bytes()), serde_json::json!({ wanted: 1 }).into(), "{path}");
        let long = json(serde_json::json!({ wanted: rubbish }).to_string().as_bytes());
        assert_eq!(long, serde_json::json!({ wanted: null }).into(), "it was there, and that is all");
        assert_eq!(json(format!("[{rubbish:?}]").as_bytes()), Body::default());
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
