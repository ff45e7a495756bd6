//! What all versions answer alike.

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

/// Everything that wants no content.
pub fn empty() -> Value {
    json!({})
}

/// What wants nothing but a status.
pub fn status(status: &'static str) -> Value {
    json!({ "status": status })
}

/// What is known of who wants to charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization {
    /// The status as it is spelled on the wire.
    pub status: &'static str,
    /// When it expires.
    pub expires: Option<Timestamp>,
}
