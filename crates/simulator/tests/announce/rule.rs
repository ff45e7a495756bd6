//! The catalogue's rules, applied as discovery applies them: does what was answered fit what is looked for?

use chargehand_catalogue::{Http, Mdns, Pattern, Reads, Register, Udp, WebSocket};
use serde_json::Value;
use std::collections::BTreeMap;

fn fits(pattern: &Pattern, text: &str) -> bool {
    regex::Regex::new(pattern.as_str()).unwrap().is_match(text)
}

/// Whether a JSON object has these keys, and values that match.
fn has(text: &str, keys: &[String], values: &BTreeMap<String, Pattern>) -> bool {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else { return keys.is_empty() && values.is_empty() };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // `a.b` is the key `b` in the object `a`
    let at = |path: &str| Value::Object(object.clone()).pointer(&format!("/{}", path.replace('.', "/"))).map(text);
    keys.iter().all(|key| object.contains_key(key))
        && values.iter().all(|(path, rule)| at(path).is_some_and(|value| fits(rule, &value)))
}

pub fn page(rule: &Http, status: u16, body: &str) -> bool {
    let status_fits = if rule.status.is_empty() { status != 404 } else { rule.status.contains(&status) };
    status_fits && has(body, &rule.keys, &rule.values)
}

pub fn hello(rule: &WebSocket, frame: &str) -> bool {
    has(frame, &rule.keys, &rule.values)
}

pub fn datagram(rule: &Udp, bytes: &[u8]) -> bool {
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    hexadecimal.starts_with(&rule.starts) && fits(&rule.matches, &String::from_utf8_lossy(bytes))
}

pub fn service(rule: &Mdns, instance: &str, txt: &BTreeMap<String, String>) -> bool {
    rule.instance.as_ref().is_none_or(|pattern| fits(pattern, instance))
        && rule.txt.iter().all(|(key, expression)| txt.get(key).is_some_and(|value| fits(expression, value)))
}

pub fn register(rule: &Register, words: &[u16]) -> bool {
    let bytes = |of: fn(u16) -> [u8; 2]| words.iter().flat_map(|word| of(*word)).collect::<Vec<u8>>();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end_matches('\0').to_owned();
    let number = match (rule.reads, words) {
        (Reads::Ascii, _) => return fits_text(rule, &text(bytes(u16::to_be_bytes))),
        (Reads::AsciiLittle, _) => return fits_text(rule, &text(bytes(u16::to_le_bytes))),
        (Reads::Utf16, _) => return fits_text(rule, String::from_utf16(words).unwrap().trim_end_matches('\0')),
        (Reads::U16, [word]) => u32::from(*word),
        (Reads::U32, [high, low]) => u32::from(*high) << 16 | u32::from(*low),
        (Reads::U32Little, [first, second]) => {
            let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
            u32::from_le_bytes([a, b, c, d])
        }
        (Reads::Words, words) => match rule.at {
            Some(at) => u32::from(words[at]),
            None => return true,
        },
        (reads, words) => panic!("{reads:?} of {} registers", words.len()),
    };
    rule.range.is_none_or(|[least, most]| (least..=most).contains(&number))
        && rule.among.as_ref().is_none_or(|among| among.contains(&number))
}

fn fits_text(rule: &Register, text: &str) -> bool {
    let is_printable = !text.is_empty() && text.chars().all(|c| !c.is_control());
    is_printable && rule.matches.as_ref().is_none_or(|expression| fits(expression, text))
}

#[test]
fn rules_can_tell_another_device_apart() {
    let page_rule = &crate::device("tesla-wall-connector-3").http[0];
    assert!(!page(page_rule, 200, "{\"firmware_version\": \"1\"}"), "two keys are missing");
    assert!(!page(page_rule, 404, ""));
    let first = &crate::device("fronius-wattpilot").websocket[0];
    let other = first.frames[0].replace("fronius", "go-e");
    assert!(hello(first, &first.frames[0]) && !hello(first, &other), "another maker");
    let alfen = &crate::device("alfen-eve").modbus[0].registers[0];
    assert!(register(alfen, &[0x416C, 0x6665, 0x6E00, 0, 0]) && !register(alfen, &[0x4142, 0, 0, 0, 0]));
    let mennekes = crate::device("mennekes-hcc3").modbus[0].registers.iter().find(|it| it.reads == Reads::U32Little);
    assert!(!register(mennekes.unwrap(), &[0, 0]), "a serial number of 0");
    let keba = &crate::device("keba-p20-p30").udp[0];
    assert!(datagram(keba, b"\"Firmware\":\"P30\"") && !datagram(keba, b"i"), "the question itself");
    let beacon = &crate::device("evse-master").udp[0];
    assert!(!datagram(beacon, &[0x06, 0x02]));
}
