//! Which networks may be looked through, and which addresses that makes. Nothing is sent to an address that does not come
//! from here as a [`Target`].

use std::net::Ipv4Addr;

use super::limits::{NARROWED, WIDEST};
use crate::addresses::{Situation, situation};
use crate::network::{Interface, Kind};

/// A network of ours that may be looked through: private, and no wider than [`WIDEST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    interface: Interface,
    /// Of the part whose every address is asked.
    prefix: u8,
    /// Of the part where those are asked that show themselves: all of the card's private network.
    heard: u8,
    key: String,
}

/// An address that may be asked: a host's in a network of ours, or a private one that a person typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(Ipv4Addr);

/// Why a network or a host is not looked through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// It is no address, or no network.
    #[error("{0:?} is not an IPv4 address or network. Write an address as 192.168.1.20, a network as 192.168.1.0/24.")]
    NotRead(String),
    /// It is of the internet.
    #[error(
        "{0} is not private. Only local networks are looked through: 10.x, 172.16 to 172.31, 192.168.x, 169.254.x."
    )]
    NotPrivate(String),
    /// It is too wide.
    #[error(
        "{0} holds more than 1022 addresses. Name a part of it, at most a /22, for example the /24 of the charger."
    )]
    TooWide(String),
    /// This computer is not in it.
    #[error("This computer has no address in {0}. Connect it to that network, or type the charger's own address.")]
    NotOurs(String),
    /// It leads elsewhere.
    #[error("{0} is reached by a VPN or is this computer itself. Chargers are not looked for there.")]
    Elsewhere(String),
}

impl Network {
    /// The network around an address of ours; nothing where it may not be looked through. Of a wider one every address
    /// around ours is asked, and of the others those that show themselves: a charger at a direct cable takes any of 65,534.
    pub fn around(interface: &Interface) -> Option<Self> {
        let prefix = if interface.prefix < WIDEST { NARROWED } else { interface.prefix };
        let fits = interface.kind.is_for_chargers() && is_private(interface.address) && prefix <= 30;
        let heard = interface.prefix.max(private_prefix(interface.address)).min(prefix);
        fits.then(|| Self::new(interface, prefix, heard))
    }

    fn new(interface: &Interface, prefix: u8, heard: u8) -> Self {
        let mut network = Self { interface: interface.clone(), prefix, heard, key: String::new() };
        network.key = network.cidr();
        network
    }

    /// The system's name of the network card.
    pub fn interface(&self) -> &str {
        &self.interface.name
    }

    /// Our address in it.
    pub fn address(&self) -> Ipv4Addr {
        self.interface.address
    }

    /// What kind of network it is.
    pub fn kind(&self) -> Kind {
        self.interface.kind
    }

    /// As it is written: `192.168.1.0/24`.
    pub fn cidr(&self) -> String {
        format!("{}/{}", self.first(), self.prefix)
    }

    /// The network of the card is wider than what is looked through.
    pub fn is_narrowed(&self) -> bool {
        self.interface.prefix < self.prefix
    }

    /// What a person's consent is kept under: the hardware address of its router, else the network as it is written.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether its key tells it from another network with the same addresses: by its router, or because it is one without.
    pub fn is_recognised(&self) -> bool {
        let is_without = [Situation::DirectCable, Situation::OwnHotSpot];
        self.key != self.cidr() || is_without.contains(&situation(std::slice::from_ref(&self.interface)))
    }

    /// Whether it may be the network of these addresses that was recognised by this router: it is the same, or not known.
    pub(super) fn may_be_behind(&self, router: &str) -> bool {
        let cidr = self.cidr();
        self.key == router || self.key == cidr || router == cidr
    }

    /// The same network, recognised by its router.
    pub(super) fn behind(mut self, router: Option<[u8; 6]>) -> Self {
        if let Some(mac) = router {
            self.key = mac.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":");
        }
        self
    }

    /// How many hosts the part has room for whose every address is asked.
    pub fn hosts(&self) -> u32 {
        u32::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0).saturating_sub(1)
    }

    /// Whether an address is a host's in it; ours is not.
    pub fn target(&self, address: Ipv4Addr) -> Option<Target> {
        let of_all = [self.address(), first(self.address(), self.heard), self.card_first(), self.card_last()];
        let inside = first(address, self.heard) == first(self.address(), self.heard);
        (inside && !of_all.contains(&address) && is_private(address)).then_some(Target(address))
    }

    /// All hosts around us, but us.
    pub fn targets(&self) -> impl Iterator<Item = Target> + '_ {
        let first = u32::from(self.first());
        (1..=self.hosts()).filter_map(move |offset| self.target(Ipv4Addr::from(first.checked_add(offset)?)))
    }

    /// The address that reaches all in the card's network, of which a part has none of its own; nothing where it is not
    /// private. Not the one the system names: that is missing on some.
    pub fn broadcast(&self) -> Option<Ipv4Addr> {
        Some(self.card_last()).filter(|all| is_private(*all))
    }

    fn first(&self) -> Ipv4Addr {
        first(self.address(), self.prefix)
    }

    fn card_first(&self) -> Ipv4Addr {
        first(self.address(), self.interface.prefix)
    }

    fn card_last(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.card_first()) | !mask(self.interface.prefix))
    }
}

