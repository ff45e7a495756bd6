//! One JSON value out of whatever bytes came, within bounds.

use serde_json::Value;

use crate::deviation::Deviation;

/// The most memory a message may take once it is read, bytes, as [`weight`] estimates it. An honest message of the
/// largest size that is received (1 MiB) stays below it; one made of nothing but brackets would take a hundred times
/// its size.
const HEAVIEST: usize = 32 * 1024 * 1024;
/// What an element costs, bytes.
const ELEMENT: usize = 32;
/// What an object costs besides, bytes: its first node has room for eleven fields.
const OBJECT: usize = 640;

/// The first JSON value, past a byte order mark and before trailing rubbish. `Err`: the rule that says why there is none.
pub(crate) fn read(bytes: &[u8], deviations: &mut Vec<Deviation>) -> Result<Value, &'static str> {
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => {
            deviations.push(Deviation::hard("byte_order_mark", "", ""));
            rest
        }
        None => bytes,
    };
    if bytes.len() > HEAVIEST / OBJECT && weight(bytes) > HEAVIEST {
        return Err("too_complex");
    }
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let first = match stream.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) if error.to_string().starts_with("recursion limit") => return Err("too_complex"),
        _ => return Err("not_json"),
    };
    let rest = bytes.get(stream.byte_offset()..).unwrap_or_default();
    if rest.iter().any(|b| !b.is_ascii_whitespace()) {
        deviations.push(Deviation::hard("trailing_bytes", "", String::from_utf8_lossy(rest)));
    }
    Ok(first)
}

/// What the value would take in memory, bytes, without building it: what stands outside of texts is counted.
fn weight(bytes: &[u8]) -> usize {
    let (mut weight, mut in_text, mut escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => weight += OBJECT,
            b'[' | b',' => weight += ELEMENT,
            _ => {}
        }
    }
    weight
}
