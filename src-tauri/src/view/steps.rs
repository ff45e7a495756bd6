//! The strip of steps: state and one short line each.

use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::{Running, View};
use chargehand_commissioning::outcome::{Outcome, Verdict};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::units::Amperes;
use jiff::Timestamp;

use crate::ipc::{StepName, StepState, StepView};

/// The window's name of a step: undoing belongs to Prove.
pub fn name(step: Step) -> StepName {
    match step {
        Step::Connect => StepName::Connect,
        Step::Inspect | Step::Security => StepName::Inspect,
        Step::PermanentLimit
        | Step::Plan
        | Step::TakeBack
        | Step::Residue
        | Step::DemandResponse
        | Step::Charge
        | Step::Windows => StepName::Set,
        Step::Limit | Step::Undo => StepName::Prove,
        Step::Report => StepName::HandOver,
    }
}

/// Where a step that runs is shown: what was begun in Set is undone there.
pub fn shown(running: &Running) -> StepName {
    let of_set = name(running.begun) == StepName::Set;
    name(if of_set { running.begun } else { running.step })
}

/// All of them, in the order of the job.
pub fn of(view: &View) -> Vec<StepView> {
    let record = &view.record;
    let steps = [
        (StepName::Find, find(record)),
        (StepName::Connect, connect(record)),
        (StepName::Inspect, inspect(record)),
        (StepName::Set, set(record)),
        (StepName::Prove, prove(record)),
        (StepName::HandOver, hand_over(record)),
    ];
    let running = view.running.as_ref().map(shown);
    let one = |(step, (state, summary)): (StepName, (StepState, String))| match running {
        Some(runs) if runs == step => StepView { name: step, state: StepState::Running, summary: "running".to_owned() },
        _ => StepView { name: step, state, summary },
    };
    steps.into_iter().map(one).collect()
}

fn clock(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M").to_string()
}

/// A charger that came has shown what it is better than any scan could.
fn find(record: &Record) -> (StepState, String) {
    match record.first_connected {
        Some(_) if record.simulated() => (StepState::Done, "simulated here".to_owned()),
        Some(_) => (StepState::Done, "came by itself".to_owned()),
        None => (StepState::NotStarted, "has not come".to_owned()),
    }
}

fn connect(record: &Record) -> (StepState, String) {
    match (&record.boot, record.connected) {
        _ if record.first_connected.is_none() => (StepState::NotStarted, "waiting for it".to_owned()),
        _ if !record.adopted => (StepState::NeedsYou, "adopt it".to_owned()),
        (_, None) => (StepState::NeedsYou, "not connected now".to_owned()),
        (Some(boot), Some(_)) => (StepState::Done, format!("booted {}", clock(boot.at))),
        (None, Some(since)) => (StepState::Done, format!("connected {}", clock(since))),
    }
}

fn state(outcome: &Outcome) -> StepState {
    match outcome.verdict {
        Verdict::Passed => StepState::Done,
        Verdict::Failed => StepState::Failed,
        Verdict::Inconclusive => StepState::Inconclusive,
        Verdict::NotApplicable | Verdict::NotTested => StepState::NotTested,
    }
}

fn inspect(record: &Record) -> (StepState, String) {
    match (record.outcomes.get(&Step::Inspect), &record.configuration) {
        (Some(outcome), Some(snapshot)) => (
            state(outcome),
            format!("{} {} saved", snapshot.keys.len(), if record.version().is_v2() { "variables" } else { "keys" }),
        ),
        (Some(outcome), None) => (state(outcome), "no configuration".to_owned()),
        (None, _) => (StepState::NotStarted, "not started".to_owned()),
    }
}

fn set(record: &Record) -> (StepState, String) {
    let ceiling = record.ceiling_parts.ceiling();
    match (&record.permanent, ceiling) {
        (Some(permanent), _) => {
            let limit = Amperes::from_milliamps(permanent.limit_ma);
            let proved = match permanent.outcome.verdict {
                Verdict::Passed => "proved",
                Verdict::Failed => "not obeyed",
                Verdict::Inconclusive => "inconclusive",
                Verdict::NotApplicable | Verdict::NotTested => "not measured",
            };
            (state(&permanent.outcome), format!("{limit} · {proved}"))
        }
        (None, Some(ceiling)) => (StepState::NotStarted, format!("ceiling {}", ceiling.limit)),
        (None, None) => (StepState::NeedsYou, "enter the ceiling".to_owned()),
    }
}

fn prove(record: &Record) -> (StepState, String) {
    let Some(outcome) = record.outcomes.get(&Step::Limit) else {
        return (StepState::NotStarted, "not started".to_owned());
    };
    let summary = match outcome.verdict {
        Verdict::Passed => "follows a limit",
        Verdict::Failed => "does not follow",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotApplicable | Verdict::NotTested => "not tested",
    };
    (state(outcome), summary.to_owned())
}

fn hand_over(record: &Record) -> (StepState, String) {
    match &record.report {
        Some(files) => (StepState::Done, format!("report {}", clock(files.at))),
        None => (StepState::NotStarted, "not started".to_owned()),
    }
}
