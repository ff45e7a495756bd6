//! Stations that want to hurt: others must not notice, and memory has a bound.

use std::io::{Read, Write};
use std::net::Shutdown;

use serde_json::{Value, json};

use crate::charger::{BINARY, Charger, TEXT, frame};
use crate::program::{Endpoint, Program, folder, stored};

/// An endpoint, and a charger at it that must not notice anything.
struct Scene {
    endpoint: Endpoint,
    fine: Charger,
    data: tempfile::TempDir,
    /// Memory in use before anything happened, kB.
    began: u64,
}

impl Scene {
    fn set() -> Self {
        let data = folder();
        let endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
        let mut fine = Charger::connect(endpoint.port, "FINE");
        fine.boot();
        let began = memory(&endpoint, "VmRSS");
        Self { endpoint, fine, data, began }
    }

    fn hostile(&self) -> Charger {
        let mut charger = Charger::connect(self.endpoint.port, "HOSTILE");
        charger.boot();
        charger
    }

    /// The other charger is served, and the program never needed more than this many MiB more than at the beginning.
    fn holds(&mut self, most_mib: u64) {
        self.fine.call("Heartbeat", json!({}));
        let grew = memory(&self.endpoint, "VmHWM").saturating_sub(self.began) / 1024;
        println!("{grew} MiB more at the peak");
        assert!(grew <= most_mib, "it needed {grew} MiB more");
    }

    /// The next rule that is named for the hostile one.
    fn named(&mut self) -> Value {
        let about = |line: &Value| line["event"] == "deviation" && line["charger"] == "HOSTILE";
        self.endpoint.take("a finding", about)["rule"].clone()
    }
}

