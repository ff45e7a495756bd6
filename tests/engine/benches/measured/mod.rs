//! What the benchmarks share: the programs they measure, from outside.

use std::path::PathBuf;

use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;

/// A runtime as the programs have it.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// target/release/deps/BENCH-… → target/release/chargehand-cli
pub fn program() -> PathBuf {
    let bench = std::env::current_exe().unwrap();
    let program = bench.ancestors().nth(2).unwrap().join("chargehand-cli");
    assert!(program.exists(), "{} is not built: run cargo xtask bench", program.display());
    program
}

/// User and system time of a process so far, microseconds; from the scheduler where it tells, which is finer than ticks.
pub fn cpu_us(pid: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of_task = |task: std::fs::DirEntry| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    tasks.filter_map(Result::ok).filter_map(of_task).sum::<f64>() / 1000.0
}

/// The memory a process holds, KiB.
pub fn rss_kib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// One reading of six values, as a three-phase charger sends it.
pub fn meter_values(number: usize) -> String {
    let sample = |value: String, measurand: &str, unit: &str, phase: &str| {
        format!(r#"{{"value":"{value}","context":"Sample.Periodic","measurand":"{measurand}","unit":"{unit}"{phase}}}"#)
    };
    let samples = [
        sample(format!("{}", 120_000 + number), "Energy.Active.Import.Register", "Wh", ""),
        sample("15.9".into(), "Current.Import", "A", r#","phase":"L1""#),
        sample("15.8".into(), "Current.Import", "A", r#","phase":"L2""#),
        sample("16.0".into(), "Current.Import", "A", r#","phase":"L3""#),
        sample("16.0".into(), "Current.Offered", "A", ""),
        sample("10970".into(), "Power.Active.Import", "W", ""),
    ];
    format!(
        r#"[2,"m{number}","MeterValues",{{"connectorId":1,"meterValue":[{{"timestamp":"2026-11-22T07:22:33Z","sampledValue":[{}]}}]}}]"#,
        samples.join(",")
    )
}

/// Takes a WebSocket that speaks OCPP 1.6.
pub async fn accept_with_subprotocol(
    socket: TcpStream,
) -> Result<WebSocketStream<TcpStream>, tokio_tungstenite::tungstenite::Error> {
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
    #[allow(clippy::result_large_err)]
    let choose = |_: &Request, mut response: Response| {
        response.headers_mut().insert("Sec-WebSocket-Protocol", "ocpp1.6".parse().unwrap());
        Ok(response)
    };
    tokio_tungstenite::accept_hdr_async(socket, choose).await
}
