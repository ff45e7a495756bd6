//! What must hold for whatever bytes come. Each function is a fuzz target (`tests/fuzz`); here they are fed with what
//! fuzzing has found worth keeping.

use std::time::Instant;

use chargehand_ocpp::frame::{self, Frame, MessageId};
use chargehand_ocpp::peer::{CALL_TIMEOUT, Event, Peer};
use chargehand_ocpp::policy::strict_refusal;
use chargehand_ocpp::schema::{self, Half};
use chargehand_ocpp::{Deviation, Version, message, read, time, v2, v16};
use jiff::Timestamp;
use serde_json::{Value, json};

/// One frame: it is read, or it is named why not; and its id comes back as it went.
pub fn frame(bytes: &[u8]) {
    let (frame, deviations) = frame::parse(bytes);
    bounded(&deviations);
    match frame {
        Frame::Unreadable { .. } => assert!(!deviations.is_empty(), "unreadable without a reason"),
        Frame::Call { id, .. } | Frame::Send { id, .. } | Frame::OtherType { id, .. } => echoed(&id),
        Frame::Result { .. } | Frame::Error { .. } | Frame::ResultError { .. } => {}
    }
}

fn echoed(id: &MessageId) {
    let answer = frame::result(id, &json!({}));
    let (Frame::Result { id: back, .. }, _) = frame::parse(answer.as_bytes()) else { panic!("no answer: {answer}") };
    assert_eq!(&back, id);
}

/// A conversation, one frame a line, in the version that the first byte chooses.
pub fn conversation(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let version = Version::ALL[usize::from(*first) % 3];
    let (mut peer, now) = (Peer::new(version, "a"), Instant::now());
    for line in rest.split(|byte| *byte == b'\n') {
        peer.call(now, "GetLog", &json!({}));
        let waited = peer.is_waiting();
        let (event, deviations) = peer.receive(line);
        bounded(&deviations);
        assert!(waited && peer.is_waiting() != matches!(event, Event::Answer { .. }), "only an answer ends a call");
        refused(version, &event, &deviations);
        if line.len() % 3 == 0 {
            peer.expire(now + CALL_TIMEOUT);
        }
    }
    assert!(format!("{peer:?}").len() < 20_000, "a peer remembers within bounds");
}

/// Whatever we refuse, we refuse with a message that fits in OCPP-J.
fn refused(version: Version, event: &Event, deviations: &[Deviation]) {
    let text = match event {
        Event::Call { id, .. } => {
            strict_refusal(version, deviations).map(|(code, description)| frame::error(version, id, code, &description))
        }
        Event::Unreadable { answer } => answer.clone(),
        _ => None,
    };
    let Some(text) = text else { return };
    let parts: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert!(parts.len() == 5 && parts[0] == 4 && parts[4] == json!({}), "{text}");
    assert!(parts[3].as_str().is_some_and(|description| description.chars().count() <= 255), "{text}");
}

/// A payload of the message that the first two bytes choose: it is judged, and whatever can be read of it is.
pub fn payload(bytes: &[u8]) {
    let [version, which, rest @ ..] = bytes else { return };
    let Ok(payload) = serde_json::from_slice::<Value>(rest) else { return };
    let version = Version::ALL[usize::from(*version) % 3];
    let messages = message::all(version);
    let action = messages[usize::from(*which) % messages.len()].action;
    for half in [Half::Request, Half::Response] {
        bounded(&schema::check(version, action, half, &payload));
    }
    read_all(version, &payload);
}

fn read_all(version: Version, payload: &Value) {
    drop((v16::read::boot(payload), v16::read::status(payload), v16::read::meter(payload)));
    drop((v16::read::start(payload), v16::read::stop(payload), v16::read::configuration(payload)));
    drop((v2::read::boot(payload), v2::read::status(payload), v2::read::meter(payload)));
    drop((v2::read::transaction(payload), v2::read::report(payload), v2::read::variables(payload)));
    drop((v2::read::profiles(payload), v2::read::events(payload), v2::profile::as_reported(version, payload)));
    drop((v2::answer::certificate_chain_status(payload, Timestamp::UNIX_EPOCH), v2::answer::vat_number(payload)));
    drop((read::answer_status(payload), read::composite(payload)));
    for text in payload.as_object().into_iter().flat_map(|object| object.values()).filter_map(Value::as_str) {
        if let Some(read) = time::read(text) {
            assert_eq!(
                time::read(&time::write(read.instant)).map(|t| t.instant),
                Some(time::milliseconds(read.instant))
            );
        }
    }
}

fn bounded(deviations: &[Deviation]) {
    assert!(deviations.len() < 100, "{} deviations", deviations.len());
    for deviation in deviations {
        assert!(deviation.got.chars().count() <= 121 && deviation.pointer.len() < 1000, "{deviation:?}");
        assert_ne!(deviation.meaning(), chargehand_ocpp::deviation::meaning("no such rule"), "{}", deviation.rule);
    }
}

#[cfg(test)]
mod replay {
    use std::path::Path;

    fn each(target: &str, check: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds").join(target);
        let files: Vec<_> = std::fs::read_dir(&folder).expect("the seeds").map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 20, "{} holds too little", folder.display());
        for file in files {
            println!("{}", file.display());
            check(&std::fs::read(&file).expect("a file"));
        }
    }

    #[test]
    fn what_fuzzing_found_of_frames_is_read_or_named() {
        each("frame", super::frame);
    }

    #[test]
    fn what_fuzzing_found_of_conversations_keeps_the_rules() {
        each("conversation", super::conversation);
    }

    #[test]
    fn what_fuzzing_found_of_payloads_is_judged_within_bounds() {
        each("payload", super::payload);
    }
}
