//! Who comes to the door, over real sockets: plain and TLS, chargers and others, and what is said about them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod findings;
mod fuzzed;
mod openssl;
mod plain;
mod secure;
