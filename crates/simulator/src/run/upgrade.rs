//! The request for a WebSocket as the charger writes it, in one place: what is odd about it, too. And what it makes of
//! the answer.

use super::endpoint::{Endpoint, scheme};
use super::line::Line;
use crate::Behaviour;
use crate::connects::{Path, Subprotocol};
use crate::network::Way;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response, generate_request};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// What a simulated charger calls itself in every upgrade request, so that nothing learned from it can pass for real.
const USER_AGENT: &str = concat!("Chargehand-Simulator/", env!("CARGO_PKG_VERSION"));
/// What may stand in a URL's path as it is (RFC 3986 section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest head of an answer that is read, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;
/// How much is read at once, in bytes; longer messages are read in pieces.
const READ_BUFFER: usize = 4 * 1024;
const PROTOCOL: &str = "Sec-WebSocket-Protocol";

/// What a charger asks for.
pub(super) struct Asked {
    request: Request,
    leaves_out_connection: bool,
    minds_subprotocol: bool,
}

impl Endpoint {
    /// What this charger makes of the address that was entered, by this way.
    pub(super) fn address(&self, way: &Way, charger: &Behaviour) -> String {
        let (scheme, entered) = (scheme(way.security_profile), self.entered(way));
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let (id, serial) = (escaped(&self.id), escaped(&charger.serial));
        let path = match charger.connects.path {
            Path::Id => id,
            Path::WholeUrl => format!("{scheme}://{entered}/{id}"),
            Path::IdTwice => format!("{id}/{id}"),
            Path::NoId => String::new(),
            Path::IdAndSerial => format!("{id}/{serial}"),
        };
        format!("{scheme}://{entered}/{path}")
    }

    /// Whether the address was entered with a path.
    pub(super) fn has_path(&self, way: &Way) -> bool {
        self.entered(way).contains('/')
    }

    /// The address as it was entered, without scheme and last slash.
    fn entered<'a>(&'a self, way: &'a Way) -> &'a str {
        let url = way.url.as_deref().unwrap_or(&self.url);
        url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/')
    }

    /// What this charger asks for by this way.
    pub(super) fn asks(&self, way: &Way, charger: &Behaviour) -> Result<Asked, Error> {
        let subprotocol = match &charger.connects.subprotocol {
            Subprotocol::Version => Some(charger.version.subprotocol()),
            Subprotocol::Missing => None,
            Subprotocol::Other(name) => Some(name.as_str()),
        };
        self.asks_for(subprotocol, way, charger)
    }

    /// The same with another subprotocol.
    pub(super) fn asks_for(&self, subprotocol: Option<&str>, way: &Way, charger: &Behaviour) -> Result<Asked, Error> {
        let mut request = self.address(way, charger).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("User-Agent", HeaderValue::from_static(USER_AGENT));
        if let Some(subprotocol) = subprotocol {
            headers.insert(PROTOCOL, HeaderValue::try_from(subprotocol).map_err(|e| Error::HttpFormat(e.into()))?);
        }
        if let Some(Ok(basic)) = self.credentials(way, charger).map(HeaderValue::try_from) {
            headers.insert("Authorization", basic);
        }
        Ok(Asked {
            request,
            leaves_out_connection: charger.connects.leaves_out_connection,
            minds_subprotocol: charger.connects.subprotocol == Subprotocol::Version,
        })
    }

    /// Basic authentication (RFC 7617); profile 3 presents a certificate instead, profile 0 nothing.
    fn credentials(&self, way: &Way, charger: &Behaviour) -> Option<String> {
        let password = way.password.as_ref().filter(|_| (1..=2).contains(&way.security_profile))?;
        let user = charger.connects.user.as_ref().unwrap_or(&self.id);
        let hex = || password.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
        let password = if charger.connects.password_as_hex { hex() } else { password.clone() };
        Some(format!("Basic {}", STANDARD.encode([user.as_bytes(), b":", &password].concat())))
    }
}

impl Asked {
    /// The host and the port it goes to.
    pub(super) fn to(&self) -> Option<(String, u16)> {
        let uri = self.request.uri();
        let usual = if uri.scheme_str() == Some("wss") { 443 } else { 80 };
        Some((uri.host()?.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(usual)))
    }

    /// Asks on this line, and reads the answer.
    pub(super) async fn ask(self, mut line: Box<dyn Line>) -> Result<WebSocketStream<Box<dyn Line>>, Error> {
        let offered = self.request.headers().get(PROTOCOL).cloned();
        let (mut head, key) = generate_request(self.request)?;
        if self.leaves_out_connection {
            head = without(&head, b"Connection: ");
        }
        line.write_all(&head).await?;
        line.flush().await?;
        let (answer, early) = read_head(&mut line).await?;
        judge(&answer, &key)?;
        if self.minds_subprotocol {
            agree(offered.as_ref(), answer.headers().get(PROTOCOL))?;
        }
        Ok(WebSocketStream::from_partially_read(line, early, Role::Client, Some(small())).await)
    }
}

/// The library reads into 128 KiB by default, and a thousand chargers are to fit into a laptop.
fn small() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(READ_BUFFER)
}

/// A head without the line that begins like this.
fn without(head: &[u8], begins: &[u8]) -> Vec<u8> {
    head.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(begins)).flatten().copied().collect()
}

/// The answer's head, and what came after it.
async fn read_head(line: &mut Box<dyn Line>) -> Result<(Response, Vec<u8>), Error> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if line.read_buf(&mut bytes).await? == 0 {
            return Err(Error::Protocol(ProtocolError::HandshakeIncomplete));
        }
        if let Some((end, answer)) = Response::try_parse(&bytes)? {
            return Ok((answer, bytes.split_off(end)));
        }
        if bytes.len() > LONGEST_HEAD {
            return Err(Error::Capacity(CapacityError::TooManyHeaders));
        }
    }
}

/// Whether the answer is one to what was asked (RFC 6455 section 4.1).
fn judge(answer: &Response, key: &str) -> Result<(), Error> {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Error::Http(Box::new(answer.clone())));
    }
    let accept = answer.headers().get("Sec-WebSocket-Accept");
    if accept.is_none_or(|accept| accept != &derive_accept_key(key.as_bytes())) {
        return Err(Error::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch));
    }
    Ok(())
}

/// Whether the subprotocol that was offered was agreed to.
fn agree(offered: Option<&HeaderValue>, chosen: Option<&HeaderValue>) -> Result<(), Error> {
    let wrong = match chosen {
        _ if offered == chosen => return Ok(()),
        None => SubProtocolError::NoSubProtocol,
        Some(_) => SubProtocolError::InvalidSubProtocol,
    };
    Err(Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(wrong)))
}
