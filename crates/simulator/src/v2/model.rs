//! The device model: the charger described as components and their variables.

use super::components;
use crate::dialect::Setting;
use crate::{Behaviour, SimulatedCharger};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The variables by which the charger behaves: component, variable, its instance.
const SETTINGS: &[(Setting, &str, &str, Option<&str>)] = &[
    (Setting::Heartbeat, "OCPPCommCtrlr", "HeartbeatInterval", None),
    (Setting::SampleInterval, "SampledDataCtrlr", "TxUpdatedInterval", None),
    (Setting::SampledMeasurands, "SampledDataCtrlr", "TxUpdatedMeasurands", None),
    (Setting::ConnectionTimeout, "TxCtrlr", "EVConnectionTimeOut", None),
    (Setting::Attempts, "OCPPCommCtrlr", "MessageAttempts", Some("TransactionEvent")),
    (Setting::RemoteNeedsConsent, "AuthCtrlr", "AuthorizeRemoteStart", None),
    (Setting::StopOnInvalidId, "TxCtrlr", "StopTxOnInvalidId", None),
];

/// Where a component is; nowhere in particular when it is the station's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evse {
    pub(super) id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connector_id: Option<i64>,
}

/// A component or a variable as the endpoint names it. Names are compared without regard to case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evse: Option<Evse>,
}

/// Where a variable's value comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// It is kept.
    Kept(String),
    /// It is asked of the charger.
    Live(fn(&SimulatedCharger, Timestamp) -> String),
}

/// Whether a variable may be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutability {
    ReadOnly,
    ReadWrite,
    WriteOnly,
}

impl Mutability {
    fn name(self) -> &'static str {
        match self {
            Mutability::ReadOnly => "ReadOnly",
            Mutability::ReadWrite => "ReadWrite",
            Mutability::WriteOnly => "WriteOnly",
        }
    }
}

/// One variable with its only attribute, Actual.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) component: &'static str,
    pub(super) evse: Option<Evse>,
    pub(super) name: &'static str,
    pub(super) instance: Option<&'static str>,
    pub(super) source: Source,
    pub(super) mutability: Mutability,
    pub(super) data_type: &'static str,
    pub(super) unit: Option<&'static str>,
    /// The least and the most; for text the longest, in characters.
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    /// The values that a list may have, separated by commas.
    pub(super) values: Option<String>,
    pub(super) needs_reboot: bool,
}

impl Variable {
    pub(super) fn value(&self, charger: &SimulatedCharger, now: Timestamp) -> String {
        match &self.source {
            Source::Kept(value) => value.clone(),
            Source::Live(ask) => ask(charger, now),
        }
    }

    /// Whether a value may be written to it.
    pub(super) fn accepts(&self, value: &str) -> bool {
        let within =
            |number: f64| self.least.is_none_or(|least| number >= least) && self.most.is_none_or(|most| number <= most);
        let is_listed = |value: &str| match &self.values {
            Some(values) => values.split(',').any(|known| known == value),
            None => true,
        };
        match self.data_type {
            "boolean" => value == "true" || value == "false",
            "integer" => value.parse::<i64>().is_ok_and(|number| within(number as f64)),
            "decimal" => value.parse::<f64>().is_ok_and(within),
            "dateTime" => value.parse::<Timestamp>().is_ok(),
            "OptionList" => is_listed(value),
            "SequenceList" | "MemberList" => value.is_empty() || value.split(',').all(is_listed),
            _ => within(value.chars().count() as f64),
        }
    }

    /// As a report shows it.
    pub(super) fn reported(&self, charger: &SimulatedCharger, now: Timestamp) -> Value {
        let mut attribute = json!({
            "mutability": self.mutability.name(),
            "persistent": matches!(self.source, Source::Kept(_)),
            "constant": false,
        });
        if self.mutability != Mutability::WriteOnly {
            attribute["value"] = json!(self.value(charger, now));
        }
        let mut characteristics = json!({ "dataType": self.data_type, "supportsMonitoring": false });
        let more = [
            ("unit", self.unit.map(|unit| json!(unit))),
            ("minLimit", self.least.map(|least| json!(least))),
            ("maxLimit", self.most.map(|most| json!(most))),
            ("valuesList", self.values.as_ref().map(|values| json!(values))),
        ];
        for (field, value) in more {
            if let Some(value) = value {
                characteristics[field] = value;
            }
        }
        let component = Named { name: self.component.into(), instance: None, evse: self.evse };
        let variable = Named { name: self.name.into(), instance: self.instance.map(str::to_owned), evse: None };
        json!({
            "component": component,
            "variable": variable,
            "variableAttribute": [attribute],
            "variableCharacteristics": characteristics,
        })
    }

    pub(super) fn is_of(&self, component: &Named) -> bool {
        self.component.eq_ignore_ascii_case(&component.name)
            && component.instance.is_none()
            && self.evse == component.evse
    }

    pub(super) fn is_called(&self, variable: &Named) -> bool {
        let same = |ours: &str, asked: &String| ours.eq_ignore_ascii_case(asked);
        let same_instance = match (self.instance, &variable.instance) {
            (Some(ours), Some(asked)) => same(ours, asked),
            (ours, asked) => ours.is_none() && asked.is_none(),
        };
        same(self.name, &variable.name) && same_instance
    }
}

/// All variables, in the order a full report lists them. They survive a reboot.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) variables: Vec<Variable>,
}

/// What is wrong with a component and variable that were asked for, in the words of both answers.
pub(super) type Unknown = &'static str;

impl Model {
    /// The charger as it left the factory.
    pub(super) fn new(behaviour: &Behaviour) -> Self {
        Model { variables: components::all(behaviour) }
    }

    /// The place of a variable in the list.
    pub(super) fn find(&self, component: &Named, variable: &Named) -> Result<usize, Unknown> {
        if !self.variables.iter().any(|held| held.is_of(component)) {
            return Err("UnknownComponent");
        }
        let place = self.variables.iter().position(|held| held.is_of(component) && held.is_called(variable));
        place.ok_or("UnknownVariable")
    }

    /// A kept value; empty when there is no such variable.
    pub(super) fn kept(&self, component: &str, name: &str, instance: Option<&str>) -> &str {
        let is = |held: &&Variable| (held.component, held.name, held.instance) == (component, name, instance);
        match self.variables.iter().find(is).map(|held| &held.source) {
            Some(Source::Kept(value)) => value,
            _ => "",
        }
    }

    /// Changes a kept value from inside.
    pub(super) fn keep(&mut self, component: &str, name: &str, instance: Option<&str>, value: String) {
        let is = |held: &&mut Variable| (held.component, held.name, held.instance) == (component, name, instance);
        if let Some(held) = self.variables.iter_mut().find(is) {
            held.source = Source::Kept(value);
        }
    }

    pub(super) fn setting(&self, setting: Setting) -> &str {
        let found = SETTINGS.iter().find(|(its, ..)| *its == setting);
        found.map_or("", |(_, component, name, instance)| self.kept(component, name, *instance))
    }

    pub(super) fn set(&mut self, setting: Setting, value: String) {
        if let Some((_, component, name, instance)) = SETTINGS.iter().find(|(its, ..)| *its == setting) {
            self.keep(component, name, *instance, value);
        }
    }
}

/// The setting that a variable is; most are none.
pub(super) fn setting(variable: &Variable) -> Option<Setting> {
    let is = |(_, component, name, instance): &&(Setting, &str, &str, Option<&str>)| {
        (variable.component, variable.name, variable.instance) == (*component, *name, *instance)
    };
    SETTINGS.iter().find(is).map(|(setting, ..)| *setting)
}
