//! Demand response on the pages: capability evidence, run by run.

use chargehand_commissioning::demand::{DemandResponse, How, ModeEvidence, OutputDead};
use chargehand_commissioning::report::Report;
use serde::Serialize;

use crate::words::{self, LocalTime, Mark, NOTHING, amps};

/// All runs, and what a licensed person found at the output.
#[derive(Serialize)]
pub struct Demand {
    runs: Vec<Run>,
    output: String,
}

#[derive(Serialize)]
struct Run {
    title: String,
    mark: Mark,
    text: String,
    /// How limits were put, whether it falls back by itself, whether it was undone.
    notes: Vec<String>,
    modes: Vec<Mode>,
}

#[derive(Serialize)]
struct Mode {
    name: String,
    asked: String,
    sent: String,
    measured: String,
    mark: Mark,
    text: String,
    frames: String,
}

/// Of a report.
pub fn demand(report: &Report, time: &LocalTime) -> Demand {
    let output = report.output_dead.as_ref().map(|word| output(word, time)).unwrap_or_default();
    Demand { runs: report.demand_responses.iter().map(|it| run(it, time)).collect(), output }
}

fn output(OutputDead { by, dead, at, number }: &OutputDead, time: &LocalTime) -> String {
    let found = if *dead { "dead" } else { "live" };
    format!("{by} measured at the output and found it {found} ({}, entry {number}).", time.minute(*at))
}

fn run(it: &DemandResponse, time: &LocalTime) -> Run {
    let how = match it.how {
        How::Rehearse => "Rehearsed",
        How::Hold { .. } => "Held",
    };
    let recipe = if it.recipe.is_empty() { "no way was proved" } else { &it.recipe };
    Run {
        title: format!("{how} {}", time.minute(it.began)),
        mark: words::verdict(it.outcome.verdict),
        text: it.outcome.finding.clone(),
        notes: vec![
            format!("Put as: {recipe}."),
            format!("Falls back by itself: {}", it.fallback.finding),
            format!("Undone: {}", it.undone.finding),
        ],
        modes: it.modes.iter().map(mode).collect(),
    }
}

fn mode(it: &ModeEvidence) -> Mode {
    let or_nothing = |milliamps: Option<u32>| milliamps.map_or_else(|| NOTHING.to_owned(), amps);
    Mode {
        name: it.name.clone(),
        asked: or_nothing(it.asked_ma),
        sent: it.sent.clone(),
        measured: or_nothing(it.measured_ma),
        mark: words::verdict(it.outcome.verdict),
        text: it.outcome.finding.clone(),
        frames: words::frames(&it.outcome.evidence),
    }
}

#[cfg(test)]
mod tests {
    use chargehand_commissioning::demand::{Drm, Signal};
    use chargehand_commissioning::outcome::{Outcome, Verdict};

    use super::*;
    use crate::{render, sample, sheet};

    fn rehearsed() -> Report {
        let mut report = sample::passed();
        let mut run = DemandResponse::begins(report.created, How::Rehearse);
        let mode = |number, asked_ma, verdict, finding: &str| {
            let signal = Signal::drm(Drm::new(number).expect("a mode"));
            ModeEvidence {
                name: signal.name(),
                signal,
                why: String::new(),
                asked_ma,
                sent: asked_ma.map_or_else(String::new, |_| "16.0 A per phase, numberPhases 1".into()),
                at: None,
                before_ma: None,
                measured_ma: asked_ma,
                settled_ms: None,
                outcome: Outcome::new(verdict, finding).with_evidence(asked_ma.map(|_| 57)),
            }
        };
        run.modes = vec![
            mode(2, Some(16_000), Verdict::Passed, "Asked for 16.0 A, measured 16.0 A."),
            mode(6, None, Verdict::NotApplicable, "DRM6 cannot be expressed in OCPP 1.6."),
        ];
        run.outcome = Outcome::new(Verdict::Passed, "Capability evidence. followed: DRM2.");
        report.output_dead = Some(OutputDead { by: "Kim Lee".into(), dead: true, at: report.created, number: 60 });
        report.demand_responses = vec![run];
        report
    }

    #[test]
    fn demand_response_stands_on_the_page_as_capability_evidence_mode_by_mode() {
        let report = rehearsed();
        let data = sheet::data(&report, "")["demand"].clone();
        let run = &data["runs"][0];
        assert_eq!((&run["mark"]["word"], &run["modes"][0]["frames"]), (&"Passed".into(), &"frame\u{a0}57".into()));
        assert_eq!((&run["modes"][1]["asked"], &run["modes"][1]["mark"]["tone"]), (&NOTHING.into(), &"grey".into()));
        assert!(data["output"].as_str().is_some_and(|output| output.starts_with("Kim Lee measured")), "{data}");
        let text = data.to_string().to_lowercase();
        assert!(["complian", "complies", "certif"].iter().all(|word| !text.contains(word)), "{text}");
        render(&report).expect("it is laid out");
    }

    #[test]
    fn a_report_from_before_there_was_demand_response_is_read() {
        let mut old = serde_json::to_value(sample::passed()).expect("a report");
        let fields = old.as_object_mut().expect("an object");
        assert!(fields.remove("demand_responses").is_some() && fields.remove("output_dead").is_some());
        assert!(serde_json::from_value::<Report>(old).expect("it is read").demand_responses.is_empty());
    }
}
