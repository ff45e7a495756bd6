//! What the documents at the root must say.

use std::collections::BTreeSet;

use super::{holds, inside, is_folder, root, text};

/// Folders whose own folders the code map names, too.
const OPENED: &[&str] = &["crates", "tests", "ui/src"];

/// The paths in the first column of the code map.
fn code_map() -> BTreeSet<String> {
    let architecture = text("ARCHITECTURE.md");
    let map = architecture.split("\n## ").find(|part| part.starts_with("Code map")).expect("a section \"Code map\"");
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(|path| path.trim_end_matches('/').to_owned()).collect()
}

#[test]
fn the_code_map_names_every_folder() {
    let map = code_map();
    let folders = [""].iter().chain(OPENED).flat_map(|folder| inside(folder)).filter(|path| is_folder(path));
    let missing = folders.filter(|folder| !map.contains(folder)).collect();
    holds("the code map of ARCHITECTURE.md names every folder", missing);
}

#[test]
fn the_code_map_names_nothing_that_is_gone() {
    let gone = code_map().into_iter().filter(|path| !root().join(path).exists()).collect();
    holds("the code map of ARCHITECTURE.md names nothing that is gone", gone);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = inside("").into_iter().chain(inside("docs")).filter(|path| path.ends_with(".md"));
    let mut broken = Vec::new();
    for document in documents {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in text(&document).split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let leads = link.is_empty() || link.starts_with("http") || root().join(folder).join(link).exists();
            if !leads {
                broken.push(format!("{document}: {link}"));
            }
        }
    }
    holds("a link in a document leads to a file that is there", broken);
}

#[test]
fn files_that_documents_name_are_there() {
    let folders: Vec<String> =
        inside("").into_iter().filter(|path| is_folder(path)).map(|folder| folder + "/").collect();
    let mut broken = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = text(document);
        let quoted = text.split('`').skip(1).step_by(2).filter(|quoted| !quoted.contains(char::is_whitespace));
        let paths = quoted.filter(|quoted| folders.iter().any(|folder| quoted.starts_with(folder)));
        broken.extend(paths.filter(|path| !root().join(path).exists()).map(|path| format!("{document}: {path}")));
    }
    holds("a file that a document names is there", broken);
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = text("README.md");
    let commands = ["cargo xtask run", "cargo xtask test", "cargo xtask demo"];
    let missing =
        commands.iter().filter(|command| !readme.contains(*command)).map(|command| (*command).to_owned()).collect();
    holds("the README says how to start, test and try it", missing);
}

#[test]
fn the_changelog_tells_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = text("CHANGELOG.md");
    let told =
        changelog.lines().any(|line| line.starts_with("## Unreleased") || line.starts_with(&format!("## {version}")));
    assert!(told, "CHANGELOG.md has neither a section \"Unreleased\" nor \"{version}\"");
}

#[test]
fn the_contributors_guide_names_every_command() {
    let source = text("xtask/src/main.rs");
    let commands: Vec<&str> =
        source.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next()).collect();
    assert!(commands.contains(&"run") && commands.contains(&"test"), "the table of commands is found: {commands:?}");
    let guide = text("CONTRIBUTING.md");
    let calls = commands.iter().map(|name| format!("cargo xtask {name}"));
    holds("CONTRIBUTING.md names every command of cargo xtask", calls.filter(|call| !guide.contains(call)).collect());
}
