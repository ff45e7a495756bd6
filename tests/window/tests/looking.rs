//! Journeys in the real window of somebody who looks for a charger: in the catalogue and on the network. As in `window.rs`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use window_tests::{Charger, Window};

/// Any free port of this computer.
const LOCAL: &str = "127.0.0.1:0";
/// The charger's OCPP identity.
const ID: &str = "CP-7";

#[tokio::test]
async fn before_you_buy_a_charger_is_found_by_a_slip_compared_and_asked_about() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    window.press("rail-buy").await;
    window.see_in("buy-begin", "chargers").await;
    window.is_clean("before anything is looked up").await;
    window.enter("buy-search", "myenergy zapi").await;
    window.see_in("answer", "zappi").await;
    window.see_in("access", "Maker’s cloud only").await;
    window.see_in("rule", "counts as locked").await;
    window.is_clean("an answer of the catalogue").await;
    window.press("compare").await;
    window.enter("buy-search", "watpilot").await;
    window.see_in("access", "Open on the LAN").await;
    window.press("compare").await;
    window.press("tab-compare").await;
    window.see_in("comparison", "Wattpilot").await;
    window.see_in("comparison", "zappi").await;
    window.is_clean("two chargers side by side").await;
    window.press("tab-matters").await;
    window.see_in("matters", "Access matters more").await;
    window.is_clean("what matters").await;
    window.press("tab-look").await;
    window.enter("buy-search", "portable mode 2").await;
    window.see_in("access", "No remote control").await;
    window.enter("buy-search", "Frobnicator").await;
    window.see_in("unlisted", "is not in the catalogue").await;
    window.is_clean("a charger that is not listed").await;

    window.press("rail-chargers").await;
    window.press("to-connect").await;
    window.enter("model-search", "go-e gemini").await;
    window.press("model-result").await;
    window.see_in("fields", "ws://127.0.0.1:").await;
    window.is_clean("a model's own way here").await;
    window.press("model-change").await;
    window.enter("model-search", "zappi v2.1").await;
    window.press("model-result").await;
    window.see_in("cannot", "cannot connect to this computer").await;
    window.is_clean("a model that cannot come").await;
}

#[tokio::test]
async fn nothing_is_scanned_unasked_and_a_charger_that_came_by_itself_is_found() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    window.see_in("networks", "Scan only networks you are allowed to test").await;
    window.see_disabled("scan").await;
    window.is_clean("before a network is allowed").await;
    window.enter("ip", "8.8.8.8").await;
    window.press("look-at").await;
    window.see_in("look-problem", "is not private").await;
    assert!(!data.path().join("discovery.log").exists(), "something was sent");

    let _charger = Charger::plugged(&window.url().await, ID);
    window.see_in("newcomer", "Chargehand Simulated").await;
    window.press("rail-chargers").await;
    window.press("find-chargers").await;
    window.see_in("device", "connected by itself").await;
    window.see_in("device", "SIMULATED").await;
    window.is_clean("a charger that came by itself").await;
    window.press("evidence-open").await;
    window.see_in("signs", "its own boot message").await;
    window.press("device-open").await;
    window.press("step-find").await;
    window.see_in("how", "no scan is needed").await;
    window.is_clean("how a charger was found").await;
}
