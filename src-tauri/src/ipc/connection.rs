//! What crosses of a connection to our port.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{FindingView, OutcomeView};

/// A connection in the list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionLine {
    /// Its key.
    pub id: String,
    /// When its TCP connection was accepted.
    pub at: String,
    /// Address and port it came from.
    pub peer: String,
    /// The charger's id; empty where it told none.
    pub charger: String,
    /// How far it has come.
    pub state: ConnectionState,
    /// TLS is up on it.
    pub secured: bool,
    /// Why it never became a charger's; else empty.
    pub why: String,
    /// How many stages it has.
    pub stages: u32,
    /// It came to practice: it is that of our simulated charger.
    pub simulated: bool,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionState {
    /// It is not known yet what it is.
    Coming,
    /// It is a charger's, and open.
    Connected,
    /// It was a charger's, and has ended.
    Ended,
    /// It did not become a charger's.
    Refused,
}

/// One connection with its stages.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Its key.
    pub id: String,
    /// When its TCP connection was accepted.
    pub at: String,
    /// Address and port it came from.
    pub peer: String,
    /// Our address and port that it reached; empty where unknown.
    pub local: String,
    /// The charger's id; empty where it told none.
    pub charger: String,
    /// How far it has come.
    pub state: ConnectionState,
    /// What happened, in order.
    pub stages: Vec<StageView>,
    /// What was found.
    pub findings: Vec<FindingView>,
}

/// A stage of a connection.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    /// Since the TCP connection was accepted, ms.
    pub ms: u32,
    /// What happened.
    pub what: WhatView,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WhatView {
    /// The first bytes came.
    FirstBytes {
        /// What they look like.
        speaks: SpeaksView,
        /// The first of them, hex.
        hex: String,
    },
    /// A TLS hello came.
    Hello {
        /// TLS versions it offers, newest first.
        versions: Vec<String>,
        /// Cipher suites it offers, in its order.
        suites: Vec<String>,
        /// The host name it wants (SNI).
        server_name: Option<String>,
        /// Protocols it offers inside TLS (ALPN).
        alpn: Vec<String>,
    },
    /// TLS is up.
    Secured {
        /// The version agreed.
        version: String,
        /// The cipher suite agreed.
        suite: String,
        /// The charger's own certificate.
        certificate: Option<CertificateView>,
    },
    /// An HTTP request came.
    Request {
        /// The request line, secrets masked.
        line: String,
        /// The headers, secrets masked.
        headers: Vec<HeaderView>,
        /// The password.
        password: PasswordView,
    },
    /// We answered it.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Subprotocols it offered, in its order.
        offered: Vec<String>,
        /// The one we chose; empty for none.
        chosen: String,
    },
    /// The first message came.
    FirstMessage {
        /// Its beginning, secrets masked.
        text: String,
    },
    /// The connection ended.
    Closed {
        /// Who ended it.
        by: ClosedByView,
        /// The WebSocket close code.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
}

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SpeaksView {
    /// TLS.
    Tls,
    /// HTTP.
    Http,
    /// Neither.
    Junk,
}

/// A certificate that a charger showed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// Its subject.
    pub subject: String,
    /// Its issuer.
    pub issuer: String,
    /// What is wrong with it; empty where we trust it.
    pub trouble: String,
}

/// A header of a request.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HeaderView {
    /// As spelled.
    pub name: String,
    /// Masked where it is a secret.
    pub value: String,
}

/// What a charger sent as its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PasswordView {
    /// None.
    Missing,
    /// One; none is set to hold it against.
    Unchecked,
    /// The right one.
    Right,
    /// Another one.
    Wrong,
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ClosedByView {
    /// The charger.
    Charger,
    /// We.
    Us,
    /// A newer connection of the same charger took its place.
    NewerConnection,
    /// The network.
    Network,
}

/// How a charger's newest connection is secured.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecurityView {
    /// OCPP's security profile that it shows, 0 to 3; `None`: none is like that.
    pub profile: Option<u8>,
    /// TLS version and cipher suite; `None` without TLS.
    pub tls: Option<String>,
    /// The password.
    pub password: PasswordView,
    /// The charger's own certificate.
    pub certificate: Option<CertificateView>,
    /// The profile it has: the higher of what it shows and what it is set to, 0 to 3.
    pub has: u8,
    /// Its profile is being raised now.
    pub raising: bool,
    /// What raising it came to the last time; `None` where it was not tried, or runs.
    pub raised: Option<OutcomeView>,
}

/// What raising a charger's security profile would do.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The profile it has, 0 to 3.
    pub from: u8,
    /// The profiles to reach, in order.
    pub rungs: Vec<RungView>,
    /// The way back, in words.
    pub way_back: String,
}

/// One security profile to reach.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RungView {
    /// The profile, 1 to 3.
    pub profile: u8,
    /// What is written for it, in words.
    pub writes: String,
    /// What proves it, in words.
    pub proof: String,
}

/// Our certificate authority.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuthorityView {
    /// It can sign, so chargers can speak TLS.
    pub open: bool,
    /// Its name.
    pub name: String,
    /// SHA-256 of its root, hex.
    pub fingerprint: String,
    /// Its private key lies under a passphrase: it opens with that alone.
    pub under_passphrase: bool,
}
