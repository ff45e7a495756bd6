//! What a charger does differently from the book, as data. Commands that are answered instead of being carried out are
//! in `instead`; everything else acts where the book is followed.

mod configuration;
mod identity;
mod instead;
mod limits;
mod metering;
mod residual;
mod sessions;

pub use configuration::{Configuration, Flooded, ReportParts};
pub use identity::Identity;
pub use limits::{BelowMinimum, Limits, Offline, ProfileAnswer, ProfileFate, Steps};
pub use metering::{MeterHabit, Metering};
pub use sessions::{Availability, LongTags, Sessions};

pub(crate) use instead::is_long;
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
    /// Boot, clock and the words of the protocol.
    pub identity: Identity,
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
