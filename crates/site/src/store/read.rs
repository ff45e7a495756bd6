//! Reading what is stored.

use std::path::Path;

use bytes::Bytes;
use chargehand_commissioning::journal::{Direction, Entry};
use chargehand_commissioning::record::{FORMAT, Record};
use chargehand_commissioning::replay::Replay;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow};
use sqlx::{Row, SqlitePool};

use super::write::link;
use super::{Store, StoreError};

/// How many entries are read at once.
const PAGE: i64 = 1000;
/// How far before a kept record the replay begins: a call may have been waiting for its answer.
const BEFORE: i64 = 200;

const COLUMNS: &str = "SELECT number, at_us, charger, direction, bytes FROM entries ";

impl Store {
    fn failed(&self, source: sqlx::Error) -> StoreError {
        StoreError::Database { file: self.file.clone(), source }
    }

    /// A setting; `None` where it was never set or has another form.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let query = sqlx::query_scalar::<_, String>("SELECT value FROM settings WHERE name = $1").bind(name);
        let value = query.fetch_optional(&self.reads).await.ok().flatten()?;
        serde_json::from_str(&value).ok()
    }

    /// The records of all chargers, each built from what is on disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn records(&self) -> Result<Vec<Record>, StoreError> {
        let kept = "SELECT charger FROM records ORDER BY charger";
        // A file that was saved from damage has none.
        let whole = "SELECT DISTINCT charger FROM entries WHERE charger <> '' ORDER BY charger";
        let mut ids: Vec<String> = Vec::new();
        for sql in [kept, whole] {
            if ids.is_empty() {
                ids = sqlx::query_scalar(sql).fetch_all(&self.reads).await.map_err(|e| self.failed(e))?;
            }
        }
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            records.push(self.record(&id).await?);
        }
        Ok(records)
    }

    /// The record of one charger, built from what is on disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn record(&self, id: &str) -> Result<Record, StoreError> {
        let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT json FROM records WHERE charger = $1")
            .bind(id)
            .fetch_optional(&self.reads)
            .await
            .map_err(|e| self.failed(e))?;
        let kept: Option<Record> =
            kept.and_then(|json| serde_json::from_slice(&json).ok()).filter(|r: &Record| r.format == FORMAT);
        // A record is kept with every connection and its end: what was not connected then has said nothing since.
        let quiet = kept.as_ref().is_some_and(|record| record.connected.is_none());
        let record = kept.unwrap_or_else(|| Record::new(id));
        if quiet {
            return Ok(record);
        }
        let mut after = i64::try_from(record.as_of).unwrap_or(0) - BEFORE;
        let mut replay = Replay::new(record);
        loop {
            let page = self.page(id, after).await?;
            let Some(last) = page.last() else { return Ok(replay.finish()) };
            after = i64::try_from(last.number).unwrap_or(i64::MAX);
            page.iter().for_each(|entry| replay.apply(entry));
        }
    }

    async fn page(&self, id: &str, after: i64) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("{COLUMNS}WHERE charger = $1 AND number > $2 ORDER BY number LIMIT $3");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(after).bind(PAGE).fetch_all(&self.reads).await;
        // One damaged entry must not keep the program from starting.
        Ok(rows.map_err(|e| self.failed(e))?.iter().filter_map(|row| entry(row).ok()).collect())
    }

    /// Entries of a charger by number, ascending; numbers of others are left out.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn entries(&self, id: &str, numbers: &[u64]) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("{COLUMNS}WHERE number = $1 AND charger = $2");
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            let row =
                sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(number).bind(id).fetch_optional(&self.reads).await;
            let row = row.map_err(|e| self.failed(e))?;
            found.extend(row.as_ref().map(entry).transpose().map_err(|e| self.failed(e))?);
        }
        found.sort_by_key(|e| e.number);
        Ok(found)
    }

    /// The last `most` entries of a charger before a number (or the newest), ascending.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn entries_before(&self, id: &str, before: Option<u64>, most: u32) -> Result<Vec<Entry>, StoreError> {
        let sql = format!("{COLUMNS}WHERE charger = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
        let before = before.and_then(|n| i64::try_from(n).ok()).unwrap_or(i64::MAX);
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(before)
            .bind(i64::from(most))
            .fetch_all(&self.reads)
            .await;
        let rows = rows.map_err(|e| self.failed(e))?;
        rows.iter().rev().map(|row| entry(row).map_err(|e| self.failed(e))).collect()
    }
}

