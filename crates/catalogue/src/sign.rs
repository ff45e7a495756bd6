//! What was seen of devices, held against the fingerprints. Nothing is asked here and nothing kept: the same is seen, the
//! same comes out.
//!
//! One strong sign names a device. A medium one says "probably", and together with any other it names it as well: a second
//! answer, the prefix of the network card, the host name. Weak ones say "possible charger". A sign that anything could give
//! ([`Sign::is_bare`]) counts only beside one that is not bare.

mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Body, Confidence, Fingerprint, Kind, Part, Scheme, Strength, fingerprints};

/// Something that was seen of one device, as it came. Whoever saw it has bounded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A service announced by multicast DNS.
    Service {
        /// The service, with its domain: `_openevse._tcp.local.`
        service: String,
        /// The instance's name, without the service.
        instance: String,
        /// Its TXT record.
        txt: BTreeMap<String, String>,
    },
    /// The address of its network card.
    Mac([u8; 6]),
    /// Its host name, without domain.
    HostName(String),
    /// The answer to a GET.
    Page {
        /// With or without TLS.
        scheme: Scheme,
        /// The TCP port.
        port: u16,
        /// What was asked.
        path: String,
        /// The status code.
        status: u16,
        /// What it says.
        body: Body,
    },
    /// The first frame over a WebSocket.
    Hello {
        /// The TCP port.
        port: u16,
        /// What was asked.
        path: String,
        /// What it says.
        body: Body,
    },
    /// What stood in registers.
    Registers {
        /// The TCP port.
        port: u16,
        /// The unit that was asked.
        unit: u8,
        /// 3 or 4.
        function: u8,
        /// The first of them.
        address: u16,
        /// What they hold.
        words: Vec<u16>,
    },
    /// A datagram.
    Datagram {
        /// The device's port; of a beacon, the port that it was sent to.
        port: u16,
        /// What it holds.
        bytes: Vec<u8>,
    },
}

/// By which way a device showed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Multicast DNS.
    Mdns,
    /// The prefix of its network card.
    NetworkCard,
    /// Its host name.
    HostName,
    /// HTTP.
    Http,
    /// The first frame over a WebSocket.
    WebSocket,
    /// Modbus TCP.
    Modbus,
    /// A datagram.
    Udp,
    /// It connected to us by itself and named itself.
    Boot,
}

/// A piece of evidence: what was seen, and why that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// By which way.
    pub way: Way,
    /// What was seen, for people to read: at most 200 characters, no secret in it.
    pub seen: String,
    /// How much it says here: as its rule has it, and less where anything could have answered so.
    pub strength: Strength,
    /// Anything could have answered so: counts only beside a sign that is not bare.
    pub is_bare: bool,
    /// Where the rule was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What it tells of the device.
    pub gives: Identity,
}

/// What a device tells of itself; empty where it does not. Each at most 64 characters, without controls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Its maker.
    pub vendor: String,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Its firmware.
    pub firmware: String,
    /// The name its owner or its maker gave it.
    pub name: String,
}

impl Identity {
    /// One part of it.
    pub fn part(&mut self, part: Part) -> &mut String {
        match part {
            Part::Vendor => &mut self.vendor,
            Part::Model => &mut self.model,
            Part::Serial => &mut self.serial,
            Part::Firmware => &mut self.firmware,
            Part::Name => &mut self.name,
        }
    }

    /// Takes from another what is not known yet.
    pub fn complete(&mut self, other: &Identity) {
        let mut other = other.clone();
        for part in [Part::Vendor, Part::Model, Part::Serial, Part::Firmware, Part::Name] {
            if self.part(part).is_empty() {
                *self.part(part) = std::mem::take(other.part(part));
            }
        }
    }

    /// What a device is called: its maker and its model; where it does not tell its model, those of its fingerprint.
    pub fn called(&self, fingerprint: Option<&Fingerprint>) -> String {
        let model = match (self.model.as_str(), fingerprint) {
            ("", Some(fingerprint)) => fingerprint.model(),
            (told, _) => told.to_owned(),
        };
        // some makers begin the names of their models with their own
        if model.to_lowercase().starts_with(&self.vendor.to_lowercase()) {
            return model;
        }
        format!("{} {model}", self.vendor).trim().to_owned()
    }
}

/// How sure it is what a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// A possible charger.
    Possible,
    /// Probably this one.
    Probable,
    /// It is named.
    Named,
}

/// A fingerprint that fits what was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Which.
    pub fingerprint: &'static Fingerprint,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it tells of itself; the vendor is the fingerprint's where it tells none.
    pub identity: Identity,
    /// Why, the strongest first.
    pub signs: Vec<Sign>,
}

/// The fingerprints that fit what was seen of one device, the best first.
pub fn identify(seen: &[Seen]) -> Vec<Match> {
    let mut matches: Vec<Match> = fingerprints().iter().filter_map(|it| hold(it, seen)).collect();
    matches.sort_by_key(|it| std::cmp::Reverse(rank(it)));
    matches
}

/// How a fingerprint fits; nothing when it does not.
fn hold(fingerprint: &'static Fingerprint, seen: &[Seen]) -> Option<Match> {
    let mut signs: Vec<Sign> = seen.iter().flat_map(|it| rules::signs(fingerprint, it, seen)).collect();
    signs.sort_by_key(|sign| (sign.is_bare, std::cmp::Reverse(sign.strength), sign.way));
    signs.dedup();
    let certainty = certainty(&signs)?;
    let mut identity = Identity::default();
    signs.iter().for_each(|sign| identity.complete(&sign.gives));
    if identity.vendor.is_empty() && !fingerprint.generic {
        identity.vendor.clone_from(&fingerprint.vendor);
    }
    Some(Match { fingerprint, certainty, identity, signs })
}

fn certainty(signs: &[Sign]) -> Option<Certainty> {
    let count = |strength| signs.iter().filter(|it| !it.is_bare && it.strength == strength).count();
    let is_hint = |sign: &Sign| matches!(sign.way, Way::NetworkCard | Way::HostName);
    let has_hint = signs.iter().any(is_hint);
    // what anything could have answered means something where the maker's own network card answers it
    let has_card = signs.iter().any(|sign| sign.way == Way::NetworkCard);
    let bare = signs.iter().any(|sign| sign.is_bare && sign.way == Way::Http && sign.strength == Strength::Medium);
    let medium = count(Strength::Medium) + usize::from(has_card && bare);
    match (count(Strength::Strong), medium, count(Strength::Weak)) {
        (1.., _, _) => Some(Certainty::Named),
        (0, 2.., _) | (0, 1, 1..) => Some(Certainty::Named),
        (0, 1, 0) if has_hint => Some(Certainty::Named),
        (0, 1, 0) => Some(Certainty::Probable),
        (0, 0, 1..) => Some(Certainty::Possible),
        (0, 0, 0) => None,
    }
}

/// What puts one match before another: a name before a guess; a strong sign before several medium ones; a model's own
/// before what all of its maker's show, and that before what many makers share; a charger before what is found beside one.
fn rank(it: &Match) -> (Certainty, bool, u8, usize, usize, usize, usize, bool) {
    let count = |strength| it.signs.iter().filter(|sign| !sign.is_bare && sign.strength == strength).count();
    let strong = count(Strength::Strong);
    let own = u8::from(!it.fingerprint.generic) + u8::from(it.fingerprint.one_of.is_some());
    (
        it.certainty,
        strong > 0,
        own,
        strong,
        count(Strength::Medium),
        count(Strength::Weak),
        it.signs.len(),
        it.fingerprint.kind == Kind::Charger,
    )
}
