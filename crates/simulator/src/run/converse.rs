//! One connection as it is carried: what comes and goes, what is done at the charger meanwhile, and how it ends.

use super::dial::Socket;
use super::habits::Habits;
use super::hand::{Held, Order};
use super::pace::Pace;
use super::upload::Uploads;
use crate::SimulatedCharger;
use crate::connects::Frames;
use futures_util::{Sink, SinkExt, Stream, StreamExt, future, sink, stream};
use jiff::Timestamp;
use std::pin::{Pin, pin};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Error, Message};

/// How a connection ended.
pub(super) enum End {
    Lost,
    Reboot,
    Reconnect,
    Stopped,
    /// Power or network came or went.
    Switched,
    /// The charger dropped it, by a habit.
    HungUp,
}

impl End {
    /// Whether the endpoint had no part in it, and the charger goes on.
    pub(super) fn is_its_own(&self) -> bool {
        !matches!(self, End::Lost | End::Stopped)
    }

    /// Whether the endpoint is told: not by who cannot, nor by who hangs up.
    pub(super) fn says_goodbye(&self) -> bool {
        matches!(self, End::Reboot | End::Reconnect | End::Stopped)
    }
}

/// The two directions of a connection, and the charger's habits in it.
pub(super) struct Talk<I, O> {
    pub(super) incoming: I,
    pub(super) outgoing: O,
    pub(super) habits: Habits,
}

pub(super) type Outgoing = Pin<Box<dyn Sink<String, Error = Error> + Send>>;
pub(super) type Incoming = Pin<Box<dyn Stream<Item = String> + Send>>;

/// The texts that come over a WebSocket, and where those go that the charger says, as it writes frames.
pub(super) fn directions(socket: Socket, frames: Frames) -> (Incoming, Outgoing) {
    let (outgoing, incoming) = socket.split();
    let outgoing = outgoing.with(move |text: String| future::ready(Ok::<_, Error>(frames.message(text))));
    let incoming = incoming.take_while(|message| future::ready(message.is_ok())).filter_map(|message| {
        future::ready(match message {
            Ok(Message::Text(text)) => Some(text.as_str().to_owned()),
            _ => None,
        })
    });
    (Box::pin(incoming), Box::pin(outgoing))
}

/// Goes on without a connection, until it is stopped, or power or network come or go.
pub(super) async fn alone(
    charger: &mut SimulatedCharger,
    held: &mut Held,
    uploads: &mut Uploads,
    pace: &Pace<impl Fn() -> Timestamp>,
) -> End {
    let nobody = Talk { incoming: stream::pending(), outgoing: sink::drain(), habits: Habits::none() };
    converse(charger, Vec::new(), nobody, held, uploads, pace).await
}

/// One connection, from the first frames to its end.
pub(super) async fn converse(
    charger: &mut SimulatedCharger,
    first: Vec<String>,
    talk: Talk<impl Stream<Item = String>, impl Sink<String>>,
    held: &mut Held,
    uploads: &mut Uploads,
    pace: &Pace<impl Fn() -> Timestamp>,
) -> End {
    let Talk { incoming, outgoing, mut habits } = talk;
    let (mut incoming, mut outgoing) = (pin!(incoming), pin!(outgoing));
    let could_connect = charger.can_connect();
    let mut frames = first;
    loop {
        for frame in habits.say(frames, pace.now()) {
            if outgoing.send(frame).await.is_err() {
                return End::Lost;
            }
        }
        uploads.begin(charger.take_uploads());
        let now = pace.now();
        held.show(charger, now);
        if charger.can_connect() != could_connect {
            return End::Switched;
        }
        let leaves = [
            (habits.hangs_up(now), End::HungUp),
            (charger.reboot_due(now), End::Reboot),
            (charger.reconnect_due(), End::Reconnect),
        ];
        if let Some((_, end)) = leaves.into_iter().find(|(is_due, _)| *is_due) {
            return end;
        }
        let next = habits.due().into_iter().fold(charger.next_tick(), Timestamp::min);
        let wait = pace.until(next).min(held.glance_due());
        frames = tokio::select! {
            text = incoming.next() => match text {
                Some(text) => habits.hear(&text, charger, pace.now()),
                None => return End::Lost,
            },
            order = held.orders.recv() => match order {
                Some(Order::Act(act)) => {
                    held.look_now();
                    charger.act(&act, pace.now())
                }
                Some(Order::Stop) | None => return End::Stopped,
            },
            (request, is_done) = uploads.ended() => charger.uploaded(request, is_done, pace.now()),
            () = sleep(wait) => charger.tick(pace.now()),
        };
    }
}
