//! The connector: plug, authorisation, transaction and the condition they come to.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::deviations::{LongTags, is_long};
use crate::dialect::{Setting, Started};
use crate::profile::{Profile, Purpose};
use crate::reservation::Reservation;
use crate::rpc::cut;
use jiff::Timestamp;

/// How long a charger that starts by itself waits before it presents its tag again after a refusal, in seconds.
const TAG_RETRY: i64 = 30;

/// Who wants to charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdToken {
    pub(crate) text: String,
    /// 2.x: what kind of token it is; empty in 1.6.
    pub(crate) kind: String,
}

/// Someone wants to charge, and something is still missing: the endpoint's consent or the plug.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) id_token: IdToken,
    /// Nobody needs to be asked, or the endpoint has agreed.
    pub(crate) authorised: bool,
    /// The profile that came with a remote start.
    pub(crate) profile: Option<Profile>,
    /// 2.x: the number of the remote start.
    pub(crate) remote_start_id: Option<i64>,
}

/// A start that waits, until nothing came of it.
#[derive(Debug)]
pub(crate) struct Waiting {
    start: Start,
    until: Timestamp,
    /// The plug was in before.
    was_plugged: bool,
}

/// A running transaction.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) id_token: IdToken,
    /// True time.
    pub(crate) start: Timestamp,
    /// When the next periodic sample is due.
    pub(crate) sample_at: Option<Timestamp>,
}

/// Why a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The endpoint asked for it.
    Remote,
    /// The plug was pulled.
    EvDisconnected,
    /// The endpoint refused the idToken afterwards.
    DeAuthorized,
    /// The charger resets when all is said.
    SoftReset,
    /// The charger resets at once.
    HardReset,
    /// 1.6: the connector was unlocked by the endpoint.
    Unlocked,
    /// The tag that began it was presented again.
    Local,
    /// The power was gone.
    PowerLoss,
    /// Current leaked to earth.
    Fault,
}

/// How the connector stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Available,
    /// Plugged in or asked for, and not charging yet.
    Preparing,
    Charging,
    /// The car takes nothing.
    SuspendedEv,
    /// The charger offers nothing.
    SuspendedEvse,
    /// The transaction is over and the plug still in.
    Finishing,
    Reserved,
    Unavailable,
    /// Current leaks to earth: nothing works until it does not.
    Faulted,
}

impl Condition {
    /// As 1.6 writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Condition::Available => "Available",
            Condition::Preparing => "Preparing",
            Condition::Charging => "Charging",
            Condition::SuspendedEv => "SuspendedEV",
            Condition::SuspendedEvse => "SuspendedEVSE",
            Condition::Finishing => "Finishing",
            Condition::Reserved => "Reserved",
            Condition::Unavailable => "Unavailable",
            Condition::Faulted => "Faulted",
        }
    }
}

/// The one connector.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) plugged: bool,
    /// Current leaks to earth.
    pub(crate) faulted: bool,
    /// Charger and connector: whether ChangeAvailability left them operative. Survives a reboot.
    pub(crate) operative: [bool; 2],
    /// ChangeAvailability asked for during a transaction: connector and new state.
    pub(crate) scheduled: Option<(i64, bool)>,
    pub(crate) reservation: Option<Reservation>,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) transaction: Option<Transaction>,
    /// One that ended and may turn out not to have (P22).
    unstopped: Option<Transaction>,
    /// A transaction ended and the plug is still in.
    finishing: bool,
    present_tag_at: Option<Timestamp>,
}

impl Connector {
    pub(crate) fn new(plugged: bool) -> Self {
        Connector {
            plugged,
            faulted: false,
            operative: [true, true],
            scheduled: None,
            reservation: None,
            waiting: None,
            transaction: None,
            unstopped: None,
            finishing: false,
            present_tag_at: None,
        }
    }

    /// After a reboot the charger starts afresh with what is plugged in.
    pub(crate) fn rebooted(&mut self) {
        (self.finishing, self.waiting, self.present_tag_at) = (false, None, None);
    }

    pub(crate) fn unplugged(&mut self) {
        (self.plugged, self.finishing, self.present_tag_at) = (false, false, None);
    }

