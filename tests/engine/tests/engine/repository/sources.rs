//! What may stand in the sources.

use super::{files, holds, root, text};

/// Files that may switch off the ban on `unsafe`, because the operating system forces it.
const MAY_BE_UNSAFE: &[&str] = &[];

/// The longest a source of the program may be, in lines without its tests.
const LONGEST: usize = 500;

/// Manifests of their own, outside the workspace.
const OUTSIDE: &[&str] = &["Cargo.toml", "tests/fuzz/Cargo.toml"];

/// Facts as data: each entry of these tables is a fact.
const FACTS: &str = "crates/catalogue";

/// A source without its tests, where they stand at its end.
fn without_tests(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]\nmod tests {").map_or(text, |(program, _)| program)
}

/// Lines of code with their numbers: without tests at the end of the file and without comments.
pub fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = without_tests(text).lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn program() -> Vec<String> {
    let rust = ["crates", "src-tauri", "xtask"].iter().flat_map(|folder| files(folder, &[".rs"]));
    rust.filter(|file| !file.contains("/tests/") && !file.ends_with("/tests.rs")).collect()
}

#[test]
fn unsafe_is_only_where_the_operating_system_forces_it() {
    // Every crate denies `unsafe_code`; to use it, a file has to say so.
    let says_so = ["allow(unsafe", "expect(unsafe"];
    let mut broken: Vec<String> = (program().into_iter())
        .filter(|file| !MAY_BE_UNSAFE.contains(&file.as_str()))
        .filter(|file| says_so.iter().any(|word| text(file).contains(word)))
        .collect();
    let manifests = files("", &["Cargo.toml"]).into_iter().filter(|file| !OUTSIDE.contains(&file.as_str()));
    broken.extend(manifests.filter(|file| !text(file).contains("[lints]\nworkspace = true")));
    holds("each crate takes the workspace's lints, and only listed files may be unsafe (MAY_BE_UNSAFE)", broken);
}

#[test]
fn a_source_file_is_read_without_scrolling_back_and_forth() {
    let length = |file: &String| without_tests(&text(file)).lines().count();
    let long = program().into_iter().map(|file| (length(&file), file)).filter(|(lines, _)| *lines > LONGEST);
    let long = long.map(|(lines, file)| format!("{file}: {lines} lines")).collect();
    holds(&format!("a source of the program has at most {LONGEST} lines, its tests not counted"), long);
}

#[test]
fn every_fact_of_the_catalogue_has_source_date_and_confidence() {
    let data = files(FACTS, &[".toml"]).into_iter().filter(|file| !file.ends_with("Cargo.toml"));
    let (mut broken, mut facts) = (Vec::new(), 0);
    for file in data {
        let tables: toml::Table = text(&file).parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let entries = tables.values().filter_map(toml::Value::as_array).flatten().filter(|entry| entry.is_table());
        for (index, entry) in entries.enumerate() {
            facts += 1;
            let said = |key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or_default().trim();
            let date = said("date");
            let dated =
                date == "unknown" || (date.starts_with("20") && date.chars().all(|c| c.is_ascii_digit() || c == '-'));
            let sure = ["high", "medium", "low", "unknown"].contains(&said("confidence"));
            if said("source").is_empty() || !dated || !sure {
                broken.push(format!("{file}: entry {} ({})", index + 1, said("key")));
            }
        }
    }
    assert!(facts > 0, "the catalogue has facts");
    holds("each fact has source, date (YYYY-MM-DD or coarser, or \"unknown\") and confidence", broken);
}

#[test]
fn nothing_names_the_place_it_was_written_in() {
    // Put together here, so that this file does not name them.
    let machine = [["/wo", "rk/"], ["/ro", "ot/"], ["../sha", "red"], ["shared/no", "tes"], ["shared/des", "ign"]];
    let registries = [["registry.npm", "js.org"], ["files.python", "hosted.org"], ["index.crat", "es.io"]];
    let hands = [["anth", "ropic"], ["clau", "de"], ["chat", "gpt"], ["copi", "lot"]];
    let words: Vec<String> = [&machine[..], &registries, &hands].concat().iter().map(|parts| parts.concat()).collect();
    let mut broken = Vec::new();
    for file in files("", &[""]) {
        // Fonts and icons hold no words.
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else { continue };
        let text = text.to_lowercase();
        broken.extend(words.iter().filter(|word| text.contains(*word)).map(|word| format!("{file}: {word}")));
    }
    holds(
        "the project stands for itself: no path of a machine, no registry's host, no name of a tool that wrote it",
        broken,
    );
}
