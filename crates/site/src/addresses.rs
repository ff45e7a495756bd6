//! Which of our addresses to give to a charger, and what speaks against it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::network::{Interface, Kind, same_network};
use crate::os;

/// An address that is lent for less than this may be another one before the work is done.
const SHORT_LEASE: Duration = Duration::from_secs(2 * 60 * 60);

/// One of our addresses, for a charger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The address, with the network it is in.
    pub interface: Interface,
    /// What speaks against it; where nothing does it can be given.
    pub doubts: Vec<Doubt>,
}

impl Offer {
    /// May it be given to the charger at all?
    pub fn is_good(&self) -> bool {
        !self.doubts.iter().any(|doubt| doubt.is_grave())
    }
}

/// What speaks against an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The system would send to the charger through a VPN.
    Vpn,
    /// The charger is in none of our networks: what we send goes through a router, and its answers may not come back.
    Routed,
    /// The charger is in another of our networks.
    OtherNetwork,
    /// It is an address without a router, and the charger has one of a network.
    LinkLocal,
    /// The router lends it for this long only; then it may be another, and the charger looks for the old one.
    LeaseEnds(Duration),
    /// The network is marked as public: the system's firewall lets nothing in there.
    PublicProfile,
    /// Nobody else answers in this network, not even the router: Wi-Fi for guests keeps devices apart.
    Isolated,
}

impl Doubt {
    /// It makes the address useless for this charger.
    pub const fn is_grave(&self) -> bool {
        matches!(self, Doubt::Vpn | Doubt::OtherNetwork | Doubt::LinkLocal)
    }

    /// As a sentence with what to do.
    pub fn words(&self) -> String {
        match self {
            Doubt::Vpn => "This computer would reach the charger through a VPN. Switch the VPN off.".into(),
            Doubt::Routed => "The charger is in none of this computer's networks. Its answers go through a router and \
                              may not arrive. Join the charger's own network."
                .into(),
            Doubt::OtherNetwork => "The charger is in another network of this computer.".into(),
            Doubt::LinkLocal => "This address is for a direct cable. The charger has one of a router.".into(),
            Doubt::LeaseEnds(left) => format!(
                "The router lends this address for {} more minutes. When it changes, the charger looks for the old one.",
                left.as_secs() / 60
            ),
            Doubt::PublicProfile => "This computer takes the network for a public one and lets nothing in. Mark it as \
                                     private in the network settings."
                .into(),
            Doubt::Isolated => "Nobody answers in this network, not even its router. A Wi-Fi for guests keeps devices \
                                apart: use the main Wi-Fi or a cable."
                .into(),
        }
    }
}

/// What the system knows beside the interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// How long the address is still lent.
    pub lease: Option<Duration>,
    /// The network is marked as public.
    pub is_public: bool,
    /// Others were looked for there, and none answered.
    pub is_isolated: bool,
}

/// Our addresses for a charger, the best first; for one whose address is not known, all that chargers could reach.
/// Loopback, VPN and virtual networks of this computer are never among them.
pub fn offers(ours: &[Interface], charger: Option<Ipv4Addr>, known: impl Fn(&Interface) -> Known) -> Vec<Offer> {
    offers_by(ours, charger, source_for, known)
}

fn offers_by(
    ours: &[Interface],
    charger: Option<Ipv4Addr>,
    source: impl Fn(Ipv4Addr) -> Option<Ipv4Addr>,
    known: impl Fn(&Interface) -> Known,
) -> Vec<Offer> {
    let by_route = charger.and_then(source);
    let mut offers: Vec<Offer> = ours
        .iter()
        .filter(|it| it.kind.is_for_chargers())
        .map(|interface| {
            let mut doubts = of_network(&known(interface));
            doubts.extend(charger.and_then(|charger| against(interface, ours, charger, by_route)));
            Offer { interface: interface.clone(), doubts }
        })
        .collect();
    offers
        .sort_by_key(|it| (!it.is_good(), Some(it.interface.address) != by_route, it.doubts.len(), it.interface.kind));
    offers
}

fn of_network(known: &Known) -> Vec<Doubt> {
    let ends = known.lease.filter(|left| *left < SHORT_LEASE).map(Doubt::LeaseEnds);
    let public = known.is_public.then_some(Doubt::PublicProfile);
    let isolated = known.is_isolated.then_some(Doubt::Isolated);
    [ends, public, isolated].into_iter().flatten().collect()
}

