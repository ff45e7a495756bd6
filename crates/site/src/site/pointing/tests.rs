//! Chargers with an interface of their own, played after their makers' documents, not after our catalogue.

mod digest;
mod wattpilot;

use super::*;
use crate::Options;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use zeroize::Zeroizing;

const OLD: &str = "wss://platform.example/ocpp/";
const OURS: &str = "ws://192.168.1.2:9616/";

/// What was asked of a charger.
struct Asked {
    method: Method,
    path: String,
    query: BTreeMap<String, String>,
    body: Value,
    authorization: String,
}

type Plays = fn(&mut Value, &Asked) -> (u16, Value);

/// A charger and what it holds.
struct Fake {
    at: SocketAddr,
    holds: Arc<Mutex<Value>>,
}

async fn plays(holds: Value, plays: Plays) -> Fake {
    plays_closing(holds, plays, false).await
}

async fn plays_closing(holds: Value, plays: Plays, closes: bool) -> Fake {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let (at, holds) = (listener.local_addr().expect("bound"), Arc::new(Mutex::new(holds)));
    let held = Arc::clone(&holds);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let held = Arc::clone(&held);
            let answer = service_fn(move |request| answer(request, Arc::clone(&held), plays));
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .keep_alive(!closes)
                    .serve_connection(TokioIo::new(stream), answer),
            );
        }
    });
    Fake { at, holds }
}

async fn answer(
    request: Request<Incoming>,
    holds: Arc<Mutex<Value>>,
    plays: Plays,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let pairs = head.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let asked = Asked {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: pairs.map(|(key, value)| (key.to_owned(), decoded(value))).collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        authorization: head.headers.get("authorization").map_or("", |it| it.to_str().unwrap_or("?")).to_owned(),
    };
    let (status, answer) = plays(&mut holds.lock().expect("not poisoned"), &asked);
    let mut response = Response::new(Full::from(answer.to_string()));
    if let Some(challenge) = answer["challenge"].as_str() {
        response.headers_mut().insert("www-authenticate", challenge.parse().expect("a header"));
    }
    *response.status_mut() = status.try_into().expect("a status");
    Ok(response)
}

fn go_e(holds: &mut Value, asked: &Asked) -> (u16, Value) {
    match asked.path.as_str() {
        "/api/status" => (200, holds.clone()),
        "/api/set" => {
            for (key, value) in &asked.query {
                // a value is JSON: a text without quotation marks is refused
                let Ok(value) = serde_json::from_str::<Value>(value) else { return (400, json!({})) };
                holds[key] = value;
            }
            (200, json!({}))
        }
        _ => (404, json!({})),
    }
}

fn openevse(holds: &mut Value, asked: &Asked) -> (u16, Value) {
    // "admin:secret"
    if asked.authorization != "Basic YWRtaW46c2VjcmV0" {
        return (401, json!({}));
    }
    if asked.method == Method::POST {
        over(holds, &asked.body);
    }
    (200, holds.clone())
}

fn warp(holds: &mut Value, asked: &Asked) -> (u16, Value) {
    if asked.method == Method::PUT {
        let complete = ["enable", "url", "identity", "enable_auth", "pass", "cert_id"];
        let has_all = complete.iter().all(|key| asked.body.get(key).is_some());
        let slash = asked.body["url"].as_str().is_some_and(|url| url.ends_with('/'));
        if !has_all || slash {
            return (400, json!({}));
        }
        over(holds, &asked.body);
    }
    (200, holds.clone())
}

fn smartevse(holds: &mut Value, asked: &Asked) -> (u16, Value) {
    let on = holds["on"].as_bool().unwrap_or_default();
    if asked.method == Method::POST {
        if let Some(mode) = asked.query.get("ocpp_mode") {
            holds["on"] = json!(mode == "1");
        }
        if let Some(url) = asked.query.get("ocpp_backend_url").filter(|_| on) {
            holds["url"] = json!(url);
        }
    }
    let on = holds["on"].as_bool().unwrap_or_default();
    let url = if on { holds["url"].clone() } else { json!("") };
    let mode = if on { "Enabled" } else { "Disabled" };
    (200, json!({ "ocpp": { "mode": mode, "backend_url": url, "cb_id": "EVSE1", "status": "Disconnected" } }))
}

