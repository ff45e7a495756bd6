//! What becomes of limits.

use super::Probe;
use super::story::{Limit, Story};
use crate::bench::Answer;
use chargehand_simulator::Behaviour;
use serde_json::json;

pub const PROBES: &[Probe] = &[
    ("ignores limits", |it| follows(it, &Limit::default()) == Some(false)),
    ("ignores the station's limit", |it| {
        let station = Limit::of_station(it);
        follows(it, &station) == Some(false)
            && follows(it, &kind(station.kind)) == Some(true)
            && follows_from_the_start(it, &Limit::default_on(0))
    }),
    ("follows defaults from the next session on", |it| {
        follows(it, &Limit::default_on(1)) == Some(false) && follows_from_the_start(it, &Limit::default_on(1))
    }),
    ("ignores limits on connector 0", |it| {
        Story::from_the_start(it, &Limit::default_on(0)) == Some(false)
            && follows_from_the_start(it, &Limit::default_on(1))
    }),
    ("rejects limits on connector 0", |it| {
        answers(it, &Limit::default_on(0)) == "Rejected" && answers(it, &Limit::default_on(1)) == "Accepted"
    }),
    ("rejects every limit", |it| every(it, "Rejected")),
    ("has no smart charging", |it| every(it, "NotSupported")),
    ("cannot read limits", |it| {
        let mut story = Story::charging(it);
        matches!(story.set(&Limit::default()), Answer::Error(_))
            && matches!(story.set(&Limit::default_on(1)), Answer::Error(_))
    }),
    ("falls silent on a limit", |it| every(it, "silence")),
    ("rejects Absolute", |it| only(it, "Absolute", "Rejected")),
    ("ignores Absolute", |it| ignores_only(it, "Absolute")),
    ("rejects Relative", |it| {
        answers(it, &Limit::default()) == "Rejected" && answers(it, &kind("Absolute")) == "Accepted"
    }),
    ("rejects Recurring", |it| only(it, "Recurring", "Rejected")),
    ("ignores Recurring", |it| ignores_only(it, "Recurring")),
    ("takes stack level 0 only", |it| {
        let higher = Limit { level: 3, ..Limit::default() };
        answers(it, &higher) == "Rejected" && answers(it, &Limit::default()) == "Accepted"
    }),
    ("does not fall back", |it| {
        let mut story = Story::charging(it);
        let is_free = story.amps().is_some_and(|amps| amps > 12.0);
        let short = Limit { duration: Some(60), ..Limit::default() };
        let is_followed = story.follows(&short) == Some(true);
        story.run(75);
        is_free && is_followed && story.amps().is_some_and(|amps| amps < 12.0)
    }),
    ("takes watts only", |it| {
        answers(it, &Limit::default()) == "Rejected" && answers(it, &in_watts(6900.0)) == "Accepted"
    }),
    ("takes watts as over three phases", |it| {
        let mut story = Story::charging(it);
        let is_free = story.amps().is_some_and(|amps| amps > 20.0);
        // 30 A on the one phase that the limit names
        is_free && story.set(&in_watts(6900.0)).status() == "Accepted" && near(story.amps(), 10.0)
    }),
    ("offers whole amperes only", |it| steps(it, &[(10.7, 10.0), (15.0, 15.0)])),
    ("offers 6, 8, 10, 13 and 16 A only", |it| steps(it, &[(15.0, 13.0), (9.0, 8.0)])),
    ("offers 6 A when told less", |it| steps(it, &[(4.0, 6.0)])),
    ("rejects less than 6 A", |it| {
        answers(it, &Limit::of(4.0)) == "Rejected" && answers(it, &Limit::default()) == "Accepted"
    }),
    ("gives less than its type plate says", |it| {
        let mut story = Story::charging(it);
        story.call("ClearChargingProfile", json!({}));
        story.run(15);
        let is_below = story.amps().is_some_and(|amps| amps > 6.0 && amps < it.nameplate_amps - 1.0);
        is_below && it.car.amps >= it.nameplate_amps
    }),
    ("follows the first period only", |it| {
        let mut story = Story::charging(it);
        let falls = Limit { periods: vec![(0, 16.0), (60, 8.0)], ..Limit::default() };
        // Relative counts from the start of the transaction, some 17 s ago
        let is_followed = story.follows(&falls) == Some(true);
        story.run(60);
        is_followed && story.amps().is_some_and(|amps| amps > 12.0)
    }),
    ("shows an empty composite schedule", |it| {
        let mut story = Story::charging(it);
        story.set(&Limit::default());
        let place = if it.version.is_v2() { "evseId" } else { "connectorId" };
        let Answer::Result(answer) = story.call("GetCompositeSchedule", json!({ place: 1, "duration": 3600 })) else {
            return false;
        };
        let schedule = answer.get("chargingSchedule").or(answer.get("schedule"));
        schedule.is_some_and(|it| it["chargingSchedulePeriod"].as_array().is_some_and(Vec::is_empty))
    }),
    ("an old limit is in force", |it| {
        let mut story = Story::charging(it);
        let before = story.amps();
        let was_there = story.call("ClearChargingProfile", json!({})).status() == "Accepted";
        story.run(15);
        was_there && before.zip(story.amps()).is_some_and(|(before, after)| before > 0.0 && before + 1.0 < after)
    }),
];

