//! `chargehand-cli endpoint`: what it prints, what it can be told, how it ends.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::charger::{Charger, OCPP16};
use crate::program::{Endpoint, Program, Running, folder, path, stored};
use crate::schema;

fn adopted(port: u16, endpoint: &mut Endpoint, id: &str) -> Charger {
    let mut charger = Charger::connect(port, id);
    assert_eq!(charger.boot()["status"], "Accepted");
    endpoint.event("booted");
    charger
}

fn number(line: &Value) -> u64 {
    line["number"].as_u64().expect("a number")
}

#[test]
fn what_happens_is_told_line_by_line_and_only_once_it_is_on_disk() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto", "--frames"]);
    assert!(endpoint.url.starts_with("ws://127.0.0.1:"), "{}", endpoint.url);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    let connected = endpoint.event("connected");
    assert_eq!(connected["charger"], "CP1");
    assert_eq!((&connected["path"], &connected["subprotocol"]), (&json!("/CP1"), &json!("ocpp1.6")));
    assert_eq!((&connected["offered"], &connected["adopted"]), (&json!(["ocpp1.6"]), &json!(true)));
    assert_eq!(connected["url"], endpoint.url);
    assert_eq!(connected["peer"], charger.socket.local_addr().expect("bound").to_string());
    let boot = json!({"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "S", "firmwareVersion": "F"});
    assert_eq!(charger.call("BootNotification", boot)["status"], "Accepted");
    let booted = endpoint.event("booted");
    for (field, value) in [("vendor", "V"), ("model", "M"), ("serial", "S"), ("firmware", "F"), ("status", "Accepted")]
    {
        assert_eq!(booted[field], value);
    }
    charger.call("StatusNotification", json!({"connectorId": 1, "errorCode": "NoError", "status": "Charging"}));
    let status = endpoint.event("status");
    assert_eq!((&status["connector"], &status["status"]), (&json!(1), &json!("Charging")));
    let sampled = json!([{"value": "9.8", "measurand": "Current.Import", "phase": "L1", "unit": "A"},
        {"value": "10.2", "measurand": "Current.Import", "phase": "L2", "unit": "A"}, {"value": "1234"}]);
    let meter_value = json!([{"timestamp": "2026-11-22T10:00:00Z", "sampledValue": sampled}]);
    charger.call("MeterValues", json!({"connectorId": 1, "meterValue": meter_value}));
    let meter = endpoint.event("meter");
    assert_eq!((&meter["import_ma"], &meter["phases"], &meter["energy_wh"]), (&json!(10_200), &json!(2), &json!(1234)));
    assert_eq!((&meter["offered_ma"], &meter["transaction"]), (&Value::Null, &Value::Null));

    // A second program reads the store while the first one writes it: each number that was printed is there.
    let printed = endpoint.take("the frame of MeterValues", |line| {
        line["event"] == "frame" && line["text"].as_str().is_some_and(|text| text.contains("MeterValues"))
    });
    assert_eq!(number(&printed), number(&meter));
    let on_disk = stored(data.path());
    let same = on_disk.iter().find(|frame| frame["number"] == printed["number"]).expect("it is on disk");
    assert_eq!((&same["text"], &same["direction"]), (&printed["text"], &json!("from_charger")));

    drop(charger);
    assert_eq!(endpoint.event("disconnected")["by"], "charger");
    assert_eq!(endpoint.stop().code, 0);
}

#[test]
fn a_charger_that_is_not_adopted_waits_and_gets_no_command_until_it_is() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    assert_eq!(endpoint.event("connected")["adopted"], false);
    let boot = charger.boot();
    assert_eq!((&boot["status"], &boot["interval"]), (&json!("Pending"), &json!(30)));
    assert_eq!(charger.call("Authorize", json!({"idTag": "TAG"}))["idTagInfo"]["status"], "Invalid");
    let reset = json!({"do": "call", "charger": "CP1", "action": "Reset", "payload": {"type": "Soft"}});
    assert_eq!(endpoint.order(reset.clone()).expect_err("it is not adopted")["code"], "not_adopted");

    let adopted = endpoint.order(json!({"do": "adopt", "charger": "CP1"})).expect("it is known");
    assert_eq!(endpoint.event("adopted")["charger"], "CP1");
    assert!(adopted["number"].is_u64());
    // It was told to wait 30 s: it is asked to boot again at once.
    let (id, action, payload) = charger.asked();
    assert_eq!((action.as_str(), &payload["requestedMessage"]), ("TriggerMessage", &json!("BootNotification")));
    charger.answer(&id, json!({"status": "Accepted"}));
    assert_eq!(charger.boot()["status"], "Accepted");
    assert_eq!(charger.call("Authorize", json!({"idTag": "TAG"}))["idTagInfo"]["status"], "Accepted");

    let order = endpoint.ask(reset);
    let (id, action, payload) = charger.asked();
    assert_eq!((action.as_str(), payload), ("Reset", json!({"type": "Soft"})));
    charger.answer(&id, json!({"status": "Accepted"}));
    assert_eq!(endpoint.answer(order), Ok(json!({"status": "Accepted"})));
}

