//! An endpoint that hears every byte a charger sends, from the first one on, on paused time and without a network.

use crate::authority::{Authority, Pair};
use chargehand_simulator::connects::Encrypts;
use chargehand_simulator::{Behaviour, Endpoint, Hand, Knock, Security, SimulatedCharger, Version, connect_inside};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The id that is entered in every charger.
pub const ID: &str = "CP1";
pub const PASSWORD: &str = "0123456789abcdef";

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Everything at every address, and the one charger that is told to connect.
pub struct Peer {
    knocks: mpsc::UnboundedReceiver<Knock>,
    encrypts_unasked: bool,
    pub hand: Hand,
}

impl Peer {
    /// The charger is given this address.
    pub fn new(behaviour: &Behaviour, url: &str, security: Security) -> Peer {
        let endpoint = Endpoint::secured(url, ID, security).unwrap();
        let (to, knocks) = mpsc::unbounded_channel();
        let charger = SimulatedCharger::new(behaviour.clone(), Timestamp::now());
        let encrypts_unasked = behaviour.connects.encrypts == Encrypts::Always;
        Peer { knocks, encrypts_unasked, hand: connect_inside(endpoint, charger, to) }
    }

    /// Its next knock within so many seconds.
    pub async fn knock(&mut self, seconds: u64) -> Option<Knock> {
        timeout(Duration::from_secs(seconds), self.knocks.recv()).await.ok().flatten()
    }

    /// Its next WebSocket, encrypted or not; nothing when none comes within a minute.
    pub async fn socket(&mut self) -> Option<Socket> {
        let knock = self.knock(60).await?;
        self.upgrade(knock).await
    }

    /// The WebSocket of a knock.
    pub async fn upgrade(&self, knock: Knock) -> Option<Socket> {
        Socket::upgrade(self.line(knock).await).await
    }

    /// The line of a knock, behind its encryption where it has one that nobody asked for.
    async fn line(&self, knock: Knock) -> Box<dyn Stream> {
        if self.encrypts_unasked {
            return Encrypted::new().accept(Box::new(knock.line)).await.expect("it looks at no certificate");
        }
        Box::new(knock.line)
    }

    /// Its next WebSocket on which it says something, with that; or the last one when it says nothing on two.
    pub async fn talk(&mut self) -> Option<(Socket, Option<String>)> {
        let mut socket = self.socket().await?;
        let first = socket.text(60).await;
        if first.is_none() && socket.ended.is_some() {
            socket = self.socket().await?;
            let first = socket.text(60).await;
            return Some((socket, first.map(|(_, text)| text)));
        }
        Some((socket, first.map(|(_, text)| text)))
    }

    /// As [`Peer::talk`], after ten seconds in which everything was answered.
    pub async fn session(&mut self) -> Option<Socket> {
        let (mut socket, first) = self.talk().await?;
        if let Some(first) = first {
            socket.take(&first, &|_| true).await;
        }
        socket.listen(10, |_| true).await;
        Some(socket)
    }

    /// From now on nobody answers at any address.
    pub fn refuse(&mut self) {
        self.knocks.close();
    }
}

/// A request, as it came.
pub struct Request {
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// How a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Plain,
    ReservedBit,
    Compressed,
}

/// What came over a WebSocket.
#[derive(Debug, Clone, PartialEq)]
pub enum Came {
    /// A message.
    Text(Written, String),
    /// A goodbye.
    Close,
    /// No goodbye, the line is gone.
    Gone,
}

/// A WebSocket, by hand.
pub struct Socket {
    pub request: Request,
    line: Box<dyn Stream>,
    began: Instant,
    /// The answers the charger gave to our calls, by their ids, in order.
    pub answered: Vec<String>,
    /// The calls it made, in order.
    pub called: Vec<String>,
    /// When it ended, in seconds after it began.
    pub ended: Option<f64>,
}

