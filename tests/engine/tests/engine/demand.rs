//! Demand response as orders of `endpoint`: what is said before anything is sent, and what is refused.

use serde_json::{Value, json};

use crate::charger::Charger;
use crate::program::{Endpoint, Program, folder};

fn adopted(data: &std::path::Path) -> (Endpoint, Charger) {
    let mut endpoint = Program::endpoint(data, &["--adopt", "auto"]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    endpoint.event("booted");
    (endpoint, charger)
}

#[test]
fn what_a_signal_becomes_is_said_without_sending_anything() {
    let data = folder();
    let (mut endpoint, mut charger) = adopted(data.path());
    let ask = |order: Value| {
        let mut whole = json!({"do": "demand_response", "charger": "CP1"});
        whole.as_object_mut().unwrap().extend(order.as_object().unwrap().clone());
        whole
    };
    let nothing = endpoint.order(ask(json!({"modes": [2]}))).expect("a list");
    assert_eq!(nothing[0]["limit_ma"], Value::Null, "no ceiling was entered");
    endpoint.order(json!({"do": "ceiling", "charger": "CP1", "breaker": 32, "nameplate": 32})).expect("entered");
    let became = endpoint.order(ask(json!({"modes": [0, 2, 6], "phases": 3}))).expect("a list");
    assert_eq!((&became[0]["limit_ma"], &became[0]["pauses"]), (&json!(0), &json!(true)));
    assert_eq!((&became[1]["limit_ma"], &became[1]["power_w"]), (&json!(16_000), &json!(11_040)));
    assert_eq!(became[2]["limit_ma"], Value::Null);
    assert!(became[2]["why"].as_str().expect("why").contains("only 2.1"), "{became}");
    let dimmed =
        json!([{"signal": "section14a", "devices": 1}, {"signal": "site_limit", "watts": 9200, "others_w": 4600}]);
    let became = endpoint.order(ask(json!({"signals": dimmed, "phases": 1}))).expect("a list");
    assert_eq!((&became[0]["limit_ma"], &became[1]["limit_ma"]), (&json!(18_200), &json!(20_000)));
    let order = endpoint.ask(json!({"do": "call", "charger": "CP1", "action": "ClearCache"}));
    let (id, action, _) = charger.asked();
    assert_eq!(action, "ClearCache", "nothing came before it");
    charger.answer(&id, json!({"status": "Accepted"}));
    endpoint.answer(order).expect("it was answered");
}

#[test]
fn an_order_of_demand_response_that_lacks_something_is_refused() {
    let data = folder();
    let (mut endpoint, _charger) = adopted(data.path());
    for (line, code) in [
        (r#"{"id":"a","do":"demand_response","charger":"CP1"}"#, "bad_order"),
        (r#"{"id":"a","do":"demand_response","charger":"CP1","modes":[2],"how":"soon"}"#, "bad_order"),
        (r#"{"id":"a","do":"demand_response","charger":"CP1","modes":[2,3],"how":"hold"}"#, "bad_order"),
        (r#"{"id":"a","do":"demand_response","charger":"CP1","modes":[2],"phases":4}"#, "bad_order"),
        (r#"{"id":"a","do":"demand_response","charger":"CP9","modes":[2]}"#, "unknown_charger"),
        (r#"{"id":"a","do":"output_dead","charger":"CP1","by":"Kim Lee"}"#, "bad_order"),
        (r#"{"id":"a","do":"output_dead","charger":"CP1","by":" ","dead":true}"#, "bad_order"),
    ] {
        endpoint.write(line);
        let answer = endpoint.take("an error", |line| line["id"] == "a");
        assert_eq!(answer["error"]["code"], code, "{line}");
    }
    let number = endpoint.order(json!({"do": "output_dead", "charger": "CP1", "by": "Kim Lee", "dead": true}));
    assert!(number.expect("it is kept")["number"].is_u64());
    assert_eq!(endpoint.order(json!({"do": "cancel", "charger": "CP1"})), Ok(json!({})));
}
