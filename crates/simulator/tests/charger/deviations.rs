//! What of a deviation shows only in a longer story; that each shows at all, and nothing else with it, is told in
//! `probes`.

use crate::bench::{Answer, Bench, profile};
use chargehand_simulator::deviations::{Configuration, Flooded, Identity, Limits, LongTags, ProfileAnswer, Sessions};
use chargehand_simulator::{Act, Behaviour, Deviations, ProfileFate, Version};
use serde_json::{Value, json};

fn with(deviates: impl Into<Deviations>) -> Behaviour {
    Behaviour { deviates: deviates.into(), ..Behaviour::default() }
}

/// Ten amperes for the transaction.
fn limit(bench: &mut Bench) -> String {
    bench.set(1, profile("TxProfile", 0, 10.0, json!({})))
}

/// What GetConfiguration shows; nothing when it is not answered.
fn keys(bench: &mut Bench, asked: Value) -> Option<Vec<Value>> {
    match bench.call("GetConfiguration", asked) {
        Answer::Result(answer) => answer["configurationKey"].as_array().cloned(),
        _ => None,
    }
}

#[test]
fn a_charger_that_boots_only_when_asked_tells_each_connection_how_it_stands() {
    let mut bench = Bench::booted(with(Identity { boots_only_when_asked: true, ..<_>::default() }));
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.all("BootNotification").len(), 0);
    assert_eq!(bench.statuses(), ["Available", "Available"]);
}

#[test]
fn a_charger_that_answers_two_keys_says_so_in_its_own_settings() {
    let mut bench = Bench::booted(with(Configuration { answers_at_most_keys: Some(2), ..<_>::default() }));
    let asked = json!({ "key": ["HeartbeatInterval", "NumberOfConnectors", "ResetRetries"] });
    assert_eq!(keys(&mut bench, asked).unwrap().len(), 2);
    assert_eq!(keys(&mut bench, json!({ "key": ["GetConfigurationMaxKeys"] })).unwrap()[0]["value"], "2");
}

#[test]
fn a_charger_that_falls_silent_speaks_again_when_it_is_reconnected() {
    let mut bench = Bench::charging(with(Limits { all_profiles: ProfileAnswer::Silence, ..<_>::default() }));
    assert_eq!(limit(&mut bench), "silence");
    let before = bench.said.len();
    bench.run(120);
    assert_eq!(bench.said.len(), before, "no sample, no heartbeat, no status");
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.all("BootNotification").len(), 2);
}

#[test]
fn a_charge_that_began_with_a_long_tag_goes_on_where_its_end_is_refused() {
    let long = "ABCDEFGHIJKLMNOPQRST";
    let mut bench = Bench::booted(with(Sessions { long_tags: LongTags::Corrupted, ..<_>::default() }));
    bench.faults = Some(Vec::new());
    bench.plug();
    bench.call("RemoteStartTransaction", json!({ "idTag": long }));
    bench.run(10);
    bench.answers = false;
    bench.call("RemoteStopTransaction", json!({ "transactionId": 101 }));
    for _ in 0..3 {
        let stop = bench.unanswered.take().unwrap();
        assert_eq!(stop[3]["idTag"], format!("{long}\u{10}\u{e}"));
        bench.refuse(&stop);
    }
    bench.answers = true;
    bench.run(30);
    assert_eq!(bench.statuses().last().unwrap(), "Charging");
    assert_eq!(bench.amps(), 32.0);
    bench.unplug();
    assert_eq!(bench.statuses().last().unwrap(), "Available", "the plug ends it");
}

#[test]
fn a_charger_that_numbers_its_charges_itself_is_stopped_by_the_number_it_was_given() {
    let mut bench = Bench::charging(with(Sessions { own_transaction_ids: true, ..<_>::default() }));
    assert_eq!(bench.call("RemoteStopTransaction", json!({ "transactionId": 101 })).status(), "Accepted");
    assert_eq!(bench.all("StopTransaction")[0]["transactionId"], i64::MAX);
    assert_eq!(bench.all("MeterValues")[0]["transactionId"], i64::MAX);
}

