//! Chargers that people own, one file each in the folder `chargers`: who may choose the server that one connects to, how it
//! is entered, what is odd about it, how to go back. What is absent is not known.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::entry::{App, Boot, Can, Known, Local, Quirk, Spoken, Statement, Step, Topic};
use crate::facts::stated;
use crate::folder::{self, Files};
use crate::{Confidence, Form};

/// Who may choose the server that a charger connects to, and whether one in its own network will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Its owner, and one in the LAN will do.
    OpenLan,
    /// Its owner, under a condition: firmware, permission, fee, installer's code, a call to the maker's cloud.
    OpenConditional,
    /// Only the maker's cloud speaks OCPP; a server in the LAN cannot be reached.
    MakerCloud,
    /// No OCPP for its owner, but an interface of its maker's.
    PrivateApi,
    /// Its owner, but it takes no limits.
    OpenNotControllable,
    /// It speaks OCPP to its maker, and the owner cannot change that.
    Locked,
    /// Nothing controls it from afar.
    None,
    /// Not established.
    Unknown,
}

impl Access {
    /// All, the most open first.
    pub const ALL: [Self; 8] = [
        Self::OpenLan,
        Self::OpenConditional,
        Self::OpenNotControllable,
        Self::MakerCloud,
        Self::PrivateApi,
        Self::Locked,
        Self::None,
        Self::Unknown,
    ];

    /// As it is spelled in data and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenLan => "open_lan",
            Self::OpenConditional => "open_conditional",
            Self::MakerCloud => "maker_cloud",
            Self::PrivateApi => "private_api",
            Self::OpenNotControllable => "open_not_controllable",
            Self::Locked => "locked",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// What it means, for people.
    pub fn says(self) -> &'static str {
        match self {
            Self::OpenLan => "Open: the owner chooses the OCPP server, and one in the home network works.",
            Self::OpenConditional => "Open under a condition, such as a firmware, a permission, a fee or a login.",
            Self::MakerCloud => "Through the maker's cloud only: a server in the home network cannot be reached.",
            Self::PrivateApi => "No OCPP for owners: only the maker's own interface.",
            Self::OpenNotControllable => "It connects to any OCPP server, but takes no limits.",
            Self::Locked => "Locked: it speaks OCPP to its maker only.",
            Self::None => "No OCPP, and nothing controls it from afar.",
            Self::Unknown => "Not known: ask the maker. No answer counts as locked.",
        }
    }
}

/// The access class of a charger, and why it is that.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accessible {
    /// The class.
    pub class: Access,
    /// Why, in one to three sentences.
    pub because: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read: since when it is known.
    pub date: String,
    /// How sure the class is; `unknown` where it is not established.
    pub confidence: Confidence,
}

/// What an entry describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargerKind {
    /// A charger on a wall or a post.
    Charger,
    /// A controller inside chargers of several makers.
    Controller,
    /// A cable with a control box, for a power point (Mode 2).
    Portable,
}

/// A charger that people own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charger {
    /// Its id: the file's name, for example `fronius-wattpilot-home`.
    #[serde(skip)]
    pub id: &'static str,
    /// Its maker.
    pub vendor: String,
    /// Its model, or models that are alike.
    pub model: String,
    /// How to tell it from others, as a sentence; else empty.
    #[serde(default)]
    pub which: String,
    /// Other names that people look for.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it is.
    pub kind: ChargerKind,
    /// Where it is sold, as country codes. From memory and only a hint.
    pub markets: Vec<String>,
    /// What one has to know, in one or two sentences.
    pub summary: String,
    /// What was looked for and not found, as sentences.
    pub unknown: Vec<String>,
    /// Who may choose its server.
    pub access: Accessible,
    /// Whether a server in its own network will do.
    pub lan: Known<Can>,
    /// Whether it follows limits over OCPP, where that is in doubt.
    pub limits: Option<Known<Can>>,
    /// The id of another entry whose form of the URL and whose quirks are this one's, too.
    pub like: Option<Known<String>>,
    /// How many phases it charges on, in words.
    pub phases: Option<Known<String>>,
    /// The largest current, A per phase, in words.
    pub amps: Option<Known<String>>,
    /// The form in which its field wants the server's address.
    #[serde(default)]
    pub url: Form,
    /// The versions of OCPP that it speaks.
    #[serde(default)]
    pub version: Vec<Spoken>,
    /// How to get to that field, in order.
    #[serde(default)]
    pub step: Vec<Step>,
    /// What else is known.
    #[serde(default)]
    pub fact: Vec<Statement>,
    /// What is odd about it.
    #[serde(default)]
    pub quirk: Vec<Quirk>,
    /// How it is recognised when it starts.
    #[serde(default)]
    pub boot: Vec<Boot>,
    /// Apps that reach it through its maker.
    #[serde(default)]
    pub app: Vec<App>,
    /// Interfaces besides OCPP.
    #[serde(default)]
    pub local: Vec<Local>,
}

