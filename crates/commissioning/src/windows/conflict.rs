//! What would work against cheap hours: a platform that decides when to charge, a control of the charger's own, profiles
//! that others left.

use chargehand_catalogue::{Key, Platform, Steers, Topic, key, variable};

use crate::record::Record;

/// The rule of the catalogue about controls of the charger's own beside a server's.
const OWN_CONTROL: &str = "R20";

/// Something that works against cheap hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fight {
    /// Stable name: `platform_steers`, `platform_unknown`, `own_solar`, `own_load_management`, `random_delay`, `model`,
    /// `profile_of_others`.
    pub code: &'static str,
    /// What it is, what that means and what to do.
    pub text: String,
    /// Where it is known from.
    pub evidence: String,
    /// Cheap hours are not written beside it.
    pub refuses: bool,
}

impl Fight {
    fn note(code: &'static str, text: String, evidence: String) -> Self {
        Self { code, text, evidence, refuses: false }
    }
}

/// All that would work against cheap hours in this charger, and on the platform it is to be handed to. The platform first.
pub fn fights(record: &Record, platform: Option<&Platform>) -> Vec<Fight> {
    let mut all: Vec<Fight> = platform.map(of_platform).into_iter().collect();
    all.extend(settings(record));
    all.extend(of_model(record));
    all.extend(of_others(record));
    all
}

fn of_platform(platform: &Platform) -> Fight {
    let name = &platform.name;
    match &platform.steers {
        Some(steers) if !steers.is.is_empty() => {
            let does: Vec<&str> = steers.is.iter().map(|it| it.says()).collect();
            let solar = if steers.is.contains(&Steers::Solar) { " A sunny afternoon would be lost." } else { "" };
            Fight {
                code: "platform_steers",
                text: format!(
                    "{name} {}. Beside it cheap hours would hold the car at 0 A whenever {name} wants it to charge.{solar} \
                     Enter the cheap hours in {name} instead, or choose no such platform.",
                    does.join(" and ")
                ),
                evidence: cited(&steers.source, &steers.date),
                refuses: true,
            }
        }
        _ => Fight::note(
            "platform_unknown",
            format!(
                "Whether {name} decides by sun or prices when to charge is not known. If it does, enter the cheap hours there \
                 and not here: the two would hold each other up."
            ),
            "Chargehand's catalogue names nothing of it".into(),
        ),
    }
}

fn cited(source: &str, date: &str) -> String {
    if date == "unknown" { source.to_owned() } else { format!("{source} ({date})") }
}

/// Areas of keys that stand for a control of the charger's own.
static AREAS: &[(&str, &str, &str)] = &[
    ("solar", "own_solar", "It follows the sun by itself, and may stop or slow a charge within the cheap hours"),
    (
        "load management",
        "own_load_management",
        "It shares the house's connection, and may slow a charge within the cheap hours",
    ),
    ("regulation", "random_delay", "It may start a charge late, at random, within the cheap hours"),
];

/// Settings of the charger that stand for a control of its own, and are not off.
fn settings(record: &Record) -> Vec<Fight> {
    let vendor = record.boot.as_ref().map(|boot| boot.vendor.as_str()).unwrap_or_default();
    let settings = record.configuration.iter().flat_map(|it| &it.keys);
    let fight = |setting: &crate::report::ConfigurationKey| {
        let value = setting.value.as_deref().map(str::trim).filter(|value| !value.is_empty())?;
        let known = if record.version().is_v2() { variable(&setting.key) } else { own_key(&setting.key, vendor) }?;
        let (_, code, means) = AREAS.iter().find(|(area, ..)| *area == known.area)?;
        if known.off.as_deref().is_some_and(|off| off.eq_ignore_ascii_case(value)) {
            return None;
        }
        let way_out = known.off.as_ref().map_or_else(
            || " At which value it is off is not known: see its maker's app or manual.".to_owned(),
            |off| format!(" {} = {off} turns it off.", known.key),
        );
        let text = format!("{means}: {} is {value} ({}).{way_out}", setting.key, known.meaning);
        Some(Fight::note(
            code,
            text,
            format!("Read from the charger; the meaning from {}", cited(&known.source, &known.date)),
        ))
    };
    settings.filter_map(fight).collect()
}

/// A key of this maker; the same name means something else with another.
pub(crate) fn own_key(name: &str, vendor: &str) -> Option<&'static Key> {
    key(name, vendor).filter(|key| {
        let maker = key.vendor.as_deref().unwrap_or_default().to_ascii_lowercase();
        let vendor = vendor.to_ascii_lowercase();
        maker.is_empty() || vendor.is_empty() || vendor.contains(&maker) || maker.contains(&vendor)
    })
}

