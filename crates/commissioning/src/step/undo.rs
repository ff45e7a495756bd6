//! Is it back as it should be? The test limit goes, that is proved, and what was there before comes back.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::profile::Purpose;
use chargehand_ocpp::{Ask, read};

use crate::ceiling::Ceiling;
use crate::check::WAKES_WITHIN;
use crate::event::{Happened, Step, Told};
use crate::in_force;
use crate::limit::Terms;
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::profiles;
use crate::record::{InForce, Record, waits};
use crate::report::LimitProof;
use crate::trial::{Trial, composite, rest, stopped};
use crate::units::{Amperes, LEAST_OFFER};

/// A charger that accepted to stop a charge says that it did within this.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

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
    if record.in_force.is_empty() && !record.owes_profiles() {
        return Ok(Outcome::new(Verdict::NotApplicable, "Nothing was written, so there is nothing to undo."));
    }
    rest(link, Step::Undo).await?;
    link.doing(Step::Undo, "Taking the test limit away", Some(Duration::from_secs(30))).await;
    let mut evidence = take_away(link, &record).await?;
    let tests = record.in_force.iter().filter(|f| f.is_test());
    let tested = tests.map(|t| t.limit).min().or_else(|| proof.asked_ma.map(Amperes::from_milliamps));
    let after = link.record().await.map_err(|f| stopped(&f))?;
    let base = after.in_force.iter().filter_map(|f| f.stays(link.clock.now())).min();
    let cleared = after.test_limits(link.clock.now()).next().is_none();
    let gone = match tested {
        // What was not below the limit that stays held nothing down, so no current can show that it is gone.
        Some(tested) if cleared && base.is_some_and(|base| tested >= base) => (
            Verdict::Passed,
            format!(
                "The charger answered that the limit of {tested} is gone. It was not below the limit that stays, so there is \
                 nothing to measure."
            ),
        ),
        Some(tested) => is_gone(link, (Step::Undo, "test limit"), proof, tested, &mut evidence).await?,
        None => (Verdict::Passed, "No test limit was in force.".to_owned()),
    };
    let left = restore(link, &mut evidence).await?;
    let verdict = if left.0 == Verdict::Passed { gone.0 } else { left.0 };
    Ok(Outcome::new(verdict, format!("{} {}", gone.1, left.1)).with_evidence(evidence))
}

/// Takes away every test limit and what was written under it for its transaction; the frames.
async fn take_away(link: &Link, record: &Record) -> Result<Vec<u64>, Outcome> {
    let mut evidence = Vec::new();
    for step in in_force::way_back(record, link.clock.now()) {
        let cleared = |f: &&InForce| matches!(step, Ask::ClearProfile { id } if id == f.profile);
        let entry = record.in_force.iter().find(cleared);
        let answer = ask(link, step.clone(), &mut evidence).await.map_err(|failure| left_behind(record, &failure))?;
        if let Some(entry) = entry.filter(|_| !matches!(answer.as_str(), "Accepted" | "Unknown")) {
            // Some chargers do not know our id any more, but the place.
            let InForce { connector, purpose, stack_level, .. } = *entry;
            let place = Ask::ClearPlace { connector, purpose, stack_level };
            ask(link, place, &mut evidence).await.map_err(|failure| left_behind(record, &failure))?;
        }
    }
    Ok(evidence)
}

/// Asks, and notes the frames: the status or the error's code.
pub(super) async fn ask(link: &Link, ask: Ask, evidence: &mut Vec<u64>) -> Result<String, CallFailure> {
    said(link.ask(ask).await, evidence)
}

pub(super) fn said(answer: Result<Answered, CallFailure>, evidence: &mut Vec<u64>) -> Result<String, CallFailure> {
    match answer {
        Ok(answered) => {
            evidence.extend([answered.sent, answered.number]);
            Ok(read::answer_status(&answered.payload))
        }
        Err(CallFailure::Error { refusal, sent, number }) => {
            evidence.extend([sent, number]);
            Ok(refusal.code)
        }
        Err(failure) => Err(failure),
    }
}

