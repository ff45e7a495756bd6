//! OCPP 1.6J with its security extension, as the charger speaks it.

mod commands;
mod configuration;
mod messages;
mod profile;
mod security;
mod smart_charging;

pub(crate) use messages::status_notification;

use crate::Behaviour;
use crate::dialect::Dialect;
use configuration::Configuration;

/// What only a 1.6 charger remembers.
#[derive(Debug)]
pub(crate) struct State {
    configuration: Configuration,
    /// The status of charger and connector that the endpoint was told last.
    notified: [Option<&'static str>; 2],
}

impl State {
    pub(crate) fn new(behaviour: &Behaviour) -> Self {
        State { configuration: Configuration::new(behaviour), notified: [None, None] }
    }
}

/// OCPP 1.6.
pub(crate) static DIALECT: Dialect = Dialect {
    commands: &[commands::COMMANDS, security::COMMANDS],
    answers: &[messages::ANSWERS],
    setting: |charger, setting| charger.v16.configuration.get(configuration::key(setting)),
    set: |charger, setting, value| charger.v16.configuration.set(configuration::key(setting), value),
    transaction: |charger| {
        // what is named is an earlier one while the latest is still to be told
        let id = charger.outbox.transaction_id.filter(|_| !charger.outbox.holds("StartTransaction"));
        id.map(|id| id.to_string())
    },
    boot: messages::boot_notification,
    authorize: messages::authorize,
    connected: |charger, _| {
        // the key shows what worked
        let profile = charger.network.way().security_profile.to_string();
        charger.v16.configuration.set("SecurityProfile", profile);
        charger.v16.notified = [None, None];
    },
    rebooted: |_, _| {},
    forget: |charger| charger.v16.notified = [None, None],
    notice: messages::notice,
    started: messages::started,
    ticked: |_, _| {},
    due: |_| None,
    sampled: messages::sampled,
    aligned: messages::aligned,
    // 1.6 tells it by the status only
    unreserved: |_, _, _| {},
    ended: messages::ended,
};
