//! Does it follow demand response? Each signal is turned into a limit, asked for above the base with an end of its own,
//! measured, and taken away again, as in the check of a limit; or one is held.
//!
//! What can put a car to sleep comes last. What it shows is capability evidence, never that a requirement is met.

mod hold;
mod rehearse;

use chargehand_ocpp::read;

use crate::demand::{
    Basis, DemandResponse, Expressed, Expression, How, ModeEvidence, Order, Said, Signal, express, with_feed_back,
};
use crate::event::{Event, Step};
use crate::limit::Recipe;
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::record::{Record, Transaction};
use crate::report::LimitProof;
use crate::trial::{Trial, stopped};
use crate::units::Amperes;
use crate::windows;

use super::limit_follows::{draw_above, note_what_is_there, write_base};
use super::{fallback, recipes};

/// Runs it. What is found on the way stands in `run`, also where this is dropped half-way. A test limit may be in force
/// afterwards: [`crate::step::undo`] takes it away.
pub async fn run(link: &Link, order: &Order, run: &mut DemandResponse, proof: &mut LimitProof) {
    run.outcome = match follow(link, order, run, proof).await {
        Ok(()) => summary(run),
        Err(outcome) => outcome,
    };
}

/// A person stopped it: a hold is over then, and what it showed so far stands; a rehearsal was cut short.
pub fn stopped_by_a_person(run: &mut DemandResponse) {
    run.outcome = match run.how {
        How::Hold { .. } => {
            let mut outcome = summary(run);
            outcome.finding.push_str(" A person stopped it.");
            outcome
        }
        How::Rehearse => Outcome::new(Verdict::Inconclusive, "Cancelled before every signal was judged.")
            .with_evidence(summary(run).evidence),
    };
}

async fn follow(link: &Link, order: &Order, run: &mut DemandResponse, proof: &mut LimitProof) -> Result<(), Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    run.modes = order.signals.iter().map(|signal| first_look(link, &record, &order.said, signal)).collect();
    keep(link, run).await;
    let Some(ceiling) = record.ceiling_parts.ceiling() else {
        return Err(Outcome::new(Verdict::NotTested, "No ceiling was entered, so nothing is sent."));
    };
    let one = run.modes.len() == 1;
    if matches!(order.how, How::Hold { .. }) && !one {
        return Err(Outcome::new(Verdict::NotTested, "Choose one signal to hold."));
    }
    if run.modes.iter().all(|mode| mode.asked_ma.is_none()) {
        return Ok(());
    }
    // A limit would take the place of a part of them.
    if windows::stand(&record) {
        return Err(Outcome::new(Verdict::NotTested, windows::IN_THE_WAY));
    }
    let trial = Trial::new(link, Step::DemandResponse, &record, proof).await?;
    note_what_is_there(link, Step::DemandResponse, &record).await;
    let mut asking = Asking { trial, order, run, base: ceiling.limit, way: None };
    write_base(&mut asking.trial, ceiling.limit).await?;
    match order.how {
        How::Rehearse => asking.rehearse().await,
        How::Hold { for_s } => asking.hold(for_s).await,
    }
}

/// What a signal comes to, before anything is sent.
fn first_look(link: &Link, record: &Record, said: &Said, signal: &Signal) -> ModeEvidence {
    let basis = Basis::of(record, said, link.clock.now());
    let mut mode = ModeEvidence {
        signal: signal.clone(),
        name: signal.name(),
        why: String::new(),
        asked_ma: None,
        sent: String::new(),
        at: None,
        before_ma: None,
        measured_ma: None,
        settled_ms: None,
        outcome: Outcome::new(Verdict::NotTested, "Not reached."),
    };
    look(&mut mode, &express(signal, &basis), said);
    mode
}

/// Notes what it comes to, and ends it where nothing is to be sent.
fn look(mode: &mut ModeEvidence, expression: &Expression, said: &Said) {
    match expression {
        Expression::Expressed(expressed) => {
            (mode.why, mode.asked_ma) = (why(expressed), Some(expressed.limit.milliamps()));
            if mode.signal.is_only_about_feeding_back() && !said.feeds_back {
                mode.asked_ma = None;
                let text = "OCPP 2.1 has a word for it (dischargeLimit), but no car and charger that can feed back were \
                            named, so it would show nothing.";
                mode.outcome = Outcome::new(Verdict::NotTested, text);
            }
        }
        Expression::CannotBeExpressed { why, no_word } => {
            (mode.why, mode.asked_ma) = (why.clone(), None);
            let verdict = if *no_word { Verdict::NotApplicable } else { Verdict::NotTested };
            mode.outcome = Outcome::new(verdict, why.clone());
        }
    }
}