fn left_behind(record: &Record, failure: &CallFailure) -> Outcome {
    let Some(test) = record.in_force.iter().find(|f| f.is_test()) else { return stopped(failure) };
    let ends = match (test.ends(), test.until) {
        (Some(ends), _) => format!("it ends by itself at {} UTC at the latest", ends.strftime("%H:%M:%S")),
        (None, Some(_)) => "it comes back with every new charge".to_owned(),
        (None, None) => "it does not end by itself".to_owned(),
    };
    let text = format!(
        "The test limit of {} could not be taken away ({failure}); {ends}. Clear it when the charger is back.",
        test.limit
    );
    Outcome::new(Verdict::Inconclusive, text).with_evidence(failure.evidence())
}

/// A clear that is accepted is not yet obeyed: the current must rise. Without a charge the charger's own word is all there
/// is.
pub(super) async fn is_gone(
    link: &Link,
    (step, name): (Step, &str),
    proof: &mut LimitProof,
    tested: Amperes,
    evidence: &mut Vec<u64>,
) -> Result<(Verdict, String), Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    let (charging, mut late) = (record.running_transaction(), String::new());
    if charging.is_some() {
        let mut trial = Trial::new(link, step, &record, proof).await?;
        if let Some(base) = record.in_force.iter().find(|f| f.until.is_none() && f.is_steady()) {
            trial.asked(base.limit);
        }
        let wakes = if tested == Amperes::ZERO { WAKES_WITHIN } else { Duration::ZERO };
        let rise = trial.rises_again("Waiting for the current to rise again", tested, wakes).await;
        evidence.extend(rise.evidence);
        if let (true, Some(most)) = (rise.rose, rise.most) {
            return Ok((Verdict::Passed, format!("The {name} is gone: {most} measured again.{}", rise.late)));
        }
        late = rise.late;
    }
    let connector = charging.map_or(1, |transaction| transaction.connector.max(1));
    let named = composite(link, &record, connector).await.filter(|(limit, _)| *limit > tested);
    evidence.extend(named.map(|(_, number)| number));
    let cleared = format!("The charger answered that the {name} is gone");
    Ok(match named {
        Some((limit, _)) if charging.is_none() => {
            (Verdict::Passed, format!("The {name} is gone: the charger names {limit} as its limit now."))
        }
        Some((limit, _)) => (
            Verdict::Inconclusive,
            format!("{cleared} and names {limit} as its limit now, but no reading shows a higher current again.{late}"),
        ),
        None => (Verdict::Inconclusive, format!("{cleared}, but neither its meter nor its schedule shows it.{late}")),
    })
}

/// Restores what was there: in 2.x the very profiles; in 1.6, where they cannot be listed, min(previous, ceiling). Where
/// nothing was there the base stays, unless something else guards the circuit.
async fn restore(link: &Link, evidence: &mut Vec<u64>) -> Result<(Verdict, String), Outcome> {
    let (verdict, put_back) = put_back(link, evidence).await?;
    let (of_ours, text) = restore_bases(link, evidence).await?;
    let verdict = if verdict == Verdict::Passed { of_ours } else { verdict };
    Ok((verdict, format!("{put_back}{text}")))
}

/// Puts back the profiles that ours had replaced, each in one message: there is no moment without a limit.
async fn put_back(link: &Link, evidence: &mut Vec<u64>) -> Result<(Verdict, String), Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    let (mut verdict, mut text) = (Verdict::Passed, String::new());
    for (call, words) in profiles::put_back(&record) {
        match said(link.call(call).await, evidence) {
            Ok(status) if status == "Accepted" => text.push_str(&format!("{words} is back as it was. ")),
            Ok(status) => {
                verdict = Verdict::Failed;
                text.push_str(&format!("The charger refused to take {words} back ({status}). "));
            }
            Err(CallFailure::Held(held)) => {
                text.push_str(&format!("{words} is not put back: {held} "));
            }
            Err(failure) => return Err(stopped(&failure)),
        }
    }
    Ok((verdict, text))
}

