//! The device model: reports, variables.

use super::{BOTH, speaking};
use crate::bench::{Answer, Bench};
use chargehand_simulator::deviations::Configuration;
use chargehand_simulator::{Behaviour, Deviations, ReportParts};
use serde_json::{Value, json};

fn report(bench: &mut Bench, base: &str) -> Vec<Value> {
    let before = bench.all("NotifyReport").len();
    let answer = bench.call("GetBaseReport", json!({ "requestId": 5, "reportBase": base }));
    assert_eq!(answer.status(), "Accepted");
    bench.all("NotifyReport").split_off(before)
}

fn variables(parts: &[Value]) -> Vec<Value> {
    parts.iter().flat_map(|part| part["reportData"].as_array().unwrap().clone()).collect()
}

fn variable(component: &str, name: &str) -> Value {
    json!({ "component": { "name": component }, "variable": { "name": name } })
}

fn set(bench: &mut Bench, component: &str, name: &str, value: &str) -> String {
    let mut data = variable(component, name);
    data["attributeValue"] = json!(value);
    let Answer::Result(answer) = bench.call("SetVariables", json!({ "setVariableData": [data] })) else {
        panic!("an answer")
    };
    answer["setVariableResult"][0]["attributeStatus"].as_str().unwrap().to_owned()
}

fn get(bench: &mut Bench, component: &str, name: &str) -> Value {
    let data = variable(component, name);
    let Answer::Result(answer) = bench.call("GetVariables", json!({ "getVariableData": [data] })) else {
        panic!("an answer")
    };
    answer["getVariableResult"][0].clone()
}

#[test]
fn a_full_report_comes_in_numbered_parts_and_ends() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        let parts = report(&mut bench, "FullInventory");
        assert!(parts.len() > 3);
        for (number, part) in parts.iter().enumerate() {
            assert_eq!((&part["seqNo"], &part["requestId"]), (&json!(number), &json!(5)));
            assert_eq!(part["tbc"], number + 1 < parts.len());
        }
        let all = variables(&parts);
        let names: Vec<String> =
            all.iter().map(|it| it["component"].to_string() + &it["variable"].to_string()).collect();
        let mut different = names.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), names.len(), "each variable once");
        let settable = variables(&report(&mut bench, "ConfigurationInventory"));
        assert!(!settable.is_empty() && settable.len() < all.len());
        assert!(settable.iter().all(|it| it["variableAttribute"][0]["mutability"] != "ReadOnly"));
        let summary = variables(&report(&mut bench, "SummaryInventory"));
        assert!(summary.iter().any(|it| it["variable"]["name"] == "AvailabilityState"));
    }
}

#[test]
fn every_variable_of_the_report_can_be_asked_for_and_says_the_same() {
    for version in BOTH {
        let mut bench = Bench::booted(speaking(version));
        let all = variables(&report(&mut bench, "FullInventory"));
        for it in all.iter().filter(|it| it["variableAttribute"][0]["mutability"] != "WriteOnly") {
            let data = json!([{ "component": it["component"], "variable": it["variable"] }]);
            let Answer::Result(answer) = bench.call("GetVariables", json!({ "getVariableData": data })) else {
                panic!("an answer")
            };
            assert_eq!(answer["getVariableResult"][0]["attributeStatus"], "Accepted", "{it}");
            assert_eq!(answer["getVariableResult"][0]["attributeValue"], it["variableAttribute"][0]["value"]);
        }
    }
}

#[test]
fn a_report_may_be_refused_arrive_out_of_order_or_never_end() {
    let with = |deviates| Bench::booted(Behaviour { deviates, ..speaking(BOTH[0]) });
    let mut bench = with(Deviations::from(Configuration { refuses_base_report: true, ..<_>::default() }));
    let ask = json!({ "requestId": 5, "reportBase": "FullInventory" });
    assert_eq!(bench.call("GetBaseReport", ask).status(), "NotSupported");
    let mut bench = with(Deviations::from(Configuration { report_parts: ReportParts::OutOfOrder, ..<_>::default() }));
    assert_eq!(report(&mut bench, "FullInventory")[0]["tbc"], false);
    let mut bench = with(Deviations::from(Configuration { report_parts: ReportParts::LastMissing, ..<_>::default() }));
    assert!(report(&mut bench, "FullInventory").iter().all(|part| part["tbc"] == true));
}

#[test]
fn a_variable_is_changed_within_its_limits_and_the_charger_goes_by_it() {
    for version in BOTH {
        let mut bench = Bench::charging(speaking(version));
        assert_eq!(set(&mut bench, "SampledDataCtrlr", "TxUpdatedInterval", "60"), "Accepted");
        assert_eq!(set(&mut bench, "SampledDataCtrlr", "TxUpdatedInterval", "never"), "Rejected");
        assert_eq!(set(&mut bench, "sampleddatactrlr", "txupdatedINTERVAL", "60"), "Accepted", "names have no case");
        assert_eq!(get(&mut bench, "SampledDataCtrlr", "TxUpdatedInterval")["attributeValue"], "60");
        let before = bench.all("TransactionEvent").len();
        bench.run(59);
        assert_eq!(bench.all("TransactionEvent").len(), before);
        bench.run(1);
        assert_eq!(bench.all("TransactionEvent").len(), before + 1);
        assert_eq!(set(&mut bench, "SmartChargingCtrlr", "ProfileStackLevel", "3"), "Rejected");
        assert_eq!(set(&mut bench, "Nowhere", "Nothing", "3"), "UnknownComponent");
        assert_eq!(get(&mut bench, "TxCtrlr", "Nothing")["attributeStatus"], "UnknownVariable");
        assert_eq!(get(&mut bench, "EVSE", "Power")["attributeStatus"], "UnknownComponent", "there is no EVSE nowhere");
    }
}

#[test]
fn a_part_of_the_model_is_reported_when_asked_for() {
    let mut bench = Bench::booted(speaking(BOTH[0]));
    let wanted = json!([{ "component": { "name": "DeviceDataCtrlr" }, "variable": { "name": "ItemsPerMessage" } }]);
    let answer = bench.call("GetReport", json!({ "requestId": 9, "componentVariable": wanted }));
    assert_eq!(answer.status(), "Accepted");
    assert_eq!(variables(&bench.all("NotifyReport")).len(), 3, "without an instance all are meant");
    let answer = bench.call("GetReport", json!({ "requestId": 10, "componentCriteria": ["Problem"] }));
    assert_eq!(answer.status(), "EmptyResultSet");
}

#[test]
fn a_charger_may_answer_two_variables_at_most() {
    let deviates = Deviations::from(Configuration { answers_at_most_keys: Some(2), ..<_>::default() });
    let ask = json!({ "getVariableData": vec![variable("TxCtrlr", "TxStartPoint"); 21] });
    let mut bench = Bench::booted(Behaviour { deviates, ..speaking(BOTH[0]) });
    let Answer::Result(answer) = bench.call("GetVariables", ask.clone()) else { panic!("an answer") };
    assert_eq!(answer["getVariableResult"].as_array().unwrap().len(), 2);
    let refused = Bench::booted(speaking(BOTH[0])).call("GetVariables", ask);
    assert_eq!(refused, Answer::Error("OccurrenceConstraintViolation".into()));
}
