//! A charger that stays connected: it connects, and again whenever the connection is lost, until it is stopped.

use super::converse::{End, Incoming, Outgoing, Talk, alone, converse, directions};
use super::dial::{dial, explain};
use super::endpoint::Endpoint;
use super::habits::Habits;
use super::hand::Held;
use super::line::Net;
use super::pace::Pace;
use super::upload::Uploads;
use super::{LinkState, REBOOT};
use crate::SimulatedCharger;
use futures_util::SinkExt;
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

const HANDSHAKE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The shortest pause of a charger whose time goes faster, so that it does not knock without end.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// A charger, where it is and who holds it.
pub(super) struct Stays<C> {
    pub(super) net: Net,
    pub(super) endpoint: Endpoint,
    pub(super) charger: SimulatedCharger,
    pub(super) held: Held,
    pub(super) uploads: Uploads,
    pub(super) state: watch::Sender<LinkState>,
    pub(super) pace: Pace<C>,
    /// P37: the latest connection that was left open, only so that it stays so.
    pub(super) forgotten: Vec<(Incoming, Outgoing)>,
}

/// What a charger does after a connection, or after none came.
enum Then {
    Stops,
    TriesAgain,
    /// It pauses first: this long, or longer than the last time. And why, as a sentence.
    Pauses(Option<Duration>, String),
}

impl<C: Fn() -> Timestamp> Stays<C> {
    /// Until it is stopped.
    pub(super) async fn connected(&mut self) {
        let away = self.away();
        let mut pause = away;
        loop {
            let then = match self.charger.why_cut_off() {
                Some(why) => self.wait(why).await,
                None => self.connect().await,
            };
            let why = match then {
                Then::Stops => return,
                Then::TriesAgain => continue,
                Then::Pauses(first, why) => {
                    pause = first.unwrap_or(pause);
                    why
                }
            };
            self.charger.disconnected(self.pace.now());
            let wait = self.pace.wait(pause).max(SHORTEST_PAUSE);
            self.state.send_replace(LinkState::Down { why, pause: wait });
            if let Ok(End::Stopped) = timeout(wait, self.alone()).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE).max(away);
        }
    }

    /// The pause after a connection was lost; P37: some take longer.
    fn away(&self) -> Duration {
        let seconds = self.charger.behaviour.connects.away_s;
        seconds.map_or(FIRST_PAUSE, |seconds| Duration::from_secs(seconds.into()))
    }

    async fn alone(&mut self) -> End {
        alone(&mut self.charger, &mut self.held, &mut self.uploads, &self.pace).await
    }

    /// Power or network are gone: until they are back.
    async fn wait(&mut self, why: &str) -> Then {
        self.state.send_replace(LinkState::Down { why: why.into(), pause: Duration::ZERO });
        if let End::Stopped = self.alone().await {
            return Then::Stops;
        }
        match self.charger.behaviour.connects.away_s {
            Some(_) if self.charger.can_connect() => {
                Then::Pauses(Some(self.away()), "The charger takes its time to come back.".into())
            }
            _ => Then::TriesAgain,
        }
    }

    /// One connection, or the attempt.
    async fn connect(&mut self) -> Then {
        self.state.send_replace(LinkState::Connecting);
        let way = self.charger.network.way().clone();
        let address = self.endpoint.address(&way, &self.charger.behaviour);
        // in a box: what connecting needs is large, and is over for as long as the connection lasts
        let dialled = Box::pin(dial(&self.endpoint, &self.charger, &self.net));
        let why = match timeout(HANDSHAKE, dialled).await {
            Ok(Ok(socket)) => {
                self.state.send_replace(LinkState::Connected);
                let connects = self.charger.behaviour.connects.clone();
                let is_mute = connects.silent_without_path && !self.endpoint.has_path(&way);
                let habits = Habits::new(&connects, is_mute, self.pace.now());
                let end = self.carry(directions(socket, connects.frames), habits).await;
                return self.after(end, &address);
            }
            Ok(Err(e)) => explain(&e, &address, self.charger.version().subprotocol()),
            Err(_) => format!("{address} did not answer within {} s.", HANDSHAKE.as_secs()),
        };
        self.charger.network.failed();
        Then::Pauses(None, why)
    }

    /// Carries a connection to its end, and closes it, or does not.
    async fn carry(&mut self, (mut incoming, mut outgoing): (Incoming, Outgoing), habits: Habits) -> End {
        let first = self.charger.connected(self.pace.now());
        let talk = Talk { incoming: incoming.as_mut(), outgoing: outgoing.as_mut(), habits };
        let end = converse(&mut self.charger, first, talk, &mut self.held, &mut self.uploads, &self.pace).await;
        if self.charger.behaviour.connects.leaves_old_open && end.is_its_own() {
            self.forgotten.clear();
            self.forgotten.push((incoming, outgoing));
        } else if end.says_goodbye() {
            // one that cannot be said changes nothing
            let _ = outgoing.close().await;
        }
        end
    }

    fn after(&self, end: End, address: &str) -> Then {
        let away = self.away();
        let (pause, why) = match end {
            End::Stopped => return Then::Stops,
            End::Switched => return Then::TriesAgain,
            End::Reboot => (away.max(REBOOT), "The charger reboots.".into()),
            End::Reconnect => (away, "The charger connects anew, as it was told.".into()),
            End::HungUp => (away, "The charger dropped the connection.".into()),
            End::Lost => (away, format!("{address} closed the connection.")),
        };
        Then::Pauses(Some(pause), why)
    }
}
