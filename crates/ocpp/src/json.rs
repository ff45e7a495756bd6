//! One JSON value out of whatever bytes came, within bounds.

use serde_json::Value;

use crate::deviation::Deviation;

/// The most parts a message may have: values in lists and objects, lists, objects. The largest honest message that is
/// received (1 MiB) of real measurements has about as many; one made of nothing but `0,` has half a million, and would
/// take a hundred times its size in memory once it is read and judged.
const PARTS: usize = 65_536;

/// The first JSON value, past a byte order mark and before trailing rubbish. `Err`: the rule that says why there is none.
pub(crate) fn read(bytes: &[u8], deviations: &mut Vec<Deviation>) -> Result<Value, &'static str> {
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => {
            deviations.push(Deviation::hard("byte_order_mark", "", ""));
            rest
        }
        None => bytes,
    };
    if bytes.len() > PARTS && parts(bytes) > PARTS {
        return Err("too_complex");
    }
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let first = match stream.next() {
        Some(Ok(value)) => value,
        // serde_json goes 128 levels deep; that it went too deep is known only by its words.
        Some(Err(error)) if error.to_string().starts_with("recursion limit") => return Err("too_complex"),
        _ => return Err("not_json"),
    };
    let (read, rest) = bytes.split_at_checked(stream.byte_offset()).unwrap_or_default();
    // Within a text they would have to be escaped.
    if read.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        deviations.push(Deviation::soft("line_breaks", "", ""));
    }
    if rest.iter().any(|b| !b.is_ascii_whitespace()) {
        deviations.push(Deviation::hard("trailing_bytes", "", beginning(rest)));
    }
    Ok(first)
}

/// As much of it as a deviation may keep.
pub(crate) fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).into_owned()
}

/// How many parts it has, counted without building them: by what opens or parts them outside of texts.
fn parts(bytes: &[u8]) -> usize {
    let (mut parts, mut in_text, mut escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' | b',' if !in_text => parts += 1,
            _ => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Option<&'static str> {
        read(text.as_bytes(), &mut Vec::new()).err()
    }

    #[test]
    fn a_message_of_nothing_but_tiny_parts_is_not_built() {
        for part in ["0", "[]", "{}", "{\"\":0}", "\"\""] {
            let text = format!("[{}]", vec![part; 1_000_000 / (part.len() + 1)].join(","));
            assert_eq!(rule(&text), Some("too_complex"), "{part}");
        }
    }

    #[test]
    fn a_long_list_of_settings_is_read() {
        let key = r#"{"key":"MeterValuesSampledData","readonly":false,"value":"Current.Import,Voltage"}"#;
        let text = format!("[{}]", vec![key; 1_000_000 / (key.len() + 1)].join(","));
        assert_eq!(rule(&text), None);
    }

    #[test]
    fn what_looks_like_parts_inside_a_text_is_none() {
        let text = format!("[{:?}]", "\\\"{[,".repeat(100_000));
        assert_eq!(rule(&text), None);
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(rule(&nested(100)), None);
        for depth in [200, 32_768] {
            assert_eq!(rule(&nested(depth)), Some("too_complex"), "{depth}");
        }
    }
}
