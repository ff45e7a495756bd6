//! What one TCP connection to our port did, from its first byte to its end: also one that never became a charger.
//!
//! Everything in it is bounded, and secrets are masked, before it is put here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::ClosedBy;
use crate::outcome::Finding;

/// One connection to our port. It is stored when it is known whether it is a charger, and again when it has ended: the
/// later one of the same `id` holds all that the earlier one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Unique over the site, ascending in the order of arrival: microseconds since 1970-01-01 UTC, moved on where two
    /// came in the same one.
    pub id: u64,
    /// Address and port it came from.
    pub peer: String,
    /// Our address and port that it reached; empty where the system did not say.
    pub local: String,
    /// When its TCP connection was accepted.
    pub at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// The charger's id, once its path has told it; empty until then.
    pub charger: String,
    /// What happened, in order.
    pub stages: Vec<Stage>,
    /// What was found, in the person's words, with what to do next. Where `state` is `refused`, the first says why.
    pub findings: Vec<Finding>,
}

impl Attempt {
    /// The finding that says why it never became a charger.
    pub fn refusal(&self) -> Option<&Finding> {
        self.findings.first().filter(|_| self.state == State::Refused)
    }
}

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is not known yet what it is.
    Coming,
    /// It is a charger, and connected.
    Connected,
    /// It was a charger's connection, and has ended.
    Ended,
    /// It did not become a charger's connection.
    Refused,
}

/// Something that happened to an attempt, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum What {
    /// The first bytes came.
    FirstBytes {
        /// What they look like.
        kind: Speaks,
        /// At most the first 16 of them, lower-case hex.
        hex: String,
    },
    /// A TLS hello came: what the charger can do.
    Hello {
        /// What it offers.
        hello: Hello,
    },
    /// TLS is up.
    Secured {
        /// What was agreed.
        tls: Tls,
    },
    /// An HTTP request came.
    Request {
        /// The request line as received, at most 500 characters; values after `?` and a password in it are masked.
        line: String,
        /// The headers as received, at most 32, secrets masked.
        headers: Vec<Header>,
        /// Did it send a password, and the right one?
        password: Password,
    },
    /// We answered the request.
    Answer {
        /// The HTTP status, 101 for a charger.
        status: u16,
        /// The subprotocols it offered, in its order.
        offered: Vec<String>,
        /// The one we chose; empty for none.
        chosen: String,
    },
    /// The first WebSocket message came.
    FirstMessage {
        /// Its text, at most 200 characters, secrets masked; what is not UTF-8 as U+FFFD.
        text: String,
    },
    /// The connection ended.
    Closed {
        /// Who ended it.
        by: ClosedBy,
        /// The WebSocket close code, where one was given.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
}

/// What the first bytes of a connection look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaks {
    /// TLS: wss.
    Tls,
    /// HTTP: ws.
    Http,
    /// Neither.
    Junk,
}

/// What a TLS client hello offers (RFC 8446 4.1.2, RFC 5246 7.4.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hello {
    /// TLS versions, newest first, for example `TLS 1.3`; what is no version of TLS as hex.
    pub versions: Vec<String>,
    /// Cipher suites in its order, by their IANA name, or hex where it is not known; at most 100.
    pub suites: Vec<String>,
    /// The host name it wants (SNI); `None` where it sent none, as with an address in its URL.
    pub server_name: Option<String>,
    /// Protocols it offers inside TLS (ALPN), at most 10.
    pub alpn: Vec<String>,
}

/// A TLS connection as agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: String,
    /// The cipher suite, by its IANA name.
    pub suite: String,
    /// The charger's own certificate, where it showed one.
    pub certificate: Option<ClientCertificate>,
}

/// A certificate that a charger showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCertificate {
    /// Its subject, at most 200 characters.
    pub subject: String,
    /// Its issuer, at most 200 characters.
    pub issuer: String,
    /// Empty where it is valid and from a root we trust; else what is wrong with it, as a sentence.
    pub trouble: String,
}

/// What a charger sent as the password of Basic authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Password {
    /// None.
    #[default]
    Missing,
    /// One; none is set here to hold it against.
    Unchecked,
    /// The right one.
    Right,
    /// Another one.
    Wrong,
}

/// A header of an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name as spelled, at most 60 characters.
    pub name: String,
    /// Its value, at most 200 characters, masked where it is a secret.
    pub value: String,
}

/// How a connection was secured: the part of a handshake that tells OCPP's security profiles apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Security {
    /// TLS; `None` for a plain connection.
    pub tls: Option<Tls>,
    /// Did it send a password?
    pub password: Password,
}

impl Security {
    /// The security profile that the connection shows (OCPP 1.6 security whitepaper, OCPP 2.0.1 part 2 block A): 0 none,
    /// 1 password, 2 password and TLS, 3 TLS and a certificate we trust. `None` for TLS with neither: no profile is like
    /// that.
    pub fn profile(&self) -> Option<u8> {
        let password = self.password != Password::Missing;
        let trusted = |tls: &Tls| tls.certificate.as_ref().is_some_and(|c| c.trouble.is_empty());
        match &self.tls {
            Some(tls) if trusted(tls) => Some(3),
            Some(_) => password.then_some(2),
            None => Some(u8::from(password)),
        }
    }
}
