//! The same job on 2.0.1 and 2.1: the engine above must not care which version it is.

use chargehand_commissioning::outcome::Verdict::Passed;
use chargehand_ocpp::schema::{Half, check};
use chargehand_simulator::{Behaviour, Version};

use crate::bench::{Bench, plugged};

const V2: [Version; 2] = [Version::V201, Version::V21];

fn ours(version: Version) -> chargehand_ocpp::Version {
    chargehand_ocpp::subprotocol::of(version.subprotocol())
}

/// Everything we ever sent fits the official schema of the version: 2.0.1 gets no field of 2.1.
fn all_calls_fit(bench: &Bench, version: Version) {
    for call in bench.sent() {
        assert_eq!(check(ours(version), &call.action, Half::Request, &call.payload), [], "{call:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_2_x_charger_is_inspected_limited_proved_and_undone_like_any_other() {
    for version in V2 {
        let (bench, _cable) = Bench::commissioning(32.0, Behaviour { version, ..plugged() }).await;
        let run = bench.commission(16.0).await;
        assert_eq!((run.inspected.verdict, run.verdicts()), (Passed, [Passed; 3]), "{:?} {:?}", run.proof, run.undone);
        assert_eq!((run.proof.before_ma, run.proof.measured_ma), (Some(32_000), Some(16_000)));
        assert!(run.proof.recipe.contains("TxDefaultProfile on EVSE 0, Absolute, in A"), "{}", run.proof.recipe);
        assert_eq!(run.record.test_limits(bench.clock.now()).count(), 0);
        assert!(run.record.running_transaction().is_none(), "the charge we started is stopped");
        assert_eq!(run.finding("profiles_cannot_be_listed"), None);
        all_calls_fit(&bench, version);
    }
}
