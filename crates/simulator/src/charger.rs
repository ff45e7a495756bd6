//! The simulated charger: what comes in, what goes out, and what happens as time passes.

use crate::car::Car;
use crate::certificates::Certificates;
use crate::clock::{Clock, after};
use crate::contactor::Contactor;
use crate::dialect::Setting;
use crate::firmware::Update;
use crate::local_list::LocalList;
use crate::logs::Logs;
use crate::network::Network;
use crate::outbox::{Call, Outbox};
use crate::own_control::Control;
use crate::pilot::Signal;
use crate::power::{FLOWING_STEP, Rise};
use crate::profiles::Profiles;
use crate::registration::Registration;
use crate::rpc::{self, Fault, Frame, Refusal, Reply};
use crate::session::Connector;
use crate::{Behaviour, Mains, MeterHabit, Restart, Version, v2, v16};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long at most until the next tick while nothing flows, in seconds.
const IDLE_STEP: i64 = 60;

/// A charger with one connector, its meter and the car, in the version its behaviour names. It opens no socket and
/// reads no clock: whoever drives it brings the endpoint's frames and the true time, and carries its frames away in
/// order.
pub struct SimulatedCharger {
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: Clock,
    pub(crate) profiles: Profiles,
    pub(crate) outbox: Outbox,
    pub(crate) registration: Registration,
    pub(crate) connector: Connector,
    pub(crate) car: Car,
    pub(crate) signal: Signal,
    pub(crate) contactor: Contactor,
    pub(crate) control: Control,
    pub(crate) rise: Rise,
    /// What the meter counted into the car, and out of it.
    pub(crate) energy_wh: f64,
    pub(crate) exported_wh: f64,
    pub(crate) mains: Mains,
    /// A network is there.
    pub(crate) networked: bool,
    /// A Reset was asked for: reboot when all is said, at the latest at this time.
    pub(crate) reboot_by: Option<Timestamp>,
    pub(crate) hangs: bool,
    /// The endpoint accepted the boot since the charger last started.
    pub(crate) is_registered: bool,
    pub(crate) advanced_to: Timestamp,
    /// When the connection was lost; nothing while it stands.
    pub(crate) offline_since: Option<Timestamp>,
    /// The number of the interval in which the meter was last read at a round time.
    pub(crate) aligned_slot: Option<i64>,
    pub(crate) network: Network,
    pub(crate) certificates: Certificates,
    /// What it presents to the endpoint was changed: it connects anew.
    pub(crate) reconnects: bool,
    pub(crate) logs: Logs,
    pub(crate) firmware: Option<Update>,
    pub(crate) local_list: LocalList,
    /// When settings and profiles were lately written, where that matters (P35).
    pub(crate) writes: Vec<Timestamp>,
    /// What only one version knows of; the other's is not used.
    pub(crate) v16: v16::State,
    pub(crate) v2: v2::State,
}

impl SimulatedCharger {
    /// A charger that is powered up at `start` and not yet connected. More phases than its
    /// supply has, or than 3, are taken as those.
    pub fn new(mut behaviour: Behaviour, start: Timestamp) -> Self {
        behaviour.phases = behaviour.supply.found_by(behaviour.phases);
        behaviour.car.phases = behaviour.car.phases.clamp(1, behaviour.phases);
        let mut charger = SimulatedCharger {
            clock: Clock::new(&behaviour, start),
            profiles: Profiles::default(),
            outbox: Outbox::new(start, behaviour.connects.does_not_wait),
            registration: Registration::Unknown { boot_at: None },
            connector: Connector::new(behaviour.plugged),
            car: Car::new(&behaviour.car, start),
            signal: Signal::default(),
            contactor: Contactor::default(),
            control: Control::default(),
            rise: Rise::default(),
            energy_wh: behaviour.meter_start_wh,
            exported_wh: 0.0,
            mains: Mains::On,
            networked: true,
            reboot_by: None,
            hangs: false,
            is_registered: false,
            advanced_to: start,
            offline_since: None,
            aligned_slot: None,
            network: Network::default(),
            certificates: Certificates::default(),
            reconnects: false,
            logs: Logs::default(),
            firmware: None,
            local_list: LocalList::default(),
            writes: Vec::new(),
            v16: v16::State::new(&behaviour),
            v2: v2::State::new(&behaviour, start),
            behaviour,
        };
        charger.outbox.names_transactions_itself = charger.behaviour.deviates.sessions.own_transaction_ids;
        charger.keep_residual(start);
        charger
    }

