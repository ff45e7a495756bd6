//! What networks, states and countries ask of a charger's connection, one file each in the folder `jurisdictions`. It tells
//! a person where to look; it never says that an installation complies.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::Confidence;
use crate::folder::{self, Files};

/// What a jurisdiction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A country.
    Country,
    /// A state in it.
    State,
    /// The company that runs the network.
    Network,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The network has to agree before the charger is connected.
    Approval,
    /// A device of the network can switch the charger's supply.
    ActiveDeviceManagement,
    /// The network is told of the charger.
    Notification,
    /// What the supply may carry.
    Supply,
    /// The network may ask the charger to draw less.
    DemandResponse,
    /// The network operator may dim the charger.
    Dimming,
    /// What a charger must be able to do.
    SmartCharging,
    /// Hours in which a charger does not charge by default.
    OffPeak,
    /// How late a change of the current may come.
    RandomDelay,
    /// Feeding back.
    FeedingBack,
    /// Residual current devices and earthing.
    Protection,
    /// Papers that the electrician hands out.
    Certificate,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The charger's nameplate.
    Nameplate,
    /// The rating of the main switch.
    MainSwitch,
    /// The charger's nameplate and the peak of everything else.
    MaximumDemand,
}

/// From when on a rule applies: above this current, mA per phase. Without a number for as many phases it never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Above {
    /// What is compared.
    pub of: Measure,
    /// On one phase.
    pub one_phase_ma: Option<u32>,
    /// On more.
    pub three_phases_ma: Option<u32>,
}

/// On which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Days {
    /// Monday to Friday.
    MonFri,
    /// Every day.
    All,
}

/// Hours in which a charger does not charge by default, local time, `HH:MM`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocked {
    /// Its beginning.
    pub from: String,
    /// Its end.
    pub to: String,
    /// On which days.
    pub days: Days,
}

/// How late a change of the current may come, s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Unless set otherwise.
    pub default_s: u32,
    /// At most.
    pub most_s: u32,
}

/// How far a charger may be dimmed, W in sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimmed {
    /// What always stays.
    pub least_w: u32,
}

/// The share that each of so many devices (or more, for the largest number) counts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simultaneity {
    /// How many devices.
    pub devices: u32,
    /// 1 to 1000.
    pub per_mille: u32,
}

/// One rule, in our words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is about.
    pub topic: Topic,
    /// What it says.
    pub says: String,
    /// From when on it applies; always where absent.
    pub above: Option<Above>,
    /// When a charger does not charge by default.
    #[serde(default)]
    pub blocked: Vec<Blocked>,
    /// How late a change may come.
    pub delay: Option<Delay>,
    /// How far a charger may be dimmed.
    pub dimmed: Option<Dimmed>,
    /// How devices behind one energy management system are counted together.
    #[serde(default)]
    pub simultaneity: Vec<Simultaneity>,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Rule {
    /// It depends on what was entered, or names hours or times that a limit meets.
    pub fn acts(&self) -> bool {
        let names = self.delay.is_some() || self.dimmed.is_some() || !self.blocked.is_empty();
        names || self.above.is_some()
    }

    /// Nobody read it where it is written.
    pub fn unverified(&self) -> bool {
        matches!(self.confidence, Confidence::Low | Confidence::Unknown)
    }
}

/// A network, a state or a country.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction {
    /// Its id: the file's name, for example `sa-power-networks`.
    #[serde(skip)]
    pub id: &'static str,
    /// Its name.
    pub name: String,
    /// Its country, as its code.
    pub country: String,
    /// What it is.
    pub kind: Kind,
    /// The id of the one it lies in; its rules hold too.
    pub within: Option<String>,
    /// What was looked for and not found, as sentences.
    pub unknown: Vec<String>,
    /// What is known.
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// What decides which rules apply. What was not entered is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    /// The charger's nameplate, mA per phase.
    pub nameplate_ma: Option<u32>,
    /// The rating of the main switch, mA per phase.
    pub main_switch_ma: Option<u32>,
    /// The peak of everything else, mA per phase.
    pub rest_ma: Option<u32>,
    /// How many phases the charger's circuit has.
    pub phases: Option<u8>,
}

/// A rule for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Whose it is.
    pub of: &'static Jurisdiction,
    /// What it says.
    pub rule: &'static Rule,
    /// It applies; else it may: what decides was not entered.
    pub sure: bool,
}

impl Above {
    /// Whether it is above; `None` where that is not known.
    fn holds(&self, it: &Connection) -> Option<bool> {
        let value = match self.of {
            Measure::Nameplate => it.nameplate_ma,
            Measure::MainSwitch => it.main_switch_ma,
            Measure::MaximumDemand => {
                it.nameplate_ma.zip(it.rest_ma).map(|(charger, rest)| charger.saturating_add(rest))
            }
        };
        let exceeds = |limit: Option<u32>| limit.map_or(Some(false), |limit| value.map(|value| value > limit));
        match it.phases {
            Some(1) => exceeds(self.one_phase_ma),
            Some(_) => exceeds(self.three_phases_ma),
            // Where both numbers of phases give the same answer, their number does not matter.
            None => exceeds(self.one_phase_ma).filter(|one| Some(*one) == exceeds(self.three_phases_ma)),
        }
    }
}

/// All jurisdictions, in the order of their ids.
pub fn all() -> &'static [Jurisdiction] {
    static ALL: OnceLock<Vec<Jurisdiction>> = OnceLock::new();
    ALL.get_or_init(|| folder::read(FILES, |it: &mut Jurisdiction, name| it.id = name))
}

/// The jurisdiction with this id.
pub fn find(id: &str) -> Option<&'static Jurisdiction> {
    all().iter().find(|it| it.id == id)
}

