//! What the world does to the program: disks, damage, floods. A clear message each, and the rest goes on.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::charger::{BINARY, Charger, TEXT, frame};
use crate::program::{Endpoint, Program, Running, folder, lines, path, stored};

/// A small disk of its own.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `None` where this user may not mount one; that is said.
    fn mount(options: &str) -> Option<Self> {
        let folder = folder();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).output();
        if mount.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        println!("Left out: only root may mount the small disk that this test needs.");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_a_sentence_with_the_remedy() {
    let Some(disk) = Disk::mount("size=1m,ro") else { return };
    let ended = Program::run("endpoint", disk.path(), &["--listen", "127.0.0.1:0"]).ended();
    assert_eq!((ended.code, ended.lines.len()), (4, 0));
    assert!(ended.stderr.contains("cannot be written") && ended.stderr.contains("--data"), "{}", ended.stderr);
}

/// Calls until the disk is full; the calls that were answered.
fn fill(endpoint: &mut Endpoint, charger: &mut Charger) -> Vec<String> {
    let mut answered = Vec::new();
    for number in 0.. {
        let id = format!("fill-{number}");
        let text = json!([2, id, "DataTransfer", {"vendorId": "x", "data": "y".repeat(60_000)}]).to_string();
        charger.send(&text);
        // Whichever comes first: the answer, or the news that the disk is full.
        charger.socket.set_read_timeout(Some(std::time::Duration::from_millis(20))).expect("a time-out");
        let mut first = [0];
        loop {
            if charger.socket.peek(&mut first).is_ok() {
                break;
            }
            if endpoint.complained("is full") {
                charger.socket.set_read_timeout(Some(crate::program::PATIENCE)).expect("a time-out");
                return answered;
            }
        }
        charger.answer_to(&json!(id));
        answered.push(text);
    }
    unreachable!("the disk is small");
}