    /// Whether a transaction may begin.
    pub(crate) fn is_free(&self) -> bool {
        self.operative == [true, true] && !self.faulted && self.transaction.is_none() && self.waiting.is_none()
    }

    /// Operative or not, for the charger (0, both) or the connector (1).
    pub(crate) fn make_operative(&mut self, connector: i64, operative: bool) {
        self.operative = if connector == 0 { [operative; 2] } else { [self.operative[0], operative] };
    }

    /// ChangeAvailability, which both versions answer with the same words. During a transaction it waits.
    pub(crate) fn change_availability(&mut self, connector: i64, operative: bool) -> &'static str {
        if !(0..=1).contains(&connector) {
            return "Rejected";
        }
        if self.transaction.is_some() && !operative {
            self.scheduled = Some((connector, operative));
            return "Scheduled";
        }
        self.scheduled = None;
        self.make_operative(connector, operative);
        "Accepted"
    }

    /// When something of it is due.
    pub(crate) fn due(&self) -> impl Iterator<Item = Timestamp> {
        let sample = self.transaction.as_ref().and_then(|transaction| transaction.sample_at);
        let until = self.waiting.as_ref().map(|waiting| waiting.until);
        let reserved = self.reservation.as_ref().map(|reservation| reservation.until);
        [sample, until, reserved, self.present_tag_at].into_iter().flatten()
    }
}

impl SimulatedCharger {
    /// Someone asks to charge, from afar or with a tag; consent is asked for unless it is there.
    pub(crate) fn ask_start(&mut self, mut start: Start, now: Timestamp) {
        let is_listed = self.is_true(Setting::ListDecides) && self.listed(&start.id_token.text) == Some(true);
        start.authorised |= is_listed;
        if !start.authorised && !self.outbox.is_connected() {
            start.authorised = self.may_offline(&start.id_token);
            if !start.authorised {
                return self.refused(now);
            }
        }
        let until = after(now, self.number(Setting::ConnectionTimeout).max(1));
        if !start.authorised {
            self.outbox.push((self.dialect().authorize)(&start.id_token));
        }
        self.connector.waiting = Some(Waiting { start, until, was_plugged: self.connector.plugged });
    }

    /// Whether a token may charge while there is nobody to ask (1.6 section 3.5, 2.x C13 and C15).
    fn may_offline(&self, id_token: &IdToken) -> bool {
        match self.listed(&id_token.text) {
            Some(allowed) => allowed && self.is_true(Setting::ListDecidesOffline),
            None => self.is_true(Setting::UnknownMayOffline),
        }
    }

    /// What its list says of a token, where the list counts.
    fn listed(&self, token: &str) -> Option<bool> {
        self.local_list.entry(token).filter(|_| self.is_true(Setting::ListEnabled))
    }

    /// Free vend: with a car plugged in and the endpoint's consent to the boot, it presents its own tag.
    pub(crate) fn present_tag_if_free(&mut self, now: Timestamp) {
        let connector = &self.connector;
        let may = self.behaviour.starts_by_itself && self.registration.is_accepted() && self.reboot_by.is_none();
        let waits = connector.present_tag_at.is_some_and(|at| at > now);
        // the tag is a code, as it is typed in
        let id_token = IdToken { text: cut(&self.behaviour.id_tag, 16), kind: "KeyCode".into() };
        let is_kept = self.is_kept_from(&id_token);
        if may && connector.plugged && connector.is_free() && !connector.finishing && !waits && !is_kept {
            self.connector.present_tag_at = None;
            self.ask_start(Start { id_token, authorised: false, profile: None, remote_start_id: None }, now);
        }
    }

    /// The endpoint answered whether the tag may charge.
    pub(crate) fn authorised(&mut self, accepted: bool, now: Timestamp) {
        if !accepted {
            self.refused(now);
        } else if let Some(waiting) = &mut self.connector.waiting {
            waiting.start.authorised = true;
        }
    }

    /// No consent: the wish is dropped.
    pub(crate) fn refused(&mut self, now: Timestamp) {
        self.connector.waiting = None;
        self.connector.present_tag_at = self.behaviour.starts_by_itself.then(|| after(now, TAG_RETRY));
    }

