//! From a TCP connection to a charger's WebSocket: TLS or plain, the request, the password, the answer. Every step is
//! noted, also of those that never become a charger.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chargehand_commissioning::attempt::{self, Security, Speaks, What};
use chargehand_commissioning::clock::Clock;
use chargehand_commissioning::outcome::Finding;
use chargehand_ocpp::subprotocol::{self, Choice};
use chargehand_ocpp::{Deviation, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::attempts::{Attempts, Ongoing, finding};
use super::head::{self, Head};
use super::hello::HANDSHAKE;
use super::password::Passwords;
use super::stream::{Duplex, Rewind};
use super::tls;
use crate::authority::Certificates;
use crate::store::hex;

/// A request, and each part before it, takes at most this long to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many of the first bytes are told.
const FIRST_BYTES: usize = 16;

/// By what is judged who is let in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Door {
    /// Our time.
    pub clock: Clock,
    /// What we show to those who speak TLS.
    pub certificates: Certificates,
    /// What is asked of all.
    pub passwords: Arc<RwLock<Passwords>>,
    /// What was tried.
    pub attempts: Attempts,
    /// The chargers with which 1.6 is spoken, because another version is broken in them.
    pub only_16: Arc<RwLock<BTreeSet<String>>>,
}

/// A stream that carries a WebSocket.
pub(crate) type Stream = Rewind<Box<dyn Duplex>>;

/// A charger's request, understood as far as it could be.
pub(crate) struct Accepted {
    pub id: String,
    pub path: String,
    pub offered: Vec<String>,
    pub choice: Choice,
    pub deviations: Vec<Deviation>,
    pub security: Security,
    pub simulated: bool,
    pub stream: Stream,
}

/// Reads the request and answers it. `Err` says what came instead of a charger, in words.
pub(crate) async fn accept(
    mut socket: TcpStream,
    local: IpAddr,
    door: &Door,
    attempt: &Ongoing,
) -> Result<Accepted, Finding> {
    let first = timeout(PATIENCE, first_bytes(&mut socket)).await.map_err(|_| silent())??;
    let kind = speaks(&first);
    let hex = hex(&first[..first.len().min(FIRST_BYTES)]);
    attempt.note(What::FirstBytes { kind, hex });
    let mut security = Security::default();
    let mut stream: Stream = match kind {
        Speaks::Http => Rewind::new(first, Box::new(socket)),
        Speaks::Tls => {
            let (stream, tls) = tls::secure(socket, first, local, door, attempt).await?;
            security.tls = Some(tls);
            Rewind::new("", stream)
        }
        Speaks::Junk => return Err(no_request()),
    };
    let (head, early) = timeout(PATIENCE, read_head(&mut stream)).await.map_err(|_| silent())??;
    let head = head::parse(&head).ok_or_else(no_request)?;
    let mut answered = Answered { stream, attempt, offered: head.list("sec-websocket-protocol") };
    let (id, odd_path) = head.id();
    let credentials = head.credentials();
    let passwords = door.passwords.read().unwrap_or_else(PoisonError::into_inner).clone();
    let (password, fits) = passwords.judge(&id, credentials.as_ref().map(|c| &c.password[..]));
    security.password = password;
    attempt.note(What::Request { line: head.line(), headers: head.told(), password });
    if !head.asks_for_websocket() {
        answered.refuse(426, "Upgrade: websocket\r\nContent-Type: text/plain", HELP).await;
        return Err(finding("browser", "A browser or a scanner asked for a page. Chargers ask for a WebSocket."));
    }
    // A certificate that we trust takes the place of the password (security profile 3).
    if !fits && security.profile() != Some(3) {
        answered.refuse(401, "WWW-Authenticate: Basic realm=\"Chargehand\"", "").await;
        return Err(not_the_password(&head, password));
    }
    let mut deviations = head.odd_headers();
    deviations.extend(odd_path);
    deviations.extend(credentials.iter().flat_map(|c| c.odd(&id)));
    deviations.extend(untrusted(&security));
    if !early.is_empty() {
        deviations.push(Deviation::soft("early_bytes", "", format!("{} bytes", early.len())));
    }
    let only_16 = door.only_16.read().unwrap_or_else(PoisonError::into_inner).contains(&id);
    let choice = match only_16 {
        true => subprotocol::choose_only(Version::V16, &answered.offered),
        false => subprotocol::choose(&answered.offered),
    };
    deviations.extend(choice.deviations.clone());
    // From 2.0.1 on a charger may offer it.
    if !choice.version.is_v2() {
        deviations.extend(head.compression());
    }
    answered.upgrade(&head, &choice).await?;
    let Answered { mut stream, offered, .. } = answered;
    stream.rewind(early);
    let (path, simulated) = (head.path(), head.is_simulated());
    Ok(Accepted { id, path, offered, choice, deviations, security, simulated, stream })
}

const HELP: &str = "This is Chargehand's OCPP endpoint. Chargers connect to it by WebSocket (ws:// or wss://).\n";

