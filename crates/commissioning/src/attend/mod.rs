//! ONE task per charger. It outlives reconnects and is the only writer of the charger's record.
//!
//! Everything that can happen enters as an [`Input`]. What came is queued for the disk before it is understood; answers,
//! calls, replies and news leave only after the commit that holds their cause.

mod calls;
mod certificates;
mod frames;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use chargehand_ocpp::peer::Peer;
use chargehand_ocpp::{Call, Deviation};

use crate::clock::Clock;
use crate::event::{ClosedBy, Event, Handshake, Happened, Step, Told};
use crate::journal::{Closed, Direction, Journal, Then, Writer};
use crate::link::{Answered, CallFailure, Input, Order, Outgoing, Running, StepGuard, View};
use crate::record::{InForce, Record};

/// After this without BootNotification it is asked for (field problem P12).
const BOOT_ASKED_AFTER: Duration = Duration::from_secs(5);
/// After this without BootNotification we go on without.
const BOOT_WAITED_FOR: Duration = Duration::from_secs(10);

/// The steps whose progress is that of the limit check.
const OF_THE_LIMIT_CHECK: [Step; 2] = [Step::Limit, Step::Undo];

/// Who is told what happens at a charger.
pub type Listeners = Arc<[mpsc::UnboundedSender<Told>]>;

/// Called with a charger's id when its view has changed.
pub type Changed = Arc<dyn Fn(&Arc<str>) + Send + Sync>;

/// Signs a charger's certificate request (PEM) for the charger of this id: the chain (PEM), or why not. It is quick: keys
/// are unlocked before.
pub type Sign = Arc<dyn Fn(&str, &str) -> Result<String, String> + Send + Sync>;

/// Signs chargers' certificates, while it can.
#[derive(Clone)]
pub struct Signer {
    /// Can it at this moment? Its key may be locked.
    pub is_open: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Signs.
    pub sign: Sign,
}

/// What a charger's task needs from the site.
#[derive(Clone)]
pub struct Surroundings {
    /// The way to the disk.
    pub journal: Journal,
    /// Our time.
    pub clock: Clock,
    /// Told everything from the first moment on.
    pub listeners: Listeners,
    /// Tell every frame too.
    pub tell_frames: bool,
    /// Called after each commit.
    pub changed: Changed,
    /// Signs chargers' certificates; while nobody does, they are told so.
    pub sign: Option<Signer>,
}

/// Attends one charger until every sender of its inbox is gone or the store has closed. `record` is what the disk knows.
///
/// # Errors
/// [`Closed`]: the store has closed.
pub async fn attend(record: Record, around: &Surroundings, inbox: &mut mpsc::Receiver<Input>) -> Result<(), Closed> {
    let id: Arc<str> = record.id.as_str().into();
    let mut state = State::new(Arc::clone(&id), record, around);
    loop {
        let wake = state.wake();
        let due = if state.sign() {
            Due::Signed
        } else {
            tokio::select! {
                // A step that has ended makes room before the next one asks to begin.
                biased;
                () = step_ended(&mut state.step) => Due::StepEnded,
                input = inbox.recv() => match input {
                    Some(input) => Due::Input(input),
                    None => return Ok(()),
                },
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => Due::Time,
            }
        };
        let now = around.clock.now();
        let handling = around.journal.append(&id, now, |w| {
            match due {
                Due::Input(input) => state.on(input, w, now),
                Due::Time => state.woke(w, now),
                Due::StepEnded => state.end_step(),
                Due::Signed => state.signed(w, now),
            }
            state.serve(w, now);
            ((), state.release(w, &around.changed))
        });
        handling.await?;
    }
}

// It lives for one turn of the loop, and an input is by far the most frequent.
#[allow(clippy::large_enum_variant)]
enum Due {
    Input(Input),
    Time,
    StepEnded,
    Signed,
}

async fn step_ended(step: &mut Option<RunningStep>) {
    match step {
        Some(step) => drop((&mut step.ended).await),
        None => std::future::pending().await,
    }
}

