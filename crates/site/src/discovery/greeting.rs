//! The first frame that a device says over a WebSocket. Nothing is said to it.

use std::io;

use chargehand_catalogue::{Seen, WebSocket};
use futures_util::StreamExt;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::dial::Dial;
use super::limits::{BODY, GET};
use super::mask;
use super::network::Target;

/// Waits for the first frame.
///
/// # Errors
/// No WebSocket there, no text said, or it took too long.
pub(super) async fn hear(dial: &Dial, to: Target, hello: &WebSocket) -> io::Result<Seen> {
    timeout(GET, first(dial, to, hello)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn first(dial: &Dial, to: Target, hello: &WebSocket) -> io::Result<Seen> {
    let line = dial.connect(to, hello.port).await?;
    let bounds = WebSocketConfig::default().max_frame_size(Some(BODY)).max_message_size(Some(BODY));
    let url = format!("ws://{}:{}{}", to.address(), hello.port, hello.path);
    let failed = |error: Error| match error {
        Error::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    };
    let (mut stream, _) = client_async_with_config(url, line, Some(bounds)).await.map_err(failed)?;
    while let Some(message) = stream.next().await {
        if let Message::Text(text) = message.map_err(failed)? {
            let body = mask::json(text.as_bytes());
            return Ok(Seen::Hello { port: hello.port, path: hello.path.clone(), body });
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
