//! The log on its way, over real sockets.

use chargehand_simulator::{Behaviour, Endpoint, SimulatedCharger, Version, connect};
use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Takes one upload, and answers with this status line.
async fn take(listener: TcpListener, status: &str) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut taken = String::new();
    while !taken.contains("Connected.") {
        let mut some = [0; 1024];
        let count = socket.read(&mut some).await.unwrap();
        assert_ne!(count, 0, "the charger sends its log: {taken}");
        taken += std::str::from_utf8(&some[..count]).unwrap();
    }
    socket.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
    taken
}

/// What a charger says of the upload of its log to this place.
async fn statuses(location: &str) -> Vec<Value> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let behaviour = Behaviour { version: Version::V201, ..<_>::default() };
    let charger = SimulatedCharger::new(behaviour, Timestamp::now());
    let hand = connect(Endpoint::new(&url, "CP1", None).unwrap(), charger);
    let (socket, _) = listener.accept().await.unwrap();
    #[allow(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
    let callback = |_: &Request, mut response: Response| {
        response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("ocpp2.0.1"));
        Ok(response)
    };
    let mut socket = accept_hdr_async(socket, callback).await.unwrap();
    let log = json!({ "requestId": 1, "logType": "DiagnosticsLog", "log": { "remoteLocation": location } });
    socket.send(Message::text(json!([2, "log", "GetLog", log]).to_string())).await.unwrap();
    let mut told: Vec<Value> = Vec::new();
    while told.len() < 2 {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame[2] == "LogStatusNotification" {
            told.push(frame[3]["status"].clone());
        }
        let boot = json!({ "status": "Accepted", "interval": 60, "currentTime": Timestamp::now().to_string() });
        let answer = if frame[2] == "BootNotification" { boot } else { json!({}) };
        if frame[0] == 2 {
            socket.send(Message::text(json!([3, frame[1], answer]).to_string())).await.unwrap();
        }
    }
    hand.stop().await.unwrap();
    told
}

#[tokio::test]
async fn a_log_is_put_where_it_is_wanted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("http://user:secret@{}/logs/", listener.local_addr().unwrap());
    let taking = tokio::spawn(take(listener, "201 Created"));
    assert_eq!(statuses(&location).await, ["Uploading", "Uploaded"]);
    let taken = taking.await.unwrap();
    assert!(taken.starts_with("PUT /logs/DiagnosticsLog-1.log HTTP/1.1\r\nHost: 127.0.0.1:"), "{taken}");
    assert!(taken.contains("Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"), "{taken}");
}

#[tokio::test]
async fn a_log_that_is_not_taken_or_has_no_way_there_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("http://{}/logs", listener.local_addr().unwrap());
    tokio::spawn(take(listener, "403 Forbidden"));
    assert_eq!(statuses(&location).await, ["Uploading", "UploadFailure"]);
    assert_eq!(statuses("ftp://127.0.0.1/logs").await, ["Uploading", "UploadFailure"]);
}
