//! What did an earlier platform or owner leave? The charger is only asked.

use std::time::Duration;

use crate::event::{Event, Step};
use crate::link::Link;
use crate::outcome::{Outcome, Verdict};
use crate::plan::cards;
use crate::plan::residue::residue;
use crate::profiles;
use crate::step::local_list;
use crate::trial::{composite, stopped};

/// Asks for the limit in force, for the version of its list of cards and, in 2.x, for the profiles; keeps all of it.
pub async fn run(link: &Link) -> Outcome {
    match look(link).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn look(link: &Link) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    link.doing(Step::Residue, "Asking which limits are in the charger", Some(Duration::from_secs(30))).await;
    let listed = profiles::read(link, Step::Residue, &record).await;
    let named = composite(link, &record, 1).await;
    // While one of ours is in force the charger names that.
    if record.in_force.is_empty() {
        let limit = named.map(|(limit, _)| limit);
        let kept = link.keep(Event::Looked { named: limit }).await;
        kept.map_err(|f| stopped(&f))?;
    }
    let asked = match cards::lacks(&record) {
        Some(_) => Vec::new(),
        None => local_list::ask(link).await.map(|(_, frames)| frames).map_err(|failure| stopped(&failure))?,
    };
    let evidence = asked.into_iter().chain(named.map(|(_, number)| number));
    let evidence = evidence.chain(listed.iter().flat_map(|(_, frames)| frames.iter().copied()));
    let found = residue(&link.record().await.map_err(|f| stopped(&f))?);
    let knows = listed.is_some() || named.is_some();
    let outcome = match (found.len(), knows) {
        (0, true) => Outcome::new(Verdict::Passed, "Nothing of an earlier platform was found."),
        (0, false) => Outcome::new(
            Verdict::Inconclusive,
            "The charger neither lists its profiles nor names a limit. What an earlier platform left cannot be seen.",
        ),
        (count, _) => {
            let all: Vec<&str> = found.iter().map(|it| it.what.as_str()).take(10).collect();
            let things = if count == 1 { "thing was" } else { "things were" };
            Outcome::new(Verdict::Failed, format!("{count} {things} found: {}.", all.join("; ")))
        }
    };
    Ok(outcome.with_evidence(evidence))
}
