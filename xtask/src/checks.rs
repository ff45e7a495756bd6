//! Every check, in order. The first that fails ends it.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::call::{Done, Failure, answer, run};
use crate::{call, needs, peers, ui};

/// A step: its heading, and what is done.
type Step = (&'static str, fn() -> Done);

static STEPS: &[Step] = &[
    ("What the checks need", prepare),
    ("cargo fmt", || cargo(&["fmt", "--all", "--check"])),
    ("npm ci", ui::install),
    ("npm run check", || run(plain(&mut ui::npm()).args(["run", "check"]))),
    ("npm run build", || run(plain(&mut ui::npm()).args(["run", "build"]))),
    ("vitest (the screens, in Chromium)", screens),
    ("Independent OCPP charge points", peers::install),
    ("cargo clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    // The engine's tests drive them by path.
    ("Build both programs", programs),
    ("cargo test (all but the window)", || cargo(&["test", "--workspace", "--exclude", "window-tests"])),
    ("The real window", window),
];

/// Runs every check and says how long each took.
///
/// # Errors
/// The first step that failed.
pub fn all() -> Done {
    let mut times = Vec::new();
    let result = STEPS.iter().try_for_each(|(heading, work)| {
        println!("\n=== {heading} ===");
        let began = Instant::now();
        let done = work();
        times.push((*heading, began.elapsed()));
        done.map_err(|Failure(text)| Failure(format!("The step \"{heading}\" failed. {text}")))
    });
    println!("\n=== Times ===\n{}", table(&times));
    result
}

fn table(times: &[(&str, Duration)]) -> String {
    let all = ("all", times.iter().map(|(_, time)| *time).sum());
    let line = |(heading, time): &(&str, Duration)| format!("{:>7.1} s  {heading}\n", time.as_secs_f64());
    times.iter().chain([&all]).map(line).collect()
}

fn cargo(arguments: &[&str]) -> Done {
    run(plain(&mut call::cargo()).args(arguments))
}

/// Logs of CI machines show colours as rubbish.
fn plain(command: &mut Command) -> &mut Command {
    command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1").env_remove("FORCE_COLOR")
}

fn prepare() -> Done {
    needs::have(needs::WINDOW)?;
    needs::have(needs::CHECKS)?;
    for component in ["rustfmt", "clippy"] {
        let subcommand = if component == "rustfmt" { "fmt" } else { component };
        if answer(call::cargo().args([subcommand, "--version"])).is_none() {
            add(component)?;
        }
    }
    Ok(())
}

fn add(component: &str) -> Done {
    run(Command::new("rustup").args(["component", "add", component])).map_err(|Failure(text)| {
        Failure(format!(
            "{component} is missing. {text} Install your system's package of that name, or get Rust from https://rustup.rs."
        ))
    })
}

fn screens() -> Done {
    let mut npm = ui::npm();
    let vitest = plain(&mut npm).args(["exec", "--", "vitest", "run"]);
    if let (None, Some(chromium)) = (std::env::var_os("CHROMIUM"), needs::chromium()) {
        vitest.env("CHROMIUM", chromium);
    }
    run(vitest)
}

fn programs() -> Done {
    cargo(&["build", "-p", "chargehand-cli", "-p", "chargehand"])
}

fn window() -> Done {
    if !cfg!(target_os = "linux") {
        println!("Left out: only WebKitGTK's driver, on Linux, can look into the window.");
        return Ok(());
    }
    // The tests before may have put a program with Tauri's test features in this one's place.
    programs()?;
    let mut xvfb = call::from_root("xvfb-run");
    xvfb.args(["-a", "-s", "-screen 0 1280x900x24"]).arg(call::cargos_path()).args(["test", "-p", "window-tests"]);
    run(plain(&mut xvfb))
}
