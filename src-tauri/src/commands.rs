//! One short function per command: take the words apart, call the engine, convert the answer.

use std::time::Duration;

use chargehand_commissioning::compose::compose;
use chargehand_commissioning::event::{Event, ReportFiles};
use chargehand_commissioning::guard;
use chargehand_commissioning::link::{Busy, CallFailure, Link};
use chargehand_commissioning::plan::Change;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Amperes;
use chargehand_site::Settings;
use tauri::{AppHandle, Runtime, State};
use tauri_specta::Event as _;
use tokio::time::Instant;

use crate::app::{App, charger_view, other};
use crate::ipc::{
    AppView, CeilingPartsView, Changed, ChargerView, ConfigurationView, ErrorCode, FrameView, PolicyView,
    ReportFilesView, SiteView, UiError,
};
use crate::view;

/// The most frames one question gets.
const FRAMES: u32 = 200;
/// How long a cancelled step may take to undo what it did: a few calls of 15 s each.
const UNDONE_WITHIN: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The whole window as it stands.
#[tauri::command]
#[specta::specta]
pub async fn snapshot(app: State<'_, App>) -> Result<AppView, UiError> {
    Ok(app.view().await)
}

/// One charger as it stands; `None` if there is none of that id.
#[tauri::command]
#[specta::specta]
pub async fn charger(app: State<'_, App>, id: String) -> Result<Option<ChargerView>, UiError> {
    match app.link(&id) {
        Ok(link) => Ok(charger_view(&link).await),
        Err(_) => Ok(None),
    }
}

/// Keep what was typed about the place and the people.
#[tauri::command]
#[specta::specta]
pub async fn set_site(app: State<'_, App>, site: SiteView) -> Result<(), UiError> {
    let before = app.site()?.settings();
    keep(&app, Settings { details: site.into(), ..before }).await
}

/// Adopt chargers that come while the Connect step is open, or ask each time.
#[tauri::command]
#[specta::specta]
pub async fn set_auto_adopt(app: State<'_, App>, on: bool) -> Result<(), UiError> {
    let before = app.site()?.settings();
    keep(&app, Settings { auto_adopt: on, ..before }).await
}

async fn keep(app: &App, settings: Settings) -> Result<(), UiError> {
    let kept = app.site()?.set(settings).await;
    kept.map_err(|e| other(e.to_string(), "It is not kept. Try again when the disk can be written."))
}

/// The Connect step was opened or left.
#[tauri::command]
#[specta::specta]
pub async fn connect_step_open(app: State<'_, App>, open: bool) -> Result<(), UiError> {
    app.site()?.set_connect_open(open);
    Ok(())
}

/// From now on this charger may be commanded.
#[tauri::command]
#[specta::specta]
pub async fn adopt(app: State<'_, App>, id: String) -> Result<(), UiError> {
    note(&app.link(&id)?, Event::Adopted { automatic: false }).await
}

pub(crate) async fn note(link: &Link, event: Event) -> Result<(), UiError> {
    link.keep(event).await.map(drop).map_err(|e| failed(&e))
}

/// Answer a charger's deviant messages as if they were right, or as a strict platform would.
#[tauri::command]
#[specta::specta]
pub async fn set_policy(app: State<'_, App>, id: String, policy: PolicyView) -> Result<(), UiError> {
    note(&app.link(&id)?, Event::Policy { policy: view::wanted_policy(policy) }).await
}

/// Keep the parts of the ceiling. Raising it needs every part that was entered before in the same call.
#[tauri::command]
#[specta::specta]
pub async fn set_ceiling(app: State<'_, App>, id: String, parts: CeilingPartsView) -> Result<(), UiError> {
    let link = app.link(&id)?;
    let parts = view::entered(&parts);
    let record = link.record().await.map_err(|e| failed(&e))?;
    record.may_enter(&parts).map_err(|why| other(why, "Read breaker, cable and charger once more."))?;
    note(&link, Event::Ceiling { parts }).await
}

