//! Periodic event streams (2.1, N11 to N15): a monitor's values in bulk, as a SEND that nobody answers.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::rpc::{Reply, read, rejected, status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many values wait at most; the oldest are dropped.
const WAITING: usize = 1000;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("AdjustPeriodicEventStream", adjust_periodic_event_stream),
    ("GetPeriodicEventStream", get_periodic_event_stream),
];

/// When the values of a stream go out.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Params {
    /// Seconds between messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<i64>,
    /// So many values fill a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<usize>,
}

/// The stream of a monitor.
#[derive(Debug)]
pub(super) struct Stream {
    /// The stream's id is its monitor's.
    id: i64,
    params: Params,
    /// The endpoint agreed to it.
    pub(super) is_open: bool,
    /// The values that wait, each with the charger's time.
    waiting: Vec<(Timestamp, String)>,
    flush_at: Option<Timestamp>,
}

impl Stream {
    /// A value to be sent.
    pub(super) fn add(&mut self, clock: Timestamp, value: String) {
        if self.waiting.len() == WAITING {
            self.waiting.remove(0);
        }
        self.waiting.push((clock, value));
    }

    /// The next message, when it is due: the interval is over, or it is full.
    fn next(&mut self, now: Timestamp) -> Option<Value> {
        let most = self.params.values.filter(|values| *values > 0);
        let is_full = most.is_some_and(|most| self.waiting.len() >= most);
        let is_time = self.flush_at.is_some_and(|at| at <= now);
        if is_time {
            self.flush_at = self.params.interval.map(|seconds| after(now, seconds.max(1)));
        }
        if is_full || is_time { self.flush(most) } else { None }
    }

    /// A message of at most so many values; nothing when none waits. The times count from the first (N15.FR.09).
    fn flush(&mut self, most: Option<usize>) -> Option<Value> {
        let count = self.waiting.len().min(most.unwrap_or(usize::MAX));
        let values: Vec<_> = self.waiting.drain(..count).collect();
        let (first, _) = values.first()?;
        let element =
            |(at, value): &(Timestamp, String)| json!({ "t": at.duration_since(*first).as_secs_f64(), "v": value });
        let data: Vec<Value> = values.iter().map(element).collect();
        let basetime = format!("{first:.3}");
        Some(json!({ "id": self.id, "pending": self.waiting.len(), "basetime": basetime, "data": data }))
    }

    fn described(&self) -> Value {
        json!({ "id": self.id, "variableMonitoringId": self.id, "params": self.params })
    }
}

/// Asks the endpoint to take a stream of this monitor's values (N11.FR.02).
pub(super) fn open(charger: &mut SimulatedCharger, monitor: i64, params: Params) -> Stream {
    let stream = Stream { id: monitor, params, is_open: false, waiting: Vec::new(), flush_at: None };
    let payload = json!({ "constantStreamData": stream.described() });
    charger.outbox.push(Call::new("OpenPeriodicEventStream", payload));
    stream
}

/// The endpoint answered whether it takes the stream.
pub(super) fn opened(
    charger: &mut SimulatedCharger,
    asked: &Value,
    result: &Value,
    now: Timestamp,
) -> Result<(), String> {
    let is_accepted = super::status(result)? == "Accepted";
    let id = asked["constantStreamData"]["id"].as_i64();
    let mut streams = charger.v2.monitors.all.iter_mut().filter_map(|monitor| monitor.stream.as_mut());
    if let Some(stream) = streams.find(|stream| Some(stream.id) == id) {
        stream.is_open = is_accepted;
        stream.flush_at = stream.params.interval.map(|seconds| after(now, seconds.max(1)));
    }
    Ok(())
}

/// Sends what is left, then closes (N13).
pub(super) fn close(charger: &mut SimulatedCharger, mut stream: Stream) {
    if !stream.is_open {
        return;
    }
    if let Some(message) = stream.flush(None) {
        charger.outbox.send("NotifyPeriodicEventStream", message);
    }
    charger.outbox.push(Call::new("ClosePeriodicEventStream", json!({ "id": stream.id })));
}

/// Sends the messages that are due.
pub(super) fn flow(charger: &mut SimulatedCharger, now: Timestamp) {
    let streams = charger.v2.monitors.all.iter_mut().filter_map(|monitor| monitor.stream.as_mut());
    for stream in streams.filter(|stream| stream.is_open) {
        while let Some(message) = stream.next(now) {
            charger.outbox.send("NotifyPeriodicEventStream", message);
        }
    }
}

/// When the next message is due.
pub(super) fn due(charger: &SimulatedCharger) -> Option<Timestamp> {
    let streams = charger.v2.monitors.all.iter().filter_map(|monitor| monitor.stream.as_ref());
    streams.filter_map(|stream| stream.flush_at).min()
}

#[derive(Deserialize)]
struct AdjustPeriodicEventStream {
    id: i64,
    params: Params,
}

fn adjust_periodic_event_stream(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: AdjustPeriodicEventStream = read(payload)?;
    let mut streams = charger.v2.monitors.all.iter_mut().filter_map(|monitor| monitor.stream.as_mut());
    let Some(stream) = streams.find(|stream| stream.id == asked.id) else { return rejected("NotFound") };
    stream.params = asked.params;
    stream.flush_at = asked.params.interval.map(|seconds| after(now, seconds.max(1)));
    status("Accepted")
}

fn get_periodic_event_stream(charger: &mut SimulatedCharger, _: &Value, _: Timestamp) -> Reply {
    let streams = charger.v2.monitors.all.iter().filter_map(|monitor| monitor.stream.as_ref());
    let open: Vec<Value> = streams.filter(|stream| stream.is_open).map(Stream::described).collect();
    Ok(if open.is_empty() { json!({}) } else { json!({ "constantStreamData": open }) })
}
