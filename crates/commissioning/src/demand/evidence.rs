//! What a rehearsal or a hold of demand response showed, as it is kept and reported: capability evidence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Signal;
use crate::outcome::{Outcome, Verdict};

/// What is done with the signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum How {
    /// Each is asked for until it is judged, then undone.
    Rehearse,
    /// One is asked for and asked for again before its dead-man ends.
    Hold {
        /// For so long, s; `None`: until somebody stops it.
        #[serde(default)]
        for_s: Option<u32>,
    },
}

/// A run of demand response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemandResponse {
    /// When it began; no other of this charger began then.
    pub began: Timestamp,
    /// What was done.
    pub how: How,
    /// How the limits were put (purpose, kind, connector, unit); empty where no way was proved.
    pub recipe: String,
    /// The charger falls back to the base by itself when a limit ends: the dead-man.
    pub fallback: Outcome,
    /// Each signal.
    pub modes: Vec<ModeEvidence>,
    /// What it showed in all.
    pub outcome: Outcome,
    /// Whether it was undone.
    pub undone: Outcome,
}

impl DemandResponse {
    /// One that begins.
    pub fn begins(began: Timestamp, how: How) -> Self {
        let not_reached = || Outcome::new(Verdict::NotTested, "Not reached.");
        let cut = Outcome::new(Verdict::Inconclusive, "It was cut off before it had an outcome. Run it again.");
        Self {
            began,
            how,
            recipe: String::new(),
            fallback: not_reached(),
            modes: Vec::new(),
            outcome: cut,
            undone: not_reached(),
        }
    }
}

/// What one signal showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModeEvidence {
    /// What was asked.
    pub signal: Signal,
    /// Its name, for example `DRM2`.
    pub name: String,
    /// How the limit comes about, or why there is none.
    pub why: String,
    /// The limit that says it, mA per phase; `None` where none can.
    pub asked_ma: Option<u32>,
    /// The limit as it stands in the schedule, in words; empty where nothing was sent.
    pub sent: String,
    /// When it was asked for.
    pub at: Option<Timestamp>,
    /// The draw before, highest phase, mA.
    pub before_ma: Option<u32>,
    /// The draw after, highest phase, mA.
    pub measured_ma: Option<u32>,
    /// From the charger's answer to the first sample at or under the limit, ms.
    pub settled_ms: Option<u64>,
    /// What it showed.
    pub outcome: Outcome,
}

/// What a licensed person found at the output while a limit of 0 was asked for: no limit can prove that (DRM0).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputDead {
    /// Who measured.
    pub by: String,
    /// The output was dead; false: it was live.
    pub dead: bool,
    /// When it was entered.
    pub at: Timestamp,
    /// The event that keeps it.
    pub number: u64,
}
