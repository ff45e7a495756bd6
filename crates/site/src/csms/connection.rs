//! One socket: bytes in, bytes out, no understanding.

use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use chargehand_commissioning::attempt::What;
use chargehand_commissioning::event::ClosedBy;
use chargehand_commissioning::link::{Input, Link, Outgoing};
use chargehand_commissioning::secret;
use chargehand_ocpp::Deviation;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::accept::Stream;
use super::attempts::Ongoing;

/// The longest message we take.
const MESSAGE: usize = 1024 * 1024;
/// How often we ping: keeps routers from forgetting the connection.
const PING: Duration = Duration::from_secs(30);
/// Without any sign for this long the connection is dead. Some chargers do not answer pings, but all send heartbeats.
const DEAD: Duration = Duration::from_secs(240);
/// How long a charger may take to take what we send. One that takes nothing would hold its connection for ever.
const TAKES: Duration = Duration::from_secs(30);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// The most characters of the first message that are told with the handshake.
const FIRST_WORDS: usize = 200;

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
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub by: ClosedBy,
    pub code: Option<u16>,
    pub reason: String,
}

/// A connection, and what is known of it.
struct Wire {
    socket: Socket,
    /// When anything came last, a pong too. Sending is no sign of life.
    heard: Instant,
}

/// Carries one connection until it ends; how it did.
pub(crate) async fn carry(
    stream: Stream,
    session: u64,
    link: Link,
    mut out: mpsc::UnboundedReceiver<Outgoing>,
    attempt: &Ongoing,
) -> Ended {
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config())).await;
    let mut wire = Wire { socket, heard: Instant::now() };
    let mut first = true;
    let ended = loop {
        tokio::select! {
            biased;
            outgoing = out.recv() => if let Some(ended) = write(&mut wire.socket, outgoing).await { break ended },
            heard = next(&mut wire) => {
                for deviation in wire.socket.get_mut().odd_frames() {
                    let _ = link.send(Input::Trouble { session, deviation }).await;
                }
                match heard {
                    Ok(Heard::Message(bytes, binary)) => {
                        if std::mem::take(&mut first) {
                            attempt.note(What::FirstMessage { text: first_words(&bytes) });
                        }
                        if link.send(Input::Frame { session, bytes, binary }).await.is_err() {
                            break us("Chargehand is closing");
                        }
                    }
                    Ok(Heard::Control) => {}
                    Err(quiet) => break broke(&mut wire.socket, &link, session, quiet).await,
                }
            }
        }
    };
    let Ended { by, code, reason } = ended.clone();
    let _ = link.send(Input::Disconnected { session, by, code, reason }).await;
    // TLS has a goodbye of its own.
    let _ = timeout(GOODBYE, wire.socket.get_mut().shutdown()).await;
    ended
}

type Socket = WebSocketStream<Stream>;

/// The beginning of the first message, masked as on disk.
fn first_words(bytes: &Bytes) -> String {
    String::from_utf8_lossy(&secret::mask(bytes.clone())).chars().take(FIRST_WORDS).collect()
}

fn us(reason: &str) -> Ended {
    Ended { by: ClosedBy::Us, code: Some(1000), reason: reason.to_owned() }
}