fn over(holds: &mut Value, changed: &Value) {
    for (key, value) in changed.as_object().expect("an object") {
        holds[key] = value.clone();
    }
}

async fn site() -> (Site, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (Site::open(folder.path(), Options::default()).await.expect("a store"), folder)
}

fn target(fingerprint: &str) -> Target {
    Target { address: IpAddr::from([127, 0, 0, 1]), fingerprint: fingerprint.into(), name: "Garage".into() }
}

fn who() -> Option<Credentials> {
    Some(Credentials { user: "admin".into(), password: Zeroizing::new("secret".into()) })
}

async fn visit(fake: &Fake, fingerprint: &str) -> Visit<'static> {
    Visit::begin_at(interface(fingerprint).expect("known"), fake.at, who()).await.expect("it is there")
}

async fn there_and_back(fingerprint: &str, holds: Value, fake: Plays) -> (Value, Value) {
    let (fake, (site, _folder)) = (plays(holds, fake).await, site().await);
    let mut visit = visit(&fake, fingerprint).await;
    let now = site.point(&mut visit, &target(fingerprint), OURS, String::new()).await.expect("it takes it");
    assert!(now.on && now.url.starts_with("ws://192.168.1.2:9616"), "{now:?}");
    let pointed = fake.holds.lock().expect("not poisoned").clone();
    let kept = site.pointed_here();
    assert_eq!(kept.len(), 1);
    super::back(&mut visit, &kept[0]).await.expect("it takes the old one back");
    let back = fake.holds.lock().expect("not poisoned").clone();
    (pointed, back)
}

#[tokio::test]
async fn a_go_e_charger_is_pointed_here_and_put_back() {
    let held = json!({ "ocppe": false, "ocppu": OLD, "sse": "91020014" });
    let (pointed, back) = there_and_back("go-e-charger", held.clone(), go_e).await;
    assert_eq!(pointed, json!({ "ocppe": true, "ocppu": "ws://192.168.1.2:9616/91020014", "sse": "91020014" }));
    assert_eq!(back, held);
}

#[tokio::test]
async fn an_openevse_with_a_password_is_pointed_here_and_put_back() {
    let held = json!({ "ocpp_enabled": true, "ocpp_server": OLD, "ocpp_chargeBoxId": "E1", "ocpp_authkey": "k" });
    let (pointed, back) = there_and_back("openevse", held.clone(), openevse).await;
    assert_eq!((&pointed["ocpp_server"], &pointed["ocpp_authkey"]), (&json!(OURS), &json!("k")));
    assert_eq!(back, held);
}

#[tokio::test]
async fn a_warp_charger_gets_the_whole_object_without_a_slash_and_with_its_password_untouched() {
    let held = json!({ "enable": true, "url": "wss://platform.example/ocpp", "identity": "warp-1",
                       "enable_auth": true, "pass": null, "cert_id": -1 });
    let (pointed, back) = there_and_back("tinkerforge-warp", held.clone(), warp).await;
    assert_eq!((&pointed["url"], &pointed["pass"]), (&json!("ws://192.168.1.2:9616"), &Value::Null));
    assert_eq!(back, held);
}

#[tokio::test]
async fn a_smartevse_whose_ocpp_is_off_gets_back_the_address_that_it_hid() {
    let held = json!({ "on": false, "url": OLD });
    let (pointed, back) = there_and_back("smartevse", held.clone(), smartevse).await;
    assert_eq!(pointed, json!({ "on": true, "url": OURS }));
    assert_eq!(back, held);
}

#[tokio::test]
async fn what_was_there_is_on_disk_before_anything_is_written() {
    // it loses the connection at the first write
    fn dies(holds: &mut Value, asked: &Asked) -> (u16, Value) {
        if asked.path == "/api/set" { (500, json!({})) } else { (200, holds.clone()) }
    }
    let fake = plays(json!({ "ocppe": true, "ocppu": OLD }), dies).await;
    let (site, folder) = site().await;
    let mut visit = visit(&fake, "go-e-charger").await;
    let failed = site.point(&mut visit, &target("go-e-charger"), OURS, String::new()).await;
    let why = failed.expect_err("it dies").to_string();
    assert!(why.contains("HTTP 500") && why.contains("stays on the list"), "{why}");
    drop(site);
    let again = Site::open(folder.path(), Options::default()).await.expect("a store");
    let kept = again.pointed_here();
    assert_eq!(kept.first().map(|it| it.before.url.as_str()), Some(OLD));
}

