//! What a line would change, said before anything is sent.

use chargehand_catalogue::{Acts, Effect, Key, SettingForm, common_setting};
use chargehand_ocpp::Ask;
use chargehand_ocpp::v2::variable::Variable;

use super::{Change, cards};
use crate::profiles;
use crate::record::{Listed, Record};
use crate::secret;
use crate::units::Amperes;
use crate::{guard, limit, watts};

/// What a line may do to people and current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// It does not act on the current.
    None,
    /// It acts on the current, within the ceiling.
    Current,
    /// It changes who may charge, or takes something away.
    Care,
    /// What it does to the current is not known.
    Unknown,
}

/// A line as a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: String,
    /// What is now; empty where that is not known.
    pub now: String,
    /// What will be.
    pub will: String,
    /// Why one would.
    pub why: String,
    /// What it may do.
    pub risk: Risk,
    /// The same in words; empty where there is nothing to say.
    pub risk_words: String,
    /// How it is taken back. `Err`: it cannot be, and why.
    pub back: Result<String, String>,
    /// Why it is not sent as it is; empty where it is.
    pub obstacle: String,
    /// It is so already: nothing is sent.
    pub already: bool,
}

/// What a change would mean for this charger as it is known now.
pub fn difference(record: &Record, change: &Change) -> Difference {
    match change {
        Change::Limit { limit, connector } => of_limit(record, *limit, *connector),
        Change::Setting { key, value, confirmed } => of_setting(record, key, value, *confirmed),
        Change::ClearProfile { id } => of_profile(record, *id),
        Change::ClearAll => of_all(record),
        Change::CheapHours { week, platform } => super::hours::difference(record, week.as_deref(), platform.as_deref()),
        Change::DemandResponse { order } => super::demand::difference(record, order),
        Change::Cards { cards, replace } => cards::difference(record, cards, *replace),
    }
}

/// What limits it now, for good; empty where that is not known.
pub(super) fn limit_now(record: &Record, connector: u32) -> String {
    let here = |f: &&crate::record::InForce| f.accepted && f.lasts() && f.connector == connector;
    let ours = record.in_force.iter().filter(here).map(|f| f.limit).min();
    let named = record.before.and_then(|before| before.limit);
    match (ours, named) {
        (Some(limit), _) => format!("{limit}, set by Chargehand"),
        (None, Some(limit)) => format!("{limit}, as the charger named it"),
        (None, None) => String::new(),
    }
}

fn of_limit(record: &Record, asked: Amperes, connector: u32) -> Difference {
    let version = record.version();
    let now = limit_now(record, connector);
    let place = match connector {
        0 => "Current limit of the whole charger".to_owned(),
        connector => format!("Current limit of {} {connector}", limit::place_word(version)),
    };
    let back = if version.is_v2() {
        "What stood there is listed first and put back as it was.".to_owned()
    } else {
        "The limit before comes back, never above the ceiling. A profile that an earlier platform left at level 0 cannot \
         be listed in OCPP 1.6: only its value, where the charger names it, can be put back."
            .to_owned()
    };
    let back = match record.ceiling_parts.ceiling().filter(|it| !it.hardware_confirmed) {
        Some(ceiling) => format!(
            "{back} Where nothing stood there, a base limit of {} stays in the charger: no hardware limit is confirmed.",
            ceiling.limit
        ),
        None => back,
    };
    Difference {
        what: place,
        now,
        will: asked.to_string(),
        why: "The charger keeps it without Chargehand, over restarts, and later platforms stay below it where it is \
              obeyed as the station maximum."
            .into(),
        risk: Risk::Current,
        risk_words: format!(
            "It limits every charge from now on. It is neither overload protection nor a limit of the maximum demand.{}",
            watts::words(record, asked).map(|words| format!(" {words}")).unwrap_or_default()
        ),
        back: Ok(back),
        obstacle: guard::permanent(record, asked)
            .err()
            .map(|held| format!("{held} {}", held.remedy()))
            .unwrap_or_default(),
        already: false,
    }
}

