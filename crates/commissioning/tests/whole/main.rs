//! Whole commissionings against simulated chargers, on paused time, without sockets or disk. In every story what goes to
//! the charger is held against the rules (`law.rs`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
mod by_hand;
mod cards;
mod connecting;
mod demand_response;
mod demand_table;
mod exercises;
mod inspecting;
mod law;
mod limit_kinds;
mod limit_proof;
mod meters;
mod permanent;
mod planning;
mod quirks;
mod random_delay;
mod replaying;
mod securing;
mod stations;
mod tamper;
mod undoing;
mod vanishing;
mod versions;
mod whole_plans;
mod windows;
