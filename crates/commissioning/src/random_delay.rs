//! The random delay that Great Britain asks of chargers: by how much a rise of the current may come late. A limit that goes
//! down is followed at once; one that goes up, or a charge that starts, may wait.

use std::time::Duration;

use chargehand_catalogue::jurisdiction::{self, Delay, Rule};
use chargehand_catalogue::{Key, SettingForm, common_setting};

use crate::outcome::{Finding, Gravity};
use crate::record::Record;
use crate::windows::own_key;

/// The area of the catalogue's keys that set it.
const AREA: &str = "regulation";
/// So much of a value stands in a sentence, characters: it is the charger's word.
const SHOWN: usize = 40;
/// Whose rule it is.
const PLACE: &str = "gb";

/// By how much a rise may come late, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomDelay {
    /// The longest.
    pub most: Duration,
    /// Where it is known from, as a part of a sentence.
    pub why: String,
    /// The source of that in the catalogue.
    pub source: String,
    /// The setting of the charger with the value at which it is off; `None` where there is none that can be written.
    pub off: Option<(String, String)>,
}

impl RandomDelay {
    /// In whole minutes, rounded up.
    pub fn minutes(&self) -> u64 {
        self.most.as_secs().div_ceil(60)
    }

    /// For whoever waits.
    pub fn said(&self) -> String {
        format!("it may start up to {} min late: random delay", self.minutes())
    }
}

impl Record {
    /// By how much a rise of the current may come late at random: as its own setting says, else as the rule of the place
    /// says; `None` where neither is known, or it is off.
    pub fn random_delay(&self) -> Option<RandomDelay> {
        let (rule, delay) = rule()?;
        let vendor = self.boot.as_ref().map(|boot| boot.vendor.as_str()).unwrap_or_default();
        let set = self.configuration.iter().flat_map(|it| &it.keys).find_map(|it| {
            let value = it.value.as_deref().map(str::trim).filter(|value| !value.is_empty())?;
            let known = own_key(&it.key, vendor).filter(|known| known.area == AREA)?;
            Some((known, it, value))
        });
        if let Some((known, it, value)) = set {
            return longest(known, value, delay).map(|most| RandomDelay {
                most,
                why: format!("{} is {}", it.key, value.chars().take(SHOWN).collect::<String>()),
                source: known.source.clone(),
                off: off(known).filter(|_| !it.readonly).map(|off| (it.key.clone(), off)),
            });
        }
        let here = jurisdiction::find(&self.jurisdiction)?.chain().any(|it| it.id == PLACE);
        here.then(|| RandomDelay {
            most: Duration::from_secs(delay.default_s.into()),
            why: format!(
                "the charger stands in Great Britain, and its own setting was not read (it may be set to as much as {} min)",
                delay.most_s / 60
            ),
            source: rule.source.clone(),
            off: None,
        })
    }
}

fn rule() -> Option<(&'static Rule, Delay)> {
    jurisdiction::find(PLACE)?.rule.iter().find_map(|rule| Some((rule, rule.delay?)))
}

/// A value that is no number of seconds, or not known to be one, stands for as long as the rule says.
fn longest(known: &Key, value: &str, delay: Delay) -> Option<Duration> {
    let number = value.parse::<f64>().ok().filter(|number| *number >= 0.0);
    if number == Some(0.0) || value.eq_ignore_ascii_case("false") || off(known).is_some_and(|off| off == value) {
        return None;
    }
    let seconds = number.map_or(delay.default_s, |number| number.min(f64::from(delay.most_s)).ceil() as u32);
    let least = if known.unit.as_deref() == Some("s") { 0 } else { delay.default_s };
    Some(Duration::from_secs(seconds.max(least).into()))
}

/// The value at which it is off.
fn off(known: &Key) -> Option<String> {
    let form = common_setting(&known.key).map(|it| &it.form);
    let zero = matches!(form, Some(SettingForm::Seconds { least: 0, .. })).then(|| "0".to_owned());
    known.off.clone().or(zero)
}

