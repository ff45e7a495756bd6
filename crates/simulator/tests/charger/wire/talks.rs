//! Probes of a connection that stands: what a charger does to it, whatever is said.

use super::peer::{Peer, Socket};
use super::probes::{Seen, URL};
use chargehand_simulator::{Act, Behaviour, Security, Version};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn peer(behaviour: &Behaviour) -> Peer {
    Peer::new(behaviour, URL, Security::default())
}

/// A call before the boot was answered.
pub async fn early_call(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some((mut socket, Some(boot))) = peer.talk().await else { return vec![] };
    if !boot.contains("BootNotification") {
        return vec![];
    }
    socket.call("early", "ClearCache", json!({})).await;
    socket.listen(5, |_| false).await;
    if socket.ended.is_none() {
        return vec![];
    }
    let (_, again) = peer.talk().await.expect("it comes back");
    assert!(again.is_some_and(|first| first.contains("BootNotification")));
    vec!["boots again on an early call"]
}

/// A call in a session that goes well.
pub async fn call(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    let called = socket.age();
    socket.call("call", "ClearCache", json!({})).await;
    socket.listen(40, |_| true).await;
    let is_deaf = socket.answered.is_empty() && socket.ended.is_some_and(|at| (29.0..31.0).contains(&(at - called)));
    if is_deaf { vec!["deaf after a call"] } else { vec![] }
}

/// Nobody answers its calls but the boot.
pub async fn waiting(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some((mut socket, Some(first))) = peer.talk().await else { return vec![] };
    let is_boot = |action: &str| action == "BootNotification";
    socket.take(&first, &is_boot).await;
    socket.listen(20, is_boot).await;
    let unanswered = socket.called.iter().filter(|action| !is_boot(action)).count();
    if unanswered > 1 { vec!["does not wait for answers"] } else { vec![] }
}

/// Two calls at once.
pub async fn order(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    socket.call("first", "ClearCache", json!({})).await;
    socket.call("second", "ClearCache", json!({})).await;
    socket.listen(20, |_| true).await;
    if socket.answered == ["second", "first"] { vec!["answers out of order"] } else { vec![] }
}

/// Ten minutes of peace.
pub async fn peace(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    socket.listen(600, |_| true).await;
    if socket.ended.is_some() { vec!["drops the connection by itself"] } else { vec![] }
}

/// Its connection is lost.
pub async fn loss(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(socket) = peer.session().await else { return vec![] };
    let lost = Instant::now();
    drop(socket);
    peer.knock(1_200).await.expect("it comes back");
    let after_loss = lost.elapsed() > Duration::from_secs(120);
    // the network is pulled and comes back: the same holds
    peer.hand.act(Act::Network { up: false });
    sleep(Duration::from_secs(5)).await;
    while peer.knock(0).await.is_some() {}
    let back = Instant::now();
    peer.hand.act(Act::Network { up: true });
    peer.knock(1_200).await.expect("it comes back");
    assert_eq!(back.elapsed() > Duration::from_secs(120), after_loss, "as after any loss");
    if after_loss { vec!["comes back after minutes"] } else { vec![] }
}

/// It is told to reboot.
pub async fn reset(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    let kind = if behaviour.version == Version::V16 { "Hard" } else { "Immediate" };
    socket.call("reset", "Reset", json!({ "type": kind })).await;
    socket.listen(5, |_| true).await;
    let comes_back = peer.knock(60).await.is_some();
    socket.listen(1, |_| true).await;
    if comes_back && socket.ended.is_none() { vec!["leaves its old connection open"] } else { vec![] }
}

/// Its connection is lost, and later it is told to reboot. 2.x boots after a start only by the book.
pub async fn boots(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    let mut boots = vec![socket.called.iter().any(|action| action == "BootNotification")];
    for is_told in [false, true] {
        if is_told {
            socket.call("reset", "Reset", json!({ "type": "Hard" })).await;
            socket.listen(5, |_| true).await;
        }
        drop(socket);
        let knock = peer.knock(1_200).await.expect("it comes back");
        let Some(again) = peer.upgrade(knock).await else { return vec![] };
        socket = again;
        socket.listen(30, |_| true).await;
        boots.push(socket.called.iter().any(|action| action == "BootNotification"));
    }
    let only_at_restart = behaviour.version == Version::V16 && boots == [true, false, true];
    if only_at_restart { vec!["boots only at restart"] } else { vec![] }
}

/// A car is plugged in at a charger that is set to start by itself.
pub async fn plug(behaviour: &Behaviour) -> Seen {
    let mut peer = peer(&charging(behaviour));
    let Some(socket) = peer.session().await else { return vec![] };
    if socket.called.is_empty() || starts(&socket) { vec![] } else { vec!["never starts by itself"] }
}

fn charging(behaviour: &Behaviour) -> Behaviour {
    Behaviour { plugged: true, starts_by_itself: true, ..behaviour.clone() }
}

fn starts(socket: &Socket) -> bool {
    socket.called.iter().any(|action| action == "StartTransaction" || action == "TransactionEvent")
}

/// A limit of 10 A for the next seconds, as far as the charger takes one that begins with the charge.
async fn limit(socket: &mut Socket, behaviour: &Behaviour, seconds: u64) {
    let duration = socket.age() as u64 + seconds;
    let mut schedule = json!({
        "duration": duration, "chargingRateUnit": "A", "chargingSchedulePeriod": [{ "startPeriod": 0, "limit": 10.0 }],
    });
    let mut profile = json!({
        "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
    });
    let payload: Value = if behaviour.version == Version::V16 {
        profile["chargingProfileId"] = json!(1);
        profile["chargingSchedule"] = schedule;
        json!({ "connectorId": 1, "csChargingProfiles": profile })
    } else {
        schedule["id"] = json!(1);
        profile["id"] = json!(1);
        profile["chargingSchedule"] = json!([schedule]);
        json!({ "evseId": 1, "chargingProfile": profile })
    };
    socket.call("limit", "SetChargingProfile", payload).await;
    socket.listen(20, |_| true).await;
}

/// Its connection is lost while it charges at a limit that ends later.
pub async fn alone(behaviour: &Behaviour) -> Seen {
    let behaviour = charging(behaviour);
    let mut peer = peer(&behaviour);
    let Some(mut socket) = peer.session().await else { return vec![] };
    let panel = peer.hand.panel();
    let amps = || panel.borrow().amps[0];
    let is_limited = |amps: f64| (9.5..10.5).contains(&amps);
    // only a charger that obeys, and falls back, shows what it does alone
    limit(&mut socket, &behaviour, 60).await;
    let obeys = is_limited(amps());
    socket.listen(60, |_| true).await;
    if !obeys || amps() < 11.0 || socket.ended.is_some() {
        return vec![];
    }
    limit(&mut socket, &behaviour, 300).await;
    peer.refuse();
    drop(socket);
    sleep(Duration::from_secs(30)).await;
    let soon = amps();
    sleep(Duration::from_secs(400)).await;
    match (soon, amps()) {
        (soon, _) if soon < 0.5 => vec!["stops when offline"],
        (soon, _) if soon < 9.5 => vec!["falls to its own limit when offline"],
        (soon, _) if soon > 10.5 => vec!["free-runs when offline"],
        (_, later) if is_limited(later) => vec!["keeps its last limit when offline"],
        _ => vec![],
    }
}
