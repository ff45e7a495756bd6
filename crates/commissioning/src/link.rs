//! The handle to one charger: steps ask through it, and never touch a socket or the record.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use chargehand_ocpp::peer::Refusal;
use chargehand_ocpp::{Ask, Call, Deviation};

use crate::clock::Clock;
use crate::event::{ClosedBy, Event, Handshake, Step, Told};
use crate::guard::Refused;
use crate::record::Record;
use crate::report::LimitProof;

/// Everything that can reach a charger's task: the closed list.
pub enum Input {
    /// A connection was accepted.
    Connected {
        /// Number of the connection, unique over the site.
        session: u64,
        /// What arrived.
        handshake: Handshake,
        /// The way back.
        out: mpsc::UnboundedSender<Outgoing>,
        /// Adopt it by itself.
        adopt: bool,
    },
    /// A message came.
    Frame {
        /// Its connection.
        session: u64,
        /// Its bytes.
        bytes: Bytes,
        /// It came in a binary frame.
        binary: bool,
    },
    /// Something broke below OCPP.
    Trouble {
        /// Its connection.
        session: u64,
        /// What.
        deviation: Deviation,
    },
    /// A connection ended.
    Disconnected {
        /// Its connection.
        session: u64,
        /// Who ended it.
        by: ClosedBy,
        /// The close code, where one was given.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
    /// Somebody asks something of us.
    Order(Order),
}

/// What goes to a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// Close the connection with this reason.
    Close(String),
}

/// What a step, the window or the command line asks of a charger's task.
pub enum Order {
    /// Call the charger.
    Call {
        /// What.
        call: Wanted,
        /// A person confirmed an unknown effect.
        confirmed: bool,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<Answered, CallFailure>>,
    },
    /// Keep an event on disk and in the record.
    Keep {
        /// The event.
        event: Event,
        /// Its number, once it is on disk.
        done: oneshot::Sender<u64>,
    },
    /// Tell me what happens from now on.
    Watch(mpsc::UnboundedSender<Told>),
    /// The record as it is on disk.
    View(oneshot::Sender<View>),
    /// A step begins.
    Begin {
        /// Which.
        step: Step,
        /// The guard, or that another step is running.
        reply: oneshot::Sender<Result<StepGuard, Busy>>,
    },
    /// What the running step does now.
    Doing {
        /// Which step.
        step: Step,
        /// In words.
        text: String,
        /// When it is over at the latest.
        until: Option<Timestamp>,
    },
    /// The limit check so far, for the live view; kept on disk only when it ends.
    Progress(Box<LimitProof>),
    /// Cancel the running step: it undoes, then ends.
    Cancel,
}

/// A call that somebody wants to be made.
pub enum Wanted {
    /// In our own words: the charger's task puts it in those of the charger's version.
    Ask(Ask),
    /// As it goes over the wire.
    Call(Call),
}

/// The record, and what is true only while the program runs.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The record.
    pub record: Record,
    /// The step that runs.
    pub running: Option<Running>,
}

/// A step that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Which.
    pub step: Step,
    /// What it began as: undoing is shown as a step of its own.
    pub begun: Step,
    /// What it does now.
    pub doing: String,
    /// Since when.
    pub since: Timestamp,
    /// When what it does now is over at the latest.
    pub until: Option<Timestamp>,
    /// It was cancelled and is undoing.
    pub cancelling: bool,
}

/// Another step is running on this charger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Another step is still running on this charger.")]
pub struct Busy;

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The payload.
    pub payload: Value,
    /// Number of our frame.
    pub sent: u64,
    /// Number of the answer's frame.
    pub number: u64,
    /// When the answer came.
    pub at: Timestamp,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// It was not sent.
    #[error(transparent)]
    Held(#[from] Refused),
    /// The charger is not adopted.
    #[error("The charger is not adopted, so it gets no command.")]
    NotAdopted,
    /// It is not connected.
    #[error("The charger is not connected.")]
    NotConnected,
    /// Too many calls wait already.
    #[error("Too many calls to this charger are waiting already. Send it again when some are answered.")]
    TooMany,
    /// It did not answer in 15 s.
    #[error("The charger did not answer within 15 s.")]
    Silent {
        /// Number of our frame.
        sent: u64,
    },
    /// It answered with an error.
    #[error("The charger answered with the error {}{}.", refusal.code, described(refusal))]
    Error {
        /// The error.
        refusal: Refusal,
        /// Number of our frame.
        sent: u64,
        /// Number of the answer's frame.
        number: u64,
    },
    /// The connection ended before the answer.
    #[error("The connection ended before the charger answered.")]
    Lost {
        /// Number of our frame.
        sent: u64,
    },
    /// The program is ending.
    #[error("Chargehand is closing.")]
    Closing,
}

fn described(refusal: &Refusal) -> String {
    if refusal.description.is_empty() { String::new() } else { format!(" ({})", refusal.description) }
}

