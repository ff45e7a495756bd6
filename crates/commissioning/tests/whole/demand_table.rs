//! Every mode of demand response on every version, in either unit, for every count of phases and many nameplates, held
//! against a table that is worked out another way: by looking for the highest tenth of an ampere that may be asked for.

use std::collections::BTreeSet;

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::demand::{
    Basis, Drm, Expressed, Expression, Grain, PercentOf, SIMPLE, Said, Signal, express, with_feed_back,
};
use chargehand_commissioning::event::Handshake;
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::report::{ConfigurationKey, ConfigurationSnapshot};
use chargehand_commissioning::units::{Amperes, Phases};
use chargehand_ocpp::profile::RateUnit;
use chargehand_ocpp::schema::{Half, check};
use chargehand_ocpp::{Ask, Version};
use jiff::Timestamp;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A charger as it may stand before us.
#[derive(Debug, Clone, Copy)]
struct Stands {
    version: Version,
    in_watts: bool,
    phases: Option<u8>,
    /// Tenths of an ampere.
    nameplate: u32,
    ceiling: u32,
    whole: bool,
    feeds_back: bool,
}

/// The most common one.
const AT_HAND: Stands = Stands {
    version: Version::V16,
    in_watts: false,
    phases: Some(1),
    nameplate: 320,
    ceiling: 320,
    whole: false,
    feeds_back: false,
};

impl Stands {
    fn record(&self) -> Record {
        let tenths = |tenths: u32| Some(Amperes::from_milliamps(tenths * 100));
        let key = if self.version.is_v2() {
            "SmartChargingCtrlr.RateUnit"
        } else {
            "ChargingScheduleAllowedChargingRateUnit"
        };
        let value = Some(if self.in_watts { "Power".into() } else { "Current".into() });
        let key = ConfigurationKey { key: key.into(), value, ..ConfigurationKey::default() };
        let chosen = self.version.subprotocol().into();
        Record {
            handshake: Some(Handshake { chosen, ..Handshake::default() }),
            configuration: Some(ConfigurationSnapshot { keys: vec![key], ..ConfigurationSnapshot::default() }),
            phases: self.phases.and_then(Phases::new),
            ceiling_parts: CeilingParts {
                breaker: tenths(self.ceiling),
                nameplate: tenths(self.nameplate),
                ..CeilingParts::default()
            },
            ..Record::new("CP1")
        }
    }

    fn said(&self) -> Said {
        let grain = if self.whole { Grain::Whole } else { Grain::Tenth };
        Said { grain, feeds_back: self.feeds_back, ..Said::default() }
    }

    fn express(&self, signal: &Signal) -> Expression {
        express(signal, &Basis::of(&self.record(), &self.said(), NOW))
    }

    fn expressed(&self, signal: &Signal) -> Expressed {
        match self.express(signal) {
            Expression::Expressed(expressed) => *expressed,
            Expression::CannotBeExpressed { why, .. } => panic!("{self:?} {signal:?}: {why}"),
        }
    }

    /// What would go over the wire, valid by its version's schema.
    fn payload(&self, expressed: &Expressed) -> Value {
        let record = self.record();
        let terms = Terms::of(&record, NOW);
        let ceiling = record.ceiling_parts.ceiling().unwrap().limit;
        let profile = Recipe::default_on(0, Counts::Absolute).test(expressed.limit, ceiling, 300, &terms);
        let mut call = record.call(&Ask::SetProfile { connector: 0, profile });
        if let Some(feed_back) = expressed.feed_back {
            call = with_feed_back(call, feed_back, terms.unit, terms.phases);
        }
        let deviations = check(self.version, &call.action, Half::Request, &call.payload);
        assert!(deviations.is_empty(), "{self:?}: {deviations:?} in {}", call.payload);
        call.payload
    }

    fn period(&self, expressed: &Expressed) -> Value {
        let payload = self.payload(expressed);
        let schedule = match self.version.is_v2() {
            true => &payload["chargingProfile"]["chargingSchedule"][0],
            false => &payload["csChargingProfiles"]["chargingSchedule"],
        };
        assert_eq!(schedule["chargingRateUnit"], if self.in_watts { "W" } else { "A" });
        schedule["chargingSchedulePeriod"][0].clone()
    }
}

