//! A Wattpilot, played after the programs that speak to it: its WebSocket, its challenge, its signed orders.

use super::*;
use aws_lc_rs::hmac;
use futures_util::{SinkExt, StreamExt};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

type Socket = WebSocketStream<TcpStream>;

/// What those programs make of the password "secret" and the serial number 90000001.
const HOME: Model = Model { devicetype: "wattpilot", key: "vrSFDaaQ+sFD7p+3hnREjXA1429Gwj6v", forgets: false };
const FLEX: Model = Model { devicetype: "wattpilot_flex", key: "uBDiJuAjOpirOe9hDSrj/7m6/fNZktu", forgets: false };

#[derive(Clone, Copy)]
struct Model {
    devicetype: &'static str,
    key: &'static str,
    /// It says yes to an address, and keeps its own.
    forgets: bool,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn wattpilot(model: Model, holds: Value) -> Fake {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let (at, holds) = (listener.local_addr().expect("bound"), Arc::new(Mutex::new(holds)));
    let held = Arc::clone(&holds);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let held = Arc::clone(&held);
            tokio::spawn(async move { talks(model, stream, held).await });
        }
    });
    Fake { at, holds }
}

async fn say(socket: &mut Socket, what: Value) {
    let _ = socket.send(Message::text(what.to_string())).await;
}

async fn heard(socket: &mut Socket) -> Option<Value> {
    let text = socket.next().await?.ok()?.into_text().ok()?;
    serde_json::from_str(&text).ok()
}

async fn talks(model: Model, stream: TcpStream, holds: Arc<Mutex<Value>>) -> Option<()> {
    let mut socket = accept_async(stream).await.ok()?;
    say(&mut socket, json!({ "type": "hello", "serial": "90000001", "devicetype": model.devicetype, "secured": true }))
        .await;
    say(&mut socket, json!({ "type": "authRequired", "token1": "aa", "token2": "bb" })).await;
    let answer = heard(&mut socket).await?;
    let inner = hex(&Sha256::digest(format!("aa{}", model.key)));
    let right = hex(&Sha256::digest(format!("{}bb{inner}", answer["token3"].as_str()?)));
    if answer["hash"] != right {
        say(&mut socket, json!({ "type": "authError", "message": "Wrong password" })).await;
        return None;
    }
    say(&mut socket, json!({ "type": "authSuccess" })).await;
    say(&mut socket, json!({ "type": "fullStatus", "partial": true, "status": { "car": 1, "nrg": [230, 0, 0] } }))
        .await;
    say(&mut socket, json!({ "type": "deltaStatus", "status": { "nrg": [231, 0, 0] } })).await;
    let all = holds.lock().expect("not poisoned").clone();
    say(&mut socket, json!({ "type": "fullStatus", "partial": false, "status": all })).await;
    loop {
        let order = heard(&mut socket).await?;
        say(&mut socket, json!({ "type": "deltaStatus", "status": { "nrg": [232, 0, 0] } })).await;
        let answer = obeys(model, &order, &holds).unwrap_or_else(
            || json!({ "type": "response", "requestId": order["requestId"], "success": false, "message": "no" }),
        );
        say(&mut socket, answer).await;
    }
}

/// Takes an order that is signed with its key.
fn obeys(model: Model, order: &Value, holds: &Mutex<Value>) -> Option<Value> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, model.key.as_bytes());
    let data = order["data"].as_str().filter(|_| order["type"] == "securedMsg")?;
    let is_ours = order["hmac"] == hex(hmac::sign(&key, data.as_bytes()).as_ref());
    let inside: Value = serde_json::from_str(data).ok().filter(|_| is_ours)?;
    let (name, value) = (inside["key"].as_str()?, &inside["value"]);
    if !(model.forgets && name == "ocppu") {
        holds.lock().expect("not poisoned")[name] = value.clone();
    }
    let told =
        json!({ "type": "response", "requestId": inside["requestId"], "success": true, "status": { name: value } });
    Some(told)
}

#[tokio::test]
async fn a_wattpilot_is_pointed_here_and_put_back() {
    for model in [HOME, FLEX] {
        let held = json!({ "ocppe": false, "ocppu": OLD, "sse": "90000001", "ocppc": false, "fna": "Garage" });
        let (fake, (site, _folder)) = (wattpilot(model, held.clone()).await, site().await);
        let mut visit = visit(&fake, "fronius-wattpilot").await;
        let to = target("fronius-wattpilot");
        let now = site.point(&mut visit, &to, OURS, String::new()).await.expect("it takes it");
        assert_eq!(now.url, "ws://192.168.1.2:9616/90000001");
        let pointed = fake.holds.lock().expect("not poisoned").clone();
        assert_eq!((&pointed["ocppu"], &pointed["ocppe"]), (&json!(now.url), &json!(true)));
        super::super::back(&mut visit, &site.pointed_here()[0]).await.expect("it takes the old one back");
        assert_eq!(*fake.holds.lock().expect("not poisoned"), held, "{}", model.devicetype);
    }
}

#[tokio::test]
async fn a_wattpilot_that_says_yes_and_keeps_its_own_address_is_found_out() {
    let held = json!({ "ocppe": true, "ocppu": OLD, "sse": "90000001" });
    let fake = wattpilot(Model { forgets: true, ..HOME }, held.clone()).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "fronius-wattpilot").await;
    let failed =
        site.point(&mut visit, &target("fronius-wattpilot"), OURS, String::new()).await.expect_err("it forgets");
    assert!(failed.to_string().contains("agreed, but says that it connects to"), "{failed}");
    assert_eq!(*fake.holds.lock().expect("not poisoned"), held);
}

#[tokio::test]
async fn a_wattpilot_lets_nobody_in_without_its_password() {
    let fake = wattpilot(HOME, json!({ "ocppe": true, "ocppu": OLD })).await;
    let api = interface("fronius-wattpilot").expect("known");
    for password in [None, Some("wrong")] {
        let who = password.map(|it| Credentials { user: String::new(), password: Zeroizing::new(it.into()) });
        let refused = Visit::begin_at(api, fake.at, who).await.err();
        assert_eq!(refused, Some(LocalApiError::Login), "{password:?}");
    }
}