impl CallFailure {
    /// Stable name for the command line.
    pub fn code(&self) -> &str {
        match self {
            CallFailure::Held(refused) => refused.code(),
            CallFailure::NotAdopted => "not_adopted",
            CallFailure::NotConnected => "not_connected",
            CallFailure::TooMany => "too_many_calls",
            CallFailure::Silent { .. } => "no_answer",
            CallFailure::Error { refusal, .. } => &refusal.code,
            CallFailure::Lost { .. } => "connection_lost",
            CallFailure::Closing => "closing",
        }
    }

    /// The frames it rests on.
    pub fn evidence(&self) -> Vec<u64> {
        match self {
            CallFailure::Silent { sent } | CallFailure::Lost { sent } => vec![*sent],
            CallFailure::Error { sent, number, .. } => vec![*sent, *number],
            _ => Vec::new(),
        }
    }
}

/// The handle to one charger's task. Cheap to clone.
#[derive(Clone)]
pub struct Link {
    /// The charger's id.
    pub charger: Arc<str>,
    /// Our time.
    pub clock: Clock,
    inbox: mpsc::Sender<Input>,
}

impl Link {
    /// To the task behind `inbox`.
    pub fn new(charger: Arc<str>, clock: Clock, inbox: mpsc::Sender<Input>) -> Self {
        Self { charger, clock, inbox }
    }

    /// Gives the task an input.
    ///
    /// # Errors
    /// The task has ended.
    pub async fn send(&self, input: Input) -> Result<(), CallFailure> {
        self.inbox.send(input).await.map_err(|_| CallFailure::Closing)
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, CallFailure> {
        let (reply, answer) = oneshot::channel();
        self.send(Input::Order(order(reply))).await?;
        answer.await.map_err(|_| CallFailure::Closing)
    }

    /// Calls the charger and waits for its answer, at most 15 s after it was sent.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn call(&self, call: Call) -> Result<Answered, CallFailure> {
        self.call_confirmed(call, false).await
    }

    /// Asks the charger, whatever version it speaks, and waits for its answer, at most 15 s after it was sent.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn ask(&self, ask: Ask) -> Result<Answered, CallFailure> {
        self.order(|reply| Order::Call { call: Wanted::Ask(ask), confirmed: false, reply }).await?
    }

    /// As [`Link::call`], with a person's word that an unknown effect is known to them.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call_confirmed(&self, call: Call, confirmed: bool) -> Result<Answered, CallFailure> {
        self.order(|reply| Order::Call { call: Wanted::Call(call), confirmed, reply }).await?
    }

    /// Keeps an event; its number once it is on disk.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn keep(&self, event: Event) -> Result<u64, CallFailure> {
        self.order(|done| Order::Keep { event, done }).await
    }

    /// The record as it is on disk, and what runs.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn view(&self) -> Result<View, CallFailure> {
        self.order(Order::View).await
    }

    /// The record as it is on disk.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn record(&self) -> Result<Record, CallFailure> {
        self.view().await.map(|view| view.record)
    }

    /// What happens from now on.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn watch(&self) -> Result<mpsc::UnboundedReceiver<Told>, CallFailure> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.send(Input::Order(Order::Watch(sender))).await?;
        Ok(receiver)
    }

    /// Begins a step; while the returned guard lives no other can begin.
    ///
    /// # Errors
    /// [`Busy`]; also where the program is ending.
    pub async fn begin(&self, step: Step) -> Result<StepGuard, Busy> {
        self.order(|reply| Order::Begin { step, reply }).await.map_err(|_| Busy)?
    }

    /// Cancels the running step: it undoes, then ends.
    pub async fn cancel(&self) {
        let _ = self.send(Input::Order(Order::Cancel)).await;
    }

    /// Says what the running step does now, and how long at most.
    pub async fn doing(&self, step: Step, text: impl Into<String>, at_most: Option<Duration>) {
        let until = at_most.and_then(|d| self.clock.now().checked_add(d).ok());
        let _ = self.send(Input::Order(Order::Doing { step, text: text.into(), until })).await;
    }

    /// Shows the limit check so far.
    pub async fn progress(&self, proof: &LimitProof) {
        let _ = self.send(Input::Order(Order::Progress(Box::new(proof.clone())))).await;
    }
}

/// A running step. Dropping it ends the step; a test limit that is still in force then is cleared by the charger's task.
#[derive(Debug)]
pub struct StepGuard {
    cancelled: watch::Receiver<bool>,
    _alive: oneshot::Sender<()>,
}

impl StepGuard {
    /// The guard, and what its maker holds: the cancel signal and the news of its end.
    pub(crate) fn new() -> (Self, watch::Sender<bool>, oneshot::Receiver<()>) {
        let (cancel, cancelled) = watch::channel(false);
        let (alive, ended) = oneshot::channel();
        (Self { cancelled, _alive: alive }, cancel, ended)
    }

    /// Returns once the step was cancelled.
    pub async fn cancelled(&mut self) {
        if self.cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending().await
        }
    }
}