#[test]
fn on_a_full_disk_no_charger_is_answered_and_afterwards_nothing_is_missing() {
    let Some(disk) = Disk::mount("size=2m") else { return };
    let filler = disk.path().join("somebody_elses_file");
    fs::write(&filler, vec![0; 1 << 20]).expect("room for it");
    let data = disk.path().join("data");
    let mut endpoint = Program::endpoint(&data, &["--adopt", "auto"]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    let answered = fill(&mut endpoint, &mut charger);
    assert!(!answered.is_empty());
    // Another one still gets a connection, and no answer either.
    let mut other = Charger::connect(endpoint.port, "CP2");
    other.send(r#"[2,"late","Heartbeat",{}]"#);
    other.socket.set_nonblocking(true).expect("not blocking");
    assert!(other.socket.peek(&mut [0]).is_err(), "it was answered before it was on disk");
    other.socket.set_nonblocking(false).expect("blocking");

    fs::remove_file(&filler).expect("it was there");
    assert!(endpoint.complains("can be written again").contains("nothing was lost"));
    assert_eq!(charger.answer_to(&json!(format!("fill-{}", answered.len())))[0], 3);
    assert_eq!(other.answer_to(&json!("late"))[0], 3);
    let frames = stored(&data);
    let texts: Vec<&str> = frames.iter().filter_map(|frame| frame["text"].as_str()).collect();
    assert!(answered.iter().all(|text| texts.contains(&text.as_str())), "an answered frame is missing");
    assert_eq!(endpoint.stop().stderr, "", "it complained once, not with every attempt");
}

#[test]
fn a_commissioning_on_a_full_disk_ends_at_its_time_and_says_why() {
    let Some(disk) = Disk::mount("size=1m") else { return };
    let data = disk.path().join("data");
    Program::endpoint(&data, &[]).stop();
    // All that is left of the disk.
    let mut filler = fs::File::create(disk.path().join("filler")).expect("a file");
    while filler.write_all(&[0; 512]).is_ok() {}
    let options = ["--listen", "127.0.0.1:0", "--charger", "CP1", "--limit", "10", "--breaker", "32", "--timeout", "10"];
    let ended = Program::run("commission", &data, &options).ended();
    assert_eq!(ended.code, 4, "{ended:#?}");
    assert!(ended.stderr.contains("is full") || ended.stderr.contains("cannot be used"), "{}", ended.stderr);
}

/// A closed store with a charger that booted and some frames; its file.
fn used_store(data: &Path) -> PathBuf {
    let endpoint = Program::endpoint(data, &["--adopt", "auto"]);
    let mut charger = Charger::connect(endpoint.port, "CP1");
    charger.boot();
    for _ in 0..200 {
        charger.call("Heartbeat", json!({}));
    }
    assert!(stored(data).len() >= 400);
    endpoint.stop();
    // The next start takes what stands in SQLite's log into the file, so that damage to the file is damage.
    Program::endpoint(data, &[]).stop();
    let log = fs::metadata(data.join("chargehand.sqlite-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0);
    data.join("chargehand.sqlite")
}

#[test]
fn a_damaged_database_is_moved_aside_and_what_can_be_read_is_saved() {
    let cases: [(&str, fn(&mut Vec<u8>), bool); 3] = [
        ("garbage instead of its head", |bytes| bytes[..100].fill(0x55), false),
        ("cut off", |bytes| bytes.truncate(bytes.len() * 2 / 3), true),
        ("a page of rubbish", |bytes| bytes[8 * 4096..9 * 4096].fill(0xAA), true),
    ];
    for (what, damage, saves) in cases {
        let data = folder();
        let file = used_store(data.path());
        let mut bytes = fs::read(&file).expect("a file");
        damage(&mut bytes);
        fs::write(&file, &bytes).expect("written");
        let mut endpoint = Program::endpoint(data.path(), &[]);
        let told = endpoint.complains("was damaged");
        let aside = fs::read_dir(data.path()).expect("a folder").filter_map(Result::ok).map(|entry| entry.path());
        let mut aside = aside.filter(|path| told.contains(&format!(" {} ", path.display())));
        let aside = aside.next().unwrap_or_else(|| panic!("{what}: {told}"));
        assert!(fs::read(&aside).expect("it is kept") == bytes, "{what}: it is as it was");
        let saved: usize = told.split(" and ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a number");
        assert_eq!(saved > 100, saves, "{what}: {told}");
        assert_eq!(saves, endpoint.order(json!({"do": "chargers"})).expect("a list")[0]["charger"] == "CP1", "{what}");
        // And it goes on, with all that is known.
        Charger::connect(endpoint.port, "CP2").boot();
        let before = endpoint.order(json!({"do": "chargers"})).expect("a list");
        endpoint.stop();
        let after = Program::endpoint(data.path(), &[]).order(json!({"do": "chargers"})).expect("a list");
        let names = |list: &Value| -> Vec<Value> {
            list.as_array().expect("a list").iter().map(|charger| charger["charger"].clone()).collect()
        };
        assert_eq!(names(&after), names(&before), "{what}");
    }
}

#[test]
fn an_altered_store_does_not_verify() {
    let data = folder();
    let file = used_store(data.path());
    let verify = || Command::new(path()).arg("verify").arg(data.path()).output().expect("it runs");
    assert_eq!(verify().status.code(), Some(0));
    let mut bytes = fs::read(&file).expect("a file");
    // SQLite may have left copies where it no longer looks.
    let boots = bytes.windows(20).enumerate().filter(|(_, part)| *part == b"\"BootNotification\",{");
    let boots: Vec<usize> = boots.map(|(at, _)| at).collect();
    assert!(!boots.is_empty(), "it is stored as it came");
    boots.into_iter().for_each(|at| bytes[at + 1] ^= 1);
    fs::write(&file, &bytes).expect("written");
    let output = verify();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Mismatch at entry"), "{output:?}");
}

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
        json!(null), json!(true), json!(-1), json!(1e300), json!(18_446_744_073_709_551_615_u64), json!(""),
        json!("9999-12-31T23:59:60Z"), json!("-009999-01-01T00:00:00Z"), json!("2026-11-22T10:00:00+23:59"),
        json!("1e400"), json!("NaN"), json!([]), json!({}), json!([[[]]]), json!("\u{0}\u{202e}\u{feff}é"), json!("z".repeat(70_000)),
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
    let sample = json!({"value": "1", "context": "Sample.Periodic", "measurand": "Current.Import", "phase": "L1", "unit": "A"});
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
        let named = endpoint.take("a finding", |line| line["event"] == "deviation" && line["charger"] == "BIG");
        assert_eq!(named["rule"], "frame_too_large");
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
        let request = crate::charger::request(&format!("/N{number}"), crate::charger::OCPP16);
        let mut socket = TcpStream::connect(("127.0.0.1", endpoint.port)).expect("it listens");
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut answer = [0; 12];
        std::io::Read::read_exact(&mut socket, &mut answer).expect("it answers");
    }
    let told = endpoint.event("refused");
    assert!(told["reason"].as_str().expect("text").contains("2000 chargers are known"), "{told}");
    let list = endpoint.order(json!({"do": "chargers"})).expect("a list");
    assert_eq!(list.as_array().map(Vec::len), Some(2000));
}
