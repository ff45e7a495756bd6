//! Our own reading of the HTTP request: the usual one silently drops chargers that deviate.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chargehand_ocpp::Deviation;
use chargehand_ocpp::subprotocol::{self, Choice};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// A request head is at most this long.
const HEAD: usize = 16 * 1024;
/// And takes at most this long to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// First byte of a TLS hello (RFC 8446 5.1).
const TLS_HANDSHAKE: u8 = 0x16;
/// The longest id we keep, characters.
const ID_CHARS: usize = 100;
/// The longest path we keep, characters: it is in the charger's record, which is written often.
const PATH_CHARS: usize = 500;

/// The password chargers must know, kept only as its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    text: [u8; 32],
    /// OCPP-J 1.6 security: the key is given as hex and sent as the bytes it means.
    key: Option<[u8; 32]>,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Password {
    /// From the text a person typed.
    pub fn new(text: &str) -> Self {
        Self { text: hash(text.as_bytes()), key: unhex(text).map(|bytes| hash(&bytes)) }
    }

    fn fits(&self, given: &[u8]) -> bool {
        let given = hash(given);
        given == self.text || self.key == Some(given)
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let even = !text.is_empty() && text.len().is_multiple_of(2) && text.is_ascii();
    let byte = |i: usize| u8::from_str_radix(text.get(i..i + 2)?, 16).ok();
    even.then(|| (0..text.len()).step_by(2).map(byte).collect()).flatten()
}

/// A charger's request, understood as far as it could be.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub id: String,
    pub path: String,
    pub offered: Vec<String>,
    pub choice: Choice,
    pub deviations: Vec<Deviation>,
    /// Bytes that came after the head.
    pub early: Vec<u8>,
}

/// Reads the request and answers it. `Err` says what came instead of a charger, in words.
pub(crate) async fn accept(socket: &mut TcpStream, password: Option<&Password>) -> Result<Accepted, String> {
    let (head, early) = match timeout(PATIENCE, read_head(socket)).await {
        Ok(read) => read?,
        Err(_) => return Err("It connected and sent no request within 10 s.".into()),
    };
    let request = parse(&head).ok_or("It sent something that is no HTTP request.")?;
    if request.header("sec-websocket-key").is_none() && request.header("upgrade").is_none() {
        answer(socket, "426 Upgrade Required", "Upgrade: websocket\r\nContent-Type: text/plain", HELP).await;
        return Err("A browser or a scanner asked for a page. Chargers ask for a WebSocket.".into());
    }
    if let Some(password) = password
        && !request.basic_password().is_some_and(|given| password.fits(&given))
    {
        answer(socket, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"Chargehand\"", "").await;
        return Err(wrong_password(&request));
    }
    let mut deviations = request.odd_headers();
    let (id, odd_path) = id_of(&request.path);
    deviations.extend(odd_path);
    if !early.is_empty() {
        deviations.push(Deviation::soft("early_bytes", "", format!("{} bytes", early.len())));
    }
    let offered = request.list("sec-websocket-protocol");
    let choice = subprotocol::choose(&offered);
    deviations.extend(choice.deviations.clone());
    upgrade(socket, &request, &choice).await?;
    let path = request.path.chars().take(PATH_CHARS).collect();
    Ok(Accepted { id, path, offered, choice, deviations, early })
}

const HELP: &str = "This is Chargehand's OCPP endpoint. Chargers connect to it by WebSocket (ws://).\n";

fn wrong_password(request: &Request) -> String {
    let what = if request.header("authorization").is_some() { "a wrong password" } else { "no password" };
    format!("It asked for {} with {what}. Enter the same password in the charger and here.", shown(&request.path))
}

async fn read_head(socket: &mut TcpStream) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let read = socket.read_buf(&mut bytes).await.map_err(|e| format!("The connection broke ({e})."))?;
        if read == 0 {
            return Err("It connected and went away without a request.".into());
        }
        match bytes.first() {
            Some(&TLS_HANDSHAKE) => return Err(TLS.into()),
            Some(first) if !first.is_ascii_alphabetic() => {
                return Err("It sent something that is no HTTP request.".into());
            }
            _ => {}
        }
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let early = bytes.split_off(end + 4);
            return Ok((bytes, early));
        }
        if bytes.len() > HEAD {
            return Err("It sent a request head of more than 16 KiB.".into());
        }
    }
}

const TLS: &str =
    "It began with TLS (wss://), but this endpoint is unencrypted. Enter ws:// instead of wss:// in the charger.";

struct Request {
    path: String,
    headers: Vec<(String, Vec<u8>)>,
}

/// Reads the head; a space in the path (seen where an id has one) is mended first.
fn parse(head: &[u8]) -> Option<Request> {
    let mended = mend_path(head);
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(&mended).ok()?;
    let headers = request.headers.iter().map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec())).collect();
    Some(Request { path: request.path?.to_owned(), headers })
}

fn mend_path(head: &[u8]) -> Vec<u8> {
    let line_end = head.windows(2).position(|w| w == b"\r\n").unwrap_or(head.len());
    let (line, rest) = head.split_at(line_end);
    let first = line.iter().position(|b| *b == b' ');
    let last = line.windows(6).rposition(|w| w == b" HTTP/");
    match (first, last) {
        (Some(first), Some(last)) if first < last => {
            let path = line[first + 1..last].iter().flat_map(|b| if *b == b' ' { b"%20".to_vec() } else { vec![*b] });
            [&line[..=first], &path.collect::<Vec<u8>>(), &line[last..], rest].concat()
        }
        _ => head.to_vec(),
    }
}

