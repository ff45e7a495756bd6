//! What becomes of charging profiles.

use crate::pilot::MINIMUM_AMPS;
use crate::profile::Kind;
use serde::Deserialize;

/// The currents of [`Steps::Coarse`], in amperes.
const COARSE: [f64; 5] = [6.0, 8.0, 10.0, 13.0, 16.0];

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
    /// P27: whether it takes profiles at all.
    pub all_profiles: ProfileAnswer,
    /// P27: what becomes of profiles of kind Absolute.
    pub absolute_profiles: ProfileFate,
    /// P27: what becomes of profiles of kind Relative.
    pub relative_profiles: ProfileFate,
    /// P33: what becomes of profiles of kind Recurring.
    pub recurring_profiles: ProfileFate,
    /// P33: follows the first period of a schedule to its end.
    pub first_period_only: bool,
    /// P33: answers GetCompositeSchedule with Accepted and a schedule without periods.
    pub empty_composite: bool,
    /// P29: takes a limit in watts as one over three phases, whatever its `numberPhases` says.
    pub assumes_three_phases: bool,
    /// P30: which currents it can offer.
    pub steps: Steps,
    /// P30: what becomes of a limit between 0 and 6 A.
    pub below_minimum: BelowMinimum,
    /// P34: a TxDefaultProfile on connector (EVSE) 1 that an earlier platform left, at the highest stack level, in amperes.
    pub residual_amps: Option<u8>,
    /// P27: rejects every stack level but 0, whatever it says its highest is.
    pub stack_level_zero_only: bool,
    /// P27, P38: a schedule whose duration is over stays in force: the charger never falls back.
    pub never_falls_back: bool,
    /// Great Britain: when it may offer more, it waits so many seconds first; what is less it follows at once.
    pub rises_late_s: Option<u16>,
    /// P38: what becomes of its limits while its connection is lost.
    pub offline: Offline,
}

impl Limits {
    /// What becomes of profiles of this kind.
    pub(crate) fn fate(self, kind: Kind) -> ProfileFate {
        match kind {
            Kind::Absolute => self.absolute_profiles,
            Kind::Relative => self.relative_profiles,
            Kind::Recurring => self.recurring_profiles,
            Kind::Dynamic => ProfileFate::Obeyed,
        }
    }

    /// What it offers when it is to offer this, in amperes per phase.
    pub(crate) fn offer(self, amps: f64) -> f64 {
        if self.below_minimum == BelowMinimum::Held && amps > 0.0 && amps < MINIMUM_AMPS {
            return MINIMUM_AMPS;
        }
        match self.steps {
            Steps::Fine => amps,
            Steps::WholeAmps => amps.trunc(),
            Steps::Coarse => COARSE.into_iter().rev().find(|step| *step <= amps).unwrap_or(0.0),
        }
    }
}

/// Whether a charger takes profiles at all (P27, P40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileAnswer {
    /// As the specification says.
    #[default]
    ByTheBook,
    /// Every one is rejected: something at the charger is not switched on.
    Rejected,
    /// 1.6: smart charging is not there: no such feature profile, and every one is answered with NotSupported.
    NotSupported,
    /// Every one is answered with a FormationViolation (2.x: FormatViolation): it reads by the wrong schema.
    Unreadable,
    /// The first one silences it: no answer and no further word until it is reconnected.
    Silence,
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

/// Which currents a charger can offer (P30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// Every one.
    #[default]
    Fine,
    /// Whole amperes; the next lower one otherwise.
    WholeAmps,
    /// 6, 8, 10, 13 and 16 A; the next lower one otherwise.
    Coarse,
}

/// What becomes of a limit between 0 and 6 A (P30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowMinimum {
    /// The charger pauses.
    #[default]
    Pauses,
    /// It offers 6 A; 0 A is a pause.
    Held,
    /// It rejects a profile that holds such a limit.
    Rejected,
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
