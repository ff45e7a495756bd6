//! Connections, boots and the first words.

use chargehand_commissioning::event::{ClosedBy, Happened};
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::link::{CallFailure, Input, Outgoing};
use chargehand_commissioning::outcome::Verdict::Passed;
use chargehand_ocpp::ask::Trigger;
use chargehand_ocpp::v16::call as ours;
use chargehand_simulator::deviations::Identity;
use chargehand_simulator::{Behaviour, Deviations};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::bench::{Bench, amps, call, charging, plugged};

fn boot(id: &str) -> Value {
    call(id, "BootNotification", json!({"chargePointVendor": "ACME", "chargePointModel": "One"}))
}

async fn next(out: &mut mpsc::UnboundedReceiver<Outgoing>) -> Value {
    match out.recv().await.unwrap() {
        Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
        Outgoing::Close(reason) => json!({ "close": reason }),
    }
}

#[tokio::test(start_paused = true)]
async fn the_newest_socket_wins_and_the_old_one_is_closed() {
    let bench = Bench::new();
    let (old, mut old_out) = bench.open(true).await;
    bench.say(old, boot("1")).await;
    assert_eq!(next(&mut old_out).await[2]["status"], "Accepted");
    let asked = {
        let link = bench.link.clone();
        tokio::spawn(async move { link.call(ours::trigger(Trigger::MeterValues, Some(1))).await })
    };
    assert_eq!(next(&mut old_out).await[2], "TriggerMessage");
    let (new, mut new_out) = bench.open(true).await;
    assert!(next(&mut old_out).await["close"].as_str().unwrap().contains("newer"));
    assert!(matches!(asked.await.unwrap(), Err(CallFailure::Lost { .. })));
    bench.say(new, boot("1")).await;
    assert_eq!(next(&mut new_out).await[2]["status"], "Accepted");
    // what the old one still says is kept, not answered, and changes nothing
    bench
        .say(
            old,
            call("2", "StatusNotification", json!({"connectorId": 7, "errorCode": "NoError", "status": "Faulted"})),
        )
        .await;
    bench
        .link
        .send(Input::Disconnected { session: old, by: ClosedBy::Us, code: None, reason: "replaced".into() })
        .await
        .unwrap();
    let record = bench.record().await;
    assert!(record.connected.is_some() && record.connections == 2, "the new one still stands");
    assert!(!record.connectors.contains_key(&7));
    assert!(old_out.try_recv().is_err());
    assert!(bench.disk.lock().unwrap().entries.iter().any(|e| String::from_utf8_lossy(&e.bytes).contains("Faulted")));
}

