//! What the endpoint asks of monitors: set, clear, report, and how much of them is told.

use super::model::Named;
use super::monitoring::{Kind, Monitor};
use super::report::Wanted;
use super::stream::{self, Params};
use crate::SimulatedCharger;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::rpc::{Reply, read, rejected, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many monitors one part of a report carries.
const PART: usize = 8;

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("ClearVariableMonitoring", clear_variable_monitoring),
    ("GetMonitoringReport", get_monitoring_report),
    ("SetMonitoringBase", set_monitoring_base),
    ("SetMonitoringLevel", set_monitoring_level),
    ("SetVariableMonitoring", set_variable_monitoring),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetVariableMonitoring {
    set_monitoring_data: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    id: Option<i64>,
    #[serde(default)]
    transaction: bool,
    value: f64,
    r#type: Kind,
    severity: i64,
    component: Named,
    variable: Named,
    periodic_event_stream: Option<Params>,
}

fn set_variable_monitoring(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: SetVariableMonitoring = read(payload)?;
    let mut results = Vec::new();
    for asked in asked.set_monitoring_data {
        let mut result = json!({
            "type": asked.r#type,
            "severity": asked.severity,
            "component": asked.component,
            "variable": asked.variable,
        });
        match set(charger, asked, now) {
            Ok(id) => (result["status"], result["id"]) = (json!("Accepted"), json!(id)),
            Err(status) => result["status"] = json!(status),
        }
        results.push(result);
    }
    Ok(json!({ "setMonitoringResult": results }))
}

/// Sets one monitor; its id, or why not.
fn set(charger: &mut SimulatedCharger, asked: Asked, now: Timestamp) -> Result<i64, &'static str> {
    let place = charger.v2.model.find(&asked.component, &asked.variable)?;
    let variable = &charger.v2.model.variables[place];
    if !variable.is_live() || !asked.r#type.is_supported() {
        return Err("UnsupportedMonitorType");
    }
    let is_threshold = matches!(asked.r#type, Kind::UpperThreshold | Kind::LowerThreshold);
    let is_outside =
        variable.least.is_some_and(|least| asked.value < least) || variable.most.is_some_and(|most| asked.value > most);
    // N04.FR.06 and 14
    if is_threshold && is_outside || asked.value < 0.0 && !is_threshold || !(0..=9).contains(&asked.severity) {
        return Err("Rejected");
    }
    let held = &charger.v2.monitors.all;
    let is_same = |it: &&Monitor| (it.place, it.kind, it.severity) == (place, asked.r#type, asked.severity);
    if held.iter().find(is_same).is_some_and(|it| Some(it.id) != asked.id) {
        return Err("Duplicate");
    }
    // N04.FR.13 and 16
    if asked.id.is_some_and(|id| !held.iter().any(|it| it.id == id && it.place == place)) {
        return Err("Rejected");
    }
    let id = asked.id.unwrap_or(charger.v2.monitors.last_id + 1);
    clear(charger, id);
    charger.v2.monitors.last_id = charger.v2.monitors.last_id.max(id);
    let mut monitor = Monitor {
        id,
        place,
        kind: asked.r#type,
        value: asked.value,
        severity: asked.severity,
        in_transaction: asked.transaction,
        last: String::new(),
        is_passed: false,
        due: None,
        stream: None,
    };
    monitor.start(charger, now);
    if let Some(params) = asked.periodic_event_stream.filter(|_| asked.r#type.is_periodic()) {
        monitor.stream = Some(stream::open(charger, id, params));
    }
    charger.v2.monitors.all.push(monitor);
    Ok(id)
}

/// Removes a monitor, and ends its stream; whether there was one.
fn clear(charger: &mut SimulatedCharger, id: i64) -> bool {
    let Some(place) = charger.v2.monitors.all.iter().position(|it| it.id == id) else { return false };
    let monitor = charger.v2.monitors.all.remove(place);
    if let Some(stream) = monitor.stream {
        stream::close(charger, stream);
    }
    true
}

#[derive(Deserialize)]
struct ClearVariableMonitoring {
    id: Vec<i64>,
}

fn clear_variable_monitoring(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: ClearVariableMonitoring = read(payload)?;
    let mut result = |id: i64| {
        let status = if clear(charger, id) { "Accepted" } else { "NotFound" };
        json!({ "id": id, "status": status })
    };
    let results: Vec<Value> = asked.id.into_iter().map(&mut result).collect();
    Ok(json!({ "clearMonitoringResult": results }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetMonitoringBase {
    monitoring_base: String,
}

/// There are no monitors but the endpoint's: every base but All clears them (N03).
fn set_monitoring_base(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SetMonitoringBase = read(payload)?;
    if asked.monitoring_base != "All" {
        let ids: Vec<i64> = charger.v2.monitors.all.iter().map(|it| it.id).collect();
        ids.into_iter().for_each(|id| {
            clear(charger, id);
        });
    }
    status("Accepted")
}

#[derive(Deserialize)]
struct SetMonitoringLevel {
    severity: i64,
}

fn set_monitoring_level(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SetMonitoringLevel = read(payload)?;
    if !(0..=9).contains(&asked.severity) {
        return rejected("ValueOutOfRange");
    }
    charger.v2.monitors.level = Some(asked.severity);
    status("Accepted")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetMonitoringReport {
    request_id: i64,
    #[serde(default)]
    component_variable: Vec<Wanted>,
    #[serde(default)]
    monitoring_criteria: Vec<Criterion>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
enum Criterion {
    #[serde(rename = "ThresholdMonitoring")]
    Threshold,
    #[serde(rename = "DeltaMonitoring")]
    Delta,
    #[serde(rename = "PeriodicMonitoring")]
    Periodic,
}

impl Criterion {
    fn of(kind: Kind) -> Criterion {
        match kind {
            Kind::UpperThreshold | Kind::LowerThreshold => Criterion::Threshold,
            Kind::Periodic | Kind::PeriodicClockAligned => Criterion::Periodic,
            Kind::Delta | Kind::TargetDelta | Kind::TargetDeltaRelative => Criterion::Delta,
        }
    }
}

fn get_monitoring_report(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetMonitoringReport = read(payload)?;
    let (wanted, criteria) = (&asked.component_variable, &asked.monitoring_criteria);
    let is_meant = |it: &&Monitor| {
        let variable = &charger.v2.model.variables[it.place];
        (wanted.is_empty() || wanted.iter().any(|wanted| wanted.means(variable)))
            && (criteria.is_empty() || criteria.contains(&Criterion::of(it.kind)))
    };
    let data: Vec<Value> = charger.v2.monitors.all.iter().filter(is_meant).map(|it| reported(charger, it)).collect();
    if data.is_empty() {
        return status("EmptyResultSet");
    }
    let (last, generated_at) = (data.chunks(PART).len() - 1, charger.clock.text(now));
    for (seq_no, monitors) in data.chunks(PART).enumerate() {
        let part = json!({
            "requestId": asked.request_id,
            "generatedAt": generated_at,
            "seqNo": seq_no,
            "tbc": seq_no < last,
            "monitor": monitors,
        });
        charger.outbox.push(Call::new("NotifyMonitoringReport", part).triggered());
    }
    status("Accepted")
}

fn reported(charger: &SimulatedCharger, it: &Monitor) -> Value {
    let variable = &charger.v2.model.variables[it.place];
    let mut monitoring = json!({
        "id": it.id,
        "transaction": it.in_transaction,
        "value": it.value,
        "type": it.kind,
        "severity": it.severity,
    });
    if charger.version() == crate::Version::V21 {
        monitoring["eventNotificationType"] = json!("CustomMonitor");
    }
    json!({
        "component": variable.component_named(),
        "variable": variable.named(),
        "variableMonitoring": [monitoring],
    })
}
