//! The site: one store, one endpoint, and a task for each charger.

mod arrivals;
mod pointing;
mod trust;

pub use pointing::{PointError, PointedHere, Target};
pub use trust::UpgradeError;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chargehand_commissioning::attend::{Listeners, Surroundings, attend};
use chargehand_commissioning::clock::Clock;
use chargehand_commissioning::compose::About;
use chargehand_commissioning::event::{Event, Told};
use chargehand_commissioning::journal::Journal;
use chargehand_commissioning::link::{Input, Link};
use chargehand_commissioning::outcome::{Finding, Gravity};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::report::SiteDetails;
use futures_util::FutureExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use crate::authority::Certificates;
use crate::csms::listen::{self, Arrival, Bound, ListenError};
use crate::csms::{Attempts, Door, Password, Passwords, Refusals};
use crate::network::{self, Interface};
use crate::store::{Store, StoreError};

/// Inputs that may wait for a charger's task.
const INBOX: usize = 32;
/// How often our addresses are looked at.
const LOOK: Duration = Duration::from_secs(3);
/// A laptop clock before this is wrong: the program did not exist yet.
const WRITTEN: &str = "2026-11-01T00:00:00Z";

/// How a site is run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The only address to listen on; `None`: every local network.
    pub listen: Option<SocketAddr>,
    /// The password chargers must know.
    pub password: Option<Password>,
    /// Adopt every charger that comes.
    pub adopt_all: bool,
    /// Adopt this charger when it comes.
    pub adopt: Option<String>,
    /// Tell every frame too, not only what it means.
    pub tell_frames: bool,
}

/// What a person set for the site; kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The place and the people.
    pub details: SiteDetails,
    /// Adopt chargers that come while the Connect step is open.
    pub auto_adopt: bool,
    /// The port that chargers of this site were pointed at.
    pub port: Option<u16>,
}

/// The endpoint as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Not yet.
    Starting,
    /// Chargers can connect.
    Listening {
        /// The bound addresses.
        addresses: Vec<SocketAddr>,
        /// Why it is not on its usual port, and who is pointed there; empty if it is.
        note: String,
    },
    /// It cannot: why, with the remedy.
    Failed(String),
}

