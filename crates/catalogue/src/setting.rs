//! What a commissioning often has to set: which key or variable it is, what may be written, why one would.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::Confidence;

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingGroup {
    /// What it measures, and when it tells.
    Metering,
    /// How it keeps in touch.
    Connection,
    /// Who may charge.
    Authorisation,
    /// What it does without a platform.
    Offline,
    /// How a charge begins and ends.
    Session,
    /// Its lock.
    Cable,
    /// How it is wired.
    Phases,
    /// Its lights.
    Display,
    /// What a law asks for.
    Regulation,
    /// Its clock.
    Clock,
}

/// What its value may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SettingForm {
    /// Whole seconds.
    Seconds {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// `true` or `false`.
    Switch,
    /// A whole number from 0 to 100, %.
    Percent,
    /// Names from OCPP's list of measurands, separated by commas. Where the charger refuses them, they are dropped one by
    /// one from the end.
    Measurands {
        /// The short list, the most needed first.
        offered: Vec<String>,
    },
    /// Per connector how its phases are connected: `0.RST,1.RST`.
    Rotation,
    /// A text.
    Text {
        /// At most this many characters.
        most: usize,
    },
}

/// The orders of phases of OCPP 1.6 9.1.7.
const ROTATIONS: [&str; 8] = ["NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR"];
/// The longest value that OCPP 1.6 can carry (CiString500Type).
const LONGEST: usize = 500;

impl SettingForm {
    /// Can this be written?
    ///
    /// # Errors
    /// What it has to be, as a sentence.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let value = value.trim();
        let whole = |least: u32, most: u32, unit: &str| match value.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => Err(format!("It has to be a whole number from {least} to {most}{unit}.")),
        };
        match self {
            SettingForm::Seconds { least, most } => whole(*least, *most, " s"),
            SettingForm::Percent => whole(0, 100, " %"),
            SettingForm::Switch if ["true", "false"].contains(&value) => Ok(()),
            SettingForm::Switch => Err("It has to be true or false.".into()),
            SettingForm::Measurands { .. } if names(value).all(is_name) && value.len() <= LONGEST => Ok(()),
            SettingForm::Measurands { .. } => Err("It has to be names of measurands with commas between them.".into()),
            SettingForm::Rotation if names(value).all(is_rotation) => Ok(()),
            SettingForm::Rotation => Err(format!(
                "It has to name an order for each connector, such as 0.RST,1.RST. The orders are {}.",
                ROTATIONS.join(", ")
            )),
            SettingForm::Text { most } if value.chars().count() <= *most && !value.is_empty() => Ok(()),
            SettingForm::Text { most } => Err(format!("It has to be 1 to {most} characters.")),
        }
    }
}

fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
}

fn is_rotation(entry: &str) -> bool {
    let (connector, order) = entry.split_once('.').unwrap_or(("", entry));
    !connector.is_empty() && connector.bytes().all(|b| b.is_ascii_digit()) && ROTATIONS.contains(&order)
}

/// Something that a commissioning often has to set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonSetting {
    /// Its stable name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub group: SettingGroup,
    /// Keys of OCPP 1.6, the standard's own or makers': the first that a charger has is the one.
    pub keys: Vec<String>,
    /// The variable of OCPP 2.x, `Component.Variable`.
    pub variable: Option<String>,
    /// What may be written.
    pub form: SettingForm,
    /// What is right for most.
    pub suggested: Option<String>,
    /// Why one would set it.
    pub why: String,
    /// What can come of it.
    #[serde(default)]
    pub risk: String,
    /// Where this was read.
    pub source: String,
    /// When that was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

#[derive(Deserialize)]
struct Settings {
    setting: Vec<CommonSetting>,
}

/// All of them, in the order in which a person looks for them.
pub fn common_settings() -> &'static [CommonSetting] {
    static SETTINGS: OnceLock<Vec<CommonSetting>> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        // The file is part of the program and read by a test: it cannot be wrong in a released binary.
        toml::from_str::<Settings>(include_str!("../settings.toml")).map(|it| it.setting).unwrap_or_default()
    })
}

/// The common setting behind a key or variable (without instance and EVSE), compared without regard to case.
pub fn common_setting(name: &str) -> Option<&'static CommonSetting> {
    let same = |other: &String| other.eq_ignore_ascii_case(name);
    common_settings().iter().find(|it| it.keys.iter().any(same) || it.variable.as_ref().is_some_and(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_a_key_that_is_known_and_suggests_what_may_be_written() {
        assert!(common_settings().len() > 15, "settings.toml could not be read");
        for it in common_settings() {
            assert!(it.keys.iter().all(|key| crate::key(key, "").is_some()), "{}", it.id);
            assert!(it.variable.iter().all(|name| crate::variable(name).is_some()), "{}", it.id);
            assert!(!it.keys.is_empty() || it.variable.is_some(), "{}", it.id);
            if let Some(value) = &it.suggested {
                assert_eq!(it.form.check(value), Ok(()), "{}", it.id);
            }
            for text in [&it.title, &it.why, &it.source, &it.date] {
                assert!(!text.trim().is_empty(), "{}", it.id);
            }
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_it_has_to_be() {
        let form = |id: &str| &common_settings().iter().find(|it| it.id == id).expect("it is there").form;
        assert!(form("meter-interval").check("0").is_err_and(|why| why.contains("5 to 900 s")));
        assert_eq!(form("meter-interval").check("30"), Ok(()));
        assert!(form("free-charging").check("yes").is_err());
        assert!(form("measurands").check("Current.Import,,x").is_err());
        assert_eq!(form("phase-rotation").check("0.RST,1.STR"), Ok(()));
        assert!(form("phase-rotation").check("RST").is_err(), "for which connector?");
        assert!(form("light").check("101").is_err());
        assert!(form("time-zone").check("").is_err());
    }

    #[test]
    fn a_setting_is_found_by_what_either_version_calls_it() {
        let id = |name| common_setting(name).map(|it| it.id.as_str());
        assert_eq!(id("metervaluesampleinterval"), Some("meter-interval"));
        assert_eq!(id("SampledDataCtrlr.TxUpdatedInterval"), Some("meter-interval"));
        assert_eq!(id("NobodyKnowsThis"), None);
    }
}
