//! What happens around a charger: what is kept on disk beside the frames, and what is told to those who watch.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use chargehand_ocpp::v2::read::{ProfilesPart, ReportPart};
use chargehand_ocpp::{Deviation, Policy};

use crate::attempt::{Attempt, Security};
use crate::ceiling::CeilingParts;
use crate::demand::DemandResponse;
use crate::outcome::{Finding, Outcome};
use crate::plan::{Change, Was};
use crate::record::{Listed, Reading};
use crate::report::{ConfigurationSnapshot, LimitProof};
use crate::windows::Week;

/// How a charger came to us: what arrived before the first message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handshake {
    /// Address and port of the charger.
    pub peer: String,
    /// Our URL that it reached, with the bound address.
    pub url: String,
    /// The path as received.
    pub path: String,
    /// Subprotocols it offered, in its order.
    pub offered: Vec<String>,
    /// The one we chose; empty where it offered none.
    pub chosen: String,
    /// What was odd.
    pub deviations: Vec<Deviation>,
    /// How it was secured.
    #[serde(default)]
    pub security: Security,
    /// It said in its request that it is one of our simulated chargers.
    #[serde(default)]
    pub simulated: bool,
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The charger said goodbye or hung up.
    Charger,
    /// We did.
    Us,
    /// A newer connection of the same charger took its place.
    NewerConnection,
    /// The network: reset, time-out.
    Network,
}

/// Which step an outcome belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Does it reach us?
    Connect,
    /// What is it, how is it set?
    Inspect,
    /// The limit it keeps from now on.
    PermanentLimit,
    /// Does it follow a limit?
    Limit,
    /// Is it back as it should be?
    Undo,
    /// The handover document.
    Report,
    /// How its connection is secured.
    Security,
    /// A plan is written, line by line.
    Plan,
    /// What a plan wrote is taken back.
    TakeBack,
    /// What did an earlier platform leave?
    Residue,
    /// Does it follow demand response?
    DemandResponse,
    /// A charge is started or stopped by hand.
    Charge,
    /// When a car may charge.
    Windows,
}

/// The files of a written report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFiles {
    /// When.
    pub at: Timestamp,
    /// Path of the PDF.
    pub pdf: String,
    /// Path of the JSON.
    pub json: String,
    /// SHA-256 of the JSON, hex.
    pub sha256: String,
}

/// A permanent limit as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermanentLimit {
    /// mA per phase.
    pub limit_ma: u32,
    /// Purpose, kind, connector and unit in words; empty where nothing was accepted.
    pub recipe: String,
    /// What it showed.
    pub outcome: Outcome,
}

/// Cheap hours as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheapHours {
    /// The hours.
    pub week: Week,
    /// What was written, until when it is right and what was left out, as sentences.
    pub words: Vec<String>,
    /// What it showed; the words are not said again in it.
    pub outcome: Outcome,
}

/// What is kept on disk that is no frame. The JSON of this enum is the store's format: variants are added, not changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A connection was accepted.
    Connected {
        /// What arrived.
        handshake: Handshake,
    },
    /// A connection ended.
    Disconnected {
        /// Who ended it.
        by: ClosedBy,
        /// The WebSocket close code, where one was given.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
    /// Something came that did not become a connection of a charger.
    Refused {
        /// Its address and port.
        peer: String,
        /// What came, what it means and what to do.
        why: String,
    },
    /// What a connection to our port did. Concerns the site, not a charger.
    Attempt {
        /// All of it.
        attempt: Box<Attempt>,
    },
    /// From now on it may be commanded.
    Adopted {
        /// By itself (the Connect step was open, or the command line said so) instead of by a click.
        automatic: bool,
    },
    /// What comes under this id is one of our simulated chargers, also where it never comes.
    Simulated,
    /// A person entered the parts of the ceiling.
    Ceiling {
        /// All parts as they now stand.
        parts: CeilingParts,
    },
    /// An idTag's status was set.
    Authorize {
        /// The idTag.
        id_tag: String,
        /// The status as spelled in OCPP 1.6 (`Accepted`, `Blocked`, `Expired`, `Invalid`).
        status: String,
    },
    /// The next frame came over a connection that a newer one had replaced, or that was closed: it was not understood.
    Outlived,
    /// A call of ours was not answered in time.
    Silent {
        /// The action.
        action: String,
    },
    /// Something broke below OCPP, or about the connection.
    Deviated {
        /// What.
        deviation: Deviation,
    },
    /// Something was found.
    Found {
        /// What.
        finding: Finding,
    },
    /// What limited the charger before we wrote anything: read from GetCompositeSchedule.
    Before {
        /// The limit, A per phase; `None`: the charger named none.
        limit: Option<crate::units::Amperes>,
    },
    /// A 2.x charger listed its charging profiles before we wrote anything.
    Listed {
        /// All of them.
        profiles: Vec<Listed>,
    },
    /// A person chose how its deviant calls are answered.
    Policy {
        /// How.
        policy: Policy,
    },
    /// A person chose whether a quirk that the catalogue knows of it is heeded.
    Quirk {
        /// Its name within the charger's entry.
        id: String,
        /// It is.
        on: bool,
    },
    /// A check of ours starts a charge with an idTag that is not our own, because the charger knows no other.
    Starts {
        /// The idTag.
        id_tag: String,
    },
    /// The configuration was read.
    Configuration {
        /// The snapshot.
        snapshot: ConfigurationSnapshot,
    },
    /// A step ended.
    Ended {
        /// Which.
        step: Step,
        /// What it showed.
        outcome: Outcome,
    },
    /// The limit check ended.
    Proved {
        /// All of it.
        proof: Box<LimitProof>,
    },
    /// A permanent limit was written.
    Permanent {
        /// What and how.
        limit: PermanentLimit,
    },
    /// A person put a line into the charger's plan, or (`None`) took out one that was not written.
    Planned {
        /// Its number.
        line: u32,
        /// What is to be.
        change: Option<Change>,
    },
    /// A line of the plan is about to be written.
    Applying {
        /// Its number.
        line: u32,
        /// What stands there now.
        was: Was,
    },
    /// What came of a line.
    Applied {
        /// Its number.
        line: u32,
        /// It is, or may be, in the charger.
        written: bool,
        /// It takes effect only when the charger restarts.
        #[serde(default)]
        restart: bool,
        /// What it showed.
        outcome: Outcome,
    },
    /// What came of taking a line back.
    Undone {
        /// Its number.
        line: u32,
        /// What it showed.
        outcome: Outcome,
    },
    /// The charger was asked again for one setting.
    Reread {
        /// As it spells it.
        key: String,
        /// As it reads now; `None` where it does not tell.
        value: Option<String>,
    },
    /// The charger was asked for its limit while nothing of ours was in force.
    Looked {
        /// What it named, A per phase; `None`: nothing.
        named: Option<crate::units::Amperes>,
    },
    /// Demand response was rehearsed or held: as far as it came, at each mode.
    DemandResponse {
        /// All of it.
        run: Box<DemandResponse>,
    },
    /// A person chose the limit that is held by hand.
    ByHand {
        /// A per phase; 0: the charge is paused.
        limit: crate::units::Amperes,
    },
    /// A licensed person measured at the output while a limit of 0 was asked for.
    OutputDead {
        /// Who.
        by: String,
        /// It was dead; false: it was live.
        dead: bool,
    },
    /// A report was written.
    Reported {
        /// Its files.
        files: ReportFiles,
    },
    /// A person said where the site is.
    Stands {
        /// Whose rules hold there: an id of the catalogue's jurisdictions; empty: not known.
        jurisdiction: String,
    },
    /// Cheap hours were written, or taken away.
    CheapHours {
        /// All of them; `None`: none stand any more.
        hours: Option<Box<CheapHours>>,
    },
}

