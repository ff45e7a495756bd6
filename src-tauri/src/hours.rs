//! Cheap hours: what there is to choose from, what would be written, writing it and taking it away.

use chargehand_commissioning::plan::Change;
use chargehand_commissioning::step::set_windows;
use jiff::Timestamp;
use tauri::State;

use crate::app::{App, other};
use crate::commands::{failed, ready};
use crate::ipc::{HoursChoices, HoursPlan, UiError, WeekView};
use crate::plan::write_alone;
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
    // A limit that waits in the plan is not written with them.
    if let Some(refused) = set_windows::refused(&record, &week, platform.as_deref(), None) {
        return Err(other(refused, ""));
    }
    write_alone(link, Change::CheapHours { week: Some(Box::new(week)), platform }).await
}

/// Start taking cheap hours away.
#[tauri::command]
#[specta::specta]
pub async fn clear_hours(app: State<'_, App>, id: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    write_alone(link, Change::CheapHours { week: None, platform: None }).await
}
