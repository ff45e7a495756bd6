//! Power and network, which can be taken from a charger at any moment.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::session::Stop;
use jiff::Timestamp;

/// How long a charger boots, in seconds.
const BOOT: i64 = 5;

/// Whether the charger has power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mains {
    Off,
    /// It has, and is starting.
    Booting {
        until: Timestamp,
    },
    On,
}

impl Mains {
    /// When the boot is over.
    pub(crate) fn due(self) -> Option<Timestamp> {
        match self {
            Mains::Booting { until } => Some(until),
            Mains::Off | Mains::On => None,
        }
    }
}

/// Why the charger was started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    /// The endpoint wanted it.
    Reset,
    /// The power was gone.
    Power,
}

impl SimulatedCharger {
    /// Whether the charger has power, has booted and finds a network: whoever drives it may connect it. When this turns
    /// false the connection is gone, without a goodbye.
    pub fn can_connect(&self) -> bool {
        self.is_awake() && self.networked
    }

    /// Why it cannot connect, as a sentence; nothing when it can.
    pub fn why_cut_off(&self) -> Option<&'static str> {
        match self.mains {
            Mains::Off => Some("The charger has no power."),
            Mains::Booting { .. } => Some("The charger starts."),
            Mains::On if !self.networked => Some("The charger finds no network."),
            Mains::On => None,
        }
    }

    /// Whether it has power and has booted.
    pub(crate) fn is_awake(&self) -> bool {
        self.mains == Mains::On
    }

    /// The breaker is switched off: nothing flows, nothing is said, and only what is in flash stays. The transaction is
    /// over; that is told with the next connection.
    pub(crate) fn power_off(&mut self, now: Timestamp) {
        if self.mains == Mains::Off {
            return;
        }
        self.stop_transaction(Stop::PowerLoss, now);
        self.reboot_by = None;
        self.disconnected(now);
        self.restart(Restart::Power);
        self.hangs = false;
        self.mains = Mains::Off;
    }

    /// The breaker is switched on: the charger boots.
    pub(crate) fn power_on(&mut self, now: Timestamp) {
        if self.mains == Mains::Off {
            self.mains = Mains::Booting { until: after(now, BOOT) };
        }
    }

    /// The boot is over.
    pub(crate) fn wake_if_due(&mut self, now: Timestamp) {
        if self.mains.due().is_some_and(|until| until <= now) {
            self.mains = Mains::On;
        }
    }

    /// The network is there or not.
    pub(crate) fn switch_network(&mut self, up: bool, now: Timestamp) {
        if self.networked && !up {
            self.disconnected(now);
        }
        self.networked = up;
    }

    /// The charger starts anew: what it held in RAM is gone.
    pub(crate) fn restart(&mut self, why: Restart) {
        self.is_registered = false;
        (self.dialect().rebooted)(self, why);
        self.connector.rebooted();
    }
}
