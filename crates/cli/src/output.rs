//! Standard output: one JSON object a line, in the order given, flushed whenever nothing more is waiting.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;

/// As many bytes may wait for a reader that does not read. Frames that are left out then are still in the store.
const WAITING: usize = 16 * 1024 * 1024;

/// Where lines go. Cheap to clone.
#[derive(Clone)]
pub struct Output {
    lines: mpsc::UnboundedSender<String>,
    waiting: Arc<AtomicUsize>,
    left_out: Arc<AtomicU64>,
}

impl Output {
    /// Begins to write lines to standard output, on a thread of its own: a slow reader holds up nothing else.
    pub fn start() -> (Self, std::thread::JoinHandle<()>) {
        let (sender, mut lines) = mpsc::unbounded_channel::<String>();
        let output = Self { lines: sender, waiting: Arc::default(), left_out: Arc::default() };
        let waiting = Arc::clone(&output.waiting);
        let thread = std::thread::spawn(move || {
            let mut out = BufWriter::new(std::io::stdout().lock());
            while let Some(line) = lines.blocking_recv() {
                let mut next = Some(line);
                while let Some(line) = next {
                    let written = writeln!(out, "{line}");
                    waiting.fetch_sub(line.len(), Ordering::Relaxed);
                    if written.is_err() {
                        return;
                    }
                    next = lines.try_recv().ok();
                }
                if out.flush().is_err() {
                    return;
                }
            }
        });
        (output, thread)
    }

    /// Writes one line. Where too much waits for a reader it is left out, and how many were is told before the next.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub fn line(&self, value: &impl Serialize) -> Result<(), Gone> {
        if self.waiting.load(Ordering::Relaxed) > WAITING {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        self.answer(value)
    }

    /// Writes one line that somebody waits for: it is never left out.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub fn answer(&self, value: &impl Serialize) -> Result<(), Gone> {
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            self.send(json!({"event": "left_out", "lines": left_out}).to_string())?;
        }
        self.send(serde_json::to_string(value).unwrap_or_default())
    }

    fn send(&self, text: String) -> Result<(), Gone> {
        self.waiting.fetch_add(text.len(), Ordering::Relaxed);
        self.lines.send(text).map_err(|_| Gone)
    }
}

/// Nobody reads standard output any more.
#[derive(Debug, Clone, Copy)]
pub struct Gone;
