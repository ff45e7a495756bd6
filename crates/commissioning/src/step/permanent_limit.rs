//! The limit a charger keeps from now on, put where later platforms do not trip over it.

use std::time::Duration;

use chargehand_ocpp::profile::Purpose;

use crate::check::limit_follows;
use crate::event::{PermanentLimit, Step};
use crate::guard;
use crate::limit::{self, Counts, Recipe, SESSION_PROFILE, STATION_PROFILE};
use crate::link::Link;
use crate::outcome::{Outcome, Verdict};
use crate::profiles;
use crate::record::{InForce, Record, Transaction};
use crate::trial::{Shown, Trial, shows, stopped};
use crate::units::Amperes;
use crate::windows;

/// The station maximum: nothing a later platform sends can go above it, if it is obeyed.
const STATION: Recipe =
    Recipe { purpose: Purpose::StationMaxProfile, connector: 0, counts: Counts::Absolute, transaction: None };
/// Rejected or not obeyed in the first kind, it is tried in the second.
const KINDS: [Counts; 2] = [Counts::Absolute, Counts::Relative];

/// Writes the limit: as the station maximum if that is *proved* obeyed, else as the default of every session; for one
/// connector (2.x: one EVSE) as the default of its sessions.
pub async fn run(link: &Link, limit: Amperes, connector: u32) -> PermanentLimit {
    let mut recipe = String::new();
    let outcome = match write(link, limit, connector, &mut recipe).await {
        Ok(outcome) | Err(outcome) => outcome,
    };
    PermanentLimit { limit_ma: limit.milliamps(), recipe, outcome }
}

async fn write(link: &Link, limit: Amperes, connector: u32, recipe: &mut String) -> Result<Outcome, Outcome> {
    let record = link.record().await.map_err(|f| stopped(&f))?;
    guard::permanent(&record, limit)
        .map_err(|held| Outcome::new(Verdict::NotTested, format!("{held} {}", held.remedy())))?;
    if windows::stand(&record) {
        return Err(Outcome::new(Verdict::NotTested, windows::IN_THE_WAY));
    }
    // What stands there tells which places are taken.
    profiles::read(link, Step::PermanentLimit, &record).await;
    let mut proof = limit_follows::proof(limit);
    let trial = Trial::new(link, Step::PermanentLimit, &record, &mut proof).await?;
    let mut writing = Writing { trial, limit, recipe, tried: Vec::new() };
    if connector > 0 {
        return writing.on_one(&record, connector).await;
    }
    let charging = match record.running_transaction() {
        Some(transaction) if writing.draws_above().await => Some(transaction.clone()),
        _ => None,
    };
    if charging.is_some() && writing.prove(STATION).await?.verdict == Verdict::Passed {
        return Ok(writing.passed());
    }
    let outcome = match charging {
        Some(transaction) => writing.in_session(&record, &transaction).await,
        None => writing.as_default(&record).await,
    };
    if writing.tried.iter().any(|(put, shown)| *put == STATION && !shown.refused && shown.verdict != Verdict::Passed) {
        // Not proved: it must not stay there unproved. The default stands by now, so that there is no gap.
        profiles::give_back(link, STATION_PROFILE).await;
    }
    outcome
}

/// A permanent limit on its way into the charger.
struct Writing<'a, 'b> {
    trial: Trial<'a>,
    limit: Amperes,
    recipe: &'b mut String,
    tried: Vec<(Recipe, Shown)>,
}

impl Writing<'_, '_> {
    async fn draws_above(&mut self) -> bool {
        let limit = self.limit;
        self.trial.doing(format!("Waiting for a draw above {limit}"), self.trial.meter.window()).await;
        let began = tokio::time::Instant::now();
        while let Some(measured) = self.trial.reading(began, Duration::ZERO).await {
            if shows(measured.import, limit) {
                return true;
            }
        }
        false
    }

    /// Writes it in one place and measures.
    async fn prove(&mut self, recipe: Recipe) -> Result<Shown, Outcome> {
        let terms = self.trial.terms().await?;
        let profile = recipe.staying(self.limit, &terms);
        let shown = self.trial.attempt(&recipe, &terms, &profile, self.limit).await?;
        self.note(recipe, &shown).await
    }

