//! Chargers that people own, as far as more is known of them than how they connect.

use crate::bench::Bench;
use chargehand_simulator::{Act, personality};
use serde_json::json;

fn set(bench: &mut Bench, key: &str, value: &str) -> String {
    let answer = bench.call("ChangeConfiguration", json!({ "key": key, "value": value }));
    bench.run(120);
    answer.status().to_owned()
}

#[test]
fn an_ocular_charger_follows_the_sun_only_when_its_eco_mode_says_so() {
    let ocular = personality("ocular-iq-home-solar").unwrap();
    let mut bench = Bench::charging(ocular.behaviour.clone());
    bench.act(Act::Sun { watts: 2_300.0 });
    bench.run(120);
    assert_eq!(bench.amps().round(), 32.0, "as it leaves the factory");
    assert_eq!(set(&mut bench, "EcoMode", "2"), "Accepted");
    assert_eq!(bench.amps().round(), 10.0, "what the sun gives");
    assert_eq!(set(&mut bench, "EcoMode", "7"), "Rejected");
    assert_eq!(bench.amps().round(), 10.0);
    assert_eq!(set(&mut bench, "ecomode", "0"), "Accepted");
    assert_eq!(bench.amps().round(), 32.0);
    let answer = bench.call("GetConfiguration", json!({ "key": ["EcoMode"] }));
    assert!(matches!(answer, crate::bench::Answer::Result(it) if it["configurationKey"][0]["value"] == "0"));
}