/// The highest tenth of an ampere that `may` be asked for of a charger; 0 where that is below 6 A.
fn highest(stands: &Stands, may: impl Fn(u64) -> bool) -> u64 {
    let top = u64::from(stands.ceiling.min(stands.nameplate));
    let is_a_step = |tenths: &u64| !stands.whole || tenths.is_multiple_of(10);
    (60..=top).rev().filter(is_a_step).find(|tenths| may(*tenths)).unwrap_or(0)
}

/// The table of the nine modes: the highest share that may be drawn, percent; `None`: it is not about drawing.
const SHARES: [Option<u64>; 9] = [Some(0), Some(0), Some(50), Some(75), Some(100), None, None, None, None];
/// The same for feeding back.
const BACK: [Option<u64>; 9] = [None, None, None, None, None, Some(0), Some(50), Some(75), Some(100)];

fn everywhere() -> Vec<Stands> {
    let mut all = Vec::new();
    for version in Version::ALL {
        for in_watts in [false, true] {
            for phases in [None, Some(1), Some(2), Some(3)] {
                for nameplate in [60, 100, 150, 160, 200, 315, 320, 630] {
                    for (ceiling, whole) in [(nameplate, false), (nameplate, true), (125, false), (59, false)] {
                        let stands = Stands { version, in_watts, phases, nameplate, ceiling, whole, feeds_back: false };
                        all.push(stands);
                        if version == Version::V21 {
                            all.push(Stands { feeds_back: true, ..stands });
                        }
                    }
                }
            }
        }
    }
    all
}

/// What is sent says this limit, in the unit of the charger and for the phases it is told.
fn is_sent(stands: &Stands, expressed: &Expressed, tenths: u64) -> Value {
    let period = stands.period(expressed);
    let phases = u64::from(stands.phases.unwrap_or(1));
    let expected = if stands.in_watts { json!(23 * tenths * phases) } else { json!(tenths as f64 / 10.0) };
    assert_eq!(period["limit"].as_f64(), expected.as_f64(), "{stands:?}: {period}");
    let named = period.get("numberPhases").and_then(Value::as_u64);
    let own_affair = stands.version.is_v2() && !stands.in_watts;
    assert_eq!(named, (!own_affair).then_some(phases), "{stands:?}: {period}");
    let said = expressed.sent;
    assert_eq!(said.tenths as f64 / 10.0, period["limit"].as_f64().unwrap(), "what is shown is what is sent");
    assert_eq!(said.phases.map(|p| u64::from(p.count())), named);
    assert_eq!(said.unit == RateUnit::W, stands.in_watts);
    period
}

#[test]
fn every_mode_is_on_every_charger_what_the_table_says() {
    let mut cases = 0;
    // every third: of each version, unit, count of phases and nameplate at least one
    for stands in everywhere().into_iter().step_by(3) {
        for mode in Drm::ALL {
            cases += 1;
            let number = usize::from(mode.number());
            let is_new = stands.version == Version::V21;
            let can = BACK[number].is_none() || (is_new && (number < 8 || stands.feeds_back));
            let expression = stands.express(&Signal::drm(mode));
            let Expression::Expressed(expressed) = expression else {
                assert!(!can, "{stands:?} {mode}: {expression:?}");
                continue;
            };
            assert!(can, "{stands:?} {mode}: {expressed:?}");
            let percent = SHARES[number].unwrap_or(100);
            let limit = highest(&stands, |tenths| tenths * 100 <= u64::from(stands.nameplate) * percent);
            assert_eq!(u64::from(expressed.limit.milliamps()), limit * 100, "{stands:?} {mode}: {expressed:?}");
            assert_eq!((expressed.pauses, expressed.disconnects), (limit == 0, number == 0));
            feeds_back(&stands, &is_sent(&stands, &expressed, limit), BACK[number]);
        }
    }
    assert_eq!(cases, 342 * 9);
}