struct RunningStep {
    shown: Running,
    cancel: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

/// The connection as it is now.
struct Live {
    session: u64,
    out: mpsc::UnboundedSender<Outgoing>,
    peer: Peer,
    flying: Option<Flying>,
    /// Calls wait until BootNotification was answered, or this time (field problem P13).
    held_until: Option<Instant>,
    /// A change of its limits waits until then: some take one only now and then.
    rests_until: Option<Instant>,
    ask_boot_at: Option<Instant>,
    booted: bool,
    /// Held by each answer until it leaves: a charger whose next call finds one held did not wait for it.
    answering: Arc<()>,
}

/// A call that has no answer yet.
struct Flying {
    call: Call,
    sent: u64,
    why: Why,
}

type Reply = oneshot::Sender<Result<Answered, CallFailure>>;

/// A call that was not sent yet.
struct Waiting {
    call: Call,
    confirmed: bool,
    why: Why,
}

/// Why a call is made.
enum Why {
    /// Somebody wants the answer.
    Asked(Reply),
    /// No BootNotification came by itself.
    NoBoot,
    /// A step was dropped with its test limit in force.
    Undo,
    /// It asked for a certificate.
    Certificate,
}

/// What leaves after the commit.
#[derive(Default)]
struct Effects {
    out: Vec<(mpsc::UnboundedSender<Outgoing>, Outgoing)>,
    answering: Vec<Arc<()>>,
    told: Vec<Told>,
    replies: Vec<Then>,
    keep_record: bool,
}

struct State {
    id: Arc<str>,
    record: Record,
    listeners: Listeners,
    tell_frames: bool,
    live: Option<Live>,
    calls: VecDeque<Waiting>,
    step: Option<RunningStep>,
    /// A step ended with its test limit in force, or with a charge that it had started: taken away and stopped as soon
    /// as the charger can be called.
    undo: bool,
    /// The certificate that it asked for; the newest, where it asks again and again.
    to_sign: Option<certificates::Request>,
    /// That certificate, or why there is none.
    signed: Option<Result<certificates::Signed, String>>,
    signer: Option<Signer>,
    effects: Effects,
}

impl State {
    fn new(id: Arc<str>, record: Record, around: &Surroundings) -> Self {
        Self {
            id,
            record,
            listeners: Arc::clone(&around.listeners),
            tell_frames: around.tell_frames,
            live: None,
            calls: VecDeque::new(),
            step: None,
            undo: false,
            to_sign: None,
            signed: None,
            signer: around.sign.clone(),
            effects: Effects::default(),
        }
    }

    /// Does anybody sign at this moment?
    fn signs(&self) -> bool {
        self.signer.as_ref().is_some_and(|signer| (signer.is_open)())
    }

    /// When something is due without any input.
    fn wake(&self) -> Option<Instant> {
        let live = self.live.as_ref()?;
        let deadline = live.peer.deadline().map(Instant::from_std);
        [deadline, live.held_until, live.rests_until, live.ask_boot_at].into_iter().flatten().min()
    }

    /// Closes the batch: what is released after its commit.
    fn release(&mut self, w: &mut Writer<'_>, changed: &Changed) -> Option<Then> {
        let effects = std::mem::take(&mut self.effects);
        if effects.keep_record {
            w.keep_record(&self.record);
        }
        let (listeners, id, changed) = (Arc::clone(&self.listeners), Arc::clone(&self.id), Arc::clone(changed));
        Some(Box::new(move || {
            drop(effects.answering);
            for (socket, outgoing) in effects.out {
                let _ = socket.send(outgoing);
            }
            for told in effects.told {
                for listener in listeners.iter() {
                    let _ = listener.send(told.clone());
                }
            }
            for reply in effects.replies {
                reply();
            }
            changed(&id);
        }))
    }

    fn on(&mut self, input: Input, w: &mut Writer<'_>, now: Timestamp) {
        match input {
            Input::Connected { session, handshake, out, adopt } => {
                self.connected(session, handshake, out, adopt, w, now)
            }
            Input::Frame { session, bytes, binary } => self.frame(session, bytes, binary, w, now),
            Input::Trouble { session, deviation } if self.is_live(session) => self.deviated(deviation, w, now),
            Input::Disconnected { session, by, code, reason } if self.is_live(session) => {
                self.disconnected(by, code, reason, w, now);
            }
            // The rest of a connection that a newer one has replaced.
            Input::Trouble { .. } | Input::Disconnected { .. } => {}
            Input::Order(order) => self.order(order, w, now),
        }
    }

    fn is_live(&self, session: u64) -> bool {
        self.live.as_ref().is_some_and(|live| live.session == session)
    }

    /// Appends an event and applies it.
    fn keep(&mut self, event: Event, w: &mut Writer<'_>, now: Timestamp) -> u64 {
        let json = serde_json::to_vec(&event).unwrap_or_default();
        let number = w.push(Direction::Event, json);
        self.record.apply(event, number, now);
        self.effects.keep_record = true;
        number
    }

    fn tell(&mut self, number: u64, at: Timestamp, what: Happened) {
        if !self.listeners.is_empty() {
            self.effects.told.push(Told { charger: Arc::clone(&self.id), number, at, what });
        }
    }

    fn connected(
        &mut self,
        session: u64,
        mut handshake: Handshake,
        out: mpsc::UnboundedSender<Outgoing>,
        adopt: bool,
        w: &mut Writer<'_>,
        now: Timestamp,
    ) {
        if let Some(old) = &self.live {
            // No rule in the specification; the newest wins, because chargers come back before their old socket is dead.
            let reason = "a newer connection of the same charger took its place".to_owned();
            self.effects.out.push((old.out.clone(), Outgoing::Close(reason.clone())));
            self.disconnected(ClosedBy::NewerConnection, None, reason, w, now);
            handshake.deviations.push(Deviation::soft("connected_twice", "", ""));
        }
        let number = self.keep(Event::Connected { handshake: handshake.clone() }, w, now);
        let deviations = handshake.deviations.clone();
        self.tell(number, now, Happened::Connected { handshake, adopted: self.record.adopted || adopt });
        for deviation in deviations {
            self.tell(number, now, Happened::Deviation { action: "connect".into(), deviation });
        }
        self.live = Some(Live {
            session,
            out,
            // The time makes our message ids unique over connections (OCPP-J 2.x 4.1.4 wants that; it harms no 1.6).
            peer: Peer::new(self.record.version(), format!("{:x}", now.as_millisecond())),
            flying: None,
            held_until: None,
            rests_until: None,
            ask_boot_at: None,
            booted: false,
            answering: Arc::new(()),
        });
        if adopt && !self.record.adopted {
            self.adopt(true, w, now);
        } else if self.record.adopted {
            self.hold_for_boot();
        }
    }

