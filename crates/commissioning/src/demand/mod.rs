//! What a network may ask of a charger, and the limit that says so over OCPP. Nothing here is sent.
//!
//! The modes and their shares are those that makers' manuals of inverters and the public CSIP-AUS client tests
//! (bsgip/cactus-test-definitions at 90afc7a, `client/procedures/DRD-01.yaml`) give for the AS/NZS 4755 family. That the member for
//! chargers has the same ones is secondary: check the current edition. Hence "capability evidence", never "meets".

mod evidence;
mod express;
mod wire;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use chargehand_ocpp::Version;
use chargehand_ocpp::profile::RateUnit;

use crate::limit::{Terms, supply_phases};
use crate::record::Record;
use crate::units::{Amperes, Phases, Watts};

pub use evidence::{DemandResponse, How, ModeEvidence, OutputDead};
pub use express::express;
pub use wire::with_feed_back;

/// What one device may always draw where the network dims it (§14a EnWG, BK6-22-300; secondary: makers' pages). W.
pub const GUARANTEED_14A: u32 = 4_200;

/// A demand response mode of the AS/NZS 4755 family, 0 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Drm(u8);

/// What each mode asks for, in words.
static MEANINGS: [&str; 9] = [
    "Disconnect: no charging and no feeding back.",
    "Use nothing.",
    "Use at most 50 % of the rated current.",
    "Use at most 75 % of the rated current.",
    "Use more, up to 100 %, as far as other modes allow.",
    "Feed nothing back.",
    "Feed back at most 50 % of the rated current.",
    "Feed back at most 75 % of the rated current.",
    "Feed back more, as far as other modes allow.",
];

impl Drm {
    /// All nine.
    pub const ALL: [Drm; 9] = [Drm(0), Drm(1), Drm(2), Drm(3), Drm(4), Drm(5), Drm(6), Drm(7), Drm(8)];

    /// From its number; `None` above 8.
    pub fn new(number: u8) -> Option<Self> {
        (number <= 8).then_some(Self(number))
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// What it asks for.
    pub fn meaning(self) -> &'static str {
        MEANINGS.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// It is about feeding back, not about charging: the two groups are independent.
    pub const fn feeds_back(self) -> bool {
        self.0 >= 5
    }
}

impl From<Drm> for u8 {
    fn from(mode: Drm) -> u8 {
        mode.0
    }
}

impl TryFrom<u8> for Drm {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Self::new(number).ok_or_else(|| format!("There is no DRM{number}: the modes are 0 to 8."))
    }
}

impl fmt::Display for Drm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DRM{}", self.0)
    }
}

/// What the levels 0 to 3 of OpenADR's SIMPLE mean here until a person says otherwise: a resource defines them. Percent.
pub const SIMPLE: [u8; 4] = [100, 75, 50, 0];

/// What is asked of a charger.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// Demand response modes; of several that are asserted at once the strongest of each group counts, and 0 beats all.
    Drm {
        /// The modes.
        modes: BTreeSet<Drm>,
    },
    /// Dimming by §14a EnWG.
    Section14a {
        /// Devices that an energy manager shares the guaranteed power among, this charger with them; 1: it alone.
        devices: u32,
        /// What the other devices take, W; needed where there are others.
        #[serde(default)]
        others_w: Option<u32>,
    },
    /// The most that this charger may draw (CSIP-AUS `opModLoadLimW`).
    LoadLimit {
        /// W in total.
        watts: u32,
    },
    /// The most that the whole site may draw (CSIP-AUS `opModImpLimW`, OpenADR `IMPORT_CAPACITY_LIMIT`).
    SiteLimit {
        /// W in total.
        watts: u32,
        /// What everything else on the site draws, W: only that makes it a number for this charger.
        #[serde(default)]
        others_w: Option<u32>,
    },
    /// A level of OpenADR's SIMPLE.
    Simple {
        /// 0 to 3.
        level: u8,
        /// What each level means, percent of the rated current.
        #[serde(default = "simple")]
        percents: [u8; 4],
    },
    /// A share of the rated current.
    Percent {
        /// 0 to 100.
        percent: u8,
    },
    /// What a person holds by hand; what they chose last counts.
    ByHand {
        /// A per phase; 0 pauses.
        limit: Amperes,
    },
}

fn simple() -> [u8; 4] {
    SIMPLE
}

impl Signal {
    /// One mode alone.
    pub fn drm(mode: Drm) -> Self {
        Signal::Drm { modes: BTreeSet::from([mode]) }
    }

    /// Its name in a sentence.
    pub fn name(&self) -> String {
        match self {
            Signal::Drm { modes } => modes.iter().map(Drm::to_string).collect::<Vec<_>>().join(" + "),
            Signal::Section14a { devices: 0 | 1, .. } => "§14a: 4.2 kW".to_owned(),
            Signal::Section14a { devices, .. } => format!("§14a: {devices} devices on an energy manager"),
            Signal::LoadLimit { watts } => format!("Limit of the charger: {watts} W"),
            Signal::SiteLimit { watts, .. } => format!("Limit of the site: {watts} W"),
            Signal::Simple { level, .. } => format!("SIMPLE level {level}"),
            Signal::Percent { percent } => format!("{percent} %"),
            Signal::ByHand { limit } => format!("By hand: {limit}"),
        }
    }

    /// Is it only about feeding back?
    pub fn is_only_about_feeding_back(&self) -> bool {
        matches!(self, Signal::Drm { modes } if !modes.is_empty() && modes.iter().all(|mode| mode.feeds_back()))
    }

