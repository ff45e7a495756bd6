//! Simulated chargers and their cars, for practice without hardware, for tests and for load. They speak OCPP 1.6J with
//! its security extension, 2.0.1 or 2.1: the car, the meter, the profiles and the session are one code, the versions are
//! siblings behind `dialect`.
//!
//! [`SimulatedCharger`] is a pure state machine: text and time in, text out. It opens no socket and reads no clock, so
//! a test says what time it is. (The key of a certificate request is the one thing that is not the same twice.)
//! [`connect`] drives one over a WebSocket, encrypted or not, [`over_channels`] inside a test; with a [`Hand`] at it, it
//! is plugged in, switched off and looked at ([`Act`], [`Panel`]). What a charger is and what
//! it does wrong is data: [`Behaviour`] and its [`Deviations`].
//!
//! The frame reader, the profile rules and the payloads here are written apart from `chargehand-ocpp` on purpose: the
//! simulator is what that code is tested against, and shared code would share its mistakes.

mod act;
mod announce;
mod behaviour;
mod breaker;
mod cable;
mod car;
mod cars;
mod certificates;
mod charger;
mod clock;
pub mod connects;
mod contactor;
pub mod deviations;
mod dialect;
mod firmware;
mod local_list;
mod logs;
mod meter;
mod network;
mod outbox;
mod own_control;
mod panel;
mod personality;
mod pilot;
mod power;
mod profile;
mod profiles;
mod registration;
mod reservation;
mod rpc;
mod run;
mod script;
mod security;
mod session;
mod smart_charging;
mod supply;
mod v16;
mod v2;
mod version;
mod wall;

pub use act::Act;
pub use announce::{AnnounceError, Announcer, Place, Ports, announce};
pub use behaviour::{Behaviour, RateUnit};
pub use car::CarMake;
pub use cars::{KnownCar, car, cars};
pub use charger::SimulatedCharger;
pub use connects::Connects;
pub use deviations::{Deviations, MeterHabit, ProfileFate, ReportParts};
pub use logs::Upload;
pub use meter::MeterMake;
pub use own_control::{ModeKey, OwnControl};
pub use panel::Panel;
pub use personality::{Personality, personalities, personality};
pub use pilot::{Pilot, PilotState};
pub use run::{
    Endpoint, EndpointError, Hand, Knock, LinkState, Security, connect, connect_at, connect_inside, over_channels,
    over_channels_at_hand,
};
pub use script::{Cue, ScriptError, read_script};
pub use supply::Supply;
pub use version::Version;

pub(crate) use breaker::{Mains, Restart};
