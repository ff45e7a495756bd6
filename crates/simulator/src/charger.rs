//! The simulated charger: what comes in, what goes out, and what happens as time passes.

use crate::car::Car;
use crate::clock::{Clock, after};
use crate::configuration::Configuration;
use crate::meter::Reading;
use crate::profiles::{Moment, Profiles};
use crate::registration::Registration;
use crate::rpc::{self, Call, Frame, Outbox};
use crate::session::Connector;
use crate::{Behaviour, MeterHabit, commands};
use jiff::Timestamp;
use serde_json::{Value, json};

/// IEC 61851-1: the control pilot cannot offer less; below it a charger pauses.
const MINIMUM_AMPS: f64 = 6.0;
/// How finely the current is followed while it flows, and how long at most until the next tick, in seconds.
const FLOWING_STEP: i64 = 1;
const IDLE_STEP: i64 = 60;

/// An OCPP 1.6J charger with one connector, its meter and the car. It opens no socket and reads no clock: whoever
/// drives it brings the endpoint's frames and the true time, and carries its frames away in order.
pub struct SimulatedCharger {
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: Clock,
    pub(crate) configuration: Configuration,
    pub(crate) profiles: Profiles,
    pub(crate) outbox: Outbox,
    pub(crate) registration: Registration,
    pub(crate) connector: Connector,
    pub(crate) car: Car,
    pub(crate) energy_wh: f64,
    /// A Reset was asked for: reboot when all is said, at the latest at this time.
    pub(crate) reboot_by: Option<Timestamp>,
    pub(crate) hangs: bool,
    advanced_to: Timestamp,
}

impl SimulatedCharger {
    /// A charger that is powered up at `start` and not yet connected. Phases outside 1 to 3 are taken as the nearest.
    pub fn new(mut behaviour: Behaviour, start: Timestamp) -> Self {
        behaviour.phases = behaviour.phases.clamp(1, 3);
        behaviour.car_phases = behaviour.car_phases.clamp(1, behaviour.phases);
        SimulatedCharger {
            clock: Clock::new(&behaviour),
            configuration: Configuration::new(&behaviour),
            profiles: Profiles::default(),
            outbox: Outbox::default(),
            registration: Registration::Unknown { boot_at: None },
            connector: Connector::new(behaviour.plugged),
            car: Car::new(&behaviour, start),
            energy_wh: behaviour.meter_start_wh,
            reboot_by: None,
            hangs: false,
            advanced_to: start,
            behaviour,
        }
    }

    /// The connection to the endpoint stands: the charger introduces itself. Returns the frames to send.
    pub fn connected(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        self.hangs = false;
        self.outbox.connected();
        self.connector.forget_notified();
        self.introduce(now);
        self.settle(Vec::new(), now)
    }

    /// The connection is gone. A Reset that was asked for is carried out by this: drop the connection, call this, then
    /// [`SimulatedCharger::connected`] on the next one.
    pub fn disconnected(&mut self, now: Timestamp) {
        self.advance(now);
        self.outbox.disconnected();
        self.registration = Registration::Unknown { boot_at: None };
        if self.reboot_by.take().is_some() {
            self.connector.rebooted();
        }
    }

    /// Whether a Reset is due: everything is said, or nobody answered for too long.
    pub fn reboot_due(&self, now: Timestamp) -> bool {
        self.reboot_by.is_some_and(|by| by <= now || self.outbox.is_idle())
    }

    /// A frame arrived from the endpoint. Returns the frames to send, in order.
    pub fn receive(&mut self, text: &str, now: Timestamp) -> Vec<String> {
        self.advance(now);
        let mut frames = Vec::new();
        match Frame::read(text) {
            // 4.2: a rejected charger does not respond
            Some(Frame::Call { .. }) if matches!(self.registration, Registration::Rejected { .. }) => {}
            Some(Frame::Call { id, action, payload }) => {
                let reply = commands::obey(self, &action, &payload, now);
                frames.extend(rpc::answer(&id, reply));
            }
            Some(Frame::Answer { id, result }) => match (self.outbox.answered(&id), result) {
                (Some(call), Some(result)) => self.understand(call.action, &result, now),
                (Some(call), None) => self.give_up(call, now),
                (None, _) => {}
            },
            None => {}
        }
        self.settle(frames, now)
    }

    /// Time passed: what is due happens. Returns the frames to send.
    pub fn tick(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        if let Some(call) = self.outbox.timed_out(now) {
            self.give_up(call, now);
        }
        self.boot_again_if_due(now);
        self.beat_if_due(now);
        self.sample_if_due(now);
        self.drop_overdue_start(now);
        self.settle(Vec::new(), now)
    }

    /// When [`SimulatedCharger::tick`] is next worth calling; always later than the latest time it was told.
    pub fn next_tick(&self) -> Timestamp {
        let flows = self.connector.transaction.is_some() || self.car.amps(self.advanced_to) > 0.0;
        let latest = after(self.advanced_to, if flows { FLOWING_STEP } else { IDLE_STEP });
        let due = [self.registration.due(), self.connector.due(), self.outbox.deadline(), self.reboot_by];
        due.into_iter().flatten().filter(|at| *at > self.advanced_to).fold(latest, Timestamp::min)
    }

