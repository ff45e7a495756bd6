//! `chargehand-cli commission`: the main job with the simulated charger, and every way in which it can end.

use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Ended, Endpoint, Program, folder, path};

/// `commission` for CP1, listening on loopback and any free port.
pub fn begin(data: &Path, options: &[&str]) -> Endpoint {
    let fixed = ["--listen", "127.0.0.1:0", "--charger", "CP1"];
    Endpoint::listening(Program::run("commission", data, &[&fixed, options].concat()))
}

/// The line of a step.
pub fn step<'a>(ended: &'a Ended, step: &str) -> &'a Value {
    let line = ended.lines.iter().find(|line| line["step"] == step);
    line.unwrap_or_else(|| panic!("no line for {step}: {ended:#?}"))
}

/// It ran to its end and proved 10 A below a 32 A breaker; its lines say so.
pub fn proved_ten_amps(ended: &Ended) {
    assert_eq!(ended.code, 0, "{ended:#?}");
    let steps: Vec<&str> = ended.lines.iter().filter_map(|line| line["step"].as_str()).collect();
    assert_eq!(steps, ["connect", "inspect", "limit", "undo", "report"]);
    for step in ended.lines.iter().skip(1) {
        assert_eq!(step["outcome"], "passed", "{ended:#?}");
        assert!(step["evidence"].as_array().is_some_and(|numbers| !numbers.is_empty()), "{step}");
    }
    let limit = step(ended, "limit");
    assert_eq!(limit["asked_ma"], 10_000);
    let ma = |field: &str| limit[field].as_u64().expect("a number");
    assert!(ma("measured_ma") <= 11_000 && ma("before_ma") > 11_000, "{limit}");
    assert!(limit["settled_ms"].is_u64() && limit["fallback"] == "passed", "{limit}");
}

fn verify(file: &Path) -> (i32, String) {
    let output = std::process::Command::new(path()).arg("verify").arg(file).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(said).expect("text"))
}

#[test]
fn a_charger_is_commissioned_and_its_report_verifies_until_somebody_alters_it() {
    let data = folder();
    let pdf = data.path().join("made/for/it/handover.pdf");
    let options = ["--limit", "10", "--breaker", "32", "--report", pdf.to_str().expect("a path")];
    let run = begin(data.path(), &options);
    let _charger = Program::simulate(&run.url, "CP1", &["--plugged", "--meter-interval", "1"]);
    let ended = run.program.ended();
    proved_ten_amps(&ended);

    let json = pdf.with_extension("json");
    let report = step(&ended, "report");
    assert_eq!((report["pdf"].as_str(), report["json"].as_str()), (pdf.to_str(), json.to_str()));
    let record: Value = serde_json::from_slice(&std::fs::read(&json).expect("the JSON is beside it")).expect("JSON");
    assert_eq!(record["simulated"], true, "it says itself that it is no real charger");
    assert!(std::fs::read(&pdf).expect("the PDF").starts_with(b"%PDF-"));

    let (code, said) = verify(&pdf);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(report["sha256"].as_str().expect("text")), "{said}");
    assert_eq!(verify(&json).0, 0);
    assert_eq!(verify(data.path()).0, 0, "the store's chain holds");
    let mut altered = std::fs::read(&json).expect("the JSON");
    let amps = altered.windows(5).position(|bytes| bytes == b"10000").expect("the limit");
    altered[amps] = b'2';
    std::fs::write(&json, altered).expect("written");
    let (code, said) = verify(&json);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("Mismatch"), "{said}");
    std::fs::write(&pdf, b"%PDF-1.7 and then nothing").expect("written");
    assert_eq!(verify(&pdf).0, 2);
    assert_eq!(verify(&json).0, 2);
    assert_eq!(verify(&data.path().join("none.pdf")).0, 2);
}

#[test]
fn a_charger_that_vanishes_in_the_middle_is_reported_all_the_same() {
    let data = folder();
    let mut run = begin(data.path(), &["--limit", "10", "--breaker", "32", "--timeout", "60"]);
    let mut charger = Program::simulate(&run.url, "CP1", &["--plugged", "--meter-interval", "1"]);
    run.program.take("inspect", |line| line["step"] == "inspect");
    charger.process.kill();
    let ended = run.program.ended();
    assert_eq!(ended.code, 0, "{ended:#?}");
    for (name, outcome) in [("connect", "passed"), ("inspect", "passed"), ("report", "passed")] {
        assert_eq!(step(&ended, name)["outcome"], outcome, "{ended:#?}");
    }
    let limit = step(&ended, "limit");
    assert!(["inconclusive", "not_tested"].iter().any(|outcome| limit["outcome"] == *outcome), "{limit}");
    assert_ne!(step(&ended, "undo")["outcome"], "failed", "silence is no failure");
    for file in ["CP1.pdf", "CP1.json"] {
        assert!(data.path().join("handover").join(file).exists(), "{file}");
    }
}

