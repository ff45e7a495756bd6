//! The connector: plug, authorisation, transaction and the status they come to.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::profiles::{Profile, Purpose};
use crate::rpc::{Call, cut};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How long a charger that starts by itself waits before it presents its tag again after a refusal, in seconds.
const TAG_RETRY: i64 = 30;

/// Someone wants to charge, and something is still missing: the endpoint's consent or the plug.
pub(crate) struct Start {
    id_tag: String,
    authorised: bool,
    /// The profile that came with RemoteStartTransaction.
    profile: Option<Profile>,
    /// ConnectionTimeOut: nothing came of it by then.
    until: Timestamp,
}

/// A running transaction.
pub(crate) struct Transaction {
    id_tag: String,
    /// True time.
    pub(crate) start: Timestamp,
    /// When the next periodic sample is due.
    pub(crate) sample_at: Option<Timestamp>,
}

/// The one connector.
pub(crate) struct Connector {
    pub(crate) plugged: bool,
    /// Charger and connector: whether ChangeAvailability left them operative. Survives a reboot.
    pub(crate) operative: [bool; 2],
    /// ChangeAvailability asked for during a transaction: connector and new state.
    pub(crate) scheduled: Option<(i64, bool)>,
    pub(crate) start: Option<Start>,
    pub(crate) transaction: Option<Transaction>,
    /// A transaction ended and the plug is still in.
    finishing: bool,
    present_tag_at: Option<Timestamp>,
    notified: [Option<&'static str>; 2],
}

impl Connector {
    pub(crate) fn new(plugged: bool) -> Self {
        Connector {
            plugged,
            operative: [true, true],
            scheduled: None,
            start: None,
            transaction: None,
            finishing: false,
            present_tag_at: None,
            notified: [None, None],
        }
    }

    /// Every status will be told again.
    pub(crate) fn forget_notified(&mut self) {
        self.notified = [None, None];
    }

    /// After a reboot the charger starts afresh with what is plugged in.
    pub(crate) fn rebooted(&mut self) {
        (self.finishing, self.start, self.present_tag_at) = (false, None, None);
    }

    pub(crate) fn unplugged(&mut self) {
        (self.plugged, self.finishing, self.present_tag_at) = (false, false, None);
    }

    /// Whether a transaction may begin.
    pub(crate) fn is_free(&self) -> bool {
        self.operative == [true, true] && self.transaction.is_none() && self.start.is_none()
    }

    /// Operative or not, for the charger (0, both) or the connector (1).
    pub(crate) fn make_operative(&mut self, connector: i64, operative: bool) {
        self.operative = if connector == 0 { [operative; 2] } else { [self.operative[0], operative] };
    }

    /// When something of it is due.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let sample = self.transaction.as_ref().and_then(|transaction| transaction.sample_at);
        let until = self.start.as_ref().map(|start| start.until);
        [sample, until, self.present_tag_at].into_iter().flatten().min()
    }
}

impl SimulatedCharger {
    /// Someone asks to charge, by RemoteStartTransaction or with a tag; consent is asked for unless `authorised`.
    pub(crate) fn ask_start(&mut self, id_tag: &str, authorised: bool, profile: Option<Profile>, now: Timestamp) {
        let until = after(now, self.configuration.number("ConnectionTimeOut").max(1));
        self.connector.start = Some(Start { id_tag: id_tag.to_owned(), authorised, profile, until });
        if !authorised {
            self.outbox.push(Call::new("Authorize", json!({ "idTag": id_tag })));
        }
    }

    /// Free vend: with a car plugged in and the endpoint's consent to the boot, it presents its own tag.
    pub(crate) fn present_tag_if_free(&mut self, now: Timestamp) {
        let connector = &self.connector;
        let may = self.behaviour.starts_by_itself && self.registration.is_accepted() && self.reboot_by.is_none();
        let waits = connector.present_tag_at.is_some_and(|at| at > now);
        if may && connector.plugged && connector.is_free() && !connector.finishing && !waits {
            self.connector.present_tag_at = None;
            self.ask_start(&cut(&self.behaviour.id_tag, 16), false, None, now);
        }
    }

