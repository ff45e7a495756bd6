//! What is it, and how is it set?

mod keys;
mod variables;

use std::time::Duration;

use chargehand_ocpp::ask::{Ask, Trigger};

use crate::event::{Event, Step};
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::record::Record;
use crate::report::{ConfigurationKey, ConfigurationSnapshot};

/// An answer takes at most this long.
const ANSWER: Duration = Duration::from_secs(15);

/// A configuration as far as it was read.
#[derive(Default)]
struct Settings {
    keys: Vec<ConfigurationKey>,
    unknown: Vec<String>,
    read_as: String,
    /// What is missing, in words; empty where nothing is.
    missing: String,
    evidence: Vec<u64>,
}

/// Reads the configuration and sees the clock; keeps the snapshot.
pub async fn run(link: &Link) -> Outcome {
    let Ok(record) = link.record().await else { return Outcome::new(Verdict::Inconclusive, "Chargehand is closing.") };
    see_clock(link, &record).await;
    link.doing(Step::Inspect, "Reading the configuration", Some(ANSWER)).await;
    let read =
        if record.version().is_v2() { variables::read(link, &record).await } else { keys::read(link, &record).await };
    match read {
        Ok(settings) => conclude(link, &record, settings).await,
        Err(failure) => Outcome::new(Verdict::Inconclusive, failure.to_string()).with_evidence(failure.evidence()),
    }
}

/// The charger's time comes with StatusNotification; where none came yet it is asked for.
async fn see_clock(link: &Link, record: &Record) {
    if record.clock.is_none() {
        link.doing(Step::Inspect, "Asking for the charger's time", Some(ANSWER)).await;
        let _ = link.ask(Ask::Trigger { message: Trigger::StatusNotification, connector: Some(1) }).await;
    }
}

async fn conclude(link: &Link, record: &Record, settings: Settings) -> Outcome {
    let Settings { keys, unknown, read_as, missing, evidence } = settings;
    let (count, what) = (keys.len(), if record.version().is_v2() { "variables" } else { "configuration keys" });
    if count == 0 {
        let text = format!("The charger did not give its {what}, neither as a whole nor one by one.");
        return Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence);
    }
    let snapshot = ConfigurationSnapshot { taken: Some(link.clock.now()), keys, unknown, read_as: read_as.clone() };
    let _ = link.keep(Event::Configuration { snapshot }).await;
    let who = link.record().await.map(|r| r.title()).unwrap_or_default();
    Outcome::new(Verdict::Passed, format!("{who}: {count} {what} read ({read_as}).{missing}")).with_evidence(evidence)
}

/// A call that a charger may leave unanswered or refuse, and then something else is tried: `None`.
fn or_otherwise<T>(answer: Result<T, CallFailure>, evidence: &mut Vec<u64>) -> Result<Option<T>, CallFailure> {
    match answer {
        Ok(answered) => Ok(Some(answered)),
        Err(failure @ (CallFailure::Silent { .. } | CallFailure::Error { .. })) => {
            evidence.extend(failure.evidence());
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
