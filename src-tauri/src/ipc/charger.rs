//! What crosses of one charger.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{
    CeilingPartsView, CeilingView, ChangesView, CheapHoursView, ConfigurationLine, DemandView, GravityView, HandView,
    KnownLine, OdditiesView, SecurityView,
};

/// Everything the window shows of one charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChargerView {
    /// OCPP identity.
    pub id: String,
    /// Vendor and model where known, else the id.
    pub title: String,
    /// Maker; empty if unknown.
    pub vendor: String,
    /// Model; empty if unknown.
    pub model: String,
    /// Serial number; empty if unknown.
    pub serial: String,
    /// Firmware; empty if unknown.
    pub firmware: String,
    /// The OCPP version of its newest connection: `1.6`, `2.0.1` or `2.1`.
    pub version: String,
    /// Address and port of the charger's newest connection.
    pub peer: String,
    /// The path it asked for.
    pub path: String,
    /// Subprotocols it offered.
    pub offered: Vec<String>,
    /// It is connected now.
    pub connected: bool,
    /// When the present (or last) connection began.
    pub connected_at: Option<String>,
    /// When the last frame came.
    pub last_heard: Option<String>,
    /// It may be commanded.
    pub adopted: bool,
    /// It is one of our simulated chargers: whatever shows it says SIMULATED.
    pub simulated: bool,
    /// `BootNotification` came: when, and how it was answered.
    pub booted_at: Option<String>,
    /// What arrived, newest last: connections, boots, refusals; at most 50.
    pub arrivals: Vec<ArrivalView>,
    /// The six steps' states.
    pub steps: Vec<StepView>,
    /// Its connectors as last reported.
    pub connectors: Vec<ConnectorView>,
    /// The running transaction.
    pub transaction: Option<TransactionView>,
    /// The newest reading.
    pub live: Option<LiveView>,
    /// Its clock against ours, as a sentence; empty if never seen.
    pub clock: String,
    /// How its deviant messages are answered.
    pub policy: PolicyView,
    /// The charger of the catalogue that its boot message names; `None` where it names none that is known.
    pub known: Option<KnownLine>,
    /// What the catalogue knows to be odd about it; `None` where it is not known there.
    pub oddities: Option<OdditiesView>,
    /// How its newest connection is secured.
    pub security: SecurityView,
    /// When and how its configuration was last read; the keys are asked for, as they may be thousands.
    pub configuration: Option<ConfigurationLine>,
    /// What was entered for the ceiling.
    pub ceiling_parts: CeilingPartsView,
    /// The ceiling that follows from it.
    pub ceiling: Option<CeilingView>,
    /// What its parts say about the installation, most grave first; that no hardware limit is confirmed stands in `ceiling`.
    pub ceiling_findings: Vec<FindingView>,
    /// What is in force in the charger by our hand.
    pub in_force: Vec<InForceView>,
    /// The permanent limit as set, with its outcome.
    pub permanent: Option<PermanentView>,
    /// Its plan.
    pub changes: ChangesView,
    /// Its charge, moved by hand.
    pub by_hand: HandView,
    /// The cheap hours that stand in it.
    pub cheap_hours: Option<CheapHoursView>,
    /// How writing them, or taking them away, went the last time.
    pub hours_outcome: Option<OutcomeView>,
    /// The limit check.
    pub proof: Option<ProofView>,
    /// Demand response.
    pub demand: DemandView,
    /// A step that runs now.
    pub running: Option<RunningView>,
    /// Findings, most grave first.
    pub findings: Vec<FindingView>,
    /// Deviations from the specification, hard ones first.
    pub deviations: Vec<DeviationView>,
    /// The newest exported report.
    pub report: Option<ReportFilesView>,
    /// How many frames are stored.
    pub frame_count: u32,
}

/// Something that arrived.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArrivalView {
    /// When.
    pub at: String,
    /// What, in words.
    pub text: String,
    /// The stored entry.
    pub number: Option<u32>,
}

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepName {
    /// Which charger is it?
    Find,
    /// Does it reach us?
    Connect,
    /// What is it, how is it set?
    Inspect,
    /// What must it do from now on?
    Set,
    /// Does it obey?
    Prove,
    /// What do we leave behind?
    HandOver,
}

/// One step of the strip.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Which.
    pub name: StepName,
    /// Its state.
    pub state: StepState,
    /// One short line, for example `booted 09:41` or `62 keys saved`.
    pub summary: String,
}

/// A step's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Not begun.
    NotStarted,
    /// Running.
    Running,
    /// A person is needed.
    NeedsYou,
    /// Done, or proved.
    Done,
    /// Measured, and it did not obey.
    Failed,
    /// Tried, proves nothing.
    Inconclusive,
    /// Could not be tested.
    NotTested,
}

/// A connector as last reported.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// 0 is the whole charger.
    pub connector: u32,
    /// `Available`, `Charging` … as sent.
    pub status: String,
    /// `NoError` or the error, as sent.
    pub error: String,
    /// When.
    pub at: String,
}

