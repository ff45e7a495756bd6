//! The LAN and the disk: the OCPP endpoint that chargers connect to, and the store that forgets nothing.

pub mod addresses;
pub mod authority;
pub mod csms;
pub mod discovery;
mod http;
pub mod local_api;
pub mod network;
mod os;
pub mod self_check;
mod site;
pub mod store;
mod untrusted;

pub use site::{Endpoint, Options, PointError, PointedHere, Settings, Site, Target, UpgradeError, secure_url, url};