    fn adopt(&mut self, automatic: bool, w: &mut Writer<'_>, now: Timestamp) {
        let number = self.keep(Event::Adopted { automatic }, w, now);
        self.tell(number, now, Happened::Adopted);
        self.hold_for_boot();
        // It was told to wait: ask at once instead of letting it wait out its 30 s.
        let waits = self.record.boot.as_ref().is_some_and(|b| !b.accepted);
        if let Some(live) = self.live.as_mut().filter(|_| waits) {
            live.ask_boot_at = Some(Instant::now());
        }
    }

    fn hold_for_boot(&mut self) {
        let Some(live) = self.live.as_mut().filter(|live| !live.booted) else { return };
        live.ask_boot_at = Some(Instant::now() + BOOT_ASKED_AFTER);
        live.held_until = Some(Instant::now() + BOOT_WAITED_FOR);
    }

    fn disconnected(&mut self, by: ClosedBy, code: Option<u16>, reason: String, w: &mut Writer<'_>, now: Timestamp) {
        let Some(live) = self.live.take() else { return };
        let number = self.keep(Event::Disconnected { by, code, reason: reason.clone() }, w, now);
        self.tell(number, now, Happened::Disconnected { by, code, reason });
        if let Some(flying) = live.flying {
            self.not_answered(flying.why, CallFailure::Lost { sent: flying.sent });
        }
        for waiting in std::mem::take(&mut self.calls) {
            self.not_answered(waiting.why, CallFailure::NotConnected);
        }
    }

    fn deviated(&mut self, deviation: Deviation, w: &mut Writer<'_>, now: Timestamp) {
        let number = self.keep(Event::Deviated { deviation: deviation.clone() }, w, now);
        self.tell(number, now, Happened::Deviation { action: String::new(), deviation });
    }

    fn order(&mut self, order: Order, w: &mut Writer<'_>, now: Timestamp) {
        match order {
            Order::Call { call, confirmed, reply } => self.line_up(call, confirmed, reply),
            Order::Keep { event, done } => self.keep_for(event, done, w, now),
            Order::Watch(listener) => {
                let open = self.listeners.iter().filter(|l| !l.is_closed()).cloned();
                self.listeners = open.chain([listener]).collect();
            }
            Order::View(reply) => {
                let running = self.step.as_ref().map(|s| s.shown.clone());
                let view = View { record: self.record.clone(), running };
                self.effects.replies.push(Box::new(move || drop(reply.send(view))));
            }
            Order::Begin { step, reply } => self.begin(step, reply, now),
            Order::Doing { step, text, until } => {
                if let Some(running) = &mut self.step {
                    running.shown = Running { step, doing: text, until, ..running.shown.clone() };
                }
            }
            // Other steps measure too, but they are not the limit check.
            Order::Progress(_) if self.step.as_ref().is_some_and(|s| !OF_THE_LIMIT_CHECK.contains(&s.shown.begun)) => {}
            Order::Progress(proof) => self.record.proof = Some(*proof),
            Order::Cancel => {
                if let Some(running) = &mut self.step {
                    running.shown.cancelling = true;
                    let _ = running.cancel.send(true);
                }
            }
        }
    }

    fn keep_for(&mut self, event: Event, done: oneshot::Sender<u64>, w: &mut Writer<'_>, now: Timestamp) {
        let number = match event {
            Event::Adopted { .. } if self.record.adopted => self.record.as_of,
            Event::Adopted { automatic } => {
                self.adopt(automatic, w, now);
                self.record.as_of
            }
            Event::Found { finding } => {
                let number = self.keep(Event::Found { finding: finding.clone() }, w, now);
                self.tell(number, now, Happened::Found { finding });
                number
            }
            event => self.keep(event, w, now),
        };
        self.effects.replies.push(Box::new(move || _ = done.send(number)));
    }

    fn begin(&mut self, step: Step, reply: oneshot::Sender<Result<StepGuard, crate::link::Busy>>, now: Timestamp) {
        let begun = if self.step.is_some() {
            Err(crate::link::Busy)
        } else {
            let (guard, cancel, ended) = StepGuard::new();
            let shown = Running { step, begun: step, doing: String::new(), since: now, until: None, cancelling: false };
            self.step = Some(RunningStep { shown, cancel, ended });
            Ok(guard)
        };
        self.effects.replies.push(Box::new(move || drop(reply.send(begun))));
    }

    fn end_step(&mut self) {
        self.step = None;
        self.undo = self.record.in_force.iter().any(InForce::is_test) || self.record.our_transaction().is_some();
    }
}
