//! TLS that works.

use std::time::Duration;

use chargehand_commissioning::attempt::{Password, What};
use chargehand_site::authority::Authority;
use chargehand_site::{Options, csms};
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::bench::{Bench, Charger, HEARTBEAT, Speaker, ask, passphrase, request, stages, text};

/// "CP1:hunter22"
const BASIC: &str = "Authorization: Basic Q1AxOmh1bnRlcjIy\r\n";

#[tokio::test]
async fn a_charger_speaks_over_tls_1_2_and_1_3_on_the_port_that_plain_ones_use() {
    let mut bench = Bench::secure(Options::default()).await;
    for (version, name) in [(&TLS12, "TLS 1.2"), (&TLS13, "TLS 1.3")] {
        let speaker = Speaker { versions: vec![version], ..Speaker::trusting(&bench) };
        let mut charger = speaker.connect(bench.address).await.expect("hands are shaken");
        assert_eq!(ask(&mut charger, &request("/CP1", BASIC)).await.expect("an answer"), 101);
        let handshake = bench.connected().await;
        assert_eq!(handshake.url, format!("wss://{}/", bench.address));
        let tls = handshake.security.tls.as_ref().expect("TLS");
        assert_eq!((tls.version.as_str(), handshake.security.password), (name, Password::Unchecked));
        assert_eq!((handshake.security.profile(), tls.certificate.is_none()), (Some(2), true));
        let attempt = bench.attempt().await;
        assert_eq!(stages(&attempt), ["first_bytes", "hello", "secured", "request", "answer"]);
        assert!(attempt.findings.iter().any(|f| f.code == "tls_no_server_name"), "an address is no name");
        charger.write_all(&text(HEARTBEAT)).await.expect("sent");
        charger.flush().await.expect("sent");
        let mut answer = [0; 40];
        let answered = timeout(Duration::from_secs(60), charger.read_exact(&mut answer)).await.expect("in time");
        answered.expect("an answer");
        assert!(String::from_utf8_lossy(&answer).contains(r#"[3,"1","#), "{answer:?}");
        drop(charger);
        let ended = bench.attempt().await;
        let Some(What::Closed { reason, .. }) = ended.stages.last().map(|stage| &stage.what) else {
            panic!("{ended:?}")
        };
        assert_eq!(reason, "the charger hung up without a goodbye");
    }
    let mut plain = TcpStream::connect(bench.address).await.expect("it listens");
    assert_eq!(ask(&mut plain, &request("/CP1", BASIC)).await.expect("an answer"), 101);
    assert_eq!(bench.connected().await.security.profile(), Some(1));
    assert_eq!(bench.site.secure_urls(), [format!("wss://{}/", bench.address)]);
}

/// A key of a charger, and its request for a certificate.
fn request_for_certificate() -> (PrivateKeyDer<'static>, String) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "CP1");
    let csr = params.serialize_request(&key).expect("a request");
    use base64::Engine;
    let csr = base64::engine::general_purpose::STANDARD.encode(csr.der());
    (PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())), csr)
}

fn chain(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| der.expect("PEM")).collect()
}

/// A certificate of a charger, signed by the authority in a folder.
fn certificate(folder: &std::path::Path) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let (key, csr) = request_for_certificate();
    let authority = Authority::open(folder, &passphrase(), Timestamp::now()).expect("it opens");
    (chain(&authority.sign(&csr, "CP1", Timestamp::now()).expect("signed").chain), key)
}

#[tokio::test]
async fn a_charger_gets_its_certificate_over_ocpp_and_comes_back_with_it() {
    let mut bench = Bench::secure(Options { adopt_all: true, ..Options::default() }).await;
    let (key, csr) = request_for_certificate();
    let mut charger = Charger::boot(TcpStream::connect(bench.address).await.expect("it listens")).await;
    assert_eq!(bench.connected().await.security.profile(), Some(0));
    assert_eq!(charger.call("SignCertificate", json!({"csr": csr})).await["status"], "Accepted");
    let (action, payload) = charger.asked().await;
    assert_eq!(action, "CertificateSigned");
    let certificate = Some((chain(payload["certificateChain"].as_str().expect("a chain")), key));
    let speaker = Speaker { certificate, ..Speaker::trusting(&bench) };
    let _again = Charger::boot(speaker.connect(bench.address).await.expect("hands are shaken")).await;
    assert_eq!(bench.connected().await.security.profile(), Some(3));
    let record = bench.site.charger("CP1").expect("known").record().await.expect("a record");
    assert!(record.findings.iter().any(|f| f.code == "csr_without_organisation"), "{:?}", record.findings);
}

