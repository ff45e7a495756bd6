//! Demand response on the pages: capability evidence, run by run.

use chargehand_commissioning::demand::{DemandResponse, How, ModeEvidence, OutputDead};
use chargehand_commissioning::report::Report;
use serde::Serialize;

use crate::words::{self, LocalTime, Mark, NOTHING, amps};

/// All runs, and what a licensed person found at the output.
#[derive(Serialize)]
pub struct Demand {
    runs: Vec<Run>,
    output: String,
}

#[derive(Serialize)]
struct Run {
    title: String,
    mark: Mark,
    text: String,
    /// How limits were put, whether it falls back by itself, whether it was undone.
    notes: Vec<String>,
    modes: Vec<Mode>,
}

#[derive(Serialize)]
struct Mode {
    name: String,
    asked: String,
    sent: String,
    measured: String,
    mark: Mark,
    text: String,
    frames: String,
}

/// Of a report.
pub fn demand(report: &Report, time: &LocalTime) -> Demand {
    let output = report.output_dead.as_ref().map(|word| output(word, time)).unwrap_or_default();
    Demand { runs: report.demand_responses.iter().map(|it| run(it, time)).collect(), output }
}

fn output(OutputDead { by, dead, at, number }: &OutputDead, time: &LocalTime) -> String {
    let found = if *dead { "dead" } else { "live" };
    format!("{by} measured at the output and found it {found} ({}, entry {number}).", time.minute(*at))
}

fn run(it: &DemandResponse, time: &LocalTime) -> Run {
    let how = match it.how {
        How::Rehearse => "Rehearsed",
        How::Hold { .. } => "Held",
    };
    let recipe = if it.recipe.is_empty() { "no way was proved" } else { &it.recipe };
    Run {
        title: format!("{how} {}", time.minute(it.began)),
        mark: words::verdict(it.outcome.verdict),
        text: it.outcome.finding.clone(),
        notes: vec![
            format!("Put as: {recipe}."),
            format!("Falls back by itself: {}", it.fallback.finding),
            format!("Undone: {}", it.undone.finding),
        ],
        modes: it.modes.iter().map(mode).collect(),
    }
}

fn mode(it: &ModeEvidence) -> Mode {
    let or_nothing = |milliamps: Option<u32>| milliamps.map_or_else(|| NOTHING.to_owned(), amps);
    Mode {
        name: it.name.clone(),
        asked: or_nothing(it.asked_ma),
        sent: it.sent.clone(),
        measured: or_nothing(it.measured_ma),
        mark: words::verdict(it.outcome.verdict),
        text: it.outcome.finding.clone(),
        frames: words::frames(&it.outcome.evidence),
    }
}
