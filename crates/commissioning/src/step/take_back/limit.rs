//! A limit is taken back: what stood in its place before comes back, never above the ceiling, and never is there a moment
//! without any limit where nothing else guards the circuit.

use chargehand_ocpp::Ask;
use chargehand_ocpp::profile::Purpose;

use crate::check::limit_follows;
use crate::event::Step;
use crate::in_force;
use crate::limit::{Counts, Recipe, Terms};
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::Was;
use crate::profiles;
use crate::record::{InForce, Listed, Place, Record};
use crate::step::undo::{ask, is_gone, said};
use crate::trial::{composite, stopped};
use crate::units::{Amperes, LEAST_OFFER};

/// Takes a limit back that stands in the charger since `was`.
pub(super) async fn run(link: &Link, limit: Amperes, was: &Was) -> Outcome {
    let Was::Limit { ours, named, listed } = was else {
        return Outcome::new(Verdict::NotApplicable, "It cannot be taken back: what was there is not known.");
    };
    let way = Way { link, limit, ours, named: *named, listed: listed.as_deref().unwrap_or_default() };
    match way.back().await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

/// Is it where a base limit stands?
fn is_base(place: Place) -> bool {
    place == Place { purpose: Purpose::TxDefaultProfile, connector: 0, stack_level: 0 }
}

struct Way<'a> {
    link: &'a Link,
    limit: Amperes,
    /// Our limits that stayed before.
    ours: &'a [InForce],
    /// The limit that the charger named before.
    named: Option<Amperes>,
    /// The profiles that it listed before.
    listed: &'a [Listed],
}