#[tokio::test]
async fn a_charger_that_agrees_and_keeps_nothing_is_told_and_its_old_address_is_written_again() {
    fn forgets(holds: &mut Value, asked: &Asked) -> (u16, Value) {
        if asked.query.get("ocppu").is_some_and(|url| url.contains("192.168")) {
            holds["ocppu"] = json!("");
            return (200, json!({}));
        }
        go_e(holds, asked)
    }
    let fake = plays(json!({ "ocppe": true, "ocppu": OLD }), forgets).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "go-e-charger").await;
    let failed = site.point(&mut visit, &target("go-e-charger"), OURS, String::new()).await.expect_err("it forgets");
    assert!(failed.to_string().ends_with("What it had before was written back."), "{failed}");
    assert_eq!(fake.holds.lock().expect("not poisoned")["ocppu"], OLD);
    assert_eq!(site.pointed_here(), []);
}

#[tokio::test]
async fn a_charger_that_closes_after_each_answer_is_pointed_all_the_same() {
    let fake = plays_closing(json!({ "ocppe": true, "ocppu": OLD }), go_e, true).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "go-e-charger").await;
    let now = site.point(&mut visit, &target("go-e-charger"), OURS, String::new()).await.expect("it takes it");
    assert_eq!(now.url, OURS);
}

#[tokio::test]
async fn what_somebody_set_meanwhile_is_what_it_goes_back_to() {
    let fake = plays(json!({ "ocppe": true, "ocppu": OLD }), go_e).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "go-e-charger").await;
    site.point(&mut visit, &target("go-e-charger"), OURS, String::new()).await.expect("it takes it");
    fake.holds.lock().expect("not poisoned")["ocppu"] = json!("wss://new.example/");
    let kept = site.pointed_here().remove(0);
    let left = super::back(&mut visit, &kept).await.expect_err("it connects elsewhere");
    assert!(left.to_string().contains("wss://new.example/"), "{left}");
    assert_eq!(fake.holds.lock().expect("not poisoned")["ocppu"], "wss://new.example/");
    site.point(&mut visit, &target("go-e-charger"), OURS, String::new()).await.expect("it takes it");
    assert_eq!(site.pointed_here()[0].before.url, "wss://new.example/");
}

#[tokio::test]
async fn an_address_that_could_not_be_read_is_not_written_over() {
    // once OCPP is on, it fails to say what it holds, once
    fn stumbles(holds: &mut Value, asked: &Asked) -> (u16, Value) {
        if asked.method == Method::GET && holds["on"] == true && holds["stumbled"] == false {
            holds["stumbled"] = json!(true);
            return (500, json!({}));
        }
        smartevse(holds, asked)
    }
    let fake = plays(json!({ "on": false, "url": OLD, "stumbled": false }), stumbles).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "smartevse").await;
    let failed = site.point(&mut visit, &target("smartevse"), OURS, String::new()).await.expect_err("it stumbles");
    assert!(failed.to_string().contains("its address was not touched"), "{failed}");
    assert_eq!(fake.holds.lock().expect("not poisoned")["url"], OLD);
}

#[tokio::test]
async fn pointing_twice_does_not_forget_the_platform() {
    let fake = plays(json!({ "ocppe": true, "ocppu": OLD }), go_e).await;
    let (site, _folder) = site().await;
    let mut visit = visit(&fake, "go-e-charger").await;
    for ours in [OURS, "ws://192.168.1.9:9616/"] {
        site.point(&mut visit, &target("go-e-charger"), ours, String::new()).await.expect("it takes it");
    }
    let kept = site.pointed_here();
    assert_eq!((kept.len(), kept[0].before.url.as_str()), (1, OLD));
}

#[tokio::test]
async fn a_charger_that_wants_a_password_says_so_and_nothing_is_kept() {
    let fake = plays(json!({}), openevse).await;
    let api = interface("openevse").expect("known");
    let mut visit = Visit::begin_at(api, fake.at, None).await.expect("it is there");
    let (site, _folder) = site().await;
    let failed =
        site.point(&mut visit, &target("openevse"), OURS, String::new()).await.expect_err("it wants a password");
    assert!(failed.to_string().contains("wants to know who asks"), "{failed}");
    assert_eq!(site.pointed_here(), []);
}
