//! What crosses of a message that was sent by hand.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{DeviationView, FrameView};

/// A message that was sent to a charger by hand.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SentView {
    /// Its action.
    pub action: String,
    /// What came of it.
    pub outcome: SentOutcome,
    /// Our frame as stored, secrets masked.
    pub request: FrameView,
    /// The charger's frame as stored; `None` where none came.
    pub answer: Option<FrameView>,
    /// From one to the other, ms.
    pub ms: Option<u32>,
    /// How the answer differs from the official schema.
    pub deviations: Vec<DeviationView>,
}

/// What came of a message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SentOutcome {
    /// The charger answered.
    Answered,
    /// The charger answered with an error.
    Error,
    /// No answer came in time.
    Silent,
    /// The connection ended before an answer.
    Lost,
}
