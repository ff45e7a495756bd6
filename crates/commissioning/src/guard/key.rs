//! Which current a configuration key or a variable would set.

use serde_json::Value;

use chargehand_catalogue::{Effect, Key};
use chargehand_ocpp::read::{number, text};
use chargehand_ocpp::v2::variable::Variable;

use super::{Refused, unknown, within};
use crate::limit;
use crate::record::Record;
use crate::units::{Amperes, Phases};

/// Words in the names of keys that set a current or a power, in many makers' spelling.
const WORDS: &[&str] = &[
    "current", "amp", "amps", "ampere", "amperes", "imax", "power", "watt", "watts", "kw", "limit", "fuse", "breaker",
];

/// What is to be written.
struct Setting {
    /// What the catalogue knows of it.
    known: Option<&'static Key>,
    /// It is known of another maker's chargers only.
    foreign: bool,
    /// Its name as a person reads it.
    name: String,
    /// The value, where it is a number.
    value: Option<f64>,
}

/// Is it unknown what writing this key (or variable, as `Component.Variable`) of the charger does to the current?
pub fn effect_unknown(record: &Record, name: &str) -> bool {
    let setting = if record.version().is_v2() {
        Setting::of_2(&Variable::parse(name).unwrap_or_default(), None)
    } else {
        Setting::of_1_6(record, name, None)
    };
    setting.foreign || setting.known.is_none_or(|key| key.effect == Effect::Unknown)
}

/// May this key be written?
///
/// # Errors
/// Why not.
pub fn of_1_6(record: &Record, payload: &Value, confirmed: bool) -> Result<(), Refused> {
    Setting::of_1_6(record, &text(payload, "key"), number(payload, "value")).check(record, confirmed)
}

/// May this variable be written?
///
/// # Errors
/// Why not.
pub fn of_2(record: &Record, data: &Value, confirmed: bool) -> Result<(), Refused> {
    let variable = Variable::read(data).unwrap_or_default();
    Setting::of_2(&variable, number(data, "attributeValue")).check(record, confirmed)
}

impl Setting {
    fn of_1_6(record: &Record, name: &str, value: Option<f64>) -> Self {
        let vendor = record.boot.as_ref().map(|b| b.vendor.as_str()).unwrap_or_default();
        let known = chargehand_catalogue::key(name, vendor);
        let foreign = known.is_some_and(|key| !key.is_of(vendor));
        Setting { known, foreign, name: format!("the key {name}"), value }
    }

    fn of_2(variable: &Variable, value: Option<f64>) -> Self {
        let known = chargehand_catalogue::variable(&variable.plain());
        Setting { known, foreign: false, name: format!("the variable {variable}"), value }
    }

    fn check(&self, record: &Record, confirmed: bool) -> Result<(), Refused> {
        match self.known.map_or(Effect::Unknown, |key| key.effect) {
            Effect::None if !self.foreign => Ok(()),
            Effect::None | Effect::Unknown if confirmed => Ok(()),
            Effect::None | Effect::Unknown => Err(self.unknown(record)),
            effect => {
                let asked = self.value.and_then(|value| amps(effect, value)).ok_or_else(|| self.unknown(record))?;
                within(record.ceiling_parts.ceiling(), asked)?;
                // In which unit another maker takes it is not known.
                let named = record.boot.as_ref().is_some_and(|boot| !boot.vendor.is_empty());
                if self.foreign && named && !confirmed { Err(self.unknown(record)) } else { Ok(()) }
            }
        }
    }

    /// Marked for the person who is to confirm it: does it look as if it acted on the current?
    fn unknown(&self, record: &Record) -> Refused {
        let mut what = self.name.clone();
        if self.foreign {
            what += ", which is known of another maker's chargers only";
        }
        if looks_like_a_current(&self.name) {
            what += ", whose name looks like a current or a power";
            let above = self.value.and_then(Amperes::from_amps).zip(record.ceiling_parts.ceiling());
            if let Some((asked, ceiling)) = above.filter(|(asked, ceiling)| *asked > ceiling.limit) {
                what += &format!(" (in A, {asked} would be above the ceiling of {})", ceiling.limit);
            }
        }
        unknown(what)
    }
}

/// The most per phase that this value would set; `None` where it is no current.
fn amps(effect: Effect, value: f64) -> Option<Amperes> {
    match effect {
        Effect::Amps => Amperes::from_amps(value),
        Effect::TenthsOfAmps => Amperes::from_amps(value / 10.0),
        Effect::Watts => limit::period_amps(value, "W", Phases::ONE),
        Effect::None | Effect::Unknown => None,
    }
}

/// Does one of the words of a name, however they are put together, say current or power?
pub fn looks_like_a_current(name: &str) -> bool {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()) || word.ends_with("current"))
}
