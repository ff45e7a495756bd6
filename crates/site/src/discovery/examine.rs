//! What one host is: which of its ports are open, and what its pages, greetings and registers tell. It ends as soon as the
//! host is named and has told what its own fingerprint can ask for. A host is come back to once all that announces itself
//! was heard: what it may be is known better then, and nothing is asked twice.

use std::collections::BTreeSet;
use std::io;

use chargehand_catalogue::{Certainty, Kind, Match, Seen};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::Instant;

use super::dial::Dial;
use super::limits::{CONNECTIONS, PAGES};
use super::network::Target;
use super::probe::{self, Ask, Probe};
use super::{Ear, greeting, page, registers};

/// So many times a port may not answer before it is left alone, and a host that has answered nothing yet.
const FAILURES: usize = 2;

/// A host, and what was tried on it.
pub(super) struct Host {
    to: Target,
    tried: BTreeSet<u16>,
    open: Vec<u16>,
    /// What was asked, by its port and its words.
    asked: BTreeSet<(u16, String)>,
    /// The ports whose registers were read.
    read: BTreeSet<u16>,
    /// The ports that did not answer, each as often as that.
    failures: Vec<u16>,
    /// It has not answered anything yet.
    is_silent: bool,
    silences: usize,
}

impl Host {
    pub(super) fn new(to: Target) -> Self {
        Self {
            to,
            tried: BTreeSet::new(),
            open: Vec::new(),
            asked: BTreeSet::new(),
            read: BTreeSet::new(),
            failures: Vec::new(),
            is_silent: true,
            silences: 0,
        }
    }

    pub(super) fn target(&self) -> Target {
        self.to
    }
}

/// How far a host is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// Its registers are read even where nothing points at a maker.
    pub modbus: bool,
    /// It is asked for every page of the catalogue: a person named it, or nothing that announces itself can be heard here.
    pub every_page: bool,
}

/// Finds out what a host is, as far as that was not done before.
pub(super) async fn examine(dial: &Dial, ear: &Ear, host: &mut Host, reach: Reach) {
    let to = host.to;
    let hints = ear.matches(to.address());
    let untried = probe::ports(&hints).into_iter().filter(|port| host.tried.insert(*port)).collect::<Vec<u16>>();
    let open: Vec<u16> = stream::iter(untried)
        .map(|port| async move { try_port(dial, ear, to, port).await.then_some(port) })
        .buffered(CONNECTIONS)
        .filter_map(|open| async move { open })
        .collect()
        .await;
    host.open.extend(open);
    converse(dial, ear, host, reach.every_page).await;
    for port in host.open.iter().copied().filter(|port| probe::is_modbus(*port)) {
        let hints = ear.matches(to.address());
        let is_known = hints.first().is_some_and(|best| is_told(best) || best.fingerprint.kind == Kind::Companion);
        let points = hints.iter().any(|it| it.fingerprint.modbus.iter().any(|rule| rule.port == port));
        let every = reach.modbus || probe::is_makers_own(port);
        if !is_known && (points || every) && host.read.insert(port) {
            let tell = |seen| ear.heard(to.address(), seen);
            registers::read(dial, &ear.log, to, port, &hints, every, tell).await;
        }
    }
}

/// It is named, and has given its serial number: there is nothing left to ask.
fn is_told(best: &Match) -> bool {
    best.certainty == Certainty::Named && !best.identity.serial.is_empty()
}

/// Whether a port is open.
pub(super) async fn try_port(dial: &Dial, ear: &Ear, to: Target, port: u16) -> bool {
    const WHAT: &str = "TCP connection";
    // a VPN may have come up since
    if ear.target(to.address()).is_none() || !dial.may_try(to, port) || !ear.log.sends(to.address(), port, WHAT) {
        return false;
    }
    let tried = dial.is_open(to, port).await;
    let result = tried.as_ref().map_or_else(io::Error::to_string, |()| "open".to_owned());
    ear.log.came(to.address(), port, WHAT, &result);
    if tried.is_ok() {
        ear.opened(to.address(), port);
    }
    tried.is_ok()
}

/// Asks for pages and hears greetings, one after another: many chargers serve one client at a time. What was learned from
/// the last answer decides what is asked next.
async fn converse(dial: &Dial, ear: &Ear, host: &mut Host, every_page: bool) {
    let (ends, to) = (Instant::now() + PAGES, host.to);
    // a host that takes connections and says nothing would hold up the whole scan
    while Instant::now() < ends && !(host.is_silent && host.silences >= FAILURES) {
        let Some(next) = next(host, &ear.matches(to.address()), every_page) else { return };
        host.asked.insert((next.port(), next.words()));
        if !ear.log.sends(to.address(), next.port(), &next.words()) {
            return;
        }
        let answer = put(dial, to, &next).await;
        ear.log.came(to.address(), next.port(), &next.words(), &words(&answer));
        match &answer {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => host.silences += 1,
            _ => host.is_silent = false,
        }
        match answer {
            Ok(seen) => ear.heard(to.address(), seen),
            // a server that does not know WebSockets is no server that fails
            Err(_) if matches!(next.ask(), Ask::Hello(_)) => {}
            Err(_) => host.failures.push(next.port()),
        }
    }
}

/// What to ask a host next, by what it may be.
fn next(host: &Host, hints: &[Match], every_page: bool) -> Option<Probe> {
    let is_patient = |port: &&u16| host.failures.iter().filter(|it| it == port).count() < FAILURES;
    let ports = || host.open.iter().filter(is_patient);
    let pages = ports().flat_map(|port| probe::pages(*port, hints, every_page));
    let hellos = ports().flat_map(|port| probe::hellos(*port, hints, every_page));
    pages.chain(hellos).find(|it| !host.asked.contains(&(it.port(), it.words())))
}

async fn put(dial: &Dial, to: Target, probe: &Probe) -> io::Result<Seen> {
    match probe.ask() {
        Ask::Page(it) => page::get(dial, to, it).await,
        Ask::Hello(it) => greeting::hear(dial, to, it).await,
        Ask::Read(..) | Ask::Datagram(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn words(answer: &io::Result<Seen>) -> String {
    match answer {
        Ok(Seen::Page { status, body, .. }) => {
            format!("{status}, {}", if body.is_object() { "a JSON object" } else { "no JSON object" })
        }
        Ok(_) => "it greeted".to_owned(),
        Err(error) => error.to_string(),
    }
}
