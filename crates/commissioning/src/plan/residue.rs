//! What an earlier platform, or the charger's own app, has left in it: profiles, a limit that nobody of us set, keys.

use chargehand_catalogue::Effect;
use serde::{Deserialize, Serialize};

use super::Change;
use crate::record::Record;
use crate::units::Amperes;

/// What the charger named as its limit when we looked, while nothing of ours was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// A per phase; `None`: it named none.
    pub named: Option<Amperes>,
    /// The frame it stands in, or the event that keeps it.
    pub number: u64,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// What it is.
    pub what: String,
    /// What it means.
    pub means: String,
    /// The change that takes it away; `None` where it is told only.
    pub clear: Option<Change>,
    /// Where it was seen.
    pub evidence: Vec<u64>,
}

/// What the record knows of it.
pub fn residue(record: &Record) -> Vec<Residue> {
    profiles(record).into_iter().chain(limit(record)).chain(cards(record)).chain(keys(record)).collect()
}

/// 2.x: the profiles that are not ours.
fn profiles(record: &Record) -> Vec<Residue> {
    let foreign = record.listed.iter().flatten().filter(|listed| listed.is_foreign() && !listed.replaced);
    let found = foreign.map(|listed| Residue {
        what: listed.words(),
        means: "A profile that is not ours. It is kept in Chargehand's data as the charger listed it.".into(),
        clear: listed.id().map(|id| Change::ClearProfile { id }),
        evidence: Vec::new(),
    });
    found.collect()
}

/// 1.6: a limit in the composite schedule that is none of ours and below what the circuit can carry.
fn limit(record: &Record) -> Option<Residue> {
    let looked = record.looked?;
    let named = looked.named?;
    // What the circuit can carry is known only with a ceiling: below nothing that is known, it tells nothing.
    let below = record.ceiling_parts.ceiling().is_some_and(|ceiling| named < ceiling.limit);
    (below && !record.version().is_v2()).then(|| Residue {
        what: format!("The charger names {named} as its limit"),
        means:
            "Nothing of Chargehand's was in force when it was asked: an earlier platform, its app or its own setting \
                holds it there. OCPP 1.6 does not tell which."
                .into(),
        clear: Some(Change::ClearAll),
        evidence: vec![looked.number],
    })
}

/// A list of cards that none of us wrote: whoever owned the charger before may still charge.
fn cards(record: &Record) -> Option<Residue> {
    let told = record.cards.told.filter(|told| *told > 0 && Some(*told) != record.cards.sent)?;
    Some(Residue {
        what: format!("A list of cards is in it (version {told})"),
        means:
            "Whoever has one of these cards can charge where the list counts. OCPP cannot read which they are: only an \
                empty list, or one with the right cards, is known for sure."
                .into(),
        clear: Some(Change::Cards { cards: Vec::new(), replace: true }),
        evidence: Vec::new(),
    })
}

/// Settings that hold or steer the current beside any platform.
fn keys(record: &Record) -> Vec<Residue> {
    let vendor = record.boot.as_ref().map(|b| b.vendor.as_str()).unwrap_or_default();
    let is_v2 = record.version().is_v2();
    let of = |name: &str| {
        if is_v2 {
            chargehand_catalogue::variable(&super::plain(name))
        } else {
            chargehand_catalogue::key(name, vendor)
        }
    };
    let steers = |area: &str| ["solar", "regulation", "load management", "mode"].contains(&area);
    let set = |value: &str| !matches!(value.trim().to_ascii_lowercase().as_str(), "" | "0" | "off" | "false");
    let all = record.configuration.iter().flat_map(|c| &c.keys);
    let found = all.filter_map(|key| {
        let (known, value) = (of(&key.key)?, key.value.as_deref()?);
        let sets_a_current = matches!(known.effect, Effect::Amps | Effect::TenthsOfAmps | Effect::Watts);
        (set(value) && (sets_a_current || steers(&known.area)) && !is_ours(record, &key.key)).then(|| Residue {
            what: format!("{} is {}", key.key, value.chars().take(60).collect::<String>()),
            means: format!("{}. It acts beside what a platform asks.", known.meaning),
            clear: None,
            evidence: Vec::new(),
        })
    });
    found.collect()
}

fn is_ours(record: &Record, name: &str) -> bool {
    let sets = |change: &Change| matches!(change, Change::Setting { key, .. } if key.eq_ignore_ascii_case(name));
    record.plan.iter().any(|line| line.stands() && sets(&line.change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    #[test]
    fn cards_of_an_earlier_owner_are_named_and_those_that_we_wrote_are_not() {
        let mut record = Record::new("CP1");
        record.cards.told = Some(7);
        let found = residue(&record);
        assert_eq!(found[0].clear, Some(Change::Cards { cards: Vec::new(), replace: true }), "{found:?}");
        record.cards.sent = Some(7);
        assert_eq!(residue(&record), []);
        record.cards = crate::record::KnownCards { told: Some(0), ..Default::default() };
        assert_eq!(residue(&record), []);
    }

    fn charger(vendor: &str, keys: &[(&str, &str)]) -> Record {
        let key = |(key, value): &(&str, &str)| ConfigurationKey {
            key: (*key).into(),
            value: Some((*value).into()),
            ..Default::default()
        };
        let keys = keys.iter().map(key).collect();
        let boot = crate::record::Booted { vendor: vendor.into(), ..Default::default() };
        let configuration = Some(ConfigurationSnapshot { keys, ..Default::default() });
        Record { boot: Some(boot), configuration, ..Record::new("CP1") }
    }

    #[test]
    fn a_solar_mode_that_is_on_is_named_and_one_that_is_off_is_not() {
        let found = residue(&charger("Ocular", &[("EcoMode", "2"), ("HeartbeatInterval", "60")]));
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("EcoMode is 2") && found[0].means.contains("solar only"), "{found:?}");
        assert_eq!(residue(&charger("Ocular", &[("EcoMode", "0")])), []);
    }

    #[test]
    fn a_limit_that_nobody_of_us_set_is_named_with_the_only_way_1_6_has_to_clear_it() {
        let looked = Looked { named: Amperes::from_amps(13.0), number: 7 };
        let mut record = Record { looked: Some(looked), ..charger("", &[]) };
        assert_eq!(residue(&record), [], "without a ceiling nobody knows whether that is low");
        record.ceiling_parts.breaker = Amperes::from_amps(32.0);
        let found = residue(&record);
        assert_eq!((found[0].clear.clone(), found[0].evidence.clone()), (Some(Change::ClearAll), vec![7]));
        assert_eq!(residue(&Record { looked: None, ..record }), []);
    }
}
