//! Each deviation shows in the charger's frames, and nothing else changes with it.

use crate::bench::{Answer, Bench, profile};
use chargehand_simulator::deviations::{Configuration, Identity, Limits, Metering, ProfileAnswer};
use chargehand_simulator::{Behaviour, Deviations, MeterHabit, ProfileFate, Version};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// One thing an endpoint can see.
type Aspect = (&'static str, fn(Deviations) -> String);

const ASPECTS: &[Aspect] = &[
    ("boots by itself", |d| booted(d).all("BootNotification").len().to_string()),
    ("boots when asked", |d| {
        let mut bench = booted(d);
        let before = bench.all("BootNotification").len();
        bench.call("TriggerMessage", json!({ "requestedMessage": "BootNotification" }));
        (bench.all("BootNotification").len() - before).to_string()
    }),
    ("writes a zone", |d| {
        booted(d).all("StatusNotification")[0]["timestamp"].as_str().unwrap().ends_with('Z').to_string()
    }),
    ("lists all keys", |d| keys(d, json!({}))),
    ("lists three keys", |d| keys(d, json!({ "key": ["HeartbeatInterval", "NumberOfConnectors", "ResetRetries"] }))),
    ("names its key limit", |d| {
        let answer = booted(d).call("GetConfiguration", json!({ "key": ["GetConfigurationMaxKeys"] }));
        let Answer::Result(payload) = answer else { return "nothing".into() };
        payload["configurationKey"][0]["value"].as_str().unwrap().to_owned()
    }),
    ("samples", |d| charging(d).all("MeterValues").len().to_string()),
    ("measures when asked", |d| (!charging(d).reading().is_empty()).to_string()),
    ("answers a profile", |d| charging(d).set(1, profile("TxProfile", 0, 10.0, json!({})))),
    ("answers a higher level", |d| charging(d).set(1, profile("TxProfile", 3, 10.0, json!({})))),
    ("follows the station maximum", |d| drawn(d, 0, "ChargePointMaxProfile", json!({}))),
    ("follows the default on 0", |d| drawn(d, 0, "TxDefaultProfile", json!({}))),
    ("follows the default on 1", |d| drawn(d, 1, "TxDefaultProfile", json!({}))),
    ("follows the transaction's own", |d| drawn(d, 1, "TxProfile", json!({}))),
    ("answers an absolute one", |d| charging(d).set(1, profile("TxProfile", 0, 10.0, absolute()))),
    ("follows an absolute one", |d| drawn(d, 1, "TxProfile", absolute())),
    ("falls back", |d| {
        let short = json!({ "chargingSchedule": { "duration": 60 } });
        let mut bench = charging(d);
        bench.set(1, profile("TxProfile", 0, 10.0, short));
        bench.run(60);
        offered(&mut bench)
    }),
    ("shows it in the composite", |d| {
        let mut bench = charging(d);
        bench.set(1, profile("TxProfile", 0, 10.0, json!({})));
        let answer = bench.call("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 60 }));
        let Answer::Result(payload) = answer else { return "nothing".into() };
        payload["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"].to_string()
    }),
];

fn with(deviates: Deviations) -> Behaviour {
    Behaviour { deviates, ..Behaviour::default() }
}

fn booted(deviates: Deviations) -> Bench {
    Bench::booted(with(deviates))
}

fn charging(deviates: Deviations) -> Bench {
    Bench::charging(with(deviates))
}

fn absolute() -> Value {
    let start = crate::bench::START.parse::<jiff::Timestamp>().unwrap() - SignedDuration::from_secs(60);
    json!({ "chargingProfileKind": "Absolute", "chargingSchedule": { "startSchedule": start.to_string() } })
}

fn keys(deviates: Deviations, asked: Value) -> String {
    match booted(deviates).call("GetConfiguration", asked) {
        Answer::Result(payload) => payload["configurationKey"].as_array().unwrap().len().to_string(),
        other => format!("{other:?}"),
    }
}

/// What the charger ends up offering after a limit of 10 A; a charger without a word says nothing.
fn drawn(deviates: Deviations, connector: i64, purpose: &str, more: Value) -> String {
    let mut bench = charging(deviates);
    bench.set(connector, profile(purpose, 0, 10.0, more));
    offered(&mut bench)
}

fn offered(bench: &mut Bench) -> String {
    let reading = bench.reading();
    let current = |sample: &&Value| sample["measurand"] == "Current.Import";
    reading.iter().find(current).map_or("nothing".into(), |sample| sample["value"].as_str().unwrap().to_owned())
}

/// The aspects in which a charger with these deviations differs from one without.
fn differs(deviates: Deviations) -> Vec<&'static str> {
    let normal = Deviations::default();
    ASPECTS.iter().filter(|(_, look)| look(deviates) != look(normal)).map(|(name, _)| *name).collect()
}

const LIMITS: [&str; 5] = [
    "follows the station maximum",
    "follows the default on 0",
    "follows the default on 1",
    "follows the transaction's own",
    "follows an absolute one",
];

fn and<'a>(limits: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [limits, more].concat()
}

