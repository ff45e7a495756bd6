//! What holds whatever happens, worked out from the frames and from what the charger really holds; nothing of the engine's
//! guard or of its list of limits is used.

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::record::Record;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::charger::Charger;
use crate::shelf::{TEST, number, schedule, whole};

/// A key that nobody confirmed must not be sent under this name, and with a word it may.
pub const UNCONFIRMED: &str = "AcmeNobodyAsked";
pub const CONFIRMED: &str = "AcmePersonKnows";

/// A test limit of a step is over by then, s.
const AN_HOUR: i64 = 3600;

/// Keys and variables that set a current, with what one of their unit is, A.
pub const KEYS: [(&str, f64); 4] =
    [("RequestedCurrent", 1.0), ("ChargeRate", 0.1), ("MaxChargeRate", 1.0 / 230.0), ("ACCurrent", 1.0)];

/// What is wrong with a frame that left for the charger, with the parts of the ceiling that were on disk before it.
pub fn wrong(frame: &Value, parts: CeilingParts, charger: &Charger) -> Option<String> {
    let payload = if frame[0] == 2 { &frame[3] } else { &frame[2] };
    if frame.to_string().contains(UNCONFIRMED) {
        return Some(format!("not confirmed: {frame}"));
    }
    let mut asked = Vec::new();
    limits(payload, charger, &mut asked);
    updates(frame, payload, charger, &mut asked);
    settings(payload, &mut asked);
    let highest = asked.into_iter().reduce(f64::max)?;
    match least(parts) {
        None => Some(format!("without a ceiling: {highest} A: {frame}")),
        Some(ceiling) if highest > ceiling + 0.001 => {
            Some(format!("above the ceiling: {highest} A, {ceiling} A: {frame}"))
        }
        Some(_) => None,
    }
}

/// The least part that a person entered, A.
fn least(parts: CeilingParts) -> Option<f64> {
    let parts = [parts.breaker, parts.cable, parts.nameplate, parts.installer];
    parts.into_iter().flatten().map(|part| part.amps()).filter(|amps| *amps > 0.0).reduce(f64::min)
}

/// A hardware limit at or below the ceiling was confirmed.
pub fn hardware(parts: CeilingParts) -> bool {
    parts.installer_confirmed && parts.installer.is_some_and(|installer| Some(installer.amps()) == least(parts))
}

/// All limits in all schedules, wherever they are.
fn limits(value: &Value, charger: &Charger, asked: &mut Vec<f64>) {
    if let Some(periods) = value["chargingSchedulePeriod"].as_array() {
        let watts = value["chargingRateUnit"] == "W";
        let carrying = f64::from(charger.shown_phases.max(1));
        for period in periods {
            period_limits(period, watts, carrying, asked);
        }
        let fewest = periods.iter().map(|period| phases(period, carrying)).fold(carrying, f64::min);
        let extra = [number(value, "minChargingRate"), number(&value["limitAtSoC"], "limit")];
        asked.extend(extra.into_iter().flatten().map(|limit| if watts { limit / 230.0 / fewest } else { limit }));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| limits(item, charger, asked)),
        Value::Object(fields) => fields.values().for_each(|field| limits(field, charger, asked)),
        _ => {}
    }
}

/// The fewest phases that the watts of a period may go to: what is told phase by phase is for one.
fn phases(period: &Value, carrying: f64) -> f64 {
    let by_phase = period.as_object().is_some_and(|p| p.keys().any(|key| key.ends_with("_L2") || key.ends_with("_L3")));
    let named = number(period, "numberPhases").filter(|n| (1.0..=3.0).contains(n)).unwrap_or(3.0);
    if by_phase { 1.0 } else { named.min(carrying) }
}

fn period_limits(period: &Value, watts: bool, carrying: f64, asked: &mut Vec<f64>) {
    let Some(fields) = period.as_object() else { return };
    let phases = phases(period, carrying);
    let names = ["limit", "setpoint", "dischargeLimit", "setpointReactive", "v2xBaseline"];
    for key in fields.keys().filter(|key| names.iter().any(|name| key.starts_with(name))) {
        let value = number(period, key).map_or(f64::INFINITY, f64::abs);
        asked.push(if watts { value / 230.0 / phases } else { value });
    }
}

/// A new limit for a profile that is there (2.1): our call, or our answer to the charger's question.
fn updates(frame: &Value, payload: &Value, charger: &Charger, asked: &mut Vec<f64>) {
    let asked_for = charger.pulled.as_ref().filter(|(message, _)| Some(message.as_str()) == frame[1].as_str());
    let id = if frame[0] == 3 { asked_for.map(|(_, id)| *id) } else { whole(payload, "chargingProfileId") };
    // What it has forgotten is not changed.
    if charger.forgot && !charger.shelf.0.iter().any(|held| Some(held.id) == id) {
        return;
    }
    let watts = charger.unit_of(id) == "W";
    period_limits(&payload["scheduleUpdate"], watts, f64::from(charger.shown_phases.max(1)), asked);
}

