//! Chargers are found on a whole LAN with forty hosts, and nothing else on it is disturbed or taken for one. Root on Linux
//! only: the LAN is made of network namespaces (`engine_tests::lan`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod again;
mod chargers;
mod hostile;
mod looking;
mod others;
mod stage;
