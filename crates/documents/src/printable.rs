//! Strings made safe to set in type, whatever a charger or a person put into them.
//!
//! The exporter refuses PDF/A and PDF/UA for any character without a glyph (Thai, emoji, control characters), and Typst
//! lets a long value without spaces run over its neighbours. The record attached to the PDF keeps every original.

use serde_json::Value;

use crate::typeset;
use crate::verify::LABEL;

/// Stands for a character that cannot be printed.
pub const UNPRINTABLE: char = '□';
/// Longest string on paper, characters. A value of OCPP 1.6 has at most 500.
const LONGEST: usize = 800;
/// Appended to what was cut.
const CUT: &str = " … (shortened here; complete in the attached record)";
/// Words up to this length are left alone, so that ordinary text is copied from the PDF unchanged.
const ORDINARY_WORD: usize = 24;
/// In a longer word a line may break at least every so many characters.
const UNBROKEN: usize = 12;
/// A place where a line may break, without width.
const BREAK: char = '\u{200b}';

/// Makes every string of the data printable; true where a character was replaced.
pub fn clean(data: &mut Value) -> bool {
    match data {
        Value::String(text) => {
            let (printable, replaced) = printable(text);
            *text = printable;
            replaced
        }
        // `|` and not `any`: every string is to be cleaned, not only up to the first replacement.
        Value::Array(items) => items.iter_mut().fold(false, |replaced, item| clean(item) | replaced),
        Value::Object(map) => map.values_mut().fold(false, |replaced, value| clean(value) | replaced),
        _ => false,
    }
}

/// One string: shortened, on one line, only characters of our fonts, long words breakable; true where a
/// character was replaced.
pub fn printable(text: &str) -> (String, bool) {
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push_str(CUT);
    }
    let mut replaced = false;
    let one_line = shown.replace("\r\n", " ");
    let shown = one_line.chars().map(|c| match c {
        '\t' | '\n' | '\r' => ' ',
        c if c == '\u{a0}' || (!invisible(c) && typeset::has_glyph(c)) => c,
        _ => {
            replaced = true;
            UNPRINTABLE
        }
    });
    let shown: String = shown.collect();
    let shown = shown.split(' ').map(breakable).collect::<Vec<_>>().join(" ");
    // Only our own hash may stand behind the label that `verify` looks for.
    (shown.replace(LABEL, &format!("sha256{BREAK}:")), replaced)
}

/// Control characters and those that change the direction or joining of their neighbours: a value could be made to
/// read as another one.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}')
}

/// A long word with places to break: after punctuation, between `aB`, and every [`UNBROKEN`] characters.
fn breakable(word: &str) -> String {
    if word.chars().count() <= ORDINARY_WORD {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len() * 2);
    let mut unbroken = 0;
    let mut previous = ' ';
    for c in word.chars() {
        let hump = previous.is_lowercase() && c.is_uppercase();
        if ",;._/:=&?-@|".contains(previous) || hump || unbroken == UNBROKEN {
            out.push(BREAK);
            unbroken = 0;
        }
        out.push(c);
        unbroken += 1;
        previous = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_font_of_ours_has_becomes_a_box_and_is_told() {
        assert_eq!(printable("Ms Nguyễn ≤ 16 A → 3,7 kW ✓"), ("Ms Nguyễn ≤ 16 A → 3,7 kW ✓".into(), false));
        assert_eq!(printable("ชาย 🚗"), ("□□□ □".into(), true));
        assert_eq!(printable("A\u{7}B\u{0}C\u{1b}[31m"), ("A□B□C□[31m".into(), true));
        assert_eq!(printable("16\u{202e}23"), ("16□23".into(), true), "a value must not read backwards");
    }

    #[test]
    fn every_string_is_cleaned_also_after_the_first_replacement() {
        let mut data = serde_json::json!({"a": ["\u{7}", "\u{8}"], "b": {"c": "🚗", "n": 5}});
        assert!(clean(&mut data));
        assert_eq!(data, serde_json::json!({"a": ["□", "□"], "b": {"c": "□", "n": 5}}));
    }

    #[test]
    fn a_long_value_can_break_and_ordinary_words_are_left_alone() {
        let (long, _) = printable(&"A".repeat(300));
        assert!(long.split(BREAK).all(|piece| piece.len() <= UNBROKEN));
        assert_eq!(long.replace(BREAK, ""), "A".repeat(300));
        assert_eq!(
            printable("ConnectorPhaseRotationMaxLength").0,
            "Connector\u{200b}Phase\u{200b}Rotation\u{200b}Max\u{200b}Length"
        );
        assert_eq!(printable("Heartbeat a,b;c").0, "Heartbeat a,b;c");
    }

    #[test]
    fn a_very_long_value_is_cut_and_says_so() {
        let (cut, replaced) = printable(&"word ".repeat(1_000));
        assert!(cut.ends_with(CUT) && cut.chars().count() == LONGEST + CUT.chars().count());
        assert!(!replaced);
    }

    #[test]
    fn a_value_cannot_pass_for_the_hash_of_the_record() {
        assert!(!printable(&format!("{LABEL}{}", "a".repeat(64))).0.contains(LABEL));
        assert!(!printable(LABEL).0.contains(LABEL));
    }

    #[test]
    fn a_name_typed_on_two_lines_stays_one_line() {
        assert_eq!(printable("14 Wattle St\r\nNorwood\tSA").0, "14 Wattle St Norwood SA");
    }
}
