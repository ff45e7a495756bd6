//! Discovery as the window uses it: it hears while the Find step is open, and scans when a person says so.

pub mod commands;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chargehand_catalogue::Identity;
use chargehand_commissioning::link::View;
use chargehand_site::Site;
use chargehand_site::discovery::{
    Allowed, Arrived, Discovery, Ended, Log, Network, Order, Refused, State, networks_now,
};
use tokio::sync::{Mutex as AsyncMutex, Notify, watch};
use tokio::task::JoinHandle;

use crate::app::{locked, other, said};
use crate::ipc::UiError;

/// The longest a scan takes: a /22 whose every address is silent is looked through in half of it.
const MOST: Duration = Duration::from_secs(60);
/// The log of all that was sent, for the owner of the network, in the data folder.
const LOG: &str = "discovery.log";

/// Discovery of this program run. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Finding {
    shared: Arc<Shared>,
}

struct Shared {
    discovery: Discovery,
    /// The Find step is open.
    open: AtomicBool,
    scans: AtomicU32,
    ended: Mutex<Option<Ended>>,
    /// Why the last scan is not whole, or why nothing is heard.
    problem: Mutex<Option<UiError>>,
    /// A scan begins or runs: one at a time.
    turn: AsyncMutex<()>,
    /// What hears while no scan runs.
    ear: AsyncMutex<Option<JoinHandle<()>>>,
    moved: Notify,
}

/// How many scans have begun, how the last one ended, and what is amiss.
#[derive(Debug, Clone)]
pub struct Scans {
    /// How many.
    pub begun: u32,
    /// How the last one ended; `None` while one runs, and before the first.
    pub ended: Option<Ended>,
    /// Why the last scan is not whole, or why nothing is heard while none runs.
    pub problem: Option<UiError>,
}

