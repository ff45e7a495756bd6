//! Certificates, network profiles, password, log and firmware in 2.x.

use crate::certificates::{HashData, Purpose};
use crate::dialect::Command;
use crate::network::Way;
use crate::rpc::{Reply, read, rejected, status};
use crate::{SimulatedCharger, firmware, logs, security};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest certificate chain it takes, in characters.
pub(super) const LONGEST_CHAIN: usize = 10_000;
/// The slots for network profiles; the charger comes with the first in use.
pub(super) const SLOTS: &str = "0,1,2";

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("CertificateSigned", certificate_signed),
    ("DeleteCertificate", security::delete_certificate),
    ("GetInstalledCertificateIds", get_installed_certificate_ids),
    ("GetLog", logs::get_log),
    ("InstallCertificate", install_certificate),
    ("SetNetworkProfile", set_network_profile),
    ("UpdateFirmware", firmware::update_firmware),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateSigned {
    certificate_chain: String,
    certificate_type: Option<String>,
}

fn certificate_signed(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: CertificateSigned = read(payload)?;
    let is_ours = asked.certificate_type.is_none_or(|kind| kind == "ChargingStationCertificate");
    let chain = &asked.certificate_chain;
    let is_good = is_ours
        && chain.len() <= LONGEST_CHAIN
        && charger.certificate_signed(chain, "InvalidChargingStationCertificate", now);
    if is_good { status("Accepted") } else { rejected("InvalidCertificate") }
}

/// Asks for a certificate, as TriggerMessage wants it.
pub(super) fn sign_certificate(charger: &mut SimulatedCharger) -> bool {
    let name = charger.v2.model.kept("SecurityCtrlr", "OrganizationName", None).to_owned();
    charger.request_certificate(&name, &[("certificateType", "ChargingStationCertificate")])
}

/// What a root is for, in the words of 2.x; 2.1 has one more.
const USES: &[(&str, Purpose)] = &[
    ("CSMSRootCertificate", Purpose::Endpoint),
    ("ManufacturerRootCertificate", Purpose::Manufacturer),
    ("V2GRootCertificate", Purpose::V2g),
    ("MORootCertificate", Purpose::Provider),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstallCertificate {
    certificate_type: String,
    certificate: String,
}

fn install_certificate(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: InstallCertificate = read(payload)?;
    let Some((_, purpose)) = USES.iter().find(|(name, _)| *name == asked.certificate_type) else {
        return rejected("UnsupportedParam");
    };
    let clock = charger.clock.at(now);
    let is_kept = charger.certificates.install(*purpose, &asked.certificate, clock);
    if is_kept { status("Accepted") } else { rejected("InvalidCertificate") }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetInstalledCertificateIds {
    #[serde(default)]
    certificate_type: Vec<String>,
}

fn get_installed_certificate_ids(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetInstalledCertificateIds = read(payload)?;
    let name = |purpose| USES.iter().find(|(_, its)| *its == purpose).map_or("", |(name, _)| name);
    let wanted = &asked.certificate_type;
    let held = charger.certificates.ids(|purpose| wanted.is_empty() || wanted.iter().any(|it| it == name(purpose)));
    let chain = |(purpose, named): &(Purpose, HashData)| json!({ "certificateType": name(*purpose), "certificateHashData": named });
    let chains: Vec<Value> = held.iter().map(chain).collect();
    if chains.is_empty() {
        return status("NotFound");
    }
    Ok(json!({ "status": "Accepted", "certificateHashDataChain": chains }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetNetworkProfile {
    configuration_slot: i64,
    connection_data: ConnectionData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionData {
    ocpp_transport: String,
    ocpp_csms_url: String,
    security_profile: i64,
    /// 2.1.
    basic_auth_password: Option<String>,
}

/// Keeps a way to an endpoint for later (B09): NetworkConfigurationPriority and a Reset put it to use.
fn set_network_profile(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SetNetworkProfile = read(payload)?;
    let data = asked.connection_data;
    let slot = asked.configuration_slot;
    let current = charger.network.way();
    let is_slot = SLOTS.split(',').any(|known| known == slot.to_string());
    let is_address = data.ocpp_csms_url.starts_with("ws://") || data.ocpp_csms_url.starts_with("wss://");
    if !is_slot || !is_address || data.ocpp_transport != "JSON" || !(0..=3).contains(&data.security_profile) {
        return rejected("InvalidNetworkConf");
    }
    if data.security_profile < current.security_profile && !charger.behaviour.lowers_security {
        return rejected("NoSecurityDowngrade");
    }
    let password = data.basic_auth_password.map(String::into_bytes).or_else(|| current.password.clone());
    let way = Way { slot, url: Some(data.ocpp_csms_url), security_profile: data.security_profile, password };
    charger.v2.slots.retain(|kept| kept.slot != slot);
    charger.v2.slots.push(way);
    status("Accepted")
}

/// Whether these slots, in this order, may be put to use (B10.FR.01, A05.FR.02 and 03).
pub(super) fn accepts_priority(charger: &SimulatedCharger, priority: &str) -> bool {
    let current = charger.network.way().security_profile;
    let mut slots = priority.split(',');
    slots.all(|slot| {
        let kept = charger.v2.slots.iter().find(|way| way.slot.to_string() == slot);
        kept.is_some_and(|way| {
            let profile = way.security_profile;
            profile == current
                || charger.can_secure(profile) && (profile > current || charger.behaviour.lowers_security)
        })
    })
}

/// The Reset was carried out: the ways are tried in the order of their priority (A05.FR.05, B10.FR.03).
pub(super) fn rebooted(charger: &mut SimulatedCharger) {
    let model = &charger.v2.model;
    let priority = model.kept("OCPPCommCtrlr", "NetworkConfigurationPriority", None).split(',');
    let kept = |slot: &str| charger.v2.slots.iter().find(|way| way.slot.to_string() == slot).cloned();
    let ways: Vec<Way> = priority.filter_map(kept).collect();
    let attempts = model.kept("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", None).parse().unwrap_or(1);
    charger.network.try_in_turn(ways, attempts);
}

/// It is connected: what is less secure is forgotten (A05.FR.06).
pub(super) fn connected(charger: &mut SimulatedCharger) {
    if charger.behaviour.lowers_security {
        return;
    }
    let least = charger.network.way().security_profile;
    charger.v2.slots.retain(|way| way.security_profile >= least);
    let priority = charger.v2.model.kept("OCPPCommCtrlr", "NetworkConfigurationPriority", None);
    let is_kept = |slot: &&str| charger.v2.slots.iter().any(|way| way.slot.to_string() == *slot);
    let left: Vec<&str> = priority.split(',').filter(is_kept).collect();
    let left = left.join(",");
    charger.v2.model.keep("OCPPCommCtrlr", "NetworkConfigurationPriority", None, left);
}
