//! Which entry of the catalogue a charger is, from what it says when it starts, and which quirks its firmware has.

use crate::entry::{Boot, Firmware, Quirk};
use crate::{Charger, Confidence, chargers};

/// What a charger says of itself. Empty where not told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Booted<'a> {
    /// `chargePointVendor`.
    pub vendor: &'a str,
    /// `chargePointModel`.
    pub model: &'a str,
    /// Its serial number.
    pub serial: &'a str,
    /// Its firmware version.
    pub firmware: &'a str,
    /// `vendorId` of its last StatusNotification.
    pub status_vendor: &'a str,
    /// The id under which it connected.
    pub identity: &'a str,
}

/// A charger that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Its entry.
    pub charger: &'static Charger,
    /// Whether the model is known, and not only the maker.
    pub model_known: bool,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, to go before what follows from it: `because this is a Wallbox Pulsar Plus with firmware 6.4.12`.
    pub because: String,
    /// Its quirks, without those that its firmware does not have.
    pub quirks: Vec<Applied>,
}

/// A quirk that a charger has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The quirk.
    pub quirk: &'static Quirk,
    /// Whether its firmware is known to have it; `false` where that cannot be told from the version.
    pub sure: bool,
}

/// How a charger was recognised, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Identity,
    Maker,
    Names,
    Boot,
}

/// How a charger fits an entry: in which way, by how many characters, and how sure that is.
#[derive(Debug, Clone, Copy)]
struct Fit {
    way: Way,
    length: usize,
    confidence: Confidence,
}

impl Fit {
    fn rank(self) -> (Way, usize) {
        (self.way, self.length)
    }
}

/// More than this of what a charger says is not looked at, characters.
const LONGEST: usize = 100;

/// The entry that fits best, if one does. What a charger says is only compared, never kept.
pub fn recognise(booted: Booted) -> Option<Recognised> {
    let told = Told::of(&booted);
    let found: Vec<(Fit, &Charger)> = chargers().iter().filter_map(|it| Some((told.best(it)?, it))).collect();
    // The first of equals, so that the same charger is always the same entry.
    let best = |best: (Fit, &'static Charger), next: (Fit, &'static Charger)| {
        if next.0.rank() > best.0.rank() { next } else { best }
    };
    let (fit, charger) = found.iter().copied().reduce(best)?;
    if fit.way == Way::Names && found.iter().filter(|(other, _)| other.rank() == fit.rank()).count() > 1 {
        // Its name is part of several models' names: it could be any of them.
        return None;
    }
    let model_known = fit.way != Way::Maker;
    let name = if model_known { charger.name() } else { format!("{} (which model is not known)", charger.vendor) };
    let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    let because = if told.firmware.is_empty() {
        format!("because this is {article} {name}")
    } else {
        format!("because this is {article} {name} with firmware {}", told.firmware)
    };
    let quirks = quirks(charger, &told.firmware);
    Some(Recognised { charger, model_known, confidence: fit.confidence, because, quirks })
}

/// The quirks of a charger with this firmware; with those that may hold where the version cannot be read.
pub fn quirks(charger: &'static Charger, firmware: &str) -> Vec<Applied> {
    let version = version(firmware);
    let applied = |quirk: &'static Quirk| match (&quirk.firmware, &version) {
        (None, _) => Some(Applied { quirk, sure: true }),
        (Some(_), None) => Some(Applied { quirk, sure: false }),
        (Some(range), Some(version)) => range.holds(version).then_some(Applied { quirk, sure: true }),
    };
    charger.quirks().filter_map(applied).collect()
}

/// What a charger says, in lower case and bounded.
struct Told {
    vendor: String,
    model: String,
    serial: String,
    firmware: String,
    status_vendor: String,
    identity: String,
}

impl Told {
    fn of(booted: &Booted) -> Self {
        Self {
            vendor: plain(booted.vendor).to_lowercase(),
            model: plain(booted.model).to_lowercase(),
            serial: plain(booted.serial).to_lowercase(),
            firmware: plain(booted.firmware),
            status_vendor: plain(booted.status_vendor).to_lowercase(),
            identity: plain(booted.identity).to_lowercase(),
        }
    }

    /// The best way in which it is this charger.
    fn best(&self, charger: &Charger) -> Option<Fit> {
        let boots = charger.boot.iter().filter_map(|boot| self.by(boot, charger));
        boots.chain(self.by_names(charger)).max_by_key(|fit| fit.rank())
    }