/// What speaks against an address, seen from this charger.
fn against(it: &Interface, ours: &[Interface], charger: Ipv4Addr, by_route: Option<Ipv4Addr>) -> Option<Doubt> {
    let through = by_route.and_then(|source| ours.iter().find(|it| it.address == source));
    if same_network(it, charger) {
        // the more special route wins: a VPN can take the charger's network for itself
        return through.is_some_and(|it| it.kind == Kind::Vpn).then_some(Doubt::Vpn);
    }
    if ours.iter().any(|other| other.kind.is_for_chargers() && same_network(other, charger)) {
        return Some(Doubt::OtherNetwork);
    }
    if it.kind == Kind::LinkLocal {
        return Some(Doubt::LinkLocal);
    }
    match through {
        Some(through) if through.kind == Kind::Vpn => Some(Doubt::Vpn),
        Some(through) if through.address != it.address => Some(Doubt::OtherNetwork),
        _ => Some(Doubt::Routed),
    }
}

/// The address from which the system would reach another; no packet is sent.
pub fn source_for(to: Ipv4Addr) -> Option<Ipv4Addr> {
    /// "discard": nobody listens, and nothing is sent
    const PORT: u16 = 9;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SocketAddr::from((to, PORT))).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(source) if !source.is_unspecified() => Some(source),
        _ => None,
    }
}

/// What the system knows of an interface.
pub fn known(interface: &Interface) -> Known {
    Known {
        lease: os::lease_left(interface.address),
        is_public: os::is_public_profile(&interface.name),
        // that takes a scan, which a person has to allow
        is_isolated: false,
    }
}

/// How this computer and its chargers are connected, where there is no ordinary router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// A network with a router.
    Router,
    /// A cable from this computer to the charger, and nothing that gives addresses.
    DirectCable,
    /// This computer's own hot-spot.
    OwnHotSpot,
    /// The charger's own hot-spot, for setting it up.
    ChargerHotSpot,
    /// No network at all.
    Nothing,
}

/// Networks that a computer makes when it shares its connection, and those that chargers make for setting them up: with
/// the system or the maker. Sources: Microsoft, "Internet Connection Sharing" (192.168.137.1); NetworkManager, shared
/// connections (10.42.0.1); Apple, "Internet Sharing" (192.168.2.1); Espressif's and Tesla's access points (192.168.4.1,
/// 192.168.92.1).
const OWN: &[Ipv4Addr] = &[Ipv4Addr::new(192, 168, 137, 1), Ipv4Addr::new(10, 42, 0, 1), Ipv4Addr::new(192, 168, 2, 1)];
const OF_CHARGERS: &[Ipv4Addr] = &[Ipv4Addr::new(192, 168, 4, 1), Ipv4Addr::new(192, 168, 92, 1)];

