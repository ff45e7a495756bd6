//! Which crate may know which, and which may use which library.

use std::collections::BTreeSet;
use std::process::Command;

use super::{holds, inside, root, text};

/// A crate of ours, its folder, and which others of ours it may know.
type Room = (&'static str, &'static str, &'static [&'static str]);

/// Dependencies point inwards.
static ROOMS: &[Room] = &[
    ("catalogue", "crates/catalogue", &[]),
    ("ocpp", "crates/ocpp", &[]),
    ("commissioning", "crates/commissioning", &["catalogue", "ocpp"]),
    // Written apart from `ocpp` on purpose: that crate is tested against it.
    ("simulator", "crates/simulator", &["catalogue"]),
    ("documents", "crates/documents", &["commissioning"]),
    // Neither `simulator` nor `documents`: a test of the endpoint must not wait for Typst.
    ("site", "crates/site", &["catalogue", "commissioning", "ocpp"]),
    ("cli", "crates/cli", &["catalogue", "commissioning", "documents", "ocpp", "simulator", "site"]),
    ("window", "src-tauri", &["catalogue", "commissioning", "documents", "ocpp", "simulator", "site"]),
];

/// Libraries that decide what a crate is about, and the crates that may use them. A name that ends in `*` stands for all
/// that begin so.
static LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx", &["site"]),
    ("httparse", &["site"]),
    ("rcgen", &["site", "simulator"]),
    ("rustls", &["site", "simulator"]),
    ("keyring", &["site"]),
    ("if-addrs", &["site", "simulator"]),
    // Chargers announce themselves by it, and are found by it.
    ("mdns-sd", &["site", "simulator"]),
    ("simple-dns", &["site"]),
    ("tokio-tungstenite", &["site", "simulator"]),
    ("tokio", &["commissioning", "simulator", "site", "cli", "window"]),
    ("tauri*", &["window"]),
    ("specta*", &["window"]),
    ("typst*", &["documents"]),
    ("lopdf", &["documents"]),
    ("clap", &["cli"]),
    ("ocpp-kit", &["ocpp"]),
    ("jsonschema", &["ocpp"]),
];

/// What a crate's sources may not name, whatever its dependencies allow.
static WORDS: &[(&str, &[&str], &str)] = &[
    (
        "crates/ocpp/src",
        &["std::net", "std::fs", "std::thread", "SystemTime::now", "Timestamp::now", "async fn"],
        "`ocpp` has no sockets, no files, no clock, nothing async: time and text are arguments",
    ),
    (
        "crates/commissioning/src",
        &[
            "std::net",
            "std::fs",
            "std::thread",
            "tokio::net",
            "tokio::fs",
            "tokio::io",
            "tokio::process",
            "tokio::spawn",
            "tokio::task",
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
        ],
        "`commissioning` uses tokio's time, sync and macros, nothing else of it: whole commissionings run on paused time without sockets or disk",
    ),
    (
        "crates/documents/src",
        &["SystemTime::now", "Timestamp::now", "Zoned::now"],
        "`documents` reads no clock: the same record gives the same document",
    ),
];

fn manifest(folder: &str) -> toml::Table {
    text(&format!("{folder}/Cargo.toml")).parse().expect("a Cargo.toml is TOML")
}

/// Normal dependencies, also those of one system only. What tests and build scripts use stays out of the program.
fn dependencies(folder: &str) -> BTreeSet<String> {
    let manifest = manifest(folder);
    let of_systems = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(|t| t.values());
    let tables = of_systems.filter_map(toml::Value::as_table).chain([&manifest]);
    tables.filter_map(|table| table.get("dependencies")?.as_table()).flat_map(|d| d.keys().cloned()).collect()
}

#[test]
fn dependencies_point_inwards() {
    let mut broken = Vec::new();
    for (name, folder, may_know) in ROOMS {
        for other in dependencies(folder).iter().filter_map(|name| name.strip_prefix("chargehand-")) {
            if !may_know.contains(&other) {
                broken.push(format!(
                    "{folder}/Cargo.toml: `{name}` may not know `{other}` (it may know: {})",
                    may_know.join(", ")
                ));
            }
        }
    }
    holds("dependencies point inwards (ARCHITECTURE.md, \"Dependencies point inwards\")", broken);
}

#[test]
fn every_crate_has_its_place_in_the_order() {
    let listed: Vec<&str> = ROOMS.iter().map(|(_, folder, _)| *folder).collect();
    let missing = inside("crates").into_iter().filter(|folder| !listed.contains(&folder.as_str())).collect();
    holds("each crate is listed with what it may know (ROOMS in this file)", missing);
}

#[test]
fn a_library_is_used_only_where_it_belongs() {
    let mut broken = Vec::new();
    for (name, folder, _) in ROOMS {
        for used in dependencies(folder) {
            for (library, by) in LIBRARIES {
                let same = library.strip_suffix('*').map_or(used == *library, |start| used.starts_with(start));
                if same && !by.contains(name) {
                    broken.push(format!("{folder}/Cargo.toml: `{used}` belongs to {}", by.join(", ")));
                }
            }
        }
    }
    holds("a library that decides what a crate is about is used by that crate alone", broken);
}

#[test]
fn the_inner_crates_reach_for_no_socket_file_or_clock() {
    for (folder, words, rule) in WORDS {
        let mut broken = Vec::new();
        for file in super::files(folder, &[".rs"]) {
            for (number, line) in super::sources::code(&text(&file)) {
                broken.extend(
                    words.iter().filter(|word| line.contains(*word)).map(|word| format!("{file}:{number}: {word}")),
                );
            }
        }
        holds(rule, broken);
    }
}

#[test]
fn every_package_has_a_licence_that_deny_toml_allows() {
    let deny: toml::Table = text("deny.toml").parse().expect("deny.toml is TOML");
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let broken = packages.iter().filter(|package| !allows(&allowed, package["license"].as_str().unwrap_or_default()));
    let broken =
        broken.map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"])).collect();
    holds("only licences that deny.toml allows", broken);
}

/// Whether an SPDX expression can be satisfied: every part of an AND, one of an OR. Parentheses are flattened, which asks
/// for more, never for less, in the expressions that occur: `(A OR B) AND C`.
fn allows(allowed: &[&str], expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let one = |part: &str| part.split(" OR ").any(|name| allowed.contains(&name.trim().trim_matches(['(', ')'])));
    expression.split(" AND ").all(one)
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
    for (expression, fine) in [
        ("MIT OR GPL-3.0", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("GPL-3.0-only", false),
        ("", false),
    ] {
        assert_eq!(allows(&allowed, expression), fine, "{expression:?}");
    }
}
