//! Does it follow a limit?
//!
//! A base at or below the ceiling is written first, then the test above it with an end of its own: if this laptop
//! sleeps or leaves, the charger falls back to the base, never to nothing. That fallback is proved with a short test
//! before a long one relies on it.

use std::time::Duration;

use tokio::time::Instant;

use chargehand_ocpp::v16::call;
use chargehand_ocpp::v16::profile::Purpose;
use chargehand_ocpp::v16::read;

use crate::ceiling::Ceiling;
use crate::event::{Event, Happened, Step};
use crate::guard;
use crate::limit::{self, BASE_PROFILE, Recipe, TEST_ID_TAG, TEST_PROFILE, Terms};
use crate::link::{CallFailure, Link};
use crate::outcome::{Finding, Gravity, Outcome, Verdict};
use crate::record::{Record, Transaction};
use crate::report::LimitProof;
use crate::trial::{self, Shown, Trial, composite, seconds, shows, stopped};
use crate::units::{Amperes, LEAST_OFFER};

/// How long a test lasts beyond its settling, if nobody ends it.
const DEAD_MAN: Duration = Duration::from_secs(600);
/// How long a car may take to start drawing.
const WAKES_WITHIN: Duration = Duration::from_secs(30);

/// An empty proof for a limit a person asked for.
pub fn proof(requested: Amperes) -> LimitProof {
    LimitProof {
        requested_ma: requested.milliamps(),
        asked_ma: None,
        before_ma: None,
        measured_ma: None,
        settled_ms: None,
        recipe: String::new(),
        attempts: Vec::new(),
        fallback: Outcome::new(Verdict::NotTested, "Not reached."),
        outcome: Outcome::new(Verdict::NotTested, "Not reached."),
        asked: Vec::new(),
        measured: Vec::new(),
        offered: Vec::new(),
    }
}

/// Runs the check. What is found on the way stands in `proof`, also where this is dropped half-way. The test limit may
/// be in force afterwards: [`crate::step::undo`] takes it away.
pub async fn run(link: &Link, requested: Amperes, proof: &mut LimitProof) {
    proof.outcome = match follow(link, requested, proof).await {
        Ok(outcome) | Err(outcome) => outcome,
    };
}

async fn follow(link: &Link, requested: Amperes, proof: &mut LimitProof) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    let ceiling = record.ceiling_parts.ceiling();
    guard::within(ceiling, requested).map_err(|held| Outcome::new(Verdict::NotTested, held.to_string()))?;
    let Some(ceiling) = ceiling else { return Err(Outcome::new(Verdict::NotTested, "No ceiling was entered.")) };
    let mut trial = Trial::new(link, Step::Limit, &record, proof).await?;

    note_what_is_there(link, &record).await;
    write_base(&mut trial, ceiling).await?;
    let transaction = charging(&mut trial).await?;
    trial.of_connector(transaction.connector);
    let limit = step_below_draw(&mut trial, limit::as_sent(requested)).await?;

    let (recipe, short) = find_recipe(&mut trial, limit, ceiling.limit, &transaction).await?;
    if short.verdict != Verdict::Passed {
        return Ok(verdict(&mut trial, requested, limit, short));
    }
    prove_fallback(&mut trial, limit).await;
    if trial.proof.fallback.verdict != Verdict::Passed {
        end_test(&mut trial).await;
        return Ok(verdict(&mut trial, requested, limit, short));
    }
    let terms = terms(&trial).await?;
    let lasts = seconds(DEAD_MAN + trial.window());
    let shown = trial.attempt(&recipe, &terms, &recipe.test(limit, ceiling.limit, lasts, &terms), limit).await?;
    Ok(verdict(&mut trial, requested, limit, shown))
}

