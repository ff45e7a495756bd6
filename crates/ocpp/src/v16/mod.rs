//! OCPP 1.6: tolerant reads of what comes, typed building of what goes.

pub mod answer;
pub mod call;
pub mod profile;
pub mod read;
