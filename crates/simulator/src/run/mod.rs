//! Drives a simulated charger: over a WebSocket, or over channels inside a test. Sockets, time and waiting live here.

mod converse;
mod dial;
mod endpoint;
mod habits;
mod hand;
mod line;
mod pace;
mod stays;
mod tls;
mod upgrade;
mod upload;

pub use endpoint::{Endpoint, EndpointError, Security};
pub use hand::Hand;
pub use line::Knock;

use crate::SimulatedCharger;
use converse::{End, Talk, converse};
use futures_util::{sink, stream};
use habits::Habits;
use hand::Held;
use jiff::Timestamp;
use line::Net;
use pace::{Pace, steady};
use stays::Stays;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use upload::Uploads;

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
    let uploads = Uploads::new(false);
    // in a box: a task holds what is moved into it twice
    let mut stays = Box::new(Stays { net, endpoint, charger, held, uploads, state, pace, forgotten: Vec::new() });
    let task = tokio::spawn(async move {
        stays.connected().await;
        stays.charger
    });
    Hand { orders, link, panel, task }
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
