//! Chargers that can be pointed at an endpoint over an interface of their own in the LAN, one file each in the folder
//! `local_apis`: what is read there, what is written, and what a person must do first. The file's name is that of the
//! fingerprint.
//!
//! Most speak HTTP. A WebSocket that tells all it holds and takes one value at a time (that of the Wattpilot) is told of in
//! the same words: `[read]` has its path and says where the address is in what it tells, and the members of a body are
//! the values that are set.
//!
//! In a text `{url}` stands for the endpoint's address, `{on}` for `true` or `false`, `{on:1:0}` for either of two words,
//! `{user}` and `{password}` for what a person typed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::folder::{self, Files};
use crate::{Confidence, Scheme};

/// A charger's interface at which its endpoint is set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalApi {
    /// The fingerprint of the chargers that have it: the file's name.
    #[serde(skip)]
    pub fingerprint: &'static str,
    /// What it is called.
    pub title: String,
    /// With or without TLS.
    pub scheme: Scheme,
    /// The TCP port.
    pub port: u16,
    /// What is spoken there.
    #[serde(default)]
    pub over: Over,
    /// What a person must do or know first, as sentences.
    pub before: Vec<String>,
    /// What follows from writing, as a sentence.
    pub after: Option<String>,
    /// Where the address must not end with a slash.
    #[serde(default)]
    pub slash: Slash,
    /// The id that it tells belongs at the end of the address: it adds none by itself.
    #[serde(default)]
    pub id_in_url: bool,
    /// The longest address it takes, in characters.
    pub longest: Option<usize>,
    /// How a person is recognised there; nothing: not at all.
    pub login: Option<Login>,
    /// Where it tells the address it has.
    pub read: Read,
    /// What switches OCPP on, where it neither tells nor takes an address before that.
    pub switch_on: Option<Write>,
    /// What points it elsewhere.
    pub write: Steps,
    /// Where it tells that it is connected.
    pub connected: Option<Connected>,
    /// Where this was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What a charger's own interface speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// HTTP with JSON.
    #[default]
    Http,
    /// A WebSocket that says who it is, asks for the password, tells all that it holds, and takes one value at a time.
    WebSocket,
}

/// Whether an address ends with a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slash {
    /// As we give it: with one.
    #[default]
    Kept,
    /// It is refused with one.
    Forbidden,
}

/// How a person is recognised.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Login {
    /// HTTP Basic authentication (RFC 7617), where the charger asks for it.
    Basic,
    /// HTTP Digest authentication (RFC 7616, with MD5), where the charger asks for it.
    Digest,
    /// A challenge that is answered with the password, which never travels itself. There is no user name.
    Challenge,
    /// A login that holds for the connection.
    Session {
        /// The user name that it mostly has.
        user: String,
        /// Logs in.
        open: Box<Write>,
        /// Logs out.
        close: Box<Write>,
    },
}

/// A GET whose JSON answer says where the charger connects to; the places in it are JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The path with its query.
    pub path: String,
    /// Where the address is.
    pub url: String,
    /// Where it says whether OCPP is on; nothing: it always is.
    pub on: Option<String>,
    /// What it says there when it is; nothing: `true`.
    pub on_reads: Option<String>,
    /// Where the id is that it will connect with.
    pub id: Option<String>,
}

/// What is written, one after the other.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// In this order.
    pub steps: Vec<Write>,
}

/// Something that is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// GET (some write so), POST or PUT; SET for the values of a WebSocket.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// The query, not yet encoded.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// The JSON that is sent; nothing: an empty body.
    pub body: Option<toml::Table>,
    /// The body is the whole object as it was read, with these members changed.
    #[serde(default)]
    pub whole: bool,
}

/// Where the charger says that it is connected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connected {
    /// The path with its query.
    pub path: String,
    /// The JSON pointer.
    pub at: String,
    /// What it says there when it is; nothing: `true`.
    pub reads: Option<String>,
}

/// All known interfaces, in the order of their fingerprints' names.
pub fn local_apis() -> &'static [LocalApi] {
    static LOCAL_APIS: OnceLock<Vec<LocalApi>> = OnceLock::new();
    LOCAL_APIS.get_or_init(|| folder::read(FILES, |it: &mut LocalApi, name| it.fingerprint = name))
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/local_apis.rs"));

impl LocalApi {
    /// Why this address cannot be entered there, if so.
    pub fn refuses(&self, url: &str) -> Option<String> {
        let length = url.chars().count();
        let longest = self.longest.filter(|longest| length > *longest)?;
        Some(format!("The address has {length} characters; this charger takes {longest} at most."))
    }

    /// An address as it is entered there by a charger with this id.
    pub fn form(&self, url: &str, id: Option<&str>) -> String {
        let bare = url.trim_end_matches('/');
        match (self.slash, id.filter(|_| self.id_in_url)) {
            (_, Some(id)) => format!("{bare}/{id}"),
            (Slash::Kept, None) => url.to_owned(),
            (Slash::Forbidden, None) => bare.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_can_be_read_and_is_of_a_known_charger() {
        assert_eq!(folder::broken::<LocalApi>(FILES), [""; 0]);
        assert!(local_apis().len() >= 6);
        for it in local_apis() {
            let known = crate::fingerprints().iter().any(|device| device.name == it.fingerprint);
            assert!(known && !it.source.is_empty() && !it.date.is_empty(), "{}", it.fingerprint);
        }
    }

    #[test]
    fn nothing_is_deleted_and_the_address_is_among_what_is_written() {
        for it in local_apis() {
            let texts = format!("{:?}", it.write);
            assert!(texts.contains("{url}"), "{}", it.fingerprint);
            let methods: &[&str] = if it.over == Over::WebSocket { &["SET"] } else { &["GET", "POST", "PUT"] };
            for write in it.write.steps.iter().chain(&it.switch_on) {
                assert!(methods.contains(&write.method.as_str()), "{}", it.fingerprint);
            }
        }
    }

    #[test]
    fn an_address_is_entered_in_the_charger_s_own_form() {
        let of = |name: &str| local_apis().iter().find(|it| it.fingerprint == name).expect("it is known");
        let go_e = of("go-e-charger");
        assert_eq!(go_e.form("ws://192.168.1.2:9616/", Some("91020014")), "ws://192.168.1.2:9616/91020014");
        let warp = of("tinkerforge-warp");
        assert_eq!(warp.form("ws://192.168.1.2:9616/", Some("warp-1")), "ws://192.168.1.2:9616");
        assert!(warp.refuses(&"x".repeat(129)).is_some() && warp.refuses("ws://192.168.1.2:9616").is_none());
    }
}