/// What is known of a key or variable of this charger.
fn known(record: &Record, key: &str) -> Option<&'static Key> {
    if record.version().is_v2() {
        return chargehand_catalogue::variable(&plain(key));
    }
    let vendor = record.boot.as_ref().map(|b| b.vendor.as_str()).unwrap_or_default();
    chargehand_catalogue::key(key, vendor)
}

/// The name of a key, or of a variable without instance and EVSE: as the catalogue knows it.
pub fn plain(key: &str) -> String {
    Variable::parse(key).map_or_else(|| key.to_owned(), |variable| variable.plain())
}

fn of_setting(record: &Record, key: &str, value: &str, confirmed: bool) -> Difference {
    let (known, common) = (known(record, key), common_setting(&plain(key)));
    let kept = record.configuration.iter().flat_map(|c| &c.keys).find(|k| k.key.eq_ignore_ascii_case(key));
    let now = kept.and_then(|k| k.value.clone());
    let effect = known.map_or(Effect::Unknown, |k| k.effect);
    let risk = match effect {
        Effect::None if common.is_some_and(|it| !it.risk.is_empty()) => Risk::Care,
        Effect::None => Risk::None,
        Effect::Unknown => Risk::Unknown,
        _ => Risk::Current,
    };
    let unknown = "What it does to the current is not known.";
    let words = common.map(|it| it.risk.as_str()).filter(|it| !it.is_empty());
    let meaning = known.map(|k| k.meaning.clone()).unwrap_or_default();
    Difference {
        what: common.map_or_else(|| key.to_owned(), |it| format!("{} ({key})", it.title)),
        already: now.as_deref().is_some_and(|it| same_value(it, value)),
        back: match &now {
            _ if secret::is_secret(key) => Err("It cannot be read, so it cannot be put back.".into()),
            Some(now) => Ok(format!("{} is written again.", quoted(now))),
            None => Ok("It is read right before, and that is written again. Where the charger does not tell it, it cannot be put \
                        back: read the configuration to know."
                .into()),
        },
        obstacle: obstacle(record, kept.map(|k| k.readonly), key, value, confirmed),
        now: now.unwrap_or_default(),
        will: if secret::is_secret(key) { secret::MASK.to_owned() } else { value.to_owned() },
        why: common.map(|it| it.why.clone()).unwrap_or(meaning),
        risk,
        risk_words: words.unwrap_or(if risk == Risk::Unknown { unknown } else { "" }).to_owned(),
    }
}

fn quoted(value: &str) -> String {
    if value.is_empty() { "An empty value".into() } else { value.chars().take(60).collect() }
}

/// The longest name of a setting, characters: of 2.x a component, a variable and their instances with 50 each.
const LONGEST_NAME: usize = 250;

fn obstacle(record: &Record, readonly: Option<bool>, key: &str, value: &str, confirmed: bool) -> String {
    if secret::is_secret(key) {
        return "A password is set under Inspect, Security, so that the charger can still come in.".into();
    }
    if key.chars().count() > LONGEST_NAME {
        return format!("No setting has a name of more than {LONGEST_NAME} characters.");
    }
    if readonly == Some(true) {
        return "The charger says that it cannot be written.".into();
    }
    if let Some(Err(why)) = common_setting(&plain(key)).map(|it| it.form.check(value)) {
        return why;
    }
    if let Some(why) = measurands(record, key, value) {
        return why;
    }
    let call = chargehand_ocpp::setting::write(record.version(), key, value);
    guard::check(record, &call, confirmed).err().map(|held| format!("{held} {}", held.remedy())).unwrap_or_default()
}

