//! Drives a simulated charger: over a WebSocket, or over channels inside a test. Sockets, time and waiting live here.

mod dial;
mod endpoint;
mod upload;

pub use endpoint::{Endpoint, EndpointError, Security};

use crate::SimulatedCharger;
use crate::clock::later;
use dial::{dial, explain};
use futures_util::{Sink, SinkExt, Stream, StreamExt, future, sink, stream};
use jiff::{SignedDuration, Timestamp};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};
use upload::Uploads;

const HANDSHAKE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a charger is away when it reboots.
const REBOOT: Duration = Duration::from_secs(2);

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
pub fn connect(endpoint: Endpoint, mut charger: SimulatedCharger) -> Hand {
    endpoint.equip(&mut charger);
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
    let mut uploads = Uploads::new(false);
    let mut pause = FIRST_PAUSE;
    loop {
        state.send_replace(LinkState::Connecting);
        let (way, version) = (charger.network.way().clone(), charger.version());
        let address = endpoint.address(&way);
        let attempt =
            async { dial(endpoint.request(version, &way)?, way.security_profile, &charger.certificates).await };
        let why = match timeout(HANDSHAKE, attempt).await {
            Ok(Ok(socket)) => {
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
                match converse(&mut charger, first, incoming, outgoing, &mut orders, &mut uploads, &clock).await {
                    End::Stopped => return charger,
                    End::Reboot => {
                        pause = REBOOT;
                        "The charger reboots.".into()
                    }
                    End::Reconnect => "The charger connects anew, as it was told.".into(),
                    End::Lost => format!("{address} closed the connection."),
                }
            }
            Ok(Err(e)) => {
                charger.network.failed();
                explain(&e, &address, version.subprotocol())
            }
            Err(_) => {
                charger.network.failed();
                format!("{address} did not answer within {} s.", HANDSHAKE.as_secs())
            }
        };
        charger.disconnected(clock());
        state.send_replace(LinkState::Down { why, pause });
        let alone =
            converse(&mut charger, Vec::new(), stream::pending(), sink::drain(), &mut orders, &mut uploads, &clock);
        if let Ok(End::Stopped) = timeout(pause, alone).await {
            return charger;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Connects a charger through channels, for tests on paused time; ends when either channel closes. A Reset is played
/// as silence: two seconds later the charger boots again, and what arrived meanwhile is lost. There is no network here:
/// the upload of a log is played, too, and ends well.
pub async fn over_channels(
    mut charger: SimulatedCharger,
    mut incoming: mpsc::Receiver<String>,
    outgoing: mpsc::Sender<String>,
    clock: impl Fn() -> Timestamp,
) -> SimulatedCharger {
    let (_hand, mut orders) = mpsc::unbounded_channel();
    let mut uploads = Uploads::new(true);
    let mut sink = pin!(sink::unfold(outgoing, |to, text| async move { to.send(text).await.map(|()| to) }));
    loop {
        let texts = stream::poll_fn(|context| incoming.poll_recv(context));
        let first = charger.connected(clock());
        let end = converse(&mut charger, first, texts, &mut sink, &mut orders, &mut uploads, &clock).await;
        charger.disconnected(clock());
        match end {
            End::Lost | End::Stopped => return charger,
            End::Reconnect => {}
            End::Reboot => {
                sleep(REBOOT).await;
                while incoming.try_recv().is_ok() {}
            }
        }
    }
}

enum End {
    Lost,
    Reboot,
    Reconnect,
    Stopped,
}

/// One connection, from the first frames to its end.
async fn converse(
    charger: &mut SimulatedCharger,
    first: Vec<String>,
    incoming: impl Stream<Item = String>,
    outgoing: impl Sink<String>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    uploads: &mut Uploads,
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
        uploads.begin(charger.take_uploads());
        let now = clock();
        let leaves = [(charger.reboot_due(now), End::Reboot), (charger.reconnect_due(), End::Reconnect)];
        if let Some((_, end)) = leaves.into_iter().find(|(is_due, _)| *is_due) {
            // a goodbye that cannot be said changes nothing
            let _ = outgoing.close().await;
            return end;
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
            (request, is_done) = uploads.ended() => charger.uploaded(request, is_done, clock()),
            () = sleep(wait) => charger.tick(clock()),
        };
    }
}
