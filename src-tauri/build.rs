//! Lays a placeholder where the UI is not built yet, and lists the commands so that each needs a permission.
// A build script has nobody to hand an error to: it stops the build with a sentence.
#![allow(clippy::expect_used)]

use std::path::Path;

const COMMANDS: &[&str] = &[
    "snapshot",
    "charger",
    "set_site",
    "set_auto_adopt",
    "connect_step_open",
    "adopt",
    "set_policy",
    "set_ceiling",
    "connection",
    "secure",
    "export_root",
    "inspect",
    "apply_limit",
    "prove_limit",
    "cancel",
    "clear",
    "configuration",
    "frames",
    "frames_before",
    "search",
    "known",
    "recipe",
    "jurisdictions",
    "rules",
    "find",
    "find_step_open",
    "allow_network",
    "scan",
    "stop_scan",
    "look_at",
    "messages",
    "message_schema",
    "send_message",
    "plan_change",
    "unplan",
    "by_hand",
    "apply_plan",
    "take_back",
    "look_for_residue",
    "common_settings",
    "plan_as",
    "compare_chargers",
    "security_plan",
    "raise_security",
    "demand_preview",
    "demand_response",
    "output_dead",
    "hours_choices",
    "hours_plan",
    "apply_hours",
    "clear_hours",
    "export_report",
    "self_check",
    "addresses_for",
    "why_nothing",
    "local_interface",
    "where_pointed",
    "point_here",
    "point_back",
    "forget_pointed",
    "heed_quirk",
    "practice_shelf",
    "practise",
    "practice_act",
    "end_practice",
    "answer_exercise",
    "close",
    "stay",
];

fn main() {
    // `generate_context!` does not compile without ui/dist: a fresh clone gets a page that says what to do.
    let dist = Path::new("../ui/dist");
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(dist).expect("ui/dist can be made");
        let page =
            "<!doctype html><title>Chargehand</title><p>The window is not built yet: run <code>cargo xtask run</code>.";
        std::fs::write(dist.join("index.html"), page).expect("ui/dist can be written");
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)).expect("tauri's build script");
}
