//! OCPP 2.0.1 and 2.1, as the charger speaks them. 2.1 is 2.0.1 and more: its table of commands lies over the other.

mod authorisation;
mod components;
mod der;
mod dynamic;
mod messages;
mod model;
mod monitoring;
mod monitors;
mod newer;
mod profile;
mod remote;
mod report;
mod security;
mod smart_charging;
mod stream;
mod transaction;
mod variable;
mod variables;

use crate::dialect::{Dialect, Hear};
use crate::network::Way;
use crate::{Behaviour, Restart, SimulatedCharger};
use jiff::{SignedDuration, Timestamp};
use model::Model;
use monitoring::Monitors;
use serde_json::Value;
use transaction::Running;

/// What only a 2.x charger remembers.
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
    /// Priority charging is on (2.1).
    pub(crate) priority: bool,
    monitors: Monitors,
    /// Controls for grid support (2.1).
    controls: Vec<der::Control>,
    /// Whether the endpoint was told that the station is switched on.
    told_operative: bool,
    /// The network profiles, each in its slot.
    pub(crate) slots: Vec<Way>,
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
            priority: false,
            monitors: Monitors::default(),
            controls: Vec::new(),
            told_operative: true,
            slots: vec![Way::default()],
        }
    }
}

/// A connection stands. After a short while without one, only what changed meanwhile is told (B04).
fn connected(charger: &mut SimulatedCharger, offline: SignedDuration) {
    security::connected(charger);
    let threshold = charger.v2.model.kept("OCPPCommCtrlr", "OfflineThreshold", None).parse().unwrap_or(0);
    if offline.as_secs() > threshold {
        charger.v2.notified = None;
    }
}

/// It was started anew.
fn rebooted(charger: &mut SimulatedCharger, why: Restart) {
    let reason = if why == Restart::Power { "PowerUp" } else { "RemoteReset" };
    (charger.v2.boot_reason, charger.v2.resets_when_idle) = (reason, false);
    security::rebooted(charger);
}

/// Time passed: streams flow, values are asked for.
fn ticked(charger: &mut SimulatedCharger, now: Timestamp) {
    stream::flow(charger, now);
    dynamic::pull_if_due(charger, now);
}

fn due(charger: &SimulatedCharger) -> Option<Timestamp> {
    [monitoring::due(charger), stream::due(charger), charger.profiles.pull_due()].into_iter().flatten().min()
}

/// OCPP 2.0.1.
pub(crate) static V201: Dialect = Dialect {
    commands: &[
        authorisation::COMMANDS,
        monitors::COMMANDS,
        remote::COMMANDS,
        remote::UNSUPPORTED,
        report::COMMANDS,
        security::COMMANDS,
        smart_charging::COMMANDS,
        variables::COMMANDS,
    ],
    answers: &[ANSWERS],
    setting: |charger, setting| charger.v2.model.setting(setting),
    set: |charger, setting, value| charger.v2.model.set(setting, value),
    transaction: |charger| charger.v2.running.as_ref().map(|running| running.id.clone()),
    boot: messages::boot_notification,
    authorize: messages::authorize,
    connected,
    rebooted,
    forget: |charger| charger.v2.notified = None,
    notice: messages::notice,
    ticked,
    due,
    started: transaction::started,
    sampled: transaction::sampled,
    aligned: messages::aligned,
    unreserved: authorisation::unreserved,
    ended: transaction::ended,
};

/// OCPP 2.1.
pub(crate) static V21: Dialect = Dialect {
    commands: &[
        authorisation::COMMANDS,
        der::COMMANDS,
        dynamic::COMMANDS,
        monitors::COMMANDS,
        remote::COMMANDS,
        remote::UNSUPPORTED,
        remote::UNSUPPORTED_IN_2_1,
        report::COMMANDS,
        security::COMMANDS,
        smart_charging::COMMANDS,
        stream::COMMANDS,
        variables::COMMANDS,
    ],
    answers: &[ANSWERS, ANSWERS_IN_2_1],
    ..V201
};

const ANSWERS: &[(&str, Hear)] = &[
    ("Authorize", |charger, _, result, now| {
        charger.authorised(status(&result["idTokenInfo"])? == "Accepted", now);
        Ok(())
    }),
    ("BootNotification", |charger, _, result, now| {
        status(result)?;
        let is_first = !charger.is_registered;
        charger.booted(result, now);
        if is_first && charger.is_registered {
            let event = if charger.v2.boot_reason == "PowerUp" { "StartupOfTheDevice" } else { "ResetOrReboot" };
            charger.security_event(event, now);
        }
        Ok(())
    }),
    ("Heartbeat", |charger, _, result, now| {
        result["currentTime"].as_str().ok_or("The currentTime is missing.")?;
        charger.take_time(result, now);
        Ok(())
    }),
    ("TransactionEvent", |charger, asked, result, now| {
        let Some(info) = result.get("idTokenInfo") else { return Ok(()) };
        let is_accepted = status(info)? == "Accepted";
        // the answer may be about an earlier one, which was told late
        if charger.running().is_some_and(|id| asked["transactionInfo"]["transactionId"] == id) {
            charger.start_judged(is_accepted, now);
        }
        Ok(())
    }),
];

const ANSWERS_IN_2_1: &[(&str, Hear)] =
    &[("OpenPeriodicEventStream", stream::opened), ("PullDynamicScheduleUpdate", dynamic::pulled)];

/// The status in an answer; without one it makes no sense.
fn status(answer: &Value) -> Result<&str, String> {
    answer["status"].as_str().ok_or_else(|| "The status is missing.".to_owned())
}
