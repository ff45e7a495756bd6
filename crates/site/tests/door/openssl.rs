//! `openssl s_client`, a TLS stack that is not ours, as a charger.
#![cfg(target_os = "linux")]

use std::process::Stdio;

use chargehand_site::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::bench::{Bench, request};

/// Connects, sends what is given, and reads until it ends or the answer's head is there.
async fn s_client(bench: &Bench, arguments: &[&str], send: &str) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &bench.address.to_string(), "-quiet"]).args(arguments);
    let openssl = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut openssl = openssl.spawn().expect("openssl is installed");
    let mut stdin = openssl.stdin.take().expect("piped");
    let _ = stdin.write_all(send.as_bytes()).await;
    let (mut stdout, mut read) = (openssl.stdout.take().expect("piped"), Vec::new());
    while !read.ends_with(b"\r\n\r\n") {
        match stdout.read_buf(&mut read).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn openssl_gets_in_by_each_version_and_each_kind_of_certificate() {
    let mut bench = Bench::secure(Options::default()).await;
    let root = bench.root();
    for more in [
        &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"][..],
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
        &["-tls1_3"],
        &["-tls1_3", "-sigalgs", "ecdsa_secp256r1_sha256:rsa_pkcs1_sha256"],
    ] {
        // The address as an address, and as a DNS name: chargers compare either.
        for name in [["-verify_ip", "127.0.0.1"], ["-verify_hostname", "127.0.0.1"]] {
            let arguments = [&["-CAfile", &root, "-verify_return_error"][..], &name, more].concat();
            let answer = s_client(&bench, &arguments, &request("/CP1", "")).await;
            assert!(answer.starts_with("HTTP/1.1 101"), "{arguments:?}: {answer}");
            bench.connected().await;
        }
    }
}

#[tokio::test]
async fn openssl_that_cannot_is_told_why() {
    let mut bench = Bench::secure(Options::default()).await;
    let root = bench.root();
    for (arguments, code, words) in [
        (
            &["-tls1_2", "-cipher", "AES128-SHA:AES256-GCM-SHA384"][..],
            "tls_no_shared_cipher",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
        ),
        (&["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"], "tls_no_shared_cipher", "CBC"),
        (&["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], "tls_too_old", "TLS 1.1"),
        (&["-verify_return_error"], "tls_unknown_authority", "InstallCertificate"),
        (&["-CAfile", &root, "-verify_return_error", "-attime", "978307200"], "tls_bad_certificate", "clock"),
        (&["-CAfile", &root, "-verify_return_error", "-attime", "2840140800"], "tls_expired", "clock"),
        (&["-CAfile", &root, "-verify_return_error", "-verify_ip", "10.0.0.1"], "tls_bad_certificate", "exactly"),
        (&["-tls1_3", "-sigalgs", "ed25519"], "tls_no_shared_signature", "RSA"),
    ] {
        let answer = s_client(&bench, arguments, "").await;
        assert_eq!(answer, "", "{arguments:?}");
        let (found, text) = bench.refusal().await;
        assert_eq!(found, code, "{arguments:?}: {text}");
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn openssl_reads_the_sealed_key_with_its_passphrase_alone() {
    let bench = Bench::secure(Options::default()).await;
    let key = bench.folder.path().join("authority/root.key.pem");
    for (passphrase, opens) in [("pass:correct horse", true), ("pass:wrong horse", false)] {
        let mut command = Command::new("openssl");
        command.args(["pkey", "-noout", "-check", "-passin", passphrase, "-in"]).arg(&key);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().await.expect("openssl is installed");
        assert_eq!(status.success(), opens, "{passphrase}");
    }
}