    /// Nobody plugged in, or nobody consented, within the connection time-out.
    pub(crate) fn drop_overdue_start(&mut self, now: Timestamp) {
        if self.connector.waiting.as_ref().is_some_and(|waiting| waiting.until <= now) {
            self.refused(now);
        }
    }

    /// Begins the transaction once there is consent and a plug.
    pub(crate) fn start_if_ready(&mut self, now: Timestamp) {
        let plugged = self.connector.plugged;
        let ready = self.connector.waiting.take_if(|waiting| waiting.start.authorised && plugged);
        let Some(Waiting { start, was_plugged, .. }) = ready else { return };
        let id_token = start.id_token.clone();
        self.connector.transaction = Some(Transaction { id_token, start: now, sample_at: None });
        if self.behaviour.deviates.metering.register_starts_anew {
            self.energy_wh = 0.0;
        }
        if let Some(profile) = start.profile {
            self.profiles.install(1, profile, now);
        }
        self.flow(now);
        let started = Started {
            id_token: start.id_token,
            remote_start_id: start.remote_start_id,
            reservation: self.connector.reservation.take().map(|reservation| reservation.id),
            by_plug: !was_plugged,
        };
        (self.dialect().started)(self, &started, now);
        self.restart_sampling(now);
    }

    /// The endpoint answered the beginning of the transaction: whether its tag may go on.
    pub(crate) fn start_judged(&mut self, accepted: bool, now: Timestamp) {
        if !accepted && self.is_true(Setting::StopOnInvalidId) {
            self.stop_transaction(Stop::DeAuthorized, now);
        }
    }

    /// Ends the transaction, if one runs; its own profiles go with it.
    pub(crate) fn stop_transaction(&mut self, stop: Stop, now: Timestamp) {
        let Some(transaction) = self.connector.transaction.take() else { return };
        self.flow(now);
        (self.dialect().ended)(self, &transaction.id_token, stop, now);
        let is_corrupted = self.behaviour.deviates.sessions.long_tags == LongTags::Corrupted;
        self.connector.unstopped = (is_corrupted && is_long(&transaction.id_token.text)).then_some(transaction);
        self.profiles.clear(|_, profile| profile.purpose == Purpose::Tx);
        self.connector.finishing = self.connector.plugged;
        if let Some((connector, operative)) = self.connector.scheduled.take() {
            self.connector.make_operative(connector, operative);
        }
    }

    /// P31: a pause is the end of the transaction.
    pub(crate) fn end_if_paused(&mut self, now: Timestamp) {
        if self.behaviour.deviates.sessions.zero_ends_session && self.offered() == 0.0 {
            self.stop_transaction(Stop::Remote, now);
        }
    }

    /// P31: nothing starts before the plug was pulled.
    pub(crate) fn is_trapped(&self) -> bool {
        self.behaviour.deviates.sessions.needs_unplug_after_stop && self.connector.finishing
    }

    /// P22: the end of a transaction was refused, so the charge goes on.
    pub(crate) fn go_on_unstopped(&mut self, now: Timestamp) {
        let Some(transaction) = self.connector.unstopped.take() else { return };
        if self.connector.plugged && self.connector.is_free() {
            (self.connector.transaction, self.connector.finishing) = (Some(transaction), false);
            self.restart_sampling(now);
        }
    }

    /// How the connector stands.
    pub(crate) fn condition(&self) -> Condition {
        let it = &self.connector;
        match &it.transaction {
            _ if it.faulted => Condition::Faulted,
            // 1.6 section 4.9: SuspendedEVSE outranks SuspendedEV
            Some(_) if self.offered() == 0.0 => Condition::SuspendedEvse,
            Some(_) if self.car.rests(self.offered()) => Condition::SuspendedEv,
            Some(_) => Condition::Charging,
            None if it.operative != [true, true] => Condition::Unavailable,
            None if it.reservation.is_some() && it.waiting.is_none() => Condition::Reserved,
            None if it.waiting.is_some() => Condition::Preparing,
            None if it.finishing => Condition::Finishing,
            None if it.plugged => Condition::Preparing,
            None => Condition::Available,
        }
    }
}
