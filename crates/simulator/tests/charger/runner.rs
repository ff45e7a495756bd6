//! The charger driven over channels on paused time, and over a real socket on a free port.

use crate::schemas;
use chargehand_simulator::{
    Act, Behaviour, CarMake, Endpoint, EndpointError, LinkState, SimulatedCharger, Version, connect, connect_at,
    over_channels, over_channels_at_hand,
};
use futures_util::{SinkExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, advance};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

fn plugged() -> Behaviour {
    Behaviour { plugged: true, starts_by_itself: true, ..<_>::default() }
}

fn answer(action: &str) -> Value {
    let accepted = json!({ "status": "Accepted" });
    let info = json!({ "idTagInfo": accepted, "idTokenInfo": accepted });
    match action {
        "BootNotification" => json!({ "status": "Accepted", "interval": 60, "currentTime": crate::bench::START }),
        "Heartbeat" => json!({ "currentTime": crate::bench::START }),
        "Authorize" => info,
        "StartTransaction" => json!({ "transactionId": 1, "idTagInfo": accepted }),
        _ => json!({}),
    }
}

/// An endpoint at the other end of the channels.
struct Other {
    from: mpsc::Receiver<String>,
    to: mpsc::Sender<String>,
    /// The ids of its own calls that the charger answered.
    answered: Vec<String>,
    version: Version,
}

impl Other {
    /// Answers the charger's calls until it makes one of this action, which is answered too.
    async fn until(&mut self, wanted: &str) -> Value {
        loop {
            let frame: Value = serde_json::from_str(&self.from.recv().await.expect("the charger speaks")).unwrap();
            if frame[0] != 2 {
                self.answered.push(frame[1].as_str().unwrap().to_owned());
                continue;
            }
            let action = frame[2].as_str().unwrap();
            assert_eq!(schemas::faults(self.version, action, &frame[3]), [""; 0]);
            self.to.send(json!([3, frame[1], answer(action)]).to_string()).await.unwrap();
            if action == wanted {
                return frame[3].clone();
            }
        }
    }
}

fn on_paused_time(behaviour: Behaviour) -> (Other, tokio::task::JoinHandle<SimulatedCharger>) {
    let version = behaviour.version;
    let (to_charger, incoming) = mpsc::channel(16);
    let (outgoing, from_charger) = mpsc::channel(16);
    let (start, began) = (crate::bench::START.parse::<Timestamp>().unwrap(), Instant::now());
    let clock = move || start + SignedDuration::try_from(began.elapsed()).unwrap();
    let charger = SimulatedCharger::new(behaviour, start);
    let task = tokio::spawn(over_channels(charger, incoming, outgoing, clock));
    (Other { from: from_charger, to: to_charger, answered: Vec::new(), version }, task)
}