/// What a person should know of it before a check.
pub fn finding(record: &Record) -> Option<Finding> {
    let delay = record.random_delay()?;
    let way_out = match &delay.off {
        Some((key, off)) => format!(
            " Who has no time for that sets {key} to {off} as a line of the plan, and takes that line back after the test: \
             in Great Britain the owner decides about it."
        ),
        None => String::new(),
    };
    Some(Finding {
        code: "random_delay".into(),
        gravity: Gravity::Note,
        text: format!(
            "A rise of the current, or the start of a charge, may come up to {} min late at random: {} ({}). Checks wait for \
             it that much longer before they say that it did not come.{way_out}",
            delay.minutes(),
            delay.why,
            delay.source
        ),
        evidence: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Booted;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    fn charger(vendor: &str, key: &str, value: &str) -> Record {
        let key = ConfigurationKey { key: key.into(), value: Some(value.into()), ..Default::default() };
        let snapshot = ConfigurationSnapshot { keys: vec![key], ..Default::default() };
        let boot = Booted { vendor: vendor.into(), ..Default::default() };
        Record { boot: Some(boot), configuration: Some(snapshot), ..Record::new("CP1") }
    }

    fn minutes(record: &Record) -> Option<u64> {
        record.random_delay().map(|it| it.minutes())
    }

    #[test]
    fn a_chargers_own_setting_counts_before_the_rule_of_the_place() {
        let mut charger = charger("GivEnergy", "RandomisedDelayDuration", "120");
        assert_eq!(minutes(&charger), Some(2));
        charger.jurisdiction = "gb".into();
        assert_eq!(minutes(&charger), Some(2));
        let off = charger.random_delay().and_then(|it| it.off);
        assert_eq!(off, Some(("RandomisedDelayDuration".into(), "0".into())));
        charger.configuration.as_mut().expect("it was read").keys[0].value = Some("0".into());
        assert_eq!(minutes(&charger), None, "it is off, in Great Britain too");
    }

    #[test]
    fn a_value_that_is_not_known_to_be_seconds_stands_for_as_long_as_the_rule_says() {
        assert_eq!(minutes(&charger("myenergi", "RandomSmartChargeDelay", "1")), Some(10));
        assert_eq!(minutes(&charger("myenergi", "RandomSmartChargeDelay", "0")), None);
        assert_eq!(minutes(&charger("GivEnergy", "RandomisedDelayDuration", "99999")), Some(30), "no rule allows more");
        assert_eq!(minutes(&charger("Acme", "RandomisedDelayDuration", "600")), None, "another maker's key");
    }

    #[test]
    fn a_value_of_any_length_does_not_make_a_sentence_of_that_length() {
        let delay = charger("GivEnergy", "RandomisedDelayDuration", &"9".repeat(100_000)).random_delay();
        assert!(delay.is_some_and(|it| it.why.len() < 100));
    }

    #[test]
    fn in_great_britain_a_charger_of_which_nothing_was_read_may_wait_ten_minutes() {
        let at = |place: &str| minutes(&Record { jurisdiction: place.into(), ..Record::new("CP1") });
        assert_eq!([at("gb"), at("au-sa"), at(""), at("nowhere")], [Some(10), None, None, None]);
    }

    #[test]
    fn the_finding_tells_how_it_is_set_off_for_a_test_only_where_that_can_be_written() {
        let mut charger = charger("GivEnergy", "RandomisedDelayDuration", "600");
        let text = |record: &Record| finding(record).map(|it| it.text).unwrap_or_default();
        assert!(text(&charger).contains("up to 10 min late") && text(&charger).contains("to 0 as a line of the plan"));
        charger.configuration.as_mut().expect("it was read").keys[0].readonly = true;
        assert!(!text(&charger).contains("line of the plan"), "{}", text(&charger));
        assert_eq!(finding(&Record::new("CP1")), None);
    }
}
