//! Reading a 2.x charger's variables, however its report arrives.

use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{Inconclusive, Passed};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::step;
use chargehand_simulator::deviations::Configuration;
use chargehand_simulator::{Behaviour, Deviations, ReportParts, Version};
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, Tamper, Way, plugged};
use crate::tamper;

const INTERVAL: &str = "SampledDataCtrlr.TxUpdatedInterval";

async fn inspect(version: Version, deviates: Deviations) -> (Bench, Cable, Outcome, Record) {
    let behaviour = Behaviour { version, deviates, ..plugged() };
    let (bench, cable) = Bench::commissioning(32.0, behaviour).await;
    let (outcome, record) = inspected(&bench).await;
    (bench, cable, outcome, record)
}

async fn inspect_tampered(tamper: Tamper) -> (Bench, Cable, Outcome, Record) {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect_tampered(Behaviour { version: Version::V201, ..plugged() }, tamper).await;
    let (outcome, record) = inspected(&bench).await;
    (bench, cable, outcome, record)
}

async fn inspected(bench: &Bench) -> (Outcome, Record) {
    bench.run(1).await;
    let outcome = step::inspect(&bench.link).await.unwrap();
    bench.rests_on_evidence(&outcome);
    (outcome, bench.record().await)
}

fn names(record: &Record) -> Vec<&str> {
    record.configuration.iter().flat_map(|c| &c.keys).map(|k| k.key.as_str()).collect()
}

fn read_as(record: &Record) -> &str {
    &record.configuration.as_ref().unwrap().read_as
}

