//! How fast chargers are found: on a /24 with forty hosts in network namespaces, against looking at one address after
//! another with the same probes in the same run, and what it costs to go on listening.
//!
//! Root on Linux only. What looks is a process of its own on the simulated laptop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// the rest of it is for the other benchmarks
#[allow(dead_code)]
mod measured;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use chargehand_site::discovery::{Discovery, Log, Order, Target};
use engine_tests::lan::guest::{self, device};
use engine_tests::lan::look_alike;
use engine_tests::lan::{Card, Guest, Lan};
use measured::{cpu_us, program, runtime};
use serde_json::Value;

const CARD: Card = Card { name: "eth0", address: "192.168.77.2/24" };
/// As many hosts are there, from 192.168.77.10 on.
const HOSTS: u8 = 40;
/// Free addresses that are looked at one after another; the time of all others is counted from these.
const FREE: u8 = 30;
/// Scans of which the median counts.
const RUNS: usize = 5;
/// Seconds that listening is measured.
const LISTENED: u64 = 60;
/// Chargers among the forty, those first that tell what they are.
const CHARGERS: &[&str] = &[
    "openevse",
    "go-e-charger",
    "fronius-wattpilot",
    "tesla-wall-connector-3",
    "alfen-eve",
    "keba-p20-p30",
    "tinkerforge-warp",
    "smartevse",
    "peblar",
    "nrgkick-gen2",
    "victron-evcs",
    "v2c-trydan",
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match words.first().map(String::as_str) {
        Some("sequential") => runtime().block_on(sequential(&words[1..])),
        _ => compare(),
    }
}

fn compare() {
    let Some(mut lan) = Lan::make(&[CARD]) else { return };
    lan.bring(&forty());
    println!("192.168.77.0/24 with {HOSTS} hosts, {} of them chargers:", CHARGERS.len());
    let runs: Vec<Run> = (0..RUNS).map(|_| discover(&lan)).collect();
    let (first, whole) = (median(runs.iter().map(|run| run.first)), median(runs.iter().map(|run| run.whole)));
    println!("  first charger that announces itself: {} ms (at most 200)", first.as_millis());
    println!(
        "  whole: {:.2} s (at most 4), {} chargers or possible chargers found",
        whole.as_secs_f64(),
        runs[0].chargers
    );
    let taken: Vec<u8> = (10..10 + HOSTS).collect();
    let free: Vec<u8> = (100..100 + FREE).collect();
    let of_taken = one_after_another(&lan, &taken);
    let of_free = one_after_another(&lan, &free) * (253 - u32::from(HOSTS)) / u32::from(FREE);
    let sequential = of_taken + of_free;
    let ratio = sequential.as_secs_f64() / whole.as_secs_f64();
    println!(
        "  one address after another: {:.1} s, of that {:.1} s for the hosts",
        sequential.as_secs_f64(),
        of_taken.as_secs_f64()
    );
    println!("  (free addresses counted from {FREE} of them); ratio {ratio:.1} (at least 3)");
    println!("  listening afterwards: {:.2} % of one core (less than 1)", idle(&lan));
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn forty() -> Vec<Guest> {
    let mut guests: Vec<Guest> =
        CHARGERS.iter().zip(10..).map(|(name, last)| Guest::device(device(name), "eth0", &address(last))).collect();
    let others = look_alike::all();
    let last = 10 + guests.len() as u8;
    let others = others.iter().cycle().zip(last..10 + HOSTS);
    guests.extend(others.map(|(it, last)| Guest::look_alike(it, "eth0", &address(last))));
    guests
}

fn address(last: u8) -> String {
    format!("192.168.77.{last}/24")
}

struct Run {
    first: Duration,
    whole: Duration,
    chargers: u64,
}

/// The program, from its start on.
fn discover(lan: &Lan) -> Run {
    let mut command = lan.on_laptop(program());
    command.args(["discover", "--json", "--log", "/dev/null", "--network", "192.168.77.0/24"]).stdout(Stdio::piped());
    // neighbours of the last run are forgotten
    lan.laptop_ip("neighbour flush all");
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let (mut first, mut chargers) = (None, 0);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let announces = line["signs"].as_array().is_some_and(|signs| signs.iter().any(|it| it["way"] == "mdns"));
        if line["kind"] == "charger" && announces {
            first.get_or_insert(began.elapsed());
        }
        chargers = line["chargers"].as_u64().unwrap_or(0);
    }
    child.wait().unwrap();
    Run { first: first.unwrap(), whole: began.elapsed(), chargers }
}

/// Looks at one address after another, each with all that a scan asks, and waits for the end of one before the next.
fn one_after_another(lan: &Lan, last: &[u8]) -> Duration {
    let mut command = lan.on_laptop(std::env::current_exe().unwrap());
    command.arg("sequential").args(last.iter().map(|last| format!("192.168.77.{last}")));
    let began = Instant::now();
    assert!(command.status().unwrap().success());
    began.elapsed()
}

async fn sequential(addresses: &[String]) {
    let discovery = Discovery::new(Log::default());
    for address in addresses {
        let order = Order { hosts: vec![Target::typed(address).unwrap()], ..Order::default() };
        discovery.scan(order, Duration::from_secs(60)).await.unwrap();
    }
}

/// The CPU that listening takes, percent of one core.
fn idle(lan: &Lan) -> f64 {
    let mut command = lan.on_laptop(guest::program());
    command.arg("listen").stdin(Stdio::piped()).stdout(Stdio::null());
    let listener = Ends(command.spawn().unwrap());
    // the questions at the beginning are no part of it
    std::thread::sleep(Duration::from_secs(5));
    let before = cpu_us(listener.0.id());
    std::thread::sleep(Duration::from_secs(LISTENED));
    (cpu_us(listener.0.id()) - before) / (LISTENED * 10_000) as f64
}

struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
