//! Drives a simulated charger: over a WebSocket, or over channels inside a test. Sockets, time and waiting live here.

use crate::clock::later;
use crate::{SimulatedCharger, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{Sink, SinkExt, Stream, StreamExt, future, sink, stream};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

const HANDSHAKE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a charger is away when it reboots.
const REBOOT: Duration = Duration::from_secs(2);
/// What may stand in a URL's path as it is (RFC 3986 section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a charger connects to, and as whom.
#[derive(Debug, Clone)]
pub struct Endpoint {
    url: String,
    authorization: Option<HeaderValue>,
}

/// Why an endpoint cannot be connected to at all.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The URL does not start with `ws://`.
    #[error(
        "{url:?} is not a ws:// address. A simulated charger speaks unencrypted WebSocket; give ws://ADDRESS:PORT."
    )]
    NotWebSocket {
        /// The URL as given.
        url: String,
    },
    /// The URL cannot be read, or names no host.
    #[error("{url:?} cannot be read as an address ({reason}). Give it as ws://ADDRESS:PORT.")]
    Unreadable {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The charger has no id.
    #[error("A charger needs an id: it is the last part of the address it connects to.")]
    NoId,
}

impl Endpoint {
    /// The endpoint at `url`, with the charger's id as the last segment; with a password, Basic authentication.
    pub fn new(url: &str, id: &str, password: Option<&str>) -> Result<Self, EndpointError> {
        if !url.starts_with("ws://") {
            return Err(EndpointError::NotWebSocket { url: url.into() });
        }
        if id.is_empty() {
            return Err(EndpointError::NoId);
        }
        let basic = password.map(|password| format!("Basic {}", STANDARD.encode(format!("{id}:{password}"))));
        let endpoint = Endpoint {
            url: format!("{}/{}", url.trim_end_matches('/'), utf8_percent_encode(id, ESCAPED)),
            authorization: basic.and_then(|basic| HeaderValue::try_from(basic).ok()),
        };
        let readable = endpoint.request(Version::V16);
        readable.map_err(|e| EndpointError::Unreadable { url: url.into(), reason: e.to_string() })?;
        Ok(endpoint)
    }

    fn request(&self, version: Version) -> Result<Request, Error> {
        let mut request = self.url.as_str().into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(version.subprotocol()));
        if let Some(basic) = &self.authorization {
            request.headers_mut().insert("Authorization", basic.clone());
        }
        Ok(request)
    }

    fn explain(&self, error: &Error, version: Version) -> String {
        let url = &self.url;
        match error {
            Error::Http(answer) if answer.status() == 401 => format!("{url} wants another password (HTTP 401)."),
            Error::Http(answer) => format!("{url} refuses the connection (HTTP {}).", answer.status().as_u16()),
            Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
                format!("{url} does not agree to {}.", version.subprotocol())
            }
            Error::Io(e) => format!("Nobody answers at {url} ({e}). Is the endpoint running, and is this its address?"),
            other => format!("{url} cannot be connected to: {other}."),
        }
    }
}

/// How a charger's connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It is trying.
    Connecting,
    /// It is connected.
    Connected,
    /// It is not, and tries again after a pause.
    Down {
        /// What happened, as a sentence.
        why: String,
        /// The pause.
        pause: Duration,
    },
}

enum Order {
    Plug,
    Unplug,
    Stop,
}

/// The hand at a running charger: plugs, unplugs, stops it. Dropping it stops the charger, too.
pub struct Hand {
    orders: mpsc::UnboundedSender<Order>,
    link: watch::Receiver<LinkState>,
    task: JoinHandle<SimulatedCharger>,
}

impl Hand {
    /// Plugs the car in.
    pub fn plug(&self) {
        self.order(Order::Plug);
    }

    /// Pulls the plug.
    pub fn unplug(&self) {
        self.order(Order::Unplug);
    }

    /// How the connection stands, to read or to wait on.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.link.clone()
    }

    /// Takes the charger off the network and hands it back; nothing when it had died.
    pub async fn stop(self) -> Option<SimulatedCharger> {
        self.order(Order::Stop);
        self.task.await.ok()
    }

    fn order(&self, order: Order) {
        // a charger that is gone has nothing left to plug
        let _ = self.orders.send(order);
    }
}

/// Connects a charger to an endpoint in a task of its own, and again whenever the connection is lost, until stopped.
pub fn connect(endpoint: Endpoint, charger: SimulatedCharger) -> Hand {
    let (orders, received) = mpsc::unbounded_channel();
    let (state, link) = watch::channel(LinkState::Connecting);
    Hand { orders, link, task: tokio::spawn(stay_connected(endpoint, charger, received, state)) }
}

