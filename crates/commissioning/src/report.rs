//! The handover report as a model: plain data, composed from a charger's record, rendered by `documents`.
//!
//! The JSON form of [`Report`] is published (`"format": "chargehand-report/1"`): fields are added, never renamed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ceiling::{CeilingPart, Curve, LoadManagement, RestKnown};
use crate::demand::{DemandResponse, OutputDead};
use crate::outcome::{Finding, Outcome, Verdict};

/// The format name that the JSON carries.
pub const FORMAT: &str = "chargehand-report/1";

/// Everything the handover document says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`FORMAT`].
    pub format: String,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was composed.
    pub created: Timestamp,
    /// IANA name of the time zone local times are shown in, for example `Australia/Adelaide`.
    pub time_zone: String,
    /// True where the charger was a simulated one: every page then says SIMULATED.
    pub simulated: bool,
    /// The place and the people.
    pub site: SiteDetails,
    /// What the charger said it is.
    pub charger: ReportCharger,
    /// How it reached us.
    pub connection: ConnectionEvidence,
    /// The six steps of the job with their outcomes, in order.
    pub steps: Vec<ReportStep>,
    /// What open / locked / none means here, as one headline and the sentence under it.
    pub headline: Headline,
    /// The ceiling, where one was entered.
    pub ceiling: Option<ReportCeiling>,
    /// What the network, the state and the country ask of this connection, where one was chosen; not a judgement.
    #[serde(default)]
    pub rules: Vec<ReportRule>,
    /// The limit check, where it was run.
    pub limit: Option<LimitProof>,
    /// Demand response as rehearsed or held: capability evidence, oldest first.
    #[serde(default)]
    pub demand_responses: Vec<DemandResponse>,
    /// The newest word of a licensed person on whether the output was dead.
    #[serde(default)]
    pub output_dead: Option<OutputDead>,
    /// Cheap hours that stay in the charger, as its owner has to know them.
    #[serde(default)]
    pub cheap_hours: Option<ReportCheapHours>,
    /// What is left in the charger.
    pub left_behind: Vec<LeftBehind>,
    /// Configuration as read, with the time of reading; secrets are masked.
    pub configuration: Option<ConfigurationSnapshot>,
    /// Deviations from the specification, one line per rule.
    pub deviations: Vec<ReportDeviation>,
    /// Findings, most grave first.
    pub findings: Vec<Finding>,
    /// How many frames are stored for this charger, and the first and last number.
    pub frames: FrameRange,
    /// The head of the store's SHA-256 chain when this was composed, hex; `None` in tests without a store.
    pub chain_head: Option<String>,
}

/// The place and the people, as typed in. Empty strings are "not entered".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteDetails {
    /// Street address.
    pub address: String,
    /// Customer's name.
    pub customer: String,
    /// Job number.
    pub job: String,
    /// The installer's company.
    pub company: String,
    /// The installer's licence number.
    pub licence: String,
    /// The person who tested.
    pub tester: String,
    /// Whose rules hold here: an id of the catalogue's jurisdictions.
    pub jurisdiction: String,
}

/// What the charger said it is (BootNotification, path); empty where it said nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReportCharger {
    /// Its OCPP identity: the last segment of the path it connected to.
    pub id: String,
    /// Maker.
    pub vendor: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Firmware version.
    pub firmware: String,
    /// Meter type, where given.
    pub meter_type: String,
    /// `OCPP 1.6J`, or what was spoken.
    pub protocol: String,
}

/// How the charger reached us.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConnectionEvidence {
    /// The charger's address and port.
    pub peer: String,
    /// The URL of ours that it used.
    pub url: String,
    /// The path it asked for, as received.
    pub path: String,
    /// Subprotocols it offered, in its order.
    pub offered: Vec<String>,
    /// How the newest connection was secured, in words.
    #[serde(default)]
    pub security: String,
    /// When it first connected.
    pub first_connected: Option<Timestamp>,
    /// How often it connected since.
    pub connections: u32,
    /// The charger's clock against ours, as a sentence; empty where never seen.
    pub clock: String,
}

/// One of the steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportStep {
    /// `connect`, `inspect`, `limit`, `undo` …
    pub step: String,
    /// Its heading for a person.
    pub title: String,
    /// What it showed.
    pub outcome: Outcome,
}

/// The first thing a reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// Drives colour and mark.
    pub verdict: Verdict,
    /// For example `Open on the LAN: proved`.
    pub title: String,
    /// What was measured and what was not.
    pub text: String,
}

/// The ceiling as entered. mA per phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCeiling {
    /// The least part.
    pub limit_ma: u32,
    /// Which part it is.
    pub binding: CeilingPart,
    /// Breaker In.
    pub breaker_ma: Option<u32>,
    /// Cable Iz.
    pub cable_ma: Option<u32>,
    /// Nameplate.
    pub nameplate_ma: Option<u32>,
    /// Installer (hardware) limit.
    pub installer_ma: Option<u32>,
    /// It was confirmed in the charger itself.
    pub installer_confirmed: bool,
    /// The breaker's curve.
    #[serde(default)]
    pub curve: Option<Curve>,
    /// What is left of the cable's Iz, per mille.
    #[serde(default)]
    pub derating_per_mille: Option<u16>,
    /// What the cable carries as installed.
    #[serde(default)]
    pub cable_as_installed_ma: Option<u32>,
    /// Rating of the socket outlet, the plug or the charging cable.
    #[serde(default)]
    pub connector_ma: Option<u32>,
    /// Phases of the circuit.
    #[serde(default)]
    pub phases: Option<u8>,
    /// Rating of the main switch.
    #[serde(default)]
    pub main_switch_ma: Option<u32>,
    /// Peak of everything else behind it.
    #[serde(default)]
    pub rest_ma: Option<u32>,
    /// How that is known.
    #[serde(default)]
    pub rest_known: Option<RestKnown>,
    /// What the main switch leaves beside it.
    #[serde(default)]
    pub headroom_ma: Option<u32>,
    /// What the network approved.
    #[serde(default)]
    pub approved_ma: Option<u32>,
    /// The charger's own load management.
    #[serde(default)]
    pub load_management: Option<LoadManagement>,
}

