//! What must be true of the repository itself. Each failure names the rule that is broken, and where.

mod dependencies;
mod documents;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What a build or a tool makes, and what belongs to git: not ours to judge.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", "dist", "handover", "gen"];

fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root is there"))
}

/// The text of a file of the repository.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files and folders right inside a folder, sorted, with `/` in their paths on every system.
fn inside(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let names = entries.map(|entry| entry.expect("readable").file_name().into_string().expect("a name in UTF-8"));
    let ours = names.filter(|name| !NOT_OURS.contains(&name.as_str()));
    let mut paths: Vec<String> =
        ours.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }).collect();
    paths.sort();
    paths
}

fn is_folder(path: &str) -> bool {
    root().join(path).is_dir()
}

/// All files below a folder that end so; with an empty ending, all.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let (folders, files): (Vec<_>, Vec<_>) = inside(folder).into_iter().partition(|path| is_folder(path));
    let wanted = files.into_iter().filter(|path| endings.iter().any(|ending| path.ends_with(ending)));
    wanted.chain(folders.iter().flat_map(|folder| self::files(folder, endings))).collect()
}

/// Nothing may be in `broken`: it holds a line for each breach.
fn holds(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "Rule: {rule}\nBroken by:\n  {}\n", broken.join("\n  "));
}
