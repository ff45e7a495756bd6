//! What devices answer over Modbus TCP, and how it stands in their registers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Confidence, Part, Pattern, Strength};

/// Registers of one Modbus TCP port.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modbus {
    /// The TCP port.
    pub port: u16,
    /// The unit ids to ask, in this order; empty where it is not known. A simulated one answers to the first alone, or to
    /// any where there is none.
    pub units: Vec<u8>,
    /// Why a simulated one does not answer here; `None` where it does.
    pub silent: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// The registers.
    pub registers: Vec<Register>,
}

/// What one read gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The Modbus function: 3 reads holding registers, 4 input registers.
    pub function: u8,
    /// The first register, as on the wire: the first of all is 0.
    pub address: u16,
    /// How many registers are read in one request, 1 to 125.
    pub count: u16,
    /// How what is read is meant.
    pub reads: Reads,
    /// Of `words`: the one among them, from 0, that `range` or `among` speak of.
    pub at: Option<usize>,
    /// What it tells.
    pub means: String,
    /// What it tells of the device.
    pub gives: Option<Part>,
    /// What numbers stand for, where they are no more than codes.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// A regular expression that a text matches.
    pub matches: Option<Pattern>,
    /// The smallest and the largest number that fit.
    pub range: Option<[u32; 2]>,
    /// The numbers that fit.
    pub among: Option<Vec<u32>>,
    /// How much a match says. Without `matches`, `range` and `among` any number fits, and any text that is not empty and
    /// can be printed.
    pub strength: Strength,
    /// What a simulated one answers; `None` where it stays silent.
    pub answer: Option<Content>,
}

/// How the content of registers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// One byte a character, the high byte of a register first; padded with zeros.
    Ascii,
    /// The same with the low byte first.
    AsciiLittle,
    /// One register a character (UTF-16); padded with zeros.
    Utf16,
    /// A number of one register.
    U16,
    /// A number of two registers, the high one first.
    U32,
    /// A number of two registers, its lowest byte first of all.
    U32Little,
    /// Several numbers of one register each.
    Words,
}

/// What stands in registers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
    /// Registers as they are.
    Words(Vec<u16>),
}

impl Register {
    /// The registers that a simulated one answers, `count` of them; `None` where it stays silent.
    pub fn words(&self) -> Option<Vec<u16>> {
        let mut words = match (self.answer.as_ref()?, self.reads) {
            (Content::Words(words), _) => words.clone(),
            (Content::Text(text), Reads::Utf16) => text.encode_utf16().collect(),
            (Content::Text(text), Reads::AsciiLittle) => pairs(text, u16::from_le_bytes),
            (Content::Text(text), _) => pairs(text, u16::from_be_bytes),
            (Content::Number(number), Reads::U32) => vec![(number >> 16) as u16, *number as u16],
            (Content::Number(number), Reads::U32Little) => {
                vec![(*number as u16).swap_bytes(), ((number >> 16) as u16).swap_bytes()]
            }
            (Content::Number(number), _) => vec![*number as u16],
        };
        words.resize(self.count.into(), 0);
        Some(words)
    }
}

/// What was read, as its kind says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A text, without what pads it.
    Text(String),
    /// A number.
    Number(u32),
    /// Several, of which no single one is meant.
    Several,
}

impl Register {
    /// What these words say; nothing where there are too few, or where they are no text that can be printed.
    pub(crate) fn reading(&self, words: &[u16]) -> Option<Reading> {
        let number = |word: Option<&u16>| word.map(|word| Reading::Number(u32::from(*word)));
        let two = || match words {
            [first, second, ..] => Some((u32::from(*first), u32::from(*second))),
            _ => None,
        };
        match self.reads {
            Reads::Ascii => printable(bytes(words, u16::to_be_bytes)),
            Reads::AsciiLittle => printable(bytes(words, u16::to_le_bytes)),
            Reads::Utf16 => printable(String::from_utf16_lossy(words)),
            Reads::U16 => number(words.first()),
            Reads::U32 => two().map(|(high, low)| Reading::Number(high << 16 | low)),
            // lowest byte first of all: 0x01020304 stands there as 0x0403, 0x0201
            Reads::U32Little => two().map(|(low, high)| Reading::Number((low << 16 | high).swap_bytes())),
            Reads::Words => match self.at {
                Some(at) => number(words.get(at)),
                None => Some(Reading::Several),
            },
        }
    }
}

fn bytes(words: &[u16], of: fn(u16) -> [u8; 2]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| of(*word)).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Up to what pads it; nothing where a character in it cannot be printed.
fn printable(text: String) -> Option<Reading> {
    let text = text.split('\0').next().unwrap_or_default().trim();
    let is_text = !text.is_empty() && text.chars().all(|c| !c.is_control() && c != char::REPLACEMENT_CHARACTER);
    is_text.then(|| Reading::Text(text.to_owned()))
}

