//! `chargehand-cli simulate`: personalities, cars, many at once, scripts.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::program::{Ended, Program, folder, path};

/// `simulate` with these options, to its end.
fn ended(options: &[&str]) -> Ended {
    let mut command = Command::new(path());
    command.arg("simulate").args(options);
    Program::start(command, "simulate_line").ended()
}

/// `simulate` at an endpoint that is not there, with a script.
fn scripted(data: &Path, script: &str) -> Ended {
    let file = data.join("script.txt");
    std::fs::write(&file, script).expect("the script");
    ended(&["--url", "ws://127.0.0.1:1/", "--id", "SIM1", "--script", file.to_str().expect("a path")])
}

#[test]
fn the_list_names_every_personality_and_car_once_and_says_what_is_assumed() {
    let listed = ended(&["--list"]).lines;
    let names: Vec<&str> = listed.iter().filter_map(|line| line["personality"].as_str()).collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
    let problems: BTreeSet<&str> = listed.iter().filter_map(|line| line["problem"].as_str()).collect();
    for number in 1..=40 {
        assert!(problems.contains(format!("P{number:02}").as_str()), "no charger has problem P{number:02}");
    }
    assert!(listed.iter().any(|line| line["assumed"].as_array().is_some_and(|it| !it.is_empty())));
    assert!(listed.iter().filter(|line| line["car"].is_string()).count() > 1);
}

#[test]
fn a_personality_is_the_charger_that_arrives() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _charger = Program::simulate(&endpoint.url, "SIM1", &["--personality", "spec-201"]);
    let connected = endpoint.take("the charger", |line| line["event"] == "connected");
    assert_eq!(connected["version"], "2.0.1");
}

#[test]
fn several_chargers_have_names_of_their_own() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let _chargers = Program::simulate(&endpoint.url, "ROW", &["--count", "3"]);
    let mut came = BTreeSet::new();
    while came.len() < 3 {
        let connected = endpoint.take("a charger of the row", |line| line["event"] == "connected");
        came.insert(connected["charger"].as_str().expect("its id").to_owned());
    }
    assert_eq!(came.into_iter().collect::<Vec<_>>(), ["ROW-0001", "ROW-0002", "ROW-0003"]);
}

#[test]
fn a_script_plugs_charges_and_cuts_the_power_faster_than_real_time() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let script = data.path().join("night.txt");
    std::fs::write(&script, "1m plug\n1m tag DRIVER\n5m breaker off\n6m breaker on\n").expect("the script");
    let options = ["--speed", "60", "--script", script.to_str().expect("a path")];
    let mut charger = Program::simulate(&endpoint.url, "SIM1", &options);
    endpoint.take("the start", |line| line["event"] == "transaction" && line["state"] == "started");
    endpoint.take("the power loss", |line| line["event"] == "disconnected");
    let end = endpoint.take("the end", |line| line["event"] == "transaction" && line["state"] == "stopped");
    assert_eq!(end["reason"], "PowerLoss");
    let cut = charger.take("the cut", |line| line["event"] == "act" && line["act"] == "breaker off");
    assert_eq!(cut["at_ms"], 300_000, "in the charger's own time");
}

#[test]
fn a_script_that_makes_no_sense_is_refused_with_its_line() {
    let data = folder();
    let refused = scripted(data.path(), "10s plug\n5s unplug\n");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("Line 2 of the script"), "{}", refused.stderr);
}

#[test]
fn an_unknown_personality_or_car_is_refused_with_where_to_look() {
    for option in ["--personality", "--car"] {
        let refused = ended(&["--url", "ws://127.0.0.1:1/", "--id", "SIM1", option, "nobody"]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("simulate --list"), "{}", refused.stderr);
    }
}

#[test]
fn what_cannot_be_shown_on_the_network_is_said() {
    let shown = |personality, address| {
        let options = ["--url", "ws://127.0.0.1:1/", "--id", "SIM1", "--personality", personality];
        ended(&[&options[..], &["--announce", address]].concat())
    };
    let unknown = shown("evnex-e2", "127.0.0.1");
    assert!(unknown.code == 2 && unknown.stderr.contains("is not known"), "{unknown:?}");
    // RFC 5737: nobody has this address
    let elsewhere = shown("tesla-wall-connector-3", "192.0.2.1");
    assert!(elsewhere.code == 4 && elsewhere.stderr.contains("not an address of this computer"), "{elsewhere:?}");
}