/// What is said about feeding back: the highest tenth within the share and the ceiling, negative.
fn feeds_back(stands: &Stands, period: &Value, percent: Option<u64>) {
    let Some(percent) = percent else {
        assert!(period.get("dischargeLimit").is_none() && period.get("operationMode").is_none(), "{period}");
        return;
    };
    let top = u64::from(stands.ceiling.min(stands.nameplate));
    let may = |tenths: &u64| tenths * 100 <= u64::from(stands.nameplate) * percent;
    let tenths = (0..=top).rev().find(may).unwrap_or(0);
    let phases = u64::from(stands.phases.unwrap_or(1));
    let back = if stands.in_watts { (23 * tenths * phases) as f64 } else { tenths as f64 / 10.0 };
    assert_eq!(period["dischargeLimit"].as_f64().map(f64::abs), Some(back), "{stands:?}: {period}");
    assert!(period["dischargeLimit"].as_f64() <= Some(0.0), "{period}");
    let gives = percent == 100;
    assert_eq!(period["setpoint"], if gives { period["dischargeLimit"].clone() } else { period["limit"].clone() });
}

#[test]
fn every_power_is_on_every_charger_the_highest_current_that_stays_within_it() {
    for stands in everywhere().into_iter().filter(|stands| !stands.feeds_back) {
        for watts in [0, 1_357, 1_379, 1_380, 2_300, 4_139, 4_140, 4_200, 7_360, 11_040, 22_080] {
            let expressed = stands.expressed(&Signal::LoadLimit { watts });
            // what is not known may be three phases
            let phases = u64::from(stands.phases.unwrap_or(3));
            let ceiling = Stands { nameplate: stands.ceiling.min(stands.nameplate), ..stands };
            let limit = highest(&ceiling, |tenths| tenths * 23 * phases <= u64::from(watts));
            assert_eq!(u64::from(expressed.limit.milliamps()), limit * 100, "{stands:?} {watts} W: {expressed:?}");
            if watts % 10 == 7 || watts == 4_200 {
                is_sent(&stands, &expressed, limit);
            }
        }
    }
}

#[test]
fn every_share_is_on_every_charger_the_highest_current_that_stays_within_it() {
    for stands in everywhere().into_iter().step_by(31) {
        for percent in 0..=100 {
            let expressed = stands.expressed(&Signal::Percent { percent });
            let limit = highest(&stands, |tenths| tenths * 100 <= u64::from(stands.nameplate) * u64::from(percent));
            assert_eq!(u64::from(expressed.limit.milliamps()), limit * 100, "{stands:?} {percent} %: {expressed:?}");
        }
        assert!(matches!(stands.express(&Signal::Percent { percent: 101 }), Expression::CannotBeExpressed { .. }));
        for (level, percent) in SIMPLE.into_iter().enumerate() {
            let level = u8::try_from(level).unwrap();
            let simple = stands.expressed(&Signal::Simple { level, percents: SIMPLE });
            assert_eq!(simple.limit, stands.expressed(&Signal::Percent { percent }).limit);
        }
        let none = stands.express(&Signal::Simple { level: 4, percents: SIMPLE });
        assert!(matches!(none, Expression::CannotBeExpressed { .. }));
    }
}

#[test]
fn of_modes_asserted_at_once_the_strongest_of_each_group_counts_and_none_is_above_disconnect() {
    let mut cases = 0;
    for number in 1_u32..1 << 9 {
        let modes: BTreeSet<Drm> = Drm::ALL.into_iter().filter(|mode| number & (1 << mode.number()) != 0).collect();
        let asserted = |mode: u8| modes.contains(&Drm::new(mode).unwrap());
        for version in Version::ALL {
            cases += 1;
            let stands = Stands { version, feeds_back: true, ..AT_HAND };
            let expression = stands.express(&Signal::Drm { modes: modes.clone() });
            let drawing = (0..=4).any(asserted);
            if !drawing && version != Version::V21 {
                assert!(matches!(expression, Expression::CannotBeExpressed { .. }), "{modes:?}");
                continue;
            }
            let Expression::Expressed(expressed) = expression else { panic!("{modes:?}: {expression:?}") };
            let lowest = (0..=4).filter(|mode| asserted(*mode)).filter_map(|mode| SHARES[usize::from(mode)]).min();
            assert_eq!(u64::from(expressed.limit.milliamps()), 320 * lowest.unwrap_or(100), "{modes:?}");
            let least = (5..=8).filter(|mode| asserted(*mode)).filter_map(|mode| BACK[usize::from(mode)]).min();
            let said = least.filter(|_| version == Version::V21 && !asserted(0));
            let told = expressed.feed_back.map(|back| u64::from(back.most.milliamps()));
            assert_eq!(told, said.map(|percent| 320 * percent), "{modes:?}");
            let left_out = least.is_some() && version != Version::V21 && !asserted(0);
            assert_eq!(expressed.left_out.is_some(), left_out, "{modes:?}: {:?}", expressed.left_out);
        }
    }
    assert_eq!(cases, 511 * 3);
}

