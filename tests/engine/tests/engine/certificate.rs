//! The certificate authority on the command line, and what `--handshakes` prints.

use std::process::Command;

use serde_json::json;

use crate::charger::{Charger, OCPP16, request};
use crate::program::{Program, folder, path};

/// What `certificate` prints and says, and its exit code.
fn certificate(arguments: &[&str]) -> (Vec<u8>, String, Option<i32>) {
    let output = Command::new(path()).arg("certificate").args(arguments).output().expect("it runs");
    (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[test]
fn the_root_is_made_on_first_use_and_exported_without_any_secret() {
    let data = folder();
    let at = data.path().to_str().expect("a path");
    let (printed, said, code) = certificate(&["root", "--data", at]);
    assert_eq!((printed.len(), code), (0, Some(4)));
    assert!(said.contains("--tls-keychain") && said.contains("--tls-passphrase-file"), "{said}");

    let file = data.path().join("passphrase");
    std::fs::write(&file, "correct horse battery\n").expect("written");
    let endpoint = Program::endpoint(data.path(), &["--tls-passphrase-file", file.to_str().expect("a path")]);
    let (pem, said, code) = certificate(&["root", "--data", at]);
    assert_eq!(code, Some(0));
    assert!(pem.starts_with(b"-----BEGIN CERTIFICATE-----") && said.contains("Chargehand local CA"), "{said}");
    let out = data.path().join("root.der");
    let (printed, _, code) = certificate(&["root", "--data", at, "--der", "--out", out.to_str().expect("a path")]);
    assert_eq!((printed.len(), code), (0, Some(0)));
    let der = std::fs::read(&out).expect("written");
    assert_eq!(der[0], 0x30, "DER begins with a sequence");
    let (_, _, code) = certificate(&["trust", "--data", at, out.to_str().expect("a path")]);
    assert_eq!(code, Some(0));
    endpoint.stop();

    std::fs::write(&file, "another passphrase").expect("written");
    let options = ["--listen", "127.0.0.1:0", "--tls-passphrase-file", file.to_str().expect("a path")];
    let ended = Program::run("endpoint", data.path(), &options).ended();
    assert_eq!((ended.code, ended.lines.len()), (4, 0));
    assert!(ended.stderr.contains("The passphrase is not the one"), "{}", ended.stderr);
}

#[test]
fn an_endpoint_with_an_authority_tells_both_urls_and_one_without_only_the_plain_one() {
    let data = folder();
    let plain = Program::endpoint(data.path(), &[]);
    assert_eq!(plain.listening["wss"], json!([]));
    plain.stop();
    let file = data.path().join("passphrase");
    std::fs::write(&file, "correct horse battery").expect("written");
    let secure = Program::endpoint(data.path(), &["--tls-passphrase-file", file.to_str().expect("a path")]);
    assert_eq!(secure.listening["wss"], json!([secure.url.replace("ws://", "wss://")]));
}

/// Without a session bus there is no keychain on Linux; elsewhere a test must not write into the person's own.
#[cfg(target_os = "linux")]
#[test]
fn without_a_keychain_there_is_no_authority_and_the_other_way_is_named() {
    let data = folder();
    let mut command = Command::new(path());
    command.args(["endpoint", "--listen", "127.0.0.1:0", "--tls-keychain", "--data"]).arg(data.path());
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all");
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("keychain") && said.contains("--tls-passphrase-file"), "{said}");
    assert!(!data.path().join("authority").join("root.pem").exists(), "nothing was made");
}

#[test]
fn a_charger_climbs_from_no_security_to_a_certificate_of_its_own_in_every_version() {
    for version in ["1.6", "2.0.1", "2.1"] {
        let data = folder();
        let (passphrase, password) = (data.path().join("passphrase"), data.path().join("password"));
        std::fs::write(&passphrase, "correct horse battery").expect("written");
        std::fs::write(&password, "a-password-of:20+chr\n").expect("written");
        let options = ["--adopt", "auto", "--tls-passphrase-file", passphrase.to_str().expect("a path")];
        let mut endpoint = Program::endpoint(data.path(), &options);
        let mut charger = Command::new(path());
        charger.args(["simulate", "--id", "CP1", "--url", &endpoint.url, "--version", version]);
        let _charger = Program::start(charger, "simulate_line");
        endpoint.event("booted");
        let mut order = json!({"do": "security", "charger": "CP1", "profile": 3});
        let plan = endpoint.order(order.clone()).expect("a plan");
        assert_eq!((&plan["from"], plan["rungs"].as_array().map(Vec::len)), (&json!(0), Some(3)));
        assert!(plan["way_back"].as_str().expect("text").contains("factory reset"), "{plan}");

        order["confirm"] = json!(true);
        order["password_file"] = json!(password);
        let raised = endpoint.order(order.clone()).expect("it was begun");
        assert_eq!(raised["outcome"], "passed", "{version}: {raised}");
        for scheme in ["ws", "ws", "wss", "wss"] {
            let url = endpoint.event("connected")["url"].as_str().expect("a url").to_owned();
            assert!(url.starts_with(&format!("{scheme}://")), "{version}: {url}");
        }
        assert_eq!(endpoint.order(order).expect("it was begun")["outcome"], "not_applicable");
        endpoint.stop();
        let disk = std::fs::read(data.path().join("chargehand.sqlite")).expect("a database");
        for secret in ["a-password-of:20+chr", "612D70617373776F72642D6F663A32302B636872"] {
            assert!(!disk.windows(secret.len()).any(|part| part == secret.as_bytes()), "{version}: {secret}");
        }
    }
}

#[test]
fn what_each_connection_did_is_printed_where_it_is_asked_for() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--handshakes"]);
    let stage = |line: &serde_json::Value, index: usize| line["attempt"]["stages"][index]["stage"].clone();
    Charger::knock(endpoint.port, "GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    let refused = endpoint.event("handshake");
    assert_eq!(refused["attempt"]["state"], "refused");
    assert_eq!(refused["attempt"]["findings"][0]["code"], "browser");
    let charger = Charger::knock(endpoint.port, request("/CP1", OCPP16));
    assert_eq!(charger.status(), "101");
    let connected = endpoint.event("handshake");
    assert_eq!(
        (&connected["attempt"]["state"], &connected["attempt"]["charger"]),
        (&json!("connected"), &json!("CP1"))
    );
    assert_eq!([0, 1, 2].map(|index| stage(&connected, index)), ["first_bytes", "request", "answer"]);
    drop(charger);
    let ended = endpoint.event("handshake");
    assert_eq!((&ended["attempt"]["state"], &ended["attempt"]["id"]), (&json!("ended"), &connected["attempt"]["id"]));
    assert_eq!(stage(&ended, 3), "closed");
}
