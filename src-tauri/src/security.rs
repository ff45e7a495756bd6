//! Raising a charger's security profile: what would be done, and doing it.

use chargehand_commissioning::link::CallFailure;
use chargehand_commissioning::step::upgrade_security;
use chargehand_ocpp::security::can_be_password;
use chargehand_site::UpgradeError;
use tauri::State;

use crate::app::{App, other, said};
use crate::commands::{failed, ready};
use crate::ipc::{ErrorCode, PlanView, UiError};
use crate::view;

/// The lowest profile that needs TLS, so our certificate authority.
const WITH_TLS: u8 = 2;

/// What reaching a security profile would write, what proves it, and the way back. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn security_plan(app: State<'_, App>, id: String, to: u8) -> Result<PlanView, UiError> {
    let record = app.link(&id)?.record().await.map_err(|e| failed(&e))?;
    Ok(view::plan(upgrade_security::plan(&record, to)))
}

/// Raise the security profile to `to`, rung by rung, with this password. Answers when that has ended, and its outcome comes
/// by `changed`; an error means that nothing was sent.
#[tauri::command]
#[specta::specta]
pub async fn raise_security(app: State<'_, App>, id: String, to: u8, password: String) -> Result<(), UiError> {
    let link = ready(&app, &id).await?;
    let record = link.record().await.map_err(|e| failed(&e))?;
    let site = app.site_of(&id)?;
    if to >= WITH_TLS && app.practice.site_of(&id).is_some() {
        app.practice.secure().await?;
    }
    if upgrade_security::plan(&record, to).rungs.is_empty() {
        return Err(other("It has that security profile already.", "Choose a higher one."));
    }
    // The engine would say both as an outcome; here nothing is kept of the password either.
    can_be_password(record.version(), &password).map_err(|rule| other(rule, "Choose such a password."))?;
    if to >= WITH_TLS && site.authority().is_none() {
        return Err(other(
            "Profiles 2 and 3 need TLS, and no certificate authority is open here.",
            "Make or open it under Site first.",
        ));
    }
    site.upgrade_security(&id, to, &password).await.map(drop).map_err(|e| not_begun(&e))
}

fn not_begun(error: &UpgradeError) -> UiError {
    match error {
        UpgradeError::Unknown(_) => failed(&CallFailure::NotConnected),
        UpgradeError::Busy(busy) => {
            UiError { code: ErrorCode::Busy, message: busy.to_string(), remedy: "Wait, or stop it.".into() }
        }
        UpgradeError::Store(error) => said(&error.to_string()),
    }
}