#[test]
fn a_charger_by_the_book_shows_every_aspect() {
    let seen = ASPECTS.iter().map(|(_, look)| look(Deviations::default())).collect::<Vec<_>>();
    let limited = ["10.0", "10.0", "10.0", "10.0"];
    let wanted = ["1", "1", "true", "34", "3", "50", "1", "true", "Accepted", "Accepted"];
    assert_eq!(seen, [&wanted[..], &limited, &["Accepted", "10.0", "32.0", "10.0"]].concat());
}

#[test]
fn a_charger_that_ignores_limits_takes_them_and_shows_them_but_draws_on() {
    assert_eq!(differs(Deviations::from(Limits { ignores_limits: true, ..<_>::default() })), LIMITS);
}

#[test]
fn a_charger_may_ignore_the_station_maximum_only() {
    assert_eq!(
        differs(Deviations::from(Limits { ignores_station_maximum: true, ..<_>::default() })),
        ["follows the station maximum"]
    );
}

#[test]
fn a_charger_may_obey_a_default_from_the_next_session_on() {
    let deviates = Deviations::from(Limits { obeys_only_tx_profile_mid_session: true, ..<_>::default() });
    assert_eq!(differs(deviates), ["follows the default on 0", "follows the default on 1"]);
    let mut bench = charging(deviates);
    bench.set(0, profile("TxDefaultProfile", 0, 10.0, json!({})));
    bench.unplug();
    bench.plug();
    bench.run(10);
    assert_eq!(bench.amps(), 10.0);
}

#[test]
fn a_charger_may_obey_connector_1_only() {
    let deviates = Deviations::from(Limits { obeys_only_connector_1: true, ..<_>::default() });
    assert_eq!(differs(deviates), ["follows the station maximum", "follows the default on 0"]);
}

#[test]
fn a_charger_may_reject_or_ignore_absolute_profiles() {
    let with = |absolute_profiles| Deviations::from(Limits { absolute_profiles, ..<_>::default() });
    assert_eq!(differs(with(ProfileFate::Rejected)), ["answers an absolute one", "follows an absolute one"]);
    assert_eq!(differs(with(ProfileFate::Ignored)), ["follows an absolute one"]);
}

#[test]
fn a_charger_may_take_stack_level_0_only() {
    assert_eq!(
        differs(Deviations::from(Limits { stack_level_zero_only: true, ..<_>::default() })),
        ["answers a higher level"]
    );
}

#[test]
fn a_charger_may_never_fall_back() {
    assert_eq!(differs(Deviations::from(Limits { never_falls_back: true, ..<_>::default() })), ["falls back"]);
}

#[test]
fn a_charger_may_boot_only_when_asked() {
    let deviates = Deviations::from(Identity { boots_only_when_asked: true, ..<_>::default() });
    assert_eq!(differs(deviates), ["boots by itself"]);
    let mut bench = booted(deviates);
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.statuses(), ["Available", "Available"], "each connection hears how it stands");
}

#[test]
fn a_charger_may_leave_an_empty_key_list_unanswered() {
    assert_eq!(
        differs(Deviations::from(Configuration { ignores_empty_key_list: true, ..<_>::default() })),
        ["lists all keys"]
    );
}

#[test]
fn a_charger_may_answer_two_keys_at_most() {
    let deviates = Deviations::from(Configuration { answers_at_most_keys: Some(2), ..<_>::default() });
    assert_eq!(differs(deviates), ["lists all keys", "lists three keys", "names its key limit"]);
}

#[test]
fn a_charger_may_measure_only_when_asked_or_never() {
    let with = |meter_values| Deviations::from(Metering { meter_values, ..<_>::default() });
    assert_eq!(differs(with(MeterHabit::OnlyWhenTriggered)), ["samples"]);
    let blind = and(&["samples", "measures when asked"], &LIMITS);
    assert_eq!(differs(with(MeterHabit::Never)), and(&blind, &["falls back"]));
}

#[test]
fn a_charger_may_leave_out_the_zone() {
    assert_eq!(differs(Deviations::from(Identity { leaves_out_zone: true, ..<_>::default() })), ["writes a zone"]);
}

#[test]
fn a_charger_may_fall_silent_on_a_profile_until_it_is_reconnected() {
    let deviates = Deviations::from(Limits { all_profiles: ProfileAnswer::Silence, ..<_>::default() });
    let mute = ["answers a profile", "answers a higher level", "answers an absolute one", "shows it in the composite"];
    let mut wanted = and(&LIMITS, &and(&mute, &["falls back"]));
    let mut seen = differs(deviates);
    wanted.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, wanted);
    let mut bench = charging(deviates);
    bench.set(0, profile("TxDefaultProfile", 0, 10.0, json!({})));
    let before = bench.said.len();
    bench.run(120);
    assert_eq!(bench.said.len(), before, "no sample, no heartbeat, no status");
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.all("BootNotification").len(), 2);
}

#[test]
fn a_behaviour_can_be_read_from_data() {
    let read: Behaviour = serde_json::from_value(json!({
        "version": "2.0.1",
        "rate_unit": "power",
        "deviates": { "limits": { "absolute_profiles": "ignored" }, "metering": { "meter_values": "never" } },
    }))
    .unwrap();
    assert_eq!(read.deviates.limits.absolute_profiles, ProfileFate::Ignored);
    assert_eq!((read.version, read.nameplate_amps), (Version::V201, 32.0));
    assert!(serde_json::from_value::<Behaviour>(json!({ "typo": 1 })).is_err());
}
