//! The engine from outside: its programs as processes, independent charge points, and the rules of this repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod catalogue;
mod certificate;
mod charger;
mod commission;
mod demand;
mod deviant;
mod discover;
mod disk;
mod doors;
mod endpoint;
mod hostile;
mod independent;
mod kill;
mod network;
mod plan;
mod program;
mod repository;
mod schema;
mod simulate;
