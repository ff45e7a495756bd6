//! The way to the endpoint: what the charger reaches at all, the line, TLS, the request. And what went wrong, in
//! sentences.

use super::endpoint::Endpoint;
use super::line::{Line, Net};
use super::tls::{self, NotUsable, Secures};
use super::upgrade::Asked;
use crate::connects::Reach;
use crate::{SimulatedCharger, Version};
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::sleep;
use tokio_rustls::rustls;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::{ProtocolError, UrlError};

/// P08: how long the connection lasts that only tries another version.
const PROBE: Duration = Duration::from_secs(3);

/// A WebSocket to the endpoint.
pub(super) type Socket = WebSocketStream<Box<dyn Line>>;

/// Connects, as this charger does it.
pub(super) async fn dial(endpoint: &Endpoint, charger: &SimulatedCharger, net: &Net) -> Result<Socket, Error> {
    let (way, behaviour) = (charger.network.way(), &charger.behaviour);
    if behaviour.connects.probes_as_16 {
        let probe = endpoint.asks_for(Some(Version::V16.subprotocol()), way, behaviour)?;
        let probe = reach(probe, charger, net).await?;
        sleep(PROBE).await;
        drop(probe);
    }
    reach(endpoint.asks(way, behaviour)?, charger, net).await
}

async fn reach(asked: Asked, charger: &SimulatedCharger, net: &Net) -> Result<Socket, Error> {
    let connects = &charger.behaviour.connects;
    let (host, port) = asked.to().ok_or(Error::Url(UrlError::NoHostName))?;
    out_of_reach(&connects.reaches, &host)?;
    let line = net.open(&host, connects.port.unwrap_or(port)).await?;
    let secures = Secures {
        encrypts: connects.encrypts,
        trusts: connects.trusts,
        profile: charger.network.way().security_profile,
        certificates: &charger.certificates,
    };
    asked.ask(secures.secure(line, host).await?).await
}

/// Why this charger cannot reach a host, if it cannot.
fn out_of_reach(reaches: &Reach, host: &str) -> io::Result<()> {
    let why = match reaches {
        Reach::PublicOnly if is_private(host) => {
            format!("The charger's maker connects to addresses of the internet only. {host} is none.")
        }
        Reach::NumericOnly if host.parse::<IpAddr>().is_err() => {
            format!("The charger cannot find {host}: it resolves no names. Give it a numeric address.")
        }
        Reach::Never(why) => why.clone(),
        Reach::Nothing => format!("Nothing comes back from {host}. What the charger sends is lost on its way."),
        Reach::Everything | Reach::PublicOnly | Reach::NumericOnly => return Ok(()),
    };
    Err(io::Error::other(OutOfReach(why)))
}

/// Whether a host is one of a private network: an address that the internet does not carry, or a name without a dot or
/// of the LAN.
fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => !host.contains('.') || host.ends_with(".local") || host.ends_with(".lan"),
    }
}

/// The charger does not get there, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct OutOfReach(String);

/// What became of a connection, as a sentence.
pub(super) fn explain(error: &Error, address: &str, subprotocol: &str) -> String {
    match error {
        Error::Http(answer) if answer.status() == 401 => format!("{address} wants another password (HTTP 401)."),
        Error::Http(answer) => format!("{address} refuses the connection (HTTP {}).", answer.status().as_u16()),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            format!("{address} does not agree to {subprotocol}.")
        }
        Error::Io(e) => explain_io(e, address),
        other => format!("{address} cannot be connected to: {other}."),
    }
}

fn explain_io(error: &io::Error, address: &str) -> String {
    if let Some(OutOfReach(why)) = inner(error) {
        return why.clone();
    }
    match (inner::<NotUsable>(error), inner::<rustls::Error>(error)) {
        (Some(e), _) => format!("The charger's own certificate or key cannot be used: {e}."),
        (_, Some(e)) => tls::explain(e, address),
        _ => format!("Nobody answers at {address} ({error}). Is the endpoint running, and is this its address?"),
    }
}

fn inner<T: std::error::Error + 'static>(error: &io::Error) -> Option<&T> {
    error.get_ref()?.downcast_ref()
}
