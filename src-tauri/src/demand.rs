//! Demand response: what a signal becomes, rehearsing and holding it, and what was measured at the output.

use chargehand_commissioning::demand::{Basis, express};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::step;
use tauri::State;

use crate::app::{App, other};
use crate::commands::{failed, note, ready};
use crate::ipc::{DemandOrderView, ExpressionView, SaidView, SignalView, UiError};
use crate::view;

/// What signals become on a charger. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn demand_preview(
    app: State<'_, App>,
    id: String,
    signals: Vec<SignalView>,
    said: SaidView,
) -> Result<Vec<ExpressionView>, UiError> {
    let link = app.link(&id)?;
    let record = link.record().await.map_err(|e| failed(&e))?;
    let basis = Basis::of(&record, &view::said(&said), link.clock.now());
    let signals = signals.iter().map(view::signal);
    Ok(signals.map(|signal| view::expression(&signal, &express(&signal, &basis))).collect())
}

/// Start rehearsing signals, or holding one. Progress comes by `changed`.
#[tauri::command]
#[specta::specta]
pub async fn demand_response(app: State<'_, App>, id: String, order: DemandOrderView) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    let order = view::order(&order);
    if order.signals.is_empty() {
        return Err(other("Nothing was chosen.", "Choose at least one signal."));
    }
    tauri::async_runtime::spawn(async move { step::demand_response(&link, &order).await });
    Ok(())
}

/// Keep what a licensed person measured at the output.
#[tauri::command]
#[specta::specta]
pub async fn output_dead(app: State<'_, App>, id: String, by: String, dead: bool) -> Result<(), UiError> {
    let by = by.trim().to_owned();
    if by.is_empty() {
        return Err(other("Nobody was named.", "Enter the name of the licensed person who measured."));
    }
    note(&app.link(&id)?, Event::OutputDead { by, dead }).await
}
