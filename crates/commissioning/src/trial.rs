//! A limit is sent and what the meter then shows is judged: what every check of a limit is made of.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use chargehand_ocpp::profile::Profile;
use chargehand_ocpp::{Ask, read};

use crate::event::Step;
use crate::limit::{self, Counts, Recipe, Terms};
use crate::link::{Answered, CallFailure, Link};
use crate::meter::{Measured, Meter, SETTLES_WITHIN};
use crate::outcome::{Outcome, Verdict};
use crate::random_delay::RandomDelay;
use crate::record::{InForce, Record};
use crate::report::{Attempt, ChartPoint, LimitProof};
use crate::units::{Amperes, Phases};

/// Below this a phase carries no charging current.
const NOTHING: Amperes = Amperes::from_milliamps(500);
/// Chargers write whole seconds: a reading may seem so much older than it is.
const ROUNDED: SignedDuration = SignedDuration::from_secs(1);
/// An answer takes at most this long.
const ANSWER: Duration = Duration::from_secs(15);

/// The most that counts as obeying a limit: 5 % and 0.5 A above it.
pub fn tolerated(limit: Amperes) -> Amperes {
    Amperes::from_milliamps(limit.milliamps().saturating_add(limit.milliamps() / 20).saturating_add(500))
}

/// Does a draw prove anything about a limit? Only one that is above it by more than the tolerance.
pub fn shows(draw: Amperes, limit: Amperes) -> bool {
    draw > tolerated(limit)
}

/// When a limit was answered: only what was measured after it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Since {
    at: Timestamp,
    number: u64,
}

impl Since {
    fn is_before(self, measured: &Measured) -> bool {
        measured.reading.number > self.number && measured.taken.duration_since(self.at) >= -ROUNDED
    }
}

/// What a limit that was sent showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Passed: at or under the limit in time. Failed: not, or refused. Inconclusive: nothing fresh came, or too little,
    /// or it fell to nothing.
    pub verdict: Verdict,
    /// The charger refused it.
    pub refused: bool,
    /// The current then, highest phase.
    pub measured: Option<Amperes>,
    /// What the charger said then that it offers the car (Current.Offered).
    pub offered: Option<Amperes>,
    /// What the charger names as its limit then (GetCompositeSchedule), where it was asked.
    pub named: Option<Amperes>,
    /// From the answer to the first sample at or under the limit.
    pub settled: Option<Duration>,
    /// Frames, ascending.
    pub evidence: Vec<u64>,
    /// Why it is inconclusive.
    pub why: &'static str,
}

impl Shown {
    fn nothing_yet(evidence: Vec<u64>) -> Self {
        let verdict = Verdict::Inconclusive;
        Self { verdict, refused: false, measured: None, offered: None, named: None, settled: None, evidence, why: "" }
    }

    fn refused(evidence: Vec<u64>) -> Self {
        Self { verdict: Verdict::Failed, refused: true, ..Self::nothing_yet(evidence) }
    }

    fn add(&mut self, measured: &Measured) {
        self.evidence.push(measured.reading.number);
        self.measured = Some(measured.import);
        self.offered = measured.reading.offered;
    }
}

/// One charger's meter under test, with what was asked of it.
pub struct Trial<'a> {
    /// The charger.
    pub link: &'a Link,
    /// What was asked, measured and found so far.
    pub proof: &'a mut LimitProof,
    /// Its meter.
    pub meter: Meter,
    step: Step,
    /// It refused a level above the lowest.
    single_level: bool,
    /// Places where it refused a limit that stays.
    refused: Vec<Recipe>,
    /// By how much a rise may come late at random.
    delay: Option<RandomDelay>,
}

