//! The endpoint's books: what it was told of transactions, and whether that is whole. Whatever is told twice is told the
//! same; nothing comes out of order; in 2.x no number is missing.

use crate::bench::{Bench, Said};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A transaction as it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub began: Timestamp,
    pub ended: Timestamp,
    pub reason: String,
    /// The times of the readings in between.
    pub readings: Vec<Timestamp>,
}

/// The name of the latest transaction that was told; null when none was.
pub fn transaction(bench: &Bench) -> Value {
    if bench.charger.version().is_v2() {
        let events = bench.all("TransactionEvent");
        return events.last().map_or(Value::Null, |event| event["transactionInfo"]["transactionId"].clone());
    }
    match bench.all("StartTransaction").len() {
        0 => Value::Null,
        number => json!(100 + number),
    }
}

/// The transactions that were told, each whole.
pub fn kept(bench: &Bench) -> Vec<Told> {
    rises(bench);
    if bench.charger.version().is_v2() { events(bench) } else { starts_and_stops(bench) }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// The register never falls, in whatever order it is read.
fn rises(bench: &Bench) {
    let values = bench.said.iter().flat_map(|said| said.payload["meterValue"].as_array().cloned().unwrap_or_default());
    let register = |value: &Value| {
        let samples = value["sampledValue"].as_array()?;
        let its = samples.iter().find(|sample| sample["measurand"] == "Energy.Active.Import.Register")?;
        its["value"].as_f64().or_else(|| its["value"].as_str()?.parse().ok())
    };
    let mut read: Vec<(Timestamp, f64)> =
        values.filter_map(|value| Some((time(&value["timestamp"]), register(&value)?))).collect();
    read.sort_by_key(|(at, _)| *at);
    assert!(read.is_sorted_by(|earlier, later| earlier.1 <= later.1), "{read:?}");
}

/// 1.6: each start with all that was told of it, by the numbers that the endpoint gave it.
fn starts_and_stops(bench: &Bench) -> Vec<Told> {
    let mut starts = Vec::<(Value, Vec<i64>)>::new();
    let mut ends = BTreeMap::<usize, Value>::new();
    let mut readings = BTreeMap::<usize, Vec<Timestamp>>::new();
    let mut number = 100;
    for Said { action, payload } in &bench.said {
        let owner = |id: &Value| starts.iter().position(|(_, ids)| id.as_i64().is_some_and(|id| ids.contains(&id)));
        match action.as_str() {
            "StartTransaction" => {
                number += 1;
                match starts.last_mut().filter(|(start, _)| start["timestamp"] == payload["timestamp"]) {
                    Some((start, ids)) => {
                        assert_eq!(start, payload, "told twice, told the same");
                        ids.push(number);
                    }
                    None => starts.push((payload.clone(), vec![number])),
                }
            }
            "StopTransaction" => {
                let owner = owner(&payload["transactionId"]).unwrap_or_else(|| panic!("nobody's end: {payload}"));
                assert_eq!(owner, starts.len() - 1, "an end comes before the next start");
                let told = ends.entry(owner).or_insert_with(|| payload.clone());
                assert_eq!(told, payload, "told twice, told the same");
            }
            "MeterValues" if payload["transactionId"].is_i64() => {
                let owner = owner(&payload["transactionId"]).unwrap_or_else(|| panic!("nobody's reading: {payload}"));
                assert!(!ends.contains_key(&owner), "a reading comes before the end: {payload}");
                readings.entry(owner).or_default().push(time(&payload["meterValue"][0]["timestamp"]));
            }
            _ => {}
        }
    }
    let told = starts.iter().enumerate().map(|(place, (start, _))| {
        let end = ends.get(&place).unwrap_or_else(|| panic!("no end of {start}"));
        assert!(end["meterStop"].as_i64() >= start["meterStart"].as_i64(), "{start} {end}");
        Told {
            began: time(&start["timestamp"]),
            ended: time(&end["timestamp"]),
            reason: end["reason"].as_str().unwrap().to_owned(),
            readings: readings.remove(&place).unwrap_or_default(),
        }
    });
    let told: Vec<Told> = told.collect();
    told.iter().for_each(in_order);
    told
}

/// 2.x: the events of each transaction by their numbers.
fn events(bench: &Bench) -> Vec<Told> {
    let mut names = Vec::<String>::new();
    let mut transactions = BTreeMap::<String, BTreeMap<i64, Value>>::new();
    for event in bench.all("TransactionEvent") {
        let name = event["transactionInfo"]["transactionId"].as_str().unwrap().to_owned();
        let number = event["seqNo"].as_i64().unwrap();
        if !names.contains(&name) {
            names.push(name.clone());
        }
        assert_eq!(names.last(), Some(&name), "one transaction after the other");
        let events = transactions.entry(name).or_default();
        assert!(events.keys().all(|earlier| *earlier <= number), "in order: {event}");
        let told = events.entry(number).or_insert_with(|| event.clone());
        assert_eq!(*told, event, "told twice, told the same");
    }
    names.iter().map(|name| whole(&transactions[name])).collect()
}

fn whole(events: &BTreeMap<i64, Value>) -> Told {
    let numbers: Vec<i64> = events.keys().copied().collect();
    assert_eq!(numbers, (0..events.len() as i64).collect::<Vec<_>>(), "no number is missing");
    let (first, last) = (&events[&0], events.values().next_back().unwrap());
    assert_eq!((&first["eventType"], &last["eventType"]), (&json!("Started"), &json!("Ended")), "{last}");
    let between = events.values().filter(|event| event["eventType"] == "Updated");
    let told = Told {
        began: time(&first["timestamp"]),
        ended: time(&last["timestamp"]),
        reason: last["transactionInfo"]["stoppedReason"].as_str().unwrap().to_owned(),
        readings: between.map(|event| time(&event["timestamp"])).collect(),
    };
    assert_eq!(events.len(), told.readings.len() + 2, "one start, one end: {events:#?}");
    in_order(&told);
    told
}

fn in_order(told: &Told) {
    let times = [&[told.began], told.readings.as_slice(), &[told.ended]].concat();
    assert!(times.is_sorted(), "{told:#?}");
}

/// How many messages of transactions were told.
pub fn kept_at_all(bench: &Bench) -> usize {
    ["StartTransaction", "StopTransaction", "TransactionEvent"].map(|action| bench.all(action).len()).iter().sum()
}