#[test]
fn a_charger_that_refuses_a_call_is_quoted_with_its_own_code() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    let order = endpoint.ask(json!({"do": "call", "charger": "CP1", "action": "ClearCache"}));
    let (id, _, payload) = charger.asked();
    assert_eq!(payload, json!({}));
    charger.send(&json!([4, id, "NotSupported", "no cache", {}]).to_string());
    let error = endpoint.answer(order).expect_err("it refused");
    assert_eq!(error["code"], "NotSupported");
    assert!(error["message"].as_str().expect("text").contains("no cache"), "{error}");
}

#[test]
fn an_unknown_key_or_a_makers_own_message_is_sent_only_when_confirmed() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    for (action, payload) in [
        ("ChangeConfiguration", json!({"key": "VendorMaxPower", "value": "1"})),
        ("DataTransfer", json!({"vendorId": "x"})),
    ] {
        let mut order = json!({"do": "call", "charger": "CP1", "action": action, "payload": payload});
        assert_eq!(endpoint.order(order.clone()).expect_err("not confirmed")["code"], "effect_unknown");
        order["confirm"] = json!(true);
        let order = endpoint.ask(order);
        let (id, sent, _) = charger.asked();
        assert_eq!(sent, action);
        charger.answer(&id, json!({"status": "Accepted"}));
        assert_eq!(endpoint.answer(order), Ok(json!({"status": "Accepted"})));
    }
}

#[test]
fn no_limit_is_sent_without_a_ceiling_and_none_above_it() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    let limit = |amps: f64| {
        let schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}]});
        let profile = json!({"chargingProfileId": 9, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative", "chargingSchedule": schedule});
        json!({"do": "call", "charger": "CP1", "action": "SetChargingProfile",
            "payload": {"connectorId": 0, "csChargingProfiles": profile}})
    };
    assert_eq!(endpoint.order(limit(10.0)).expect_err("no ceiling")["code"], "ceiling_missing");
    let ceiling = endpoint.order(json!({"do": "ceiling", "charger": "CP1", "breaker": 16, "cable": 20}));
    assert_eq!(ceiling, Ok(json!({"limit_ma": 16_000, "binding": "breaker"})));
    assert_eq!(endpoint.order(limit(16.1)).expect_err("above the ceiling")["code"], "above_ceiling");
    let order = endpoint.ask(limit(16.0));
    let (id, action, _) = charger.asked();
    assert_eq!(action, "SetChargingProfile", "the refused ones were not sent");
    charger.answer(&id, json!({"status": "Accepted"}));
    assert_eq!(endpoint.answer(order), Ok(json!({"status": "Accepted"})));
    let chargers = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(chargers[0]["in_force"][0]["limit_ma"], 16_000);
    assert_eq!(chargers[0]["in_force"][0]["accepted"], true);
    let raise = json!({"do": "ceiling", "charger": "CP1", "breaker": 32});
    assert_eq!(endpoint.order(raise).expect_err("it rises")["code"], "raises_ceiling");
}

#[test]
fn an_electricians_inputs_come_with_the_order_and_the_least_binds() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    adopted(endpoint.port, &mut endpoint, "CP1");
    let circuit = json!({"do": "ceiling", "charger": "CP1", "breaker": 40, "curve": "C", "cable": 40, "derating": 0.87,
        "nameplate": 32, "connector": 32, "main_switch": 63, "rest": 50, "rest_known": "measured", "phases": 1});
    let entered = endpoint.order(circuit.clone());
    assert_eq!(entered, Ok(json!({"limit_ma": 13_000, "binding": "headroom"})));
    let mut managed = circuit;
    for (name, value) in [
        ("ct_direction", json!("right")),
        ("ct_ratio", json!(2000)),
        ("ct_phase", json!("l1")),
        ("ct_falls_to", json!(10)),
    ] {
        managed[name] = value;
    }
    assert_eq!(endpoint.order(managed.clone()), Ok(json!({"limit_ma": 32_000, "binding": "nameplate"})));
    managed["approved"] = json!(25);
    assert_eq!(endpoint.order(managed.clone()), Ok(json!({"limit_ma": 25_000, "binding": "network"})));
}

