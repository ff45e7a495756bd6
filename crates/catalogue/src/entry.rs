//! What the entries of the catalogue are made of. Each says where it is known from: `source`, as a title a person can find;
//! `date`, when that source was written or read, `YYYY-MM-DD` or coarser, or `unknown`; `confidence`.

use serde::{Deserialize, Serialize};

use crate::Confidence;

/// One value that is known. Where it is not known it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known<T> {
    /// The value.
    pub is: T,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Whether something is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Can {
    /// It is.
    Yes,
    /// It is, under conditions that the entry names.
    Conditions,
    /// It is not.
    No,
    /// Not known.
    Unknown,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Who may choose the server.
    Access,
    /// Whether a server in the charger's own network will do.
    Lan,
    /// Versions of OCPP.
    Version,
    /// Phases, and switching between one and three.
    Phases,
    /// The largest current, A.
    Current,
    /// How the server's address is entered.
    Address,
    /// The charger's id.
    Identity,
    /// The password of the connection.
    Password,
    /// TLS.
    Encryption,
    /// What is needed, and where it is entered.
    Setup,
    /// The connection while it is up.
    Connection,
    /// What it says of itself when it starts.
    Boot,
    /// Limits of the current.
    Limits,
    /// How a charge starts.
    Start,
    /// idTags.
    Authorization,
    /// Meter values.
    Metering,
    /// What it does without a server.
    Offline,
    /// Its own solar mode.
    Solar,
    /// Who else controls it.
    Control,
    /// How to go back to what was before.
    WayBack,
    /// What it does otherwise than one would expect.
    Quirk,
    /// Apps that reach it through its maker.
    App,
    /// Its interface in the LAN besides OCPP.
    Local,
    /// Of a platform: which chargers it takes.
    Chargers,
    /// Of a platform: what it asks of a charger.
    Requirements,
    /// Of a platform: passing a connection on.
    Forwarding,
    /// Of a platform: whose it is.
    Owner,
}

/// A fact in words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it is about.
    pub topic: Topic,
    /// The fact, in one to three sentences.
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A version of OCPP that it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// `1.6`, `2.0.1` or `2.1`; always as JSON over a WebSocket.
    pub ocpp: String,
    /// What limits that, as a sentence; else empty.
    #[serde(default)]
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What a step of setting the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// What must be there first, such as a firmware.
    Needs,
    /// Who may do it: account, password, PIN.
    Login,
    /// Where it is entered.
    Menu,
}

/// A step on the way to entering the server. They stand in the order in which they are done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// What to do, in words.
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What it does otherwise than one would expect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quirk {
    /// Its name within the entry; stable.
    pub id: String,
    /// The rule of `rules.toml` that it is a case of.
    pub rule: Option<String>,
    /// What happens.
    pub says: String,
    /// What to do about it.
    #[serde(rename = "do")]
    pub remedy: String,
    /// The firmware that has it; any where absent.
    pub firmware: Option<Firmware>,
    /// What Chargehand does otherwise because of it; nothing where it is only told.
    pub acts: Option<Acts>,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What Chargehand does otherwise with a charger that has a quirk.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acts {
    /// Of the ways to put a limit, those that count from when it arrives (Relative) are tried first.
    RelativeFirst,
    /// A test limit stands at stack level 0, in the place of the limit that stays.
    OneLevel,
    /// Limits are sent in W.
    InWatts,
    /// Between two changes of its limits pass so many seconds at least, and cheap hours are one profile.
    RestsBetweenLimits(u16),
    /// A charge is started with this idTag.
    StartsWith(String),
    /// A charge is started with the idTag that this configuration key holds.
    StartsWithKey(String),
    /// No other measurands than these are written into a list of measurands.
    OnlyMeasurands(Vec<String>),
    /// Of the versions that it offers, 1.6 is chosen.
    Speaks16,
}

impl Acts {
    /// As a sentence.
    pub fn says(&self) -> String {
        match self {
            Acts::RelativeFirst => "Chargehand tries limits of the kind Relative first.".into(),
            Acts::OneLevel => "Chargehand keeps its limits at stack level 0.".into(),
            Acts::InWatts => "Chargehand sends limits in watts.".into(),
            Acts::RestsBetweenLimits(seconds) => {
                format!(
                    "Chargehand waits {seconds} s between two changes of its limits, and writes cheap hours as one profile."
                )
            }
            Acts::StartsWith(tag) => format!("Chargehand starts a charge with the idTag {tag}."),
            Acts::StartsWithKey(key) => {
                format!("Chargehand starts a charge with the idTag that the key {key} holds, once it is read.")
            }
            Acts::OnlyMeasurands(names) => {
                format!("Chargehand writes no other measurands into a list than {}.", names.join(", "))
            }
            Acts::Speaks16 => "Chargehand speaks OCPP 1.6 with it, from its next connection on.".into(),
        }
    }

    /// What is done where the quirk is not heeded, as a sentence.
    pub fn else_says(&self) -> &'static str {
        match self {
            Acts::RelativeFirst => "Off: limits of the kind Absolute come first, as with other chargers.",
            Acts::OneLevel => "Off: a test limit stands above the limit that stays, as with other chargers.",
            Acts::InWatts => "Off: limits are sent in the unit that the charger names, amperes where it names both.",
            Acts::RestsBetweenLimits(_) => "Off: limits are changed as soon as the check needs it.",
            Acts::StartsWith(_) | Acts::StartsWithKey(_) => "Off: a charge is started with our own idTag.",
            Acts::OnlyMeasurands(_) => "Off: any list of measurands is written.",
            Acts::Speaks16 => "Off: the first version that the charger offers is spoken.",
        }
    }
}

/// A range of firmware versions, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firmware {
    /// The first that has it; from the very first where absent.
    pub from: Option<String>,
    /// The first that no longer has it; to the last where absent.
    pub below: Option<String>,
}

/// What it says of itself when it starts. Without regard to case; a `*` at the end stands for any ending.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boot {
    /// `chargePointVendor`.
    pub vendor: Option<String>,
    /// `chargePointModel`.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// `vendorId` of its StatusNotification (OCPP 1.6), with which some name themselves that hide their maker elsewhere.
    pub status_vendor: Option<String>,
    /// The id under which it connects. Counts only where the vendor is not told or is its maker.
    pub identity: Option<String>,
    /// What to know about it, as a sentence; else empty.
    #[serde(default)]
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// An app that reaches it, or the car at it, through the maker's own interface instead of OCPP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The app.
    pub name: String,
    /// How it does, as a sentence.
    pub says: String,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// An interface besides OCPP, mostly in the LAN.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// What it is, in a word or two.
    pub name: String,
    /// What it can, in words.
    pub says: String,
    /// Whether it asks for a password; `None` where not known.
    pub password: Option<bool>,
    /// Whether the OCPP server can be set over it; `None` where not known.
    pub sets_url: Option<Can>,
    /// The name of the file in the folder `local_apis` that says how, where there is one.
    pub api: Option<String>,
    /// Why there is none, although the interface knows the address: as a sentence, to be told to whoever enters it by hand.
    pub by_hand: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When that source was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: Confidence,
}
