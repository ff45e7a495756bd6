//! What the commands share: the running site, and what is true only while the window is open.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::{Link, View};
use chargehand_commissioning::step;
use chargehand_site::store::StoreError;
use chargehand_site::{Options, Site};
use tauri::{AppHandle, Manager, Runtime};
use tauri_specta::Event;

use crate::ipc::{AppView, Changed, ChargerView, ErrorCode, UiError};
use crate::view;

/// At most ten updates a second reach the window.
const PAUSE: Duration = Duration::from_millis(100);

/// Where data goes and where we listen. The environment may say otherwise, for tests and for support.
pub struct Folders {
    /// The database.
    pub data: PathBuf,
    /// The reports.
    pub handover: PathBuf,
}

impl Folders {
    fn of_this_computer() -> Self {
        if let Some(data) = std::env::var_os("CHARGEHAND_DATA").map(PathBuf::from) {
            return Self { handover: data.join("handover"), data };
        }
        let data = directories::ProjectDirs::from("org", "chargehand", "Chargehand")
            .map_or_else(|| PathBuf::from("chargehand-data"), |dirs| dirs.data_local_dir().to_path_buf());
        let documents = directories::UserDirs::new().and_then(|dirs| dirs.document_dir().map(PathBuf::from));
        let handover = documents.map_or_else(|| data.join("handover"), |documents| documents.join("Chargehand"));
        Self { data, handover }
    }
}

/// The state of the app.
pub struct App {
    /// Where data goes.
    pub folders: Folders,
    /// The site, or why there is none.
    pub site: Result<Site, UiError>,
    /// The question that is asked before the window closes.
    closing: Mutex<Option<String>>,
    /// Chargers whose test limit is in force, as of the last update.
    limited: Mutex<BTreeMap<String, String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Opens the site. A failure is shown in the window, not only on a console nobody sees.
    pub async fn open() -> Self {
        let folders = Folders::of_this_computer();
        let listen = std::env::var("CHARGEHAND_LISTEN").ok().and_then(|text| text.parse::<SocketAddr>().ok());
        let site = Site::open(&folders.data, Options { listen, ..Options::default() }).await;
        Self { folders, site: site.map_err(|e| broken_store(&e)), closing: Mutex::default(), limited: Mutex::default() }
    }

    /// The site.
    ///
    /// # Errors
    /// Why there is none.
    pub fn site(&self) -> Result<&Site, UiError> {
        self.site.as_ref().map_err(Clone::clone)
    }

    /// The handle to a charger.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn link(&self, id: &str) -> Result<Link, UiError> {
        self.site()?.charger(id).ok_or_else(|| other(format!("There is no charger {id}."), "Choose one of the list."))
    }

    /// The question before closing.
    pub fn closing(&self) -> Option<String> {
        locked(&self.closing).clone()
    }

    /// Sets or takes back the question before closing.
    pub fn set_closing(&self, question: Option<String>) {
        *locked(&self.closing) = question;
    }

    /// The question that must be asked before the window closes; `None` where nothing of ours would be left.
    pub fn left_if_closed(&self) -> Option<String> {
        let limited = locked(&self.limited);
        (!limited.is_empty()).then(|| {
            let list: Vec<&str> = limited.values().map(String::as_str).collect();
            format!("A test limit of ours is still in force: {}.", list.join("; "))
        })
    }

    /// The ids of chargers whose test limit is in force.
    pub fn limited(&self) -> Vec<String> {
        locked(&self.limited).keys().cloned().collect()
    }

    /// The whole frame of the window.
    pub async fn view(&self) -> AppView {
        let mut views = Vec::new();
        if let Ok(site) = &self.site {
            for id in site.chargers() {
                if let Some(link) = site.charger(&id)
                    && let Ok(view) = link.view().await
                {
                    views.push(view);
                }
            }
        }
        self.note_limits(&views);
        view::app(self, &views)
    }

    fn note_limits(&self, views: &[View]) {
        let now = jiff::Timestamp::now();
        let mut limited = BTreeMap::new();
        for view in views {
            if let Some(test) = view.record.test_limits(now).next() {
                limited.insert(view.record.id.clone(), format!("{} at {}", view.record.title(), test.limit));
            }
        }
        *locked(&self.limited) = limited;
    }
}

/// A charger's view.
pub async fn charger_view(link: &Link) -> Option<ChargerView> {
    link.view().await.ok().map(|view| view::charger(&view))
}

/// An error on which the window does not act.
pub fn other(message: impl Into<String>, remedy: impl Into<String>) -> UiError {
    UiError { code: ErrorCode::Other, message: message.into(), remedy: remedy.into() }
}

fn broken_store(error: &StoreError) -> UiError {
    let text = error.to_string();
    // Every sentence of the store ends with what to do.
    let (message, remedy) = text.split_once(". ").unwrap_or((text.as_str(), ""));
    other(message, remedy)
}

/// Listens, then forwards what changes, at most ten times a second.
pub async fn forward<R: Runtime>(handle: AppHandle<R>) {
    let app = handle.state::<App>();
    let Ok(site) = app.site.as_ref() else { return };
    let _ = site.listen().await;
    let network = tauri::async_runtime::spawn({
        let site = site.clone();
        async move { site.follow_network().await }
    });
    loop {
        let changed = site.changes().await;
        let _ = Changed { app: Some(app.view().await), charger: None }.emit(&handle);
        for id in changed.iter().filter(|id| !id.is_empty()) {
            let Some(link) = site.charger(id) else { continue };
            let Ok(view) = link.view().await else { continue };
            inspect_newcomer(&link, &view);
            let _ = Changed { app: None, charger: Some(view::charger(&view)) }.emit(&handle);
        }
        if handle.webview_windows().is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    network.abort();
}

/// A charger that was just adopted is inspected by itself: reading harms nothing, and it is the next thing anyone does.
fn inspect_newcomer(link: &Link, view: &View) {
    let record = &view.record;
    let fresh = record.configuration.is_none() && !record.outcomes.contains_key(&Step::Inspect);
    if record.adopted && record.connected.is_some() && fresh && view.running.is_none() {
        let link = link.clone();
        tauri::async_runtime::spawn(async move { step::inspect(&link).await });
    }
}
