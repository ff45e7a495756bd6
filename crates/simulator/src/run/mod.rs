//! Drives a simulated charger: over a WebSocket, or over channels inside a test. Sockets, time and waiting live here.

mod dial;
mod endpoint;
mod hand;
mod pace;
mod upload;

pub use endpoint::{Endpoint, EndpointError, Security};
pub use hand::Hand;

use crate::SimulatedCharger;
use dial::{dial, explain};
use futures_util::{Sink, SinkExt, Stream, StreamExt, future, sink, stream};
use hand::{Held, Order};
use jiff::Timestamp;
use pace::{Pace, steady};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
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
        /// The pause; zero when it waits for power or the network instead.
        pause: Duration,
    },
}

/// The shortest pause of a charger whose time goes faster, so that it does not knock without end.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// Connects a charger to an endpoint in a task of its own, and again whenever the connection is lost, until stopped.
pub fn connect(endpoint: Endpoint, charger: SimulatedCharger) -> Hand {
    connect_at(endpoint, charger, 1.0)
}

/// As [`connect`], with simulated seconds that run `speed` times as fast as real ones (0.001 to 1,000,000; what lies
/// outside is taken as the nearest): a night passes in a minute. The charger's time is the time of day at the start and
/// then goes ahead of it, so its times lie in the endpoint's future. It takes the time that the endpoint tells it once,
/// at its first boot: the endpoint's own time goes slower, and each heartbeat would set the charger back. For an answer
/// it waits as long as ever, in real seconds.
pub fn connect_at(endpoint: Endpoint, mut charger: SimulatedCharger, speed: f64) -> Hand {
    endpoint.equip(&mut charger);
    let speed = if speed.is_nan() { 1.0 } else { speed.clamp(0.001, 1_000_000.0) };
    if speed != 1.0 {
        charger.clock.take_once();
        charger.outbox.compress(speed);
    }
    let pace = steady(speed);
    let (held, orders, panel) = Held::new(&charger, pace.now());
    let (state, link) = watch::channel(LinkState::Connecting);
    Hand { orders, link, panel, task: tokio::spawn(stay_connected(endpoint, charger, held, state, pace)) }
}

