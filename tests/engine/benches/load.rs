//! What a thousand simulated chargers cost that charge and send their meter values every ten seconds, against the
//! smallest clients that send as much, in the same run.
//!
//! Both run in a process of their own, and only that process counts. Linux only: it reads /proc.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measured;

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use measured::{accept_with_subprotocol, cpu_us, meter_values, program, rss_kib, runtime};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, interval_at, sleep, sleep_until};
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

const CHARGERS: usize = 1000;
/// Seconds between the meter values of one charger.
const INTERVAL: u64 = 10;
/// Seconds that are measured.
const MEASURED: u64 = 60;
/// How many times as fast as ours the compressed charger's time goes.
const SPEED: u32 = 1000;

fn main() {
    if let Some(url) = std::env::args().find(|argument| argument.starts_with("ws://")) {
        return runtime().block_on(least_clients(&url));
    }
    runtime().block_on(async {
        println!("{CHARGERS} chargers that charge, MeterValues every {INTERVAL} s, {MEASURED} s measured:");
        let ours = measure(simulate).await;
        let least = measure(baseline).await;
        println!("  simulated: {:.1} % of one core (at most 25), {:.0} calls/s", ours.percent, ours.calls);
        println!("  least clients: {:.1} % of one core, {:.0} calls/s", least.percent, least.calls);
        println!("  ratio of the CPU per call: {:.1}", ours.percent / ours.calls / (least.percent / least.calls));
        println!("  memory of each: {:.1} KiB, of a least client {:.1} KiB: ", ours.kib, least.kib);
        println!("  beyond the socket {:.1} KiB (at most 20)", ours.kib - least.kib);
        println!("one charger told to go {SPEED} times as fast: {:.0} times (at least {SPEED})", compressed().await);
    });
}

type Start = fn(&str, usize) -> Command;

struct Cost {
    percent: f64,
    calls: f64,
    kib: f64,
}

/// Ends with us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn simulate(url: &str, count: usize) -> Command {
    let mut command = Command::new(program());
    command.args(["simulate", "--plugged", "--id", "LOAD", "--url", url]);
    command.args(["--meter-interval", &INTERVAL.to_string(), "--count", &count.to_string()]);
    command
}

fn baseline(url: &str, count: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([url, &count.to_string()]);
    command
}

/// The CPU of many, and the memory of many beyond that of a few, who pay for what all share.
async fn measure(start: Start) -> Cost {
    let few = memory(start, 20).await;
    let (server, running) = begin(start, CHARGERS).await;
    let id = running.0.id();
    let (before, heard) = (cpu_us(id), server.meters.load(Relaxed));
    sleep(Duration::from_secs(MEASURED)).await;
    let calls = (server.meters.load(Relaxed) - heard) as f64 / MEASURED as f64;
    let percent = (cpu_us(id) - before) / (MEASURED * 10_000) as f64;
    Cost { percent, calls, kib: (rss_kib(id) - few) / (CHARGERS - 20) as f64 }
}

/// How many seconds pass between a compressed charger's readings for each second of ours.
async fn compressed() -> f64 {
    let fast = |url: &str, count: usize| {
        let mut command = simulate(url, count);
        command.args(["--speed", &SPEED.to_string()]);
        command
    };
    let (server, _running) = begin(fast, 1).await;
    let (began, first) = (Instant::now(), server.last_reading());
    sleep(Duration::from_secs(MEASURED / 4)).await;
    let (last, lasted) = (server.last_reading(), began.elapsed());
    last.duration_since(first).as_secs_f64() / lasted.as_secs_f64()
}

async fn memory(start: Start, count: usize) -> f64 {
    let (_server, running) = begin(start, count).await;
    rss_kib(running.0.id())
}

/// Starts as many, and waits until each has sent two readings.
async fn begin(start: Start, count: usize) -> (Arc<Server>, Running) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let server = Arc::new(Server::default());
    tokio::spawn(serve(listener, Arc::clone(&server)));
    let running = Running(start(&url, count).stdout(Stdio::null()).spawn().unwrap());
    while server.meters.load(Relaxed) < count * 2 {
        sleep(Duration::from_millis(100)).await;
    }
    (server, running)
}

/// An endpoint that agrees to everything, and counts.
#[derive(Default)]
struct Server {
    meters: AtomicUsize,
    transactions: AtomicUsize,
    /// The time of the newest reading, as its charger has it.
    read_at: Mutex<Option<Timestamp>>,
}

async fn serve(listener: TcpListener, server: Arc<Server>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(attend(socket, Arc::clone(&server)));
    }
}

async fn attend(socket: TcpStream, server: Arc<Server>) {
    let Ok(mut socket) = accept_with_subprotocol(socket).await else { return };
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame[0] == 2 {
            let answer = json!([3, frame[1], server.answer(frame[2].as_str().unwrap(), &frame[3])]).to_string();
            if socket.send(Message::text(answer)).await.is_err() {
                return;
            }
        }
    }
}

impl Server {
    fn last_reading(&self) -> Timestamp {
        self.read_at.lock().unwrap().unwrap()
    }

    fn answer(&self, action: &str, payload: &Value) -> Value {
        let accepted = json!({ "status": "Accepted" });
        match action {
            "BootNotification" => {
                json!({ "status": "Accepted", "currentTime": Timestamp::now(), "interval": 3600 })
            }
            "Authorize" => json!({ "idTagInfo": accepted }),
            "StartTransaction" => {
                json!({ "idTagInfo": accepted, "transactionId": self.transactions.fetch_add(1, Relaxed) + 1 })
            }
            "MeterValues" => {
                self.meters.fetch_add(1, Relaxed);
                let at = payload["meterValue"][0]["timestamp"].as_str().and_then(|at| at.parse().ok());
                *self.read_at.lock().unwrap() = at;
                json!({})
            }
            _ => json!({}),
        }
    }
}

/// Clients that know nothing but to send the same reading again and again.
async fn least_clients(url: &str) {
    let count: usize = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap();
    let began = Instant::now();
    for number in 0..count {
        let mut request = format!("{url}LEAST{number}").into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", "ocpp1.6".parse().unwrap());
        // as small as the chargers': what is compared is what they have beyond the socket
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
        let mut socket = connect_async_with_config(request, Some(config), false).await.unwrap().0;
        tokio::spawn(async move {
            let mut beats = interval_at(began, Duration::from_secs(INTERVAL));
            for number in 0.. {
                beats.tick().await;
                socket.send(Message::text(meter_values(number))).await.unwrap();
                socket.next().await.unwrap().unwrap();
            }
        });
    }
    sleep_until(began + Duration::from_secs(86_400)).await;
}
