//! The device model: the charger described as components and their variables.

use super::components;
use super::variable::{Source, Variable};
use crate::Behaviour;
use crate::dialect::Setting;
use serde::{Deserialize, Serialize};

/// The variables by which the charger behaves: component, variable, its instance.
const SETTINGS: &[(Setting, &str, &str, Option<&str>)] = &[
    (Setting::Heartbeat, "OCPPCommCtrlr", "HeartbeatInterval", None),
    (Setting::SampleInterval, "SampledDataCtrlr", "TxUpdatedInterval", None),
    (Setting::SampledMeasurands, "SampledDataCtrlr", "TxUpdatedMeasurands", None),
    (Setting::AlignedInterval, "AlignedDataCtrlr", "Interval", None),
    (Setting::AlignedMeasurands, "AlignedDataCtrlr", "Measurands", None),
    (Setting::ConnectionTimeout, "TxCtrlr", "EVConnectionTimeOut", None),
    (Setting::Attempts, "OCPPCommCtrlr", "MessageAttempts", Some("TransactionEvent")),
    (Setting::AttemptInterval, "OCPPCommCtrlr", "MessageAttemptInterval", Some("TransactionEvent")),
    (Setting::RemoteNeedsConsent, "AuthCtrlr", "AuthorizeRemoteStart", None),
    (Setting::ListEnabled, "LocalAuthListCtrlr", "Enabled", None),
    (Setting::ListDecides, "AuthCtrlr", "LocalPreAuthorize", None),
    (Setting::ListDecidesOffline, "AuthCtrlr", "LocalAuthorizeOffline", None),
    (Setting::UnknownMayOffline, "AuthCtrlr", "OfflineTxForUnknownIdEnabled", None),
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

/// All variables, in the order a full report lists them. They survive a reboot.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) variables: Vec<Variable>,
}

/// What is wrong with a component and variable that were asked for, in the words of both answers.
pub(super) type Unknown = &'static str;

impl Model {
    /// The charger as it left the factory; one of 1.6 has none.
    pub(super) fn new(behaviour: &Behaviour) -> Self {
        Model { variables: if behaviour.version.is_v2() { components::all(behaviour) } else { Vec::new() } }
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
