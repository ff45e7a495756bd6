//! The way to the disk: everything is queued there before it is understood, and what follows from it is released only
//! after the commit that holds its cause.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How many batches may wait for the disk before the reading of sockets pauses.
const QUEUE: usize = 4096;
/// How many bytes: a charger that floods us with large frames while the disk is full must not fill the memory.
const BYTES: usize = 64 << 20;
/// What a batch counts at most: a frame of 1 MiB, the answer to it, and the record.
const LARGEST: usize = 4 << 20;

/// Which way an entry went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A frame from the charger.
    In,
    /// A frame to the charger.
    Out,
    /// Something that is no frame: a connection, a decision of a person, an outcome. JSON of [`crate::event::Event`].
    Event,
}

/// One stored entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number: unique and ascending over the whole store, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The charger's id; empty for what concerns the site.
    pub charger: Arc<str>,
    /// Which way.
    pub direction: Direction,
    /// The bytes, secrets already masked.
    pub bytes: Bytes,
}

/// What is done once a batch is on disk.
pub type Then = Box<dyn FnOnce() + Send>;

/// Entries that are committed together, and what is released after that.
pub struct Batch {
    /// In ascending number.
    pub entries: Vec<Entry>,
    /// The charger's record as it then stands (JSON), where something changed that is worth not replaying at the next
    /// start.
    pub record: Option<(Arc<str>, Vec<u8>)>,
    /// Run after the commit; dropped unrun if the commit never succeeds.
    pub then: Option<Then>,
    /// Its share of the bytes that may wait: keep it until the commit.
    pub held: OwnedSemaphorePermit,
}

/// The sending side; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    next: Arc<Mutex<u64>>,
    queue: mpsc::Sender<Batch>,
    room: Arc<Semaphore>,
}

/// The disk side has gone: the program is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store has closed")]
pub struct Closed;

impl Journal {
    /// A journal whose next entry gets the number `next`, and the queue for whoever writes it to disk.
    pub fn new(next: u64) -> (Self, mpsc::Receiver<Batch>) {
        let (queue, receiver) = mpsc::channel(QUEUE);
        (Self { next: Arc::new(Mutex::new(next)), queue, room: Arc::new(Semaphore::new(BYTES)) }, receiver)
    }

    /// Appends what `write` pushes; returns what it returns. Waits while the disk is far behind. `write` must be quick:
    /// it runs while the numbers are held, so that their order is the order on disk.
    ///
    /// # Errors
    /// [`Closed`] if nobody writes to disk any more.
    pub async fn append<T>(
        &self,
        charger: &Arc<str>,
        at: Timestamp,
        write: impl FnOnce(&mut Writer<'_>) -> (T, Option<Then>),
    ) -> Result<T, Closed> {
        let mut held = Arc::clone(&self.room).acquire_many_owned(LARGEST as u32).await.map_err(|_| Closed)?;
        let permit = self.queue.reserve().await.map_err(|_| Closed)?;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = Writer { next: *next, at, charger, entries: Vec::with_capacity(2), record: None };
        let (value, then) = write(&mut writer);
        *next = writer.next;
        let Writer { entries, record, .. } = writer;
        let bytes = entries.iter().map(|entry| entry.bytes.len()).chain(record.iter().map(|(_, json)| json.len()));
        // What it does not need of its share goes back.
        drop(held.split(LARGEST.saturating_sub(bytes.sum())));
        permit.send(Batch { entries, record, then, held });
        Ok(value)
    }
}

/// Collects the entries of one batch and gives them their numbers.
pub struct Writer<'a> {
    next: u64,
    at: Timestamp,
    charger: &'a Arc<str>,
    entries: Vec<Entry>,
    record: Option<(Arc<str>, Vec<u8>)>,
}

impl Writer<'_> {
    /// Keeps the record as it now stands, in the same commit.
    pub fn keep_record(&mut self, record: &crate::record::Record) {
        if let Ok(json) = serde_json::to_vec(record) {
            self.record = Some((Arc::clone(self.charger), json));
        }
    }

    /// Adds an entry; its number.
    pub fn push(&mut self, direction: Direction, bytes: impl Into<Bytes>) -> u64 {
        let number = self.next;
        self.next += 1;
        let bytes = match direction {
            Direction::In | Direction::Out => crate::secret::mask(bytes.into()),
            // In our own words: secrets were masked when they were put in, and a field of ours may be called like one.
            Direction::Event => bytes.into(),
        };
        self.entries.push(Entry { number, at: self.at, charger: Arc::clone(self.charger), direction, bytes });
        number
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_large_frames_waits_for_the_disk_instead_of_filling_the_memory() {
        let (journal, mut queue) = Journal::new(1);
        let (charger, frame): (Arc<str>, _) = ("CP1".into(), Bytes::from(vec![b'x'; 1 << 20]));
        let append = || {
            let append =
                journal.append(&charger, Timestamp::UNIX_EPOCH, |w| (w.push(Direction::In, frame.clone()), None));
            timeout(Duration::from_secs(1), append)
        };
        let mut taken = 0;
        while append().await.is_ok() {
            taken += 1;
        }
        assert!((32..=64).contains(&taken), "{taken} MiB wait");
        drop(queue.recv().await);
        assert!(append().await.is_ok(), "the disk has taken one");
    }
}