fn kind(kind: &'static str) -> Limit {
    Limit { kind, ..Limit::default() }
}

fn in_watts(watts: f64) -> Limit {
    Limit { unit: "W", periods: vec![(0, watts)], ..Limit::default() }
}

fn near(amps: Option<f64>, wanted: f64) -> bool {
    amps.is_some_and(|amps| (amps - wanted).abs() < 0.3)
}

/// What a limit is answered with while a car charges.
fn answers(it: &Behaviour, limit: &Limit) -> String {
    Story::charging(it).set(limit).status().to_owned()
}

/// Whether a limit is followed that is set while a car charges.
fn follows(it: &Behaviour, limit: &Limit) -> Option<bool> {
    Story::charging(it).follows(limit)
}

impl Story {
    /// Whether a limit is followed that was set before the car came.
    fn from_the_start(it: &Behaviour, limit: &Limit) -> Option<bool> {
        let mut story = Story::idle(it);
        if story.set(limit).status() != "Accepted" {
            return None;
        }
        story.bench.plug();
        story.start();
        story.amps().map(|amps| amps < limit.periods[0].1 + 0.6)
    }
}

fn follows_from_the_start(it: &Behaviour, limit: &Limit) -> bool {
    Story::from_the_start(it, limit) == Some(true)
}

/// Whether limits of all sorts get this answer.
fn every(it: &Behaviour, wanted: &str) -> bool {
    let mut story = Story::charging(it);
    let sorts = [Limit::default(), kind("Absolute"), in_watts(6900.0), Limit::default_on(1)];
    sorts.iter().all(|limit| story.set(limit).status() == wanted)
}

/// Whether one kind gets this answer and Relative is accepted.
fn only(it: &Behaviour, its: &'static str, wanted: &str) -> bool {
    answers(it, &kind(its)) == wanted && answers(it, &Limit::default()) == "Accepted"
}

/// Whether one kind is taken and not followed, and Relative is.
fn ignores_only(it: &Behaviour, its: &'static str) -> bool {
    follows(it, &kind(its)) == Some(false) && follows(it, &Limit::default()) == Some(true)
}

/// Whether each limit is taken and comes to this current.
fn steps(it: &Behaviour, limits: &[(f64, f64)]) -> bool {
    let mut story = Story::charging(it);
    limits.iter().all(|(told, comes)| story.set(&Limit::of(*told)).status() == "Accepted" && near(story.amps(), *comes))
}