#[test]
fn transactions_are_listed_with_who_when_why_and_their_readings() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    let start = json!({"connectorId": 1, "idTag": "04AABB", "meterStart": 100, "timestamp": "2026-11-22T10:00:00Z"});
    let id = charger.call("StartTransaction", start)["transactionId"].clone();
    let started = endpoint.event("transaction");
    assert_eq!(
        (&started["state"], &started["transaction"], &started["id_tag"]),
        (&json!("started"), &id, &json!("04AABB"))
    );
    let meter_value = json!([{"timestamp": "2026-11-22T10:00:10Z", "sampledValue": [{"value": "110"}]}]);
    charger.call("MeterValues", json!({"connectorId": 1, "transactionId": id, "meterValue": meter_value}));
    let running = endpoint.order(json!({"do": "transactions"})).expect("a list");
    assert_eq!((&running[0]["stopped"], &running[0]["readings"]), (&Value::Null, &json!(1)));
    let stop =
        json!({"transactionId": id, "meterStop": 120, "timestamp": "2026-11-22T10:01:00Z", "reason": "EVDisconnected"});
    charger.call("StopTransaction", stop);
    assert_eq!(endpoint.event("transaction")["reason"], "EVDisconnected");
    let list = endpoint.order(json!({"do": "transactions", "charger": "CP1"})).expect("a list");
    let expected = json!({"charger": "CP1", "id": id, "idTag": "04AABB", "connector": 1, "meterStart": 100,
        "meterStop": 120, "reason": "EVDisconnected", "readings": 1});
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(list[0][field], *value, "{field}");
    }
    assert!(list[0]["started"].as_str() < list[0]["stopped"].as_str(), "{list}");
    assert_eq!(endpoint.order(json!({"do": "transactions", "charger": "other"})), Ok(json!([])));
}

#[test]
fn a_blocked_id_tag_is_refused() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    let block = json!({"do": "authorize", "charger": "CP1", "idTag": "TAG", "status": "Blocked"});
    assert!(endpoint.order(block).expect("it is kept")["number"].is_u64());
    let status =
        |charger: &mut Charger, tag| charger.call("Authorize", json!({"idTag": tag}))["idTagInfo"]["status"].clone();
    assert_eq!(status(&mut charger, "TAG"), "Blocked");
    assert_eq!(status(&mut charger, "OTHER"), "Accepted");
}

#[test]
fn all_chargers_are_listed_also_after_a_restart() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let _first = adopted(endpoint.port, &mut endpoint, "CP1");
    let _second = adopted(endpoint.port, &mut endpoint, "CP2");
    let list = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&list[0]["charger"], &list[0]["connected"], &list[0]["vendor"]),
        (&json!("CP1"), &json!(true), &json!("Raw"))
    );
    endpoint.stop();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let list = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(
        (&list[1]["charger"], &list[1]["connected"], &list[1]["adopted"]),
        (&json!("CP2"), &json!(false), &json!(true))
    );
}

#[test]
fn a_simulated_wattpilot_is_marked_as_it_connects_and_after_a_restart_and_a_real_one_is_not() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let boot = json!({"chargePointVendor": "Fronius", "chargePointModel": "Wattpilot"});
    for (id, headers, simulated) in [
        ("SIM", format!("{OCPP16}User-Agent: Chargehand-Simulator/0.1.0\r\n"), true),
        ("REAL", OCPP16.to_owned(), false),
    ] {
        let mut charger = Charger::at(endpoint.port, &format!("/{id}"), &headers);
        assert_eq!(endpoint.event("connected")["simulated"], simulated);
        assert_eq!(charger.call("BootNotification", boot.clone())["status"], "Accepted");
        endpoint.event("booted");
    }
    // The simulated one's place is taken by one that does not say so: what was seen before stays in the record.
    let _later = Charger::connect(endpoint.port, "SIM");
    assert_eq!(endpoint.event("connected")["simulated"], false);
    let marks = |endpoint: &mut Endpoint| {
        let list = endpoint.order(json!({"do": "chargers"})).expect("a list");
        let mark = |index: usize| (list[index]["charger"].clone(), list[index]["simulated"].clone());
        [mark(0), mark(1)]
    };
    let known = [(json!("REAL"), json!(false)), (json!("SIM"), json!(true))];
    assert_eq!(marks(&mut endpoint), known);
    endpoint.stop();
    assert_eq!(marks(&mut Program::endpoint(data.path(), &[])), known);
}

