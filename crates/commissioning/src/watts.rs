//! What a limit in watts means for cars on other phases, in words: all of it may flow into one phase.

use jiff::Timestamp;

use chargehand_ocpp::profile::RateUnit;

use crate::limit::{Terms, supply_phases};
use crate::outcome::{Finding, Gravity};
use crate::record::Record;
use crate::units::{Amperes, LEAST_OFFER, Phases};

/// The most phases that a car may take.
const MOST: u32 = 3;

/// What a limit that stays means on this charger, where it is written in W and a car may come that takes other phases than
/// the one before.
pub fn words(record: &Record, limit: Amperes) -> Option<String> {
    let one = Some(Phases::ONE);
    let is_sure = record.ceiling_parts.phases == one || supply_phases(record) == one;
    let terms = Terms::of(record, Timestamp::UNIX_EPOCH);
    if terms.unit == RateUnit::A || is_sure {
        return None;
    }
    let takes = "This charger takes limits only in W, for all phases together.";
    let held = record.ceiling_parts.ceiling().filter(|ceiling| ceiling.hardware_confirmed);
    if let Some(hardware) = held.and(record.ceiling_parts.installer) {
        let three = Amperes::from_milliamps(limit.milliamps().saturating_mul(MOST));
        return Some(format!(
            "{takes} It is counted on the phases that the car takes when it is written, and stays when another car comes: what \
             is {limit} on three phases may be {three} on one. There only the hardware limit of {hardware} holds it down."
        ));
    }
    Some(format!(
        "{takes} What stays is counted on one phase, because all of it may flow into one: {limit} is {} W, of which a car on \
         three phases gets {} on each{}. Confirm the hardware limit to have it counted on the phases of the car.",
        limit.watts(Phases::ONE).0,
        shared(limit),
        if pauses(limit) { ", less than the 6 A that a charger can offer: it pauses" } else { "" }
    ))
}

fn shared(limit: Amperes) -> Amperes {
    Amperes::from_milliamps(limit.milliamps() / MOST).floor_to_tenth()
}

fn pauses(limit: Amperes) -> bool {
    shared(limit) < LEAST_OFFER
}

/// Why a car on three phases may get nothing of the base; empty where that is not why.
pub(crate) fn why_nothing(record: &Record, base: Amperes, drawn: Amperes) -> String {
    let paused = drawn < LEAST_OFFER && pauses(base);
    words(record, base).filter(|_| paused).map(|words| format!(" {words}")).unwrap_or_default()
}

/// What a person should know before a limit is set, and reads in the report after it.
pub fn finding(record: &Record) -> Option<Finding> {
    let stays = record.in_force.iter().filter(|f| f.until.is_none() && f.is_steady() && !f.is_test());
    let ceiling = record.ceiling_parts.ceiling().map(|ceiling| ceiling.limit);
    let limit = stays.map(|f| f.limit).min().into_iter().chain(ceiling).min()?;
    Some(Finding {
        code: "limit_in_watts".into(),
        gravity: Gravity::Attention,
        text: words(record, limit)?,
        evidence: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    fn charger(unit: &str, breaker: f64) -> Record {
        let key = "ChargingScheduleAllowedChargingRateUnit".to_owned();
        let key = ConfigurationKey { key, value: Some(unit.into()), ..Default::default() };
        let snapshot = ConfigurationSnapshot { keys: vec![key], ..Default::default() };
        let mut record = Record { configuration: Some(snapshot), ..Record::new("CP1") };
        record.ceiling_parts.breaker = Amperes::from_amps(breaker);
        record
    }

    fn text(record: &Record) -> String {
        finding(record).map(|finding| finding.text).unwrap_or_default()
    }

    #[test]
    fn a_limit_in_watts_tells_what_a_car_on_three_phases_gets_of_it() {
        let text = text(&charger("Power", 32.0));
        assert!(text.contains("32.0 A is 7360 W, of which a car on three phases gets 10.6 A on each."), "{text}");
    }

    #[test]
    fn where_three_phases_would_get_too_little_it_is_said_that_the_car_pauses() {
        let record = charger("Power", 16.0);
        assert!(text(&record).contains("5.3 A on each, less than the 6 A"), "{}", text(&record));
        let sixteen = Amperes::from_milliamps(16_000);
        assert!(why_nothing(&record, sixteen, Amperes::ZERO).contains("Confirm the hardware limit"));
        assert_eq!(why_nothing(&record, sixteen, sixteen), "", "it draws");
    }

    #[test]
    fn where_the_hardware_holds_what_one_phase_may_get_is_said() {
        let mut record = charger("Power", 16.0);
        (record.ceiling_parts.installer, record.ceiling_parts.installer_confirmed) = (Amperes::from_amps(16.0), true);
        let text = text(&record);
        assert!(text.contains("48.0 A on one") && text.contains("hardware limit of 16.0 A"), "{text}");
    }

    #[test]
    fn in_amperes_or_on_a_circuit_of_one_phase_there_is_nothing_to_say() {
        assert_eq!(text(&charger("Current,Power", 32.0)), "");
        let mut one = charger("Power", 32.0);
        one.ceiling_parts.phases = Some(Phases::ONE);
        assert_eq!(text(&one), "");
    }
}
