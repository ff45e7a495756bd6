//! What may be sent, and what is held back.

use chargehand_ocpp::Version;
use chargehand_ocpp::v2::variable::Variable;
use serde_json::json;

use super::*;
use crate::ceiling::CeilingParts;
use crate::event::Handshake;

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
fn a_profile_that_recurs_is_held_back_for_one_period_above_the_ceiling() {
    let recurring = |limit: f64| {
        let mut call = set(limit, "A");
        let profile = &mut call.payload["csChargingProfiles"];
        profile["chargingProfilePurpose"] = json!("TxDefaultProfile");
        profile["chargingProfileKind"] = json!("Recurring");
        profile["recurrencyKind"] = json!("Daily");
        profile["chargingSchedule"]["startSchedule"] = json!("2026-11-22T00:00:00Z");
        call
    };
    assert_eq!(check(&record(16), &recurring(16.0), false), Ok(()));
    assert!(matches!(check(&record(16), &recurring(16.1), true), Err(Refused::AboveCeiling { .. })));
    let mut weekly = set_v2("A", json!({"startPeriod": 86_400, "limit": 16.1}));
    let profile = &mut weekly.payload["chargingProfile"];
    (profile["chargingProfileKind"], profile["recurrencyKind"]) = (json!("Recurring"), json!("Weekly"));
    assert!(matches!(check(&v21(16), &weekly, true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn what_recurs_is_a_limit_that_remains_only_where_it_holds_at_every_hour() {
    let clear = call("ClearChargingProfile", json!({"id": 47_551}));
    let with = |key: Option<(&str, Value)>| {
        let mut record = record(16);
        let mut hours = set(10.0, "A");
        let profile = &mut hours.payload["csChargingProfiles"];
        profile["chargingProfileKind"] = json!("Recurring");
        profile["chargingProfilePurpose"] = json!("TxDefaultProfile");
        match key {
            Some(("duration", value)) => profile["chargingSchedule"]["duration"] = value,
            Some((key, value)) => profile[key] = value,
            None => {}
        }
        record.in_force.extend(in_force::sent(&record, &hours.payload, 1, jiff::Timestamp::UNIX_EPOCH));
        in_force::accepted(&mut record.in_force, 1);
        check(&record, &clear, true)
    };
    assert_eq!(with(None), Ok(()));
    let later = json!("2030-01-01T00:00:00Z");
    for key in [("duration", json!(3600)), ("validFrom", later.clone()), ("validTo", later)] {
        assert_eq!(with(Some(key.clone())), Err(Refused::TakesLimitAway), "{key:?}");
    }
}

#[test]
fn watts_count_on_one_phase_until_more_phases_were_measured() {
    let mut record = record(16);
    assert!(matches!(check(&record, &set(11_040.0, "W"), false), Err(Refused::AboveCeiling { .. })));
    record.phases = Phases::new(3);
    assert_eq!(check(&record, &for_ten_minutes(set(11_040.0, "W")), false), Ok(()));
}

/// The same, with an end.
fn for_ten_minutes(mut call: Call) -> Call {
    let key = if call.payload.get("csChargingProfiles").is_some() { "csChargingProfiles" } else { "chargingProfile" };
    match &mut call.payload[key]["chargingSchedule"] {
        Value::Array(schedules) => schedules.iter_mut().for_each(|schedule| schedule["duration"] = json!(600)),
        schedule => schedule["duration"] = json!(600),
    }
    call
}

#[test]
fn watts_that_stay_count_on_one_phase_because_the_next_car_may_have_one() {
    let mut record = record(16);
    record.phases = Phases::new(3);
    let above = |record: &Record, call: &Call| matches!(check(record, call, true), Err(Refused::AboveCeiling { .. }));
    assert!(above(&record, &set(11_040.0, "W")), "48 A on one phase");
    assert_eq!(check(&record, &set(3_680.0, "W"), false), Ok(()));
    let mut hours = for_ten_minutes(set(11_040.0, "W"));
    hours.payload["csChargingProfiles"]["chargingProfileKind"] = json!("Recurring");
    assert!(above(&record, &hours), "it comes back every day");
    let mut test_then_base = set(3_680.0, "W");
    let periods = &mut test_then_base.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"];
    periods[0]["limit"] = json!(11_040);
    assert_eq!(check(&record, &test_then_base, false), Ok(()), "only what follows the test stays");
    let parts = &mut record.ceiling_parts;
    (parts.installer, parts.installer_confirmed) = (parts.breaker, true);
    assert_eq!(check(&record, &set(11_040.0, "W"), false), Ok(()), "the hardware holds each phase down");
}

#[test]
fn watts_for_one_phase_are_not_shared_out_over_three() {
    let mut record = record(16);
    record.phases = Phases::new(3);
    let mut call = for_ten_minutes(set(11_040.0, "W"));
    call.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][1]["numberPhases"] = json!(1);
    assert!(matches!(check(&record, &call, true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn a_limit_of_one_transaction_is_no_limit_that_remains() {
    let mut record = record(16);
    let mut own = set(10.0, "A");
    own.payload["csChargingProfiles"]["chargingProfilePurpose"] = json!("TxProfile");
    record.in_force.extend(in_force::sent(&record, &own.payload, 1, Timestamp::UNIX_EPOCH));
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

/// A record of a 2.1 charger with this breaker.
fn v21(breaker: u32) -> Record {
    let handshake = Handshake { chosen: Version::V21.subprotocol().into(), ..Handshake::default() };
    Record { handshake: Some(handshake), ..record(breaker) }
}

fn set_v2(unit: &str, period: Value) -> Call {
    let schedule = |period: &Value| json!({"id": 1, "chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}, period]});
    let harmless = schedule(&json!({"startPeriod": 60, "limit": 6}));
    let profile = json!({"id": 9, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Absolute", "chargingSchedule": [harmless, schedule(&period)]});
    call("SetChargingProfile", json!({"evseId": 1, "chargingProfile": profile}))
}

#[test]
fn no_field_of_any_period_of_any_schedule_of_2_1_passes_above_the_ceiling() {
    let record = v21(16);
    for (field, above) in [
        ("limit", 17.0_f64),
        ("limit_L2", 17.0),
        ("limit_L3", 17.0),
        ("setpoint", 17.0),
        ("setpoint_L3", -17.0),
        ("dischargeLimit", -17.0),
        ("dischargeLimit_L2", -17.0),
        ("setpointReactive", 17.0),
        ("v2xBaseline", -17.0),
    ] {
        let period = |value: f64| json!({"startPeriod": 60, "limit": 6, field: value});
        assert_eq!(check(&record, &set_v2("A", period(above.signum() * 16.0)), false), Ok(()), "{field}");
        let refused = check(&record, &set_v2("A", period(above)), true);
        assert!(matches!(refused, Err(Refused::AboveCeiling { .. })), "{field}: {refused:?}");
    }
    let curve = json!({"startPeriod": 60, "limit": 6, "v2xFreqWattCurve": [{"frequency": 50, "power": -4000}]});
    assert!(matches!(check(&record, &set_v2("A", curve), true), Err(Refused::AboveCeiling { .. })));
    let start = call(
        "RequestStartTransaction",
        json!({"chargingProfile": set_v2("A", json!({"startPeriod": 60, "limit": 20})).payload["chargingProfile"]}),
    );
    assert!(matches!(check(&record, &start, true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn watts_that_are_told_phase_by_phase_are_for_one_phase() {
    let mut record = v21(16);
    record.phases = Phases::new(3);
    let plain = for_ten_minutes(set_v2("W", json!({"startPeriod": 60, "limit": 11_040})));
    assert_eq!(check(&record, &plain, false), Ok(()));
    let by_phase = json!({"startPeriod": 60, "limit": 11_040, "limit_L2": 3_680, "limit_L3": 3_680});
    assert!(matches!(check(&record, &for_ten_minutes(set_v2("W", by_phase)), true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn a_period_that_leaves_the_limit_to_something_else_must_be_confirmed() {
    let record = v21(16);
    let mode = |mode: &str| set_v2("A", json!({"startPeriod": 60, "operationMode": mode}));
    assert_eq!(check(&record, &mode("Idle"), false), Ok(()));
    assert!(matches!(check(&record, &mode("LocalLoadBalancing"), false), Err(Refused::EffectUnknown { .. })));
    assert_eq!(check(&record, &mode("LocalLoadBalancing"), true), Ok(()));
    assert_eq!(check(&record, &set_v2("A", json!({"startPeriod": 60})), true), Err(Refused::Unreadable));
}

#[test]
fn a_dynamic_schedule_is_held_to_the_ceiling_in_its_own_unit() {
    let mut record = v21(16);
    let update =
        |limit: f64| call("UpdateDynamicSchedule", json!({"chargingProfileId": 9, "scheduleUpdate": {"limit": limit}}));
    assert_eq!(check(&record, &update(16.0), false), Ok(()));
    assert!(check(&record, &update(3_680.0), true).is_err(), "of a profile nobody knows");
    let known = set_v2("W", json!({"startPeriod": 60, "limit": 3_680})).payload;
    record.in_force.extend(in_force::sent(&record, &known, 1, Timestamp::UNIX_EPOCH));
    assert_eq!(check(&record, &update(3_680.0), false), Ok(()));
    assert!(matches!(check(&record, &update(3_920.0), true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn variables_that_set_a_current_are_held_to_the_ceiling_and_unknown_ones_must_be_confirmed() {
    let record = v21(16);
    let set = |name: &str, value: &str| {
        let mut data = Variable::parse(name).expect("a variable").wire();
        data["attributeValue"] = value.into();
        call("SetVariables", json!({ "setVariableData": [data] }))
    };
    assert_eq!(check(&record, &set("SampledDataCtrlr.TxUpdatedInterval", "10"), false), Ok(()));
    assert_eq!(check(&record, &set("EVSE#1.ACCurrent", "16"), false), Ok(()));
    assert!(matches!(check(&record, &set("EVSE#1.ACCurrent", "20"), true), Err(Refused::AboveCeiling { .. })));
    for unknown in ["SmartChargingCtrlr.Enabled", "AcmeCtrlr.MaxCurrent"] {
        assert!(matches!(check(&record, &set(unknown, "1"), false), Err(Refused::EffectUnknown { .. })), "{unknown}");
        assert_eq!(check(&record, &set(unknown, "1"), true), Ok(()));
    }
}

#[test]
fn what_acts_on_the_current_in_ways_nobody_can_tell_must_be_confirmed() {
    let record = v21(16);
    for (action, payload) in [
        ("SetDERControl", json!({"isDefault": true})),
        ("ClearDERControl", json!({"isDefault": true})),
        ("AFRRSignal", json!({"signal": 1})),
        ("UsePriorityCharging", json!({"transactionId": "a", "activate": true})),
        ("NotifyAllowedEnergyTransfer", json!({"allowedEnergyTransfer": ["AC_BPT"]})),
    ] {
        let call = call(action, payload);
        assert!(matches!(check(&record, &call, false), Err(Refused::EffectUnknown { .. })), "{action}");
        assert_eq!(check(&record, &call, true), Ok(()), "{action}");
    }
    let off = call("UsePriorityCharging", json!({"transactionId": "a", "activate": false}));
    assert_eq!(check(&record, &off, false), Ok(()));
    assert_eq!(check(&record, &call("Reset", json!({"type": "OnIdle"})), false), Ok(()));
}

#[test]
fn clearing_by_criteria_is_refused_while_only_ocpp_holds_the_current_down() {
    let record = v21(16);
    let clear = |payload| check(&record, &call("ClearChargingProfile", payload), true);
    assert_eq!(clear(json!({"chargingProfileCriteria": {"evseId": 0}})), Err(Refused::TakesLimitAway));
    assert_eq!(clear(json!({"chargingProfileId": 5})), Err(Refused::TakesLimitAway));
    assert_eq!(clear(json!({"chargingProfileId": TEST_PROFILE})), Ok(()));
}

/// A 1.6 charger of this maker with this breaker.
fn made_by(vendor: &str, breaker: u32) -> Record {
    Record { boot: Some(crate::record::Booted { vendor: vendor.into(), ..Default::default() }), ..record(breaker) }
}

fn change(key: &str, value: &str) -> Call {
    call("ChangeConfiguration", json!({"key": key, "value": value}))
}

fn marked(refused: Result<(), Refused>) -> String {
    match refused {
        Err(Refused::EffectUnknown { what }) => what,
        other => panic!("it is to be confirmed: {other:?}"),
    }
}

#[test]
fn an_unknown_key_whose_name_looks_like_a_current_is_marked_with_what_it_might_do() {
    let record = made_by("Acme", 16);
    let plain = marked(check(&record, &change("Xyz", "63"), false));
    assert_eq!(plain, "the key Xyz");
    for name in ["MaxCurrent_A", "ACME-max-amps", "acme.IMax", "PowerLimit", "Maxchargecurrent", "MainFuse"] {
        let what = marked(check(&record, &change(name, "63"), false));
        assert!(what.contains("looks like a current") && what.contains("63.0 A"), "{name}: {what}");
        assert!(what.contains("ceiling of 16.0 A"), "{name}: {what}");
        let low = marked(check(&record, &change(name, "10"), false));
        assert!(low.contains("looks like a current") && !low.contains("above"), "{name}: {low}");
        assert_eq!(check(&record, &change(name, "63"), true), Ok(()), "{name}: a person knows what it does");
    }
    for name in ["SampleInterval", "LampColour", "Clamp", "Currency"] {
        assert!(!marked(check(&record, &change(name, "63"), false)).contains("looks like"), "{name}");
    }
}

#[test]
fn what_is_known_of_another_makers_key_counts_only_after_it_was_confirmed() {
    let harmless =
        |key: &&chargehand_catalogue::Key| key.vendor.is_some() && key.effect == chargehand_catalogue::Effect::None;
    let harmless = chargehand_catalogue::keys().iter().find(harmless).expect("a maker's own key that is harmless");
    let own = made_by(harmless.vendor.as_deref().unwrap_or_default(), 16);
    assert_eq!(check(&own, &change(&harmless.key, "1"), false), Ok(()));
    let other = made_by("Nobody Ltd", 16);
    assert!(marked(check(&other, &change(&harmless.key, "1"), false)).contains("another maker"));
    assert_eq!(check(&made_by("go-e", 16), &change("RequestedCurrent", "16"), false), Ok(()));
    assert!(marked(check(&other, &change("RequestedCurrent", "16"), false)).contains("another maker"));
    assert!(matches!(check(&other, &change("RequestedCurrent", "17"), true), Err(Refused::AboveCeiling { .. })));
}

#[test]
fn a_schedule_that_another_message_carries_is_held_to_the_ceiling() {
    let record = record(16);
    let carried = |limit: f64| set(limit, "A").payload;
    for payload in
        [json!({"vendorId": "v", "data": carried(17.0)}), json!({"vendorId": "v", "data": carried(17.0).to_string()})]
    {
        let refused = check(&record, &call("DataTransfer", payload), true);
        assert!(matches!(refused, Err(Refused::AboveCeiling { .. })), "{refused:?}");
    }
    let reserve = call("ReserveNow", json!({"idTag": "X", "chargingProfile": carried(17.0)}));
    assert!(matches!(check(&record, &reserve, true), Err(Refused::AboveCeiling { .. })));
    let low = call("DataTransfer", json!({"vendorId": "v", "data": carried(16.0).to_string()}));
    assert!(matches!(check(&record, &low, false), Err(Refused::EffectUnknown { .. })), "still a maker's own message");
    assert_eq!(check(&record, &low, true), Ok(()));
}

#[test]
fn a_message_that_no_version_defines_must_be_confirmed() {
    let record = record(16);
    let own = call("SetMaxCurrent", json!({"amps": 32}));
    assert!(marked(check(&record, &own, false)).contains("OCPP does not define SetMaxCurrent"));
    assert_eq!(check(&record, &own, true), Ok(()));
    assert_eq!(check(&record, &call("TriggerMessage", json!({"requestedMessage": "Heartbeat"})), false), Ok(()));
}

#[test]
fn each_part_of_the_ceiling_holds_a_limit_down_by_itself() {
    let amps = |a: u32| Some(Amperes::from_milliamps(a * 1000));
    let with = |change: fn(&mut CeilingParts, Option<Amperes>)| {
        let mut record = record(32);
        change(&mut record.ceiling_parts, amps(16));
        record
    };
    for (name, record) in [
        ("cable", with(|parts, a| parts.cable = a)),
        ("nameplate", with(|parts, a| parts.nameplate = a)),
        ("installer", with(|parts, a| parts.installer = a)),
        ("connector", with(|parts, a| parts.connector = a)),
        ("headroom", with(|parts, a| (parts.main_switch, parts.rest) = (Some(Amperes::from_milliamps(32_000)), a))),
        ("network", with(|parts, a| parts.approved = a)),
    ] {
        assert_eq!(check(&record, &set(16.0, "A"), false), Ok(()), "{name}");
        assert!(matches!(check(&record, &set(16.1, "A"), true), Err(Refused::AboveCeiling { .. })), "{name}");
        assert!(matches!(check(&record, &change("RequestedCurrent", "17"), true), Err(Refused::AboveCeiling { .. })));
    }
}

#[test]
fn keys_of_which_nobody_knows_what_they_do_to_the_current_are_told_apart_for_the_window() {
    let goe = made_by("go-e", 16);
    for known in ["HeartbeatInterval", "RequestedCurrent"] {
        assert!(!effect_unknown(&goe, known), "{known}");
    }
    assert!(effect_unknown(&goe, "Xyz") && effect_unknown(&made_by("Nobody Ltd", 16), "RequestedCurrent"));
    assert!(!effect_unknown(&v21(16), "EVSE#1.ACCurrent") && effect_unknown(&v21(16), "AcmeCtrlr.MaxCurrent"));
}

/// A charger with this many connectors that took a limit of 10 A as the default on each of these.
fn with_defaults(connectors: u32, on: &[u32]) -> Record {
    let mut record = record(16);
    for connector in 1..=connectors {
        let state = crate::record::Connector::at(jiff::Timestamp::UNIX_EPOCH);
        record.connectors.insert(connector, state);
    }
    for (number, connector) in (1..).zip(on) {
        let mut set = set(10.0, "A").payload;
        set["connectorId"] = json!(connector);
        let profile = &mut set["csChargingProfiles"];
        (profile["chargingProfileId"], profile["chargingProfilePurpose"]) = (json!(number), json!("TxDefaultProfile"));
        record.in_force.extend(in_force::sent(&record, &set, number, jiff::Timestamp::UNIX_EPOCH));
        in_force::accepted(&mut record.in_force, number);
    }
    record
}

#[test]
fn a_default_on_one_connector_does_not_guard_the_other() {
    let clears_the_first = call("ClearChargingProfile", json!({"id": 1}));
    let clears = |connectors, on: &[u32]| check(&with_defaults(connectors, on), &clears_the_first, true);
    assert_eq!(clears(2, &[0, 1]), Err(Refused::TakesLimitAway), "connector 2 would have none");
    assert_eq!(clears(2, &[0, 1, 2]), Ok(()), "each has its own");
    assert_eq!(clears(1, &[0, 1]), Ok(()), "there is no other");
    assert_eq!(clears(0, &[0, 1]), Err(Refused::TakesLimitAway), "nobody knows how many it has");
    assert_eq!(clears(2, &[1, 0]), Ok(()), "that on connector 0 is for all");
    let mut two = with_defaults(1, &[0, 1]);
    let keys = [("NumberOfConnectors", "2")].map(|(key, value)| crate::report::ConfigurationKey {
        key: key.into(),
        value: Some(value.into()),
        ..Default::default()
    });
    two.configuration = Some(crate::report::ConfigurationSnapshot { keys: keys.to_vec(), ..Default::default() });
    assert_eq!(check(&two, &clears_the_first, true), Err(Refused::TakesLimitAway), "it has said that it has two");
}

#[test]
fn a_default_for_all_does_not_give_way_to_one_for_a_single_connector() {
    let takes_its_place = |connectors, on: &[u32]| {
        let mut set = set(10.0, "A");
        set.payload["connectorId"] = json!(1);
        let profile = &mut set.payload["csChargingProfiles"];
        (profile["chargingProfileId"], profile["chargingProfilePurpose"]) = (json!(1), json!("TxDefaultProfile"));
        check(&with_defaults(connectors, on), &set, true)
    };
    assert_eq!(takes_its_place(2, &[0]), Err(Refused::TakesLimitAway), "connector 2 would have none");
    assert_eq!(takes_its_place(2, &[0, 2]), Ok(()));
    assert_eq!(takes_its_place(1, &[0]), Ok(()));
}
