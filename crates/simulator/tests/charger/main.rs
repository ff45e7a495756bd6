//! Stories about the simulated charger, told by its frames. Every frame it sends is held against the official schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acts;
mod authorisation;
mod authority;
mod bench;
mod books;
mod boot;
mod chargers;
mod commands;
mod deviations;
mod everything;
mod limits;
mod matrix;
mod offline;
mod physics;
mod power_loss;
mod probes;
mod runner;
mod schemas;
mod security;
mod sessions;
mod tls;
mod upload;
mod v2;
mod wire;
