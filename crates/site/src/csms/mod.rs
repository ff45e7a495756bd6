//! Our OCPP endpoint: sockets in, inputs for the chargers' tasks out. Nothing here understands a message.

mod accept;
pub(crate) mod attempts;
mod connection;
mod flood;
mod framing;
pub mod head;
pub mod hello;
pub mod listen;
mod password;
mod stream;
mod tls;
mod why;

pub(crate) use accept::Door;
pub(crate) use attempts::{Attempts, Ongoing};
pub(crate) use connection::{Ended, carry};
pub(crate) use flood::{Refusals, Worth};
pub use password::Password;
pub(crate) use password::Passwords;
