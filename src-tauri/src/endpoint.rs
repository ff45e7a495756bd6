//! What comes to our port, and how it is secured: one connection's stages, our certificate authority, its root.

use chargehand_site::authority::{AuthorityError, Keeping, Passphrase};
use tauri::State;

use crate::app::{App, other, said};
use crate::ipc::{ConnectionView, UiError};
use crate::view;

/// One connection to our port with all its stages; `None` where it is no longer kept.
#[tauri::command]
#[specta::specta]
pub async fn connection(app: State<'_, App>, id: String) -> Result<Option<ConnectionView>, UiError> {
    let attempts = [app.site()?.attempts(), app.practice.attempts()].concat();
    Ok(attempts.iter().find(|attempt| attempt.id.to_string() == id).map(view::connection))
}

/// Open our certificate authority, or make it where there is none: from then on chargers can speak TLS. Its private key
/// is kept encrypted under the passphrase, or without one in the computer's keychain.
#[tauri::command]
#[specta::specta]
pub async fn secure(app: State<'_, App>, passphrase: Option<String>) -> Result<(), UiError> {
    let keeping = match passphrase {
        None => Keeping::Keychain,
        Some(text) => Keeping::Passphrase(Passphrase::new(text).map_err(|e| failed(&e))?),
    };
    app.site()?.secure(keeping).await.map(drop).map_err(|e| failed(&e))
}

/// Write the root of our certificate authority into the hand-over folder, as PEM or DER; its path.
#[tauri::command]
#[specta::specta]
pub async fn export_root(app: State<'_, App>, der: bool) -> Result<String, UiError> {
    let root = app.site()?.made_authority();
    let root = root.ok_or_else(|| other("There is no certificate authority yet.", "Make it first."))?;
    let (ending, bytes) = if der { ("der", root.der().to_vec()) } else { ("pem", root.pem().into_bytes()) };
    let file = app.folders.handover.join(format!("{} {}.{ending}", root.name(), &root.fingerprint()[..8]));
    let written = std::fs::create_dir_all(&app.folders.handover).and_then(|()| std::fs::write(&file, bytes));
    written.map_err(|e| {
        other(format!("{} cannot be written ({e}).", file.display()), "Give write permission to that folder.")
    })?;
    Ok(file.display().to_string())
}

/// In the window's words: there are no options to start it with.
fn failed(error: &AuthorityError) -> UiError {
    match error {
        AuthorityError::Keychain { why } => other(
            format!("This computer’s keychain cannot be used ({why})."),
            "Unlock it and try again, or keep the key under a passphrase. It is never kept unencrypted.",
        ),
        AuthorityError::KeptElsewhere { there, .. } => {
            other(format!("The private key is kept {there}."), "Open it the way it was made.")
        }
        AuthorityError::WrongPassphrase { .. } => other(
            "This is not the passphrase that the private key was encrypted with.",
            "Type it again. Without it the private key is lost.",
        ),
        error => said(&error.to_string()),
    }
}
