//! The charger's log, and its upload when the endpoint asks for it (GetLog).

use crate::SimulatedCharger;
use crate::outbox::Call;
use crate::rpc::{Reply, read};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many lines the log keeps.
const LINES: usize = 200;
/// Stands for the request that has no number of its own: 1.6 GetDiagnostics.
const DIAGNOSTICS: i64 = i64::MIN;

/// A log to be uploaded. Whoever drives the charger does it, and tells [`SimulatedCharger::uploaded`] what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The number of the endpoint's request.
    pub request_id: i64,
    /// Where to, as the endpoint gave it: a URL of whatever kind.
    pub location: String,
    /// The name of the file.
    pub file_name: String,
    /// The log.
    pub text: String,
}

/// The log and its upload.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    lines: Vec<String>,
    /// The request whose upload is under way.
    request: Option<i64>,
    /// Not yet fetched by whoever drives the charger.
    uploads: Vec<Upload>,
}

impl SimulatedCharger {
    /// Notes in the log what happened; never a secret.
    pub(crate) fn journal(&mut self, what: &str, now: Timestamp) {
        let lines = &mut self.logs.lines;
        if lines.len() == LINES {
            lines.remove(0);
        }
        lines.push(format!("{} {what}", self.clock.text(now)));
    }

    /// Takes on the upload of its log. The answer names the file; a former upload is given up.
    fn begin_upload(&mut self, request_id: i64, kind: &str, location: &str) -> Value {
        let former = self.logs.request.replace(request_id);
        if former.is_some() {
            self.logs.uploads.clear();
            // N01.FR.20; 1.6 has no word for it
            if self.version().is_v2() {
                self.log_status("AcceptedCanceled", former);
            }
        }
        let file_name =
            if request_id == DIAGNOSTICS { format!("{kind}.log") } else { format!("{kind}-{request_id}.log") };
        let text = self.logs.lines.join("\n") + "\n";
        self.logs.uploads.push(Upload { request_id, location: location.into(), file_name: file_name.clone(), text });
        self.log_status("Uploading", Some(request_id));
        json!({ "status": if former.is_some() { "AcceptedCanceled" } else { "Accepted" }, "filename": file_name })
    }

    /// The uploads that were asked for since this was last asked.
    pub fn take_uploads(&mut self) -> Vec<Upload> {
        std::mem::take(&mut self.logs.uploads)
    }

    /// An upload ended, well or not. Returns the frames to send.
    pub fn uploaded(&mut self, request_id: i64, done: bool, now: Timestamp) -> Vec<String> {
        if self.logs.request.take_if(|running| *running == request_id).is_some() {
            self.log_status(if done { "Uploaded" } else { "UploadFailure" }, Some(request_id));
        }
        self.tick(now)
    }

    /// Tells how the upload stands, when it is asked for (N01.FR.13).
    pub(crate) fn log_status_now(&self) -> Call {
        let request = self.logs.request.filter(|request| *request != DIAGNOSTICS);
        log_status(if request.is_some() { "Uploading" } else { "Idle" }, request)
    }

    /// The same of 1.6 GetDiagnostics.
    pub(crate) fn diagnostics_status_now(&self) -> Call {
        let is_under_way = self.logs.request == Some(DIAGNOSTICS);
        log_status(if is_under_way { "Uploading" } else { "Idle" }, Some(DIAGNOSTICS))
    }

    fn log_status(&mut self, status: &str, request_id: Option<i64>) {
        self.outbox.push(log_status(status, request_id).triggered());
    }
}

fn log_status(status: &str, request_id: Option<i64>) -> Call {
    if request_id == Some(DIAGNOSTICS) {
        let status = if status == "UploadFailure" { "UploadFailed" } else { status };
        return Call::new("DiagnosticsStatusNotification", json!({ "status": status }));
    }
    let mut payload = json!({ "status": status });
    if let Some(id) = request_id {
        payload["requestId"] = json!(id);
    }
    Call::new("LogStatusNotification", payload)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetLog {
    request_id: i64,
    log_type: LogType,
    log: Log,
}

#[derive(Debug, Deserialize)]
enum LogType {
    DiagnosticsLog,
    SecurityLog,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    remote_location: String,
}

#[derive(Deserialize)]
struct GetDiagnostics {
    location: String,
}

/// Answers GetDiagnostics, which only 1.6 has.
pub(crate) fn get_diagnostics(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetDiagnostics = read(payload)?;
    let begun = charger.begin_upload(DIAGNOSTICS, "Diagnostics", &asked.location);
    Ok(json!({ "fileName": begun["filename"] }))
}

/// Answers GetLog, the same in every version.
pub(crate) fn get_log(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: GetLog = read(payload)?;
    Ok(charger.begin_upload(asked.request_id, &format!("{:?}", asked.log_type), &asked.log.remote_location))
}
