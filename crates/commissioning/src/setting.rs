//! Settings by what they mean: 1.6 has keys for them, 2.x has variables.

use chargehand_ocpp::Version;

use crate::record::Record;

/// A setting that commissioning needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Seconds between meter values while charging.
    SampleInterval,
    /// The units of limits it takes.
    RateUnit,
    /// The highest stack level it takes.
    StackLevels,
    /// The phases it is supplied with; only 2.x tells them.
    SupplyPhases,
    /// Seconds it wants between two changes of a limit; only 2.1 tells them.
    UpdateRateLimit,
    /// The most periods in one schedule.
    Periods,
    /// The most charging profiles it keeps.
    Profiles,
    /// Its time zone, an IANA name; only 2.x tells it.
    TimeZone,
    /// Schedules may count in its local time (`useLocalTime`); only 2.1 tells it.
    LocalTime,
    /// Schedules may begin at random a little late (`randomizedDelay`); only 2.1 tells it.
    RandomDelay,
}

/// Each setting's key (OCPP 1.6 section 9) and its variable (OCPP 2.0.1 part 2 appendices, referenced components).
static NAMES: &[(Setting, &str, &str)] = &[
    (Setting::SampleInterval, "MeterValueSampleInterval", "SampledDataCtrlr.TxUpdatedInterval"),
    (Setting::RateUnit, "ChargingScheduleAllowedChargingRateUnit", "SmartChargingCtrlr.RateUnit"),
    (Setting::StackLevels, "ChargeProfileMaxStackLevel", "SmartChargingCtrlr.ProfileStackLevel"),
    (Setting::SupplyPhases, "", "EVSE.SupplyPhases"),
    (Setting::UpdateRateLimit, "", "SmartChargingCtrlr.UpdateRateLimit"),
    (Setting::Periods, "ChargingScheduleMaxPeriods", "SmartChargingCtrlr.PeriodsPerSchedule"),
    (Setting::Profiles, "MaxChargingProfilesInstalled", "SmartChargingCtrlr.Entries[ChargingProfiles]"),
    (Setting::TimeZone, "", "ClockCtrlr.TimeZone"),
    (Setting::LocalTime, "", "SmartChargingCtrlr.SupportsFeature[UseLocalTime]"),
    (Setting::RandomDelay, "", "SmartChargingCtrlr.SupportsFeature[RandomizedDelay]"),
];

impl Setting {
    /// What a version calls it.
    pub fn key(self, version: Version) -> &'static str {
        let names = NAMES.iter().find(|(setting, _, _)| *setting == self);
        names.map_or("", |(_, v16, v2)| if version.is_v2() { v2 } else { v16 })
    }
}

impl Record {
    /// A setting as last read; empty where it is not known.
    pub fn setting(&self, setting: Setting) -> &str {
        self.configured(setting.key(self.version()))
    }
}
