//! Which currents a payload asks for, wherever in it a schedule stands and whichever version's fields it uses.

use serde_json::Value;

use chargehand_ocpp::read::{int, list, number, text};

use super::Refused;
use crate::limit;
use crate::record::Record;
use crate::units::{Amperes, Phases};

/// The fields of a period that name a current or a power, each with what it is for one phase (2.1). Positive or negative:
/// the wires carry it either way.
const CURRENTS: [[&str; 3]; 5] = [
    ["limit", "limit_L2", "limit_L3"],
    ["setpoint", "setpoint_L2", "setpoint_L3"],
    ["dischargeLimit", "dischargeLimit_L2", "dischargeLimit_L3"],
    ["setpointReactive", "setpointReactive_L2", "setpointReactive_L3"],
    ["v2xBaseline", "v2xBaseline", "v2xBaseline"],
];
/// Curves of W over frequency or over a signal (2.1).
const CURVES: [&str; 2] = ["v2xFreqWattCurve", "v2xSignalWattCurve"];

/// What a payload asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The most in any period of any schedule, A per phase.
    pub highest: Amperes,
    /// A period that names no limit and leaves it to something else.
    pub unknown: Option<String>,
}

/// What all schedules in a payload ask for.
///
/// # Errors
/// There is none, or one that cannot be read.
pub fn asked(record: &Record, payload: &Value) -> Result<Asked, Refused> {
    let mut schedules = Vec::new();
    find(payload, false, &mut schedules);
    if schedules.is_empty() {
        return Err(Refused::Unreadable);
    }
    let mut asked = Asked::default();
    for (schedule, recurs) in schedules {
        add(record, schedule, recurs, &mut asked)?;
    }
    Ok(asked)
}

/// As [`asked`], of a change to the schedule of a profile that is there (UpdateDynamicSchedule), in its unit.
///
/// # Errors
/// It names no current that can be read.
pub fn update(update: &Value, unit: &str, phases: Phases) -> Result<Amperes, Refused> {
    currents(update, unit, phases)?.ok_or(Refused::Unreadable)
}

/// Is there a schedule in it?
pub fn is_in(payload: &Value) -> bool {
    let mut schedules = Vec::new();
    find(payload, false, &mut schedules);
    !schedules.is_empty()
}

/// The schedules in it, each with whether it recurs.
fn find<'a>(value: &'a Value, recurs: bool, schedules: &mut Vec<(&'a Value, bool)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| find(item, recurs, schedules)),
        Value::Object(fields) => {
            if fields.contains_key("chargingSchedulePeriod") {
                schedules.push((value, recurs));
            }
            let recurs = recurs || text(value, "chargingProfileKind") == "Recurring";
            fields.values().for_each(|field| find(field, recurs, schedules));
        }
        _ => {}
    }
}

fn add(record: &Record, schedule: &Value, recurs: bool, asked: &mut Asked) -> Result<(), Refused> {
    let unit = text(schedule, "chargingRateUnit");
    let periods = list(schedule, "chargingSchedulePeriod");
    if periods.is_empty() {
        return Err(Refused::Unreadable);
    }
    let stays = |index: usize| recurs || (schedule.get("duration").is_none() && index + 1 == periods.len());
    // A period for fewer phases puts all its watts on those.
    let named = |period: &Value| int(period, "numberPhases").and_then(|n| u8::try_from(n).ok()).and_then(Phases::new);
    let phases = |(index, period): (usize, &Value)| {
        let carrying = carrying(record, stays(index));
        named(period).map_or(carrying, |named| named.min(carrying))
    };
    for (index, period) in periods.iter().enumerate() {
        match currents(period, &unit, phases((index, period)))? {
            Some(highest) => asked.highest = asked.highest.max(highest),
            None => match text(period, "operationMode").as_str() {
                "" => return Err(Refused::Unreadable),
                "Idle" => {}
                mode => asked.unknown = Some(format!("a period without a limit (operation mode {mode})")),
            },
        }
    }
    let fewest = periods.iter().enumerate().map(phases).min().unwrap_or(Phases::ONE);
    // Some firmware clamps the limit up to minChargingRate, so it counts as a limit too.
    for (object, key) in [(schedule, "minChargingRate"), (&schedule["limitAtSoC"], "limit")] {
        if object.get(key).is_some() {
            asked.highest = asked.highest.max(current(number(object, key), &unit, fewest)?);
        }
    }
    Ok(())
}

/// The fewest phases that may carry what is written now. What stays meets other cars: one phase, unless the hardware holds
/// the current down.
pub fn carrying(record: &Record, stays: bool) -> Phases {
    let held = record.ceiling_parts.ceiling().is_some_and(|ceiling| ceiling.hardware_confirmed);
    record.phases.filter(|_| held || !stays).unwrap_or(Phases::ONE)
}

/// The most that a period names, A per phase; `None` where it names neither a limit nor a setpoint.
fn currents(period: &Value, unit: &str, phases: Phases) -> Result<Option<Amperes>, Refused> {
    // A charger that is told phase by phase takes the first number for one phase too.
    let by_phase =
        CURRENTS.iter().flat_map(|fields| &fields[1..]).any(|key| key.contains("_L") && period.get(key).is_some());
    let phases = if by_phase { Phases::ONE } else { phases };
    let (mut highest, mut limits) = (Amperes::ZERO, false);
    for (index, fields) in CURRENTS.iter().enumerate() {
        for key in fields.iter().filter(|key| period.get(key).is_some()) {
            let value = number(period, key);
            // A negative limit would be none.
            let value = if index == 0 { value } else { value.map(f64::abs) };
            highest = highest.max(current(value, unit, phases)?);
            limits |= index < 2;
        }
    }
    for point in CURVES.iter().flat_map(|curve| list(period, curve)) {
        highest = highest.max(current(number(point, "power").map(f64::abs), "W", phases)?);
    }
    Ok(limits.then_some(highest))
}

fn current(value: Option<f64>, unit: &str, phases: Phases) -> Result<Amperes, Refused> {
    value.and_then(|value| limit::period_amps(value, unit, phases)).ok_or(Refused::Unreadable)
}
