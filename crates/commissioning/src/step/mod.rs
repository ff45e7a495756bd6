//! The steps of the job, as plain procedures; and what belongs to all of them: one at a time, cancelled safely, kept.

pub mod apply;
pub mod by_hand;
pub mod inspect;
mod local_list;
pub mod permanent_limit;
pub mod residue;
pub mod set_windows;
pub mod take_back;
pub mod undo;
pub mod upgrade_security;

use tokio::time::{Instant, timeout_at};

use crate::check::demand_response;
use crate::check::limit_follows;
use crate::demand::{DemandResponse, Order};
use crate::event::{Event, PermanentLimit, Step};
use crate::link::{Busy, Link};
use crate::outcome::{Outcome, Verdict};
use crate::report::LimitProof;
use crate::step::upgrade_security::Means;
use crate::units::Amperes;

/// Reads identity, clock and configuration.
///
/// # Errors
/// [`Busy`].
pub async fn inspect(link: &Link) -> Result<Outcome, Busy> {
    let mut guard = link.begin(Step::Inspect).await?;
    let outcome = tokio::select! {
        biased;
        () = guard.cancelled() => Outcome::new(Verdict::NotTested, "Cancelled."),
        outcome = inspect::run(link) => outcome,
    };
    ended(link, Step::Inspect, &outcome).await;
    Ok(outcome)
}

/// Proves whether the charger follows a limit, then undoes the test: also after a cancel, and when `deadline` comes.
///
/// # Errors
/// [`Busy`].
pub async fn prove_limit(
    link: &Link,
    requested: Amperes,
    deadline: Option<Instant>,
) -> Result<(LimitProof, Outcome), Busy> {
    let mut guard = link.begin(Step::Limit).await?;
    let mut proof = limit_follows::proof(requested);
    // On disk before anything is sent: a check during which the program was killed was run, and has no outcome.
    proof.outcome = Outcome::new(Verdict::Inconclusive, "It was cut off before it had an outcome. Run it again.");
    let _ = link.keep(Event::Proved { proof: Box::new(proof.clone()) }).await;
    ended(link, Step::Limit, &proof.outcome).await;
    let cut = tokio::select! {
        // Nothing more is sent once it is cancelled.
        biased;
        () = guard.cancelled() => Some("Cancelled before it was proved."),
        () = at(deadline) => Some("The time for the whole run was over before it was proved."),
        () = limit_follows::run(link, requested, &mut proof) => None,
    };
    if let Some(why) = cut {
        proof.outcome = Outcome::new(Verdict::Inconclusive, why);
    }
    let _ = link.keep(Event::Proved { proof: Box::new(proof.clone()) }).await;
    ended(link, Step::Limit, &proof.outcome).await;
    let undone = undo::run(link, &mut proof).await;
    let _ = link.keep(Event::Proved { proof: Box::new(proof.clone()) }).await;
    ended(link, Step::Undo, &undone).await;
    Ok((proof, undone))
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => drop(timeout_at(deadline, std::future::pending::<()>()).await),
        None => std::future::pending().await,
    }
}

/// Rehearses demand response, or holds one signal, then undoes it: also after a cancel, which is how a hold is stopped.
///
/// # Errors
/// [`Busy`].
pub async fn demand_response(link: &Link, order: &Order) -> Result<DemandResponse, Busy> {
    let mut guard = link.begin(Step::DemandResponse).await?;
    Ok(respond(link, order, guard.cancelled()).await)
}

/// Runs it until `stop`, then undoes it.
async fn respond(link: &Link, order: &Order, stop: impl Future<Output = ()>) -> DemandResponse {
    let mut run = DemandResponse::begins(link.clock.now(), order.how);
    keep_demand_response(link, &run).await;
    let mut proof = limit_follows::proof(Amperes::ZERO);
    let stopped = tokio::select! {
        // Nothing more is sent once it is cancelled.
        biased;
        () = stop => true,
        () = demand_response::run(link, order, &mut run, &mut proof) => false,
    };
    if stopped {
        demand_response::stopped_by_a_person(&mut run);
    }
    end_demand_response(link, run).await
}

/// Undoes a run that has ended.
async fn end_demand_response(link: &Link, mut run: DemandResponse) -> DemandResponse {
    keep_demand_response(link, &run).await;
    run.undone = undo::run(link, &mut limit_follows::proof(Amperes::ZERO)).await;
    keep_demand_response(link, &run).await;
    ended(link, Step::Undo, &run.undone).await;
    run
}

