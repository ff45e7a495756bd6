//! The store when the disk is not as it should be.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chargehand_commissioning::journal::{Direction, Entry};
use jiff::Timestamp;

use super::{Store, each_entry, verify_chain};

const ENTRIES: u64 = 3000;

/// A closed store with that many frames of one charger; its file.
async fn filled(folder: &Path) -> std::path::PathBuf {
    let store = Store::open(folder).await.expect("it opens");
    let (journal, charger): (_, Arc<str>) = (store.journal(), "CP1".into());
    for index in 0..ENTRIES / 10 {
        let frame = |n: u64| format!("[2,\"{n}\",\"Heartbeat\",{{}}]{}", " ".repeat(60));
        let write = journal.append(&charger, Timestamp::UNIX_EPOCH, |w| {
            (0..10).for_each(|n| _ = w.push(Direction::In, frame(index * 10 + n)));
            ((), None)
        });
        write.await.expect("it is taken");
    }
    drop(journal);
    store.close().await;
    folder.join("chargehand.sqlite")
}

async fn numbers(folder: &Path) -> Vec<u64> {
    let mut numbers = Vec::new();
    let see = |entry: &Entry| {
        numbers.push(entry.number);
        true
    };
    let _ = each_entry(folder, None, see).await;
    numbers
}

#[tokio::test]
async fn damage_in_the_middle_loses_only_what_stood_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = filled(folder.path()).await;
    let mut bytes = fs::read(&file).expect("a file");
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page..page + 4096].fill(0xFF);
    fs::write(&file, &bytes).expect("written");
    let store = Store::open(folder.path()).await.expect("it opens all the same");
    let salvage = store.salvage().expect("it was damaged");
    assert!(salvage.moved_to.exists(), "nothing is deleted");
    assert!(salvage.saved > ENTRIES - 100, "only {} of {ENTRIES} were saved", salvage.saved);
    let kept = numbers(folder.path()).await;
    assert_eq!((kept.len() as u64, kept.first(), kept.last()), (salvage.saved, Some(&1), Some(&ENTRIES)));
    assert!(verify_chain(folder.path()).await.expect("it can be read").is_some(), "the gap is seen in the chain");
}

/// The same numbers each time: a failure can be repeated.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

#[tokio::test]
async fn whatever_is_damaged_the_store_opens_and_writes() {
    let whole = tempfile::tempdir().expect("a folder");
    let bytes = fs::read(filled(whole.path()).await).expect("a file");
    let mut seed = 0x9E37_79B9_7F4A_7C15;
    let mut damaged = 0;
    for round in 0..20 {
        let mut bytes = bytes.clone();
        let at = next(&mut seed) as usize % bytes.len();
        match round % 4 {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << (round % 8),
            2 => bytes.iter_mut().skip(at).take(5000).for_each(|byte| *byte = next(&mut seed) as u8),
            _ => bytes[at % 4096] ^= 0xFF,
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("chargehand.sqlite"), &bytes).expect("written");
        let store = Store::open(folder.path()).await.unwrap_or_else(|error| panic!("round {round}: {error}"));
        damaged += usize::from(store.salvage().is_some());
        let records = store.records().await;
        assert!(records.is_ok(), "round {round}: {records:?}");
        let (journal, charger): (_, Arc<str>) = (store.journal(), "CP2".into());
        let write = journal.append(&charger, Timestamp::UNIX_EPOCH, |w| (w.push(Direction::In, "after"), None));
        let number = write.await.expect("it is taken");
        drop(journal);
        store.close().await;
        assert_eq!(numbers(folder.path()).await.last(), Some(&number), "round {round}");
    }
    assert!(damaged >= 5, "the damage is noticed: {damaged}");
}

#[tokio::test]
async fn a_store_opens_as_soon_as_its_predecessor_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Store::open(folder.path()).await.expect("it opens");
    let (second, ()) = tokio::join!(Store::open(folder.path()), first.close());
    assert!(second.is_ok(), "the first had let go");
}