#[test]
fn a_trapped_charger_is_freed_by_a_reset_and_takes_no_tag_before() {
    let trap = Sessions { zero_ends_session: true, needs_unplug_after_stop: true, ..<_>::default() };
    let mut bench = Bench::booted(Behaviour { plugged: true, ..with(trap) });
    bench.act(Act::Tag("TAG".into()));
    bench.set(1, profile("TxProfile", 0, 0.0, json!({})));
    assert_eq!(bench.statuses().last().unwrap(), "Finishing");
    bench.act(Act::Tag("TAG".into()));
    bench.run(10);
    assert_eq!(bench.all("StartTransaction").len(), 1);
    bench.call("Reset", json!({ "type": "Soft" }));
    bench.disconnect();
    bench.connect();
    assert_eq!(bench.call("RemoteStartTransaction", json!({ "idTag": "TAG" })).status(), "Accepted");
}

#[test]
fn a_charger_that_waits_for_a_tag_knows_those_on_its_list() {
    let mut bench = Bench::booted(with(Sessions { waits_for_local_tag: true, ..<_>::default() }));
    bench.plug();
    let entry = json!({ "idTag": "LISTED", "idTagInfo": { "status": "Accepted" } });
    let list = json!({ "listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry] });
    bench.call("SendLocalList", list);
    bench.call("RemoteStartTransaction", json!({ "idTag": "LISTED" }));
    bench.run(10);
    assert_eq!(bench.all("StartTransaction").len(), 1);
}

#[test]
fn an_old_limit_outlives_a_restart() {
    let residual = Limits { residual_amps: Some(9), ..<_>::default() };
    let mut bench = Bench::charging(with(residual));
    assert_eq!(bench.amps(), 9.0);
    bench.call("Reset", json!({ "type": "Hard" }));
    bench.disconnect();
    bench.connect();
    bench.run(15);
    assert_eq!(bench.amps(), 9.0);
    for version in [Version::V201, Version::V21] {
        let mut bench = Bench::charging(Behaviour { version, ..with(residual) });
        assert_eq!(crate::v2::amps(&mut bench), 9.0);
    }
}

#[test]
fn a_charger_in_a_reboot_loop_is_mended_by_measurands_that_it_has() {
    let mut bench = Bench::booted(with(Configuration { takes_any_measurand: true, ..<_>::default() }));
    let mut write = |list: &str| {
        let write = json!({ "key": "MeterValuesSampledData", "value": list });
        assert_eq!(bench.call("ChangeConfiguration", write).status(), "Accepted");
        let shown = keys(&mut bench, json!({})).is_some();
        let reboots = bench.charger.reboot_due(bench.now);
        bench.disconnect();
        bench.connect();
        (shown, reboots)
    };
    assert_eq!(write("Current.Import,RPM"), (false, true));
    assert_eq!(write("Current.Import"), (true, false));
}

#[test]
fn a_charger_that_reboots_when_flooded_bears_a_calm_pace() {
    let mut bench = Bench::charging(with(Configuration { flooded: Flooded::Reboots, ..<_>::default() }));
    for _ in 0..30 {
        assert_eq!(limit(&mut bench), "Accepted");
    }
    assert!(!bench.charger.reboot_due(bench.now));
    let asked = json!({ "connectorId": 1, "csChargingProfiles": profile("TxProfile", 0, 10.0, json!({})) });
    let is_silent = |bench: &mut Bench| bench.call("SetChargingProfile", asked.clone()) == Answer::Silence;
    assert!((0..11).any(|_| is_silent(&mut bench)));
    assert!(bench.charger.reboot_due(bench.now));
    assert_eq!(bench.all("StopTransaction").len(), 1);
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