impl<'a> Trial<'a> {
    /// Begins to watch the meter.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn new(link: &'a Link, step: Step, record: &Record, proof: &'a mut LimitProof) -> Result<Self, Outcome> {
        let meter = Meter::watch(link, record).await.map_err(|failure| stopped(&failure))?;
        Ok(Self { link, proof, meter, step, single_level: false, refused: Vec::new(), delay: record.random_delay() })
    }

    /// Says what is being done, for the live view.
    pub async fn doing(&self, text: impl Into<String>, at_most: Duration) {
        self.link.doing(self.step, text, Some(at_most)).await;
    }

    /// By how much a rise may come late at random; nothing where that is not known of the charger.
    pub fn late(&self) -> Duration {
        self.delay.as_ref().map_or(Duration::ZERO, |delay| delay.most)
    }

    /// As [`Trial::doing`], where a rise is waited for: a random delay is named and is part of the time.
    pub async fn waits(&self, text: impl Into<String>, at_most: Duration) {
        let text = match &self.delay {
            Some(delay) => format!("{}; {}", text.into(), delay.said()),
            None => text.into(),
        };
        self.doing(text, at_most + self.late()).await;
    }

    /// The record now.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn record(&self) -> Result<Record, Outcome> {
        self.link.record().await.map_err(|failure| stopped(&failure))
    }

    /// What a limit is made of now.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn terms(&self) -> Result<Terms, Outcome> {
        let terms = Terms::of(&self.record().await?, self.link.clock.now());
        Ok(if self.single_level { Terms { test_level: None, ..terms } } else { terms })
    }

    /// As [`rest`].
    ///
    /// # Errors
    /// The program is ending.
    pub async fn rest(&self) -> Result<(), Outcome> {
        rest(self.link, self.step).await
    }

    /// The next reading, before `beyond` and the meter's window are over, counted from `began`.
    pub async fn reading(&mut self, began: Instant, beyond: Duration) -> Option<Measured> {
        let measured = self.meter.next(began, beyond).await?;
        let at = measured.taken;
        plot(&mut self.proof.measured, ChartPoint { at, ma: measured.import.milliamps() });
        if let Some(offered) = measured.reading.offered {
            plot(&mut self.proof.offered, ChartPoint { at, ma: offered.milliamps() });
        }
        self.link.progress(self.proof).await;
        Some(measured)
    }

    /// Draws the line of what is asked from now on.
    pub fn asked(&mut self, limit: Amperes) {
        self.proof.asked.push(ChartPoint { at: self.link.clock.now(), ma: limit.milliamps() });
    }

    /// Makes sure that a limit stays in a recipe's place, for a test to stand on. False: the charger refuses it there.
    ///
    /// # Errors
    /// The outcome that ends the check: the charger is silent or gone.
    pub async fn stand_on(&mut self, recipe: &Recipe, base: Amperes) -> Result<bool, Outcome> {
        let counts = if recipe.counts == Counts::Absolute { Counts::Absolute } else { Counts::Relative };
        let recipe = Recipe { counts, ..*recipe };
        if self.refused.contains(&recipe) {
            return Ok(false);
        }
        let (record, terms) = (self.record().await?, self.terms().await?);
        let there = |entry: &InForce| recipe.stays(base, &terms, entry) || recipe.is_followed_by(base, entry);
        if record.in_force.iter().any(there) {
            return Ok(true);
        }
        let shown = self.put(&recipe, base).await?;
        if shown.refused {
            self.refused.push(recipe);
        }
        Ok(!shown.refused)
    }

    /// Writes a limit that stays, without measuring.
    ///
    /// # Errors
    /// The outcome that ends the check: the charger is silent or gone.
    pub async fn put(&mut self, recipe: &Recipe, limit: Amperes) -> Result<Shown, Outcome> {
        let terms = self.terms().await?;
        self.doing(format!("Writing a limit of {limit} that stays"), ANSWER).await;
        let (answer, shown, _) = self.send(recipe, &terms, &recipe.staying(limit, &terms), limit).await?;
        if shown.refused {
            self.note(format!("{} (a limit that stays)", recipe.words(&terms)), limit, &answer, &shown).await;
        }
        Ok(shown)
    }

    /// Sends a test limit that ends by itself after `lasts_s`, above the base or in its place, and measures.
    ///
    /// # Errors
    /// As [`Trial::attempt`].
    pub async fn test(
        &mut self,
        recipe: &Recipe,
        limit: Amperes,
        base: Amperes,
        lasts_s: i32,
    ) -> Result<Shown, Outcome> {
        self.rest().await?;
        let terms = self.terms().await?;
        let shown = self.attempt(recipe, &terms, &recipe.test(limit, base, lasts_s, &terms), limit).await?;
        if !shown.refused || terms.test_level.is_none() {
            return Ok(shown);
        }
        // It took the base at the lowest level in this very form, so it is the level that it refuses (field problem P27).
        self.rest().await?;
        let single = Terms { test_level: None, ..self.terms().await? };
        let again = self.attempt(recipe, &single, &recipe.test(limit, base, lasts_s, &single), limit).await?;
        self.single_level |= !again.refused;
        Ok(again)
    }

    /// Sends a test limit again, or another in its place, without measuring.
    ///
    /// # Errors
    /// The outcome that ends the check: the charger is silent or gone.
    pub async fn renew(
        &mut self,
        recipe: &Recipe,
        limit: Amperes,
        base: Amperes,
        lasts_s: i32,
    ) -> Result<Shown, Outcome> {
        let terms = self.terms().await?;
        let shown = self.send(recipe, &terms, &recipe.test(limit, base, lasts_s, &terms), limit).await?.1;
        if !shown.refused || terms.test_level.is_none() {
            return Ok(shown);
        }
        let single = Terms { test_level: None, ..self.terms().await? };
        let again = self.send(recipe, &single, &recipe.test(limit, base, lasts_s, &single), limit).await?.1;
        self.single_level |= !again.refused;
        Ok(again)
    }

    /// Asks what the charger names as its limit, to be said beside what was measured.
    pub async fn ask_for_its_word(&self, shown: &mut Shown) {
        let Ok(record) = self.link.record().await else { return };
        if let Some((limit, number)) = composite(self.link, &record, self.meter.connector()).await {
            shown.named = Some(limit);
            shown.evidence.push(number);
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
        self.doing(format!("Asking for {limit}: {words}"), ANSWER).await;
        let (answer, mut shown, since) = self.send(recipe, terms, profile, limit).await?;
        if !shown.refused {
            shown = self.settles(limit, since, shown).await;
        }
        self.note(words, limit, &answer, &shown).await;
        Ok(shown)
    }

    /// As [`Trial::attempt`], of a limit that the charger has just accepted in the frame `number`.
    pub async fn watch(&mut self, limit: Amperes, number: u64) -> Shown {
        self.asked(limit);
        let since = Since { at: self.link.clock.now(), number };
        self.settles(limit, since, Shown::nothing_yet(Vec::new())).await
    }

    /// Sends a profile: the answer as spelled, and nothing measured yet.
    async fn send(
        &mut self,
        recipe: &Recipe,
        terms: &Terms,
        profile: &Profile,
        limit: Amperes,
    ) -> Result<(String, Shown, Since), Outcome> {
        let ask = Ask::SetProfile { connector: recipe.connector, profile: profile.clone() };
        match self.link.ask(ask).await {
            Ok(Answered { payload, sent, number, at }) => {
                let (status, frames) = (read::answer_status(&payload), vec![sent, number]);
                let accepted = status == "Accepted";
                if accepted {
                    self.asked(limit);
                }
                let shown = if accepted { Shown::nothing_yet(frames) } else { Shown::refused(frames) };
                Ok((status, shown, Since { at, number }))
            }
            Err(CallFailure::Error { refusal, sent, number }) => {
                let since = Since { at: self.link.clock.now(), number };
                Ok((refusal.code, Shown::refused(vec![sent, number]), since))
            }
            Err(failure) => {
                let nothing = Shown::nothing_yet(failure.evidence());
                self.note(recipe.words(terms), limit, "no answer", &nothing).await;
                Err(stopped(&failure))
            }
        }
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

    /// Does the current come to the limit in time, and stay for one more reading? Only a reading taken after the limit was
    /// answered counts, and one above it only when the charger has had its time.
    async fn settles(&mut self, limit: Amperes, since: Since, mut shown: Shown) -> Shown {
        self.doing(format!("Waiting for a reading at or under {limit}"), self.meter.window()).await;
        let began = Instant::now();
        let mut late = false;
        while let Some(measured) = self.reading(began, Duration::ZERO).await {
            if !since.is_before(&measured) {
                continue;
            }
            shown.add(&measured);
            let after = Duration::try_from(measured.taken.duration_since(since.at)).unwrap_or_default();
            late |= after >= SETTLES_WITHIN;
            if measured.import <= tolerated(limit) && self.stays(limit, since, &mut shown).await {
                shown.settled = Some(after);
                break;
            }
        }
        let fell_to_nothing = limit > Amperes::ZERO && shown.measured.is_some_and(|import| import < NOTHING);
        (shown.verdict, shown.why) = match (self.meter.over(), shown.settled) {
            (Some(why), _) => (Verdict::Inconclusive, why),
            (None, Some(_)) if fell_to_nothing => (
                Verdict::Inconclusive,
                "Car or charger paused instead of following. That proves nothing about the limit.",
            ),
            (None, Some(_)) => (Verdict::Passed, ""),
            (None, None) if late => (Verdict::Failed, ""),
            (None, None) if shown.measured.is_some() => {
                (Verdict::Inconclusive, "The only reading came too soon after the limit, and no other followed.")
            }
            (None, None) => (Verdict::Inconclusive, self.meter.why_none()),
        };
        shown
    }

    /// One more reading at or under the limit; none at all in its time counts as staying.
    async fn stays(&mut self, limit: Amperes, since: Since, shown: &mut Shown) -> bool {
        let began = Instant::now();
        while let Some(measured) = self.reading(began, Duration::ZERO).await {
            if since.is_before(&measured) {
                shown.add(&measured);
                return measured.import <= tolerated(limit);
            }
        }
        true
    }

    /// Waits for a draw above `limit` by more than the tolerance, in readings taken from now on: it, or the highest seen.
    pub async fn rises_above(&mut self, limit: Amperes, beyond: Duration) -> Rise {
        let (began, since) = (Instant::now(), self.link.clock.now());
        let mut rise = Rise { rose: false, most: None, evidence: Vec::new(), late: String::new() };
        while let Some(measured) = self.reading(began, beyond).await {
            if measured.taken < since {
                continue;
            }
            rise.evidence.push(measured.reading.number);
            rise.most = rise.most.max(Some(measured.import));
            rise.rose = shows(measured.import, limit);
            if rise.rose {
                break;
            }
        }
        rise
    }

    /// As [`Trial::rises_above`], once the charger was told that it may: where it waits at random, that much longer. What is
    /// done stands in `text`.
    pub async fn rises_again(&mut self, text: impl Into<String>, limit: Amperes, beyond: Duration) -> Rise {
        self.waits(text, beyond + self.meter.window()).await;
        let began = Instant::now();
        let mut rise = self.rises_above(limit, beyond + self.late()).await;
        if let Some(delay) = self.delay.as_ref().filter(|_| began.elapsed() > beyond + self.meter.window()) {
            let (minutes, why) = (delay.minutes(), &delay.why);
            rise.late = match rise.rose {
                true => format!(" It came late, within the random delay of up to {minutes} min ({why})."),
                false => format!(" It was waited for {minutes} min longer: a random delay may hold it up ({why})."),
            };
        }
        rise
    }
}

/// Lets a charger rest that takes a new limit only now and then. A limit that waited in line instead would be old when it is
/// sent, and a test over too soon.
///
/// # Errors
/// The program is ending.
pub async fn rest(link: &Link, step: Step) -> Result<(), Outcome> {
    let record = link.record().await.map_err(|failure| stopped(&failure))?;
    if let Some(rest) = record.rests(link.clock.now()) {
        link.doing(step, "Waiting: this charger takes a new limit only now and then", Some(rest)).await;
        tokio::time::sleep(rest).await;
    }
    Ok(())
}

/// By the time it was taken.
fn plot(points: &mut Vec<ChartPoint>, point: ChartPoint) {
    points.insert(points.partition_point(|p| p.at <= point.at), point);
}

/// What was seen while a current should rise.
#[derive(Debug, Clone, PartialEq)]
pub struct Rise {
    /// It rose.
    pub rose: bool,
    /// The highest current seen.
    pub most: Option<Amperes>,
    /// The readings.
    pub evidence: Vec<u64>,
    /// What a random delay had to do with it, as a sentence with a blank before it; else empty.
    pub late: String,
}

/// The outcome of a check that cannot go on.
pub fn stopped(failure: &CallFailure) -> Outcome {
    Outcome::new(Verdict::Inconclusive, failure.to_string()).with_evidence(failure.evidence())
}

/// The limit that the charger says is in force on a connector, A per phase. `None`: it names none, or does not answer.
/// Reported beside a measurement, never instead of it.
pub async fn composite(link: &Link, record: &Record, connector: u32) -> Option<(Amperes, u64)> {
    let answered = link.ask(Ask::CompositeSchedule { connector, duration_s: 600 }).await.ok()?;
    let named = read::composite(&answered.payload)?;
    let phases = named.phases.and_then(|n| u8::try_from(n).ok()).and_then(Phases::new).or(record.phases);
    Some((limit::period_amps(named.limit, &named.unit, phases.unwrap_or(Phases::ONE))?, answered.number))
}

/// How long a time is, in whole seconds, for a schedule.
pub fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
