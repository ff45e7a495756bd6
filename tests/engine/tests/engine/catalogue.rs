//! `chargehand-cli catalogue`: what is known of chargers, by what people type.

use std::process::{Command, Output};

use serde_json::Value;

use crate::program::{Ended, Program, path};

/// `catalogue --json` with these words, to its end.
fn json(words: &[&str]) -> Ended {
    let mut command = Command::new(path());
    command.args(["catalogue", "--json"]).args(words);
    Program::start(command, "catalogue_line").ended()
}

/// `catalogue` with these words.
fn card(words: &[&str]) -> Output {
    Command::new(path()).arg("catalogue").args(words).output().expect("it runs")
}

fn ids(ended: &Ended) -> Vec<&str> {
    ended.lines.iter().filter_map(|line| line["id"].as_str()).collect()
}

#[test]
fn a_charger_is_found_by_one_quoted_argument_or_several() {
    let (quoted, several) = (json(&["tesla wal conector"]), json(&["tesla", "wal", "conector"]));
    assert_eq!(ids(&quoted).first(), Some(&"tesla-wall-connector-3"));
    assert_eq!(ids(&quoted), ids(&several));
    assert_eq!(quoted.lines[0]["access"], "none");
}

#[test]
fn the_zappi_is_told_to_come_through_its_makers_cloud_with_the_source() {
    let found = json(&["zappi v2.1"]);
    let zappi = &found.lines[0];
    assert_eq!(zappi["id"], "myenergi-zappi-v21");
    assert_eq!(zappi["access"], "maker_cloud");
    let facts = zappi["facts"].as_array().expect("facts");
    let access = facts.iter().find(|fact| fact["topic"] == "access").expect("why");
    assert!(access["source"].as_str().is_some_and(|it| it.contains("myenergi")), "{access}");
}

#[test]
fn without_words_every_charger_is_listed_once() {
    let all = json(&[]);
    let mut ids = ids(&all);
    assert!(ids.len() >= 100, "{}", ids.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.lines.len());
}

#[test]
fn what_is_not_in_the_catalogue_is_said_to_be_unknown() {
    let nothing = json(&["xyzzy"]);
    assert_eq!((nothing.code, nothing.lines), (0, Vec::<Value>::new()));
    assert!(nothing.stderr.contains("counts as locked"), "{}", nothing.stderr);
}

#[test]
fn the_card_says_what_apps_can_do_and_where_that_is_known_from() {
    let text = String::from_utf8(card(&["ocular iq"]).stdout).expect("UTF-8");
    for words in ["IQ Home", "[open_lan]", "Solar diversion: yes", "EcoMode", "evcc issue", "confidence high"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
