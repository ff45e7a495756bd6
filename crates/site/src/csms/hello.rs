//! The hello of a TLS client, read by ourselves: the TLS library tells nothing of a hello that it refuses, and those are
//! the ones a person asks about. Pure: bytes in, what they mean out; whatever the bytes, it never panics.

use chargehand_commissioning::attempt::Hello;
use rustls::CipherSuite;

use super::head::shown;

/// First byte of a TLS handshake record (RFC 8446 5.1).
pub const HANDSHAKE: u8 = 0x16;
/// A hello is at most this long, bytes; the longest seen, with post-quantum keys, are below 2 KiB.
pub const LONGEST: usize = 16 * 1024;
/// The type of a client hello (RFC 8446 4).
const CLIENT_HELLO: u8 = 1;
const SUITES: usize = 100;
const PROTOCOLS: usize = 10;
const NAME_CHARS: usize = 100;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// More has to come.
    More,
    /// A hello.
    Hello(Hello),
    /// It is none.
    Malformed,
}

/// Reads a client hello from the first bytes of a connection.
pub fn read(bytes: &[u8]) -> Read {
    let Some(message) = message(bytes) else { return Read::Malformed };
    let Some((&[kind, a, b, c], body)) = message.split_first_chunk() else { return Read::More };
    let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
    if kind != CLIENT_HELLO || length > LONGEST {
        return Read::Malformed;
    }
    match body.get(..length) {
        Some(body) => client_hello(body).map_or(Read::Malformed, Read::Hello),
        None => Read::More,
    }
}

/// The handshake message as far as it has come; it may be spread over records. `None`: something else comes between.
fn message(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut message, mut rest) = (Vec::new(), bytes);
    while let Some((&[kind, major, _, high, low], after)) = rest.split_first_chunk() {
        let length = usize::from(high) << 8 | usize::from(low);
        if kind != HANDSHAKE || major != 3 || length == 0 {
            return None;
        }
        let (fragment, next) = after.split_at(length.min(after.len()));
        message.extend_from_slice(fragment);
        if fragment.len() < length || message.len() > LONGEST {
            break;
        }
        rest = next;
    }
    Some(message)
}

/// What is left of a structure.
struct Left<'a>(&'a [u8]);

impl<'a> Left<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(count)?;
        self.0 = left;
        Some(taken)
    }

    fn u8(&mut self) -> Option<usize> {
        self.take(1).map(|b| usize::from(b[0]))
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    /// A vector with its length in one byte before it.
    fn short(&mut self) -> Option<Left<'a>> {
        let length = self.u8()?;
        self.take(length).map(Left)
    }

    /// A vector with its length in two bytes before it.
    fn long(&mut self) -> Option<Left<'a>> {
        let length = self.u16()?;
        self.take(usize::from(length)).map(Left)
    }

    fn numbers(mut self) -> Vec<u16> {
        std::iter::from_fn(|| self.u16()).filter(|number| !is_grease(*number)).collect()
    }
}

/// RFC 5246 7.4.1.2; what it offers beyond its suites stands in its extensions.
fn client_hello(body: &[u8]) -> Option<Hello> {
    let mut left = Left(body);
    let newest = left.u16()?;
    let _random = left.take(32)?;
    let _session = left.short()?;
    let suites = left.long()?.numbers();
    let _compression = left.short()?;
    let mut hello = Hello {
        versions: vec![version(newest)],
        suites: suites.into_iter().take(SUITES).map(suite).collect(),
        ..Hello::default()
    };
    // Old stacks send no extensions at all.
    let mut extensions = left.long().unwrap_or(Left(&[]));
    while let (Some(kind), Some(data)) = (extensions.u16(), extensions.long()) {
        extension(kind, data, &mut hello);
    }
    Some(hello)
}

fn extension(kind: u16, mut data: Left<'_>, hello: &mut Hello) {
    /// RFC 6066 3
    const SERVER_NAME: u16 = 0;
    /// RFC 7301 3.1
    const ALPN: u16 = 16;
    /// RFC 8446 4.2.1
    const SUPPORTED_VERSIONS: u16 = 43;
    match kind {
        SERVER_NAME => {
            let name = data.long().and_then(|mut names| {
                let _kind = names.u8()?;
                names.long()
            });
            hello.server_name = name.map(|name| text(name.0));
        }
        ALPN => {
            let mut protocols = data.long().unwrap_or(Left(&[]));
            let protocols = std::iter::from_fn(|| protocols.short()).map(|protocol| text(protocol.0));
            hello.alpn = protocols.take(PROTOCOLS).collect();
        }
        SUPPORTED_VERSIONS => {
            let mut versions = data.short().map(Left::numbers).unwrap_or_default();
            versions.sort_unstable_by(|a, b| b.cmp(a));
            hello.versions = versions.into_iter().take(PROTOCOLS).map(version).collect();
        }
        _ => {}
    }
}

