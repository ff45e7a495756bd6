//! The LAN and the disk: the OCPP endpoint that chargers connect to, and the store that forgets nothing.

pub mod authority;
pub mod csms;
pub mod network;
mod os;
mod site;
pub mod store;

pub use site::{Endpoint, Options, Settings, Site, UpgradeError, secure_url, url};
