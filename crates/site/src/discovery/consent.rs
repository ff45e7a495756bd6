//! Nothing is sent into a network before a person said so. The word is kept with the site, for each network by its router.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::network::{Network, networks};
use crate::store::StoreError;
use crate::{Site, network, os};

/// Under which name the store keeps it.
const SETTING: &str = "discovery";
/// Networks that are remembered; the oldest makes room.
const REMEMBERED: usize = 100;
/// How long a word holds for a network whose router is not known: for the scan that it was given for. Another network may
/// have the same addresses, so it is asked about again. What is remembered for good is remembered for a router.
const UNRECOGNISED: SignedDuration = SignedDuration::from_mins(10);

/// A network that a person allowed to look through. Only here is one made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed(Network);

impl Allowed {
    /// Whoever starts the program for this network has said so.
    pub fn by_command(network: Network) -> Self {
        Self(network)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.0
    }
}

/// When a network was allowed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Word {
    at: Timestamp,
    network: String,
}

type Words = BTreeMap<String, Word>;

/// The networks that may be looked through now, each recognised by its router where the system knows that already.
/// Nothing is sent for it.
pub fn networks_now() -> Vec<Network> {
    let neighbours = os::neighbours();
    let recognised = |network: Network| {
        let router = os::router(network.interface());
        let mac = neighbours.iter().find(|(address, _)| Some(*address) == router).map(|(_, mac)| *mac);
        network.behind(mac)
    };
    networks(&network::interfaces()).into_iter().map(recognised).collect()
}

impl Site {
    /// Whether a person has allowed to look through a network.
    pub async fn allowed(&self, network: &Network) -> Option<Allowed> {
        let words: Words = self.store().setting(SETTING).await.unwrap_or_default();
        let is_fresh = |word: &Word| {
            let age = Timestamp::now().duration_since(word.at);
            !age.is_negative() && age < UNRECOGNISED
        };
        let own = words.get(network.key()).is_some_and(|word| network.is_recognised() || is_fresh(word));
        // the router became known since, mostly by the scan itself
        let before = words.get(&network.cidr()).is_some_and(is_fresh);
        (own || before).then(|| Allowed(network.clone()))
    }

    /// A person allows to look through a network; kept.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn allow(&self, network: &Network) -> Result<Allowed, StoreError> {
        let mut words: Words = self.store().setting(SETTING).await.unwrap_or_default();
        let word = Word { at: Timestamp::now(), network: network.cidr() };
        words.insert(network.key().to_owned(), word);
        while words.len() > REMEMBERED {
            let oldest = words.iter().min_by_key(|(_, word)| word.at).map(|(key, _)| key.clone());
            words.remove(&oldest.unwrap_or_default());
        }
        self.store().set(SETTING, &words).await?;
        Ok(Allowed(network.clone()))
    }

    /// A person takes it back.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn disallow(&self, network: &Network) -> Result<(), StoreError> {
        let mut words: Words = self.store().setting(SETTING).await.unwrap_or_default();
        words.remove(network.key());
        words.remove(&network.cidr());
        self.store().set(SETTING, &words).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::network::{Interface, Kind};
    use std::net::Ipv4Addr;

    fn network(router: Option<[u8; 6]>) -> Network {
        let address = Ipv4Addr::new(192, 168, 1, 23);
        let interface = Interface { name: "eth0".into(), address, prefix: 24, kind: Kind::Cable };
        Network::around(&interface).expect("private").behind(router)
    }

    #[tokio::test]
    async fn a_network_is_allowed_once_and_another_with_the_same_addresses_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (smith, jones) = (network(Some([2, 0, 0, 0, 0, 1])), network(Some([2, 0, 0, 0, 0, 2])));
        let site = Site::open(folder.path(), Options::default()).await.expect("a site");
        assert_eq!(site.allowed(&smith).await, None);
        site.allow(&smith).await.expect("on disk");
        drop(site);
        let site = Site::open(folder.path(), Options::default()).await.expect("a site");
        assert_eq!(site.allowed(&smith).await, Some(Allowed(smith.clone())));
        assert_eq!(site.allowed(&jones).await, None);
        assert_eq!(site.allowed(&network(None)).await, None);
        site.disallow(&smith).await.expect("on disk");
        assert_eq!(site.allowed(&smith).await, None);
    }

    #[tokio::test]
    async fn a_word_outlasts_that_the_router_becomes_known_by_the_scan_it_was_given_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = Site::open(folder.path(), Options::default()).await.expect("a site");
        let (before, after) = (network(None), network(Some([2, 0, 0, 0, 0, 1])));
        site.allow(&before).await.expect("on disk");
        assert_eq!(site.allowed(&after).await, Some(Allowed(after.clone())));
        site.disallow(&after).await.expect("on disk");
        assert_eq!(site.allowed(&after).await, None, "it is taken back whole");
        let old = Word { at: Timestamp::now() - UNRECOGNISED, network: before.cidr() };
        let words = Words::from([(before.key().to_owned(), old)]);
        site.store().set(SETTING, &words).await.expect("on disk");
        assert_eq!(site.allowed(&after).await, None, "it was no word for this router");
    }

    #[tokio::test]
    async fn a_network_whose_router_is_not_known_is_asked_about_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = Site::open(folder.path(), Options::default()).await.expect("a site");
        let home = network(None);
        site.allow(&home).await.expect("on disk");
        assert_eq!(site.allowed(&home).await, Some(Allowed(home.clone())), "for the scan that follows");
        let cable = Interface {
            name: "eth0".into(),
            address: Ipv4Addr::new(169, 254, 7, 7),
            prefix: 16,
            kind: Kind::LinkLocal,
        };
        let cable = Network::around(&cable).expect("private");
        let before = Timestamp::now() - UNRECOGNISED;
        let word = |it: &Network| (it.key().to_owned(), Word { at: before, network: it.cidr() });
        let words = Words::from([word(&home), word(&cable)]);
        site.store().set(SETTING, &words).await.expect("on disk");
        assert_eq!(site.allowed(&home).await, None, "a café may have the same addresses");
        assert_eq!(site.allowed(&cable).await, Some(Allowed(cable.clone())), "a direct cable has no router");
    }
}