impl Jurisdiction {
    /// This one and those it lies in, from the inside out.
    pub fn chain(&'static self) -> impl Iterator<Item = &'static Jurisdiction> {
        std::iter::successors(Some(self), |it| find(it.within.as_deref()?)).take(4)
    }
}

/// What holds, or may hold, in the jurisdiction with this id and in those it lies in; nothing where there is none.
pub fn applies(id: &str, connection: &Connection) -> Vec<Applied> {
    let rules =
        find(id).into_iter().flat_map(Jurisdiction::chain).flat_map(|of| of.rule.iter().map(move |rule| (of, rule)));
    let applied = |(of, rule): (&'static Jurisdiction, &'static Rule)| {
        let holds = rule.above.map_or(Some(true), |above| above.holds(connection));
        (holds != Some(false)).then_some(Applied { of, rule, sure: holds.is_some() })
    };
    rules.filter_map(applied).collect()
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/jurisdictions.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str, connection: Connection) -> Vec<(Topic, bool)> {
        applies(id, &connection).iter().map(|it| (it.rule.topic, it.sure)).collect()
    }

    fn charger(amps: u32, phases: u8) -> Connection {
        Connection { nameplate_ma: Some(amps * 1000), phases: Some(phases), ..Connection::default() }
    }

    #[test]
    fn every_jurisdiction_can_be_read_and_lies_in_one_that_is_there() {
        assert_eq!(folder::broken::<Jurisdiction>(FILES), [""; 0]);
        assert!(all().len() >= 18, "{}", all().len());
        for it in all() {
            assert!(!it.rule.is_empty() || !it.unknown.is_empty(), "{} says nothing", it.id);
            let last = it.chain().last().map(|last| last.kind);
            assert_eq!(last, Some(Kind::Country), "{} lies in no country", it.id);
            assert!(it.chain().all(|outer| outer.country == it.country), "{}", it.id);
        }
    }

    #[test]
    fn no_rule_speaks_of_compliance_or_lacks_its_source() {
        for (it, rule) in all().iter().flat_map(|it| it.rule.iter().map(move |rule| (it, rule))) {
            assert!(!rule.source.trim().is_empty() && !rule.date.trim().is_empty(), "{}: {}", it.id, rule.says);
            assert!(!rule.says.to_lowercase().contains("complies"), "{}: {}", it.id, rule.says);
            assert!(rule.confidence != Confidence::Unknown, "{}: what is unknown is no rule", it.id);
        }
    }

    #[test]
    fn in_south_australia_a_charger_above_the_networks_threshold_needs_approval() {
        let approval =
            |connection| told("sa-power-networks", connection).iter().find(|(t, _)| *t == Topic::Approval).copied();
        assert_eq!(approval(charger(20, 1)), None);
        assert_eq!(approval(charger(32, 1)), Some((Topic::Approval, true)));
        assert_eq!(approval(charger(25, 3)), None);
        assert_eq!(approval(charger(32, 3)), Some((Topic::Approval, true)));
        assert_eq!(approval(Connection::default()), Some((Topic::Approval, false)), "it may: nothing was entered");
        let unknown_phases = |amps| Connection { phases: None, ..charger(amps, 1) };
        assert_eq!(approval(unknown_phases(16)), None, "whatever the phases");
        assert_eq!(approval(unknown_phases(22)), Some((Topic::Approval, false)), "it depends on the phases");
        assert_eq!(approval(unknown_phases(32)), Some((Topic::Approval, true)));
    }

    #[test]
    fn what_holds_in_a_state_and_a_country_holds_in_its_networks() {
        let of: Vec<&str> = applies("sa-power-networks", &charger(32, 1)).iter().map(|it| it.of.id).collect();
        assert!(of.contains(&"au-sa") && of.contains(&"au") && of[0] == "sa-power-networks", "{of:?}");
        assert!(applies("", &charger(32, 1)).is_empty());
        assert!(applies("nowhere", &charger(32, 1)).is_empty());
    }

    #[test]
    fn in_queensland_three_phase_chargers_need_no_active_device_management() {
        let managed = |connection| told("energex", connection).contains(&(Topic::ActiveDeviceManagement, true));
        assert!(managed(charger(32, 1)));
        assert!(!managed(charger(20, 1)) && !managed(charger(32, 3)));
    }

    #[test]
    fn in_great_britain_the_charger_and_the_rest_together_decide_about_applying_first() {
        let approval = |rest_ma| {
            told("gb", Connection { rest_ma, ..charger(32, 1) }).into_iter().find(|it| it.0 == Topic::Approval)
        };
        assert_eq!(approval(Some(28_000)), None);
        assert_eq!(approval(Some(29_000)), Some((Topic::Approval, true)));
        assert_eq!(approval(None), Some((Topic::Approval, false)));
    }

    #[test]
    fn numbers_that_act_are_data() {
        let rules = |id: &str| find(id).map(|it| it.rule.as_slice()).unwrap_or_default();
        let delay = rules("gb").iter().find_map(|rule| rule.delay);
        assert_eq!(delay, Some(Delay { default_s: 600, most_s: 1800 }));
        let blocked: Vec<&str> = rules("gb").iter().flat_map(|rule| &rule.blocked).map(|it| it.from.as_str()).collect();
        assert_eq!(blocked, ["08:00", "16:00"]);
        assert_eq!(rules("de").iter().find_map(|rule| rule.dimmed), Some(Dimmed { least_w: 4200 }));
        let factors =
            rules("de").iter().flat_map(|rule| rule.simultaneity.iter().map(|it| (it.devices, rule.unverified())));
        assert_eq!(factors.filter(|(devices, unverified)| (*devices < 9) != *unverified).count(), 0);
    }
}
