//! A LAN in network namespaces (Linux, root only): a laptop, a switch for each of its network cards, and devices that show
//! themselves as on a real LAN, each with its own hardware address and its own IP address. It leads nowhere else.
//!
//! Each host is a process in a namespace of its own. The namespaces have no names: they end with their processes, and these
//! end when their standard input closes, so also with a test that fails or is killed.

pub mod guest;
pub mod look_alike;
mod namespace;
pub mod seen;
pub mod witness;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use guest::Guest;
use namespace::Namespace;
use seen::Seen;

/// One LAN at a time: all share the system's table of neighbours, and a scan wants the computer for itself.
static ONE: Mutex<()> = Mutex::new(());

/// A laptop and the LANs it is on.
pub struct Lan {
    /// Holds the switches, and the other ends of all cables.
    cabinet: Namespace,
    laptop: Namespace,
    guests: Vec<Namespace>,
    cables: usize,
    _only: MutexGuard<'static, ()>,
}

/// A network card of the laptop.
pub struct Card {
    /// Its name, for example `eth0` or `tun0`; its switch is named `lan-` and this.
    pub name: &'static str,
    /// Its address with prefix length, for example `192.168.77.2/24`.
    pub address: &'static str,
}

impl Lan {
    /// A laptop with these cards, and nobody else yet. `None` where this user may not make one; that is said.
    pub fn make(cards: &[Card]) -> Option<Lan> {
        // a test that failed left nothing behind
        let only = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let namespaces = Namespace::start("exec cat", &[]).zip(Namespace::start("exec cat", &[]));
        let Some((mut cabinet, mut laptop)) = namespaces else {
            println!("Left out: only root on Linux, with iproute2, may make the network that this test needs.");
            return None;
        };
        cabinet.go("");
        laptop.go("");
        let mut lan = Lan { cabinet, laptop, guests: Vec::new(), cables: 0, _only: only };
        lan.laptop_ip("link set lo up");
        for card in cards {
            lan.plug_in(card);
        }
        Some(lan)
    }

    /// Gives the laptop one more card, with a switch of its own.
    pub fn plug_in(&mut self, card: &Card) {
        let Card { name, address } = card;
        // no querier is there who would make snooping work
        self.cabinet.ip(&format!("link add lan-{name} type bridge mcast_snooping 0\nlink set lan-{name} up\n"));
        let cable = self.cable(name, self.laptop.id(), name, "");
        self.cabinet.ip(&cable);
        self.laptop_ip(&format!("address add {address} broadcast + dev {name}\nlink set {name} up"));
    }

    /// Brings in guests, all at once, and waits until each is there.
    ///
    /// # Panics
    /// One cannot do what it is there for: this says why.
    pub fn bring(&mut self, guests: &[Guest]) {
        let mut started: Vec<Namespace> = guests.iter().map(|guest| guest.start()).collect();
        let mut cables = String::new();
        for (guest, namespace) in guests.iter().zip(&started) {
            cables += &self.cable(guest.card, namespace.id(), "eth0", &guest.mac);
        }
        self.cabinet.ip(&cables);
        for (guest, namespace) in guests.iter().zip(&mut started) {
            namespace.go(&guest.address);
        }
        for (guest, namespace) in guests.iter().zip(&mut started) {
            let said = namespace.line();
            assert_eq!(said.as_deref(), Some("here"), "{} at {}", guest.role.join(" "), guest.address);
        }
        self.guests.extend(started);
    }

    /// Takes all guests away.
    pub fn send_home(&mut self) {
        self.guests.clear();
    }

    /// Orders to `ip` that lay a cable from the switch of a card to a host.
    fn cable(&mut self, card: &str, host: u32, name: &str, mac: &str) -> String {
        self.cables += 1;
        let port = format!("port{}", self.cables);
        let mac = if mac.is_empty() { String::new() } else { format!("address {mac}") };
        let mut orders = format!("link add {port} type veth peer name {name} {mac} netns {host}\n");
        let _ = writeln!(orders, "link set {port} master lan-{card} up");
        orders
    }

    /// Orders to `ip` on the laptop, one a line.
    pub fn laptop_ip(&self, orders: &str) {
        self.laptop.ip(orders);
    }

    /// A program on the laptop.
    pub fn on_laptop(&self, program: impl AsRef<OsStr>) -> Command {
        self.laptop.command(program)
    }

    /// A program on a guest, by its place among those that were brought.
    pub fn on_guest(&self, index: usize, program: impl AsRef<OsStr>) -> Command {
        self.guests[index].command(program)
    }

    /// Begins to write down what goes over the laptop's cards.
    pub fn watch(&self) -> Watch<'_> {
        let mut witness = self.laptop.command(guest::program());
        witness.arg("witness");
        Watch {
            lan: self,
            witness: witness::Witness::start(witness),
            sent: self.packets_sent(),
            own: self.laptop_addresses(),
        }
    }

    /// How many packets the laptop has sent on all its cards but loopback.
    fn packets_sent(&self) -> u64 {
        let output = self.laptop.command("cat").arg("/proc/net/dev").output().expect("cat runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let cards = text.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.trim() != "lo");
        // the tenth number is of packets sent
        cards.filter_map(|(_, numbers)| numbers.split_whitespace().nth(9)?.parse::<u64>().ok()).sum()
    }

    /// The laptop's addresses, all of them.
    fn laptop_addresses(&self) -> Vec<IpAddr> {
        let output = self.laptop.command("ip").args(["-brief", "address"]).output().expect("ip runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().filter_map(|word| word.split_once('/')?.0.parse().ok()).collect()
    }
}

/// What goes over the laptop's cards is being written down.
pub struct Watch<'a> {
    lan: &'a Lan,
    witness: witness::Witness,
    sent: u64,
    own: Vec<IpAddr>,
}

impl Watch<'_> {
    /// What the laptop has sent meanwhile.
    ///
    /// # Panics
    /// The witness missed some of it, or did not come to an end.
    pub fn end(self) -> Seen {
        let sent = self.lan.packets_sent() - self.sent;
        // its addresses may have changed meanwhile
        let own = [self.own, self.lan.laptop_addresses()].concat();
        let seen = Seen::read(&self.witness.end(), &own);
        assert!(seen.packets.len() as u64 >= sent, "{} of {sent} packets were seen", seen.packets.len());
        seen
    }
}