#[tokio::test(start_paused = true)]
async fn a_boot_that_does_not_come_is_asked_for_after_5_s_and_not_waited_for_after_10_s() {
    let bench = Bench::new();
    let start = bench.clock.now();
    let (session, mut out) = bench.open(true).await;
    let asked = {
        let (link, clock) = (bench.link.clone(), bench.clock.clone());
        tokio::spawn(async move {
            link.call(ours::get_configuration(&[])).await.unwrap();
            clock.now()
        })
    };
    let since = |bench: &Bench| bench.clock.now().duration_since(start).as_secs();
    let trigger = next(&mut out).await;
    assert_eq!(
        (trigger[2].as_str(), &trigger[3]["requestedMessage"]),
        (Some("TriggerMessage"), &json!("BootNotification"))
    );
    assert_eq!(since(&bench), 5);
    bench.say(session, json!([3, trigger[1], {"status": "NotImplemented"}])).await;
    let get = next(&mut out).await;
    assert_eq!((get[2].as_str(), since(&bench)), (Some("GetConfiguration"), 10));
    bench.say(session, json!([3, get[1], {}])).await;
    asked.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_until_the_boot_is_answered() {
    let bench = Bench::new();
    let (session, mut out) = bench.open(true).await;
    let link = bench.link.clone();
    tokio::spawn(async move { link.call(ours::get_configuration(&[])).await });
    bench.run(2).await;
    assert!(out.try_recv().is_err(), "nothing before the boot");
    bench.say(session, boot("1")).await;
    assert_eq!(next(&mut out).await[0], 3);
    assert_eq!(next(&mut out).await[2], "GetConfiguration");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_boots_only_when_asked_is_commissioned() {
    let deviates = Deviations::from(Identity { boots_only_when_asked: true, ..<_>::default() });
    let (bench, _cable) = Bench::commissioning(32.0, Behaviour { deviates, ..plugged() }).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.inspected.verdict, run.limit()), (Passed, Passed), "{:?}", run.proof);
    assert_eq!(run.record.boot.unwrap().vendor, "Chargehand");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_is_not_adopted_waits_is_refused_tags_and_gets_no_command() {
    let bench = Bench::new();
    let (session, mut out) = bench.open(false).await;
    bench.say(session, boot("1")).await;
    let answer = next(&mut out).await;
    assert_eq!((answer[2]["status"].as_str(), answer[2]["interval"].as_i64()), (Some("Pending"), Some(30)));
    bench.say(session, call("2", "Authorize", json!({"idTag": "04A2"}))).await;
    assert_eq!(next(&mut out).await[2]["idTagInfo"]["status"], "Invalid");
    let refused = bench.link.call(ours::get_configuration(&[])).await;
    assert_eq!(refused, Err(CallFailure::NotAdopted));
    bench.run(120).await;
    assert_eq!(bench.sent().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn adopting_a_waiting_charger_asks_for_its_boot_at_once() {
    let bench = Bench::new();
    let mut told = bench.link.watch().await.unwrap();
    let _cable = bench.connect(charging(), false).await;
    bench.until(&mut told, |what| matches!(what, Happened::Booted { accepted: false, .. })).await;
    bench.run(1).await;
    let at = bench.clock.now();
    bench.link.keep(chargehand_commissioning::event::Event::Adopted { automatic: false }).await.unwrap();
    bench.until(&mut told, |what| matches!(what, Happened::Booted { accepted: true, .. })).await;
    assert!(bench.clock.now().duration_since(at).as_secs() < 2);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_loops_on_pending_is_accepted_and_still_gets_no_command() {
    let bench = Bench::new();
    let mut told = bench.link.watch().await.unwrap();
    let mut answers = Vec::new();
    for attempt in 0..5 {
        let (session, mut out) = bench.open(false).await;
        bench.say(session, boot(&attempt.to_string())).await;
        answers.push(next(&mut out).await[2]["status"].as_str().unwrap().to_owned());
        bench.run(2).await;
    }
    assert_eq!(answers, ["Pending", "Pending", "Pending", "Accepted", "Pending"]);
    assert!(bench.record().await.findings.iter().any(|f| f.code == "loops_on_pending"));
    let is_told = |what: &Happened| matches!(what, Happened::Found { finding } if finding.code == "loops_on_pending");
    bench.until(&mut told, is_told).await;
    assert_eq!(bench.link.call(ours::get_configuration(&[])).await, Err(CallFailure::NotAdopted));
}

#[tokio::test(start_paused = true)]
async fn a_patient_charger_is_kept_waiting() {
    let bench = Bench::new();
    let _cable = bench.connect(plugged(), false).await;
    bench.run(600).await;
    let answers = bench.answers("BootNotification");
    assert!(answers.len() > 15 && answers.iter().all(|a| a["status"] == "Pending"), "{}", answers.len());
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_sent_again_is_the_same_transaction() {
    let bench = Bench::new();
    let (session, mut out) = bench.open(true).await;
    bench.say(session, boot("1")).await;
    next(&mut out).await;
    let start = |time: &str| json!({"connectorId": 1, "idTag": "04A2", "meterStart": 100, "timestamp": time});
    let mut ids = Vec::new();
    for (id, time) in [("2", "2026-11-22T01:00:00Z"), ("3", "2026-11-22T01:00:00Z"), ("4", "2026-11-22T01:05:00Z")] {
        bench.say(session, call(id, "StartTransaction", start(time))).await;
        ids.push(next(&mut out).await[2]["transactionId"].as_i64().unwrap());
    }
    assert_eq!(ids, [1, 1, 2]);
    let record = bench.record().await;
    assert_eq!(record.transactions.len(), 2);
    assert_eq!(record.running_transaction().map(|t| t.id), Some(2), "a connector has one transaction");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_whose_end_nobody_heard_does_not_run_for_ever() {
    let bench = Bench::new();
    let (session, mut out) = bench.open(true).await;
    bench.say(session, boot("1")).await;
    let start = json!({"connectorId": 1, "idTag": "04A2", "meterStart": 100, "timestamp": "2026-11-22T01:00:00Z"});
    bench.say(session, call("2", "StartTransaction", start)).await;
    next(&mut out).await;
    next(&mut out).await;
    assert!(bench.record().await.running_transaction().is_some());
    bench.run(3600).await;
    let free = json!({"connectorId": 1, "errorCode": "NoError", "status": "Available"});
    bench.say(session, call("3", "StatusNotification", free)).await;
    assert_eq!(bench.record().await.running_transaction(), None);
}

#[tokio::test(start_paused = true)]
async fn a_tx_profile_ends_with_its_own_transaction_only() {
    let (bench, cable) = Bench::commissioning(32.0, charging()).await;
    bench.charge().await;
    let record = bench.record().await;
    let terms = Terms::of(&record, bench.clock.now());
    let running = record.running_transaction().unwrap().clone();
    let counts = Counts::Absolute;
    let base = Recipe::default_on(0, counts).staying(amps(32.0), &terms);
    bench.link.call(ours::set_charging_profile(0, &base)).await.unwrap();
    let own = Recipe::own(&running, counts).staying(amps(16.0), &terms);
    bench.link.call(ours::set_charging_profile(1, &own)).await.unwrap();
    let start = json!({"connectorId": 2, "idTag": "04A2", "meterStart": 1, "timestamp": "2026-11-22T01:00:00Z"});
    bench.say(cable.session, call("s0", "StartTransaction", start)).await;
    let other = bench.record().await.running_transaction().unwrap().id;
    let stop = |id: i32| json!({"transactionId": id, "meterStop": 200, "timestamp": "2026-11-22T01:00:00Z"});
    for id in [99, other] {
        bench.say(cable.session, call(&id.to_string(), "StopTransaction", stop(id))).await;
        assert_eq!(bench.record().await.in_force.len(), 2, "another transaction's end does not end it");
    }
    bench.say(cable.session, call("s2", "StopTransaction", stop(running.id))).await;
    let left = bench.record().await.in_force;
    assert_eq!(left.iter().map(|f| f.profile).collect::<Vec<_>>(), [47_551]);
}

#[tokio::test(start_paused = true)]
async fn more_calls_than_can_wait_are_refused_as_too_many_and_not_as_no_connection() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let link = bench.link.clone();
        calls.spawn(async move { link.call(ours::get_configuration(&[])).await });
    }
    let answers = calls.join_all().await;
    let refused = answers.iter().filter(|a| **a == Err(CallFailure::TooMany)).count();
    assert!(refused > 0 && answers.iter().filter(|a| a.is_ok()).count() == answers.len() - refused, "{answers:?}");
}
