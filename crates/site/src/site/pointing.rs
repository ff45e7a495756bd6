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
    /// The user name that let us in; empty for none. A password is never kept.
    #[serde(default)]
    pub user: String,
    /// Where it connected to before.
    pub before: Pointed,
    /// Where it was pointed to, as it was entered.
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
    NotPointed(String),
    /// Somebody set it anew meanwhile, or another charger has its address now.
    #[error(
        "The charger at {address} says that it connects to {says:?}, and not to this computer any more. Nothing was \
         written. Where that is right, say that you put it back by hand."
    )]
    Elsewhere {
        /// The charger's address.
        address: IpAddr,
        /// Where it says it connects to.
        says: String,
    },
    /// The charger says no, or nothing; nothing was written.
    #[error(transparent)]
    Charger(#[from] LocalApiError),
    /// It went wrong after something was written.
    #[error("{why} {after}")]
    Undone {
        /// What went wrong.
        why: String,
        /// What was done about it, and what is left.
        after: String,
    },
    /// It could not be kept; then nothing is written either.
    #[error("Where the charger connects to now could not be kept ({0}). Nothing was changed.")]
    NotKept(#[from] StoreError),
    /// It is put back, and stays on the list.
    #[error("The charger is put back, but that could not be kept on disk ({0}). The list still names it.")]
    StillListed(StoreError),
}

fn interface(fingerprint: &str) -> Result<&'static LocalApi, PointError> {
    let known = local_apis().iter().find(|it| it.fingerprint == fingerprint);
    known.ok_or_else(|| PointError::NoInterface(fingerprint.to_owned()))
}

/// Writes what was there before, where the charger still connects here.
async fn back(visit: &mut Visit<'_>, kept: &PointedHere) -> Result<Pointed, PointError> {
    let says = visit.read().await?;
    if says.url == kept.before.url && says.on == kept.before.on {
        return Ok(says);
    }
    if says.url != kept.ours {
        return Err(PointError::Elsewhere { address: kept.address, says: says.url });
    }
    Ok(visit.point(&kept.before).await?)
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

    /// Points a charger at `ours`: keeps where it connected to, writes, reads back. Where that goes wrong, what was there
    /// is written again.
    ///
    /// # Errors
    /// It is not pointed here; the error says what became of it.
    pub async fn point_here(&self, to: &Target, ours: &str, who: Option<Credentials>) -> Result<Pointed, PointError> {
        let user = who.as_ref().map(|it| it.user.clone()).unwrap_or_default();
        let mut visit = Visit::begin(interface(&to.fingerprint)?, to.address, who).await?;
        let pointed = self.point(&mut visit, to, ours, user).await;
        visit.end().await;
        pointed
    }

    async fn point(&self, visit: &mut Visit<'_>, to: &Target, ours: &str, user: String) -> Result<Pointed, PointError> {
        let seen = visit.read().await?;
        let ours = visit.form(ours, seen.id.as_deref());
        let mut kept = self.before(to, &seen, &ours, user);
        self.remember(&kept).await?;
        let known = visit.uncover(seen.clone()).await.map_err(|e| PointError::Undone {
            why: e.to_string(),
            // what it had is not known, and so nothing is written over it
            after: "OCPP may be switched on in it now; its address was not touched. Look in its app.".into(),
        })?;
        if known != seen && kept.before == seen {
            kept.before = known;
            if let Err(error) = self.remember(&kept).await {
                return Err(PointError::Undone { why: error.to_string(), after: self.undo(visit, &kept).await });
            }
        }
        match visit.point(&Pointed { url: ours, on: true, id: None }).await {
            Ok(now) => Ok(now),
            Err(error) => Err(PointError::Undone { why: error.to_string(), after: self.undo(visit, &kept).await }),
        }
    }

    /// Puts a charger back to where it connected to before, and reads that back. One that does not connect here any more
    /// is left alone.
    ///
    /// # Errors
    /// It is not put back, and stays on the list.
    pub async fn point_back(&self, to: &Target, who: Option<Credentials>) -> Result<Pointed, PointError> {
        let kept = self.kept(to)?;
        let mut visit = Visit::begin(interface(&kept.fingerprint)?, to.address, who).await?;
        let pointed = back(&mut visit, &kept).await;
        visit.end().await;
        let pointed = pointed?;
        self.strike(&kept).await.map_err(PointError::StillListed)?;
        Ok(pointed)
    }

    /// A person says that it was put back another way.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn forget_pointed(&self, to: &Target) -> Result<(), PointError> {
        Ok(self.strike(&self.kept(to)?).await?)
    }

    fn kept(&self, to: &Target) -> Result<PointedHere, PointError> {
        let kept = self.pointed_here().into_iter().find(|it| it.address == to.address && it.name == to.name);
        kept.ok_or_else(|| PointError::NotPointed(format!("{} ({})", to.name, to.address)))
    }

    /// What was there before us stays what it was, however often it is pointed here; what somebody else has set meanwhile
    /// takes its place.
    fn before(&self, to: &Target, seen: &Pointed, ours: &str, user: String) -> PointedHere {
        let former = self.kept(to).ok().filter(|it| it.ours == seen.url);
        PointedHere {
            address: to.address,
            fingerprint: to.fingerprint.clone(),
            name: to.name.clone(),
            user,
            before: former.map_or_else(|| seen.clone(), |it| it.before),
            ours: ours.to_owned(),
            at: self.inner.clock.now(),
        }
    }

    /// Writes what was there again, and says how that ended.
    async fn undo(&self, visit: &mut Visit<'_>, kept: &PointedHere) -> String {
        match visit.point(&kept.before).await {
            Ok(_) if self.strike(kept).await.is_ok() => "What it had before was written back.".into(),
            Ok(_) => "What it had before was written back, but that could not be kept on disk.".into(),
            Err(e) => format!(
                "What it had before ({:?}) could not be written back: {e} It stays on the list of those that have to go \
                 back.",
                kept.before.url
            ),
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
