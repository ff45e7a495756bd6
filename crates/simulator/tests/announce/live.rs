//! What is measured at a simulated charger is what its answers say.

use crate::{FREE, HERE, ask, device};
use chargehand_simulator::{Announcer, Behaviour, Panel, Pilot, PilotState, Place, SimulatedCharger};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

/// What stands at `path` now.
async fn page(announcer: &Announcer, path: &str) -> Value {
    let answer = ask::http(announcer.tcp(80).unwrap(), false, "GET", path).await;
    serde_json::from_str(&answer.body).unwrap()
}

async fn shown(name: &str, panel: watch::Receiver<Panel>) -> Announcer {
    Announcer::start(device(name), Place { address: HERE, ports: FREE }, Some(panel)).await.unwrap()
}

/// A charger without a car.
fn idle() -> Panel {
    SimulatedCharger::new(Behaviour::default(), Timestamp::UNIX_EPOCH).panel(Timestamp::UNIX_EPOCH)
}

/// The same while a car takes 15.96 A on one phase.
fn charging() -> Panel {
    Panel {
        plugged: true,
        contactor_closed: true,
        pilot: Pilot { state: PilotState::C, duty: Some(26.7) },
        amps: vec![15.96],
        volts: vec![231.2],
        offered_amps: 16.0,
        watts: 3_690.0,
        ..idle()
    }
}

#[tokio::test]
async fn a_tesla_shows_in_its_vitals_what_is_measured() {
    let (panel, seen) = watch::channel(idle());
    let tesla = shown("tesla-wall-connector-3", seen).await;
    let before = page(&tesla, "/api/1/vitals").await;
    let of = |vitals: &Value| {
        let keys = ["contactor_closed", "vehicle_connected", "vehicle_current_a", "pilot_high_v", "evse_state"];
        keys.map(|key| vitals[key].clone())
    };
    assert_eq!(of(&before), [json!(false), json!(false), json!(0.0), json!(12.0), json!(2)]);
    panel.send_replace(charging());
    let after = page(&tesla, "/api/1/vitals").await;
    assert_eq!(of(&after), [json!(true), json!(true), json!(16.0), json!(6.0), json!(1)]);
    assert_eq!((&after["currentA_a"], &after["currentB_a"]), (&json!(16.0), &json!(0.0)), "it has one phase");
    assert_eq!(after["voltageA_v"], json!(231.2));
    assert_eq!(after["grid_hz"], before["grid_hz"], "what is not measured stays as in the data");
}

#[tokio::test]
async fn a_tesla_names_a_serial_number_that_no_real_one_has() {
    let (_panel, seen) = watch::channel(idle());
    let tesla = shown("tesla-wall-connector-3", seen).await;
    let serial = page(&tesla, "/api/1/version").await["serial_number"].as_str().unwrap().to_owned();
    assert!(serial.starts_with("SIM"), "{serial}");
}

#[tokio::test]
async fn states_are_shown_in_each_models_own_words() {
    let (_panel, seen) = watch::channel(charging());
    let trydan = page(&shown("v2c-trydan", seen.clone()).await, "/RealTimeData").await;
    assert_eq!((&trydan["ChargeState"], &trydan["ChargePower"]), (&json!(2), &json!(3_690.0)));
    let openwb = page(&shown("openwb-pro", seen.clone()).await, "/connect.php").await;
    assert_eq!((&openwb["plug_state"], &openwb["offered_current"]), (&json!(true), &json!(16.0)));
    let lektrico = page(&shown("lektrico", seen).await, "/rpc/charger_info.get").await;
    assert_eq!(lektrico["charger_state"], json!("C"));
}

#[tokio::test]
async fn a_charger_without_power_or_network_is_silent() {
    let (panel, seen) = watch::channel(idle());
    let tesla = shown("tesla-wall-connector-3", seen).await;
    for gone in [Panel { powered: false, ..idle() }, Panel { networked: false, ..idle() }] {
        panel.send_replace(gone);
        assert_eq!(ask::silence(tesla.tcp(80).unwrap(), "/api/1/version").await, b"");
        panel.send_replace(idle());
        assert_eq!(page(&tesla, "/api/1/version").await["part_number"], json!("1529455-02-D"));
    }
}