/// A rule of the place, as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRule {
    /// Whose it is, for example `SA Power Networks`.
    pub of: String,
    /// What it says, in our words.
    pub says: String,
    /// It applies to what was entered; else it may, as what decides was not entered.
    pub sure: bool,
    /// Nobody read it where it is written: check the current edition.
    pub unverified: bool,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read; `unknown` where it bears no date.
    pub date: String,
}

/// The limit check: what was asked, what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitProof {
    /// The limit the person asked for, mA per phase.
    pub requested_ma: u32,
    /// The limit that was sent in the test, mA per phase (lower where the car drew less than the request).
    pub asked_ma: Option<u32>,
    /// Draw before, highest phase, mA.
    pub before_ma: Option<u32>,
    /// Draw after, highest phase, mA.
    pub measured_ma: Option<u32>,
    /// Time from the charger's answer to the first sample at or under the limit, ms.
    pub settled_ms: Option<u64>,
    /// What worked (purpose, kind, connector, unit) in words; empty where nothing did.
    pub recipe: String,
    /// Each attempt, kept one by one.
    pub attempts: Vec<Attempt>,
    /// The charger fell back to the base limit by itself when the test ended.
    pub fallback: Outcome,
    /// What it showed.
    pub outcome: Outcome,
    /// For the chart: what was asked over time. A point holds until the next.
    pub asked: Vec<ChartPoint>,
    /// For the chart: measured current (highest phase) over time.
    pub measured: Vec<ChartPoint>,
    /// For the chart: what the charger said it offers (Current.Offered), where it does.
    pub offered: Vec<ChartPoint>,
}

/// One attempt to set a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Purpose, kind, connector and unit in words.
    pub recipe: String,
    /// The limit sent, mA per phase.
    pub asked_ma: u32,
    /// The charger's answer: `Accepted`, `Rejected`, `NotSupported`, an error code, or `no answer`.
    pub answer: String,
    /// What the measurement showed.
    pub verdict: Verdict,
    /// Measured current after it, highest phase, mA.
    pub measured_ma: Option<u32>,
    /// Frames.
    pub evidence: Vec<u64>,
}

/// A point of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartPoint {
    /// When.
    pub at: Timestamp,
    /// mA.
    pub ma: u32,
}

/// Cheap hours that stay, for the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCheapHours {
    /// The hours of each day, and by whose clock.
    pub hours: String,
    /// What was written, the next changes of the clock, until when it is right and what was left out, as sentences.
    pub words: Vec<String>,
    /// How the owner charges at another hour, as sentences.
    pub otherwise: Vec<String>,
}

/// One line of "state left behind".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// What, for example `Current limit`.
    pub what: String,
    /// At the start.
    pub before: String,
    /// As left, read back where it could be.
    pub after: String,
    /// Proved by reading back or measuring.
    pub proved: bool,
}

/// GetConfiguration as read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfigurationSnapshot {
    /// When it was read.
    pub taken: Option<Timestamp>,
    /// The keys in the charger's order.
    pub keys: Vec<ConfigurationKey>,
    /// Keys we asked for that it does not know.
    pub unknown: Vec<String>,
    /// How it was read: `whole list` or `in chunks of N`.
    pub read_as: String,
}

/// One configuration key, or one variable of a 2.x charger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfigurationKey {
    /// The key; of a variable `Component[instance]#evse/connector.Variable[instance]`, each part where there is one.
    pub key: String,
    /// The value (2.x: the actual one) as sent; `None` where the charger sent none; secrets are `(masked)`.
    pub value: Option<String>,
    /// It cannot be written.
    pub readonly: bool,
    /// What the key means, where the catalogue knows it.
    pub meaning: Option<String>,
    /// What a 2.x charger tells of a variable besides its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<VariableAttributes>,
}

/// What a 2.x charger tells of a variable besides its value; empty where it tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VariableAttributes {
    /// What it is to come to.
    pub target: Option<String>,
    /// The least it was set to be.
    pub min_set: Option<String>,
    /// The most it was set to be.
    pub max_set: Option<String>,
    /// It can be written and not read.
    pub write_only: bool,
    /// The unit.
    pub unit: String,
    /// The type of its values, as spelled.
    pub data_type: String,
    /// The values that are allowed, separated by commas; or the least and the most.
    pub allowed: String,
}

/// One rule broken, however often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDeviation {
    /// The rule's stable name, for example `subprotocol_missing`.
    pub rule: String,
    /// Where: action and JSON pointer.
    pub place: String,
    /// What was sent (an example, shortened).
    pub got: String,
    /// What it means and which kind of platform would refuse it.
    pub meaning: String,
    /// `hard` or `soft`.
    pub hard: bool,
    /// How often.
    pub count: u32,
    /// The first few frames.
    pub evidence: Vec<u64>,
}

/// The stored frames of this charger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FrameRange {
    /// How many.
    pub count: u64,
    /// First number.
    pub first: Option<u64>,
    /// Last number.
    pub last: Option<u64>,
}
