//! What changes at the site is told to the window, at most ten times a second.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::{Link, View};
use chargehand_commissioning::step;
use chargehand_site::Site;
use chargehand_site::discovery::State;
use chargehand_site::store::Health;
use tauri::{AppHandle, Manager, Runtime};
use tauri_specta::Event;
use tokio::sync::watch;

use crate::app::App;
use crate::ipc::Changed;
use crate::view;

/// At least this is between one telling and the next.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens, then forwards what changes, at most ten times a second.
pub async fn forward<R: Runtime>(handle: AppHandle<R>) {
    let app = handle.state::<App>();
    let Ok(site) = app.site.as_ref() else { return };
    let _ = site.listen().await;
    let network = tauri::async_runtime::spawn({
        let site = site.clone();
        async move { site.follow_network().await }
    });
    let authority = tauri::async_runtime::spawn({
        let handle = handle.clone();
        async move { handle.state::<App>().reopen_authority().await }
    });
    let teller =
        ToWindow { handle: &handle, app: &app, site, health: site.store().health(), found: app.finding.watch() };
    paced(teller).await;
    network.abort();
    authority.abort();
}

/// What has news for somebody.
trait Teller {
    /// What is told.
    type News: Send;
    /// Waits until there is news, and gives all that there is.
    fn gather(&mut self) -> impl Future<Output = Self::News> + Send;
    /// Tells it; false once nobody listens any more.
    fn tell(&mut self, news: Self::News) -> impl Future<Output = bool> + Send;
}

/// Tells news at most ten times a second; what happens in between is gathered meanwhile.
async fn paced(mut teller: impl Teller) {
    loop {
        let news = teller.gather().await;
        if !teller.tell(news).await {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What there is to tell.
#[derive(Default)]
struct News {
    /// The frame of the window.
    frame: bool,
    /// The ids of chargers; an empty one is the site itself.
    chargers: BTreeSet<Arc<str>>,
    /// What is practised on.
    practice: bool,
    /// What discovery knows.
    find: bool,
}

/// What changes at the site and in practice, told to the window.
struct ToWindow<'a, R: Runtime> {
    handle: &'a AppHandle<R>,
    app: &'a App,
    site: &'a Site,
    health: watch::Receiver<Health>,
    found: watch::Receiver<State>,
}

impl<R: Runtime> Teller for ToWindow<'_, R> {
    type News = News;

    async fn gather(&mut self) -> Self::News {
        let of_site = |chargers| News { frame: true, chargers, ..News::default() };
        let of_network = || News { find: true, ..News::default() };
        tokio::select! {
            changed = self.site.changes() => of_site(changed),
            Ok(()) = self.health.changed() => of_site(BTreeSet::new()),
            // What ends by itself tells nobody.
            () = tokio::time::sleep(self.app.next_end()) => of_site(self.app.unfinished()),
            moved = self.app.practice.moved() => {
                let frame = moved.turned || moved.changed.is_some();
                News { frame, chargers: moved.changed.into_iter().collect(), practice: true, ..News::default() }
            }
            Ok(()) = self.found.changed() => of_network(),
            () = self.app.finding.moved() => of_network(),
        }
    }

    async fn tell(&mut self, news: Self::News) -> bool {
        let practice = self.app.practice.with(view::practice).filter(|_| news.practice);
        let app = if news.frame { Some(self.app.view().await) } else { None };
        // Nobody sees what discovery knows while its step is not open: it is read when that opens.
        let find = if news.find && self.app.finding.is_open() { Some(self.app.found().await) } else { None };
        let _ = Changed { app, practice, find, charger: None }.emit(self.handle);
        for id in news.chargers.iter().filter(|id| !id.is_empty()) {
            let Ok(link) = self.app.link(id) else { continue };
            let Ok(view) = link.view().await else { continue };
            if self.app.practice.site_of(id).is_none() {
                self.app.finding.arrived(&view);
            }
            inspect_newcomer(&link, &view);
            let _ = Changed { charger: Some(view::charger(&view)), ..Changed::default() }.emit(self.handle);
        }
        !self.handle.webview_windows().is_empty()
    }
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

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::app::locked;

    /// Hears of each change of one charger, and writes down when it was told which.
    struct Ear {
        changes: watch::Receiver<u32>,
        told: Arc<Mutex<Vec<(Instant, u32)>>>,
    }

    impl Teller for Ear {
        type News = Option<u32>;

        async fn gather(&mut self) -> Option<u32> {
            self.changes.changed().await.ok().map(|()| *self.changes.borrow_and_update())
        }

        async fn tell(&mut self, change: Option<u32>) -> bool {
            locked(&self.told).extend(change.map(|change| (Instant::now(), change)));
            change.is_some()
        }
    }

    /// What is told of a charger that changes every millisecond.
    async fn told_of_a_flood(lasts: Duration) -> Vec<(Instant, u32)> {
        let (source, changes) = watch::channel(0);
        let end = Instant::now() + lasts;
        let flood = async move {
            while Instant::now() < end {
                sleep(Duration::from_millis(1)).await;
                source.send_modify(|count| *count += 1);
            }
        };
        let told = Arc::default();
        tokio::join!(flood, paced(Ear { changes, told: Arc::clone(&told) }));
        std::mem::take(&mut *locked(&told))
    }

    #[tokio::test(start_paused = true)]
    async fn a_charger_that_changes_a_thousand_times_a_second_is_told_ten_times_a_second_at_most() {
        let told = told_of_a_flood(Duration::from_secs(5)).await;
        assert!(told.len() > 40, "only {} times", told.len());
        for ten in told.windows(11) {
            assert!(ten[10].0 - ten[0].0 >= Duration::from_secs(1), "eleven in {:?}", ten[10].0 - ten[0].0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_change_of_a_flood_is_told_and_the_first_at_once() {
        let began = Instant::now();
        let told = told_of_a_flood(Duration::from_secs(2)).await;
        let (first, last) = (told.first().expect("a first"), told.last().expect("a last"));
        assert_eq!(last.1, 2000);
        assert!(first.0 - began <= Duration::from_millis(2));
    }
}
