//! What a simulated device says first over a WebSocket, without being asked. What is said to it is heard and not answered.

use super::tcp::Line;
use chargehand_catalogue::WebSocket;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// The longest frame that is heard, in bytes.
const LONGEST_FRAME: usize = 64 * 1024;

/// Takes up the WebSocket, says its frames, and stays until it is closed.
pub(super) async fn say(mut line: impl Line, socket: &WebSocket, key: &str) {
    let accepted = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accepted}\r\n\r\n"
    );
    if line.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let bounds = WebSocketConfig::default().max_frame_size(Some(LONGEST_FRAME)).max_message_size(Some(LONGEST_FRAME));
    let mut stream = WebSocketStream::from_raw_socket(line, Role::Server, Some(bounds)).await;
    for frame in &socket.frames {
        if stream.send(Message::text(frame.as_str())).await.is_err() {
            return;
        }
    }
    while let Some(Ok(_)) = stream.next().await {}
}
