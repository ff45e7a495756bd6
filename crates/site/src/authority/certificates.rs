//! The open authority, and the certificates it shows: made anew when they are needed and do not fit any more.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{Authority, AuthorityError, Names, Server};
use crate::network;

/// The authority, once it is open, and what it shows. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Certificates(Arc<Mutex<Option<Open>>>);

struct Open {
    authority: Arc<Authority>,
    server: Option<Arc<Server>>,
}

impl Certificates {
    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this authority is used.
    pub(crate) fn open(&self, authority: Authority) {
        *self.lock() = Some(Open { authority: Arc::new(authority), server: None });
    }

    /// The authority, once it is open.
    pub(crate) fn authority(&self) -> Option<Arc<Authority>> {
        self.lock().as_ref().map(|open| Arc::clone(&open.authority))
    }

    /// What we trust has changed: the next charger is served by that.
    pub(crate) fn renew(&self) {
        if let Some(open) = self.lock().as_mut() {
            open.server = None;
        }
    }

    /// What a charger is served with that reached us at `local`, calling us so. Made anew where the computer has other
    /// addresses than it was made for, or where it nears its end. `None`: no authority is open.
    pub(crate) fn server(
        &self,
        local: IpAddr,
        called: Option<&str>,
        now: Timestamp,
    ) -> Option<Result<Arc<Server>, AuthorityError>> {
        let mut lock = self.lock();
        let open = lock.as_mut()?;
        let needed = Names::new([]).and(local, called);
        if let Some(server) = open.server.as_ref().filter(|server| server.serves(&needed, now)) {
            return Some(Ok(Arc::clone(server)));
        }
        let addresses = network::interfaces().into_iter().map(|interface| interface.address.into());
        let names = Names::new(addresses).and(local, called);
        let made = open.authority.server(names, now).map(Arc::new);
        if let Ok(server) = &made {
            open.server = Some(Arc::clone(server));
        }
        Some(made)
    }
}
