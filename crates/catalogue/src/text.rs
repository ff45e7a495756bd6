//! Text that strangers wrote.

/// What a stranger's text becomes before it is kept or shown: at most so many characters; without controls, and without
/// the marks that turn the direction of writing, with which a name could pass for another; spaces are single.
pub fn plain(text: &str, characters: usize) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c));
    // Far more than is kept is not looked at: it may be megabytes.
    let looked_at: String = visible.take(characters.saturating_mul(4)).collect();
    looked_at.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(characters).collect()
}

/// Controls, marks of direction (Unicode Bidirectional Algorithm), zero-width characters, language tags.
fn is_hidden(c: char) -> bool {
    let ranges = [
        '\u{00AD}'..='\u{00AD}',
        '\u{061C}'..='\u{061C}',
        '\u{200B}'..='\u{200F}',
        '\u{202A}'..='\u{202E}',
        '\u{2060}'..='\u{206F}',
        '\u{FEFF}'..='\u{FEFF}',
        '\u{FFF9}'..='\u{FFFB}',
        '\u{E0000}'..='\u{E007F}',
    ];
    c.is_control() || ranges.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_short_and_shows_what_it_holds() {
        assert_eq!(plain("  Garage\r\n\tleft ", 64), "Garage left");
        assert_eq!(plain("user\u{202E}gnp.exe\u{0000}\u{200B}", 64), "usergnp.exe");
        assert_eq!(plain(&"x".repeat(1_000_000), 64).len(), 64);
        assert_eq!(plain("ä".repeat(100).as_str(), 64).chars().count(), 64);
        assert_eq!(plain("<script>alert(1)</script>", 64), "<script>alert(1)</script>", "escaped where it is shown");
    }
}
