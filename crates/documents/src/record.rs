//! The published record: the report as canonical JSON, and its SHA-256.

use std::fmt::Write;

use chargehand_commissioning::report::Report;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The report as canonical JSON: UTF-8, keys sorted by code point, two spaces of indent, `\n` line ends, one at the
/// end. The same report always gives the same bytes.
#[expect(clippy::expect_used, reason = "a report is plain data: no map with keys that are not strings, no writer")]
pub fn json(report: &Report) -> Vec<u8> {
    let value = serde_json::to_value(report).expect("a report has a JSON form");
    let mut bytes = serde_json::to_vec_pretty(&sorted(value)).expect("a JSON value can be written");
    bytes.push(b'\n');
    bytes
}

/// The same value with the keys of every object in order. Needed because another crate of the build may switch
/// serde_json's `preserve_order` on, and then its objects keep the order of insertion.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

/// SHA-256 as 64 lower-case hex digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
