//! Journeys in the real window. They need a display and what `cargo xtask test` builds:
//! `xvfb-run -a -s "-screen 0 1280x900x24" cargo test -p window-tests`
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;

use window_tests::{Charger, Endpoint, Window, frames, verify};

/// Any free port of this computer.
const LOCAL: &str = "127.0.0.1:0";
/// The charger's OCPP identity.
const ID: &str = "CP-7";

#[tokio::test]
async fn the_window_says_where_chargers_connect_to_and_what_was_refused() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;

    let url = window.url().await;
    assert!(url.starts_with("ws://127.0.0.1:") && url.ends_with('/'), "{url}");
    window.see_in("endpoint", &url).await;
    window.see("qr").await;
    window.press("copy-url").await;
    window.see_in("copy-url", "Copied").await;
    window.is_clean("nothing has come").await;

    let port = url.trim_start_matches("ws://").trim_end_matches('/');
    std::net::TcpStream::connect(port).unwrap().write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    window.see_in("attempts", "refused").await;
    window.press("handshake-open").await;
    window.see_in("handshake", "First bytes: HTTP").await;
    window.see_in("handshake", "GET /").await;
    window.is_clean("the handshake of a refused connection").await;
}

#[tokio::test]
async fn a_data_folder_that_another_chargehand_uses_is_said_in_the_window_with_the_remedy() {
    let data = tempfile::tempdir().unwrap();
    let _other = Endpoint::on(data.path());
    let window = Window::open(data.path(), LOCAL).await;
    window.see_in("endpoint", "Not listening").await;
    window.see_in("endpoint-problem", "Another Chargehand is using the data folder").await;
    window.see_in("endpoint-problem", "Close it first").await;
    window.is_clean("the data folder is in use").await;
}

#[tokio::test]
async fn a_charger_is_shown_at_once_adopted_with_one_click_and_inspected_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = Charger::plugged(&window.url().await, ID);

    window.see_in("newcomer", "not adopted").await;
    window.see_in("newcomer", "Chargehand Simulated").await;
    window.see("notice-adopt").await;
    window.is_clean("a newcomer").await;
    window.press("open-charger").await;
    window.see_in("arrived", "/CP-7").await;
    window.see_in("arrivals", "BootNotification").await;
    window.see("not-adopted").await;
    window.is_clean("connect").await;
    window.press("adopt").await;
    window.gone("not-adopted").await;
    window.see_in("step-connect", "booted").await;

    window.press("step-inspect").await;
    window.see_in("step-inspect", "keys saved").await;
    window.see_in("identity", "SIM-0001").await;
    window.see_in("clock", "agrees with").await;
    window.see_in("configuration", "MeterValueSampleInterval").await;
    window.is_clean("inspect").await;
    window.press("all-frames").await;
    window.see_in("frames", "GetConfiguration").await;
    window.is_clean("all frames").await;
    window.press("sheet-close").await;

    window.press("tab-security").await;
    window.see_in("profile", "0: neither password nor TLS").await;
    window.is_clean("security").await;
    window.press("tab-deviations").await;
    window.pick("policy-choice", 1).await;
    window.see_in("policy-why", "the error answer that a strict platform gives").await;
    window.is_clean("deviations").await;
}

#[tokio::test]
async fn an_authority_under_a_passphrase_gives_its_root_and_waits_for_the_passphrase_after_a_start() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    window.press("rail-site").await;
    window.pick("keeping", 1).await;
    window.enter("passphrase", "five words are long enough").await;
    window.press("secure").await;
    window.see("authority-open").await;
    window.press("export-pem").await;
    let exported = window.see("exported").await.text().await.unwrap();
    let root = std::fs::read_to_string(exported.trim_start_matches("Written to ")).unwrap();
    assert!(root.starts_with("-----BEGIN CERTIFICATE-----"), "{root}");
    window.is_clean("an open authority").await;
    window.press("rail-chargers").await;
    window.press("to-connect").await;
    window.pick("address-kind", 1).await;
    window.see_in("url", "wss://127.0.0.1:").await;
    window.is_clean("an address with TLS").await;

    let window = window.killed_and_opened_again(data.path(), LOCAL).await;
    window.see_in("notice", "open the certificate authority under Site").await;
    window.press("rail-site").await;
    window.enter("passphrase", "some other words").await;
    window.press("secure").await;
    window.see_in("secure-problem", "not the passphrase").await;
    window.enter("passphrase", "five words are long enough").await;
    window.press("secure").await;
    window.see("authority-open").await;
    window.gone("notice").await;
}

