//! How charges begin and end.

use super::Probe;
use super::story::{Limit, Story, TAG};
use crate::bench::Answer;
use serde_json::{Value, json};

/// As long as 1.6 allows.
const LONG_TAG: &str = "ABCDEFGHIJKLMNOPQRST";

pub const PROBES: &[Probe] = &[
    ("starts on a named connector only", |it| {
        let mut story = Story::plugged(it);
        story.ask_start(TAG, None).status() == "Rejected" && story.ask_start(TAG, Some(1)).status() == "Accepted"
    }),
    ("waits for a tag at the charger", |it| {
        let mut story = Story::plugged(it);
        let is_taken = story.ask_start(TAG, Some(1)).status() == "Accepted";
        story.run(90);
        let waits = story.began().is_empty();
        story.start();
        is_taken && waits && story.is_running()
    }),
    ("goes by transaction numbers of its own", |it| {
        let mut story = Story::charging(it);
        let told = story.transaction();
        story.ask_stop();
        story.ended().iter().any(|stop| stop.get("transactionId").is_some_and(|its| *its != told))
    }),
    ("reads the meter after the stop", |it| {
        let mut story = Story::charging(it);
        story.ask_stop();
        story.run(30);
        let said = &story.bench.said;
        let stop = said.iter().position(|said| said.action == "StopTransaction");
        stop.is_some_and(|stop| said[stop..].iter().any(|said| said.action == "MeterValues"))
    }),
    ("gives back a long tag changed", |it| {
        let mut story = Story::plugged(it);
        story.ask_start(LONG_TAG, Some(1));
        story.run(10);
        story.ask_stop();
        story.ended().iter().any(|stop| stop.get("idTag").is_some_and(|tag| tag != LONG_TAG))
    }),
    ("refuses a long tag", |it| {
        let answer = Story::plugged(it).ask_start(LONG_TAG, Some(1));
        answer == Answer::Error("TypeConstraintViolation".into())
            && Story::plugged(it).ask_start(TAG, Some(1)).status() == "Accepted"
    }),
    ("ends the session at 0 A", |it| {
        let mut story = Story::charging(it);
        story.set(&Limit::of(0.0));
        !story.ended().is_empty()
    }),
    ("starts nothing before the plug was pulled", |it| {
        let mut story = Story::charging(it);
        story.ask_stop();
        story.run(5);
        let is_refused = story.ask_start(TAG, Some(1)).status() == "Rejected";
        story.bench.unplug();
        story.bench.plug();
        is_refused && !story.ended().is_empty() && story.ask_start(TAG, Some(1)).status() == "Accepted"
    }),
    ("rejects ChangeAvailability", |it| operative(&mut Story::idle(it)).status() == "Rejected"),
    ("reboots on ChangeAvailability", |it| {
        let mut story = Story::idle(it);
        let before = story.boots();
        operative(&mut story);
        story.run(10);
        story.boots() > before
    }),
];

/// The connector is to be operative, as it is.
fn operative(story: &mut Story) -> Answer {
    let (connector, asked): (_, Value) = match story.bench.charger.version().is_v2() {
        true => ("operationalStatus", json!({ "evse": { "id": 1 } })),
        false => ("type", json!({ "connectorId": 1 })),
    };
    let mut asked = asked;
    asked[connector] = json!("Operative");
    story.call("ChangeAvailability", asked)
}
