//! TLS with a password, and TLS with a certificate of the charger's own, between their stacks and ours.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::exercised::{Bench, exercise_over};
use super::{PEERS, Peer, each};
use crate::charger::{BOOT, Charger, OCPP16, TEXT, frame, request};
use crate::program::{Endpoint, Program, Running, folder, path};

/// What chargers must know where they show no certificate.
const PASSWORD: &str = "a password of sixteen or more";

/// How a charge point comes in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `ws://`, nothing asked.
    Plain,
    /// `wss://` and a password.
    Password,
    /// `wss://` and a certificate, where a password is asked of those without.
    Certificate,
}

impl Way {
    /// An endpoint for it in a folder, and the options of a charge point that comes in so.
    pub fn prepare(self, data: &Path) -> (Endpoint, Vec<String>) {
        let own = |name: &str| data.join(name).to_str().expect("a path").to_owned();
        if self == Self::Plain {
            return (Program::endpoint(data, &["--adopt", "auto", "--frames"]), Vec::new());
        }
        std::fs::write(data.join("passphrase"), "correct horse battery").expect("written");
        let mut options = vec!["--ca".to_owned(), own("authority/root.pem")];
        if self == Self::Password {
            options.extend(["--password".to_owned(), PASSWORD.to_owned()]);
        } else {
            let made = Certificates::make(&data.join("maker"));
            let mut trust = Command::new(path());
            let trusted = trust.args(["certificate", "trust", "--data"]).arg(data).arg(&made.root).output();
            assert!(trusted.expect("it runs").status.success());
            let text = |path: PathBuf| path.to_str().expect("a path").to_owned();
            options.extend(["--cert".to_owned(), text(made.certificate), "--key".to_owned(), text(made.key)]);
        }
        let secure = ["--tls-passphrase-file", &own("passphrase"), "--password", PASSWORD];
        let shown = ["--adopt", "auto", "--frames", "--handshakes"];
        (Program::endpoint(data, &[&secure[..], &shown].concat()), options)
    }

    /// The URL for it.
    pub fn url(self, endpoint: &Endpoint) -> String {
        let secure = || endpoint.listening["wss"][0].as_str().expect("a secure URL").to_owned();
        if self == Self::Plain { endpoint.url.clone() } else { secure() }
    }
}

/// A maker's root, and the certificate it put into the charger CP1.
struct Certificates {
    root: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

/// Runs openssl in a folder.
fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.args(arguments.split_whitespace()).current_dir(folder);
    let output = command.output().expect("openssl is installed");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

const NEW_KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

impl Certificates {
    fn make(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("made");
        std::fs::write(folder.join("client.ext"), "extendedKeyUsage = clientAuth\n").expect("written");
        let openssl = |arguments: &str| openssl(folder, arguments);
        openssl(&format!("req -x509 {NEW_KEY} -keyout root.key -out root.pem -days 30 -subj /CN=Maker"));
        openssl(&format!("req {NEW_KEY} -keyout cp1.key -out cp1.csr -subj /O=Maker/CN=CP1"));
        openssl(
            "x509 -req -in cp1.csr -CA root.pem -CAkey root.key -CAcreateserial -out cp1.pem -days 30 -extfile client.ext",
        );
        let of = |name: &str| folder.join(name);
        Self { root: of("root.pem"), certificate: of("cp1.pem"), key: of("cp1.key") }
    }
}

/// What the endpoint saw of the connection that became CP1.
fn attempt(endpoint: &mut Endpoint) -> Value {
    let line =
        endpoint.take("its handshake", |line| line["event"] == "handshake" && line["attempt"]["charger"] == "CP1");
    line["attempt"].clone()
}

fn stage<'a>(attempt: &'a Value, name: &str) -> &'a Value {
    let mut stages = attempt["stages"].as_array().expect("stages").iter();
    stages.find(|stage| stage["stage"] == name).unwrap_or_else(|| panic!("no {name}: {attempt}"))
}

fn with_a_password(peer: Peer) {
    exercise_over(peer, Way::Password, |bench: &mut Bench| {
        let attempt = attempt(&mut bench.endpoint);
        assert_eq!(stage(&attempt, "secured")["tls"]["certificate"], Value::Null, "{attempt}");
        assert_eq!(stage(&attempt, "request")["password"], "right", "{attempt}");
    });
}