#[tokio::test]
async fn a_message_is_sent_from_its_form_and_its_answer_is_shown_with_its_frames() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = adopted(&window).await;
    window.press("step-inspect").await;
    window.press("tab-messages").await;

    choose_message(&window, "GetConfiguration").await;
    window.press("add/key").await;
    window.enter("form/key/0", "HeartbeatInterval").await;
    let typed = window.run("return document.querySelector('[data-testid=json]').value").await;
    assert!(typed.as_str().is_some_and(|json| json.contains("HeartbeatInterval")), "{typed}");
    window.press("send").await;
    window.see_in("sent", " ms").await;
    window.see_in("sent-answer", "configurationKey").await;
    window.is_clean("a message that was answered").await;
    window.press("evidence").await;
    window.see_in("frames", "GetConfiguration").await;
    window.press("sheet-close").await;

    choose_message(&window, "ChangeConfiguration").await;
    window.enter("form/key", "AuthorizationKey").await;
    window.enter("form/value", "hunter22hunter22").await;
    window.press("send").await;
    window.see_in("sent", "(masked)").await;
    window.enter("form/key", "X-Unheard-Of").await;
    window.enter("form/value", "1").await;
    window.press("send").await;
    window.see_in("send-problem", "Effect on current unknown: the key X-Unheard-Of").await;
    window.press("send-confirmed").await;
    window.see_in("sent", "X-Unheard-Of").await;
    assert!(!window.text().await.contains("hunter22") && !frames(data.path()).contains("hunter22"));

    choose_message(&window, "ChangeAvailability").await;
    window.enter("form/connectorId", "0").await;
    window.choose("form/type", "Operative").await;
    window.press("send").await;
    window.see_in("confirm", "Is anybody working on this circuit?").await;
    window.is_clean("a question before a message").await;
    window.press("confirm-yes").await;
    window.see_in("sent-outcome", "Accepted").await;
}

#[tokio::test]
async fn a_charger_of_2_1_is_shown_with_its_variables_and_answers_a_message_of_its_version() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = Charger::speaking("2.1", &window.url().await, ID);
    window.press("adopt").await;
    window.gone("adopt").await;
    window.press("open-charger").await;
    window.see_in("facts", "OCPP 2.1").await;
    window.press("step-inspect").await;
    window.see_in("step-inspect", "variables saved").await;
    window.enter("configuration-search", "TxUpdatedInterval").await;
    window.see_in("component", "SampledDataCtrlr").await;
    window.is_clean("the variables of a 2.1 charger").await;

    window.press("tab-messages").await;
    choose_message(&window, "GetVariables").await;
    window.enter("form/getVariableData/0/component/name", "SampledDataCtrlr").await;
    window.enter("form/getVariableData/0/variable/name", "TxUpdatedInterval").await;
    window.see_in("send-say", "Fits the official schema").await;
    window.press("send").await;
    window.see_in("sent-answer", "attributeValue").await;
    window.is_clean("a message of 2.1").await;
}

#[tokio::test]
async fn a_chargers_security_is_raised_from_nothing_to_a_certificate_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = adopted(&window).await;
    window.press("rail-site").await;
    window.pick("keeping", 1).await;
    window.enter("passphrase", "five words are long enough").await;
    window.press("secure").await;
    window.see("authority-open").await;
    window.press("rail-chargers").await;
    window.press("open-charger").await;
    window.press("step-inspect").await;
    window.press("tab-messages").await;
    choose_message(&window, "RemoteStopTransaction").await;
    window.press("send").await;
    window.press("confirm-yes").await;
    window.see_in("sent-outcome", "Accepted").await;
    window.press("tab-security").await;

    window.pick("raise-to", 2).await;
    window.see_in("rungs", "A certificate of its own").await;
    window.see_in("way-back", "no way down again").await;
    window.press("make-password").await;
    let password = window.run("return document.querySelector('[data-testid=raise-password]').value").await;
    window.see_disabled("raise-start").await;
    window.press("kept").await;
    window.is_clean("before a charger's security is raised").await;
    window.press("raise-start").await;
    window.see("stop-raising").await;
    window.see_in("raised-finding", "Raised from security profile 0 to 3").await;
    window.see_in("profile", "3: TLS and the charger’s own certificate").await;
    window.see_in("security", "TLS 1.3").await;
    window.is_clean("a charger's security is raised").await;
    let stored = frames(data.path());
    assert!(stored.contains("SignCertificate") && !stored.contains(password.as_str().unwrap()));

    window.press("step-connect").await;
    window.press("handshake-open").await;
    window.see_in("handshake", "TLS hello").await;
    window.see_in("handshake", "TLS is up").await;
    window.is_clean("a handshake with TLS").await;
}