#[tokio::test(start_paused = true)]
async fn a_full_inventory_is_put_together_from_its_parts() {
    for version in [Version::V201, Version::V21] {
        let (bench, _cable, outcome, record) = inspect(version, Deviations::default()).await;
        assert_eq!((outcome.verdict, read_as(&record)), (Passed, "full inventory"), "{outcome:?}");
        let parts = outcome.evidence.len();
        assert!(parts > 4, "an answer and several parts: {outcome:?}");
        assert!(names(&record).len() > 20 && names(&record).contains(&INTERVAL), "{:?}", names(&record));
        assert_eq!(bench.calls("GetVariables").len(), 0, "nothing else is asked");
        let keys = &record.configuration.as_ref().unwrap().keys;
        let interval = keys.iter().find(|k| k.key == INTERVAL).unwrap();
        assert_eq!((interval.value.as_deref(), interval.readonly), (Some("10"), false));
        assert!(interval.meaning.as_ref().unwrap().contains("seconds between"), "{interval:?}");
        assert_eq!(interval.attributes.as_ref().unwrap().data_type, "integer");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_in_another_order_make_the_same_inventory() {
    let (_bench, _cable, _, in_order) = inspect(Version::V201, Deviations::default()).await;
    let deviates = Deviations::from(Configuration { report_parts: ReportParts::OutOfOrder, ..<_>::default() });
    let (_bench, _cable, outcome, record) = inspect(Version::V201, deviates).await;
    assert_eq!((outcome.verdict, read_as(&record)), (Passed, "full inventory"), "{outcome:?}");
    let sorted = |record| {
        let mut names = names(record);
        names.sort_unstable();
        names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sorted(&record), sorted(&in_order));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_stops_is_kept_and_what_is_known_by_name_is_asked_for() {
    let deviates = Deviations::from(Configuration { report_parts: ReportParts::LastMissing, ..<_>::default() });
    let (bench, _cable, outcome, record) = inspect(Version::V201, deviates).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(outcome.finding.contains("not finished"), "{outcome:?}");
    assert!(read_as(&record).starts_with("full inventory, then one by one"), "{}", read_as(&record));
    assert!(!bench.calls("GetVariables").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_lost_in_the_middle_is_noticed() {
    let lose = Box::new(|_: Way, frame: &mut Value| {
        if frame[2] == "NotifyReport" && frame[3]["seqNo"] == 1 {
            frame[3]["requestId"] = json!(-7);
        }
        true
    });
    let (_bench, _cable, outcome, _) = inspect_tampered(lose).await;
    assert!(outcome.finding.contains("1 parts of its report did not come"), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_without_base_reports_is_asked_variable_by_variable() {
    let deviates = Deviations::from(Configuration { refuses_base_report: true, ..<_>::default() });
    let (bench, _cable, outcome, record) = inspect(Version::V201, deviates).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(bench.calls("GetBaseReport").len(), 2, "the full one, then what can be set");
    assert!(names(&record).contains(&INTERVAL), "{:?}", names(&record));
    let snapshot = record.configuration.as_ref().unwrap();
    assert!(!snapshot.unknown.is_empty(), "what it does not know is told apart");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_takes_few_variables_at_once_is_asked_for_few() {
    let deviates =
        Deviations::from(Configuration { refuses_base_report: true, answers_at_most_keys: Some(3), ..<_>::default() });
    let (bench, _cable, outcome, record) = inspect(Version::V201, deviates).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    let sizes = |call: &crate::bench::Sent| call.payload["getVariableData"].as_array().unwrap().len();
    assert!(bench.calls("GetVariables").iter().map(sizes).all(|size| size <= 3));
    assert!(names(&record).contains(&INTERVAL), "{:?}", names(&record));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_accepts_a_report_and_falls_silent_is_asked_otherwise() {
    let lose = Box::new(|_: Way, frame: &mut Value| frame[2] != "NotifyReport");
    let (_bench, _cable, outcome, record) = inspect_tampered(lose).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(names(&record).contains(&INTERVAL), "{:?}", names(&record));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_gives_nothing_at_all_is_inconclusive() {
    let silent = Box::new(|_: Way, frame: &mut Value| {
        !["GetBaseReport", "GetVariables"].iter().any(|action| frame[2] == *action)
    });
    let (_bench, _cable, outcome, record) = inspect_tampered(silent).await;
    assert_eq!(outcome.verdict, Inconclusive, "{outcome:?}");
    assert_eq!(record.configuration, None);
}

#[tokio::test(start_paused = true)]
async fn a_charger_whose_smart_charging_is_switched_off_is_found_out_before_a_check() {
    let off = Box::new(|_: Way, frame: &mut Value| {
        if frame[2] != "NotifyReport" {
            return true;
        }
        for data in frame[3]["reportData"].as_array_mut().into_iter().flatten() {
            if data["component"]["name"] == "SmartChargingCtrlr" && data["variable"]["name"] == "Enabled" {
                data["variableAttribute"][0]["value"] = json!("false");
            }
        }
        true
    });
    let (_bench, _cable, _, record) = inspect_tampered(off).await;
    let finding = record.findings.iter().find(|f| f.code == "smart_charging_off").expect("found");
    assert!(finding.text.contains("SmartChargingCtrlr.Enabled"), "{finding:?}");
}

#[tokio::test(start_paused = true)]
async fn a_password_among_the_variables_is_masked() {
    let tell = Box::new(|_: Way, frame: &mut Value| {
        if frame[2] == "NotifyReport" && frame[3]["seqNo"] == 0 {
            let secret = json!({
                "component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"},
                "variableAttribute": [{"value": "hunter2", "mutability": "ReadWrite"}],
            });
            frame[3]["reportData"].as_array_mut().unwrap().push(secret);
        }
        true
    });
    let (bench, _cable, _, record) = inspect_tampered(tell).await;
    let keys = &record.configuration.as_ref().unwrap().keys;
    let secret = keys.iter().find(|k| k.key == "SecurityCtrlr.BasicAuthPassword").unwrap();
    assert_eq!(secret.value.as_deref(), Some("(masked)"));
    let disk = bench.disk.lock().unwrap();
    let leaks = disk.entries.iter().map(|e| e.bytes.to_vec()).chain(disk.records.clone());
    assert!(leaks.into_iter().all(|bytes| !String::from_utf8_lossy(&bytes).contains("hunter2")));
}

#[tokio::test(start_paused = true)]
async fn a_base_report_that_is_refused_with_an_error_is_no_end() {
    let refuse = tamper::answers("GetBaseReport", |_| true, json!([4, "", "NotSupported", "", {}]));
    let (_bench, _cable, outcome, record) = inspect_tampered(refuse).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(names(&record).contains(&INTERVAL), "{:?}", names(&record));
}
