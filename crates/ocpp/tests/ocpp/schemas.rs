//! Each of the 387 official schemas: what fits it has no deviation, and each fault is named, once and at its place.

use std::time::Instant;

use chargehand_ocpp::message::{self, Direction, Message};
use chargehand_ocpp::peer::{Event, Peer};
use chargehand_ocpp::schema::{Half, text};
use chargehand_ocpp::{Deviation, Version};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::generate::{Maker, Random, wrongs};

/// Faults that are tried of each schema with each seed; a message of 2.1 has thousands.
const FAULTS: usize = 25;

struct Subject {
    version: Version,
    message: &'static Message,
    half: Half,
    schema: Value,
}

fn subjects() -> Vec<Subject> {
    let of = |version, message: &'static Message, half| {
        let text = text(version, message.action, half)?;
        let mut schema = serde_json::from_str(text).expect("a schema is JSON");
        if (version, message.action, half) == (Version::V16, "StopTransaction", Half::Request) {
            correct(&mut schema);
        }
        Some(Subject { version, message, half, schema })
    };
    let every = Version::ALL.into_iter().flat_map(|version| message::all(version).iter().map(move |m| (version, m)));
    every
        .flat_map(|(version, m)| [Half::Request, Half::Response].into_iter().filter_map(move |h| of(version, m, h)))
        .collect()
}

/// What the published schema of StopTransaction forgot and the text of OCPP 1.6 says.
fn correct(schema: &mut Value) {
    let samples = &mut schema["properties"]["transactionData"]["items"]["properties"]["sampledValue"];
    samples["minItems"] = json!(1);
    let units = samples["items"]["properties"]["unit"]["enum"].as_array_mut().expect("a list of units");
    units.push(json!("Hertz"));
}

impl Subject {
    /// How it comes in a frame: what it is taken for, and its deviations but for the direction.
    fn received(&self, payload: &Value) -> (Event, Vec<Deviation>) {
        let mut peer = Peer::new(self.version, "a");
        let action = self.message.action;
        let frame = match self.half {
            Half::Request if self.message.send => json!([6, "1", action, payload]),
            Half::Request => json!([2, "1", action, payload]),
            Half::Response => {
                peer.call(Instant::now(), action, &json!({})).expect("nothing waits");
                json!([3, "a-1", payload])
            }
        };
        let (event, mut deviations) = peer.receive(frame.to_string().as_bytes());
        if self.half == Half::Request && self.message.direction == Direction::ToCharger {
            let first = deviations.remove(0);
            assert_eq!(first.rule, "wrong_direction", "{}", self.name());
        }
        (event, deviations)
    }

    fn name(&self) -> String {
        format!("{} {} {:?}", self.version, self.message.action, self.half)
    }
}

/// It was understood as what it is, with all that was in it.
fn kept(event: &Event, subject: &Subject, sent: &Value) -> bool {
    match event {
        Event::Call { payload, .. } => payload == sent && !subject.message.send,
        Event::Send { payload, .. } => payload == sent && subject.message.send,
        Event::Answer { answer: Ok(payload), .. } => payload == sent && subject.half == Half::Response,
        _ => false,
    }
}

fn shown(deviations: &[Deviation]) -> Vec<String> {
    deviations.iter().map(|d| format!("{} at {:?}", d.rule, d.pointer)).collect()
}

#[test]
fn there_are_387_schemas() {
    assert_eq!(subjects().len(), 387);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_fits_its_schema_has_no_deviation(seed: u64) {
        for subject in subjects() {
            let mut maker = Maker::new(&subject.schema, seed);
            for _ in 0..5 {
                let message = maker.message();
                let (event, deviations) = subject.received(&message);
                prop_assert_eq!(shown(&deviations), [""; 0], "{} seed {}: {}", subject.name(), seed, message);
                prop_assert!(kept(&event, &subject, &message), "{} seed {}: {}", subject.name(), seed, message);
            }
        }
    }

    #[test]
    fn each_fault_is_named_once_at_its_place_and_the_message_is_kept(seed: u64) {
        for subject in subjects() {
            let mut maker = Maker::new(&subject.schema, seed);
            let right = maker.message();
            let mut faults: Vec<_> = maker.places.iter().flat_map(|place| wrongs(&right, place)).collect();
            let mut random = Random(seed);
            for _ in 0..FAULTS.min(faults.len()) {
                let wrong = faults.swap_remove(random.up_to(faults.len() - 1));
                let (event, deviations) = subject.received(&wrong.message);
                let expected = format!("{} at {:?}", wrong.rule, wrong.pointer);
                prop_assert_eq!(shown(&deviations), [expected], "{} seed {}: {}", subject.name(), seed, wrong.message);
                prop_assert!(kept(&event, &subject, &wrong.message), "{} seed {}", subject.name(), seed);
            }
        }
    }
}

#[test]
fn every_kind_of_fault_is_tried() {
    let mut tried: Vec<&str> = Vec::new();
    for subject in subjects() {
        let mut maker = Maker::new(&subject.schema, 1);
        let right = maker.message();
        tried.extend(maker.places.iter().flat_map(|place| wrongs(&right, place)).map(|wrong| wrong.rule));
    }
    tried.sort_unstable();
    tried.dedup();
    let kinds = ["bad_address", "bad_step", "bad_time", "extra_field", "missing_field", "out_of_range", "too_long"];
    assert_eq!(tried, [&kinds[..], &["unknown_value", "wrong_type"]].concat());
}
