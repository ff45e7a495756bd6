//! What keeps a flood of connections from keeping a real charger out, from filling the disk, or the memory.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;

/// The most connections from one address that may be on their way to become a charger; its oldest gives way, so that
/// silence from there keeps nobody else out. Several chargers may share an address behind a router.
const FROM_ONE: usize = 64;
/// The most from all addresses together: well below the file handles a program gets (1024 on many systems).
const FROM_ALL: usize = 512;
/// At most this many refusals are kept and told …
const REFUSALS: u32 = 60;
/// … and what they did is kept up to so many bytes …
const BYTES: usize = 32 * 1024;
/// … within this time: a scanner at work day and night writes some 25 MB a day, one that sends all it can thrice that.
const WITHIN: Duration = Duration::from_secs(60);

/// Those that are on their way to become a charger.
#[derive(Clone, Default)]
pub(super) struct OnTheWay(Arc<Mutex<VecDeque<(IpAddr, AbortHandle)>>>);

impl OnTheWay {
    /// Adds one; the address whose oldest had to give way for it.
    pub(super) fn add(&self, from: IpAddr, handle: AbortHandle) -> Option<IpAddr> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(_, handle)| !handle.is_finished());
        let gives_way = crowd(&waiting, from);
        let oldest = gives_way.and_then(|crowd| waiting.iter().position(|(from, _)| *from == crowd));
        if let Some((_, oldest)) = oldest.and_then(|index| waiting.remove(index)) {
            oldest.abort();
        }
        waiting.push_back((from, handle));
        gives_way
    }
}

/// The address that has too many: the newcomer's own, else, where all together are too many, the one with the most.
fn crowd(waiting: &VecDeque<(IpAddr, AbortHandle)>, newcomer: IpAddr) -> Option<IpAddr> {
    let mut counts: HashMap<IpAddr, usize> = HashMap::new();
    waiting.iter().for_each(|(from, _)| *counts.entry(*from).or_default() += 1);
    if counts.get(&newcomer).is_some_and(|count| *count >= FROM_ONE) {
        return Some(newcomer);
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(from, _)| from);
    most.filter(|_| waiting.len() >= FROM_ALL)
}

/// Why the oldest gave way, and what it means.
pub(super) fn gave_way(from: IpAddr) -> String {
    format!(
        "Too many connections from {from} said nothing, so the oldest were closed. Chargers at other addresses still get \
         in. A scanner, or a program that connects without end, is at work there: find it and stop it."
    )
}

/// What is to be done with a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// Keep and tell it.
    Telling,
    /// Keep and tell it, and that many more come, which are not.
    Last,
    /// It is one of those.
    Nothing,
}

/// Counts refusals, so that a scanner cannot fill the disk with them.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    began: Option<Instant>,
    count: u32,
    bytes: usize,
}

impl Refusals {
    /// Counts one that happens now.
    pub(crate) fn count(&mut self, now: Instant) -> Worth {
        if self.began.is_none_or(|began| now.duration_since(began) >= WITHIN) {
            *self = Self { began: Some(now), ..Self::default() };
        }
        self.count = self.count.saturating_add(1);
        match self.count {
            ..REFUSALS => Worth::Telling,
            REFUSALS => Worth::Last,
            _ => Worth::Nothing,
        }
    }

    /// Is there room for what the counted one did?
    pub(crate) fn room(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= BYTES;
        self.bytes += if fits { bytes } else { 0 };
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_fills_no_disk_and_is_told_again_when_it_comes_back() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        let worth: Vec<Worth> = (0..10_000).map(|_| refusals.count(now)).collect();
        assert_eq!(worth.iter().filter(|w| **w == Worth::Telling).count() as u32, REFUSALS - 1);
        assert_eq!(worth.iter().filter(|w| **w == Worth::Last).count(), 1);
        assert_eq!((0..1000).filter(|_| refusals.room(1000)).count(), BYTES / 1000);
        assert_eq!(refusals.count(now + WITHIN), Worth::Telling);
        assert!(refusals.room(1000));
    }

    #[tokio::test]
    async fn silence_from_elsewhere_cannot_keep_a_real_charger_out() {
        let on_the_way = OnTheWay::default();
        let come = |last: usize| {
            let task = tokio::spawn(std::future::pending::<()>());
            (on_the_way.add(IpAddr::from([10, 0, 0, last as u8]), task.abort_handle()), task)
        };
        let (gave_way, charger) = come(1);
        assert_eq!(gave_way, None);
        let silent: Vec<_> = (0..10_000).map(|number| come(2 + number % 9)).collect();
        let closed = silent.iter().filter(|(gave_way, _)| gave_way.is_some()).count();
        assert_eq!(closed, 10_001 - FROM_ALL);
        let (gave_way, _) = come(99);
        assert!(gave_way.is_some_and(|from| from != IpAddr::from([10, 0, 0, 1])), "a crowd gives way, not the charger");
        tokio::task::yield_now().await;
        assert!(!charger.is_finished());
    }
}