fn with_a_certificate(peer: Peer) {
    exercise_over(peer, Way::Certificate, |bench: &mut Bench| {
        let attempt = attempt(&mut bench.endpoint);
        let shown = &stage(&attempt, "secured")["tls"]["certificate"];
        assert_eq!(shown["trouble"], "", "{attempt}");
        assert!(shown["subject"].as_str().is_some_and(|subject| subject.contains("CP1")), "{attempt}");
        assert_ne!(stage(&attempt, "request")["password"], "right", "{attempt}");
    });
}

/// `ocpp-client` is left out: it is one more user of the TLS library that `ocpp-kit` uses, too.
fn speaks_tls(peer: Peer, does: fn(Peer)) {
    if peer.on != "crate ocpp-client" {
        does(peer);
    }
}

#[test]
fn charge_points_of_others_on_1_6_do_what_they_are_told_over_tls_with_their_certificates() {
    each("1.6", |peer| speaks_tls(peer, with_a_certificate));
}

#[test]
fn charging_stations_of_others_on_2_0_1_do_what_they_are_told_over_tls_with_their_password() {
    each("2.0.1", with_a_password);
}

#[test]
fn charging_stations_of_others_on_2_1_do_what_they_are_told_over_tls_with_their_certificates() {
    each("2.1", with_a_certificate);
}

#[test]
fn a_charge_point_of_others_with_a_wrong_password_is_refused_in_words_without_it() {
    let data = folder();
    let (mut endpoint, _) = Way::Password.prepare(data.path());
    let root = data.path().join("authority/root.pem");
    let wrong = "not this one, and never told";
    let peer = PEERS.iter().find(|peer| peer.on == "npm ocpp-rpc").expect("it is listed");
    let options = ["--ca", root.to_str().expect("a path"), "--password", wrong];
    let (_running, said) = peer.starts(&Way::Password.url(&endpoint), &options);
    let refused = endpoint.event("refused");
    assert!(refused["reason"].as_str().expect("text").contains("a wrong password"), "{refused}");
    let said: Vec<String> = said.iter().collect();
    assert!(said.len() == 1 && said[0].starts_with("refused") && said[0].contains("Unauthorized"), "{said:?}");
    let ended = endpoint.stop();
    assert!(ended.lines.iter().all(|line| !line.to_string().contains(wrong)), "the password is shown nowhere");
}

/// Boots CP1 as openssl with this certificate; the answer to its BootNotification.
fn boots_as_openssl(endpoint: &mut Endpoint, root: &Path, certificate: &Path, key: &Path) -> Value {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-quiet", "-verify_return_error", "-verify_ip", "127.0.0.1", "-connect"]);
    command.arg(format!("127.0.0.1:{}", endpoint.port)).arg("-CAfile").arg(root);
    command.arg("-cert").arg(certificate).arg("-cert_chain").arg(certificate).arg("-key").arg(key);
    let mut openssl =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("openssl");
    let (mut stdin, mut stdout) = (openssl.stdin.take().expect("piped"), openssl.stdout.take().expect("piped"));
    let _openssl = Running(openssl);
    let sent = [request("/CP1", OCPP16).as_bytes(), &frame(TEXT, true, true, BOOT.as_bytes())].concat();
    stdin.write_all(&sent).expect("it reads");
    let mut answer = String::new();
    loop {
        let mut piece = [0; 1024];
        let read = stdout.read(&mut piece).expect("it answers");
        assert!(read > 0, "it ended after {answer:?}");
        answer.push_str(&String::from_utf8_lossy(&piece[..read]));
        if let Some(text) = answer.split("[3,\"boot\",").nth(1).and_then(|rest| rest.strip_suffix(']')) {
            assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
            assert_eq!(stage(&attempt(endpoint), "secured")["tls"]["certificate"]["trouble"], "");
            return serde_json::from_str(text).expect("JSON");
        }
    }
}