/// A transaction.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TransactionView {
    /// The id we gave it.
    pub id: i32,
    /// The id the charger gave it (2.x); empty in 1.6.
    pub named: String,
    /// Connector.
    pub connector: u32,
    /// When it started.
    pub started: String,
}

/// The newest reading; `None` where the charger does not report it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LiveView {
    /// When it came.
    pub at: String,
    /// Current.Import on the highest phase, mA.
    pub import_ma: Option<u32>,
    /// Current.Offered, mA.
    pub offered_ma: Option<u32>,
    /// Power.Active.Import, W.
    pub power_w: Option<u32>,
    /// Energy.Active.Import.Register, Wh.
    pub energy_wh: Option<u32>,
    /// Phases seen carrying current.
    pub phases: Option<u32>,
}

/// How a charger's deviant messages are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PolicyView {
    /// As if they were right, wherever they can be read.
    Cooperative,
    /// As a strict platform would.
    Strict,
}

/// A profile of ours that is in force.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InForceView {
    /// `test limit`, `base limit`, `permanent limit`.
    pub what: String,
    /// It is a test limit and must be undone.
    pub test: bool,
    /// mA per phase.
    pub limit_ma: u32,
    /// When it ends by itself; `None`: stays.
    pub until: Option<String>,
}

/// The permanent limit.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PermanentView {
    /// mA per phase.
    pub limit_ma: u32,
    /// Where it was written, in words.
    pub recipe: String,
    /// What it showed.
    pub outcome: OutcomeView,
}

/// An outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeView {
    /// The verdict.
    pub verdict: VerdictView,
    /// The sentence.
    pub finding: String,
    /// Frames it rests on.
    pub evidence: Vec<u32>,
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum VerdictView {
    /// Measured, obeyed.
    Passed,
    /// Measured, not obeyed.
    Failed,
    /// Proves nothing.
    Inconclusive,
    /// Cannot be had.
    NotApplicable,
    /// Not tried.
    NotTested,
}

/// The limit check, also while it runs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// The limit the person asked for, mA.
    pub requested_ma: u32,
    /// What is (was last) sent in the test, mA.
    pub asked_ma: Option<u32>,
    /// Draw before, mA.
    pub before_ma: Option<u32>,
    /// Draw after, mA.
    pub measured_ma: Option<u32>,
    /// Reaction, ms.
    pub settled_ms: Option<u32>,
    /// What worked, in words.
    pub recipe: String,
    /// Each attempt.
    pub attempts: Vec<AttemptView>,
    /// Does it fall back by itself?
    pub fallback: Option<OutcomeView>,
    /// The outcome; `None` while it runs.
    pub outcome: Option<OutcomeView>,
    /// Chart: asked; a point holds until the next.
    pub asked: Vec<PointView>,
    /// Chart: measured, highest phase.
    pub measured: Vec<PointView>,
    /// Chart: Current.Offered.
    pub offered: Vec<PointView>,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// Purpose, kind, connector, unit in words.
    pub recipe: String,
    /// mA.
    pub asked_ma: u32,
    /// The charger's answer.
    pub answer: String,
    /// What was measured.
    pub verdict: VerdictView,
    /// mA.
    pub measured_ma: Option<u32>,
    /// Frames.
    pub evidence: Vec<u32>,
}

/// A point of the chart.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PointView {
    /// ms since 1970-01-01 UTC (an integer; a JavaScript number holds it exactly).
    pub at_ms: f64,
    /// mA.
    pub ma: u32,
}

/// A step that runs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunningView {
    /// Which step.
    pub step: StepName,
    /// It belongs to demand response.
    pub demand: bool,
    /// What it does now, for example `waiting for a reading at or under 10.0 A`.
    pub doing: String,
    /// When it began.
    pub since: String,
    /// When what it does now is over at the latest, where known.
    pub until: Option<String>,
    /// Cancel was asked for; it undoes and then ends.
    pub cancelling: bool,
}

/// A finding.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// Stable name.
    pub code: String,
    /// How grave.
    pub gravity: GravityView,
    /// The sentence.
    pub text: String,
    /// Frames.
    pub evidence: Vec<u32>,
}

/// A deviation from the specification.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviationView {
    /// Stable name of the rule.
    pub rule: String,
    /// Action and JSON pointer.
    pub place: String,
    /// What was sent, shortened.
    pub got: String,
    /// What it means.
    pub meaning: String,
    /// A strict platform refuses it.
    pub hard: bool,
    /// How often.
    pub count: u32,
    /// First few frames.
    pub evidence: Vec<u32>,
}

/// The exported report.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReportFilesView {
    /// When.
    pub at: String,
    /// Path of the PDF.
    pub pdf: String,
    /// Path of the JSON.
    pub json: String,
    /// SHA-256 of the JSON, hex.
    pub sha256: String,
}

/// A stored frame or event.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FrameView {
    /// Its number.
    pub number: u32,
    /// When.
    pub at: String,
    /// `from charger`, `to charger` or `event`.
    pub direction: String,
    /// The text as it went over the wire; bytes that are no text are shown escaped.
    pub text: String,
}
