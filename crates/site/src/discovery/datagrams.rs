//! Questions to all by UDP, and what devices tell all without being asked.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chargehand_catalogue::{Seen, Udp, identify};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Ear;
use super::limits::DATAGRAM;
use super::network::{Network, Target};
use super::probe::{self, Ask, Probe};

/// When questions are asked; the network loses some.
static ASKED: &[Duration] = &[Duration::ZERO, Duration::from_millis(700)];

/// Opens the ports that devices tell something to, and asks. The tasks hear. Returns what could not be heard, as
/// sentences.
pub(super) fn start(networks: &[Network], ear: &Ear, tasks: &mut JoinSet<()>) -> Vec<String> {
    let mut sockets = BTreeMap::new();
    let mut deaf = Vec::new();
    for port in probe::ears().into_iter().chain([0]) {
        match open(port) {
            Ok(socket) => drop(sockets.insert(port, Arc::new(socket))),
            Err(error) => deaf.push(format!("UDP port {port} cannot be listened to: {error}.")),
        }
    }
    for (port, socket) in &sockets {
        tasks.spawn(hear(Arc::clone(socket), *port, ear.clone()));
    }
    tasks.spawn(ask(sockets, networks.to_vec(), ear.clone()));
    deaf
}

/// A port that others may share: other programs look for chargers, too.
fn open(port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_broadcast(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    UdpSocket::from_std(socket.into())
}

async fn ask(sockets: BTreeMap<u16, Arc<UdpSocket>>, networks: Vec<Network>, ear: Ear) {
    for pause in ASKED {
        sleep(*pause).await;
        for probe in probe::broadcasts() {
            let Ask::Datagram(udp) = probe.ask() else { continue };
            let Some(socket) = sockets.get(&probe::own_port(udp).unwrap_or(0)) else { continue };
            for network in &networks {
                if let Some(all) = network.broadcast() {
                    send(socket, all, &probe, udp, &ear).await;
                }
            }
        }
    }
}

async fn send(socket: &UdpSocket, to: Ipv4Addr, probe: &Probe, udp: &Udp, ear: &Ear) {
    let question = udp.ask.as_deref().unwrap_or_default();
    if !ear.log.sends(to, udp.port, &probe.words()) {
        return;
    }
    if let Err(error) = socket.send_to(question.as_bytes(), SocketAddr::from((to, udp.port))).await {
        ear.log.came(to, udp.port, &probe.words(), &error.to_string());
    }
}

/// Hears what comes to a port. Who answered the question to all is asked what else it has to tell, once.
async fn hear(socket: Arc<UdpSocket>, port: u16, ear: Ear) {
    let beacons = chargehand_catalogue::fingerprints().iter().flat_map(|it| &it.udp);
    let is_beacon = beacons.into_iter().any(|it| it.beacon_every_s.is_some() && it.port == port);
    let mut asked: Vec<Target> = Vec::new();
    let mut bytes = vec![0; DATAGRAM];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut bytes).await else {
            // on Windows an answer that nobody took is an error of the next read
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let IpAddr::V4(address) = from.ip() else { continue };
        let Some(target) = ear.target(address) else { continue };
        let bytes = bytes.get(..length).unwrap_or_default().to_vec();
        let seen = Seen::Datagram { port: if is_beacon { port } else { from.port() }, bytes };
        if asked.len() < super::limits::HOSTS && !asked.contains(&target) {
            asked.push(target);
            for probe in
                identify(std::slice::from_ref(&seen)).iter().flat_map(|it| probe::second_questions(it.fingerprint))
            {
                if let Ask::Datagram(udp) = probe.ask() {
                    send(&socket, target.address(), &probe, udp, &ear).await;
                }
            }
        }
        ear.heard(address, seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Interface, Kind};

    #[test]
    fn what_is_asked_of_all_goes_to_our_network_alone() {
        let address = Ipv4Addr::new(192, 168, 1, 23);
        let network = Network::around(&Interface { name: "eth0".into(), address, prefix: 24, kind: Kind::Cable });
        let broadcast = network.expect("private").broadcast();
        assert_eq!(broadcast, Some(Ipv4Addr::new(192, 168, 1, 255)));
    }

    #[test]
    fn the_ports_that_devices_tell_something_to_are_those_of_the_catalogue() {
        assert_eq!(probe::ears(), [7090, 28376, 48890, 52001]);
    }
}
