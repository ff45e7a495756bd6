//! The window's screens: Node, npm and what they build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::call::{Done, Failure, answer, on_path, root, run};

/// What the built screens are made of.
const SOURCES: &[&str] =
    &["src", "index.html", "package-lock.json", "svelte.config.js", "tsconfig.json", "vite.config.ts"];

fn folder() -> PathBuf {
    root().join("ui")
}

/// A command file: npm and all it installs are `.cmd` on Windows.
fn script(path: impl AsRef<Path>) -> Command {
    let path = path.as_ref();
    Command::new(if cfg!(windows) { path.with_extension("cmd") } else { path.to_owned() })
}

/// npm in the folder `ui`.
pub fn npm() -> Command {
    let mut npm = script("npm");
    npm.current_dir(folder());
    npm
}

/// `npm ci` in the folder `ui`.
///
/// # Errors
/// Node is missing or too old, or npm failed.
pub fn install() -> Done {
    node()?;
    run(npm().args(["ci", "--no-audit", "--no-fund"]))
}

/// A program that npm installed for `ui`, run in the repository's root.
pub fn local(program: &str) -> Command {
    let mut command = script(folder().join("node_modules/.bin").join(program));
    command.current_dir(root());
    command
}

/// Installs and builds what has changed since the last time.
///
/// # Errors
/// Node is missing or too old, or npm failed.
pub fn build_if_changed() -> Done {
    let ui = folder();
    if changed(&ui.join("node_modules/.package-lock.json"), &["package-lock.json"]) {
        install()?;
    }
    // src-tauri's build script may have laid a bare index.html there, to be built without Node.
    if !ui.join("dist/assets").is_dir() || changed(&ui.join("dist/index.html"), SOURCES) {
        node()?;
        run(npm().args(["run", "build"]))?;
    }
    Ok(())
}

fn changed(product: &Path, sources: &[&str]) -> bool {
    let Some(made) = modified(product) else { return true };
    sources.iter().filter_map(|source| newest(&folder().join(source))).any(|time| time > made)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

/// The youngest file or folder: a folder's time tells that something was taken out of it.
fn newest(path: &Path) -> Option<SystemTime> {
    let inside = path.read_dir().into_iter().flatten().flatten().filter_map(|entry| newest(&entry.path()));
    inside.chain(modified(path)).max()
}

fn node() -> Done {
    let version = answer(Command::new("node").arg("--version")).unwrap_or_default();
    let has_npm = cfg!(windows) || on_path("npm").is_some();
    if has_npm && is_enough(&version) {
        return Ok(());
    }
    let found = if version.is_empty() { "none was found".to_owned() } else { format!("{version} was found") };
    Err(Failure(format!(
        "Node 20.19, 22.12 or newer is needed, with npm; {found}. Get it from https://nodejs.org or with nvm, then open a new terminal."
    )))
}

/// Vite 8 runs on ^20.19 and >=22.12.
fn is_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(20), Some(minor)) => minor >= 19,
        (Some(22), Some(minor)) => minor >= 12,
        (Some(major), Some(_)) => major > 22,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_of_node_that_vite_runs_on_are_enough() {
        for (version, enough) in [
            ("v20.19.0", true),
            ("v20.18.3", false),
            ("v21.7.0", false),
            ("v22.11.0", false),
            ("v24.1.0", true),
            ("", false),
        ] {
            assert_eq!(is_enough(version), enough, "{version:?}");
        }
    }
}