#[tokio::test]
async fn a_limit_above_the_ceiling_is_refused_beside_its_field_and_one_below_it_is_set_and_proved() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = adopted(&window).await;

    window.press("step-set").await;
    window.see("no-ceiling").await;
    window.enter("breakerMa", "20").await;
    window.enter("cableMa", "32").await;
    window.see_in("ceiling-value", "20.0").await;
    window.see_in("ceiling-value", "breaker").await;
    window.see("no-hardware-limit").await;

    window.enter("limit", "25").await;
    window.see_in("limit-say", "Above the ceiling of 20.0 A").await;
    window.see_disabled("apply").await;
    window.is_clean("a limit above the ceiling").await;

    window.enter("limit", "16").await;
    window.press("apply").await;
    window.see_in("permanent-outcome", "passed").await;
    window.see_in("permanent-outcome", "measured 16.0 A").await;
    window.see_in("step-set", "16.0 A · proved").await;
    window.is_clean("a permanent limit").await;
    window.press("step-prove").await;
    window.see_in("verdict", "not tested").await;
}

#[tokio::test]
async fn a_limit_and_cheap_hours_are_planned_where_they_are_chosen_written_together_and_taken_back() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = adopted(&window).await;
    ceiling(&window).await;
    window.enter("limit", "16").await;
    window.press("plan-limit").await;
    window.press("tab-hours").await;
    window.see_in("hours-plan", "Written as").await;
    window.see_disabled("plan-hours").await;
    window.choose("hours-platform", "-").await;
    window.press("plan-hours").await;
    window.see_in("tab-plan", "2").await;
    window.press("tab-plan").await;
    window.see_in("line-0", "Current limit of the whole charger").await;
    window.see_in("line-1", "00:00-06:00 16.0 A").await;
    window.see_in("line-1", "Outside of these hours it offers 0 A").await;
    window.is_clean("a plan that waits").await;
    window.press("apply-plan").await;
    window.see_in("line-1", "in the charger").await;
    window.see_in("plan-outcome", "Of 2 lines").await;
    window.is_clean("a plan that was written").await;
    window.press("take-back").await;
    window.see_in("line-1", "taken back").await;
    window.see_in("line-1", "had pauses, and has none now").await;
    window.press("tab-hours").await;
    window.see_in("hours-stand", "No cheap hours stand in the charger").await;
}

#[tokio::test]
async fn a_charger_is_proved_to_follow_a_limit_and_closing_half_way_asks_and_undoes() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let _charger = adopted(&window).await;
    ceiling(&window).await;
    window.press("step-prove").await;
    window.is_clean("before a check").await;

    start(&window).await;
    window.see_in("notice", "Test limit of 10.0 A in force").await;
    window.see("notice-stop").await;
    window.is_clean("a check runs").await;
    window.see_in("doing", "end by itself").await;
    window.see_in("verdict", "passed").await;
    window.see_in("finding", "Asked for 10.0 A, measured 10.0 A").await;
    window.see_in("asked", "10.0").await;
    window.see_in("reaction", "≤").await;
    window.see_in("attempts", "TxDefaultProfile").await;
    window.see_in("fallback", "passed").await;
    window.gone("notice").await;
    window.is_clean("a check that passed").await;
    window.press("evidence").await;
    window.see_in("frames", "MeterValues").await;
    window.is_clean("evidence").await;
    window.press("sheet-close").await;

    start(&window).await;
    window.press("notice-stop").await;
    window.gone("stop").await;
    window.see_in("finding", "Cancelled").await;
    window.gone("notice").await;

    start(&window).await;
    window.see("notice-stop").await;
    window.close();
    window.see_in("closing", "still holds our test limit of 10.0 A").await;
    window.is_clean("closing with a test limit in force").await;
    window.press("closing-clear").await;
    window.ends().await;
    let stored = frames(data.path());
    let (set, clear) = (stored.rfind("SetChargingProfile").unwrap(), stored.rfind("ClearChargingProfile").unwrap());
    assert!(set < clear, "the test limit was left in the charger");
}