    /// What it asks for.
    pub fn meaning(&self) -> String {
        match self {
            Signal::Drm { modes } => modes.iter().map(|mode| mode.meaning()).collect::<Vec<_>>().join(" "),
            Signal::Section14a { .. } => "Draw no more than the network leaves to a device it dims.".to_owned(),
            Signal::LoadLimit { .. } => "Draw no more than this.".to_owned(),
            Signal::SiteLimit { .. } => "Draw no more than is left for the charger.".to_owned(),
            Signal::Simple { level, .. } => format!("Level {level} of 0 to 3; what it means is agreed."),
            Signal::Percent { percent } => format!("Use at most {percent} % of the rated current."),
            Signal::ByHand { .. } => "What a person chose.".to_owned(),
        }
    }

    /// Does it hold this mode?
    pub fn holds(&self, mode: Drm) -> bool {
        matches!(self, Signal::Drm { modes } if modes.contains(&mode))
    }
}

/// Of what a share is a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PercentOf {
    /// The charger's nameplate.
    #[default]
    Nameplate,
    /// The installer limit that is set in the charger.
    Installer,
}

/// The steps in which a charger takes a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// 0.1 A: as fine as OCPP 1.6 can say.
    #[default]
    Tenth,
    /// Whole amperes.
    Whole,
}

/// What a person knows of the charger and the charger does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// The phases it charges on; what is measured counts more.
    pub phases: Option<Phases>,
    /// Its steps.
    pub grain: Grain,
    /// Of what a share is a share.
    pub percent_of: PercentOf,
    /// Car and charger can feed back (V2G).
    pub feeds_back: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The signals; a hold is of one.
    pub signals: Vec<Signal>,
    /// What is done with them.
    pub how: How,
    /// What a person knows of the charger.
    #[serde(default)]
    pub said: Said,
    /// Begin a charge where none runs and a car is plugged in, for a signal that asks for more (DRM4). A rehearsal begins
    /// one in any case: without a charge there is nothing to measure.
    #[serde(default)]
    pub commence: bool,
    /// The licensed person who stands by to measure whether the output is dead; empty: nobody.
    #[serde(default)]
    pub licensed: String,
}

/// What a signal is turned into a limit by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The nameplate, A per phase.
    pub nameplate: Option<Amperes>,
    /// The installer limit in the charger, A per phase.
    pub installer: Option<Amperes>,
    /// The ceiling: nothing above it is ever asked for.
    pub ceiling: Option<Amperes>,
    /// The phases it charges on. Unknown counts as three where W become A, as one where A become W: the least both ways.
    pub phases: Option<Phases>,
    /// The phases that are named with a limit; `None`: the charger's own affair.
    pub named: Option<Phases>,
    /// What it speaks.
    pub version: Version,
    /// What it takes limits in.
    pub unit: RateUnit,
    /// In which steps.
    pub grain: Grain,
    /// Of what a share is a share.
    pub percent_of: PercentOf,
    /// A person says that car and charger can feed back.
    pub feeds_back: bool,
}

impl Basis {
    /// From what is known of a charger and what a person says.
    pub fn of(record: &Record, said: &Said, now: Timestamp) -> Self {
        let (terms, parts) = (Terms::of(record, now), &record.ceiling_parts);
        let entered = |part: Option<Amperes>| part.filter(|part| *part > Amperes::ZERO);
        let phases = record.phases.or(said.phases).or_else(|| supply_phases(record));
        Self {
            nameplate: entered(parts.nameplate),
            installer: entered(parts.installer),
            ceiling: parts.ceiling().map(|ceiling| ceiling.limit),
            phases,
            named: terms.named_phases.map(|named| match terms.unit {
                RateUnit::W => phases.unwrap_or(Phases::ONE),
                RateUnit::A => named,
            }),
            version: terms.version,
            unit: terms.unit,
            grain: said.grain,
            percent_of: said.percent_of,
            feeds_back: said.feeds_back,
        }
    }
}

/// What a signal comes to on one charger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// This limit says it.
    Expressed(Box<Expressed>),
    /// No limit can say it.
    CannotBeExpressed {
        /// Why, and what to do where something can be done.
        why: String,
        /// The version of OCPP has no word for it, so that no charger that speaks it could be asked.
        no_word: bool,
    },
}

/// The limit that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expressed {
    /// As commanded, A per phase: rounded down, and 0 below 6 A.
    pub limit: Amperes,
    /// As it stands in the schedule.
    pub sent: Sent,
    /// The power that is, in total at 230 V; `None` where the phases are not known.
    pub power: Option<Watts>,
    /// It pauses the charge.
    pub pauses: bool,
    /// It asks for the output to be dead (DRM0), which no limit can prove.
    pub disconnects: bool,
    /// How it comes about.
    pub why: String,
    /// What is asked about feeding back; 2.1 only.
    pub feed_back: Option<FeedBack>,
    /// What of the signal is left out, and why.
    pub left_out: Option<String>,
    /// The limit by the other reading of a share, where the installer limit is below the nameplate.
    pub other_reading: Option<(PercentOf, Amperes)>,
}

/// A limit as it stands in a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Tenths of A or W.
    pub tenths: i64,
    /// A per phase, or W in total.
    pub unit: RateUnit,
    /// `numberPhases`, where it is named.
    pub phases: Option<Phases>,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            RateUnit::A => write!(f, "{}.{} A per phase", self.tenths / 10, self.tenths % 10)?,
            RateUnit::W => write!(f, "{} W in total", self.tenths / 10)?,
        }
        match self.phases {
            Some(phases) => write!(f, ", numberPhases {}", phases.count()),
            None => write!(f, ", phases not named"),
        }
    }
}

/// What is asked about feeding back (2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedBack {
    /// The most that may flow back, A per phase (`dischargeLimit`, which is written negative).
    pub most: Amperes,
    /// It is told to give that much (`setpoint`), instead of only being kept from giving more.
    pub gives: bool,
}
