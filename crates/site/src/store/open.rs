//! Opening: one program at a time, damage noticed and moved aside, what can be read saved.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chargehand_commissioning::journal::Journal;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::write::{self, Head};
use super::{Health, Store, StoreError};

const FILE: &str = "chargehand.sqlite";
/// How long a predecessor that was killed may take to be gone.
const GOING: Duration = Duration::from_secs(2);
/// So many numbers in a row that cannot be read end the saving: a megabyte of damage is about 5000 entries.
const UNREADABLE: i64 = 20_000;

/// What happened to a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged file lies now.
    pub moved_to: PathBuf,
    /// How many frames and events could be read and are in the new file.
    pub saved: u64,
}

impl Salvage {
    /// As a sentence.
    pub fn sentence(&self) -> String {
        format!(
            "The database was damaged. It was moved to {} and {} frames and events were saved from it. Keep that file \
             until you have checked what is missing.",
            self.moved_to.display(),
            self.saved
        )
    }
}

pub(super) async fn open(folder: &Path) -> Result<Store, StoreError> {
    let lock = lock(folder).await?;
    let file = folder.join(FILE);
    let salvage = if is_damaged(&file).await { Some(salvage(&file).await?) } else { None };
    let database = |source| StoreError::Database { file: file.clone(), source };
    let mut writer = connect(&file, true).await.map_err(database)?;
    migrate(&mut writer, &file).await?;
    let head = head(&mut writer).await.map_err(database)?;
    let reads = SqlitePoolOptions::new()
        .max_connections(2)
        .connect_with(options(&file).read_only(true))
        .await
        .map_err(database)?;
    let (journal, batches) = Journal::new(head.number + 1);
    let (health_in, health) = watch::channel(Health::Good);
    let (head_in, head) = watch::channel(head);
    let (settings, orders) = write::Settings::new();
    let writer = tokio::spawn(write::run(writer, batches, orders, health_in, head_in, file.clone()));
    Ok(Store { file, reads, journal, health, settings, head, writer, salvage, _lock: lock })
}

/// A predecessor that was just killed may still be going; one that lives on holds the folder.
async fn lock(folder: &Path) -> Result<File, StoreError> {
    let unwritable = |source| StoreError::Folder { folder: folder.to_path_buf(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    let file =
        File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(unwritable)?;
    let end = Instant::now() + GOING;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < end => sleep(GOING / 20).await,
            Err(fs::TryLockError::WouldBlock) => return Err(StoreError::InUse { folder: folder.to_path_buf() }),
            Err(fs::TryLockError::Error(source)) => return Err(unwritable(source)),
        }
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit survives the power going off; NORMAL could lose the last ones.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}

pub(super) async fn connect(file: &Path, create: bool) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnection::connect_with(&options(file).create_if_missing(create)).await
}

async fn migrate(writer: &mut SqliteConnection, file: &Path) -> Result<(), StoreError> {
    match sqlx::migrate!().run(writer).await {
        Ok(()) => Ok(()),
        Err(sqlx::migrate::MigrateError::VersionMissing(_)) => Err(StoreError::Newer { file: file.to_path_buf() }),
        Err(other) => {
            Err(StoreError::Database { file: file.to_path_buf(), source: sqlx::Error::Migrate(Box::new(other)) })
        }
    }
}

async fn head(writer: &mut SqliteConnection) -> Result<Head, sqlx::Error> {
    let row =
        sqlx::query("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetch_optional(writer).await?;
    Ok(match row {
        Some(row) => Head { number: u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0), hash: row.try_get(1)? },
        None => Head { number: 0, hash: Vec::new() },
    })
}

/// Only what SQLite itself calls damage; a full or read-only disk is not.
async fn is_damaged(file: &Path) -> bool {
    if !file.exists() {
        return false;
    }
    let check = async {
        let mut connection = connect(file, false).await?;
        let answer = sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)").fetch_one(&mut connection).await;
        // One read of the newest rows: quick_check does not look at what they hold.
        let _ = sqlx::query("SELECT number, bytes FROM entries ORDER BY number DESC LIMIT 100")
            .fetch_all(&mut connection)
            .await;
        // A file that is open cannot be moved aside on Windows.
        let _ = connection.close().await;
        Ok::<bool, sqlx::Error>(answer? != "ok")
    };
    match check.await {
        Ok(damaged) => damaged,
        Err(error) => matches!(code(&error), CORRUPT | NOT_A_DATABASE),
    }
}

