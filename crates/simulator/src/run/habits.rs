//! What a charger does to a connection that stands, whatever is said on it: hang up, fall deaf, mix up its answers.

use crate::SimulatedCharger;
use crate::clock::after;
use crate::connects::{Connects, Frames};
use crate::rpc::Frame;
use jiff::Timestamp;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame as WireFrame, FrameHeader};

/// P14: how long a charger that a call made deaf keeps the connection, in seconds.
const DEAF_SECONDS: i64 = 30;
/// P16: how long an answer is held back when no other call comes, in seconds.
const HELD_SECONDS: i64 = 5;
/// The most that a stored block of DEFLATE holds, in bytes (RFC 1951 section 3.2.4).
const BLOCK: usize = u16::MAX as usize;

/// The habits at work in one connection.
pub(super) struct Habits {
    connects: Connects,
    is_deaf: bool,
    hangs_up_at: Option<Timestamp>,
    /// An answer that is held back, and until when.
    held: Option<(String, Timestamp)>,
}

impl Habits {
    /// A charger that has none.
    pub(super) fn none() -> Self {
        Habits { connects: Connects::default(), is_deaf: false, hangs_up_at: None, held: None }
    }

    /// A connection begins; or one on which nothing will ever be said.
    pub(super) fn new(connects: &Connects, is_mute: bool, now: Timestamp) -> Self {
        let hangs_up_at = connects.drops_after_s.map(|seconds| after(now, seconds.into()));
        Habits { connects: connects.clone(), is_deaf: is_mute, hangs_up_at, held: None }
    }

    /// A text arrived; the frames the charger answers it with.
    pub(super) fn hear(&mut self, text: &str, charger: &mut SimulatedCharger, now: Timestamp) -> Vec<String> {
        let is_call = || matches!(Frame::read(charger.version(), text), Frame::Call { .. });
        if self.connects.deaf_after_call && !self.is_deaf && is_call() {
            (self.is_deaf, self.hangs_up_at) = (true, Some(after(now, DEAF_SECONDS)));
        }
        if self.connects.boots_again_on_early_call && charger.registration.is_open() && is_call() {
            (self.is_deaf, self.hangs_up_at) = (true, Some(now));
        }
        if self.is_deaf { Vec::new() } else { charger.receive(text, now) }
    }

    /// The frames that go out now, of those that the charger wants to send.
    pub(super) fn say(&mut self, mut frames: Vec<String>, now: Timestamp) -> Vec<String> {
        if self.is_deaf {
            return Vec::new();
        }
        if self.connects.answers_out_of_order
            && let Some(at) = frames.iter().position(|frame| is_answer(frame))
        {
            match self.held.take() {
                Some((earlier, _)) => frames.insert(at + 1, earlier),
                None => self.held = Some((frames.remove(at), after(now, HELD_SECONDS))),
            }
        }
        frames.extend(self.held.take_if(|(_, until)| *until <= now).map(|(answer, _)| answer));
        frames
    }

    /// Whether it hangs up now.
    pub(super) fn hangs_up(&self, now: Timestamp) -> bool {
        self.hangs_up_at.is_some_and(|at| at <= now)
    }

    /// When one of them is next due.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.hangs_up_at.into_iter().chain(self.held.as_ref().map(|(_, until)| *until)).min()
    }
}

fn is_answer(frame: &str) -> bool {
    frame.starts_with("[3,") || frame.starts_with("[4,")
}

impl Frames {
    /// A text as it goes over the wire.
    pub(super) fn message(self, text: String) -> Message {
        let payload = match self {
            Frames::Plain => return Message::text(text),
            Frames::ReservedBit => text.into_bytes(),
            Frames::Compressed => stored(text.as_bytes()),
        };
        let header = FrameHeader { rsv1: true, opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
        Message::Frame(WireFrame::from_payload(header, payload.into()))
    }
}

/// As permessage-deflate has it (RFC 7692 section 7.2.1): blocks that are stored as they are, and the beginning of an
/// empty one, whose end is left out.
fn stored(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for block in text.chunks(BLOCK) {
        let length = block.len() as u16;
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.push(0);
    out
}
