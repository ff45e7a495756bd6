//! The record built again from what is on disk is the record that stood in memory.

use chargehand_commissioning::link::Input;
use chargehand_commissioning::record::Record;
use chargehand_commissioning::replay::Replay;
use chargehand_commissioning::step;
use chargehand_simulator::deviations::{Identity, Limits, ProfileAnswer};
use chargehand_simulator::{Behaviour, CarMake, Deviations, RateUnit};
use serde_json::json;

use crate::bench::{Bench, amps, call, charging, plugged};

impl Bench {
    /// The record from this one on, as a start of the program builds it.
    fn replayed(&self, from: Record) -> Record {
        let mut replay = Replay::new(from);
        self.disk.lock().unwrap().entries.iter().for_each(|entry| replay.apply(entry));
        replay.finish()
    }

    /// From nothing, and from every record that was kept on the way.
    pub async fn is_rebuilt(&self) {
        let truth = Record { connected: None, ..self.record().await };
        same(&self.replayed(Record::new("CP1")), &truth, "from the first entry");
        let kept = self.disk.lock().unwrap().records.clone();
        assert!(kept.len() > 10);
        for json in kept.iter().step_by(3) {
            let from: Record = serde_json::from_slice(json).unwrap();
            let at = format!("from entry {}", from.as_of);
            same(&self.replayed(from), &truth, &at);
        }
    }
}

fn same(built: &Record, truth: &Record, from: &str) {
    assert_eq!(built.in_force, truth.in_force, "{from}");
    assert_eq!(built.outcomes, truth.outcomes, "{from}");
    assert_eq!(built.deviations, truth.deviations, "{from}");
    assert_eq!(built.transactions, truth.transactions, "{from}");
    assert_eq!(built.configuration, truth.configuration, "{from}");
    assert_eq!(built.frames, truth.frames, "{from}");
    assert_eq!(built.proof, truth.proof, "{from}");
    assert_eq!(built, truth, "{from}");
}

#[tokio::test(start_paused = true)]
async fn a_whole_commissioning_is_rebuilt_from_the_first_entry_and_from_any_record() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.commission(16.0).await;
    bench.is_rebuilt().await;
}

#[tokio::test(start_paused = true)]
async fn commissionings_of_deviating_chargers_are_rebuilt() {
    for behaviour in [
        Behaviour { deviates: Deviations::from(Identity { leaves_out_zone: true, ..<_>::default() }), ..charging() },
        Behaviour { deviates: Deviations::from(Limits { ignores_limits: true, ..<_>::default() }), ..plugged() },
        Behaviour {
            deviates: Deviations::from(Limits { all_profiles: ProfileAnswer::Silence, ..<_>::default() }),
            ..plugged()
        },
        Behaviour {
            deviates: Deviations::from(Limits { obeys_only_tx_profile_mid_session: true, ..<_>::default() }),
            ..plugged()
        },
        Behaviour {
            max_stack_level: 0,
            rate_unit: RateUnit::Power,
            phases: 3,
            car: CarMake { phases: 3, ..<_>::default() },
            ..plugged()
        },
    ] {
        let (bench, _cable) = Bench::commissioning(32.0, behaviour).await;
        bench.commission(16.0).await;
        step::apply_limit(&bench.link, amps(16.0)).await.unwrap();
        bench.is_rebuilt().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_limit_that_was_in_force_when_the_laptop_died_is_known_after_the_start() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    bench.run(1).await;
    let link = bench.link.clone();
    let checking = tokio::spawn(async move { step::prove_limit(&link, amps(16.0), None).await });
    bench.first_test().await;
    let kept = serde_json::from_slice(bench.disk.lock().unwrap().records.last().unwrap()).unwrap();
    for from in [Record::new("CP1"), kept] {
        let record = bench.replayed(from);
        let test = record.test_limits(bench.clock.now()).next().expect("announced");
        assert_eq!(test.limit, amps(16.0));
        assert!(record.owed.is_some(), "and what to go back to");
    }
    drop(checking);
}

#[tokio::test(start_paused = true)]
async fn odd_connections_are_rebuilt() {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect(charging(), true).await;
    bench.charge().await;
    // answers that nobody asked for, ids that come twice, no JSON, binary frames
    bench.say(cable.session, json!([3, "nobody", {}])).await;
    for _ in 0..2 {
        bench.say(cable.session, call("twice", "Heartbeat", json!({}))).await;
    }
    for binary in [true, true, false] {
        let bytes = if binary { call("b", "Heartbeat", json!({})).to_string() } else { "rubbish".into() };
        let input = Input::Frame { session: cable.session, bytes: bytes.into(), binary };
        bench.link.send(input).await.unwrap();
    }
    let (session, _out) = bench.open(true).await;
    // the replaced connection still speaks
    let faulted = json!({"connectorId": 1, "errorCode": "NoError", "status": "Faulted", "odd": 1});
    bench.say(cable.session, call("old", "StatusNotification", faulted)).await;
    bench.say(session, call("twice", "Heartbeat", json!({}))).await;
    bench.say(session, call("x", "DataTransfer", json!({"vendorId": 5}))).await;
    bench.run(20).await;
    let rules: Vec<String> = bench.record().await.deviations.iter().map(|t| t.deviation.rule.to_string()).collect();
    for rule in ["answer_unasked", "message_id_repeated", "binary_frame", "not_json"] {
        assert!(rules.iter().any(|r| r == rule), "{rule} in {rules:?}");
    }
    bench.is_rebuilt().await;
}
