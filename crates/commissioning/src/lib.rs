//! The trade of commissioning a charger: ceiling, limit, steps, checks, evidence, verdict, report model.
//!
//! No sockets, no database, no window: whatever comes in is an argument with its time. Of tokio only `time`, `sync` and
//! the `select!` macro are used.

pub mod attempt;
pub mod attend;
pub mod by_hand;
pub mod ceiling;
pub mod check;
pub mod clock;
pub mod compose;
pub mod demand;
pub mod event;
pub mod guard;
pub mod in_force;
pub mod journal;
pub mod limit;
pub mod link;
pub mod meter;
pub mod nothing_arrives;
pub mod outcome;
pub mod plan;
pub mod profiles;
pub mod quirk;
pub mod random_delay;
pub mod record;
pub mod replay;
pub mod report;
pub mod secret;
pub mod session;
pub mod setting;
pub mod step;
pub mod trial;
pub mod units;
pub mod watts;
pub mod windows;