fn pairs(text: &str, word: fn([u8; 2]) -> u16) -> Vec<u16> {
    let of = |pair: &[u8]| word([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]);
    text.as_bytes().chunks(2).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fingerprint, fingerprints};

    fn registers() -> impl Iterator<Item = (&'static Fingerprint, &'static Modbus, &'static Register)> {
        let modbus = fingerprints().iter().flat_map(|it| it.modbus.iter().map(move |m| (it, m)));
        modbus.flat_map(|(it, modbus)| modbus.registers.iter().map(move |register| (it, modbus, register)))
    }

    fn words(reads: &str, count: u16, answer: &str) -> Vec<u16> {
        let text = format!(
            "function = 3\naddress = 0\ncount = {count}\nreads = {reads:?}\nmeans = ''\nstrength = 'weak'\nanswer = {answer}"
        );
        toml::from_str::<Register>(&text).expect("a register").words().expect("words")
    }

    #[test]
    fn what_registers_hold_is_put_in_them_as_their_kind_says() {
        assert_eq!(words("ascii", 3, "'Abc'"), [0x4162, 0x6300, 0]);
        assert_eq!(words("ascii_little", 2, "'Abc'"), [0x6241, 0x0063]);
        assert_eq!(words("utf16", 3, "'Ab'"), [0x0041, 0x0062, 0]);
        assert_eq!(words("u16", 1, "0xC023"), [0xC023]);
        assert_eq!(words("u32", 2, "0x01020304"), [0x0102, 0x0304]);
        assert_eq!(words("u32_little", 2, "0x01020304"), [0x0403, 0x0201]);
        assert_eq!(words("words", 3, "[1, 2]"), [1, 2, 0]);
    }

    #[test]
    fn what_is_put_into_registers_is_read_out_of_them_again() {
        for (it, _, register) in registers() {
            let Some(words) = register.words() else { continue };
            let read = register.reading(&words);
            let expected = match (register.answer.as_ref().expect("it answers"), register.at) {
                (Content::Text(text), _) => Some(Reading::Text(text.trim().to_owned())),
                (Content::Number(number), _) => Some(Reading::Number(*number)),
                (Content::Words(words), Some(at)) => Some(Reading::Number(words[at].into())),
                (Content::Words(_), None) => Some(Reading::Several),
            };
            assert_eq!(read, expected, "{} {}", it.name, register.address);
        }
    }

    #[test]
    fn registers_that_hold_no_text_are_not_read_as_one() {
        let of = |words: &[u16]| {
            let text = "function = 3\naddress = 0\ncount = 2\nreads = 'ascii'\nmeans = ''\nstrength = 'weak'";
            toml::from_str::<Register>(text).expect("a register").reading(words)
        };
        assert_eq!(of(&[0, 0]), None);
        assert_eq!(of(&[0xFFFF, 0xFFFF]), None);
        assert_eq!(of(&[0x4107, 0]), None, "a bell");
    }

    #[test]
    fn registers_are_read_in_requests_that_modbus_knows() {
        for (it, modbus, register) in registers() {
            assert!([3, 4].contains(&register.function), "{}: function {}", it.name, register.function);
            assert!((1..=125).contains(&register.count), "{}: count {}", it.name, register.count);
            assert_eq!(register.answer.is_some(), modbus.silent.is_none(), "{}: {}", it.name, register.address);
            let text = matches!(register.reads, Reads::Ascii | Reads::AsciiLittle | Reads::Utf16);
            assert!(text || register.matches.is_none(), "{}: {} is no text", it.name, register.address);
            let of_numbers = register.range.is_some() || register.among.is_some();
            assert!(!text || !of_numbers, "{}: {} is no number", it.name, register.address);
            let answers_text = matches!(register.answer, Some(Content::Text(_)));
            assert!(register.answer.is_none() || text == answers_text, "{}: {}", it.name, register.address);
        }
    }

    #[test]
    fn an_answer_is_no_longer_than_its_registers() {
        for (it, _, register) in registers() {
            let length = match (&register.answer, register.reads) {
                (Some(Content::Text(text)), Reads::Utf16) => text.encode_utf16().count(),
                (Some(Content::Text(text)), _) => text.len().div_ceil(2),
                (Some(Content::Words(words)), _) => words.len(),
                (Some(Content::Number(_)), Reads::U32 | Reads::U32Little) => 2,
                (Some(Content::Number(number)), _) => {
                    assert!(*number <= 0xFFFF, "{}: {number} does not fit into a register", it.name);
                    1
                }
                (None, _) => 0,
            };
            assert!(length <= register.count.into(), "{}: {} holds too much", it.name, register.address);
        }
    }
}