impl Charger {
    /// Maker and model.
    pub fn name(&self) -> String {
        format!("{} {}", self.vendor, self.model)
    }

    /// The form in which its field wants the server's address: its own, or that of the entry that it is like.
    pub fn form(&self) -> &Form {
        self.twin().map_or(&self.url, |twin| &twin.url)
    }

    /// How to get to the field for the server: its own steps, or those of the entry that it is like.
    pub fn steps(&self) -> &[Step] {
        self.twin().filter(|_| self.step.is_empty()).map_or(&self.step, |twin| &twin.step)
    }

    /// What is odd about it, also what it shares with the entry that it is like.
    pub fn quirks(&self) -> impl Iterator<Item = &Quirk> {
        self.quirk.iter().chain(self.twin().into_iter().flat_map(|twin| &twin.quirk))
    }

    /// What is odd about its way to a server and back: what one wants to know before its address is changed.
    pub fn cautions(&self) -> impl Iterator<Item = &Quirk> {
        self.quirks().filter(|quirk| quirk.rule.as_deref().is_some_and(|rule| ON_THE_WAY.contains(&rule)))
    }

    /// An interface in its own network that knows the address, but over which it is not set from here, and why not.
    pub fn by_hand(&self) -> Option<(&Local, &str)> {
        self.local.iter().find_map(|local| Some((local, local.by_hand.as_deref()?)))
    }

    /// How to go back to what was before, where that is known.
    pub fn way_back(&self) -> impl Iterator<Item = &Statement> {
        self.fact.iter().filter(|fact| fact.topic == Topic::WayBack)
    }

    /// All that is known, as sentences with their sources.
    pub fn facts(&self) -> Vec<Statement> {
        stated(self)
    }

    fn twin(&self) -> Option<&'static Self> {
        charger(&self.like.as_ref()?.is)
    }
}

/// The rules that concern the way to a server and back: slow to come, how to go back, who loses control, which version,
/// what its own app says of it.
const ON_THE_WAY: [&str; 5] = ["R06", "R18", "R20", "R22", "R23"];

/// All chargers, in the order of their ids.
pub fn chargers() -> &'static [Charger] {
    static CHARGERS: OnceLock<Vec<Charger>> = OnceLock::new();
    CHARGERS.get_or_init(|| folder::read(FILES, |it: &mut Charger, name| it.id = name))
}

/// The charger with this id.
pub fn charger(id: &str) -> Option<&'static Charger> {
    chargers().iter().find(|it| it.id == id)
}

