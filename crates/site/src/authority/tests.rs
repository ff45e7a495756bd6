use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};
use tempfile::TempDir;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::*;

fn now() -> Timestamp {
    Timestamp::now()
}

fn passphrase(text: &str) -> Keeping {
    Keeping::Passphrase(Passphrase::new(text).expect("long enough"))
}

/// One for all tests that only look: making keys takes a second.
fn authority() -> &'static (Authority, TempDir) {
    static ONE: OnceLock<(Authority, TempDir)> = OnceLock::new();
    ONE.get_or_init(|| {
        let data = tempfile::tempdir().expect("a folder");
        (Authority::open(data.path(), &passphrase("correct horse"), now()).expect("it is made"), data)
    })
}

fn why(data: &Path, keeping: &Keeping) -> String {
    Authority::open(data, keeping, now()).err().expect("it does not open").to_string()
}

fn copied() -> TempDir {
    let data = tempfile::tempdir().expect("a folder");
    fs::create_dir(data.path().join(FOLDER)).expect("made");
    for file in fs::read_dir(authority().1.path().join(FOLDER)).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), data.path().join(FOLDER).join(file.file_name())).expect("copied");
    }
    data
}

/// Days between two times of a certificate.
fn valid_days(der: &CertificateDer<'_>) -> i64 {
    let (_, parsed) = X509Certificate::from_der(der).expect("a certificate");
    (parsed.validity().not_after.timestamp() - parsed.validity().not_before.timestamp()) / 86_400
}

#[test]
fn the_root_is_a_certificate_authority_for_a_chargers_lifetime_and_says_whose_it_is() {
    let root = authority().0.root();
    let (_, parsed) = X509Certificate::from_der(root.der()).expect("a certificate");
    assert!(parsed.is_ca() && valid_days(root.der()) > 20 * 365);
    assert!(root.name().starts_with(&format!("Chargehand local CA {}", crate::os::host_name())), "{}", root.name());
    assert!(parsed.verify_signature(None).is_ok());
    assert_eq!(CertificateDer::from_pem_slice(root.pem().as_bytes()).expect("PEM"), *root.der());
}

#[test]
fn an_authority_is_made_once_and_opened_with_its_passphrase_alone() {
    let data = copied();
    let again = Authority::open(data.path(), &passphrase("correct horse"), now()).expect("it opens");
    assert_eq!(again.root(), authority().0.root());
    let wrong = why(data.path(), &passphrase("wrong horse"));
    assert!(wrong.contains("root.key.pem") && wrong.contains("passphrase"), "{wrong}");
    let elsewhere = why(data.path(), &Keeping::Keychain);
    assert!(elsewhere.contains("--tls-passphrase-file"), "{elsewhere}");
    assert!(matches!(Passphrase::new("short"), Err(AuthorityError::Short)));
    assert_eq!(format!("{:?}", passphrase("correct horse")), "Passphrase(Passphrase(..))");
}

#[test]
fn the_private_key_never_lies_in_the_clear() {
    let folder = authority().1.path().join(FOLDER);
    let clear = authority().0.issuer.key().serialized_der();
    let names: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|f| f.expect("a file").file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "the root and its sealed key, nothing else: {names:?}");
    for name in names {
        let text = fs::read_to_string(folder.join(&name)).expect("text");
        let held = text.split("-----").nth(2).expect("PEM").split_whitespace().collect::<String>();
        let held = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, held).expect("base64");
        assert!(!held.windows(32).any(|part| part == &clear[clear.len() - 40..clear.len() - 8]), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join(&name)).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}: others cannot read it");
        }
    }
}

#[test]
fn a_key_that_is_gone_or_another_is_named_with_what_to_do() {
    let data = copied();
    let key = data.path().join(FOLDER).join("root.key.pem");
    fs::write(&key, "rubbish").expect("written");
    let damaged = why(data.path(), &passphrase("correct horse"));
    assert!(damaged.contains("does not hold an encrypted private key"), "{damaged}");

    let other = tempfile::tempdir().expect("a folder");
    Authority::open(other.path(), &passphrase("correct horse"), now()).expect("another");
    fs::copy(other.path().join(FOLDER).join("root.key.pem"), &key).expect("copied");
    let mismatch = why(data.path(), &passphrase("correct horse"));
    assert!(mismatch.contains("move the folder"), "{mismatch}");

    fs::remove_file(&key).expect("removed");
    let gone = why(data.path(), &passphrase("correct horse"));
    assert!(gone.contains("--tls-keychain"), "{gone}");
    assert!(matches!(Root::read(tempfile::tempdir().unwrap().path()), Err(AuthorityError::Missing { .. })));
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([192, 168, 7, last])
}

