//! One variable of the device model: where its value comes from, what may be written to it, how it is reported.

use super::model::{Evse, Named};
use crate::SimulatedCharger;
use crate::network::Way;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Where a variable's value comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// It is kept.
    Kept(String),
    /// It is asked of the charger.
    Live(fn(&SimulatedCharger, Timestamp) -> String),
    /// It is asked of the network profile in the slot that the component's instance names; empty when there is none.
    Slot(fn(&Way) -> String),
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
    pub(super) component_instance: Option<&'static str>,
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
            Source::Slot(ask) => {
                let is_meant = |way: &&Way| self.component_instance == Some(way.slot.to_string().as_str());
                charger.v2.slots.iter().find(is_meant).map(ask).unwrap_or_default()
            }
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
        let mut characteristics = json!({ "dataType": self.data_type, "supportsMonitoring": self.is_live() });
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
        json!({
            "component": self.component_named(),
            "variable": self.named(),
            "variableAttribute": [attribute],
            "variableCharacteristics": characteristics,
        })
    }

    /// Its component as an endpoint names it.
    pub(super) fn component_named(&self) -> Named {
        let instance = self.component_instance.map(str::to_owned);
        Named { name: self.component.into(), instance, evse: self.evse }
    }

    /// Itself as an endpoint names it.
    pub(super) fn named(&self) -> Named {
        Named { name: self.name.into(), instance: self.instance.map(str::to_owned), evse: None }
    }

    /// Whether its value changes by itself.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.source, Source::Live(_))
    }

    pub(super) fn is_of(&self, component: &Named) -> bool {
        self.component.eq_ignore_ascii_case(&component.name)
            && self.component_instance == component.instance.as_deref()
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

pub(super) fn typed(data_type: &'static str, name: &'static str) -> Variable {
    Variable {
        component: "",
        component_instance: None,
        evse: None,
        name,
        instance: None,
        source: Source::Kept(String::new()),
        mutability: Mutability::ReadOnly,
        data_type,
        unit: None,
        least: None,
        most: None,
        values: None,
        needs_reboot: false,
    }
}

pub(super) fn flag(name: &'static str, value: bool) -> Variable {
    typed("boolean", name).kept(if value { "true" } else { "false" })
}

pub(super) fn whole(name: &'static str, value: i64) -> Variable {
    typed("integer", name).kept(&value.to_string())
}

pub(super) fn decimal(name: &'static str) -> Variable {
    typed("decimal", name)
}

pub(super) fn text(name: &'static str, value: &str, longest: usize) -> Variable {
    let value: String = value.chars().take(longest).collect();
    Variable { most: Some(longest as f64), ..typed("string", name).kept(&value) }
}

/// A text that can only be written.
pub(super) fn secret(name: &'static str, shortest: usize, longest: usize) -> Variable {
    let mutability = Mutability::WriteOnly;
    Variable { least: Some(shortest as f64), most: Some(longest as f64), mutability, ..typed("string", name) }
}

/// One of several values; `kept` or `live` says which.
pub(super) fn list(name: &'static str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("OptionList", name) }
}

pub(super) fn sequence(name: &'static str, value: &str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("SequenceList", name).kept(value) }
}

pub(super) fn member(name: &'static str, value: &str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("MemberList", name).kept(value) }
}

impl Variable {
    pub(super) fn kept(self, value: &str) -> Variable {
        Variable { source: Source::Kept(value.into()), ..self }
    }

    pub(super) fn live(self, ask: fn(&SimulatedCharger, Timestamp) -> String) -> Variable {
        Variable { source: Source::Live(ask), ..self }
    }

    pub(super) fn of_slot(self, ask: fn(&Way) -> String) -> Variable {
        Variable { source: Source::Slot(ask), ..self }
    }

    pub(super) fn instance(self, instance: &'static str) -> Variable {
        Variable { instance: Some(instance), ..self }
    }

    pub(super) fn unit(self, unit: &'static str) -> Variable {
        Variable { unit: Some(unit), ..self }
    }

    pub(super) fn within(self, least: f64, most: f64) -> Variable {
        Variable { least: Some(least), most: Some(most), ..self }
    }

    pub(super) fn writable(self) -> Variable {
        Variable { mutability: Mutability::ReadWrite, ..self }
    }

    pub(super) fn after_reboot(self) -> Variable {
        Variable { needs_reboot: true, ..self }
    }
}
