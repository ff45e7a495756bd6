//! OCPP 2.0.1 and 2.1, as the charger speaks them. 2.1 is 2.0.1 and more: its table of commands lies over the other.

mod components;
mod messages;
mod model;
mod profile;
mod remote;
mod report;
mod smart_charging;
mod transaction;
mod variables;

use crate::dialect::{Dialect, Hear};
use crate::{Behaviour, SimulatedCharger};
use jiff::Timestamp;
use model::Model;
use serde_json::Value;
use transaction::Running;

/// What only a 2.x charger remembers.
#[derive(Debug)]
pub(crate) struct State {
    model: Model,
    /// Why it boots next.
    boot_reason: &'static str,
    /// The status of the connector that the endpoint was told last.
    notified: Option<&'static str>,
    /// The running transaction, as the endpoint knows it.
    running: Option<Running>,
    /// Transactions are named by when the charger started and their number since.
    started: i64,
    transactions: u64,
    /// Reset when the transaction is over.
    resets_when_idle: bool,
}

impl State {
    pub(crate) fn new(behaviour: &Behaviour, start: Timestamp) -> Self {
        State {
            model: Model::new(behaviour),
            boot_reason: "PowerUp",
            notified: None,
            running: None,
            started: start.as_second(),
            transactions: 0,
            resets_when_idle: false,
        }
    }

    /// A Reset that was asked for was carried out.
    pub(crate) fn rebooted(&mut self) {
        (self.boot_reason, self.resets_when_idle) = ("RemoteReset", false);
    }
}

/// OCPP 2.0.1.
pub(crate) static V201: Dialect = Dialect {
    commands: &[remote::COMMANDS, report::COMMANDS, smart_charging::COMMANDS, variables::COMMANDS],
    answers: ANSWERS,
    setting: |charger, setting| charger.v2.model.setting(setting),
    set: |charger, setting, value| charger.v2.model.set(setting, value),
    transaction: |charger| charger.v2.running.as_ref().map(|running| running.id.clone()),
    boot: messages::boot_notification,
    authorize: messages::authorize,
    forget: |charger| charger.v2.notified = None,
    notice: messages::notice,
    started: transaction::started,
    sampled: transaction::sampled,
    ended: transaction::ended,
};

/// OCPP 2.1.
pub(crate) static V21: Dialect = Dialect { commands: V201.commands, ..V201 };

const ANSWERS: &[&[(&str, Hear)]] = &[&[
    ("Authorize", |charger, result, now| {
        charger.authorised(status(&result["idTokenInfo"])? == "Accepted", now);
        Ok(())
    }),
    ("BootNotification", |charger, result, now| {
        status(result)?;
        charger.booted(result, now);
        Ok(())
    }),
    ("Heartbeat", |charger, result, now| {
        result["currentTime"].as_str().ok_or("currentTime is missing.")?;
        charger.take_time(result, now);
        Ok(())
    }),
    ("TransactionEvent", transaction_judged),
]];

fn transaction_judged(charger: &mut SimulatedCharger, result: &Value, now: Timestamp) -> Result<(), String> {
    if let Some(info) = result.get("idTokenInfo") {
        charger.start_judged(status(info)? == "Accepted", now);
    }
    Ok(())
}

/// The status in an answer; without one it makes no sense.
fn status(answer: &Value) -> Result<&str, String> {
    answer["status"].as_str().ok_or_else(|| "The status is missing.".to_owned())
}
