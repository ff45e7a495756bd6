//! Is it back as it should be? The test limit goes, what was there before comes back, and it is proved.

use std::time::Duration;

use chargehand_ocpp::v16::call;
use chargehand_ocpp::v16::read;

use crate::ceiling::Ceiling;
use crate::event::Step;
use crate::limit::{self, BASE_PROFILE, TEST_ID_TAG, Terms};
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::record::{InForce, Record};
use crate::report::LimitProof;
use crate::trial::{Trial, composite, stopped};
use crate::units::{Amperes, LEAST_OFFER};

/// Undoes a limit check. `proof` gets the measured points of the way back.
pub async fn run(link: &Link, proof: &mut LimitProof) -> Outcome {
    let outcome = match undo(link, proof).await {
        Ok(outcome) | Err(outcome) => outcome,
    };
    stop_our_charge(link).await;
    outcome
}

async fn undo(link: &Link, proof: &mut LimitProof) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    if record.in_force.is_empty() {
        return Ok(Outcome::new(Verdict::NotApplicable, "Nothing was written, so there is nothing to undo."));
    }
    link.doing(Step::Undo, "Taking the test limit away", Some(Duration::from_secs(30))).await;
    let tests: Vec<InForce> = record.in_force.iter().filter(|f| f.is_test()).cloned().collect();
    let mut evidence = Vec::new();
    for test in &tests {
        evidence.extend(take_away(link, test).await?);
    }
    let kept = restore(link, &record, &mut evidence).await?;
    let tested = tests.iter().map(|t| t.limit).min().or_else(|| proof.asked_ma.map(Amperes::from_milliamps));
    prove(link, proof, tested, &kept, evidence).await
}

/// Clears one test limit: by its id, else by its place.
async fn take_away(link: &Link, test: &InForce) -> Result<Vec<u64>, Outcome> {
    let by_id = link.call(call::clear_charging_profile(test.profile)).await.map_err(|f| left_behind(test, &f))?;
    let mut evidence = vec![by_id.sent, by_id.number];
    if !matches!(read::answer_status(&by_id.payload).as_str(), "Accepted" | "Unknown") {
        let place = call::clear_at(test.connector, test.purpose, test.stack_level);
        let by_place = link.call(place).await.map_err(|f| left_behind(test, &f))?;
        evidence.extend([by_place.sent, by_place.number]);
    }
    Ok(evidence)
}

fn left_behind(test: &InForce, failure: &CallFailure) -> Outcome {
    let ends = match test.until {
        Some(until) => format!("it ends by itself at {} UTC", until.strftime("%H:%M:%S")),
        None => "it does not end by itself".to_owned(),
    };
    let text = format!(
        "The test limit of {} could not be taken away ({failure}); {ends}. Clear it when the charger is back.",
        test.limit
    );
    Outcome::new(Verdict::Inconclusive, text).with_evidence(failure.evidence())
}

/// Restores min(previous, ceiling). Where nothing was there the base stays, unless a hardware limit guards the circuit.
async fn restore(link: &Link, record: &Record, evidence: &mut Vec<u64>) -> Result<String, Outcome> {
    let base = record.in_force.iter().find(|f| f.profile == BASE_PROFILE && f.until.is_none());
    let (Some(base), Some(ceiling)) = (base, record.ceiling_parts.ceiling()) else {
        return Ok("Nothing of ours stays in the charger.".into());
    };
    let previous = record.before.and_then(|b| b.limit).filter(|l| *l >= LEAST_OFFER && *l < ceiling.limit);
    match previous {
        Some(previous) if previous != base.limit => put_back(link, record, previous, evidence).await,
        None if ceiling.hardware_confirmed && record.before.is_some_and(|b| b.limit.is_none()) => {
            let cleared = link.call(call::clear_charging_profile(BASE_PROFILE)).await.map_err(|f| stopped(&f))?;
            evidence.extend([cleared.sent, cleared.number]);
            Ok("No limit was there before; the hardware limit guards the circuit, so none was left.".into())
        }
        _ => Ok(stays(base.limit, ceiling)),
    }
}

fn stays(base: Amperes, ceiling: Ceiling) -> String {
    let why = if ceiling.hardware_confirmed { "" } else { ", because no hardware limit is confirmed" };
    format!("The base limit of {base} stays in the charger{why}.")
}

async fn put_back(link: &Link, record: &Record, previous: Amperes, evidence: &mut Vec<u64>) -> Result<String, Outcome> {
    let terms = Terms::of(record, link.clock.now());
    let profile = limit::base_recipe(true).staying(BASE_PROFILE, previous, &terms);
    let put = link.call(call::set_charging_profile(0, &profile)).await.map_err(|f| stopped(&f))?;
    evidence.extend([put.sent, put.number]);
    let status = read::answer_status(&put.payload);
    if status == "Accepted" {
        return Ok(format!("The limit of {previous} that was there before is back."));
    }
    Err(Outcome::new(Verdict::Failed, format!("The limit of {previous} that was there before was refused ({status})."))
        .with_evidence(evidence.clone()))
}

/// A clear that is accepted is not yet obeyed: the current must rise, or at least the charger say that no test limit holds.
async fn prove(
    link: &Link,
    proof: &mut LimitProof,
    tested: Option<Amperes>,
    kept: &str,
    mut evidence: Vec<u64>,
) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    let Some(tested) = tested else {
        return Ok(Outcome::new(Verdict::Passed, format!("No test limit was in force. {kept}")).with_evidence(evidence));
    };
    if record.running_transaction().is_some() {
        let mut trial = Trial::new(link, Step::Undo, &record, proof).await?;
        if let Some(base) = record.in_force.iter().find(|f| !f.is_test()) {
            trial.asked(base.limit);
        }
        let window = trial.window();
        trial.doing("Waiting for the current to rise again", window).await;
        let (rose, most, seen) = trial.rises_above(tested, window).await;
        evidence.extend(seen);
        if let (true, Some(most)) = (rose, most) {
            let text = format!("The test limit is gone: {most} measured again. {kept}");
            return Ok(Outcome::new(Verdict::Passed, text).with_evidence(evidence));
        }
    }
    if let Some((limit, number)) = composite(link, &record, 1).await.filter(|(limit, _)| *limit > tested) {
        evidence.push(number);
        let text = format!("The test limit is gone: the charger names {limit} as its limit now. {kept}");
        return Ok(Outcome::new(Verdict::Passed, text).with_evidence(evidence));
    }
    let text = format!(
        "The charger answered that the test limit is gone, but neither its meter nor its schedule shows it. {kept}"
    );
    Ok(Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence))
}

/// A charge that we started is ours to stop.
async fn stop_our_charge(link: &Link) {
    let Ok(record) = link.record().await else { return };
    let ours = record.running_transaction().filter(|t| t.id_tag == TEST_ID_TAG).map(|t| t.id);
    if let Some(id) = ours {
        let _ = link.call(call::remote_stop(id)).await;
    }
}
