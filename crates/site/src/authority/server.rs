//! The certificates that we show to chargers, and whom we trust of those that chargers show us.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use chargehand_commissioning::attempt::ClientCertificate;
use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, CipherSuite, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Authority, AuthorityError, day, days, root, serial};
use crate::csms::{head::shown, hello};
use crate::os;

/// How long a certificate of ours is valid, days. With the days before it is below the 398 that strict clients allow.
const VALID_DAYS: i64 = 365;
/// A charger whose clock is behind must not find it in its future, days.
const BEFORE_DAYS: i64 = 30;
/// So long before its end it is made anew, days.
const RENEWED_DAYS: i64 = 30;
const NAME_CHARS: usize = 200;

/// Whom a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Names {
    addresses: BTreeSet<IpAddr>,
    hosts: BTreeSet<String>,
}

impl Names {
    /// This computer's names and these addresses.
    pub(crate) fn new(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let host = os::host_name();
        let hosts = [host.clone(), format!("{host}.local"), "localhost".to_owned()];
        let addresses = addresses.into_iter().map(|a| a.to_canonical()).filter(|a| !a.is_unspecified()).collect();
        Self { addresses, hosts: hosts.into_iter().filter(|host| is_host_name(host)).collect() }
    }

    /// Adds the address a charger reached, and the name it called us by where that is our own name in some network
    /// (`laptop.fritz.box`).
    pub(crate) fn and(mut self, address: IpAddr, called: Option<&str>) -> Self {
        self.addresses.insert(address.to_canonical());
        self.hosts.extend(called.filter(|name| self.is_ours(name)).map(str::to_ascii_lowercase));
        self
    }

    fn is_ours(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let ours = |host: &String| name.strip_prefix(host.as_str()).is_some_and(|rest| rest.starts_with('.'));
        is_host_name(&name) && self.hosts.iter().filter(|host| !host.contains('.')).any(ours)
    }

    /// Are these the same, or fewer?
    fn cover(&self, others: &Names) -> bool {
        others.addresses.is_subset(&self.addresses) && others.hosts.is_subset(&self.hosts)
    }
}

/// What may stand in a certificate as a DNS name.
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    name.len() <= 100 && name.split('.').all(label)
}

