//! A firmware update, played: every status at its time, and nothing is fetched or installed.

use crate::SimulatedCharger;
use crate::certificates::is_certificate;
use crate::clock::{after, later};
use crate::outbox::Call;
use crate::rpc::{Reply, read, status};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// The states of an update, and how many seconds after it began each is reached. The signature is checked where there
/// is one.
const STEPS: &[(&str, i64)] =
    &[("Downloading", 0), ("Downloaded", 5), (VERIFIED, 6), ("Installing", 7), ("Installed", 12)];
const VERIFIED: &str = "SignatureVerified";

/// An update as the endpoint asks for it, in every version that has signed firmware.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    request_id: i64,
    firmware: Firmware,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Firmware {
    retrieve_date_time: Timestamp,
    install_date_time: Option<Timestamp>,
    signing_certificate: Option<String>,
}

/// The update under way, or the last one.
#[derive(Debug)]
pub(crate) struct Update {
    request_id: i64,
    /// What is still to come, each with its time.
    steps: Vec<(Timestamp, &'static str)>,
    told: &'static str,
}

/// Answers UpdateFirmware, in 1.6 SignedUpdateFirmware.
pub(crate) fn update_firmware(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: Asked = read(payload)?;
    status(charger.begin_update(&asked, now))
}

impl SimulatedCharger {
    /// Begins an update. The status to answer.
    fn begin_update(&mut self, asked: &Asked, now: Timestamp) -> &'static str {
        let certificate = asked.firmware.signing_certificate.as_deref();
        if certificate.is_some_and(|pem| !is_certificate(pem)) {
            self.security_event("InvalidFirmwareSigningCertificate", now);
            return "InvalidCertificate";
        }
        let clock = self.clock.at(now);
        // in true time, which the charger's clock may differ from
        let true_time = |at: Timestamp| later(now, at.duration_since(clock).max(SignedDuration::ZERO));
        let begins = true_time(asked.firmware.retrieve_date_time);
        let mut steps = Vec::new();
        if begins > now {
            steps.push((now, "DownloadScheduled"));
        }
        for (status, seconds) in STEPS.iter().filter(|(status, _)| certificate.is_some() || *status != VERIFIED) {
            steps.push((after(begins, *seconds), *status));
        }
        if let Some(installs) = asked.firmware.install_date_time.map(true_time) {
            postpone(&mut steps, installs);
        }
        let is_running = self.firmware.as_ref().is_some_and(|running| !running.steps.is_empty());
        self.firmware = Some(Update { request_id: asked.request_id, steps, told: "Idle" });
        if is_running { "AcceptedCanceled" } else { "Accepted" }
    }

    /// Tells each state that is reached.
    pub(crate) fn go_on_with_firmware(&mut self, now: Timestamp) {
        while let Some(update) = self.firmware.as_mut().filter(|it| it.steps.first().is_some_and(|(at, _)| *at <= now))
        {
            update.told = update.steps.remove(0).1;
            let is_done = update.told == "Installed";
            let call = self.firmware_call(self.firmware_status());
            self.outbox.push(call.kept());
            if is_done {
                self.security_event("FirmwareUpdated", now);
            }
        }
    }

    /// The status of the last update, when it is asked for (L01.FR.25 and 26).
    pub(crate) fn firmware_status_now(&self) -> Call {
        let status = self.firmware_status();
        self.firmware_call(if status == "Installed" { "Idle" } else { status })
    }

    fn firmware_status(&self) -> &'static str {
        self.firmware.as_ref().map_or("Idle", |update| update.told)
    }

    fn firmware_call(&self, status: &'static str) -> Call {
        let action =
            if self.version().is_v2() { "FirmwareStatusNotification" } else { "SignedFirmwareStatusNotification" };
        let mut payload = json!({ "status": status });
        if let Some(update) = self.firmware.as_ref().filter(|_| status != "Idle") {
            payload["requestId"] = json!(update.request_id);
        }
        Call::new(action, payload)
    }
}

impl Update {
    /// When the next state is reached.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.steps.first().map(|(at, _)| *at)
    }
}

/// The installation waits for its time, and that is told (L01.FR.16).
fn postpone(steps: &mut Vec<(Timestamp, &'static str)>, installs: Timestamp) {
    let Some(place) = steps.iter().position(|(_, status)| *status == "Installing") else { return };
    let ready = steps[place].0;
    if installs <= ready {
        return;
    }
    let wait = installs.duration_since(ready);
    steps[place..].iter_mut().for_each(|(at, _)| *at = later(*at, wait));
    steps.insert(place, (ready, "InstallScheduled"));
}
