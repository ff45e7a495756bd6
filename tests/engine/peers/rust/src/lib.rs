//! What the charge points on Rust crates share, whatever version they speak. Written apart from Chargehand's own code:
//! what both believe about OCPP has to meet on the wire.
//!
//! One connector with a car that draws all it is offered on one phase. They measure every second while they charge, come
//! back after a reset, and end when the connection ends otherwise. Each prints a line for each thing that matters:
//! `connected`, `boot Accepted`, `transaction 1 started`, `draws 10.0 A` …

mod car;
mod life;
mod model;
pub mod typed;
mod v16;
mod v2;

use std::collections::HashMap;

pub use car::Car;
pub use life::{End, Shared, Then, Wire, live};
use serde_json::Value;

/// What it speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V16,
    V201,
    V21,
}

/// The answer to a call, and what the charger does after it has gone out.
pub type Answered = (Value, Option<Then>);

impl Version {
    /// The answer to a call; `None` where it knows no such action.
    pub fn answer(self, car: &mut Car, action: &str, asked: &Value) -> Option<Answered> {
        match self {
            Self::V16 => v16::answer(car, action, asked),
            Self::V201 | Self::V21 => v2::answer(car, action, asked),
        }
    }
}

/// The command line: `--url URL --id ID --version 1.6|2.0.1|2.1 [--plugged] [--ignore-limits] [--password P] [--ca FILE]
/// [--cert FILE --key FILE]`
pub struct Options(HashMap<String, String>);

impl Options {
    pub fn read() -> Self {
        let mut given = HashMap::new();
        let mut words = std::env::args().skip(1).peekable();
        while let Some(name) = words.next() {
            let value = words.next_if(|word| !word.starts_with("--")).unwrap_or_default();
            given.insert(name, value);
        }
        Self(given)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("{name} is missing"))
    }

    pub fn version(&self) -> Version {
        match self.need("--version") {
            "1.6" => Version::V16,
            "2.0.1" => Version::V201,
            "2.1" => Version::V21,
            other => panic!("no version {other}"),
        }
    }

    pub fn car(&self) -> Car {
        Car::new(self.get("--plugged").is_some(), self.get("--ignore-limits").is_some())
    }
}

/// Prints a line.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    println!("{line}");
    let _ = std::io::stdout().flush();
}
