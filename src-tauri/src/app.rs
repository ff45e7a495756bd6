//! What the commands share: the running site, and what is true only while the window is open.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::{Link, View};
use chargehand_site::authority::{AuthorityError, Keeping};
use chargehand_site::store::StoreError;
use chargehand_site::{Options, Site};
use jiff::{SignedDuration, Timestamp};

use crate::finding::{Finding, networks};
use crate::ipc::{AppView, AuthorityView, ChargerView, ErrorCode, FindView, UiError};
use crate::practice::Practice;
use crate::view;

/// What was said when the program was started: `--data` or `--listen`, else the variable, for tests and for support.
fn given(option: &str, variable: &str) -> Option<OsString> {
    let mut words = std::env::args_os().skip(1);
    words.find(|word| word == option).and_then(|_| words.next()).or_else(|| std::env::var_os(variable))
}

/// Where to listen, if somebody said so.
fn listen() -> Result<Option<SocketAddr>, UiError> {
    let Some(text) = given("--listen", "CHARGEHAND_LISTEN") else { return Ok(None) };
    text.to_str().and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| {
        let message = format!("Chargehand was told to listen on {}, which is no address and port.", text.display());
        other(message, "Start it without that, or with one such as --listen 192.168.1.23:9616.")
    })
}

/// Where data and reports go.
pub struct Folders {
    /// The database.
    pub data: PathBuf,
    /// The reports.
    pub handover: PathBuf,
}

