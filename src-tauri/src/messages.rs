//! Inspect → Messages: what a version lets us send, the official schema of each, and sending one.

use chargehand_commissioning::journal::Entry;
use chargehand_commissioning::link::CallFailure;
use chargehand_ocpp::message::{self, Direction};
use chargehand_ocpp::schema::{self, Half};
use chargehand_ocpp::{Call, Version};
use serde_json::Value;
use tauri::State;

use crate::app::{App, other};
use crate::commands::{failed, ready};
use crate::ipc::{SentOutcome, SentView, UiError};
use crate::view;

fn version(name: &str) -> Result<Version, UiError> {
    let known = Version::ALL.into_iter().find(|version| version.name() == name);
    known.ok_or_else(|| other(format!("OCPP {name} is not spoken here."), "Choose a charger again."))
}

/// The messages that a version of OCPP (`1.6`, `2.0.1`, `2.1`) lets us send to a charger, by name.
#[tauri::command]
#[specta::specta]
pub async fn messages(version: String) -> Result<Vec<String>, UiError> {
    let sendable = message::all(self::version(&version)?).iter().filter(|m| m.direction != Direction::FromCharger);
    Ok(sendable.map(|m| m.action.to_owned()).collect())
}

/// The official schema of a request, as JSON text; `None` where the version has no such message.
#[tauri::command]
#[specta::specta]
pub async fn message_schema(version: String, action: String) -> Result<Option<String>, UiError> {
    Ok(schema::text(self::version(&version)?, &action, Half::Request).map(str::to_owned))
}

/// Send a message; `payload` is a JSON object as text. `confirmed`: the person knows its effect on the current. An error
/// answer, silence and a lost connection are outcomes, not errors; an error means that it was not sent.
#[tauri::command]
#[specta::specta]
pub async fn send_message(
    app: State<'_, App>,
    id: String,
    action: String,
    payload: String,
    confirmed: bool,
) -> Result<SentView, UiError> {
    let unreadable = || other("The payload is no JSON object, so it was not sent.", "Mend it and send it again.");
    let payload: Value = serde_json::from_str(&payload).map_err(|_| unreadable())?;
    if !payload.is_object() {
        return Err(unreadable());
    }
    let link = ready(&app, &id).await?;
    let version = link.record().await.map_err(|e| failed(&e))?.version();
    let answer = link.call_confirmed(Call { action: action.clone(), payload }, confirmed).await;
    let (outcome, numbers) = match &answer {
        Ok(answered) => (SentOutcome::Answered, vec![answered.sent, answered.number]),
        Err(failure @ CallFailure::Error { .. }) => (SentOutcome::Error, failure.evidence()),
        Err(failure @ CallFailure::Silent { .. }) => (SentOutcome::Silent, failure.evidence()),
        Err(failure @ CallFailure::Lost { .. }) => (SentOutcome::Lost, failure.evidence()),
        Err(failure) => return Err(failed(failure)),
    };
    let stored = app.site_of(&id)?.store().entries(&id, &numbers).await;
    let stored = stored.map_err(|e| other(e.to_string(), "It was sent. Look among all frames for the answer."))?;
    let deviations = answer.map(|a| schema::check(version, &action, Half::Response, &a.payload)).unwrap_or_default();
    let [request, answer @ ..] = stored.as_slice() else {
        return Err(other("What was sent cannot be found on the disk.", "Look among all frames."));
    };
    Ok(SentView {
        action,
        outcome,
        request: view::frame(request),
        ms: answer.first().map(|answer| between(request, answer)),
        answer: answer.first().map(view::frame),
        deviations: deviations.iter().map(|one| view::deviation("", one)).collect(),
    })
}

/// From one entry to a later one, ms.
fn between(earlier: &Entry, later: &Entry) -> u32 {
    u32::try_from(later.at.duration_since(earlier.at).as_millis()).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_message_that_can_be_sent_has_its_sentence_in_the_window() {
        let words = include_str!("../../ui/src/words/messages.ts");
        let risks = include_str!("../../ui/src/screens/inspect/messages/risk.ts");
        for version in Version::ALL {
            for action in tauri::async_runtime::block_on(messages(version.name().to_owned())).expect("a list") {
                let line = words.lines().find(|line| line.starts_with(&format!("  {action}: {{ does: ")));
                let line = line.unwrap_or_else(|| panic!("ui/src/words/messages.ts does not say what {action} does"));
                let reads = risks.split("const writes").next().is_some_and(|r| r.contains(&format!("'{action}'")));
                assert_eq!(
                    reads,
                    !line.contains("back: "),
                    "{action}: a way back where, and only where, it changes something"
                );
            }
        }
    }

    #[test]
    fn what_only_chargers_send_is_not_offered_and_every_offer_has_its_schema() {
        for version in Version::ALL {
            let name = version.name().to_owned();
            let list = tauri::async_runtime::block_on(messages(name.clone())).expect("a list");
            assert!(!list.iter().any(|action| action == "BootNotification") && list.len() > 25, "{list:?}");
            for action in list {
                let text =
                    tauri::async_runtime::block_on(message_schema(name.clone(), action.clone())).expect("an answer");
                assert!(text.is_some_and(|text| text.starts_with('{')), "{name} {action}");
            }
        }
    }
}
