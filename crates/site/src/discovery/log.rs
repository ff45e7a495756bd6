//! The log of everything that was sent, for the owner of the network: one line of JSON for each, in a file beside the data.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::json;

use super::limits::LOG;
use super::network::Target;

/// Where probes are written down. Cheap to clone; without a file nothing is written.
#[derive(Clone, Default)]
pub struct Log {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    path: PathBuf,
    open: Mutex<Option<Open>>,
}

struct Open {
    file: std::io::BufWriter<File>,
    length: u64,
}

impl Log {
    /// Writes to this file, which is made when the first probe is sent.
    pub fn to(path: &Path) -> Self {
        Self { inner: Some(Arc::new(Inner { path: path.to_owned(), open: Mutex::default() })) }
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.inner.as_deref().map(|inner| inner.path.as_path())
    }

    /// Writes down what was sent to a host, and what came of it.
    pub(super) fn probe(&self, to: Target, port: u16, what: &str, result: &str) {
        self.line(&to.address().to_string(), port, what, result);
    }

    /// Writes down what was sent to all.
    pub(super) fn to_all(&self, to: std::net::Ipv4Addr, port: u16, what: &str, result: &str) {
        self.line(&to.to_string(), port, what, result);
    }

    fn line(&self, host: &str, port: u16, what: &str, result: &str) {
        let Some(inner) = &self.inner else { return };
        let result: String = result.chars().take(200).collect();
        let line = json!({ "at": Timestamp::now(), "host": host, "port": port, "what": what, "result": result });
        let mut open = inner.open.lock().unwrap_or_else(PoisonError::into_inner);
        // what cannot be written down is not worth ending a scan for
        let _ = inner.write(&mut open, &line.to_string());
    }

    /// Puts on disk what is waiting.
    pub(super) fn flush(&self) {
        let Some(inner) = &self.inner else { return };
        if let Some(open) = inner.open.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let _ = open.file.flush();
        }
    }
}

impl Inner {
    fn write(&self, open: &mut Option<Open>, line: &str) -> std::io::Result<()> {
        let at = match open.take() {
            Some(at) if at.length < LOG => at,
            _ => {
                let length = std::fs::metadata(&self.path).map(|it| it.len()).unwrap_or(0);
                if length >= LOG {
                    std::fs::rename(&self.path, self.path.with_extension("old.log"))?;
                }
                let file = File::options().create(true).append(true).open(&self.path)?;
                Open { length: file.metadata()?.len(), file: std::io::BufWriter::new(file) }
            }
        };
        let at = open.insert(at);
        writeln!(at.file, "{line}")?;
        at.length += line.len() as u64 + 1;
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(open) = self.open.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let _ = open.file.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_written_down_and_the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("discovery.log");
        let log = Log::to(&path);
        let to = Target::typed("192.168.1.20").expect("private");
        log.probe(to, 80, "GET /status", "200");
        log.flush();
        let line: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
        assert_eq!(
            (&line["host"], &line["port"], &line["result"]),
            (&json!("192.168.1.20"), &json!(80), &json!("200"))
        );
        for _ in 0..40_000 {
            log.probe(to, 80, "GET /status", &"x".repeat(1000));
        }
        log.flush();
        let sizes: Vec<u64> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .map(|it| it.expect("one").metadata().expect("one").len())
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|size| *size <= LOG + 2000), "{sizes:?}");
    }
}
