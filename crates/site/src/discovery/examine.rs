//! What one host is: which of its ports are open, and what its pages, greetings and registers tell. It ends as soon as the
//! host is named and has told what its own fingerprint can ask for.

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

/// Finds out what a host is. With `modbus` its registers are read even where nothing points at a maker.
pub(super) async fn examine(dial: &Dial, ear: &Ear, to: Target, modbus: bool) {
    let hints = ear.matches(to.address());
    let open: Vec<u16> = stream::iter(probe::ports(&hints))
        .map(|port| async move { try_port(dial, ear, to, port).await.then_some(port) })
        .buffered(CONNECTIONS)
        .filter_map(|open| async move { open })
        .collect()
        .await;
    converse(dial, ear, to, &open).await;
    for port in open.into_iter().filter(|port| probe::is_modbus(*port)) {
        let hints = ear.matches(to.address());
        let is_known = hints.first().is_some_and(|best| is_told(best) || best.fingerprint.kind == Kind::Companion);
        let points = hints.iter().any(|it| it.fingerprint.modbus.iter().any(|rule| rule.port == port));
        if !is_known && (points || modbus) {
            let tell = |seen| ear.heard(to.address(), seen);
            registers::read(dial, &ear.log, to, port, &hints, modbus, tell).await;
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
async fn converse(dial: &Dial, ear: &Ear, to: Target, open: &[u16]) {
    let ends = Instant::now() + PAGES;
    let (mut asked, mut failures) = (BTreeSet::new(), Vec::new());
    let (mut is_silent, mut silences) = (true, 0);
    // a host that takes connections and says nothing would hold up the whole scan
    while Instant::now() < ends && !(is_silent && silences >= FAILURES) {
        let hints = ear.matches(to.address());
        let is_patient = |port: &&u16| failures.iter().filter(|it| it == port).count() < FAILURES;
        let pages = open.iter().filter(is_patient).flat_map(|port| probe::pages(*port, &hints));
        let hellos = open.iter().filter(is_patient).flat_map(|port| probe::hellos(*port, &hints));
        let Some(next) = pages.chain(hellos).find(|it| !asked.contains(&(it.port(), it.words()))) else { return };
        asked.insert((next.port(), next.words()));
        if !ear.log.sends(to.address(), next.port(), &next.words()) {
            return;
        }
        let answer = put(dial, to, &next).await;
        ear.log.came(to.address(), next.port(), &next.words(), &words(&answer));
        match &answer {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => silences += 1,
            _ => is_silent = false,
        }
        match answer {
            Ok(seen) => ear.heard(to.address(), seen),
            // a server that does not know WebSockets is no server that fails
            Err(_) if matches!(next.ask(), Ask::Hello(_)) => {}
            Err(_) => failures.push(next.port()),
        }
    }
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
        Ok(Seen::Page { status, body, .. }) => format!("{status}, {} bytes of JSON", body.len()),
        Ok(_) => "it greeted".to_owned(),
        Err(error) => error.to_string(),
    }
}