/// Start reading identity and configuration. Progress comes by `changed`.
#[tauri::command]
#[specta::specta]
pub async fn inspect(app: State<'_, App>, id: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { step::inspect(&link).await });
    Ok(())
}

/// Start writing a limit that stays, mA per phase, on a connector (0: the whole charger), as a line of the plan.
#[tauri::command]
#[specta::specta]
pub async fn apply_limit(app: State<'_, App>, id: String, limit_ma: u32, connector: u32) -> Result<(), UiError> {
    let (link, limit) = (ready(&app, &id).await?, Amperes::from_milliamps(limit_ma));
    let record = link.record().await.map_err(|e| failed(&e))?;
    guard::permanent(&record, limit).map_err(|held| failed(&CallFailure::Held(held)))?;
    let line = crate::plan::put(&link, Change::Limit { limit, connector }).await?;
    tauri::async_runtime::spawn(async move { step::apply_plan(&link, Some(line), false).await });
    Ok(())
}

/// Start the check "does it follow a limit?", mA per phase.
#[tauri::command]
#[specta::specta]
pub async fn prove_limit(app: State<'_, App>, id: String, limit_ma: u32) -> Result<(), UiError> {
    let (link, limit) = (ready(&app, &id).await?, Amperes::from_milliamps(limit_ma));
    let record = link.record().await.map_err(|e| failed(&e))?;
    guard::within(record.ceiling_parts.ceiling(), limit).map_err(|held| failed(&CallFailure::Held(held)))?;
    tauri::async_runtime::spawn(async move { step::prove_limit(&link, limit, None).await });
    Ok(())
}

/// A charger that can be commanded now.
pub(crate) async fn ready(app: &App, id: &str) -> Result<Link, UiError> {
    let link = app.link(id)?;
    let view = link.view().await.map_err(|e| failed(&e))?;
    if !view.record.adopted {
        return Err(failed(&CallFailure::NotAdopted));
    }
    if view.record.connected.is_none() {
        return Err(failed(&CallFailure::NotConnected));
    }
    if view.running.is_some() {
        return Err(UiError { code: ErrorCode::Busy, message: Busy.to_string(), remedy: "Wait, or stop it.".into() });
    }
    Ok(link)
}

pub(crate) fn failed(failure: &CallFailure) -> UiError {
    let (code, remedy) = match failure {
        CallFailure::Held(held) => (
            match held {
                guard::Refused::CeilingMissing => ErrorCode::CeilingMissing,
                guard::Refused::AboveCeiling { .. } => ErrorCode::AboveCeiling,
                guard::Refused::BelowMinimum { .. } => ErrorCode::BelowMinimum,
                guard::Refused::EffectUnknown { .. } => ErrorCode::EffectUnknown,
                _ => ErrorCode::Other,
            },
            held.remedy(),
        ),
        CallFailure::NotAdopted => (ErrorCode::NotAdopted, "Adopt it under Connect."),
        CallFailure::NotConnected => (ErrorCode::NotConnected, "Wait until it is back, or look at Connect."),
        _ => (ErrorCode::Other, "Try again."),
    };
    UiError { code, message: failure.to_string(), remedy: remedy.to_owned() }
}

/// Stop the running step safely: it undoes, then ends.
#[tauri::command]
#[specta::specta]
pub async fn cancel(app: State<'_, App>, id: String) -> Result<(), UiError> {
    app.link(&id)?.cancel().await;
    Ok(())
}

/// Clear our test limit and prove it.
#[tauri::command]
#[specta::specta]
pub async fn clear(app: State<'_, App>, id: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    tauri::async_runtime::spawn(async move { step::clear(&link).await });
    Ok(())
}

/// The configuration of a charger as last read; `None` where it was not.
#[tauri::command]
#[specta::specta]
pub async fn configuration(app: State<'_, App>, id: String) -> Result<Option<ConfigurationView>, UiError> {
    let record = app.link(&id)?.record().await.map_err(|e| failed(&e))?;
    Ok(record.configuration.as_ref().map(|snapshot| view::configuration(&record, snapshot)))
}

