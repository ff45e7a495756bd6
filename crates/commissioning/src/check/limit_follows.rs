//! Does it follow a limit?
//!
//! A base at or below the ceiling is written first, then the test above it with an end of its own: if this laptop
//! sleeps or leaves, the charger falls back to the base, never to nothing. That fallback is proved with a short test
//! before a long one relies on it.

use std::time::Duration;

use tokio::time::Instant;

use chargehand_ocpp::{Ask, read};

use super::fallback::{self, WAKES_WITHIN};
use super::recipes;
use crate::event::{Event, Happened, Step};
use crate::guard;
use crate::limit::{self, Counts, Recipe, TEST_ID_TAG};
use crate::link::{CallFailure, Link};
use crate::meter::SETTLES_WITHIN;
use crate::outcome::{Outcome, Verdict};
use crate::profiles;
use crate::record::{Record, Transaction};
use crate::report::LimitProof;
use crate::trial::{self, Shown, Trial, composite, seconds, shows, stopped};
use crate::units::{Amperes, LEAST_OFFER};
use crate::{watts, windows};

/// How long a test lasts beyond its settling, if nobody ends it.
const DEAD_MAN: Duration = Duration::from_secs(600);
/// Readings that are nearer to each other than this are the same draw.
const SAME: u32 = 500;

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
    if windows::stand(&record) {
        return Err(Outcome::new(Verdict::NotTested, windows::IN_THE_WAY));
    }
    let base = ceiling.limit;
    let mut trial = Trial::new(link, Step::Limit, &record, proof).await?;

    note_what_is_there(link, Step::Limit, &record).await;
    write_base(&mut trial, base).await?;
    let transaction = charging(&mut trial).await?;
    trial.meter.of(&transaction);
    let draw = draw_above(&mut trial, limit::as_sent(requested), base).await?;

    let Some(found) = recipes::find(&mut trial, draw.limit, base, &transaction).await? else {
        return Ok(refused(&trial, draw.limit));
    };
    if found.shown.verdict != Verdict::Passed {
        return Ok(verdict(&mut trial, requested, &draw, found.shown));
    }
    let ended = fallback::prove(&mut trial, draw.limit, base, found.ends).await?;
    trial.proof.fallback = ended.fallback;
    link.progress(trial.proof).await;
    if !ended.came_back {
        return Ok(not_the_limit(&mut trial, &draw, found.shown));
    }
    if trial.proof.fallback.verdict != Verdict::Passed {
        recipes::end_test(&mut trial).await?;
        return Ok(verdict(&mut trial, requested, &draw, found.shown));
    }
    let lasts = DEAD_MAN + trial.meter.window();
    if !trial.stand_on(&found.recipe, base).await? {
        let text = "The charger fell back to the base, but did not take it again: nothing longer was asked of it.";
        return Err(Outcome::new(Verdict::Inconclusive, text));
    }
    let mut shown = trial.test(&found.recipe, draw.limit, base, seconds(lasts)).await?;
    trial.ask_for_its_word(&mut shown).await;
    Ok(verdict(&mut trial, requested, &draw, shown))
}

/// What limits the charger now, and what we cannot know: said before anything is written. Where an earlier check was not
/// undone it is known already, and the charger would name what we left.
pub(super) async fn note_what_is_there(link: &Link, step: Step, record: &Record) {
    if record.owed.is_some() {
        return;
    }
    link.doing(step, "Asking which limit is in force now", Some(Duration::from_secs(15))).await;
    let before = composite(link, record, 1).await;
    let _ = link.keep(Event::Before { limit: before.map(|(limit, _)| limit) }).await;
    profiles::note(link, step, record, before.map(|(_, number)| number)).await;
}

/// The base to which every test falls back: without duration, at the lowest level, not above the ceiling; before any
/// current flows for us. A charger that takes no default limit may still take one for its transaction.
pub(super) async fn write_base(trial: &mut Trial<'_>, base: Amperes) -> Result<(), Outcome> {
    let homes = limit::homes(&trial.record().await?);
    let mut taken = false;
    for connector in &homes {
        taken |= stands(trial, *connector, base).await?;
    }
    if !taken && homes == [0] {
        stands(trial, 1, base).await?;
    }
    Ok(())
}

