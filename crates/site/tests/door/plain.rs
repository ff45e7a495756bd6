//! Without TLS.

use chargehand_commissioning::attempt::{Password, Speaks, State, What};
use chargehand_commissioning::event::{ClosedBy, Event};
use chargehand_commissioning::journal::Entry;
use chargehand_site::Options;
use chargehand_site::csms;
use chargehand_site::store::each_entry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::{Bench, HEARTBEAT, ask, request, stages, text};

#[tokio::test]
async fn everything_a_charger_does_from_its_first_byte_to_its_goodbye_is_told_in_order() {
    let mut bench = Bench::plain(Options::default()).await;
    let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
    assert_eq!(ask(&mut charger, &request("/CP1?key=hunter2", "")).await.expect("an answer"), 101);
    let attempt = bench.attempt().await;
    assert_eq!((attempt.state, attempt.charger.as_str()), (State::Connected, "CP1"));
    assert_eq!(stages(&attempt), ["first_bytes", "request", "answer"]);
    assert_eq!(attempt.peer, charger.local_addr().expect("bound").to_string());
    assert_eq!(attempt.local, bench.address.to_string());

    charger.write_all(&text(HEARTBEAT)).await.expect("sent");
    charger.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]).await.expect("a goodbye with 1001");
    let ended = bench.attempt().await;
    assert_eq!((ended.id, ended.state), (attempt.id, State::Ended));
    assert_eq!(stages(&ended), ["first_bytes", "request", "answer", "first_message", "closed"]);
    let what: Vec<&What> = ended.stages.iter().map(|stage| &stage.what).collect();
    assert_eq!(what[0], &What::FirstBytes { kind: Speaks::Http, hex: "474554202f4350313f6b65793d68756e".into() });
    let What::Request { line, headers, password } = what[1] else { panic!("a request") };
    assert_eq!((line.as_str(), *password), ("GET /CP1?key=(masked)", Password::Missing));
    assert_eq!((headers[0].name.as_str(), headers[0].value.as_str()), ("Host", "here"));
    let answer = What::Answer { status: 101, offered: vec!["ocpp1.6".into()], chosen: "ocpp1.6".into() };
    assert_eq!((what[2], what[3]), (&answer, &What::FirstMessage { text: HEARTBEAT.into() }));
    assert!(matches!(what[4], What::Closed { by: ClosedBy::Charger, code: Some(1001), .. }), "{:?}", what[4]);
    assert!(ended.stages.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert_eq!(bench.site.attempts(), [ended]);
}

#[tokio::test]
async fn an_attempt_is_on_disk_as_it_was_told() {
    let mut bench = Bench::plain(Options::default()).await;
    let mut scanner = TcpStream::connect(bench.address).await.expect("it listens");
    assert_eq!(ask(&mut scanner, "GET / HTTP/1.1\r\nHost: here\r\nCookie: a=b\r\n\r\n").await.expect("an answer"), 426);
    let told = bench.attempt().await;
    assert_eq!(told.refusal().expect("refused").code, "browser");
    let mut kept = Vec::new();
    let look = |entry: &Entry| {
        kept.push(serde_json::from_slice::<Event>(&entry.bytes).expect("an event"));
        true
    };
    each_entry(bench.folder.path(), Some(""), look).await.expect("it can be read");
    assert!(matches!(&kept[0], Event::Refused { why, .. } if why.contains("browser")), "{kept:?}");
    assert_eq!(kept[1..], [Event::Attempt { attempt: Box::new(told) }]);
}