    /// Authorize was answered.
    pub(crate) fn authorised(&mut self, result: &Value, now: Timestamp) {
        if result["idTagInfo"]["status"] != "Accepted" {
            self.refused(now);
        } else if let Some(start) = &mut self.connector.start {
            start.authorised = true;
        }
    }

    /// No consent: the wish is dropped.
    pub(crate) fn refused(&mut self, now: Timestamp) {
        self.connector.start = None;
        self.connector.present_tag_at = self.behaviour.starts_by_itself.then(|| after(now, TAG_RETRY));
    }

    /// Nobody plugged in, or nobody consented, within ConnectionTimeOut.
    pub(crate) fn drop_overdue_start(&mut self, now: Timestamp) {
        if self.connector.start.as_ref().is_some_and(|start| start.until <= now) {
            self.refused(now);
        }
    }

    /// Begins the transaction once there is consent and a plug.
    pub(crate) fn start_if_ready(&mut self, now: Timestamp) {
        let plugged = self.connector.plugged;
        let Some(start) = self.connector.start.take_if(|start| start.authorised && plugged) else { return };
        let payload = json!({
            "connectorId": 1,
            "idTag": start.id_tag,
            "meterStart": self.energy_wh as i64,
            "timestamp": self.clock.text(now),
        });
        self.outbox.push(Call::new("StartTransaction", payload).of_transaction());
        self.connector.transaction = Some(Transaction { id_tag: start.id_tag, start: now, sample_at: None });
        if let Some(profile) = start.profile {
            self.profiles.install(1, profile, now);
        }
        self.restart_sampling(now);
    }

    /// StartTransaction was answered.
    pub(crate) fn started(&mut self, result: &Value, now: Timestamp) {
        self.outbox.transaction_id = result["transactionId"].as_i64();
        let refused = result["idTagInfo"]["status"] != "Accepted";
        if refused && self.configuration.is_true("StopTransactionOnInvalidId") {
            self.stop_transaction("DeAuthorized", now);
        }
    }

    /// Ends the transaction, if one runs; its own profiles go with it.
    pub(crate) fn stop_transaction(&mut self, reason: &str, now: Timestamp) {
        let Some(transaction) = self.connector.transaction.take() else { return };
        self.car.cut(now);
        let payload = json!({
            "idTag": transaction.id_tag,
            "meterStop": self.energy_wh as i64,
            "timestamp": self.clock.text(now),
            "reason": reason,
        });
        self.outbox.push(Call::new("StopTransaction", payload).of_transaction());
        self.profiles.clear(|_, profile| profile.purpose == Purpose::Tx);
        self.connector.finishing = self.connector.plugged;
        if let Some((connector, operative)) = self.connector.scheduled.take() {
            self.connector.make_operative(connector, operative);
        }
    }

    /// The status of the charger (0) or the connector (1).
    fn status(&self, connector: i64, now: Timestamp) -> &'static str {
        let it = &self.connector;
        if connector == 0 {
            return if it.operative[0] { "Available" } else { "Unavailable" };
        }
        match &it.transaction {
            // 4.9: SuspendedEVSE outranks SuspendedEV
            Some(_) if self.offered(now) == 0.0 => "SuspendedEVSE",
            Some(_) if self.car.is_full() => "SuspendedEV",
            Some(_) => "Charging",
            None if it.operative != [true, true] => "Unavailable",
            None if it.start.is_some() => "Preparing",
            None if it.finishing => "Finishing",
            None if it.plugged => "Preparing",
            None => "Available",
        }
    }

    /// The StatusNotification call for the charger (0) or the connector (1).
    pub(crate) fn status_notification(&self, connector: i64, now: Timestamp) -> Call {
        let payload = json!({
            "connectorId": connector,
            "errorCode": "NoError",
            "status": self.status(connector, now),
            "timestamp": self.clock.text(now),
        });
        Call::new("StatusNotification", payload)
    }

    /// Tells the endpoint each status that is not what it was told last.
    pub(crate) fn notice_status(&mut self, now: Timestamp) {
        if !self.registration.is_accepted() {
            return;
        }
        for connector in [0, 1] {
            let status = Some(self.status(connector, now));
            let told = &mut self.connector.notified[connector as usize];
            if *told != status {
                *told = status;
                self.outbox.push(self.status_notification(connector, now));
            }
        }
    }
}