/// What the catalogue knows of a model: its solar mode, and quirks about controls of its own.
fn of_model(record: &Record) -> Vec<Fight> {
    let Some(known) = record.recognised() else { return Vec::new() };
    let name = known.charger.name();
    let facts = known.charger.facts();
    let solar = facts.iter().filter(|fact| fact.topic == Topic::Solar);
    let solar = solar.map(|fact| (fact.says.clone(), &fact.source, &fact.date));
    let quirks = known.quirks.iter().map(|it| it.quirk).filter(|quirk| quirk.rule.as_deref() == Some(OWN_CONTROL));
    let quirks = quirks.map(|quirk| (format!("{} {}", quirk.says, quirk.remedy), &quirk.source, &quirk.date));
    let note = |(says, source, date): (String, &String, &String)| {
        Fight::note("model", format!("Of the {name}: {says}"), cited(source, date))
    };
    solar.chain(quirks).map(note).collect()
}

/// Profiles of others that a 2.x charger listed.
fn of_others(record: &Record) -> Vec<Fight> {
    let foreign = record.listed.iter().flatten().filter(|listed| listed.is_foreign() && !listed.replaced);
    let note = |listed: &crate::record::Listed| {
        let text = format!(
            "Somebody else's limit stands in the charger: {}. The cheap hours stand above it as far as the charger has levels; \
             whoever set it may set it again.",
            listed.words()
        );
        Fight::note("profile_of_others", text, "Listed by the charger".into())
    };
    foreign.map(note).collect()
}

#[cfg(test)]
mod tests {
    use chargehand_catalogue::platform;

    use super::*;
    use crate::record::Booted;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    fn charger(vendor: &str, model: &str, keys: &[(&str, &str)]) -> Record {
        let key = |(key, value): &(&str, &str)| ConfigurationKey {
            key: (*key).into(),
            value: Some((*value).into()),
            ..Default::default()
        };
        let snapshot = ConfigurationSnapshot { keys: keys.iter().map(key).collect(), ..Default::default() };
        let boot = Booted { vendor: vendor.into(), model: model.into(), ..Default::default() };
        Record { boot: Some(boot), configuration: Some(snapshot), ..Record::new("CP1") }
    }

    fn codes(record: &Record) -> Vec<&'static str> {
        fights(record, None).iter().map(|fight| fight.code).collect()
    }

    #[test]
    fn beside_a_platform_that_follows_sun_or_prices_no_hours_are_written() {
        let with = |id| fights(&Record::new("CP1"), platform(id)).remove(0);
        for id in ["chargehq", "amber", "evcc", "octopus-intelligent"] {
            let fight = with(id);
            assert!(fight.refuses && !fight.evidence.is_empty(), "{fight:?}");
        }
        assert!(
            with("chargehq").text.contains("Charge HQ follows the sun and follows prices"),
            "{:?}",
            with("chargehq")
        );
        let unknown = with("steve");
        assert!(!unknown.refuses && unknown.text.contains("is not known"), "{unknown:?}");
        assert_eq!(fights(&Record::new("CP1"), None), []);
    }

    #[test]
    fn a_charger_in_its_own_solar_mode_is_named_and_one_whose_mode_is_off_is_not() {
        let ocular = |mode| charger("Ocular", "X", &[("EcoMode", mode)]);
        assert!(codes(&ocular("2")).contains(&"own_solar"), "{:?}", fights(&ocular("2"), None));
        assert!(!codes(&ocular("0")).contains(&"own_solar"), "0 is fast");
        let text = &fights(&ocular("2"), None)[0];
        assert!(text.text.contains("EcoMode is 2") && text.text.contains("EcoMode = 0 turns it off"), "{text:?}");
        assert!(text.evidence.contains("openHAB"), "{text:?}");
    }

    #[test]
    fn a_key_of_that_name_with_another_maker_says_nothing() {
        assert_eq!(codes(&charger("Acme", "X", &[("EcoMode", "2"), ("Imax", "60")])), [""; 0]);
        let givenergy = charger("GivEnergy", "X", &[("Imax", "60"), ("RandomisedDelayDuration", "600")]);
        assert_eq!(codes(&givenergy)[..2], ["own_load_management", "random_delay"]);
    }

    #[test]
    fn what_the_catalogue_knows_of_a_models_own_control_is_told_with_its_source() {
        let goe = charger("go-e", "go-eCharger_V4", &[]);
        let model: Vec<Fight> = fights(&goe, None).into_iter().filter(|fight| fight.code == "model").collect();
        assert!(!model.is_empty(), "{model:?}");
        assert!(
            model.iter().all(|fight| fight.text.starts_with("Of the go-e") && fight.evidence.contains("http")),
            "{model:?}"
        );
    }

    #[test]
    fn limits_that_somebody_else_left_are_named() {
        let listed = crate::record::Listed {
            connector: 0,
            source: "EMS".into(),
            profile: serde_json::json!({"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 3}),
            replaced: false,
        };
        let record = Record { listed: Some(vec![listed]), ..Record::new("CP1") };
        assert_eq!(codes(&record), ["profile_of_others"]);
        assert!(fights(&record, None)[0].text.contains("TxDefaultProfile on EVSE 0 at level 3 (EMS)"));
    }
}
