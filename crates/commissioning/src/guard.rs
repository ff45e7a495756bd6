//! The last door before the wire: nothing above the ceiling passes, whoever asks.

use serde_json::Value;

use chargehand_catalogue::Effect;
use chargehand_ocpp::v16::call::Call;
use chargehand_ocpp::v16::profile::Purpose;
use chargehand_ocpp::v16::read;

use crate::ceiling::Ceiling;
use crate::in_force;
use crate::limit::{self, SESSION_PROFILE, TEST_PROFILE};
use crate::record::Record;
use crate::units::{Amperes, LEAST_OFFER, Phases};

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
                "Ask for less, or enter breaker, cable and hardware limit again if the ceiling is wrong."
            }
            Refused::BelowMinimum { .. } => "Ask for 6 A or more.",
            Refused::TakesLimitAway => "Confirm the hardware limit under Set, or set another limit instead.",
            Refused::EffectUnknown { .. } => "Send it again and confirm that you know what it does.",
            Refused::Unreadable => "Check the payload.",
        }
    }
}

/// May this call be sent? `confirmed`: a person said so after having read that the effect is unknown.
///
/// # Errors
/// Why not.
pub fn check(record: &Record, call: &Call, confirmed: bool) -> Result<(), Refused> {
    match call.action.as_str() {
        "SetChargingProfile" => profile(record, &call.payload["csChargingProfiles"]),
        "RemoteStartTransaction" if call.payload.get("chargingProfile").is_some() => {
            profile(record, &call.payload["chargingProfile"])
        }
        "ClearChargingProfile" => clear(record, &call.payload),
        "ChangeConfiguration" => configuration(record, &call.payload, confirmed),
        "DataTransfer" if !confirmed => {
            Err(Refused::EffectUnknown { what: "a maker's own message (DataTransfer)".to_owned() })
        }
        _ => Ok(()),
    }
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

fn profile(record: &Record, profile: &Value) -> Result<(), Refused> {
    let ceiling = record.ceiling_parts.ceiling();
    let schedule = &profile["chargingSchedule"];
    let unit = read::text(schedule, "chargingRateUnit");
    let carrying = record.phases.unwrap_or(Phases::ONE);
    let periods = schedule["chargingSchedulePeriod"].as_array().filter(|p| !p.is_empty()).ok_or(Refused::Unreadable)?;
    // A period for fewer phases puts all its watts on those.
    let named = |period: &Value| read::int(period, "numberPhases").and_then(|n| u8::try_from(n).ok());
    let phases = |period: &Value| named(period).and_then(Phases::new).map_or(carrying, |named| named.min(carrying));
    let limits = periods.iter().map(|period| (read::number(period, "limit"), phases(period)));
    // Some firmware clamps the limit up to minChargingRate, so it counts as a limit too.
    let fewest = periods.iter().map(phases).min().unwrap_or(Phases::ONE);
    let least = schedule.get("minChargingRate").map(|_| (read::number(schedule, "minChargingRate"), fewest));
    for (limit, phases) in limits.chain(least) {
        let asked = limit.and_then(|limit| limit::period_amps(limit, &unit, phases)).ok_or(Refused::Unreadable)?;
        within(ceiling, asked)?;
    }
    Ok(())
}

/// Our own test limit may always be cleared where it lies above a base. Anything else only where a limit remains for
/// every session.
fn clear(record: &Record, payload: &Value) -> Result<(), Refused> {
    let ceiling = record.ceiling_parts.ceiling();
    let remains = |c: Ceiling| {
        record.in_force.iter().any(|f| {
            let stays = f.accepted && f.until.is_none() && f.purpose != Purpose::TxProfile;
            stays && f.limit <= c.limit && !in_force::clears(payload, f)
        })
    };
    let named = read::int(payload, "id");
    let only_ours = named == Some(i64::from(TEST_PROFILE)) || named == Some(i64::from(SESSION_PROFILE));
    let falls_to_a_base = only_ours && !record.in_force.iter().any(in_force::took_the_bases_place);
    if falls_to_a_base || ceiling.is_some_and(|c| c.hardware_confirmed || remains(c)) {
        return Ok(());
    }
    Err(Refused::TakesLimitAway)
}

fn configuration(record: &Record, payload: &Value, confirmed: bool) -> Result<(), Refused> {
    let name = read::text(payload, "key");
    let vendor = record.boot.as_ref().map(|b| b.vendor.as_str()).unwrap_or_default();
    let known = chargehand_catalogue::key(&name, vendor);
    let unknown = || Refused::EffectUnknown { what: format!("the key {name}") };
    let value = || read::number(payload, "value").ok_or_else(unknown);
    let ceiling = record.ceiling_parts.ceiling();
    let asked = match known.map_or(Effect::Unknown, |k| k.effect) {
        Effect::None => return Ok(()),
        Effect::Unknown if confirmed => return Ok(()),
        Effect::Unknown => return Err(unknown()),
        Effect::Amps => value()?,
        Effect::TenthsOfAmps => value()? / 10.0,
        Effect::Watts => return within(ceiling, limit::period_amps(value()?, "W", Phases::ONE).ok_or_else(unknown)?),
    };
    within(ceiling, Amperes::from_amps(asked).ok_or_else(unknown)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ceiling::CeilingParts;

    fn record(breaker: u32) -> Record {
        let mut record = Record::new("CP1");
        record.ceiling_parts =
            CeilingParts { breaker: Some(Amperes::from_milliamps(breaker * 1000)), ..Default::default() };
        record
    }

    fn call(action: &str, payload: Value) -> Call {
        Call { action: action.into(), payload }
    }

    fn set(limit: f64, unit: &str) -> Call {
        let schedule = json!({"chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}, {"startPeriod": 60, "limit": limit}]});
        call(
            "SetChargingProfile",
            json!({"connectorId": 0, "csChargingProfiles": {"chargingProfileId": 9, "chargingSchedule": schedule}}),
        )
    }

    #[test]
    fn no_period_of_any_profile_passes_above_the_ceiling() {
        let record = record(16);
        assert_eq!(check(&record, &set(16.0, "A"), false), Ok(()));
        assert!(matches!(check(&record, &set(16.1, "A"), true), Err(Refused::AboveCeiling { .. })), "even confirmed");
        assert!(matches!(check(&record, &set(f64::NAN, "A"), true), Err(Refused::Unreadable)));
        let start = call(
            "RemoteStartTransaction",
            json!({"idTag": "X", "chargingProfile": set(32.0, "A").payload["csChargingProfiles"]}),
        );
        assert!(matches!(check(&record, &start, true), Err(Refused::AboveCeiling { .. })));
    }

    #[test]
    fn watts_count_on_one_phase_until_more_phases_were_measured() {
        let mut record = record(16);
        assert!(matches!(check(&record, &set(11_040.0, "W"), false), Err(Refused::AboveCeiling { .. })));
        record.phases = Phases::new(3);
        assert_eq!(check(&record, &set(11_040.0, "W"), false), Ok(()));
    }

    #[test]
    fn watts_for_one_phase_are_not_shared_out_over_three() {
        let mut record = record(16);
        record.phases = Phases::new(3);
        let mut call = set(11_040.0, "W");
        call.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][1]["numberPhases"] = json!(1);
        assert!(matches!(check(&record, &call, true), Err(Refused::AboveCeiling { .. })));
    }

    #[test]
    fn a_limit_of_one_transaction_is_no_limit_that_remains() {
        let mut record = record(16);
        let mut own = set(10.0, "A");
        own.payload["csChargingProfiles"]["chargingProfilePurpose"] = json!("TxProfile");
        record.in_force.extend(in_force::sent(&own.payload, 1, jiff::Timestamp::UNIX_EPOCH));
        in_force::accepted(&mut record.in_force, 1);
        record.in_force[0].until = None;
        let clear = call("ClearChargingProfile", json!({"chargingProfilePurpose": "TxDefaultProfile"}));
        assert_eq!(check(&record, &clear, true), Err(Refused::TakesLimitAway));
    }

    #[test]
    fn a_limit_up_to_which_a_charger_clamps_counts_as_a_limit() {
        let mut call = set(10.0, "A");
        call.payload["csChargingProfiles"]["chargingSchedule"]["minChargingRate"] = json!(20);
        assert!(matches!(check(&record(16), &call, true), Err(Refused::AboveCeiling { .. })));
    }

    #[test]
    fn without_a_ceiling_no_limit_is_sent_at_all() {
        assert_eq!(check(&Record::new("CP1"), &set(6.0, "A"), true), Err(Refused::CeilingMissing));
    }

    #[test]
    fn clearing_everything_is_refused_while_only_ocpp_holds_the_current_down() {
        let mut record = record(16);
        assert_eq!(check(&record, &call("ClearChargingProfile", json!({})), true), Err(Refused::TakesLimitAway));
        assert_eq!(check(&record, &call("ClearChargingProfile", json!({"id": TEST_PROFILE})), false), Ok(()));
        record.ceiling_parts.installer = record.ceiling_parts.breaker;
        record.ceiling_parts.installer_confirmed = true;
        assert_eq!(check(&record, &call("ClearChargingProfile", json!({})), false), Ok(()));
    }

    #[test]
    fn keys_that_set_the_current_are_held_to_the_ceiling_and_unknown_ones_must_be_confirmed() {
        let record = record(16);
        let change = |key: &str, value: &str| call("ChangeConfiguration", json!({"key": key, "value": value}));
        assert_eq!(check(&record, &change("HeartbeatInterval", "60"), false), Ok(()));
        assert_eq!(check(&record, &change("RequestedCurrent", "16"), false), Ok(()));
        assert!(matches!(check(&record, &change("RequestedCurrent", "20"), true), Err(Refused::AboveCeiling { .. })));
        assert_eq!(check(&record, &change("ChargeRate", "160"), false), Ok(()), "tenths of amperes");
        assert!(matches!(check(&record, &change("Xyz", "1"), false), Err(Refused::EffectUnknown { .. })));
        assert_eq!(check(&record, &change("Xyz", "1"), true), Ok(()));
        assert!(check(&record, &call("DataTransfer", json!({"vendorId": "v"})), false).is_err());
    }
}
