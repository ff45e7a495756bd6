//! A charger's plan: putting lines in and out, writing it, taking it back; and the same for several chargers.

use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::Link;
use chargehand_commissioning::plan::{self, Change};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Amperes;
use tauri::State;

use crate::app::{App, other};
use crate::commands::{failed, note, ready};
use crate::ipc::{ChangeView, DeviatingLine, HandAct, SettingLine, UiError};
use crate::view;

/// The most chargers that are set side by side.
const MOST: usize = 50;

/// Put a line into a charger's plan: nothing is sent. One about the same thing that waits is replaced.
#[tauri::command]
#[specta::specta]
pub async fn plan_change(app: State<'_, App>, id: String, change: ChangeView) -> Result<(), UiError> {
    let change = view::wanted_change(change).map_err(|unfit| other(unfit.to_string(), "Change the hours."))?;
    put(&app.link(&id)?, change).await.map(drop)
}

/// The number of the new line.
pub(crate) async fn put(link: &Link, change: Change) -> Result<u32, UiError> {
    if let Change::Cards { cards, .. } = &change {
        plan::cards::may_be_planned(cards).map_err(|why| other(why, "Take cards out of it."))?;
    }
    let line = link.record().await.map_err(|e| failed(&e))?.next_line;
    note(link, Event::Planned { line, change: Some(change) }).await?;
    let planned = link.record().await.map_err(|e| failed(&e))?;
    if planned.line(line).is_none() {
        return Err(other("The plan is full.", "Write what waits in it, or take lines out."));
    }
    Ok(line)
}

/// Puts a line into the plan and starts to write it alone.
pub(crate) async fn write_alone(link: Link, change: Change) -> Result<(), UiError> {
    let line = put(&link, change).await?;
    tauri::async_runtime::spawn(async move { step::apply_plan(&link, Some(line), false).await });
    Ok(())
}

/// Take a line that waits out of the plan.
#[tauri::command]
#[specta::specta]
pub async fn unplan(app: State<'_, App>, id: String, line: u32) -> Result<(), UiError> {
    note(&app.link(&id)?, Event::Planned { line, change: None }).await
}

/// Start, pause, resume or stop a charge, or make it faster or slower. What came of it comes by `changed`; a limit by hand is
/// held until somebody resumes.
#[tauri::command]
#[specta::specta]
pub async fn by_hand(app: State<'_, App>, id: String, act: HandAct) -> Result<(), UiError> {
    let link = app.link(&id)?;
    let view = link.view().await.map_err(|e| failed(&e))?;
    if chargehand_commissioning::by_hand::held(&view).is_none() {
        ready(&app, &id).await?;
    }
    let Some(act) = view::act(act) else { return Ok(()) };
    tauri::async_runtime::spawn(async move { step::by_hand::run(&link, act).await });
    Ok(())
}

/// Start writing what waits in the plan, or one line of it. `restart`: the charger may be restarted where a line asks for
/// it. Progress comes by `changed`.
#[tauri::command]
#[specta::specta]
pub async fn apply_plan(app: State<'_, App>, id: String, only: Option<u32>, restart: bool) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { step::apply_plan(&link, only, restart).await });
    Ok(())
}

/// Start taking back what the plan wrote, the last line first, down to the line `from` or all of it.
#[tauri::command]
#[specta::specta]
pub async fn take_back(app: State<'_, App>, id: String, from: Option<u32>) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { step::take_back_plan(&link, from).await });
    Ok(())
}

/// Start looking for what an earlier platform has left: the charger is only asked.
#[tauri::command]
#[specta::specta]
pub async fn look_for_residue(app: State<'_, App>, id: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { step::look_for_residue(&link).await });
    Ok(())
}

/// The settings that a commissioning often needs, as this charger has them.
#[tauri::command]
#[specta::specta]
pub async fn common_settings(app: State<'_, App>, id: String) -> Result<Vec<SettingLine>, UiError> {
    let record = app.link(&id)?.record().await.map_err(|e| failed(&e))?;
    Ok(plan::offered(&record).iter().map(view::setting).collect())
}

/// Plan for these chargers what stands in another one ("as last time"), with another limit if one is given, mA. How many
/// lines each got.
#[tauri::command]
#[specta::specta]
pub async fn plan_as(
    app: State<'_, App>,
    ids: Vec<String>,
    from: String,
    limit_ma: Option<u32>,
) -> Result<u32, UiError> {
    let model = app.link(&from)?.record().await.map_err(|e| failed(&e))?;
    let changes = plan::template(&model, limit_ma.map(Amperes::from_milliamps));
    if changes.is_empty() {
        return Err(other(
            format!("Nothing that was planned stands in {}.", model.title()),
            "Write a plan into it first.",
        ));
    }
    let mut links = Vec::new();
    for id in ids.iter().take(MOST).filter(|id| **id != from) {
        let link = app.link(id)?;
        same_model(&model, &link.record().await.map_err(|e| failed(&e))?)?;
        links.push(link);
    }
    // None of them before all are known to fit.
    for link in &links {
        for change in &changes {
            put(link, change.clone()).await?;
        }
    }
    Ok(u32::try_from(changes.len()).unwrap_or(u32::MAX))
}

fn same_model(model: &Record, other_one: &Record) -> Result<(), UiError> {
    let of = |record: &Record| record.boot.as_ref().map(|boot| (boot.vendor.clone(), boot.model.clone()));
    if of(model) == of(other_one) && model.version() == other_one.version() {
        return Ok(());
    }
    Err(other(
        format!("{} is another model than {}, or speaks another OCPP.", other_one.title(), model.title()),
        "What fits the one need not fit the other: plan it by hand.",
    ))
}

/// Everything that is planned or set in these chargers, as it is in each of them.
#[tauri::command]
#[specta::specta]
pub async fn compare_chargers(app: State<'_, App>, ids: Vec<String>) -> Result<Vec<DeviatingLine>, UiError> {
    let mut records = Vec::new();
    for id in ids.iter().take(MOST) {
        records.push(app.link(id)?.record().await.map_err(|e| failed(&e))?);
    }
    let all: Vec<&Record> = records.iter().collect();
    Ok(plan::deviating(&all).into_iter().map(view::deviating).collect())
}
