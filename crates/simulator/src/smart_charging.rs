//! What a charger takes of a limit, whatever version it is written in.

use crate::deviations::BelowMinimum;
use crate::pilot::MINIMUM_AMPS;
use crate::profile::{Mode, NOMINAL_VOLTS, Profile, Unit};
use crate::{ProfileFate, RateUnit, SimulatedCharger};
use jiff::Timestamp;

/// The longest composite schedule it works out, in seconds.
const HORIZON: i64 = 86_400;

/// A composite schedule: seconds and limits in `unit`.
#[derive(Debug)]
pub(crate) struct Composite {
    pub(crate) duration: i64,
    pub(crate) unit: Unit,
    /// From second, value, mode.
    pub(crate) periods: Vec<(i64, f64, Mode)>,
}

impl SimulatedCharger {
    /// Whether the charger takes a profile of this unit, level and schedule, wherever it goes.
    pub(crate) fn takes(&self, profile: &Profile) -> bool {
        let deviates = self.behaviour.deviates;
        let top = if deviates.limits.stack_level_zero_only { 0 } else { self.behaviour.max_stack_level };
        let is_refused_kind = deviates.limits.fate(profile.kind) == ProfileFate::Rejected;
        profile.is_usable()
            && self.takes_unit(profile.schedule.unit)
            && (0..=top).contains(&profile.stack_level)
            && !is_refused_kind
            && !self.refuses_as_too_little(profile)
    }

    /// P30: no limit between 0 and 6 A.
    fn refuses_as_too_little(&self, profile: &Profile) -> bool {
        let but = self.behaviour.deviates;
        let mut amps =
            profile.schedule.periods.iter().filter_map(|period| profile.amps(but, period, self.behaviour.phases));
        but.limits.below_minimum == BelowMinimum::Rejected && amps.any(|amps| amps > 0.0 && amps < MINIMUM_AMPS)
    }

    pub(crate) fn takes_unit(&self, unit: Unit) -> bool {
        let refused = if unit == Unit::A { RateUnit::Power } else { RateUnit::Current };
        self.behaviour.rate_unit != refused
    }

    /// The name of the running transaction; nothing when none runs, or nobody named it yet.
    pub(crate) fn running(&self) -> Option<String> {
        self.connector.transaction.as_ref().and_then(|_| (self.dialect().transaction)(self))
    }

    /// The limits to come. It speaks by the book even when the charger does not act by it: that is what a charger that
    /// takes limits and ignores them looks like.
    pub(crate) fn composite(
        &self,
        connector: i64,
        duration: i64,
        unit: Option<Unit>,
        now: Timestamp,
    ) -> Option<Composite> {
        let own = if self.behaviour.rate_unit == RateUnit::Power { Unit::W } else { Unit::A };
        let unit = unit.unwrap_or(own);
        if !(0..=1).contains(&connector) || duration <= 0 || !self.takes_unit(unit) {
            return None;
        }
        let duration = duration.min(HORIZON);
        let factor = if unit == Unit::A { 1.0 } else { NOMINAL_VOLTS * f64::from(self.behaviour.phases) };
        if self.behaviour.deviates.limits.empty_composite {
            return Some(Composite { duration, unit, periods: Vec::new() });
        }
        let periods = self.profiles.composite(self.moment(now), duration as f64, self.ceiling());
        let periods = periods.iter().map(|(start, amps, mode)| (*start, tenths(amps * factor), *mode)).collect();
        Some(Composite { duration, unit, periods })
    }
}

/// Down to the one decimal a limit may have in 1.6.
fn tenths(limit: f64) -> f64 {
    (limit * 10.0 + 1e-6).floor() / 10.0
}
