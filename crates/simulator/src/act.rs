//! What a person does at a simulated charger, and what happens around it.

use crate::car::{Car, CarMake};
use crate::session::{IdToken, Start, Stop};
use crate::{SimulatedCharger, Version};
use jiff::Timestamp;

/// What a person does at a simulated charger, or what happens around it.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Plugs the car in.
    Plug,
    /// Pulls the plug; a transaction ends with it.
    Unplug,
    /// The breaker in front of the charger. Off: the connection drops without a goodbye, what is only in RAM is lost,
    /// nothing flows. On: the charger boots and connects.
    Breaker {
        /// Whether it gives power.
        on: bool,
    },
    /// The network. Down: the connection drops without a goodbye and the charger goes on by itself.
    Network {
        /// Whether it carries anything.
        up: bool,
    },
    /// Current leaks to earth, or no longer does. While it does the charger is Faulted: nothing flows, a transaction is
    /// over, the pilot stands at -12 V.
    Fault {
        /// Whether it leaks.
        on: bool,
    },
    /// What the rest of the house draws from now on.
    House {
        /// In watts over all phases, 0 or more.
        watts: f64,
    },
    /// What the sun gives from now on.
    Sun {
        /// In watts over all phases, 0 or more.
        watts: f64,
    },
    /// Another car: the one that is there is unplugged, the next plug brings this one.
    Car(CarMake),
    /// Presents a tag: begins a transaction, or ends the one it began.
    Tag(String),
}

impl SimulatedCharger {
    /// Something is done at the charger, or happens around it. Returns the frames to send.
    pub fn act(&mut self, act: &Act, now: Timestamp) -> Vec<String> {
        self.advance(now);
        match act {
            Act::Plug => self.plug_in(now),
            Act::Unplug => self.pull_plug(now),
            Act::Breaker { on: true } => self.power_on(now),
            Act::Breaker { on: false } => self.power_off(now),
            Act::Network { up } => self.switch_network(*up, now),
            Act::Fault { on } => self.switch_fault(*on, now),
            Act::House { watts } => self.behaviour.supply.house_watts = watts.max(0.0),
            Act::Sun { watts } => self.behaviour.supply.sun_watts = watts.max(0.0),
            Act::Car(make) => self.swap_car(make, now),
            Act::Tag(text) => self.present_tag(text, now),
        }
        self.settle(Vec::new(), now)
    }

    fn plug_in(&mut self, now: Timestamp) {
        if !self.connector.plugged {
            self.connector.plugged = true;
            self.car = Car::new(&self.behaviour.car, now);
        }
    }

    fn pull_plug(&mut self, now: Timestamp) {
        self.stop_transaction(Stop::EvDisconnected, now);
        self.connector.unplugged();
    }

    fn switch_fault(&mut self, on: bool, now: Timestamp) {
        if on {
            self.stop_transaction(Stop::Fault, now);
            self.connector.waiting = None;
        }
        self.connector.faulted = on;
    }

    fn swap_car(&mut self, make: &CarMake, now: Timestamp) {
        self.pull_plug(now);
        let phases = make.phases.clamp(1, self.behaviour.phases);
        self.behaviour.car = CarMake { phases, ..make.clone() };
        self.car = Car::new(&self.behaviour.car, now);
    }

    /// The tag that began the transaction ends it; another one is not heard meanwhile.
    fn present_tag(&mut self, text: &str, now: Timestamp) {
        if !self.is_awake() {
            return;
        }
        let kind = if self.behaviour.version == Version::V16 { "" } else { "ISO14443" };
        let id_token = IdToken { text: text.to_owned(), kind: kind.to_owned() };
        match &self.connector.transaction {
            Some(running) if running.id_token.text == text => self.stop_transaction(Stop::Local, now),
            Some(_) => {}
            None if self.connector.is_free() && !self.is_trapped() && !self.is_kept_from(&id_token) => {
                self.ask_start(Start { id_token, authorised: false, profile: None, remote_start_id: None }, now);
            }
            None => {}
        }
    }
}