impl Socket {
    /// Reads the request, and answers it; nothing when what comes is none.
    pub async fn upgrade(mut line: Box<dyn Stream>) -> Option<Socket> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(Duration::from_secs(20), line.read_u8()).await.ok()?.ok()?;
            head.push(byte);
            if !head[0].is_ascii_alphabetic() {
                return None;
            }
        }
        let request = read(std::str::from_utf8(&head).unwrap());
        let key = derive_accept_key(request.header("sec-websocket-key").unwrap().as_bytes());
        let known = |name: &&str| Version::ALL.iter().any(|version| version.subprotocol() == *name);
        let agreed = request.header("sec-websocket-protocol").filter(known);
        let agreed = agreed.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {key}\r\n{agreed}\r\n"
        );
        line.write_all(answer.as_bytes()).await.unwrap();
        let began = Instant::now();
        Some(Socket { request, line, began, answered: Vec::new(), called: Vec::new(), ended: None })
    }

    /// What comes next until then; nothing when nothing does.
    pub async fn next(&mut self, until: Instant) -> Option<Came> {
        if self.ended.is_some() {
            return None;
        }
        let came = timeout_at(until, frame(&mut self.line)).await.ok()?.unwrap_or(Came::Gone);
        if !matches!(came, Came::Text(..)) {
            self.ended = Some(self.began.elapsed().as_secs_f64());
        }
        Some(came)
    }

    /// The next message within so many seconds.
    pub async fn text(&mut self, seconds: u64) -> Option<(Written, String)> {
        match self.next(Instant::now() + Duration::from_secs(seconds)).await? {
            Came::Text(written, text) => Some((written, text)),
            Came::Close | Came::Gone => None,
        }
    }

    /// Listens for so many seconds, answers the calls that `does`, and notes everything.
    pub async fn listen(&mut self, seconds: u64, does: impl Fn(&str) -> bool) {
        let until = Instant::now() + Duration::from_secs(seconds);
        while let Some(came) = self.next(until).await {
            let Came::Text(_, text) = came else { return };
            self.take(&text, &does).await;
        }
    }

    /// Notes a message, and answers it if it is a call that `does`.
    pub async fn take(&mut self, text: &str, does: &impl Fn(&str) -> bool) {
        let frame: Value = serde_json::from_str(text).unwrap();
        let id = frame[1].as_str().unwrap().to_owned();
        if frame[0] != 2 {
            self.answered.push(id);
            return;
        }
        let action = frame[2].as_str().unwrap().to_owned();
        if does(&action) {
            self.send(json!([3, id, answer(&action, &frame[3])])).await;
        }
        self.called.push(action);
    }

    /// Seconds since it began.
    pub fn age(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Calls the charger.
    pub async fn call(&mut self, id: &str, action: &str, payload: Value) {
        self.send(json!([2, id, action, payload])).await;
    }

    /// Sends a message, as a server does: unmasked.
    pub async fn send(&mut self, message: Value) {
        let text = message.to_string().into_bytes();
        let length = text.len() as u16;
        let header =
            if length < 126 { vec![0x81, length as u8] } else { [&[0x81, 126][..], &length.to_be_bytes()].concat() };
        // a charger that is gone hears nothing
        let _ = self.line.write_all(&[header, text].concat()).await;
    }
}

fn read(head: &str) -> Request {
    let mut lines = head.lines();
    let target = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Request { target, headers: headers.collect() }
}

/// The next frame; control frames but a goodbye are passed over.
async fn frame(line: &mut Box<dyn Stream>) -> Option<Came> {
    loop {
        let (first, second) = (line.read_u8().await.ok()?, line.read_u8().await.ok()?);
        assert_eq!(second & 0x80, 0x80, "a client masks its frames");
        let length = match second & 0x7f {
            126 => line.read_u16().await.ok()?.into(),
            127 => line.read_u64().await.ok()?,
            short => short.into(),
        };
        let mut mask = [0; 4];
        line.read_exact(&mut mask).await.ok()?;
        let mut payload = vec![0; length as usize];
        line.read_exact(&mut payload).await.ok()?;
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        match first & 0x0f {
            1 => {
                let (written, text) = open(first & 0x70, payload);
                return Some(Came::Text(written, String::from_utf8(text).unwrap()));
            }
            8 => return Some(Came::Close),
            _ => {}
        }
    }
}

/// What a payload holds, with these reserved bits on its frame.
fn open(reserved: u8, payload: Vec<u8>) -> (Written, Vec<u8>) {
    match (reserved, payload.first()) {
        (0, _) => (Written::Plain, payload),
        (0x40, Some(0)) => (Written::Compressed, inflated(&payload)),
        (0x40, _) => (Written::ReservedBit, payload),
        _ => panic!("reserved bits {reserved:#x}"),
    }
}

/// What lies in stored blocks of DEFLATE (RFC 1951 section 3.2.4).
fn inflated(mut blocks: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    while let [0, a, b, c, d, rest @ ..] = blocks {
        let (length, complement) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        assert_eq!(length, !complement);
        let (block, more) = rest.split_at(length.into());
        text.extend(block);
        blocks = more;
    }
    assert_eq!(blocks, [0], "the beginning of an empty block");
    text
}

/// What a friendly endpoint answers.
fn answer(action: &str, asked: &Value) -> Value {
    let accepted = json!({ "status": "Accepted" });
    match action {
        "BootNotification" => {
            json!({ "status": "Accepted", "interval": 300, "currentTime": Timestamp::now().to_string() })
        }
        "Heartbeat" => json!({ "currentTime": Timestamp::now().to_string() }),
        "Authorize" => json!({ "idTagInfo": accepted, "idTokenInfo": accepted }),
        "StartTransaction" => json!({ "transactionId": 1, "idTagInfo": accepted }),
        "TransactionEvent" if asked["idToken"].is_object() => json!({ "idTokenInfo": accepted }),
        "SignCertificate" | "OpenPeriodicEventStream" | "PullDynamicScheduleUpdate" => accepted,
        _ => json!({}),
    }
}

/// An endpoint's side of TLS, with a certificate for 10.0.0.2 that was signed by a root the charger is given.
pub struct Encrypted {
    authority: Authority,
    acceptor: TlsAcceptor,
}

impl Encrypted {
    pub fn new() -> Encrypted {
        let authority = Authority::new("Root");
        let own: Pair = authority.certify("10.0.0.2");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(own.chain_der(), own.key_der()).unwrap();
        Encrypted { authority, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    /// Security profile 2.
    pub fn security(&self) -> Security {
        Security { profile: 2, password: Some(PASSWORD.into()), roots: self.authority.root(), ..Security::default() }
    }

    /// The charger's encrypted line, or why there is none.
    pub async fn accept(&self, line: Box<dyn Stream>) -> Result<Box<dyn Stream>, String> {
        match timeout(Duration::from_secs(20), self.acceptor.accept(line)).await {
            Ok(Ok(line)) => Ok(Box::new(line)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("silence".into()),
        }
    }
}
