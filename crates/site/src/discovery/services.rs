//! Services that devices announce: heard as they are announced, and asked for.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use chargehand_catalogue::Seen;
use mdns_sd::{IfKind, Receiver, ResolvedService, ServiceDaemon, ServiceEvent};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep, sleep_until};

use super::limits::{ASK_AGAIN, DATAGRAM};
use super::network::Network;
use super::query::{self, GROUP, META};
use super::{Ear, probe};

/// Services that are browsed for at once, those learned on the way among them.
const SERVICES: usize = 64;
/// When the question is asked in a scan; the network loses some.
static ASKED: &[Duration] = &[Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];

/// Announcements are heard until this is dropped.
pub(super) struct Browser {
    daemon: ServiceDaemon,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.daemon.shutdown();
    }
}

impl Browser {
    /// Browses for every service of the catalogue, on the cards of these networks only. The tasks hear.
    ///
    /// # Errors
    /// The system lets nobody hear multicast DNS here.
    pub(super) fn start(networks: &[Network], ear: &Ear, tasks: &mut JoinSet<()>) -> mdns_sd::Result<Self> {
        for network in networks {
            let what =
                format!("multicast DNS browsing from {}, asked again after 1, 2, 4 \u{2026} s", network.address());
            if !ear.log.sends(GROUP.0, GROUP.1, &what) {
                return Err(mdns_sd::Error::Msg("it cannot be written down".to_owned()));
            }
        }
        let browser = Self { daemon: ServiceDaemon::new()? };
        browser.daemon.disable_interface(IfKind::All)?;
        let ours = networks.iter().map(|network| IfKind::Addr(IpAddr::V4(network.address())));
        browser.daemon.enable_interface(ours.collect::<Vec<_>>())?;
        let (learned, services) = mpsc::channel(SERVICES);
        let names = probe::services().into_iter().map(str::to_owned).chain([META.to_owned()]);
        tasks.spawn(browse(browser.daemon.clone(), names.collect(), services, learned, ear.clone()));
        Ok(browser)
    }
}

/// Browses for these services, and for those that are learned, exactly as they are spelled.
async fn browse(
    daemon: ServiceDaemon,
    names: Vec<String>,
    mut services: mpsc::Receiver<String>,
    learned: mpsc::Sender<String>,
    ear: Ear,
) {
    let mut known = BTreeSet::new();
    let mut tasks = JoinSet::new();
    let mut waiting = names;
    loop {
        for name in std::mem::take(&mut waiting) {
            if known.len() < SERVICES && known.insert(name.clone()) {
                tasks.spawn(hear(daemon.clone(), name, learned.clone(), ear.clone()));
            }
        }
        match services.recv().await {
            Some(name) => waiting.push(name),
            None => return,
        }
    }
}

/// Hears what is announced of one service. Whoever is too slow to take events is cut off by the daemon: so nothing is
/// awaited here but the next event, and one who was cut off browses again.
async fn hear(daemon: ServiceDaemon, service: String, learned: mpsc::Sender<String>, ear: Ear) {
    loop {
        let Ok(events) = daemon.browse(&service) else { return };
        drain(&events, &learned, &ear).await;
        sleep(ASK_AGAIN).await;
    }
}

async fn drain(events: &Receiver<ServiceEvent>, learned: &mpsc::Sender<String>, ear: &Ear) {
    while let Ok(event) = events.recv_async().await {
        match event {
            ServiceEvent::ServiceFound(of, name) if of == META => {
                if let Some(service) = query::service(&name) {
                    let _ = learned.try_send(service);
                }
            }
            ServiceEvent::ServiceResolved(resolved) => resolve(&resolved, ear),
            _ => {}
        }
    }
}

fn resolve(resolved: &ResolvedService, ear: &Ear) {
    let service = resolved.ty_domain.as_str();
    let instance = resolved.fullname.strip_suffix(service).unwrap_or(&resolved.fullname).trim_end_matches('.');
    let instance = instance.chars().take(super::limits::VALUE).collect();
    let pairs = resolved.txt_properties.iter().map(|it| (it.key().as_bytes(), it.val()));
    let seen = Seen::Service { service: service.to_owned(), instance, txt: query::pairs_of(pairs) };
    for address in resolved.get_addresses_v4() {
        ear.heard(address, seen.clone());
        if let Some(name) = query::host_name(&resolved.host) {
            ear.heard(address, Seen::HostName(name));
        }
    }
}

/// Asks all in a network, from a port of our own, and hears the answers. In a scan it asks three times, later now and
/// then.
pub(super) async fn ask(network: Network, ear: Ear) {
    let Ok(socket) = UdpSocket::bind((network.address(), 0)).await else { return };
    let _ = socket2::SockRef::from(&socket).set_multicast_if_v4(&network.address());
    let _ = socket.set_multicast_ttl_v4(255);
    let socket = Arc::new(socket);
    let (services, learned) = mpsc::channel(SERVICES);
    let hearing = answers(Arc::clone(&socket), network.clone(), services, ear.clone());
    tokio::join!(hearing, questions(&socket, learned, &ear));
}

async fn questions(socket: &UdpSocket, mut learned: mpsc::Receiver<String>, ear: &Ear) {
    let mut services: BTreeSet<String> = probe::services().into_iter().chain([META]).map(str::to_owned).collect();
    let began = tokio::time::Instant::now();
    let often = ASKED.iter().copied();
    let seldom = (1..).map(|times| ASK_AGAIN * times);
    for after in often.chain(seldom) {
        let due = sleep_until(began + after);
        tokio::pin!(due);
        let mut new = Vec::new();
        loop {
            tokio::select! {
                () = &mut due => break,
                Some(service) = learned.recv() => {
                    if services.len() < SERVICES && services.insert(service.clone()) {
                        new.push(service);
                        put(socket, &new, ear).await;
                    }
                }
            }
        }
        put(socket, &services.iter().cloned().collect::<Vec<_>>(), ear).await;
    }
}

async fn put(socket: &UdpSocket, services: &[String], ear: &Ear) {
    let Some(bytes) = query::question(services) else { return };
    let what = format!("multicast DNS question for {} services", services.len());
    if !ear.log.sends(GROUP.0, GROUP.1, &what) {
        return;
    }
    if let Err(error) = socket.send_to(&bytes, SocketAddr::from(GROUP)).await {
        ear.log.came(GROUP.0, GROUP.1, &what, &error.to_string());
    }
}

async fn answers(socket: Arc<UdpSocket>, network: Network, learned: mpsc::Sender<String>, ear: Ear) {
    let mut bytes = vec![0; DATAGRAM];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut bytes).await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let IpAddr::V4(from) = from.ip() else { continue };
        if network.target(from).is_none() {
            continue;
        }
        let answer = query::read(bytes.get(..length).unwrap_or_default());
        answer.services.into_iter().for_each(|service| drop(learned.try_send(service)));
        for (addresses, seen) in answer.instances {
            let addresses = if addresses.is_empty() { vec![from] } else { addresses };
            for address in addresses {
                seen.iter().for_each(|seen| ear.heard(address, seen.clone()));
            }
        }
    }
}
