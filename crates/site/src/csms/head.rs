//! The HTTP request that asks for a WebSocket, read our own way: the usual reading silently drops chargers that deviate.
//! Pure: bytes in, what they mean out; whatever the bytes, it never panics.

use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, engine::general_purpose::STANDARD};
use chargehand_commissioning::attempt::Header;
use chargehand_commissioning::secret::MASK;
use chargehand_ocpp::Deviation;
use percent_encoding::percent_decode_str;

/// A request head is at most this long, bytes.
pub const LONGEST: usize = 16 * 1024;
/// The longest id we keep, characters.
const ID_CHARS: usize = 100;
/// The longest path and request line we keep, characters: the path is in the charger's record, which is written often.
const PATH_CHARS: usize = 500;
/// What is told of headers: so many, …
const HEADERS: usize = 32;
/// … of names this long, characters, …
const NAME_CHARS: usize = 60;
/// … and of values this long.
const VALUE_CHARS: usize = 200;
/// The most items of a header that is a list.
const ITEMS: usize = 20;

/// How the paths of well-known platforms end before the id.
const PATH_WORDS: &[&str] = &["ocpp", "ocppj", "ocpp16", "ws", "wss", "websocket", "CentralSystemService", "csms"];

/// How the User-Agent of our own simulated chargers begins.
const SIMULATOR: &[u8] = b"Chargehand-Simulator/";

/// Headers whose values are secrets: one of these, or one whose name holds one of [`SECRET_PARTS`].
const SECRETS: &[&str] = &["authorization", "proxy-authorization", "cookie"];
const SECRET_PARTS: &[&str] = &["token", "secret", "password", "api-key", "apikey"];

/// A request head, read.
#[derive(Debug)]
pub struct Head {
    method: String,
    /// As received, but for spaces, which are `%20` here.
    target: String,
    headers: Vec<(String, Vec<u8>)>,
}

/// User and password of Basic authentication.
pub struct Credentials {
    /// The user; a charger gives its id.
    pub user: String,
    /// As bytes: a 1.6 key is 20 raw bytes and no text.
    pub password: Vec<u8>,
}

impl Credentials {
    /// What is odd about them for a charger of this id.
    pub fn odd(&self, id: &str) -> Vec<Deviation> {
        let user = (self.user != id).then(|| Deviation::hard("basic_user", "", &self.user));
        let bytes = std::str::from_utf8(&self.password).is_err();
        let password =
            bytes.then(|| Deviation::soft("password_not_text", "", format!("{} bytes", self.password.len())));
        user.into_iter().chain(password).collect()
    }
}

/// Where the head ends: after its empty line. `None`: more has to come.
pub fn end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}