fn settings(payload: &Value, asked: &mut Vec<f64>) {
    let variables = payload["setVariableData"].as_array().cloned().unwrap_or_default();
    let named = variables.iter().map(|data| (data["variable"]["name"].as_str(), number(data, "attributeValue")));
    for (name, value) in named.chain([(payload["key"].as_str(), number(payload, "value"))]) {
        let known = KEYS.iter().find(|(key, _)| name.is_some_and(|name| name.eq_ignore_ascii_case(key)));
        asked.extend(known.map(|(_, one)| value.unwrap_or(f64::INFINITY) * one));
    }
}

/// A profile that a step sends, with its schedule.
fn sent(frame: &Value) -> Option<(&Value, &Value)> {
    let action = frame[2].as_str()?;
    let named = |payload: &'_ Value, key: &str| payload.get(key).is_some();
    let key = ["csChargingProfiles", "chargingProfile"].into_iter().find(|key| named(&frame[3], key))?;
    let profile = &frame[3][key];
    action.contains("Profile").then(|| (profile, schedule(profile)))
}

/// What a step that sends this would leave behind: a test limit that does not end, or a pause that stays.
pub fn leaves(frame: &Value) -> Option<String> {
    let (profile, schedule) = sent(frame)?;
    let role = whole(schedule, "id").or(whole(profile, "chargingProfileId"))?;
    let periods = schedule["chargingSchedulePeriod"].as_array()?;
    if role == TEST {
        let last = periods.last().filter(|_| periods.len() > 1).and_then(|period| whole(period, "startPeriod"));
        let lasts = whole(schedule, "duration").or(last);
        // One that counts from the start of an old charge is longer by its age.
        let soon = lasts.is_some_and(|lasts| lasts <= AN_HOUR || profile["chargingProfileKind"] == "Relative");
        return (!soon).then(|| format!("does not end soon: {frame}"));
    }
    let watts = schedule["chargingRateUnit"] == "W";
    let of_ours = (47_551..49_000).contains(&role) && profile["chargingProfileKind"] != "Recurring";
    let amps = |period: &Value| {
        let phases = number(period, "numberPhases").unwrap_or(3.0);
        number(period, "limit").map(|limit| if watts { limit / 230.0 / phases } else { limit })
    };
    let pauses = periods.iter().filter_map(amps).any(|amps| amps < 5.9);
    // What somebody set by hand for one session, with an end, comes back as it was.
    let passes = profile["chargingProfilePurpose"] == "TxProfile" && whole(schedule, "duration").is_some();
    (of_ours && pauses && !passes).then(|| format!("a pause that stays: {frame}"))
}

/// A test limit that a charger took and that stands on nothing that stays.
pub fn bare(frame: &Value, charger: &Charger) -> Option<String> {
    let (profile, _) = sent(frame)?;
    let id = whole(profile, "chargingProfileId").or(whole(profile, "id"))?;
    let taken = charger.shelf.0.iter().any(|held| held.id == id && held.is_test() && held.profile == *profile);
    // One of a charge may stand on a limit of that charge, where the charger takes no other.
    let of_the_charge = profile["chargingProfilePurpose"] == "TxProfile" && charger.shelf.stands_for_the_charge();
    (taken && !of_the_charge && !charger.shelf.anything_stands(1)).then(|| format!("stands on nothing: {frame}"))
}

/// A test limit that took the place of cheap hours, of which there were so many pieces before.
pub fn displaces(frame: &Value, charger: &Charger, hours: usize) -> Option<String> {
    let (profile, schedule) = sent(frame)?;
    let role = whole(schedule, "id").or(whole(profile, "chargingProfileId"))?;
    let fewer = charger.shelf.hours() < hours;
    (role == TEST && fewer).then(|| format!("takes the place of cheap hours: {frame}"))
}

/// What the record keeps from the person about test limits that the charger really holds, now and until they are over.
pub fn unsaid(record: &Record, charger: &Charger, now: Timestamp) -> Option<String> {
    for held in charger.shelf.0.iter().filter(|held| held.is_hours()) {
        if !record.in_force.iter().any(|known| i64::from(known.profile) == held.id) {
            return Some(format!("cheap hours that nobody knows of: {held:?}; the record knows {:?}", record.in_force));
        }
    }
    let far = now.checked_add(SignedDuration::from_hours(24 * 30)).unwrap();
    for held in charger.shelf.0.iter().filter(|held| held.is_test()) {
        let nearly = held.over().map_or(far, |over| over.checked_sub(SignedDuration::from_secs(3)).unwrap());
        let says = |at| record.test_limits(at).any(|limit| i64::from(limit.profile) == held.id);
        for at in [now, nearly].into_iter().filter(|at| *at >= now && *at <= nearly) {
            if !says(at) {
                let in_s = at.duration_since(now).as_secs();
                return Some(format!("no warning: in {in_s} s of {held:?}; the record knows {:?}", record.in_force));
            }
        }
    }
    None
}