/// What we show to chargers, and what we ask of them.
#[derive(Debug)]
pub(crate) struct Server {
    /// For the TLS library.
    pub config: Arc<ServerConfig>,
    /// Our certificates are valid from …
    pub from: Timestamp,
    /// … until then.
    pub until: Timestamp,
    names: Names,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl Server {
    /// Does it serve a charger that came by these names, and for a while yet?
    pub(crate) fn serves(&self, names: &Names, now: Timestamp) -> bool {
        self.names.cover(names) && (self.from..days(self.until, -RENEWED_DAYS)).contains(&now)
    }

    /// Is one of these cipher suites, by their IANA names, among ours?
    pub(crate) fn knows_one_of(&self, suites: &[String]) -> bool {
        let ours = &self.config.crypto_provider().cipher_suites;
        ours.iter().any(|ours| suites.contains(&hello::suite(ours.suite().into())))
    }

    /// What is to be said of the certificates a charger showed; `None` where it showed none.
    pub(crate) fn judge(&self, shown_to_us: &[CertificateDer<'_>]) -> Option<ClientCertificate> {
        let (own, between) = shown_to_us.split_first()?;
        let trouble = self.verifier.verify_client_cert(own, between, UnixTime::now()).err();
        let parsed = X509Certificate::from_der(own).ok().map(|(_, parsed)| parsed);
        let name = |name: Option<String>| shown(&name.unwrap_or_default(), NAME_CHARS);
        Some(ClientCertificate {
            subject: name(parsed.as_ref().map(|c| c.subject().to_string())),
            issuer: name(parsed.as_ref().map(|c| c.issuer().to_string())),
            trouble: trouble.map(|error| in_words(&error)).unwrap_or_default(),
        })
    }
}

fn in_words(error: &rustls::Error) -> String {
    use CertificateError as E;
    let rustls::Error::InvalidCertificate(why) = error else { return format!("It cannot be checked ({error}).") };
    let words = match why {
        E::UnknownIssuer => "It comes from an authority that is not trusted here.",
        E::Expired | E::ExpiredContext { .. } => "It has expired.",
        E::NotValidYet | E::NotValidYetContext { .. } => "It is not valid yet: see the clock of this computer, too.",
        E::BadSignature => "Its signature is wrong.",
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => "It is not meant for a client.",
        E::BadEncoding => "It is damaged.",
        other => return format!("It cannot be checked ({other:?})."),
    };
    words.to_owned()
}

impl Authority {
    /// Certificates for these names, and the TLS set-up with them.
    pub(crate) fn server(&self, names: Names, now: Timestamp) -> Result<Server, AuthorityError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let (from, until) = (days(now, -BEFORE_DAYS), days(now, VALID_DAYS));
        let shown = Shown {
            rsa: self.certified(&self.keys.rsa, &names, from, until)?,
            ecdsa: self.certified(&self.keys.ecdsa, &names, from, until)?,
        };
        let mut roots = RootCertStore::empty();
        let folder = self.folder.parent().unwrap_or(&self.folder);
        let added = root::trusted(folder)?;
        roots.add_parsable_certificates(added.into_iter().chain([self.root.der().clone()]));
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .map_err(|error| AuthorityError::Crypto(error.to_string()))?;
        let asks = Arc::new(AsksOnly(Arc::clone(&verifier)));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_client_cert_verifier(asks)
            .with_cert_resolver(Arc::new(shown));
        // Each connection shakes hands in full: it is what we are here to look at.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Server { config: Arc::new(config), from, until, names, verifier })
    }

    fn certified(
        &self,
        key: &KeyPair,
        names: &Names,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let mut params = CertificateParams::default();
        params.serial_number = Some(serial()?);
        params.subject_alt_names = alternatives(names)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Chargehand");
        // Chargers that know no alternative names compare this one.
        let first = names.addresses.first().map(IpAddr::to_string).or_else(|| names.hosts.first().cloned());
        params.distinguished_name.push(DnType::CommonName, first.unwrap_or_else(|| "Chargehand".to_owned()));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = (day(from), day(until));
        let certificate = params.signed_by(key, &self.issuer)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing = aws_lc_rs::sign::any_supported_type(&private)?;
        Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], signing)))
    }
}

/// Addresses stand there as DNS names, too: mbedTLS before 3.5, in many chargers, compares no other kind
/// (github.com/Mbed-TLS/mbedtls issue 5082).
fn alternatives(names: &Names) -> Result<Vec<SanType>, AuthorityError> {
    let hosts =
        names.hosts.iter().cloned().chain(names.addresses.iter().filter(|a| a.is_ipv4()).map(IpAddr::to_string));
    let mut alternatives: Vec<SanType> = names.addresses.iter().copied().map(SanType::IpAddress).collect();
    for host in hosts {
        alternatives.push(SanType::DnsName(host.try_into()?));
    }
    Ok(alternatives)
}

/// The certificates a charger may be shown, by what it can check. RSA first: that is what the 1.6 security whitepaper
/// has, and a charger that knows both checks either.
#[derive(Debug)]
struct Shown {
    rsa: Arc<CertifiedKey>,
    ecdsa: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Who knows TLS 1.3 gets it, and there RSA signs with PSS alone (RFC 8446 4.2.3).
        let recent = hello.cipher_suites().iter().any(|suite| is_of_tls13(*suite));
        let mut schemes = hello.signature_schemes().to_vec();
        schemes.retain(|scheme| !recent || !OLD_RSA.contains(scheme));
        let fits = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(&schemes).is_some();
        [&self.rsa, &self.ecdsa].into_iter().find(fits).cloned()
    }
}

/// RSA as TLS 1.2 signs with it.
const OLD_RSA: [SignatureScheme; 4] = [
    SignatureScheme::RSA_PKCS1_SHA1,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// RFC 8446 B.4
fn is_of_tls13(suite: CipherSuite) -> bool {
    u16::from(suite) >> 8 == 0x13
}

/// Asks a charger for a certificate and takes whichever it has; what is wrong with it becomes a finding (see
/// [`Server::judge`]), as a charger without one comes in, too. That the charger holds its key is checked.
#[derive(Debug)]
struct AsksOnly(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AsksOnly {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: then it sends what it has (RFC 5246 7.4.4), also a certificate of its maker.
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _own: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