#[tokio::test]
async fn what_is_no_charger_is_named() {
    let mut bench = Bench::plain(Options::default()).await;
    for (bytes, code) in [
        (&b"\x00\x01\x02"[..], "not_http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not_http"),
        (b"", "went_away"),
        (b"GET /CP1 HTTP/1.1\r\n", "went_away"),
        (b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "tls_without_authority"),
    ] {
        let mut stranger = TcpStream::connect(bench.address).await.expect("it listens");
        stranger.write_all(bytes).await.expect("sent");
        stranger.shutdown().await.expect("half closed");
        assert_eq!(bench.refusal().await.0, code, "{bytes:?}");
        let _ = stranger.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test]
async fn a_chargers_own_password_is_right_and_no_password_reaches_the_disk() {
    let required = Some(csms::Password::new("site password"));
    let mut bench = Bench::plain(Options { password: required.clone(), ..Options::default() }).await;
    bench.site.set_password("CP1", "charger password").await.expect("kept");
    // "CP1:charger password", "CP1:mistaken word", "CP1:site password"
    let (own, wrong) = ("Q1AxOmNoYXJnZXIgcGFzc3dvcmQ=", "Q1AxOm1pc3Rha2VuIHdvcmQ=");
    for (basic, status) in [(own, 101), (wrong, 401), ("Q1AxOnNpdGUgcGFzc3dvcmQ=", 101)] {
        let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
        let asked = request("/CP1", &format!("Authorization: Basic {basic}\r\n"));
        assert_eq!(ask(&mut charger, &asked).await.expect("an answer"), status);
        if status == 401 {
            assert_eq!(bench.refusal().await.0, "password_wrong");
        } else {
            assert_eq!(bench.connected().await.security.password, Password::Right);
        }
    }
    let kept = bench.site.store().setting::<serde_json::Value>("passwords").await.expect("kept for the next start");
    assert!(kept["CP1"][0].is_object(), "{kept}");
    let told = format!("{:?}", bench.site.attempts());
    let disk = ["chargehand.sqlite", "chargehand.sqlite-wal"].map(|file| std::fs::read(bench.folder.path().join(file)));
    let disk = disk.map(|bytes| bytes.expect("a file")).concat();
    assert!(disk.windows(8).any(|part| part == b"(masked)"), "it was looked at");
    for secret in ["charger password", "mistaken word", "site password", own, wrong] {
        assert!(
            !disk.windows(secret.len()).any(|part| part == secret.as_bytes()) && !told.contains(secret),
            "{secret}"
        );
    }
}

#[tokio::test]
async fn a_charger_that_is_set_to_tls_and_comes_without_is_told_so() {
    use chargehand_commissioning::report::{ConfigurationKey, ConfigurationSnapshot};
    let mut bench = Bench::plain(Options::default()).await;
    let key = ConfigurationKey {
        key: "SecurityProfile".into(),
        value: Some("2".into()),
        readonly: false,
        meaning: None,
        attributes: None,
    };
    let snapshot = ConfigurationSnapshot { keys: vec![key], ..ConfigurationSnapshot::default() };
    bench.site.expect("CP1").keep(Event::Configuration { snapshot }).await.expect("kept");
    let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
    assert_eq!(ask(&mut charger, &request("/CP1", "")).await.expect("an answer"), 101);
    let attempt = bench.attempt().await;
    assert_eq!(attempt.findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["plain_though_secure"]);
    let record = bench.site.charger("CP1").expect("known").record().await.expect("a record");
    assert!(record.findings.iter().any(|f| f.code == "plain_though_secure"));
}

#[tokio::test]
async fn a_simulated_charger_is_known_by_its_request_whatever_maker_it_names_and_a_real_one_is_not() {
    let mut bench = Bench::plain(Options::default()).await;
    let agents = [("Chargehand-Simulator/1.0.0", true), ("not Chargehand-Simulator/1", false), ("okhttp/4.12", false)];
    for (agent, simulated) in agents {
        let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
        let asked = request("/Wattpilot", &format!("User-Agent: {agent}\r\n"));
        assert_eq!(ask(&mut charger, &asked).await.expect("an answer"), 101);
        assert_eq!(bench.connected().await.simulated, simulated, "{agent}");
    }
    let record = bench.site.expect("Wattpilot").record().await.expect("a record");
    assert!(record.simulated(), "real connections later do not take it away");
}

#[tokio::test]
async fn a_charger_whose_new_version_is_broken_is_spoken_to_in_1_6_when_it_comes_again() {
    let mut bench = Bench::plain(Options { adopt_all: true, ..Options::default() }).await;
    let both = |path: &str| request(path, "").replace("ocpp1.6", "ocpp2.0.1, ocpp1.6");
    for (chosen, heeded) in [("ocpp2.0.1", true), ("ocpp1.6", false), ("ocpp2.0.1", true)] {
        let mut charger = TcpStream::connect(bench.address).await.expect("it listens");
        assert_eq!(ask(&mut charger, &both("/FOX1")).await.expect("an answer"), 101);
        assert_eq!(bench.connected().await.chosen, chosen);
        let station = r#"{"model":"A022KP1","vendorName":"FoxESS"}"#;
        let boot = format!(r#"[2,"1","BootNotification",{{"reason":"PowerUp","chargingStation":{station}}}]"#);
        if chosen == "ocpp2.0.1" {
            charger.write_all(&text(&boot)).await.expect("sent");
        }
        charger.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]).await.expect("a goodbye with 1001");
        while bench.attempt().await.state != State::Ended {}
        let link = bench.site.charger("FOX1").expect("it is known");
        bench.site.heed_quirk(&link, "use-16".into(), heeded).await.expect("it lives");
    }
}