#[tokio::test]
async fn the_report_is_handed_over_and_after_a_kill_the_test_limit_is_announced_and_cleared() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    let url = window.url().await;
    let _charger = adopted(&window).await;
    ceiling(&window).await;

    window.press("rail-site").await;
    window.enter("site-address", "14 Wattle St, Norwood").await;
    window.enter("site-customer", "Chen").await;
    window.see_in("site", "14 Wattle St, Norwood").await;
    window.is_clean("site").await;
    window.press("rail-chargers").await;
    window.is_clean("chargers").await;
    window.press("open-charger").await;
    window.press("step-handOver").await;
    window.is_clean("before the report").await;
    window.press("export").await;
    let pdf = window.see("report-pdf").await.text().await.unwrap();
    let json = window.see("report-json").await.text().await.unwrap();
    assert!(pdf.contains("14 Wattle St Norwood"), "{pdf}");
    assert!(verify(&pdf).success() && verify(&json).success());
    window.is_clean("the report").await;

    window.press("step-prove").await;
    start(&window).await;
    window.see("notice-stop").await;

    let listen = url.trim_start_matches("ws://").trim_end_matches('/');
    let window = window.killed_and_opened_again(data.path(), listen).await;
    window.see_in("notice", "Test limit of 10.0 A still in force").await;
    window.see_in("site", "14 Wattle St, Norwood").await;
    window.press("open-charger").await;
    window.see_in("step-inspect", "keys saved").await;
    window.see_in("step-handOver", "report").await;
    window.press("step-prove").await;
    window.see_in("finding", "cut off").await;
    window.is_clean("after a kill").await;
    window.see("connected").await;
    window.press("notice-clear").await;
    window.gone("notice").await;
    window.see_in("in-force", "limit of every session").await;
}

#[tokio::test]
async fn a_commissioning_is_practised_to_its_report_which_says_simulated_beside_a_real_site() {
    let data = tempfile::tempdir().unwrap();
    let window = Window::open(data.path(), LOCAL).await;
    window.press("rail-practice").await;
    window.press("tab-chargers").await;
    window.enter("personality-search", "By the book, OCPP 1.6").await;
    window.press("personality").await;
    window.see_in("chosen", "By the book, OCPP 1.6").await;
    window.press("start").await;
    window.see_in("link", "connected").await;
    window.press("cable-turn").await;
    window.see_in("condition", "Preparing").await;
    window.is_clean("a bench with a car plugged in").await;

    window.press("to-steps").await;
    window.see_in("step-connect", "booted").await;
    window.see_in("step-inspect", "keys saved").await;
    ceiling(&window).await;
    window.enter("limit", "16").await;
    window.press("apply").await;
    window.see("permanent-outcome").await;
    window.press("step-prove").await;
    start(&window).await;
    window.see_in("verdict", "passed").await;
    window.is_clean("a practised check").await;
    window.press("step-handOver").await;
    window.press("export").await;
    let pdf = window.see("report-pdf").await.text().await.unwrap();
    let json = window.see("report-json").await.text().await.unwrap();
    assert!(pdf.contains("Practice") && pdf.contains("SIMULATED "), "{pdf}");
    assert!(verify(&pdf).success() && verify(&json).success());
    assert!(std::fs::read_to_string(&json).unwrap().contains("\"simulated\": true"));

    window.press("rail-practice").await;
    window.press("end").await;
    window.press("confirm-yes").await;
    window.see("no-practice").await;
    assert!(!frames(data.path()).contains("SIM-"), "nothing of it among the real ones");
}

/// A charger that is connected and adopted, on its own page.
async fn adopted(window: &Window) -> Charger {
    let charger = Charger::plugged(&window.url().await, ID);
    window.press("adopt").await;
    window.gone("adopt").await;
    window.press("open-charger").await;
    window.see_in("step-inspect", "keys saved").await;
    charger
}

/// Opens the form of a message.
async fn choose_message(window: &Window, action: &str) {
    window.enter("message-search", action).await;
    window.press("message").await;
    window.see_in("compose", action).await;
    window.see("json").await;
}

/// A ceiling of 20 A.
async fn ceiling(window: &Window) {
    window.press("step-set").await;
    window.enter("breakerMa", "20").await;
    window.see_in("ceiling-value", "20.0").await;
}

/// Starts the check with 10 A.
async fn start(window: &Window) {
    window.press("start").await;
    window.press("confirm-yes").await;
    window.see("stop").await;
}
