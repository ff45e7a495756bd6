//! The services of a simulated device, announced by multicast DNS on the network card it is on.

use super::{AnnounceError, Place, Ports};
use chargehand_catalogue::Fingerprint;
use mdns_sd::{IfKind, IfPredicate, MDNS_PORT, ServiceDaemon, ServiceInfo};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

/// The longest name that is in use (Fronius's) has 20 characters; RFC 6763 has 15.
const LONGEST_NAME: u8 = 30;

/// Services that are announced, until this is dropped: then they say goodbye.
pub(super) struct Services {
    daemon: ServiceDaemon,
}

impl Services {
    /// Announces the device's services; nothing when it has none, or when none is wanted here.
    pub(super) fn announce(
        about: &Fingerprint,
        place: &Place,
        tcp: &BTreeMap<u16, SocketAddr>,
    ) -> Result<Option<Services>, AnnounceError> {
        let port = match place.ports {
            Ports::Real => Some(MDNS_PORT),
            Ports::Free { mdns, .. } => mdns,
        };
        let Some(port) = port.filter(|_| !about.mdns.is_empty()) else { return Ok(None) };
        let failed = |e: mdns_sd::Error| place.failed("multicast DNS", e);
        let services = Services { daemon: ServiceDaemon::new_with_port(port).map_err(failed)? };
        services.announce_all(about, *place, tcp).map_err(failed)?;
        Ok(Some(services))
    }

    fn announce_all(&self, about: &Fingerprint, place: Place, tcp: &BTreeMap<u16, SocketAddr>) -> mdns_sd::Result<()> {
        self.daemon.set_service_name_len_max(LONGEST_NAME)?;
        self.daemon.disable_interface(IfKind::All)?;
        self.daemon.enable_interface(IfKind::Predicate(IfPredicate::new(move |card| place.is_on(card))))?;
        for mdns in &about.mdns {
            let it = &mdns.announced;
            let service = mdns.service.as_ref().or(it.service.as_ref()).map_or("_http._tcp.local.", String::as_str);
            let port = tcp.get(&it.port).map_or(it.port, SocketAddr::port);
            let txt: HashMap<String, String> = it.txt.clone().into_iter().collect();
            let host = format!("{}.local.", about.host);
            self.daemon.register(ServiceInfo::new(service, &it.instance, &host, place.address, port, txt)?)?;
        }
        Ok(())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // it says goodbye for all; who does not hear that forgets the device when its records run out
        let _ = self.daemon.shutdown();
    }
}
