//! One probe for each symptom that shows at the socket: whether a charger shows it.

use super::peer::{Encrypted, ID, PASSWORD, Peer, Request, Socket, Written};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chargehand_simulator::{Behaviour, Security, Version};
use tokio::io::AsyncReadExt;

pub const URL: &str = "ws://10.0.0.2:9616/ocpp";
const PUBLIC: &str = "ws://203.0.113.5:9616/ocpp";
const NAMED: &str = "ws://chargehand.example:9616/ocpp";
const WITHOUT_PATH: &str = "ws://10.0.0.2:9616";
const ENCRYPTED: &str = "wss://10.0.0.2:9616/ocpp";

/// What was noticed of a charger, by the names that personalities use.
pub type Seen = Vec<&'static str>;

fn peer(behaviour: &Behaviour) -> Peer {
    Peer::new(behaviour, URL, Security::default())
}

/// Whether it knocks at an address at all.
async fn knocks(behaviour: &Behaviour, url: &str) -> bool {
    Peer::new(behaviour, url, Security::default()).knock(600).await.is_some()
}

/// What it reaches.
pub async fn reach(behaviour: &Behaviour) -> Seen {
    match (knocks(behaviour, URL).await, knocks(behaviour, PUBLIC).await, knocks(behaviour, NAMED).await) {
        (false, false, _) => vec!["nothing arrives"],
        (false, true, _) => vec!["comes from the internet only"],
        (true, _, false) => vec!["resolves no names"],
        _ => vec![],
    }
}

/// Where it goes, and its first byte.
pub async fn first_byte(behaviour: &Behaviour) -> Seen {
    let mut seen = vec![];
    let mut peer = peer(behaviour);
    let Some(mut knock) = peer.knock(60).await else { return seen };
    if knock.port == 443 {
        seen.push("goes to port 443");
    }
    if knock.line.read_u8().await.unwrap() == 0x16 {
        seen.push("encrypts unasked");
    }
    seen
}

/// The request of its first connection.
async fn request(behaviour: &Behaviour, security: Security) -> Option<Request> {
    Some(Peer::new(behaviour, URL, security).socket().await?.request)
}

/// The path it asks for.
pub async fn path(behaviour: &Behaviour) -> Seen {
    let Some(request) = request(behaviour, Security::default()).await else { return vec![] };
    let target = request.target.strip_prefix("/ocpp/").expect("what was entered comes first");
    match target {
        ID => vec![],
        "" => vec!["no id in the path"],
        target if target.contains("://") => vec!["whole address in the path"],
        target if target == format!("{ID}/{ID}") => vec!["id twice in the path"],
        target if target == format!("{ID}/{}", behaviour.serial) => vec!["serial number in the path"],
        other => panic!("an unknown path {other}"),
    }
}

/// The headers of its request.
pub async fn headers(behaviour: &Behaviour) -> Seen {
    let Some(request) = request(behaviour, Security::default()).await else { return vec![] };
    let mut seen = vec![];
    assert!(request.header("user-agent").is_some_and(|name| name.starts_with("Chargehand-Simulator/")));
    match request.header("sec-websocket-protocol") {
        None => seen.push("no subprotocol"),
        Some(name) if !Version::ALL.iter().any(|version| version.subprotocol() == name) => {
            seen.push("unknown subprotocol");
        }
        Some(_) => {}
    }
    if request.header("connection").is_none() {
        seen.push("no Connection header");
    }
    seen
}

/// What it authenticates with.
pub async fn credentials(behaviour: &Behaviour) -> Seen {
    let security = Security { profile: 1, password: Some(PASSWORD.into()), ..Security::default() };
    let Some(request) = request(behaviour, security).await else { return vec![] };
    let basic = request.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
    let given = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    let (user, password) = given.split_once(':').unwrap();
    let mut seen = vec![];
    if user != ID {
        seen.push("user name is not the id");
    }
    if password != PASSWORD {
        assert_eq!(password, PASSWORD.bytes().map(|byte| format!("{byte:02x}")).collect::<String>());
        seen.push("password in hexadecimal digits");
    }
    seen
}

/// An encrypted endpoint, with a certificate by a root that it was given.
pub async fn encryption(behaviour: &Behaviour) -> Seen {
    let encrypted = Encrypted::new();
    let mut peer = Peer::new(behaviour, ENCRYPTED, encrypted.security());
    let Some(mut knock) = peer.knock(60).await else { return vec![] };
    let mut first = [0; 11];
    knock.line.read_exact(&mut first).await.unwrap();
    // RFC 5246 appendix E: what a ClientHello says is the highest version that it knows, up to 1.2
    if first[9..11] == [3, 1] {
        return vec!["speaks TLS 1.0 only"];
    }
    drop(knock);
    // the same once more, with somebody who answers
    let Some(knock) = peer.knock(700).await else { return vec![] };
    match encrypted.accept(Box::new(knock.line)).await {
        Ok(line) => {
            assert!(Socket::upgrade(line).await.is_some(), "it goes on");
            vec![]
        }
        Err(why) if why.contains("UnknownCA") => vec!["trusts its maker's roots only"],
        Err(why) if why.contains("CertificateExpired") => vec!["certificates not valid yet"],
        Err(why) => panic!("{why}"),
    }
}

/// Whether it speaks where its address has no path, and where it has one.
pub async fn silence(behaviour: &Behaviour) -> Seen {
    let mut without = Peer::new(behaviour, WITHOUT_PATH, Security::default());
    let Some(mut socket) = without.socket().await else { return vec![] };
    let speaks = socket.text(60).await.is_some();
    let mut with = peer(behaviour);
    let Some(mut socket) = with.socket().await else { return vec![] };
    let would_speak = socket.text(60).await.is_some();
    if would_speak && !speaks { vec!["silent without a path"] } else { vec![] }
}

/// Its first two connections: whether the first one only tried a version.
pub async fn first_connections(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut first) = peer.socket().await else { return vec![] };
    let offers = |socket: &Socket, version: Version| {
        socket.request.header("sec-websocket-protocol") == Some(version.subprotocol())
    };
    let spoke = first.text(5).await.is_some();
    if spoke || first.ended.is_none() || !offers(&first, Version::V16) {
        return vec![];
    }
    let second = peer.socket().await.expect("it connects in earnest");
    if offers(&second, Version::V16) { vec![] } else { vec!["tries 1.6 first"] }
}

/// How it writes frames.
pub async fn frames(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.socket().await else { return vec![] };
    match socket.text(60).await {
        None | Some((Written::Plain, _)) => vec![],
        Some((Written::ReservedBit, _)) => vec!["reserved bit set"],
        Some((Written::Compressed, _)) => vec!["compressed unasked"],
    }
}
