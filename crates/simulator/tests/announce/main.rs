//! Simulated chargers show themselves as their models do: what looks for a model finds it, over real sockets on free ports,
//! and finds nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alone;
mod ask;
mod found;
mod hostile;
mod live;
mod mdns;
mod rule;

use chargehand_catalogue::{Fingerprint, fingerprints};
use chargehand_simulator::{Announcer, Place, Ports};
use std::net::{IpAddr, Ipv4Addr};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const FREE: Ports = Ports::Free { beacons: None, mdns: None };

/// The device of this name in the catalogue.
fn device(name: &str) -> &'static Fingerprint {
    fingerprints().iter().find(|it| it.name == name).unwrap()
}

/// The device of this name, on free ports.
async fn start(name: &str) -> Announcer {
    Announcer::start(device(name), Place { address: HERE, ports: FREE }, None).await.unwrap()
}