#[test]
fn seven_kilowatts_on_one_phase_are_never_sent_without_the_number_of_phases() {
    for version in Version::ALL {
        let stands = Stands { version, in_watts: true, ..AT_HAND };
        let signal = Signal::LoadLimit { watts: 7_360 };
        let period = stands.period(&stands.expressed(&signal));
        assert_eq!((&period["limit"], &period["numberPhases"]), (&json!(7_360), &json!(1)), "{version}");
        // Unknown phases may be three, of which each may carry 10.6 A; told for one, no reading of it is above that.
        let unknown = Stands { phases: None, ..stands };
        let expressed = unknown.expressed(&signal);
        assert_eq!(expressed.limit, Amperes::from_milliamps(10_600));
        assert!(expressed.why.contains("not known"), "{}", expressed.why);
        let period = unknown.period(&expressed);
        assert_eq!((&period["limit"], &period["numberPhases"]), (&json!(2_438), &json!(1)), "{version}");
    }
}

#[test]
fn five_amperes_and_nine_tenths_are_a_pause_and_never_six() {
    // 1357 W on one phase, 59 % of 10 A, a ceiling of 5.9 A
    let cases = [
        (AT_HAND, Signal::LoadLimit { watts: 1_357 }),
        (Stands { nameplate: 100, ..AT_HAND }, Signal::Percent { percent: 59 }),
        (Stands { ceiling: 59, ..AT_HAND }, Signal::drm(Drm::new(4).unwrap())),
        (Stands { nameplate: 118, ..AT_HAND }, Signal::drm(Drm::new(2).unwrap())),
    ];
    for (stands, signal) in cases {
        let expressed = stands.expressed(&signal);
        assert_eq!((expressed.limit, expressed.pauses), (Amperes::ZERO, true), "{signal:?}");
        assert!(expressed.why.contains("below 6.0 A"), "{}", expressed.why);
        assert_eq!(stands.period(&expressed)["limit"], 0);
    }
    assert_eq!(AT_HAND.expressed(&Signal::LoadLimit { watts: 1_380 }).limit, Amperes::from_milliamps(6_000));
}

#[test]
fn four_kilowatts_two_on_three_phases_are_six_amperes_also_where_the_mains_has_240_volts() {
    let dims = Signal::Section14a { devices: 1, others_w: None };
    for version in Version::ALL {
        let stands = Stands { version, phases: Some(3), ..AT_HAND };
        let expressed = stands.expressed(&dims);
        // by the 240 V that may be measured it would be 5.8 A, a pause
        assert_eq!((expressed.limit, expressed.pauses), (Amperes::from_milliamps(6_000), false));
        assert_eq!(expressed.power.unwrap().0, 4_140);
        let in_watts = Stands { in_watts: true, ..stands };
        let period = in_watts.period(&in_watts.expressed(&dims));
        assert_eq!((&period["limit"], &period["numberPhases"]), (&json!(4_140), &json!(3)));
    }
    assert_eq!(AT_HAND.expressed(&dims).limit, Amperes::from_milliamps(18_200));
}

#[test]
fn devices_on_an_energy_manager_share_what_is_guaranteed() {
    let at = |devices, others_w| AT_HAND.express(&Signal::Section14a { devices, others_w });
    assert!(matches!(at(2, None), Expression::CannotBeExpressed { .. }), "what the others draw is not known");
    // 4.2 + 1 × 0.8 × 4.2 = 7.56 kW less 4 kW; 4.2 + 8 × 0.45 × 4.2 = 19.32 kW less 15 kW
    for (devices, others, left, milliamps) in [(2, 4_000, 3_560, 15_400), (9, 15_000, 4_320, 18_700)] {
        let Expression::Expressed(expressed) = at(devices, Some(others)) else { panic!("{devices}") };
        assert_eq!(expressed.limit, Amperes::from_milliamps(milliamps));
        assert!(expressed.why.contains(&format!("leaves {left} W")), "{}", expressed.why);
        assert_eq!(expressed.why.contains("check the current edition"), devices < 9, "{}", expressed.why);
    }
}

