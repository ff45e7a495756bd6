//! What a charger does differently from the book.

use crate::profile::Kind;
use serde::Deserialize;

/// Field problems, each seen on real chargers, by the area they are in. All off by default; several may be on at once.
/// They hold in every version of the protocol unless they say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deviations {
    /// What becomes of charging profiles.
    pub limits: Limits,
    /// How a charge begins and ends.
    pub sessions: Sessions,
    /// Settings and reports.
    pub configuration: Configuration,
    /// Meter values.
    pub metering: Metering,
    /// Boot and clock.
    pub identity: Identity,
}

/// What becomes of charging profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// P11: takes every charging profile, shows it in the composite schedule, and charges on as before.
    pub ignores_limits: bool,
    /// P11: takes a limit for the whole station and does nothing with it; the other purposes work.
    pub ignores_station_maximum: bool,
    /// P11: a TxDefaultProfile set during a session counts from the next session on; a TxProfile works at once.
    pub obeys_only_tx_profile_mid_session: bool,
    /// P25: a profile on connector (EVSE) 0 is taken but not followed; on 1 it works.
    pub obeys_only_connector_1: bool,
    /// P27: what becomes of profiles of kind Absolute.
    pub absolute_profiles: ProfileFate,
    /// P27: what becomes of profiles of kind Relative.
    pub relative_profiles: ProfileFate,
    /// P27: rejects every stack level but 0, whatever it says its highest is.
    pub stack_level_zero_only: bool,
    /// P27, P38: a schedule whose duration is over stays in force: the charger never falls back.
    pub never_falls_back: bool,
    /// P38: what becomes of its limits while its connection is lost.
    pub offline: Offline,
    /// Silence: hangs on the first SetChargingProfile, with no answer and no further word until it is reconnected.
    pub falls_silent_on_profile: bool,
}

impl Limits {
    /// What becomes of profiles of this kind.
    pub(crate) fn fate(self, kind: Kind) -> ProfileFate {
        match kind {
            Kind::Absolute => self.absolute_profiles,
            Kind::Relative => self.relative_profiles,
            Kind::Recurring | Kind::Dynamic => ProfileFate::Obeyed,
        }
    }
}

/// What becomes of a charger's limits while its connection is lost (P38).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// Its profiles go on as they say.
    #[default]
    Obeys,
    /// None counts: it offers all that it can.
    FreeRuns,
    /// It offers nothing.
    Stops,
    /// A limit of its own counts, in amperes per phase, 6 to 80.
    FallsTo(u8),
    /// The limit of the moment at which the connection was lost counts.
    KeepsLast,
}

/// How a charge begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// P25: refuses a remote start that names no connector (EVSE).
    pub starts_only_on_named_connector: bool,
    /// P39: from its first connection on it starts no charge by itself any more.
    pub one_way_door: bool,
    /// The end of a transaction is reported this much later than it happened, in seconds.
    pub reports_end_late_s: Option<u32>,
}

/// Settings and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// P15, 1.6: leaves a GetConfiguration without a key list unanswered.
    pub ignores_empty_key_list: bool,
    /// P15: answers at most this many keys or variables and leaves out the rest; says so in its own settings.
    pub answers_at_most_keys: Option<usize>,
    /// 2.x: answers GetBaseReport with NotSupported; GetVariables works.
    pub refuses_base_report: bool,
    /// 2.x: how the parts of a report arrive.
    pub report_parts: ReportParts,
}

/// Meter values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metering {
    /// P19: when it sends meter values.
    pub meter_values: MeterHabit,
    /// P19: measures power and energy only, in kW and kWh; no current, no voltage.
    pub measures_only_kilowatts: bool,
}

/// Boot and clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// P12: never sends BootNotification by itself and holds itself registered; answers a trigger.
    pub boots_only_when_asked: bool,
    /// P24: writes its times without a zone.
    pub leaves_out_zone: bool,
}

/// What becomes of charging profiles of one kind (P27).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileFate {
    /// They work, as the specification says.
    #[default]
    Obeyed,
    /// They are rejected.
    Rejected,
    /// They are accepted and not followed.
    Ignored,
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

/// Deviations in one area only.
macro_rules! from_area {
    ($($area:ident: $field:ident),*) => { $(
        impl From<$area> for Deviations {
            fn from($field: $area) -> Deviations {
                Deviations { $field, ..Deviations::default() }
            }
        }
    )* };
}

from_area!(Limits: limits, Sessions: sessions, Configuration: configuration, Metering: metering, Identity: identity);
