//! `frames`: the stored frames.

use chargehand_commissioning::journal::Direction;
use chargehand_site::store::each_entry;
use serde_json::{Value, json};

use crate::args;
use crate::line;
use crate::output::Output;
use crate::{Exit, Failure};

/// Prints them, oldest first.
///
/// # Errors
/// There is no store, or it cannot be read.
pub async fn run(args: args::Frames) -> Result<Exit, Failure> {
    let (output, writing) = Output::start();
    let print = |entry: &chargehand_commissioning::journal::Entry| {
        let from_charger = match entry.direction {
            Direction::In => true,
            Direction::Out => false,
            Direction::Event => return,
        };
        let mut line = json!({"number": entry.number, "time": entry.at.to_string(), "charger": &*entry.charger});
        if let (Some(line), Value::Object(frame)) = (line.as_object_mut(), line::frame(from_charger, &entry.bytes)) {
            line.extend(frame);
        }
        let _ = output.line(&line);
    };
    each_entry(&args.data, args.charger.as_deref(), print).await.map_err(Failure::world)?;
    drop(output);
    let _ = writing.join();
    Ok(Exit::Done)
}
