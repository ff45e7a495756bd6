//! What crosses of the ceiling: an electrician's inputs, and what is asked of them at the place.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The parts of the ceiling, mA per phase; `None` is "not entered".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CeilingPartsView {
    /// Breaker In.
    pub breaker_ma: Option<u32>,
    /// Its curve.
    pub curve: Option<CurveView>,
    /// Cable Iz, before derating where that is entered.
    pub cable_ma: Option<u32>,
    /// What is left of it, 1 to 1000.
    pub derating_per_mille: Option<u32>,
    /// Nameplate.
    pub nameplate_ma: Option<u32>,
    /// Installer (hardware) limit.
    pub installer_ma: Option<u32>,
    /// Confirmed by eye in the charger itself.
    pub installer_confirmed: bool,
    /// Socket outlet, plug or charging cable.
    pub connector_ma: Option<u32>,
    /// Phases of the circuit, 1 to 3.
    pub phases: Option<u32>,
    /// Main switch.
    pub main_switch_ma: Option<u32>,
    /// Peak of everything else.
    pub rest_ma: Option<u32>,
    /// How that is known.
    pub rest_known: Option<RestKnownView>,
    /// What the network approved.
    pub approved_ma: Option<u32>,
    /// The charger's own load management.
    pub load_management: Option<LoadManagementView>,
}

/// A breaker's curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub enum CurveView {
    /// B.
    B,
    /// C.
    C,
    /// D.
    D,
}

/// How the peak of everything else is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RestKnownView {
    /// Measured.
    Measured,
    /// Calculated.
    Calculated,
}

/// The charger's own load management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LoadManagementView {
    /// Which way its CT counts.
    pub direction: CtDirectionView,
    /// Its ratio to one.
    pub ratio: Option<u32>,
    /// Where it is.
    pub phase: CtPhaseView,
    /// What the charger does without it.
    pub lost: CtLostView,
    /// Where it falls to a current: which, mA.
    pub falls_to_ma: Option<u32>,
}

/// Which way a CT counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CtDirectionView {
    /// Nobody looked.
    NotChecked,
    /// Drawn is drawn.
    Right,
    /// Drawn is fed in.
    Reversed,
}

/// Where a CT is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CtPhaseView {
    /// Nobody looked.
    NotChecked,
    /// L1.
    L1,
    /// L2.
    L2,
    /// L3.
    L3,
    /// One on each phase.
    All,
}

/// What a charger does without its CT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CtLostView {
    /// Not known.
    Unknown,
    /// It stops.
    Stops,
    /// It falls to a current.
    FallsTo,
    /// It keeps its full current.
    KeepsFull,
}

/// The ceiling.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CeilingView {
    /// mA per phase.
    pub limit_ma: u32,
    /// The part that binds, as a word in a sentence, for example `supply headroom`.
    pub binding: String,
    /// A hardware limit ≤ ceiling is confirmed.
    pub hardware_confirmed: bool,
}

/// Whose rules can hold at a site.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JurisdictionView {
    /// Its id.
    pub id: String,
    /// Its name, with those it lies in, for example `SA Power Networks, South Australia, Australia`.
    pub name: String,
}

/// What is asked at a place of a charger with these inputs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RulesView {
    /// The name of the place.
    pub name: String,
    /// The rules that apply or may apply, those of the network first.
    pub rules: Vec<RuleView>,
    /// What was looked for and not found.
    pub unknown: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RuleView {
    /// Whose it is.
    pub of: String,
    /// What it says.
    pub says: String,
    /// It applies; else it may: what decides was not entered.
    pub sure: bool,
    /// Nobody read it where it is written.
    pub unverified: bool,
    /// It depends on what was entered, or names hours or times that a limit meets.
    pub acts: bool,
    /// The network has to approve: what it approved belongs to the ceiling.
    pub approval: bool,
    /// Where it was read, and when that was written.
    pub source: String,
}
