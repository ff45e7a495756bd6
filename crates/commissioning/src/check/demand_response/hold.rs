//! One signal, held: asked for with an end of its own, and again at half of that, so that the charger falls back to the
//! base by itself when this computer sleeps or leaves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use super::super::limit_follows::charging;
use super::super::recipes;
use super::{Asking, about_feeding_back, keep, not_asked, why};
use crate::demand::{Drm, Expressed, Expression, OutputDead, Signal};
use crate::limit::Recipe;
use crate::meter::Meter;
use crate::outcome::{Outcome, Verdict};
use crate::record::Record;
use crate::setting::Setting;
use crate::trial::{seconds, shows, stopped, tolerated};
use crate::units::{Amperes, LEAST_OFFER};

/// A limit that is held ends by itself after this.
const DEAD_MAN: Duration = Duration::from_secs(300);
/// And is asked for again after half of it.
const AGAIN_AFTER: Duration = Duration::from_secs(150);
/// Nothing is sent more often than this, whatever changes: chargers write each profile to their flash.
const NOT_SOONER: Duration = Duration::from_secs(10);
/// Nothing is measured while no car charges; somebody may come.
const LOOKS_EVERY: Duration = Duration::from_secs(10);
/// A reading that old still tells what was drawn before.
const FRESH_S: i64 = 120;
/// The most frames that a hold rests on.
const EVIDENCE: usize = 60;

/// What was held so far.
struct Held {
    limit: Amperes,
    /// What it falls back to.
    base: Amperes,
    since: Instant,
    from: Timestamp,
    /// What was drawn before.
    before: Option<Amperes>,
    /// The most that was measured once the charger had had its time.
    most: Option<Amperes>,
    times: u32,
    /// What of the signal is not asked, as a sentence.
    left_out: String,
    evidence: Vec<u64>,
}

impl Asking<'_, '_> {
    /// Holds the one signal for so many seconds, or until this is dropped.
    pub(super) async fn hold(&mut self, for_s: Option<u32>) -> Result<(), Outcome> {
        let Expression::Expressed(expressed) = self.expression(&self.run.modes[0].signal.clone()).await? else {
            return Ok(());
        };
        self.find_the_way(expressed.limit).await?;
        let until = for_s.map(|s| Instant::now() + Duration::from_secs(s.into()));
        let mut held = None;
        let Some(way) = self.way else { return Ok(()) };
        while until.is_none_or(|until| Instant::now() < until) {
            self.lower_the_base().await?;
            self.as_chosen_by_hand().await?;
            let signal = self.run.modes[0].signal.clone();
            let Expression::Expressed(expressed) = self.expression(&signal).await? else {
                return Err(Outcome::new(
                    Verdict::Inconclusive,
                    "It cannot be expressed any more: the ceiling changed.",
                ));
            };
            self.ask_again(&mut held, &way, &expressed).await?;
            self.look_at_the_meter(&mut held, until).await?;
        }
        Ok(())
    }

    /// What a person holds by hand may be another limit by now.
    async fn as_chosen_by_hand(&mut self) -> Result<(), Outcome> {
        let chosen = self.trial.record().await?.by_hand;
        let mode = &mut self.run.modes[0];
        if let (Signal::ByHand { limit: was }, Some(limit)) = (&mode.signal, chosen)
            && *was != limit
        {
            mode.signal = Signal::ByHand { limit };
            mode.name = mode.signal.name();
        }
        Ok(())
    }

    /// What an earlier check proved, else it is proved now with the car that charges.
    async fn find_the_way(&mut self, limit: Amperes) -> Result<(), Outcome> {
        let record = self.trial.record().await?;
        let running = match record.running_transaction() {
            Some(running) => Some(running.clone()),
            None if self.order.commence && limit >= LEAST_OFFER && is_plugged(&record) => {
                Some(charging(&mut self.trial).await?)
            }
            None => None,
        };
        let terms = self.trial.terms().await?;
        if let Some((way, fallback)) = recipes::known(&record, &terms, running.as_ref()) {
            return self.relies_on(way, &fallback).await;
        }
        let Some(running) = running else {
            let text = "Nothing proves yet that this charger falls back by itself, and no car is charging to prove it with. \
                        Run the check of a limit with a car first.";
            return Err(Outcome::new(Verdict::NotTested, text));
        };
        self.trial.meter.of(&running);
        let asked = if limit >= LEAST_OFFER { limit } else { self.base };
        self.prove_the_way(asked, &running).await
    }

