//! Carries the charger's log to where the endpoint wants it: HTTP PUT, as plain as a charger does it.

use crate::Upload;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::Uri;

/// How long an upload may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The uploads under way and how they end: the request's number, and whether it was done.
pub(super) struct Uploads {
    is_played: bool,
    ends: mpsc::UnboundedSender<(i64, bool)>,
    ended: mpsc::UnboundedReceiver<(i64, bool)>,
}

impl Uploads {
    /// Over the network; or played, each ending well at once.
    pub(super) fn new(is_played: bool) -> Self {
        let (ends, ended) = mpsc::unbounded_channel();
        Uploads { is_played, ends, ended }
    }

    /// Begins these.
    pub(super) fn begin(&self, uploads: Vec<Upload>) {
        for upload in uploads {
            let (ends, is_played) = (self.ends.clone(), self.is_played);
            tokio::spawn(async move {
                let is_done = is_played || matches!(timeout(PATIENCE, put(&upload)).await, Ok(Ok(true)));
                // a charger that is gone has nobody to tell
                let _ = ends.send((upload.request_id, is_done));
            });
        }
    }

    /// Waits for the next end.
    pub(super) async fn ended(&mut self) -> (i64, bool) {
        match self.ended.recv().await {
            Some(end) => end,
            None => std::future::pending().await,
        }
    }
}

/// Whether the server took it. Other schemes than http are beyond this charger.
async fn put(upload: &Upload) -> io::Result<bool> {
    let location: Uri = upload.location.parse().map_err(io::Error::other)?;
    let (Some("http"), Some(authority)) = (location.scheme_str(), location.authority()) else { return Ok(false) };
    let (user, host) =
        authority.as_str().rsplit_once('@').map_or((None, authority.as_str()), |(user, host)| (Some(user), host));
    let mut path = location.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if path.ends_with('/') {
        path += &upload.file_name;
    }
    let authorization =
        user.map(|user| format!("Authorization: Basic {}\r\n", STANDARD.encode(user))).unwrap_or_default();
    let name = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((name, authority.port_u16().unwrap_or(80))).await?;
    let mut stream = BufReader::new(stream);
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {host}\r\n{authorization}Content-Type: application/octet-stream\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        upload.text.len(),
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(upload.text.as_bytes()).await?;
    stream.flush().await?;
    let mut status = String::new();
    stream.read_line(&mut status).await?;
    Ok(status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')))
}
