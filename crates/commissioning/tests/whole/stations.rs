//! What 2.x chargers say, one by one: the story speaks for them.

use std::sync::Arc;

use chargehand_commissioning::attend::Sign;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::{CallFailure, Outgoing};
use chargehand_commissioning::record::Record;
use chargehand_ocpp::message::{self, Direction};
use chargehand_ocpp::{Ask, Call, Policy};
use chargehand_simulator::{Behaviour, Version};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::bench::{Bench, amps, plugged};

const NOW: &str = "2026-11-22T01:00:00Z";

/// A charger that the story speaks for.
struct Station {
    bench: Bench,
    session: u64,
    out: mpsc::UnboundedReceiver<Outgoing>,
    said: u32,
}

impl Station {
    /// Adopted, and booted.
    async fn booted(version: Version) -> Self {
        Self::on(Bench::new(), version).await
    }

    async fn on(bench: Bench, version: Version) -> Self {
        let (session, out) = bench.open_as(version, true).await;
        let mut station = Self { bench, session, out, said: 0 };
        let boot = json!({"reason": "PowerUp", "chargingStation": {"vendorName": "ACME", "model": "Two"}});
        assert_eq!(station.asks("BootNotification", boot).await[2]["status"], "Accepted");
        station
    }

    /// Asks, and gets this answer.
    async fn asks(&mut self, action: &str, payload: Value) -> Value {
        self.said += 1;
        let id = format!("s{}", self.said);
        self.bench.say(self.session, json!([2, id, action, payload])).await;
        let answer = self.hears().await;
        assert_eq!(answer[1], *id, "{answer}");
        answer
    }

    /// What we send next.
    async fn hears(&mut self) -> Value {
        match self.out.recv().await.unwrap() {
            Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
            Outgoing::Close(reason) => panic!("closed: {reason}"),
        }
    }

    async fn answers(&self, call: &Value, payload: Value) {
        self.bench.say(self.session, json!([3, call[1], payload])).await;
    }

    async fn record(&self) -> Record {
        self.bench.record().await
    }

