//! A line that changes the list of cards.

use chargehand_ocpp::local_list::{Entry, Update};
use tokio::time::Instant;

use super::{Applying, Written};
use crate::link::CallFailure;
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Card, Was, cards};
use crate::record::Record;
use crate::step::local_list::{self, Pieces, Sent, Told};

impl Applying<'_> {
    pub(super) async fn cards(
        &mut self,
        line: u32,
        record: &Record,
        cards: &[Card],
        replace: bool,
    ) -> Result<Written, CallFailure> {
        let entries: Vec<Entry<'_>> = cards.iter().map(|card| card.entry(true)).collect();
        let first = if replace { Update::Full } else { Update::Differential };
        let pieces = Pieces::new(first, &entries, cards::at_once(record));
        let (mut evidence, mut again) = (Vec::new(), false);
        loop {
            let (told, seen) = match local_list::ask(self.link).await {
                Ok(told) => told,
                Err(failure) => return Ok(Written { written: false, ..Written::cut(&failure) }),
            };
            evidence.extend(seen);
            let told = match told {
                Told::Version(told) => told,
                Told::Not(why) => return Ok(not_sent(&why, evidence)),
            };
            // What the way back is was said: it is not written where it is another one.
            let said = cards::way(record.cards.told, replace);
            let now = cards::way(Some(told), replace);
            if said == cards::Way::Empty && now == cards::Way::None {
                let why = format!(
                    "The list was empty when this was planned, and is version {told} now: what somebody else wrote could not \
                     be put back. Look at the line, and plan it again if it is to be replaced."
                );
                return Ok(not_sent(&why, evidence));
            }
            self.about_to_write(line, Was::Cards { version: told }).await?;
            let sent = local_list::send(self.link, record.version(), told, &pieces).await;
            self.wrote = Some(Instant::now());
            evidence.extend(&sent.evidence);
            if sent.mismatch && !again {
                again = true;
                continue;
            }
            return self.came_of(record, sent, cards, replace, evidence).await;
        }
    }

    async fn came_of(
        &self,
        record: &Record,
        sent: Sent,
        cards: &[Card],
        replace: bool,
        evidence: Vec<u64>,
    ) -> Result<Written, CallFailure> {
        if let Some(failure) = &sent.failure {
            return Ok(Written { written: sent.taken > 0 || !failure.evidence().is_empty(), ..Written::cut(failure) });
        }
        if let Some(why) = &sent.refused {
            let text = match sent.taken {
                0 => format!("The charger's list was not changed: {why}."),
                taken => format!("The charger took {taken} of {} messages, then not the next: {why}.", sent.of),
            };
            let outcome = Outcome::new(Verdict::Failed, text.replace("..", ".")).with_evidence(evidence);
            return Ok(Written { written: sent.taken > 0, ..Written::done(outcome) });
        }
        let mut outcome = match local_list::is_kept(self.link, sent.version, replace && cards.is_empty()).await {
            Ok(outcome) => outcome,
            Err(failure) => return Ok(Written { written: true, ..Written::cut(&failure) }),
        };
        if outcome.verdict == Verdict::Passed {
            outcome.finding.push_str(&shows(record, cards));
        }
        Ok(Written::done(outcome.with_evidence(evidence)))
    }
}

fn not_sent(why: &str, evidence: Vec<u64>) -> Written {
    Written::not(Outcome::new(Verdict::NotTested, format!("Not sent. {why}")).with_evidence(evidence))
}

/// What a version does not show.
fn shows(record: &Record, list: &[Card]) -> String {
    if list.is_empty() {
        return " That shows that it took the list, not what its own app or its memory of cards still allows.".into();
    }
    let acts = cards::acts(record);
    let acts = if acts.is_empty() { acts } else { format!(" {acts}") };
    format!(" That shows that it keeps the list, not that a card starts a charge: hold one up to it.{acts}")
}
