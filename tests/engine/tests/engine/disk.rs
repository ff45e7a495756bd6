//! Disks that are full, that cannot be written, that lost or changed what was on them: a clear message each, and nothing
//! that was acknowledged is lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::charger::Charger;
use crate::program::{Endpoint, PATIENCE, Program, folder, path, stored};

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
        charger.socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a time-out");
        let mut first = [0];
        loop {
            if charger.socket.peek(&mut first).is_ok() {
                break;
            }
            if endpoint.complained("is full") {
                charger.socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
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
    let missing = |data: &Path| {
        let frames = stored(data);
        let texts: Vec<&str> = frames.iter().filter_map(|frame| frame["text"].as_str()).collect();
        answered.iter().filter(|text| !texts.contains(&text.as_str())).count()
    };
    assert_eq!(missing(&data), 0, "frames were answered that are not on disk");
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
    assert_eq!(missing(&data), 0);
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
    let options =
        ["--listen", "127.0.0.1:0", "--charger", "CP1", "--limit", "10", "--breaker", "32", "--timeout", "10"];
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
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage, bool); 3] = [
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
        let saved: usize =
            told.split(" and ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).expect("a number");
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
