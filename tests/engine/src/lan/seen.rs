//! What the witness saw the laptop send, packet by packet, and what is forbidden of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What the laptop sent.
pub struct Seen {
    /// In the order in which it was sent.
    pub packets: Vec<Packet>,
}

/// A packet that the laptop sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Who sent it.
    pub from: SocketAddr,
    /// Whom it goes to; the port is 0 where there is none.
    pub to: SocketAddr,
    /// What it is.
    pub kind: Kind,
    /// What is in it.
    pub payload: Vec<u8>,
}

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The question who has an address.
    Arp,
    /// The first of a TCP connection.
    Connect,
    /// Any other of a TCP connection.
    Tcp,
    /// A datagram.
    Udp,
    /// Anything else: what the system itself sends.
    Other,
}

impl Seen {
    /// Reads what the witness wrote down, and keeps what comes from these addresses.
    pub fn read(mut written: &[u8], own: &[IpAddr]) -> Seen {
        let mut packets = Vec::new();
        while let Some((length, rest)) = written.split_first_chunk::<2>() {
            let Some((frame, rest)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else { break };
            packets.extend(packet(frame));
            written = rest;
        }
        let is_own = |it: &IpAddr| own.contains(it) || it.is_unspecified();
        // what it says to itself over loopback leads nowhere
        packets.retain(|it| is_own(&it.from.ip()) && !it.from.ip().is_loopback() && !own.contains(&it.to.ip()));
        Seen { packets }
    }

    /// Packets that go to others than hosts of these networks (first address, last address), all of such a network, or
    /// all that multicast DNS, IGMP and IPv6's own care of the cable mean.
    pub fn outside(&self, networks: &[(Ipv4Addr, Ipv4Addr)]) -> Vec<&Packet> {
        let is_inside = |to: &Packet| match to.to.ip() {
            IpAddr::V4(v4) => networks.iter().any(|(first, last)| (first..=last).contains(&&v4)) || is_local(v4),
            IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.segments()[0] == 0xFF02,
        };
        self.packets.iter().filter(|packet| !is_inside(packet)).collect()
    }

    /// The TCP ports that were tried, of each host.
    pub fn ports(&self) -> BTreeMap<IpAddr, BTreeSet<u16>> {
        let mut ports = BTreeMap::<_, BTreeSet<u16>>::new();
        for packet in self.packets.iter().filter(|it| it.kind == Kind::Connect) {
            ports.entry(packet.to.ip()).or_default().insert(packet.to.port());
        }
        ports
    }

    /// The hosts that were asked for at all, be it only by the question who has that address.
    pub fn asked_for(&self) -> BTreeSet<IpAddr> {
        self.packets.iter().map(|it| it.to.ip()).collect()
    }

    /// The heads of requests over HTTP in the clear: to whom, and the head.
    pub fn requests(&self) -> Vec<(SocketAddr, String)> {
        let heads = self.packets.iter().filter(|it| it.kind == Kind::Tcp).filter_map(|it| {
            let text = String::from_utf8_lossy(&it.payload);
            let first = text.lines().next()?;
            (first.contains(" /") && first.contains(" HTTP/")).then(|| (it.to, text.to_string()))
        });
        heads.collect()
    }

    /// The functions that were asked of a Modbus server at these ports: to whom, and which.
    pub fn modbus(&self, ports: &[u16]) -> Vec<(SocketAddr, u8)> {
        let asked = self.packets.iter().filter(|it| it.kind == Kind::Tcp && ports.contains(&it.to.port()));
        // transaction, protocol 0, length, unit; then the function
        asked
            .filter(|it| it.payload.get(2..4) == Some(&[0, 0]))
            .filter_map(|it| Some((it.to, *it.payload.get(7)?)))
            .collect()
    }
}

/// Multicast that no router passes on.
fn is_local(address: Ipv4Addr) -> bool {
    address.octets().starts_with(&[224, 0, 0])
}

/// Nothing where it is none of IPv4, IPv6 or ARP.
fn packet(frame: &[u8]) -> Option<Packet> {
    match (frame.first()? >> 4, frame) {
        (4, _) => {
            let header = usize::from(frame.first()? & 15) * 4;
            let address = |at: usize| Some(IpAddr::from(Ipv4Addr::from(*frame.get(at..)?.first_chunk::<4>()?)));
            // a later fragment has no ports
            let is_first = frame.get(6)? & 0x1F == 0 && *frame.get(7)? == 0;
            let protocol = if is_first { *frame.get(9)? } else { 0 };
            inner(protocol, address(12)?, address(16)?, frame.get(header..)?)
        }
        (6, _) => {
            let address = |at: usize| Some(IpAddr::from(Ipv6Addr::from(*frame.get(at..)?.first_chunk::<16>()?)));
            inner(*frame.get(6)?, address(8)?, address(24)?, frame.get(40..)?)
        }
        (0, [0, 1, 8, 0, 6, 4, ..]) => {
            let address = |at: usize| Some(SocketAddr::from((*frame.get(at..)?.first_chunk::<4>()?, 0)));
            Some(Packet { from: address(14)?, to: address(24)?, kind: Kind::Arp, payload: Vec::new() })
        }
        _ => None,
    }
}

fn inner(protocol: u8, from: IpAddr, to: IpAddr, rest: &[u8]) -> Option<Packet> {
    let port = |at: usize| Some(u16::from_be_bytes(*rest.get(at..)?.first_chunk::<2>()?));
    let with_ports = |kind, payload: &[u8]| {
        let (from, to) = (SocketAddr::new(from, port(0)?), SocketAddr::new(to, port(2)?));
        Some(Packet { from, to, kind, payload: payload.into() })
    };
    match protocol {
        6 => {
            let flags = *rest.get(13)?;
            let header = usize::from(*rest.get(12)? >> 4) * 4;
            // SYN without ACK
            with_ports(if flags & 0x12 == 2 { Kind::Connect } else { Kind::Tcp }, rest.get(header..)?)
        }
        17 => with_ports(Kind::Udp, rest.get(8..)?),
        _ => Some(Packet {
            from: SocketAddr::new(from, 0),
            to: SocketAddr::new(to, 0),
            kind: Kind::Other,
            payload: rest.into(),
        }),
    }
}
