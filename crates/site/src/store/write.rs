//! The one writer: whatever waits is committed together, and only then released.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chargehand_commissioning::journal::{Batch, Direction, Entry, Then};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, QueryBuilder, Sqlite};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::{ChargerId, Health, open};

/// A commit holds at most this many entries.
const MOST: usize = 50;
/// Under load a commit waits this long for company: fewer, fuller commits. An idle store commits at once.
const GATHER: Duration = Duration::from_millis(5);
/// More batches than this in one commit is load.
const LOAD: usize = 3;
/// How often a failing disk is tried again.
const RETRY: Duration = Duration::from_millis(500);
const CHAIN: &[u8] = b"chargehand.entry.v1\0";

/// The newest entry and the chain's hash up to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub number: u64,
    pub hash: Vec<u8>,
}

/// The next link of the chain.
pub(super) fn link(previous: &[u8], number: u64, at_us: i64, direction: i64, charger: &str, bytes: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(CHAIN);
    hash.update(previous);
    hash.update(number.to_be_bytes());
    hash.update(at_us.to_be_bytes());
    hash.update(direction.to_be_bytes());
    hash.update((charger.len() as u64).to_be_bytes());
    hash.update(charger.as_bytes());
    hash.update(bytes);
    hash.finalize().to_vec()
}

pub(super) fn direction_code(direction: Direction) -> i64 {
    match direction {
        Direction::In => 0,
        Direction::Out => 1,
        Direction::Event => 2,
    }
}