fn first(address: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(address) & mask(prefix))
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

impl Target {
    /// An address that a person typed.
    ///
    /// # Errors
    /// It is not a private one.
    pub fn typed(text: &str) -> Result<Self, NotAllowed> {
        let address: Ipv4Addr =
            text.trim().parse().map_err(|_| NotAllowed::NotRead(text.chars().take(40).collect()))?;
        if is_private(address) { Ok(Self(address)) } else { Err(NotAllowed::NotPrivate(address.to_string())) }
    }

    /// The address.
    pub fn address(self) -> Ipv4Addr {
        self.0
    }

    /// Whoever runs a test answers on the loopback network.
    #[cfg(test)]
    pub(super) fn here(address: Ipv4Addr) -> Self {
        assert!(address.is_loopback());
        Self(address)
    }
}

/// RFC 1918, or link-local (RFC 3927).
pub(super) fn is_private(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_link_local()
}

/// How long the prefix is of the private block that an address is in; a card that names a wider network is set up wrongly.
fn private_prefix(address: Ipv4Addr) -> u8 {
    match address.octets() {
        [10, ..] => 8,
        [172, ..] => 12,
        _ => 16,
    }
}

/// The networks of these addresses that are looked through unless a person chooses. A link-local one only where there is
/// no other: a direct cable.
pub fn networks(interfaces: &[Interface]) -> Vec<Network> {
    let all: Vec<Network> = interfaces.iter().filter_map(Network::around).collect();
    let (direct, routed): (Vec<Network>, Vec<Network>) = all.into_iter().partition(|it| it.kind() == Kind::LinkLocal);
    let mut chosen = if routed.is_empty() { direct } else { routed };
    chosen.dedup_by(|a, b| a.cidr() == b.cidr());
    chosen
}

