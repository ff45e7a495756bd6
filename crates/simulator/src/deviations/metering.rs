//! Meter values.

use serde::Deserialize;

/// Meter values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metering {
    /// P19: when it sends meter values.
    pub meter_values: MeterHabit,
    /// P19: measures power and energy only, in kW and kWh; no current, no voltage.
    pub measures_only_kilowatts: bool,
    /// P18: has no Current.Offered, and so rejects every list of measurands that names it.
    pub lacks_current_offered: bool,
    /// P19: the shortest sample interval that it takes, in seconds.
    pub least_interval_s: Option<u32>,
    /// P20: samples show energy in kWh and say that it is Wh.
    pub labels_kilowatt_hours_as_watt_hours: bool,
    /// P20: the register starts at 0 with each transaction.
    pub register_starts_anew: bool,
    /// P20: samples are values only, without measurand, context and unit.
    pub leaves_values_unnamed: bool,
}

/// When a charger sends meter values (P19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterHabit {
    /// Every sample interval within a transaction, and when triggered.
    #[default]
    Sampled,
    /// Only when triggered.
    OnlyWhenTriggered,
    /// Never; a trigger is answered with NotImplemented.
    Never,
}
