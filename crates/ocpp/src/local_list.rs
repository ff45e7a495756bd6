//! The local authorization list: the idTags (1.6) or idTokens (2.x) that a charger lets charge without asking a platform.

use serde_json::{Value, json};

use crate::call::Call;
use crate::read::int;
use crate::version::Version;

/// One entry of a message that changes the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The idTag or idToken: 1 to 20 characters in 1.6, 1 to 36 in 2.0.1 (official schemas of SendLocalList).
    pub token: &'a str,
    /// 2.x: its type, such as `ISO14443`.
    pub kind: &'a str,
    /// It may charge; false: it leaves the list (only where the list is not replaced).
    pub allowed: bool,
}

/// Whether a message replaces the list or changes entries of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// The list holds only these.
    Full,
    /// These are added, changed or taken out.
    Differential,
}

/// SendLocalList. `number` is the version of the list after it, above 0. No entries, and `Full`: the list is emptied.
pub fn send(version: Version, number: i32, update: Update, entries: &[Entry<'_>]) -> Call {
    let kind = match update {
        Update::Full => "Full",
        Update::Differential => "Differential",
    };
    let number_field = if version.is_v2() { "versionNumber" } else { "listVersion" };
    let mut payload = json!({ number_field: number, "updateType": kind });
    // A list in 2.x has at least one entry: where there is none it is left out.
    if !entries.is_empty() {
        payload["localAuthorizationList"] = entries.iter().map(|it| entry(version, it)).collect();
    }
    Call::new("SendLocalList", payload)
}

fn entry(version: Version, it: &Entry<'_>) -> Value {
    let (mut entry, info) = if version.is_v2() {
        (json!({"idToken": {"idToken": it.token, "type": it.kind}}), "idTokenInfo")
    } else {
        (json!({ "idTag": it.token }), "idTagInfo")
    };
    if it.allowed {
        entry[info] = json!({"status": "Accepted"});
    }
    entry
}

/// GetLocalListVersion.
pub fn get_version() -> Call {
    Call::new("GetLocalListVersion", json!({}))
}

/// The version in the answer to [`get_version`]: 0 says that the list is empty, -1 that a 1.6 charger has none (OCPP 1.6
/// 5.10); `None` where the charger does not tell it.
pub fn told(payload: &Value) -> Option<i64> {
    int(payload, "listVersion").or_else(|| int(payload, "versionNumber"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Half, check};

    #[test]
    fn what_changes_the_list_fits_the_official_schema_of_each_version() {
        let card = |allowed| Entry { token: "04A2B7C8D9E0F1", kind: "ISO14443", allowed };
        for version in Version::ALL {
            for call in [
                send(version, 1, Update::Full, &[]),
                send(version, 2, Update::Full, &[card(true)]),
                send(version, i32::MAX, Update::Differential, &[card(true), card(false)]),
                get_version(),
            ] {
                assert_eq!(check(version, &call.action, Half::Request, &call.payload), [], "{version}: {call:?}");
            }
        }
    }

    #[test]
    fn a_version_is_read_under_either_name_and_in_whatever_type_it_came() {
        assert_eq!(told(&json!({"listVersion": 3})), Some(3));
        assert_eq!(told(&json!({"versionNumber": "7"})), Some(7));
        assert_eq!(told(&json!({"listVersion": -1})), Some(-1));
        assert_eq!(told(&json!({"listVersion": {}})), None);
        assert_eq!(told(&json!(null)), None);
    }
}
