//! A plan: said before it is sent, written line by line, read back, taken back.

use bytes::Bytes;
use chargehand_commissioning::journal::Direction;
use chargehand_commissioning::link::{Input, Outgoing};
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{self, Failed, Inconclusive, NotApplicable, NotTested, Passed};
use chargehand_commissioning::plan::residue::residue;
use chargehand_commissioning::plan::{Change, difference};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::step;
use chargehand_commissioning::windows::{Span, Week};
use chargehand_ocpp::Call;
use chargehand_simulator::Behaviour;
use chargehand_simulator::deviations::{Configuration, Deviations, Flooded, Limits};
use serde_json::json;

use crate::bench::{Bench, Cable, Way, action, amps, charging, vacant};

/// A setting as this story's version calls it.
fn setting(v16: &'static str, v2: &'static str, value: &str) -> Change {
    Change::Setting { key: action(v16, v2).into(), value: value.into(), confirmed: false }
}

fn heartbeat(value: &str) -> Change {
    setting("HeartbeatInterval", "OCPPCommCtrlr.HeartbeatInterval", value)
}

fn interval(value: &str) -> Change {
    setting("MeterValueSampleInterval", "SampledDataCtrlr.TxUpdatedInterval", value)
}

async fn inspected(behaviour: Behaviour) -> (Bench, Cable) {
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    (bench, cable)
}

async fn plan(bench: &Bench, changes: &[Change]) {
    for change in changes {
        bench.plan(change.clone()).await;
    }
}

async fn apply(bench: &Bench) -> Outcome {
    step::apply_plan(&bench.link, None, false).await.unwrap()
}

async fn take_back(bench: &Bench) -> Outcome {
    step::take_back_plan(&bench.link, None).await.unwrap()
}

fn verdicts(record: &Record) -> Vec<Option<Verdict>> {
    record.plan.iter().map(|line| line.outcome.as_ref().map(|it| it.verdict)).collect()
}

/// The calls that change something in the charger.
fn writes(bench: &Bench) -> usize {
    let writes = ["SetChargingProfile", "ClearChargingProfile", "ChangeConfiguration", "SetVariables"];
    bench.sent().iter().filter(|call| writes.contains(&call.action.as_str())).count()
}

#[tokio::test(start_paused = true)]
async fn every_line_is_written_once_read_back_and_taken_back_in_reverse() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[heartbeat("77"), interval("33")]).await;
    let shown = difference(&bench.record().await, &heartbeat("77"));
    assert!(!shown.now.is_empty() && shown.back.is_ok() && shown.obstacle.is_empty(), "{shown:?}");
    let before =
        bench.record().await.configured(action("HeartbeatInterval", "OCPPCommCtrlr.HeartbeatInterval")).to_owned();

    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(writes(&bench), 2, "one write for a line");
    assert!(outcome.finding.contains("2 messages changed it"), "{outcome:?}");
    assert_eq!(verdicts(&bench.record().await), [Some(Passed), Some(Passed)]);

    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    assert_eq!(writes(&bench), 4);
    let record = bench.record().await;
    assert_eq!(record.configured(action("HeartbeatInterval", "OCPPCommCtrlr.HeartbeatInterval")), before);
    assert!(record.plan.iter().all(|line| !line.stands()));
    let order: Vec<String> = bench.sent().iter().rev().take(4).map(|call| call.payload.to_string()).collect();
    assert!(order[1].contains("Heartbeat") && order[3].contains("Interval"), "the last line first: {order:?}");
    bench.rests_on_evidence(&outcome);
    bench.rests_on_evidence(&back);
}

#[tokio::test(start_paused = true)]
async fn what_is_so_already_is_not_written() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[heartbeat("77")]).await;
    apply(&bench).await;
    plan(&bench, &[heartbeat("77")]).await;
    let outcome = apply(&bench).await;
    assert_eq!((outcome.verdict, writes(&bench)), (Passed, 1), "{outcome:?}");
    assert_eq!(apply(&bench).await.verdict, NotApplicable, "nothing waits any more");
}

