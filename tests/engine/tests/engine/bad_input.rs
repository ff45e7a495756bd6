//! What chargers and others may send: garbage, giants, floods. A clear message each, and the rest goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::charger::{BINARY, Charger, OCPP16, TEXT, frame, request};
use crate::program::{Endpoint, Program, Running, folder, lines, path, stored};

#[test]
fn garbage_is_stored_as_it_came_and_others_are_not_disturbed() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--frames"]);
    let mut fine = Charger::connect(endpoint.port, "FINE");
    fine.boot();
    let mut noise = Charger::connect(endpoint.port, "NOISE");
    let mut seed = 0x1234_5678_9ABC_DEF1_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..200 {
        let length = random() as usize % 300;
        let bytes: Vec<u8> = (0..length).map(|_| random() as u8).collect();
        noise.raw(&frame(BINARY, true, true, &bytes));
    }
    noise.call("Heartbeat", json!({}));
    fine.call("Heartbeat", json!({}));
    let frames = stored(data.path());
    assert!(frames.iter().filter(|frame| frame["charger"] == "NOISE").count() > 200);
    assert!(frames.iter().any(|frame| frame["base64"].is_string()), "what is no text is base64");
    let named = endpoint.take("a finding", |line| line["event"] == "deviation" && line["charger"] == "NOISE");
    assert_eq!(named["rule"], "not_json");
}

/// Every value of a message in turn replaced by what no charger should send.
fn mutants(message: &Value) -> Vec<Value> {
    let nasty = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("9999-12-31T23:59:60Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!("2026-11-22T10:00:00+23:59"),
        json!("1e400"),
        json!("NaN"),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!("\u{0}\u{202e}\u{feff}é"),
        json!("z".repeat(70_000)),
    ];
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), found)),
            Value::Object(fields) => fields.iter().for_each(|(k, v)| places(v, &format!("{at}/{k}"), found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    places(message, "", &mut found);
    let replaced = |place: &String, with: &Value| {
        let mut mutant = message.clone();
        *mutant.pointer_mut(place).expect("it is there") = with.clone();
        mutant
    };
    found.iter().flat_map(|place| nasty.iter().map(move |with| replaced(place, with))).collect()
}

#[test]
fn no_message_can_make_a_chargers_task_fail() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &["--adopt", "auto"]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    let time = "2026-11-22T10:00:00Z";
    let sample =
        json!({"value": "1", "context": "Sample.Periodic", "measurand": "Current.Import", "phase": "L1", "unit": "A"});
    let meter_value = json!([{"timestamp": time, "sampledValue": [sample]}]);
    let messages = [
        json!([2, "m", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}]),
        json!([2, "m", "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": time}]),
        json!([2, "m", "MeterValues", {"connectorId": 1, "transactionId": 1, "meterValue": meter_value}]),
        json!([2, "m", "StartTransaction", {"connectorId": 1, "idTag": "T", "meterStart": 1, "timestamp": time}]),
        json!([2, "m", "StopTransaction", {"transactionId": 1, "meterStop": 2, "timestamp": time, "transactionData": meter_value}]),
        json!([2, "m", "Authorize", {"idTag": "T"}]),
        json!([3, "m", {"status": "Accepted"}]),
        json!([4, "m", "NotSupported", "no", {}]),
    ];
    let mut sent = 0;
    for (round, mutant) in messages.iter().flat_map(mutants).enumerate() {
        charger.send(&mutant.to_string());
        sent += 1;
        // Its connection would be closed if its task failed.
        if round % 20 == 0 {
            charger.send(&json!([2, format!("alive-{round}"), "Heartbeat", {}]).to_string());
            charger.answer_to(&json!(format!("alive-{round}")));
        }
    }
    charger.call("Heartbeat", json!({}));
    assert!(sent > 1000, "{sent}");
    let ended = endpoint.order(json!({"do": "stop"})).map(|_| endpoint.program.ended()).expect("it stops");
    let failed: Vec<&Value> = ended.lines.iter().filter(|line| line["code"] == "chargehand_failed").collect();
    assert!(failed.is_empty() && !ended.stderr.contains("panicked"), "{failed:?} {}", ended.stderr);
    // And what came can be read again.
    let mut again = Program::endpoint(data.path(), &[]);
    assert_eq!(again.order(json!({"do": "chargers"})).expect("a list")[0]["charger"], "CP1");
    assert!(!again.stop().stderr.contains("panicked"));
}

