//! Where the authority's private key is kept: in the computer's keychain, or encrypted in the data folder. Nowhere else.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use keyring::v1::Entry;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use rustls::pki_types::PrivatePkcs8KeyDer;
use zeroize::Zeroizing;

use super::{AuthorityError, Root};
use crate::os;

/// The shortest passphrase, characters.
pub(super) const SHORTEST: usize = 8;
/// The encrypted key, PKCS#8 (RFC 5958) with scrypt: `openssl pkey -in root.key.pem` reads it too.
const FILE: &str = "root.key.pem";
const LABEL: &str = "ENCRYPTED PRIVATE KEY";
/// Under this name the keychain lists what is ours.
const SERVICE: &str = "Chargehand";

/// Where the private key of the authority is kept.
#[derive(Debug, Clone)]
pub enum Keeping {
    /// In the keychain of the computer's user.
    Keychain,
    /// In the data folder, encrypted under this.
    Passphrase(Passphrase),
}

/// A passphrase; it is never shown, and wiped from memory when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

impl Passphrase {
    /// From what a person typed.
    ///
    /// # Errors
    /// It is too short.
    pub fn new(text: impl Into<String>) -> Result<Self, AuthorityError> {
        let text = Zeroizing::new(text.into());
        if text.chars().count() < SHORTEST { Err(AuthorityError::Short) } else { Ok(Self(text)) }
    }
}

fn crypto(error: impl std::fmt::Display) -> AuthorityError {
    AuthorityError::Crypto(error.to_string())
}

/// Keeps a new key.
pub(super) fn store(folder: &Path, keeping: &Keeping, root: &Root, key: &KeyPair) -> Result<(), AuthorityError> {
    match keeping {
        Keeping::Keychain => entry(root)?.set_secret(key.serialized_der()).map_err(keychain),
        Keeping::Passphrase(Passphrase(text)) => {
            let info = PrivateKeyInfoRef::try_from(key.serialized_der()).map_err(crypto)?;
            let sealed = info.encrypt(text.as_bytes()).map_err(crypto)?;
            let pem = sealed.to_pem(LABEL, LineEnding::LF).map_err(crypto)?;
            let file = folder.join(FILE);
            os::write_private(&file, pem.as_bytes()).map_err(|source| AuthorityError::File { file, source })
        }
    }
}

/// The key that belongs to the root.
pub(super) fn fetch(folder: &Path, keeping: &Keeping, root: &Root) -> Result<KeyPair, AuthorityError> {
    let file = folder.join(FILE);
    let sealed = match fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(AuthorityError::File { file, source }),
    };
    let der = match (keeping, sealed) {
        (Keeping::Passphrase(passphrase), Some(sealed)) => open(&sealed, passphrase, file)?,
        (Keeping::Keychain, None) => from_keychain(folder, root)?,
        (Keeping::Keychain, Some(_)) => {
            let there = "in the data folder, encrypted under a passphrase";
            return Err(AuthorityError::KeptElsewhere { there, option: "--tls-passphrase-file FILE" });
        }
        (Keeping::Passphrase(_), None) => {
            return Err(AuthorityError::KeptElsewhere {
                there: "in this computer's keychain",
                option: "--tls-keychain",
            });
        }
    };
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(&der[..]), &PKCS_RSA_SHA256)?;
    if root.fits(&key) { Ok(key) } else { Err(lost(folder, "the place it is kept in: another one is there")) }
}

type Der = Zeroizing<Vec<u8>>;

fn open(sealed: &str, Passphrase(text): &Passphrase, file: PathBuf) -> Result<Der, AuthorityError> {
    let document = SecretDocument::from_pem(sealed).ok().filter(|(label, _)| *label == LABEL).map(|(_, d)| d);
    let info = document.as_ref().and_then(|d| EncryptedPrivateKeyInfoRef::try_from(d.as_bytes()).ok());
    let Some(info) = info else { return Err(AuthorityError::Content { file, what: "an encrypted private key" }) };
    // A wrong passphrase gives bytes that are no key.
    let key = info.decrypt(text.as_bytes()).map_err(|_| AuthorityError::WrongPassphrase { file })?;
    Ok(key.to_bytes())
}

fn from_keychain(folder: &Path, root: &Root) -> Result<Der, AuthorityError> {
    match entry(root)?.get_secret() {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(keyring::v1::Error::NoEntry) => Err(lost(folder, "this computer's keychain")),
        Err(error) => Err(keychain(error)),
    }
}

fn entry(root: &Root) -> Result<Entry, AuthorityError> {
    if let Err(error) = Entry::store_status() {
        return Err(keychain(error));
    }
    // By its fingerprint: each data folder may have an authority of its own.
    Entry::new(SERVICE, &format!("certificate authority {}", &root.fingerprint()[..16])).map_err(keychain)
}

fn keychain(error: impl std::fmt::Display) -> AuthorityError {
    AuthorityError::Keychain { why: error.to_string() }
}

fn lost(folder: &Path, place: &'static str) -> AuthorityError {
    AuthorityError::KeyLost { file: Root::file(folder), place }
}
