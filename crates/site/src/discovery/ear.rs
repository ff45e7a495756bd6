//! Where everything that is seen goes, and which hosts may be asked.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use chargehand_catalogue::{Match, Seen};
use tokio::sync::mpsc;

use super::limits::HOSTS;
use super::network::{Network, Target};
use super::state::{Step, Tried};
use super::way::Way;
use super::{Log, Shared, lock};

/// Where everything that is seen goes. What lies outside the networks is not heard.
#[derive(Clone)]
pub(super) struct Ear {
    pub(super) shared: Arc<Shared>,
    way: Arc<Way>,
    networks: Arc<[Network]>,
    typed: Arc<[Target]>,
    known: Arc<Mutex<BTreeSet<Target>>>,
    alive: mpsc::UnboundedSender<Target>,
    pub(super) log: Log,
}

impl Ear {
    pub(super) fn new(
        shared: &Arc<Shared>,
        way: Way,
        networks: &[Network],
        typed: &[Target],
    ) -> (Self, mpsc::UnboundedReceiver<Target>) {
        let (alive, receiver) = mpsc::unbounded_channel();
        let ear = Self {
            shared: Arc::clone(shared),
            way: Arc::new(way),
            networks: networks.into(),
            typed: typed.into(),
            known: Arc::default(),
            alive,
            log: shared.log.clone(),
        };
        (ear, receiver)
    }

    /// The host of this address, where it may be asked: what is sent to it must arrive in its network.
    pub(super) fn target(&self, address: Ipv4Addr) -> Option<Target> {
        let in_network = |network: &Network| network.target(address).filter(|host| self.way.leads_to(network, *host));
        self.networks
            .iter()
            .find_map(in_network)
            .or_else(|| self.typed.iter().copied().find(|it| it.address() == address))
    }

    /// Takes up what was seen of an address.
    pub(super) fn heard(&self, address: Ipv4Addr, seen: Seen) {
        let Some(target) = self.target(address) else { return };
        let is_new = lock(&self.shared.hosts).saw(address, seen);
        self.is_alive(target);
        if is_new {
            self.shared.publish();
        }
    }

    /// Takes up that a port is open.
    pub(super) fn opened(&self, address: Ipv4Addr, port: u16) {
        lock(&self.shared.hosts).opened(address, port);
    }

    /// A host is there: it is worth examining.
    pub(super) fn is_alive(&self, target: Target) {
        let mut known = lock(&self.known);
        if known.len() < HOSTS && known.insert(target) {
            // nobody examines while discovery only listens
            let _ = self.alive.send(target);
        }
    }

    /// Nothing in this host's network has announced a service: multicast does not get through there, or nobody does.
    pub(super) fn is_deaf_at(&self, host: Target) -> bool {
        let Some(network) = self.networks.iter().find(|it| it.target(host.address()).is_some()) else { return true };
        !lock(&self.shared.hosts).is_announced(|address| network.target(address).is_some())
    }

    pub(super) fn knows(&self, target: Target) -> bool {
        lock(&self.known).contains(&target)
    }

    pub(super) fn alive_count(&self) -> usize {
        lock(&self.known).len()
    }

    /// What an address may be, the best first.
    pub(super) fn matches(&self, address: Ipv4Addr) -> Vec<Match> {
        lock(&self.shared.hosts).matches(address)
    }

    /// What was tried, and what came of it.
    pub(super) fn tried(&self, step: Step, result: &str, is_done: bool) {
        let tried = Tried { step, result: result.to_owned(), is_done };
        self.shared.state.send_modify(|state| match state.tried.iter_mut().find(|it| it.step == step) {
            Some(other) => *other = tried,
            None => state.tried.push(tried),
        });
    }

    pub(super) fn progress(&self, permille: u16) {
        self.shared.state.send_if_modified(|state| {
            // a step at a time: whoever shows it need not be told of each connection
            let further = permille / 10 > state.done_permille / 10;
            state.done_permille = state.done_permille.max(permille);
            further
        });
    }
}