async fn first_bytes(socket: &mut TcpStream) -> Result<Vec<u8>, Finding> {
    let mut bytes = Vec::with_capacity(1024);
    match socket.read_buf(&mut bytes).await {
        Ok(0) => Err(finding("went_away", "It connected and went away without a request.")),
        Ok(_) => Ok(bytes),
        Err(error) => Err(broke(&error)),
    }
}

fn speaks(first: &[u8]) -> Speaks {
    match first.first() {
        Some(&HANDSHAKE) => Speaks::Tls,
        Some(byte) if byte.is_ascii_alphabetic() => Speaks::Http,
        _ => Speaks::Junk,
    }
}

/// The head, and what came after it.
async fn read_head(stream: &mut Stream) -> Result<(Vec<u8>, Vec<u8>), Finding> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let read = stream.read_buf(&mut bytes).await.map_err(|error| broke(&error))?;
        if read == 0 {
            return Err(finding("went_away", "It connected and went away without a request."));
        }
        if bytes.first().is_some_and(|first| !first.is_ascii_alphabetic()) {
            return Err(no_request());
        }
        if let Some(end) = head::end(&bytes) {
            let early = bytes.split_off(end);
            return Ok((bytes, early));
        }
        if bytes.len() > head::LONGEST {
            return Err(finding("head_too_long", "It sent a request head of more than 16 KiB."));
        }
    }
}

/// The connection broke.
pub(super) fn broke(error: &io::Error) -> Finding {
    finding("broken", format!("The connection broke ({error})."))
}

fn silent() -> Finding {
    finding("silent", "It connected and sent no request within 10 s.")
}

fn no_request() -> Finding {
    finding("not_http", "It sent something that is no HTTP request.")
}

fn not_the_password(head: &Head, password: attempt::Password) -> Finding {
    let (code, what) = match password {
        attempt::Password::Wrong => ("password_wrong", "a wrong password"),
        _ if head.header("authorization").is_some() => ("password_unreadable", "a password that cannot be read"),
        _ => ("password_missing", "no password"),
    };
    let text = format!("It asked for {} with {what}. Enter the same password in the charger and here.", head.path());
    finding(code, text)
}

/// A certificate that the charger showed and that nobody can trust.
fn untrusted(security: &Security) -> Option<Deviation> {
    let certificate = security.tls.as_ref()?.certificate.as_ref().filter(|c| !c.trouble.is_empty())?;
    Some(Deviation::hard("client_certificate", "", format!("{} {}", certificate.subject, certificate.trouble)))
}

/// A request on its way to its answer.
struct Answered<'a> {
    stream: Stream,
    attempt: &'a Ongoing,
    offered: Vec<String>,
}

impl Answered<'_> {
    fn note(&self, status: u16, chosen: &str) {
        self.attempt.note(What::Answer { status, offered: self.offered.clone(), chosen: chosen.to_owned() });
    }

    async fn upgrade(&mut self, head: &Head, choice: &Choice) -> Result<(), Finding> {
        let accept = derive_accept_key(head.header("sec-websocket-key").unwrap_or_default());
        let mut answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
        );
        if let Some(chosen) = &choice.answer {
            answer.push_str(&format!("Sec-WebSocket-Protocol: {chosen}\r\n"));
        }
        answer.push_str("\r\n");
        self.send(&answer).await.map_err(|error| broke(&error))?;
        self.note(101, choice.answer.as_deref().unwrap_or_default());
        Ok(())
    }

    async fn refuse(&mut self, status: u16, headers: &str, body: &str) {
        let reason = if status == 401 { "Unauthorized" } else { "Upgrade Required" };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} {reason}\r\n{headers}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let _ = self.send(&answer).await;
        let _ = timeout(PATIENCE, self.stream.shutdown()).await;
        self.note(status, "");
    }

    async fn send(&mut self, text: &str) -> io::Result<()> {
        let writing = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(PATIENCE, writing).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tokio::net::TcpListener;
    use tokio::time::sleep;

    use super::*;

    /// How somebody is refused that sends these bytes, then one of `more` each second.
    async fn trickled(bytes: &'static [u8], more: u8) -> Finding {
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let attempts = Attempts::new(clock.clone(), Arc::new(|| {}));
        let door = Door {
            clock,
            attempts,
            certificates: Certificates::default(),
            passwords: Arc::default(),
            only_16: Arc::default(),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let mut client = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("it listens");
        let (socket, peer) = listener.accept().await.expect("one came");
        let trickle = tokio::spawn(async move {
            client.write_all(bytes).await.expect("sent");
            while client.write_all(&[more]).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let attempt = door.attempts.begin(peer, None);
        let refused = accept(socket, peer.ip(), &door, &attempt).await.err().expect("no request came");
        trickle.abort();
        refused
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_trickles_in_is_not_waited_for_without_end() {
        let refused = trickled(b"", b'G').await;
        assert!(refused.text.contains("within 10 s"), "{refused:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_tls_hello_that_trickles_in_is_not_waited_for_without_end() {
        let refused = trickled(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 7).await;
        assert_eq!(refused.code, "tls_silent");
    }
}