/// The network that a person named, `192.168.1.0/24`: one of ours or a part of it, also a virtual one.
///
/// # Errors
/// It may not be looked through.
pub fn named(text: &str, interfaces: &[Interface]) -> Result<Network, NotAllowed> {
    let not_read = || NotAllowed::NotRead(text.chars().take(40).collect());
    let (address, prefix) = text.trim().split_once('/').ok_or_else(not_read)?;
    let address: Ipv4Addr = address.parse().map_err(|_| not_read())?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 30).ok_or_else(not_read)?;
    let text = text.trim().to_owned();
    if !is_private(address) {
        return Err(NotAllowed::NotPrivate(text));
    }
    if prefix < WIDEST {
        return Err(NotAllowed::TooWide(text));
    }
    let wanted = |interface: &&Interface| {
        interface.prefix <= prefix && first(interface.address, prefix) == first(address, prefix)
    };
    let interface = interfaces.iter().find(wanted).ok_or_else(|| NotAllowed::NotOurs(text.clone()))?;
    let leads_elsewhere = matches!(interface.kind, Kind::Vpn | Kind::Loopback | Kind::Public);
    if leads_elsewhere { Err(NotAllowed::Elsewhere(text)) } else { Ok(Network::new(interface, prefix, prefix)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interface(address: &str, prefix: u8, kind: Kind) -> Interface {
        Interface { name: "eth0".into(), address: address.parse().expect("an address"), prefix, kind }
    }

    #[test]
    fn only_private_networks_of_ours_are_looked_through() {
        let around = |address, prefix, kind| Network::around(&interface(address, prefix, kind)).map(|it| it.cidr());
        assert_eq!(around("192.168.1.23", 24, Kind::WiFi).as_deref(), Some("192.168.1.0/24"));
        assert_eq!(around("10.1.2.3", 8, Kind::Cable).as_deref(), Some("10.1.2.0/24"), "cut down to what is around us");
        assert_eq!(around("10.1.2.3", 22, Kind::Cable).as_deref(), Some("10.1.0.0/22"));
        for (address, kind) in [
            ("127.0.0.1", Kind::Loopback),
            ("8.8.8.8", Kind::Public),
            ("100.64.1.1", Kind::Vpn),
            ("10.8.0.2", Kind::Vpn),
            ("172.17.0.1", Kind::Virtual),
            ("8.8.8.8", Kind::Cable),
        ] {
            assert_eq!(around(address, 24, kind), None, "{address}");
        }
        assert_eq!(around("192.168.1.23", 31, Kind::Cable), None, "two routers' own");
    }

    #[test]
    fn a_direct_cable_is_looked_through_where_it_is_the_only_network() {
        let (cable, wifi) = (interface("169.254.7.7", 16, Kind::LinkLocal), interface("192.168.1.23", 24, Kind::WiFi));
        let cidrs = |all: &[Interface]| networks(all).iter().map(Network::cidr).collect::<Vec<_>>();
        assert_eq!(cidrs(&[cable.clone(), wifi]), ["192.168.1.0/24"]);
        assert_eq!(cidrs(&[cable]), ["169.254.7.0/24"]);
    }

    #[test]
    fn a_charger_that_shows_itself_is_asked_anywhere_in_the_cards_network_and_nowhere_else() {
        let cable = Network::around(&interface("169.254.7.7", 16, Kind::LinkLocal)).expect("private");
        let ip = |text: &str| text.parse::<Ipv4Addr>().expect("an address");
        assert!(cable.target(ip("169.254.88.3")).is_some() && cable.target(ip("192.168.1.5")).is_none());
        assert_eq!((cable.targets().count(), cable.broadcast()), (253, Some(ip("169.254.255.255"))));
        for all in ["169.254.0.0", "169.254.255.255", "169.254.7.7"] {
            assert_eq!(cable.target(ip(all)), None, "{all}");
        }
        let wrong = Network::around(&interface("192.168.1.23", 8, Kind::Cable)).expect("private");
        assert_eq!(wrong.broadcast(), None, "it would be of the internet");
        assert!(wrong.target(ip("192.168.9.9")).is_some() && wrong.target(ip("192.169.1.1")).is_none());
        let part = named("10.1.2.0/24", &[interface("10.1.2.3", 16, Kind::Cable)]).expect("ours");
        assert_eq!((part.target(ip("10.1.9.9")), part.broadcast()), (None, Some(ip("10.1.255.255"))));
    }

    #[test]
    fn a_network_by_name_is_ours_private_and_not_too_wide() {
        let ours = [interface("10.1.2.3", 16, Kind::Cable), interface("10.8.0.2", 24, Kind::Vpn)];
        assert_eq!(named("10.1.2.0/24", &ours).map(|it| it.cidr()), Ok("10.1.2.0/24".into()));
        assert!(matches!(named("10.1.0.0/16", &ours), Err(NotAllowed::TooWide(_))));
        assert!(matches!(named("10.1.9.0/24", &ours), Err(NotAllowed::NotOurs(_))));
        assert!(matches!(named("8.8.8.0/24", &ours), Err(NotAllowed::NotPrivate(_))));
        assert!(matches!(named("10.8.0.0/24", &ours), Err(NotAllowed::Elsewhere(_))));
        for wrong in ["", "10.1.2.0", "10.1.2.0/33", "fe80::/64", "10.1.2.0/24; reboot"] {
            assert!(matches!(named(wrong, &ours), Err(NotAllowed::NotRead(_))), "{wrong}");
        }
    }

    #[test]
    fn an_address_by_hand_is_private() {
        assert!(Target::typed(" 192.168.1.20 ").is_ok() && Target::typed("169.254.9.9").is_ok());
        for wrong in ["8.8.8.8", "127.0.0.1", "0.0.0.0", "224.0.0.251", "255.255.255.255", "100.64.0.1", "charger", ""]
        {
            assert!(Target::typed(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_target_lies_outside_its_network(address in any::<u32>(), prefix in 0u8..=32, asked in any::<u32>()) {
            let ours = interface(&Ipv4Addr::from(address).to_string(), prefix, Kind::Cable);
            let Some(network) = Network::around(&ours) else { return Ok(()) };
            let within = |it: Ipv4Addr, prefix: u8| first(it, prefix) == first(address.into(), prefix) && is_private(it);
            let inside = |it: Ipv4Addr| within(it, network.prefix);
            prop_assert!(network.prefix >= WIDEST && network.hosts() <= 1022);
            let targets: Vec<Target> = network.targets().collect();
            prop_assert_eq!(targets.len() as u32, network.hosts() - u32::from(network.target_would_be_us()));
            for target in targets {
                prop_assert!(inside(target.address()));
                prop_assert!(![network.first(), network.last(), network.address()].contains(&target.address()));
            }
            prop_assert!(network.target(Ipv4Addr::from(asked)).is_none_or(|it| within(it.address(), prefix)));
            prop_assert!(network.broadcast().is_none_or(|it| within(it, prefix)));
        }
    }

    impl Network {
        /// Our own address is a host's, and so one target less.
        fn target_would_be_us(&self) -> bool {
            ![self.first(), self.last()].contains(&self.address())
        }

        fn last(&self) -> Ipv4Addr {
            Ipv4Addr::from(u32::from(self.first()) | !mask(self.prefix))
        }
    }
}
