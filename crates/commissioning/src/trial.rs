//! A limit is sent and what the meter then shows is judged: what every check of a limit is made of.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::v16::call::{self, Trigger};
use chargehand_ocpp::v16::profile::Profile;
use chargehand_ocpp::v16::read;

use crate::event::{Happened, Step, Told};
use crate::limit::{self, Recipe, Terms};
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::record::{Reading, Record};
use crate::report::{Attempt, ChartPoint, LimitProof};
use crate::units::{Amperes, Phases};

/// A charger follows within this much plus one sample interval (IEC 61851-1 gives car and charger about 5 s each).
const SETTLES_WITHIN: Duration = Duration::from_secs(10);
/// Above this sample interval readings are triggered; and how often, because faster triggering drives some chargers
/// off the line (field problem P35).
const TRIGGER_EVERY: Duration = Duration::from_secs(10);
/// A sample interval we take for granted where the charger names none.
const UNKNOWN_INTERVAL: Duration = Duration::from_secs(60);
/// Below this a phase carries no charging current.
const NOTHING: Amperes = Amperes::from_milliamps(500);

/// The most that counts as obeying a limit: 5 % and 0.5 A above it.
pub fn tolerated(limit: Amperes) -> Amperes {
    Amperes::from_milliamps(limit.milliamps().saturating_add(limit.milliamps() / 20).saturating_add(500))
}

/// Does a draw prove anything about a limit? Only one that is above it by more than the tolerance.
pub fn shows(draw: Amperes, limit: Amperes) -> bool {
    draw > tolerated(limit)
}

/// What a limit that was sent showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Passed: at or under the limit in time. Failed: not. Inconclusive: nothing fresh came, or it fell to nothing.
    pub verdict: Verdict,
    /// The current then, highest phase.
    pub measured: Option<Amperes>,
    /// From the answer to the first sample at or under the limit.
    pub settled: Option<Duration>,
    /// Frames.
    pub evidence: Vec<u64>,
}

/// One charger's meter under test, with what was asked of it.
pub struct Trial<'a> {
    /// The charger.
    pub link: &'a Link,
    /// What was asked, measured and found so far.
    pub proof: &'a mut LimitProof,
    step: Step,
    told: mpsc::UnboundedReceiver<Told>,
    interval: Duration,
    triggers: bool,
    next_trigger: Instant,
    connector: u32,
    saw_reading: bool,
}

