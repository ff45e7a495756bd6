//! Standard output: one JSON object a line, in the order given, flushed whenever nothing more is waiting.

use std::io::{BufWriter, Write};

use serde::Serialize;
use tokio::sync::mpsc;

/// Where lines go. Cheap to clone.
#[derive(Clone)]
pub struct Output(mpsc::UnboundedSender<String>);

impl Output {
    /// Begins to write lines to standard output, on a thread of its own: a slow reader holds up nothing else.
    pub fn start() -> (Self, std::thread::JoinHandle<()>) {
        let (sender, mut lines) = mpsc::unbounded_channel::<String>();
        let thread = std::thread::spawn(move || {
            let mut out = BufWriter::new(std::io::stdout().lock());
            while let Some(line) = lines.blocking_recv() {
                let mut next = Some(line);
                while let Some(line) = next {
                    if writeln!(out, "{line}").is_err() {
                        return;
                    }
                    next = lines.try_recv().ok();
                }
                if out.flush().is_err() {
                    return;
                }
            }
        });
        (Self(sender), thread)
    }

    /// Writes one line. `Err` where nobody reads any more.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub fn line(&self, value: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(value).unwrap_or_default();
        self.0.send(text).map_err(|_| Gone)
    }
}

/// Nobody reads standard output any more.
#[derive(Debug, Clone, Copy)]
pub struct Gone;