/// Stored frames and events by number (the evidence of a sentence), at most 200.
#[tauri::command]
#[specta::specta]
pub async fn frames(app: State<'_, App>, id: String, numbers: Vec<u32>) -> Result<Vec<FrameView>, UiError> {
    let numbers: Vec<u64> = numbers.into_iter().take(FRAMES as usize).map(u64::from).collect();
    let entries = app.site_of(&id)?.store().entries(&id, &numbers).await;
    entries.map(|list| list.iter().map(view::frame).collect()).map_err(|e| other(e.to_string(), ""))
}

/// The last stored frames and events of a charger before `before` (or the newest), at most 200, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn frames_before(app: State<'_, App>, id: String, before: Option<u32>) -> Result<Vec<FrameView>, UiError> {
    let entries = app.site_of(&id)?.store().entries_before(&id, before.map(u64::from), FRAMES).await;
    entries.map(|list| list.iter().map(view::frame).collect()).map_err(|e| other(e.to_string(), ""))
}

/// Compose and write the report (PDF and JSON) into the hand-over folder.
#[tauri::command]
#[specta::specta]
pub async fn export_report(app: State<'_, App>, id: String) -> Result<ReportFilesView, UiError> {
    let link = app.link(&id)?;
    let record = link.record().await.map_err(|e| failed(&e))?;
    let (about, folder) = (app.site_of(&id)?.about(), app.handover(&id));
    let stem = view::report_name(&record, &about);
    let pdf = folder.join(format!("{stem}.pdf"));
    let json = pdf.with_extension("json");
    let unwritable = |e: String| other(e, "Choose another folder, or give write permission.");
    std::fs::create_dir_all(&folder).map_err(|e| unwritable(e.to_string()))?;
    let (report, to_pdf, to_json) = (compose(&record, about), pdf.clone(), json.clone());
    let writing = tauri::async_runtime::spawn_blocking(move || chargehand_documents::write(&report, &to_pdf, &to_json));
    let written = writing.await.map_err(|e| unwritable(e.to_string()))?.map_err(|e| unwritable(e.to_string()))?;
    let files = ReportFiles {
        at: link.clock.now(),
        pdf: pdf.display().to_string(),
        json: json.display().to_string(),
        sha256: written.sha256,
    };
    note(&link, Event::Reported { files: files.clone() }).await?;
    Ok(view::files(&files))
}

/// Close the window: `clear` first stops what runs and clears every test limit; without it the window closes as it is.
#[tauri::command]
#[specta::specta]
pub async fn close<R: Runtime>(handle: AppHandle<R>, app: State<'_, App>, clear: bool) -> Result<(), UiError> {
    if clear {
        for id in app.unfinished() {
            finish(&app.link(&id)?).await?;
        }
    }
    handle.exit(0);
    Ok(())
}

/// Stops what runs, waits until that has undone itself, and clears what is in force even then.
async fn finish(link: &Link) -> Result<(), UiError> {
    link.cancel().await;
    let deadline = Instant::now() + UNDONE_WITHIN;
    while link.view().await.map_err(|e| failed(&e))?.running.is_some() {
        if Instant::now() > deadline {
            return Err(other("The step is still undoing what it did.", "Wait a moment and try again."));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let left = async || link.record().await.map(|r| r.test_limits(link.clock.now()).next().is_some());
    if !left().await.map_err(|e| failed(&e))? {
        return Ok(());
    }
    let outcome = step::clear(link).await.map_err(|busy| other(busy.to_string(), "Wait a moment and try again."))?;
    if left().await.map_err(|e| failed(&e))? {
        return Err(other(outcome.finding, "Try again when the charger is back, or close it as it is."));
    }
    Ok(())
}

/// Do not close after all.
#[tauri::command]
#[specta::specta]
pub async fn stay<R: Runtime>(handle: AppHandle<R>, app: State<'_, App>) -> Result<(), UiError> {
    app.set_closing(false);
    let _ = Changed { app: Some(app.view().await), ..Changed::default() }.emit(&handle);
    Ok(())
}
