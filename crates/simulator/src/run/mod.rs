//! Drives a simulated charger: over a WebSocket, or over channels inside a test. Sockets, time and waiting live here.

mod converse;
mod dial;
mod endpoint;
mod habits;
mod hand;
mod line;
mod pace;
mod tls;
mod upgrade;
mod upload;

pub use endpoint::{Endpoint, EndpointError, Security};
pub use hand::Hand;
pub use line::Knock;

use crate::SimulatedCharger;
use converse::{End, Talk, alone, converse, directions};
use dial::{dial, explain};
use futures_util::{SinkExt, sink, stream};
use habits::Habits;
use hand::Held;
use jiff::Timestamp;
use line::Net;
use pace::{Pace, steady};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
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

/// As [`connect`], but it knocks at whoever receives, whatever the address is: for tests on paused time.
pub fn connect_inside(endpoint: Endpoint, charger: SimulatedCharger, knocks: mpsc::UnboundedSender<Knock>) -> Hand {
    connect_by(Net::Inside(knocks), endpoint, charger, 1.0)
}

/// As [`connect`], with simulated seconds that run `speed` times as fast as real ones (0.001 to 1,000,000; what lies
/// outside is taken as the nearest): a night passes in a minute. The charger's time is the time of day at the start and
/// then goes ahead of it, so its times lie in the endpoint's future. It takes the time that the endpoint tells it once,
/// at its first boot: the endpoint's own time goes slower, and each heartbeat would set the charger back. For an answer
/// it waits as long as ever, in real seconds.
pub fn connect_at(endpoint: Endpoint, charger: SimulatedCharger, speed: f64) -> Hand {
    connect_by(Net::Tcp, endpoint, charger, speed)
}

fn connect_by(net: Net, endpoint: Endpoint, mut charger: SimulatedCharger, speed: f64) -> Hand {
    endpoint.equip(&mut charger);
    let speed = if speed.is_nan() { 1.0 } else { speed.clamp(0.001, 1_000_000.0) };
    if speed != 1.0 {
        charger.clock.take_once();
        charger.outbox.compress(speed);
    }
    let pace = steady(speed);
    let (held, orders, panel) = Held::new(&charger, pace.now());
    let (state, link) = watch::channel(LinkState::Connecting);
    Hand { orders, link, panel, task: tokio::spawn(stay_connected(net, endpoint, charger, held, state, pace)) }
}

async fn stay_connected(
    net: Net,
    endpoint: Endpoint,
    mut charger: SimulatedCharger,
    mut held: Held,
    state: watch::Sender<LinkState>,
    pace: Pace<impl Fn() -> Timestamp>,
) -> SimulatedCharger {
    let mut uploads = Uploads::new(false);
    let connects = charger.behaviour.connects.clone();
    let away = connects.away_s.map_or(FIRST_PAUSE, |seconds| Duration::from_secs(seconds.into()));
    let mut pause = away;
    // the latest that was left open, only so that it stays so
    let mut forgotten = Vec::new();
    loop {
        if let Some(why) = charger.why_cut_off() {
            state.send_replace(LinkState::Down { why: why.into(), pause: Duration::ZERO });
            if let End::Stopped = alone(&mut charger, &mut held, &mut uploads, &pace).await {
                return charger;
            }
            continue;
        }
        state.send_replace(LinkState::Connecting);
        let way = charger.network.way().clone();
        let address = endpoint.address(&way, &charger.behaviour);
        let why = match timeout(HANDSHAKE, dial(&endpoint, &charger, &net)).await {
            Ok(Ok(socket)) => {
                state.send_replace(LinkState::Connected);
                pause = away;
                let is_mute = connects.silent_without_path && !endpoint.has_path(&way);
                let habits = Habits::new(&connects, is_mute, pace.now());
                let first = charger.connected(pace.now());
                let (mut incoming, mut outgoing) = directions(socket, connects.frames);
                let talk = Talk { incoming: incoming.as_mut(), outgoing: outgoing.as_mut(), habits };
                let end = converse(&mut charger, first, talk, &mut held, &mut uploads, &pace).await;
                if connects.leaves_old_open && end.is_its_own() {
                    forgotten.clear();
                    forgotten.push((incoming, outgoing));
                } else if end.says_goodbye() {
                    // one that cannot be said changes nothing
                    let _ = outgoing.close().await;
                }
                match end {
                    End::Stopped => return charger,
                    End::Switched => continue,
                    End::Reboot => {
                        pause = away.max(REBOOT);
                        "The charger reboots.".into()
                    }
                    End::Reconnect => "The charger connects anew, as it was told.".into(),
                    End::HungUp => "The charger dropped the connection.".into(),
                    End::Lost => format!("{address} closed the connection."),
                }
            }
            Ok(Err(e)) => {
                charger.network.failed();
                explain(&e, &address, charger.version().subprotocol())
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
        pause = (pause * 2).min(LONGEST_PAUSE).max(away);
    }
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
        let talk = Talk { incoming: texts, outgoing: &mut sink, habits: Habits::none() };
        let end = converse(&mut charger, first, talk, &mut held, &mut uploads, &pace).await;
        charger.disconnected(pace.now());
        match end {
            End::Lost | End::Stopped => return charger,
            End::Reconnect | End::Switched | End::HungUp => {}
            End::Reboot => {
                sleep(REBOOT).await;
                while incoming.try_recv().is_ok() {}
            }
        }
    }
}