/// An entry of the table. On a damaged page anything may stand in a column.
pub(super) fn entry(row: &SqliteRow) -> Result<Entry, sqlx::Error> {
    Ok(Entry {
        number: u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0),
        at: Timestamp::from_microsecond(row.try_get(1)?).unwrap_or_default(),
        charger: row.try_get::<String, _>(2)?.into(),
        direction: match row.try_get::<i64, _>(3)? {
            0 => Direction::In,
            1 => Direction::Out,
            _ => Direction::Event,
        },
        bytes: Bytes::from(row.try_get::<Vec<u8>, _>(4)?),
    })
}

/// Reads stored entries page by page, also while another program writes. `charger`: only that one's. `see` says whether
/// it wants to see more.
///
/// # Errors
/// There is no store in the folder, or it cannot be read.
pub async fn each_entry(
    folder: &Path,
    charger: Option<&str>,
    mut see: impl FnMut(&Entry) -> bool,
) -> Result<(), StoreError> {
    let (pool, file) = read_only(folder).await?;
    let failed = |source| StoreError::Database { file: file.clone(), source };
    let sql = format!("{COLUMNS}WHERE number > $1 AND ($2 IS NULL OR charger = $2) ORDER BY number LIMIT $3");
    let (mut after, mut unreadable) = (0_i64, 0);
    loop {
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(after).bind(charger).bind(PAGE).fetch_all(&pool).await;
        let rows = rows.map_err(failed)?;
        let Some(last) = rows.last() else { break };
        after = last.try_get(0).map_err(failed)?;
        for row in &rows {
            match entry(row) {
                Ok(entry) if !see(&entry) => return Ok(()),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
    }
    if unreadable > 0 {
        return Err(StoreError::Unreadable { file, count: unreadable });
    }
    Ok(())
}

async fn read_only(folder: &Path) -> Result<(SqlitePool, std::path::PathBuf), StoreError> {
    let file = folder.join("chargehand.sqlite");
    if !file.exists() {
        return Err(StoreError::Missing { folder: folder.to_path_buf() });
    }
    let options = SqliteConnectOptions::new().filename(&file).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    Ok((pool.map_err(|source| StoreError::Database { file: file.clone(), source })?, file))
}

/// Checks the chain over the whole store: the number of the first entry that does not fit, or `None`.
///
/// # Errors
/// The file cannot be read.
pub async fn verify_chain(folder: &Path) -> Result<Option<u64>, StoreError> {
    let (pool, file) = read_only(folder).await?;
    let failed = |source| StoreError::Database { file: file.clone(), source };
    let sql =
        "SELECT number, at_us, charger, direction, bytes, hash FROM entries WHERE number > $1 ORDER BY number LIMIT $2";
    let (mut after, mut previous) = (0_i64, Vec::new());
    loop {
        let rows = sqlx::query(sql).bind(after).bind(PAGE).fetch_all(&pool).await.map_err(failed)?;
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.try_get(0).map_err(failed)?;
        for row in &rows {
            if let Some(number) = breaks_chain(row, &mut previous).map_err(failed)? {
                return Ok(Some(number));
            }
        }
    }
}

/// The number of the entry, if it does not fit to the hash before it.
fn breaks_chain(row: &SqliteRow, previous: &mut Vec<u8>) -> Result<Option<u64>, sqlx::Error> {
    let number = u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0);
    let (charger, bytes): (String, Vec<u8>) = (row.try_get(2)?, row.try_get(4)?);
    *previous = link(previous, number, row.try_get(1)?, row.try_get(3)?, &charger, &bytes);
    Ok((*previous != row.try_get::<Vec<u8>, _>(5)?).then_some(number))
}
