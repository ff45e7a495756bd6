//! Passwords and certificates: what chargers know of us, and we of them.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use chargehand_commissioning::attend::Signer;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::outcome::Finding;

use super::{Endpoint, Site, secure_url};
use crate::authority::{self, Authority, AuthorityError, Keeping, Root, Signed};
use crate::csms::Password;
use crate::store::StoreError;

/// The name of the setting that holds the hashes of the passwords we set.
pub(super) const PASSWORDS: &str = "passwords";

impl Site {
    /// The data folder.
    fn folder(&self) -> &Path {
        let file = self.inner.store.file();
        file.parent().unwrap_or(file)
    }

    /// Opens our certificate authority, or makes it where there is none: from then on chargers can speak TLS to us.
    ///
    /// # Errors
    /// Why not, with what to do.
    pub async fn secure(&self, keeping: Keeping) -> Result<Root, AuthorityError> {
        let (folder, now) = (self.folder().to_owned(), self.inner.clock.now());
        let opening = tokio::task::spawn_blocking(move || Authority::open(&folder, &keeping, now));
        let authority = opening.await.map_err(|error| AuthorityError::Crypto(error.to_string()))??;
        let root = authority.root().clone();
        self.inner.door.certificates.open(authority);
        self.mark_changed(&"".into());
        Ok(root)
    }

    /// The root of our authority, once that is open.
    pub fn authority(&self) -> Option<Root> {
        self.inner.door.certificates.authority().map(|authority| authority.root().clone())
    }

    /// The root of the authority that was made in this data folder, open or not; `None` where none was.
    pub fn made_authority(&self) -> Option<Root> {
        Root::read(self.folder()).ok()
    }

    /// The URLs for chargers that speak TLS, in the order of the endpoint's addresses; none before the authority is open.
    pub fn secure_urls(&self) -> Vec<String> {
        match self.endpoint() {
            Endpoint::Listening { addresses, .. } if self.authority().is_some() => {
                addresses.iter().map(secure_url).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Trusts the roots in a file, PEM or DER, for the certificates that chargers show; how many were in it.
    ///
    /// # Errors
    /// They cannot be read or kept.
    pub fn trust(&self, file: &Path) -> Result<usize, AuthorityError> {
        let count = authority::trust(self.folder(), file)?;
        self.inner.door.certificates.renew();
        Ok(count)
    }

    /// A password is, or is about to be, set in a charger: it is right from now on, also after the next start. Only its
    /// hash is kept.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn set_password(&self, charger: &str, password: &str) -> Result<(), StoreError> {
        let own = {
            let mut passwords = self.inner.door.passwords.write().unwrap_or_else(PoisonError::into_inner);
            passwords.own.insert(charger.to_owned(), Password::new(password));
            passwords.own.clone()
        };
        self.inner.store.set(PASSWORDS, &own).await
    }

    /// Signs chargers' requests with our authority, while it is open. What is odd about a request becomes a finding on its
    /// charger.
    pub(super) fn signer(&self) -> Signer {
        let site = self.clone();
        Arc::new(move || {
            let (authority, site) = (site.inner.door.certificates.authority()?, site.clone());
            Some(Arc::new(move |csr, charger| {
                let Signed { chain, findings } = authority.sign(csr, charger, site.inner.clock.now())?;
                site.found(charger, findings);
                Ok(chain)
            }))
        })
    }

    fn found(&self, charger: &str, findings: Vec<Finding>) {
        let Some(link) = self.charger(charger) else { return };
        tokio::spawn(async move {
            for finding in findings {
                let _ = link.keep(Event::Found { finding }).await;
            }
        });
    }
}
