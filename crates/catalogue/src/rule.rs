//! What chargers taught those who speak to them: `rules.toml`. Quirks name these rules.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::Confidence;

/// A rule for whoever speaks to chargers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, `R01` and so on.
    pub id: String,
    /// What to do.
    pub rule: String,
    /// Why.
    pub why: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

#[derive(Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

/// All rules, in the order of their ids.
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    // The file is part of the program and read by a test: it cannot be wrong in a released binary.
    RULES.get_or_init(|| toml::from_str::<Rules>(include_str!("../rules.toml")).map(|it| it.rule).unwrap_or_default())
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|it| it.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_to_do_and_why() {
        assert!(rules().len() >= 24, "rules.toml could not be read");
        for it in rules() {
            assert!(!it.rule.is_empty() && !it.why.is_empty() && !it.source.is_empty(), "{}", it.id);
        }
        assert!(rule("R01").is_some_and(|it| it.rule.contains("18")));
    }
}