/// What a charger is shown that trusts our root, reaches us at an address, and knows these suites.
fn shown(
    server: &Server,
    address: IpAddr,
    suites: impl Fn(&str) -> bool,
) -> Result<CertificateDer<'static>, rustls::Error> {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| suites(&format!("{:?}", suite.suite())));
    let mut roots = RootCertStore::empty();
    roots.add(authority().0.root().der().clone()).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(rustls::ALL_VERSIONS);
    let config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let mut charger = ClientConnection::new(Arc::new(config), ServerName::from(address)).expect("a client");
    let mut us = ServerConnection::new(Arc::clone(&server.config)).expect("a server");
    while charger.is_handshaking() || us.is_handshaking() {
        let mut bytes = Vec::new();
        while charger.wants_write() {
            charger.write_tls(&mut bytes).expect("memory");
        }
        us.read_tls(&mut &bytes[..]).expect("memory");
        us.process_new_packets()?;
        let mut bytes = Vec::new();
        while us.wants_write() {
            us.write_tls(&mut bytes).expect("memory");
        }
        charger.read_tls(&mut &bytes[..]).expect("memory");
        charger.process_new_packets()?;
    }
    Ok(charger.peer_certificates().expect("one was shown")[0].clone())
}

/// The alternative names in a certificate.
fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => {
            format!("IP {}", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join("."))
        }
        other => panic!("{other:?}"),
    };
    let (_, parsed) = X509Certificate::from_der(certificate).expect("a certificate");
    let names = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names.general_names.iter().map(name).collect()),
        _ => None,
    });
    names.expect("alternative names")
}

#[test]
fn a_server_certificate_is_for_our_addresses_and_names_and_short_lived() {
    let server = authority().0.server(Names::new([ip(2)]).and(ip(3), None), now()).expect("it is made");
    let certificate = shown(&server, ip(3), |_| true).expect("a handshake");
    let names = names(&certificate);
    let host = crate::os::host_name();
    // The address as a DNS name, too: some chargers compare nothing else.
    for name in ["IP 192.168.7.2", "IP 192.168.7.3", "192.168.7.3", &host, &format!("{host}.local"), "localhost"] {
        assert!(names.iter().any(|n| n == name), "{name} is missing in {names:?}");
    }
    assert!(valid_days(&certificate) <= 398);
    assert!(shown(&server, ip(4), |_| true).is_err(), "it is for no other address");
}

#[test]
fn a_charger_is_shown_a_certificate_of_the_kind_it_knows() {
    let server = authority().0.server(Names::new([ip(2)]), now()).expect("it is made");
    for (suites, kind) in [
        ("TLS_ECDHE_ECDSA", "1.2.840.10045.2.1"),
        ("TLS_ECDHE_RSA", "1.2.840.113549.1.1.1"),
        ("TLS13", "1.2.840.113549.1.1.1"),
    ] {
        let certificate = shown(&server, ip(2), |suite| suite.starts_with(suites)).expect("a handshake");
        let (_, parsed) = X509Certificate::from_der(&certificate).expect("a certificate");
        assert_eq!(parsed.public_key().algorithm.algorithm.to_id_string(), kind, "{suites}");
    }
}

#[test]
fn a_certificate_is_made_anew_when_the_address_changes_or_its_end_is_near() {
    let server = authority().0.server(Names::new([ip(2)]), now()).expect("it is made");
    let reached = |last| Names::new([]).and(ip(last), None);
    assert!(server.serves(&reached(2), now()));
    assert!(!server.serves(&reached(9), now()), "another address");
    assert!(server.serves(&reached(2), days(now(), 300)));
    assert!(!server.serves(&reached(2), days(now(), 340)), "it ends within a month");
    assert!(!server.serves(&reached(2), days(now(), -60)), "the computer's clock was ahead when it was made");
}

#[test]
fn no_two_certificates_have_one_number() {
    let serial = |server: &Server| {
        let certificate = shown(server, ip(2), |_| true).expect("a handshake");
        X509Certificate::from_der(&certificate).expect("a certificate").1.raw_serial_as_string()
    };
    let make = || authority().0.server(Names::new([ip(2)]), now()).expect("it is made");
    assert_ne!(serial(&make()), serial(&make()));
}

