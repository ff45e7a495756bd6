//! `cargo xtask …`: everything a person or a CI machine does with this repository, one command each.
//!
//! The commands call `cargo` themselves, but never to build this program: Windows cannot replace one that runs. (Cargo
//! does not link it to lint or test it: its tests are a program of their own.)

mod call;
mod checks;
mod demo;
mod needs;
mod peers;
mod ui;

use std::process::ExitCode;

use call::{Done, Failure, cargo, run};

/// A command: its name, what it does, and how.
type Command = (&'static str, &'static str, fn() -> Done);

static COMMANDS: &[Command] = &[
    ("run", "installs what is missing, builds the window and starts it", window),
    ("test", "installs what is missing and runs every check", checks::all),
    ("demo", "commissions a simulated charger without a display; the report is in handover/", demo::demo),
    ("bench", "measures the release build", bench),
    ("bundle", "builds the packages to install (Linux: deb and rpm)", bundle),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (asked, more) = (arguments.next(), arguments.next());
    let command = COMMANDS.iter().find(|(name, ..)| asked.as_deref() == Some(name) && more.is_none());
    let Some((name, _, work)) = command else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(text)) => {
            eprintln!("cargo xtask {name}: {text}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let lines = COMMANDS.iter().map(|(name, does, _)| format!("  {name:<7} {does}\n"));
    format!("Usage: cargo xtask COMMAND\n\n{}", lines.collect::<String>())
}

fn window() -> Done {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !named("DISPLAY") && !named("WAYLAND_DISPLAY") {
        return Err(Failure::new(
            "There is no display here, so the window cannot be shown. `cargo xtask demo` does the main job without one.",
        ));
    }
    needs::have(needs::WINDOW)?;
    ui::build_if_changed()?;
    run(cargo().args(["run", "-p", "chargehand"]))
}

fn bench() -> Done {
    needs::have(needs::COMPILER)?;
    run(cargo().args(["build", "--release", "-p", "chargehand-cli"]))?;
    run(cargo().args(["bench", "-p", "chargehand-commissioning", "--bench", "receive"]))?;
    run(cargo().args(["bench", "-p", "engine-tests", "--bench", "endpoint"]))?;
    run(cargo().args(["bench", "-p", "engine-tests", "--bench", "load"]))?;
    run(cargo().args(["bench", "-p", "engine-tests", "--bench", "discover"]))?;
    run(cargo().args(["bench", "-p", "chargehand-cli", "--bench", "report"]))
}

fn bundle() -> Done {
    needs::have(needs::WINDOW)?;
    ui::build_if_changed()?;
    let mut tauri = ui::local("tauri");
    tauri.args(["build", "--ci"]);
    if cfg!(target_os = "linux") {
        // An AppImage would fetch its runtime from the net at every build.
        tauri.args(["--bundles", "deb,rpm"]);
    }
    run(&mut tauri)
}