/// What limits the charger now, and what we cannot know: said before anything is written.
async fn note_what_is_there(link: &Link, record: &Record) {
    if record.before.is_some() {
        return;
    }
    link.doing(Step::Limit, "Asking which limit is in force now", Some(Duration::from_secs(15))).await;
    let before = composite(link, record, 1).await;
    let _ = link.keep(Event::Before { limit: before.map(|(limit, _)| limit) }).await;
    let finding = Finding {
        code: "profiles_cannot_be_listed".into(),
        gravity: Gravity::Note,
        text:
            "OCPP 1.6 cannot list a charger's profiles. If an earlier platform left a default limit at stack level 0, \
               it was overwritten and cannot be restored as it was; its value, where the charger told it, is kept."
                .into(),
        evidence: before.map(|(_, number)| number).into_iter().collect(),
    };
    let _ = link.keep(Event::Found { finding }).await;
}

async fn terms(trial: &Trial<'_>) -> Result<Terms, Outcome> {
    let record = trial.link.record().await.map_err(|f| stopped(&f))?;
    Ok(Terms::of(&record, trial.link.clock.now()))
}

/// The base to which every test falls back: without duration, at the lowest level, not above the ceiling.
async fn write_base(trial: &mut Trial<'_>, ceiling: Ceiling) -> Result<(), Outcome> {
    let mut answers = Vec::new();
    let mut evidence = Vec::new();
    for absolute in [true, false] {
        let terms = terms(trial).await?;
        let recipe = limit::base_recipe(absolute);
        let profile = recipe.staying(BASE_PROFILE, ceiling.limit, &terms);
        trial.doing(format!("Writing the base limit of {}", ceiling.limit), Duration::from_secs(15)).await;
        match trial.link.call(call::set_charging_profile(0, &profile)).await {
            Ok(answered) if read::answer_status(&answered.payload) == "Accepted" => {
                trial.asked(ceiling.limit);
                return Ok(());
            }
            Ok(answered) => {
                evidence.extend([answered.sent, answered.number]);
                answers.push(read::answer_status(&answered.payload));
            }
            Err(CallFailure::Error { refusal, sent, number }) => {
                evidence.extend([sent, number]);
                answers.push(refusal.code);
            }
            Err(failure) => return Err(stopped(&failure)),
        }
    }
    let text = format!(
        "The charger refuses a default limit ({}). Without one a test would fall back to nothing, so none was made. \
         Look for a setting such as \"external control\" or \"load balancing\" in the charger.",
        answers.join(", then ")
    );
    Err(Outcome::new(Verdict::Failed, text).with_evidence(evidence))
}

/// A running transaction: the one there is, or one we start. No car is "not tested".
async fn charging(trial: &mut Trial<'_>) -> Result<Transaction, Outcome> {
    let link = trial.link;
    let record = link.record().await.map_err(|f| stopped(&f))?;
    if let Some(running) = record.running_transaction() {
        return Ok(running.clone());
    }
    let no_car = |why: String| {
        Outcome::new(
            Verdict::NotTested,
            format!(
                "No car is charging, so nothing could be measured. {why} Plug a car or a test load in and run the check again."
            ),
        )
    };
    let mut told = link.watch().await.map_err(|f| stopped(&f))?;
    link.doing(Step::Limit, "Starting a charge to have something to measure", Some(WAKES_WITHIN)).await;
    let answer = match link.call(call::remote_start(1, TEST_ID_TAG)).await {
        Ok(answered) => read::answer_status(&answered.payload),
        Err(CallFailure::Error { refusal, .. }) => refusal.code,
        Err(failure) => return Err(stopped(&failure)),
    };
    if answer != "Accepted" {
        return Err(no_car(format!("The charger answered {answer} to a remote start.")));
    }
    let deadline = Instant::now() + WAKES_WITHIN;
    while let Ok(Some(news)) = tokio::time::timeout_at(deadline, told.recv()).await {
        if matches!(news.what, Happened::Started { .. }) {
            let record = link.record().await.map_err(|f| stopped(&f))?;
            return record.running_transaction().cloned().ok_or_else(|| no_car("The charge ended at once.".into()));
        }
    }
    Err(no_car("The charger accepted a remote start but began no charge within 30 s.".into()))
}

