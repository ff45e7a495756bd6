//! What flows: what the charger may offer, what it offers, what the car takes of it, what the meter counts.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::deviations::Offline;
use crate::meter::Reading;
use crate::pilot::{MINIMUM_AMPS, PilotState, Says, says};
use crate::profile::Moment;
use crate::{OwnControl, cable};
use jiff::Timestamp;

/// How finely the current is followed while it flows, in seconds.
pub(crate) const FLOWING_STEP: i64 = 1;

/// A rise that waits, where chargers wait at random before one. What is random of it is left out: a test knows how long.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rise {
    /// What it may offer, once it has waited, in amperes per phase.
    allowed: f64,
    /// When the wait is over.
    due: Option<Timestamp>,
}

impl Rise {
    /// What it may offer now, where so much is allowed now.
    fn turn(&mut self, allowed: f64, waits_s: Option<u16>, now: Timestamp) -> f64 {
        let due = self.due.or_else(|| waits_s.map(|waits| after(now, waits.into())));
        self.due = due.filter(|due| allowed > self.allowed && now < *due);
        if self.due.is_none() {
            self.allowed = allowed;
        }
        self.allowed
    }
}

impl SimulatedCharger {
    /// What the charger offers the car, in amperes per phase; 0 when it pauses or nothing runs, negative when it wants
    /// the car to give.
    pub(crate) fn offered(&self) -> f64 {
        self.signal.amps()
    }

    /// What it may offer now, by the endpoint's limits and its own: the least of them.
    fn allowed(&self, own: Option<f64>, now: Timestamp) -> f64 {
        let ceiling = self.ceiling();
        let limit = self.limit(now).unwrap_or(ceiling);
        let amps = limit.clamp(if self.behaviour.discharges { -ceiling } else { 0.0 }, ceiling);
        let amps = self.behaviour.deviates.limits.offer(amps);
        let amps = own.map_or(amps, |own| amps.min(own));
        let lacks_air = self.behaviour.car.wants_ventilation && !self.behaviour.ventilates;
        let may = self.is_awake() && self.connector.transaction.is_some() && !lacks_air;
        if may && amps.abs() >= MINIMUM_AMPS { amps } else { 0.0 }
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

    /// What the type plate, the installer and the cable allow, in amperes per phase.
    pub(crate) fn ceiling(&self) -> f64 {
        let it = &self.behaviour;
        let amps = it.hardware_amps.map_or(it.nameplate_amps, |amps| amps.min(it.nameplate_amps));
        if !it.socket || !self.connector.plugged {
            return amps;
        }
        // what cannot be a cable gets nothing
        cable::rating(it.car.cable_ohms, it.phases).map_or(0.0, |rating| amps.min(rating))
    }

    /// Now, as schedules see it.
    pub(crate) fn moment(&self, now: Timestamp) -> Moment {
        let transaction = self.connector.transaction.as_ref().map(|transaction| transaction.start);
        let (offline_since, priority) = (self.offline_since, self.v2.priority);
        Moment {
            now,
            clock: self.clock.at(now),
            transaction,
            offline_since,
            priority,
            drawn: self.behaviour.car.phases,
        }
    }

    /// Brings what is offered, what the car takes and the contactor up to date, in this order.
    pub(crate) fn flow(&mut self, now: Timestamp) {
        let own = self.own_limit(now);
        let waits = self.behaviour.deviates.limits.rises_late_s;
        let allowed = self.allowed(own, now);
        let allowed = self.rise.turn(allowed, waits, now);
        let is_digital = self.behaviour.discharges && self.behaviour.car.feeds_back;
        self.signal.turn(allowed, is_digital, now);
        self.car.follow(self.read_by_car(), now);
        let is_ready = self.connector.plugged && self.car.state(now) != PilotState::B;
        let may = self.is_awake() && self.connector.transaction.is_some();
        self.contactor.turn(may, self.offered() != 0.0, is_ready, now);
        if !self.contactor.is_closed() {
            self.car.cut(now);
        }
    }

    /// What its own control lets the car have; it looks only while a transaction runs.
    fn own_limit(&mut self, now: Timestamp) -> Option<f64> {
        let it = &self.behaviour;
        if self.connector.transaction.is_none() || it.own_control == OwnControl::None {
            self.control = <_>::default();
            return None;
        }
        self.control.limit(it.own_control, &it.supply, it.phases, it.car.phases, now)
    }

    /// What the car reads from the pilot, in amperes per phase.
    fn read_by_car(&self) -> f64 {
        match says(self.signal.duty().unwrap_or(100.0)) {
            Says::Amps(amps) => amps,
            Says::Digital => self.offered(),
            Says::Nothing => 0.0,
        }
    }

    /// What flows on each phase the charger has, in amperes; negative while the car gives.
    pub(crate) fn amps(&self, now: Timestamp) -> Vec<f64> {
        let amps = self.car.amps(now);
        (0..self.behaviour.phases).map(|phase| if phase < self.behaviour.car.phases { amps } else { 0.0 }).collect()
    }

    /// Volts between each phase it has and neutral, while so much flows.
    pub(crate) fn volts(&self, amps: &[f64]) -> Vec<f64> {
        let it = &self.behaviour;
        (0..it.phases).zip(amps).map(|(phase, amps)| it.supply.volts_on(phase, *amps, it.phases)).collect()
    }

    /// What the meter shows now.
    pub(crate) fn reading(&self, now: Timestamp) -> Reading {
        let meter = &self.behaviour.meter;
        let amps = self.amps(now);
        let volts = meter.shown(&self.volts(&amps), "V", now);
        Reading {
            amps: meter.shown(&amps, "A", now),
            offered: self.offered(),
            volts,
            wh: self.energy_wh,
            exported_wh: self.exported_wh,
            but: self.behaviour.deviates.metering,
        }
    }

    /// Lets current flow up to `now`, in steps small enough to see schedules end and the car ramp.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while self.advanced_to < now {
            let from = self.advanced_to;
            let is_still = self.connector.transaction.is_none() && self.car.amps(from) == 0.0;
            let to = if is_still { now } else { self.step(from).min(now) };
            let amps = (self.car.amps(from) + self.car.amps(to)) / 2.0;
            let volts = self.volts(&vec![amps; usize::from(self.behaviour.car.phases)]);
            let watts = volts.iter().map(|volts| amps * volts).sum::<f64>();
            let wh = watts * to.duration_since(from).as_secs_f64() / 3600.0;
            self.car.charge(wh);
            let counted = self.behaviour.meter.counted(wh);
            self.energy_wh += counted.max(0.0);
            self.exported_wh -= counted.min(0.0);
            self.advanced_to = to;
            self.flow(to);
        }
    }

    /// The end of the step that begins here: after a second, or when something happens before.
    fn step(&self, from: Timestamp) -> Timestamp {
        let due = self.car.due().chain(self.signal.waits_until()).chain(self.contactor.cuts_at()).chain(self.rise.due);
        due.filter(|at| *at > from).fold(after(from, FLOWING_STEP), Timestamp::min)
    }
}
