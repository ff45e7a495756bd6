//! What the supply has left, and the charger's own load management that watches it.

use serde::{Deserialize, Serialize};

use crate::units::Amperes;

/// How the peak of everything else is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestKnown {
    /// Measured at the main switch.
    Measured,
    /// Calculated from what is installed.
    Calculated,
}

/// Which way the CT counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CtDirection {
    /// Nobody looked.
    #[default]
    NotChecked,
    /// What the house draws counts as drawn.
    Right,
    /// What the house draws counts as fed in.
    Reversed,
}

/// Which phase the CT is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CtPhase {
    /// Nobody looked.
    #[default]
    NotChecked,
    /// The first.
    L1,
    /// The second.
    L2,
    /// The third.
    L3,
    /// One CT on each.
    All,
}

/// What the charger does when it no longer hears its CT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CtLost {
    /// Not known.
    #[default]
    Unknown,
    /// It stops charging.
    Stops,
    /// It goes down to this current, A per phase.
    FallsTo(Amperes),
    /// It charges on as if nobody drew anything else.
    KeepsFull,
}

/// The charger's own load management: a CT at the main switch tells it what everything else draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadManagement {
    /// Which way the CT counts.
    pub direction: CtDirection,
    /// Its ratio to one, as set in the charger: 2000 for 100 A to 50 mA. `None`: not checked.
    pub ratio: Option<u32>,
    /// Where it is.
    pub phase: CtPhase,
    /// What happens without it.
    pub lost: CtLost,
}

impl LoadManagement {
    /// What is not checked yet, as words in a sentence.
    pub fn unchecked(&self) -> Vec<&'static str> {
        [
            (self.direction == CtDirection::NotChecked, "its direction"),
            (self.ratio.is_none(), "its ratio"),
            (self.phase == CtPhase::NotChecked, "its phase"),
        ]
        .into_iter()
        .filter_map(|(open, what)| open.then_some(what))
        .collect()
    }

    /// Everything about it was checked, and without its CT the charger draws no more than this.
    pub fn keeps_within(&self, headroom: Amperes) -> bool {
        let safe = match self.lost {
            CtLost::Stops => true,
            CtLost::FallsTo(limit) => limit <= headroom,
            CtLost::KeepsFull | CtLost::Unknown => false,
        };
        safe && self.direction == CtDirection::Right && self.unchecked().is_empty()
    }
}
