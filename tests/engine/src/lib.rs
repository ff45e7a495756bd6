//! What tests and benchmarks of the whole engine share: networks of their own, with chargers and other devices on them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod lan;
