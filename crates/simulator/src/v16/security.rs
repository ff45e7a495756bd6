//! The security extension of 1.6 (OCA white paper, edition 3): certificates, password, security profile, log, firmware.

use super::commands;
use crate::certificates::{HashData, Purpose};
use crate::dialect::Command;
use crate::network::Way;
use crate::rpc::{Reply, read, status};
use crate::{SimulatedCharger, firmware, logs, security};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("CertificateSigned", certificate_signed),
    ("DeleteCertificate", security::delete_certificate),
    ("ExtendedTriggerMessage", extended_trigger),
    ("GetInstalledCertificateIds", get_installed_certificate_ids),
    ("GetLog", logs::get_log),
    ("InstallCertificate", install_certificate),
    ("SignedUpdateFirmware", firmware::update_firmware),
];

/// The keys of ChangeConfiguration that say how the charger connects; nothing for every other.
pub(super) fn change_security(
    charger: &mut SimulatedCharger,
    key: &str,
    value: &str,
    now: Timestamp,
) -> Option<&'static str> {
    let is_done = match key.to_ascii_lowercase().as_str() {
        "authorizationkey" => charger.set_password(unhex(value), now),
        "securityprofile" => value.parse().is_ok_and(|profile| rise(charger, profile, now)),
        _ => return None,
    };
    Some(if is_done { "Accepted" } else { "Rejected" })
}

/// Twice as many hexadecimal digits as bytes (7.2); a text that is no such thing is taken as it is.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|it| it as u8)).collect();
    match digits {
        Some(digits) if digits.len() >= 32 && digits.len() % 2 == 0 => {
            digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
        }
        _ => text.as_bytes().to_vec(),
    }
}

/// A05: the charger connects anew with a higher security profile, if it has what that needs.
fn rise(charger: &mut SimulatedCharger, profile: i64, now: Timestamp) -> bool {
    let way = charger.network.way();
    let is_allowed = profile > way.security_profile || charger.behaviour.lowers_security;
    if !is_allowed || profile == way.security_profile || !charger.can_secure(profile) {
        return false;
    }
    charger.network.try_next(Way { security_profile: profile, ..way.clone() });
    charger.reconnects = true;
    charger.journal("The security profile was changed.", now);
    true
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateSigned {
    certificate_chain: String,
}

fn certificate_signed(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: CertificateSigned = read(payload)?;
    let is_good = charger.certificate_signed(&asked.certificate_chain, "InvalidChargePointCertificate", now);
    status(if is_good { "Accepted" } else { "Rejected" })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Use {
    CentralSystemRootCertificate,
    ManufacturerRootCertificate,
}

impl From<Use> for Purpose {
    fn from(written: Use) -> Purpose {
        match written {
            Use::CentralSystemRootCertificate => Purpose::Endpoint,
            Use::ManufacturerRootCertificate => Purpose::Manufacturer,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstallCertificate {
    certificate_type: Use,
    certificate: String,
}

fn install_certificate(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: InstallCertificate = read(payload)?;
    let clock = charger.clock.at(now);
    let is_kept = charger.certificates.install(asked.certificate_type.into(), &asked.certificate, clock);
    status(if is_kept { "Accepted" } else { "Rejected" })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetInstalledCertificateIds {
    certificate_type: Use,
}

fn get_installed_certificate_ids(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetInstalledCertificateIds = read(payload)?;
    let wanted = Purpose::from(asked.certificate_type);
    let held = charger.certificates.ids(|purpose| purpose == wanted);
    let named: Vec<&HashData> = held.iter().map(|(_, named)| named).collect();
    if named.is_empty() {
        return status("NotFound");
    }
    Ok(json!({ "status": "Accepted", "certificateHashData": named }))
}

fn extended_trigger(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    match payload["requestedMessage"].as_str() {
        Some("SignChargePointCertificate") => {
            let name = charger.v16.configuration.get("CpoName").to_owned();
            return status(if charger.request_certificate(&name, &[]) { "Accepted" } else { "Rejected" });
        }
        Some("LogStatusNotification") => charger.outbox.push(charger.log_status_now().triggered()),
        Some("FirmwareStatusNotification") => charger.outbox.push(charger.firmware_status_now().triggered()),
        _ => return commands::trigger(charger, payload, now),
    }
    status("Accepted")
}