#[test]
fn a_name_that_the_network_gives_us_is_taken_up_and_a_strangers_is_not() {
    let host = crate::os::host_name();
    for (called, ours) in [
        (format!("{host}.fritz.box"), true),
        (host.clone(), true),
        ("platform.example".to_owned(), false),
        (format!("{host}.*"), false),
        (format!("{host}x.fritz.box"), false),
    ] {
        let server = authority().0.server(Names::new([]).and(ip(2), Some(&called)), now()).expect("it is made");
        let certificate = shown(&server, ip(2), |_| true).expect("a handshake");
        assert_eq!(names(&certificate).contains(&called), ours, "{called}");
    }
}

/// A charger's request.
fn csr(common: &str, organisation: Option<&str>) -> String {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    if let Some(organisation) = organisation {
        params.distinguished_name.push(DnType::OrganizationName, organisation);
    }
    let request = params.serialize_request(&key).expect("a request");
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, request.der());
    format!("-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----\n")
}

fn codes(signed: &Signed) -> Vec<&str> {
    signed.findings.iter().map(|f| f.code.as_str()).collect()
}

#[test]
fn a_chargers_request_is_signed_and_what_is_odd_about_it_is_named() {
    let sign = |csr: &str| authority().0.sign(csr, "CP-1", now()).expect("it is signed");
    let good = sign(&csr("CP1", Some("Operator")));
    assert_eq!(codes(&good), [""; 0]);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(good.chain.as_bytes()).map(|der| der.expect("PEM")).collect();
    let server = authority().0.server(Names::new([]), now()).expect("it is made");
    let judged = server.judge(&chain).expect("one was shown");
    assert_eq!((judged.subject.as_str(), judged.trouble.as_str()), ("O=Operator, CN=CP1", ""));

    assert_eq!(codes(&sign(&csr("SN-4711", None))), ["csr_other_name", "csr_without_organisation"]);
    assert_eq!(codes(&sign(&csr("", Some("Operator")))), ["csr_without_name"]);
    // As some firmware sends it: line ends as text, or nothing but base64.
    let pem = csr("CP-1", Some("Operator"));
    sign(&pem.replace('\n', "\\n"));
    sign(&pem.replace('\n', "\r\n"));
    sign(pem.split('\n').nth(1).expect("base64"));
}

#[test]
fn a_request_that_cannot_be_signed_says_why() {
    let refuse = |csr: &str| authority().0.sign(csr, "CP1", now()).expect_err("it is not signed");
    let good = csr("CP1", None);
    for (csr, words) in [
        ("", "no PEM"),
        ("rubbish!", "no PEM"),
        ("AAAA", "no PKCS#10"),
        (&"A".repeat(20_000), "longer than 16 KiB"),
        (&good.replace("AA", "AB"), ""),
    ] {
        let why = refuse(csr);
        assert!(why.contains(words) && why.ends_with('.'), "{why}");
    }
    // The last byte of the signature.
    let body = good.split('\n').nth(1).expect("base64");
    let mut der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).expect("base64");
    *der.last_mut().expect("bytes") ^= 1;
    let forged = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    assert!(refuse(&forged).contains("signature"));
}

#[test]
fn a_certificate_from_elsewhere_is_named_until_its_root_is_trusted() {
    let data = copied();
    let ours = Authority::open(data.path(), &passphrase("correct horse"), now()).expect("it opens");
    let other = tempfile::tempdir().expect("a folder");
    let others = Authority::open(other.path(), &passphrase("correct horse"), now()).expect("another");
    let foreign = others.sign(&csr("CP1", Some("Maker")), "CP1", now()).expect("it is signed");
    let foreign = [CertificateDer::from_pem_slice(foreign.chain.as_bytes()).expect("PEM")];
    let judge = || ours.server(Names::new([]), now()).expect("made").judge(&foreign).expect("shown").trouble;
    assert!(judge().contains("not trusted"), "{}", judge());
    assert_eq!(trust(data.path(), &other.path().join(FOLDER).join("root.pem")).expect("a root"), 1);
    assert_eq!(judge(), "");
    assert_eq!(trust(data.path(), &other.path().join(FOLDER).join("root.pem")).expect("again"), 1);
    assert_eq!(trusted(data.path()).expect("roots").len(), 1, "not twice");
    fs::write(other.path().join("no.pem"), "rubbish").expect("written");
    assert!(matches!(trust(data.path(), &other.path().join("no.pem")), Err(AuthorityError::Content { .. })));
}