/// How it comes about, and what of the signal is not asked.
fn why(expressed: &Expressed) -> String {
    expressed.why.clone() + &not_asked(expressed)
}

/// What of a signal is left out, as a sentence with a blank before it; empty where nothing is.
fn not_asked(expressed: &Expressed) -> String {
    let why = expressed.left_out.as_deref();
    why.map_or_else(String::new, |why| format!(" Only what is about charging is asked for. Left out: {why}"))
}

/// Keeps what was found so far.
async fn keep(link: &Link, run: &DemandResponse) {
    let _ = link.keep(Event::DemandResponse { run: Box::new(run.clone()) }).await;
}

/// In all: what failed counts most, then what proves nothing.
fn summary(run: &DemandResponse) -> Outcome {
    let named = |verdict: Verdict| {
        let of = run.modes.iter().filter(|mode| mode.outcome.verdict == verdict);
        of.map(|mode| mode.name.clone()).collect::<Vec<_>>().join(", ")
    };
    let words = [
        (Verdict::Failed, "not followed"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::Passed, "followed"),
        (Verdict::NotTested, "not tested"),
        (Verdict::NotApplicable, "cannot be expressed"),
    ];
    let parts = words.map(|(verdict, word)| (verdict, word, named(verdict)));
    let mut parts = parts.into_iter().filter(|(_, _, names)| !names.is_empty()).peekable();
    let verdict = parts.peek().map_or(Verdict::NotTested, |(verdict, _, _)| *verdict);
    let text = parts.map(|(_, word, names)| format!("{word}: {names}")).collect::<Vec<_>>().join("; ");
    let evidence = run.modes.iter().flat_map(|mode| mode.outcome.evidence.iter().copied());
    Outcome::new(verdict, format!("Capability evidence. {text}.")).with_evidence(evidence)
}

/// A run that asks for limits.
struct Asking<'a, 'b> {
    trial: Trial<'a>,
    order: &'b Order,
    run: &'b mut DemandResponse,
    /// What every limit stands on and falls back to.
    base: Amperes,
    /// How limits are put, once that is proved together with the fallback.
    way: Option<Recipe>,
}

impl Asking<'_, '_> {
    /// What a signal comes to now: phases become known in the charge, and a ceiling may come down.
    async fn expression(&self, signal: &Signal) -> Result<Expression, Outcome> {
        let record = self.trial.record().await?;
        Ok(express(signal, &Basis::of(&record, &self.order.said, self.trial.link.clock.now())))
    }

    /// Makes sure that a way to put a limit is proved, and that the charger falls back by itself: what an earlier check
    /// proved counts. `asked` is lowered for the proof where the car draws less.
    ///
    /// # Errors
    /// The outcome that ends the run: there is none, or nothing can be shown.
    async fn prove_the_way(&mut self, asked: Amperes, transaction: &Transaction) -> Result<(), Outcome> {
        let draw = draw_above(&mut self.trial, asked, self.base).await?;
        let (record, terms) = (self.trial.record().await?, self.trial.terms().await?);
        if let Some((way, fallback)) = recipes::known(&record, &terms, Some(transaction)) {
            return self.relies_on(way, &fallback).await;
        }
        let limit = draw.limit;
        let found = recipes::find(&mut self.trial, limit, self.base, transaction).await?;
        let Some(found) = found.filter(|found| found.shown.verdict != Verdict::Failed) else {
            let outcome = not_followed(&self.trial, limit);
            let same = |mode: &&mut ModeEvidence| mode.asked_ma == Some(limit.milliamps());
            self.run.modes.iter_mut().filter(same).for_each(|mode| mode.outcome = outcome.clone());
            return Err(outcome);
        };
        if found.shown.verdict != Verdict::Passed {
            let text = format!("A limit of {limit} showed nothing: {}", found.shown.why);
            return Err(Outcome::new(Verdict::Inconclusive, text).with_evidence(found.shown.evidence));
        }
        let ended = fallback::prove(&mut self.trial, limit, self.base, found.ends).await?;
        (self.run.fallback, self.run.recipe) = (ended.fallback, self.trial.proof.recipe.clone());
        keep(self.trial.link, self.run).await;
        if self.run.fallback.verdict != Verdict::Passed {
            recipes::end_test(&mut self.trial).await?;
            let text = format!("Nothing is asked of this charger: {}", self.run.fallback.finding);
            return Err(Outcome::new(Verdict::Inconclusive, text).with_evidence(self.run.fallback.evidence.clone()));
        }
        self.way = Some(found.recipe);
        Ok(())
    }

