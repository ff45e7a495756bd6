//! Lines that write or clear limits.

use chargehand_ocpp::read::answer_status;
use chargehand_ocpp::{Ask, Call};
use serde_json::json;

use super::{Applying, Written, gone};
use crate::event::Step;
use crate::limit::{Counts, Recipe};
use crate::link::{Answered, CallFailure};
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Was, residue};
use crate::profiles;
use crate::record::Record;
use crate::step::{self, permanent_limit};
use crate::trial::Trial;
use crate::units::Amperes;

impl Applying<'_> {
    pub(super) async fn limit(
        &mut self,
        line: u32,
        record: &Record,
        limit: Amperes,
        connector: u32,
    ) -> Result<Written, CallFailure> {
        let was = self.limits_now(record).await;
        self.about_to_write(line, was).await?;
        let permanent = permanent_limit::run(self.link, limit, connector).await;
        self.wrote = Some(tokio::time::Instant::now());
        if connector == 0 {
            step::keep_permanent(self.link, &permanent).await;
        }
        let after = self.link.record().await?;
        // Its answer never came, or means nothing: it may be there.
        let open = after.in_force.iter().any(|it| !it.accepted && !record.in_force.contains(it));
        let written = !permanent.recipe.is_empty() || open;
        let silent = || permanent.outcome.verdict == Verdict::Inconclusive && permanent.recipe.is_empty() && open;
        let stop = gone(&after).or_else(|| silent().then(|| permanent.outcome.finding.clone()));
        Ok(Written { written, stop, ..Written::done(permanent.outcome) })
    }

    /// A profile that is not ours goes: the charger lists it before and not after.
    pub(super) async fn clear_one(&mut self, line: u32, record: &Record, profile: i32) -> Result<Written, CallFailure> {
        let listed: Vec<_> = record.listed.iter().flatten().filter(|it| it.id() == Some(profile)).cloned().collect();
        self.about_to_write(line, Was::Limit { ours: Vec::new(), named: None, listed: Some(listed) }).await?;
        let Answered { payload, sent, number, .. } =
            match self.send(record.call(&Ask::ClearProfile { id: profile }), false).await {
                Ok(answered) => answered,
                Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
                    let outcome = Outcome::new(Verdict::Failed, format!("{failure} It was not cleared."));
                    return Ok(Written::not(outcome.with_evidence(failure.evidence())));
                }
                Err(failure) => return Ok(Written::cut(&failure)),
            };
        let status = answer_status(&payload);
        let after = profiles::read(self.link, Step::Plan, record).await;
        let (verdict, text) = match &after {
            Some((left, _)) if left.iter().all(|it| it.id() != Some(profile)) => {
                (Verdict::Passed, "It is gone: the charger does not list it any more.".to_owned())
            }
            Some(_) => (Verdict::Failed, format!("The charger answered {status}, and still lists it.")),
            None => {
                (Verdict::Inconclusive, format!("The charger answered {status}, and does not list its profiles now."))
            }
        };
        let frames = [sent, number].into_iter().chain(after.into_iter().flat_map(|(_, frames)| frames));
        let outcome = Outcome::new(verdict, text).with_evidence(frames);
        Ok(if status == "Accepted" { Written::done(outcome) } else { Written::not(outcome) })
    }

    /// 1.6: everything goes, and a base at the ceiling stands at once. The guard holds it back where no hardware limit is
    /// confirmed.
    pub(super) async fn clear_all(&mut self, line: u32, record: &Record) -> Result<Written, CallFailure> {
        let Some(ceiling) = record.ceiling_parts.ceiling() else {
            return Ok(Written::not(Outcome::new(Verdict::NotTested, "No ceiling was entered. Nothing was sent.")));
        };
        let was = self.limits_now(record).await;
        self.about_to_write(line, was).await?;
        let Answered { payload, sent, number, .. } =
            match self.send(Call::new("ClearChargingProfile", json!({})), false).await {
                Ok(answered) => answered,
                Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
                    let outcome = Outcome::new(Verdict::Failed, format!("{failure} Nothing was cleared."));
                    return Ok(Written::not(outcome.with_evidence(failure.evidence())));
                }
                Err(failure) => return Ok(Written::cut(&failure)),
            };
        let status = answer_status(&payload);
        let based = self.base(record, ceiling.limit).await;
        let looked = step::residue::run(self.link).await;
        let left = residue::residue(&self.link.record().await?).iter().any(|it| it.clear.is_some());
        let (verdict, text) = match (based, left) {
            (false, _) => (
                Verdict::Inconclusive,
                format!("The charger answered {status}, but took no base limit of {} after it.", ceiling.limit),
            ),
            (true, true) => (Verdict::Failed, format!("The charger answered {status}. {}", looked.finding)),
            (true, false) => (
                Verdict::Passed,
                format!(
                    "The charger answered {status} and names no lower limit than the base of {} now.",
                    ceiling.limit
                ),
            ),
        };
        let outcome = Outcome::new(verdict, text).with_evidence([sent, number]).with_evidence(looked.evidence);
        Ok(Written { written: status == "Accepted" || based, ..Written::done(outcome) })
    }

    async fn base(&self, record: &Record, limit: Amperes) -> bool {
        let mut proof = crate::check::limit_follows::proof(limit);
        let Ok(mut trial) = Trial::new(self.link, Step::Plan, record, &mut proof).await else { return false };
        let put = trial.put(&Recipe::default_on(0, Counts::Absolute), limit).await;
        put.is_ok_and(|shown| !shown.refused)
    }
}
