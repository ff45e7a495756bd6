//! Frames: what came is put on disk, understood and answered; what goes is put on disk first.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::frame;
use chargehand_ocpp::{Deviation, peer};

use super::State;
use super::certificates::Request;
use crate::event::{Event, Happened};
use crate::journal::{Direction, Writer};
use crate::link::Outgoing;
use crate::session::{self, Answer, Heard};

/// A message is large from here on, bytes: more than many platforms take.
const LARGE: usize = 64 * 1024;

impl State {
    pub(super) fn frame(&mut self, session: u64, bytes: Bytes, binary: bool, w: &mut Writer<'_>, now: Timestamp) {
        let is_live = self.is_live(session);
        if !is_live {
            self.keep(Event::Outlived, w, now);
        }
        let number = w.push(Direction::In, bytes.clone());
        self.record.count_frame(number);
        self.record.last_heard = Some(now);
        self.tell_frame(true, &bytes, number, now);
        let Some(live) = self.live.as_mut().filter(|_| is_live) else { return };
        let (event, deviations) = live.peer.receive(&bytes);
        let answering = Arc::clone(&live.answering);
        let mut happened = Vec::new();
        let heard = Heard { number, at: now, signs: self.signs() };
        let answer = session::on_event(&mut self.record, &event, deviations, heard, &mut happened);
        match event {
            peer::Event::Call { id, action, payload } => {
                self.after_call(&action, &payload);
                let text = match answer {
                    Some(Answer::Error(code, why)) => frame::error(self.record.version(), &id, code, &why),
                    Some(Answer::Result(payload)) => frame::result(&id, &payload),
                    None => return,
                };
                self.out(text, w, now);
                // Two are this one's own.
                if Arc::strong_count(&answering) > 2 {
                    self.deviated_once("calls_at_once", w, now);
                }
                self.effects.answering.push(answering);
            }
            peer::Event::Answer { answer, .. } => self.answered(answer, number, w, now),
            peer::Event::Unreadable { answer } => answer.into_iter().for_each(|text| _ = self.out(text, w, now)),
            _ => {}
        }
        for what in happened {
            self.to_sign = Request::of(&what).or(self.to_sign.take());
            self.tell(number, now, what);
        }
        if bytes.len() > LARGE {
            self.deviated_once("message_large", w, now);
        }
        if binary {
            self.deviated_once("binary_frame", w, now);
        }
    }

    /// What does not follow from a message's text (types of frames, when they came) is an event of its own; once is enough.
    fn deviated_once(&mut self, rule: &'static str, w: &mut Writer<'_>, now: Timestamp) {
        let deviation = Deviation::soft(rule, "", "");
        if !self.record.deviations.iter().any(|tally| tally.deviation.rule == deviation.rule) {
            self.deviated(deviation, w, now);
        }
    }

    /// What an answered call changes for the connection, and whether the record is worth keeping.
    fn after_call(&mut self, action: &str, payload: &Value) {
        // A 2.x charger that boots says nothing else before (OCPP 2.0.1 part 2 B01.FR.08): what speaks has booted before.
        let boots = action == "BootNotification" || self.record.version().is_v2();
        let accepted = boots && self.record.boot.as_ref().is_some_and(|b| b.accepted);
        if let Some(live) = self.live.as_mut().filter(|_| accepted) {
            live.booted = true;
            (live.held_until, live.ask_boot_at) = (None, None);
        }
        self.effects.keep_record |= session::is_worth_keeping(action, payload);
    }

    /// Puts a frame on disk and, after that, on the wire.
    pub(super) fn out(&mut self, text: String, w: &mut Writer<'_>, now: Timestamp) -> u64 {
        let bytes = Bytes::from(text.clone());
        let number = w.push(Direction::Out, bytes.clone());
        self.record.count_frame(number);
        self.tell_frame(false, &bytes, number, now);
        if let Some(live) = &self.live {
            self.effects.out.push((live.out.clone(), Outgoing::Text(text)));
        }
        number
    }

    fn tell_frame(&mut self, from_charger: bool, bytes: &Bytes, number: u64, now: Timestamp) {
        if self.tell_frames && !self.listeners.is_empty() {
            let bytes = crate::secret::mask(bytes.clone());
            self.tell(number, now, Happened::Frame { from_charger, bytes });
        }
    }
}
