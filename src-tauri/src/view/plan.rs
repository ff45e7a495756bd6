//! A charger's plan, for the window.

use chargehand_catalogue::{SettingForm, SettingGroup};
use chargehand_commissioning::event::Step;
use chargehand_commissioning::plan::residue::{Residue, residue};
use chargehand_commissioning::plan::{self, Card, Change, Deviating, Line, Offered, Risk, Was};
use chargehand_commissioning::record::{Record, SeenCard};
use chargehand_commissioning::units::Amperes;
use chargehand_commissioning::windows::Unfit;

use super::{catalogue, number, numbers, outcome, time};
use crate::ipc::*;

/// The whole plan of a charger.
pub fn changes(record: &Record) -> ChangesView {
    let kept = |step: Step| record.outcomes.get(&step).map(outcome);
    ChangesView {
        lines: record.plan.iter().map(|it| line(record, it)).collect(),
        outcome: kept(Step::Plan),
        back: kept(Step::TakeBack),
        planned_limit_ma: plan::planned_limit(record).map(Amperes::milliamps),
        wants_restart: record.plan.iter().any(Line::waits_for_restart),
        residue: residue(record).iter().map(left).collect(),
        looked: kept(Step::Residue),
        cards: cards(record),
    }
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
        used: plan::cards::used(record, line).into_iter().map(used).collect(),
        goes_with: plan::cards::goes_with(record, &line.change).iter().filter_map(offered).collect(),
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

/// A change that the window offers to plan or goes on with: a setting, cards, or what takes away what others left.
fn offered(change: &Change) -> Option<ChangeView> {
    match change.clone() {
        Change::Setting { key, value, confirmed } => Some(ChangeView::Setting { key, value, confirmed }),
        Change::ClearProfile { id } => Some(ChangeView::ClearProfile { profile: id }),
        Change::ClearAll => Some(ChangeView::ClearAll),
        Change::Cards { cards, replace } => {
            let card = |Card { id_tag, kind }| CardView { id_tag, kind };
            Some(ChangeView::Cards { cards: cards.into_iter().map(card).collect(), replace })
        }
        Change::Limit { .. } | Change::CheapHours { .. } | Change::DemandResponse { .. } => None,
    }
}

/// The same setting, with a person's word.
fn confirmed(change: &Change) -> Option<ChangeView> {
    match offered(change)? {
        ChangeView::Setting { key, value, .. } => Some(ChangeView::Setting { key, value, confirmed: true }),
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
        ChangeView::Cards { cards, replace } => {
            let card = |CardView { id_tag, kind }| Card { id_tag, kind };
            Change::Cards { cards: cards.into_iter().map(card).collect(), replace }
        }
        ChangeView::DemandResponse { order } => Change::DemandResponse { order: Box::new(super::order(&order)) },
    })
}

/// The list of cards, and the cards that the charger saw.
fn cards(record: &Record) -> CardsView {
    CardsView {
        version: plan::version_words(record.cards.told),
        seen: plan::cards::seen(record).filter_map(seen).collect(),
        longest: u32::try_from(plan::cards::longest(record.version())).unwrap_or(u32::MAX),
        most: plan::cards::most(record).and_then(|most| u32::try_from(most).ok()),
        planned: record
            .plan
            .iter()
            .filter(|line| line.waits())
            .filter(|line| matches!(line.change, Change::Cards { .. }))
            .find_map(|line| offered(&line.change)),
        switches: plan::cards::switches(record).iter().map(setting).collect(),
    }
}

fn seen(it: &SeenCard) -> Option<SeenCardView> {
    let last = it.last()?;
    // 1.6 has no types: most cards are of this one.
    let kind = if it.kind.is_empty() { plan::cards::CARD.to_owned() } else { it.kind.clone() };
    let card = CardView { id_tag: it.id_tag.clone(), kind };
    Some(SeenCardView { card, at: time(last.at), number: number(last.number), started: it.started == Some(last) })
}

fn used(it: plan::cards::Used) -> UsedView {
    UsedView { card: it.card, at: time(it.seen.at), number: number(it.seen.number), unasked: it.unasked }
}

fn left(it: &Residue) -> ResidueLine {
    ResidueLine {
        what: it.what.clone(),
        means: it.means.clone(),
        clear: it.clear.as_ref().and_then(offered),
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