#[tokio::test(start_paused = true)]
async fn a_session_runs_over_channels_on_paused_time() {
    let (mut other, task) = on_paused_time(plugged());
    other.until("StartTransaction").await;
    let first = other.until("MeterValues").await;
    assert_eq!(first["meterValue"][0]["timestamp"], "2026-11-22T00:00:10.000Z");
    for _ in 0..5 {
        other.until("MeterValues").await;
    }
    other.until("Heartbeat").await;
    drop(other);
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_2_x_session_runs_over_channels_and_follows_its_limit() {
    for version in [Version::V201, Version::V21] {
        let (mut other, _task) = on_paused_time(Behaviour { version, ..plugged() });
        assert_eq!(other.until("TransactionEvent").await["eventType"], "Started");
        let period = json!({ "startPeriod": 0, "limit": 10.0 });
        let schedule = json!({ "id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period] });
        let profile = json!({
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative", "chargingSchedule": [schedule],
        });
        let asked = json!([2, "p", "SetChargingProfile", { "evseId": 1, "chargingProfile": profile }]);
        other.to.send(asked.to_string()).await.unwrap();
        let event = other.until("TransactionEvent").await;
        let samples = event["meterValue"][0]["sampledValue"].as_array().unwrap();
        let current = samples.iter().find(|sample| sample["measurand"] == "Current.Import").unwrap();
        assert_eq!((&current["value"], event["triggerReason"].as_str()), (&json!(10.0), Some("MeterValuePeriodic")));
        other.until("Heartbeat").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_password_over_channels_is_a_new_connection() {
    let (mut other, _task) = on_paused_time(Behaviour::default());
    other.until("BootNotification").await;
    for (key, value) in [("AuthorizationKey", "0123456789abcdef0123"), ("SecurityProfile", "1")] {
        let change = json!([2, key, "ChangeConfiguration", { "key": key, "value": value }]);
        other.to.send(change.to_string()).await.unwrap();
    }
    other.until("BootNotification").await;
    assert_eq!(other.answered, ["AuthorizationKey", "SecurityProfile"]);
}

#[tokio::test(start_paused = true)]
async fn a_reset_over_channels_is_a_silence_and_a_new_boot() {
    let (mut other, _task) = on_paused_time(plugged());
    other.until("StartTransaction").await;
    other.to.send(json!([2, "r", "Reset", { "type": "Hard" }]).to_string()).await.unwrap();
    assert_eq!(other.until("StopTransaction").await["reason"], "HardReset");
    assert_eq!(other.until("StatusNotification").await["status"], "Finishing");
    advance(Duration::from_secs(1)).await;
    other.to.send(json!([2, "lost", "ClearCache", {}]).to_string()).await.unwrap();
    other.until("BootNotification").await;
    other.until("StartTransaction").await;
    assert_eq!(other.answered, ["r"]);
}

/// With nobody waiting for the clock a night is over in a moment, second by second all the same.
#[tokio::test(start_paused = true)]
async fn a_night_over_channels_is_lived_to_its_end() {
    let car = CarMake { amps: 6.0, battery_wh: Some(20_000.0), percent: 20.0, ..<_>::default() };
    let (mut other, task) = on_paused_time(Behaviour { car, meter_interval_s: 900, ..plugged() });
    let register = |values: &Value| values["meterValue"][0]["sampledValue"][0]["value"].clone();
    let mut last = json!(null);
    for _ in 0..48 {
        last = register(&other.until("MeterValues").await);
    }
    let night: f64 = last.as_str().unwrap().parse::<f64>().unwrap() - 12_500.0;
    assert!((night - 16_000.0).abs() < 5.0, "{night} Wh: the car was full before the morning");
    drop(other);
    let charger = task.await.unwrap();
    let panel = charger.panel(crate::bench::START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(12));
    assert_eq!((panel.condition, panel.battery_percent), ("SuspendedEV", Some(100.0)));
}

async fn accept(listener: &TcpListener) -> (WebSocketStream<TcpStream>, Vec<(String, String)>) {
    let (socket, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    #[allow(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
    let callback = |request: &Request, mut response: Response| {
        seen.push(("path".into(), request.uri().path().to_owned()));
        for name in ["authorization", "sec-websocket-protocol", "user-agent"] {
            let value = request.headers().get(name).map_or("", |value| value.to_str().unwrap());
            seen.push((name.into(), value.to_owned()));
        }
        response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("ocpp1.6"));
        Ok(response)
    };
    let socket = accept_hdr_async(socket, callback).await.unwrap();
    (socket, seen)
}

async fn next_call(socket: &mut WebSocketStream<TcpStream>) -> String {
    loop {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        let action = frame[2].as_str().unwrap().to_owned();
        socket.send(Message::text(json!([3, frame[1], answer(&action)]).to_string())).await.unwrap();
        return action;
    }
}

#[tokio::test]
async fn a_charger_connects_over_a_socket_comes_back_when_it_is_lost_and_stops_when_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/ocpp/", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(&url, "CP 1", Some("secret")).unwrap();
    let hand = connect(endpoint, SimulatedCharger::new(Behaviour::default(), Timestamp::now()));
    let (mut socket, seen) = accept(&listener).await;
    let wanted = [
        ("path", "/ocpp/CP%201"),
        ("authorization", "Basic Q1AgMTpzZWNyZXQ="),
        ("sec-websocket-protocol", "ocpp1.6"),
        ("user-agent", concat!("Chargehand-Simulator/", env!("CARGO_PKG_VERSION"))),
    ];
    assert_eq!(seen, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(next_call(&mut socket).await, "BootNotification");
    drop(socket);
    let (mut socket, _) = accept(&listener).await;
    while next_call(&mut socket).await != "StatusNotification" {}
    assert_eq!(next_call(&mut socket).await, "StatusNotification");
    hand.act(Act::Plug);
    assert_eq!(next_call(&mut socket).await, "StatusNotification");
    assert_eq!(*hand.link().borrow(), LinkState::Connected);
    assert!(hand.stop().await.is_some());
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));
}

#[tokio::test]
async fn a_reset_over_a_socket_drops_the_connection_and_takes_its_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::new(&format!("ws://{}", listener.local_addr().unwrap()), "CP1", None).unwrap();
    let hand = connect(endpoint, SimulatedCharger::new(Behaviour::default(), Timestamp::now()));
    let (mut socket, _) = accept(&listener).await;
    for wanted in ["BootNotification", "StatusNotification", "StatusNotification"] {
        assert_eq!(next_call(&mut socket).await, wanted);
    }
    socket.send(Message::text(json!([2, "r", "Reset", { "type": "Hard" }]).to_string())).await.unwrap();
    let mut link = hand.link();
    let state = link.wait_for(|state| matches!(state, LinkState::Down { .. })).await.unwrap().clone();
    assert_eq!(state, LinkState::Down { why: "The charger reboots.".into(), pause: Duration::from_secs(2) });
    hand.stop().await.unwrap();
}

#[tokio::test]
async fn a_charger_that_loses_its_network_says_no_goodbye_and_comes_back_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::new(&format!("ws://{}", listener.local_addr().unwrap()), "CP1", None).unwrap();
    let hand = connect(endpoint, SimulatedCharger::new(Behaviour::default(), Timestamp::now()));
    let (mut socket, _) = accept(&listener).await;
    assert_eq!(next_call(&mut socket).await, "BootNotification");
    hand.act(Act::Network { up: false });
    while let Some(Ok(message)) = socket.next().await {
        assert!(!matches!(message, Message::Close(_)), "a goodbye");
    }
    let (mut link, mut panel) = (hand.link(), hand.panel());
    let down = LinkState::Down { why: "The charger finds no network.".into(), pause: Duration::ZERO };
    link.wait_for(|state| *state == down).await.unwrap();
    panel.wait_for(|panel| !panel.networked).await.unwrap();
    hand.act(Act::Network { up: true });
    let (mut socket, _) = accept(&listener).await;
    assert_eq!(next_call(&mut socket).await, "BootNotification");
    hand.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hand_acts_on_a_charger_over_channels_and_sees_what_becomes_of_it() {
    let (to_charger, incoming) = mpsc::channel(16);
    let (outgoing, from_charger) = mpsc::channel(16);
    let (start, began) = (crate::bench::START.parse::<Timestamp>().unwrap(), Instant::now());
    let clock = move || start + SignedDuration::try_from(began.elapsed()).unwrap();
    let behaviour = Behaviour { plugged: false, starts_by_itself: true, ..<_>::default() };
    let hand = over_channels_at_hand(SimulatedCharger::new(behaviour, start), incoming, outgoing, clock);
    let mut other = Other { from: from_charger, to: to_charger, answered: Vec::new(), version: Version::V16 };
    let mut panel = hand.panel();
    other.until("BootNotification").await;
    hand.act(Act::Plug);
    other.until("StartTransaction").await;
    let flows = panel.wait_for(|panel| panel.watts > 7_000.0).await.unwrap().clone();
    assert_eq!((flows.amps.as_slice(), flows.condition), (&[32.0][..], "Charging"));
    hand.act(Act::Breaker { on: false });
    panel.wait_for(|panel| !panel.powered && panel.watts == 0.0).await.unwrap();
    hand.act(Act::Breaker { on: true });
    other.until("BootNotification").await;
    assert_eq!(other.until("StopTransaction").await["reason"], "PowerLoss");
    assert!(hand.stop().await.is_some());
}

#[tokio::test]
async fn a_compressed_charger_lives_half_an_hour_in_a_second_and_keeps_its_own_clock() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::new(&format!("ws://{}", listener.local_addr().unwrap()), "CP1", None).unwrap();
    let hand = connect_at(endpoint, SimulatedCharger::new(plugged(), Timestamp::now()), 2_000.0);
    let (mut socket, _) = accept(&listener).await;
    let began = crate::bench::START.parse::<Timestamp>().unwrap();
    for _ in 0..30 {
        while next_call(&mut socket).await != "Heartbeat" {}
    }
    let clock = hand.panel().borrow().clock;
    assert!(clock.duration_since(began).as_secs() > 1_700, "{clock} goes on from the first answer, not from each");
    hand.stop().await.unwrap();
}

#[tokio::test]
async fn a_charger_says_why_it_cannot_connect() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let endpoint = Endpoint::new(&format!("ws://{free}"), "CP1", None).unwrap();
    let hand = connect(endpoint, SimulatedCharger::new(Behaviour::default(), Timestamp::now()));
    let mut link = hand.link();
    let state = link.wait_for(|state| matches!(state, LinkState::Down { .. })).await.unwrap().clone();
    let LinkState::Down { why, .. } = state else { panic!("down") };
    assert!(why.starts_with(&format!("Nobody answers at ws://{free}/CP1")), "{why}");
    hand.stop().await.unwrap();
}

#[test]
fn an_address_that_cannot_work_is_refused_with_the_reason() {
    let new = |url, id| Endpoint::new(url, id, None).unwrap_err();
    assert!(matches!(new("http://10.0.0.2:9616", "CP1"), EndpointError::WrongScheme { .. }));
    assert!(matches!(new("wss://10.0.0.2:9616", "CP1"), EndpointError::WrongScheme { .. }));
    assert!(matches!(new("ws://", "CP1"), EndpointError::Unreadable { .. }));
    assert!(matches!(new("ws://10.0.0.2:9616", ""), EndpointError::NoId));
}
