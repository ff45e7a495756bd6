//! One socket: bytes in, bytes out, no understanding.

use std::time::Duration;

use bytes::Bytes;
use chargehand_commissioning::event::ClosedBy;
use chargehand_commissioning::link::{Input, Link, Outgoing};
use chargehand_ocpp::Deviation;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// The longest message we take.
const MESSAGE: usize = 1024 * 1024;
/// How often we ping: keeps routers from forgetting the connection.
const PING: Duration = Duration::from_secs(30);
/// Without any sign for this long the connection is dead. Some chargers do not answer pings, but all send heartbeats.
const DEAD: Duration = Duration::from_secs(240);

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE))
        // Some chargers do not mask; that is no reason to drop them.
        .accept_unmasked_frames(true)
}

/// How a connection ended.
struct Ended {
    by: ClosedBy,
    code: Option<u16>,
    reason: String,
}

/// Carries one connection until it ends.
pub(crate) async fn carry(
    socket: TcpStream,
    early: Vec<u8>,
    session: u64,
    link: Link,
    mut out: mpsc::UnboundedReceiver<Outgoing>,
) {
    let mut socket = WebSocketStream::from_partially_read(socket, early, Role::Server, Some(config())).await;
    let ended = loop {
        tokio::select! {
            biased;
            outgoing = out.recv() => if let Some(ended) = write(&mut socket, outgoing).await { break ended },
            heard = next(&mut socket) => match heard {
                Ok(input) => {
                    let Some((bytes, binary)) = input else { continue };
                    if link.send(Input::Frame { session, bytes, binary }).await.is_err() {
                        break us("Chargehand is closing");
                    }
                }
                Err(error) => break broke(&mut socket, &link, session, error).await,
            },
        }
    };
    let Ended { by, code, reason } = ended;
    let _ = link.send(Input::Disconnected { session, by, code, reason }).await;
}

type Socket = WebSocketStream<TcpStream>;

fn us(reason: &str) -> Ended {
    Ended { by: ClosedBy::Us, code: Some(1000), reason: reason.to_owned() }
}

async fn write(socket: &mut Socket, outgoing: Option<Outgoing>) -> Option<Ended> {
    match outgoing {
        Some(Outgoing::Text(text)) => match socket.send(Message::text(text)).await {
            Ok(()) => None,
            Err(e) => Some(Ended { by: ClosedBy::Network, code: None, reason: format!("sending failed: {e}") }),
        },
        Some(Outgoing::Close(reason)) => {
            close(socket, CloseCode::Normal, &reason).await;
            Some(us(&reason))
        }
        None => {
            close(socket, CloseCode::Restart, "Chargehand starts this charger's task again").await;
            Some(us("its task ended"))
        }
    }
}

async fn close(socket: &mut Socket, code: CloseCode, reason: &str) {
    let reason: String = reason.chars().take(100).collect();
    let goodbye = socket.close(Some(CloseFrame { code, reason: reason.into() }));
    let _ = tokio::time::timeout(Duration::from_secs(2), goodbye).await;
}

enum Quiet {
    Closed(Option<CloseFrame>),
    Gone,
    Dead,
    Broken(Error),
}

/// The next message; `None` for what needs no understanding. Pings while nothing comes. Safe to be dropped half-way.
async fn next(socket: &mut Socket) -> Result<Option<(Bytes, bool)>, Quiet> {
    let dead = Instant::now() + DEAD;
    loop {
        let ping = Instant::now() + PING;
        tokio::select! {
            message = socket.next() => return match message {
                Some(Ok(Message::Text(text))) => Ok(Some((Bytes::from(text), false))),
                Some(Ok(Message::Binary(bytes))) => Ok(Some((bytes, true))),
                Some(Ok(Message::Close(frame))) => Err(Quiet::Closed(frame)),
                Some(Ok(_)) => Ok(None),
                Some(Err(error)) => Err(Quiet::Broken(error)),
                None => Err(Quiet::Gone),
            },
            () = sleep_until(ping.min(dead)) => {
                if Instant::now() >= dead {
                    return Err(Quiet::Dead);
                }
                if let Err(error) = socket.send(Message::Ping(Bytes::new())).await {
                    return Err(Quiet::Broken(error));
                }
            }
        }
    }
}

async fn broke(socket: &mut Socket, link: &Link, session: u64, quiet: Quiet) -> Ended {
    let ended = |by, reason: String| Ended { by, code: None, reason };
    match quiet {
        Quiet::Closed(frame) => Ended {
            by: ClosedBy::Charger,
            code: frame.as_ref().map(|f| f.code.into()),
            reason: match frame {
                Some(frame) if !frame.reason.is_empty() => format!("the charger closed it: {}", bounded(&frame.reason)),
                _ => "the charger closed it".to_owned(),
            },
        },
        Quiet::Gone => ended(ClosedBy::Charger, "the charger hung up without a goodbye".into()),
        Quiet::Dead => ended(ClosedBy::Network, "nothing was heard for 240 s".into()),
        Quiet::Broken(error) => {
            let (rule, code) = match &error {
                Error::Capacity(CapacityError::MessageTooLong { .. }) => (Some("frame_too_large"), CloseCode::Size),
                Error::Utf8(_) => (Some("invalid_utf8"), CloseCode::Invalid),
                Error::Protocol(_) | Error::Capacity(_) => (Some("websocket_protocol"), CloseCode::Protocol),
                _ => (None, CloseCode::Normal),
            };
            let Some(rule) = rule else { return ended(ClosedBy::Network, format!("the network broke it: {error}")) };
            let deviation = Deviation::hard(rule, "", error.to_string());
            let _ = link.send(Input::Trouble { session, deviation }).await;
            close(socket, code, rule).await;
            Ended { by: ClosedBy::Us, code: Some(code.into()), reason: format!("it could not go on: {error}") }
        }
    }
}

fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
