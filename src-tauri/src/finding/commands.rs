//! What the window asks of discovery.

use tauri::State;

use super::networks;
use crate::app::{App, other};
use crate::ipc::{FindView, UiError};

/// Discovery as it stands.
#[tauri::command]
#[specta::specta]
pub async fn find(app: State<'_, App>) -> Result<FindView, UiError> {
    Ok(app.found().await)
}

/// The Find step was opened or left.
#[tauri::command]
#[specta::specta]
pub async fn find_step_open(app: State<'_, App>, open: bool) -> Result<(), UiError> {
    app.finding.set_open(app.site()?, open).await;
    Ok(())
}

/// A person allows to scan a network, or takes that back; kept for this network.
#[tauri::command]
#[specta::specta]
pub async fn allow_network(app: State<'_, App>, key: String, on: bool) -> Result<(), UiError> {
    let site = app.site()?;
    let known = networks(site).await.into_iter().find(|(network, _)| network.key() == key);
    let (network, _) = known.ok_or_else(|| {
        other(
            "This computer is no longer in that network.",
            "Look at the list again: it shows those that it is in now.",
        )
    })?;
    let kept = if on { site.allow(&network).await.map(drop) } else { site.disallow(&network).await };
    kept.map_err(|e| other(e.to_string(), "It is not kept. Try again when the disk can be written."))?;
    app.finding.hear(site).await;
    Ok(())
}

/// Begin a scan of the networks that a person allowed; with `modbus` every device is asked over Modbus, too.
#[tauri::command]
#[specta::specta]
pub async fn scan(app: State<'_, App>, modbus: bool) -> Result<(), UiError> {
    app.finding.scan(app.site()?, modbus).await
}

/// Stop the scan that runs.
#[tauri::command]
#[specta::specta]
pub async fn stop_scan(app: State<'_, App>) -> Result<(), UiError> {
    app.finding.stop();
    Ok(())
}

/// Look at one address that a person typed.
#[tauri::command]
#[specta::specta]
pub async fn look_at(app: State<'_, App>, address: String) -> Result<(), UiError> {
    app.finding.look_at(app.site()?, &address).await
}
