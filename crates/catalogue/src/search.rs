//! Finding chargers by what people type: maker, model, other names, with slips of the finger.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

use strsim::osa_distance;

use crate::{Charger, chargers};

/// A charger that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The charger.
    pub charger: &'static Charger,
    /// How well it fits: higher is better; only for comparison within one search.
    pub score: u32,
}

/// More than this of what is typed is not looked at, characters and words.
const LONGEST: usize = 100;
const WORDS: usize = 8;
/// A fit of one word, in thousandths.
const FULL: u32 = 1000;

/// The chargers that fit, the best first; of those that fit equally well the one
/// whose access is surest, then in the order of their ids. Nothing typed finds all.
pub fn search(words: &str) -> Vec<Ranked> {
    let bounded: String = words.chars().take(LONGEST).collect();
    let typed: Vec<String> = split(&bounded).take(WORDS).collect();
    if words.trim().is_empty() {
        return chargers().iter().map(|charger| Ranked { charger, score: 0 }).collect();
    }
    let joined = [typed.concat()];
    let fit = |named: &Named| fit(&typed, named).max(fit(&joined, named));
    let mut found: Vec<Ranked> =
        index().iter().filter_map(|named| Some(Ranked { charger: named.charger, score: fit(named)? })).collect();
    found.sort_by_key(|it| (Reverse(it.score), it.charger.access.confidence as u8, it.charger.id));
    // What fits half as well as the best was not meant.
    let least = found.first().map_or(0, |best| best.score / 2);
    found.retain(|it| it.score > least);
    found
}

/// A charger and the words of its names, each with how much it tells: a word that many have tells little.
struct Named {
    charger: &'static Charger,
    words: Vec<(String, u32)>,
}

fn index() -> &'static [Named] {
    static INDEX: OnceLock<Vec<Named>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let all: Vec<(&Charger, Vec<String>)> = chargers().iter().map(|charger| (charger, names(charger))).collect();
        let mut common: HashMap<String, u32> = HashMap::new();
        for word in all.iter().flat_map(|(_, words)| words) {
            *common.entry(word.clone()).or_default() += 1;
        }
        let telling = |word: String| {
            let others = common.get(&word).copied().unwrap_or(1);
            (word, FULL / (1 + others.ilog2()))
        };
        all.into_iter()
            .map(|(charger, words)| Named { charger, words: words.into_iter().map(telling).collect() })
            .collect()
    })
}

/// The words of a charger's names, also each name as one word.
fn names(charger: &Charger) -> Vec<String> {
    let names = || [&charger.vendor, &charger.model].into_iter().chain(&charger.aliases);
    let mut words: Vec<String> = names().flat_map(|name| split(name)).collect();
    words.extend(names().map(|name| split(name).collect::<String>()));
    words.sort();
    words.dedup();
    words
}

/// Words in lower case, of letters and digits.
fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// How well what was typed fits; `None` where less than half of it does, or only a number.
fn fit(typed: &[String], named: &Named) -> Option<u32> {
    let best = |word: &String| {
        let fits = named.words.iter().map(|(name, telling)| (alike(word, name), alike(word, name) * telling / FULL));
        fits.max_by_key(|(_, score)| *score).unwrap_or_default()
    };
    let fits: Vec<(u32, u32)> = typed.iter().map(best).collect();
    let fitting = typed.iter().zip(&fits).filter(|(_, (alike, _))| *alike > 0);
    let tells = fitting.clone().any(|(word, _)| word.chars().any(char::is_alphabetic));
    let enough = fitting.count() * 2 >= typed.len() && !typed.is_empty();
    (tells && enough).then(|| fits.iter().map(|(_, score)| score).sum())
}

/// How alike two words are, 0 to [`FULL`].
fn alike(typed: &str, name: &str) -> u32 {
    let (length, of_name) = (typed.chars().count(), name.chars().count());
    if typed == name {
        return FULL;
    }
    if length >= 3 && name.starts_with(typed) {
        return FULL * 4 / 5;
    }
    // Numbers are right or wrong; a word may have a slip, a long one two.
    let slips = match length {
        _ if typed.chars().all(|c| c.is_ascii_digit()) => 0,
        0..4 => 0,
        4..7 => 1,
        _ => 2,
    };
    let near = slips > 0 && length.abs_diff(of_name) <= slips && osa_distance(typed, name) <= slips;
    if near { FULL * 7 / 10 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(words: &str) -> Option<&'static str> {
        search(words).first().map(|it| it.charger.id)
    }

    #[test]
    fn chargers_are_found_by_what_people_type() {
        for (typed, expected) in [
            ("zappi", "myenergi-zappi-v21"),
            ("zapi", "myenergi-zappi-v21"),
            ("myenergi zappi v2.1", "myenergi-zappi-v21"),
            ("tesla wal conector", "tesla-wall-connector-3"),
            ("wattpilot 22", "fronius-wattpilot-home"),
            ("evnex e2", "evnex-e2"),
            ("power point", "portable-mode2"),
            ("IC-CPD", "portable-mode2"),
            ("goe gemini", "goe-gemini"),
            ("ocular iq", "ocular-iq-home-solar"),
            ("sungrow ac22e", "sungrow-ac22e-01"),
            ("wall box pulsar plus", "wallbox-pulsar-plus"),
            ("pulsar max", "wallbox-pulsar-max"),
            ("openevse", "openevse"),
            ("grizzle", "grizzl-e"),
            ("autel maxi charger", "autel-maxicharger-ac"),
        ] {
            assert_eq!(first(typed), Some(expected), "{typed}: {:?}", ids(typed));
        }
    }

    fn ids(words: &str) -> Vec<(&'static str, u32)> {
        search(words).iter().map(|it| (it.charger.id, it.score)).collect()
    }

    #[test]
    fn every_charger_is_found_by_its_own_name() {
        for it in chargers() {
            let found = search(&it.name());
            let place = found.iter().position(|found| found.charger.id == it.id);
            assert!(place.is_some_and(|place| place < 3), "{}: {:?}", it.name(), ids(&it.name()));
        }
    }

    #[test]
    fn nonsense_finds_nothing() {
        for typed in ["xyzzy", "qwrt plugh", "22", "?!", "\u{202e}\u{202e}", "charger from the moon colony today"] {
            let found = ids(typed);
            assert!(found.is_empty(), "{typed}: {found:?}");
        }
    }

    #[test]
    fn nothing_typed_finds_all() {
        assert_eq!(search("  ").len(), chargers().len());
    }

    #[test]
    fn hostile_words_are_bounded() {
        for typed in ["a".repeat(10_000), "zappi ".repeat(2_000), "\u{202e}zappi\u{0}\u{1b}[2J".repeat(500)] {
            assert!(search(&typed).len() <= chargers().len());
        }
        assert!(first("\u{202e}zappi\u{7}").is_some_and(|id| id.starts_with("myenergi")));
    }

    #[test]
    fn the_same_words_find_the_same_in_the_same_order() {
        assert_eq!(search("wallbox home"), search("wallbox home"));
    }
}
