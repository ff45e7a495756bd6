//! A charger's plan, for the window.

use chargehand_catalogue::{SettingForm, SettingGroup};
use chargehand_commissioning::event::Step;
use chargehand_commissioning::outcome::Verdict;
use chargehand_commissioning::plan::residue::{Residue, residue};
use chargehand_commissioning::plan::{self, Change, Deviating, Line, Offered, Risk, Was};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::units::Amperes;
use chargehand_commissioning::windows::Unfit;

use super::{catalogue, numbers, outcome};
use crate::ipc::*;

/// The whole plan of a charger.
pub fn changes(record: &Record) -> ChangesView {
    let kept = |step: Step| record.outcomes.get(&step).map(outcome);
    ChangesView {
        lines: record.plan.iter().map(|it| line(record, it)).collect(),
        outcome: kept(Step::Plan),
        back: kept(Step::TakeBack),
        wants_restart: record.plan.iter().any(waits_for_restart),
        residue: residue(record).iter().map(left).collect(),
        looked: kept(Step::Residue),
    }
}

fn waits_for_restart(line: &Line) -> bool {
    let open = line.outcome.as_ref().is_some_and(|it| it.verdict == Verdict::Inconclusive);
    line.stands() && open && line.restart
}

fn line(record: &Record, line: &Line) -> ChangeLine {
    let plan::Difference { what, now, will, why, risk, risk_words, back, obstacle, already } =
        plan::difference(record, &line.change);
    let can_go_back = back.is_ok();
    ChangeLine {
        id: line.id,
        state: state(line),
        what,
        now: line.was.as_ref().map_or(now, Was::words),
        will,
        why,
        risk: match risk {
            Risk::None => RiskView::None,
            Risk::Current => RiskView::Current,
            Risk::Care => RiskView::Care,
            Risk::Unknown => RiskView::Unknown,
        },
        risk_words,
        back: back.unwrap_or_else(|why| why),
        can_go_back,
        confirmed: if risk == Risk::Unknown && !obstacle.is_empty() { confirmed(&line.change) } else { None },
        obstacle: if line.waits() { obstacle } else { String::new() },
        already: already && line.waits(),
        outcome: line.outcome.as_ref().map(outcome),
        undone: line.undone.as_ref().map(outcome),
    }
}

fn state(line: &Line) -> LineState {
    match line {
        it if it.waits() => LineState::Waits,
        it if it.stands() && it.outcome.is_none() => LineState::Begun,
        it if it.stands() => LineState::Stands,
        it if it.undone.is_some() => LineState::TakenBack,
        it if !it.change.stays() && it.begun.is_some() => LineState::Done,
        _ => LineState::NotWritten,
    }
}

/// The same setting, with a person's word.
fn confirmed(change: &Change) -> Option<ChangeView> {
    match change.clone() {
        Change::Setting { key, value, .. } => Some(ChangeView::Setting { key, value, confirmed: true }),
        _ => None,
    }
}

/// What takes away what others left.
fn clearing(change: &Change) -> Option<ChangeView> {
    match change {
        Change::ClearProfile { id } => Some(ChangeView::ClearProfile { profile: *id }),
        Change::ClearAll => Some(ChangeView::ClearAll),
        _ => None,
    }
}

/// A change as the engine wants it.
///
/// # Errors
/// Hours that cannot be meant.
pub fn wanted_change(it: ChangeView) -> Result<Change, Unfit> {
    Ok(match it {
        ChangeView::Limit { limit_ma, connector } => {
            Change::Limit { limit: Amperes::from_milliamps(limit_ma), connector }
        }
        ChangeView::Setting { key, value, confirmed } => Change::Setting { key, value, confirmed },
        ChangeView::ClearProfile { profile } => Change::ClearProfile { id: profile },
        ChangeView::ClearAll => Change::ClearAll,
        ChangeView::CheapHours { week, platform } => {
            let week = week.map(|week| super::week(&week)).transpose()?.map(Box::new);
            Change::CheapHours { week, platform }
        }
        ChangeView::DemandResponse { order } => Change::DemandResponse { order: Box::new(super::order(&order)) },
    })
}

fn left(it: &Residue) -> ResidueLine {
    ResidueLine {
        what: it.what.clone(),
        means: it.means.clone(),
        clear: it.clear.as_ref().and_then(clearing),
        evidence: numbers(&it.evidence),
    }
}

/// A setting as this charger has it.
pub fn setting(it: &Offered<'_>) -> SettingLine {
    let Offered { setting, key } = it;
    SettingLine {
        id: setting.id.clone(),
        group: group(setting.group).to_owned(),
        title: setting.title.clone(),
        key: key.map(|key| key.key.clone()).unwrap_or_default(),
        value: key.and_then(|key| key.value.clone()),
        readonly: key.is_some_and(|key| key.readonly),
        form: form(&setting.form),
        suggested: setting.suggested.clone(),
        why: setting.why.clone(),
        risk: setting.risk.clone(),
        source: setting.source.clone(),
        date: setting.date.clone(),
        confidence: catalogue::confidence(setting.confidence),
    }
}

/// The window has the words for these.
fn group(group: SettingGroup) -> &'static str {
    match group {
        SettingGroup::Metering => "metering",
        SettingGroup::Connection => "connection",
        SettingGroup::Authorisation => "authorisation",
        SettingGroup::Offline => "offline",
        SettingGroup::Session => "session",
        SettingGroup::Cable => "cable",
        SettingGroup::Phases => "phases",
        SettingGroup::Display => "display",
        SettingGroup::Regulation => "regulation",
        SettingGroup::Clock => "clock",
    }
}

fn form(form: &SettingForm) -> SettingFormView {
    match form.clone() {
        SettingForm::Seconds { least, most } => SettingFormView::Seconds { least, most },
        SettingForm::Switch => SettingFormView::Switch,
        SettingForm::Percent => SettingFormView::Percent,
        SettingForm::Measurands { offered } => SettingFormView::Measurands { offered },
        SettingForm::Rotation => SettingFormView::Rotation,
        SettingForm::Text { most } => SettingFormView::Text { most: u32::try_from(most).unwrap_or(u32::MAX) },
    }
}

/// A row of the table in which several chargers stand side by side.
pub fn deviating(row: Deviating) -> DeviatingLine {
    let Deviating { what, values, deviates } = row;
    DeviatingLine { what, values: values.into_iter().map(|(_, value)| value).collect(), deviates }
}
