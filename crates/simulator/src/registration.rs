//! Boot, heartbeat and the endpoint's time (OCPP 1.6 sections 4.2 and 4.6; the 2.x ones have the same fields).

use crate::SimulatedCharger;
use crate::clock::after;
use crate::dialect::Setting;
use crate::outbox::Call;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How long it waits before booting again when the endpoint names no interval, in seconds.
const OWN_INTERVAL: i64 = 30;

/// What the endpoint said to the boot; each waiting state says when to boot again or to beat.
#[derive(Debug)]
pub(crate) enum Registration {
    /// Not asked, or not answered.
    Unknown { boot_at: Option<Timestamp> },
    /// Not yet: only answers and what is triggered may be sent.
    Pending { boot_at: Timestamp },
    /// No: total silence until the next boot.
    Rejected { boot_at: Timestamp },
    /// Yes.
    Accepted { beat_at: Timestamp },
}

impl Registration {
    /// Whether the charger may speak by itself.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Registration::Accepted { .. })
    }

    /// Whether the boot was not answered yet.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Registration::Unknown { .. })
    }

    /// When it next boots or beats.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self {
            Registration::Unknown { boot_at } => *boot_at,
            Registration::Pending { boot_at: at } | Registration::Rejected { boot_at: at } => Some(*at),
            Registration::Accepted { beat_at } => Some(*beat_at),
        }
    }
}

impl SimulatedCharger {
    /// A new connection: boot, or go on as if the endpoint knew it. 2.x boots after a start only, 1.6 each time, as
    /// most of its chargers do.
    pub(crate) fn introduce(&mut self, now: Timestamp) {
        let but = self.behaviour.deviates.identity;
        let is_known = self.is_registered && (self.behaviour.version.is_v2() || but.boots_only_at_restart);
        if is_known || but.boots_only_when_asked {
            self.registration = Registration::Accepted { beat_at: self.next_beat(now) };
        } else {
            self.outbox.push((self.dialect().boot)(self));
        }
    }

    /// The boot was answered.
    pub(crate) fn booted(&mut self, result: &Value, now: Timestamp) {
        self.take_time(result, now);
        let interval = result["interval"].as_i64().filter(|seconds| *seconds > 0);
        let boot_at = after(now, interval.unwrap_or(OWN_INTERVAL));
        self.registration = match result["status"].as_str() {
            Some("Accepted") => {
                if let Some(seconds) = interval {
                    (self.dialect().set)(self, Setting::Heartbeat, seconds.to_string());
                }
                self.is_registered = true;
                (self.dialect().forget)(self);
                Registration::Accepted { beat_at: self.next_beat(now) }
            }
            // a charger that only boots when asked holds itself registered, whatever it is told
            _ if self.behaviour.deviates.identity.boots_only_when_asked => return,
            Some("Rejected") => Registration::Rejected { boot_at },
            _ => Registration::Pending { boot_at },
        };
    }

    /// The boot was not answered, or with an error.
    pub(crate) fn boot_unanswered(&mut self, now: Timestamp) {
        if !self.registration.is_accepted() {
            self.registration = Registration::Unknown { boot_at: Some(after(now, OWN_INTERVAL)) };
        }
    }

    /// Boots again when the wait is over.
    pub(crate) fn boot_again_if_due(&mut self, now: Timestamp) {
        let is_due = !self.registration.is_accepted() && self.registration.due().is_some_and(|at| at <= now);
        if is_due && !self.outbox.holds("BootNotification") {
            self.outbox.push((self.dialect().boot)(self));
        }
    }

    /// Sends a heartbeat when it is time, unless one is still under way.
    pub(crate) fn beat_if_due(&mut self, now: Timestamp) {
        if matches!(self.registration, Registration::Accepted { beat_at } if beat_at <= now) {
            self.registration = Registration::Accepted { beat_at: self.next_beat(now) };
            if !self.outbox.holds("Heartbeat") {
                self.outbox.push(heartbeat());
            }
        }
    }

    /// A new HeartbeatInterval counts from now.
    pub(crate) fn restart_beating(&mut self, now: Timestamp) {
        if self.registration.is_accepted() {
            self.registration = Registration::Accepted { beat_at: self.next_beat(now) };
        }
    }

    /// Takes the time the endpoint answers with.
    pub(crate) fn take_time(&mut self, result: &Value, now: Timestamp) {
        if let Some(time) = result["currentTime"].as_str() {
            self.clock.set(time, now);
        }
    }

    fn next_beat(&self, now: Timestamp) -> Timestamp {
        after(now, self.number(Setting::Heartbeat).max(1))
    }
}

/// The Heartbeat call.
pub(crate) fn heartbeat() -> Call {
    Call::new("Heartbeat", json!({}))
}