    /// The version of the protocol it speaks.
    pub fn version(&self) -> Version {
        self.behaviour.version
    }

    /// The connection to the endpoint stands: the charger introduces itself. Returns the frames to send; none, and it
    /// is not connected, when it has no power or no network.
    pub fn connected(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        if !self.can_connect() {
            return Vec::new();
        }
        self.hangs = false;
        self.outbox.connected();
        self.network.connected();
        self.journal("Connected.", now);
        self.behaviour.starts_by_itself &= !self.behaviour.deviates.sessions.one_way_door;
        self.profiles.reconnected(self.moment(now));
        let offline = self.offline_since.take().map_or(SignedDuration::MAX, |since| now.duration_since(since));
        (self.dialect().connected)(self, offline);
        self.introduce(now);
        self.settle(Vec::new(), now)
    }

    /// The connection is gone. A Reset that was asked for is carried out by this: drop the connection, call this, then
    /// [`SimulatedCharger::connected`] on the next one.
    pub fn disconnected(&mut self, now: Timestamp) {
        self.advance(now);
        self.outbox.disconnected();
        self.registration = Registration::Unknown { boot_at: None };
        self.offline_since = self.offline_since.or(Some(now));
        self.reconnects = false;
        if self.reboot_by.take().is_some() {
            self.journal("Rebooted.", now);
            self.restart(Restart::Reset);
        }
        self.flow(now);
    }

    /// Whether a Reset is due: everything is said, or nobody answered for too long.
    pub fn reboot_due(&self, now: Timestamp) -> bool {
        self.reboot_by.is_some_and(|by| by <= now || self.outbox.is_idle())
    }

    /// A frame arrived from the endpoint. Returns the frames to send, in order.
    pub fn receive(&mut self, text: &str, now: Timestamp) -> Vec<String> {
        self.advance(now);
        if !self.can_connect() {
            return Vec::new();
        }
        let version = self.version();
        let mut frames = Vec::new();
        match Frame::read(version, text) {
            Frame::Call { id, .. } if matches!(self.registration, Registration::Rejected { .. }) => {
                frames.extend(rpc::answer(version, &id, Err(rpc::unregistered(version))));
            }
            Frame::Call { id, action, payload } => {
                let reply = self.obey(&action, &payload, now);
                frames.extend(rpc::answer(version, &id, reply));
            }
            Frame::Answer { id, result } => match (self.outbox.answered(&id), result) {
                (Some(call), Some(result)) => {
                    if let Err(why) = self.understand(&call, &result, now) {
                        frames.extend(rpc::refuse_answer(version, &id, &why));
                    }
                }
                (Some(call), None) => self.give_up(call, now),
                (None, _) => {}
            },
            Frame::Unreadable(error) => frames.extend(error),
        }
        self.settle(frames, now)
    }

    /// Time passed: what is due happens. Returns the frames to send.
    pub fn tick(&mut self, now: Timestamp) -> Vec<String> {
        self.advance(now);
        self.wake_if_due(now);
        if !self.is_awake() {
            return Vec::new();
        }
        while let Some(call) = self.outbox.timed_out(now) {
            self.give_up(call, now);
        }
        self.boot_again_if_due(now);
        self.beat_if_due(now);
        self.sample_if_due(now);
        self.align_if_due(now);
        self.go_on_with_firmware(now);
        (self.dialect().ticked)(self, now);
        self.drop_overdue_start(now);
        self.settle(Vec::new(), now)
    }

    /// When [`SimulatedCharger::tick`] is next worth calling; always later than the latest time it was told.
    pub fn next_tick(&self) -> Timestamp {
        let flows = self.connector.transaction.is_some() || self.car.amps(self.advanced_to) > 0.0;
        let latest = after(self.advanced_to, if flows { FLOWING_STEP } else { IDLE_STEP });
        let due = self.registration.due().into_iter().chain(self.reboot_by).chain(self.mains.due());
        let due = due.chain(self.connector.due()).chain(self.outbox.due());
        let due = due
            .chain((self.dialect().due)(self))
            .chain(self.aligned_due())
            .chain(self.firmware.as_ref().and_then(Update::due));
        due.filter(|at| *at > self.advanced_to).fold(latest, Timestamp::min)
    }

