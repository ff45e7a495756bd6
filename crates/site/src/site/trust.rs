//! Passwords and certificates: what chargers know of us, and we of them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::attend::Signer;
use chargehand_commissioning::event::{Event, Handshake, Step};
use chargehand_commissioning::link::Busy;
use chargehand_commissioning::outcome::{Outcome, Verdict};
use chargehand_commissioning::step;
use chargehand_commissioning::step::upgrade_security::{Means, Secret};
use jiff::Timestamp;

use super::{Endpoint, Site, secure_url};
use crate::authority::{self, Authority, AuthorityError, Keeping, OTHER_NAME, Root, Signed, alike};
use crate::csms::{Password, Passwords};
use crate::store::StoreError;

/// The name of the setting that holds the hashes of the passwords we set.
pub(super) const PASSWORDS: &str = "passwords";

/// Why a charger's security was not touched.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// It never connected.
    #[error("No charger {0:?} has connected. Connect it first.")]
    Unknown(String),
    /// Something else is done with it.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The password's hash could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Our URLs as a charger is to use them, without and with TLS: what it reached, without its id.
fn ways(handshake: &Handshake) -> (String, String) {
    let address = handshake.url.split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/');
    let path = handshake.path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    (format!("ws://{address}{folder}/"), format!("wss://{address}{folder}/"))
}

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

    /// A password is, or is about to be, set in a charger: it is right from now on, also after the next start, beside the
    /// one before. Only its hash is kept.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn set_password(&self, charger: &str, password: &str) -> Result<(), StoreError> {
        self.change_passwords(|passwords| passwords.set(charger, Password::new(password))).await
    }

    async fn change_passwords(&self, change: impl FnOnce(&mut Passwords)) -> Result<(), StoreError> {
        let own = {
            let mut passwords = self.inner.door.passwords.write().unwrap_or_else(PoisonError::into_inner);
            change(&mut passwords);
            passwords.own.clone()
        };
        self.inner.store.set(PASSWORDS, &own).await
    }

    /// Raises a charger's security profile (see [`step::upgrade_security`]), with our authority and the addresses it reaches us
    /// at. The password is a person's choice; only its hash is kept. Where it fails, what was seen of the charger at our
    /// door meanwhile is part of the outcome.
    ///
    /// # Errors
    /// It was not begun.
    pub async fn upgrade_security(&self, charger: &str, to: u8, password: &str) -> Result<Outcome, UpgradeError> {
        let link = self.charger(charger).ok_or_else(|| UpgradeError::Unknown(charger.to_owned()))?;
        let record = link.record().await.map_err(|_| UpgradeError::Unknown(charger.to_owned()))?;
        let handshake = record.handshake.ok_or_else(|| UpgradeError::Unknown(charger.to_owned()))?;
        // Right before it is in the charger; the one before stays right until this one is proved.
        self.set_password(charger, password).await?;
        let (plain, secure) = ways(&handshake);
        let root = self.authority().map(|root| root.pem());
        let means = Means { to, password: Secret(password.to_owned()), root, plain, secure };
        let began = self.inner.clock.now();
        let mut outcome = step::upgrade_security(&link, &means).await?;
        if outcome.verdict == Verdict::Passed {
            self.change_passwords(|passwords| passwords.proved(charger)).await?;
        } else if let Some(seen) = self.refused_since(began, &handshake.peer) {
            outcome.finding.push_str(&format!(" What was seen at our door meanwhile: {seen}"));
            step::ended(&link, Step::Security, &outcome).await;
        }
        Ok(outcome)
    }

    /// Why the newest connection from a charger's address was refused since then.
    fn refused_since(&self, began: Timestamp, peer: &str) -> Option<String> {
        let from = |peer: &str| peer.parse::<SocketAddr>().ok().map(|peer| peer.ip());
        let attempts = self.attempts();
        let of_it = attempts.iter().rev().filter(|attempt| attempt.at >= began && from(&attempt.peer) == from(peer));
        of_it.filter_map(Attempt::refusal).map(|finding| finding.text.clone()).next()
    }

    /// Signs chargers' requests with our authority, while it is open. What is odd about a request becomes a finding on its
    /// charger.
    pub(super) fn signer(&self) -> Signer {
        let (open, site) = (self.inner.door.certificates.clone(), self.clone());
        let sign = move |csr: &str, charger: &str| {
            let authority = site.inner.door.certificates.authority();
            let authority = authority.ok_or("No certificate authority is open here.")?;
            let signed = authority.sign(csr, charger, site.inner.clock.now())?;
            let chain = signed.chain.clone();
            site.found(charger, signed);
            Ok(chain)
        };
        Signer { is_open: Arc::new(move || open.authority().is_some()), sign: Arc::new(sign) }
    }

    fn found(&self, charger: &str, Signed { common_name, mut findings, .. }: Signed) {
        let Some(link) = self.charger(charger) else { return };
        tokio::spawn(async move {
            let boot = link.record().await.ok().and_then(|record| record.boot);
            let by_serial = boot.is_some_and(|boot| alike(&boot.serial, &common_name));
            findings.retain(|finding| !(by_serial && finding.code == OTHER_NAME));
            for finding in findings {
                let _ = link.keep(Event::Found { finding }).await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charger_is_pointed_to_the_place_it_reached_with_and_without_tls() {
        for (path, folder) in [("/CP1", "/"), ("/ocpp/v1/CP1/", "/ocpp/v1/"), ("/CP1?key=(masked)", "/"), ("", "/")] {
            let url = "ws://192.168.1.2:9616/".to_owned();
            let (plain, secure) = ways(&Handshake { url, path: path.into(), ..Handshake::default() });
            assert_eq!(plain, format!("ws://192.168.1.2:9616{folder}"));
            assert_eq!(secure, plain.replace("ws://", "wss://"));
        }
    }
}