#[test]
fn a_line_that_is_no_order_is_answered_and_the_next_one_is_carried_out() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let long = format!(r#"{{"id":7,"do":"chargers","charger":"{}"}}"#, "x".repeat(3 << 20));
    for line in ["hello", "[]", r#"{"id":1}"#, r#"{"id":1,"do":7}"#, "{\"id\":1,\"do\":\"stop\"", long.as_str()] {
        endpoint.write(line);
        let answer = endpoint.take("an error", |line| line.get("error").is_some());
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!("bad_order")));
    }
    for (line, code) in [
        (r#"{"id":"a","do":"dance"}"#, "bad_order"),
        (r#"{"id":"a","do":"call","charger":"nobody","action":"Reset"}"#, "unknown_charger"),
        (r#"{"id":"a","do":"adopt"}"#, "unknown_charger"),
    ] {
        endpoint.write(line);
        let answer = endpoint.take("an error", |line| line["id"] == "a");
        assert_eq!(answer["error"]["code"], code, "{line}");
    }
    endpoint.write("");
    assert_eq!(endpoint.order(json!({"do": "chargers"})), Ok(json!([])));
}

#[test]
fn an_order_that_lacks_something_is_refused_before_anything_is_sent() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = adopted(endpoint.port, &mut endpoint, "CP1");
    for line in [
        r#"{"id":"a","do":"call","charger":"CP1"}"#,
        r#"{"id":"a","do":"call","charger":"CP1","action":"Reset","payload":"Soft"}"#,
        r#"{"id":"a","do":"authorize","charger":"CP1","status":"Blocked"}"#,
        r#"{"id":"a","do":"authorize","charger":"CP1","idTag":"T","status":"Perhaps"}"#,
        r#"{"id":"a","do":"ceiling","charger":"CP1","breaker":-1}"#,
        r#"{"id":"a","do":"ceiling","charger":"CP1","breaker":16,"rest":-1}"#,
        r#"{"id":"a","do":"ceiling","charger":"CP1","breaker":16,"derating":1.2}"#,
        r#"{"id":"a","do":"ceiling","charger":"CP1","breaker":16,"phases":4}"#,
    ] {
        endpoint.write(line);
        let answer = endpoint.take("an error", |line| line["id"] == "a");
        assert_eq!(answer["error"]["code"], "bad_order", "{line}");
    }
    let order = endpoint.ask(json!({"do": "call", "charger": "CP1", "action": "ClearCache"}));
    let (id, action, _) = charger.asked();
    assert_eq!(action, "ClearCache", "nothing came before it");
    charger.answer(&id, json!({"status": "Accepted"}));
    endpoint.answer(order).expect("it was answered");
}

#[test]
fn frames_of_a_folder_without_a_store_is_a_sentence() {
    let ended = Program::run("frames", folder().path(), &[]).ended();
    assert_eq!((ended.code, ended.lines.len()), (4, 0));
    assert!(ended.stderr.contains("holds no Chargehand database"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("cannot be written"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_also_while_its_standard_input_is_open() {
    let data = folder();
    let endpoint = Program::endpoint(data.path(), &[]);
    let pid = endpoint.process.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill runs").success());
    assert_eq!(endpoint.program.ended().code, 0);
}

#[test]
fn a_reader_that_does_not_read_costs_lines_and_not_memory() {
    let data = folder();
    let mut command = Command::new(path());
    command.args(["endpoint", "--frames", "--adopt", "auto", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let stdout = child.stdout.take().expect("piped");
    let mut input = child.stdin.take().expect("piped");
    let _child = Running(child);
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    reader.read_line(&mut line).expect("it listens");
    let listening: Value = serde_json::from_str(&line).expect("JSON");
    let url = listening["url"].as_str().expect("a url").trim_end_matches('/');
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let mut charger = Charger::connect(port, "CP1");
    charger.boot();
    let data_of = |length| json!({"vendorId": "x", "data": "y".repeat(length)});
    for _ in 0..20 {
        charger.call("DataTransfer", data_of(1_000_000));
    }
    input.write_all(b"{\"id\":\"now\",\"do\":\"chargers\"}\n").expect("it reads");
    let mut frames = 0;
    let left_out = loop {
        line.clear();
        reader.read_line(&mut line).expect("it goes on");
        let line: Value = serde_json::from_str(&line).expect("JSON");
        schema::check("endpoint_line", &line);
        match line["event"].as_str() {
            Some("frame") => frames += 1,
            Some("left_out") => break line["lines"].as_u64().expect("a number"),
            _ => assert_ne!(line["id"], "now", "something was left out, and nobody said so"),
        }
    };
    line.clear();
    reader.read_line(&mut line).expect("it goes on");
    assert!(line.contains("\"id\":\"now\""), "an answer is never left out: {line}");
    assert!(left_out >= 3 && frames >= 16, "{left_out} left out, {frames} printed");
    assert_eq!(stored(data.path()).len(), 42, "all are in the store");
}
