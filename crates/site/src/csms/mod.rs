//! Our OCPP endpoint: sockets in, inputs for the chargers' tasks out. Nothing here understands a message.

mod accept;
mod connection;
pub mod listen;

pub use accept::Password;
pub(crate) use connection::carry;
