//! The components and variables that 2.1 adds, as data.

use super::components::{EVSE, at, of};
use super::der;
use super::variable::{Variable, flag, list, member, text, whole};
use crate::Behaviour;

/// In the order a full report lists them, after those that 2.0.1 has.
pub(super) const COMPONENTS: &[fn(&Behaviour) -> Vec<Variable>] =
    &[newer_variables, network_configuration, bidirectional, grid_support];

/// What is new in components that 2.0.1 has, too.
fn newer_variables(_: &Behaviour) -> Vec<Variable> {
    let tokens = "Central,ISO14443,ISO15693,KeyCode,Local,MacAddress,NoAuthorization,eMAID";
    let smart = [
        flag("SupportsDynamicProfiles", true),
        member("SupportedAdditionalPurposes", "PriorityCharging", "PriorityCharging,LocalGeneration"),
    ];
    let communication = [whole("ActiveNetworkProfile", 0).live(|it, _| it.network.way().slot.to_string())];
    let auth = [member("SupportedIdTokenTypes", tokens, tokens)];
    let smart = smart.map(of("SmartChargingCtrlr"));
    let others = [communication.map(of("OCPPCommCtrlr")), auth.map(of("AuthCtrlr"))];
    others.into_iter().flatten().chain(smart).collect()
}

/// The network profiles as variables, one instance for each slot (B09.FR.08). They are set by SetNetworkProfile.
fn network_configuration(_: &Behaviour) -> Vec<Variable> {
    let slot = |instance: &'static str| {
        let held = [
            text("OcppCsmsUrl", "", 2000).of_slot(|way| way.url.clone().unwrap_or_default()),
            whole("SecurityProfile", 0).of_slot(|way| way.security_profile.to_string()),
            list("OcppInterface", "Wired0").kept("Wired0"),
            list("OcppTransport", "JSON,SOAP").kept("JSON"),
            list("OcppVersion", "OCPP20,OCPP201,OCPP21").kept("OCPP21"),
            whole("MessageTimeout", 30).unit("s"),
        ];
        held.map(|variable| Variable { component_instance: Some(instance), ..variable })
    };
    ["0", "1", "2"].into_iter().flat_map(slot).map(of("NetworkConfiguration")).collect()
}

fn bidirectional(it: &Behaviour) -> Vec<Variable> {
    let modes = "ChargingOnly,CentralSetpoint,Idle";
    let transfers = "AC_single_phase,AC_three_phase,AC_BPT";
    let held = if it.discharges { transfers } else { "AC_single_phase,AC_three_phase" };
    [
        flag("Available", true),
        flag("Enabled", true),
        member("SupportedEnergyTransferModes", held, transfers),
        member("SupportedOperationModes", modes, modes),
    ]
    .map(of("V2XChargingCtrlr"))
    .map(at(EVSE))
    .into()
}

fn grid_support(_: &Behaviour) -> Vec<Variable> {
    let modes = der::types();
    [flag("Available", true), flag("Enabled", true), member("ModesSupported", &modes, &modes)]
        .map(of("ACDERCtrlr"))
        .map(at(EVSE))
        .into()
}
