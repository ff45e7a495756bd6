//! Finding the charger: what devices on the local network tell of themselves, and what they are.
//!
//! It only reads, and it is bounded: [`limits`] says how far it goes, [`network`] which addresses there are, [`probe`] what
//! may be asked. Nothing is sent into a network before a person allowed it ([`consent`]); everything that is sent stands in
//! a [`Log`]. What devices say is data, never more.

mod advice;
pub mod consent;
mod datagrams;
mod dial;
mod examine;
mod greeting;
mod hosts;
pub mod limits;
mod log;
mod mask;
pub mod network;
mod page;
pub mod probe;
mod query;
mod registers;
mod scan;
mod services;
mod state;
mod sweep;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chargehand_catalogue::{Match, Seen};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

pub use consent::{Allowed, networks_now};
pub use hosts::Arrived;
pub use log::Log;
pub use network::{Network, NotAllowed, Target};
pub use scan::Order;
pub use state::{Advice, Device, Phase, State, Step, Tried};

use hosts::Hosts;

/// Discovery. Cheap to clone; all clones share what was found.
#[derive(Clone)]
pub struct Discovery {
    shared: Arc<Shared>,
}

struct Shared {
    hosts: Mutex<Hosts>,
    state: watch::Sender<State>,
    running: tokio::sync::Mutex<()>,
    cancelled: Notify,
    log: Log,
}

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It looked through everything.
    Whole,
    /// It was stopped; what was found until then stays.
    Cancelled,
    /// Its time was over.
    OutOfTime,
}

/// Another scan runs: one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The network is being looked through already. Wait until that ends, or stop it first.")]
pub struct Busy;

impl Discovery {
    /// Nothing is sent yet.
    pub fn new(log: Log) -> Self {
        let shared = Shared {
            hosts: Mutex::default(),
            state: watch::Sender::new(State::default()),
            running: tokio::sync::Mutex::default(),
            cancelled: Notify::new(),
            log,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The whole state, and every change of it.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.shared.state.subscribe()
    }

    /// The state now.
    pub fn state(&self) -> State {
        self.shared.state.borrow().clone()
    }

    /// Looks through networks and hosts, for `most` at the longest. Results come by [`Discovery::watch`]. Whoever drops
    /// this stops it at once.
    ///
    /// # Errors
    /// Another scan runs.
    pub async fn scan(&self, order: Order, most: Duration) -> Result<Ended, Busy> {
        let _running = self.shared.running.try_lock().map_err(|_| Busy)?;
        let networks: Vec<Network> = order.networks.iter().map(|it| it.network().clone()).collect();
        let (ear, alive) = Ear::new(&self.shared, &networks, &order.hosts);
        // Whoever looks at one address more keeps what was found before.
        if !networks.is_empty() {
            lock(&self.shared.hosts).forget();
        }
        let devices = lock(&self.shared.hosts).devices();
        let began = State { phase: Phase::Scanning, networks, devices, ..State::default() };
        self.shared.state.send_replace(began);
        let guard = Finish { ear: &ear, began: Instant::now() };
        let ended = tokio::select! {
            biased;
            () = self.shared.cancelled.notified() => Ended::Cancelled,
            () = tokio::time::sleep(most) => Ended::OutOfTime,
            () = scan::scan(&order, &ear, alive) => Ended::Whole,
        };
        drop(guard);
        Ok(ended)
    }

    /// Stops a scan that runs.
    pub fn cancel(&self) {
        if self.shared.running.try_lock().is_err() {
            self.shared.cancelled.notify_waiters();
        }
    }

    /// Only hears what devices tell, and asks again now and then; what a scan found stays. Runs until it is dropped.
    ///
    /// # Errors
    /// A scan runs.
    pub async fn listen(&self, networks: &[Allowed]) -> Result<(), Busy> {
        let _running = self.shared.running.try_lock().map_err(|_| Busy)?;
        let networks: Vec<Network> = networks.iter().map(|it| it.network().clone()).collect();
        let (ear, _alive) = Ear::new(&self.shared, &networks, &[]);
        self.shared.state.send_modify(|state| {
            state.phase = Phase::Listening;
            state.networks.clone_from(&networks);
        });
        let _guard = Idle(&self.shared);
        let _hearing = scan::hear(&networks, &ear);
        self.shared.cancelled.notified().await;
        Ok(())
    }

    /// A charger has connected by itself, or named itself.
    pub fn arrived(&self, arrived: Arrived) {
        lock(&self.shared.hosts).arrived(arrived);
        self.shared.publish();
    }
}

impl Shared {
    fn publish(&self) {
        let devices = lock(&self.hosts).devices();
        self.state.send_if_modified(|state| {
            let changed = state.devices != devices;
            state.devices = devices;
            changed
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A scan has ended, however it did: the state says so.
struct Finish<'a> {
    ear: &'a Ear,
    began: Instant,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.ear.log.flush();
        self.ear.shared.state.send_modify(|state| {
            state.phase = Phase::Idle;
            state.took = self.began.elapsed();
            state.done_permille = 1000;
            state.advice = advice::advice(state);
        });
    }
}

/// Nothing is heard any more.
struct Idle<'a>(&'a Arc<Shared>);

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.log.flush();
        self.0.state.send_modify(|state| state.phase = Phase::Idle);
    }
}

