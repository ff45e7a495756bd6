//! By which way the system sends. A VPN can take a network's addresses for itself: then what is meant for the network next
//! to us would go to strangers far away.

use std::net::Ipv4Addr;

use super::network::{Network, Target};
use crate::addresses::source_for;
use crate::network::{Interface, interfaces, same_network};

/// So many addresses of a network are looked up to know whether it is reached at all.
const SAMPLES: usize = 5;

/// Our addresses, and which of them the system would send from. Nothing is sent for it.
pub(super) struct Way {
    ours: Vec<Interface>,
    source: fn(Ipv4Addr) -> Option<Ipv4Addr>,
}

impl Way {
    /// As it is now; the system is asked again for each address.
    pub(super) fn now() -> Self {
        Self { ours: interfaces(), source: source_for }
    }

    #[cfg(test)]
    pub(super) fn by(ours: Vec<Interface>, source: fn(Ipv4Addr) -> Option<Ipv4Addr>) -> Self {
        Self { ours, source }
    }

    /// Whether what is sent to a host arrives in its network: it leaves from our address there, or from another of ours
    /// that is in it as well, by cable and by Wi-Fi.
    pub(super) fn leads_to(&self, network: &Network, host: Target) -> bool {
        let Some(source) = (self.source)(host.address()) else { return false };
        let is_beside = |it: &&Interface| it.address == source && it.kind.is_for_chargers();
        source == network.address()
            || self.ours.iter().find(is_beside).is_some_and(|it| same_network(it, host.address()))
    }

    /// Whether any of some addresses of a network is reached there.
    pub(super) fn leads_into(&self, network: &Network) -> bool {
        let apart = (network.hosts() as usize / SAMPLES).max(1);
        network.targets().step_by(apart).any(|host| self.leads_to(network, host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Kind;

    fn interface(name: &str, address: [u8; 4], kind: Kind) -> Interface {
        Interface { name: name.into(), address: address.into(), prefix: 24, kind }
    }

    fn ours() -> Vec<Interface> {
        vec![
            interface("eth0", [192, 168, 1, 23], Kind::Cable),
            interface("wlan0", [192, 168, 1, 24], Kind::WiFi),
            interface("tap0", [192, 168, 1, 200], Kind::Vpn),
        ]
    }

    #[test]
    fn a_network_whose_addresses_a_vpn_has_taken_is_not_looked_through() {
        let network = Network::around(&ours()[0]).expect("private");
        for (source, leads) in [
            ((|_| Some([192, 168, 1, 23].into())) as fn(Ipv4Addr) -> Option<Ipv4Addr>, true),
            (|_| Some([192, 168, 1, 24].into()), true),
            (|_| Some([192, 168, 1, 200].into()), false),
            (|_| Some([10, 8, 0, 2].into()), false),
            (|_| None, false),
        ] {
            assert_eq!(Way::by(ours(), source).leads_into(&network), leads);
        }
    }

    #[test]
    fn the_half_of_a_network_that_a_vpn_has_left_is_looked_through() {
        let network = Network::around(&ours()[0]).expect("private");
        let way =
            Way::by(ours(), |to| Some(if to.octets()[3] < 128 { [10, 8, 0, 2] } else { [192, 168, 1, 23] }.into()));
        let leads = |last| way.leads_to(&network, network.target([192, 168, 1, last].into()).expect("a host"));
        assert!(way.leads_into(&network) && leads(177) && !leads(77));
    }
}
