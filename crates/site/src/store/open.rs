//! Opening: one program at a time, damage noticed and moved aside, what can be read saved.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chargehand_commissioning::journal::Journal;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::watch;

use super::write::{self, Head};
use super::{Health, Store, StoreError};

const FILE: &str = "chargehand.sqlite";

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
    let lock = lock(folder)?;
    let file = folder.join(FILE);
    let salvage = if is_damaged(&file).await { Some(salvage(&file).await?) } else { None };
    let database = |source| StoreError::Database { file: file.clone(), source };
    let mut writer = connect(&file, false).await.map_err(database)?;
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

fn lock(folder: &Path) -> Result<File, StoreError> {
    let unwritable = |source| StoreError::Folder { folder: folder.to_path_buf(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    let file =
        File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse { folder: folder.to_path_buf() }),
        Err(fs::TryLockError::Error(source)) => Err(unwritable(source)),
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

async fn connect(file: &Path, read_only: bool) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnection::connect_with(&options(file).create_if_missing(!read_only).read_only(read_only)).await
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
        Some(row) => Head { number: u64::try_from(row.get::<i64, _>(0)).unwrap_or(0), hash: row.get(1) },
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
        let answer: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await?;
        // One read of the newest rows: quick_check does not look at what they hold.
        let _ = sqlx::query("SELECT number, bytes FROM entries ORDER BY number DESC LIMIT 100")
            .fetch_all(&mut connection)
            .await;
        connection.close().await?;
        Ok::<bool, sqlx::Error>(answer != "ok")
    };
    match check.await {
        Ok(damaged) => damaged,
        Err(sqlx::Error::Database(error)) => {
            // SQLITE_CORRUPT and SQLITE_NOTADB; extended codes carry the primary one in their low byte.
            let code = error.code().and_then(|c| i32::from_str(&c).ok()).unwrap_or(0) & 0xff;
            matches!(code, 11 | 26)
        }
        Err(_) => false,
    }
}

async fn salvage(file: &Path) -> Result<Salvage, StoreError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let moved_to = folder.join(format!("chargehand-damaged-{stamp}.sqlite"));
    let unwritable = |source| StoreError::Folder { folder: folder.to_path_buf(), source };
    fs::rename(file, &moved_to).map_err(unwritable)?;
    for suffix in ["-wal", "-shm"] {
        let beside = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        if beside(file).exists() {
            fs::rename(beside(file), beside(&moved_to)).map_err(unwritable)?;
        }
    }
    let saved = copy_readable(&moved_to, file)
        .await
        .map_err(|source| StoreError::Database { file: file.to_path_buf(), source })?;
    Ok(Salvage { moved_to, saved })
}

/// Copies entry after entry, and the settings, as far as they can be read, into a new file.
async fn copy_readable(from: &Path, to: &Path) -> Result<u64, sqlx::Error> {
    let mut new = connect(to, false).await?;
    sqlx::migrate!().run(&mut new).await.map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
    let Ok(mut old) = connect(from, true).await else { return Ok(0) };
    let mut saved = 0;
    let mut writing = new.begin().await?;
    let mut next = 0_i64;
    // One row at a time: a page that cannot be read ends the copy, not the program.
    let one =
        "SELECT number, at_us, charger, direction, bytes, hash FROM entries WHERE number > $1 ORDER BY number LIMIT 1";
    while let Ok(Some(row)) = sqlx::query(one).bind(next).fetch_optional(&mut old).await {
        next = row.get(0);
        sqlx::query(
            "INSERT INTO entries (number, at_us, charger, direction, bytes, hash) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(next)
        .bind(row.get::<i64, _>(1))
        .bind(row.get::<String, _>(2))
        .bind(row.get::<i64, _>(3))
        .bind(row.get::<Vec<u8>, _>(4))
        .bind(row.get::<Vec<u8>, _>(5))
        .execute(&mut *writing)
        .await?;
        saved += 1;
    }
    if let Ok(rows) = sqlx::query("SELECT name, value FROM settings").fetch_all(&mut old).await {
        for row in rows {
            let insert = sqlx::query("INSERT OR REPLACE INTO settings (name, value) VALUES ($1, $2)");
            insert.bind(row.get::<String, _>(0)).bind(row.get::<String, _>(1)).execute(&mut *writing).await?;
        }
    }
    writing.commit().await?;
    new.close().await?;
    Ok(saved)
}
