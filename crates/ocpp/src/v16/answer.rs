//! What we answer a 1.6 charger.

use serde_json::{Value, json};

use crate::answer::Authorization;
use crate::time::write;

/// Authorize, and the `idTagInfo` of the transaction answers.
pub fn authorize(info: Authorization) -> Value {
    json!({ "idTagInfo": id_tag_info(info) })
}

/// StartTransaction: the id we give the transaction.
pub fn start(transaction: i32, info: Authorization) -> Value {
    json!({"transactionId": transaction, "idTagInfo": id_tag_info(info)})
}

fn id_tag_info(info: Authorization) -> Value {
    match info.expires {
        Some(expires) => json!({"status": info.status, "expiryDate": write(expires)}),
        None => json!({"status": info.status}),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::answer::{Registration, boot, empty, heartbeat, status};
    use crate::schema::{Half, check};
    use crate::version::Version;

    #[test]
    fn everything_we_answer_fits_the_official_schema() {
        let now: Timestamp = "2026-11-22T07:22:33.5Z".parse().expect("a time");
        let info = Authorization { status: "Accepted", expires: Some(now) };
        for (action, answer) in [
            ("BootNotification", boot(Registration::Pending, now, 30)),
            ("Heartbeat", heartbeat(now)),
            ("Authorize", authorize(info)),
            ("StartTransaction", start(7, info)),
            ("StopTransaction", empty()),
            ("DataTransfer", status("UnknownVendorId")),
            ("SignCertificate", status("Rejected")),
        ] {
            assert_eq!(check(Version::V16, action, Half::Response, &answer), [], "{action}");
        }
    }
}