/// Reads a whole head; a space in the path (seen where an id has one) is mended first. `None`: it is no HTTP request.
pub fn parse(head: &[u8]) -> Option<Head> {
    let mended = mend_path(head);
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(&mended).ok().filter(httparse::Status::is_complete)?;
    let headers = request.headers.iter().map(|h| (h.name.to_owned(), h.value.to_vec())).collect();
    Some(Head { method: request.method?.to_owned(), target: request.path?.to_owned(), headers })
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

impl Head {
    /// The first value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// All values of a header that is a comma-separated list.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let values = values.map(|(_, value)| String::from_utf8_lossy(value));
        let items = values.flat_map(|v| v.split(',').map(|item| shown(item.trim(), ID_CHARS)).collect::<Vec<_>>());
        items.filter(|item| !item.is_empty()).take(ITEMS).collect()
    }

    /// Does it say that it is one of our own simulated chargers? A personality boots with a real maker's name.
    pub fn is_simulated(&self) -> bool {
        self.header("user-agent").is_some_and(|agent| agent.starts_with(SIMULATOR))
    }

    /// Does it ask for a WebSocket at all? A browser or a scanner does not.
    pub fn asks_for_websocket(&self) -> bool {
        self.header("sec-websocket-key").is_some() || self.header("upgrade").is_some()
    }

    /// The path as told and kept: bounded, secrets masked.
    pub fn path(&self) -> String {
        shown(&masked(&self.target), PATH_CHARS)
    }

    /// The request line as told, bounded, secrets masked.
    pub fn line(&self) -> String {
        shown(&format!("{} {}", self.method, masked(&self.target)), PATH_CHARS)
    }

    /// The headers as told, bounded, secrets masked.
    pub fn told(&self) -> Vec<Header> {
        let told = |(name, value): &(String, Vec<u8>)| Header {
            name: shown(name, NAME_CHARS),
            value: if is_secret(name) { mask(value) } else { shown(&String::from_utf8_lossy(value), VALUE_CHARS) },
        };
        self.headers.iter().take(HEADERS).map(told).collect()
    }

    /// User and password of Basic authentication (RFC 7617), where they can be read.
    pub fn credentials(&self) -> Option<Credentials> {
        // Some stacks leave the padding out.
        const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
            &ALPHABET,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        let value = std::str::from_utf8(self.header("authorization")?).ok()?;
        let (scheme, credentials) = value.split_once(' ')?;
        let decoded = ANY_PADDING.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let colon = decoded.iter().position(|b| *b == b':')?;
        let user = shown(&String::from_utf8_lossy(&decoded[..colon]), ID_CHARS);
        Some(Credentials { user, password: decoded[colon + 1..].to_vec() })
    }

    /// The id is the last non-empty segment of the path, percent-decoded (OCPP-J 1.6 3.1.1), and what was odd about the
    /// path. Empty where the path holds none.
    pub fn id(&self) -> (String, Vec<Deviation>) {
        let plain = self.target.split(['?', '#']).next().unwrap_or_default();
        // A whole URL is allowed, too (RFC 9112 3.2.2).
        let plain = match plain.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => plain,
        };
        let segment = plain.split('/').rfind(|s| !s.is_empty()).unwrap_or_default();
        let id = shown(&percent_decode_str(segment).decode_utf8_lossy(), ID_CHARS);
        let mut deviations = Vec::new();
        if plain.contains("//") || (plain.ends_with('/') && !id.is_empty()) {
            deviations.push(Deviation::soft("path_slashes", "", plain));
        }
        if id.is_empty() {
            deviations.push(Deviation::hard("path_without_id", "", self.path()));
        } else if !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            deviations.push(Deviation::soft("id_not_plain", "", &id));
        } else if PATH_WORDS.iter().any(|word| id.eq_ignore_ascii_case(word)) {
            deviations.push(Deviation::soft("id_like_a_path", "", &id));
        }
        (id, deviations)
    }

    /// That it offers to compress its messages (RFC 7692).
    pub fn compression(&self) -> Option<Deviation> {
        let offered =
            self.list("sec-websocket-extensions").into_iter().find(|e| e.starts_with("permessage-deflate"))?;
        Some(Deviation::soft("compression_offered", "", offered))
    }

    /// Headers that a WebSocket request needs (RFC 6455 4.1) and that are missing or say something else.
    pub fn odd_headers(&self) -> Vec<Deviation> {
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

fn is_secret(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    SECRETS.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// A secret's scheme, where it names one that is known; never the secret.
fn mask(value: &[u8]) -> String {
    let scheme = value.split(|b| *b == b' ').next().unwrap_or_default();
    let known = ["Basic", "Bearer", "Digest"].into_iter().find(|name| scheme.eq_ignore_ascii_case(name.as_bytes()));
    known.map_or_else(|| MASK.to_owned(), |name| format!("{name} {MASK}"))
}

/// The target without what may be secret in it: user and password before `@`, values after `?`.
fn masked(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let path = match path.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://{MASK}@{rest}"),
        None => path.to_owned(),
    };
    let Some(query) = query else { return path };
    let pair = |pair: &str| pair.split_once('=').map_or_else(|| pair.to_owned(), |(name, _)| format!("{name}={MASK}"));
    format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&"))
}

/// Bounded, without control characters.
pub(crate) fn shown(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(target: &str) -> Head {
        parse(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).expect("a request")
    }

    fn with(header: &str) -> Head {
        parse(format!("GET /CP1 HTTP/1.1\r\n{header}\r\n\r\n").as_bytes()).expect("a request")
    }

    /// Everything that is read from a head.
    fn read(head: &Head) -> String {
        let credentials = head.credentials().map(|c| c.user);
        format!("{:?}", (head.id(), head.line(), head.path(), head.told(), head.odd_headers(), credentials))
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = end(&bytes);
            let _ = parse(&bytes).map(|head| read(&head));
        }

        #[test]
        fn no_request_makes_the_reading_panic_or_tell_without_bound(
            target in "/[ -~]{0,900}", name in "[A-Za-z-]{1,90}", value in "[ -~]{0,900}"
        ) {
            let head = parse(format!("GET {target} HTTP/1.1\r\n{name}: {value}\r\n\r\n").as_bytes());
            let told = head.map(|head| read(&head)).unwrap_or_default();
            prop_assert!(told.len() < 4_000, "{}", told.len());
        }
    }

    #[test]
    fn the_id_is_the_last_segment_whatever_stands_before_it() {
        for (target, id, rules) in [
            ("/CP1", "CP1", &[][..]),
            ("/", "", &["path_without_id"]),
            ("/ocpp/CP1/", "CP1", &["path_slashes"]),
            ("//CP1", "CP1", &["path_slashes"]),
            ("/RDAM%20123", "RDAM 123", &["id_not_plain"]),
            ("/ws/central/CP-1_2.x?token=1", "CP-1_2.x", &[]),
            ("/%00%0a", "", &["path_without_id"]),
            ("ws://10.0.0.2:9616/CP1", "CP1", &[]),
            ("/ocpp/OCPP", "OCPP", &["id_like_a_path"]),
            ("ws://10.0.0.2:9616", "", &["path_without_id"]),
        ] {
            let (found, deviations) = asked(target).id();
            assert_eq!(found, id, "{target}");
            assert_eq!(deviations.iter().map(|d| d.rule.as_ref()).collect::<Vec<_>>(), rules, "{target}");
        }
    }

    #[test]
    fn a_space_in_the_path_does_not_lose_the_charger() {
        assert_eq!(asked("/my charger 1").path(), "/my%20charger%201");
    }

    #[test]
    fn half_a_head_is_no_request_yet() {
        assert!(parse(b"GET /CP1 HTTP/1.1\r\nHost: x\r\n").is_none());
        assert_eq!(end(b"GET /CP1 HTTP/1.1\r\nHost: x\r\n"), None);
    }

    #[test]
    fn no_secret_of_a_request_is_told() {
        let secret = "hunter2";
        let encoded = STANDARD.encode(format!("CP1:{secret}"));
        for head in [
            with(&format!("Authorization: Basic {encoded}")),
            with(&format!("Authorization: {encoded}")),
            with(&format!("Proxy-Authorization: Bearer {secret}")),
            with(&format!("Cookie: a={secret}")),
            with(&format!("X-Api-Key: {secret}")),
            asked(&format!("/CP1?token={secret}&password={secret}")),
            asked(&format!("ws://CP1:{secret}@10.0.0.2/CP1")),
        ] {
            let told = read(&head);
            assert!(!told.contains(secret) && !told.contains(&encoded) && told.contains(MASK), "{told}");
        }
        let value = |header: &str| with(header).told()[0].value.clone();
        assert_eq!(value(&format!("authorization: basic {encoded}")), format!("Basic {MASK}"));
        assert_eq!(value("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), "dGhlIHNhbXBsZSBub25jZQ==", "a nonce, no key");
    }

    #[test]
    fn a_password_is_bytes_and_its_base64_may_lack_its_padding() {
        // The example of the OCPP-J 1.6 specification: a key of charger AL1000 whose bytes are no text.
        let given =
            with("Authorization: Basic QUwxMDAwOgABAgMEBQYH////////////////").credentials().expect("credentials");
        assert_eq!((given.user.as_str(), &given.password[..3], given.password.len()), ("AL1000", &[0, 1, 2][..], 20));
        let given = with("Authorization: Basic Q1AxOmFi").credentials().expect("credentials");
        assert_eq!(given.password, b"ab");
        let given = with("Authorization: Basic Q1AxOmE").credentials().expect("without its padding");
        assert_eq!(given.password, b"a");
    }
}
