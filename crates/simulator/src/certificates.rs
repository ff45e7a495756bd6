//! The certificates a charger keeps: the roots it trusts, its own, and the key it asks a certificate for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Version};

/// How many roots it keeps.
pub(crate) const MOST: usize = 10;

/// A certificate may begin so many seconds later than now.
const SOON: i64 = 86_400;

/// What a root is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The endpoint's certificate is checked against it.
    Endpoint,
    /// Firmware is.
    Manufacturer,
    /// ISO 15118: the car's side of the charger.
    V2g,
    /// ISO 15118: the contract's provider.
    Provider,
}

/// Names a certificate, as every version does. The hashes are in hexadecimal digits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HashData {
    hash_algorithm: String,
    issuer_name_hash: String,
    issuer_key_hash: String,
    serial_number: String,
}

/// A certificate of the charger's own with its key.
pub(crate) struct Own {
    /// The certificate and those between it and the root, DER.
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// Everything it keeps. It survives a reboot.
#[derive(Default)]
pub(crate) struct Certificates {
    /// Roots, DER.
    roots: Vec<(Purpose, Vec<u8>)>,
    pub(crate) own: Option<Own>,
    /// The key of the certificate that was asked for.
    pending: Option<KeyPair>,
}

impl Certificates {
    /// The roots that the endpoint's certificate is checked against.
    pub(crate) fn trusted(&self) -> impl Iterator<Item = &[u8]> {
        self.roots.iter().filter(|(purpose, _)| *purpose == Purpose::Endpoint).map(|(_, der)| der.as_slice())
    }

    /// Keeps a root, DER, as it came with the charger.
    pub(crate) fn trust(&mut self, der: Vec<u8>) {
        self.roots.push((Purpose::Endpoint, der));
    }

    /// InstallCertificate: false when it is none, is no root, is not valid now, or there is no room.
    pub(crate) fn install(&mut self, purpose: Purpose, pem: &str, now: Timestamp) -> bool {
        let Some(der) = certificates(pem).into_iter().next() else { return false };
        let is_root = X509Certificate::from_der(&der)
            .is_ok_and(|(_, it)| is_valid(&it, now) && it.is_ca() && it.verify_signature(None).is_ok());
        let others = self.roots.iter().filter(|held| **held != (purpose, der.clone())).count();
        if !is_root || others >= MOST {
            return false;
        }
        // one that is there already is replaced (2.x M05.FR.17)
        self.roots.retain(|held| *held != (purpose, der.clone()));
        self.roots.push((purpose, der));
        true
    }

    /// What names each root, for the purposes that are wanted.
    pub(crate) fn ids(&self, is_wanted: impl Fn(Purpose) -> bool) -> Vec<(Purpose, HashData)> {
        let wanted = self.roots.iter().filter(|(purpose, _)| is_wanted(*purpose));
        wanted.filter_map(|(purpose, der)| Some((*purpose, hash_data(der, "SHA256")?))).collect()
    }

    /// DeleteCertificate: the status to answer. While the connection rests on a root, the last one stays.
    pub(crate) fn delete(&mut self, named: &HashData, tls_in_use: bool) -> &'static str {
        let is_named = |der: &[u8]| hash_data(der, &named.hash_algorithm).is_some_and(|it| it.is(named));
        let Some(place) = self.roots.iter().position(|(_, der)| is_named(der)) else { return "NotFound" };
        if tls_in_use && self.roots[place].0 == Purpose::Endpoint && self.trusted().count() == 1 {
            return "Failed";
        }
        self.roots.remove(place);
        "Accepted"
    }

    /// A new key and the request to sign it, PEM (RFC 2986); nothing when no key can be made.
    pub(crate) fn request(&mut self, common_name: &str, organisation: &str) -> Option<String> {
        let key = KeyPair::generate().ok()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.distinguished_name.push(DnType::OrganizationName, organisation);
        let request = params.serialize_request(&key).ok()?;
        self.pending = Some(key);
        Some(pem("CERTIFICATE REQUEST", request.der()))
    }