pub(crate) static FILES: Files = include!(concat!(env!("OUT_DIR"), "/chargers.rs"));

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{Confidence, rule};

    #[test]
    fn every_charger_can_be_read() {
        assert_eq!(folder::broken::<Charger>(FILES), [""; 0]);
        assert!(chargers().len() >= 100, "{}", chargers().len());
    }

    #[test]
    fn everything_that_is_said_of_a_charger_has_source_date_and_confidence() {
        for it in chargers() {
            assert!(!it.facts().is_empty(), "{}", it.id);
            for fact in it.facts() {
                let dated = fact.date == "unknown" || fact.date.starts_with("20");
                assert!(!fact.source.trim().is_empty() && dated && !fact.says.trim().is_empty(), "{}: {fact:?}", it.id);
            }
        }
    }

    #[test]
    fn every_charger_has_names_a_summary_and_a_reason_for_its_access() {
        for it in chargers() {
            for text in [&it.vendor, &it.model, &it.summary, &it.access.because] {
                assert!(!text.trim().is_empty(), "{}", it.id);
            }
            assert!(it.summary.ends_with('.') && it.access.because.ends_with('.'), "{}", it.id);
        }
    }

    #[test]
    fn how_many_chargers_are_of_which_access() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for it in chargers() {
            *counts.entry(it.access.class.name()).or_default() += 1;
        }
        let found: Vec<(&str, usize)> = counts.into_iter().collect();
        let expected = [
            ("locked", 3),
            ("maker_cloud", 3),
            ("none", 2),
            ("open_conditional", 16),
            ("open_lan", 54),
            ("open_not_controllable", 1),
            ("private_api", 7),
            ("unknown", 15),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_open_charger_is_open_to_a_server_in_the_home_network() {
        for it in chargers() {
            match it.access.class {
                Access::OpenLan | Access::OpenNotControllable => assert_eq!(it.lan.is, Can::Yes, "{}", it.id),
                Access::MakerCloud | Access::None => assert_eq!(it.lan.is, Can::No, "{}", it.id),
                Access::Unknown => assert_eq!(it.access.confidence, Confidence::Unknown, "{}", it.id),
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_not_known_is_said_to_be_unknown() {
        for it in chargers().iter().filter(|it| it.lan.is == Can::Unknown) {
            assert_eq!(it.lan.confidence, Confidence::Unknown, "{}", it.id);
        }
    }

    #[test]
    fn the_chargers_and_rules_that_entries_name_are_there() {
        for it in chargers() {
            let like = it.like.as_ref().map(|like| charger(&like.is));
            assert!(like.is_none_or(|twin| twin.is_some_and(|twin| twin.like.is_none())), "{}", it.id);
            for quirk in &it.quirk {
                assert!(quirk.rule.as_deref().is_none_or(|id| rule(id).is_some()), "{}: {:?}", it.id, quirk.rule);
            }
            let ids: BTreeSet<&str> = it.quirk.iter().map(|quirk| quirk.id.as_str()).collect();
            assert_eq!(ids.len(), it.quirk.len(), "{}: two quirks of one name", it.id);
        }
    }

    #[test]
    fn every_interface_that_chargehand_can_set_belongs_to_a_charger() {
        let named = chargers().iter().flat_map(|it| &it.local).filter_map(|local| local.api.as_deref());
        let named: BTreeSet<&str> = named.collect();
        let there: BTreeSet<&str> = crate::local_api::local_apis().iter().map(|it| it.fingerprint).collect();
        assert_eq!(named, there);
    }

    #[test]
    fn what_to_know_before_an_address_is_changed_is_told_apart_from_other_oddities() {
        let cautions =
            |id: &str| charger(id).expect("an entry").cautions().map(|it| it.id.as_str()).collect::<Vec<_>>();
        assert_eq!(cautions("keba-p30"), ["gives-up-7d", "http-ping"]);
        assert_eq!(cautions("grizzl-e"), [""; 0]);
        for id in ["peblar-home", "lrt-wallbox"] {
            assert!(charger(id).expect("an entry").by_hand().is_some(), "{id}");
        }
        assert!(chargers().iter().flat_map(|it| &it.local).all(|it| it.api.is_none() || it.by_hand.is_none()));
    }

    #[test]
    fn chargers_of_one_family_share_form_and_quirks() {
        let max = charger("wallbox-pulsar-max").expect("an entry");
        assert!(max.form().form.is_some() && !max.steps().is_empty());
        assert!(max.quirks().any(|quirk| quirk.id == "no-boot"));
    }

    #[test]
    fn the_steps_stand_in_the_order_in_which_they_are_done() {
        for it in chargers() {
            assert!(it.step.is_sorted_by_key(|step| step.kind), "{}", it.id);
        }
    }

    #[test]
    fn the_portable_cable_is_answered_although_it_has_no_ocpp() {
        let cable = charger("portable-mode2").expect("an entry");
        assert_eq!((cable.kind, cable.access.class), (ChargerKind::Portable, Access::None));
        assert!(cable.version.is_empty() && cable.summary.contains("power point"));
    }
}
