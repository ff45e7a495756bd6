//! The last door before the wire: nothing above the ceiling passes, whoever asks.

mod key;
mod schedule;

pub use key::effect_unknown;

use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::profile::RateUnit;
use chargehand_ocpp::read::{flag, int, list};
use chargehand_ocpp::{Call, message};

use crate::ceiling::Ceiling;
use crate::limit::{SESSION_PROFILE, TEST_PROFILE};
use crate::record::{InForce, Listed, Record};
use crate::units::{Amperes, LEAST_OFFER, Phases};
use crate::{in_force, profiles};

/// Why a call was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No part of the ceiling was entered.
    #[error("No ceiling was entered for this charger, so no limit can be checked against it.")]
    CeilingMissing,
    /// It asks for more than the ceiling.
    #[error("{asked} per phase is above the ceiling of {ceiling}.")]
    AboveCeiling {
        /// What was asked, per phase.
        asked: Amperes,
        /// The ceiling.
        ceiling: Amperes,
    },
    /// A permanent limit between 0 and 6 A.
    #[error("{asked} is below {LEAST_OFFER}, the least a charger can offer: it would pause instead.")]
    BelowMinimum {
        /// What was asked.
        asked: Amperes,
    },
    /// It would take a limit away where no hardware limit is confirmed.
    #[error("This takes a limit away, and no hardware limit at or below the ceiling is confirmed in the charger.")]
    TakesLimitAway,
    /// Its effect on the current is not known.
    #[error("Effect on current unknown: {what}.")]
    EffectUnknown {
        /// What it is about.
        what: String,
    },
    /// The profile cannot be read.
    #[error("The charging profile has no limit that can be read.")]
    Unreadable,
}

impl Refused {
    /// Stable name for the command line.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::CeilingMissing => "ceiling_missing",
            Refused::AboveCeiling { .. } => "above_ceiling",
            Refused::BelowMinimum { .. } => "below_minimum",
            Refused::TakesLimitAway => "takes_limit_away",
            Refused::EffectUnknown { .. } => "effect_unknown",
            Refused::Unreadable => "profile_unreadable",
        }
    }

    /// What to do next.
    pub fn remedy(&self) -> &'static str {
        match self {
            Refused::CeilingMissing => "Enter breaker, cable, nameplate or installer limit first.",
            Refused::AboveCeiling { .. } => {
                "Ask for less, or enter breaker, cable and hardware limit again if the ceiling is wrong. In W, what stays \
                 counts on one phase until the hardware limit is confirmed."
            }
            Refused::BelowMinimum { .. } => "Ask for 6 A or more.",
            Refused::TakesLimitAway => "Confirm the hardware limit under Set, or set another limit instead.",
            Refused::EffectUnknown { .. } => "Send it again and confirm that you know what it does.",
            Refused::Unreadable => "Check the payload.",
        }
    }
}

/// Messages whose effect on the current nobody can tell from the message.
static UNKNOWN: &[(&str, &str)] = &[
    ("DataTransfer", "a maker's own message (DataTransfer)"),
    ("SetDERControl", "a control of the grid (SetDERControl)"),
    ("ClearDERControl", "a control of the grid that goes (ClearDERControl)"),
    ("AFRRSignal", "a signal of the grid (AFRRSignal)"),
];

/// May this call be sent? `confirmed`: a person said so after having read that the effect is unknown. A message is judged
/// by what it holds, whichever version it belongs to.
///
/// # Errors
/// Why not.
pub fn check(record: &Record, call: &Call, confirmed: bool) -> Result<(), Refused> {
    let payload = &call.payload;
    match call.action.as_str() {
        "SetChargingProfile" => {
            profile(record, payload, confirmed)?;
            overwrites(record, in_force::sent(record, payload, 0, Timestamp::UNIX_EPOCH))
        }
        "RemoteStartTransaction" | "RequestStartTransaction" if payload.get("chargingProfile").is_some() => {
            profile(record, &payload["chargingProfile"], confirmed)?;
            overwrites(record, in_force::starts(record, payload, 0, Timestamp::UNIX_EPOCH))
        }
        "UpdateDynamicSchedule" => dynamic(record, payload),
        "ClearChargingProfile" => clear(record, payload),
        "ChangeConfiguration" => key::of_1_6(record, payload, confirmed),
        "SetVariables" => list(payload, "setVariableData").iter().try_for_each(|it| key::of_2(record, it, confirmed)),
        "UsePriorityCharging" if !confirmed && flag(payload, "activate") => {
            Err(unknown("priority takes the limits of the session away (UsePriorityCharging)"))
        }
        "NotifyAllowedEnergyTransfer" if !confirmed && feeds_back(payload) => {
            Err(unknown("the car may feed back (NotifyAllowedEnergyTransfer)"))
        }
        action => {
            carried(record, payload, confirmed)?;
            if confirmed { Ok(()) } else { known(action) }
        }
    }
}

/// Is it known of this message that it does not act on the current?
fn known(action: &str) -> Result<(), Refused> {
    if let Some((_, what)) = UNKNOWN.iter().find(|(name, _)| *name == action) {
        return Err(unknown(*what));
    }
    match message::spelled(action) {
        Some(_) => Ok(()),
        None => Err(unknown(format!("OCPP does not define {action}"))),
    }
}

