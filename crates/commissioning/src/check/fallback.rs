//! Does the charger fall back to the base by itself when a test limit ends? Proved with a short test before a long one
//! relies on it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::recipes::end_test;
use crate::outcome::{Outcome, Verdict};
use crate::trial::{Rise, Trial, shows};
use crate::units::Amperes;

/// How long a car may take to start drawing.
pub const WAKES_WITHIN: Duration = Duration::from_secs(30);
const NO_REHEARSAL: &str = "No rehearsal is offered on this charger, because it could be left limited.";

/// What the end of a test showed.
pub struct Ended {
    /// Did it fall back to the base?
    pub fallback: Outcome,
    /// The current came back, by itself or when the limit was taken away: so it was the limit that held it down, and not
    /// the car.
    pub came_back: bool,
}

/// The short test must end by itself and the current rise to the base again, and not above it.
///
/// # Errors
/// The outcome that ends the check: the charger is silent or gone.
pub async fn prove(trial: &mut Trial<'_>, limit: Amperes, base: Amperes, ends: Timestamp) -> Result<Ended, Outcome> {
    let left = Duration::try_from(ends.duration_since(trial.link.clock.now())).unwrap_or_default();
    // A car that was paused may need time to take up charging again.
    let wakes = if limit == Amperes::ZERO { WAKES_WITHIN } else { Duration::ZERO };
    let rise = trial.rises_again("Waiting for the test limit to end by itself", limit, left + wakes).await;
    if rise.rose {
        trial.asked(base);
        return Ok(Ended { fallback: held_by_base(trial, base, rise).await, came_back: true });
    }
    if rise.most.is_none() {
        let text = format!("No reading came after the test limit should have ended.{} {NO_REHEARSAL}", rise.late);
        // What was measured under the limit stands: it was seen and stayed.
        return Ok(Ended { fallback: Outcome::new(Verdict::Inconclusive, text), came_back: true });
    }
    end_test(trial).await?;
    let cleared =
        trial.rises_again("The test limit is taken away: waiting for the current to rise", limit, wakes).await;
    Ok(without_fallback(rise, &cleared))
}

/// One more reading: is the base obeyed, or did it fall back to nothing?
async fn held_by_base(trial: &mut Trial<'_>, base: Amperes, rise: Rise) -> Outcome {
    let (mut measured, mut evidence, late) = (rise.most, rise.evidence, rise.late);
    if let Some(next) = trial.reading(Instant::now(), Duration::ZERO).await {
        evidence.push(next.reading.number);
        measured = Some(next.import);
    }
    let measured = measured.unwrap_or(Amperes::ZERO);
    let outcome = if shows(measured, base) {
        let text = format!(
            "When the test limit ended, the charger went back to {measured}, above the base of {base}.{late} {NO_REHEARSAL}"
        );
        Outcome::new(Verdict::Failed, text)
    } else {
        let text = format!(
            "When the test limit ended, the charger went back to the base of {base} by itself: {measured} measured.{late}"
        );
        Outcome::new(Verdict::Passed, text)
    };
    outcome.with_evidence(evidence)
}

fn without_fallback(rise: Rise, cleared: &Rise) -> Ended {
    let most = rise.most.unwrap_or(Amperes::ZERO);
    let (verdict, text) = match cleared.most {
        Some(back) if cleared.rose => (
            Verdict::Failed,
            format!(
                "The test limit should have ended by itself, but only {most} was measured until it was taken away; then \
                 {back}.{} {NO_REHEARSAL}",
                rise.late
            ),
        ),
        _ => (
            Verdict::Inconclusive,
            format!(
                "The current did not come back, neither by itself nor when the test limit was taken away.{} {NO_REHEARSAL}",
                cleared.late
            ),
        ),
    };
    let evidence = rise.evidence.into_iter().chain(cleared.evidence.iter().copied());
    Ended { fallback: Outcome::new(verdict, text).with_evidence(evidence), came_back: cleared.rose }
}