    /// Sends it where it is due, or where it has come to another limit.
    async fn ask_again(&mut self, held: &mut Option<Held>, way: &Recipe, expressed: &Expressed) -> Result<(), Outcome> {
        let limit = expressed.limit;
        let not_sooner = not_sooner(&self.trial.record().await?);
        let due = held.as_ref().is_none_or(|held| {
            let age = held.since.elapsed();
            let same = (held.limit, held.base) == (limit, self.base);
            age >= AGAIN_AFTER || (!same && age >= not_sooner)
        });
        if !due {
            return Ok(());
        }
        self.stand_on_the_base(way).await?;
        let evidence = if self.run.modes[0].signal.is_only_about_feeding_back() {
            let (status, frames) = self.ask_about_feeding_back(way, expressed, seconds(DEAD_MAN)).await?;
            self.run.modes[0].outcome = about_feeding_back(&status, frames.clone());
            if status != "Accepted" {
                return Err(self.run.modes[0].outcome.clone());
            }
            frames
        } else {
            let shown = self.trial.renew(way, limit, self.base, seconds(DEAD_MAN)).await?;
            if shown.refused {
                let text = format!("The charger refused a limit of {limit}.");
                self.run.modes[0].outcome = Outcome::new(Verdict::Failed, text).with_evidence(shown.evidence.clone());
                return Err(self.run.modes[0].outcome.clone());
            }
            shown.evidence
        };
        self.asked(held, expressed, evidence).await
    }

    async fn asked(
        &mut self,
        held: &mut Option<Held>,
        expressed: &Expressed,
        evidence: Vec<u64>,
    ) -> Result<(), Outcome> {
        // Nobody draws the curve of a hold, and it may last for days.
        let proof = &mut *self.trial.proof;
        [&mut proof.asked, &mut proof.measured, &mut proof.offered].into_iter().for_each(Vec::clear);
        let (limit, now, record) = (expressed.limit, self.trial.link.clock.now(), self.trial.record().await?);
        if let Some(held) = held.as_mut().filter(|held| held.limit == limit) {
            (held.since, held.base, held.times) = (Instant::now(), self.base, held.times + 1);
            held.rests_on(evidence);
            self.judge(held).await;
            return Ok(());
        }
        let fresh = record.readings.back().filter(|reading| now.duration_since(reading.at).as_secs() <= FRESH_S);
        let before = match held {
            Some(held) => held.before,
            None => fresh.and_then(|reading| reading.import),
        };
        let mode = &mut self.run.modes[0];
        (mode.asked_ma, mode.why, mode.sent) = (Some(limit.milliamps()), why(expressed), expressed.sent.to_string());
        (mode.at, mode.before_ma) = (mode.at.or(Some(now)), before.map(Amperes::milliamps));
        let new = Held {
            limit,
            base: self.base,
            since: Instant::now(),
            from: now,
            before,
            most: None,
            times: 1,
            left_out: not_asked(expressed),
            evidence,
        };
        self.judge(held.insert(new)).await;
        Ok(())
    }

    /// The next reading, or some time where there is none to come.
    async fn look_at_the_meter(&mut self, held: &mut Option<Held>, until: Option<Instant>) -> Result<(), Outcome> {
        let record = self.trial.record().await?;
        if record.connected.is_none() {
            let base = self.base;
            let text = format!(
                "The charger disconnected while it was held. {} it falls back to the base of {base} by itself, and charges on \
                 at that; nothing is asked again when it comes back.",
                ends_at(&record, self.trial.link.clock.now())
                    .map_or_else(|| "Then".into(), |ends| format!("At {ends} UTC at the latest"))
            );
            return Err(Outcome::new(Verdict::Inconclusive, text));
        }
        let left = until.map_or(LOOKS_EVERY, |until| until.saturating_duration_since(Instant::now()));
        let Some(running) = record.running_transaction() else {
            let text = "Held; no car is charging, so nothing is measured";
            self.trial.doing(text, LOOKS_EVERY.min(left)).await;
            sleep(LOOKS_EVERY.min(left)).await;
            return Ok(());
        };
        if self.trial.meter.over().is_some() {
            self.trial.meter = Meter::watch(self.trial.link, &record).await.map_err(|failure| stopped(&failure))?;
        }
        self.trial.meter.of(running);
        let Some(held) = held.as_mut() else { return Ok(()) };
        let ends = ends_at(&record, self.trial.link.clock.now());
        let ends = ends.map_or_else(String::new, |at| format!("; without this computer it ends by itself at {at} UTC"));
        self.trial.doing(format!("Held at {}{ends}", held.limit), left).await;
        let measured = tokio::select! {
            measured = self.trial.reading(Instant::now(), Duration::ZERO) => measured,
            () = sleep(left.max(Duration::from_secs(1))), if until.is_some() => None,
        };
        let settles = i64::from(seconds(self.trial.meter.window()));
        let settled = held.from.checked_add(SignedDuration::from_secs(settles)).unwrap_or(held.from);
        let Some(measured) = measured.filter(|measured| measured.taken >= settled) else { return Ok(()) };
        if held.most.is_none_or(|most| measured.import > most) {
            held.most = Some(measured.import);
            held.rests_on([measured.reading.number]);
        }
        self.run.modes[0].measured_ma = Some(measured.import.milliamps());
        self.judge(held).await;
        Ok(())
    }

