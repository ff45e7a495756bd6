//! Who is let in by the endpoint, who is not, and what is said about it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::charger::{BOOT, Came, Charger, OCPP16, TEXT, frame, request};
use crate::program::{Program, folder};

#[test]
fn the_newest_connection_of_a_charger_wins() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut first = Charger::connect(endpoint.port, "CP1");
    first.boot();
    let mut second = Charger::connect(endpoint.port, "CP1");
    second.boot();
    assert_eq!(endpoint.event("disconnected")["by"], "newer_connection");
    assert_eq!(first.came(), Came::Close(Some(1000)));
    assert_eq!(second.call("Heartbeat", json!({}))["currentTime"].as_str().map(|time| time.ends_with('Z')), Some(true));
}

#[test]
fn a_password_is_asked_for_and_a_wrong_one_is_named() {
    let data = folder();
    let file = data.path().join("password");
    std::fs::write(&file, "correct horse\n").expect("written");
    let file = file.to_str().expect("a path").to_owned();
    for options in [["--password", "correct horse"], ["--password-file", &file]] {
        let mut endpoint = Program::endpoint(data.path(), &options);
        let basic = |password: &str| {
            let credentials = STANDARD.encode(format!("CP1:{password}"));
            request("/CP1", &format!("{OCPP16}Authorization: Basic {credentials}\r\n"))
        };
        for (head, words) in [(request("/CP1", OCPP16), "no password"), (basic("correct house"), "a wrong password")] {
            let charger = Charger::knock(endpoint.port, head);
            assert_eq!(charger.status(), "401");
            assert!(charger.header("WWW-Authenticate").is_some_and(|value| value.starts_with("Basic")));
            let refused = endpoint.event("refused");
            assert!(refused["reason"].as_str().expect("text").contains(words), "{refused}");
        }
        let mut charger = Charger::knock(endpoint.port, basic("correct horse"));
        assert_eq!(charger.status(), "101");
        charger.boot();
        endpoint.stop();
    }
    let text = std::fs::read(data.path().join("chargehand.sqlite")).expect("a database");
    assert!(!text.windows(13).any(|part| part == b"correct horse"), "the password is not stored");
}

#[test]
fn a_browser_a_tls_hello_and_rubbish_are_told_and_not_let_in() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let browser = Charger::knock(endpoint.port, "GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    assert_eq!((browser.status(), browser.header("Upgrade")), ("426", Some("websocket")));
    let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03";
    let long = format!("GET /CP1 HTTP/1.1\r\nX: {}", "x".repeat(40_000));
    let many = format!("GET /CP1 HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200));
    for (bytes, words) in [
        (&b""[..], "browser"),
        (hello, "ws:// instead of wss://"),
        (b"\x00\x01\x02\x03", "no HTTP request"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP request"),
        (long.as_bytes(), "16 KiB"),
        (many.as_bytes(), "no HTTP request"),
    ] {
        if !bytes.is_empty() {
            assert_eq!(Charger::knock(endpoint.port, bytes).head, "");
        }
        let refused = endpoint.event("refused");
        assert!(refused["reason"].as_str().expect("text").contains(words), "{refused}");
    }
    Charger::connect(endpoint.port, "CP1").boot();
}

#[test]
fn a_frame_that_comes_before_the_answer_to_the_request_is_not_lost() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let eager = frame(TEXT, true, true, BOOT.as_bytes());
    let mut charger = Charger::knock(endpoint.port, [request("/CP1", OCPP16).into_bytes(), eager].concat());
    assert_eq!(charger.status(), "101");
    assert_eq!(charger.answer_to(&json!("boot"))[2]["status"], "Pending");
    assert_eq!(endpoint.event("deviation")["rule"], "early_bytes");
}

#[test]
fn a_public_address_is_not_listened_on_and_a_taken_port_names_its_holder() {
    let data = folder();
    let ended = Program::run("endpoint", data.path(), &["--listen", "203.0.113.5:9616"]).ended();
    assert_eq!((ended.code, ended.lines.len()), (4, 0));
    assert!(ended.stderr.contains("public address") && ended.stderr.ends_with('.'), "{}", ended.stderr);

    let other = folder();
    let endpoint = Program::endpoint(other.path(), &[]);
    let taken = format!("127.0.0.1:{}", endpoint.port);
    let ended = Program::run("endpoint", data.path(), &["--listen", &taken]).ended();
    assert_eq!((ended.code, ended.lines.len()), (4, 0));
    assert!(ended.stderr.contains(&taken) && ended.stderr.contains("--listen"), "{}", ended.stderr);
    if cfg!(target_os = "linux") {
        let holder = format!("chargehand-cli (process {})", endpoint.process.0.id());
        assert!(ended.stderr.contains(&holder), "{}", ended.stderr);
    }
}

#[test]
fn two_programs_do_not_write_one_folder() {
    let data = folder();
    let _endpoint = Program::endpoint(data.path(), &[]);
    let ended = Program::run("endpoint", data.path(), &["--listen", "127.0.0.1:0"]).ended();
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("Another Chargehand is using"), "{}", ended.stderr);
}
