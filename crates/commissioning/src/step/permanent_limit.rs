//! The limit a charger keeps from now on, put where later platforms do not trip over it.

use chargehand_ocpp::v16::call;
use chargehand_ocpp::v16::profile::Purpose;

use crate::check::limit_follows;
use crate::event::{PermanentLimit, Step};
use crate::guard;
use crate::limit::{self, BASE_PROFILE, Recipe, STATION_PROFILE, Terms};
use crate::link::Link;
use crate::outcome::{Outcome, Verdict};
use crate::record::{Record, Transaction};
use crate::trial::{Shown, Trial, shows, stopped};
use crate::units::Amperes;

/// The station maximum: nothing a later platform sends can go above it, if it is obeyed.
const STATION: Recipe =
    Recipe { purpose: Purpose::ChargePointMaxProfile, connector: 0, absolute: true, transaction: None };

/// Writes the limit: as the station maximum if that is *proved* obeyed, else as the default of every session.
pub async fn run(link: &Link, limit: Amperes) -> PermanentLimit {
    let mut recipe = String::new();
    let outcome = match write(link, limit, &mut recipe).await {
        Ok(outcome) | Err(outcome) => outcome,
    };
    PermanentLimit { limit_ma: limit.milliamps(), recipe, outcome }
}

async fn write(link: &Link, limit: Amperes, recipe: &mut String) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    guard::permanent(&record, limit)
        .map_err(|held| Outcome::new(Verdict::NotTested, format!("{held} {}", held.remedy())))?;
    let mut proof = limit_follows::proof(limit);
    let mut trial = Trial::new(link, Step::PermanentLimit, &record, &mut proof).await?;
    let charging = record.running_transaction().cloned();
    let draws_more = match &charging {
        Some(transaction) => draws_above(&mut trial, transaction, limit).await,
        None => false,
    };
    if draws_more {
        let shown = put(&mut trial, &record, STATION, STATION_PROFILE, limit, recipe).await?;
        if shown.verdict == Verdict::Passed {
            return Ok(passed(limit, &shown));
        }
        // Not proved: it must not stay there unproved.
        let _ = link.call(call::clear_charging_profile(STATION_PROFILE)).await;
    }
    as_default(&mut trial, &record, limit, charging.filter(|_| draws_more), recipe).await
}

async fn draws_above(trial: &mut Trial<'_>, transaction: &Transaction, limit: Amperes) -> bool {
    trial.of_connector(transaction.connector);
    let window = trial.window();
    trial.doing(format!("Waiting for a draw above {limit}"), window).await;
    let deadline = tokio::time::Instant::now() + window;
    while let Some((_, draw)) = trial.reading(deadline).await {
        if shows(draw, limit) {
            return true;
        }
    }
    false
}

async fn put(
    trial: &mut Trial<'_>,
    record: &Record,
    recipe: Recipe,
    id: i32,
    limit: Amperes,
    words: &mut String,
) -> Result<Shown, Outcome> {
    let terms = Terms::of(record, trial.link.clock.now());
    let shown = trial.attempt(&recipe, &terms, &recipe.staying(id, limit, &terms), limit).await?;
    if shown.verdict == Verdict::Passed || shown.measured.is_some() || shown.verdict == Verdict::Inconclusive {
        *words = recipe.words(&terms);
    }
    Ok(shown)
}

/// TxDefaultProfile at the lowest level on the whole charger; where it is not followed in the middle of a session, also
/// on that transaction and on its connector.
async fn as_default(
    trial: &mut Trial<'_>,
    record: &Record,
    limit: Amperes,
    charging: Option<Transaction>,
    words: &mut String,
) -> Result<Outcome, Outcome> {
    let mut last = put(trial, record, limit::base_recipe(true), BASE_PROFILE, limit, words).await?;
    if last.verdict == Verdict::Failed && last.measured.is_none() {
        last = put(trial, record, limit::base_recipe(false), BASE_PROFILE, limit, words).await?;
    }
    let Some(transaction) = charging else { return Ok(written(limit, &last)) };
    if last.verdict == Verdict::Passed {
        return Ok(passed(limit, &last));
    }
    let connector = transaction.connector.max(1);
    let own = Recipe { purpose: Purpose::TxProfile, connector, absolute: true, transaction: Some(transaction.id) };
    let on_connector = Recipe { purpose: Purpose::TxDefaultProfile, connector, absolute: true, transaction: None };
    for (recipe, id) in [(own, STATION_PROFILE), (on_connector, BASE_PROFILE)] {
        last = put(trial, record, recipe, id, limit, words).await?;
        if last.verdict == Verdict::Passed {
            return Ok(passed(limit, &last));
        }
    }
    Ok(not_obeyed(limit, &last))
}

fn passed(limit: Amperes, shown: &Shown) -> Outcome {
    let measured = shown.measured.map_or_else(String::new, |m| format!("; measured {m}"));
    Outcome::new(Verdict::Passed, format!("The charger keeps to {limit}{measured}."))
        .with_evidence(shown.evidence.clone())
}

fn written(limit: Amperes, shown: &Shown) -> Outcome {
    let (verdict, text) = if shown.verdict == Verdict::Failed && shown.measured.is_none() {
        (Verdict::Failed, format!("The charger refused a limit of {limit}."))
    } else {
        let text = format!(
            "A limit of {limit} was accepted, but no car draws more, so it is not tested whether it is obeyed."
        );
        (Verdict::NotTested, text)
    };
    Outcome::new(verdict, text).with_evidence(shown.evidence.clone())
}

fn not_obeyed(limit: Amperes, shown: &Shown) -> Outcome {
    let text = match shown.measured {
        Some(measured) => format!(
            "The charger was told {limit} in every known way and still draws {measured}. Use its hardware limit."
        ),
        None => format!("The charger was told {limit}, but no reading shows whether it keeps to it."),
    };
    let verdict = if shown.measured.is_some() { Verdict::Failed } else { Verdict::Inconclusive };
    Outcome::new(verdict, text).with_evidence(shown.evidence.clone())
}
