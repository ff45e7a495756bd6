//! A plan from the command line: said as differences, written, read back, taken back.

use serde_json::{Value, json};

use crate::charger::Charger;
use crate::program::{Program, folder};

fn lines(result: &Value) -> Vec<(String, bool, bool)> {
    let line = |line: &Value| {
        let obstacle = line["obstacle"].as_str().unwrap().to_owned();
        (obstacle, line["waits"].as_bool().unwrap(), line["stands"].as_bool().unwrap())
    };
    result["lines"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn a_limit_is_planned_written_and_taken_back_and_one_above_the_ceiling_is_only_said() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _charger = Program::simulate(&endpoint.url, "CP1", &["--plugged", "--meter-interval", "1"]);
    endpoint.event("booted");
    endpoint.order(json!({"do": "ceiling", "charger": "CP1", "breaker": 32})).unwrap();
    let too_much = json!([{"change": "limit", "limit": 40}]);
    let planned = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": too_much})).unwrap();
    assert!(lines(&planned)[0].0.contains("above the ceiling"), "{planned}");
    let limit = json!([{"change": "limit", "limit": 16}]);
    let planned = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": limit})).unwrap();
    assert_eq!(lines(&planned), [(String::new(), true, false)], "the same thing is planned once");
    let applied = endpoint.order(json!({"do": "apply", "charger": "CP1"})).unwrap();
    assert!(lines(&applied)[0].2, "{applied}");
    assert!(applied["finding"].as_str().unwrap().contains("changed it"), "{applied}");
    let back = endpoint.order(json!({"do": "take_back", "charger": "CP1"})).unwrap();
    assert!(!lines(&back)[0].2 || back["outcome"] == "inconclusive", "{back}");
    let left = endpoint.order(json!({"do": "chargers"})).unwrap();
    let limits = left[0]["in_force"].as_array().unwrap();
    assert!(limits.iter().all(|limit| limit["limit_ma"] == 32_000), "{left}");
}

#[test]
fn what_is_no_change_is_refused_and_nothing_is_planned() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _charger = Program::simulate(&endpoint.url, "CP1", &[]);
    endpoint.event("booted");
    let wrong = json!([{"change": "limit", "limit": 1e12}]);
    let refused = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": wrong, "confirm": true}));
    assert_eq!(refused.unwrap_err()["code"], "bad_order");
    let long = json!([{"change": "cards", "cards": ["1".repeat(256)]}]);
    let refused = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": long}));
    assert_eq!(refused.unwrap_err()["code"], "bad_order");
    let planned = endpoint.order(json!({"do": "plan", "charger": "CP1"})).unwrap();
    assert_eq!(planned["lines"], json!([]));
    let found = endpoint.order(json!({"do": "residue", "charger": "CP1"})).unwrap();
    assert_eq!(found["residue"], json!([]), "{found}");
}

#[test]
fn a_change_for_which_a_plan_has_no_room_is_said_and_not_swallowed() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    endpoint.event("booted");
    let many: Vec<Value> =
        (0..100).map(|n| json!({"change": "setting", "key": format!("Key{n}"), "value": "1"})).collect();
    endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": many})).unwrap();
    let one_more = json!([{"change": "limit", "limit": 6}]);
    let refused = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": one_more}));
    assert_eq!(refused.unwrap_err()["code"], "plan_full");
}

#[test]
fn cheap_hours_are_planned_with_the_limit_they_stand_on_and_a_rehearsal_waits_before_them() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _charger = Program::simulate(&endpoint.url, "CP1", &[]);
    endpoint.event("booted");
    endpoint.order(json!({"do": "ceiling", "charger": "CP1", "breaker": 32, "nameplate": 32})).unwrap();
    let hours = json!([{"from": "22:00", "to": "06:00", "limit": 16}, {"days": ["sun"], "from": "10:00", "to": "15:00", "limit": 20}]);
    let changes = json!([
        {"change": "cheap_hours", "zone": "Australia/Darwin", "hours": hours},
        {"change": "demand_response", "modes": [1, 2], "how": "rehearse"},
        {"change": "limit", "limit": 20},
    ]);
    let planned = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": changes})).unwrap();
    let what: Vec<&str> = planned["lines"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["Rehearsal of demand response", "Current limit of the whole charger", "Cheap hours"]);
    assert!(lines(&planned).iter().all(|(obstacle, ..)| obstacle.is_empty()), "{planned}");
    let mut says = planned["lines"].as_array().unwrap().iter().map(|it| it["risk_says"].as_str().unwrap());
    assert!(says.next_back().unwrap().contains("To charge at another hour"), "{planned}");
    endpoint.order(json!({"do": "unplan", "charger": "CP1", "lines": [planned["lines"][0]["line"]]})).unwrap();

    let applied = endpoint.order(json!({"do": "apply", "charger": "CP1"})).unwrap();
    assert_eq!(lines(&applied).iter().map(|it| it.2).collect::<Vec<_>>(), [true, true], "{applied}");
    let back =
        endpoint.order(json!({"do": "take_back", "charger": "CP1", "from": applied["lines"][1]["line"]})).unwrap();
    assert_eq!(lines(&back).iter().map(|it| it.2).collect::<Vec<_>>(), [true, false], "only the hours: {back}");
    let wrong = json!([{"change": "cheap_hours", "zone": "Mars/Base", "hours": hours}]);
    let refused = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": wrong})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("Choose it by its name"), "{refused}");
}

#[test]
fn cards_are_planned_written_and_taken_back_and_their_numbers_are_not_told_in_full() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _charger = Program::simulate(&endpoint.url, "CP1", &[]);
    endpoint.event("booted");
    let version = json!({"do": "call", "charger": "CP1", "action": "GetLocalListVersion", "payload": {}});
    assert_eq!(endpoint.order(version).unwrap()["listVersion"], 0);
    let cards = json!([{"change": "cards", "cards": ["04A2B7C8D9E0F1", {"idTag": "5E19A0B3", "type": "ISO14443"}]}]);
    let planned = endpoint.order(json!({"do": "plan", "charger": "CP1", "changes": cards})).unwrap();
    let line = &planned["lines"][0];
    assert_eq!((&line["can_go_back"], &line["obstacle"]), (&json!(true), &json!("")), "{line}");
    assert!(line["will"].as_str().unwrap().contains("…E0F1") && !line.to_string().contains("D9E0F1"), "{line}");
    assert_eq!((&line["goes_with"], &line["used"]), (&json!([]), &json!([])));
    let applied = endpoint.order(json!({"do": "apply", "charger": "CP1"})).unwrap();
    assert_eq!((applied["outcome"].as_str(), lines(&applied)[0].2), (Some("passed"), true), "{applied}");
    let back = endpoint.order(json!({"do": "take_back", "charger": "CP1"})).unwrap();
    assert_eq!((back["outcome"].as_str(), lines(&back)[0].2), (Some("passed"), false), "{back}");
}