#[test]
fn a_limit_of_the_site_is_one_of_the_charger_only_once_somebody_says_what_the_house_draws() {
    let at = |others_w| AT_HAND.express(&Signal::SiteLimit { watts: 9_200, others_w });
    assert!(matches!(at(None), Expression::CannotBeExpressed { .. }));
    for (others, milliamps) in [(0, 32_000), (4_600, 20_000), (8_000, 0), (12_000, 0)] {
        let Expression::Expressed(expressed) = at(Some(others)) else { panic!("{others} W") };
        assert_eq!(expressed.limit, Amperes::from_milliamps(milliamps), "{}", expressed.why);
    }
}

#[test]
fn where_the_installer_limit_is_lower_both_readings_of_a_share_are_said() {
    let mut record = AT_HAND.record();
    record.ceiling_parts.installer = Amperes::from_amps(20.0);
    let at = |percent_of, percent| {
        let said = Said { percent_of, ..Said::default() };
        match express(&Signal::Percent { percent }, &Basis::of(&record, &said, NOW)) {
            Expression::Expressed(expressed) => *expressed,
            other => panic!("{other:?}"),
        }
    };
    let amps = |amps: f64| Amperes::from_amps(amps).unwrap();
    let by_nameplate = at(PercentOf::Nameplate, 50);
    assert_eq!(
        (by_nameplate.limit, by_nameplate.other_reading),
        (amps(16.0), Some((PercentOf::Installer, amps(10.0))))
    );
    let by_installer = at(PercentOf::Installer, 50);
    assert_eq!(
        (by_installer.limit, by_installer.other_reading),
        (amps(10.0), Some((PercentOf::Nameplate, amps(16.0))))
    );
    // 75 % of 32 A is above the installer limit, which is in the ceiling
    assert_eq!(at(PercentOf::Nameplate, 75).limit, amps(20.0));
    assert_eq!(at(PercentOf::Nameplate, 0).other_reading, None);
}

#[test]
fn without_a_ceiling_nothing_can_be_asked_for_and_without_a_nameplate_no_share() {
    let mut record = AT_HAND.record();
    record.ceiling_parts.nameplate = None;
    let at = |record: &Record, mode| {
        express(&Signal::drm(Drm::new(mode).unwrap()), &Basis::of(record, &Said::default(), NOW))
    };
    assert!(matches!(at(&record, 2), Expression::CannotBeExpressed { .. }));
    for (mode, milliamps) in [(0, 0), (1, 0), (4, 32_000)] {
        let Expression::Expressed(expressed) = at(&record, mode) else { panic!("DRM{mode} needs no nameplate") };
        assert_eq!(expressed.limit, Amperes::from_milliamps(milliamps));
    }
    record.ceiling_parts = CeilingParts::default();
    for mode in 0..=8 {
        assert!(matches!(at(&record, mode), Expression::CannotBeExpressed { .. }), "DRM{mode}");
    }
}

#[test]
fn a_signal_is_stored_as_it_was_and_a_ninth_mode_is_none() {
    let signal = Signal::Drm { modes: Drm::ALL.into() };
    let json = serde_json::to_value(&signal).unwrap();
    assert_eq!(json, json!({"signal": "drm", "modes": [0, 1, 2, 3, 4, 5, 6, 7, 8]}));
    assert_eq!(serde_json::from_value::<Signal>(json).unwrap(), signal);
    assert!(serde_json::from_value::<Signal>(json!({"signal": "drm", "modes": [9]})).is_err());
    let simple: Signal = serde_json::from_value(json!({"signal": "simple", "level": 2})).unwrap();
    assert_eq!(simple, Signal::Simple { level: 2, percents: [100, 75, 50, 0] });
}
