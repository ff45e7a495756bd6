//! The log of everything that is sent, for the owner of the network: a line of JSON before each, and one for what came of
//! it. What cannot be written down is not sent.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::limits::LOG;
use super::network::Network;

/// How much of the end of the log is read, in bytes: more than is written in the time that matters.
const TAIL: u64 = 256 * 1024;

/// Where probes are written down. Cheap to clone; without a file nothing is written.
#[derive(Clone, Default)]
pub struct Log {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    path: PathBuf,
    open: Mutex<Option<Open>>,
    is_broken: AtomicBool,
}

struct Open {
    file: File,
    length: u64,
}

/// The log cannot be written: nothing is sent then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The log {path} cannot be written: {why}. What is sent into a network is written down first, so nothing more is sent. \
     Make room on the disk, or let the log be written elsewhere."
)]
pub struct NotWritten {
    path: String,
    why: String,
}

impl Log {
    /// Writes to this file, which is made when the first scan begins.
    pub fn to(path: &Path) -> Self {
        let inner = Inner { path: path.to_owned(), open: Mutex::default(), is_broken: AtomicBool::new(false) };
        Self { inner: Some(Arc::new(inner)) }
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.inner.as_deref().map(|inner| inner.path.as_path())
    }

    /// Opens the file, so that a scan begins only where it can be written down.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn open(&self) -> Result<(), NotWritten> {
        let Some(inner) = &self.inner else { return Ok(()) };
        let opened = inner.write("");
        inner.is_broken.store(opened.is_err(), Ordering::Relaxed);
        opened.map_err(|error| inner.not_written(&error.to_string()))
    }

    /// Whether all was written since it was opened.
    ///
    /// # Errors
    /// Something could not be written, and so was not sent.
    pub(super) fn is_whole(&self) -> Result<(), NotWritten> {
        match &self.inner {
            Some(inner) if inner.is_broken.load(Ordering::Relaxed) => Err(inner.not_written("the disk took no more")),
            _ => Ok(()),
        }
    }

    /// Writes down what is to be sent, to a host or to all. Where this is false it must not be sent.
    #[must_use]
    pub(super) fn sends(&self, to: Ipv4Addr, port: u16, what: &str) -> bool {
        self.line(&json!({ "at": Timestamp::now(), "host": to, "port": port, "what": what }))
    }

    /// Writes down what came of it.
    pub(super) fn came(&self, to: Ipv4Addr, port: u16, what: &str, result: &str) {
        let result: String = result.chars().take(200).collect();
        self.line(&json!({ "at": Timestamp::now(), "host": to, "port": port, "what": what, "result": result }));
    }

    /// Writes down that a network has been looked through.
    pub(super) fn has_looked_through(&self, network: &Network) {
        let (range, router) = (network.cidr(), network.key());
        self.line(&json!({ "at": Timestamp::now(), "looked_through": range, "router": router }));
    }

    /// How long ago a network was looked through; nothing where the end of the log does not say so. Other programs may
    /// write the same log, and an earlier start of this one: it holds for them as well.
    pub(super) fn looked_through_ago(&self, network: &Network) -> Option<Duration> {
        let end = tail(&self.inner.as_ref()?.path).ok()?;
        let looked = end.lines().rev().filter_map(|line| serde_json::from_str::<Looked>(line).ok());
        let last =
            looked.into_iter().find(|it| it.looked_through == network.cidr() && network.may_be_behind(&it.router))?;
        Timestamp::now().duration_since(last.at).try_into().ok()
    }

    fn line(&self, line: &serde_json::Value) -> bool {
        let Some(inner) = &self.inner else { return true };
        let written = inner.write(&format!("{line}\n")).is_ok();
        inner.is_broken.fetch_or(!written, Ordering::Relaxed);
        written
    }
}

/// A line that says that a network was looked through.
#[derive(Deserialize)]
struct Looked {
    at: Timestamp,
    looked_through: String,
    router: String,
}

/// The end of a file; nothing of what is none.
fn tail(path: &Path) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(String::new());
    }
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Inner {
    fn not_written(&self, why: &str) -> NotWritten {
        NotWritten { path: self.path.display().to_string(), why: why.to_owned() }
    }

    /// Each line goes to the system at once: what was sent stands there also when the program is ended.
    fn write(&self, line: &str) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = match open.take() {
            Some(at) if at.length < LOG => at,
            _ => {
                let length = std::fs::metadata(&self.path).map(|it| it.len()).unwrap_or(0);
                if length >= LOG {
                    std::fs::rename(&self.path, self.path.with_extension("old.log"))?;
                }
                let file = File::options().create(true).append(true).open(&self.path)?;
                Open { length: file.metadata()?.len(), file }
            }
        };
        let at = open.insert(at);
        at.file.write_all(line.as_bytes())?;
        at.length += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 20);

    #[test]
    fn what_is_sent_is_written_down_first_and_the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("discovery.log");
        let log = Log::to(&path);
        assert!(log.sends(TO, 80, "GET /status"));
        let text = || std::fs::read_to_string(&path).expect("a file");
        let sent: serde_json::Value = serde_json::from_str(&text()).expect("JSON");
        assert_eq!((&sent["host"], &sent["port"], sent.get("result")), (&json!("192.168.1.20"), &json!(80), None));
        log.came(TO, 80, "GET /status", "200");
        let came: serde_json::Value = serde_json::from_str(text().lines().last().expect("two")).expect("JSON");
        assert_eq!(came["result"], json!("200"));
        for _ in 0..40_000 {
            log.came(TO, 80, "GET /status", &"x".repeat(1000));
        }
        let sizes: Vec<u64> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .map(|it| it.expect("one").metadata().expect("one").len())
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|size| *size <= LOG + 2000), "{sizes:?}");
    }

    #[test]
    fn nothing_is_sent_that_cannot_be_written_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Log::to(&folder.path().join("no such folder").join("discovery.log"));
        let refused = log.open().expect_err("there is no folder").to_string();
        assert!(refused.contains("cannot be written") && refused.contains("elsewhere"), "{refused}");
        assert!(!log.sends(TO, 80, "GET /status"));
        assert!(log.is_whole().is_err());
        assert!(Log::default().open().is_ok() && Log::default().sends(TO, 80, "GET /status"));
    }
}
