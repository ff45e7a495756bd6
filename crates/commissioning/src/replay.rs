//! Builds a charger's record again from what is on disk: the same code, fed with the past.

use std::time::Instant;

use chargehand_ocpp::frame::{self, Frame};
use chargehand_ocpp::peer::{self, CALL_TIMEOUT, Peer};
use chargehand_ocpp::{Call, subprotocol};

use crate::event::Event;
use crate::journal::{Direction, Entry};
use crate::record::Record;
use crate::session::{self, Heard};

/// Applies stored entries, in ascending number, to a record. Entries that the record already holds change nothing in it,
/// but a call among them may wait for an answer that came later.
pub struct Replay {
    record: Record,
    peer: Peer,
    /// Time stands still here: what was given up stands in the store.
    now: Instant,
    flying: Option<(Call, u64)>,
    outlived: bool,
}

impl Replay {
    /// From a record as it was kept, or a new one.
    pub fn new(record: Record) -> Self {
        let peer = Peer::new(record.version(), "");
        Self { record, peer, now: Instant::now(), flying: None, outlived: false }
    }

    /// Applies one entry.
    pub fn apply(&mut self, entry: &Entry) {
        let new = entry.number > self.record.as_of;
        match entry.direction {
            Direction::In => self.received(entry, new),
            Direction::Out => self.sent(entry, new),
            Direction::Event => self.happened(entry, new),
        }
    }

    /// The record, with no connection: after a start nothing is connected.
    pub fn finish(mut self) -> Record {
        self.record.connected = None;
        self.record
    }

    fn happened(&mut self, entry: &Entry, new: bool) {
        let Ok(event) = serde_json::from_slice::<Event>(&entry.bytes) else { return };
        match event {
            Event::Connected { ref handshake } => {
                (self.peer, self.flying) = (Peer::new(subprotocol::of(&handshake.chosen), ""), None);
            }
            Event::Silent { .. } => {
                self.peer.expire(self.now + CALL_TIMEOUT);
                self.flying = None;
            }
            Event::Outlived => self.outlived = true,
            _ => {}
        }
        if new {
            self.record.apply(event, entry.number, entry.at);
        }
    }

    fn sent(&mut self, entry: &Entry, new: bool) {
        if new {
            self.record.count_frame(entry.number);
        }
        if let (Frame::Call { id, action, payload }, _) = frame::parse(&entry.bytes) {
            self.peer.resume(self.now, &id.text(), &action);
            let call = Call::new(action, payload);
            if new {
                session::on_sent(&mut self.record, &call, entry.number, entry.at);
            }
            self.flying = Some((call, entry.number));
        }
    }

    fn received(&mut self, entry: &Entry, new: bool) {
        if new {
            self.record.count_frame(entry.number);
            self.record.last_heard = Some(entry.at);
        }
        if std::mem::take(&mut self.outlived) {
            return;
        }
        let (event, deviations) = self.peer.receive(&entry.bytes);
        let flying = if matches!(event, peer::Event::Answer { .. }) { self.flying.take() } else { None };
        if new {
            self.understood(entry, &event, deviations, flying);
        }
    }

    fn understood(
        &mut self,
        entry: &Entry,
        event: &peer::Event,
        deviations: Vec<chargehand_ocpp::Deviation>,
        flying: Option<(Call, u64)>,
    ) {
        let heard = Heard { number: entry.number, at: entry.at, signs: false };
        session::on_event(&mut self.record, event, deviations, heard, &mut Vec::new());
        if let (peer::Event::Answer { answer, .. }, Some((call, sent))) = (event, flying) {
            session::on_answer(&mut self.record, &call, sent, answer);
        }
    }
}