/// A line of the program's `/proc/PID/status`, kB: `VmRSS` is what it uses, `VmHWM` the most it ever used.
#[cfg(target_os = "linux")]
fn memory(endpoint: &Endpoint, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", endpoint.process.0.id())).expect("it runs");
    let fields = status.lines().filter_map(|text| text.split_once(':'));
    let (_, value) = fields.into_iter().find(|(name, _)| *name == line).expect("the kernel counts it");
    value.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Only Linux counts it where a test can read it.
#[cfg(not(target_os = "linux"))]
fn memory(_: &Endpoint, _: &str) -> u64 {
    0
}

#[test]
fn a_station_that_speaks_another_version_than_it_offered_is_answered_and_told() {
    let mut scene = Scene::set();
    let mut charger = Charger::connect(scene.endpoint.port, "HOSTILE");
    let station = json!({"model": "M", "vendorName": "V"});
    charger.call("BootNotification", json!({"reason": "PowerUp", "chargingStation": station}));
    let mut rules = [scene.named(), scene.named(), scene.named()].map(|rule| rule.to_string());
    rules.sort();
    // Both of its own fields in one, and the two that 1.6 requires.
    assert_eq!(rules, ["\"extra_field\"", "\"missing_field\"", "\"missing_field\""]);
    let time = "2026-11-22T10:00:00Z";
    for (action, payload) in [
        (
            "TransactionEvent",
            json!({"eventType": "Started", "timestamp": time, "triggerReason": "CablePluggedIn", "seqNo": 0, "transactionInfo": {"transactionId": "t"}}),
        ),
        ("NotifyReport", json!({"requestId": 1, "generatedAt": time, "seqNo": 0})),
    ] {
        charger.send(&json!([2, action, action, payload]).to_string());
        let refused = charger.answer_to(&json!(action));
        assert_eq!((&refused[0], &refused[2]), (&json!(4), &json!("NotImplemented")), "{refused}");
        assert_eq!(scene.named(), "action_of_another_version");
    }
    charger.call("Heartbeat", json!({}));
}

#[test]
fn half_a_frame_and_then_silence_costs_no_memory_and_no_other_charger() {
    let mut scene = Scene::set();
    // The header of nearly 1 MiB, and ten bytes of it.
    let whole = frame(TEXT, true, true, &vec![b'x'; 1_000_000]);
    let silent: Vec<Charger> = (0..200)
        .map(|number| {
            let mut charger = Charger::connect(scene.endpoint.port, &format!("HALF{number}"));
            charger.boot();
            charger.raw(&whole[..24]);
            charger
        })
        .collect();
    scene.holds(100);
    // The same station may come back: its half frame is no reason to wait.
    Charger::connect(scene.endpoint.port, "HALF0").boot();
    drop(silent);
    scene.holds(100);
}

#[test]
fn brackets_within_brackets_are_no_message_and_break_no_stack() {
    let mut scene = Scene::set();
    let mut charger = scene.hostile();
    let deep = |open: &str, inner: &str, close: &str| {
        let depth = 65_000 / (open.len() + close.len());
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let lists = deep("[", "", "]");
    let objects = deep("{\"a\":", "1", "}");
    let calls = [&lists, &objects].map(|data| format!(r#"[2,"1","DataTransfer",{{"vendorId":"v","data":{data}}}]"#));
    for text in [&lists, &objects, &calls[0], &calls[1], &"[".repeat(65_536), &"{\"a\":".repeat(13_000)] {
        assert!(text.len() <= 64 << 10, "as much as a message may have that is not large");
        charger.send(text);
        assert_eq!(scene.named(), "too_complex");
    }
    charger.call("Heartbeat", json!({}));
    scene.holds(100);
}

#[test]
fn a_million_bytes_of_tiny_parts_are_named_once_and_not_a_hundred_thousand_times() {
    let mut scene = Scene::set();
    let mut charger = scene.hostile();
    let fill = |part: &str| vec![part; 1_000_000 / (part.len() + 1)].join(",");
    let meter = |parts: String| format!(r#"[2,"1","MeterValues",{{"connectorId":1,"meterValue":[{parts}]}}]"#);
    let sample =
        |part: &str| meter(format!(r#"{{"timestamp":"2026-11-22T10:00:00Z","sampledValue":[{}]}}"#, fill(part)));
    let numbered: Vec<String> = (0..60_000).map(|number| format!("\"f{number}\":[]")).collect();
    let messages = [
        meter(fill("{}")),
        meter(fill("0")),
        meter(fill("[[]]")),
        sample("{}"),
        sample("{\"value\":1}"),
        sample("{\"value\":\"\"}"),
        format!(r#"[2,"1","Heartbeat",{{{}}}]"#, numbered.join(",")),
        format!("[{}]", fill("0")),
        format!("[2,\"1\",\"Heartbeat\",{{}},{}]", fill("[]")),
    ];
    for text in &messages {
        assert!(text.len() < 1 << 20);
        charger.send(text);
    }
    charger.call("Heartbeat", json!({}));
    scene.holds(400);
    let ended = scene.endpoint.stop();
    let named = ended.lines.iter().filter(|line| line["event"] == "deviation").count();
    assert!(named <= 100 * messages.len(), "{named} lines");
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_hundred_thousand_tiny_frames_delay_no_other_charger_and_are_all_on_disk() {
    const FRAMES: usize = 100_000;
    let mut scene = Scene::set();
    let mut hostile = scene.hostile();
    let many = frame(TEXT, true, true, br#"[2,"h","Heartbeat",{}]"#).repeat(100);
    let mut socket = hostile.socket.try_clone().expect("a second handle");
    let flood = std::thread::spawn(move || {
        for _ in 0..FRAMES / 100 {
            socket.write_all(&many).expect("the endpoint reads on");
        }
    });
    for answer in 0..FRAMES {
        assert_eq!(hostile.heard()[1], "h");
        if answer % 1000 == 0 {
            scene.fine.call("Heartbeat", json!({}));
        }
    }
    flood.join().expect("it sent everything");
    scene.holds(200);
    scene.endpoint.stop();
    let frames = stored(scene.data.path());
    let fine = |frame: &Value| frame["charger"] == "FINE";
    let kept = frames.iter().filter(|frame| !fine(frame)).count();
    assert_eq!(kept, 2 * (FRAMES + 1), "each call and each answer");
    // How many frames of the flood went between a call of the other charger and its answer.
    let between: Vec<usize> = frames.split(fine).skip(1).step_by(2).map(<[Value]>::len).collect();
    assert_eq!(between.len(), 1 + 100 + 1, "its boot, its heartbeats, and the one of `holds`");
    println!("at most {:?} went first", between.iter().max());
    assert!(between.iter().all(|first| *first < 5_000), "{between:?}");
}

/// What the fuzzers of a target found worth keeping.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds")).join(target);
    let files = std::fs::read_dir(folder).expect("the seeds");
    files.map(|file| std::fs::read(file.expect("a file").path()).expect("readable")).collect()
}

#[test]
fn what_the_fuzzers_found_knocks_at_a_real_door_and_keeps_nobody_out() {
    let mut scene = Scene::set();
    for bytes in [seeds("head"), seeds("hello")].concat() {
        let mut charger = Charger::dial(scene.endpoint.port);
        charger.raw(&bytes);
        charger.socket.shutdown(Shutdown::Write).expect("open");
        // Let in or not: it comes to an end.
        let _ = charger.socket.read_to_end(&mut Vec::new());
        scene.fine.call("Heartbeat", json!({}));
    }
    scene.holds(100);
    let ended = scene.endpoint.stop();
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn what_the_fuzzers_found_goes_over_a_real_socket_and_the_connection_is_kept() {
    // A frame is whole; before a conversation stands a byte, before a payload two (tests/fuzz).
    let mut inputs = seeds("frame");
    for conversation in seeds("conversation") {
        inputs.extend(conversation.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
    }
    for payload in seeds("payload") {
        let call = |action: &str| [format!("[2,\"p\",\"{action}\",").as_bytes(), &payload[2..], b"]"].concat();
        inputs.extend(["BootNotification", "MeterValues", "TransactionEvent"].map(call));
    }
    assert!(inputs.len() > 90, "{}", inputs.len());
    let mut scene = Scene::set();
    for protocol in ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"] {
        let header = format!("Sec-WebSocket-Protocol: {protocol}\r\n");
        let mut charger = Charger::at(scene.endpoint.port, &format!("/{protocol}"), &header);
        for (number, bytes) in inputs.iter().enumerate() {
            // What is no text cannot come in a text frame.
            let opcode = if std::str::from_utf8(bytes).is_ok() { TEXT } else { BINARY };
            charger.raw(&frame(opcode, true, true, bytes));
            charger.send(&json!([2, format!("alive-{number}"), "Heartbeat", {}]).to_string());
            charger.answer_to(&json!(format!("alive-{number}")));
        }
    }
    scene.holds(100);
    let ended = scene.endpoint.stop();
    let failed: Vec<&Value> = ended.lines.iter().filter(|line| line["code"] == "chargehand_failed").collect();
    assert!(failed.is_empty() && !ended.stderr.contains("panicked"), "{failed:?} {}", ended.stderr);
}

#[test]
fn a_station_that_tells_without_end_is_remembered_within_bounds() {
    let mut scene = Scene::set();
    let mut hostile = Charger::at(scene.endpoint.port, "/HOSTILE", "Sec-WebSocket-Protocol: ocpp2.1\r\n");
    let station = json!({"model": "M", "vendorName": "V"});
    hostile.call("BootNotification", json!({"reason": "PowerUp", "chargingStation": station}));
    let time = "2026-11-22T10:00:00Z";
    for round in 0..30 {
        let variables: Vec<Value> = (0..50)
            .map(|number| {
                let value = "v".repeat(1000);
                json!({"component": {"name": format!("C{round}"), "evse": {"id": number}}, "variable": {"name": format!("V{number}")},
                    "variableAttribute": [{"value": value}]})
            })
            .collect();
        let more =
            json!({"requestId": round, "generatedAt": time, "seqNo": round, "tbc": true, "reportData": variables});
        hostile.call("NotifyReport", more);
        for number in 0..20 {
            let id = round * 20 + number;
            let transaction = json!({"transactionId": format!("t{id}"), "chargingState": "Charging"});
            let meter = json!([{"timestamp": time, "sampledValue": [{"value": id, "measurand": "Current.Import"}]}]);
            hostile.call("TransactionEvent", json!({"eventType": "Started", "timestamp": time, "triggerReason": "Authorized",
                "seqNo": 0, "transactionInfo": transaction, "evse": {"id": id, "connectorId": id}, "meterValue": meter}));
            hostile.call(
                "StatusNotification",
                json!({"timestamp": time, "connectorStatus": "Faulted", "evseId": id, "connectorId": id}),
            );
        }
        let part = json!({"requestId": round, "chargingLimitSource": "CSO", "evseId": round, "tbc": true, "chargingProfile": [{
            "id": round, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]}]}]});
        hostile.call("ReportChargingProfiles", part);
    }
    scene.holds(200);
    let transactions = scene.endpoint.order(json!({"do": "transactions", "charger": "HOSTILE"})).expect("a list");
    let remembered = transactions.as_array().expect("a list").len();
    assert!(remembered < 30 * 20, "{remembered} transactions");
}