async fn keep_demand_response(link: &Link, run: &DemandResponse) {
    let _ = link.keep(Event::DemandResponse { run: Box::new(run.clone()) }).await;
    ended(link, Step::DemandResponse, &run.outcome).await;
}

/// Clears our test limits and proves it.
///
/// # Errors
/// [`Busy`].
pub async fn clear(link: &Link) -> Result<Outcome, Busy> {
    let _guard = link.begin(Step::Undo).await?;
    let proof = link.record().await.ok().and_then(|r| r.proof);
    let mut proof = proof.unwrap_or_else(|| limit_follows::proof(Amperes::ZERO));
    let outcome = undo::run(link, &mut proof).await;
    ended(link, Step::Undo, &outcome).await;
    Ok(outcome)
}

/// Writes a limit that stays, and proves it where a car draws more.
///
/// # Errors
/// [`Busy`].
pub async fn apply_limit(link: &Link, limit: Amperes) -> Result<PermanentLimit, Busy> {
    let mut guard = link.begin(Step::PermanentLimit).await?;
    let cut = |why: &str| PermanentLimit {
        limit_ma: limit.milliamps(),
        recipe: String::new(),
        outcome: Outcome::new(
            Verdict::Inconclusive,
            format!("{why} What was already written stays; see what is in force."),
        ),
    };
    // On disk before anything is sent, as with a check.
    keep_permanent(link, &cut("It was cut off before it had an outcome.")).await;
    let permanent = tokio::select! {
        biased;
        () = guard.cancelled() => cut("Cancelled."),
        permanent = permanent_limit::run(link, limit, 0) => permanent,
    };
    keep_permanent(link, &permanent).await;
    Ok(permanent)
}

pub(crate) async fn keep_permanent(link: &Link, permanent: &PermanentLimit) {
    let _ = link.keep(Event::Permanent { limit: permanent.clone() }).await;
    ended(link, Step::PermanentLimit, &permanent.outcome).await;
}

/// Raises the security profile, each rung proved before the next is written.
///
/// # Errors
/// [`Busy`].
pub async fn upgrade_security(link: &Link, means: &Means) -> Result<Outcome, Busy> {
    let mut guard = link.begin(Step::Security).await?;
    let outcome = tokio::select! {
        outcome = upgrade_security::run(link, means) => outcome,
        () = guard.cancelled() => upgrade_security::cancelled(link).await,
    };
    ended(link, Step::Security, &outcome).await;
    Ok(outcome)
}

/// Writes what waits in the plan, line by line, or only one line. `restart`: the charger may be restarted where a line asks
/// for it.
///
/// # Errors
/// [`Busy`].
pub async fn apply_plan(link: &Link, only: Option<u32>, restart: bool) -> Result<Outcome, Busy> {
    let mut guard = link.begin(Step::Plan).await?;
    let since = link.clock.now();
    let outcome = tokio::select! {
        biased;
        () = guard.cancelled() => apply::cancelled(link, since).await,
        outcome = apply::run(link, only, restart) => outcome,
    };
    ended(link, Step::Plan, &outcome).await;
    Ok(outcome)
}

/// Takes back what a plan wrote, the last line first, down to the line `from` (`None`: all of it).
///
/// # Errors
/// [`Busy`].
pub async fn take_back_plan(link: &Link, from: Option<u32>) -> Result<Outcome, Busy> {
    let mut guard = link.begin(Step::TakeBack).await?;
    let outcome = tokio::select! {
        biased;
        () = guard.cancelled() => Outcome::new(Verdict::Inconclusive, "Cancelled. What was not taken back yet stands."),
        outcome = take_back::run(link, from) => outcome,
    };
    ended(link, Step::TakeBack, &outcome).await;
    Ok(outcome)
}

/// Looks for what an earlier platform has left; it only reads.
///
/// # Errors
/// [`Busy`].
pub async fn look_for_residue(link: &Link) -> Result<Outcome, Busy> {
    let mut guard = link.begin(Step::Residue).await?;
    let outcome = tokio::select! {
        biased;
        () = guard.cancelled() => Outcome::new(Verdict::NotTested, "Cancelled."),
        outcome = residue::run(link) => outcome,
    };
    ended(link, Step::Residue, &outcome).await;
    Ok(outcome)
}

/// Keeps a step's outcome.
pub async fn ended(link: &Link, step: Step, outcome: &Outcome) {
    let _ = link.keep(Event::Ended { step, outcome: outcome.clone() }).await;
}
