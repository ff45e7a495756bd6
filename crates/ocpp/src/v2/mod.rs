//! OCPP 2.0.1 and 2.1, which share most of what they say: where they differ the version is an argument.

pub mod answer;
pub mod call;
pub mod profile;
pub mod read;
pub mod variable;