    /// Writes it in one place; nothing can be measured.
    async fn put(&mut self, recipe: Recipe) -> Result<Shown, Outcome> {
        let shown = self.trial.put(&recipe, self.limit).await?;
        self.note(recipe, &shown).await
    }

    async fn note(&mut self, recipe: Recipe, shown: &Shown) -> Result<Shown, Outcome> {
        if !shown.refused {
            *self.recipe = recipe.words(&self.trial.terms().await?);
        }
        self.tried.push((recipe, shown.clone()));
        Ok(shown.clone())
    }

    /// The connectors where a default limit of ours stands: it would stand above the default for all.
    fn connectors(record: &Record) -> Vec<u32> {
        let own = record.in_force.iter().filter(|f| f.purpose == Purpose::TxDefaultProfile && f.until.is_none());
        own.map(|f| f.connector).filter(|connector| *connector > 0).collect()
    }

    /// TxDefaultProfile at the lowest level on the whole charger, and where one of ours stands on a connector; nothing can
    /// be measured. Some refuse the whole charger and take a connector (field problem P25).
    async fn as_default(&mut self, record: &Record) -> Result<Outcome, Outcome> {
        let mut taken = false;
        for connector in Self::places(record) {
            taken |= self.put_in_a_kind(connector).await?;
        }
        if !taken {
            self.put_in_a_kind(1).await?;
        }
        Ok(self.written())
    }

    /// For the sessions of one connector. In 2.x it takes the place of the default for all, so the others get that first.
    async fn on_one(&mut self, record: &Record, connector: u32) -> Result<Outcome, Outcome> {
        let for_all = |f: &&InForce| f.purpose == Purpose::TxDefaultProfile && f.connector == 0 && f.accepted;
        let default = record.in_force.iter().find(for_all).filter(|_| record.version().is_v2()).map(|f| f.limit);
        for other in record.connectors.keys().copied().filter(|other| *other > 0 && *other != connector) {
            if let Some(default) = default {
                self.trial.put(&Recipe::default_on(other, Counts::Absolute), default).await?;
            }
        }
        let charging = record.running_transaction().is_some_and(|t| t.connector.max(1) == connector);
        if charging && self.draws_above().await {
            let verdict = self.prove_in_a_kind(|counts| Recipe::default_on(connector, counts)).await?;
            return Ok(if verdict == Verdict::Passed { self.passed() } else { self.not_obeyed() });
        }
        self.put_in_a_kind(connector).await?;
        Ok(self.written())
    }

    /// Where a default of ours stands, and the whole charger; in 2.x the one excludes the other.
    fn places(record: &Record) -> Vec<u32> {
        let on_connectors = if record.version().is_v2() { Vec::new() } else { Self::connectors(record) };
        on_connectors.into_iter().chain(limit::homes(record)).collect()
    }

    /// In 2.x a limit on one EVSE has taken the place of that for all: the other EVSEs get theirs too.
    async fn on_the_others(&mut self, record: &Record, connector: u32) -> Result<(), Outcome> {
        let others = record.connectors.keys().copied().filter(|other| *other > 0 && *other != connector);
        for other in others.filter(|_| record.version().is_v2()) {
            self.put_in_a_kind(other).await?;
        }
        Ok(())
    }

