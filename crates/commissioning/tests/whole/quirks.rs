//! Chargers with which something is done otherwise, because the catalogue knows them.

use chargehand_commissioning::event::Event;
use chargehand_commissioning::outcome::Verdict::{NotTested, Passed};
use chargehand_ocpp::Call;
use chargehand_simulator::deviations::{Configuration, Flooded, Sessions};
use chargehand_simulator::{Behaviour, Deviations};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, Sent, Way, plugged};

/// It takes a remote start, and begins nothing unless the tag is on its list.
fn waits(vendor: &str, model: &str) -> Behaviour {
    let sessions = Sessions { waits_for_local_tag: true, ..<_>::default() };
    Behaviour { vendor: vendor.into(), model: model.into(), deviates: Deviations::from(sessions), ..plugged() }
}

/// A charger on the bench that knows this tag and no other.
async fn knowing(tag: &str, behaviour: Behaviour, key: Option<(&'static str, &'static str)>) -> (Bench, Cable) {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let tells = move |way: Way, frame: &mut Value| {
        if let (Way::FromCharger, Some((key, value))) = (way, key)
            && let Some(keys) = frame[2].get_mut("configurationKey").and_then(Value::as_array_mut)
        {
            keys.push(json!({ "key": key, "readonly": false, "value": value }));
        }
        true
    };
    let cable = bench.connect_tampered(behaviour, Box::new(tells)).await;
    bench.run(10).await;
    let entry = json!({ "idTag": tag, "idTagInfo": { "status": "Accepted" } });
    let list = json!({ "listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry] });
    bench.link.call_confirmed(Call::new("SendLocalList", list), true).await.unwrap();
    (bench, cable)
}

fn starts(bench: &Bench) -> Vec<String> {
    bench.calls("RemoteStartTransaction").iter().map(|it| it.payload["idTag"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_starts_with_one_tag_only_is_started_with_it_and_stopped_again() {
    let grizzl = || waits("United Chargers", "Grizzl-E Smart");
    let (bench, _cable) = knowing("uc_default_auth", grizzl(), None).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert_eq!(starts(&bench), ["uc_default_auth"]);
    assert_eq!(bench.calls("RemoteStopTransaction").len(), 1, "the charge was ours");

    let (bench, _cable) = knowing("uc_default_auth", grizzl(), None).await;
    bench.link.keep(Event::Quirk { id: "idtag".into(), on: false }).await.unwrap();
    assert_eq!(bench.commission(16.0).await.proof.outcome.verdict, NotTested);
    assert_eq!(starts(&bench), ["CHARGEHAND"]);
}

#[tokio::test(start_paused = true)]
async fn a_charger_whose_tag_stands_in_a_key_is_started_with_what_it_holds() {
    let key = Some(("PlugAndChargeIdentifier", "ALFEN-PLUG"));
    let (bench, _cable) = knowing("ALFEN-PLUG", waits("Alfen BV", "NG910-60023"), key).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert_eq!(starts(&bench), ["ALFEN-PLUG"]);
}

#[tokio::test(start_paused = true)]
async fn a_driver_s_charge_with_the_same_tag_is_not_taken_for_ours() {
    let key = Some(("PlugAndChargeIdentifier", "ALFEN-PLUG"));
    let alfen = Behaviour { starts_by_itself: true, id_tag: "ALFEN-PLUG".into(), ..waits("Alfen BV", "NG910-60023") };
    let (bench, _cable) = knowing("ALFEN-PLUG", alfen, key).await;
    bench.charge().await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert_eq!((starts(&bench).len(), bench.calls("RemoteStopTransaction").len()), (0, 0));
}

/// How long it had peace between two changes of its limits, at least.
fn least_rest(bench: &Bench) -> SignedDuration {
    let changes = |it: &Sent| matches!(it.action.as_str(), "SetChargingProfile" | "ClearChargingProfile");
    let at: Vec<_> = bench.sent().into_iter().filter(changes).map(|it| it.at).collect();
    at.windows(2).map(|pair| pair[1].duration_since(pair[0])).min().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_takes_a_limit_once_a_minute_is_left_in_peace_for_a_minute() {
    let flooded = Configuration { flooded: Flooded::Rejects, ..<_>::default() };
    let zappi = || Behaviour {
        vendor: "myenergi".into(),
        model: "ZAPPI-2H22TW-G".into(),
        deviates: Deviations::from(flooded),
        ..plugged()
    };
    let (bench, _cable) = Bench::commissioning(32.0, zappi()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.verdicts(), [Passed; 3], "{:?}", run.proof);
    assert!(least_rest(&bench) >= SignedDuration::from_secs(60), "{:?}", least_rest(&bench));

    let (bench, _cable) = Bench::commissioning(32.0, zappi()).await;
    bench.link.keep(Event::Quirk { id: "nvm-write-limit".into(), on: false }).await.unwrap();
    assert_eq!(bench.commission(16.0).await.verdicts(), [Passed; 3]);
    assert!(least_rest(&bench) < SignedDuration::from_secs(60), "{:?}", least_rest(&bench));
}
