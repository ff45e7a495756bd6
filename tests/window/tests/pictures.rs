//! Pictures of the real window, for the README and for looking at: every step, light and dark, in three sizes.
//! `WINDOW_PICTURES=folder xvfb-run -a -s "-screen 0 1920x1080x24" cargo test -p window-tests -- --ignored pictures`
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use window_tests::{Charger, Window};

struct Album(PathBuf);

impl Album {
    async fn take(&self, window: &Window, name: &str) {
        for (width, height) in [(1280, 800), (1440, 900), (1920, 1080)] {
            for theme in ["light", "dark"] {
                window.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                let picture = window.picture(width, height).await;
                std::fs::write(self.0.join(format!("{name}-{width}-{theme}.png")), picture).unwrap();
            }
        }
    }
}

#[tokio::test]
#[ignore = "draws pictures; run it by name"]
async fn pictures() {
    let album = Album(std::env::var_os("WINDOW_PICTURES").expect("WINDOW_PICTURES names a folder").into());
    std::fs::create_dir_all(&album.0).unwrap();
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), "").await;
    album.take(&window, "0-start").await;
    if window.run("return !document.querySelector('[data-testid=endpoint]').innerText.includes('ws://')").await == true
    {
        let window = window.killed_and_opened_again(data.path(), "127.0.0.1:0").await;
        return journey(&album, window).await;
    }
    journey(&album, window).await;
}

/// From an empty window to the report.
async fn journey(album: &Album, window: Window) {
    window.press("rail-site").await;
    for (field, text) in [
        ("address", "14 Wattle St, Norwood"),
        ("customer", "Chen"),
        ("job", "2026-114"),
        ("company", "Norwood Electrical"),
        ("licence", "PGE 281 404"),
        ("tester", "M. Okafor"),
    ] {
        window.enter(&format!("site-{field}"), text).await;
    }
    album.take(&window, "1-site").await;
    window.press("rail-chargers").await;
    album.take(&window, "2-find").await;
    window.press("to-connect").await;
    album.take(&window, "2a-connect").await;
    window.enter("model-search", "wattpilot").await;
    window.press("model-result").await;
    window.see("fields").await;
    album.take(&window, "2b-recipe").await;
    let _charger = Charger::plugged(&window.url().await, "CP-7");
    window.see_in("newcomer", "Simulated").await;
    album.take(&window, "3-newcomer").await;
    window.press("open-charger").await;
    window.see_in("arrivals", "BootNotification").await;
    album.take(&window, "4-arrived").await;
    window.press("adopt").await;
    window.press("step-inspect").await;
    window.see_in("step-inspect", "keys saved").await;
    album.take(&window, "5-inspect").await;
    window.press("tab-messages").await;
    window.enter("message-search", "SetChargingProfile").await;
    window.press("message").await;
    window.enter("form/connectorId", "x").await;
    album.take(&window, "5a-form").await;
    window.enter("message-search", "GetConfiguration").await;
    window.press("message").await;
    window.press("send").await;
    window.see("sent").await;
    album.take(&window, "5b-answer").await;
    window.press("tab-deviations").await;
    album.take(&window, "5c-deviations").await;
    window.press("step-connect").await;
    window.press("handshake-open").await;
    window.see("stage").await;
    album.take(&window, "5d-handshake").await;
    window.press("sheet-close").await;
    window.press("step-set").await;
    album.take(&window, "6-no-ceiling").await;
    for (part, amps) in [("breakerMa", "25"), ("cableMa", "32"), ("nameplateMa", "32"), ("installerMa", "25")] {
        window.enter(part, amps).await;
    }
    window.see_in("ceiling-value", "25.0").await;
    window.press("installerConfirmed").await;
    window.gone("no-hardware-limit").await;
    window.enter("limit", "20").await;
    window.press("apply").await;
    window.see("permanent-outcome").await;
    album.take(&window, "7-set").await;
    window.press("step-prove").await;
    album.take(&window, "8-before").await;
    window.press("start").await;
    album.take(&window, "9-asked").await;
    window.press("confirm-yes").await;
    window.see_in("doing", "end by itself").await;
    album.take(&window, "10-running").await;
    window.see_in("verdict", "passed").await;
    album.take(&window, "11-passed").await;
    window.press("step-handOver").await;
    window.press("export").await;
    window.see("report-files").await;
    album.take(&window, "12-report").await;
    window.press("rail-chargers").await;
    album.take(&window, "13-chargers").await;
    window.press("rail-buy").await;
    window.enter("buy-search", "zappi").await;
    window.see("answer").await;
    album.take(&window, "13a-buy").await;
    window.press("rail-practice").await;
    album.take(&window, "14-exercises").await;
    window.press("tab-chargers").await;
    album.take(&window, "15-practice").await;
    window.press("start").await;
    window.see("see").await;
    window.press("cable-turn").await;
    album.take(&window, "16-bench").await;
}
