//! A WARP charger whose users are switched on: it asks who one is by HTTP Digest, and names no user.

use super::*;
use md5::{Digest, Md5};

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As the charger reads it: parts between commas, quotation marks taken off.
fn knows(asked: &Asked, uri: &str) -> bool {
    let Some(rest) = asked.authorization.strip_prefix("Digest ") else { return false };
    let part = |name: &str| {
        let pairs = rest.split(',').filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim_matches('"')).to_owned()
    };
    let (person, asks) = (md5("admin:esp32-lib:secret"), md5(&format!("{}:{uri}", asked.method)));
    let all = [person, part("nonce"), part("nc"), part("cnonce"), part("qop"), asks].join(":");
    part("username") == "admin" && part("realm") == "esp32-lib" && part("uri") == uri && part("response") == md5(&all)
}

fn guarded(holds: &mut Value, asked: &Asked) -> (u16, Value) {
    if !knows(asked, "/ocpp/config") {
        let challenge = r#"Digest realm="esp32-lib", qop="auth", nonce="8d9f", opaque="1c2e""#;
        return (401, json!({ "challenge": challenge }));
    }
    warp(holds, asked)
}

#[tokio::test]
async fn a_warp_charger_with_users_is_pointed_here_by_one_of_them_and_put_back() {
    let held = json!({ "enable": true, "url": "wss://platform.example/ocpp", "identity": "warp-1",
                       "enable_auth": true, "pass": null, "cert_id": -1 });
    let (pointed, back) = there_and_back("tinkerforge-warp", held.clone(), guarded).await;
    assert_eq!(pointed["url"], json!("ws://192.168.1.2:9616"));
    assert_eq!(back, held);
}

#[tokio::test]
async fn a_warp_charger_lets_nobody_in_without_the_password() {
    let fake = plays(json!({}), guarded).await;
    let api = interface("tinkerforge-warp").expect("known");
    for password in [None, Some("wrong")] {
        let who = password.map(|it| Credentials { user: "admin".into(), password: Zeroizing::new(it.into()) });
        let mut visit = Visit::begin_at(api, fake.at, who).await.expect("it is there");
        assert_eq!(visit.read().await, Err(LocalApiError::Login), "{password:?}");
    }
}