    fn by(&self, boot: &Boot, charger: &Charger) -> Option<Fit> {
        let asked = [
            (&boot.vendor, &self.vendor),
            (&boot.model, &self.model),
            (&boot.serial, &self.serial),
            (&boot.status_vendor, &self.status_vendor),
            (&boot.identity, &self.identity),
        ];
        let asked = asked.iter().filter_map(|(pattern, text)| Some((pattern.as_deref()?, text.as_str())));
        let way = match boot {
            Boot { identity: Some(_), .. } => Way::Identity,
            Boot { model: None, serial: None, .. } => Way::Maker,
            _ => Way::Boot,
        };
        let may = way != Way::Identity || self.vendor.is_empty() || self.is_maker(charger);
        // the name to the letter counts for more than what only begins like it
        let told =
            |pattern: &str| pattern.trim_end_matches('*').chars().count() * 2 + usize::from(!pattern.ends_with('*'));
        let length = asked.clone().map(|(pattern, _)| told(pattern)).sum();
        let fits = may && asked.clone().all(|(pattern, text)| fits(pattern, text));
        fits.then_some(Fit { way, length, confidence: boot.confidence })
    }

    /// By the names that people use: the maker, and a model's name that is part of what it says.
    fn by_names(&self, charger: &Charger) -> Option<Fit> {
        let model = squeezed(&self.model);
        if !self.is_maker(charger) || model.chars().count() < 2 {
            return None;
        }
        let names = charger.model.split('/').chain(charger.aliases.iter().map(String::as_str)).map(squeezed);
        let within = names.filter(|name| name.chars().count() > 1 && (model.contains(name) || name.contains(&model)));
        let length = within.map(|name| name.chars().count().min(model.chars().count())).max()?;
        Some(Fit { way: Way::Names, length, confidence: Confidence::Medium })
    }

    fn is_maker(&self, charger: &Charger) -> bool {
        let (told, known) = (squeezed(&self.vendor), squeezed(&charger.vendor));
        // a short name is part of too many others: EN+ of Renault, SMA of Smart
        let within = |name: &str, other: &str| name.chars().count() > 3 && other.contains(name);
        !told.is_empty() && (told == known || within(&told, &known) || within(&known, &told))
    }
}

/// Without what a terminal or a screen could take for an order, and bounded.
fn plain(text: &str) -> String {
    let text: String = text.chars().take(LONGEST).filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    text.trim().to_owned()
}

/// Letters and digits only, in lower case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn fits(pattern: &str, text: &str) -> bool {
    let pattern = pattern.to_lowercase();
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    }
}

impl Firmware {
    fn holds(&self, version: &[u32]) -> bool {
        let bound = |text: &Option<String>| text.as_deref().and_then(self::version);
        bound(&self.from).is_none_or(|from| version >= from.as_slice())
            && bound(&self.below).is_none_or(|below| version < below.as_slice())
    }
}

