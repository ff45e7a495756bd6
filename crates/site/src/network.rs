//! Our addresses: which of them a charger can reach, and which to try first.

use std::net::{IpAddr, Ipv4Addr};

use if_addrs::IfAddr;

/// What kind of network an address is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A cable.
    Cable,
    /// Wi-Fi.
    WiFi,
    /// A private network of unknown kind.
    Lan,
    /// Without a router: a direct cable, or no address was given.
    LinkLocal,
    /// A network of virtual machines or containers on this computer.
    Virtual,
    /// A tunnel.
    Vpn,
    /// This computer itself.
    Loopback,
    /// An address of the internet.
    Public,
}

impl Kind {
    /// In words, with why it is no good where it is none.
    pub const fn words(self) -> &'static str {
        match self {
            Kind::Cable => "cable",
            Kind::WiFi => "Wi-Fi",
            Kind::Lan => "local network",
            Kind::LinkLocal => "direct cable, or a network without a router",
            Kind::Virtual => "virtual network of this computer: chargers cannot reach it",
            Kind::Vpn => "VPN: chargers cannot reach it",
            Kind::Loopback => "this computer only: chargers cannot reach it",
            Kind::Public => "public address: not used",
        }
    }

    /// May we listen there without being told to?
    pub const fn is_for_chargers(self) -> bool {
        matches!(self, Kind::Cable | Kind::WiFi | Kind::Lan | Kind::LinkLocal)
    }
}

/// One of our IPv4 addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The system's name for it.
    pub name: String,
    /// The address.
    pub address: Ipv4Addr,
    /// Its prefix length, bits.
    pub prefix: u8,
    /// Its kind.
    pub kind: Kind,
}

/// All our IPv4 addresses, the one to try first first.
pub fn interfaces() -> Vec<Interface> {
    let mut found: Vec<Interface> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .map(|interface| (interface.is_p2p(), interface))
        .filter_map(|(is_p2p, interface)| match interface.addr {
            IfAddr::V4(v4) => Some(Interface {
                kind: kind(&interface.name, v4.ip, is_p2p),
                name: interface.name,
                address: v4.ip,
                prefix: u32::from(v4.netmask).count_ones() as u8,
            }),
            IfAddr::V6(_) => None,
        })
        .collect();
    found.sort_by(|a, b| a.kind.cmp(&b.kind).then(a.name.cmp(&b.name)).then(a.address.cmp(&b.address)));
    found
}

/// Parts of interface names, lower case, as the systems and the makers of such software give them; after `^` only where
/// the name begins with it. Those of VPNs stand anywhere: `utun4`, `OpenVPN Wintun`, `Ethernet (ProtonVPN)`.
static VPN: &[&str] =
    &["tun", "^tap", "tap-", "^wg", "wireguard", "tailscale", "zerotier", "^zt", "^ppp", "vpn", "nordlynx", "ipsec"];
static VIRTUAL: &[&str] =
    &["docker", "^br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "^wsl", "^lxc", "podman", "^cni"];
static WIFI: &[&str] = &["^wl", "wi-fi", "wifi", "wlan", "wireless"];
static CABLE: &[&str] = &["^eth", "^en", "ethernet", "^lan"];

fn kind(name: &str, address: Ipv4Addr, is_p2p: bool) -> Kind {
    let lower = name.to_ascii_lowercase();
    let has = |part: &&str| part.strip_prefix('^').map_or(lower.contains(part), |start| lower.starts_with(start));
    let is = |list: &[&str]| list.iter().any(has);
    match address {
        a if a.is_loopback() => Kind::Loopback,
        a if is_shared(a) => Kind::Vpn,
        a if !a.is_private() && !a.is_link_local() => Kind::Public,
        // no charger is at the other end of a line between two
        _ if is_p2p || is(VPN) => Kind::Vpn,
        a if a.is_link_local() => Kind::LinkLocal,
        _ if is(VIRTUAL) => Kind::Virtual,
        _ if is(WIFI) => Kind::WiFi,
        _ if is(CABLE) => Kind::Cable,
        _ => Kind::Lan,
    }
}

/// 100.64.0.0/10 (RFC 6598): carriers' and VPNs' addresses.
fn is_shared(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    a == 100 && (64..128).contains(&b)
}

/// Where a peer came from, seen from our interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From one of our own networks, or from this computer.
    Near,
    /// From a private address behind a router.
    Routed,
    /// From an address of the internet: refused.
    Public,
}

/// Where a peer came from.
pub fn origin(peer: IpAddr, ours: &[Interface]) -> Origin {
    let v4 = match peer.to_canonical() {
        IpAddr::V4(v4) => v4,
        IpAddr::V6(v6) => {
            let near = v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unique_local();
            return if near { Origin::Near } else { Origin::Public };
        }
    };
    if v4.is_loopback() || ours.iter().any(|i| same_network(i, v4)) {
        return Origin::Near;
    }
    if v4.is_private() || v4.is_link_local() { Origin::Routed } else { Origin::Public }
}

/// Whether a peer is in the network of one of our addresses.
pub(crate) fn same_network(interface: &Interface, peer: Ipv4Addr) -> bool {
    let bits = u32::from(interface.prefix.min(32));
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    interface.kind != Kind::Public && (u32::from(interface.address) & mask) == (u32::from(peer) & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ipv4Addr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_vpn_or_loopback_is_never_the_first_choice() {
        for (name, address, expected) in [
            ("lo", "127.0.0.1", Kind::Loopback),
            ("eth0", "192.168.1.2", Kind::Cable),
            ("enp3s0", "10.0.0.2", Kind::Cable),
            ("wlp2s0", "192.168.1.3", Kind::WiFi),
            ("Wi-Fi", "192.168.1.4", Kind::WiFi),
            ("tun0", "10.8.0.2", Kind::Vpn),
            ("utun4", "10.8.0.2", Kind::Vpn),
            ("cscotun0", "10.8.0.2", Kind::Vpn),
            ("OpenVPN TAP-Windows6", "10.8.0.2", Kind::Vpn),
            ("OpenVPN Wintun", "10.8.0.2", Kind::Vpn),
            ("Ethernet (ProtonVPN)", "10.8.0.2", Kind::Vpn),
            ("OpenVPN TAP-Windows6", "169.254.7.7", Kind::Vpn),
            ("tailscale0", "100.101.102.103", Kind::Vpn),
            ("vEthernet (WSL)", "172.20.1.1", Kind::Virtual),
            ("docker0", "172.17.0.1", Kind::Virtual),
            ("eth0", "169.254.7.7", Kind::LinkLocal),
            ("eth0", "8.8.8.8", Kind::Public),
        ] {
            assert_eq!(kind(name, ip(address), false), expected, "{name} {address}");
        }
        assert_eq!(kind("gpd0", ip("10.8.0.2"), true), Kind::Vpn, "a line between two");
        assert!(Kind::Cable < Kind::LinkLocal && Kind::LinkLocal < Kind::Vpn);
    }

    #[test]
    fn a_peer_of_the_internet_is_told_from_one_behind_a_router() {
        let ours = [Interface { name: "eth0".into(), address: ip("192.168.1.2"), prefix: 24, kind: Kind::Cable }];
        assert_eq!(origin(ip("192.168.1.77").into(), &ours), Origin::Near);
        assert_eq!(origin(ip("10.9.9.9").into(), &ours), Origin::Routed);
        assert_eq!(origin(ip("203.0.113.5").into(), &ours), Origin::Public);
        assert_eq!(origin("::ffff:203.0.113.5".parse().expect("an address"), &ours), Origin::Public);
    }
}