    /// A TransactionEvent; `more` is added at its top.
    async fn transaction(&mut self, kind: &str, seq: u32, state: &str, more: Value) -> Value {
        let mut event = json!({
            "eventType": kind, "timestamp": NOW, "triggerReason": "ChargingStateChanged", "seqNo": seq,
            "transactionInfo": {"transactionId": "tx-1", "chargingState": state},
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.asks("TransactionEvent", event).await[2].clone()
    }
}

fn import(amps: f64) -> Value {
    let sample = |phase: &str| json!({"value": amps * 10.0, "measurand": "Current.Import", "phase": phase, "unitOfMeasure": {"unit": "A", "multiplier": -1}});
    json!([{"timestamp": NOW, "sampledValue": [sample("L1"), sample("L2")]}])
}

#[tokio::test(start_paused = true)]
async fn a_2_x_charger_boots_tells_its_state_and_can_be_called() {
    for version in [Version::V201, Version::V21] {
        let mut station = Station::booted(version).await;
        let status = json!({"timestamp": NOW, "connectorStatus": "Available", "evseId": 1, "connectorId": 1});
        assert_eq!(station.asks("StatusNotification", status).await[2], json!({}));
        let record = station.record().await;
        assert_eq!((record.title().as_str(), record.connectors[&1].status.as_str()), ("ACME Two", "Available"));
        assert!(record.clock.is_some(), "its time came with the status");
        let link = station.bench.link.clone();
        let asked =
            tokio::spawn(async move { link.ask(Ask::CompositeSchedule { connector: 1, duration_s: 60 }).await });
        let call = station.hears().await;
        assert_eq!((&call[2], &call[3]["evseId"]), (&json!("GetCompositeSchedule"), &json!(1)));
        station.answers(&call, json!({"status": "Rejected"})).await;
        assert!(asked.await.unwrap().is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn an_evse_with_two_plugs_is_occupied_while_one_of_them_is() {
    let mut station = Station::booted(Version::V201).await;
    for (plug, status, shown) in [
        (1, "Available", "Available"),
        (2, "Occupied", "Occupied"),
        (1, "Unavailable", "Occupied"),
        (2, "Available", "Available"),
    ] {
        let told = json!({"timestamp": NOW, "connectorStatus": status, "evseId": 1, "connectorId": plug});
        station.asks("StatusNotification", told).await;
        assert_eq!(station.record().await.connectors[&1].status, shown);
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_has_the_chargers_name_and_its_readings_are_its_own() {
    let mut station = Station::booted(Version::V201).await;
    let token = json!({"evse": {"id": 2}, "idToken": {"idToken": "04A2", "type": "ISO14443"}});
    let answer = station.transaction("Started", 0, "Charging", token).await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted");
    let answer = station.transaction("Updated", 1, "Charging", json!({"meterValue": import(12.5)})).await;
    assert_eq!(answer, json!({}), "nobody was named, so nobody is told");
    let record = station.record().await;
    let running = record.running_transaction().unwrap();
    assert_eq!((running.id, running.name.as_str(), running.connector), (1, "tx-1", 2));
    assert_eq!((running.id_tag.as_str(), running.readings), ("04A2", 1));
    let reading = record.readings.back().unwrap();
    assert_eq!((reading.import, reading.connector, reading.transaction), (Some(amps(12.5)), 2, Some(1)));
    assert_eq!(reading.phases.map(|p| p.count()), Some(2));
    let register = json!([{"timestamp": NOW, "sampledValue": [{"value": 1.5, "unitOfMeasure": {"unit": "kWh"}}]}]);
    let info = json!({"transactionInfo": {"transactionId": "tx-1", "stoppedReason": "EVDisconnected"}, "meterValue": register});
    station.transaction("Ended", 2, "", info).await;
    let ended = station.record().await.transactions[0].clone();
    assert_eq!((ended.meter_stop, ended.reason.as_str()), (Some(1500), "EVDisconnected"));
    assert!(ended.stopped.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_began_before_we_were_there_is_known_all_the_same() {
    let mut station = Station::booted(Version::V201).await;
    station.transaction("Updated", 7, "Charging", json!({"evse": {"id": 1}, "meterValue": import(10.0)})).await;
    let record = station.record().await;
    assert_eq!(record.running_transaction().map(|t| t.name.as_str()), Some("tx-1"));
    assert!(record.deviations.is_empty(), "{:?}", record.deviations);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_waits_for_somebody_to_be_authorized_is_no_charge_yet() {
    let mut station = Station::booted(Version::V201).await;
    station.transaction("Started", 0, "EVConnected", json!({"evse": {"id": 1}})).await;
    assert_eq!(station.record().await.running_transaction(), None);
    let token = json!({"idToken": {"idToken": "CHARGEHAND", "type": "Central"}});
    let answer = station.transaction("Updated", 1, "Charging", token).await;
    assert!(answer["idTokenInfo"]["cacheExpiryDateTime"].is_string(), "our own token expires: {answer}");
    assert!(station.record().await.our_transaction().is_some(), "now it charges, and for us");
    station.transaction("Updated", 2, "EVConnected", json!({})).await;
    assert_eq!(station.record().await.running_transaction(), None, "stopped, and still plugged in");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_transaction_that_is_missing_is_a_deviation_and_one_sent_twice_is_not() {
    let mut station = Station::booted(Version::V201).await;
    for seq in [0, 1, 1, 4] {
        let kind = if seq == 0 { "Started" } else { "Updated" };
        station.transaction(kind, seq, "Charging", json!({"evse": {"id": 1}})).await;
    }
    let record = station.record().await;
    assert_eq!(record.transactions.len(), 1);
    let gaps: Vec<&str> = record.deviations.iter().map(|t| t.deviation.got.as_str()).collect();
    assert_eq!(gaps, ["1, then 4"]);
}

#[tokio::test(start_paused = true)]
async fn what_waited_in_the_charger_began_when_it_says_and_does_not_set_its_clock() {
    let mut station = Station::booted(Version::V201).await;
    let status = json!({"timestamp": NOW, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1});
    station.asks("StatusNotification", status).await;
    let offline = json!({"evse": {"id": 1}, "offline": true, "timestamp": "2026-11-22T00:20:00Z"});
    station.transaction("Started", 0, "Charging", offline).await;
    let record = station.record().await;
    assert_eq!(record.transactions[0].started.to_string(), "2026-11-22T00:20:00Z");
    assert_eq!(record.clock.unwrap().ahead_s, 0);
}

#[tokio::test(start_paused = true)]
async fn a_limit_from_elsewhere_is_a_finding() {
    let mut station = Station::booted(Version::V201).await;
    let limit = json!({"evseId": 1, "chargingLimit": {"chargingLimitSource": "EMS"}});
    assert_eq!(station.asks("NotifyChargingLimit", limit).await[2], json!({}));
    let findings = station.record().await.findings;
    assert!(findings.iter().any(|f| f.code == "limited_from_elsewhere" && f.text.contains("EMS")), "{findings:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_connects_again_and_speaks_is_called_without_a_boot() {
    let Station { bench, .. } = Station::booted(Version::V201).await;
    let (session, out) = bench.open_as(Version::V201, true).await;
    let mut station = Station { bench, session, out, said: 50 };
    let link = station.bench.link.clone();
    tokio::spawn(async move { link.ask(Ask::CompositeSchedule { connector: 1, duration_s: 60 }).await });
    station.bench.run(1).await;
    assert!(station.out.try_recv().is_err(), "it may be about to boot");
    station.asks("Heartbeat", json!({})).await;
    assert_eq!(station.hears().await[2], "GetCompositeSchedule");
}

#[tokio::test(start_paused = true)]
async fn a_message_of_2_1_is_not_known_to_2_0_1() {
    let mut old = Station::booted(Version::V201).await;
    assert_eq!(
        old.asks("NotifyPriorityCharging", json!({"transactionId": "t", "activated": true})).await[2],
        "NotImplemented"
    );
    let mut new = Station::booted(Version::V21).await;
    assert_eq!(new.asks("NotifyPriorityCharging", json!({"transactionId": "t", "activated": true})).await[0], 3);
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_is_shown_and_never_answered() {
    let mut station = Station::booted(Version::V21).await;
    let stream = json!({"id": 3, "pending": 0, "basetime": NOW, "data": [{"t": 0, "v": "16.2"}]});
    station.bench.say(station.session, json!([6, "e1", "NotifyPeriodicEventStream", stream])).await;
    station.asks("Heartbeat", json!({})).await;
    let record = station.record().await;
    assert!(record.arrivals.iter().any(|a| a.text == "Event stream 3: 16.2"), "{:?}", record.arrivals);
    assert!(record.deviations.is_empty(), "{:?}", record.deviations);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_ours_that_the_charger_cannot_accept_is_a_finding() {
    let mut station = Station::booted(Version::V21).await;
    station.asks("Heartbeat", json!({})).await;
    station.bench.say(station.session, json!([5, "s2", "PropertyConstraintViolation", "currentTime", {}])).await;
    let finding = station.record().await.findings.into_iter().find(|f| f.code == "answer_refused").expect("found");
    assert!(finding.text.contains("Heartbeat"), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dynamic_profile_that_is_pulled_stays_as_it_was_sent() {
    let mut station = Station::booted(Version::V21).await;
    station.bench.ceiling(32.0).await;
    let period = json!({"startPeriod": 0, "limit": 16, "numberPhases": 1});
    let schedule = json!({"id": 5, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]});
    let profile = json!({"id": 5, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Dynamic", "chargingSchedule": [schedule]});
    let call = chargehand_ocpp::v2::call::set_charging_profile(1, &profile);
    let link = station.bench.link.clone();
    let set = tokio::spawn(async move { link.call(call).await });
    let call = station.hears().await;
    station.answers(&call, json!({"status": "Accepted"})).await;
    set.await.unwrap().unwrap();
    let pulled = station.asks("PullDynamicScheduleUpdate", json!({"chargingProfileId": 5})).await;
    assert_eq!((&pulled[2]["status"], &pulled[2]["scheduleUpdate"]["limit"]), (&json!("Accepted"), &json!(16.0)));
    let unknown = station.asks("PullDynamicScheduleUpdate", json!({"chargingProfileId": 6})).await;
    assert_eq!(unknown[2]["status"], "Rejected");
}

#[tokio::test(start_paused = true)]
async fn in_strict_mode_a_deviant_message_is_refused_recorded_and_changes_nothing() {
    let mut station = Station::booted(Version::V201).await;
    station.bench.link.keep(Event::Policy { policy: Policy::Strict }).await.unwrap();
    let status = json!({"connectorStatus": "Available", "evseId": 1, "connectorId": 1});
    let refused = station.asks("StatusNotification", status.clone()).await;
    assert_eq!((&refused[0], &refused[2]), (&json!(4), &json!("OccurrenceConstraintViolation")));
    let record = station.record().await;
    assert!(record.connectors.is_empty());
    assert_eq!((record.policy, record.deviations.len()), (Policy::Strict, 1));
    station.bench.link.keep(Event::Policy { policy: Policy::Cooperative }).await.unwrap();
    for _ in 0..12 {
        assert_eq!(station.asks("StatusNotification", status.clone()).await[0], 3);
    }
    assert_eq!(station.record().await.connectors.len(), 1);
    station.bench.is_rebuilt().await;
}

fn signs(answer: Result<&'static str, &'static str>) -> Sign {
    Arc::new(move |csr, charger| {
        assert_eq!((csr, charger), ("-----CSR-----", "CP1"));
        answer.map(str::to_owned).map_err(str::to_owned)
    })
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_signed_where_somebody_signs_and_sent_in_the_words_of_the_version() {
    for (version, csr) in [
        (Version::V201, json!({"csr": "-----CSR-----", "certificateType": "ChargingStationCertificate"})),
        (
            Version::V21,
            json!({"csr": "-----CSR-----", "certificateType": "ChargingStationCertificate", "requestId": 9}),
        ),
    ] {
        let mut station = Station::on(Bench::signing(signs(Ok("-----CHAIN-----"))), version).await;
        assert_eq!(station.asks("SignCertificate", csr.clone()).await[2]["status"], "Accepted");
        let signed = station.hears().await;
        let expected = json!({"certificateChain": "-----CHAIN-----", "certificateType": "ChargingStationCertificate"});
        assert_eq!(
            (&signed[2], &signed[3]["certificateChain"]),
            (&json!("CertificateSigned"), &expected["certificateChain"])
        );
        assert_eq!(signed[3]["certificateType"], expected["certificateType"]);
        assert_eq!(signed[3].get("requestId"), csr.get("requestId"), "the number of the request goes to 2.1 only");
        station.answers(&signed, json!({"status": "Rejected"})).await;
        let findings = station.record().await.findings;
        assert!(findings.iter().any(|f| f.code == "certificate_refused"), "{findings:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_cannot_be_signed_is_refused_or_said() {
    let csr = json!({"csr": "-----CSR-----"});
    let mut station = Station::booted(Version::V201).await;
    assert_eq!(station.asks("SignCertificate", csr.clone()).await[2]["status"], "Rejected", "nobody signs");
    let mut station = Station::on(Bench::signing(signs(Err("The key is locked."))), Version::V201).await;
    assert_eq!(station.asks("SignCertificate", csr).await[2]["status"], "Accepted");
    station.bench.run(1).await;
    let finding = station.record().await.findings.into_iter().find(|f| f.code == "certificate_not_signed");
    assert!(finding.unwrap().text.contains("The key is locked."));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_comes_back_with_another_version_is_spoken_to_in_that_one() {
    let Station { bench, .. } = Station::booted(Version::V201).await;
    bench.ceiling(32.0).await;
    let (session, out) = bench.open_as(Version::V16, true).await;
    let mut station = Station { bench, session, out, said: 90 };
    let boot = json!({"chargePointVendor": "ACME", "chargePointModel": "Two"});
    assert_eq!(station.asks("BootNotification", boot).await[2]["status"], "Accepted");
    let link = station.bench.link.clone();
    tokio::spawn(async move { link.ask(Ask::ClearProfile { id: 47_552 }).await });
    let call = station.hears().await;
    assert_eq!((&call[2], &call[3]), (&json!("ClearChargingProfile"), &json!({"id": 47_552})));
}

#[tokio::test(start_paused = true)]
async fn every_message_that_goes_to_a_charger_can_be_sent_by_hand() {
    for version in Version::ALL {
        let spoken = chargehand_ocpp::subprotocol::of(version.subprotocol());
        let bench = Bench::new();
        let _cable = bench.connect(Behaviour { version, ..plugged() }, true).await;
        bench.run(1).await;
        for message in message::all(spoken).iter().filter(|message| message.direction != Direction::FromCharger) {
            // Nothing is filled in: most chargers refuse that, and the guard holds back what names no limit.
            let sent = bench.link.call_confirmed(Call::new(message.action, json!({})), true).await;
            let held =
                ["SetChargingProfile", "ClearChargingProfile", "UpdateDynamicSchedule"].contains(&message.action);
            match sent {
                Ok(_) | Err(CallFailure::Error { .. }) if !held => {}
                Err(CallFailure::Held(_)) if held => {}
                other => panic!("{version:?} {}: {other:?}", message.action),
            }
        }
    }
}
