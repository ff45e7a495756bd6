//! What flows: what the charger offers, what the car takes of it, what the meter counts.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::deviations::Offline;
use crate::meter::Reading;
use crate::profile::Moment;
use jiff::Timestamp;

/// IEC 61851-1: the control pilot cannot offer less; below it a charger pauses.
pub(crate) const MINIMUM_AMPS: f64 = 6.0;
/// How finely the current is followed while it flows, in seconds.
pub(crate) const FLOWING_STEP: i64 = 1;

impl SimulatedCharger {
    /// What the charger offers the car, in amperes per phase; 0 when it pauses or nothing runs, negative when it wants
    /// the car to give.
    pub(crate) fn offered(&self, now: Timestamp) -> f64 {
        let ceiling = self.ceiling();
        let limit = self.limit(now).unwrap_or(ceiling);
        let amps = limit.clamp(if self.behaviour.discharges { -ceiling } else { 0.0 }, ceiling);
        let amps = self.behaviour.deviates.limits.offer(amps);
        if self.connector.transaction.is_none() || amps.abs() < MINIMUM_AMPS { 0.0 } else { amps }
    }

    /// What its profiles say, in amperes per phase; or what a charger alone makes of them (P38).
    fn limit(&self, now: Timestamp) -> Option<f64> {
        let (but, moment) = (self.behaviour.deviates, self.moment(now));
        match (but.limits.offline, self.offline_since) {
            (Offline::Obeys, _) | (_, None) => self.profiles.limit(but, moment),
            (Offline::FreeRuns, _) => None,
            (Offline::Stops, _) => Some(0.0),
            (Offline::FallsTo(amps), _) => Some(amps.into()),
            (Offline::KeepsLast, Some(since)) => self.profiles.limit(but, self.moment(since)),
        }
    }

    /// What the type plate and the installer allow, in amperes per phase.
    pub(crate) fn ceiling(&self) -> f64 {
        let plate = self.behaviour.nameplate_amps;
        self.behaviour.hardware_amps.map_or(plate, |amps| amps.min(plate))
    }

    /// Now, as schedules see it.
    pub(crate) fn moment(&self, now: Timestamp) -> Moment {
        let transaction = self.connector.transaction.as_ref().map(|transaction| transaction.start);
        let (offline_since, priority) = (self.offline_since, self.v2.priority);
        Moment { now, clock: self.clock.at(now), transaction, offline_since, priority }
    }

    /// What the meter shows now.
    pub(crate) fn reading(&self, now: Timestamp) -> Reading {
        let amps = self.car.amps(now);
        let phases = 0..self.behaviour.phases;
        Reading {
            amps: phases.map(|phase| if phase < self.behaviour.car.phases { amps } else { 0.0 }).collect(),
            offered: self.offered(now),
            volts: self.behaviour.supply.volts,
            wh: self.energy_wh,
            exported_wh: self.exported_wh,
            but: self.behaviour.deviates.metering,
        }
    }

    /// Lets current flow up to `now`, in steps small enough to see schedules end and the car ramp.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while self.advanced_to < now {
            let from = self.advanced_to;
            self.car.follow(self.offered(from), from);
            let is_still = self.connector.transaction.is_none() && self.car.amps(from) == 0.0;
            let to = if is_still { now } else { after(from, FLOWING_STEP).min(now) };
            let amps = (self.car.amps(from) + self.car.amps(to)) / 2.0;
            let watts = amps * self.behaviour.supply.volts * f64::from(self.behaviour.car.phases);
            let wh = watts * to.duration_since(from).as_secs_f64() / 3600.0;
            self.energy_wh += wh.max(0.0);
            self.exported_wh -= wh.min(0.0);
            self.car.charge(wh);
            self.advanced_to = to;
        }
    }
}
