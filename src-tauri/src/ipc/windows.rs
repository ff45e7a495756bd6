//! What crosses of cheap hours.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{FactView, OutcomeView};

/// Cheap hours of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpanView {
    /// From this minute of the wall clock on, 0 to 1439.
    pub from_min: u16,
    /// Until this minute, 1 to 1440.
    pub to_min: u16,
    /// The most a car may draw then, mA per phase; 0 in a preset, which names none.
    pub limit_ma: u32,
}

/// Cheap hours of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WeekView {
    /// The zone of the clock, an IANA name.
    pub zone: String,
    /// The hours of each day, Monday first; seven.
    pub days: Vec<Vec<SpanView>>,
    /// Each start waits up to so many seconds at random, where the charger can do that.
    pub random_delay_s: Option<u32>,
}

/// Cheap hours as they stand in a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheapHoursView {
    /// The hours.
    pub week: WeekView,
    /// What was written, until when it is right and what was left out, as sentences.
    pub words: Vec<String>,
    /// What it showed.
    pub outcome: OutcomeView,
}

/// Hours that are the same for everybody somewhere.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PresetView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it holds, as a country code.
    pub market: String,
    /// What it is, and where it is known from.
    pub what: FactView,
    /// The hours; without limits.
    pub week: WeekView,
    /// What else holds there, such as a random wait, with its source.
    pub besides: Vec<FactView>,
}

/// A platform that the charger may be handed to.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlatformLine {
    /// Its id in the catalogue.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What there is to choose from.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoursChoices {
    /// The zones by name, in their order.
    pub zones: Vec<String>,
    /// This computer's zone.
    pub own_zone: String,
    /// The presets.
    pub presets: Vec<PresetView>,
    /// The platforms of the catalogue.
    pub platforms: Vec<PlatformLine>,
    /// How an owner charges outside the hours, as sentences.
    pub otherwise: Vec<String>,
}

/// Something that works against the hours.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FightView {
    /// What it is, what that means, what to do.
    pub text: String,
    /// Where it is known from.
    pub evidence: String,
    /// The hours are not written beside it.
    pub refuses: bool,
}

/// What would be written.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoursPlan {
    /// Why these hours are not written; `None`: they can be.
    pub refused: Option<String>,
    /// What is written, the next changes of the clock, until when it is right, what is left out, as sentences.
    pub words: Vec<String>,
    /// What works against them.
    pub fights: Vec<FightView>,
}
