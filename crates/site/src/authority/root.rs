//! The root certificate: public, made once, and what else a person has us trust.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rcgen::{PKCS_RSA_SHA256, PublicKeyData};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::keep::{self, Keeping};
use super::{AuthorityError, FOLDER, day, days, serial};
use crate::os;
use crate::store::hex;

/// The public certificate, beside the encrypted key where there is one.
const FILE: &str = "root.pem";
/// Roots that a person added, for the certificates that chargers show.
const TRUSTED: &str = "trusted.pem";
/// The most of those, bytes.
const TRUSTED_BYTES: u64 = 1 << 20;
/// How long a root is valid, days: 20 years, as long as a charger hangs on a wall.
const VALID_DAYS: i64 = 7305;
/// A charger whose clock is behind must not find the root in its future, days.
const BEFORE_DAYS: i64 = 365;

/// The root certificate of our authority, which is public.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    der: CertificateDer<'static>,
}

impl Root {
    /// The root of the authority in a data folder; no key is needed for it.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn read(data: &Path) -> Result<Self, AuthorityError> {
        let file = data.join(FOLDER).join(FILE);
        let text = match fs::read(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(AuthorityError::Missing { folder: data.to_path_buf() });
            }
            read => read.map_err(|source| AuthorityError::File { file: file.clone(), source })?,
        };
        let der = CertificateDer::from_pem_slice(&text).ok().filter(|der| X509Certificate::from_der(der).is_ok());
        der.map(|der| Self { der }).ok_or(AuthorityError::Content { file, what: "a certificate in PEM" })
    }

    /// The file of the root in the folder of the authority.
    pub(super) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// As DER.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// As PEM.
    pub fn pem(&self) -> String {
        pem(&self.der)
    }

    /// The name that chargers and people see.
    pub fn name(&self) -> String {
        let parsed = X509Certificate::from_der(&self.der);
        let name =
            parsed.ok().and_then(|(_, c)| Some(c.subject().iter_common_name().next()?.as_str().ok()?.to_owned()));
        name.unwrap_or_default()
    }

    /// SHA-256 of the whole certificate, lower-case hex: to compare with what a charger shows.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(&self.der))
    }

    /// Is this its key?
    pub(super) fn fits(&self, key: &KeyPair) -> bool {
        X509Certificate::from_der(&self.der)
            .is_ok_and(|(_, c)| *c.public_key().subject_public_key.data == *key.der_bytes())
    }
}

pub(super) fn pem(der: &CertificateDer<'_>) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

/// Makes a root and keeps its key. RSA with 2048 bits: every charger can check its signatures, small ones too.
pub(super) fn make(folder: &Path, keeping: &Keeping, now: Timestamp) -> Result<(Root, KeyPair), AuthorityError> {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    // Two data folders of one computer make two authorities: chargers tell roots apart by their names.
    let which = &hex(&Sha256::digest(key.der_bytes()))[..4];
    let host: String = os::host_name().chars().take(30).collect();
    let mut params = CertificateParams::default();
    params.serial_number = Some(serial()?);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Chargehand");
    params.distinguished_name.push(DnType::CommonName, format!("Chargehand local CA {host} {which}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (day(days(now, -BEFORE_DAYS)), day(days(now, VALID_DAYS)));
    let root = Root { der: params.self_signed(&key)?.der().clone() };
    // The key first: a root without its key would stand in the way of the next try.
    fs::create_dir_all(folder).map_err(|source| AuthorityError::File { file: folder.to_path_buf(), source })?;
    keep::store(folder, keeping, &root, &key)?;
    let file = Root::file(folder);
    os::write_private(&file, root.pem().as_bytes()).map_err(|source| AuthorityError::File { file, source })?;
    Ok((root, key))
}

/// Adds roots, in PEM or one in DER, to those we trust for the certificates that chargers show; how many.
///
/// # Errors
/// They cannot be read or kept.
pub fn trust(data: &Path, from: &Path) -> Result<usize, AuthorityError> {
    let failed = |file: &Path| {
        let file = file.to_path_buf();
        |source| AuthorityError::File { file, source }
    };
    let bytes = fs::read(from).map_err(failed(from))?;
    let one = || CertificateDer::from(bytes.clone());
    let mut roots: Vec<_> = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect();
    roots.extend(roots.is_empty().then(one));
    roots.retain(|der| X509Certificate::from_der(der).is_ok_and(|(rest, _)| rest.is_empty()));
    if roots.is_empty() {
        return Err(AuthorityError::Content { file: from.to_path_buf(), what: "a certificate in PEM or DER" });
    }
    let folder = data.join(FOLDER);
    fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let all = trusted(data)?.into_iter().chain(roots.iter().cloned());
    let mut kept: Vec<CertificateDer<'_>> = Vec::new();
    all.for_each(|der| {
        if !kept.contains(&der) {
            kept.push(der)
        }
    });
    let file = folder.join(TRUSTED);
    os::write_private(&file, kept.iter().map(pem).collect::<String>().as_bytes()).map_err(failed(&file))?;
    Ok(roots.len())
}

/// The roots that a person added.
///
/// # Errors
/// They cannot be read.
pub fn trusted(data: &Path) -> Result<Vec<CertificateDer<'static>>, AuthorityError> {
    let file = data.join(FOLDER).join(TRUSTED);
    let large = fs::metadata(&file).is_ok_and(|about| about.len() > TRUSTED_BYTES);
    match fs::read(&file) {
        _ if large => Err(AuthorityError::Content { file, what: "a few certificates in PEM" }),
        Ok(text) => Ok(CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(AuthorityError::File { file, source }),
    }
}
