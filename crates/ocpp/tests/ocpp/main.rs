//! What a charger may say, and what the specification makes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fuzzed;
mod generate;
mod rpc;
mod schemas;
