//! The hand at a running charger, and what it sees.

use super::LinkState;
use crate::{Act, Panel, SimulatedCharger};
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How often what one sees changes at most.
const GLANCE: Duration = Duration::from_secs(1);

pub(super) enum Order {
    /// In a box: a channel keeps room for 32 orders.
    Act(Box<Act>),
    Stop,
}

/// The hand at a running charger: acts on it, looks at it, stops it. Dropping it stops the charger, too.
pub struct Hand {
    pub(super) orders: mpsc::UnboundedSender<Order>,
    pub(super) link: watch::Receiver<LinkState>,
    pub(super) panel: watch::Receiver<Panel>,
    pub(super) task: JoinHandle<SimulatedCharger>,
}

impl Hand {
    /// Does something at the charger, or around it.
    pub fn act(&self, act: Act) {
        self.order(Order::Act(Box::new(act)));
    }

    /// How the connection stands, to read or to wait on.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.link.clone()
    }

    /// What one sees standing in front of it, to read or to wait on. It changes with each act, else at most once a
    /// second, and while nothing flows at least once a minute.
    pub fn panel(&self) -> watch::Receiver<Panel> {
        self.panel.clone()
    }

    /// Takes the charger off the network and hands it back; nothing when it had died.
    pub async fn stop(self) -> Option<SimulatedCharger> {
        self.order(Order::Stop);
        self.task.await.ok()
    }

    fn order(&self, order: Order) {
        // a charger that is gone has nothing left to act on
        let _ = self.orders.send(order);
    }
}

/// The charger's side of it.
pub(super) struct Held {
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
    panel: watch::Sender<Panel>,
    next_glance: Instant,
    is_stale: bool,
}

impl Held {
    /// A hand for this charger; whoever runs it adds the task.
    pub(super) fn new(
        charger: &SimulatedCharger,
        now: Timestamp,
    ) -> (Held, mpsc::UnboundedSender<Order>, watch::Receiver<Panel>) {
        let (orders, received) = mpsc::unbounded_channel();
        let (panel, seen) = watch::channel(charger.panel(now));
        (Held { orders: received, panel, next_glance: Instant::now(), is_stale: false }, orders, seen)
    }

    /// Something was done: it is seen at once.
    pub(super) fn look_now(&mut self) {
        self.next_glance = Instant::now();
    }

    /// Shows what one sees, unless that was just now.
    pub(super) fn show(&mut self, charger: &SimulatedCharger, now: Timestamp) {
        let at = Instant::now();
        self.is_stale = at < self.next_glance;
        if !self.is_stale {
            self.next_glance = at + GLANCE;
            self.panel.send_replace(charger.panel(now));
        }
    }

    /// How long until it is to be shown, when something happened since.
    pub(super) fn glance_due(&self) -> Duration {
        if self.is_stale { self.next_glance.duration_since(Instant::now()) } else { Duration::MAX }
    }
}
