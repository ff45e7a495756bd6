//! OCPP-J as it is spoken by real chargers: frames, RPC rules, schema deviations, tolerant reads, typed commands.
//!
//! Raw first: whatever a charger sends is parsed tolerantly and judged, never refused. `(T, Vec<Deviation>)`, never
//! `Result`. No sockets, no clock, no async.

pub mod answer;
pub mod ask;
pub mod call;
pub mod deviation;
pub mod error;
pub mod frame;
mod json;
pub mod local_list;
pub mod message;
mod overlay;
pub mod peer;
pub mod policy;
pub mod profile;
pub mod read;
pub mod schema;
pub mod security;
pub mod setting;
pub mod subprotocol;
pub mod time;
pub mod v16;
pub mod v2;
pub mod version;

pub use ask::Ask;
pub use call::Call;
pub use deviation::{Deviation, Severity};
pub use error::ErrorCode;
pub use policy::Policy;
pub use version::Version;
