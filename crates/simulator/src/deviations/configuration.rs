//! Settings and reports.

use serde::Deserialize;

/// Settings and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// P15, 1.6: leaves a GetConfiguration without a key list unanswered.
    pub ignores_empty_key_list: bool,
    /// P15: answers at most this many keys or variables and leaves out the rest; says so in its own settings.
    pub answers_at_most_keys: Option<usize>,
    /// P17, 1.6: takes a list of any measurands, then reboots each time it is to show a list with one that it lacks.
    pub takes_any_measurand: bool,
    /// P35: what becomes of more than ten writes within a minute.
    pub flooded: Flooded,
    /// P40, 2.x: SmartChargingCtrlr has no variable Available.
    pub omits_smart_charging_available: bool,
    /// 2.x: answers GetBaseReport with NotSupported; GetVariables works.
    pub refuses_base_report: bool,
    /// 2.x: how the parts of a report arrive.
    pub report_parts: ReportParts,
}

/// What becomes of more writes than a charger can stand (P35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flooded {
    /// They are carried out.
    #[default]
    Copes,
    /// The charger reboots.
    Reboots,
    /// Charging profiles are rejected until there were fewer.
    Rejects,
}

/// How the parts of a NotifyReport arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportParts {
    /// In the order of their numbers.
    #[default]
    InOrder,
    /// The last one first.
    OutOfOrder,
    /// All but the last one.
    LastMissing,
    /// P40: none at all, after the request was accepted.
    NoneComes,
}
