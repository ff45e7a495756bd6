//! Demand response, to and fro.

use chargehand_commissioning::demand::{
    DemandResponse, Drm, Expression, Grain, How, ModeEvidence, Order, OutputDead, PercentOf, Said, Signal,
};
use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::{Running, View};
use chargehand_commissioning::units::{Amperes, Phases};
use jiff::Timestamp;

use super::{outcome, time};
use crate::ipc::{
    DemandOrderView, DemandRunView, DemandView, ExpressionView, ModeView, OutputDeadView, SaidView, SignalView,
};

/// The signal as the engine wants it; modes that there are not are left out.
pub fn signal(v: &SignalView) -> Signal {
    match v {
        SignalView::Drm { modes } => Signal::Drm { modes: modes.iter().copied().filter_map(Drm::new).collect() },
        SignalView::Section14a { devices, others_w } => Signal::Section14a { devices: *devices, others_w: *others_w },
        SignalView::LoadLimit { watts } => Signal::LoadLimit { watts: *watts },
        SignalView::SiteLimit { watts, others_w } => Signal::SiteLimit { watts: *watts, others_w: *others_w },
        SignalView::Simple { level, percents } => Signal::Simple { level: *level, percents: *percents },
        SignalView::Percent { percent } => Signal::Percent { percent: *percent },
    }
}

/// What a person said, as the engine wants it.
pub fn said(v: &SaidView) -> Said {
    Said {
        phases: v.phases.and_then(Phases::new),
        grain: if v.whole_amperes { Grain::Whole } else { Grain::Tenth },
        percent_of: if v.of_installer { PercentOf::Installer } else { PercentOf::Nameplate },
        feeds_back: v.feeds_back,
    }
}

/// The order as the engine wants it.
pub fn order(v: &DemandOrderView) -> Order {
    Order {
        signals: v.signals.iter().map(signal).collect(),
        how: if v.hold { How::Hold { for_s: v.for_s } } else { How::Rehearse },
        said: said(&v.said),
        commence: v.commence,
        licensed: v.licensed.trim().to_owned(),
    }
}

/// What a signal comes to.
pub fn expression(signal: &Signal, expression: &Expression) -> ExpressionView {
    let mut view = ExpressionView {
        name: signal.name(),
        meaning: signal.meaning(),
        limit_ma: None,
        sent: String::new(),
        power_w: None,
        pauses: false,
        why: String::new(),
        left_out: None,
        other_ma: None,
        feed_back_ma: None,
    };
    match expression {
        Expression::CannotBeExpressed { why, .. } => view.why = why.clone(),
        Expression::Expressed(it) => {
            (view.limit_ma, view.sent, view.why) = (Some(it.limit.milliamps()), it.sent.to_string(), it.why.clone());
            (view.power_w, view.pauses, view.left_out) =
                (it.power.map(|power| power.0), it.pauses, it.left_out.clone());
            view.other_ma = it.other_reading.map(|(_, amps)| amps.milliamps());
            view.feed_back_ma = it.feed_back.map(|back| back.most.milliamps());
        }
    }
    view
}

/// Does it run now, by itself or as a line of a plan?
pub fn of_demand_response(running: &Running) -> bool {
    running.begun == Step::DemandResponse || running.step == Step::DemandResponse
}

/// All of it.
pub fn demand(view: &View) -> DemandView {
    let record = &view.record;
    let running = view.running.as_ref().is_some_and(of_demand_response);
    let newest = record.demand_responses.len().saturating_sub(1);
    let runs = record.demand_responses.iter().enumerate().rev();
    let zero = |now: Timestamp| record.test_limits(now).any(|limit| limit.accepted && limit.limit == Amperes::ZERO);
    let disconnects = |run: &DemandResponse| run.modes.iter().any(|mode| mode.signal.holds(Drm::ALL[0]));
    DemandView {
        measure_output: running && zero(Timestamp::now()) && record.demand_responses.back().is_some_and(disconnects),
        runs: runs.map(|(index, it)| run(it, running && index == newest)).collect(),
        output_dead: record.output_dead.as_ref().map(output_dead),
    }
}

fn run(it: &DemandResponse, runs: bool) -> DemandRunView {
    DemandRunView {
        began: time(it.began),
        hold: matches!(it.how, How::Hold { .. }),
        runs,
        recipe: it.recipe.clone(),
        fallback: outcome(&it.fallback),
        modes: it.modes.iter().map(mode).collect(),
        outcome: outcome(&it.outcome),
        undone: outcome(&it.undone),
    }
}

fn mode(it: &ModeEvidence) -> ModeView {
    ModeView {
        name: it.name.clone(),
        why: it.why.clone(),
        asked_ma: it.asked_ma,
        sent: it.sent.clone(),
        at: it.at.map(time),
        before_ma: it.before_ma,
        measured_ma: it.measured_ma,
        settled_ms: it.settled_ms.and_then(|ms| u32::try_from(ms).ok()),
        outcome: outcome(&it.outcome),
    }
}

fn output_dead(it: &OutputDead) -> OutputDeadView {
    OutputDeadView { by: it.by.clone(), dead: it.dead, at: time(it.at) }
}