impl Finding {
    /// Nothing is sent and nothing heard yet.
    pub fn new(data: &Path) -> Self {
        let shared = Shared {
            discovery: Discovery::new(Log::to(&data.join(LOG))),
            open: AtomicBool::new(false),
            scans: AtomicU32::new(0),
            ended: Mutex::default(),
            problem: Mutex::default(),
            turn: AsyncMutex::default(),
            ear: AsyncMutex::default(),
            moved: Notify::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// What discovery knows now.
    pub fn state(&self) -> State {
        self.shared.discovery.state()
    }

    /// How the scans went.
    pub fn scans(&self) -> Scans {
        Scans {
            begun: self.shared.scans.load(Ordering::Relaxed),
            ended: *locked(&self.shared.ended),
            problem: locked(&self.shared.problem).clone(),
        }
    }

    /// Every change of what discovery knows.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.shared.discovery.watch()
    }

    /// Waits until a scan begins or has ended.
    pub async fn moved(&self) {
        self.shared.moved.notified().await;
    }

    /// Somebody looks at what discovery knows.
    pub fn is_open(&self) -> bool {
        self.shared.open.load(Ordering::Relaxed)
    }

    /// The Find step was opened or left: networks that a person allowed are heard while it is open.
    pub async fn set_open(&self, site: &Site, open: bool) {
        self.shared.open.store(open, Ordering::Relaxed);
        self.hear(site).await;
    }

    /// Begins to hear anew, or stops, as it should be now. While a scan runs, that hears.
    pub async fn hear(&self, site: &Site) {
        let Ok(_turn) = self.shared.turn.try_lock() else { return };
        *locked(&self.shared.problem) = None;
        self.hear_now(site).await;
    }

    async fn hear_now(&self, site: &Site) {
        self.go_deaf().await;
        let networks = if self.is_open() { allowed(site).await } else { Vec::new() };
        if networks.is_empty() {
            return;
        }
        let finding = self.clone();
        let hearing = tokio::spawn(async move {
            if let Err(refused) = finding.shared.discovery.listen(&networks).await {
                finding.tell(&refused);
            }
        });
        *self.shared.ear.lock().await = Some(hearing);
    }

    /// Keeps for the window why something that nobody waits for did not go on.
    fn tell(&self, refused: &Refused) {
        *locked(&self.shared.problem) = Some(said(&refused.to_string()));
        self.shared.moved.notify_one();
    }

    async fn go_deaf(&self) {
        if let Some(hearing) = self.shared.ear.lock().await.take() {
            hearing.abort();
            let _ = hearing.await;
        }
    }

    /// Begins a scan of the networks that a person allowed.
    ///
    /// # Errors
    /// No network is allowed, or a scan runs.
    pub async fn scan(&self, site: &Site, modbus: bool) -> Result<(), UiError> {
        let networks = allowed(site).await;
        if networks.is_empty() {
            return Err(other("No network may be scanned yet.", "Tick a network that you are allowed to test."));
        }
        let (finding, site) = (self.clone(), site.clone());
        let (began, begins) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let order = Order { networks, modbus, ..Order::default() };
            finding.run(&site, order, began).await
        });
        begins.await.unwrap_or_else(|_| Err(busy()))
    }

    /// Looks at one address, and waits until that is done.
    ///
    /// # Errors
    /// It is no address that may be asked, or a scan runs.
    pub async fn look_at(&self, site: &Site, address: &str) -> Result<(), UiError> {
        let host = chargehand_site::discovery::Target::typed(address).map_err(|e| said(&e.to_string()))?;
        let (began, begins) = tokio::sync::oneshot::channel();
        let order = Order { hosts: vec![host], ..Order::default() };
        self.run(site, order, began).await;
        begins.await.unwrap_or_else(|_| Err(busy()))
    }

    /// Runs one scan, tells by `began` whether it could begin, and hears again afterwards.
    async fn run(&self, site: &Site, order: Order, began: tokio::sync::oneshot::Sender<Result<(), UiError>>) {
        let Ok(_turn) = self.shared.turn.try_lock() else {
            let _ = began.send(Err(busy()));
            return;
        };
        if let Err(error) = self.shared.discovery.can_write() {
            let _ = began.send(Err(said(&error.to_string())));
            return;
        }
        self.go_deaf().await;
        self.shared.scans.fetch_add(1, Ordering::Relaxed);
        *locked(&self.shared.ended) = None;
        *locked(&self.shared.problem) = None;
        let _ = began.send(Ok(()));
        self.shared.moved.notify_one();
        match self.shared.discovery.scan(order, MOST).await {
            Ok(ended) => *locked(&self.shared.ended) = Some(ended),
            Err(refused) => self.tell(&refused),
        }
        self.shared.moved.notify_one();
        self.hear_now(site).await;
    }

    /// Our addresses in networks in which the last scan saw nobody: they may keep their devices apart.
    pub fn isolated(&self) -> Vec<Ipv4Addr> {
        let state = self.state();
        let nobody = state.advice.iter().any(|advice| advice.code == "isolation");
        state.networks.iter().filter(|_| nobody).map(Network::address).collect()
    }

    /// Stops the scan that runs.
    pub fn stop(&self) {
        self.shared.discovery.cancel();
    }

    /// A charger has connected by itself, or has named itself.
    pub fn arrived(&self, view: &View) {
        let record = &view.record;
        if record.connected.is_none() {
            return;
        }
        let peer = record.handshake.as_ref().and_then(|it| it.peer.parse::<SocketAddr>().ok());
        let address = peer.and_then(|it| match it.ip().to_canonical() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        });
        let boot = record.boot.clone().unwrap_or_default();
        let identity = Identity {
            vendor: boot.vendor,
            model: boot.model,
            serial: boot.serial,
            firmware: boot.firmware,
            name: String::new(),
        };
        self.shared.discovery.arrived(Arrived { id: record.id.clone(), address, identity });
    }
}

fn busy() -> UiError {
    said(&chargehand_site::discovery::Busy.to_string())
}

/// The networks of this computer, each with whether a person allowed to scan it.
pub async fn networks(site: &Site) -> Vec<(Network, Option<Allowed>)> {
    let mut all = Vec::new();
    for network in networks_now() {
        let word = site.allowed(&network).await;
        all.push((network, word));
    }
    all
}

async fn allowed(site: &Site) -> Vec<Allowed> {
    networks(site).await.into_iter().filter_map(|(_, word)| word).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
