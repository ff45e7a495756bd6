//! What crosses of a charger's plan: its lines as differences, what came of them, what earlier platforms left.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ConfidenceView, DemandOrderView, OutcomeView, WeekView};

/// Something that a charger is to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "change", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChangeView {
    /// A current limit.
    Limit {
        /// mA per phase.
        limit_ma: u32,
        /// A connector (2.x: an EVSE); 0: the whole charger.
        connector: u32,
    },
    /// A configuration key or a variable.
    Setting {
        /// As the charger spells it.
        key: String,
        /// What it is to be.
        value: String,
        /// A person knows that what it does to the current is not known.
        confirmed: bool,
    },
    /// A profile that is not ours goes.
    ClearProfile {
        /// Its id in the charger.
        profile: i32,
    },
    /// Every profile goes.
    ClearAll,
    /// Cheap hours.
    CheapHours {
        /// The hours; `None`: those of ours go.
        week: Option<WeekView>,
        /// The platform that the charger is to be handed to.
        platform: Option<String>,
    },
    /// Demand response is rehearsed, or held for a time.
    DemandResponse {
        /// What is asked of the charger.
        order: DemandOrderView,
    },
    /// The list of cards that charge without asking a platform.
    Cards {
        /// The cards.
        cards: Vec<CardView>,
        /// The list holds only these; else they are added.
        replace: bool,
    },
}

/// A card that may charge without a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// Its number as the charger reads it.
    pub id_tag: String,
    /// 2.x: its type, such as `ISO14443`.
    pub kind: String,
}

/// A card that was held up to the charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SeenCardView {
    /// The card.
    pub card: CardView,
    /// When it was last seen.
    pub at: String,
    /// The frame.
    pub number: u32,
    /// A charge began with it; else the charger only asked.
    pub started: bool,
}

/// The list of cards in a charger, as far as it is known, and the cards it saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CardsView {
    /// The version that it told of its list, in words; empty where it was not asked or does not tell.
    pub version: String,
    /// The cards that it saw, the newest first; at most 10.
    pub seen: Vec<SeenCardView>,
    /// The longest number, characters.
    pub longest: u32,
    /// The most cards that its list holds, where it says so.
    pub most: Option<u32>,
    /// The line about it that waits in the plan.
    pub planned: Option<ChangeView>,
    /// The settings that decide when the list acts.
    pub switches: Vec<SettingLine>,
}

/// A card of a line was held up to the charger after the line was written.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsedView {
    /// The end of its number.
    pub card: String,
    /// When.
    pub at: String,
    /// The frame.
    pub number: u32,
    /// A charge began with it, and the charger had not asked before.
    pub unasked: bool,
}

/// What a line may do to people and current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RiskView {
    /// It does not act on the current.
    None,
    /// It acts on the current, within the ceiling.
    Current,
    /// It changes who may charge, or takes something away.
    Care,
    /// What it does to the current is not known.
    Unknown,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LineState {
    /// It waits to be written.
    Waits,
    /// It is being written, or the program was killed meanwhile.
    Begun,
    /// It is, or may be, in the charger.
    Stands,
    /// Nothing of it is in the charger.
    NotWritten,
    /// It was done; nothing of it stays.
    Done,
    /// It was taken back.
    TakenBack,
}

/// One line of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeLine {
    /// Its number.
    pub id: u32,
    /// Where it stands.
    pub state: LineState,
    /// What it is about.
    pub what: String,
    /// What is now, or was before it was written; empty where that is not known.
    pub now: String,
    /// What will be.
    pub will: String,
    /// Why one would.
    pub why: String,
    /// What it may do.
    pub risk: RiskView,
    /// The same in words; may be empty.
    pub risk_words: String,
    /// How it is taken back, or why it cannot be.
    pub back: String,
    /// It can be taken back.
    pub can_go_back: bool,
    /// Why it is not sent as it is; empty where it is.
    pub obstacle: String,
    /// Where the obstacle is that nobody knows its effect on the current: the same change with a person's word that they do.
    pub confirmed: Option<ChangeView>,
    /// It is so already.
    pub already: bool,
    /// What came of it.
    pub outcome: Option<OutcomeView>,
    /// What came of taking it back.
    pub undone: Option<OutcomeView>,
    /// What was seen of its cards since it was written.
    pub used: Vec<UsedView>,
    /// Settings without which it does not act, as changes to plan beside it.
    pub goes_with: Vec<ChangeView>,
}

/// One thing that an earlier platform, or the charger's own app, has left.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResidueLine {
    /// What it is.
    pub what: String,
    /// What it means.
    pub means: String,
    /// The change that takes it away.
    pub clear: Option<ChangeView>,
    /// Frames.
    pub evidence: Vec<u32>,
}

/// A charger's plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangesView {
    /// Its lines, oldest first.
    pub lines: Vec<ChangeLine>,
    /// What came of writing it.
    pub outcome: Option<OutcomeView>,
    /// What came of taking it back.
    pub back: Option<OutcomeView>,
    /// The limit for all sessions that waits to be written, mA per phase: cheap hours may stand on it.
    pub planned_limit_ma: Option<u32>,
    /// A line waits for the charger's restart.
    pub wants_restart: bool,
    /// What was found of earlier platforms.
    pub residue: Vec<ResidueLine>,
    /// What came of looking for that; `None`: nobody looked.
    pub looked: Option<OutcomeView>,
    /// The list of cards.
    pub cards: CardsView,
}

/// What a setting's value may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SettingFormView {
    /// Whole seconds.
    Seconds {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// `true` or `false`.
    Switch,
    /// 0 to 100.
    Percent,
    /// A list of measurands.
    Measurands {
        /// The short list, the most needed first.
        offered: Vec<String>,
    },
    /// The order of the phases per connector.
    Rotation,
    /// A text.
    Text {
        /// At most this many characters.
        most: u32,
    },
}

/// A setting that a commissioning often needs, as this charger has it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingLine {
    /// Its stable name.
    pub id: String,
    /// What it is about: `metering`, `connection` …
    pub group: String,
    /// What it is called.
    pub title: String,
    /// As the charger spells it; empty where it has none.
    pub key: String,
    /// As it was read; `None` where it was not told.
    pub value: Option<String>,
    /// The charger says that it cannot be written.
    pub readonly: bool,
    /// What may be written.
    pub form: SettingFormView,
    /// What is right for most.
    pub suggested: Option<String>,
    /// Why one would set it.
    pub why: String,
    /// What can come of it.
    pub risk: String,
    /// Where this was read, when, how sure.
    pub source: String,
    /// When that was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: ConfidenceView,
}

/// One thing that several chargers have in their plans, and how each has it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviatingLine {
    /// What it is about.
    pub what: String,
    /// How each charger has it, in the order of the chargers asked for; empty where that is not known.
    pub values: Vec<String>,
    /// They are not all alike.
    pub deviates: bool,
}
