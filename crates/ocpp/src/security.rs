//! What we ask of a charger to change how its connection is secured (1.6 security whitepaper edition 3, use cases A01, A02,
//! A05 and M05; 2.0.1 part 2, the same and B09, B10), in the words of its version.

use serde_json::json;

use crate::call::Call;
use crate::setting::{read, write};
use crate::version::Version;

/// Whose name goes into a charger's certificate.
const ORGANISATION: [&str; 2] = ["CpoName", "SecurityCtrlr.OrganizationName"];
/// What its connection is secured with: 1.6, where it is written, and 2.x, where it only tells.
const PROFILE: [&str; 2] = ["SecurityProfile", "SecurityCtrlr.SecurityProfile"];
/// 2.x: the slots of ways to a platform, in the order they are tried.
const PRIORITY: &str = "OCPPCommCtrlr.NetworkConfigurationPriority";
/// 2.x: how long a charger waits for our answers, s.
const MESSAGE_TIMEOUT_S: u32 = 30;

/// The key or variable that names the organisation of its certificate.
pub fn organisation(version: Version) -> &'static str {
    ORGANISATION[usize::from(version.is_v2())]
}

/// The key or variable that tells its security profile.
pub fn profile(version: Version) -> &'static str {
    PROFILE[usize::from(version.is_v2())]
}

/// Sets the password of its connection. 1.6 writes it as the hex digits of its bytes (7.2), 2.x as it is.
pub fn set_password(version: Version, password: &str) -> Call {
    if version.is_v2() {
        return write(version, "SecurityCtrlr.BasicAuthPassword", password);
    }
    let hex = || password.bytes().map(|byte| format!("{byte:02X}")).collect();
    let value: String = if is_key(password) { password.to_owned() } else { hex() };
    write(version, "AuthorizationKey", &value)
}

/// Is it a key of 1.6 in hex already: 16 to 20 bytes?
fn is_key(password: &str) -> bool {
    (32..=40).contains(&password.len())
        && password.len().is_multiple_of(2)
        && password.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Can it be a password of this version?
///
/// # Errors
/// What it has to be, as a sentence.
pub fn can_be_password(version: Version, password: &str) -> Result<(), &'static str> {
    // passwordString, 2.0.1 part 2 2.1.4
    let plain = password.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*-_=:+|@.".contains(&byte));
    if version.is_v2() {
        let fits = plain && (16..=40).contains(&password.len());
        return if fits {
            Ok(())
        } else {
            Err("A password of OCPP 2 has 16 to 40 letters, digits or * - _ = : + | @ .")
        };
    }
    let fits = (16..=20).contains(&password.len()) || is_key(password);
    if fits {
        Ok(())
    } else {
        Err("A password of OCPP 1.6 has 16 to 20 characters, or is 32 to 40 hexadecimal digits.")
    }
}

/// Names the organisation of its certificate.
pub fn set_organisation(version: Version, name: &str) -> Call {
    write(version, organisation(version), name)
}

/// Has it trust a root, PEM, for our certificates.
pub fn install_root(version: Version, pem: &str) -> Call {
    let kind = if version.is_v2() { "CSMSRootCertificate" } else { "CentralSystemRootCertificate" };
    Call::new("InstallCertificate", json!({"certificateType": kind, "certificate": pem}))
}

/// Has it make a key and ask for a certificate.
pub fn trigger_request(version: Version) -> Call {
    if version.is_v2() {
        return Call::new("TriggerMessage", json!({"requestedMessage": "SignChargingStationCertificate"}));
    }
    Call::new("ExtendedTriggerMessage", json!({"requestedMessage": "SignChargePointCertificate"}))
}

/// 1.6: raises its security profile; it comes back by itself.
pub fn raise(profile: u8) -> Call {
    write(Version::V16, PROFILE[0], &profile.to_string())
}

/// 2.x: which slots are tried, in which order?
pub fn get_priority() -> Call {
    read(Version::V201, PRIORITY)
}

/// 2.x: keeps a way to a platform in a slot. `url` without the charger's id.
pub fn set_way(version: Version, slot: u32, url: &str, profile: u8) -> Call {
    let mut way = json!({
        "ocppCsmsUrl": url, "ocppTransport": "JSON", "messageTimeout": MESSAGE_TIMEOUT_S, "securityProfile": profile,
        // It may take another where this one does not work (2.0.1 NetworkConnectionProfileType).
        "ocppInterface": if version == Version::V21 { "Any" } else { "Wired0" },
    });
    if version == Version::V201 {
        way["ocppVersion"] = "OCPP20".into();
    }
    Call::new("SetNetworkProfile", json!({"configurationSlot": slot, "connectionData": way}))
}

/// 2.x: these slots are tried, in this order, from its next start on.
pub fn set_priority(version: Version, slots: &str) -> Call {
    write(version, PRIORITY, slots)
}

/// Restarts it: 1.6 softly, 2.x once nobody charges.
pub fn restart(version: Version) -> Call {
    Call::new("Reset", json!({"type": if version.is_v2() { "OnIdle" } else { "Soft" }}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Half, check};

    #[test]
    fn everything_we_ask_fits_the_official_schema_of_its_version() {
        for version in Version::ALL {
            let mut calls = vec![
                set_password(version, "a-password.of:20+chr"),
                set_organisation(version, "Chargehand"),
                install_root(version, "-----BEGIN CERTIFICATE-----"),
                trigger_request(version),
                restart(version),
            ];
            if version.is_v2() {
                let way = set_way(version, 2, "wss://192.168.1.2:9616/", 2);
                calls.extend([get_priority(), way, set_priority(version, "2,1")]);
            } else {
                calls.push(raise(1));
            }
            for call in calls {
                assert_eq!(check(version, &call.action, Half::Request, &call.payload), [], "{version:?} {call:?}");
            }
        }
    }

    #[test]
    fn a_password_is_written_as_each_version_wants_it() {
        let value = |password| set_password(Version::V16, password).payload["value"].clone();
        assert_eq!(value("a-password.of:16"), "612D70617373776F72642E6F663A3136");
        let key = "000102030405060708090a0b0c0d0e0f10111213";
        assert_eq!(value(key), key, "it is hex already");
        let data = &set_password(Version::V201, key).payload["setVariableData"][0];
        assert_eq!((&data["attributeValue"], &data["variable"]["name"]), (&json!(key), &json!("BasicAuthPassword")));
    }

    #[test]
    fn what_can_be_no_password_is_said_before_it_is_sent() {
        for (version, password, fits) in [
            (Version::V16, "a-password.of:16", true),
            (Version::V16, "too short", false),
            (Version::V16, "longer than twenty bytes", false),
            (Version::V16, "000102030405060708090a0b0c0d0e0f", true),
            (Version::V201, "longer-than-twenty-characters", true),
            (Version::V201, "with a blank in it", false),
            (Version::V21, "tooshort", false),
        ] {
            assert_eq!(can_be_password(version, password).is_ok(), fits, "{version:?} {password}");
        }
    }
}
