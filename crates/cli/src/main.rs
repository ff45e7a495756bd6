//! chargehand-cli: the same engine without a window; also how it is automated. See docs/cli.md.

mod args;
mod catalogue;
mod ceiling;
mod certificate;
mod commission;
mod demand;
mod discover;
mod endpoint;
mod frames;
mod hours;
mod line;
mod orders;
mod output;
mod plan;
mod security;
mod simulate;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// How a run ends; the numbers are documented in docs/cli.md and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The run completed, whatever the verdict. For `verify`: they match.
    Done = 0,
    /// For `verify`: they do not match.
    Mismatch = 1,
    /// Bad arguments. For `verify`: a file cannot be read.
    BadArguments = 2,
    /// The charger never connected.
    NoCharger = 3,
    /// Our world failed: the disk, the network, the port.
    World = 4,
}

/// A failure to be told on stderr: a sentence with the remedy.
#[derive(Debug)]
pub struct Failure(pub Exit, pub String);

impl Failure {
    /// Our world failed.
    pub fn world(error: impl std::fmt::Display) -> Self {
        Self(Exit::World, error.to_string())
    }
}

async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Endpoint(args) => endpoint::run(args).await,
        Command::Commission(args) => commission::run(args).await,
        Command::Simulate(args) => simulate::run(args).await,
        Command::Catalogue(args) => catalogue::run(&args),
        Command::Frames(args) => frames::run(args).await,
        Command::Certificate(args) => certificate::run(args),
        Command::Discover(args) => discover::run(args).await,
        Command::Verify(args) => verify::run(&args.file).await,
    }
}

fn main() -> ExitCode {
    let command = Args::parse().command;
    let result = tokio::runtime::Runtime::new().map_err(Failure::world).and_then(|runtime| {
        let result = runtime.block_on(run(command));
        // A read of standard input cannot be interrupted; waiting for it would hold up the end until a key is pressed.
        runtime.shutdown_background();
        result
    });
    let exit = result.unwrap_or_else(|Failure(exit, sentence)| {
        eprintln!("{sentence}");
        exit
    });
    ExitCode::from(exit as u8)
}
