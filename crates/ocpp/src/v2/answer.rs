//! What we answer a 2.x charger.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::answer::Authorization;
use crate::read::{list, long_text, text};
use crate::time::write;

/// Authorize.
pub fn authorize(info: Authorization) -> Value {
    json!({ "idTokenInfo": id_token_info(info) })
}

/// Authorize with the certificate of a contract, which we cannot verify (OCPP 2.0.1 part 2 C07.FR.17).
pub fn contract() -> Value {
    json!({"idTokenInfo": {"status": "Invalid"}, "certificateStatus": "CertChainError"})
}

/// PullDynamicScheduleUpdate (2.1): the limit of a profile we sent, in its unit (OCPP 2.1 part 2 K28.FR.07).
pub fn schedule_update(limit: f64) -> Value {
    json!({"status": "Accepted", "scheduleUpdate": {"limit": limit}})
}

/// PullDynamicScheduleUpdate (2.1) of a profile we do not know (K28.FR.12).
pub fn no_schedule_update() -> Value {
    json!({"status": "Rejected", "statusInfo": {"reasonCode": "InvalidProfile"}})
}

/// TransactionEvent; who charges is told only where the charger named somebody.
pub fn transaction(info: Option<Authorization>) -> Value {
    info.map_or_else(|| json!({}), |info| json!({ "idTokenInfo": id_token_info(info) }))
}

fn id_token_info(info: Authorization) -> Value {
    match info.expires {
        Some(expires) => json!({"status": info.status, "cacheExpiryDateTime": write(expires)}),
        None => json!({"status": info.status}),
    }
}

/// Get15118EVCertificate: we are no certificate authority for cars.
pub fn ev_certificate() -> Value {
    json!({"status": "Failed", "exiResponse": ""})
}

/// GetCertificateChainStatus (2.1): we ask no authority, so each one that is asked for is unknown here.
pub fn certificate_chain_status(asked: &Value, now: Timestamp) -> Value {
    let again = write(now.checked_add(ASK_AGAIN).unwrap_or(now));
    let one = |request: &Value| {
        let hash = &request["certificateHashData"];
        json!({
            "certificateHashData": {
                "hashAlgorithm": text(hash, "hashAlgorithm"),
                "issuerNameHash": long_text(hash, "issuerNameHash", 128),
                "issuerKeyHash": long_text(hash, "issuerKeyHash", 128),
                "serialNumber": long_text(hash, "serialNumber", 40),
            },
            "source": text(request, "source"),
            "status": "Failed",
            "nextUpdate": again,
        })
    };
    let statuses: Vec<Value> = list(asked, "certificateStatusRequests").iter().take(4).map(one).collect();
    json!({ "certificateStatus": statuses })
}

/// When a charger may ask again for what we do not know.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// VatNumberValidation (2.1): we validate none. The number comes back as it was asked for.
pub fn vat_number(asked: &Value) -> Value {
    json!({"vatNumber": long_text(asked, "vatNumber", 20), "status": "Rejected"})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Registration, boot, empty, heartbeat, status};
    use crate::schema::{Half, check};
    use crate::version::Version::{self, V21, V201};

    #[test]
    fn everything_we_answer_fits_the_official_schema_of_its_version() {
        let now: Timestamp = "2026-11-22T07:22:33.5Z".parse().expect("a time");
        let info = Authorization { status: "Accepted", expires: Some(now) };
        let hash = json!({"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"});
        let chain =
            json!({"certificateStatusRequests": [{"certificateHashData": hash, "source": "OCSP", "urls": ["u"]}]});
        let answers: [(Version, &str, Value); 19] = [
            (V201, "BootNotification", boot(Registration::Pending, now, 30)),
            (V201, "Heartbeat", heartbeat(now)),
            (V201, "Authorize", authorize(info)),
            (V201, "Authorize", contract()),
            (V201, "TransactionEvent", transaction(Some(info))),
            (V201, "TransactionEvent", transaction(None)),
            (V201, "StatusNotification", empty()),
            (V201, "DataTransfer", status("UnknownVendorId")),
            (V201, "SignCertificate", status("Rejected")),
            (V201, "Get15118EVCertificate", ev_certificate()),
            (V201, "GetCertificateStatus", status("Failed")),
            (V201, "NotifyEVChargingNeeds", status("Rejected")),
            (V201, "NotifyEVChargingSchedule", status("Accepted")),
            (V21, "NotifyEVChargingNeeds", status("NoChargingProfile")),
            (V21, "PullDynamicScheduleUpdate", schedule_update(16.5)),
            (V21, "PullDynamicScheduleUpdate", no_schedule_update()),
            (V21, "OpenPeriodicEventStream", status("Accepted")),
            (V21, "GetCertificateChainStatus", certificate_chain_status(&chain, now)),
            (V21, "VatNumberValidation", vat_number(&json!({"vatNumber": "AU1234567890"}))),
        ];
        for (since, action, answer) in answers {
            // What 2.0.1 may be answered 2.1 may too, but for the one status that 2.1 renamed.
            for version in [since, V21] {
                assert_eq!(check(version, action, Half::Response, &answer), [], "{version}: {action}");
            }
        }
    }
}
