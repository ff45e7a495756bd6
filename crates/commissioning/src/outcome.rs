//! What a step or a check showed, and what it rests on.

use serde::{Deserialize, Serialize};

/// The verdict of one step or check. Silence is `Inconclusive`; what was never tried is `NotTested`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Measured, and it did what was asked.
    Passed,
    /// Measured, and it did not do what was asked.
    Failed,
    /// Tried, but what came back proves nothing.
    Inconclusive,
    /// This charger cannot have it (for example no second connector).
    NotApplicable,
    /// Not tried.
    NotTested,
}

/// The outcome of one step or check: the verdict, the sentence for a person, and the frames it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What it showed.
    pub verdict: Verdict,
    /// What was found, in words an electrician can use; what it means and what to do next where that is not plain.
    pub finding: String,
    /// Numbers of the stored frames and events that prove it, ascending.
    pub evidence: Vec<u64>,
}

impl Outcome {
    /// An outcome without evidence yet.
    pub fn new(verdict: Verdict, finding: impl Into<String>) -> Self {
        Self { verdict, finding: finding.into(), evidence: Vec::new() }
    }

    /// The same outcome, resting on these frames.
    pub fn with_evidence(mut self, numbers: impl IntoIterator<Item = u64>) -> Self {
        self.evidence.extend(numbers);
        self.evidence.sort_unstable();
        self.evidence.dedup();
        self
    }
}

/// How serious a finding is for the person at the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// Worth knowing.
    Note,
    /// Needs a person's attention.
    Attention,
    /// Stop: not safe, or proved not to work (shown in red).
    Stop,
}

/// Something found about a charger that is not the outcome of one check: a deviation's meaning, a safety remark, a
/// risk with some platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable name, snake_case, for example `hardware_limit_not_confirmed`.
    pub code: String,
    /// How serious it is.
    pub gravity: Gravity,
    /// What happened, what it means, what to do.
    pub text: String,
    /// Frames it rests on, ascending; empty where it rests on what a person entered.
    pub evidence: Vec<u64>,
}
