//! What the meter tells.

use super::Probe;
use super::story::{Story, samples};
use chargehand_simulator::Behaviour;
use serde_json::{Value, json};

const REGISTER: &str = "Energy.Active.Import.Register";

pub const PROBES: &[Probe] = &[
    ("measures only when asked", |it| sampled(it).is_empty() && !Story::charging(it).reading().is_empty()),
    ("never measures", |it| {
        let mut story = Story::charging(it);
        let answer = story.call("TriggerMessage", json!({ "requestedMessage": "MeterValues" }));
        answer.status() == "NotImplemented" && sampled(it).is_empty()
    }),
    ("measures kilowatts only", |it| {
        let reading = Story::charging(it).reading();
        let is_in_kilo = |unit: &Option<String>| unit.as_deref().is_some_and(|unit| unit.starts_with('k'));
        !reading.is_empty() && reading.iter().all(|sample| is_in_kilo(&sample.unit))
    }),
    ("measures once a minute at most", |it| {
        let mut story = Story::idle(it);
        let mut change =
            |seconds| story.change("MeterValueSampleInterval", ("SampledDataCtrlr", "TxUpdatedInterval"), seconds);
        change("10") == "Rejected" && change("60") == "Accepted"
    }),
    ("rejects the whole list for Current.Offered", |it| {
        let mut story = Story::idle(it);
        let list = format!("{REGISTER},Current.Import,Power.Active.Import");
        let mut change =
            |list: &str| story.change("MeterValuesSampledData", ("SampledDataCtrlr", "TxUpdatedMeasurands"), list);
        change(&format!("{list},Current.Offered")) == "Rejected" && change(&list) == "Accepted"
    }),
    ("says Wh and means kWh", |it| {
        let mut story = Story::charging(it);
        let Some(amps) = story.amps().filter(|amps| *amps > 3.0) else { return false };
        let before = register(&mut story);
        story.run(300);
        let counted = register(&mut story).zip(before).map(|(after, before)| after - before);
        let flowed = amps * 230.0 * 300.0 / 3600.0;
        counted.is_some_and(|counted| counted > 0.0 && counted < flowed / 100.0)
    }),
    ("counts from 0 in each session", |it| {
        let mut story = Story::charging(it);
        story.run(30);
        story.ask_stop();
        story.bench.unplug();
        story.bench.plug();
        story.start();
        let end = story.ended().first().and_then(|it| reading_of(it, "meterStop"));
        let start = story.began().get(1).and_then(|it| reading_of(it, "meterStart"));
        start.zip(end).is_some_and(|(start, end)| start < end)
    }),
    ("leaves its values unnamed", |it| {
        let reading = Story::charging(it).reading();
        !reading.is_empty() && reading.iter().all(|sample| sample.measurand.is_none())
    }),
];

/// The readings that come by themselves in the first minute of a charge.
fn sampled(it: &Behaviour) -> Vec<Value> {
    let mut story = Story::charging(it);
    story.run(65);
    let (alone, events) = (story.bench.all("MeterValues"), story.bench.all("TransactionEvent"));
    let updates =
        events.into_iter().filter(|event| event["eventType"] == "Updated" && event.get("meterValue").is_some());
    alone.into_iter().chain(updates).collect()
}

/// What the register shows, in Wh as the meter says.
fn register(story: &mut Story) -> Option<f64> {
    let reading = story.reading();
    let is_meant = |unit: &Option<String>| unit.as_deref() == Some("Wh");
    reading.iter().find(|it| it.measurand.as_deref() == Some(REGISTER) && is_meant(&it.unit)).map(|it| it.value)
}

/// The register at the beginning or the end of a transaction: a field of its own in 1.6, a reading in 2.x.
fn reading_of(told: &Value, field: &str) -> Option<f64> {
    told[field].as_f64().or_else(|| samples(told).first().map(|it| it.value))
}