impl Way<'_> {
    async fn back(&self) -> Result<Outcome, Outcome> {
        let record = self.link.record().await.map_err(|f| stopped(&f))?;
        let Some(ceiling) = record.ceiling_parts.ceiling() else {
            return Err(Outcome::new(
                Verdict::NotTested,
                "No ceiling is entered, so no limit is sent. Enter it first.",
            ));
        };
        let stays = self.stays(ceiling.limit);
        let (mut evidence, mut told) = (Vec::new(), String::new());
        let is_there = self.default_back(&record, &mut told, &mut evidence).await?;
        if !is_there && !self.is_guarded(&record) {
            self.base(&record, stays, &mut evidence).await?;
        }
        let record = self.link.record().await.map_err(|f| stopped(&f))?;
        let mut refused = String::new();
        for entry in record.in_force.iter().filter(|entry| self.is_new(entry, stays)) {
            let status = self.out_of(&record, entry, ceiling.limit, &mut evidence).await?;
            if !matches!(status.as_str(), "Accepted" | "Unknown") {
                refused = status;
            }
        }
        if !refused.is_empty() {
            let text = format!("The charger refused to have its limit taken back ({refused}).");
            return Ok(Outcome::new(Verdict::Failed, text).with_evidence(evidence));
        }
        let (verdict, text) = self.is_back(&mut evidence).await?;
        Ok(Outcome::new(verdict, format!("{told}{text}")).with_evidence(evidence))
    }

    /// What an earlier platform had where the base would stand comes back first, in one message: there is no moment without
    /// a limit, and no base takes its place again. True: it is there.
    async fn default_back(&self, record: &Record, told: &mut String, evidence: &mut Vec<u64>) -> Result<bool, Outcome> {
        let replaced = record.in_force.iter().any(|entry| is_base(entry.place()));
        let foreign = self.listed.iter().find(|it| it.is_foreign() && it.place().is_some_and(is_base));
        let Some(listed) = foreign.filter(|_| replaced) else { return Ok(false) };
        let status = match said(self.link.call(listed.put_back(record.version())).await, evidence) {
            Ok(status) => status,
            Err(CallFailure::Held(held)) => held.to_string(),
            Err(failure) => return Err(stopped(&failure)),
        };
        let (is_there, words) = (status == "Accepted", listed.words());
        *told = if is_there {
            format!("{words} is back as it was. ")
        } else {
            format!("{words} is not put back ({status}). ")
        };
        Ok(is_there)
    }

    /// The limit that must stay where nothing else guards the circuit: what the charger named before, and no pause.
    fn stays(&self, ceiling: Amperes) -> Amperes {
        self.named.filter(|named| (LEAST_OFFER..ceiling).contains(named)).map_or(ceiling, Amperes::floor_to_tenth)
    }

    /// Is the circuit guarded without what the plan wrote?
    fn is_guarded(&self, record: &Record) -> bool {
        let ceiling = record.ceiling_parts.ceiling();
        let ours = self.ours.iter().filter(|f| f.purpose != Purpose::TxProfile).map(|f| f.connector);
        ceiling.is_some_and(|it| it.hardware_confirmed || profiles::guarded(record, it.limit))
            || profiles::cover_all(record, &ours.collect::<Vec<_>>())
    }

    /// The base, where none of ours stands for all sessions.
    async fn base(&self, record: &Record, limit: Amperes, evidence: &mut Vec<u64>) -> Result<(), Outcome> {
        let in_the_way = |it: &&Listed| it.is_foreign() && it.place().is_some_and(is_base);
        if let Some(foreign) = self.listed.iter().find(in_the_way) {
            let text = format!(
                "{} stands where a base limit would have to, and does not hold the current below the ceiling by itself. So the \
                 limit of the plan stays. Confirm the hardware limit, or clear that one first.",
                foreign.words()
            );
            return Err(Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence.iter().copied()));
        }
        let profile = Recipe::default_on(0, Counts::Absolute).staying(limit, &Terms::of(record, self.link.clock.now()));
        let status =
            ask(self.link, Ask::SetProfile { connector: 0, profile }, evidence).await.map_err(|f| stopped(&f))?;
        if status == "Accepted" {
            return Ok(());
        }
        let text = format!("The charger took no base limit of {limit} ({status}), so the limit of the plan stays.");
        Err(Outcome::new(Verdict::Failed, text).with_evidence(evidence.iter().copied()))
    }

    /// Was it not there before? The base that stays is no news.
    fn is_new(&self, entry: &InForce, stays: Amperes) -> bool {
        let before = |f: &InForce| f.place() == entry.place() && f.limit == entry.limit;
        let is_base =
            entry.place().connector == 0 && entry.purpose == Purpose::TxDefaultProfile && entry.limit == stays;
        entry.lasts()
            && !self.ours.iter().any(before)
            && (!is_base || self.ours.iter().any(|f| f.place() == entry.place()))
    }

    /// What was in its place before takes it; else it goes.
    async fn out_of(
        &self,
        record: &Record,
        entry: &InForce,
        ceiling: Amperes,
        evidence: &mut Vec<u64>,
    ) -> Result<String, Outcome> {
        let foreign = self.listed.iter().find(|it| it.is_foreign() && it.place() == Some(entry.place()));
        if let Some(listed) = foreign {
            return said(self.link.call(listed.put_back(record.version())).await, evidence).map_err(|f| stopped(&f));
        }
        let step = match self.ours.iter().find(|f| f.place() == entry.place()) {
            Some(before) => {
                let terms = Terms::of(record, self.link.clock.now());
                let profile = in_force::recipe(before).staying(before.limit.min(ceiling), &terms);
                Ask::SetProfile { connector: entry.connector, profile }
            }
            None => Ask::ClearProfile { id: entry.profile },
        };
        ask(self.link, step, evidence).await.map_err(|f| stopped(&f))
    }

    /// Does a higher limit than that of the plan hold again, or what the charger named before?
    async fn is_back(&self, evidence: &mut Vec<u64>) -> Result<(Verdict, String), Outcome> {
        let record = self.link.record().await.map_err(|f| stopped(&f))?;
        let holds = record.in_force.iter().filter(|f| f.until.is_none() && f.is_steady()).map(|f| f.limit).min();
        if holds.is_none_or(|holds| holds > self.limit) && self.named.is_none_or(|named| named > self.limit) {
            let mut proof = limit_follows::proof(self.limit);
            return is_gone(self.link, (Step::TakeBack, "limit"), &mut proof, self.limit, evidence).await;
        }
        let now = composite(self.link, &record, 1).await;
        evidence.extend(now.map(|(_, number)| number));
        Ok(match now {
            Some((now, _)) if holds.into_iter().chain(self.named).min().is_some_and(|before| now <= before) => {
                (Verdict::Passed, format!("The charger names {now} as its limit again."))
            }
            Some((now, _)) => (Verdict::Inconclusive, format!("The charger names {now} as its limit now.")),
            None => (Verdict::Inconclusive, "The charger does not tell what limits it now.".to_owned()),
        })
    }
}