type Setting = (&'static str, String, oneshot::Sender<Result<(), sqlx::Error>>);

/// The way for settings, which are not entries.
pub(super) struct Settings(mpsc::Sender<Setting>);

impl Settings {
    pub(super) fn new() -> (Self, mpsc::Receiver<Setting>) {
        let (sender, receiver) = mpsc::channel(16);
        (Self(sender), receiver)
    }

    pub(super) async fn set(&self, name: &'static str, value: String) -> Result<(), sqlx::Error> {
        let (done, answer) = oneshot::channel();
        self.0.send((name, value, done)).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        answer.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}

pub(super) async fn run(
    mut connection: SqliteConnection,
    mut batches: mpsc::Receiver<Batch>,
    mut settings: mpsc::Receiver<Setting>,
    health: watch::Sender<Health>,
    head: watch::Sender<Head>,
    file: PathBuf,
) {
    let mut load = false;
    loop {
        let first = tokio::select! {
            batch = batches.recv() => match batch {
                Some(batch) => batch,
                None => break,
            },
            Some((name, value, done)) = settings.recv() => {
                let _ = done.send(set(&mut connection, name, &value).await);
                continue;
            }
        };
        let mut work = gather(first, &mut batches, load).await;
        load = work.batches > LOAD;
        let then = std::mem::take(&mut work.then);
        let chained = chain(&work.entries, &head.borrow());
        while let Err(error) = commit(&mut connection, &work.entries, &work.records, &chained).await {
            let failing = Health::Failing(explain(&error, &file));
            // Said once, not with every attempt.
            health.send_if_modified(|health| {
                *health != failing && {
                    *health = failing;
                    true
                }
            });
            connection = again(connection, &file).await;
            if newest(&mut connection).await.is_ok_and(|newest| Some(newest) == work.entries.last().map(|e| e.number)) {
                break;
            }
        }
        health.send_if_modified(|health| std::mem::replace(health, Health::Good) != Health::Good);
        if let (Some(entry), Some(hash)) = (work.entries.last(), chained.last()) {
            let _ = head.send(Head { number: entry.number, hash: hash.clone() });
        }
        then.into_iter().for_each(|then| then());
    }
    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
    let _ = connection.close().await;
}

/// A fresh connection after a failure: the old one may be stuck inside its transaction, or its commit may have been
/// written after all.
async fn again(failed: SqliteConnection, file: &Path) -> SqliteConnection {
    let _ = failed.close().await;
    loop {
        sleep(RETRY).await;
        if let Ok(connection) = open::connect(file, false).await {
            return connection;
        }
    }
}

/// The number of the newest entry on disk; 0 where there is none.
async fn newest(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let number: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM entries").fetch_one(connection).await?;
    Ok(u64::try_from(number).unwrap_or(0))
}

/// What goes into one commit.
#[derive(Default)]
struct Work {
    entries: Vec<Entry>,
    records: Vec<(ChargerId, Vec<u8>)>,
    then: Vec<Then>,
    /// Until it is committed it counts as waiting.
    held: Vec<OwnedSemaphorePermit>,
    batches: usize,
}

impl Work {
    fn add(&mut self, batch: Batch) {
        self.batches += 1;
        self.entries.extend(batch.entries);
        if let Some((charger, json)) = batch.record {
            self.records.retain(|(other, _)| *other != charger);
            self.records.push((charger, json));
        }
        self.then.extend(batch.then);
        self.held.push(batch.held);
    }
}

async fn gather(first: Batch, batches: &mut mpsc::Receiver<Batch>, load: bool) -> Work {
    let mut work = Work::default();
    work.add(first);
    let deadline = Instant::now() + GATHER;
    while work.entries.len() < MOST {
        match batches.try_recv() {
            Ok(batch) => work.add(batch),
            Err(_) if load => match timeout_at(deadline, batches.recv()).await {
                Ok(Some(batch)) => work.add(batch),
                Ok(None) | Err(_) => break,
            },
            Err(_) => break,
        }
    }
    work
}

fn chain(entries: &[Entry], head: &Head) -> Vec<Vec<u8>> {
    let mut previous = head.hash.clone();
    let mut hashes = Vec::with_capacity(entries.len());
    for entry in entries {
        let direction = direction_code(entry.direction);
        previous = link(&previous, entry.number, entry.at.as_microsecond(), direction, &entry.charger, &entry.bytes);
        hashes.push(previous.clone());
    }
    hashes
}

async fn commit(
    connection: &mut SqliteConnection,
    entries: &[Entry],
    records: &[(ChargerId, Vec<u8>)],
    hashes: &[Vec<u8>],
) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        // One statement is a transaction of its own.
        return insert(connection, entries, hashes).await;
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    insert(&mut transaction, entries, hashes).await?;
    for (charger, json) in records {
        let upsert = "INSERT INTO records (charger, as_of, json) VALUES ($1, $2, $3)
                      ON CONFLICT (charger) DO UPDATE SET as_of = excluded.as_of, json = excluded.json";
        let last = entries.iter().rev().find(|e| e.charger == *charger).map_or(0, |e| e.number);
        sqlx::query(upsert).bind(&**charger).bind(as_i64(last)).bind(&json[..]).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

async fn insert(connection: &mut SqliteConnection, entries: &[Entry], hashes: &[Vec<u8>]) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut query: QueryBuilder<Sqlite> =
        QueryBuilder::new("INSERT INTO entries (number, at_us, charger, direction, bytes, hash) ");
    query.push_values(entries.iter().zip(hashes), |mut row, (entry, hash)| {
        row.push_bind(as_i64(entry.number))
            .push_bind(entry.at.as_microsecond())
            .push_bind(&*entry.charger)
            .push_bind(direction_code(entry.direction))
            .push_bind(&entry.bytes[..])
            .push_bind(&hash[..]);
    });
    query.build().execute(connection).await.map(drop)
}

async fn set(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), sqlx::Error> {
    let upsert =
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(upsert).bind(name).bind(value).execute(connection).await.map(drop)
}

fn as_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn explain(error: &sqlx::Error, file: &Path) -> String {
    let full = matches!(error, sqlx::Error::Database(e) if e.code().is_some_and(|c| c.parse::<i32>().unwrap_or(0) & 0xff == 13));
    if full {
        format!(
            "The disk that holds {} is full. Chargers are not answered until there is room, so that nothing is lost. \
             Free some space; Chargehand goes on by itself.",
            file.display()
        )
    } else {
        format!(
            "Nothing can be written to {} ({error}). Chargers are not answered until it can, so that nothing is lost.",
            file.display()
        )
    }
}
