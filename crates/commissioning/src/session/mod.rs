//! What a charger's messages mean: the answer it gets, and what it does to the record. One table for each way of speaking,
//! over the same functions.

mod notes;
mod ours;
mod v16;
mod v2;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::{Deviation, ErrorCode, Policy, Version, message, peer, policy};

use crate::event::Happened;
use crate::outcome::{Finding, Gravity};
use crate::record::Record;

pub use ours::{changes_limits, on_answer, on_sent};

/// The answer to a charger's call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// CALLRESULT.
    Result(Value),
    /// CALLERROR with code and description.
    Error(&'static str, Cow<'static, str>),
}

/// Where and when a frame came.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// The frame's number.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// We can sign certificates.
    pub signs: bool,
}

/// A call as it came, with everything its meaning depends on.
struct Asked<'a> {
    action: &'a str,
    payload: &'a Value,
    number: u64,
    at: Timestamp,
    /// We can sign certificates.
    signs: bool,
}

type Handler = fn(&mut Record, &Asked<'_>, &mut Vec<Happened>) -> Value;

fn handler(version: Version, action: &str) -> Option<Handler> {
    if version.is_v2() {
        let row = v2::HANDLERS.iter().find(|(name, since, _)| *name == action && *since <= version);
        row.map(|(_, _, handler)| *handler)
    } else {
        v16::HANDLERS.iter().find(|(name, _)| *name == action).map(|(_, handler)| *handler)
    }
}

/// Notes what a frame of a charger means; the answer, where it was a call. What an answer to a call of ours means is
/// [`on_answer`].
pub fn on_event(
    record: &mut Record,
    event: &peer::Event,
    found: Vec<Deviation>,
    heard: Heard,
    happened: &mut Vec<Happened>,
) -> Option<Answer> {
    let Heard { number, at, signs } = heard;
    match event {
        peer::Event::Call { action, payload, .. } => {
            let asked = Asked { action, payload, number, at, signs };
            return Some(on_call(record, &asked, found, happened));
        }
        peer::Event::Send { action, payload } => {
            let asked = Asked { action, payload, number, at, signs };
            on_send(record, &asked, found, happened);
        }
        other => deviations(record, action(other), found, number, happened),
    }
    if let peer::Event::AnswerRefused { action, refusal } = event {
        on_answer_refused(record, action, refusal, number, happened);
    }
    None
}

/// Answers a charger's call and notes what it means. A call that a strict platform would refuse is refused where the person
/// wants that, and then it changes nothing: such a platform would not know of it either.
fn on_call(record: &mut Record, asked: &Asked<'_>, mut found: Vec<Deviation>, happened: &mut Vec<Happened>) -> Answer {
    let version = record.version();
    // Errata 3.8 recommends to refuse it; commissioning goes on and notes it.
    found.extend(policy::before_boot(record.boot.is_some(), asked.action).filter(|_| record.frames.count <= 1));
    let refusal = (record.policy == Policy::Strict).then(|| policy::strict_refusal(version, &found)).flatten();
    deviations(record, asked.action, found, asked.number, happened);
    if let Some((code, why)) = refusal {
        record.arrived(asked.at, asked.number, format!("{} refused as a strict platform would: {why}", asked.action));
        return Answer::Error(code, why.into());
    }
    match handler(version, asked.action) {
        Some(handler) => Answer::Result(handler(record, asked, happened)),
        None if message::find(version, asked.action).is_some() => {
            Answer::Error(ErrorCode::NotSupported.name(version), "This message is not answered here.".into())
        }
        None => {
            let what = "This OCPP version does not define this action.";
            Answer::Error(ErrorCode::NotImplemented.name(version), what.into())
        }
    }
}

/// Notes what a charger tells without wanting an answer (SEND, 2.1).
fn on_send(record: &mut Record, asked: &Asked<'_>, found: Vec<Deviation>, happened: &mut Vec<Happened>) {
    deviations(record, asked.action, found, asked.number, happened);
    if asked.action == "NotifyPeriodicEventStream" && record.version() == Version::V21 {
        v2::stream(record, asked);
    }
}

/// Notes that the charger could not accept an answer of ours (CALLRESULTERROR, 2.1).
fn on_answer_refused(
    record: &mut Record,
    action: &str,
    refusal: &peer::Refusal,
    number: u64,
    happened: &mut Vec<Happened>,
) {
    let action: String = action.chars().take(50).collect();
    let said: String = format!("{} {}", refusal.code, refusal.description).trim().chars().take(200).collect();
    let finding = Finding {
        code: "answer_refused".into(),
        gravity: Gravity::Attention,
        text: format!(
            "The charger could not accept our answer to {} ({said}). Other platforms answer alike, so ask its maker.",
            if action.is_empty() { "one of its messages" } else { &action }
        ),
        evidence: vec![number],
    };
    record.found(finding.clone());
    happened.push(Happened::Found { finding });
}

/// The action a frame is about; empty where it names none.
fn action(event: &peer::Event) -> &str {
    match event {
        peer::Event::Call { action, .. }
        | peer::Event::Send { action, .. }
        | peer::Event::Answer { action, .. }
        | peer::Event::AnswerRefused { action, .. }
        | peer::Event::Late { action } => action,
        peer::Event::Unreadable { .. } | peer::Event::Nothing => "",
    }
}

/// Notes a frame's deviations, for those who watch too.
fn deviations(record: &mut Record, action: &str, found: Vec<Deviation>, number: u64, happened: &mut Vec<Happened>) {
    let action: Arc<str> = action.into();
    for deviation in found {
        record.deviated(&action, deviation.clone(), number);
        happened.push(Happened::Deviation { action: action.to_string(), deviation });
    }
}

/// Is the record worth keeping after this message of the charger? What comes all the time is read again from the frames.
pub fn is_worth_keeping(action: &str, payload: &Value) -> bool {
    match action {
        "MeterValues" | "Heartbeat" | "NotifyEvent" | "NotifyReport" | "NotifyPeriodicEventStream" => false,
        "TransactionEvent" => payload["eventType"] != "Updated",
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use chargehand_ocpp::message::Direction;
    use chargehand_ocpp::schema::{Half, check};
    use serde_json::json;

    use super::*;
    use crate::event::Handshake;

    fn charger(version: Version) -> Record {
        let handshake = Handshake { chosen: version.subprotocol().into(), ..Handshake::default() };
        Record { handshake: Some(handshake), adopted: true, ..Record::new("CP1") }
    }

    #[test]
    fn every_message_that_a_charger_may_send_has_an_answer_that_fits_its_schema_whatever_it_holds() {
        for version in Version::ALL {
            for message in message::all(version) {
                let asks = message.direction != Direction::ToCharger && !message.send;
                assert_eq!(handler(version, message.action).is_some(), asks, "{version} {}", message.action);
                // What must be echoed is filled in; everything else is missing.
                let payload = json!({
                    "vatNumber": "AU1", "certificateStatusRequests": [{
                        "certificateHashData": {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"},
                        "source": "CRL", "urls": ["u"],
                    }],
                });
                let at = Timestamp::UNIX_EPOCH;
                let asked = Asked { action: message.action, payload: &payload, number: 1, at, signs: false };
                let answer = on_call(&mut charger(version), &asked, Vec::new(), &mut Vec::new());
                match answer {
                    Answer::Result(answer) if asks => {
                        assert_eq!(
                            check(version, message.action, Half::Response, &answer),
                            [],
                            "{version} {}",
                            message.action
                        );
                    }
                    Answer::Error("NotSupported", _) if !asks => {}
                    other => panic!("{version} {}: {other:?}", message.action),
                }
            }
        }
    }

    #[test]
    fn a_deviant_call_is_refused_by_the_strict_policy_and_changes_nothing() {
        let mut record = charger(Version::V201);
        let payload = json!({"reason": "PowerUp", "chargingStation": {"model": "One"}});
        let asked =
            Asked { action: "BootNotification", payload: &payload, number: 1, at: Timestamp::UNIX_EPOCH, signs: false };
        let found = || check(Version::V201, "BootNotification", Half::Request, &payload);
        record.policy = Policy::Strict;
        let answer = on_call(&mut record, &asked, found(), &mut Vec::new());
        assert!(matches!(answer, Answer::Error("OccurrenceConstraintViolation", _)), "{answer:?}");
        assert_eq!((record.boot.is_none(), record.deviations.len()), (true, 1), "told and not applied");
        record.policy = Policy::Cooperative;
        let answer = on_call(&mut record, &asked, found(), &mut Vec::new());
        assert!(matches!(answer, Answer::Result(_)), "{answer:?}");
        assert!(record.boot.is_some());
    }
}
