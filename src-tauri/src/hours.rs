//! Cheap hours: what there is to choose from, what would be written, writing it and taking it away.

use chargehand_commissioning::step::set_windows;
use jiff::Timestamp;
use tauri::State;

use crate::app::{App, other};
use crate::commands::{failed, ready};
use crate::ipc::{HoursChoices, HoursPlan, UiError, WeekView};
use crate::view;

/// What there is to choose from for cheap hours.
#[tauri::command]
#[specta::specta]
pub async fn hours_choices() -> Result<HoursChoices, UiError> {
    Ok(view::hours_choices())
}

/// What would be written of these cheap hours; `platform` is the id of the platform that the charger is to be handed to.
/// Nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn hours_plan(
    app: State<'_, App>,
    id: String,
    week: WeekView,
    platform: Option<String>,
) -> Result<HoursPlan, UiError> {
    let record = app.link(&id)?.record().await.map_err(|e| failed(&e))?;
    Ok(view::hours_plan(&record, view::week(&week), platform.as_deref(), Timestamp::now()))
}

/// Start writing cheap hours.
#[tauri::command]
#[specta::specta]
pub async fn apply_hours(
    app: State<'_, App>,
    id: String,
    week: WeekView,
    platform: Option<String>,
) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    let week = view::week(&week).map_err(|unfit| other(unfit.to_string(), "Change the hours."))?;
    let record = link.record().await.map_err(|e| failed(&e))?;
    if let Some(refused) = set_windows::refused(&record, &week, platform.as_deref()) {
        return Err(other(refused, ""));
    }
    tauri::async_runtime::spawn(async move { set_windows::apply(&link, &week, platform.as_deref()).await });
    Ok(())
}

/// Start taking cheap hours away.
#[tauri::command]
#[specta::specta]
pub async fn clear_hours(app: State<'_, App>, id: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { set_windows::take_away(&link).await });
    Ok(())
}
