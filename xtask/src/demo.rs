//! The main job without a display: the endpoint, a simulated charger, its commissioning and the report.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::call::{Done, Failure, cargo, root, run};
use crate::needs;

/// A program that ends with us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Commissions a simulated charger on a data folder of its own and writes the report to `handover/`.
///
/// # Errors
/// A program could not be built or started, or the commissioning did not complete.
pub fn demo() -> Done {
    needs::have(needs::COMPILER)?;
    run(cargo().args(["build", "-p", "chargehand-cli"]))?;
    let (data, handover) = (root().join("target/demo"), root().join("handover"));
    fresh(&data)?;
    fs::create_dir_all(&handover).map_err(|error| unmade(&handover, &error))?;

    println!("A simulated charger with a car on it is commissioned. It keeps real time: about two minutes.");
    let mut commission = chargehand_cli()?;
    commission.args(["commission", "--listen", "127.0.0.1:0", "--charger", "DEMO", "--limit", "10", "--breaker", "32"]);
    commission.arg("--data").arg(&data).arg("--report").arg(handover.join("DEMO.pdf"));
    commission.arg("--json").arg(handover.join("DEMO.json"));
    let mut commission = start(commission.stdout(Stdio::piped()))?;
    let lines = commission.0.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);

    let mut simulator = None;
    for line in lines.map_while(Result::ok) {
        let line: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(url) = listening(&line) {
            println!("Listening on {url}");
            let mut simulate = chargehand_cli()?;
            simulate.args(["simulate", "--url", url, "--id", "DEMO", "--plugged"]).stdout(Stdio::null());
            simulator = Some(start(&mut simulate)?);
        } else if let Some(text) = step(&line) {
            println!("{text}");
        }
    }
    let status = commission.0.wait().map_err(|error| Failure(format!("The commissioning was lost: {error}.")))?;
    drop(simulator);
    if !status.success() {
        return Err(Failure(format!("The commissioning did not complete ({status}).")));
    }
    println!("\nThe report:  handover/DEMO.pdf\nIts record:  handover/DEMO.json");
    Ok(())
}

/// An empty folder.
fn fresh(folder: &Path) -> Done {
    let gone = if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) };
    gone.and_then(|()| fs::create_dir_all(folder)).map_err(|error| unmade(folder, &error))
}

fn unmade(folder: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{} could not be made: {error}.", folder.display()))
}

/// Cargo has put it beside this program.
fn chargehand_cli() -> Result<Command, Failure> {
    let here =
        std::env::current_exe().map_err(|error| Failure(format!("This program cannot find itself: {error}.")))?;
    let mut command = Command::new(here.with_file_name(format!("chargehand-cli{}", std::env::consts::EXE_SUFFIX)));
    command.current_dir(root());
    Ok(command)
}

fn start(command: &mut Command) -> Result<Running, Failure> {
    command.spawn().map(Running).map_err(|error| Failure(format!("chargehand-cli could not be started: {error}.")))
}

/// The address that the endpoint says it listens on.
fn listening(line: &Value) -> Option<&str> {
    if line["event"] == "listening" { line["url"].as_str() } else { None }
}

/// A step's line for a person: which, how it went, and why.
fn step(line: &Value) -> Option<String> {
    let text = |key: &str| line[key].as_str().unwrap_or_default().replace('_', " ");
    line["step"]
        .as_str()
        .map(|step| format!("{step:<8} {:<14} {}", text("outcome"), line["finding"].as_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_simulator_is_started_with_the_address_that_was_printed() {
        let line = json!({"event": "listening", "url": "ws://127.0.0.1:40123/"});
        assert_eq!(listening(&line), Some("ws://127.0.0.1:40123/"));
        assert_eq!(listening(&json!({"event": "connected", "url": "ws://127.0.0.1:1/"})), None);
    }

    #[test]
    fn a_step_is_told_in_words() {
        let line = json!({"step": "limit", "outcome": "not_tested", "finding": "No car is charging."});
        assert_eq!(step(&line).as_deref(), Some("limit    not tested     No car is charging."));
        assert_eq!(step(&json!({"event": "listening"})), None);
    }
}