    /// What was shown so far; kept where it changes, because whoever stops it drops this.
    async fn judge(&mut self, held: &Held) {
        let record = self.trial.record().await.ok();
        let word = record.and_then(|record| record.output_dead).filter(|word| word.at >= held.from);
        let mode = &mut self.run.modes[0];
        if mode.signal.is_only_about_feeding_back() {
            return;
        }
        let outcome = judged(held);
        let outcome = if mode.signal.holds(Drm::ALL[0]) { at_the_output(outcome, word.as_ref()) } else { outcome };
        if outcome != mode.outcome {
            mode.outcome = outcome;
            keep(self.trial.link, self.run).await;
        }
    }
}

/// When the limit that is held ends by itself, if nobody asks for it again.
fn ends_at(record: &Record, now: Timestamp) -> Option<String> {
    let ends = record.test_limits(now).filter_map(|test| test.until).max()?;
    Some(ends.strftime("%H:%M:%S").to_string())
}

/// A car is plugged in, as far as the charger says.
fn is_plugged(record: &Record) -> bool {
    let empty = ["", "Available", "Reserved", "Unavailable", "Faulted"];
    record.connectors.iter().any(|(id, connector)| *id > 0 && !empty.contains(&connector.status.as_str()))
}

/// What a charger of 2.1 wants between two changes counts where it is longer.
fn not_sooner(record: &Record) -> Duration {
    let wanted = record.setting(Setting::UpdateRateLimit).trim().parse().ok().map(Duration::from_secs);
    wanted.unwrap_or_default().clamp(NOT_SOONER, AGAIN_AFTER)
}

impl Held {
    /// The first frames and readings are enough: it may last for days.
    fn rests_on(&mut self, frames: impl IntoIterator<Item = u64>) {
        let room = EVIDENCE.saturating_sub(self.evidence.len());
        self.evidence.extend(frames.into_iter().take(room));
    }
}

/// DRM0: a limit of 0 that is followed is no dead output; only a licensed person's measurement is.
fn at_the_output(followed: Outcome, word: Option<&OutputDead>) -> Outcome {
    let measured = followed.verdict == Verdict::Passed;
    let (verdict, text) = match word {
        Some(OutputDead { by, dead: false, .. }) => {
            (Verdict::Failed, format!("{by} measured that the output was live."))
        }
        Some(OutputDead { by, .. }) => (followed.verdict, format!("{by} measured that the output was dead.")),
        None if measured => (Verdict::NotTested, "Whether the output is dead was not entered.".to_owned()),
        None => return followed,
    };
    let evidence = followed.evidence.into_iter().chain(word.map(|word| word.number));
    Outcome::new(verdict, format!("{} {text}", followed.finding)).with_evidence(evidence)
}

fn judged(held: &Held) -> Outcome {
    let (limit, times) = (held.limit, held.times);
    let drew = |before: Amperes| shows(before, limit);
    let (verdict, text) = match (held.most, held.before) {
        (None, _) => (Verdict::NotTested, format!("Held at {limit}; nothing was measured, because no car charged.")),
        (Some(most), _) if shows(most, limit) => {
            (Verdict::Failed, format!("Held at {limit}, but {most} was measured (tolerated: {}).", tolerated(limit)))
        }
        (Some(most), Some(before)) if drew(before) => (
            Verdict::Passed,
            format!("Held at {limit}: at most {most} measured (before: {before}; tolerated: {}).", tolerated(limit)),
        ),
        (Some(most), _) => (
            Verdict::Inconclusive,
            format!("Held at {limit}: at most {most} measured, but the car drew no more than that before either."),
        ),
    };
    let again = if times > 1 { format!(" Asked for {times} times, before its end each time.") } else { String::new() };
    Outcome::new(verdict, text + &again + &held.left_out).with_evidence(held.evidence.iter().copied())
}