/// How this computer is connected; with several networks, the one with a router counts.
pub fn situation(ours: &[Interface]) -> Situation {
    let usable: Vec<&Interface> = ours.iter().filter(|it| it.kind.is_for_chargers()).collect();
    let is = |it: &Interface| match it {
        it if it.kind == Kind::LinkLocal => Situation::DirectCable,
        it if OWN.contains(&it.address) => Situation::OwnHotSpot,
        it if OF_CHARGERS.iter().any(|charger| *charger != it.address && same_network(it, *charger)) => {
            Situation::ChargerHotSpot
        }
        _ => Situation::Router,
    };
    let all: Vec<Situation> = usable.into_iter().map(is).collect();
    let order = [Situation::Router, Situation::OwnHotSpot, Situation::ChargerHotSpot, Situation::DirectCable];
    order.into_iter().find(|it| all.contains(it)).unwrap_or(Situation::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ipv4Addr {
        text.parse().expect("an address")
    }

    fn interface(name: &str, address: &str, kind: Kind) -> Interface {
        Interface { name: name.into(), address: ip(address), prefix: 24, kind }
    }

    fn laptop() -> Vec<Interface> {
        vec![
            interface("eth0", "192.168.1.2", Kind::Cable),
            interface("wlan0", "10.0.5.9", Kind::WiFi),
            interface("tun0", "10.8.0.2", Kind::Vpn),
            interface("lo", "127.0.0.1", Kind::Loopback),
        ]
    }

    fn first(charger: &str, route: &str) -> Offer {
        let route = ip(route);
        offers_by(&laptop(), Some(ip(charger)), |_| Some(route), |_| Known::default()).remove(0)
    }

    #[test]
    fn each_charger_is_offered_our_address_in_its_own_network() {
        for (charger, route, ours) in
            [("192.168.1.77", "192.168.1.2", "192.168.1.2"), ("10.0.5.40", "10.0.5.9", "10.0.5.9")]
        {
            let best = first(charger, route);
            assert_eq!((best.interface.address, best.doubts), (ip(ours), vec![]), "{charger}");
        }
    }

    #[test]
    fn a_charger_that_is_reached_through_a_vpn_gets_no_address_without_a_warning() {
        let all = offers_by(&laptop(), Some(ip("192.168.1.77")), |_| Some(ip("10.8.0.2")), |_| Known::default());
        assert!(all.iter().all(|offer| !offer.is_good()), "{all:?}");
        assert_eq!(all[0].doubts, [Doubt::Vpn]);
        let behind = first("172.16.9.9", "10.8.0.2");
        assert_eq!(behind.doubts, [Doubt::Vpn]);
    }

    #[test]
    fn a_charger_behind_a_router_is_warned_of() {
        let best = first("192.168.7.7", "192.168.1.2");
        assert_eq!((best.interface.address, best.doubts), (ip("192.168.1.2"), vec![Doubt::Routed]));
    }

    #[test]
    fn vpn_and_loopback_are_never_offered() {
        let all = offers_by(&laptop(), None, |_| None, |_| Known::default());
        let kinds: Vec<Kind> = all.iter().map(|offer| offer.interface.kind).collect();
        assert_eq!(kinds, [Kind::Cable, Kind::WiFi]);
    }

    #[test]
    fn an_address_of_a_direct_cable_is_offered_to_a_charger_that_is_there_too() {
        let mut ours = laptop();
        ours.push(Interface { prefix: 16, ..interface("eth1", "169.254.7.7", Kind::LinkLocal) });
        let best = |charger: &str, route: &str| {
            offers_by(&ours, Some(ip(charger)), |_| Some(ip(route)), |_| Known::default()).remove(0).interface.address
        };
        assert_eq!(best("169.254.1.1", "169.254.7.7"), ip("169.254.7.7"));
        assert_eq!(best("192.168.1.77", "192.168.1.2"), ip("192.168.1.2"));
    }

    #[test]
    fn an_address_that_is_soon_another_or_of_a_public_network_is_doubted() {
        let doubted = Known { lease: Some(Duration::from_secs(600)), is_public: true, is_isolated: true };
        let all = offers_by(&laptop(), None, |_| None, |_| doubted);
        let ends = Doubt::LeaseEnds(Duration::from_secs(600));
        assert_eq!(all[0].doubts, [ends.clone(), Doubt::PublicProfile, Doubt::Isolated]);
        assert!(ends.words().contains("10 more minutes"), "{}", ends.words());
        let long = Known { lease: Some(Duration::from_secs(86_400)), ..Known::default() };
        assert_eq!(offers_by(&laptop(), None, |_| None, |_| long)[0].doubts, []);
    }

    #[test]
    fn a_direct_cable_and_hot_spots_are_recognised() {
        let of = |interfaces: &[Interface]| situation(interfaces);
        let cable = interface("eth0", "169.254.7.7", Kind::LinkLocal);
        assert_eq!(of(&[]), Situation::Nothing);
        assert_eq!(of(&[interface("lo", "127.0.0.1", Kind::Loopback)]), Situation::Nothing);
        assert_eq!(of(std::slice::from_ref(&cable)), Situation::DirectCable);
        assert_eq!(of(&[cable, interface("wlan0", "192.168.1.5", Kind::WiFi)]), Situation::Router);
        assert_eq!(of(&[interface("wlan0", "192.168.137.1", Kind::WiFi)]), Situation::OwnHotSpot);
        assert_eq!(of(&[interface("wlan0", "192.168.4.2", Kind::WiFi)]), Situation::ChargerHotSpot);
    }
}
