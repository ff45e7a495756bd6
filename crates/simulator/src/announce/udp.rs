//! What a simulated device answers to datagrams, and what it tells all without being asked.

use super::{AnnounceError, Device, Place, Ports};
use chargehand_catalogue::{Checksum, Datagram, Fingerprint, Udp};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The longest datagram that is read, in bytes; what is longer is not in the data.
const LONGEST: usize = 2048;
/// How long nothing is read after an error.
const PAUSE: Duration = Duration::from_millis(100);

/// Opens the device's ports; they answer and tell as long as the tasks run.
pub(super) fn open(
    about: &'static Fingerprint,
    place: &Place,
    device: &Device,
    tasks: &mut JoinSet<()>,
    remarks: &mut Vec<String>,
) -> Result<BTreeMap<u16, SocketAddr>, AnnounceError> {
    let mut opened = BTreeMap::new();
    let ports: BTreeSet<u16> = about.udp.iter().filter(|it| it.ask.is_some()).map(|it| it.port).collect();
    for port in ports {
        let own = bind(place.address, place.port(port)).map_err(|e| place.not_opened(port, &e))?;
        opened.insert(port, own.local_addr().map_err(|e| place.not_opened(port, &e))?);
        let own = Arc::new(own);
        let answers = about.udp.iter().filter(|it| it.port == port).collect();
        let answerer = Arc::new(Answerer { answers, device: device.clone(), place: *place, own: own.clone() });
        for all in everybody(place) {
            match bind(all.into(), port) {
                Ok(ear) => drop(tasks.spawn(Arc::clone(&answerer).listen(ear.into()))),
                Err(e) => remarks.push(format!("It does not hear what is asked of all, by {all}, port {port}: {e}.")),
            }
        }
        tasks.spawn(answerer.listen(own));
    }
    for beacon in about.udp.iter().filter(|it| it.ask.is_none()) {
        if let Some(to) = hearers(place, beacon.port) {
            let own = bind(place.address, 0).map_err(|e| place.not_opened(beacon.port, &e))?;
            tasks.spawn(tell(own, to, beacon, device.clone()));
        }
    }
    Ok(opened)
}

/// The addresses that a datagram to all may have. A socket of the device's own address does not hear them on Linux; on
/// Windows it does, and none can be opened for them.
fn everybody(place: &Place) -> Vec<Ipv4Addr> {
    if cfg!(windows) || place.ports != Ports::Real {
        return Vec::new();
    }
    place.broadcast().into_iter().flat_map(|all| [all, Ipv4Addr::BROADCAST]).collect()
}

/// Where a beacon goes.
fn hearers(place: &Place, port: u16) -> Option<SocketAddr> {
    match place.ports {
        Ports::Real => Some(SocketAddr::from((place.broadcast()?, port))),
        Ports::Free { beacons, .. } => beacons,
    }
}

/// A socket that others may share: who looks for devices listens on the same ports.
fn bind(address: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(SocketAddr::from((address, port))), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_broadcast(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((address, port)).into())?;
    UdpSocket::from_std(socket.into())
}

/// Who answers what is asked at one port.
struct Answerer {
    answers: Vec<&'static Udp>,
    device: Device,
    place: Place,
    /// The socket of the device's own address: all answers come from there.
    own: Arc<UdpSocket>,
}

impl Answerer {
    /// Answers what comes to this socket, one datagram for one.
    async fn listen(self: Arc<Self>, ear: Arc<UdpSocket>) {
        let mut question = [0; LONGEST];
        loop {
            match ear.recv_from(&mut question).await {
                Ok((length, from)) => self.answer(&question[..length], from).await,
                // on Windows an answer that nobody took is an error of the next read
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    async fn answer(&self, question: &[u8], mut from: SocketAddr) {
        let asked = |udp: &&&Udp| udp.ask.as_deref().is_some_and(|ask| ask.as_bytes() == question);
        let Some(udp) = self.answers.iter().find(asked).filter(|_| self.device.is_there()) else { return };
        if let Some(port) = udp.answers_to.filter(|_| self.place.ports == Ports::Real) {
            from.set_port(port);
        }
        // who is gone does not hear it
        let _ = self.own.send_to(&bytes(&udp.answer, &self.device), from).await;
    }
}

/// Tells it again and again.
async fn tell(mouth: UdpSocket, to: SocketAddr, udp: &'static Udp, device: Device) {
    let mut beat = interval(Duration::from_secs(udp.beacon_every_s.unwrap_or(60).max(1).into()));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if device.is_there() {
            // a network that is down now may be up again at the next
            let _ = mouth.send_to(&bytes(&udp.answer, &device), to).await;
        }
    }
}

fn bytes(datagram: &Datagram, device: &Device) -> Vec<u8> {
    let digits: Vec<u8> = datagram.begin.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    let mut bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    bytes.extend(device.fill(&datagram.text).into_bytes());
    match datagram.check {
        Some(Checksum::Crc8) => bytes.push(crc8(&bytes)),
        None => {}
    }
    bytes
}

/// CRC-8/NRSC-5.
fn crc8(bytes: &[u8]) -> u8 {
    let bit = |crc: u8| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x31 };
    bytes.iter().fold(0xFF, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| bit(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_catalogue_of_checksums() {
        // the check value of CRC-8/NRSC-5
        assert_eq!(crc8(b"123456789"), 0xF7);
    }

    #[test]
    fn a_datagram_is_bytes_then_text_then_checksum() {
        let device = Device { address: IpAddr::from([127, 0, 0, 2]), panel: None };
        let datagram = |check| Datagram { begin: "e500".into(), text: "{address}".into(), check };
        assert_eq!(bytes(&datagram(None), &device), b"\xe5\x00127.0.0.2");
        let checked = bytes(&datagram(Some(Checksum::Crc8)), &device);
        assert_eq!(checked.len(), 12);
        assert_eq!(crc8(&checked), 0, "what ends with its own checksum has none left");
    }
}
