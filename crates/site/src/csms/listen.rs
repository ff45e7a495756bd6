//! Where we listen, and who is let in.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::outcome::Finding;
use chargehand_ocpp::Deviation;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::accept::{Accepted, Door, accept};
use super::attempts::{Ongoing, finding};
use super::flood::{OnTheWay, gave_way};
use crate::network::{self, Origin};
use crate::os;

/// Our port. 8887 and 9000 belong to evcc and Home Assistant, which may run on the same laptop.
pub const PORT: u16 = 9616;
/// How many ports after the wanted one are tried.
const NEXT: u16 = 20;
/// Pause after the system refuses a connection (for example: no file handles left).
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Why we do not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// No address to listen on.
    #[error("This computer has no address in a local network. Connect it to the charger's Wi-Fi or network cable.")]
    NoNetwork,
    /// An explicitly named address cannot be had.
    #[error("{address} cannot be listened on ({why}). Choose another address or port with --listen.")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// Who holds it, or what the system says.
        why: String,
    },
    /// Public addresses are never listened on.
    #[error("{address} is a public address of the internet. Chargehand listens only in local networks.")]
    Public {
        /// The address.
        address: SocketAddr,
    },
    /// All ports are taken.
    #[error("The ports {PORT} to {} are all taken. Close a program that uses one of them.", PORT + NEXT)]
    AllTaken,
}

/// Bound sockets, and why the port is another than usual.
pub struct Bound {
    /// The sockets.
    pub listeners: Vec<TcpListener>,
    /// Empty, or what took the wanted port.
    pub note: String,
}

/// Listens on the address a person named; port 0 takes any.
///
/// # Errors
/// Why not.
pub async fn named(address: SocketAddr) -> Result<Bound, ListenError> {
    if is_public(address.ip()) {
        return Err(ListenError::Public { address });
    }
    match bind(address) {
        Ok(listener) => Ok(Bound { listeners: vec![listener], note: String::new() }),
        Err(error) => Err(ListenError::Taken { address, why: held_by(address.port(), &error) }),
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        // 0.0.0.0 is every address; who comes from where is judged peer by peer.
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()),
        IpAddr::V6(v6) => network::origin(v6.into(), &[]) == Origin::Public && !v6.is_unspecified(),
    }
}

/// Listens on every address that chargers can reach, all on one port: the wanted one, else the next that is free.
///
/// # Errors
/// Why not.
pub async fn everywhere(wanted: u16) -> Result<Bound, ListenError> {
    let mut addresses: Vec<Ipv4Addr> =
        network::interfaces().into_iter().filter(|i| i.kind.is_for_chargers()).map(|i| i.address).collect();
    // A cable and a Wi-Fi may carry the same address.
    let mut seen = HashSet::new();
    addresses.retain(|address| seen.insert(*address));
    if addresses.is_empty() {
        return Err(ListenError::NoNetwork);
    }
    let mut note = String::new();
    for port in (wanted..=wanted.saturating_add(NEXT)).chain(PORT..=PORT + NEXT) {
        let bound: io::Result<Vec<TcpListener>> = addresses.iter().map(|ip| bind((*ip, port).into())).collect();
        match bound {
            Ok(listeners) => return Ok(Bound { listeners, note }),
            Err(error) if note.is_empty() => note = format!("Port {port} is taken: {}.", held_by(port, &error)),
            Err(_) => {}
        }
    }
    Err(ListenError::AllTaken)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { tokio::net::TcpSocket::new_v4()? } else { tokio::net::TcpSocket::new_v6()? };
    // On Windows the option would let two programs share the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

fn held_by(port: u16, error: &io::Error) -> String {
    match os::port_holder(port) {
        Some(holder) if error.kind() == io::ErrorKind::AddrInUse => format!("{holder} is using it"),
        _ => error.to_string(),
    }
}

/// What comes out of a socket.
pub(crate) enum Arrival {
    /// A charger: its socket, and what arrived.
    Charger(Box<Newcomer>),
    /// Something that did not become one.
    Refused {
        /// Who.
        peer: SocketAddr,
        /// Why, in words.
        why: String,
        /// What it did; none where many were closed at once.
        attempt: Option<Box<Attempt>>,
    },
}

/// A charger at the door.
pub(crate) struct Newcomer {
    pub peer: SocketAddr,
    pub local: SocketAddr,
    pub accepted: Accepted,
    pub attempt: Ongoing,
}

/// Takes connections from a socket until dropped; each is read on its own, and `arrived` is told what it was.
pub(crate) async fn take<F>(listener: TcpListener, door: Door, arrived: F)
where
    F: Fn(Arrival) + Clone + Send + 'static,
{
    let on_the_way = OnTheWay::default();
    // Dropped with this future: then those on the way end too.
    let mut tasks = JoinSet::new();
    loop {
        let (socket, peer) = match listener.accept().await {
            Ok(pair) => pair,
            Err(_) => {
                sleep(REFUSED_PAUSE).await;
                continue;
            }
        };
        while tasks.try_join_next().is_some() {}
        let attempt = door.attempts.begin(peer, socket.local_addr().ok());
        let (opened, told) = (door.clone(), arrived.clone());
        let task = tasks.spawn(async move {
            let arrival = receive(socket, peer, &opened, attempt).await;
            told(arrival);
        });
        if let Some(from) = on_the_way.add(peer.ip(), task) {
            arrived(Arrival::Refused { peer, why: gave_way(from), attempt: None });
        }
    }
}

async fn receive(socket: TcpStream, peer: SocketAddr, door: &Door, attempt: Ongoing) -> Arrival {
    let refused = |attempt: &Ongoing, why: Finding| {
        let text = why.text.clone();
        Arrival::Refused { peer, why: text, attempt: Some(Box::new(attempt.refused(why))) }
    };
    let origin = network::origin(peer.ip(), &network::interfaces());
    if origin == Origin::Public {
        let why = "It came from a public address of the internet and was not let in.";
        return refused(&attempt, finding("public_address", why));
    }
    let _ = socket.set_nodelay(true);
    let local = socket.local_addr().unwrap_or(peer);
    match accept(socket, local.ip(), door, &attempt).await {
        Ok(mut accepted) => {
            if origin == Origin::Routed {
                accepted.deviations.push(Deviation::soft("routed_address", "", peer.ip().to_string()));
            }
            Arrival::Charger(Box::new(Newcomer { peer, local, accepted, attempt }))
        }
        Err(why) => refused(&attempt, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_public_address_is_never_listened_on() {
        let address: SocketAddr = "203.0.113.5:9616".parse().expect("an address");
        assert!(matches!(named(address).await, Err(ListenError::Public { .. })));
    }

    #[tokio::test]
    async fn a_taken_port_names_the_program_that_holds_it() {
        let first = named("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
        let address = first.listeners[0].local_addr().expect("bound");
        let Err(error) = named(address).await else { panic!("taken") };
        assert!(error.to_string().contains(&address.to_string()), "{error}");
        #[cfg(target_os = "linux")]
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    }
}