#[tokio::test(start_paused = true)]
async fn a_limit_in_a_plan_is_measured_and_what_was_there_comes_back() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    plan(&bench, &[Change::Limit { limit: amps(16.0), connector: 0 }]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    let record = bench.record().await;
    let left: Vec<_> = record.in_force.iter().map(|f| (f.role(), f.limit)).collect();
    assert_eq!(left, [(47_551, amps(32.0))], "no hardware limit is confirmed, so a base at the ceiling stays");
    bench.rests_on_evidence(&back);
}

#[tokio::test(start_paused = true)]
async fn a_limit_behind_a_hardware_limit_leaves_nothing_of_ours_when_it_is_taken_back() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    bench.parts_with_hardware(32.0).await;
    plan(&bench, &[Change::Limit { limit: amps(16.0), connector: 0 }]).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    assert_eq!(bench.record().await.in_force, []);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_ours_that_a_plan_raised_comes_back_as_it_was() {
    let (bench, _cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    step::apply_limit(&bench.link, amps(12.0)).await.unwrap();
    plan(&bench, &[Change::Limit { limit: amps(20.0), connector: 0 }]).await;
    apply(&bench).await;
    take_back(&bench).await;
    let record = bench.record().await;
    assert_eq!(record.in_force.iter().map(|f| f.limit).min(), Some(amps(12.0)), "{:?}", record.in_force);
    assert!(record.in_force.iter().all(|f| [amps(12.0), amps(32.0)].contains(&f.limit)), "{:?}", record.in_force);
}

#[tokio::test(start_paused = true)]
async fn one_connector_gets_a_limit_of_its_own() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[Change::Limit { limit: amps(20.0), connector: 1 }]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Inconclusive, "no car draws anything: {outcome:?}");
    assert_eq!(verdicts(&bench.record().await), [Some(NotTested)]);
    let set = bench.calls("SetChargingProfile");
    assert!(set.iter().any(|call| call.connector() == 1 && call.answer == "Accepted"), "{set:?}");
}

#[tokio::test(start_paused = true)]
async fn a_line_above_the_ceiling_or_against_the_rules_is_said_and_never_sent() {
    let (bench, _cable) = inspected(vacant()).await;
    let endless = Change::Setting { key: "K".repeat(100_000), value: "1".into(), confirmed: true };
    plan(&bench, &[Change::Limit { limit: amps(40.0), connector: 0 }, interval("0"), endless]).await;
    let record = bench.record().await;
    assert!(record.plan.iter().all(|line| !difference(&record, &line.change).obstacle.is_empty()));
    let outcome = apply(&bench).await;
    assert_eq!((outcome.verdict, writes(&bench)), (NotTested, 0), "{outcome:?}");
    assert!(outcome.finding.contains("3 not sent, still waiting"), "{outcome:?}");
    assert!(bench.record().await.plan.iter().all(|line| line.waits() && !line.stands()));
}