async fn write(socket: &mut Socket, outgoing: Option<Outgoing>) -> Option<Ended> {
    match outgoing {
        Some(Outgoing::Text(text)) => {
            let failed = |reason: String| Some(Ended { by: ClosedBy::Network, code: None, reason });
            match timeout(TAKES, socket.send(Message::text(text))).await {
                Ok(Ok(())) => None,
                Ok(Err(e)) => failed(format!("sending failed: {e}")),
                Err(_) => failed(format!("it took nothing for {} s", TAKES.as_secs())),
            }
        }
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
    let _ = timeout(GOODBYE, goodbye).await;
}

enum Quiet {
    Closed(Option<CloseFrame>),
    Gone,
    Dead,
    Broken(Error),
}

/// What came.
enum Heard {
    /// A message, and whether it came in binary frames.
    Message(Bytes, bool),
    /// Ping or pong: a sign of life.
    Control,
}

/// What comes next. Pings while nothing comes. Safe to be dropped half-way.
async fn next(Wire { socket, heard }: &mut Wire) -> Result<Heard, Quiet> {
    loop {
        let (ping, dead) = (Instant::now() + PING, *heard + DEAD);
        let coming = async {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => Ok(Heard::Message(Bytes::from(text), false)),
                Some(Ok(Message::Binary(bytes))) => Ok(Heard::Message(bytes, true)),
                Some(Ok(Message::Close(frame))) => Err(Quiet::Closed(frame)),
                Some(Ok(_)) => Ok(Heard::Control),
                // Its power or its network went: nobody says goodbye then, and no rule is broken.
                Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) | None => Err(Quiet::Gone),
                // The same inside TLS.
                Some(Err(Error::Io(error))) if error.kind() == ErrorKind::UnexpectedEof => Err(Quiet::Gone),
                Some(Err(error)) => Err(Quiet::Broken(error)),
            }
        };
        tokio::select! {
            came = coming => {
                *heard = Instant::now();
                return came;
            }
            () = sleep_until(ping.min(dead)) => {
                if Instant::now() >= dead {
                    return Err(Quiet::Dead);
                }
                match timeout(TAKES, socket.send(Message::Ping(Bytes::new()))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return Err(Quiet::Broken(error)),
                    Err(_) => return Err(Quiet::Dead),
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
        Quiet::Dead => ended(ClosedBy::Network, format!("nothing was heard for {} s", DEAD.as_secs())),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chargehand_commissioning::clock::Clock;
    use jiff::Timestamp;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::csms::attempts::Attempts;
    use crate::csms::stream::{Duplex, Rewind};

    /// A connection that is carried, the other end of it, and what its charger's task gets.
    async fn carried() -> (mpsc::UnboundedSender<Outgoing>, TcpStream, mpsc::Receiver<Input>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let charger = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("it listens");
        let (socket, _) = listener.accept().await.expect("one came");
        let (inbox, inputs) = mpsc::channel(8);
        let (out, outgoing) = mpsc::unbounded_channel();
        let clock = Clock::new(Timestamp::now);
        let link = Link::new("CP1".into(), clock.clone(), inbox);
        let attempt = Attempts::new(clock, Arc::new(|| {})).begin(listener.local_addr().expect("bound"), None);
        let stream = Rewind::new("", Box::new(socket) as Box<dyn Duplex>);
        tokio::spawn(async move { carry(stream, 1, link, outgoing, &attempt).await });
        (out, charger, inputs)
    }

    async fn how_it_ended(inputs: &mut mpsc::Receiver<Input>) -> (ClosedBy, String) {
        match inputs.recv().await {
            Some(Input::Disconnected { by, reason, .. }) => (by, reason),
            _ => panic!("an end was expected"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_charger_that_is_gone_is_given_up_although_we_keep_calling_it() {
        let (out, _charger, mut inputs) = carried().await;
        let began = Instant::now();
        tokio::spawn(async move {
            while out.send(Outgoing::Text("[2]".into())).is_ok() {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
        });
        let (by, reason) = how_it_ended(&mut inputs).await;
        assert_eq!((by, reason.as_str()), (ClosedBy::Network, "nothing was heard for 240 s"));
        assert!(began.elapsed() < DEAD + PING + Duration::from_secs(1), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_charger_that_takes_nothing_does_not_hold_its_connection_for_ever() {
        let (out, _charger, mut inputs) = carried().await;
        // More than the system keeps for a reader that does not read.
        let _ = out.send(Outgoing::Text("x".repeat(64 << 20)));
        let (by, reason) = how_it_ended(&mut inputs).await;
        assert_eq!((by, reason.as_str()), (ClosedBy::Network, "it took nothing for 30 s"));
    }
}