    /// CertificateSigned: whether the certificate is X.509 version 3, for the key that was asked for, valid now, and
    /// signed by a root for the endpoint (1.6 security A02.FR.06). If so it is the charger's own from now on.
    pub(crate) fn accept(&mut self, chain: &str, now: Timestamp) -> bool {
        let chain = certificates(chain);
        let (Some(leaf), Some(key)) = (chain.first(), &self.pending) else { return false };
        let is_ours = X509Certificate::from_der(leaf).is_ok_and(|(_, it)| {
            use rcgen::PublicKeyData;
            it.version() == X509Version::V3
                && is_valid(&it, now)
                && it.public_key().subject_public_key.data.as_ref() == key.der_bytes()
        });
        if !is_ours || !self.leads_to_root(&chain) {
            return false;
        }
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        self.own = Some(Own { key, chain });
        self.pending = None;
        true
    }

    /// Whether each certificate signed the one before it, and a root the last.
    fn leads_to_root(&self, chain: &[Vec<u8>]) -> bool {
        let signed = |one: &[u8], by: &[u8]| match (X509Certificate::from_der(one), X509Certificate::from_der(by)) {
            (Ok((_, one)), Ok((_, by))) => one.verify_signature(Some(by.public_key())).is_ok(),
            _ => false,
        };
        let links = chain.windows(2).all(|pair| signed(&pair[0], &pair[1]));
        links && chain.last().is_some_and(|last| self.trusted().any(|root| signed(last, root)))
    }
}

impl HashData {
    fn is(&self, other: &HashData) -> bool {
        let same = |ours: &str, named: &str| ours.eq_ignore_ascii_case(named);
        let serial = |number: &str| number.trim_start_matches('0').to_ascii_lowercase();
        same(&self.issuer_name_hash, &other.issuer_name_hash)
            && same(&self.issuer_key_hash, &other.issuer_key_hash)
            && serial(&self.serial_number) == serial(&other.serial_number)
    }
}

/// What names a root: it is its own issuer.
fn hash_data(der: &[u8], algorithm: &str) -> Option<HashData> {
    let (_, it) = X509Certificate::from_der(der).ok()?;
    let hash = |bytes: &[u8]| match algorithm {
        "SHA256" => Some(hex(&Sha256::digest(bytes))),
        "SHA384" => Some(hex(&Sha384::digest(bytes))),
        "SHA512" => Some(hex(&Sha512::digest(bytes))),
        _ => None,
    };
    let serial = hex(it.raw_serial());
    Some(HashData {
        hash_algorithm: algorithm.to_owned(),
        issuer_name_hash: hash(it.issuer().as_raw())?,
        issuer_key_hash: hash(it.public_key().subject_public_key.data.as_ref())?,
        serial_number: serial.trim_start_matches('0').to_owned(),
    })
}

/// Whether it holds at this time, or soon: a clock that is set by the endpoint's answers lags behind the authority's.
fn is_valid(certificate: &X509Certificate<'_>, now: Timestamp) -> bool {
    let validity = certificate.validity();
    (validity.not_before.timestamp() - SOON..=validity.not_after.timestamp()).contains(&now.as_second())
}

/// Whether a PEM text holds a certificate that can be read.
pub(crate) fn is_certificate(pem: &str) -> bool {
    certificates(pem).first().is_some_and(|der| X509Certificate::from_der(der).is_ok())
}

/// The certificates of a PEM text, DER.
pub(crate) fn certificates(pem: &str) -> Vec<Vec<u8>> {
    let blocks = Pem::iter_from_buffer(pem.as_bytes()).filter_map(Result::ok);
    blocks.filter(|block| block.label == "CERTIFICATE").map(|block| block.contents).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// DER as PEM: lines of 64 characters (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}
