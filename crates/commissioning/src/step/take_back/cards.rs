//! What was written into the list of cards is taken back: a list that was empty is emptied, cards that were added are taken
//! out.

use chargehand_ocpp::local_list::{Entry, Update};

use super::cannot;
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Card, cards};
use crate::record::Record;
use crate::step::local_list::{self, Pieces, Told};

/// Takes back a line that was written when the list had the version `was`.
pub(super) async fn run(
    link: &Link,
    record: &Record,
    cards: &[Card],
    replace: bool,
    was: i64,
) -> Result<Outcome, CallFailure> {
    let way = cards::way(Some(was), replace);
    if way == cards::Way::None {
        return Ok(cannot(&format!("The list held cards before (version {was}), and OCPP cannot read them.")));
    }
    let out: Vec<Entry<'_>> = cards.iter().map(|card| card.entry(false)).collect();
    let (mut evidence, mut again) = (Vec::new(), false);
    loop {
        let (told, seen) = local_list::ask(link).await?;
        evidence.extend(seen);
        let told = match told {
            Told::Version(told) => told,
            Told::Not(why) => return Ok(Outcome::new(Verdict::Inconclusive, why).with_evidence(evidence)),
        };
        // Somebody else has changed it since: what they wrote stays.
        let only_ours = link.record().await?.cards.sent.is_some_and(|sent| sent == told || told == 0);
        let empties = way == cards::Way::Empty && only_ours;
        if !empties && out.is_empty() {
            return Ok(cannot("Somebody else has changed the list since."));
        }
        let pieces = if empties {
            Pieces::new(Update::Full, &[], 1)
        } else {
            Pieces::new(Update::Differential, &out, cards::at_once(record))
        };
        let sent = local_list::send(link, record.version(), told, &pieces).await;
        evidence.extend(&sent.evidence);
        if sent.mismatch && !again {
            again = true;
            continue;
        }
        if let Some(failure) = sent.failure {
            return Err(failure);
        }
        if let Some(why) = sent.refused {
            let text =
                format!("The charger did not take the cards out ({} of {} messages): {why}.", sent.taken, sent.of);
            return Ok(Outcome::new(Verdict::Failed, text.replace("..", ".")).with_evidence(evidence));
        }
        let mut outcome = local_list::is_kept(link, sent.version, true).await?;
        let did = if empties { "The list was emptied again.".into() } else { taken_out(cards, way) };
        outcome.finding = format!("{did} {}", outcome.finding);
        return Ok(outcome.with_evidence(evidence));
    }
}

fn taken_out(list: &[Card], way: cards::Way) -> String {
    let stays = if way == cards::Way::Empty { " What somebody else wrote into it since stays." } else { "" };
    format!("{} were taken out.{stays}", cards::names(list))
}