async fn stay_connected(
    endpoint: Endpoint,
    mut charger: SimulatedCharger,
    mut held: Held,
    state: watch::Sender<LinkState>,
    pace: Pace<impl Fn() -> Timestamp>,
) -> SimulatedCharger {
    let mut uploads = Uploads::new(false);
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(why) = charger.why_cut_off() {
            state.send_replace(LinkState::Down { why: why.into(), pause: Duration::ZERO });
            if let End::Stopped = alone(&mut charger, &mut held, &mut uploads, &pace).await {
                return charger;
            }
            continue;
        }
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
                let first = charger.connected(pace.now());
                match converse(&mut charger, first, incoming, outgoing, &mut held, &mut uploads, &pace).await {
                    End::Stopped => return charger,
                    End::Switched => continue,
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
        charger.disconnected(pace.now());
        let wait = pace.wait(pause).max(SHORTEST_PAUSE);
        state.send_replace(LinkState::Down { why, pause: wait });
        if let Ok(End::Stopped) = timeout(wait, alone(&mut charger, &mut held, &mut uploads, &pace)).await {
            return charger;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Goes on without a connection, until it is stopped, or power or network come or go.
async fn alone(
    charger: &mut SimulatedCharger,
    held: &mut Held,
    uploads: &mut Uploads,
    pace: &Pace<impl Fn() -> Timestamp>,
) -> End {
    converse(charger, Vec::new(), stream::pending(), sink::drain(), held, uploads, pace).await
}

/// Connects a charger through channels, for tests on paused time; ends when either channel closes. A Reset is played
/// as silence: two seconds later the charger boots again, and what arrived meanwhile is lost. There is no network here:
/// the upload of a log is played, too, and ends well.
pub async fn over_channels(
    charger: SimulatedCharger,
    incoming: mpsc::Receiver<String>,
    outgoing: mpsc::Sender<String>,
    clock: impl Fn() -> Timestamp,
) -> SimulatedCharger {
    // the other end is kept: without a hand the charger would stop
    let (held, _orders, _panel) = Held::new(&charger, clock());
    through_channels(charger, incoming, outgoing, held, Pace::told(clock)).await
}

/// As [`over_channels`], in a task of its own and with a hand at it. Without power or network there is silence, too.
/// What the hand says of the link does not change.
pub fn over_channels_at_hand(
    charger: SimulatedCharger,
    incoming: mpsc::Receiver<String>,
    outgoing: mpsc::Sender<String>,
    clock: impl Fn() -> Timestamp + Send + Sync + 'static,
) -> Hand {
    let (held, orders, panel) = Held::new(&charger, clock());
    let (_, link) = watch::channel(LinkState::Connected);
    let task = tokio::spawn(through_channels(charger, incoming, outgoing, held, Pace::told(clock)));
    Hand { orders, link, panel, task }
}

async fn through_channels(
    mut charger: SimulatedCharger,
    mut incoming: mpsc::Receiver<String>,
    outgoing: mpsc::Sender<String>,
    mut held: Held,
    pace: Pace<impl Fn() -> Timestamp>,
) -> SimulatedCharger {
    let mut uploads = Uploads::new(true);
    let mut sink = pin!(sink::unfold(outgoing, |to, text| async move { to.send(text).await.map(|()| to) }));
    loop {
        let texts = stream::poll_fn(|context| incoming.poll_recv(context));
        let first = charger.connected(pace.now());
        let end = converse(&mut charger, first, texts, &mut sink, &mut held, &mut uploads, &pace).await;
        charger.disconnected(pace.now());
        match end {
            End::Lost | End::Stopped => return charger,
            End::Reconnect | End::Switched => {}
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
    /// Power or network came or went.
    Switched,
}

/// One connection, from the first frames to its end.
async fn converse(
    charger: &mut SimulatedCharger,
    first: Vec<String>,
    incoming: impl Stream<Item = String>,
    outgoing: impl Sink<String>,
    held: &mut Held,
    uploads: &mut Uploads,
    pace: &Pace<impl Fn() -> Timestamp>,
) -> End {
    let (mut incoming, mut outgoing) = (pin!(incoming), pin!(outgoing));
    let could_connect = charger.can_connect();
    let mut frames = first;
    loop {
        for frame in frames {
            if outgoing.send(frame).await.is_err() {
                return End::Lost;
            }
        }
        uploads.begin(charger.take_uploads());
        let now = pace.now();
        held.show(charger, now);
        if charger.can_connect() != could_connect {
            // no goodbye: nobody is there to say it
            return End::Switched;
        }
        let leaves = [(charger.reboot_due(now), End::Reboot), (charger.reconnect_due(), End::Reconnect)];
        if let Some((_, end)) = leaves.into_iter().find(|(is_due, _)| *is_due) {
            // a goodbye that cannot be said changes nothing
            let _ = outgoing.close().await;
            return end;
        }
        let wait = pace.until(charger.next_tick()).min(held.glance_due());
        frames = tokio::select! {
            text = incoming.next() => match text {
                Some(text) => charger.receive(&text, pace.now()),
                None => return End::Lost,
            },
            order = held.orders.recv() => match order {
                Some(Order::Act(act)) => {
                    held.look_now();
                    charger.act(&act, pace.now())
                }
                Some(Order::Stop) | None => {
                    // a goodbye that cannot be said changes nothing
                    let _ = outgoing.close().await;
                    return End::Stopped;
                }
            },
            (request, is_done) = uploads.ended() => charger.uploaded(request, is_done, pace.now()),
            () = sleep(wait) => charger.tick(pace.now()),
        };
    }
}