    /// The driver plugs the car in. Returns the frames to send.
    pub fn plug(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        if !self.connector.plugged {
            self.connector.plugged = true;
            self.car = Car::new(&self.behaviour, now);
        }
        self.settle(Vec::new(), now)
    }

    /// The driver pulls the plug; a transaction ends with it. Returns the frames to send.
    pub fn unplug(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        self.stop_transaction("EVDisconnected", now);
        self.connector.unplugged();
        self.settle(Vec::new(), now)
    }

    /// What the charger offers the car, in amperes per phase; 0 when it pauses or nothing runs.
    pub(crate) fn offered(&self, now: Timestamp) -> f64 {
        let limit = self.profiles.limit(self.behaviour.deviates, self.moment(now));
        let amps = limit.map_or(self.ceiling(), |limit| limit.min(self.ceiling()));
        if self.connector.transaction.is_none() || amps < MINIMUM_AMPS { 0.0 } else { amps }
    }

    /// What the type plate and the installer allow, in amperes per phase.
    pub(crate) fn ceiling(&self) -> f64 {
        self.behaviour
            .hardware_amps
            .map_or(self.behaviour.nameplate_amps, |amps| amps.min(self.behaviour.nameplate_amps))
    }

    /// Now, as schedules see it.
    pub(crate) fn moment(&self, now: Timestamp) -> Moment {
        let transaction = self.connector.transaction.as_ref().map(|transaction| transaction.start);
        Moment { now, clock: self.clock.at(now), transaction }
    }

    /// The MeterValues call for what the meter shows now.
    pub(crate) fn meter_values(&self, connector: i64, context: &str, now: Timestamp) -> Call {
        let list = self.configuration.get("MeterValuesSampledData");
        let value =
            json!({ "timestamp": self.clock.text(now), "sampledValue": self.reading(now).samples(list, context) });
        let call = Call::new("MeterValues", json!({ "connectorId": connector, "meterValue": [value] }));
        if self.connector.transaction.is_some() { call.of_transaction() } else { call }
    }

    fn reading(&self, now: Timestamp) -> Reading {
        let amps = self.car.amps(now);
        let phases = 0..self.behaviour.phases;
        Reading {
            amps: phases.map(|phase| if phase < self.behaviour.car_phases { amps } else { 0.0 }).collect(),
            offered: self.offered(now),
            volts: self.behaviour.volts,
            wh: self.energy_wh,
        }
    }

    /// Lets current flow up to `now`, in steps small enough to see schedules end and the car ramp.
    fn advance(&mut self, now: Timestamp) {
        while self.advanced_to < now {
            let from = self.advanced_to;
            self.car.follow(self.offered(from), from);
            let is_still = self.connector.transaction.is_none() && self.car.amps(from) == 0.0;
            let to = if is_still { now } else { after(from, FLOWING_STEP).min(now) };
            let amps = (self.car.amps(from) + self.car.amps(to)) / 2.0;
            let watts = amps * self.behaviour.volts * f64::from(self.behaviour.car_phases);
            let wh = watts * to.duration_since(from).as_secs_f64() / 3600.0;
            self.energy_wh += wh;
            self.car.charge(wh);
            self.advanced_to = to;
        }
    }

    /// The answer to a call of ours arrived.
    fn understand(&mut self, action: &str, result: &Value, now: Timestamp) {
        match action {
            "BootNotification" => self.booted(result, now),
            "Heartbeat" => self.take_time(result, now),
            "Authorize" => self.authorised(result, now),
            "StartTransaction" => self.started(result, now),
            _ => {}
        }
    }

    /// A call of ours failed or was not answered in time.
    fn give_up(&mut self, call: Call, now: Timestamp) {
        let given_up = self.outbox.failed(call, self.configuration.number("TransactionMessageAttempts"));
        match given_up.map(|call| call.action) {
            Some("BootNotification") => self.boot_unanswered(now),
            Some("Authorize") => self.refused(now),
            _ => {}
        }
    }

    fn sample_if_due(&mut self, now: Timestamp) {
        let interval = self.configuration.number("MeterValueSampleInterval");
        let Some(transaction) = &mut self.connector.transaction else { return };
        if transaction.sample_at.is_some_and(|at| at <= now) {
            transaction.sample_at = Some(after(now, interval));
            self.outbox.push(self.meter_values(1, "Sample.Periodic", now));
        }
    }

    /// From now on samples come at the configured interval.
    pub(crate) fn restart_sampling(&mut self, now: Timestamp) {
        let interval = self.configuration.number("MeterValueSampleInterval");
        let samples = interval > 0 && self.behaviour.deviates.meter_values == MeterHabit::Sampled;
        if let Some(transaction) = &mut self.connector.transaction {
            transaction.sample_at = samples.then(|| after(now, interval));
        }
    }

    /// After anything happened: begin what can begin, tell what changed, send what may be sent.
    fn settle(&mut self, mut frames: Vec<String>, now: Timestamp) -> Vec<String> {
        self.car.follow(self.offered(now), now);
        self.present_tag_if_free(now);
        self.notice_status(now);
        self.start_if_ready(now);
        self.notice_status(now);
        if self.hangs {
            return Vec::new();
        }
        frames.extend(self.outbox.next(self.registration.is_accepted(), now));
        frames
    }
}