/// What of ours stays at the lowest level.
async fn restore_bases(link: &Link, evidence: &mut Vec<u64>) -> Result<(Verdict, String), Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    let now = link.clock.now();
    let stays = |f: &&InForce| f.purpose == Purpose::TxDefaultProfile && f.stays(now).is_some();
    let bases: Vec<&InForce> = record.in_force.iter().filter(stays).collect();
    let (false, Some(ceiling)) = (bases.is_empty(), record.ceiling_parts.ceiling()) else {
        return Ok((Verdict::Passed, "Nothing of ours stays in the charger.".into()));
    };
    let (goal, text) = goal(&record, ceiling, bases.iter().filter_map(|base| base.stays(now)).max());
    for base in bases {
        let step = match goal {
            None => Ask::ClearProfile { id: base.profile },
            Some(goal) if base.stays(now) == Some(goal) && base.accepted && !base.is_test() => continue,
            Some(_) if !base.accepted => {
                let text = "The charger did not answer when its base limit was written: it may or may not be in force.";
                return Ok((Verdict::Inconclusive, text.into()));
            }
            Some(goal) => {
                let profile = in_force::recipe(base).staying(goal, &Terms::of(&record, now));
                Ask::SetProfile { connector: base.connector, profile }
            }
        };
        let status = ask(link, step, evidence).await.map_err(|f| stopped(&f))?;
        if !matches!(status.as_str(), "Accepted" | "Unknown") {
            return Ok((Verdict::Failed, format!("{text} But the charger refused that ({status}).")));
        }
    }
    Ok((Verdict::Passed, text))
}

/// The limit that must stay, and why; `None`: nothing of ours. `highest` is the highest of ours that stays now.
fn goal(record: &Record, ceiling: Ceiling, highest: Option<Amperes>) -> (Option<Amperes>, String) {
    let Some(owed) = record.owed else {
        let stays = highest.map_or(ceiling.limit, |highest| highest.min(ceiling.limit));
        let lowest = record.in_force.iter().filter(|it| it.accepted && it.lasts()).map(|it| it.limit).min();
        let text = match lowest.filter(|lowest| *lowest < stays) {
            Some(lowest) => format!("The limits of {stays} and {lowest} stay in the charger; the lower one holds."),
            None => format!("The limit of {stays} stays in the charger."),
        };
        return (Some(stays), text);
    };
    match owed.limit {
        _ if profiles::guarded(record, ceiling.limit) => {
            (None, "The limits that were there guard the circuit, so none of ours is left.".into())
        }
        Some(previous) if previous < LEAST_OFFER => (
            Some(ceiling.limit),
            format!(
                "The charger named {previous} before, which is a pause or no charge at all; it is not put back. The base \
                 limit of {} stays in the charger.",
                ceiling.limit
            ),
        ),
        Some(previous) if previous < ceiling.limit => {
            let previous = previous.floor_to_tenth();
            (Some(previous), format!("The limit of {previous} that was there before is put back."))
        }
        _ if ceiling.hardware_confirmed => (
            None,
            "No lower limit was there before, and the hardware limit guards the circuit, so none of ours is left."
                .into(),
        ),
        _ => (
            Some(ceiling.limit),
            format!(
                "The base limit of {} stays in the charger, because no hardware limit is confirmed.",
                ceiling.limit
            ),
        ),
    }
}

/// A charge that we started is ours to stop.
async fn stop_our_charge(link: &Link) {
    let (Ok(record), Ok(told)) = (link.record().await, link.watch().await) else { return };
    let Some(ours) = record.our_transaction().map(|t| t.id) else { return };
    let stopped = link.ask(Ask::Stop { transaction: ours }).await;
    if stopped.is_ok_and(|answer| read::answer_status(&answer.payload) == "Accepted") {
        has_stopped(told, ours).await;
    }
}

async fn has_stopped(mut told: mpsc::UnboundedReceiver<Told>, ours: i32) {
    let deadline = Instant::now() + STOPS_WITHIN;
    while let Ok(Some(news)) = timeout_at(deadline, told.recv()).await {
        match news.what {
            Happened::Stopped { transaction, .. } if transaction == i64::from(ours) => return,
            Happened::Charging { transaction, state } if transaction == ours && waits(&state) => return,
            Happened::Disconnected { .. } => return,
            _ => {}
        }
    }
}
