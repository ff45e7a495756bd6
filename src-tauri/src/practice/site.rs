//! The site of practice: on the loopback, in a folder that is emptied first.

use std::io;
use std::path::{Path, PathBuf};

use chargehand_commissioning::report::SiteDetails;
use chargehand_site::{Options, Settings, Site};
use tokio::runtime::Handle;

use crate::app::{other, said};
use crate::ipc::UiError;

/// Opens it.
///
/// # Errors
/// Why it cannot be.
pub async fn open(folder: PathBuf) -> Result<Site, UiError> {
    let runtime = Handle::current();
    // On a thread of its own: emptying a folder takes its time.
    let opening = tokio::task::spawn_blocking(move || runtime.block_on(opened(&folder)));
    opening.await.map_err(|e| other(format!("Practice cannot be opened ({e})."), "Start Chargehand again."))?
}

async fn opened(folder: &Path) -> Result<Site, UiError> {
    empty(folder).map_err(|e| {
        let what = format!("The folder of practice, {}, cannot be emptied ({e}).", folder.display());
        other(what, "Give write permission to it.")
    })?;
    // The loopback only: nobody on the network reaches it, and it works without one.
    let options = Options { listen: Some(([127, 0, 0, 1], 0).into()), ..Options::default() };
    let site = Site::open(folder, options).await.map_err(|e| said(&e.to_string()))?;
    let details = SiteDetails {
        address: "Practice, no installation".into(),
        customer: "Practice, no customer".into(),
        job: "PRACTICE".into(),
        ..SiteDetails::default()
    };
    site.set(Settings { details, ..Settings::default() }).await.map_err(|e| said(&e.to_string()))?;
    site.listen().await.map_err(|e| said(&e.to_string()))?;
    Ok(site)
}

/// What was practised before is of no use: it would only be taken for something.
fn empty(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