/// The time of day, going on evenly from now whatever is done to the computer's clock.
fn steady_clock() -> impl Fn() -> Timestamp {
    let (start, began) = (Timestamp::now(), Instant::now());
    move || SignedDuration::try_from(began.elapsed()).map_or(start, |elapsed| later(start, elapsed))
}

async fn stay_connected(
    endpoint: Endpoint,
    mut charger: SimulatedCharger,
    mut orders: mpsc::UnboundedReceiver<Order>,
    state: watch::Sender<LinkState>,
) -> SimulatedCharger {
    let clock = steady_clock();
    let mut pause = FIRST_PAUSE;
    loop {
        state.send_replace(LinkState::Connecting);
        let attempt = async { connect_async(endpoint.request(charger.version())?).await };
        let why = match timeout(HANDSHAKE, attempt).await {
            Ok(Ok((socket, _))) => {
                state.send_replace(LinkState::Connected);
                pause = FIRST_PAUSE;
                let (outgoing, incoming) = socket.split();
                let outgoing = outgoing.with(|text: String| future::ready(Ok::<_, Error>(Message::text(text))));
                let incoming = incoming.take_while(|message| future::ready(message.is_ok())).filter_map(|message| {
                    future::ready(match message {
                        Ok(Message::Text(text)) => Some(text.as_str().to_owned()),
                        _ => None,
                    })
                });
                let first = charger.connected(clock());
                match converse(&mut charger, first, incoming, outgoing, &mut orders, &clock).await {
                    End::Stopped => return charger,
                    End::Reboot => {
                        pause = REBOOT;
                        "The charger reboots.".into()
                    }
                    End::Lost => format!("{} closed the connection.", endpoint.url),
                }
            }
            Ok(Err(e)) => endpoint.explain(&e, charger.version()),
            Err(_) => format!("{} did not answer within {} s.", endpoint.url, HANDSHAKE.as_secs()),
        };
        charger.disconnected(clock());
        state.send_replace(LinkState::Down { why, pause });
        let alone = converse(&mut charger, Vec::new(), stream::pending(), sink::drain(), &mut orders, &clock);
        if let Ok(End::Stopped) = timeout(pause, alone).await {
            return charger;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Connects a charger through channels, for tests on paused time; ends when either channel closes. A Reset is played
/// as silence: two seconds later the charger boots again, and what arrived meanwhile is lost.
pub async fn over_channels(
    mut charger: SimulatedCharger,
    mut incoming: mpsc::Receiver<String>,
    outgoing: mpsc::Sender<String>,
    clock: impl Fn() -> Timestamp,
) -> SimulatedCharger {
    let (_hand, mut orders) = mpsc::unbounded_channel();
    let mut sink = pin!(sink::unfold(outgoing, |to, text| async move { to.send(text).await.map(|()| to) }));
    loop {
        let texts = stream::poll_fn(|context| incoming.poll_recv(context));
        let first = charger.connected(clock());
        if let End::Lost | End::Stopped = converse(&mut charger, first, texts, &mut sink, &mut orders, &clock).await {
            return charger;
        }
        charger.disconnected(clock());
        sleep(REBOOT).await;
        while incoming.try_recv().is_ok() {}
    }
}

enum End {
    Lost,
    Reboot,
    Stopped,
}

/// One connection, from the first frames to its end.
async fn converse(
    charger: &mut SimulatedCharger,
    first: Vec<String>,
    incoming: impl Stream<Item = String>,
    outgoing: impl Sink<String>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    clock: impl Fn() -> Timestamp,
) -> End {
    let (mut incoming, mut outgoing) = (pin!(incoming), pin!(outgoing));
    let mut frames = first;
    loop {
        for frame in frames {
            if outgoing.send(frame).await.is_err() {
                return End::Lost;
            }
        }
        let now = clock();
        if charger.reboot_due(now) {
            return End::Reboot;
        }
        let wait = Duration::try_from(charger.next_tick().duration_since(now)).unwrap_or(Duration::ZERO);
        frames = tokio::select! {
            text = incoming.next() => match text {
                Some(text) => charger.receive(&text, clock()),
                None => return End::Lost,
            },
            order = orders.recv() => match order {
                Some(Order::Plug) => charger.plug(clock()),
                Some(Order::Unplug) => charger.unplug(clock()),
                Some(Order::Stop) | None => {
                    // a goodbye that cannot be said changes nothing
                    let _ = outgoing.close().await;
                    return End::Stopped;
                }
            },
            () = sleep(wait) => charger.tick(clock()),
        };
    }
}
