//! One look through the networks. What devices tell of themselves comes first; which addresses are taken comes next to it;
//! hosts that are there are examined at once, and the addresses that seem free come last: some devices sleep, and some
//! networks hide who is there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::consent::Allowed;
use super::dial::Dial;
use super::examine::{Host, Reach, examine, try_port};
use super::limits::{LISTEN, PORTS, SOCKETS};
use super::network::{Network, Target};
use super::services::{self, Browser};
use super::state::Step;
use super::{Ear, datagrams, probe, sweep};

/// What is to be looked through.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Networks that a person allowed.
    pub networks: Vec<Allowed>,
    /// Addresses that a person typed.
    pub hosts: Vec<Target>,
    /// Read registers over Modbus of every host that speaks it, and not only where something points at a maker.
    pub modbus: bool,
}

/// What runs while networks are heard. It ends when this is dropped.
pub(super) struct Hearing {
    _tasks: JoinSet<()>,
    _browser: Option<Browser>,
}

/// Begins to hear what devices tell of themselves, and to ask for it.
pub(super) fn hear(networks: &[Network], ear: &Ear) -> Hearing {
    let mut tasks = JoinSet::new();
    if networks.is_empty() {
        return Hearing { _tasks: tasks, _browser: None };
    }
    for network in networks {
        tasks.spawn(services::ask(network.clone(), ear.clone()));
    }
    let deaf = datagrams::start(networks, ear, &mut tasks);
    let browser = Browser::start(networks, ear, &mut tasks);
    let heard = match &browser {
        Ok(_) => "asked for all known services, and hears what is announced".to_owned(),
        Err(error) => format!("asked for all known services; announcements cannot be heard: {error}"),
    };
    ear.tried(Step::Mdns, &heard, false);
    let udp = if deaf.is_empty() { "asked all, and hears what devices tell all".to_owned() } else { deaf.join(" ") };
    ear.tried(Step::Udp, &udp, false);
    Hearing { _tasks: tasks, _browser: browser.ok() }
}

/// Looks through the networks and the hosts once.
pub(super) async fn scan(order: &Order, networks: &[Network], ear: &Ear, alive: mpsc::UnboundedReceiver<Target>) {
    let dial = Dial::new();
    let hearing = hear(networks, ear);
    let progress = Progress::new(ear);
    let (done, quiet) = tokio::sync::watch::channel(false);
    let looking = async {
        if networks.is_empty() {
            return;
        }
        sweep::sweep(networks, ear).await;
        ear.tried(Step::Arp, &format!("{} addresses are taken", ear.alive_count()), true);
        rest(&dial, ear, networks, &progress).await;
        ear.tried(Step::Tcp, "tried the ports of chargers on every address", true);
    };
    let listening = async {
        if !networks.is_empty() {
            sleep(LISTEN).await;
        }
    };
    let finding = async {
        tokio::join!(looking, listening);
        let _ = done.send(true);
    };
    order.hosts.iter().for_each(|host| ear.is_alive(*host));
    tokio::join!(finding, examine_all(&dial, ear, order, alive, quiet, &progress));
    drop(hearing);
    for (step, result) in [
        (Step::Mdns, "asked for all known services and heard announcements"),
        (Step::Udp, "asked all and heard what devices tell all"),
    ] {
        if !networks.is_empty() {
            ear.tried(step, result, true);
        }
    }
    ear.tried(Step::Identify, "read what tells what a device is, of every host that answered", true);
}

/// Examines hosts as they become known, until there are no more; and once more when all was heard that announces itself.
async fn examine_all(
    dial: &Dial,
    ear: &Ear,
    order: &Order,
    mut alive: mpsc::UnboundedReceiver<Target>,
    mut quiet: tokio::sync::watch::Receiver<bool>,
    progress: &Arc<Progress>,
) {
    let mut tasks = JoinSet::new();
    let mut known = BTreeSet::new();
    let mut examined = Vec::new();
    let begin = |mut host: Host, is_last: bool, tasks: &mut JoinSet<Host>| {
        let every_page = order.hosts.contains(&host.target()) || is_last && ear.is_deaf_at(host.target());
        let reach = Reach { modbus: order.modbus, every_page };
        let (dial, ear, progress) = (dial.clone(), ear.clone(), Arc::clone(progress));
        tasks.spawn(async move {
            examine(&dial, &ear, &mut host, reach).await;
            if !is_last {
                progress.done(PORTS as u32);
            }
            host
        });
    };
    loop {
        let is_quiet = *quiet.borrow_and_update();
        if is_quiet && tasks.is_empty() && alive.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            Some(host) = alive.recv() => if known.insert(host) {
                progress.plan(PORTS as u32);
                begin(Host::new(host), false, &mut tasks);
            },
            Some(host) = tasks.join_next(), if !tasks.is_empty() => examined.extend(host.ok()),
            changed = quiet.changed(), if !is_quiet => if changed.is_err() { return },
            else => break,
        }
    }
    examined.into_iter().for_each(|host| begin(host, true, &mut tasks));
    while tasks.join_next().await.is_some() {}
}

/// Tries the ports of chargers on the addresses that did not answer, port by port. One that opens makes its host known.
async fn rest(dial: &Dial, ear: &Ear, networks: &[Network], progress: &Arc<Progress>) {
    let silent: Vec<Target> = networks.iter().flat_map(Network::targets).filter(|target| !ear.knows(*target)).collect();
    let ports = probe::ports(&[]);
    progress.plan((silent.len() * ports.len()) as u32);
    let mut tries = Vec::with_capacity(silent.len() * ports.len());
    for port in ports {
        tries.extend(silent.iter().map(|target| (*target, port)));
    }
    stream::iter(tries)
        .for_each_concurrent(SOCKETS, |(target, port)| async move {
            // who became known meanwhile is examined whole
            if !ear.knows(target) && try_port(dial, ear, target, port).await {
                ear.is_alive(target);
            }
            progress.done(1);
        })
        .await;
}

/// How much is done of what is planned.
pub(super) struct Progress {
    ear: Ear,
    planned: AtomicU32,
    done: AtomicU32,
}

impl Progress {
    fn new(ear: &Ear) -> Arc<Self> {
        Arc::new(Self { ear: ear.clone(), planned: AtomicU32::new(1), done: AtomicU32::new(0) })
    }

    fn plan(&self, more: u32) {
        self.planned.fetch_add(more, Ordering::Relaxed);
    }

    fn done(&self, more: u32) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        let planned = self.planned.load(Ordering::Relaxed);
        self.ear.progress((u64::from(done) * 1000 / u64::from(planned.max(1))).min(999) as u16);
    }
}
