//! Finding the charger: what devices on the local network tell of themselves, and what they are.
//!
//! It only reads, and it is bounded: [`limits`] says how far it goes, [`network`] which addresses there are, [`probe`] what
//! may be asked. Nothing is sent into a network before a person allowed it ([`consent`]); everything that is sent stands in
//! a [`Log`]. What devices say is data, never more.

mod advice;
pub mod consent;
mod datagrams;
mod dial;
mod ear;
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
mod way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

pub use consent::{Allowed, networks_now};
pub use hosts::Arrived;
pub use log::{Log, NotWritten};
pub use network::{Network, NotAllowed, Target};
pub use scan::Order;
pub use state::{Advice, Device, Phase, State, Step, Tried};

use ear::Ear;
use hosts::Hosts;
use limits::COOL_DOWN;
use way::Way;

/// How often it is looked whether what is sent while only listening was written down.
const LOOKED_AFTER: Duration = Duration::from_secs(5);

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

/// Why a scan is not run, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Another runs.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// What is sent cannot be written down.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

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

    /// Whether what is sent can be written down; a scan does not begin where it cannot.
    ///
    /// # Errors
    /// Why not, with what to do.
    pub fn can_write(&self) -> Result<(), NotWritten> {
        self.shared.log.open()
    }

    /// The whole state, and every change of it.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.shared.state.subscribe()
    }

    /// The state now.
    pub fn state(&self) -> State {
        self.shared.state.borrow().clone()
    }

    /// Looks through networks and hosts, for `most` at the longest once it begins: a network that was looked through a moment
    /// ago is left in peace first. Results come by [`Discovery::watch`]. Whoever drops this stops it at once.
    ///
    /// # Errors
    /// Another scan runs, or what is sent cannot be written down. What was found until then stays.
    pub async fn scan(&self, order: Order, most: Duration) -> Result<Ended, Refused> {
        let _running = self.shared.running.try_lock().map_err(|_| Busy)?;
        self.shared.log.open()?;
        if !self.leave_in_peace(&reached(&order.networks, &Way::now()).0).await {
            return Ok(Ended::Cancelled);
        }
        let way = Way::now();
        let (networks, elsewhere) = reached(&order.networks, &way);
        let (ear, alive) = Ear::new(&self.shared, way, &networks, &order.hosts);
        // Whoever looks at one address more keeps what was found before.
        if !order.networks.is_empty() {
            lock(&self.shared.hosts).forget();
        }
        let devices = lock(&self.shared.hosts).devices();
        let began =
            State { phase: Phase::Scanning, networks: networks.clone(), elsewhere, devices, ..State::default() };
        self.shared.state.send_replace(began);
        let guard = Finish { ear: &ear, networks: &networks, began: Instant::now() };
        let ended = tokio::select! {
            biased;
            () = self.shared.cancelled.notified() => Ended::Cancelled,
            () = tokio::time::sleep(most) => Ended::OutOfTime,
            () = scan::scan(&order, &networks, &ear, alive) => Ended::Whole,
        };
        drop(guard);
        self.shared.log.is_whole()?;
        Ok(ended)
    }

    /// Waits until each of these networks has been left in peace for long enough since it was looked through; the state
    /// says how long that takes. False where it was stopped meanwhile.
    async fn leave_in_peace(&self, networks: &[Network]) -> bool {
        let ago = networks.iter().filter_map(|it| self.shared.log.looked_through_ago(it)).min();
        let ends = Instant::now() + ago.map_or(Duration::ZERO, |ago| COOL_DOWN.saturating_sub(ago));
        let cancelled = self.shared.cancelled.notified();
        tokio::pin!(cancelled);
        let _guard = Idle(&self.shared);
        loop {
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            self.shared.state.send_modify(|state| {
                state.phase = Phase::Waiting;
                state.begins_in = Some(left);
            });
            tokio::select! {
                biased;
                () = &mut cancelled => {
                    self.shared.state.send_modify(|state| state.took = Duration::ZERO);
                    return false;
                }
                () = tokio::time::sleep(left.min(Duration::from_secs(1))) => {}
            }
        }
    }

    /// Stops a scan that runs, or waits.
    pub fn cancel(&self) {
        if self.shared.running.try_lock().is_err() {
            self.shared.cancelled.notify_waiters();
        }
    }

    /// Only hears what devices tell, and asks again now and then; what a scan found stays. Runs until it is dropped.
    ///
    /// # Errors
    /// A scan runs, or what is sent cannot be written down: also where that turns out later, because then nobody is asked
    /// any more.
    pub async fn listen(&self, networks: &[Allowed]) -> Result<(), Refused> {
        let _running = self.shared.running.try_lock().map_err(|_| Busy)?;
        self.shared.log.open()?;
        let way = Way::now();
        let (networks, elsewhere) = reached(networks, &way);
        let (ear, _alive) = Ear::new(&self.shared, way, &networks, &[]);
        self.shared.state.send_modify(|state| {
            state.phase = Phase::Listening;
            state.networks.clone_from(&networks);
            state.elsewhere = elsewhere;
        });
        let _guard = Idle(&self.shared);
        let _hearing = scan::hear(&networks, &ear);
        let cancelled = self.shared.cancelled.notified();
        tokio::pin!(cancelled);
        loop {
            tokio::select! {
                () = &mut cancelled => return Ok(()),
                () = tokio::time::sleep(LOOKED_AFTER) => self.shared.log.is_whole()?,
            }
        }
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

/// The networks that are reached where they are, and those that are not.
fn reached(networks: &[Allowed], way: &Way) -> (Vec<Network>, Vec<Network>) {
    networks.iter().map(|it| it.network().clone()).partition(|network| way.leads_into(network))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A scan has ended, however it did: the state says so.
struct Finish<'a> {
    ear: &'a Ear,
    networks: &'a [Network],
    began: Instant,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.networks.iter().for_each(|network| self.ear.log.has_looked_through(network));
        self.ear.shared.state.send_modify(|state| {
            state.phase = Phase::Idle;
            state.took = self.began.elapsed();
            state.done_permille = 1000;
            state.advice = advice::advice(state);
        });
    }
}

/// Nothing is heard any more, nor waited for.
struct Idle<'a>(&'a Arc<Shared>);

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.state.send_if_modified(|state| {
            state.begins_in = None;
            std::mem::replace(&mut state.phase, Phase::Idle) != Phase::Idle
        });
    }
}
