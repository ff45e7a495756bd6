//! The store: one SQLite file that holds every frame, event and decision, append-only and chained by SHA-256.

mod open;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chargehand_commissioning::journal::Journal;
use sqlx::SqlitePool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use open::Salvage;
pub use read::{each_entry, verify_chain};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made or written.
    #[error("The data folder {} cannot be written ({source}). Choose another with --data, or give write permission.", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is none.
    #[error("The folder {} holds no Chargehand database. Name the folder that was given to --data before.", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// Another Chargehand has it open.
    #[error("Another Chargehand is using the data folder {}. Close it first, or choose another folder with --data.", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// SQLite says no.
    #[error("The database {} cannot be used ({source}). Check that the disk has room and the file can be written.", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// Some of it is damaged.
    #[error("{count} entries of the database {} cannot be read: it is damaged. The others are complete.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// How many.
        count: u64,
    },
    /// The file comes from a newer program.
    #[error("The database {} was written by a newer Chargehand. Install that version, or choose another folder with --data.", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
    },
}

/// How the disk is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Everything that came is on disk.
    Good,
    /// Nothing can be written: what happened and what to do. Chargers wait; nothing is shown as done meanwhile.
    Failing(String),
}

/// The open store. Reads go through it; writes through its [`Journal`].
pub struct Store {
    file: PathBuf,
    reads: SqlitePool,
    journal: Journal,
    health: watch::Receiver<Health>,
    settings: write::Settings,
    head: watch::Receiver<write::Head>,
    writer: JoinHandle<()>,
    salvage: Option<Salvage>,
    /// Held while we live: one program at a time.
    _lock: std::fs::File,
}

impl Store {
    /// Opens the store in a folder, which is made if it is missing. A damaged file is moved aside, never deleted, and
    /// what can be read of it is saved into a new one.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        open::open(folder).await
    }

    /// The way to the disk.
    pub fn journal(&self) -> Journal {
        self.journal.clone()
    }

    /// How the disk is doing, now and from now on.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What was saved, where the file had been damaged.
    pub fn salvage(&self) -> Option<&Salvage> {
        self.salvage.as_ref()
    }

    /// The head of the chain, hex: the number of the newest entry and the hash over everything up to it.
    pub fn chain_head(&self) -> String {
        let head = self.head.borrow();
        format!("{}:{}", head.number, hex(&head.hash))
    }

    /// Keeps a setting; returns once it is on disk.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn set(&self, name: &'static str, value: &impl serde::Serialize) -> Result<(), StoreError> {
        let value = serde_json::to_string(value).unwrap_or_default();
        self.settings.set(name, value).await.map_err(|source| StoreError::Database { file: self.file.clone(), source })
    }

    /// Ends the writing: everything queued so far is committed first.
    pub async fn close(self) {
        let Self { journal, writer, reads, settings, .. } = self;
        drop((journal, settings));
        let _ = writer.await;
        reads.close().await;
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A charger's id as the store keeps it.
pub(crate) type ChargerId = Arc<str>;
