//! Security profiles 2 and 3 over real sockets.

use crate::authority::{Authority, Pair};
use chargehand_simulator::{
    Behaviour, Endpoint, EndpointError, LinkState, Security, SimulatedCharger, Version, connect,
};
use futures_util::StreamExt;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

const PASSWORD: &str = "0123456789abcdef";

/// An endpoint with a certificate; with an authority for chargers, it wants theirs.
struct Encrypted {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Encrypted {
    async fn new(own: &Pair, chargers: Option<&Authority>) -> Encrypted {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let config = match chargers {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.root_der()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = config.with_single_cert(own.chain_der(), own.key_der()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Encrypted { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    fn url(&self) -> String {
        format!("wss://{}", self.listener.local_addr().unwrap())
    }

    /// The next charger, and the Authorization it brings; nothing when its handshake fails.
    async fn accept(&self) -> Option<(WebSocketStream<TlsStream<TcpStream>>, Option<String>)> {
        let (socket, _) = self.listener.accept().await.unwrap();
        let socket = self.acceptor.accept(socket).await.ok()?;
        let mut authorization = None;
        #[allow(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
        let callback = |request: &Request, mut response: Response| {
            let text = |name| request.headers().get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
            authorization = text("authorization");
            let offered = HeaderValue::try_from(text("sec-websocket-protocol").unwrap()).unwrap();
            response.headers_mut().insert("Sec-WebSocket-Protocol", offered);
            Ok(response)
        };
        let socket = accept_hdr_async(socket, callback).await.unwrap();
        Some((socket, authorization))
    }
}

fn charger(version: Version) -> SimulatedCharger {
    SimulatedCharger::new(Behaviour { version, ..<_>::default() }, Timestamp::now())
}

fn with_password(root: &Authority) -> Security {
    Security { profile: 2, password: Some(PASSWORD.into()), roots: root.root(), ..Security::default() }
}

/// Why a charger is not connected.
async fn why(hand: &chargehand_simulator::Hand) -> String {
    let mut link = hand.link();
    let state = link.wait_for(|state| matches!(state, LinkState::Down { .. })).await.unwrap().clone();
    let LinkState::Down { why, .. } = state else { panic!("down") };
    why
}

#[tokio::test]
async fn a_charger_speaks_tls_with_its_password() {
    let authority = Authority::new("Root");
    for version in Version::ALL {
        let encrypted = Encrypted::new(&authority.certify("127.0.0.1"), None).await;
        let endpoint = Endpoint::secured(&encrypted.url(), "CP1", with_password(&authority)).unwrap();
        let hand = connect(endpoint, charger(version));
        let (mut socket, authorization) = encrypted.accept().await.unwrap();
        assert_eq!(authorization.as_deref(), Some("Basic Q1AxOjAxMjM0NTY3ODlhYmNkZWY="));
        let boot = socket.next().await.unwrap().unwrap();
        assert!(boot.to_text().unwrap().contains("BootNotification"));
        hand.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_charger_shows_its_certificate_and_no_password_with_profile_3() {
    let authority = Authority::new("Root");
    let encrypted = Encrypted::new(&authority.certify("127.0.0.1"), Some(&authority)).await;
    let own = authority.certify("CP1");
    let security = Security { profile: 3, certificate: own.certificate, key: own.key, ..with_password(&authority) };
    let hand = connect(Endpoint::secured(&encrypted.url(), "CP1", security).unwrap(), charger(Version::V201));
    let (socket, authorization) = encrypted.accept().await.unwrap();
    assert_eq!(authorization, None);
    assert_eq!(socket.get_ref().get_ref().1.peer_certificates().unwrap().len(), 1);
    hand.stop().await.unwrap();
}

#[tokio::test]
async fn a_charger_without_the_certificate_that_is_wanted_is_told_so() {
    let authority = Authority::new("Root");
    let encrypted = Encrypted::new(&authority.certify("127.0.0.1"), Some(&authority)).await;
    let hand =
        connect(Endpoint::secured(&encrypted.url(), "CP1", with_password(&authority)).unwrap(), charger(Version::V16));
    assert!(encrypted.accept().await.is_none());
    let why = why(&hand).await;
    assert!(why.contains("refuses the charger's certificate, or the lack of one"), "{why}");
    hand.stop().await.unwrap();
}

#[tokio::test]
async fn a_charger_says_what_is_wrong_with_the_endpoints_certificate() {
    let (ours, foreign) = (Authority::new("Ours"), Authority::new("Foreign"));
    for (certificate, wanted) in [
        (foreign.certify("127.0.0.1"), "no root of the charger signed"),
        (ours.certify("10.9.8.7"), "a certificate for another address"),
    ] {
        let encrypted = Encrypted::new(&certificate, None).await;
        let endpoint = Endpoint::secured(&encrypted.url(), "CP1", with_password(&ours)).unwrap();
        let hand = connect(endpoint, charger(Version::V16));
        assert!(encrypted.accept().await.is_none());
        let why = why(&hand).await;
        assert!(why.contains(wanted), "{why}");
        hand.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_charger_says_when_its_own_certificate_and_key_do_not_belong_together() {
    let authority = Authority::new("Root");
    let encrypted = Encrypted::new(&authority.certify("127.0.0.1"), Some(&authority)).await;
    let (certificate, key) = (authority.certify("CP1").certificate, authority.certify("CP1").key);
    let security = Security { profile: 3, certificate, key, ..with_password(&authority) };
    let hand = connect(Endpoint::secured(&encrypted.url(), "CP1", security).unwrap(), charger(Version::V21));
    let why = why(&hand).await;
    assert!(why.starts_with("The charger's own certificate or key cannot be used"), "{why}");
    hand.stop().await.unwrap();
}

#[tokio::test]
async fn a_charger_notices_an_endpoint_that_is_not_encrypted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://{}", listener.local_addr().unwrap());
    let plain = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 512]).await;
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let endpoint = Endpoint::secured(&url, "CP1", with_password(&Authority::new("Root"))).unwrap();
    let hand = connect(endpoint, charger(Version::V16));
    let why = why(&hand).await;
    assert!(why.contains("does not speak TLS"), "{why}");
    plain.await.unwrap();
    hand.stop().await.unwrap();
}

#[test]
fn what_a_security_profile_lacks_is_named() {
    let secured = |url, security| Endpoint::secured(url, "CP1", security).unwrap_err();
    let profile = |profile| Security { profile, ..Security::default() };
    assert!(matches!(secured("wss://10.0.0.2", profile(4)), EndpointError::NoProfile { profile: 4 }));
    assert!(matches!(secured("ws://10.0.0.2", profile(2)), EndpointError::WrongScheme { scheme: "wss", .. }));
    assert!(matches!(secured("wss://10.0.0.2", profile(2)), EndpointError::Missing { what: "a password", .. }));
    let unsigned = Security { profile: 3, roots: Authority::new("Root").root(), ..Security::default() };
    assert!(secured("wss://10.0.0.2", unsigned).to_string().contains("a certificate and its private key"));
}