    /// Carries out a command of the endpoint.
    pub(crate) fn obey(&mut self, action: &str, payload: &Value, now: Timestamp) -> Reply {
        if let Some(reply) = self.answer_instead(action, payload, now) {
            return reply;
        }
        let commands = self.dialect().commands.iter().copied().flatten();
        match commands.into_iter().find(|(name, _)| *name == action) {
            Some((_, command)) => command(self, payload, now),
            None => Err(Refusal::Error(Fault::NotImplemented, format!("This charger does not know {action}."))),
        }
    }

    /// The answer to a call of ours arrived. The error says why it makes no sense.
    fn understand(&mut self, call: &Call, result: &Value, now: Timestamp) -> Result<(), String> {
        let mut answers = self.dialect().answers.iter().copied().flatten();
        let known = answers.find(|(name, _)| *name == call.action);
        known.map_or(Ok(()), |(_, hear)| hear(self, &call.payload, result, now))
    }

    /// A call of ours failed or was not answered in time.
    fn give_up(&mut self, call: Call, now: Timestamp) {
        let (most, wait) = (self.number(Setting::Attempts), self.number(Setting::AttemptInterval));
        let given_up = self.outbox.failed(call, most, wait, now);
        match given_up.map(|call| call.action) {
            Some("BootNotification") => self.boot_unanswered(now),
            Some("Authorize") => self.refused(now),
            Some("StopTransaction") => self.go_on_unstopped(now),
            _ => {}
        }
    }

    /// Reads the meter when the charger's clock has come to the next multiple of the interval.
    fn align_if_due(&mut self, now: Timestamp) {
        let slot = self.slot(now);
        // a transaction is measured also while there is no connection
        let measures = self.registration.is_accepted() || self.connector.transaction.is_some();
        if measures && self.aligned_slot.is_some_and(|last| Some(last) < slot) {
            (self.dialect().aligned)(self, now);
        }
        self.aligned_slot = slot;
    }

    /// The number of the interval that the clock is in; nothing when no readings are wanted.
    pub(crate) fn slot(&self, now: Timestamp) -> Option<i64> {
        let interval = self.number(Setting::AlignedInterval);
        let reads = interval > 0 && self.behaviour.deviates.metering.meter_values == MeterHabit::Sampled;
        reads.then(|| self.clock.at(now).as_second().div_euclid(interval))
    }

    fn aligned_due(&self) -> Option<Timestamp> {
        let interval = self.number(Setting::AlignedInterval);
        let clock = self.clock.at(self.advanced_to).as_second();
        (interval > 0).then(|| after(self.advanced_to, interval - clock.rem_euclid(interval)))
    }

    fn sample_if_due(&mut self, now: Timestamp) {
        let interval = self.number(Setting::SampleInterval);
        let Some(transaction) = &mut self.connector.transaction else { return };
        if transaction.sample_at.is_some_and(|at| at <= now) {
            transaction.sample_at = Some(after(now, interval));
            (self.dialect().sampled)(self, now);
        }
    }

    /// From now on samples come at the configured interval.
    pub(crate) fn restart_sampling(&mut self, now: Timestamp) {
        let interval = self.number(Setting::SampleInterval);
        let samples = interval > 0 && self.behaviour.deviates.metering.meter_values == MeterHabit::Sampled;
        if let Some(transaction) = &mut self.connector.transaction {
            transaction.sample_at = samples.then(|| after(now, interval));
        }
    }

    /// Queues the end of a transaction, which some chargers report late.
    pub(crate) fn report_end(&mut self, call: Call, now: Timestamp) {
        let call = call.of_transaction();
        self.outbox.push(match self.behaviour.deviates.sessions.reports_end_late_s {
            Some(seconds) => call.at(after(now, i64::from(seconds))),
            None => call,
        });
    }

    /// After anything happened: begin what can begin, tell what changed, send what may be sent.
    pub(crate) fn settle(&mut self, mut frames: Vec<String>, now: Timestamp) -> Vec<String> {
        if !self.is_awake() {
            return Vec::new();
        }
        self.flow(now);
        self.end_if_paused(now);
        self.drop_overdue_reservation(now);
        self.present_tag_if_free(now);
        (self.dialect().notice)(self, now);
        self.start_if_ready(now);
        (self.dialect().notice)(self, now);
        if self.hangs {
            return Vec::new();
        }
        frames.extend(self.outbox.next(self.registration.is_accepted(), now));
        frames
    }
}
