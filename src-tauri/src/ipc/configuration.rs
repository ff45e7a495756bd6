//! What crosses of a charger's configuration: keys of 1.6, variables of 2.x.

use serde::{Deserialize, Serialize};
use specta::Type;

/// That the configuration was read.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationLine {
    /// When.
    pub taken: String,
    /// `whole list` or `in chunks of N`.
    pub read_as: String,
    /// How many keys or variables.
    pub keys: u32,
}

/// Configuration as read.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationView {
    /// When.
    pub taken: String,
    /// `whole list` or `in chunks of N`.
    pub read_as: String,
    /// The keys.
    pub keys: Vec<KeyView>,
    /// Keys it does not know.
    pub unknown: Vec<String>,
}

/// One key, or one variable of a 2.x charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// The component of a variable, with its instance, EVSE and connector; empty for a key.
    pub component: String,
    /// The key.
    pub key: String,
    /// Its value as sent, secrets masked; `None` if none was sent.
    pub value: Option<String>,
    /// It cannot be written.
    pub readonly: bool,
    /// What writing it does to the current is not known: it would have to be confirmed.
    pub effect_unknown: bool,
    /// What it means, where known.
    pub meaning: Option<String>,
    /// What is told of a variable besides its value.
    pub attributes: Option<AttributesView>,
}

/// What a charger tells of a variable besides its value; empty where it tells nothing.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AttributesView {
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
    /// The type of its values.
    pub data_type: String,
    /// The values that are allowed, or the least and the most.
    pub allowed: String,
}
