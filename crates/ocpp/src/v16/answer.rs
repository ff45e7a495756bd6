//! What we answer a 1.6 charger.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::time::write;

/// How a BootNotification is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Known and welcome.
    Accepted,
    /// Not yet adopted: come again after the interval.
    Pending,
}

/// BootNotification: `interval` is the heartbeat interval, or while pending the time to the next attempt, s.
pub fn boot(registration: Registration, now: Timestamp, interval_s: u32) -> Value {
    let status = match registration {
        Registration::Accepted => "Accepted",
        Registration::Pending => "Pending",
    };
    json!({"status": status, "currentTime": write(now), "interval": interval_s})
}

/// Heartbeat.
pub fn heartbeat(now: Timestamp) -> Value {
    json!({ "currentTime": write(now) })
}

/// What is known of an idTag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdTagInfo {
    /// The status as it is spelled on the wire.
    pub status: &'static str,
    /// When it expires.
    pub expires: Option<Timestamp>,
}

/// Authorize, and the `idTagInfo` of the transaction answers.
pub fn authorize(info: IdTagInfo) -> Value {
    json!({ "idTagInfo": id_tag_info(info) })
}

/// StartTransaction: the id we give the transaction.
pub fn start(transaction: i32, info: IdTagInfo) -> Value {
    json!({"transactionId": transaction, "idTagInfo": id_tag_info(info)})
}

/// StopTransaction and everything else that wants no content.
pub fn empty() -> Value {
    json!({})
}

/// DataTransfer: we know no vendor's messages.
pub fn data_transfer() -> Value {
    json!({"status": "UnknownVendorId"})
}

/// SignCertificate: we sign nothing yet, but some clients stop at an error answer.
pub fn sign_certificate() -> Value {
    json!({"status": "Rejected"})
}

fn id_tag_info(info: IdTagInfo) -> Value {
    match info.expires {
        Some(expires) => json!({"status": info.status, "expiryDate": write(expires)}),
        None => json!({"status": info.status}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use crate::schema::{Half, check};

    #[test]
    fn everything_we_answer_fits_the_official_schema() {
        let now: Timestamp = "2026-11-22T07:22:33.5Z".parse().expect("a time");
        let info = IdTagInfo { status: "Accepted", expires: Some(now) };
        for (action, answer) in [
            ("BootNotification", boot(Registration::Pending, now, 30)),
            ("Heartbeat", heartbeat(now)),
            ("Authorize", authorize(info)),
            ("StartTransaction", start(7, info)),
            ("StopTransaction", empty()),
            ("DataTransfer", data_transfer()),
            ("SignCertificate", sign_certificate()),
        ] {
            assert_eq!(check(Version::V16, action, Half::Response, &answer), [], "{action}");
        }
    }
}
