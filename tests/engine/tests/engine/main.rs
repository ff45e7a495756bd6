//! The engine from outside: its programs as processes, independent charge points, and the rules of this repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charger;
mod deviant;
mod endpoint;
mod program;
mod repository;
mod schema;