    async fn put_in_a_kind(&mut self, connector: u32) -> Result<bool, Outcome> {
        for counts in KINDS {
            if !self.put(Recipe::default_on(connector, counts)).await?.refused {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same in the middle of a session, measured. Where the default is not followed it is tried for the transaction,
    /// then also on the connector: what holds for the transaction alone ends with it, so that is looked for in any case.
    async fn in_session(&mut self, record: &Record, charging: &Transaction) -> Result<Outcome, Outcome> {
        let places = Self::places(record);
        let first =
            if places.contains(&charging.connector) && record.version().is_v2() { charging.connector } else { 0 };
        for other in places.into_iter().filter(|place| *place != first) {
            self.put_in_a_kind(other).await?;
        }
        match self.prove_in_a_kind(|counts| Recipe::default_on(first, counts)).await? {
            Verdict::Passed => return Ok(self.passed()),
            Verdict::Failed => {}
            _ => return Ok(self.not_obeyed()),
        }
        let obeyed = self.prove_in_a_kind(|counts| Recipe::own(charging, counts)).await? == Verdict::Passed;
        let own = self.tried.last().filter(|_| obeyed).map(|(recipe, _)| *recipe);
        if self.tried.iter().any(|(put, shown)| put.purpose == Purpose::TxProfile && !shown.refused) {
            profiles::give_back(self.trial.link, SESSION_PROFILE).await;
        }
        if own.is_none() || self.draws_above().await {
            let connector = charging.connector.max(1);
            if self.prove_in_a_kind(|counts| Recipe::default_on(connector, counts)).await? == Verdict::Passed {
                self.on_the_others(record, connector).await?;
                return Ok(self.passed());
            }
            if record.version().is_v2() {
                // It took the place of the one for the whole charger, and no current shows that it is better there.
                self.put_in_a_kind(0).await?;
            }
        }
        let Some(own) = own else { return Ok(self.not_obeyed()) };
        self.put(own).await?;
        Ok(self.next_session())
    }

    async fn prove_in_a_kind(&mut self, recipe: impl Fn(Counts) -> Recipe) -> Result<Verdict, Outcome> {
        let mut verdict = Verdict::Failed;
        for counts in KINDS {
            verdict = self.prove(recipe(counts)).await?.verdict;
            if verdict != Verdict::Failed {
                break;
            }
        }
        Ok(verdict)
    }

    fn last(&self) -> Option<&Shown> {
        self.tried.last().map(|(_, shown)| shown)
    }

    /// Of what was taken and not obeyed, what was measured last; a refusal says less.
    fn measured(&self) -> Option<Amperes> {
        let not_obeyed = self.tried.iter().rev().filter(|(_, shown)| shown.verdict == Verdict::Failed);
        not_obeyed.filter_map(|(_, shown)| shown.measured).next()
    }

    fn outcome(&self, verdict: Verdict, text: String) -> Outcome {
        Outcome::new(verdict, text)
            .with_evidence(self.tried.iter().flat_map(|(_, shown)| shown.evidence.iter().copied()))
    }

    fn passed(&self) -> Outcome {
        let measured = self.last().and_then(|shown| shown.measured);
        let measured = measured.map_or_else(String::new, |m| format!("; measured {m}"));
        self.outcome(Verdict::Passed, format!("The charger keeps to {}{measured}.", self.limit))
    }

    /// A TxProfile ends with its transaction: what comes after it is not proved.
    fn next_session(&self) -> Outcome {
        let text = format!(
            "The charger keeps to {} in this charge only when it is told for this charge (TxProfile). For later ones it \
             took the limit as the default, but nothing shows yet that it keeps to it: stop the charge, start another one \
             and run the check of a limit.",
            self.limit
        );
        self.outcome(Verdict::Inconclusive, text)
    }

    fn written(&self) -> Outcome {
        let limit = self.limit;
        if self.tried.iter().all(|(_, shown)| shown.refused) {
            return self.outcome(Verdict::Failed, format!("The charger refused a limit of {limit}."));
        }
        let text = format!(
            "A limit of {limit} was accepted, but no car draws more, so it is not tested whether it is obeyed."
        );
        self.outcome(Verdict::NotTested, text)
    }

    fn not_obeyed(&self) -> Outcome {
        let limit = self.limit;
        if let Some(measured) = self.measured() {
            let text = format!(
                "The charger was told {limit} in every known way and still draws {measured}. Use its hardware limit."
            );
            return self.outcome(Verdict::Failed, text);
        }
        if self.tried.iter().all(|(_, shown)| shown.refused) {
            return self
                .outcome(Verdict::Failed, format!("The charger refused a limit of {limit} in every known way."));
        }
        let why = self.tried.iter().rev().find(|(_, shown)| !shown.why.is_empty()).map_or("", |(_, shown)| shown.why);
        self.outcome(
            Verdict::Inconclusive,
            format!("The charger was told {limit}, but nothing shows that it keeps to it. {why}"),
        )
    }
}
