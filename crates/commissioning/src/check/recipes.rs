//! Which way of putting a limit does this charger obey?

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use chargehand_catalogue::Acts;
use chargehand_ocpp::profile::Purpose;

use crate::event::Event;
use crate::in_force;
use crate::limit::{Counts, Recipe, Terms, homes, place_word};
use crate::link::CallFailure;
use crate::outcome::{Finding, Gravity, Outcome, Verdict};
use crate::record::{Record, Transaction};
use crate::trial::{Shown, Trial, seconds, stopped};
use crate::units::Amperes;

/// A session that is older has had a short relative schedule expire at its start.
const YOUNG: SignedDuration = SignedDuration::from_secs(60);
/// How long the short test lasts beyond two windows: one to settle, one to stay.
const SPARE: Duration = Duration::from_secs(10);

/// What was found.
pub struct Found {
    /// The way that passed, or the one that says most.
    pub recipe: Recipe,
    /// What it showed.
    pub shown: Shown,
    /// When the short test ends by itself.
    pub ends: Timestamp,
}

/// Ways to put a limit, from the one that most platforms use, or that the charger is known to need. The first that is
/// *proved* wins. In an old session both ways to read Relative are tried, in a young one they are the same.
fn recipes(transaction: &Transaction, home: u32, young: bool, relative_first: bool) -> Vec<Recipe> {
    let from_start = Counts::FromStart(transaction.started);
    let mut kinds = match young {
        true => vec![Counts::Absolute, from_start],
        false => vec![Counts::Absolute, Counts::Relative, from_start],
    };
    if relative_first {
        kinds.rotate_left(1);
    }
    let connector = transaction.connector.max(1);
    let all = kinds.iter().map(|counts| Recipe::default_on(home, *counts));
    let own = kinds.iter().map(|counts| Recipe::own(transaction, *counts));
    let on_connector = kinds.iter().filter(|_| connector != home).map(|counts| Recipe::default_on(connector, *counts));
    all.chain(own).chain(on_connector).collect()
}

/// The way that an earlier check proved, with the fallback that it proved: it is known by its words.
pub fn known(record: &Record, terms: &Terms, transaction: Option<&Transaction>) -> Option<(Recipe, Outcome)> {
    let checked = record.proof.iter().filter(|proof| proof.outcome.verdict == Verdict::Passed);
    let checked = checked.map(|proof| (&proof.recipe, &proof.fallback));
    let rehearsed = record.demand_responses.iter().rev().map(|run| (&run.recipe, &run.fallback));
    let mut proved = checked.chain(rehearsed).filter(|(_, fallback)| fallback.verdict == Verdict::Passed);
    let (words, fallback) = proved.find(|(recipe, _)| !recipe.is_empty())?;
    let homes = homes(record).into_iter();
    let ways = match transaction {
        Some(transaction) => homes.flat_map(|home| recipes(transaction, home, false, false)).collect::<Vec<_>>(),
        None => homes.flat_map(|home| KINDS.map(|counts| Recipe::default_on(home, counts))).collect(),
    };
    ways.into_iter().find(|way| way.words(terms) == *words).map(|way| (way, fallback.clone()))
}

/// The kinds that mean the same without a charge as in one.
const KINDS: [Counts; 2] = [Counts::Absolute, Counts::Relative];

/// Tries the ways with a short test, each on a base in the same place; the first that passes, or the one that says most.
///
/// # Errors
/// The outcome that ends the check.
pub async fn find(
    trial: &mut Trial<'_>,
    limit: Amperes,
    base: Amperes,
    transaction: &Transaction,
) -> Result<Option<Found>, Outcome> {
    let mut best: Option<Found> = None;
    let young = trial.link.clock.now().duration_since(transaction.started) < YOUNG;
    let record = trial.record().await?;
    let (homes, relative_first) = (homes(&record), record.acts(Acts::RelativeFirst));
    let home = homes.iter().copied().find(|home| *home == transaction.connector).or(homes.first().copied());
    for recipe in recipes(transaction, home.unwrap_or(0), young, relative_first) {
        if !trial.stand_on(&recipe, base).await? {
            continue;
        }
        let lasts = trial.meter.window() * 2 + SPARE;
        let mut shown = trial.test(&recipe, limit, base, seconds(lasts)).await?;
        if shown.verdict == Verdict::Failed && !shown.refused && best.as_ref().is_none_or(|best| best.shown.refused) {
            trial.ask_for_its_word(&mut shown).await;
        }
        let ends = ends(trial, lasts, matches!(recipe.counts, Counts::FromStart(_)) && !young).await?;
        let found = Found { recipe, shown, ends };
        match found.shown.verdict {
            Verdict::Passed => {
                let terms = trial.terms().await?;
                trial.proof.recipe = recipe.words(&terms);
                note_recipe(trial, &found, place_word(terms.version)).await;
                return Ok(Some(found));
            }
            // Nothing was measured: another way would show no more.
            Verdict::Inconclusive => return Ok(Some(found)),
            _ => {}
        }
        end_test(trial).await?;
        // What was measured says more than what was merely refused, and the first, most usual way most of all.
        if best.as_ref().is_none_or(|best| best.shown.refused && !found.shown.refused) {
            best = Some(found);
        }
    }
    Ok(best)
}

/// When the short test ends: at the latest as it was sent; one that was proved to count from the start of an old session
/// ends as soon as any other.
async fn ends(trial: &Trial<'_>, lasts: Duration, from_start: bool) -> Result<Timestamp, Outcome> {
    let (now, record) = (trial.link.clock.now(), trial.record().await?);
    let latest = record.test_limits(now).filter_map(|f| f.until).max().unwrap_or(now);
    Ok(if from_start { latest.min(now.checked_add(lasts).unwrap_or(latest)) } else { latest })
}

async fn note_recipe(trial: &Trial<'_>, found: &Found, place: &str) {
    if (found.recipe.purpose, found.recipe.connector, found.recipe.counts)
        == (Purpose::TxDefaultProfile, 0, Counts::Absolute)
    {
        return;
    }
    let finding = Finding {
        code: "limit_recipe".into(),
        gravity: Gravity::Attention,
        text: format!(
            "The usual way to put a limit (TxDefaultProfile on {place} 0, Absolute) was not obeyed; this one was: {}. \
             A platform must be told so, or it will not control this charger.",
            trial.proof.recipe
        ),
        evidence: found.shown.evidence.clone(),
    };
    let _ = trial.link.keep(Event::Found { finding }).await;
}

/// Takes the test limit away, with what was written under it for this transaction, so that the next way is tried on its
/// own.
///
/// # Errors
/// The outcome that ends the check: the charger is silent or gone.
pub async fn end_test(trial: &mut Trial<'_>) -> Result<(), Outcome> {
    trial.rest().await?;
    let record = trial.record().await?;
    for ask in in_force::way_back(&record, trial.link.clock.now()) {
        match trial.link.ask(ask).await {
            Ok(_) | Err(CallFailure::Error { .. } | crate::link::CallFailure::Held(_)) => {}
            Err(failure) => return Err(stopped(&failure)),
        }
    }
    Ok(())
}
