//! A site on the loopback with a door to knock on, and chargers that knock.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chargehand_commissioning::attempt::{Attempt, What};
use chargehand_commissioning::event::{Handshake, Happened, Told};
use chargehand_site::authority::{Keeping, Passphrase};
use chargehand_site::{Endpoint, Options, Site};
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Only a test that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn passphrase() -> Keeping {
    Keeping::Passphrase(Passphrase::new("correct horse").expect("long enough"))
}

pub struct Bench {
    pub site: Site,
    pub address: SocketAddr,
    pub folder: TempDir,
    told: UnboundedReceiver<Told>,
}

impl Bench {
    /// Without an authority: whoever speaks TLS is told so.
    pub async fn plain(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listen = options.listen.or(Some(([127, 0, 0, 1], 0).into()));
        let site = Site::open(folder.path(), Options { listen, ..options }).await.expect("it opens");
        let told = site.watch();
        let Endpoint::Listening { addresses, .. } = site.listen().await.expect("it listens") else {
            panic!("listening")
        };
        Self { site, address: addresses[0], folder, told }
    }

    /// With an authority.
    pub async fn secure(options: Options) -> Self {
        let bench = Self::plain(options).await;
        bench.site.secure(passphrase()).await.expect("it is made");
        bench
    }

    async fn next<T>(&mut self, what: &str, wanted: impl Fn(Happened) -> Option<T>) -> T {
        let waiting = async {
            while let Some(told) = self.told.recv().await {
                if let Some(found) = wanted(told.what) {
                    return found;
                }
            }
            panic!("the site has ended")
        };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} did not come"))
    }

    /// The next attempt that is told.
    pub async fn attempt(&mut self) -> Attempt {
        let attempt = |what| if let Happened::Attempt { attempt } = what { Some(*attempt) } else { None };
        self.next("an attempt", attempt).await
    }

    /// The finding with which the next attempt is refused: its code, and its text.
    pub async fn refusal(&mut self) -> (String, String) {
        let refusal = |what| match what {
            Happened::Attempt { attempt } => {
                attempt.refusal().map(|finding| (finding.code.clone(), finding.text.clone()))
            }
            _ => None,
        };
        self.next("a refusal", refusal).await
    }

    /// The handshake of the next charger that connects.
    pub async fn connected(&mut self) -> Handshake {
        let handshake = |what| if let Happened::Connected { handshake, .. } = what { Some(handshake) } else { None };
        self.next("a charger", handshake).await
    }

    /// The file of the root.
    pub fn root(&self) -> String {
        self.folder.path().join("authority/root.pem").to_str().expect("a path").to_owned()
    }
}

/// The names of an attempt's stages.
pub fn stages(attempt: &Attempt) -> Vec<&'static str> {
    let name = |what: &What| match what {
        What::FirstBytes { .. } => "first_bytes",
        What::Hello { .. } => "hello",
        What::Secured { .. } => "secured",
        What::Request { .. } => "request",
        What::Answer { .. } => "answer",
        What::FirstMessage { .. } => "first_message",
        What::Closed { .. } => "closed",
    };
    attempt.stages.iter().map(|stage| name(&stage.what)).collect()
}

/// How a charger speaks TLS.
pub struct Speaker {
    pub versions: Vec<&'static SupportedProtocolVersion>,
    pub roots: Vec<CertificateDer<'static>>,
    pub certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    /// Its clock, s since 1970; `None`: it is right.
    pub clock: Option<u64>,
}

#[derive(Debug)]
struct WrongClock(u64);

impl TimeProvider for WrongClock {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

impl Speaker {
    /// One that trusts the bench's root.
    pub fn trusting(bench: &Bench) -> Self {
        let root = bench.site.authority().expect("it is open").der().clone();
        Self { versions: rustls::ALL_VERSIONS.to_vec(), roots: vec![root], certificate: None, clock: None }
    }

    /// Shakes hands; the host in its URL is the address it connects to.
    pub async fn connect(self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let time: Arc<dyn TimeProvider> = match self.clock {
            Some(seconds) => Arc::new(WrongClock(seconds)),
            None => Arc::new(rustls::time_provider::DefaultTimeProvider),
        };
        let mut roots = RootCertStore::empty();
        self.roots.into_iter().for_each(|root| roots.add(root).expect("a root"));
        let config = ClientConfig::builder_with_details(provider, time).with_protocol_versions(&self.versions);
        let config = config.expect("versions").with_root_certificates(roots);
        let config = match self.certificate {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).expect("a certificate"),
            None => config.with_no_client_auth(),
        };
        let socket = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::from(address.ip()), socket).await
    }
}

/// A request for a WebSocket.
pub fn request(path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n{more}\r\n"
    )
}

/// Asks, and reads the answer's head; its status.
pub async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str) -> io::Result<u16> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let status = String::from_utf8_lossy(&head).split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(status.expect("a status"))
}

/// A text frame as a charger sends it: masked, with the mask that changes nothing.
pub fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 126).expect("short");
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

pub const HEARTBEAT: &str = r#"[2,"1","Heartbeat",{}]"#;

/// A charger's WebSocket, upgraded.
pub struct Charger<S>(WebSocketStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Charger<S> {
    /// Connects as `CP1` and boots.
    pub async fn boot(mut stream: S) -> Self {
        assert_eq!(ask(&mut stream, &request("/CP1", "")).await.expect("an answer"), 101);
        let mut charger = Self(WebSocketStream::from_raw_socket(stream, Role::Client, None).await);
        let boot = json!({"chargePointVendor": "V", "chargePointModel": "M"});
        assert_eq!(charger.call("BootNotification", boot).await["status"], "Accepted");
        charger
    }

    /// Calls us; our answer.
    pub async fn call(&mut self, action: &str, payload: Value) -> Value {
        let call = json!([2, action, action, payload]).to_string();
        self.0.send(Message::text(call)).await.expect("sent");
        let answer = self.heard().await;
        assert_eq!((&answer[0], &answer[1]), (&json!(3), &json!(action)), "{answer}");
        answer[2].clone()
    }

    /// What we call next, answered with `Accepted`.
    pub async fn asked(&mut self) -> (String, Value) {
        let call = self.heard().await;
        let answer = json!([3, call[1], {"status": "Accepted"}]).to_string();
        self.0.send(Message::text(answer)).await.expect("sent");
        (call[2].as_str().expect("an action").to_owned(), call[3].clone())
    }

    async fn heard(&mut self) -> Value {
        let message = timeout(PATIENCE, self.0.next()).await.expect("in time").expect("open").expect("a message");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }
}