#[test]
fn a_message_of_two_megabytes_ends_its_connection_with_a_finding_and_no_other() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    let mut fine = Charger::connect(endpoint.port, "FINE");
    fine.boot();
    for pieces in [1, 8] {
        let mut big = Charger::connect(endpoint.port, "BIG");
        big.boot();
        let piece = vec![b'x'; (2 << 20) / pieces];
        for number in 0..pieces {
            let opcode = if number == 0 { TEXT } else { 0 };
            // It may hang up before it has read everything.
            let _ = big.socket.write_all(&frame(opcode, number == pieces - 1, true, &piece));
        }
        let too_large = |line: &Value| line["rule"] == "frame_too_large" && line["charger"] == "BIG";
        let named = endpoint.take("a finding", too_large);
        assert!(named["meaning"].as_str().expect("text").contains("1 MiB"), "{named}");
        let end = endpoint.take("an end", |line| line["event"] == "disconnected" && line["charger"] == "BIG");
        assert_eq!((&end["by"], &end["code"]), (&json!("us"), &json!(1009)));
        fine.call("Heartbeat", json!({}));
    }
}

/// Opens connections from an address of its own and says nothing: in a process of its own, because it needs as many file
/// handles.
const SILENT: &str = "
import resource, socket, sys
port, wanted = int(sys.argv[1]), int(sys.argv[2])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted + 50, max(hard, wanted + 50)))
except (ValueError, OSError):
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = min(wanted, hard - 50)
sockets = []
for number in range(wanted):
    sockets.append(socket.create_connection(('127.0.0.1', port), 60, ('127.0.0.2', 0)))
    if number % 1000 == 999:
        print(number + 1, flush=True)
print('all', wanted, flush=True)
sys.stdin.read()
";

#[test]
fn ten_thousand_connections_that_never_speak_keep_no_charger_out() {
    let data = folder();
    // As few file handles as a program gets on most systems.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 1024; exec \"$0\" endpoint --listen 127.0.0.1:0 --data \"$1\""]);
    command.arg(path()).arg(data.path());
    let mut endpoint = Endpoint::listening(Program::start(command, "endpoint_line"));
    let mut early = Charger::connect(endpoint.port, "EARLY");
    early.boot();
    let mut silent = Command::new("python3");
    silent.args(["-c", SILENT, &endpoint.port.to_string(), "10000"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut silent = silent.spawn().expect("python3 is there");
    let opened = lines(silent.stdout.take().expect("piped"));
    let _silent = Running(silent);
    let mut chargers = 0;
    for line in opened.iter() {
        // A charger comes in the middle of it, and the one that was there stays.
        chargers += 1;
        assert_eq!(Charger::connect(endpoint.port, &format!("REAL{chargers}")).boot()["status"], "Pending");
        early.call("Heartbeat", json!({}));
        if line.starts_with("all") {
            println!("{line} were opened");
            break;
        }
    }
    assert!(chargers >= 2);
    let told = endpoint.take("the flood is told", |line| {
        line["reason"].as_str().is_some_and(|reason| reason.contains("said nothing"))
    });
    assert_eq!(told["event"], "refused");
    assert!(told["peer"].as_str().expect("text").starts_with("127.0.0.2:"), "{told}");
    let ended = endpoint.stop();
    let refused = ended.lines.iter().filter(|line| line["event"] == "refused").count();
    assert!(refused <= 1000, "{refused} lines: a flood must not fill the disk");
}

#[test]
fn a_charger_that_connects_and_leaves_without_end_fills_no_memory_with_names() {
    let data = folder();
    let mut endpoint = Program::endpoint(data.path(), &[]);
    for number in 0..2100 {
        let request = request(&format!("/N{number}"), OCPP16);
        let mut socket = TcpStream::connect(("127.0.0.1", endpoint.port)).expect("it listens");
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).expect("it answers");
    }
    let told = endpoint.event("refused");
    assert!(told["reason"].as_str().expect("text").contains("2000 chargers are known"), "{told}");
    let list = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(list.as_array().map(Vec::len), Some(2000));
}