/// The numbers of a version: of the longest run of digits and dots in it, `A0-MEV-V2.0.9` is 2, 0, 9.
fn version(text: &str) -> Option<Vec<u32>> {
    let runs = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|run| run.trim_matches('.'));
    let numbers = |run: &str| run.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>().ok();
    runs.filter_map(numbers).reduce(|longest, next| if next.len() > longest.len() { next } else { longest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(vendor: &'a str, model: &'a str, firmware: &'a str) -> Booted<'a> {
        Booted { vendor, model, firmware, ..Booted::default() }
    }

    fn id(booted: Booted) -> Option<&'static str> {
        recognise(booted).map(|it| it.charger.id)
    }

    #[test]
    fn chargers_are_recognised_by_what_they_say_at_the_start() {
        for (vendor, model, expected) in [
            ("go-e", "go-eCharger", "goe-home-v3"),
            ("go-e", "go-eCharger_V5", "goe-gemini"),
            ("GO-E", "GO-ECHARGER_PRO", "goe-pro"),
            ("Wall Box Chargers", "PLP1-0-2-4", "wallbox-pulsar-plus"),
            ("ABB", "CDT_TACW11::NET_WIFI", "abb-terra-ac"),
            ("Autel", "MaxiChargerAC", "autel-maxicharger-ac"),
            ("BS AC EV Charger", "BS-EV22", "ocular-lte-plus-v3"),
            ("OpenEVSE", "Advanced Series", "openevse"),
            ("Stegen Electronics", "SmartEVSE", "smartevse"),
            ("Bender GmbH Co. KG", "CC612_2S0R", "bender-cc"),
        ] {
            assert_eq!(id(told(vendor, model, "")), Some(expected), "{vendor} {model}");
        }
    }

    #[test]
    fn a_charger_is_recognised_by_the_names_that_people_use() {
        assert_eq!(id(told("Anker", "SOLIX V1", "")), Some("anker-solix-v1"));
        assert_eq!(id(told("Sungrow", "AC22E-01", "")), Some("sungrow-ac22e-01"));
        assert_eq!(id(told("GoodWe", "GW7K-HCA", "")), Some("goodwe-hca"));
    }

    #[test]
    fn a_name_that_several_models_share_names_none_of_them() {
        assert_eq!(id(told("Wallbox", "Pulsar", "")), None);
        assert_eq!(id(told("Wallbox", "Pulsar Max", "")), Some("wallbox-pulsar-max"));
        assert_eq!(id(told("Fronius", "Wattpilot", "")), Some("fronius-wattpilot-home"));
    }

    #[test]
    fn a_charger_is_recognised_by_its_id_where_nothing_contradicts() {
        let named = |identity, vendor| id(Booted { identity, vendor, ..Booted::default() });
        assert_eq!(named("EVB-P1234567", ""), Some("evbox-elvi"));
        assert_eq!(named("EVB-P1234567", "EVBox"), Some("evbox-elvi"));
        assert_eq!(named("EVB-P1234567", "Somebody Else"), None);
    }

    #[test]
    fn a_wallbox_with_firmware_6_has_the_quirks_of_firmware_6() {
        let quirks = |firmware| {
            let found = recognise(told("Wall Box Chargers", "PLP1-0-2-4", firmware)).expect("recognised");
            let quirks: Vec<(&str, bool)> = found.quirks.iter().map(|it| (it.quirk.id.as_str(), it.sure)).collect();
            (found.because, quirks)
        };
        let (because, six) = quirks("6.4.12");
        assert_eq!(because, "because this is a Wallbox Pulsar Plus with firmware 6.4.12");
        assert!(six.contains(&("no-boot", true)) && six.contains(&("fw64-ignores", true)), "{six:?}");
        let (_, five) = quirks("5.17.67");
        assert!(!five.iter().any(|(id, _)| ["no-boot", "fw64-ignores"].contains(id)), "{five:?}");
        let (_, unread) = quirks("");
        assert!(unread.contains(&("no-boot", false)), "a version that cannot be read rules nothing out: {unread:?}");
    }

    #[test]
    fn a_maker_alone_names_no_model() {
        let found = recognise(told("Wall Box Chargers", "XYZ-9", "6.7")).expect("recognised");
        assert!(!found.model_known && found.because.contains("which model is not known"), "{}", found.because);
        assert!(found.quirks.iter().any(|it| it.quirk.id == "no-boot"));
    }

    #[test]
    fn a_stranger_is_not_recognised() {
        assert_eq!(id(told("", "", "")), None);
        assert_eq!(id(told("Chargehand", "Simulated", "1.0")), None);
        assert_eq!(id(told("The Nobody Company", "Charger", "1")), None);
        assert_eq!(id(Booted { identity: "SN0001", ..told("Renault", "Box", "") }), None);
    }

    #[test]
    fn a_charger_that_names_its_maker_only_with_its_status_is_recognised_by_that() {
        let told = Booted { status_vendor: "EN+", ..told("AC7000", "XY", "") };
        let found = recognise(told).expect("its maker is known");
        assert_eq!((found.charger.id, found.model_known), ("enplus-caro", false));
    }

    #[test]
    fn a_name_to_the_letter_is_surer_than_one_that_only_begins_like_it() {
        let sure = |model| recognise(told("go-e", model, "60.4")).map(|it| (it.charger.id, it.confidence));
        assert_eq!(sure("go-eCharger_V4"), Some(("goe-gemini", Confidence::High)));
        assert_eq!(sure("go-eCharger_V4_X"), Some(("goe-gemini", Confidence::Medium)));
        assert_eq!(id(told("Smart Energy", "EV Charger 22", "")), None);
    }

    #[test]
    fn hostile_words_are_bounded_and_kept_out_of_sentences() {
        let long = "9.".repeat(50_000);
        let found = recognise(told("ABB", "CDT_TACW11::NET_WIFI", &long)).expect("recognised");
        assert!(found.because.len() < 200, "{}", found.because.len());
        let found = recognise(told("ABB", "CDT_TACW11::NET_WIFI", "1.8\u{202e}\u{1b}[31m")).expect("recognised");
        assert_eq!(found.because, "because this is an ABB Terra AC with firmware 1.8[31m");
    }

    #[test]
    fn a_firmware_is_compared_by_its_numbers() {
        assert_eq!(version("A0-MEV-V2.0.9"), Some(vec![2, 0, 9]));
        assert_eq!(version("03.11.0"), Some(vec![3, 11, 0]));
        assert_eq!(version("unknown"), None);
        let below = Firmware { from: None, below: Some("1.8.22".into()) };
        assert!(below.holds(&[1, 8, 21]) && !below.holds(&[1, 8, 22]) && !below.holds(&[1, 10]));
    }

    #[test]
    fn every_pattern_says_something_and_recognises_its_own_entry() {
        for charger in chargers() {
            for boot in &charger.boot {
                let said = |pattern: &Option<String>| pattern.clone().unwrap_or_default().replace('*', "");
                let (vendor, model, serial) = (said(&boot.vendor), said(&boot.model), said(&boot.serial));
                let (status_vendor, identity) = (said(&boot.status_vendor), said(&boot.identity));
                let booted = Booted {
                    vendor: &vendor,
                    model: &model,
                    serial: &serial,
                    firmware: "",
                    status_vendor: &status_vendor,
                    identity: &identity,
                };
                assert_eq!(id(booted), Some(charger.id), "{boot:?}");
            }
        }
    }
}
