//! Chargers that were pointed at this computer over their own interface: where they connected to before is on disk before
//! anything is written, and stays there until they are put back.

use std::net::IpAddr;
use std::sync::PoisonError;

use chargehand_catalogue::local_api::{LocalApi, local_apis};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Site;
use crate::local_api::{Credentials, LocalApiError, Pointed, Visit};
use crate::store::StoreError;

/// The setting they are kept under.
pub(super) const POINTED: &str = "pointed";

/// A charger that was pointed here, and where it has to go back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointedHere {
    /// The charger's address.
    pub address: IpAddr,
    /// The fingerprint whose interface it has.
    pub fingerprint: String,
    /// What a person calls it.
    pub name: String,
    /// Where it connected to before.
    pub before: Pointed,
    /// Where it was pointed to.
    pub ours: String,
    /// When.
    pub at: Timestamp,
}

impl PointedHere {
    /// An address can be lent to another charger meanwhile.
    fn is_same(&self, other: &PointedHere) -> bool {
        self.address == other.address && self.name == other.name
    }
}

/// A charger in the LAN that has an interface of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The charger's address.
    pub address: IpAddr,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What a person calls it.
    pub name: String,
}

/// Why a charger was not pointed here, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum PointError {
    /// It has no interface that is known.
    #[error("How {0} is pointed at another address is not known. Enter the address in its app or on its web page.")]
    NoInterface(String),
    /// It was never pointed here.
    #[error("{0} was not pointed at this computer by Chargehand. There is nothing to put back.")]
    NotPointed(IpAddr),
    /// The charger says no, or nothing.
    #[error(transparent)]
    Charger(#[from] LocalApiError),
    /// It could not be kept; then nothing is written either.
    #[error("Where the charger connects to now could not be kept ({0}). Nothing was changed.")]
    NotKept(#[from] StoreError),
}

fn interface(fingerprint: &str) -> Result<&'static LocalApi, PointError> {
    let known = local_apis().iter().find(|it| it.fingerprint == fingerprint);
    known.ok_or_else(|| PointError::NoInterface(fingerprint.to_owned()))
}

impl Site {
    /// The chargers that were pointed here and not yet put back.
    pub fn pointed_here(&self) -> Vec<PointedHere> {
        self.inner.pointed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where a charger connects to, by its own interface. Nothing is written.
    ///
    /// # Errors
    /// It cannot be asked, or does not say.
    pub async fn where_pointed(&self, to: &Target, who: Option<Credentials>) -> Result<Pointed, PointError> {
        let mut visit = Visit::begin(interface(&to.fingerprint)?, to.address, who).await?;
        let pointed = visit.read().await;
        visit.end().await;
        Ok(pointed?)
    }

    /// Points a charger at `ours`: keeps where it connected to, writes, reads back. When the charger does not keep it,
    /// what was there is written again.
    ///
    /// # Errors
    /// It is not pointed here; the error says what it is pointed at then.
    pub async fn point_here(&self, to: &Target, ours: &str, who: Option<Credentials>) -> Result<Pointed, PointError> {
        let api = interface(&to.fingerprint)?;
        let mut visit = Visit::begin(api, to.address, who).await?;
        let pointed = self.point(&mut visit, to, ours).await;
        visit.end().await;
        pointed
    }

    async fn point(&self, visit: &mut Visit<'_>, to: &Target, ours: &str) -> Result<Pointed, PointError> {
        let seen = visit.read().await?;
        let mut kept = self.note_before(to, &seen, ours).await?;
        let known = visit.uncover(seen.clone()).await?;
        if known != seen && kept.before == seen {
            kept = PointedHere { before: known, ..kept };
            self.remember(&kept).await?;
        }
        let wanted = Pointed { url: ours.to_owned(), on: true, id: None };
        match visit.point(&wanted).await {
            Ok(now) => Ok(now),
            Err(LocalApiError::NotKept { wanted, got, .. }) => {
                let after = self.undo(visit, &kept).await;
                Err(LocalApiError::NotKept { wanted, got, after }.into())
            }
            Err(e @ LocalApiError::Refused { .. }) => {
                self.undo(visit, &kept).await;
                Err(e.into())
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Puts a charger back to where it connected to before, and reads that back.
    ///
    /// # Errors
    /// It is not put back, and stays on the list.
    pub async fn point_back(&self, address: IpAddr, who: Option<Credentials>) -> Result<Pointed, PointError> {
        let kept = self.pointed_here().into_iter().find(|it| it.address == address);
        let kept = kept.ok_or(PointError::NotPointed(address))?;
        let mut visit = Visit::begin(interface(&kept.fingerprint)?, address, who).await?;
        let pointed = visit.point(&kept.before).await;
        visit.end().await;
        let pointed = pointed?;
        self.strike(&kept).await?;
        Ok(pointed)
    }

    /// A person says that it was put back another way.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn forget_pointed(&self, address: IpAddr) -> Result<(), PointError> {
        let kept = self.pointed_here().into_iter().find(|it| it.address == address);
        Ok(self.strike(&kept.ok_or(PointError::NotPointed(address))?).await?)
    }

    /// What was there before us stays what it was, however often it is pointed here.
    async fn note_before(&self, to: &Target, seen: &Pointed, ours: &str) -> Result<PointedHere, StoreError> {
        let former = self.pointed_here().into_iter().find(|it| it.address == to.address && it.name == to.name);
        let kept = PointedHere {
            address: to.address,
            fingerprint: to.fingerprint.clone(),
            name: to.name.clone(),
            before: former.map_or_else(|| seen.clone(), |it| it.before),
            ours: ours.to_owned(),
            at: self.inner.clock.now(),
        };
        self.remember(&kept).await?;
        Ok(kept)
    }

    /// Writes what was there again, and says how that ended.
    async fn undo(&self, visit: &mut Visit<'_>, kept: &PointedHere) -> String {
        match visit.point(&kept.before).await {
            Ok(_) if self.strike(kept).await.is_ok() => "What it had before was written back.".into(),
            Ok(_) => "What it had before was written back, but that could not be kept on disk.".into(),
            Err(e) => format!("What it had before ({:?}) could not be written back: {e}", kept.before.url),
        }
    }

    async fn remember(&self, one: &PointedHere) -> Result<(), StoreError> {
        let mut all = self.pointed_here();
        all.retain(|it| !it.is_same(one));
        all.push(one.clone());
        self.keep_pointed(all).await
    }

    async fn strike(&self, one: &PointedHere) -> Result<(), StoreError> {
        let mut all = self.pointed_here();
        all.retain(|it| !it.is_same(one));
        self.keep_pointed(all).await
    }

    async fn keep_pointed(&self, all: Vec<PointedHere>) -> Result<(), StoreError> {
        self.inner.store.set(POINTED, &all).await?;
        *self.inner.pointed.write().unwrap_or_else(PoisonError::into_inner) = all;
        self.mark_changed(&"".into());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
