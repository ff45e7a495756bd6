//! What crosses of a charge that is moved by hand.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::OutcomeView;

/// What a person does to a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HandAct {
    /// Begin one.
    Start,
    /// Let the car wait.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Stop,
    /// More current.
    Faster,
    /// Less current.
    Slower,
}

/// What can be done now.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HandOffer {
    /// Which.
    pub act: HandAct,
    /// What it does on this charger.
    pub does: String,
    /// Why it cannot be done now; empty where it can.
    pub obstacle: String,
}

/// A charge moved by hand.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HandView {
    /// What can be done.
    pub offers: Vec<HandOffer>,
    /// What is held by hand now, mA per phase.
    pub held_ma: Option<u32>,
    /// What starting or stopping showed the last time.
    pub charge: Option<OutcomeView>,
    /// What the newest limit by hand showed.
    pub limit: Option<OutcomeView>,
    /// Whether it is taken away again.
    pub undone: Option<OutcomeView>,
}
