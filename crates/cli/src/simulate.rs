//! `simulate`: a simulated charger, until stopped.

use chargehand_simulator::{Behaviour, Endpoint, LinkState, SimulatedCharger, connect};
use jiff::Timestamp;
use serde_json::json;

use crate::args;
use crate::output::Output;
use crate::{Exit, Failure};

/// Runs the charger until Ctrl-C or the end of standard output.
///
/// # Errors
/// The URL cannot be used.
pub async fn run(args: args::Simulate) -> Result<Exit, Failure> {
    let endpoint = Endpoint::new(&args.url, &args.id, args.password.as_deref())
        .map_err(|error| Failure(Exit::BadArguments, error.to_string()))?;
    let mut behaviour = Behaviour {
        version: args.version,
        plugged: args.plugged,
        starts_by_itself: args.plugged,
        meter_interval_s: args.meter_interval,
        ..Behaviour::default()
    };
    behaviour.deviates.ignores_limits = args.ignore_limits;
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