impl<'a> Trial<'a> {
    /// Begins to watch the meter.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn new(link: &'a Link, step: Step, record: &Record, proof: &'a mut LimitProof) -> Result<Self, Outcome> {
        let told = link.watch().await.map_err(|failure| stopped(&failure))?;
        let configured = record.configured("MeterValueSampleInterval").trim().parse().ok().filter(|s| *s > 0);
        let interval = configured.map_or(UNKNOWN_INTERVAL, Duration::from_secs);
        // Where readings come often enough by themselves a trigger is only the way out if they do not come.
        let patience = if interval > TRIGGER_EVERY { Duration::ZERO } else { interval + Duration::from_secs(5) };
        Ok(Self {
            link,
            proof,
            step,
            told,
            interval,
            triggers: true,
            next_trigger: Instant::now() + patience,
            connector: 1,
            saw_reading: false,
        })
    }

    /// Whose meter: the connector of the transaction.
    pub fn of_connector(&mut self, connector: u32) {
        self.connector = connector.max(1);
    }

    /// Within what time a limit must show: 10 s and one sample interval.
    pub fn window(&self) -> Duration {
        SETTLES_WITHIN + if self.triggers { self.interval.min(TRIGGER_EVERY) } else { self.interval }
    }

    /// Says what is being done, for the live view.
    pub async fn doing(&self, text: impl Into<String>, at_most: Duration) {
        self.link.doing(self.step, text, Some(at_most)).await;
    }

    /// The next reading that holds a current, before `deadline`.
    pub async fn reading(&mut self, deadline: Instant) -> Option<(Reading, Amperes)> {
        loop {
            let until = if self.triggers { deadline.min(self.next_trigger) } else { deadline };
            match timeout_at(until, self.told.recv()).await {
                Ok(Some(Told { what: Happened::Meter { reading }, .. })) => {
                    self.next_trigger = self.next_trigger.max(Instant::now() + TRIGGER_EVERY.min(self.interval));
                    self.saw_reading = true;
                    if let Some(import) = reading.import {
                        self.plot(&reading, import).await;
                        return Some((reading, import));
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(_) if Instant::now() >= deadline => return None,
                Err(_) => self.trigger().await,
            }
        }
    }

    async fn trigger(&mut self) {
        self.next_trigger = Instant::now() + TRIGGER_EVERY;
        let answer = self.link.call(call::trigger(Trigger::MeterValues, Some(self.connector))).await;
        self.triggers = answer.is_ok_and(|a| read::answer_status(&a.payload) == "Accepted");
    }

    async fn plot(&mut self, reading: &Reading, import: Amperes) {
        self.proof.measured.push(ChartPoint { at: reading.at, ma: import.milliamps() });
        if let Some(offered) = reading.offered {
            self.proof.offered.push(ChartPoint { at: reading.at, ma: offered.milliamps() });
        }
        self.link.progress(self.proof).await;
    }

    /// Draws the line of what is asked from now on.
    pub fn asked(&mut self, limit: Amperes) {
        self.proof.asked.push(ChartPoint { at: self.link.clock.now(), ma: limit.milliamps() });
    }

    /// Why there is no measurement, where there was none.
    pub fn no_current(&self) -> &'static str {
        if self.saw_reading {
            "The charger's meter values hold no current (Current.Import). Read it with a clamp meter, or add \
             Current.Import to MeterValuesSampledData."
        } else {
            "No meter values came, neither by themselves nor when asked for."
        }
    }

    /// Sends a profile and measures. `Err` where the charger stays silent or is gone: that proves nothing, and nothing
    /// else is tried on it.
    ///
    /// # Errors
    /// The outcome that ends the check.
    pub async fn attempt(
        &mut self,
        recipe: &Recipe,
        terms: &Terms,
        profile: &Profile,
        limit: Amperes,
    ) -> Result<Shown, Outcome> {
        let words = recipe.words(terms);
        self.proof.asked_ma = Some(limit.milliamps());
        self.doing(format!("Asking for {limit}: {words}"), Duration::from_secs(15)).await;
        let sent = self.link.call(call::set_charging_profile(recipe.connector, profile)).await;
        let (answer, shown) = match sent {
            Ok(answered) => self.accepted_or_not(&answered, limit).await,
            Err(CallFailure::Error { refusal, sent, number }) => (refusal.code, refused(vec![sent, number])),
            Err(failure) => {
                self.note(words, limit, "no answer", &unproved(failure.evidence())).await;
                return Err(stopped(&failure));
            }
        };
        self.note(words, limit, &answer, &shown).await;
        Ok(shown)
    }

    async fn accepted_or_not(&mut self, answered: &Answered, limit: Amperes) -> (String, Shown) {
        let status = read::answer_status(&answered.payload);
        let evidence = vec![answered.sent, answered.number];
        if status != "Accepted" {
            return (status, refused(evidence));
        }
        self.asked(limit);
        let mut shown = self.settles(limit, answered.at).await;
        shown.evidence.extend(evidence);
        (status, shown)
    }

    async fn note(&mut self, recipe: String, asked: Amperes, answer: &str, shown: &Shown) {
        self.proof.attempts.push(Attempt {
            recipe,
            asked_ma: asked.milliamps(),
            answer: answer.to_owned(),
            verdict: shown.verdict,
            measured_ma: shown.measured.map(Amperes::milliamps),
            evidence: shown.evidence.clone(),
        });
        self.link.progress(self.proof).await;
    }

    /// Does the current come to the limit in time, and stay for one more reading?
    async fn settles(&mut self, limit: Amperes, since: Timestamp) -> Shown {
        let window = self.window();
        self.doing(format!("Waiting for a reading at or under {limit}"), window).await;
        let deadline = Instant::now() + window;
        let mut shown = unproved(Vec::new());
        while let Some((reading, import)) = self.reading(deadline).await {
            shown.evidence.push(reading.number);
            shown.measured = Some(import);
            shown.verdict = Verdict::Failed;
            if import > tolerated(limit) {
                continue;
            }
            let settled = Duration::try_from(reading.at.duration_since(since)).unwrap_or_default();
            if self.stays(limit, &mut shown).await {
                shown.settled = Some(settled);
                shown.verdict = self.judge(limit, shown.measured);
                return shown;
            }
        }
        shown
    }

    /// One more reading at or under the limit; none at all in its time counts as staying.
    async fn stays(&mut self, limit: Amperes, shown: &mut Shown) -> bool {
        let deadline = Instant::now() + self.window();
        let Some((reading, import)) = self.reading(deadline).await else { return true };
        shown.evidence.push(reading.number);
        shown.measured = Some(import);
        import <= tolerated(limit)
    }

    /// A current that falls to nothing under a limit above nothing may be the car that has finished.
    fn judge(&self, limit: Amperes, measured: Option<Amperes>) -> Verdict {
        match measured {
            Some(import) if limit > Amperes::ZERO && import < NOTHING => Verdict::Inconclusive,
            _ => Verdict::Passed,
        }
    }

    /// Waits for a draw above `limit` by more than the tolerance; the highest seen otherwise.
    pub async fn rises_above(&mut self, limit: Amperes, at_most: Duration) -> (bool, Option<Amperes>, Vec<u64>) {
        let deadline = Instant::now() + at_most;
        let (mut most, mut evidence) = (None, Vec::new());
        while let Some((reading, import)) = self.reading(deadline).await {
            evidence.push(reading.number);
            most = most.max(Some(import));
            if shows(import, limit) {
                return (true, most, evidence);
            }
        }
        (false, most, evidence)
    }
}

fn refused(evidence: Vec<u64>) -> Shown {
    Shown { verdict: Verdict::Failed, measured: None, settled: None, evidence }
}

fn unproved(evidence: Vec<u64>) -> Shown {
    Shown { verdict: Verdict::Inconclusive, measured: None, settled: None, evidence }
}

/// The outcome of a check that cannot go on.
pub fn stopped(failure: &CallFailure) -> Outcome {
    Outcome::new(Verdict::Inconclusive, failure.to_string()).with_evidence(failure.evidence())
}

/// The limit that the charger says is in force on a connector, A per phase. `None`: it names none, or does not answer.
/// Reported beside a measurement, never instead of it.
pub async fn composite(link: &Link, record: &Record, connector: u32) -> Option<(Amperes, u64)> {
    let answered = link.call(call::get_composite_schedule(connector, 600)).await.ok()?;
    let (unit, limit, phases) = read::composite(&answered.payload)?;
    let phases = phases.and_then(|n| u8::try_from(n).ok()).and_then(Phases::new).or(record.phases);
    Some((limit::period_amps(limit, &unit, phases.unwrap_or(Phases::ONE))?, answered.number))
}

/// How long a time is, in whole seconds, for a schedule.
pub fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
