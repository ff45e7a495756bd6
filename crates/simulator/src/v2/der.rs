//! Grid support in 2.1 (block R): the controls are kept, reported and cleared. Nothing here feeds back by them.

use crate::SimulatedCharger;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::rpc::{Reply, read, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Each type of control the charger supports, the field that holds it, and the list that reports it.
const TYPES: &[(&str, &str, &str)] = &[
    ("EnterService", "enterService", "enterService"),
    ("FixedPFAbsorb", "fixedPFAbsorb", "fixedPFAbsorb"),
    ("FixedPFInject", "fixedPFInject", "fixedPFInject"),
    ("FixedVar", "fixedVar", "fixedVar"),
    ("FreqDroop", "freqDroop", "freqDroop"),
    ("FreqWatt", "curve", "curve"),
    ("Gradients", "gradient", "gradient"),
    ("LimitMaxDischarge", "limitMaxDischarge", "limitMaxDischarge"),
    ("VoltVar", "curve", "curve"),
    ("VoltWatt", "curve", "curve"),
];
/// How many controls one part of a report carries.
const PART: usize = 4;

pub(super) const COMMANDS: &[(&str, Command)] =
    &[("ClearDERControl", clear_der_control), ("GetDERControl", get_der_control), ("SetDERControl", set_der_control)];

/// The types it supports, separated by commas.
pub(super) fn types() -> String {
    TYPES.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>().join(",")
}

/// A control as it is kept.
#[derive(Debug)]
pub(super) struct Control {
    id: String,
    kind: String,
    is_default: bool,
    is_superseded: bool,
    /// What the field of its type holds.
    setting: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetDerControl {
    is_default: bool,
    control_id: String,
    control_type: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

fn set_der_control(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SetDerControl = read(payload)?;
    let Some((_, field, _)) = TYPES.iter().find(|(kind, ..)| *kind == asked.control_type) else {
        return status("NotSupported");
    };
    let Some(setting) = asked.fields.get(*field).cloned() else { return status("Rejected") };
    let controls = &mut charger.v2.controls;
    controls.retain(|held| held.id != asked.control_id);
    let priority = setting["priority"].as_i64();
    let mut superseded = Vec::new();
    for held in controls.iter_mut().filter(|held| held.kind == asked.control_type) {
        // R04.FR.03 and 06: a greater number counts less
        if held.is_default == asked.is_default && held.setting["priority"].as_i64() >= priority {
            held.is_superseded = true;
            superseded.push(held.id.clone());
        }
    }
    let is_superseded = controls
        .iter()
        .any(|held| held.kind == asked.control_type && held.is_default == asked.is_default && !held.is_superseded);
    // R04.FR.08
    superseded.extend(is_superseded.then(|| asked.control_id.clone()));
    controls.push(Control {
        id: asked.control_id,
        kind: asked.control_type,
        is_default: asked.is_default,
        is_superseded,
        setting,
    });
    let mut answer = json!({ "status": "Accepted" });
    if !superseded.is_empty() {
        answer["supersededIds"] = json!(superseded);
    }
    Ok(answer)
}

/// Which controls are meant; what is given combines with "and".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meant {
    is_default: Option<bool>,
    control_type: Option<String>,
    control_id: Option<String>,
}

impl Meant {
    fn is(&self, control: &Control) -> bool {
        self.is_default.is_none_or(|it| it == control.is_default)
            && self.control_type.as_ref().is_none_or(|it| *it == control.kind)
            && self.control_id.as_ref().is_none_or(|it| *it == control.id)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetDerControl {
    request_id: i64,
    #[serde(flatten)]
    meant: Meant,
}

fn get_der_control(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetDerControl = read(payload)?;
    let found: Vec<&Control> = charger.v2.controls.iter().filter(|control| asked.meant.is(control)).collect();
    if found.is_empty() {
        return status("NotFound");
    }
    let last = found.chunks(PART).len() - 1;
    let part = |(number, controls): (usize, &[&Control])| {
        let mut part = json!({ "requestId": asked.request_id, "tbc": number < last });
        for control in controls {
            let (list, reported) = control.reported();
            match part[list].as_array_mut() {
                Some(listed) => listed.push(reported),
                None => part[list] = json!([reported]),
            }
        }
        part
    };
    let parts: Vec<Value> = found.chunks(PART).enumerate().map(part).collect();
    parts.into_iter().for_each(|part| charger.outbox.push(Call::new("ReportDERControl", part).triggered()));
    status("Accepted")
}

impl Control {
    /// The list it is reported in, and how.
    fn reported(&self) -> (&'static str, Value) {
        let (field, list) = (TYPES.iter().find(|(kind, ..)| *kind == self.kind))
            .map_or(("curve", "curve"), |(_, field, list)| (*field, *list));
        // both power factors are reported in one shape
        let field = if field.starts_with("fixedPF") { "fixedPF" } else { field };
        let mut reported = json!({ "id": self.id, field: self.setting });
        // the two that are always on say no more
        if !["enterService", "gradient"].contains(&list) {
            reported["isDefault"] = json!(self.is_default);
            reported["isSuperseded"] = json!(self.is_superseded);
        }
        if list == "curve" {
            reported["curveType"] = json!(self.kind);
        }
        (list, reported)
    }
}

fn clear_der_control(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: Meant = read(payload)?;
    let controls = &mut charger.v2.controls;
    let before = controls.len();
    controls.retain(|control| !asked.is(control));
    status(if controls.len() < before { "Accepted" } else { "NotFound" })
}