impl Request {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// All values of a header that is a comma-separated list.
    fn list(&self, name: &str) -> Vec<String> {
        let values = self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| String::from_utf8_lossy(value));
        let items = values.flat_map(|v| v.split(',').map(|item| shown(item.trim())).collect::<Vec<_>>());
        items.filter(|item| !item.is_empty()).take(20).collect()
    }

    /// The password of Basic authentication, as bytes: a 1.6 key is 20 raw bytes and no text.
    fn basic_password(&self) -> Option<Vec<u8>> {
        let value = std::str::from_utf8(self.header("authorization")?).ok()?;
        let (scheme, credentials) = value.split_once(' ')?;
        let decoded = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let colon = decoded.iter().position(|b| *b == b':')?;
        Some(decoded[colon + 1..].to_vec())
    }

    fn odd_headers(&self) -> Vec<Deviation> {
        let has = |name: &str, word: &str| self.list(name).iter().any(|item| item.eq_ignore_ascii_case(word));
        let key = self.header("sec-websocket-key").and_then(|k| STANDARD.decode(k).ok());
        [
            ("Connection", has("connection", "upgrade")),
            ("Upgrade", has("upgrade", "websocket")),
            ("Sec-WebSocket-Version", has("sec-websocket-version", "13")),
            ("Sec-WebSocket-Key", key.is_some_and(|k| k.len() == 16)),
        ]
        .into_iter()
        .filter(|(_, good)| !good)
        .map(|(name, _)| Deviation::hard("upgrade_header", "", name))
        .collect()
    }
}

async fn upgrade(socket: &mut TcpStream, request: &Request, choice: &Choice) -> Result<(), String> {
    let accept = derive_accept_key(request.header("sec-websocket-key").unwrap_or_default());
    let mut head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
    );
    if let Some(answer) = &choice.answer {
        head.push_str(&format!("Sec-WebSocket-Protocol: {answer}\r\n"));
    }
    head.push_str("\r\n");
    socket.write_all(head.as_bytes()).await.map_err(|e| format!("The connection broke ({e})."))
}

async fn answer(socket: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let _ = socket.write_all(head.as_bytes()).await;
    let _ = socket.shutdown().await;
}

/// The id is the last non-empty segment, percent-decoded (OCPP-J 1.6 3.1.1), and what was odd about the path. Empty
/// where the path holds none.
fn id_of(path: &str) -> (String, Vec<Deviation>) {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let segment = plain.split('/').rfind(|s| !s.is_empty()).unwrap_or_default();
    let id = shown(&percent_decode_str(segment).decode_utf8_lossy());
    let mut deviations = Vec::new();
    if plain.contains("//") || (plain.ends_with('/') && !id.is_empty()) {
        deviations.push(Deviation::soft("path_slashes", "", plain));
    }
    if id.is_empty() {
        deviations.push(Deviation::hard("path_without_id", "", path));
    } else if !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        deviations.push(Deviation::soft("id_not_plain", "", &id));
    }
    (id, deviations)
}

/// Bounded, without control characters.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(ID_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_trickles_in_is_not_waited_for_without_end() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let mut client = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("it listens");
        let (mut socket, _) = listener.accept().await.expect("one came");
        let trickle = tokio::spawn(async move {
            while client.write_all(b"G").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let refused = accept(&mut socket, None).await.expect_err("no request came");
        assert!(refused.contains("within 10 s"), "{refused}");
        trickle.abort();
    }

    #[test]
    fn the_id_is_the_last_segment_whatever_stands_before_it() {
        for (path, id, rules) in [
            ("/CP1", "CP1", &[][..]),
            ("/", "", &["path_without_id"]),
            ("/ocpp/CP1/", "CP1", &["path_slashes"]),
            ("//CP1", "CP1", &["path_slashes"]),
            ("/RDAM%20123", "RDAM 123", &["id_not_plain"]),
            ("/ws/central/CP-1_2.x?token=1", "CP-1_2.x", &[]),
            ("/%00%0a", "", &["path_without_id"]),
        ] {
            let (found, deviations) = id_of(path);
            assert_eq!(found, id, "{path}");
            assert_eq!(deviations.iter().map(|d| d.rule.as_ref()).collect::<Vec<_>>(), rules, "{path}");
        }
    }

    #[test]
    fn a_space_in_the_path_does_not_lose_the_charger() {
        let request = parse(b"GET /my charger 1 HTTP/1.1\r\nHost: x\r\n\r\n").expect("mended");
        assert_eq!(request.path, "/my%20charger%201");
    }

    #[test]
    fn a_password_fits_as_text_as_hex_and_as_raw_bytes() {
        let password = Password::new("0001feff");
        assert!(password.fits(b"0001feff") && password.fits(&[0, 1, 254, 255]));
        assert!(!password.fits(b"0001fefe") && !Password::new("").fits(b"x"));
        assert_eq!(format!("{password:?}"), "Password(..)");
    }
}
