//! GetBaseReport and GetReport, answered by the parts of NotifyReport.

use super::model::Named;
use super::variable::{Mutability, Variable};
use crate::dialect::Command;
use crate::outbox::Call;
use crate::rpc::{Reply, read, status};
use crate::{ReportParts, SimulatedCharger};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many variables one part carries.
const PART: usize = 16;
/// The variables of a summary: whether it can charge, and what is wrong.
const SUMMARY: &[&str] = &["AvailabilityState", "Available", "Problem"];

pub(super) const COMMANDS: &[(&str, Command)] = &[("GetBaseReport", get_base_report), ("GetReport", get_report)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetBaseReport {
    request_id: i64,
    report_base: Base,
}

#[derive(Deserialize)]
enum Base {
    #[serde(rename = "ConfigurationInventory")]
    Configuration,
    #[serde(rename = "FullInventory")]
    Full,
    #[serde(rename = "SummaryInventory")]
    Summary,
}

fn get_base_report(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetBaseReport = read(payload)?;
    let is_physical = |variable: &Variable| ["ChargingStation", "EVSE", "Connector"].contains(&variable.component);
    report(charger, asked.request_id, now, |variable| match asked.report_base {
        Base::Full => true,
        Base::Configuration => variable.mutability != Mutability::ReadOnly,
        Base::Summary => is_physical(variable) && SUMMARY.contains(&variable.name),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetReport {
    request_id: i64,
    #[serde(default)]
    component_variable: Vec<Wanted>,
    #[serde(default)]
    component_criteria: Vec<Criterion>,
}

/// A component and, unless all are wanted, its variable.
#[derive(Deserialize)]
pub(super) struct Wanted {
    component: Named,
    variable: Option<Named>,
}

#[derive(Deserialize, PartialEq)]
enum Criterion {
    Active,
    Available,
    Enabled,
    Problem,
}

impl Wanted {
    /// Without an instance or an EVSE every one is meant.
    pub(super) fn means(&self, it: &Variable) -> bool {
        let same = |ours: &str, asked: &str| ours.eq_ignore_ascii_case(asked);
        let of_component = same(it.component, &self.component.name)
            && (self.component.instance.is_none() || self.component.instance.as_deref() == it.component_instance)
            && (self.component.evse.is_none() || self.component.evse == it.evse);
        let of_variable = |wanted: &Named| {
            let instance = wanted.instance.as_deref();
            same(it.name, &wanted.name)
                && instance.is_none_or(|wanted| it.instance.is_some_and(|its| same(its, wanted)))
        };
        of_component && self.variable.as_ref().is_none_or(of_variable)
    }
}

fn get_report(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetReport = read(payload)?;
    // no component of this charger has a problem or is switched off, so only "has a problem" excludes any
    let only_problems = !asked.component_criteria.is_empty()
        && asked.component_criteria.iter().all(|criterion| *criterion == Criterion::Problem);
    report(charger, asked.request_id, now, |variable| {
        let is_wanted = asked.component_variable.is_empty();
        !only_problems && (is_wanted || asked.component_variable.iter().any(|wanted| wanted.means(variable)))
    })
}

/// Queues the report of the variables that are wanted, in parts.
fn report(charger: &mut SimulatedCharger, id: i64, now: Timestamp, wanted: impl Fn(&Variable) -> bool) -> Reply {
    let variables = charger.v2.model.variables.iter().filter(|variable| wanted(variable));
    let data: Vec<Value> = variables.map(|variable| variable.reported(charger, now)).collect();
    if data.is_empty() {
        return status("EmptyResultSet");
    }
    let last = data.chunks(PART).len() - 1;
    let generated_at = charger.clock.text(now);
    let part = |(seq_no, data): (usize, &[Value])| {
        json!({
            "requestId": id,
            "generatedAt": generated_at,
            "seqNo": seq_no,
            "tbc": seq_no < last,
            "reportData": data,
        })
    };
    let mut parts: Vec<Value> = data.chunks(PART).enumerate().map(part).collect();
    match charger.behaviour.deviates.configuration.report_parts {
        ReportParts::InOrder => {}
        ReportParts::OutOfOrder => parts.reverse(),
        ReportParts::LastMissing => drop(parts.pop()),
        ReportParts::NoneComes => parts.clear(),
    }
    parts.into_iter().for_each(|part| charger.outbox.push(Call::new("NotifyReport", part).triggered()));
    status("Accepted")
}
