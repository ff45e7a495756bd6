//! Our own certificate authority, made on first use: with it chargers can speak TLS to a laptop that no public authority
//! knows. Its root is public and goes into chargers; its private key is kept in the keychain or under a passphrase, never
//! in the clear. The keys of the server's certificates live in memory only.

mod certificates;
mod keep;
mod request;
mod root;
mod server;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SerialNumber};

pub(crate) use certificates::Certificates;
pub use keep::{Keeping, Passphrase};
pub use request::Signed;
pub(crate) use request::{OTHER_NAME, alike};
pub use root::{Root, trust, trusted};
pub(crate) use server::{Names, Server};

/// The folder of the authority inside the data folder.
const FOLDER: &str = "authority";

/// Why there is no certificate authority, or why it cannot do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// None was made yet.
    #[error(
        "There is no certificate authority in {} yet. It is made on first use: start Chargehand with --tls-keychain, which \
         keeps its private key in this computer's keychain, or with --tls-passphrase-file FILE, which keeps it in the data \
         folder, encrypted.", folder.display()
    )]
    Missing {
        /// The data folder.
        folder: PathBuf,
    },
    /// The keychain says no.
    #[error(
        "This computer's keychain cannot be used ({why}). Unlock it and try again, or keep the private key under a \
         passphrase instead: --tls-passphrase-file FILE. It is never kept unencrypted."
    )]
    Keychain {
        /// What the system says.
        why: String,
    },
    /// The passphrase is too short to protect anything.
    #[error("A passphrase needs at least {} characters. Choose a longer one, for example five words.", keep::SHORTEST)]
    Short,
    /// It is not the passphrase that the key was kept under.
    #[error(
        "The passphrase is not the one that {} was encrypted with. Give that one. Without it the private key is lost: then \
         move the folder {} away, and a new authority is made, whose root has to go into every charger anew.",
        file.display(), folder(file).display()
    )]
    WrongPassphrase {
        /// The file of the key.
        file: PathBuf,
    },
    /// It is kept in the other place.
    #[error("The private key of this authority is kept {there}. Use {option}.")]
    KeptElsewhere {
        /// Where, in words.
        there: &'static str,
        /// The option for it.
        option: &'static str,
    },
    /// The root is there, its key is not.
    #[error(
        "The private key that belongs to {} is gone from {place}. Without it nothing can be signed: move the folder {} away, \
         and a new authority is made, whose root has to go into every charger anew.",
        file.display(), folder(file).display()
    )]
    KeyLost {
        /// The root's file.
        file: PathBuf,
        /// Where the key should be, in words.
        place: &'static str,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be read or written ({source}). Check that the folder is there and yours.", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds something else.
    #[error("{} does not hold {what}. Put back the file that was there before, or choose another.", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// The cryptography says no.
    #[error("A certificate could not be made ({0}). Please report this.")]
    Crypto(String),
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(file)
}

impl From<rcgen::Error> for AuthorityError {
    fn from(error: rcgen::Error) -> Self {
        Self::Crypto(error.to_string())
    }
}

impl From<rustls::Error> for AuthorityError {
    fn from(error: rustls::Error) -> Self {
        Self::Crypto(error.to_string())
    }
}

/// An open certificate authority: it can sign.
pub struct Authority {
    root: Root,
    issuer: Issuer<'static, KeyPair>,
    keys: ServerKeys,
    folder: PathBuf,
}

/// The keys of the server's certificates. Many chargers know no other kind than RSA, some none but ECDSA.
struct ServerKeys {
    rsa: KeyPair,
    ecdsa: KeyPair,
}

impl Authority {
    /// Opens the authority in a data folder, or makes it where there is none. Takes a second or two: it makes keys.
    ///
    /// # Errors
    /// Why not, with what to do.
    pub fn open(data: &Path, keeping: &Keeping, now: Timestamp) -> Result<Self, AuthorityError> {
        let folder = data.join(FOLDER);
        let (root, key) = match Root::read(data) {
            Ok(root) => {
                let key = keep::fetch(&folder, keeping, &root)?;
                (root, key)
            }
            Err(AuthorityError::Missing { .. }) => root::make(&folder, keeping, now)?,
            Err(error) => return Err(error),
        };
        let issuer = Issuer::from_ca_cert_der(root.der(), key)?;
        let keys = ServerKeys {
            rsa: KeyPair::generate_for(&PKCS_RSA_SHA256)?,
            ecdsa: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        };
        Ok(Self { root, issuer, keys, folder })
    }

    /// Its root.
    pub fn root(&self) -> &Root {
        &self.root
    }
}

/// The day of a time, as certificates take it; they are valid from midnight UTC.
fn day(at: Timestamp) -> time::OffsetDateTime {
    let date = at.to_zoned(TimeZone::UTC).date();
    rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// A time some days before or after another.
fn days(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add((days * 24).hours()).unwrap_or(at)
}

/// A certificate's number: random, because two of one issuer with one number are refused by some clients, and a renewed
/// certificate of ours has the key it had.
fn serial() -> Result<SerialNumber, AuthorityError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|error| AuthorityError::Crypto(error.to_string()))?;
    // Positive, and of one length (RFC 5280 4.1.2.2).
    bytes[0] = bytes[0] & 0x3f | 0x40;
    Ok(SerialNumber::from(bytes.to_vec()))
}
