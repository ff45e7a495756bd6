//! The variables of a charger's device model, and how we write their names: `Component[instance]#evse/connector
//! .Variable[instance]`, each part only where it is there.

use std::fmt;

use serde_json::{Value, json};

use crate::read::{int, text};

/// Which variable of which component.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Variable {
    /// The component, for example `SampledDataCtrlr`.
    pub component: String,
    /// Which of several such components; empty where there is one.
    pub instance: String,
    /// The EVSE it belongs to.
    pub evse: Option<u32>,
    /// The connector of that EVSE.
    pub connector: Option<u32>,
    /// The variable, for example `TxUpdatedInterval`.
    pub variable: String,
    /// Which of several such variables; empty where there is one.
    pub variable_instance: String,
}

impl Variable {
    /// From an object that holds a `component` and a `variable`; `None` where one has no name.
    pub fn read(object: &Value) -> Option<Self> {
        let (component, variable) = (&object["component"], &object["variable"]);
        let number = |key| int(&component["evse"], key).and_then(|n| u32::try_from(n).ok());
        let read = Self {
            component: text(component, "name"),
            instance: text(component, "instance"),
            evse: number("id"),
            connector: number("connectorId"),
            variable: text(variable, "name"),
            variable_instance: text(variable, "instance"),
        };
        (!read.component.is_empty() && !read.variable.is_empty()).then_some(read)
    }

    /// From a name as [`fmt::Display`] writes it; `None` where it is none.
    pub fn parse(name: &str) -> Option<Self> {
        let (component, variable) = split(name)?;
        let (component, place) = component.split_once('#').unwrap_or((component, ""));
        let (evse, connector) = place.split_once('/').unwrap_or((place, ""));
        let (component, instance) = with_instance(component);
        let (variable, variable_instance) = with_instance(variable);
        let number = |digits: &str| if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) };
        let read = Self {
            component: component.to_owned(),
            instance: instance.to_owned(),
            evse: number(evse)?,
            connector: number(connector)?,
            variable: variable.to_owned(),
            variable_instance: variable_instance.to_owned(),
        };
        (!component.is_empty() && !variable.is_empty()).then_some(read)
    }

    /// `Component.Variable`, whichever instance and EVSE: how facts about variables are looked up.
    pub fn plain(&self) -> String {
        format!("{}.{}", self.component, self.variable)
    }

    /// As the fields `component` and `variable` of a message.
    pub fn wire(&self) -> Value {
        let named = |name: &str, instance: &str| match instance {
            "" => json!({ "name": name }),
            instance => json!({"name": name, "instance": instance}),
        };
        let mut component = named(&self.component, &self.instance);
        if let Some(evse) = self.evse {
            component["evse"] = match self.connector {
                Some(connector) => json!({"id": evse, "connectorId": connector}),
                None => json!({ "id": evse }),
            };
        }
        json!({"component": component, "variable": named(&self.variable, &self.variable_instance)})
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.component)?;
        if !self.instance.is_empty() {
            write!(f, "[{}]", self.instance)?;
        }
        if let Some(evse) = self.evse {
            write!(f, "#{evse}")?;
        }
        if let Some(connector) = self.connector {
            write!(f, "/{connector}")?;
        }
        write!(f, ".{}", self.variable)?;
        if !self.variable_instance.is_empty() {
            write!(f, "[{}]", self.variable_instance)?;
        }
        Ok(())
    }
}

/// At the first dot that stands in no instance.
fn split(name: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    for (index, letter) in name.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => return Some((&name[..index], &name[index + 1..])),
            _ => {}
        }
    }
    None
}

fn with_instance(name: &str) -> (&str, &str) {
    match name.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        Some((name, instance)) => (name, instance),
        None => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variables_name_leads_back_to_the_variable() {
        for name in [
            "SampledDataCtrlr.TxUpdatedInterval",
            "EVSE#1.Power",
            "Connector#1/2.ConnectorType",
            "DeviceDataCtrlr.ItemsPerMessage[GetVariables]",
            "DataLink[4.5G].SignalStrength",
            "Heater[left]#2.Power[out]",
        ] {
            let variable = Variable::parse(name).expect("a variable");
            assert_eq!(variable.to_string(), name);
            assert_eq!(Variable::read(&variable.wire()), Some(variable));
        }
    }

    #[test]
    fn what_names_no_variable_is_none() {
        for name in ["", "HeartbeatInterval", ".Power", "EVSE.", "EVSE#x.Power"] {
            assert_eq!(Variable::parse(name), None, "{name}");
        }
        assert_eq!(Variable::read(&json!({"component": {"name": "EVSE"}, "variable": {}})), None);
    }

    #[test]
    fn instance_and_evse_do_not_change_what_is_known_of_a_variable() {
        let variable = Variable::parse("Heater[left]#2.Power[out]").expect("a variable");
        assert_eq!(variable.plain(), "Heater.Power");
    }
}
