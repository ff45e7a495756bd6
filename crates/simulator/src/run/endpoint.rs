//! Where a charger connects to, as whom, and how that is secured.

use crate::certificates::{Certificates, Own, certificates};
use crate::network::Way;
use crate::{Behaviour, SimulatedCharger};
use std::fmt;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// Where a charger connects to, and as whom.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) url: String,
    pub(super) id: String,
    security: Security,
}

/// How the connection is secured, and what the charger presents.
#[derive(Clone, Default)]
pub struct Security {
    /// The security profile of OCPP: 0 none, 1 password, 2 TLS and password, 3 TLS and a certificate of the charger's.
    pub profile: u8,
    /// The password of Basic authentication; profiles 1 and 2.
    pub password: Option<String>,
    /// The root certificates that the endpoint's is checked against, PEM; profiles 2 and 3.
    pub roots: String,
    /// The charger's own certificate with those between it and the root, PEM; profile 3.
    pub certificate: String,
    /// Its private key, PEM; profile 3.
    pub key: String,
}

/// Why an endpoint cannot be connected to at all.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The URL is not one of the security profile.
    #[error("{url:?} is no address for security profile {profile}. Give it as {scheme}://ADDRESS:PORT.")]
    WrongScheme {
        /// The URL as given.
        url: String,
        /// The security profile, 0 to 3.
        profile: u8,
        /// What the URL has to begin with.
        scheme: &'static str,
    },
    /// There is no such security profile.
    #[error("There is no security profile {profile}. OCPP has 0 (none), 1, 2 and 3.")]
    NoProfile {
        /// The number as given.
        profile: u8,
    },
    /// The URL cannot be read, or names no host.
    #[error("{url:?} cannot be read as an address ({reason}). Give it as ws://ADDRESS:PORT or wss://ADDRESS:PORT.")]
    Unreadable {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The charger has no id.
    #[error("A charger needs an id: it is the last part of the address it connects to.")]
    NoId,
    /// Something that the security profile needs is missing or cannot be read.
    #[error("Security profile {profile} needs {what}.")]
    Missing {
        /// The security profile, 0 to 3.
        profile: u8,
        /// What is missing, with its format.
        what: &'static str,
    },
}

impl fmt::Debug for Endpoint {
    /// Without its secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = self.security.profile;
        f.debug_struct("Endpoint").field("url", &self.url).field("id", &self.id).field("profile", &profile).finish()
    }
}

impl Endpoint {
    /// The unencrypted endpoint at `url`, with the charger's id as the last segment; with a password, security
    /// profile 1, else 0.
    pub fn new(url: &str, id: &str, password: Option<&str>) -> Result<Self, EndpointError> {
        let password = password.map(str::to_owned);
        Endpoint::secured(url, id, Security { profile: password.is_some().into(), password, ..Security::default() })
    }

    /// The endpoint at `url` with this security.
    pub fn secured(url: &str, id: &str, security: Security) -> Result<Self, EndpointError> {
        let profile = security.profile;
        if profile > 3 {
            return Err(EndpointError::NoProfile { profile });
        }
        let scheme = scheme(profile.into());
        if !url.starts_with(&format!("{scheme}://")) {
            return Err(EndpointError::WrongScheme { url: url.into(), profile, scheme });
        }
        if id.is_empty() {
            return Err(EndpointError::NoId);
        }
        security.is_complete()?;
        let endpoint = Endpoint { url: url.into(), id: id.into(), security };
        let readable = endpoint.asks(&endpoint.security.way(), &Behaviour::default());
        readable.map_err(|e| EndpointError::Unreadable { url: url.into(), reason: e.to_string() })?;
        Ok(endpoint)
    }

    /// Gives the charger what it presents here. From now on it manages that itself.
    pub(super) fn equip(&self, charger: &mut SimulatedCharger) {
        charger.equip(self.security.way(), self.security.certificates());
    }
}

/// What the addresses of a security profile begin with.
pub(super) fn scheme(security_profile: i64) -> &'static str {
    if security_profile >= 2 { "wss" } else { "ws" }
}

impl Security {
    fn is_complete(&self) -> Result<(), EndpointError> {
        let profile = self.profile;
        let needs = [
            ((1..=2).contains(&profile) && self.password.is_none(), "a password"),
            (profile >= 2 && certificates(&self.roots).is_empty(), "the endpoint's root certificate, PEM"),
            (profile == 3 && self.own().is_none(), "a certificate and its private key, PEM"),
        ];
        match needs.iter().find(|(is_missing, _)| *is_missing) {
            Some((_, what)) => Err(EndpointError::Missing { profile, what }),
            None => Ok(()),
        }
    }

    fn way(&self) -> Way {
        let password = self.password.as_ref().map(|password| password.as_bytes().to_vec());
        Way { slot: 0, url: None, security_profile: self.profile.into(), password }
    }

    fn own(&self) -> Option<Own> {
        let chain = certificates(&self.certificate);
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).ok()?;
        (!chain.is_empty()).then_some(Own { chain, key })
    }

    fn certificates(&self) -> Certificates {
        let mut kept = Certificates::default();
        kept.own = self.own();
        certificates(&self.roots).into_iter().for_each(|root| kept.trust(root));
        kept
    }
}
