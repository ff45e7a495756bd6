//! A regular expression of the data, compiled when it is first asked.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

/// A regular expression, as the crate `regex` has them; an empty one fits everything. One that cannot be compiled fits
/// nothing: a test compiles each.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Pattern {
    text: String,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it fits somewhere in the text.
    pub fn fits(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// What its first group holds where it fits.
    pub fn group<'a>(&self, text: &'a str) -> Option<&'a str> {
        Some(self.regex()?.captures(text)?.get(1)?.as_str())
    }

    /// Whether it can be compiled.
    pub fn is_valid(&self) -> bool {
        self.regex().is_some()
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern { text: text.into(), compiled: OnceLock::new() }
    }

    #[test]
    fn a_pattern_fits_and_holds_what_its_group_says() {
        assert!(pattern("(?i)^go-e").fits("Go-eCharger") && !pattern("^go-e").fits("Go-eCharger"));
        assert!(pattern("").fits("anything") && pattern("").fits(""));
        assert_eq!(pattern("\"Serial\": ?\"([^\"]*)\"").group("{\"Serial\": \"17\"}"), Some("17"));
        assert!(!pattern("(").is_valid() && !pattern("(").fits("("));
    }
}