#[test]
fn openssl_boots_over_tls_with_a_certificate_of_its_maker() {
    let data = folder();
    let (mut endpoint, _) = Way::Certificate.prepare(data.path());
    let made = data.path().join("maker");
    let root = data.path().join("authority/root.pem");
    let booted = boots_as_openssl(&mut endpoint, &root, &made.join("cp1.pem"), &made.join("cp1.key"));
    assert_eq!(booted["status"], "Accepted");
}

#[test]
fn a_request_of_openssl_is_signed_over_ocpp_and_lets_it_in() {
    let data = folder();
    let (mut endpoint, _) = Way::Password.prepare(data.path());
    let (own, root) = (data.path().join("charger"), data.path().join("authority/root.pem"));
    std::fs::create_dir(&own).expect("made");
    openssl(&own, &format!("req {NEW_KEY} -keyout own.key -out own.csr -subj /O=Site/CN=CP1"));
    let csr = std::fs::read_to_string(own.join("own.csr")).expect("made");
    // "CP1:a password of sixteen or more"
    let basic = "Authorization: Basic Q1AxOmEgcGFzc3dvcmQgb2Ygc2l4dGVlbiBvciBtb3Jl\r\n";
    let mut charger = Charger::at(endpoint.port, "/CP1", &format!("{OCPP16}{basic}"));
    charger.boot();
    attempt(&mut endpoint);
    assert_eq!(charger.call("SignCertificate", json!({"csr": csr}))["status"], "Accepted");
    let (id, action, payload) = charger.asked();
    assert_eq!(action, "CertificateSigned");
    charger.answer(&id, json!({"status": "Accepted"}));
    std::fs::write(own.join("own.pem"), payload["certificateChain"].as_str().expect("a chain")).expect("written");
    let (root_path, chain) = (root.to_str().expect("a path"), "own.pem");
    openssl(&own, &format!("verify -x509_strict -purpose sslclient -CAfile {root_path} -untrusted {chain} {chain}"));
    drop(charger);
    attempt(&mut endpoint);
    let booted = boots_as_openssl(&mut endpoint, &root, &own.join("own.pem"), &own.join("own.key"));
    assert_eq!(booted["status"], "Accepted");
}

/// From no security to a certificate of its own, at one order.
fn climbs(peer: &Peer) {
    let data = folder();
    let own = |name: &str| data.path().join(name).to_str().expect("a path").to_owned();
    std::fs::write(own("passphrase"), "correct horse battery").expect("written");
    std::fs::write(own("password"), "a-password.of:20+chr").expect("written");
    let options = ["--adopt", "auto", "--frames", "--handshakes", "--tls-passphrase-file", &own("passphrase")];
    let mut endpoint = Program::endpoint(data.path(), &options);
    let (_running, said) = peer.starts(&endpoint.url, &[]);
    endpoint.event("booted");
    let mut order = json!({"do": "security", "charger": "CP1", "profile": 3});
    let plan = endpoint.order(order.clone()).expect("a plan");
    assert_eq!((&plan["from"], plan["rungs"].as_array().map(Vec::len)), (&json!(0), Some(3)), "{plan}");
    order["confirm"] = json!(true);
    order["password_file"] = json!(own("password"));
    let raised = endpoint.order(order).expect("it is begun");
    assert_eq!(raised["outcome"], "passed", "{}: {raised}", peer.version);
    let ended = endpoint.stop();
    let came =
        ended.lines.iter().filter(|line| line["event"] == "handshake" && line["attempt"]["state"] == "connected");
    let (passwords, certificates): (Vec<bool>, Vec<bool>) = came
        .map(|line| {
            let stages = line["attempt"]["stages"].as_array().expect("stages");
            let certificate = stages.iter().any(|stage| stage["tls"]["certificate"]["trouble"] == "");
            (stages.iter().any(|stage| stage["password"] == "right"), certificate)
        })
        .unzip();
    assert_eq!((passwords.first(), passwords.contains(&true)), (Some(&false), true), "{}", peer.version);
    assert_eq!((certificates.first(), certificates.last()), (Some(&false), Some(&true)), "{}", peer.version);
    peer.accuses_nobody(&said.iter().collect::<Vec<_>>());
}

#[test]
fn charge_points_of_others_climb_from_no_security_to_a_certificate_of_their_own() {
    for peer in PEERS.iter().filter(|peer| peer.on == "PyPI ocpp") {
        climbs(peer);
    }
}