/// SQLITE_ERROR: here, that there is no such table.
const PLAIN_ERROR: i32 = 1;
/// SQLITE_CORRUPT.
const CORRUPT: i32 = 11;
/// SQLITE_NOTADB.
const NOT_A_DATABASE: i32 = 26;

/// SQLite's primary code, which extended ones carry in their low byte; 0 where it is none of SQLite's errors.
fn code(error: &sqlx::Error) -> i32 {
    let code = error.as_database_error().and_then(|e| i32::from_str(&e.code()?).ok());
    code.unwrap_or(0) & 0xff
}

async fn salvage(file: &Path) -> Result<Salvage, StoreError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let moved_to = folder.join(format!("chargehand-damaged-{stamp}.sqlite"));
    let unwritable = |source| StoreError::Folder { folder: folder.to_path_buf(), source };
    fs::rename(file, &moved_to).map_err(unwritable)?;
    for suffix in ["-wal", "-shm"] {
        let beside = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        match fs::rename(beside(file), beside(&moved_to)) {
            // SQLite takes them away itself when the last connection closes, which may be at this moment.
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(error)),
            _ => {}
        }
    }
    let saved = copy_readable(&moved_to, file)
        .await
        .map_err(|source| StoreError::Database { file: file.to_path_buf(), source })?;
    Ok(Salvage { moved_to, saved })
}

/// Copies entry after entry, and the settings, as far as they can be read, into a new file.
async fn copy_readable(from: &Path, to: &Path) -> Result<u64, sqlx::Error> {
    let mut new = connect(to, true).await?;
    sqlx::migrate!().run(&mut new).await.map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
    let lenient = SqliteConnectOptions::new().filename(from).read_only(true);
    // Without this SQLite refuses every page of a file that was cut off; no pragma may touch the file before it.
    let lenient = lenient.pragma("writable_schema", "ON").pragma("cell_size_check", "ON").disable_statement_logging();
    let Ok(mut old) = SqliteConnection::connect_with(&lenient).await else { return Ok(0) };
    let mut writing = new.begin().await?;
    let (mut saved, mut next, mut unreadable) = (0, 0_i64, 0);
    // One row at a time: what stands on a page that cannot be read is passed over, what comes after it is saved.
    let one =
        "SELECT number, at_us, charger, direction, bytes, hash FROM entries WHERE number > $1 ORDER BY number LIMIT 1";
    while unreadable < UNREADABLE {
        let row = match sqlx::query(one).bind(next).fetch_optional(&mut old).await {
            Ok(None) => break,
            Ok(row) => row,
            Err(error) if matches!(code(&error), PLAIN_ERROR | NOT_A_DATABASE) => break,
            Err(_) => None,
        };
        match row {
            // Numbers have no gaps: one from far away is damage, too.
            Some(row) if row.try_get(0).is_ok_and(|number: i64| (1..=UNREADABLE).contains(&(number - next))) => {
                next = row.try_get(0)?;
                saved += u64::from(copy(&row, &mut writing).await.is_ok());
                unreadable = 0;
            }
            _ => {
                next = next.saturating_add(1);
                unreadable += 1;
            }
        }
    }
    if let Ok(rows) = sqlx::query("SELECT name, value FROM settings").fetch_all(&mut old).await {
        for row in rows {
            let insert = sqlx::query("INSERT OR REPLACE INTO settings (name, value) VALUES ($1, $2)");
            let (Ok(name), Ok(value)) = (row.try_get::<String, _>(0), row.try_get::<String, _>(1)) else { continue };
            insert.bind(name).bind(value).execute(&mut *writing).await?;
        }
    }
    // The records are not copied: they are built again from what was saved.
    let known =
        "INSERT INTO records (charger, as_of, json) SELECT DISTINCT charger, 0, x'' FROM entries WHERE charger <> ''";
    sqlx::query(known).execute(&mut *writing).await?;
    writing.commit().await?;
    let _ = old.close().await;
    new.close().await?;
    Ok(saved)
}

async fn copy(row: &SqliteRow, writing: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO entries (number, at_us, charger, direction, bytes, hash) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(row.try_get::<i64, _>(0)?)
        .bind(row.try_get::<i64, _>(1)?)
        .bind(row.try_get::<String, _>(2)?)
        .bind(row.try_get::<i64, _>(3)?)
        .bind(row.try_get::<Vec<u8>, _>(4)?)
        .bind(row.try_get::<Vec<u8>, _>(5)?)
        .execute(writing)
        .await
        .map(drop)
}
