//! Takes back what a plan wrote, the last line first, and proves it.

mod cards;
mod limit;

use chargehand_ocpp::setting;

use crate::check::limit_follows;
use crate::event::{Event, Step};
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Change, Line, Was, same_value};
use crate::record::{Listed, Record};
use crate::step::apply::{reads, short};
use crate::step::{ended, set_windows, undo};
use crate::trial::stopped;
use crate::units::Amperes;
use crate::windows::Week;

/// Takes back every line that stands, from the last one down to `from`.
pub async fn run(link: &Link, from: Option<u32>) -> Outcome {
    let Ok(record) = link.record().await else { return Outcome::new(Verdict::Inconclusive, "Chargehand is closing.") };
    let lines: Vec<Line> = record.standing(from).into_iter().cloned().collect();
    if lines.is_empty() {
        return Outcome::new(Verdict::NotApplicable, "Nothing of a plan stands in the charger.");
    }
    let (mut back, mut evidence, mut why) = (0, Vec::new(), Vec::new());
    for line in &lines {
        let outcome = match take_back(link, line).await {
            Ok(outcome) => outcome,
            Err(failure) => stopped(&failure),
        };
        evidence.extend(&outcome.evidence);
        back += usize::from(outcome.verdict == Verdict::Passed);
        if outcome.verdict != Verdict::Passed {
            why.push(outcome.finding.clone());
        }
        let _ = link.keep(Event::Undone { line: line.id, outcome }).await;
        if link.record().await.is_ok_and(|record| record.connected.is_none()) {
            why.push("The charger's connection ended: take the rest back when it is here again.".into());
            break;
        }
    }
    let verdict = if back == lines.len() { Verdict::Passed } else { Verdict::Inconclusive };
    let text = format!("{back} of {} lines are taken back and read back or measured. {}", lines.len(), why.join(" "));
    Outcome::new(verdict, text.trim()).with_evidence(evidence)
}

async fn take_back(link: &Link, line: &Line) -> Result<Outcome, CallFailure> {
    let record = link.record().await?;
    link.doing(Step::TakeBack, format!("Taking back: {}", crate::plan::difference(&record, &line.change).what), None)
        .await;
    match (&line.change, &line.was) {
        (Change::Setting { key, confirmed, .. }, Some(Was::Setting { value: Some(value) })) => {
            setting_back(link, &record, key, value, *confirmed).await
        }
        (Change::Setting { .. }, _) => Ok(cannot("It was not read before it was written.")),
        (Change::Limit { limit, .. }, Some(was @ Was::Limit { .. })) => Ok(limit::run(link, *limit, was).await),
        (Change::ClearProfile { id }, Some(Was::Limit { listed: Some(listed), .. })) => {
            profile_back(link, &record, *id, listed).await
        }
        (Change::CheapHours { .. }, Some(Was::CheapHours { week })) => Ok(hours_back(link, week.as_deref()).await),
        (Change::DemandResponse { .. }, _) => Ok(undo::run(link, &mut limit_follows::proof(Amperes::ZERO)).await),
        (Change::Cards { cards, replace }, Some(Was::Cards { version })) => {
            cards::run(link, &record, cards, *replace, *version).await
        }
        _ => Ok(cannot("What was cleared could not be read before.")),
    }
}

/// Ours go, and those that stood before are written again.
async fn hours_back(link: &Link, before: Option<&Week>) -> Outcome {
    let outcome = match before {
        None => set_windows::clear(link).await,
        Some(week) => set_windows::run(link, week, None).await,
    };
    ended(link, Step::Windows, &outcome).await;
    outcome
}

fn cannot(why: &str) -> Outcome {
    Outcome::new(Verdict::NotApplicable, format!("It cannot be taken back: {why}"))
}

async fn setting_back(
    link: &Link,
    record: &Record,
    key: &str,
    value: &str,
    confirmed: bool,
) -> Result<Outcome, CallFailure> {
    let Answered { payload, sent, number, .. } =
        match link.call_confirmed(setting::write(record.version(), key, value), confirmed).await {
            Ok(answered) => answered,
            Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
                let text = format!("{key} is not put back to {}: {failure}", short(value));
                return Ok(Outcome::new(Verdict::Failed, text).with_evidence(failure.evidence()));
            }
            Err(failure) => return Err(failure),
        };
    let said = setting::answered(&payload);
    let (read, frames) = reads(link, record.version(), key).await?;
    let same = read.as_deref().is_some_and(|read| same_value(read, value));
    let (value, read) = (&short(value), read.as_deref().map(short));
    let outcome = match (said.as_str(), read) {
        (_, Some(_)) if same => Outcome::new(Verdict::Passed, format!("{key} reads {value} again.")),
        ("RebootRequired", _) => {
            Outcome::new(Verdict::Inconclusive, format!("{key} is {value} again when the charger has restarted."))
        }
        (said, Some(read)) => Outcome::new(
            Verdict::Failed,
            format!("The charger answered {said} to {key} = {value}, and reads {read}.", said = word(said)),
        ),
        (said, None) => Outcome::new(
            Verdict::Inconclusive,
            format!(
                "The charger answered {said} to {key} = {value}, and does not tell what it reads.",
                said = word(said)
            ),
        ),
    };
    Ok(outcome.with_evidence([sent, number]).with_evidence(frames))
}

fn word(said: &str) -> &str {
    if said.is_empty() { "nothing" } else { said }
}

async fn profile_back(link: &Link, record: &Record, id: i32, listed: &[Listed]) -> Result<Outcome, CallFailure> {
    let Some(profile) = listed.iter().find(|it| it.id() == Some(id)) else {
        return Ok(cannot("The charger did not list it."));
    };
    match link.call(profile.put_back(record.version())).await {
        Ok(Answered { payload, sent, number, .. }) => {
            let status = chargehand_ocpp::read::answer_status(&payload);
            let listed = crate::profiles::read(link, Step::TakeBack, record).await;
            let there = listed.as_ref().map(|(all, _)| all.iter().any(|it| it.id() == Some(id)));
            let outcome = match there {
                Some(true) => Outcome::new(Verdict::Passed, format!("{} is back as it was.", profile.words())),
                Some(false) => {
                    Outcome::new(Verdict::Failed, format!("The charger answered {status}, and does not list it."))
                }
                None => Outcome::new(
                    Verdict::Inconclusive,
                    format!("The charger answered {status}, and does not list its profiles now."),
                ),
            };
            Ok(outcome.with_evidence([sent, number]))
        }
        Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
            Ok(Outcome::new(Verdict::Failed, format!("It is not put back: {failure}"))
                .with_evidence(failure.evidence()))
        }
        Err(failure) => Err(failure),
    }
}