/// Wherever a schedule is, also as text in a maker's own message, it is held to the ceiling.
fn carried(record: &Record, payload: &Value, confirmed: bool) -> Result<(), Refused> {
    let inner = payload.get("data").and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let carriers = [Some(payload), inner.as_ref()].into_iter().flatten();
    carriers.filter(|it| schedule::is_in(it)).try_for_each(|it| profile(record, it, confirmed))
}

fn unknown(what: impl Into<String>) -> Refused {
    Refused::EffectUnknown { what: what.into() }
}

fn feeds_back(payload: &Value) -> bool {
    let modes = list(payload, "allowedEnergyTransfer").iter().filter_map(Value::as_str);
    modes.into_iter().any(|mode| mode.contains("BPT") || mode.contains("DER"))
}

/// The most that any schedule in a payload asks for, A per phase.
///
/// # Errors
/// There is none that can be read, or one that leaves the limit to something else.
pub fn schedules(record: &Record, payload: &Value) -> Result<Amperes, Refused> {
    let asked = schedule::asked(record, payload)?;
    asked.unknown.map_or(Ok(asked.highest), |what| Err(unknown(what)))
}

/// Is a limit a person asks for within the ceiling and not below what a charger can offer?
///
/// # Errors
/// Why not.
pub fn permanent(record: &Record, asked: Amperes) -> Result<(), Refused> {
    within(record.ceiling_parts.ceiling(), asked)?;
    if asked < LEAST_OFFER { Err(Refused::BelowMinimum { asked }) } else { Ok(()) }
}

/// Is a limit within the ceiling?
///
/// # Errors
/// Why not.
pub fn within(ceiling: Option<Ceiling>, asked: Amperes) -> Result<(), Refused> {
    let ceiling = ceiling.ok_or(Refused::CeilingMissing)?.limit;
    if asked > ceiling { Err(Refused::AboveCeiling { asked, ceiling }) } else { Ok(()) }
}

fn profile(record: &Record, payload: &Value, confirmed: bool) -> Result<(), Refused> {
    let asked = schedule::asked(record, payload)?;
    within(record.ceiling_parts.ceiling(), asked.highest)?;
    asked.unknown.filter(|_| !confirmed).map_or(Ok(()), |what| Err(unknown(what)))
}

/// It changes a profile that is there; in which unit is known only where it is ours. Taken for A it counts most.
fn dynamic(record: &Record, payload: &Value) -> Result<(), Refused> {
    let named = int(payload, "chargingProfileId");
    let entry = record.in_force.iter().find(|f| Some(i64::from(f.profile)) == named);
    let unit = entry.and_then(|f| f.unit).map_or("A", RateUnit::name);
    let phases = entry.and_then(|f| f.phases).unwrap_or(Phases::ONE).min(schedule::carrying(record, true));
    within(record.ceiling_parts.ceiling(), schedule::update(&payload["scheduleUpdate"], unit, phases)?)
}

/// Does a limit remain for every session, once these have gone and this came? One of ours that is there for certain, or
/// someone else's; on each connector where it is not for all of them.
fn remains(
    record: &Record,
    new: Option<&InForce>,
    gone: impl Fn(&InForce) -> bool,
    listed_gone: impl Fn(&Listed) -> bool,
) -> bool {
    let Some(ceiling) = record.ceiling_parts.ceiling() else { return false };
    let within = |f: &&InForce| f.holds() && f.limit.max(f.then.unwrap_or_default()) <= ceiling.limit;
    let ours = record.in_force.iter().filter(|f| f.is_certain() && !gone(f)).chain(new).filter(within);
    let mut on: Vec<u32> = ours.map(|f| f.connector).collect();
    on.extend(profiles::guarded_on(record, ceiling.limit, listed_gone));
    ceiling.hardware_confirmed || profiles::cover_all(record, &on)
}

/// A profile takes the place of others. Where one of them held every session down, it has to do that too, or another.
fn overwrites(record: &Record, new: Option<InForce>) -> Result<(), Refused> {
    let Some(new) = new else { return Ok(()) };
    let gone = |f: &InForce| f.gives_way_to(&new);
    let listed_gone = |l: &Listed| l.id() == Some(new.profile) || l.place() == Some(new.place());
    let held = |f: &InForce| new.holds() && [0, f.connector].contains(&new.connector);
    let all_held = record.in_force.iter().filter(|f| f.holds() && gone(f)).all(held);
    if all_held || remains(record, Some(&new), gone, listed_gone) { Ok(()) } else { Err(Refused::TakesLimitAway) }
}

/// Our own test limit may always be cleared where it lies above a base. Anything else only where a limit remains for
/// every session.
fn clear(record: &Record, payload: &Value) -> Result<(), Refused> {
    let version = record.version();
    let gone = |f: &InForce| in_force::may_name(version, payload, f.profile, f.place());
    let named = int(payload, if version.is_v2() { "chargingProfileId" } else { "id" });
    let role = |id: i64| {
        let entry = record.in_force.iter().find(|f| i64::from(f.profile) == id);
        entry.map_or(id, |f| i64::from(f.role()))
    };
    let only_ours = named.map(role).is_some_and(|role| [TEST_PROFILE, SESSION_PROFILE].map(i64::from).contains(&role));
    let falls_to_a_base = only_ours && !record.in_force.iter().any(|f| f.holds() && gone(f));
    if falls_to_a_base || remains(record, None, gone, |l| l.may_be_named(version, payload)) {
        return Ok(());
    }
    Err(Refused::TakesLimitAway)
}

#[cfg(test)]
mod tests;