    /// A way that was proved before, with its fallback.
    async fn relies_on(&mut self, way: Recipe, proved: &Outcome) -> Result<(), Outcome> {
        let terms = self.trial.terms().await?;
        let text = "An earlier check of this charger proved that it falls back to the base by itself.";
        let fallback = Outcome::new(proved.verdict, text).with_evidence(proved.evidence.iter().copied());
        (self.run.recipe, self.run.fallback) = (way.words(&terms), fallback);
        self.way = Some(way);
        Ok(())
    }

    /// What everything falls back to comes down with the ceiling.
    async fn lower_the_base(&mut self) -> Result<(), Outcome> {
        let ceiling = self.trial.record().await?.ceiling_parts.ceiling();
        self.base = ceiling.map_or(self.base, |ceiling| self.base.min(ceiling.limit));
        Ok(())
    }

    /// Makes sure that the base stays in a way's place: a limit would fall to nothing without it.
    ///
    /// # Errors
    /// The outcome that ends the run: the charger refuses it.
    async fn stand_on_the_base(&mut self, way: &Recipe) -> Result<(), Outcome> {
        if self.trial.stand_on(way, self.base).await? {
            return Ok(());
        }
        let text =
            "The charger did not take the base that a limit has to fall back to, so nothing more was asked of it.";
        Err(Outcome::new(Verdict::Inconclusive, text))
    }

    /// Asks for a set-point and a limit of what flows back (2.1), above the base with an end of its own.
    async fn ask_about_feeding_back(
        &mut self,
        way: &Recipe,
        expressed: &Expressed,
        lasts_s: i32,
    ) -> Result<(String, Vec<u64>), Outcome> {
        let (terms, record) = (self.trial.terms().await?, self.trial.record().await?);
        let profile = way.test(expressed.limit, self.base, lasts_s, &terms);
        let mut call = record.call(&chargehand_ocpp::Ask::SetProfile { connector: way.connector, profile });
        if let Some(feed_back) = expressed.feed_back {
            call = with_feed_back(call, feed_back, terms.unit, terms.phases);
        }
        match self.trial.link.call(call).await {
            Ok(Answered { payload, sent, number, .. }) => Ok((read::answer_status(&payload), vec![sent, number])),
            Err(CallFailure::Error { refusal, sent, number }) => Ok((refusal.code, vec![sent, number])),
            Err(failure) => Err(stopped(&failure)),
        }
    }
}

/// What the charger did with it is all that is known: what flows back is not measured here.
fn about_feeding_back(status: &str, frames: Vec<u64>) -> Outcome {
    let outcome = match status {
        "Accepted" => Outcome::new(
            Verdict::Inconclusive,
            "The charger accepted it. What flows back is not measured here: read it at the charger's meter or with a clamp \
             meter.",
        ),
        status => Outcome::new(Verdict::Failed, format!("The charger refused it ({status}).")),
    };
    outcome.with_evidence(frames)
}

fn not_followed(trial: &Trial<'_>, limit: Amperes) -> Outcome {
    let measured = trial.proof.attempts.iter().rev().find_map(|attempt| attempt.measured_ma);
    let drew = measured.map_or_else(String::new, |ma| format!(", and went on drawing {}", Amperes::from_milliamps(ma)));
    let text = format!(
        "The charger did not follow a limit of {limit} in any of the ways that were tried{drew}. Nothing else was asked of \
         it."
    );
    let evidence = trial.proof.attempts.iter().flat_map(|attempt| attempt.evidence.iter().copied());
    Outcome::new(Verdict::Failed, text).with_evidence(evidence)
}
