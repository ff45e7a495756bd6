//! Our OCPP endpoint: sockets in, inputs for the chargers' tasks out. Nothing here understands a message.

mod accept;
mod connection;
mod flood;
pub mod listen;

pub use accept::Password;
pub(crate) use connection::carry;
pub(crate) use flood::{Refusals, Worth};
