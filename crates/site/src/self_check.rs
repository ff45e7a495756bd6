//! Can a charger reach us? What can be seen from here: who listens, what keeps others out, who has come.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

pub use crate::os::Firewall;
use crate::os::firewalls;

/// How long our own port may take to accept us.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfCheck {
    /// Each address we listen on, and whether it accepted a connection from this computer.
    pub addresses: Vec<(SocketAddr, bool)>,
    /// What may keep others out.
    pub firewalls: Vec<Firewall>,
    /// Another computer or charger that has reached us since the start: the only proof.
    pub reached_by: Option<IpAddr>,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody else has reached us.
    Proved,
    /// We listen, and nothing that is known keeps others out. That alone proves nothing.
    Nothing,
    /// We listen, and a firewall may keep others out: it does not say.
    Perhaps,
    /// A firewall keeps others out.
    KeptOut,
    /// We do not even reach ourselves.
    NotListening,
}

impl SelfCheck {
    /// What follows from what was found.
    pub fn verdict(&self) -> Verdict {
        if self.reached_by.is_some() {
            return Verdict::Proved;
        }
        if !self.addresses.iter().any(|(_, accepted)| *accepted) {
            return Verdict::NotListening;
        }
        match self.firewalls.iter().map(|it| it.lets_in).min() {
            // `None` is less than `Some`: one that does not say decides over one that lets in
            None | Some(Some(true)) => Verdict::Nothing,
            _ if self.firewalls.iter().any(|it| it.lets_in == Some(false)) => Verdict::KeptOut,
            _ => Verdict::Perhaps,
        }
    }
}

/// Looks at the addresses we listen on; `peers` are those who came to our port.
pub async fn self_check(addresses: &[SocketAddr], peers: impl Iterator<Item = IpAddr>) -> SelfCheck {
    let mut tried = Vec::new();
    for address in addresses {
        let accepted = matches!(timeout(PATIENCE, TcpStream::connect(address)).await, Ok(Ok(_)));
        tried.push((*address, accepted));
    }
    let ours: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
    let reached_by = peers.map(|peer| peer.to_canonical()).find(|peer| !peer.is_loopback() && !ours.contains(peer));
    let port = addresses.first().map(SocketAddr::port);
    // programs of the system are asked, which may take their time
    let firewalls = tokio::task::spawn_blocking(move || port.map(firewalls).unwrap_or_default()).await;
    SelfCheck { addresses: tried, firewalls: firewalls.unwrap_or_default(), reached_by }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    fn check(accepted: bool, firewalls: &[Option<bool>], reached_by: Option<IpAddr>) -> Verdict {
        let firewall = |lets_in: &Option<bool>| Firewall { name: "one", lets_in: *lets_in, remedy: String::new() };
        let addresses = vec![(SocketAddr::from(([192, 168, 1, 2], 9616)), accepted)];
        SelfCheck { addresses, firewalls: firewalls.iter().map(firewall).collect(), reached_by }.verdict()
    }

    #[test]
    fn only_somebody_else_who_came_proves_that_we_can_be_reached() {
        let charger = Some(IpAddr::from([192, 168, 1, 77]));
        assert_eq!(check(true, &[Some(false)], charger), Verdict::Proved);
        assert_eq!(check(true, &[], None), Verdict::Nothing);
        assert_eq!(check(true, &[Some(true)], None), Verdict::Nothing);
        assert_eq!(check(true, &[Some(true), None], None), Verdict::Perhaps);
        assert_eq!(check(true, &[Some(true), Some(false)], None), Verdict::KeptOut);
        assert_eq!(check(true, &[None, Some(false)], None), Verdict::KeptOut);
        assert_eq!(check(false, &[], None), Verdict::NotListening);
    }

    #[tokio::test]
    async fn an_open_port_accepts_us_a_closed_one_does_not_and_we_are_no_proof_ourselves() {
        let open = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let open_at = open.local_addr().expect("bound");
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("loopback").local_addr().expect("bound");
        let peers = [IpAddr::from([127, 0, 0, 1]), open_at.ip()];
        let found = self_check(&[open_at, closed], peers.into_iter()).await;
        assert_eq!(found.addresses, [(open_at, true), (closed, false)]);
        assert_eq!(found.reached_by, None);
    }
}
