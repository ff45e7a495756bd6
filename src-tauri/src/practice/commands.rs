//! What the window asks of practice.

use std::collections::BTreeSet;

use chargehand_simulator::Act;
use tauri::State;

use super::known_exercise;
use crate::app::{App, said};
use crate::ipc::{ActView, JudgementView, ShelfView, UiError};
use crate::view;

/// The setting that keeps which exercises were solved.
const SOLVED: &str = "exercises";

/// What can be practised: chargers, cars, exercises.
#[tauri::command]
#[specta::specta]
pub async fn practice_shelf(app: State<'_, App>) -> Result<ShelfView, UiError> {
    Ok(view::shelf(&solved(&app).await))
}

/// The exercises that were solved, now or in an earlier run of the program.
pub(super) async fn solved(app: &App) -> BTreeSet<String> {
    match app.site() {
        Ok(site) => site.store().setting(SOLVED).await.unwrap_or_default(),
        Err(_) => BTreeSet::new(),
    }
}

/// Practise on a simulated charger; takes the place of the practice that runs. An exercise brings its own charger and car.
#[tauri::command]
#[specta::specta]
pub async fn practise(
    app: State<'_, App>,
    personality: String,
    car: String,
    exercise: Option<String>,
) -> Result<(), UiError> {
    begin(&app, &personality, &car, exercise.as_deref()).await
}

/// The folder of practice lies in that of the site: it is emptied by nobody who does not hold that.
pub(super) async fn begin(app: &App, charger: &str, car: &str, exercise: Option<&str>) -> Result<(), UiError> {
    app.site()?;
    app.practice.begin(charger, car, exercise).await
}

/// Do something at the simulated charger.
#[tauri::command]
#[specta::specta]
pub async fn practice_act(app: State<'_, App>, act: ActView) -> Result<(), UiError> {
    app.practice.act(match act {
        ActView::Plug => Act::Plug,
        ActView::Unplug => Act::Unplug,
        ActView::Breaker { on } => Act::Breaker { on },
        ActView::Network { up } => Act::Network { up },
        ActView::House { watts } => Act::House { watts: watts.into() },
        ActView::Sun { watts } => Act::Sun { watts: watts.into() },
        ActView::Tag { text } => Act::Tag(text),
        ActView::Car { name } => return app.practice.bring(&name),
    })
}

/// End the practice: the simulated charger goes away, and what was seen of it with it.
#[tauri::command]
#[specta::specta]
pub async fn end_practice(app: State<'_, App>) -> Result<(), UiError> {
    app.practice.end().await;
    Ok(())
}

/// Answer an exercise with a choice, the first is 0. A right answer is kept.
#[tauri::command]
#[specta::specta]
pub async fn answer_exercise(app: State<'_, App>, exercise: String, choice: u32) -> Result<JudgementView, UiError> {
    judge(&app, &exercise, choice).await
}

/// Was the choice right? That is kept.
///
/// # Errors
/// There is no such exercise, or it is not kept.
pub(super) async fn judge(app: &App, exercise: &str, choice: u32) -> Result<JudgementView, UiError> {
    let exercise = known_exercise(exercise)?;
    if usize::try_from(choice) != Ok(exercise.right) {
        return Ok(JudgementView { right: false, explanation: String::new(), evidence: exercise.hint.clone() });
    }
    let mut solved = solved(app).await;
    if solved.insert(exercise.id.to_owned()) {
        app.site()?.store().set(SOLVED, &solved).await.map_err(|e| said(&e.to_string()))?;
    }
    let (explanation, evidence) = (exercise.explanation.clone(), exercise.evidence.clone());
    Ok(JudgementView { right: true, explanation, evidence })
}
