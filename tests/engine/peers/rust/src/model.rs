//! The device model of the 2.x stations: a few components, and what can be asked of them.

use serde_json::{Value, json};

use crate::car::now;

/// How many variables a part of a report holds: as a charger that has little memory cuts it.
const PART: usize = 4;

/// Component, whether it is on the EVSE, variable, value, mutability, data type.
type Variable = (&'static str, bool, &'static str, &'static str, &'static str, &'static str);

static VARIABLES: &[Variable] = &[
    ("ChargingStation", false, "AvailabilityState", "Available", "ReadOnly", "OptionList"),
    ("ClockCtrlr", false, "DateTime", "", "ReadOnly", "dateTime"),
    ("DeviceDataCtrlr", false, "ItemsPerMessage", "4", "ReadOnly", "integer"),
    ("OCPPCommCtrlr", false, "HeartbeatInterval", "60", "ReadWrite", "integer"),
    ("SampledDataCtrlr", false, "TxUpdatedInterval", "1", "ReadWrite", "integer"),
    (
        "SampledDataCtrlr",
        false,
        "TxUpdatedMeasurands",
        "Energy.Active.Import.Register,Current.Import",
        "ReadWrite",
        "MemberList",
    ),
    ("SecurityCtrlr", false, "BasicAuthPassword", "", "WriteOnly", "string"),
    ("SecurityCtrlr", false, "SecurityProfile", "0", "ReadOnly", "integer"),
    ("SmartChargingCtrlr", false, "Enabled", "true", "ReadOnly", "boolean"),
    ("SmartChargingCtrlr", false, "PeriodsPerSchedule", "6", "ReadOnly", "integer"),
    ("SmartChargingCtrlr", false, "ProfileStackLevel", "3", "ReadOnly", "integer"),
    ("SmartChargingCtrlr", false, "RateUnit", "A", "ReadOnly", "MemberList"),
    ("EVSE", true, "AvailabilityState", "Available", "ReadOnly", "OptionList"),
    ("EVSE", true, "SupplyPhases", "1", "ReadOnly", "integer"),
];

fn value((_, _, name, value, ..): &Variable) -> String {
    if *name == "DateTime" { now() } else { (*value).to_owned() }
}

/// The parts of a report: all variables, or those that can be set.
pub fn parts(all: bool) -> Vec<Vec<Value>> {
    let wanted: Vec<&Variable> =
        VARIABLES.iter().filter(|(.., mutability, _)| all || *mutability != "ReadOnly").collect();
    wanted.chunks(PART).map(|part| part.iter().map(|variable| described(variable)).collect()).collect()
}

fn described(variable: &Variable) -> Value {
    let (component, on_evse, name, _, mutability, kind) = variable;
    let mut attribute = json!({"type": "Actual", "mutability": mutability});
    if *mutability != "WriteOnly" {
        attribute["value"] = json!(value(variable));
    }
    let mut component = json!({"name": component});
    if *on_evse {
        component["evse"] = json!({"id": 1});
    }
    json!({
        "component": component,
        "variable": {"name": name},
        "variableAttribute": [attribute],
        "variableCharacteristics": {"dataType": kind, "supportsMonitoring": false},
    })
}

/// The variable that is meant, or why there is none.
fn find(asked: &Value) -> Result<&'static Variable, &'static str> {
    let evse = asked["component"]["evse"]["id"].as_i64();
    let there = || VARIABLES.iter().filter(|v| asked["component"]["name"] == v.0 && evse == v.1.then_some(1));
    let missing = if there().next().is_some() { "UnknownVariable" } else { "UnknownComponent" };
    let found = there().find(|v| asked["variable"]["name"] == v.2).ok_or(missing)?;
    match asked["attributeType"].as_str() {
        None | Some("Actual") => Ok(found),
        Some(_) => Err("NotSupportedAttributeType"),
    }
}

fn result(asked: &Value, status: &str) -> Value {
    json!({"attributeStatus": status, "component": asked["component"], "variable": asked["variable"]})
}

/// The result for one of the variables that are asked for.
pub fn get(asked: &Value) -> Value {
    match find(asked) {
        Ok((.., "WriteOnly", _)) => result(asked, "Rejected"),
        Ok(variable) => {
            let mut found = result(asked, "Accepted");
            found["attributeValue"] = json!(value(variable));
            found
        }
        Err(missing) => result(asked, missing),
    }
}

/// The result for one of the variables that are to be set; it is forgotten again.
pub fn set(asked: &Value) -> Value {
    match find(asked) {
        Ok((.., "ReadOnly", _)) => result(asked, "Rejected"),
        Ok(_) => result(asked, "Accepted"),
        Err(missing) => result(asked, missing),
    }
}
