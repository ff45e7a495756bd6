//! Which addresses are taken. The system asks for the hardware address of whoever we send something to; so every address
//! gets one byte that nobody waits for, and the system's table then says who answered. No rights are needed for that.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chargehand_catalogue::Seen;
use tokio::net::UdpSocket;
use tokio::time::sleep;

use super::Ear;
use super::limits::BATCH;
use super::network::{Network, Target};
use crate::os;

/// The port `discard` (RFC 863): what is sent there is thrown away.
const DISCARD: u16 = 9;
/// When the table is read after the last batch.
static READ: &[Duration] = &[Duration::from_millis(50), Duration::from_millis(150), Duration::from_millis(200)];

/// Pokes every address of the networks, our own /24 first, and reads the table.
pub(super) async fn sweep(networks: &[Network], ear: &Ear) {
    for network in networks {
        let Ok(socket) = UdpSocket::bind((network.address(), 0)).await else { continue };
        let mut targets: Vec<Target> = network.targets().collect();
        let near = |target: &Target| target.address().octets().get(..3) == network.address().octets().get(..3);
        targets.sort_by_key(|target| !near(target));
        for batch in targets.chunks(BATCH) {
            for target in batch {
                poke(&socket, target.address(), ear).await;
            }
            sleep(READ.first().copied().unwrap_or_default()).await;
            look(ear).await;
        }
    }
    for pause in READ.iter().skip(1) {
        sleep(*pause).await;
        look(ear).await;
    }
}

async fn poke(socket: &UdpSocket, to: Ipv4Addr, ear: &Ear) {
    const WHAT: &str = "one byte, to learn who is there";
    if ear.target(to).is_none() || !ear.log.sends(to, DISCARD, WHAT) {
        return;
    }
    if let Err(error) = socket.send_to(&[0], SocketAddr::from((to, DISCARD))).await {
        ear.log.came(to, DISCARD, WHAT, &error.to_string());
    }
}

/// Takes up whom the system's table knows in the networks.
pub(super) async fn look(ear: &Ear) {
    // a program of the system is started for it on some: not on this thread
    let neighbours = tokio::task::spawn_blocking(os::neighbours).await.unwrap_or_default();
    for (address, mac) in neighbours {
        ear.heard(address, Seen::Mac(mac));
    }
}