/// What is told to those who watch a charger (the command line, a running step), after it is on disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// It connected.
    Connected {
        /// What arrived.
        handshake: Handshake,
        /// It may be commanded already.
        adopted: bool,
    },
    /// Something came that did not become a connection of a charger.
    Refused {
        /// Its address and port.
        peer: String,
        /// What came, what it means and what to do.
        why: String,
    },
    /// A connection to our port is known to be a charger's or not, or has ended.
    Attempt {
        /// All of it.
        attempt: Box<Attempt>,
    },
    /// It was adopted.
    Adopted,
    /// It sent BootNotification.
    Booted {
        /// Maker, model, serial, firmware.
        boot: Box<chargehand_ocpp::read::Boot>,
        /// We accepted it.
        accepted: bool,
    },
    /// A frame went over the wire.
    Frame {
        /// From the charger.
        from_charger: bool,
        /// As it went, secrets masked.
        bytes: bytes::Bytes,
    },
    /// It deviated.
    Deviation {
        /// The action, where there is one.
        action: String,
        /// How.
        deviation: Deviation,
    },
    /// A connector's status.
    Status {
        /// The connector.
        connector: u32,
        /// Status as spelled.
        status: String,
        /// Error as spelled.
        error: String,
    },
    /// A reading of the meter.
    Meter {
        /// The reading.
        reading: Reading,
    },
    /// A transaction started.
    Started {
        /// The id we gave it.
        transaction: i32,
        /// 2.x: the name that the charger gave it; else empty.
        name: String,
        /// Connector.
        connector: u32,
        /// The idTag.
        id_tag: String,
        /// Register, Wh.
        meter_start: Option<i64>,
    },
    /// 2.x: the state of a transaction changed.
    Charging {
        /// The id we gave it.
        transaction: i32,
        /// `Charging`, `EVConnected` …, as spelled.
        state: String,
    },
    /// A transaction stopped.
    Stopped {
        /// Its id.
        transaction: i64,
        /// Why, as spelled.
        reason: String,
        /// Register, Wh.
        meter_stop: Option<i64>,
    },
    /// 2.x: a part of a report of its variables came.
    Variables {
        /// The part.
        part: Box<ReportPart>,
    },
    /// 2.x: a part of a list of its charging profiles came.
    Profiles {
        /// The part.
        part: Box<ProfilesPart>,
    },
    /// It asks to have a certificate signed, and gets one.
    CertificateRequested {
        /// The request, PEM.
        csr: String,
        /// What the certificate is for, as spelled; empty where that is not told.
        kind: String,
        /// 2.1: the number of the request.
        request: Option<i64>,
    },
    /// It took the certificate that it had asked for.
    CertificateTaken,
    /// Something was found.
    Found {
        /// What.
        finding: Finding,
    },
    /// It disconnected.
    Disconnected {
        /// Who ended it.
        by: ClosedBy,
        /// The close code, where one was given.
        code: Option<u16>,
        /// In words.
        reason: String,
    },
}

/// Something that happened, with its entry on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The charger.
    pub charger: std::sync::Arc<str>,
    /// Number of the entry it follows from.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
}
