//! Chargers whose meter speaks rarely, only when asked, or not at all.

use chargehand_commissioning::outcome::Verdict::{Inconclusive, Passed};
use chargehand_simulator::deviations::Metering;
use chargehand_simulator::{Behaviour, Deviations, MeterHabit};
use serde_json::{Value, json};

use crate::bench::{Bench, Way, action, plugged};
use crate::tamper;

fn with_meter(meter_values: MeterHabit, meter_interval_s: u32) -> Behaviour {
    let deviates = Deviations::from(Metering { meter_values, ..<_>::default() });
    Behaviour { deviates, meter_interval_s, ..plugged() }
}

#[tokio::test(start_paused = true)]
async fn a_charger_without_meter_values_is_inconclusive() {
    let (bench, _cable) = Bench::commissioning(32.0, with_meter(MeterHabit::Never, 10)).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Inconclusive, "{:?}", run.proof.outcome);
    assert!(run.proof.outcome.finding.contains("No meter values came"), "{:?}", run.proof.outcome);
    assert_eq!(bench.tests().len(), 0, "nothing to measure, nothing to test");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_measures_only_when_asked_is_asked() {
    for interval in [0, 10, 60] {
        let (bench, _cable) = Bench::commissioning(32.0, with_meter(MeterHabit::OnlyWhenTriggered, interval)).await;
        let run = bench.commission(16.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{interval}: {:?}", run.proof);
    }
}

#[tokio::test(start_paused = true)]
async fn a_meter_that_speaks_every_minute_is_asked_in_between_and_its_interval_stays() {
    let (bench, _cable) = Bench::commissioning(32.0, with_meter(MeterHabit::Sampled, 60)).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    let asked = triggers(&bench);
    assert!(asked.len() > 3);
    let near = asked.windows(2).filter(|pair| pair[1].duration_since(pair[0]).as_millis() < 9_999).count();
    assert!(near <= 1, "not more often than every 10 s but for the first of a step: {asked:?}");
    assert_eq!(bench.calls("ChangeConfiguration").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_meter_that_speaks_every_ten_seconds_is_not_asked() {
    let (bench, _cable) = Bench::commissioning(32.0, with_meter(MeterHabit::Sampled, 10)).await;
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), triggers(&bench).len()), (Passed, 0));
}

fn triggers(bench: &Bench) -> Vec<jiff::Timestamp> {
    let triggers = bench.calls("TriggerMessage").into_iter();
    triggers
        .filter(|t| t.payload["requestedMessage"] == action("MeterValues", "TransactionEvent"))
        .map(|t| t.at)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn where_a_trigger_is_refused_or_in_vain_the_slow_meter_is_waited_for() {
    let refuses = || tamper::answers("TriggerMessage", |_| true, json!([3, "", {"status": "Rejected"}]));
    let in_vain = || tamper::answers("TriggerMessage", |_| true, json!([3, "", {"status": "Accepted"}]));
    for tamper in [refuses(), in_vain()] {
        let bench = Bench::new();
        bench.ceiling(32.0).await;
        let _cable = bench.connect_tampered(with_meter(MeterHabit::Sampled, 60), tamper).await;
        let run = bench.commission(16.0).await;
        assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    }
}

#[tokio::test(start_paused = true)]
async fn a_meter_without_current_is_inconclusive_and_says_what_to_do() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let no_current = Box::new(|_: Way, frame: &mut Value| {
        if tamper::is_reading(frame) {
            let samples = frame[3]["meterValue"][0]["sampledValue"].as_array_mut().unwrap();
            samples.retain(|s| !s["measurand"].as_str().unwrap().starts_with("Current"));
        }
        true
    });
    let _cable = bench.connect_tampered(plugged(), no_current).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Inconclusive);
    assert!(run.proof.outcome.finding.contains("Current.Import"), "{:?}", run.proof.outcome);
}

#[tokio::test(start_paused = true)]
async fn the_meter_of_another_connector_is_no_evidence() {
    // every reading of connector 1 is followed by one of connector 2, where another car draws 32 A
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect(plugged(), true).await;
    let (link, session) = (bench.link.clone(), cable.session);
    let mut told = link.watch().await.unwrap();
    let place = action("connectorId", "evseId");
    tokio::spawn(async move {
        let mut number = 0;
        while let Some(news) = told.recv().await {
            use chargehand_commissioning::event::Happened;
            use chargehand_commissioning::link::Input;
            if !matches!(&news.what, Happened::Meter { reading } if reading.connector == 1) {
                continue;
            }
            number += 1;
            let mut sample = json!({"value": "32.0", "measurand": "Current.Import", "phase": "L1", "unit": "A"});
            if place == "evseId" {
                sample =
                    json!({"value": 32, "measurand": "Current.Import", "phase": "L1", "unitOfMeasure": {"unit": "A"}});
            }
            let payload =
                json!({place: 2, "meterValue": [{"timestamp": news.at.to_string(), "sampledValue": [sample]}]});
            let bytes = json!([2, format!("other-{number}"), "MeterValues", payload]).to_string().into();
            let _ = link.send(Input::Frame { session, bytes, binary: false }).await;
        }
    });
    let run = bench.commission(16.0).await;
    assert_eq!((run.limit(), run.proof.measured_ma), (Passed, Some(16_000)), "{:?}", run.proof.outcome);
}

mod on_2_0_1 {
    crate::bench::also_on! { V201:
        a_charger_that_measures_only_when_asked_is_asked,
        a_meter_that_speaks_every_minute_is_asked_in_between_and_its_interval_stays,
        a_meter_that_speaks_every_ten_seconds_is_not_asked,
        where_a_trigger_is_refused_or_in_vain_the_slow_meter_is_waited_for,
        a_meter_without_current_is_inconclusive_and_says_what_to_do,
        the_meter_of_another_connector_is_no_evidence,
    }
}
