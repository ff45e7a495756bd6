//! Practice, converted for the window.

use std::collections::BTreeSet;

use chargehand_catalogue::{Exercise, Fact, Group, exercises};
use chargehand_simulator::{KnownCar, LinkState, Panel, Personality, cars, personalities};

use super::time;
use crate::ipc::*;
use crate::practice::Running;

/// What can be practised.
pub fn shelf(solved: &BTreeSet<String>) -> ShelfView {
    ShelfView {
        personalities: personalities().iter().map(personality).collect(),
        cars: cars().iter().map(car).collect(),
        exercises: exercises().iter().map(|it| exercise(it, solved.contains(it.id))).collect(),
    }
}

fn personality(it: &Personality) -> PersonalityView {
    PersonalityView {
        name: it.about.name.to_owned(),
        title: it.about.title.clone(),
        group: group(it.about.group),
        problem: it.about.problem.clone(),
        summary: it.about.summary.clone(),
        version: it.behaviour.version.name().to_owned(),
        connects: it.connects(),
        facts: it.about.fact.iter().map(fact).collect(),
        assumed: it.about.assumed.clone(),
    }
}

fn group(group: Group) -> GroupView {
    match group {
        Group::Specification => GroupView::Specification,
        Group::Charger => GroupView::Charger,
        Group::Problem => GroupView::Problem,
    }
}

fn fact(it: &Fact) -> FactView {
    super::fact(&it.what, &it.source, &it.date, it.confidence)
}

fn car(it: &KnownCar) -> CarView {
    let (title, summary) = (it.about.title.clone(), it.about.summary.clone());
    CarView { name: it.about.name.to_owned(), title, summary }
}

fn exercise(it: &Exercise, solved: bool) -> ExerciseView {
    ExerciseView {
        id: it.id.to_owned(),
        title: it.title.clone(),
        task: it.task.clone(),
        hint: it.hint.clone(),
        choices: it.choices.clone(),
        solved,
    }
}

/// The practice that runs. In an exercise nothing names the charger's fault.
pub fn practice(running: &Running) -> PracticeView {
    let about = running.personality.about;
    let state = running.hand.link().borrow().clone();
    let (name, title, assumed, link) = match running.exercise {
        Some(exercise) => (String::new(), format!("Charger of exercise {}", exercise.order), Vec::new(), short(&state)),
        None => (about.name.to_owned(), about.title.clone(), about.assumed.clone(), said(&state)),
    };
    PracticeView {
        charger: running.charger.as_ref().to_owned(),
        personality: name,
        title,
        car: running.car.about.name.to_owned(),
        car_title: running.car.about.title.clone(),
        exercise: running.exercise.map(|exercise| exercise.id.to_owned()),
        assumed,
        panel: panel(&running.hand.panel().borrow()),
        link: link.to_owned(),
        connected: state == LinkState::Connected,
        speed: 1,
    }
}

/// How a connection stands, without the reason, which may be the answer to an exercise.
fn short(state: &LinkState) -> &str {
    match state {
        LinkState::Connecting => "It is connecting.",
        LinkState::Connected => "It is connected to this computer.",
        LinkState::Down { .. } => "It is not connected.",
    }
}

/// How a connection stands.
fn said(state: &LinkState) -> &str {
    if let LinkState::Down { why, .. } = state { why } else { short(state) }
}

fn panel(panel: &Panel) -> PanelView {
    PanelView {
        powered: panel.powered,
        networked: panel.networked,
        plugged: panel.plugged,
        pilot: panel.pilot.name().to_owned(),
        duty_tenths: whole(panel.pilot.duty.unwrap_or(100.0) * 10.0),
        contactor_closed: panel.contactor_closed,
        offered_ma: signed(panel.offered_amps * 1000.0),
        amps: panel.amps.iter().map(|amps| signed(amps * 1000.0)).collect(),
        volts: panel.volts.iter().map(|volts| whole(volts * 1000.0)).collect(),
        watts: signed(panel.watts),
        energy_wh: whole(panel.energy_wh),
        battery_tenths: panel.battery_percent.map(|percent| whole(percent * 10.0)),
        house_watts: whole(panel.house_watts),
        sun_watts: whole(panel.sun_watts),
        condition: panel.condition.to_owned(),
        clock: time(panel.clock),
    }
}

/// To the nearest; what is below zero or beyond 32 bits ends there.
fn whole(value: f64) -> u32 {
    value.round() as u32
}

fn signed(value: f64) -> i32 {
    value.round() as i32
}