fn text(bytes: &[u8]) -> String {
    shown(&String::from_utf8_lossy(bytes), NAME_CHARS)
}

/// Values that mean nothing and keep servers honest (RFC 8701).
fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// A version as people write it.
pub(super) fn version(number: u16) -> String {
    match number {
        0x0304 => "TLS 1.3".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0301 => "TLS 1.0".to_owned(),
        0x0300 => "SSL 3.0".to_owned(),
        other => format!("0x{other:04X}"),
    }
}

/// A suite's IANA name, or hex.
pub(crate) fn suite(number: u16) -> String {
    match CipherSuite::from(number).as_str() {
        // IANA calls the suites of TLS 1.3 as those before.
        Some(name) => name.strip_prefix("TLS13_").map_or_else(|| name.to_owned(), |rest| format!("TLS_{rest}")),
        None => format!("0x{number:04X}"),
    }
}

/// Does it offer a version that we speak: TLS 1.2 or 1.3?
pub(super) fn is_recent(hello: &Hello) -> bool {
    hello.versions.iter().any(|version| ["TLS 1.2", "TLS 1.3"].contains(&version.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use rustls::{ClientConfig, ClientConnection, RootCertStore};

    use super::*;

    /// The hello of a real client.
    fn spoken() -> Vec<u8> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut client = ClientConnection::new(Arc::new(config), "laptop.local".try_into().unwrap()).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        bytes
    }

    /// A hello as an old stack sends it: without extensions.
    fn old(version: [u8; 2], suites: &[u8]) -> Vec<u8> {
        let body = [&version[..], &[7; 32], &[0, 0, suites.len() as u8], suites, &[1, 0]].concat();
        [&[HANDSHAKE, 3, 1, 0, body.len() as u8 + 4, CLIENT_HELLO, 0, 0, body.len() as u8], &body[..]].concat()
    }

    #[test]
    fn a_hello_tells_versions_suites_name_and_protocols() {
        let Read::Hello(hello) = read(&spoken()) else { panic!("a hello") };
        assert_eq!(hello.versions, ["TLS 1.3", "TLS 1.2"]);
        assert_eq!(
            (hello.server_name.as_deref(), &hello.alpn[..]),
            (Some("laptop.local"), &["http/1.1".to_owned()][..])
        );
        assert!(hello.suites.contains(&"TLS_AES_128_GCM_SHA256".to_owned()), "{hello:?}");
        assert!(hello.suites.contains(&"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".to_owned()), "{hello:?}");
    }

    #[test]
    fn a_hello_of_an_old_stack_is_read_without_any_extension() {
        let Read::Hello(hello) = read(&old([3, 1], &[0, 0x2f, 0xd0, 0x99])) else { panic!("a hello") };
        assert_eq!((&hello.versions[..], hello.server_name.is_none()), (&["TLS 1.0".to_owned()][..], true));
        assert_eq!(hello.suites, ["TLS_RSA_WITH_AES_128_CBC_SHA", "0xD099"]);
        assert!(!is_recent(&hello));
    }

    #[test]
    fn a_hello_that_comes_in_pieces_is_waited_for() {
        let whole = spoken();
        for cut in 0..whole.len() {
            assert_eq!(read(&whole[..cut]), Read::More, "{cut} of {}", whole.len());
        }
        // The same over records of ten bytes each.
        let records = whole[5..].chunks(10).map(|part| [&[HANDSHAKE, 3, 1, 0, part.len() as u8], part].concat());
        assert_eq!(read(&records.collect::<Vec<_>>().concat()), read(&whole));
    }

    #[test]
    fn what_is_no_hello_is_not_waited_for() {
        for bytes in [
            &b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"[..],
            b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
            b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
            b"\x16\x03\x01\x00\x00",
            b"\x17\x03\x03\x00\x01x",
        ] {
            assert_eq!(read(bytes), Read::Malformed, "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_damage_to_a_hello_makes_the_reading_panic_or_tell_without_bound(
            at in 0_usize..200, damage in proptest::collection::vec(any::<u8>(), 1..40)
        ) {
            let mut bytes = spoken();
            let end = (at + damage.len()).min(bytes.len());
            bytes.splice(at..end, damage);
            if let Read::Hello(hello) = read(&bytes) {
                let told = format!("{hello:?}");
                prop_assert!(told.len() < 10_000);
            }
        }
    }
}