#[tokio::test]
async fn a_request_for_a_certificate_is_refused_while_no_authority_is_open_and_signed_once_one_is() {
    let bench = Bench::plain(Options { adopt_all: true, ..Options::default() }).await;
    let (_, csr) = request_for_certificate();
    let mut charger = Charger::boot(TcpStream::connect(bench.address).await.expect("it listens")).await;
    assert_eq!(charger.call("SignCertificate", json!({"csr": csr})).await["status"], "Rejected");
    bench.site.secure(passphrase()).await.expect("it is made");
    assert_eq!(charger.call("SignCertificate", json!({"csr": csr})).await["status"], "Accepted");
    assert_eq!(charger.asked().await.0, "CertificateSigned");
}

#[tokio::test]
async fn a_charger_with_a_certificate_of_ours_needs_no_password() {
    let password = Some(csms::Password::new("hunter22"));
    let mut bench = Bench::secure(Options { password, ..Options::default() }).await;
    for version in [&TLS12, &TLS13] {
        let certificate = Some(certificate(bench.folder.path()));
        let speaker = Speaker { versions: vec![version], certificate, ..Speaker::trusting(&bench) };
        let mut charger = speaker.connect(bench.address).await.expect("hands are shaken");
        assert_eq!(ask(&mut charger, &request("/CP1", "")).await.expect("an answer"), 101);
        let security = bench.connected().await.security;
        assert_eq!(security.profile(), Some(3));
        let shown = security.tls.and_then(|tls| tls.certificate).expect("one was shown");
        assert!(shown.subject.contains("CN=CP1") && shown.issuer.contains("Chargehand local CA"), "{shown:?}");
    }
}

#[tokio::test]
async fn a_certificate_from_elsewhere_is_a_finding_and_no_ticket() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let foreign = || Some(certificate(elsewhere.path()));
    let mut bench = Bench::secure(Options::default()).await;
    let speaker = Speaker { certificate: foreign(), ..Speaker::trusting(&bench) };
    let mut charger = speaker.connect(bench.address).await.expect("hands are shaken");
    assert_eq!(ask(&mut charger, &request("/CP1", "")).await.expect("an answer"), 101);
    let handshake = bench.connected().await;
    assert_eq!(handshake.security.profile(), None, "neither a password nor a certificate to trust");
    let deviation = handshake.deviations.iter().find(|d| d.rule == "client_certificate").expect("it is named");
    assert!(deviation.got.contains("not trusted"), "{deviation:?}");
    assert!(!deviation.meaning().starts_with("It differs"), "it has a meaning of its own");

    let password = Some(csms::Password::new("hunter22"));
    let mut bench = Bench::secure(Options { password, ..Options::default() }).await;
    let speaker = Speaker { certificate: foreign(), ..Speaker::trusting(&bench) };
    let mut charger = speaker.connect(bench.address).await.expect("hands are shaken");
    assert_eq!(ask(&mut charger, &request("/CP1", "")).await.expect("an answer"), 401);
    assert_eq!(bench.refusal().await.0, "password_missing");
}

#[tokio::test]
async fn a_user_that_is_not_the_chargers_id_is_named() {
    let mut bench = Bench::secure(Options::default()).await;
    let mut charger = Speaker::trusting(&bench).connect(bench.address).await.expect("hands are shaken");
    assert_eq!(ask(&mut charger, &request("/CP2", BASIC)).await.expect("an answer"), 101);
    let deviations = bench.connected().await.deviations;
    assert_eq!(
        deviations.iter().map(|d| (d.rule.as_ref(), d.got.as_str())).collect::<Vec<_>>(),
        [("basic_user", "CP1")]
    );
}

/// On Linux all of 127.0.0.0/8 is this computer.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whatever_address_a_charger_reaches_us_at_the_certificate_is_for_it() {
    let mut bench = Bench::secure(Options { listen: Some(([0, 0, 0, 0], 0).into()), ..Options::default() }).await;
    for last in [1, 2, 3, 2] {
        let address = ([127, 0, 0, last], bench.address.port()).into();
        let mut charger = Speaker::trusting(&bench).connect(address).await.expect("it is for this address");
        assert_eq!(ask(&mut charger, &request("/CP1", "")).await.expect("an answer"), 101);
        assert_eq!(bench.connected().await.url, format!("wss://{address}/"));
    }
}
