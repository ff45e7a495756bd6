//! What we ask of a charger, whatever version it speaks.

use crate::call::Call;
use crate::profile::{Profile, Purpose};
use crate::version::Version;
use crate::{v2, v16};

/// What can be triggered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Who are you?
    BootNotification,
    /// What do you measure now?
    MeterValues,
    /// What is your connector's state?
    StatusNotification,
    /// How is the charge? 2.x only: it brings the values that are sampled in a transaction.
    TransactionEvent,
}

impl Trigger {
    /// As it is spelled on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Trigger::BootNotification => "BootNotification",
            Trigger::MeterValues => "MeterValues",
            Trigger::StatusNotification => "StatusNotification",
            Trigger::TransactionEvent => "TransactionEvent",
        }
    }
}

/// A question or command. A connector is a connectorId in 1.6 and an evseId in 2.x; 0 is the whole station.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Put this limit there.
    SetProfile {
        /// Where.
        connector: u32,
        /// What.
        profile: Profile,
    },
    /// Take exactly this profile away.
    ClearProfile {
        /// Its id.
        id: i32,
    },
    /// Take away what stands in this place: for chargers that do not know our id any more.
    ClearPlace {
        /// Where.
        connector: u32,
        /// What for.
        purpose: Purpose,
        /// At which level.
        stack_level: i32,
    },
    /// Which limit is in force?
    CompositeSchedule {
        /// Where.
        connector: u32,
        /// For how long, s.
        duration_s: i32,
    },
    /// Start a charge.
    Start {
        /// Where.
        connector: u32,
        /// In whose name: at most 16 characters, because some chargers overrun a 20-character buffer (field problem P22),
        /// but where a charger has a name of its own for it.
        id_tag: String,
        /// Our number of this request; only 2.x has one.
        number: i32,
    },
    /// Stop a charge.
    Stop {
        /// Our own number of the transaction.
        transaction: i32,
    },
    /// Send me this now.
    Trigger {
        /// What.
        message: Trigger,
        /// Of which connector, where it matters.
        connector: Option<u32>,
    },
}

impl Ask {
    /// In the words of a version. `name` gives the name that the charger itself gave a transaction, from our own number of
    /// it; only 2.x knows names.
    pub fn call(&self, version: Version, name: impl Fn(i32) -> String) -> Call {
        if version.is_v2() { self.v2(name) } else { self.v16() }
    }

    fn v16(&self) -> Call {
        use v16::call as v16;
        match self {
            Ask::SetProfile { connector, profile } => v16::set_charging_profile(*connector, profile),
            Ask::ClearProfile { id } => v16::clear_charging_profile(*id),
            Ask::ClearPlace { connector, purpose, stack_level } => v16::clear_at(*connector, *purpose, *stack_level),
            Ask::CompositeSchedule { connector, duration_s } => v16::get_composite_schedule(*connector, *duration_s),
            Ask::Start { connector, id_tag, .. } => v16::remote_start(*connector, id_tag),
            Ask::Stop { transaction } => v16::remote_stop(*transaction),
            Ask::Trigger { message, connector } => v16::trigger(*message, *connector),
        }
    }

    fn v2(&self, name: impl Fn(i32) -> String) -> Call {
        use v2::call as v2;
        match self {
            Ask::SetProfile { connector, profile } => {
                v2::set_charging_profile(*connector, &super::v2::profile::wire(profile, name))
            }
            Ask::ClearProfile { id } => v2::clear_charging_profile(*id),
            Ask::ClearPlace { connector, purpose, stack_level } => v2::clear_at(*connector, *purpose, *stack_level),
            Ask::CompositeSchedule { connector, duration_s } => v2::get_composite_schedule(*connector, *duration_s),
            Ask::Start { connector, id_tag, number } => v2::request_start(*connector, id_tag, *number),
            Ask::Stop { transaction } => v2::request_stop(&name(*transaction)),
            Ask::Trigger { message, connector } => v2::trigger(*message, *connector),
        }
    }
}
