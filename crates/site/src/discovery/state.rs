//! What discovery knows now, for those who show it.

use std::net::Ipv4Addr;
use std::time::Duration;

use chargehand_catalogue::{Certainty, Fingerprint, Identity, Kind, Sign};

use serde::Serialize;

use super::network::Network;

/// The whole of what discovery knows now. Text in it that came from the network is short and without controls; it is no
/// markup.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What it is doing.
    pub phase: Phase,
    /// The networks it looks through, or looked through last.
    pub networks: Vec<Network>,
    /// Networks that are left out: this computer reaches their addresses by another way, mostly a VPN.
    pub elsewhere: Vec<Network>,
    /// How long until the scan begins that waits; nothing where none does.
    pub begins_in: Option<Duration>,
    /// How much of that is done, 0 to 1000.
    pub done_permille: u16,
    /// How long the scan has run, or ran.
    pub took: Duration,
    /// What was found, chargers first, the surest first.
    pub devices: Vec<Device>,
    /// What was tried, in order.
    pub tried: Vec<Tried>,
    /// What a person can do where the charger is not among the devices; empty while a scan runs.
    pub advice: Vec<Advice>,
}

/// What discovery is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing: nothing is sent and nothing heard.
    #[default]
    Idle,
    /// A scan waits: the network was looked through a moment ago, and is left in peace for a while
    /// ([`COOL_DOWN`](super::limits::COOL_DOWN)).
    Waiting,
    /// It looks through the networks.
    Scanning,
    /// It hears what devices tell, and asks again now and then.
    Listening,
}

/// A device that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Stays the same while discovery runs.
    pub id: u32,
    /// Its addresses; empty only where it connected from elsewhere.
    pub addresses: Vec<Ipv4Addr>,
    /// The address of its network card, as `aa:bb:cc:dd:ee:ff`; empty where it is not known.
    pub mac: String,
    /// Its host name; empty where it is not known.
    pub host: String,
    /// What it is to those who commission chargers.
    pub kind: Kind,
    /// How sure that is.
    pub certainty: Certainty,
    /// What it tells of itself.
    pub identity: Identity,
    /// The fingerprint that fits best; `None` where it only connected.
    pub fingerprint: Option<&'static Fingerprint>,
    /// Others that fit as well, by name.
    pub others: Vec<&'static str>,
    /// Why, the strongest first.
    pub signs: Vec<Sign>,
    /// The TCP ports that were found open.
    pub open_ports: Vec<u16>,
    /// Its OCPP identity, where it has connected to us by itself.
    pub connected: Option<String>,
    /// Another platform for chargers: the charger may belong to it already.
    pub is_platform: bool,
}

impl Device {
    /// What it is, in a few words: "Fronius Wattpilot", "probably Voltie Charger", "possible charger, perhaps Compleo Solo
    /// or Duo".
    pub fn title(&self) -> String {
        let named = match self.called() {
            it if it.is_empty() => "unknown".to_owned(),
            it => it,
        };
        match (self.certainty, self.kind) {
            (Certainty::Named, _) => named,
            (Certainty::Probable, _) => format!("probably {named}"),
            (Certainty::Possible, Kind::Companion) => format!("possibly {named}"),
            (Certainty::Possible, _) => format!("possible charger, perhaps {named}"),
        }
    }

    /// Its maker and model, without how sure that is: as it tells them, else as its fingerprint has them; empty where
    /// nothing is known.
    pub fn called(&self) -> String {
        // what connected by itself said itself what it is
        self.identity.called(self.fingerprint.filter(|_| self.connected.is_none()))
    }
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What.
    pub step: Step,
    /// What came of it so far, as a sentence.
    pub result: String,
    /// It is over.
    pub is_done: bool,
}

/// A way of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Asking for services, and hearing them announced.
    Mdns,
    /// Questions to all, and what devices tell all.
    Udp,
    /// Which addresses are taken.
    Arp,
    /// Which ports are open.
    Tcp,
    /// Reading pages and registers that tell what it is.
    Identify,
}

/// What to try next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// For programs: `vpn`, `type_address`, `power`, `same_network`, `isolation`, `modbus`, `hot_spot`, `connect`, `narrowed`.
    pub code: &'static str,
    /// For people.
    pub text: &'static str,
}
