//! TLS that does not work, and what is said about it.

use chargehand_site::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::{Bench, Speaker};

/// How a charger fails that speaks so, and the sentence.
async fn failed(bench: &mut Bench, speaker: Speaker) -> (String, String) {
    assert!(speaker.connect(bench.address).await.is_err(), "hands were shaken");
    bench.refusal().await
}

#[tokio::test]
async fn a_charger_that_does_not_know_our_authority_is_told_how_to_get_it() {
    let mut bench = Bench::secure(Options::default()).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let other = Bench::secure(Options::default()).await;
        let speaker = Speaker { versions: vec![version], ..Speaker::trusting(&other) };
        let (code, text) = failed(&mut bench, speaker).await;
        assert_eq!(code, "tls_unknown_authority", "{text}");
        assert!(text.contains("root") && text.contains("InstallCertificate"), "{text}");
    }
}

#[tokio::test]
async fn a_charger_whose_clock_is_wrong_is_told_so() {
    let mut bench = Bench::secure(Options::default()).await;
    // 2001, and 2060.
    for clock in [978_307_200, 2_840_140_800] {
        let speaker = Speaker { clock: Some(clock), ..Speaker::trusting(&bench) };
        let (code, text) = failed(&mut bench, speaker).await;
        assert_eq!(code, "tls_expired", "{text}");
        assert!(text.contains("clock is wrong") && text.contains("ws://"), "{text}");
    }
}

/// A hello of an old stack: TLS 1.0, or TLS 1.2 with RSA key exchange alone; no extensions.
fn old_hello(minor: u8) -> Vec<u8> {
    let body = [&[3, minor][..], &[7; 32], &[0, 0, 4, 0x00, 0x2f, 0x00, 0x35, 1, 0]].concat();
    [&[0x16, 3, 1, 0, body.len() as u8 + 4, 1, 0, 0, body.len() as u8], &body[..]].concat()
}

#[tokio::test]
async fn what_a_charger_cannot_do_is_named() {
    let mut bench = Bench::secure(Options::default()).await;
    for (bytes, code, words) in [
        (old_hello(1), "tls_too_old", "TLS 1.0"),
        (old_hello(2), "tls_too_old", "TLS 1.1"),
        (b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03".to_vec(), "tls_broken", "standard"),
        (b"\x16\x03\x01\x02\x00\x01\x00".to_vec(), "went_away", "hello"),
    ] {
        let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
        charger.write_all(&bytes).await.expect("sent");
        charger.shutdown().await.expect("half closed");
        let (found, text) = bench.refusal().await;
        assert_eq!(found, code, "{text}");
        assert!(text.contains(words), "{text}");
        let _ = charger.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test]
async fn a_charger_that_hangs_up_when_it_sees_our_certificate_is_not_a_riddle() {
    let mut bench = Bench::secure(Options::default()).await;
    let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
    charger.write_all(&hello()).await.expect("sent");
    assert!(charger.read_u8().await.is_ok(), "the certificate is on its way");
    charger.shutdown().await.expect("half closed");
    let (code, text) = bench.refusal().await;
    assert_eq!(code, "tls_hung_up");
    assert!(text.contains("does not trust") && text.contains("clock"), "{text}");
}

/// The hello of a charger that is up to date.
fn hello() -> Vec<u8> {
    use std::sync::Arc;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let name = "laptop.local".try_into().expect("a name");
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).expect("memory");
    bytes
}

#[tokio::test]
async fn tls_without_an_authority_is_told_with_both_ways_to_have_one() {
    let mut bench = Bench::plain(Options::default()).await;
    let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
    charger.write_all(&hello()).await.expect("sent");
    let attempt = bench.attempt().await;
    let finding = attempt.refusal().expect("refused");
    assert_eq!(finding.code, "tls_without_authority");
    for way in ["ws://", "--tls-keychain", "--tls-passphrase-file"] {
        assert!(finding.text.contains(way), "{}", finding.text);
    }
    assert_eq!(crate::bench::stages(&attempt), ["first_bytes", "hello"], "what it offered is told all the same");
}
