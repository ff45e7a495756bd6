//! Where a simulated device is: which address, which ports.

use if_addrs::{IfAddr, Interface};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;

/// Where a simulated device shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The device's own address, one of this computer's: on Linux and Windows also any of 127.0.0.0/8.
    pub address: IpAddr,
    /// On which ports.
    pub ports: Ports,
}

/// On which ports a simulated device shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// On its model's, and multicast DNS on port 5353. Two devices need two addresses.
    Real,
    /// On free ones, which the announcer names. What goes to all in the real world goes only where it is wanted here.
    Free {
        /// Where beacons go; `None`: nowhere.
        beacons: Option<SocketAddr>,
        /// The UDP port on which multicast DNS is spoken; `None`: not at all.
        mdns: Option<u16>,
    },
}

/// Why a device cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// The address is not one of this computer's.
    #[error("{0} is not an address of this computer. Add it to one of its network cards, or take 127.0.0.1.")]
    NotHere(IpAddr),
    /// Another program has the port, or another simulated device at this address.
    #[error("Port {port} of {address} is in use. Stop what uses it, or give this charger an address of its own.")]
    InUse {
        /// The device's address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// The system does not allow it.
    #[error(
        "Port {port} of {address} needs the rights of an administrator: ports below 1024 are reserved on this system."
    )]
    NotAllowed {
        /// The device's address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// Something else.
    #[error("{what} cannot be set up at {address}: {reason}.")]
    Failed {
        /// What, with its port.
        what: String,
        /// The device's address.
        address: IpAddr,
        /// What the system says.
        reason: String,
    },
}

impl Place {
    /// The port to open in place of the device's.
    pub(super) fn port(&self, real: u16) -> u16 {
        if self.ports == Ports::Real { real } else { 0 }
    }

    pub(super) async fn listen(&self, port: u16) -> Result<TcpListener, AnnounceError> {
        let opened = TcpListener::bind((self.address, self.port(port))).await;
        opened.map_err(|e| self.not_opened(port, &e))
    }

    /// Why the device's port could not be opened.
    pub(super) fn not_opened(&self, port: u16, error: &io::Error) -> AnnounceError {
        let address = self.address;
        match error.kind() {
            io::ErrorKind::AddrNotAvailable => AnnounceError::NotHere(address),
            io::ErrorKind::AddrInUse => AnnounceError::InUse { address, port },
            io::ErrorKind::PermissionDenied => AnnounceError::NotAllowed { address, port },
            _ => self.failed(&format!("port {port}"), error),
        }
    }

    pub(super) fn failed(&self, what: &str, reason: impl ToString) -> AnnounceError {
        AnnounceError::Failed { what: what.into(), address: self.address, reason: reason.to_string() }
    }

    /// The address that reaches all on the device's network; nothing when it is on none.
    pub(super) fn broadcast(&self) -> Option<Ipv4Addr> {
        let on = if_addrs::get_if_addrs().ok()?.into_iter().find(|interface| holds(&interface.addr, self.address))?;
        let IfAddr::V4(of) = on.addr else { return None };
        // not the one the system names: that is missing on some
        Some(Ipv4Addr::from(u32::from(of.ip) | !u32::from(of.netmask)))
    }

    /// Whether this network card is the one the device is on.
    pub(super) fn is_on(&self, interface: &Interface) -> bool {
        holds(&interface.addr, self.address)
    }
}

/// Whether an address belongs to the network of a card's address.
fn holds(of: &IfAddr, address: IpAddr) -> bool {
    match (of, address) {
        (IfAddr::V4(of), IpAddr::V4(address)) => {
            let mask = u32::from(of.netmask);
            u32::from(of.ip) & mask == u32::from(address) & mask
        }
        (IfAddr::V6(of), IpAddr::V6(address)) => of.ip == address,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_on_the_loopback_network_are_reached_by_its_last_address() {
        let place = |address: &str| Place { address: address.parse().expect("an address"), ports: Ports::Real };
        assert_eq!(place("127.0.0.1").broadcast(), Some(Ipv4Addr::new(127, 255, 255, 255)));
        assert_eq!(place("::1").broadcast(), None);
    }

    #[test]
    fn what_the_system_says_becomes_a_sentence_with_what_to_do() {
        let place = Place { address: IpAddr::from([127, 0, 0, 2]), ports: Ports::Real };
        let says = |kind| place.not_opened(502, &io::Error::from(kind)).to_string();
        assert!(says(io::ErrorKind::AddrInUse).starts_with("Port 502 of 127.0.0.2 is in use."));
        assert!(says(io::ErrorKind::PermissionDenied).contains("administrator"));
        assert!(says(io::ErrorKind::AddrNotAvailable).starts_with("127.0.0.2 is not an address of this computer."));
        assert!(says(io::ErrorKind::OutOfMemory).starts_with("port 502 cannot be set up at 127.0.0.2: "));
    }
}
