//! Lines that rehearse demand response, or hold it for a time.

use tokio::time::Instant;

use super::{Applying, Written, gone, ours};
use crate::check::demand_response::stopped_by_a_person;
use crate::demand::Order;
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::Was;
use crate::record::Record;
use crate::step;

impl Applying<'_> {
    /// It takes away by itself what it writes, and looks whether it is gone.
    pub(super) async fn demand_response(
        &mut self,
        line: u32,
        record: &Record,
        order: &Order,
    ) -> Result<Written, CallFailure> {
        self.about_to_write(line, Was::Limit { ours: ours(record), named: None, listed: None }).await?;
        let run = step::respond(self.link, order, std::future::pending()).await;
        self.wrote = Some(Instant::now());
        let after = self.link.record().await?;
        let left = after.test_limits(self.link.clock.now()).next().is_some();
        let finding = format!("{} {}", run.outcome.finding, run.undone.finding);
        let verdict = if left { Verdict::Inconclusive } else { run.outcome.verdict };
        let evidence = run.outcome.evidence.into_iter().chain(run.undone.evidence);
        Ok(Written {
            written: left,
            stop: gone(&after),
            ..Written::done(Outcome::new(verdict, finding).with_evidence(evidence))
        })
    }
}

/// Ends a run that was cut short by a person.
pub(super) async fn cancelled(link: &Link) -> Outcome {
    let Some(mut run) = link.record().await.ok().and_then(|record| record.demand_responses.back().cloned()) else {
        return Outcome::new(Verdict::NotApplicable, "Nothing had begun.");
    };
    stopped_by_a_person(&mut run);
    step::end_demand_response(link, run).await.undone
}
