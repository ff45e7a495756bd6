//! How a simulated charger shows itself on a network, so that it can be found as its model would be: over multicast DNS,
//! HTTP, WebSocket, Modbus TCP and UDP. What it shows is data of the catalogue ([`Fingerprint`]); nothing else is answered.
//! All of it can only be read, and all of it is bounded: who connects, how long, how much.

mod hello;
mod http;
mod live;
mod mdns;
mod modbus;
mod place;
mod tcp;
mod udp;

pub use place::{AnnounceError, Place, Ports};

use crate::{Panel, Personality};
use chargehand_catalogue::{Fingerprint, fingerprints};
use mdns::Services;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A device that shows itself, until this is dropped.
pub struct Announcer {
    tcp: BTreeMap<u16, SocketAddr>,
    udp: BTreeMap<u16, SocketAddr>,
    remarks: Vec<String>,
    _services: Option<Services>,
    _tasks: JoinSet<()>,
}

/// The device behind the ports, as those who answer see it.
#[derive(Clone)]
struct Device {
    address: IpAddr,
    panel: Option<watch::Receiver<Panel>>,
}

impl Device {
    /// It has power and a network; without either nothing answers.
    fn is_there(&self) -> bool {
        self.panel.as_ref().is_none_or(|panel| {
            let panel = panel.borrow();
            panel.powered && panel.networked
        })
    }

    /// A text in which it names its own address.
    fn fill(&self, text: &str) -> String {
        text.replace("{address}", &self.address.to_string())
    }
}

impl Announcer {
    /// Opens the device's ports in this place and begins to answer, to tell, to announce. With a charger's panel, what is
    /// measured there is what the answers say, and a charger without power or network is silent.
    pub async fn start(
        about: &'static Fingerprint,
        place: Place,
        panel: Option<watch::Receiver<Panel>>,
    ) -> Result<Announcer, AnnounceError> {
        let device = Device { address: place.address, panel };
        let (mut tasks, mut tcp, mut remarks) = (JoinSet::new(), BTreeMap::new(), Vec::new());
        for (port, door) in tcp::doors(about, &device)? {
            let listener = place.listen(port).await?;
            tcp.insert(port, listener.local_addr().map_err(|e| place.not_opened(port, &e))?);
            tasks.spawn(tcp::serve(listener, device.clone(), Arc::new(door)));
        }
        let udp = udp::open(about, &place, &device, &mut tasks, &mut remarks)?;
        let services = Services::announce(about, &place, &tcp)?;
        Ok(Announcer { tcp, udp, remarks, _services: services, _tasks: tasks })
    }

    /// Where the device's TCP port is; nothing when it answers nothing there.
    pub fn tcp(&self, port: u16) -> Option<SocketAddr> {
        self.tcp.get(&port).copied()
    }

    /// Where the device's UDP port is; nothing when it answers nothing there.
    pub fn udp(&self, port: u16) -> Option<SocketAddr> {
        self.udp.get(&port).copied()
    }

    /// What it cannot do here, as sentences: for example hear what is asked of all.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

/// Shows a charger of this personality on one of this computer's addresses, on its model's real ports, with what is
/// measured at the panel; `Ok(None)` when it is not known how its model shows itself.
pub async fn announce(
    personality: &Personality,
    address: IpAddr,
    panel: Option<watch::Receiver<Panel>>,
) -> Result<Option<Announcer>, AnnounceError> {
    let name = personality.about.announces.as_deref();
    let Some(about) = fingerprints().iter().find(|it| Some(it.name) == name) else { return Ok(None) };
    Announcer::start(about, Place { address, ports: Ports::Real }, panel).await.map(Some)
}