/// The limit to test: the one asked for if the car draws more, else a lower one, never a higher.
async fn step_below_draw(trial: &mut Trial<'_>, asked: Amperes) -> Result<Amperes, Outcome> {
    let at_most = trial.window() + WAKES_WITHIN;
    trial.doing(format!("Waiting for a draw above {asked}"), at_most).await;
    let deadline = Instant::now() + at_most;
    let (mut last, mut same, mut evidence) = (None::<Amperes>, 0, Vec::new());
    while let Some((reading, draw)) = trial.reading(deadline).await {
        evidence.push(reading.number);
        trial.proof.before_ma = Some(draw.milliamps());
        if shows(draw, asked) {
            return Ok(asked);
        }
        let near = last.is_some_and(|l| l.milliamps().abs_diff(draw.milliamps()) < 500);
        same = if near && draw > LEAST_OFFER { same + 1 } else { 0 };
        last = Some(draw);
        if same >= 2 {
            break;
        }
    }
    let Some(draw) = last else {
        return Err(Outcome::new(Verdict::Inconclusive, trial.no_current()));
    };
    // Down to about 70 % of the draw, in whole amperes, never below what a charger can offer.
    let lower =
        Amperes::from_milliamps((draw.milliamps() * 7 / 10 / 1000 * 1000).max(LEAST_OFFER.milliamps())).min(asked);
    if lower >= LEAST_OFFER && shows(draw, lower) {
        return Ok(lower);
    }
    let text = format!(
        "The car draws {draw}, which is not above {asked} by more than the tolerance, nor above any lower limit that a \
         charger can offer (6.0 A). That proves nothing. Use a car or a test load that draws more."
    );
    Err(Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence))
}

/// Ways to put a limit, from the one that most platforms use. The first that is *proved* wins.
fn recipes(transaction: &Transaction) -> [Recipe; 5] {
    let default =
        |connector, absolute| Recipe { purpose: Purpose::TxDefaultProfile, connector, absolute, transaction: None };
    let own = |absolute| Recipe {
        purpose: Purpose::TxProfile,
        connector: transaction.connector.max(1),
        absolute,
        transaction: Some(transaction.id),
    };
    [default(0, true), default(0, false), own(true), own(false), default(transaction.connector.max(1), true)]
}

/// Tries the ways with a short test; the first that passes, or the last one tried.
async fn find_recipe(
    trial: &mut Trial<'_>,
    limit: Amperes,
    base: Amperes,
    transaction: &Transaction,
) -> Result<(Recipe, Shown), Outcome> {
    let lasts = seconds(trial.window() + trial.window() + Duration::from_secs(10));
    let mut seen: Option<(Recipe, Shown)> = None;
    for recipe in recipes(transaction) {
        let terms = terms(trial).await?;
        let profile = recipe.test(limit, base, lasts, &terms);
        let shown = trial.attempt(&recipe, &terms, &profile, limit).await?;
        match shown.verdict {
            Verdict::Passed => {
                trial.proof.recipe = recipe.words(&terms);
                note_recipe(trial, &recipe, &terms, &shown).await;
                return Ok((recipe, shown));
            }
            // Nothing was measured: another way would show no more.
            Verdict::Inconclusive => return Ok((recipe, shown)),
            _ => {}
        }
        if shown.measured.is_some() {
            end_test(trial).await;
        }
        // What was measured says more than what was merely refused.
        if seen.as_ref().is_none_or(|(_, before)| before.measured.is_none() || shown.measured.is_some()) {
            seen = Some((recipe, shown));
        }
    }
    seen.ok_or_else(|| Outcome::new(Verdict::NotTested, "No way to put a limit was tried."))
}