impl Folders {
    fn of_this_computer() -> Self {
        if let Some(data) = given("--data", "CHARGEHAND_DATA").map(PathBuf::from) {
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
    /// Practice on simulated chargers, apart from the site.
    pub practice: Practice,
    /// What is found on the network.
    pub finding: Finding,
    /// A person wants to close the window, and is asked whether.
    closing: Mutex<bool>,
    /// What closing would leave behind or break off, by charger, as of the last update.
    unfinished: Mutex<BTreeMap<Arc<str>, Unfinished>>,
    /// The private key of our authority lies under a passphrase.
    under_passphrase: AtomicBool,
    /// Our authority could not be opened by itself, so a person has to.
    authority_waits: AtomicBool,
}

/// What closing would leave behind on one charger, or break off.
struct Unfinished {
    sentence: String,
    /// When it ends by itself.
    until: Option<Timestamp>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Opens the site. A failure is shown in the window, not only on a console nobody sees.
    pub async fn open() -> Self {
        Self::on(Folders::of_this_computer(), listen()).await
    }

    /// Opens the site in these folders.
    pub async fn on(folders: Folders, listen: Result<Option<SocketAddr>, UiError>) -> Self {
        let site = match listen {
            Ok(listen) => {
                let opened = Site::open(&folders.data, Options { listen, ..Options::default() }).await;
                opened.map_err(|e| broken_store(&e))
            }
            Err(problem) => Err(problem),
        };
        Self {
            practice: Practice::new(folders.data.join("practice")),
            finding: Finding::new(&folders.data),
            folders,
            site,
            closing: Mutex::default(),
            unfinished: Mutex::default(),
            under_passphrase: AtomicBool::new(false),
            authority_waits: AtomicBool::new(false),
        }
    }

    /// The site.
    ///
    /// # Errors
    /// Why there is none.
    pub fn site(&self) -> Result<&Site, UiError> {
        self.site.as_ref().map_err(Clone::clone)
    }

    /// The site that a charger belongs to: that of practice for the one that is practised on.
    ///
    /// # Errors
    /// Why there is none.
    pub fn site_of(&self, id: &str) -> Result<&Site, UiError> {
        self.practice.site_of(id).map_or_else(|| self.site(), Ok)
    }

    /// The handle to a charger.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn link(&self, id: &str) -> Result<Link, UiError> {
        let link = self.site_of(id)?.charger(id);
        link.ok_or_else(|| other(format!("There is no charger {id}."), "Choose one of the list."))
    }

    /// Where the reports of a charger go: those of practice into a folder of their own.
    pub fn handover(&self, id: &str) -> PathBuf {
        let practised = self.practice.site_of(id).map(|_| self.folders.handover.join("Practice"));
        practised.unwrap_or_else(|| self.folders.handover.clone())
    }

    /// The question before closing, while it is asked.
    pub fn closing(&self) -> Option<String> {
        locked(&self.closing).then(|| {
            let left = self.left_if_closed();
            left.unwrap_or_else(|| "Nothing of ours is in force any more, and nothing is running.".to_owned())
        })
    }

    /// Asks before closing, or takes the question back.
    pub fn set_closing(&self, asks: bool) {
        *locked(&self.closing) = asks;
    }

    /// What closing now would leave behind or break off; `None` where nothing.
    pub fn left_if_closed(&self) -> Option<String> {
        let unfinished = locked(&self.unfinished);
        let sentences: Vec<&str> = unfinished.values().map(|u| u.sentence.as_str()).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// The ids of chargers on which closing would leave something behind or break something off.
    pub fn unfinished(&self) -> BTreeSet<Arc<str>> {
        locked(&self.unfinished).keys().cloned().collect()
    }

    /// How long until the next thing ends by itself; long where nothing does.
    pub(crate) fn next_end(&self) -> Duration {
        let ends = locked(&self.unfinished).values().filter_map(|u| u.until).min();
        let left = ends.map_or(SignedDuration::from_hours(1), |at| at.duration_since(Timestamp::now()));
        Duration::try_from(left).unwrap_or_default()
    }

    /// Opens the authority that was made before, where its key is in the keychain. One under a passphrase waits for it.
    pub(crate) async fn reopen_authority(&self) {
        let Ok(site) = &self.site else { return };
        if site.made_authority().is_some()
            && let Err(error) = site.secure(Keeping::Keychain).await
        {
            let under_passphrase = matches!(error, AuthorityError::KeptElsewhere { .. });
            self.under_passphrase.store(under_passphrase, Ordering::Relaxed);
            self.authority_waits.store(true, Ordering::Relaxed);
        }
    }

    /// Chargers that want TLS cannot connect until a person opens our authority.
    pub fn authority_waits(&self) -> bool {
        let closed = self.site.as_ref().is_ok_and(|site| site.authority().is_none());
        closed && self.authority_waits.load(Ordering::Relaxed)
    }

    /// Our certificate authority; `None` until one was made.
    pub fn authority(&self) -> Option<AuthorityView> {
        let site = self.site.as_ref().ok()?;
        let (open, root) = match site.authority() {
            Some(root) => (true, root),
            None => (false, site.made_authority()?),
        };
        let under_passphrase = self.under_passphrase.load(Ordering::Relaxed);
        Some(AuthorityView { open, name: root.name(), fingerprint: root.fingerprint(), under_passphrase })
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
        // What is practised on may be left as it is: closing ends it.
        self.note_unfinished(&views);
        view::app(self, &views, self.practice.charger().await)
    }

    /// What discovery knows now. Without a site there is nowhere to keep which network may be scanned.
    pub async fn found(&self) -> FindView {
        let networks = match &self.site {
            Ok(site) => networks(site).await,
            Err(_) => Vec::new(),
        };
        view::find(&networks, &self.finding.state(), self.finding.scans())
    }

    fn note_unfinished(&self, views: &[View]) {
        let now = Timestamp::now();
        let one = |view: &View| {
            let title = view.record.title();
            let sentence = match (view.record.test_limits(now).next(), &view.running) {
                (Some(test), _) => {
                    format!("{title} still holds our test limit of {}{}.", test.limit, view::until(test))
                }
                (None, Some(running)) if running.step != Step::Inspect => {
                    format!("A step is still running on {title}: closing breaks it off.")
                }
                _ => return None,
            };
            let until = view.record.test_limits(now).filter_map(|test| test.ends()).min();
            Some((view.record.id.as_str().into(), Unfinished { sentence, until }))
        };
        *locked(&self.unfinished) = views.iter().filter_map(one).collect();
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

/// A sentence of the engine, which ends with what to do.
pub fn said(text: &str) -> UiError {
    match text.rsplit_once(". ") {
        Some((message, remedy)) => other(format!("{message}."), remedy),
        None => other(text, ""),
    }
}

fn broken_store(error: &StoreError) -> UiError {
    let problem = said(&error.to_string());
    UiError { remedy: format!("{} Then start Chargehand again.", problem.remedy), ..problem }
}