#[tokio::test(start_paused = true)]
async fn a_line_that_was_held_back_is_written_once_nothing_is_in_its_way() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[Change::Limit { limit: amps(40.0), connector: 0 }, interval("33")]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Inconclusive, "one was written and proved, one waits: {outcome:?}");
    bench.ceiling(40.0).await;
    let outcome = apply(&bench).await;
    assert!(bench.record().await.plan.iter().all(|line| !line.waits()), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn accepted_is_not_kept_where_it_reads_otherwise() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    // It says Accepted and keeps something else.
    let tamper = |way: Way, frame: &mut serde_json::Value| {
        let is_write = frame[2] == "ChangeConfiguration" || frame[2] == "SetVariables";
        if way == Way::ToCharger && is_write {
            let payload = frame[3].to_string().replace("\"77\"", "\"78\"");
            frame[3] = serde_json::from_str(&payload).unwrap();
        }
        true
    };
    let _cable = bench.connect_tampered(vacant(), Box::new(tamper)).await;
    bench.run(1).await;
    plan(&bench, &[heartbeat("77")]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    let record = bench.record().await;
    let line = &record.plan[0];
    assert!(line.outcome.as_ref().unwrap().finding.contains("still reads 78"), "{line:?}");
    assert!(line.stands(), "something was written: it can be taken back");
}

#[tokio::test(start_paused = true)]
async fn nothing_more_is_written_to_a_charger_that_restarts_after_a_write() {
    let deviates = Deviations::from(Configuration { takes_any_measurand: true, ..<_>::default() });
    let (bench, _cable) = inspected(Behaviour { deviates, ..vacant() }).await;
    plan(
        &bench,
        &[
            setting("MeterValuesSampledData", "SampledDataCtrlr.TxUpdatedMeasurands", "Current.Import,Frequency"),
            heartbeat("77"),
        ],
    )
    .await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    assert_eq!(writes(&bench), 1, "the second line was not sent");
    assert_eq!(verdicts(&bench.record().await)[1], None);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_measurands_is_shortened_from_its_end_until_the_charger_takes_it() {
    let (bench, _cable) = inspected(vacant()).await;
    let list = "Energy.Active.Import.Register,Current.Import,Nobody.Measures.This";
    plan(&bench, &[setting("MeterValuesSampledData", "SampledDataCtrlr.TxUpdatedMeasurands", list)]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(writes(&bench), 2);
    let key = action("MeterValuesSampledData", "SampledDataCtrlr.TxUpdatedMeasurands");
    assert_eq!(bench.record().await.configured(key), "Energy.Active.Import.Register,Current.Import");
}

#[tokio::test(start_paused = true)]
async fn ten_lines_do_not_flood_a_charger_that_cannot_stand_it() {
    let deviates = Deviations::from(Configuration { flooded: Flooded::Reboots, ..<_>::default() });
    let (bench, _cable) = inspected(Behaviour { deviates, ..vacant() }).await;
    plan(&bench, &[heartbeat("77"), interval("33"), setting("ConnectionTimeOut", "TxCtrlr.EVConnectionTimeOut", "44")])
        .await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(writes(&bench), 3);
}

/// A 1.6 charger that takes a setting only with its next restart.
async fn takes_settings_when_it_restarts(bench: &Bench) {
    let (session, mut out) = bench.open(true).await;
    let link = bench.link.clone();
    let say = move |frame: serde_json::Value| {
        let bytes = Bytes::from(frame.to_string());
        let link = link.clone();
        async move { drop(link.send(Input::Frame { session, bytes, binary: false }).await) }
    };
    let boots = || json!([2, "boot", "BootNotification", {"chargePointVendor": "X", "chargePointModel": "Y"}]);
    say(boots()).await;
    tokio::spawn(async move {
        let (mut value, mut next) = ("60".to_owned(), String::new());
        while let Some(Outgoing::Text(text)) = out.recv().await {
            let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
            let answer = |payload| json!([3, frame[1], payload]);
            match frame[2].as_str() {
                Some("ChangeConfiguration") => {
                    next = frame[3]["value"].as_str().unwrap().to_owned();
                    say(answer(json!({"status": "RebootRequired"}))).await;
                }
                Some("GetConfiguration") => {
                    let key = json!({"key": "HeartbeatInterval", "readonly": false, "value": value});
                    say(answer(json!({"configurationKey": [key], "unknownKey": []}))).await;
                }
                Some("Reset") => {
                    value = next.clone();
                    say(answer(json!({"status": "Accepted"}))).await;
                    say(boots()).await;
                }
                Some(_) if frame[0] == 2 => say(json!([4, frame[1], "NotImplemented", "", {}])).await,
                _ => {}
            }
        }
    });
    bench.run(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_takes_effect_with_a_restart_is_read_back_after_one_now_or_later() {
    for at_once in [true, false] {
        let bench = Bench::new();
        bench.ceiling(32.0).await;
        takes_settings_when_it_restarts(&bench).await;
        plan(&bench, &[heartbeat("77")]).await;
        let mut outcome = step::apply_plan(&bench.link, None, at_once).await.unwrap();
        if !at_once {
            assert_eq!(outcome.verdict, Inconclusive, "{outcome:?}");
            assert!(bench.record().await.plan[0].waits_for_restart());
            assert_eq!(apply(&bench).await.verdict, NotApplicable, "nothing waits, and nobody may restart it");
            outcome = step::apply_plan(&bench.link, None, true).await.unwrap();
        }
        assert_eq!(bench.calls("Reset").len(), 1, "once, {at_once}");
        assert!(outcome.verdict == Passed && outcome.finding.contains("Of 1 line: 1 proved"), "{outcome:?}");
        assert_eq!(verdicts(&bench.record().await), [Some(Passed)], "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn cheap_hours_are_not_written_to_a_charger_that_does_not_follow_the_limit_beneath_them() {
    let deviates = Deviations::from(Limits { ignores_limits: true, ..<_>::default() });
    let (bench, _cable) = inspected(Behaviour { deviates, ..charging() }).await;
    bench.charge().await;
    let span = Span { from_min: 0, to_min: 360, limit: amps(10.0) };
    let week = Some(Box::new(Week::new("UTC", std::array::from_fn(|_| vec![span])).unwrap()));
    let hours = Change::CheapHours { week, platform: None };
    plan(&bench, &[Change::Limit { limit: amps(16.0), connector: 0 }, hours]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Failed, "{outcome:?}");
    assert!(outcome.finding.contains("did not follow the limit that was to stay"), "{outcome:?}");
    assert!(bench.record().await.plan[1].waits(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_written_is_on_disk_as_about_to_be_written_before_it_is_sent() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[heartbeat("77")]).await;
    apply(&bench).await;
    let disk = bench.disk.lock().unwrap();
    let at = |direction, what: &str| {
        let is = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(what);
        disk.entries.iter().find(|e| e.direction == direction && is(&e.bytes)).map(|e| e.number).unwrap()
    };
    let about = at(Direction::Event, "\"applying\"");
    assert!(about < at(Direction::Out, action("ChangeConfiguration", "SetVariables")));
}

#[tokio::test(start_paused = true)]
async fn a_program_that_was_killed_while_it_wrote_knows_that_the_line_may_stand() {
    let (bench, cable) = inspected(vacant()).await;
    plan(&bench, &[heartbeat("77")]).await;
    let link = bench.link.clone();
    let applying = tokio::spawn(async move { step::apply_plan(&link, None, false).await });
    bench.run(1).await;
    applying.abort();
    bench.run(1).await;
    let record = bench.record().await;
    assert!(record.plan[0].stands() && record.plan[0].outcome.is_some(), "it was read back in the first second");
    drop(cable);
    let mut replay = chargehand_commissioning::replay::Replay::new(Record::new("CP1"));
    let disk = bench.disk.lock().unwrap();
    let sent = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(action("ChangeConfiguration", "SetVariables"));
    let cut = disk.entries.iter().position(|e| e.direction == Direction::Out && sent(&e.bytes)).unwrap();
    disk.entries[..=cut].iter().for_each(|entry| replay.apply(entry));
    let after = replay.finish();
    assert!(after.plan[0].stands() && after.plan[0].outcome.is_none(), "{:?}", after.plan);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_is_gone_half_way_gets_nothing_else_and_the_rest_waits() {
    let (bench, cable) = inspected(vacant()).await;
    plan(&bench, &[heartbeat("77"), interval("33")]).await;
    let link = bench.link.clone();
    let applying = tokio::spawn(async move { step::apply_plan(&link, None, false).await.unwrap() });
    bench.run(1).await;
    bench.cut(cable).await;
    let outcome = applying.await.unwrap();
    assert_eq!(outcome.verdict, Inconclusive, "silence proves nothing: {outcome:?}");
    let record = bench.record().await;
    assert!(record.plan[1].waits(), "{:?}", record.plan);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_platform_left_in_a_2_x_charger_is_listed_cleared_on_request_and_put_back() {
    let (bench, _cable) = inspected(Behaviour { version: chargehand_simulator::Version::V201, ..vacant() }).await;
    let period = json!([{"startPeriod": 0, "limit": 13.0}]);
    let schedule = json!([{"id": 9, "chargingRateUnit": "A", "chargingSchedulePeriod": period}]);
    let profile = json!({"id": 99, "stackLevel": 3, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative", "chargingSchedule": schedule});
    bench.link.call(Call::new("SetChargingProfile", json!({"evseId": 0, "chargingProfile": profile}))).await.unwrap();
    let found = step::look_for_residue(&bench.link).await.unwrap();
    assert_eq!(found.verdict, Failed, "{found:?}");
    let foreign = residue(&bench.record().await);
    let Some(clear) = foreign[0].clear.clone() else { panic!("{foreign:?}") };
    assert_eq!(clear, Change::ClearProfile { id: 99 });
    bench.parts_with_hardware(32.0).await;
    plan(&bench, &[clear]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(residue(&bench.record().await), []);
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    assert_eq!(residue(&bench.record().await).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_default_of_an_earlier_platform_comes_back_as_it_was_when_a_limit_is_taken_back() {
    let (bench, _cable) = inspected(Behaviour { version: chargehand_simulator::Version::V201, ..vacant() }).await;
    let periods = json!([{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 21_600, "limit": 10.0}]);
    let schedule = json!([{"id": 9, "chargingRateUnit": "A", "chargingSchedulePeriod": periods}]);
    let profile = json!({"id": 99, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative", "chargingSchedule": schedule});
    bench.link.call(Call::new("SetChargingProfile", json!({"evseId": 0, "chargingProfile": profile}))).await.unwrap();
    plan(&bench, &[Change::Limit { limit: amps(20.0), connector: 0 }]).await;
    apply(&bench).await;
    step::look_for_residue(&bench.link).await.unwrap();
    assert_eq!(residue(&bench.record().await), [], "ours took its place");
    take_back(&bench).await;
    step::look_for_residue(&bench.link).await.unwrap();
    let record = bench.record().await;
    assert!(!record.owes_profiles(), "nobody is owed a limit of ours: {:?}", record.listed);
    assert_eq!(residue(&record).len(), 1, "it is seen again");
    let undone = bench.record().await.plan[0].undone.clone().unwrap();
    assert!(undone.finding.contains("is back as it was"), "{undone:?}");
    let last = bench.calls("SetChargingProfile").pop().unwrap();
    assert_eq!(
        (&last.payload["chargingProfile"], last.answer.as_str()),
        (&profile, "Accepted"),
        "no base takes its place"
    );
    let record = bench.record().await;
    assert!(record.in_force.iter().all(|it| it.role() == 9), "nothing of ours stays: {:?}", record.in_force);
}

#[tokio::test(start_paused = true)]
async fn the_base_that_stays_when_a_limit_is_taken_back_is_said_before_anything_is_written() {
    let (bench, _cable) = inspected(vacant()).await;
    let limit = Change::Limit { limit: amps(20.0), connector: 0 };
    let back = difference(&bench.record().await, &limit).back.unwrap();
    assert!(back.contains("a base limit of 32.0 A stays"), "{back}");
    bench.parts_with_hardware(32.0).await;
    let back = difference(&bench.record().await, &limit).back.unwrap();
    assert!(!back.contains("base limit"), "{back}");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_goes_on_and_on_is_cut_short_where_it_is_told() {
    let long = "\u{202e}<b>".repeat(50_000);
    let tells = move |way: Way, frame: &mut serde_json::Value| {
        let of_it = &frame[2]["configurationKey"][0]["key"] == "HeartbeatInterval";
        if way == Way::FromCharger && of_it {
            frame[2]["configurationKey"][0]["value"] = json!(long);
        }
        true
    };
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let _cable = bench.connect_tampered(vacant(), Box::new(tells)).await;
    bench.run(1).await;
    plan(&bench, &[heartbeat("77")]).await;
    apply(&bench).await;
    take_back(&bench).await;
    let record = bench.record().await;
    let told = [&record.plan[0].outcome, &record.plan[0].undone].map(|it| it.as_ref().unwrap().finding.clone());
    assert!(told.iter().all(|it| it.chars().count() < 400), "{:?}", told.map(|it| it.len()));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_a_charger_never_answered_may_stand_and_can_be_taken_back() {
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let silent = std::sync::Arc::clone(&asked);
    let drops = move |way: Way, frame: &mut serde_json::Value| {
        let (mut asked, set) = (silent.lock().unwrap(), frame[2] == "SetChargingProfile");
        if way == Way::ToCharger && set && asked.is_empty() {
            asked.push(frame[1].clone());
        }
        way == Way::ToCharger || !asked.contains(&frame[1])
    };
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let _cable = bench.connect_tampered(vacant(), Box::new(drops)).await;
    bench.run(1).await;
    plan(&bench, &[Change::Limit { limit: amps(20.0), connector: 0 }]).await;
    apply(&bench).await;
    let record = bench.record().await;
    assert_eq!(verdicts(&record), [Some(Inconclusive)], "{:?}", record.plan);
    assert!(record.plan[0].stands(), "its answer never came: it may be there");
    take_back(&bench).await;
    let record = bench.record().await;
    assert!(record.in_force.iter().all(|it| it.limit == amps(32.0)), "{:?}", record.in_force);
}

#[tokio::test(start_paused = true)]
async fn everything_in_a_1_6_charger_goes_only_behind_a_hardware_limit_and_leaves_a_base() {
    let (bench, _cable) = inspected(vacant()).await;
    plan(&bench, &[Change::ClearAll]).await;
    assert!(difference(&bench.record().await, &Change::ClearAll).back.is_err(), "said before it is sent");
    assert_eq!((apply(&bench).await.verdict, writes(&bench)), (NotTested, 0));
    bench.parts_with_hardware(32.0).await;
    plan(&bench, &[Change::ClearAll]).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(writes(&bench), 2, "one clears, one is the base");
    assert_eq!(bench.record().await.in_force.len(), 1);
    assert_eq!(take_back(&bench).await.verdict, Inconclusive);
}

mod on_2_0_1 {
    crate::bench::also_on!(V201:
        every_line_is_written_once_read_back_and_taken_back_in_reverse,
        what_is_so_already_is_not_written,
        a_limit_in_a_plan_is_measured_and_what_was_there_comes_back,
        a_limit_behind_a_hardware_limit_leaves_nothing_of_ours_when_it_is_taken_back,
        a_limit_of_ours_that_a_plan_raised_comes_back_as_it_was,
        one_connector_gets_a_limit_of_its_own,
        a_line_above_the_ceiling_or_against_the_rules_is_said_and_never_sent,
        accepted_is_not_kept_where_it_reads_otherwise,
        a_list_of_measurands_is_shortened_from_its_end_until_the_charger_takes_it,
        what_is_written_is_on_disk_as_about_to_be_written_before_it_is_sent,
        a_program_that_was_killed_while_it_wrote_knows_that_the_line_may_stand,
        a_charger_that_is_gone_half_way_gets_nothing_else_and_the_rest_waits,
        a_limit_that_a_charger_never_answered_may_stand_and_can_be_taken_back,
    );
}
