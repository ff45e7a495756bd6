//! HTTP as a client, to one device of the LAN: one connection, bounded in time and size. No redirect is followed, no
//! certificate is checked (no maker's device in a LAN has one that could be), and nothing is kept.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, SET_COOKIE, USER_AGENT, WWW_AUTHENTICATE};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::untrusted;

/// How long a device may take to accept a connection, and again to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is read of an answer, bytes.
pub const LARGEST: usize = 64 * 1024;
/// The most of its head, bytes.
const LARGEST_HEAD: usize = 16 * 1024;

/// Why a device gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Nobody accepts a connection there.
    #[error("{at} does not accept a connection ({why}).")]
    Unreachable {
        /// Where.
        at: SocketAddr,
        /// What the system says.
        why: String,
    },
    /// It said nothing in time.
    #[error("{at} did not answer within {} s.", PATIENCE.as_secs())]
    Silent {
        /// Where.
        at: SocketAddr,
    },
    /// What it said is no HTTP, or too much.
    #[error("{at} answered with something that cannot be used ({why}).")]
    Unreadable {
        /// Where.
        at: SocketAddr,
        /// What is wrong with it.
        why: String,
    },
}

/// What a device answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; [`LARGEST`] bytes at most.
    pub body: Bytes,
    /// What it wants to be told with the next request (RFC 6265): `name=value`, the first it sets.
    pub cookie: Option<String>,
    /// How it wants to know who asks (`WWW-Authenticate`).
    pub challenge: Option<String>,
}

/// A request, without what every one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// GET, POST or PUT.
    pub method: Method,
    /// The path with its query, encoded.
    pub path: &'a str,
    /// A header more, for example who asks.
    pub header: Option<(HeaderName, String)>,
    /// JSON; nothing: an empty body.
    pub json: Option<String>,
}

/// A connection to a device, until this is dropped.
pub struct Device {
    at: SocketAddr,
    tls: bool,
    sender: SendRequest<Full<Bytes>>,
    carried: AbortHandle,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.carried.abort();
    }
}

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

impl Device {
    /// Connects; with TLS, whatever certificate is shown.
    ///
    /// # Errors
    /// Nobody is there, or does not speak so.
    pub async fn open(at: SocketAddr, tls: bool) -> Result<Self, HttpError> {
        let unreachable = |why: String| HttpError::Unreachable { at, why };
        let opening = async {
            let stream = TcpStream::connect(at).await?;
            if !tls {
                return Ok(Box::new(stream) as Box<dyn Line>);
            }
            Ok(Box::new(untrusted::wrap(stream, at.ip()).await?) as Box<dyn Line>)
        };
        let line = timeout(PATIENCE, opening).await.map_err(|_| HttpError::Silent { at })?;
        let line = line.map_err(|e: std::io::Error| unreachable(e.to_string()))?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(LARGEST_HEAD);
        let (sender, connection) =
            builder.handshake(TokioIo::new(line)).await.map_err(|e| unreachable(e.to_string()))?;
        // how it ends shows in the request that is under way
        let carried = tokio::spawn(async { drop(connection.await) }).abort_handle();
        Ok(Device { at, tls, sender, carried })
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// None came, or none that can be used.
    pub async fn ask(&mut self, ask: Ask<'_>) -> Result<Answer, HttpError> {
        let at = self.at;
        let unreadable = |why: String| HttpError::Unreadable { at, why };
        let request = request(at, ask).map_err(|e| unreadable(e.to_string()))?;
        let asking = async {
            // many a small server closes after each answer
            if self.sender.ready().await.is_err() {
                *self = Device::open(at, self.tls).await?;
            }
            let answer = self.sender.send_request(request).await.map_err(|e| unreadable(e.to_string()))?;
            let status = answer.status().as_u16();
            let header = |name| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
            let cookie = header(SET_COOKIE).and_then(|it| Some(it.split(';').next()?.to_owned()));
            let challenge = header(WWW_AUTHENTICATE);
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            let body = body.map_err(|e| unreadable(e.to_string()))?.to_bytes();
            Ok(Answer { status, body, cookie, challenge })
        };
        timeout(PATIENCE, asking).await.map_err(|_| HttpError::Silent { at })?
    }
}

fn request(at: SocketAddr, ask: Ask<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder()
        .method(ask.method)
        .uri(ask.path)
        .header(HOST, at.to_string())
        .header(USER_AGENT, concat!("Chargehand/", env!("CARGO_PKG_VERSION"), " (local network)"));
    if let Some((name, value)) = ask.header {
        request = request.header(name, HeaderValue::from_str(&value)?);
    }
    if ask.json.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    request.body(Full::from(ask.json.unwrap_or_default()))
}