/// Some chargers accept every list of measurands, and then reboot over one again and again.
fn measurands(record: &Record, key: &str, value: &str) -> Option<String> {
    let is_list = ["SampledData", "AlignedData"].iter().any(|name| plain(key).contains(name));
    let is_measurands = matches!(common_setting(&plain(key)).map(|it| &it.form), Some(SettingForm::Measurands { .. }));
    let only = record.does().into_iter().find_map(|acts| match acts {
        Acts::OnlyMeasurands(names) => Some(names),
        _ => None,
    })?;
    let others = value.split(',').map(str::trim).filter(|name| !only.iter().any(|it| it.eq_ignore_ascii_case(name)));
    let others: Vec<&str> = others.collect();
    (!others.is_empty() && (is_list || is_measurands)).then(|| {
        format!(
            "This firmware would accept {}, and then reboot again and again. Only these are known to work: {}. Who knows better \
             switches that oddity off under Inspect.",
            others.join(", "),
            only.join(", ")
        )
    })
}

/// Chargers write numbers, switches and lists in many ways: `True`, `30.0`, `A, B`.
pub fn same_value(read: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.split(',').map(|it| it.trim().to_ascii_lowercase()).collect::<Vec<_>>();
    let number = |text: &str| text.trim().parse::<f64>().ok();
    plain(read) == plain(wanted) || number(read).is_some_and(|a| number(wanted) == Some(a))
}

fn of_profile(record: &Record, id: i32) -> Difference {
    let listed = record.listed.iter().flatten().find(|listed| listed.id() == Some(id));
    let call = record.call(&Ask::ClearProfile { id });
    Difference {
        what: "A limit that is not ours".into(),
        now: listed.map(Listed::words).unwrap_or_default(),
        will: "gone".into(),
        why: "What an earlier platform left can hold the charger down, or lift it, when nobody expects it.".into(),
        risk: Risk::Care,
        risk_words: "If a platform still uses it, it will miss it.".into(),
        back: match listed {
            Some(_) => Ok("It is kept as the charger listed it, and written again.".into()),
            None => Err("The charger does not list it, so it cannot be put back.".into()),
        },
        obstacle: guard::check(record, &call, false)
            .err()
            .map(|held| format!("{held} {}", held.remedy()))
            .unwrap_or_default(),
        already: record.listed.is_some() && listed.is_none(),
    }
}

fn of_all(record: &Record) -> Difference {
    let guarded = record.ceiling_parts.ceiling().is_some_and(|ceiling| ceiling.hardware_confirmed);
    let now = record.before.and_then(|before| before.limit).map(|limit| format!("the charger named {limit}"));
    Difference {
        what: "All limits in the charger".into(),
        now: now.unwrap_or_default(),
        will: "gone, but for a base limit at the ceiling".into(),
        why: "OCPP 1.6 cannot list what earlier platforms left: only all of it can go.".into(),
        risk: Risk::Care,
        risk_words: "Limits of a platform that is still in use go too.".into(),
        back: Err("OCPP 1.6 cannot read profiles, so they cannot be put back.".into()),
        obstacle: if record.version().is_v2() {
            "This charger lists its profiles: take away the one that is meant.".into()
        } else if guarded || profiles::guarded(record, Amperes::ZERO) {
            String::new()
        } else {
            "For a moment there is no limit at all. Confirm a hardware limit at or below the ceiling first.".into()
        },
        already: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Booted;

    #[test]
    fn a_charger_that_loops_over_a_list_of_measurands_gets_only_those_that_are_known_to_work() {
        let with = |firmware: &str, value: &str| {
            let (vendor, model) = ("ABB".into(), "CDT_TACW11::NET_WIFI".into());
            let boot = Booted { vendor, model, firmware: firmware.into(), ..Default::default() };
            let record = Record { boot: Some(boot), ..Record::new("CP1") };
            let key = "MeterValuesSampledData".to_owned();
            difference(&record, &Change::Setting { key, value: value.into(), confirmed: false }).obstacle
        };
        let five = "Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage,Current.Offered";
        assert_eq!(with("1.8.21", five), "");
        let why = with("1.8.21", "Current.Import, SoC");
        assert!(why.contains("would accept SoC, and then reboot"), "{why}");
        assert_eq!(with("1.8.32", "Current.Import,SoC"), "", "newer firmware is not known to loop");
    }
}