#[test]
fn a_charger_that_never_comes_is_exit_code_3_and_says_where_it_should_go() {
    let data = folder();
    let run = begin(data.path(), &["--limit", "10", "--breaker", "32", "--timeout", "10"]);
    let url = run.url.clone();
    // Another one comes instead: it is answered, and is not the one.
    let mut other = crate::charger::Charger::connect(run.port, "CP2");
    assert_eq!(other.boot()["status"], "Pending");
    let ended = run.program.ended();
    assert_eq!((ended.code, ended.lines.len()), (3, 1), "{ended:#?}");
    assert!(ended.stderr.contains("CP1") && ended.stderr.contains(&url), "{}", ended.stderr);
}

#[test]
fn bad_arguments_are_exit_code_2_and_a_sentence() {
    let data = folder();
    let text = |path: &Path| path.to_str().expect("a path").to_owned();
    let same = text(&data.path().join("report.json"));
    let cases: &[(&[&str], &str)] = &[
        (&["--charger", "CP1", "--limit", "33", "--breaker", "32"], "above"),
        (&["--charger", "CP1", "--limit", "-1", "--breaker", "32"], "--limit"),
        (&["--charger", "CP1", "--limit", "nan", "--breaker", "32"], "between"),
        (&["--charger", "CP1", "--limit", "1e9", "--breaker", "1e9"], "between"),
        (&["--charger", "CP1", "--limit", "ten", "--breaker", "32"], "not a current"),
        (&["--charger", "", "--limit", "10", "--breaker", "32"], "identity"),
        (&["--charger", "CP1", "--limit", "10"], "--breaker"),
        (&["--charger", "CP1", "--limit", "10", "--breaker", "32", "--timeout", "1"], "--timeout"),
        (&["--charger", "CP1", "--limit", "10", "--breaker", "32", "--report", &same], "two names"),
        (&["--charger", "CP1", "--limit", "10", "--breaker", "32", "--password-file", "/none"], "/none"),
    ];
    for (options, words) in cases {
        let ended = Program::run("commission", data.path(), options).ended();
        assert_eq!((ended.code, ended.lines.len()), (2, 0), "{options:?}: {ended:#?}");
        assert!(ended.stderr.contains(words), "{options:?}: {}", ended.stderr);
    }
    assert!(!data.path().join("chargehand.sqlite").exists(), "nothing was begun");
}

#[test]
fn a_ceiling_that_was_entered_before_holds_in_a_later_run() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    crate::charger::Charger::connect(endpoint.port, "CP1").boot();
    let low = json!({"do": "ceiling", "charger": "CP1", "breaker": 32, "nameplate": 8});
    assert_eq!(endpoint.order(low).expect("it is entered")["limit_ma"], 8000);
    endpoint.stop();
    let options = ["--listen", "127.0.0.1:0", "--charger", "CP1", "--limit", "10", "--breaker", "32"];
    let ended = Program::run("commission", data.path(), &options).ended();
    assert_eq!((ended.code, ended.lines.len()), (2, 0), "{ended:#?}");
    assert!(ended.stderr.contains("8.0 A"), "{}", ended.stderr);
}

#[test]
fn a_later_run_does_not_raise_the_ceiling_by_naming_only_the_breaker() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    crate::charger::Charger::connect(endpoint.port, "CP1").boot();
    let parts = json!({"do": "ceiling", "charger": "CP1", "breaker": 16, "cable": 20});
    assert_eq!(endpoint.order(parts).expect("it is entered")["limit_ma"], 16_000);
    endpoint.stop();
    let options = ["--listen", "127.0.0.1:0", "--charger", "CP1", "--limit", "10", "--breaker", "32"];
    let ended = Program::run("commission", data.path(), &options).ended();
    assert_eq!((ended.code, ended.lines.len()), (2, 0), "{ended:#?}");
    assert!(ended.stderr.contains("cable"), "{}", ended.stderr);
}
