//! `frames`: the stored frames.

use std::io::{BufWriter, Write};

use chargehand_commissioning::journal::{Direction, Entry};
use chargehand_site::store::each_entry;
use serde_json::{Value, json};

use crate::args;
use crate::line;
use crate::{Exit, Failure};

/// Prints them, oldest first, as fast as they are read.
///
/// # Errors
/// There is no store, or it cannot be read.
pub async fn run(args: args::Frames) -> Result<Exit, Failure> {
    let mut out = BufWriter::new(std::io::stdout());
    let print = |entry: &Entry| stored(entry).is_none_or(|line| writeln!(out, "{line}").is_ok());
    let read = each_entry(&args.data, args.charger.as_deref(), print).await;
    // Who has stopped reading wants no more.
    let _ = out.flush();
    read.map(|()| Exit::Done).map_err(Failure::world)
}

/// The line of a frame; `None` for what is none.
fn stored(entry: &Entry) -> Option<Value> {
    let from_charger = match entry.direction {
        Direction::In => true,
        Direction::Out => false,
        Direction::Event => return None,
    };
    let mut line = json!({"number": entry.number, "time": entry.at.to_string(), "charger": &*entry.charger});
    if let (Value::Object(line), Value::Object(frame)) = (&mut line, line::frame(from_charger, &entry.bytes)) {
        line.extend(frame);
    }
    Some(line)
}
