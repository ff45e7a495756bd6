//! Other programs: how they are found, run, and what is said when they fail.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What went wrong and what to do, for a person.
pub struct Failure(pub String);

impl Failure {
    /// With this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Done, or why not.
pub type Done = Result<(), Failure>;

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// `cargo`, as if called from the repository's root by hand.
pub fn cargo() -> Command {
    from_root(cargos_path())
}

/// Where cargo is.
pub fn cargos_path() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A program, as if called from the repository's root by hand.
pub fn from_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // Cargo describes this package to us in variables. Build scripts that look at them would run anew each time.
    let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| about_us.iter().any(|start| name.starts_with(start))) {
            command.env_remove(name);
        }
    }
    command.current_dir(root());
    command
}

/// Runs a command to its end; its output goes where ours goes.
///
/// # Errors
/// It could not be started, or failed.
pub fn run(command: &mut Command) -> Done {
    let shown = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure(format!("`{shown}` failed ({status})."))),
        Err(error) => Err(Failure(format!("`{shown}` could not be started: {error}."))),
    }
}

/// What a command prints, where it succeeds.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program is, as the shell would find it; also where Debian keeps what only root has on its path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
