//! `simulate`: a simulated charger, until stopped.

use std::path::Path;

use chargehand_simulator::{Behaviour, Endpoint, LinkState, Security, SimulatedCharger, connect};
use jiff::Timestamp;
use serde_json::json;

use crate::args;
use crate::output::Output;
use crate::{Exit, Failure};

/// How the charger secures its connection.
fn security(args: &args::Simulate) -> Result<Security, Failure> {
    let implied = match (args.url.starts_with("wss:"), &args.certificate, &args.password) {
        (true, Some(_), _) => 3,
        (true, None, _) => 2,
        (false, _, Some(_)) => 1,
        (false, _, None) => 0,
    };
    Ok(Security {
        profile: args.security_profile.unwrap_or(implied),
        password: args.password.clone(),
        roots: text(args.root.as_deref())?,
        certificate: text(args.certificate.as_deref())?,
        key: text(args.key.as_deref())?,
    })
}

/// The text of a file; nothing without one.
fn text(file: Option<&Path>) -> Result<String, Failure> {
    let Some(file) = file else { return Ok(String::new()) };
    std::fs::read_to_string(file)
        .map_err(|e| Failure(Exit::BadArguments, format!("The file {} cannot be read ({e}).", file.display())))
}

/// Runs the charger until Ctrl-C or the end of standard output.
///
/// # Errors
/// The URL cannot be used, or what the security profile needs is missing.
pub async fn run(args: args::Simulate) -> Result<Exit, Failure> {
    let endpoint = Endpoint::secured(&args.url, &args.id, security(&args)?)
        .map_err(|error| Failure(Exit::BadArguments, error.to_string()))?;
    let mut behaviour = Behaviour {
        version: args.version,
        plugged: args.plugged,
        starts_by_itself: args.plugged,
        meter_interval_s: args.meter_interval,
        ..Behaviour::default()
    };
    behaviour.deviates.limits.ignores_limits = args.ignore_limits;
    let (output, _writing) = Output::start();
    let hand = connect(endpoint, SimulatedCharger::new(behaviour, Timestamp::now()));
    let mut link = hand.link();
    loop {
        let line = match &*link.borrow_and_update() {
            LinkState::Connecting => json!({"event": "connecting", "charger": args.id}),
            LinkState::Connected => json!({"event": "connected", "charger": args.id}),
            LinkState::Down { why, pause } => {
                json!({"event": "disconnected", "charger": args.id, "reason": why, "again_in_ms": pause.as_millis() as u64})
            }
        };
        if output.line(&line).is_err() {
            break;
        }
        tokio::select! {
            changed = link.changed() => if changed.is_err() { break },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    let _ = hand.stop().await;
    Ok(Exit::Done)
}
