//! Builds a charger's record again from what is on disk: the same code, fed with the past.

use std::collections::HashMap;

use chargehand_ocpp::frame::{self, Frame};
use chargehand_ocpp::peer::Refusal;
use chargehand_ocpp::schema::{self, Half};
use chargehand_ocpp::v16::call::Call;

use crate::event::Event;
use crate::journal::{Direction, Entry};
use crate::record::Record;
use crate::session::{self, Asked};

/// Applies stored entries, in ascending number, to a record. Entries the record already holds are skipped.
pub struct Replay {
    record: Record,
    calls: HashMap<String, (Call, u64)>,
}

impl Replay {
    /// From a record as it was kept, or a new one.
    pub fn new(record: Record) -> Self {
        Self { record, calls: HashMap::new() }
    }

    /// Applies one entry.
    pub fn apply(&mut self, entry: &Entry) {
        let known = entry.number <= self.record.as_of;
        match entry.direction {
            Direction::In if !known => self.received(entry),
            Direction::In => {}
            // A call may wait for an answer that came after the record was kept.
            Direction::Out => self.sent(entry, known),
            Direction::Event if !known => {
                if let Ok(event) = serde_json::from_slice::<Event>(&entry.bytes) {
                    self.record.apply(event, entry.number, entry.at);
                }
            }
            Direction::Event => {}
        }
    }

    /// The record, with no connection: after a start nothing is connected.
    pub fn finish(mut self) -> Record {
        self.record.connected = None;
        self.record
    }

    fn sent(&mut self, entry: &Entry, known: bool) {
        if !known {
            self.record.count_frame(entry.number);
        }
        if let (Frame::Call { id, action, payload }, _) = frame::parse(&entry.bytes) {
            let call = Call { action, payload };
            if !known {
                session::on_sent(&mut self.record, &call, entry.number, entry.at);
            }
            self.calls.insert(id.text(), (call, entry.number));
        }
    }

    fn received(&mut self, entry: &Entry) {
        self.record.count_frame(entry.number);
        self.record.last_heard = Some(entry.at);
        let (frame, mut deviations) = frame::parse(&entry.bytes);
        let mut happened = Vec::new();
        match frame {
            Frame::Call { action, payload, .. } => {
                deviations.extend(schema::check_v16(&action, Half::Request, &payload));
                session::deviations(&mut self.record, &action, deviations, entry.number, &mut happened);
                let asked = Asked { action: &action, payload: &payload, number: entry.number, at: entry.at };
                session::on_call(&mut self.record, &asked, &mut happened);
            }
            Frame::Result { id, payload } => self.answered(&id.text(), Ok(payload)),
            Frame::Error { id, code, description } => self.answered(&id.text(), Err(Refusal { code, description })),
            Frame::Unreadable => {
                session::deviations(&mut self.record, "", deviations, entry.number, &mut happened);
            }
        }
    }

    fn answered(&mut self, id: &str, answer: Result<serde_json::Value, Refusal>) {
        if let Some((call, sent)) = self.calls.remove(id) {
            session::on_answer(&mut self.record, &call, sent, &answer);
        }
    }
}