impl Endpoint {
    /// The URL of the first address; empty where there is none.
    pub fn url(&self) -> String {
        match self {
            Endpoint::Listening { addresses, .. } => addresses.first().map(url).unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// The URL of an address, to which a charger appends its id.
pub fn url(address: &SocketAddr) -> String {
    format!("ws://{address}/")
}

/// The same for a charger that speaks TLS.
pub fn secure_url(address: &SocketAddr) -> String {
    format!("wss://{address}/")
}

/// A running site. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    journal: Journal,
    clock: Clock,
    options: Options,
    settings: RwLock<Settings>,
    endpoint: RwLock<Endpoint>,
    connect_open: AtomicBool,
    sessions: AtomicU64,
    chargers: Mutex<BTreeMap<String, Link>>,
    listeners: RwLock<Listeners>,
    changed: Arc<Changed>,
    endpoints: Mutex<JoinSet<()>>,
    refusals: Mutex<Refusals>,
    door: Door,
    newest_on_disk: Option<Timestamp>,
    /// Chargers that are to be put back to where they connected to before.
    pointed: RwLock<Vec<PointedHere>>,
}

/// Whose views have changed.
#[derive(Default)]
struct Changed {
    ids: Mutex<BTreeSet<Arc<str>>>,
    some: Notify,
}

impl Changed {
    fn mark(&self, charger: &Arc<str>) {
        lock(&self.ids).insert(Arc::clone(charger));
        self.some.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// Opens the store in a folder and takes up every charger it knows. Does not listen yet.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn open(folder: &Path, options: Options) -> Result<Self, StoreError> {
        let store = Store::open(folder).await?;
        let records = store.records().await?;
        let settings: Settings = store.setting("site").await.unwrap_or_default();
        let own = store.setting(trust::PASSWORDS).await.unwrap_or_default();
        let pointed = RwLock::new(store.setting(pointing::POINTED).await.unwrap_or_default());
        let (clock, changed) = (Clock::new(Timestamp::now), Arc::new(Changed::default()));
        let (marked, site) = (Arc::clone(&changed), Arc::<str>::from(""));
        let door = Door {
            clock: clock.clone(),
            certificates: Certificates::default(),
            passwords: Arc::new(RwLock::new(Passwords { required: options.password.clone(), own })),
            attempts: Attempts::new(clock.clone(), Arc::new(move || marked.mark(&site))),
            only_16: Arc::default(),
        };
        let newest_on_disk = records.iter().filter_map(|r| r.last_heard).max();
        let site = Self {
            inner: Arc::new(Inner {
                journal: store.journal(),
                store,
                clock,
                options,
                settings: RwLock::new(settings),
                endpoint: RwLock::new(Endpoint::Starting),
                connect_open: AtomicBool::new(false),
                sessions: AtomicU64::new(0),
                chargers: Mutex::default(),
                listeners: RwLock::new(Arc::from([])),
                changed,
                endpoints: Mutex::default(),
                refusals: Mutex::default(),
                door,
                newest_on_disk,
                pointed,
            }),
        };
        for record in records {
            site.note_version(&record);
            site.take_up(record);
        }
        Ok(site)
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Tells everything that happens from now on, at every charger that comes from now on.
    pub fn watch(&self) -> mpsc::UnboundedReceiver<Told> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut listeners = self.inner.listeners.write().unwrap_or_else(PoisonError::into_inner);
        *listeners = listeners.iter().cloned().chain([sender.clone()]).collect();
        for link in lock(&self.inner.chargers).values() {
            let (link, sender) = (link.clone(), sender.clone());
            tokio::spawn(
                async move { link.send(Input::Order(chargehand_commissioning::link::Order::Watch(sender))).await },
            );
        }
        receiver
    }

    /// The chargers whose views changed since the last call, once there are any. An empty id is the site itself.
    pub async fn changes(&self) -> BTreeSet<Arc<str>> {
        loop {
            let changed = std::mem::take(&mut *lock(&self.inner.changed.ids));
            if !changed.is_empty() {
                return changed;
            }
            self.inner.changed.some.notified().await;
        }
    }

    fn mark_changed(&self, charger: &Arc<str>) {
        self.inner.changed.mark(charger);
    }

    /// The ids of all known chargers.
    pub fn chargers(&self) -> Vec<String> {
        lock(&self.inner.chargers).keys().cloned().collect()
    }

    /// The handle to a charger.
    pub fn charger(&self, id: &str) -> Option<Link> {
        lock(&self.inner.chargers).get(id).cloned()
    }

    /// The handle to a charger, known or expected: what is set for it now holds when it comes.
    pub fn expect(&self, id: &str) -> Link {
        self.charger(id).unwrap_or_else(|| self.take_up(Record::new(id)))
    }

    /// What a person set.
    pub fn settings(&self) -> Settings {
        self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what a person set; returns once it is on disk.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn set(&self, settings: Settings) -> Result<(), StoreError> {
        self.inner.store.set("site", &settings).await?;
        *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        for id in self.chargers() {
            if let Some(link) = self.charger(&id) {
                self.tell_where_it_stands(&link).await;
            }
        }
        self.mark_changed(&Arc::from(""));
        Ok(())
    }

    /// Whose rules hold where a charger stands: how late a rise of its current may come depends on it.
    async fn tell_where_it_stands(&self, link: &Link) {
        let jurisdiction = self.settings().details.jurisdiction;
        let Ok(record) = link.record().await else { return };
        if record.jurisdiction != jurisdiction {
            let _ = link.keep(Event::Stands { jurisdiction }).await;
        }
    }

    /// The Connect step is open: chargers that come now are the ones the person is waiting for.
    pub fn set_connect_open(&self, open: bool) {
        self.inner.connect_open.store(open, Ordering::Relaxed);
    }

    /// The endpoint as it is.
    pub fn endpoint(&self) -> Endpoint {
        self.inner.endpoint.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_endpoint(&self, endpoint: Endpoint) {
        *self.inner.endpoint.write().unwrap_or_else(PoisonError::into_inner) = endpoint;
        self.mark_changed(&Arc::from(""));
    }

    /// Our addresses with their kinds, the one to try first first.
    pub fn interfaces(&self) -> Vec<Interface> {
        network::interfaces()
    }

    /// What is wrong with this computer's clock; chargers take their time from it.
    pub fn clock_warning(&self) -> Option<String> {
        let now = self.inner.clock.now();
        let written: Timestamp = WRITTEN.parse().unwrap_or_default();
        let behind = self.inner.newest_on_disk.is_some_and(|newest| now < newest);
        (now < written || behind).then(|| {
            "This computer's clock looks wrong: it is earlier than it can be. Chargers take their time from it. Set the \
             clock before you go on."
                .to_owned()
        })
    }

    /// What the report needs from the site.
    pub fn about(&self) -> About {
        About {
            created: self.inner.clock.now(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
            site: self.settings().details,
            chain_head: Some(self.inner.store.chain_head()),
        }
    }

    /// Starts to listen: where the options say, else on every local network at the site's port.
    ///
    /// # Errors
    /// Why not; the endpoint then says so too.
    pub async fn listen(&self) -> Result<Endpoint, ListenError> {
        // Our own sockets would hold the port we want again.
        let mut before = std::mem::take(&mut *lock(&self.inner.endpoints));
        before.shutdown().await;
        let wanted = self.settings().port.unwrap_or(listen::PORT);
        let bound = match self.inner.options.listen {
            Some(address) => listen::named(address).await,
            None => listen::everywhere(wanted).await,
        };
        match bound {
            Ok(bound) => Ok(self.serve(bound, wanted).await),
            Err(error) => {
                self.set_endpoint(Endpoint::Failed(error.to_string()));
                Err(error)
            }
        }
    }

    async fn serve(&self, Bound { listeners, note }: Bound, wanted: u16) -> Endpoint {
        let addresses: Vec<SocketAddr> = listeners.iter().filter_map(|l| l.local_addr().ok()).collect();
        let note = if note.is_empty() { note } else { self.moved(note, &addresses, wanted).await };
        {
            let mut endpoints = lock(&self.inner.endpoints);
            *endpoints = JoinSet::new();
            for listener in listeners {
                endpoints.spawn(self.clone().take_from(listener));
            }
        }
        let endpoint = Endpoint::Listening { addresses, note };
        self.set_endpoint(endpoint.clone());
        self.keep_port().await;
        endpoint
    }

    /// The port is the site's: the first that worked stays the wanted one, because chargers are pointed at it.
    async fn keep_port(&self) {
        let settings = self.settings();
        let port = match self.endpoint() {
            Endpoint::Listening { addresses, .. } => addresses.first().map(SocketAddr::port),
            _ => None,
        };
        if self.inner.options.listen.is_none() && settings.port.is_none() && port.is_some() {
            let _ = self.set(Settings { port, ..settings }).await;
        }
    }

    async fn moved(&self, note: String, addresses: &[SocketAddr], wanted: u16) -> String {
        let now = addresses.first().map(SocketAddr::port).unwrap_or_default();
        let mut pointed = Vec::new();
        for id in self.chargers() {
            let Some(link) = self.charger(&id) else { continue };
            let Ok(record) = link.record().await else { continue };
            if record.handshake.as_ref().is_some_and(|h| h.url.contains(&format!(":{wanted}/"))) {
                pointed.push(record.title());
            }
        }
        let who = if pointed.is_empty() {
            String::new()
        } else {
            format!(" Pointed at the old port and cannot reach us now: {}.", pointed.join(", "))
        };
        format!("{note} Chargehand listens on {now} instead.{who}")
    }

    /// Watches our addresses; listens again when they change. Runs until dropped.
    pub async fn follow_network(&self) {
        loop {
            self.network_changed().await;
            let _ = self.listen().await;
        }
    }

    /// Returns once we should listen elsewhere than we do; never where the address was named.
    pub async fn network_changed(&self) {
        if self.inner.options.listen.is_some() {
            std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let usable: BTreeSet<IpAddr> =
                network::interfaces().iter().filter(|i| i.kind.is_for_chargers()).map(|i| i.address.into()).collect();
            let bound = match self.endpoint() {
                Endpoint::Listening { addresses, .. } => addresses.iter().map(SocketAddr::ip).collect(),
                _ => BTreeSet::new(),
            };
            if usable != bound {
                return;
            }
        }
    }

    async fn take_from(self, listener: TcpListener) {
        let site = self.clone();
        let arrived = move |arrival| match arrival {
            Arrival::Charger(newcomer) => site.let_in(*newcomer),
            Arrival::Refused { peer, why, attempt } => site.refuse(peer, why, attempt),
        };
        listen::take(listener, self.inner.door.clone(), arrived).await;
    }

    /// Starts the task of a charger.
    fn take_up(&self, record: Record) -> Link {
        let mut chargers = lock(&self.inner.chargers);
        let id = record.id.clone();
        if let Some(link) = chargers.get(&id) {
            return link.clone();
        }
        let (inbox, inputs) = mpsc::channel(INBOX);
        let link = Link::new(id.as_str().into(), self.inner.clock.clone(), inbox);
        chargers.insert(id, link.clone());
        drop(chargers);
        tokio::spawn(self.clone().look_after(record, inputs));
        let (site, newcomer) = (self.clone(), link.clone());
        tokio::spawn(async move { site.tell_where_it_stands(&newcomer).await });
        link
    }

    /// Runs a charger's task. If it fails, that becomes a finding and the task starts again from what is on disk.
    async fn look_after(self, mut record: Record, mut inputs: mpsc::Receiver<Input>) {
        loop {
            let around = self.surroundings();
            let id = record.id.clone();
            match AssertUnwindSafe(attend(record, &around, &mut inputs)).catch_unwind().await {
                Ok(_) => return,
                Err(_) => {
                    record = self.inner.store.record(&id).await.unwrap_or_else(|_| Record::new(id));
                    let number = record.as_of;
                    let finding = Finding {
                        code: "chargehand_failed".into(),
                        gravity: Gravity::Stop,
                        text: "Chargehand failed on this charger's messages and started again from what is on disk. \
                               Please report this with the frames around the time."
                            .into(),
                        evidence: vec![number],
                    };
                    record.apply(Event::Found { finding }, number, self.inner.clock.now());
                }
            }
        }
    }

    fn surroundings(&self) -> Surroundings {
        let site = self.clone();
        let listeners = Arc::clone(&self.inner.listeners.read().unwrap_or_else(PoisonError::into_inner));
        Surroundings {
            journal: self.inner.journal.clone(),
            clock: self.inner.clock.clone(),
            listeners,
            tell_frames: self.inner.options.tell_frames,
            changed: Arc::new(move |id| site.mark_changed(id)),
            sign: Some(self.signer()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_charger_knows_where_it_stands_whether_it_came_before_that_was_said_or_after() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = Site::open(folder.path(), Options::default()).await.expect("a site");
        let stands = async |link: &Link| link.record().await.expect("a record").jurisdiction;
        let early = site.expect("CP1");
        let details = SiteDetails { jurisdiction: "gb".into(), ..SiteDetails::default() };
        site.set(Settings { details, ..Settings::default() }).await.expect("on disk");
        assert_eq!(stands(&early).await, "gb");
        let late = site.expect("CP2");
        while stands(&late).await != "gb" {
            site.changes().await;
        }
        site.set(Settings::default()).await.expect("on disk");
        assert_eq!([stands(&early).await, stands(&late).await], [String::new(), String::new()]);
    }
}
