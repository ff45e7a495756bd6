//! GetVariables and SetVariables.

use super::model::{Named, Unknown, setting};
use super::security::accepts_priority;
use super::variable::{Mutability, Source};
use crate::SimulatedCharger;
use crate::dialect::Command;
use crate::rpc::{Fault, Refusal, Reply, read};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const COMMANDS: &[(&str, Command)] = &[("GetVariables", get_variables), ("SetVariables", set_variables)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetVariables {
    get_variable_data: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetVariables {
    set_variable_data: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    component: Named,
    variable: Named,
    attribute_type: Option<Attribute>,
    #[serde(default)]
    attribute_value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Attribute {
    Actual,
    Target,
    MinSet,
    MaxSet,
}

impl Asked {
    /// The part of a result that names what was asked for.
    fn named(&self, status: &str) -> Value {
        // B05.FR.12, B06.FR.11: named also where it was not
        let attribute = self.attribute_type.unwrap_or(Attribute::Actual);
        json!({
            "attributeStatus": status,
            "attributeType": format!("{attribute:?}"),
            "component": self.component,
            "variable": self.variable,
        })
    }

    /// The place of the variable in the model. It has the attribute Actual and no other.
    fn place(&self, charger: &SimulatedCharger) -> Result<usize, Unknown> {
        let place = charger.v2.model.find(&self.component, &self.variable)?;
        let is_actual = self.attribute_type.is_none_or(|attribute| attribute == Attribute::Actual);
        if is_actual { Ok(place) } else { Err("NotSupportedAttributeType") }
    }
}

fn limit(charger: &SimulatedCharger, message: &str) -> usize {
    charger.v2.model.kept("DeviceDataCtrlr", "ItemsPerMessage", Some(message)).parse().unwrap_or(usize::MAX)
}

/// More than it says it takes: it refuses, unless it is one that leaves out the rest.
fn bounded(charger: &SimulatedCharger, message: &str, mut asked: Vec<Asked>) -> Result<Vec<Asked>, Refusal> {
    let most = limit(charger, message);
    if asked.len() > most && charger.behaviour.deviates.configuration.answers_at_most_keys.is_none() {
        let what = format!("{message} holds {} items; this charger takes {most} at once.", asked.len());
        return Err(Refusal::Error(Fault::OccurrenceConstraint, what));
    }
    asked.truncate(most);
    Ok(asked)
}

fn get_variables(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: GetVariables = read(payload)?;
    let asked = bounded(charger, "GetVariables", asked.get_variable_data)?;
    let results: Vec<Value> = asked.iter().map(|asked| got(charger, asked, now)).collect();
    Ok(json!({ "getVariableResult": results }))
}

fn got(charger: &SimulatedCharger, asked: &Asked, now: Timestamp) -> Value {
    let place = match asked.place(charger) {
        Ok(place) => place,
        Err(status) => return asked.named(status),
    };
    let variable = &charger.v2.model.variables[place];
    if variable.mutability == Mutability::WriteOnly {
        return asked.named("Rejected");
    }
    let mut result = asked.named("Accepted");
    result["attributeValue"] = json!(variable.value(charger, now));
    result
}

fn set_variables(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: SetVariables = read(payload)?;
    let asked = bounded(charger, "SetVariables", asked.set_variable_data)?;
    let results: Vec<Value> = asked.iter().map(|asked| asked.named(set(charger, asked, now))).collect();
    Ok(json!({ "setVariableResult": results }))
}

fn set(charger: &mut SimulatedCharger, asked: &Asked, now: Timestamp) -> &'static str {
    let place = match asked.place(charger) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let variable = &charger.v2.model.variables[place];
    if variable.mutability == Mutability::ReadOnly || !variable.accepts(&asked.attribute_value) {
        return "Rejected";
    }
    // what decides on the connection is looked into further
    match (variable.component, variable.name) {
        ("SecurityCtrlr", "BasicAuthPassword") => {
            let is_taken = charger.set_password(asked.attribute_value.clone().into_bytes(), now);
            return if is_taken { "Accepted" } else { "Rejected" };
        }
        ("OCPPCommCtrlr", "NetworkConfigurationPriority") if !accepts_priority(charger, &asked.attribute_value) => {
            return "Rejected";
        }
        _ => {}
    }
    let variable = &mut charger.v2.model.variables[place];
    variable.source = Source::Kept(asked.attribute_value.clone());
    let (setting, needs_reboot) = (setting(variable), variable.needs_reboot);
    if let Some(setting) = setting {
        charger.setting_changed(setting, now);
    }
    if needs_reboot { "RebootRequired" } else { "Accepted" }
}