/// Where everything that is seen goes. What lies outside the networks is not heard.
#[derive(Clone)]
pub(crate) struct Ear {
    shared: Arc<Shared>,
    networks: Arc<[Network]>,
    typed: Arc<[Target]>,
    known: Arc<Mutex<BTreeSet<Target>>>,
    alive: mpsc::UnboundedSender<Target>,
    log: Log,
}

impl Ear {
    fn new(shared: &Arc<Shared>, networks: &[Network], typed: &[Target]) -> (Self, mpsc::UnboundedReceiver<Target>) {
        let (alive, receiver) = mpsc::unbounded_channel();
        let ear = Self {
            shared: Arc::clone(shared),
            networks: networks.into(),
            typed: typed.into(),
            known: Arc::default(),
            alive,
            log: shared.log.clone(),
        };
        (ear, receiver)
    }

    /// The host of this address, where it may be asked.
    fn target(&self, address: Ipv4Addr) -> Option<Target> {
        let of_network = self.networks.iter().find_map(|network| network.target(address));
        of_network.or_else(|| self.typed.iter().copied().find(|it| it.address() == address))
    }

    /// Takes up what was seen of an address.
    fn heard(&self, address: Ipv4Addr, seen: Seen) {
        let Some(target) = self.target(address) else { return };
        let is_new = lock(&self.shared.hosts).saw(address, seen);
        self.is_alive(target);
        if is_new {
            self.shared.publish();
        }
    }

    /// Takes up that a port is open.
    fn opened(&self, address: Ipv4Addr, port: u16) {
        lock(&self.shared.hosts).opened(address, port);
    }

    /// A host is there: it is worth examining.
    fn is_alive(&self, target: Target) {
        if lock(&self.known).insert(target) {
            // nobody examines while discovery only listens
            let _ = self.alive.send(target);
        }
    }

    fn knows(&self, target: Target) -> bool {
        lock(&self.known).contains(&target)
    }

    fn alive_count(&self) -> usize {
        lock(&self.known).len()
    }

    /// What an address may be, the best first.
    fn matches(&self, address: Ipv4Addr) -> Vec<Match> {
        lock(&self.shared.hosts).matches(address)
    }

    /// What was tried, and what came of it.
    fn tried(&self, step: Step, result: &str, is_done: bool) {
        let tried = Tried { step, result: result.to_owned(), is_done };
        self.shared.state.send_modify(|state| match state.tried.iter_mut().find(|it| it.step == step) {
            Some(other) => *other = tried,
            None => state.tried.push(tried),
        });
    }

    fn progress(&self, permille: u16) {
        self.shared.state.send_if_modified(|state| {
            // a step at a time: whoever shows it need not be told of each connection
            let further = permille / 10 > state.done_permille / 10;
            state.done_permille = state.done_permille.max(permille);
            further
        });
    }
}
