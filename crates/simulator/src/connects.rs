//! How a charger connects, where that differs from the book.

use serde::Deserialize;

/// Field problems at the level of the socket, each seen on real chargers. All off by default; several may be on at
/// once. But for `does_not_wait` they show over a socket only, not where frames are told to the charger one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connects {
    /// P01 to P03, P39: what it can reach at all.
    pub reaches: Reach,
    /// P04: it goes to this port, whatever port was entered.
    pub port: Option<u16>,
    /// P04, P05: the path it makes of what was entered.
    pub path: Path,
    /// P04: where the address was entered without a path, it connects and never says a word.
    pub silent_without_path: bool,
    /// P06, P07: whether it encrypts.
    pub encrypts: Encrypts,
    /// P07: what it takes an endpoint's certificate for.
    pub trusts: Trust,
    /// P08: the subprotocol it offers.
    pub subprotocol: Subprotocol,
    /// P08: before each connection it opens one that offers `ocpp1.6`, says nothing on it, and drops it after 3 s.
    pub probes_as_16: bool,
    /// P09: its request has no `Connection: Upgrade`.
    pub leaves_out_connection: bool,
    /// P09: how it writes WebSocket frames.
    pub frames: Frames,
    /// P10: the user name of Basic authentication, where it is not the id.
    pub user: Option<String>,
    /// P10: it sends its password as the hexadecimal digits of its bytes.
    pub password_as_hex: bool,
    /// P13: a call that arrives before its boot was answered makes it drop the connection and boot again.
    pub boots_again_on_early_call: bool,
    /// P14: any call makes it deaf and mute; it drops the connection 30 s later.
    pub deaf_after_call: bool,
    /// P16: sends its calls without waiting for the answers to those before.
    pub does_not_wait: bool,
    /// P16: holds its answer to a call back until it answered the next one, or for 5 s.
    pub answers_out_of_order: bool,
    /// P36: it drops every connection after this many seconds.
    pub drops_after_s: Option<u32>,
    /// P37: it stays away this many seconds when a connection was lost.
    pub away_s: Option<u32>,
    /// P37: when it leaves a connection of its own accord, it forgets to close it.
    pub leaves_old_open: bool,
}

/// What a charger can reach.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every address.
    #[default]
    Everything,
    /// P01: addresses of the internet, none of a private network.
    PublicOnly,
    /// P03: it resolves no names.
    NumericOnly,
    /// P02: what it sends arrives nowhere.
    Nothing,
    /// It does not connect to an endpoint of its owner's; why, as a sentence.
    Never(String),
}

/// The path a charger asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// The one that was entered, and the id.
    #[default]
    Id,
    /// P04: the whole address once more within the path.
    WholeUrl,
    /// P04: the id twice.
    IdTwice,
    /// P05: no id.
    NoId,
    /// P05: the id, and then the serial number.
    IdAndSerial,
}

/// Whether a charger encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encrypts {
    /// As the address says.
    #[default]
    AsTold,
    /// P06: always. What it was not told to encrypt it encrypts without looking at the certificate.
    Always,
    /// P07: as the address says, with nothing newer than TLS 1.0. Only its first words are played; no endpoint that
    /// is secure goes on from there.
    Tls10,
}

/// What a charger takes an endpoint's certificate for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Good when a root that it was given signed it.
    #[default]
    Given,
    /// P07: it looks at its maker's roots only.
    MakerOnly,
    /// P07: its clock stands at 1970 when it connects: no certificate is valid yet.
    NotYetValid,
}

/// The subprotocol a charger offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subprotocol {
    /// That of its version.
    #[default]
    Version,
    /// P08: none.
    Missing,
    /// P08: this one.
    Other(String),
}

/// How a charger writes the frames of a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frames {
    /// As they should be.
    #[default]
    Plain,
    /// P09: with the first reserved bit set, which means nothing.
    ReservedBit,
    /// P09: compressed, though nobody agreed to that.
    Compressed,
}