async fn note_recipe(trial: &Trial<'_>, recipe: &Recipe, terms: &Terms, shown: &Shown) {
    if *recipe == limit::base_recipe(true) {
        return;
    }
    let finding = Finding {
        code: "limit_recipe".into(),
        gravity: Gravity::Attention,
        text: format!(
            "The usual way to put a limit (TxDefaultProfile on connector 0, Absolute) was not obeyed; this one was: {}. \
             A platform must be told so, or it will not control this charger.",
            recipe.words(terms)
        ),
        evidence: shown.evidence.clone(),
    };
    let _ = trial.link.keep(Event::Found { finding }).await;
}

/// Takes the test limit away, so that the next way is tried on its own.
async fn end_test(trial: &mut Trial<'_>) {
    let _ = trial.link.call(call::clear_charging_profile(TEST_PROFILE)).await;
}

/// The short test must end by itself and the current rise to the base again.
async fn prove_fallback(trial: &mut Trial<'_>, limit: Amperes) {
    let Ok(record) = trial.link.record().await else { return };
    let now = trial.link.clock.now();
    let ends = record.test_limits(now).filter_map(|f| f.until).max().unwrap_or(now);
    let left = Duration::try_from(ends.duration_since(now)).unwrap_or_default();
    let at_most = left + trial.window();
    trial.doing("Waiting for the test limit to end by itself", at_most).await;
    let (rose, most, evidence) = trial.rises_above(limit, at_most).await;
    let (verdict, text) = match (rose, most) {
        (true, Some(most)) => (
            Verdict::Passed,
            format!("When the test limit ended, the charger went back to the base by itself: {most} measured."),
        ),
        (_, Some(most)) => (
            Verdict::Failed,
            format!(
                "The test limit should have ended by itself, but only {most} was measured afterwards. No rehearsal is offered on this charger, because it could be left limited."
            ),
        ),
        _ => (
            Verdict::Inconclusive,
            "No reading came after the test limit should have ended. No rehearsal is offered on this charger."
                .to_owned(),
        ),
    };
    trial.proof.fallback = Outcome::new(verdict, text).with_evidence(evidence);
    if rose {
        let base = record.ceiling_parts.ceiling().map_or(Amperes::ZERO, |c| c.limit);
        trial.asked(base);
    }
    trial.link.progress(trial.proof).await;
}

/// The outcome in words, resting on the frames of the test.
fn verdict(trial: &mut Trial<'_>, requested: Amperes, limit: Amperes, shown: Shown) -> Outcome {
    let proof = &mut *trial.proof;
    proof.measured_ma = shown.measured.map(Amperes::milliamps);
    proof.settled_ms = shown.settled.and_then(|s| u64::try_from(s.as_millis()).ok());
    let before = Amperes::from_milliamps(proof.before_ma.unwrap_or_default());
    let lower = if limit < requested {
        format!(" The car did not draw more than {requested}, so a lower limit was tested.")
    } else {
        String::new()
    };
    let text = match (shown.verdict, shown.measured) {
        (Verdict::Passed, Some(measured)) => format!(
            "Asked for {limit}, measured {measured} on the highest phase (before: {before}; tolerated: {}).{lower}",
            trial::tolerated(limit)
        ),
        (Verdict::Inconclusive, Some(measured)) => format!(
            "Asked for {limit}, but the current fell to {measured}: car or charger paused instead of following. That \
             proves nothing about the limit.{lower}"
        ),
        (Verdict::Inconclusive, None) => trial.no_current().to_owned(),
        (_, Some(measured)) => format!(
            "The charger accepted {limit} but went on drawing {measured} (before: {before}). It does not obey this limit \
             in any of the ways that were tried."
        ),
        _ => format!("The charger refused every way to put a limit of {limit} on it."),
    };
    Outcome::new(shown.verdict, text).with_evidence(shown.evidence)
}
