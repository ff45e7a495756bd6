//! Our calls to the charger: one at a time, held to the ceiling, given up after their time.

use jiff::Timestamp;
use tokio::time::Instant;

use chargehand_ocpp::ask::{Ask, Trigger};
use chargehand_ocpp::read::answer_status;
use chargehand_ocpp::{Call, message, peer};

use super::{Flying, Reply, State, Waiting, Why};
use crate::event::Event;
use crate::journal::Writer;
use crate::link::{Answered, CallFailure, Wanted};
use crate::{guard, in_force, session};

/// The most calls that wait in line.
const CALLS: usize = 64;

impl State {
    /// Queues a call, or refuses it at once.
    pub(super) fn line_up(&mut self, call: Wanted, confirmed: bool, reply: Reply) {
        let call = match call {
            Wanted::Ask(ask) => self.record.call(&ask),
            // Some chargers read an action in any case, so that none may slip past the guard in another.
            Wanted::Call(call) => match message::spelled(&call.action) {
                Some(action) => Call::new(action, call.payload),
                None => call,
            },
        };
        let refused = if !self.record.adopted {
            Some(CallFailure::NotAdopted)
        } else if self.live.is_none() {
            Some(CallFailure::NotConnected)
        } else if self.calls.len() >= CALLS {
            Some(CallFailure::TooMany)
        } else {
            guard::check(&self.record, &call, confirmed).err().map(CallFailure::Held)
        };
        match refused {
            Some(failure) => self.reply(reply, Err(failure)),
            None => self.calls.push_back(Waiting { call, confirmed, why: Why::Asked(reply) }),
        }
    }

    /// Something is due.
    pub(super) fn woke(&mut self, w: &mut Writer<'_>, now: Timestamp) {
        let Some(live) = self.live.as_mut() else { return };
        let instant = Instant::now();
        live.held_until.take_if(|until| *until <= instant);
        live.rests_until.take_if(|until| *until <= instant);
        let silent = live.peer.expire(instant.into_std());
        if let Some(action) = silent {
            let flying = live.flying.take();
            self.keep(Event::Silent { action }, w, now);
            if let Some(Flying { why: Why::Asked(reply), sent, .. }) = flying {
                self.reply(reply, Err(CallFailure::Silent { sent }));
            }
        }
    }

    /// Sends the next call, if the charger may be called now.
    pub(super) fn serve(&mut self, w: &mut Writer<'_>, now: Timestamp) {
        let instant = Instant::now();
        let Some(live) = self.live.as_mut() else { return };
        if !self.record.adopted || live.peer.is_waiting() {
            return;
        }
        if live.ask_boot_at.take_if(|at| *at <= instant).is_some() {
            let call = self.record.call(&Ask::Trigger { message: Trigger::BootNotification, connector: None });
            return self.send(Waiting { call, confirmed: false, why: Why::NoBoot }, w, now);
        }
        if live.held_until.is_some() {
            return;
        }
        if std::mem::take(&mut self.undo) {
            let stop = self.record.our_transaction().map(|ours| Ask::Stop { transaction: ours.id });
            let way_back: Vec<Ask> = in_force::way_back(&self.record, now).into_iter().chain(stop).collect();
            for ask in way_back.iter().rev() {
                let call = self.record.call(ask);
                self.calls.push_front(Waiting { call, confirmed: false, why: Why::Undo });
            }
        }
        while let Some(waiting) = self.calls.pop_front() {
            // What a dropped step wanted is not wanted any more.
            if matches!(&waiting.why, Why::Asked(reply) if reply.is_closed()) {
                continue;
            }
            if session::changes_limits(&waiting.call.action)
                && let Some(rest) = self.record.rests(now)
            {
                self.calls.push_front(waiting);
                return self.live.iter_mut().for_each(|live| live.rests_until = Some(instant + rest));
            }
            // The ceiling may have come down while the call waited.
            match guard::check(&self.record, &waiting.call, waiting.confirmed) {
                Ok(()) => return self.send(waiting, w, now),
                Err(refused) => self.not_answered(waiting.why, CallFailure::Held(refused)),
            }
        }
    }

    pub(super) fn send(&mut self, waiting: Waiting, w: &mut Writer<'_>, now: Timestamp) {
        let Waiting { call, why, .. } = waiting;
        let Some(live) = self.live.as_mut() else { return };
        let Some(text) = live.peer.call(Instant::now().into_std(), &call.action, &call.payload) else { return };
        let sent = self.out(text, w, now);
        session::on_sent(&mut self.record, &call, sent, now);
        self.effects.keep_record |= matches!(call.action.as_str(), "SetChargingProfile" | "UpdateDynamicSchedule");
        if let Some(live) = self.live.as_mut() {
            live.flying = Some(Flying { call, sent, why });
        }
    }

    pub(super) fn answered(
        &mut self,
        answer: Result<serde_json::Value, peer::Refusal>,
        number: u64,
        w: &mut Writer<'_>,
        now: Timestamp,
    ) {
        let Some(flying) = self.live.as_mut().and_then(|live| live.flying.take()) else { return };
        session::on_answer(&mut self.record, &flying.call, flying.sent, &answer);
        self.effects.keep_record = true;
        let sent = flying.sent;
        match flying.why {
            Why::Certificate => return self.certificate_answered(&answer, vec![sent, number], w, now),
            // It has booted with us before and need not again (OCPP 2.0.1 part 2 F06.FR.17).
            Why::NoBoot if answer.as_ref().is_ok_and(|payload| answer_status(payload) == "Rejected") => {
                self.live.iter_mut().for_each(|live| live.held_until = None);
            }
            _ => {}
        }
        let answer = match answer {
            Ok(payload) => Ok(Answered { payload, sent, number, at: now }),
            Err(refusal) => Err(CallFailure::Error { refusal, sent, number }),
        };
        if let Why::Asked(reply) = flying.why {
            self.reply(reply, answer);
        }
    }

    /// A call got no answer. One that undoes is made again when the charger is back.
    pub(super) fn not_answered(&mut self, why: Why, failure: CallFailure) {
        match why {
            Why::Asked(reply) => self.reply(reply, Err(failure)),
            Why::Undo => self.undo |= !matches!(failure, CallFailure::Held(_)),
            // A charger that still wants its certificate asks again.
            Why::NoBoot | Why::Certificate => {}
        }
    }

    fn reply(&mut self, reply: Reply, answer: Result<Answered, CallFailure>) {
        self.effects.replies.push(Box::new(move || drop(reply.send(answer))));
    }
}
