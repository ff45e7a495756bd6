//! What one MeterValues call costs the endpoint, against the smallest thing that could answer it, in the same run.
//!
//! The baseline stores nothing, checks nothing and prints nothing: tokio-tungstenite and serde_json alone. Both run in a
//! process of their own, and only that process's CPU time counts, not the load's. Linux only: it reads /proc.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod measured;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use measured::{accept_with_subprotocol, cpu_us, meter_values, program, rss_kib, runtime};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Chargers that talk at the same time; each waits for its answer before it goes on, as OCPP asks.
const CHARGERS: usize = 50;
/// MeterValues calls of each charger that are measured, after as many to warm up divided by ten.
const CALLS: usize = 400;
/// Chargers that are connected and idle, for the memory.
const IDLE: usize = 1000;
const ROUNDS: usize = 3;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn main() {
    if std::env::args().any(|a| a == "baseline") {
        return runtime().block_on(baseline());
    }
    let mut ratios = Vec::new();
    println!("{CHARGERS} chargers, {CALLS} MeterValues calls each (6 samples), server CPU per call:");
    for round in 1..=ROUNDS {
        let ours = per_call(&mut endpoint());
        let least = per_call(&mut least_responder());
        ratios.push(ours / least);
        println!("  round {round}: endpoint {ours:.1} us, baseline {least:.1} us, ratio {:.2}", ours / least);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median ratio {:.2} (aim 2.5, at most 3.5)", ratios[ROUNDS / 2]);
    println!("memory per connected idle charger: {:.1} KiB of {IDLE} (at most 60)", idle_kib());
}

/// A server in its own process, and the URL it listens on.
struct Server {
    child: Child,
    url: String,
    _data: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn endpoint() -> Server {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(program());
    command.args(["endpoint", "--listen", "127.0.0.1:0", "--adopt", "auto", "--data"]).arg(data.path());
    start(command, data)
}

fn least_responder() -> Server {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("baseline");
    start(command, tempfile::tempdir().unwrap())
}

fn start(mut command: Command, data: tempfile::TempDir) -> Server {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let url = first.split('"').find(|part| part.starts_with("ws://")).expect("the first line names the URL").to_owned();
    // What it prints is read, as a caller would, but not looked at.
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    Server { child, url, _data: data }
}

/// Server CPU per call, microseconds.
fn per_call(server: &mut Server) -> f64 {
    runtime().block_on(async {
        let mut chargers = Vec::new();
        for number in 0..CHARGERS {
            chargers.push(connect(&server.url, &format!("CP{number}")).await);
        }
        chargers = talk(chargers, CALLS / 10).await;
        let before = cpu_us(server.child.id());
        chargers = talk(chargers, CALLS).await;
        // What is still to be written or printed for these calls counts too.
        settle(server.child.id()).await;
        let spent = cpu_us(server.child.id()) - before;
        drop(chargers);
        spent / (CHARGERS * CALLS) as f64
    })
}

async fn connect(url: &str, id: &str) -> Socket {
    let mut request = format!("{url}{id}").into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", "ocpp1.6".parse().unwrap());
    let mut socket = connect_async(request).await.unwrap().0;
    let boot = r#"[2,"b","BootNotification",{"chargePointVendor":"Bench","chargePointModel":"Load"}]"#;
    ask(&mut socket, boot.to_owned()).await;
    socket
}

/// Sends a call and reads until its answer.
async fn ask(socket: &mut Socket, call: String) {
    socket.send(Message::text(call)).await.unwrap();
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) if text.as_str().starts_with("[3") => return,
            _ => {}
        }
    }
}

async fn talk(chargers: Vec<Socket>, calls: usize) -> Vec<Socket> {
    let tasks = chargers.into_iter().map(|mut socket| {
        tokio::spawn(async move {
            for number in 0..calls {
                ask(&mut socket, meter_values(number)).await;
            }
            socket
        })
    });
    let mut done = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        done.push(task.await.unwrap());
    }
    done
}

/// Waits until the process uses no more CPU.
async fn settle(pid: u32) {
    let mut before = cpu_us(pid);
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let now = cpu_us(pid);
        if now == before {
            return;
        }
        before = now;
    }
}

fn idle_kib() -> f64 {
    let server = endpoint();
    runtime().block_on(async {
        // The first few pay for what all share.
        let mut chargers = Vec::new();
        for number in 0..20 {
            chargers.push(connect(&server.url, &format!("WARM{number}")).await);
        }
        settle(server.child.id()).await;
        let before = rss_kib(server.child.id());
        for number in 0..IDLE {
            chargers.push(connect(&server.url, &format!("IDLE{number}")).await);
        }
        settle(server.child.id()).await;
        (rss_kib(server.child.id()) - before) / IDLE as f64
    })
}

/// The smallest thing that could answer: parse, answer.
async fn baseline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{{\"url\":\"ws://{}/\"}}", listener.local_addr().unwrap());
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let _ = socket.set_nodelay(true);
            let Ok(mut socket) = accept_with_subprotocol(socket).await else { return };
            while let Some(Ok(message)) = socket.next().await {
                let Message::Text(text) = message else { continue };
                let call: serde_json::Value = serde_json::from_str(&text).unwrap();
                let answer = serde_json::json!([3, call[1], {}]);
                if socket.send(Message::text(answer.to_string())).await.is_err() {
                    return;
                }
            }
        });
    }
}
