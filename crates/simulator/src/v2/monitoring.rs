//! Monitors of variables, and the events they raise (2.x block N).

use super::stream::Stream;
use super::variable::Variable;
use crate::SimulatedCharger;
use crate::clock::after;
use crate::outbox::Call;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a monitor looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    UpperThreshold,
    LowerThreshold,
    Delta,
    Periodic,
    PeriodicClockAligned,
    /// 2.1; no variable here has a target.
    TargetDelta,
    /// 2.1; the same.
    TargetDeltaRelative,
}

impl Kind {
    /// Whether this charger has it.
    pub(super) fn is_supported(self) -> bool {
        !matches!(self, Kind::TargetDelta | Kind::TargetDeltaRelative)
    }

    /// Whether it speaks by the clock, not by the value.
    pub(super) fn is_periodic(self) -> bool {
        matches!(self, Kind::Periodic | Kind::PeriodicClockAligned)
    }
}

/// One monitor, set by the endpoint. It survives a reboot.
#[derive(Debug)]
pub(super) struct Monitor {
    pub(super) id: i64,
    /// The place of its variable in the model.
    pub(super) place: usize,
    pub(super) kind: Kind,
    /// The threshold, the difference, or the seconds.
    pub(super) value: f64,
    /// 0, the gravest, to 9.
    pub(super) severity: i64,
    /// Only while a transaction runs.
    pub(super) in_transaction: bool,
    /// The value that differences are counted from.
    pub(super) last: String,
    /// The threshold was passed, and that was told.
    pub(super) is_passed: bool,
    /// When it is next read, where that is by the clock.
    pub(super) due: Option<Timestamp>,
    /// 2.1: its values go out as a stream.
    pub(super) stream: Option<Stream>,
}

/// The monitors and what is told of them.
#[derive(Debug, Default)]
pub(super) struct Monitors {
    pub(super) all: Vec<Monitor>,
    pub(super) last_id: i64,
    pub(super) last_event: i64,
    /// Nothing of a greater severity is told (SetMonitoringLevel).
    pub(super) level: Option<i64>,
}

impl Monitor {
    /// From now on. A threshold that is passed already is told at once.
    pub(super) fn start(&mut self, charger: &SimulatedCharger, now: Timestamp) {
        self.last = charger.v2.model.variables[self.place].value(charger, now);
        self.due = self.next_due(charger, now);
    }

    fn next_due(&self, charger: &SimulatedCharger, now: Timestamp) -> Option<Timestamp> {
        let seconds = (self.value as i64).max(1);
        match self.kind {
            Kind::Periodic => Some(after(now, seconds)),
            Kind::PeriodicClockAligned => {
                Some(after(now, seconds - charger.clock.at(now).as_second().rem_euclid(seconds)))
            }
            _ => None,
        }
    }

    /// What its variable's value raises: the trigger, and whether it is an all-clear.
    fn raises(&mut self, value: &str, now: Timestamp) -> Option<(&'static str, bool)> {
        let number: Option<f64> = value.parse().ok();
        let passes = |is_passed: bool| number.is_some() && is_passed != self.is_passed;
        let is_passed = match self.kind {
            Kind::UpperThreshold => number.is_some_and(|number| number > self.value),
            Kind::LowerThreshold => number.is_some_and(|number| number < self.value),
            Kind::Delta => {
                let changed = match number.zip(self.last.parse::<f64>().ok()) {
                    Some((number, last)) => (number - last).abs() > self.value,
                    None => value != self.last,
                };
                return changed.then_some(("Delta", false));
            }
            _ => return self.due.is_some_and(|due| due <= now).then_some(("Periodic", false)),
        };
        if !passes(is_passed) {
            return None;
        }
        self.is_passed = is_passed;
        Some(("Alerting", !is_passed))
    }
}

/// When a monitor is next read by the clock.
pub(super) fn due(charger: &SimulatedCharger) -> Option<Timestamp> {
    charger.v2.monitors.all.iter().filter_map(|monitor| monitor.due).min()
}

/// Looks at every monitored variable, and tells what its monitors raise.
pub(super) fn watch(charger: &mut SimulatedCharger, now: Timestamp) {
    let mut monitors = std::mem::take(&mut charger.v2.monitors.all);
    for monitor in &mut monitors {
        let value = charger.v2.model.variables[monitor.place].value(charger, now);
        let Some((trigger, is_clear)) = monitor.raises(&value, now) else { continue };
        if trigger == "Periodic" {
            monitor.due = monitor.next_due(charger, now);
        }
        monitor.last.clone_from(&value);
        let is_idle = monitor.in_transaction && charger.connector.transaction.is_none();
        let is_too_light = charger.v2.monitors.level.is_some_and(|level| monitor.severity > level);
        if is_idle || is_too_light {
            continue;
        }
        match monitor.stream.as_mut().filter(|stream| stream.is_open) {
            Some(stream) => stream.add(charger.clock.at(now), value),
            None => tell(charger, monitor, trigger, &value, is_clear, now),
        }
    }
    charger.v2.monitors.all = monitors;
}

fn tell(charger: &mut SimulatedCharger, it: &Monitor, trigger: &str, value: &str, is_clear: bool, now: Timestamp) {
    let variable = &charger.v2.model.variables[it.place];
    let mut event = event(charger, variable, trigger, value, now);
    event["variableMonitoringId"] = json!(it.id);
    event["eventNotificationType"] = json!("CustomMonitor");
    if is_clear {
        event["cleared"] = json!(true);
    }
    if let Some(transaction) = charger.running() {
        event["transactionId"] = json!(transaction);
    }
    notify(charger, event, now);
}

fn event(charger: &SimulatedCharger, variable: &Variable, trigger: &str, value: &str, now: Timestamp) -> Value {
    json!({
        "timestamp": charger.clock.text(now),
        "trigger": trigger,
        "actualValue": value,
        "component": variable.component_named(),
        "variable": variable.named(),
    })
}

fn notify(charger: &mut SimulatedCharger, mut event: Value, now: Timestamp) {
    charger.v2.monitors.last_event += 1;
    event["eventId"] = json!(charger.v2.monitors.last_event);
    let payload = json!({ "generatedAt": charger.clock.text(now), "seqNo": 0, "tbc": false, "eventData": [event] });
    charger.outbox.push(Call::new("NotifyEvent", payload));
}

/// The station as a whole has no StatusNotification: that it is switched off or on is told as an event.
pub(super) fn notice_station(charger: &mut SimulatedCharger, now: Timestamp) {
    let is_operative = charger.connector.operative[0];
    if !charger.registration.is_accepted() || charger.v2.told_operative == is_operative {
        return;
    }
    charger.v2.told_operative = is_operative;
    let is_meant = |it: &&Variable| it.component == "ChargingStation" && it.name == "AvailabilityState";
    let Some(variable) = charger.v2.model.variables.iter().find(is_meant) else { return };
    let value = variable.value(charger, now);
    let mut event = event(charger, variable, "Delta", &value, now);
    event["eventNotificationType"] = json!("HardWiredNotification");
    notify(charger, event, now);
}