async fn stands(trial: &mut Trial<'_>, connector: u32, base: Amperes) -> Result<bool, Outcome> {
    for counts in [Counts::Absolute, Counts::Relative] {
        if trial.stand_on(&Recipe::default_on(connector, counts), base).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A running transaction: the one there is, or one we start. No car is "not tested".
pub(super) async fn charging(trial: &mut Trial<'_>) -> Result<Transaction, Outcome> {
    let link = trial.link;
    if let Some(running) = trial.record().await?.running_transaction() {
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
    trial.doing("Starting a charge to have something to measure", WAKES_WITHIN).await;
    let record = trial.record().await?;
    let (id_tag, number) = (record.start_tag(), profiles::request(&record));
    if id_tag != TEST_ID_TAG {
        let _ = link.keep(Event::Starts { id_tag: id_tag.clone() }).await;
    }
    let start = Ask::Start { connector: 1, id_tag, number };
    let answer = match link.ask(start).await {
        Ok(answered) => read::answer_status(&answered.payload),
        Err(CallFailure::Error { refusal, .. }) => refusal.code,
        Err(failure) => return Err(stopped(&failure)),
    };
    if answer != "Accepted" {
        return Err(no_car(format!("The charger answered {answer} to a remote start.")));
    }
    let deadline = Instant::now() + WAKES_WITHIN;
    while let Ok(Some(news)) = tokio::time::timeout_at(deadline, told.recv()).await {
        match news.what {
            Happened::Started { .. } | Happened::Charging { .. } => {
                if let Some(running) = trial.record().await?.running_transaction() {
                    return Ok(running.clone());
                }
            }
            Happened::Disconnected { .. } => return Err(stopped(&CallFailure::NotConnected)),
            _ => {}
        }
    }
    Err(no_car("The charger accepted a remote start but began no charge within 30 s.".into()))
}

/// What the car draws before a limit, and the limit to test.
pub(super) struct Draw {
    pub(super) limit: Amperes,
    pub(super) before: Amperes,
    /// The reading.
    number: u64,
}

/// The limit to test: the one asked for if the car draws more, else a lower one, never a higher. Readings count once the
/// base has had its time.
pub(super) async fn draw_above(trial: &mut Trial<'_>, asked: Amperes, base: Amperes) -> Result<Draw, Outcome> {
    // A charge may have been started only now.
    let beyond = SETTLES_WITHIN + WAKES_WITHIN;
    trial.waits(format!("Waiting for a draw above {asked}"), trial.meter.window() + beyond).await;
    let beyond = beyond + trial.late();
    let (mut began, mut since) = (Instant::now(), base_settles(trial));
    let (mut last, mut same) = (None::<Draw>, 0);
    while let Some(measured) = trial.reading(began, beyond).await {
        if rebased(trial, base).await? {
            (began, since, last, same) = (Instant::now(), base_settles(trial), None, 0);
        }
        if measured.taken < since {
            continue;
        }
        let before = measured.import;
        trial.proof.before_ma = Some(before.milliamps());
        let draw = Draw { limit: asked, before, number: measured.reading.number };
        if shows(before, asked) {
            return Ok(draw);
        }
        let near = last.is_some_and(|l| l.before.milliamps().abs_diff(before.milliamps()) < SAME);
        same = if near && before > LEAST_OFFER { same + 1 } else { 0 };
        last = Some(draw);
        if same >= 2 {
            break;
        }
    }
    match last.filter(|_| trial.meter.over().is_none()) {
        Some(draw) => {
            let (record, drawn) = (trial.record().await?, draw.before);
            let why = watts::why_nothing(&record, base, drawn);
            lower_step(draw).map_err(|outcome| Outcome { finding: outcome.finding + &why, ..outcome })
        }
        None => Err(Outcome::new(Verdict::Inconclusive, trial.meter.why_none())),
    }
}

/// Where a base was just written to a charging car, the car comes down to it first.
fn base_settles(trial: &Trial<'_>) -> jiff::Timestamp {
    let now = trial.link.clock.now();
    trial.proof.asked.last().and_then(|base| base.at.checked_add(SETTLES_WITHIN).ok()).unwrap_or(now)
}

/// A base in W for one phase is too low for a car on three: where the hardware holds the current down it is written again
/// once the phases are known.
async fn rebased(trial: &mut Trial<'_>, base: Amperes) -> Result<bool, Outcome> {
    let before = trial.proof.asked.len();
    write_base(trial, base).await?;
    Ok(trial.proof.asked.len() > before)
}

/// Down to about 70 % of the draw, in whole amperes, never below what a charger can offer, never above what was asked.
fn lower_step(draw: Draw) -> Result<Draw, Outcome> {
    let asked = draw.limit;
    let whole = Amperes::from_milliamps(draw.before.milliamps() * 7 / 10 / 1000 * 1000);
    let limit = whole.max(LEAST_OFFER).min(asked);
    if limit >= LEAST_OFFER && shows(draw.before, limit) {
        return Ok(Draw { limit, ..draw });
    }
    let text = format!(
        "The car draws {}, which is not above {asked} by more than the tolerance, nor above any lower limit that a \
         charger can offer (6.0 A). That proves nothing. Use a car or a test load that draws more.",
        draw.before
    );
    Err(Outcome::new(Verdict::Inconclusive, text).with_evidence([draw.number]))
}

/// The frames of every attempt.
fn attempts(trial: &Trial<'_>) -> Vec<u64> {
    trial.proof.attempts.iter().flat_map(|attempt| attempt.evidence.iter().copied()).collect()
}

fn refused(trial: &Trial<'_>, limit: Amperes) -> Outcome {
    let text = format!(
        "The charger refuses every way to put a limit of {limit} on it. Look for a setting such as \"external control\" or \
         \"load balancing\" in the charger."
    );
    Outcome::new(Verdict::Failed, text).with_evidence(attempts(trial))
}

/// The current went down with the limit but did not come back without it.
fn not_the_limit(trial: &mut Trial<'_>, draw: &Draw, shown: Shown) -> Outcome {
    trial.proof.measured_ma = shown.measured.map(Amperes::milliamps);
    let text = format!(
        "The current went down after {} was asked for, but it did not come back when the limit was taken away: the car may \
         have reduced or stopped by itself. That proves nothing about the limit.",
        draw.limit
    );
    let evidence = [draw.number].into_iter().chain(shown.evidence).chain(trial.proof.fallback.evidence.clone());
    Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence)
}

/// The outcome in words, resting on the reading before and the frames of the test.
fn verdict(trial: &mut Trial<'_>, requested: Amperes, draw: &Draw, shown: Shown) -> Outcome {
    let (limit, before) = (draw.limit, draw.before);
    trial.proof.measured_ma = shown.measured.map(Amperes::milliamps);
    trial.proof.settled_ms = shown.settled.and_then(|s| u64::try_from(s.as_millis()).ok());
    let lower = match limit {
        Amperes::ZERO if requested > limit => {
            " Below 6 A a charger can only pause, so 0 A was sent, and it paused.".into()
        }
        _ if limit < limit::as_sent(requested) => {
            format!(" The car did not draw more than {requested}, so a lower limit was tested.")
        }
        _ => String::new(),
    };
    let text = match (shown.verdict, shown.measured) {
        (Verdict::Passed, Some(measured)) => format!(
            "Asked for {limit}, measured {measured} on the highest phase (before: {before}; tolerated: {}).{lower}",
            trial::tolerated(limit)
        ),
        (Verdict::Inconclusive, Some(measured)) => format!("Asked for {limit}, measured {measured}. {}", shown.why),
        (Verdict::Inconclusive, None) => shown.why.to_owned(),
        (_, Some(measured)) => format!(
            "The charger accepted {limit} but went on drawing {measured} (before: {before}). It does not obey this limit \
             in any of the ways that were tried."
        ),
        _ => return refused(trial, limit),
    };
    let others = if shown.verdict == Verdict::Failed { attempts(trial) } else { Vec::new() };
    Outcome::new(shown.verdict, text + &its_word(&shown))
        .with_evidence(others)
        .with_evidence(shown.evidence)
        .with_evidence([draw.number])
}

/// What the charger says of itself, beside what was measured and never instead of it.
fn its_word(shown: &Shown) -> String {
    match (shown.offered, shown.named) {
        (Some(offered), Some(named)) => {
            format!(
                " It says that it offers {offered} (Current.Offered) and names {named} as its limit (GetCompositeSchedule)."
            )
        }
        (Some(offered), None) => format!(" It says that it offers {offered} (Current.Offered)."),
        (None, Some(named)) => format!(" It names {named} as its limit (GetCompositeSchedule)."),
        (None, None) => String::new(),
    }
}
