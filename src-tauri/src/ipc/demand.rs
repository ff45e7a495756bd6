//! What crosses of demand response.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::OutcomeView;

/// What is asked of a charger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SignalView {
    /// Demand response modes 0 to 8 that are asserted at once.
    Drm {
        /// The modes.
        modes: Vec<u8>,
    },
    /// Dimming by §14a EnWG.
    Section14a {
        /// Devices on an energy manager, this one with them; 1: it alone.
        devices: u32,
        /// What the others draw, W.
        others_w: Option<u32>,
    },
    /// The most that the charger may draw.
    LoadLimit {
        /// W in total.
        watts: u32,
    },
    /// The most that the site may draw.
    SiteLimit {
        /// W in total.
        watts: u32,
        /// What everything else draws, W.
        others_w: Option<u32>,
    },
    /// A level of OpenADR's SIMPLE.
    Simple {
        /// 0 to 3.
        level: u8,
        /// What each level means, percent.
        percents: [u8; 4],
    },
    /// A share of the rated current.
    Percent {
        /// 0 to 100.
        percent: u8,
    },
}

/// What a person knows of the charger and it does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaidView {
    /// The phases it charges on, 1 to 3.
    pub phases: Option<u8>,
    /// It takes whole amperes only.
    pub whole_amperes: bool,
    /// Shares are of the installer limit, not of the nameplate.
    pub of_installer: bool,
    /// Car and charger can feed back.
    pub feeds_back: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemandOrderView {
    /// The signals; a hold is of one.
    pub signals: Vec<SignalView>,
    /// Hold it, instead of rehearsing.
    pub hold: bool,
    /// For so long, s; `None`: until it is stopped.
    pub for_s: Option<u32>,
    /// What a person knows.
    pub said: SaidView,
    /// Begin a charge for a hold where none runs.
    pub commence: bool,
    /// The licensed person who stands by to measure at the output; empty: nobody.
    pub licensed: String,
}

/// What a signal comes to on a charger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExpressionView {
    /// Its name, for example `DRM2`.
    pub name: String,
    /// What it asks for.
    pub meaning: String,
    /// The limit that says it, mA per phase; `None`: none can.
    pub limit_ma: Option<u32>,
    /// As it stands in the schedule, in words.
    pub sent: String,
    /// The power that is, W in total at 230 V; `None` where the phases are not known.
    pub power_w: Option<u32>,
    /// It pauses the charge.
    pub pauses: bool,
    /// How it comes about, or why there is none.
    pub why: String,
    /// What of it is left out, and why.
    pub left_out: Option<String>,
    /// The limit by the other reading of a share, mA per phase.
    pub other_ma: Option<u32>,
    /// What may flow back at most (2.1), mA per phase.
    pub feed_back_ma: Option<u32>,
}

/// Demand response of one charger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemandView {
    /// Each run, newest first; at most 20.
    pub runs: Vec<DemandRunView>,
    /// 0 A is asked for now, so that a licensed person can measure whether the output is dead.
    pub measure_output: bool,
    /// The newest word on that.
    pub output_dead: Option<OutputDeadView>,
}

/// A rehearsal or a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemandRunView {
    /// When it began.
    pub began: String,
    /// It was a hold.
    pub hold: bool,
    /// It runs now.
    pub runs: bool,
    /// How the limits were put, in words.
    pub recipe: String,
    /// Does the charger fall back by itself?
    pub fallback: OutcomeView,
    /// Each signal.
    pub modes: Vec<ModeView>,
    /// What it showed in all.
    pub outcome: OutcomeView,
    /// Whether it was undone.
    pub undone: OutcomeView,
}

/// What one signal showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModeView {
    /// Its name.
    pub name: String,
    /// How the limit comes about, or why there is none.
    pub why: String,
    /// The limit, mA per phase.
    pub asked_ma: Option<u32>,
    /// As it was sent, in words; empty where nothing was.
    pub sent: String,
    /// When.
    pub at: Option<String>,
    /// The draw before, mA.
    pub before_ma: Option<u32>,
    /// The draw after, mA.
    pub measured_ma: Option<u32>,
    /// Reaction, ms.
    pub settled_ms: Option<u32>,
    /// What it showed.
    pub outcome: OutcomeView,
}

/// What a licensed person found at the output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutputDeadView {
    /// Who.
    pub by: String,
    /// It was dead.
    pub dead: bool,
    /// When.
    pub at: String,
}
