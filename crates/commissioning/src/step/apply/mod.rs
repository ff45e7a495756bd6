//! Writes a plan into a charger: one line at a time, on disk before it is sent, read back, and no further than to the first
//! line after which the charger misbehaves.

mod cards;
mod demand;
mod hours;
mod limits;
mod setting;

pub(super) use setting::{reads, short};

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout_at};

use chargehand_ocpp::{Call, security};

use crate::event::{Event, Happened, Step, Told};
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Change, Line, Was, difference};
use crate::profiles;
use crate::record::{InForce, Listed, Record};
use crate::step::set_windows;
use crate::trial::{composite, stopped};
use crate::windows::{self, counted};

/// Between two writes: chargers keep each in their memory first.
pub(crate) const PACE: Duration = Duration::from_secs(2);
/// A charger that restarts this soon after a write may do so because of it (field problem P17).
const SUSPECT: Duration = Duration::from_secs(60);
const GONE: &str = "The charger's connection ended. Nothing else was sent.";
/// So many obstacles are told with the outcome; the others stand with their lines.
const TOLD: usize = 5;
/// It is back from a restart within this.
const RESTARTS: Duration = Duration::from_secs(180);

/// What came of writing one line.
struct Written {
    /// It is, or may be, in the charger.
    written: bool,
    outcome: Outcome,
    /// It takes effect with the next restart.
    restart: bool,
    /// The charger fell silent or is gone: nothing else is written.
    stop: Option<String>,
}

impl Written {
    fn done(outcome: Outcome) -> Self {
        Self { written: true, outcome, restart: false, stop: None }
    }

    /// Nothing of it is in the charger.
    fn not(outcome: Outcome) -> Self {
        Self { written: false, ..Self::done(outcome) }
    }

    /// It may be, and nothing else is tried.
    fn cut(failure: &CallFailure) -> Self {
        let sent = !failure.evidence().is_empty();
        Self { written: sent, stop: Some(failure.to_string()), ..Self::done(stopped(failure)) }
    }
}

/// Writes what waits in the plan, or one line of it. `restart`: the charger may be restarted where a line asks for it.
pub async fn run(link: &Link, only: Option<u32>, restart: bool) -> Outcome {
    match Applying::begin(link).await {
        Ok(applying) => applying.all(only, restart).await.unwrap_or_else(|failure| stopped(&failure)),
        Err(failure) => stopped(&failure),
    }
}

/// Our own limits that stay.
fn ours(record: &Record) -> Vec<InForce> {
    record.in_force.iter().filter(|it| it.accepted && it.lasts()).cloned().collect()
}

/// Why nothing else is written to a charger that is gone.
fn gone(record: &Record) -> Option<String> {
    record.connected.is_none().then(|| GONE.to_owned())
}

/// A person stopped the writing that began at `since`: a line that would leave a car without current, or a test limit, takes
/// itself back first. What an earlier run was cut off at is not touched.
pub async fn cancelled(link: &Link, since: Timestamp) -> Outcome {
    let cut = link.record().await.ok().and_then(|record| {
        let begun = |line: &Line| line.begun.is_some_and(|begun| begun >= since);
        record.plan.into_iter().find(|line| begun(line) && line.outcome.is_none())
    });
    let undone = match cut.as_ref().map(|line| &line.change) {
        Some(Change::CheapHours { .. }) => set_windows::clear(link).await,
        Some(Change::DemandResponse { .. }) => demand::cancelled(link).await,
        _ => {
            let text = "Cancelled. The line that was being written may be in the charger: look at it, or take it back.";
            return Outcome::new(Verdict::Inconclusive, text);
        }
    };
    let outcome =
        Outcome::new(Verdict::NotTested, format!("Cancelled. {}", undone.finding)).with_evidence(undone.evidence);
    if let (Some(line), Ok(record)) = (cut, link.record().await) {
        let written = windows::stand(&record) || record.test_limits(link.clock.now()).next().is_some();
        let _ = link.keep(Event::Applied { line: line.id, written, restart: false, outcome: outcome.clone() }).await;
    }
    outcome
}

struct Applying<'a> {
    link: &'a Link,
    told: UnboundedReceiver<Told>,
    /// When something was last written.
    wrote: Option<Instant>,
    /// When a setting was last written: some chargers cannot stand it.
    set: Option<Instant>,
    writes_before: u64,
    /// Lines that take effect with a restart, also of earlier times.
    waiting: Vec<u32>,
    /// What was not sent, and why.
    held: Vec<String>,
    /// It restarted after a write.
    restarted: bool,
    evidence: Vec<u64>,
}

impl<'a> Applying<'a> {
    async fn begin(link: &'a Link) -> Result<Self, CallFailure> {
        let (told, record) = (link.watch().await?, link.record().await?);
        let waiting = record.plan.iter().filter(|line| line.waits_for_restart()).map(|line| line.id).collect();
        let (held, evidence, writes_before) = (Vec::new(), Vec::new(), record.writes);
        Ok(Self { link, told, wrote: None, set: None, writes_before, waiting, held, restarted: false, evidence })
    }

    async fn all(mut self, only: Option<u32>, restart: bool) -> Result<Outcome, CallFailure> {
        let record = self.link.record().await?;
        let wanted = |id: &u32| only.is_none_or(|only| only == *id);
        let mut ids: Vec<u32> = record.plan.iter().filter(|it| it.waits()).map(|it| it.id).filter(wanted).collect();
        if ids.is_empty() && (!restart || self.waiting.is_empty()) {
            return Ok(Outcome::new(Verdict::NotApplicable, "Nothing waits in the plan."));
        }
        let mut stop = None;
        for id in &ids {
            stop = self.line(*id).await?;
            if stop.is_some() {
                break;
            }
        }
        stop = match stop {
            None => self.stays_up().await,
            Some(why) => Some(self.has_restarted().await.unwrap_or(why)),
        };
        if stop.is_none() && restart && !self.waiting.is_empty() {
            let earlier = self.waiting.iter().filter(|id| !ids.contains(id)).copied().collect::<Vec<_>>();
            ids.extend(earlier);
            stop = self.restarts().await?;
        }
        self.conclude(&ids, stop).await
    }

    /// Writes one line; why nothing else is to be written, if so.
    async fn line(&mut self, id: u32) -> Result<Option<String>, CallFailure> {
        if let Some(why) = self.pace().await {
            return Ok(Some(why));
        }
        let record = self.link.record().await?;
        let Some(change) = record.line(id).map(|line| line.change.clone()) else { return Ok(None) };
        let planned = difference(&record, &change);
        self.link.doing(Step::Plan, format!("Writing: {}", planned.what), None).await;
        if !planned.obstacle.is_empty() {
            // It waits on, until the obstacle is gone.
            self.held.push(format!("{} waits: {}", planned.what, planned.obstacle));
            return Ok(None);
        }
        let written = self.write(id, &change, &record).await?;
        self.evidence.extend(&written.outcome.evidence);
        if written.restart {
            self.waiting.push(id);
        }
        let Written { written, outcome, restart, stop } = written;
        self.link.keep(Event::Applied { line: id, written, restart, outcome }).await?;
        Ok(stop)
    }

    async fn write(&mut self, id: u32, change: &Change, record: &Record) -> Result<Written, CallFailure> {
        match change {
            Change::Setting { key, value, confirmed } => self.setting(id, record, key, value, *confirmed).await,
            Change::Limit { limit, connector } => self.limit(id, record, *limit, *connector).await,
            Change::ClearProfile { id: profile } => self.clear_one(id, record, *profile).await,
            Change::ClearAll => self.clear_all(id, record).await,
            Change::CheapHours { week, platform } => self.hours(id, record, week.as_deref(), platform.as_deref()).await,
            Change::DemandResponse { order } => self.demand_response(id, record, order).await,
            Change::Cards { cards, replace } => self.cards(id, record, cards, *replace).await,
        }
    }

    /// From here on it may be in the charger: on disk before it is sent.
    async fn about_to_write(&mut self, line: u32, was: Was) -> Result<(), CallFailure> {
        self.link.keep(Event::Applying { line, was }).await?;
        Ok(())
    }

    /// One call that changes something.
    async fn send(&mut self, call: Call, confirmed: bool) -> Result<Answered, CallFailure> {
        let answer = self.link.call_confirmed(call, confirmed).await;
        self.wrote = Some(Instant::now());
        answer
    }

    /// What limits it now, to go back to. Of what it lists only that is kept which a limit of ours can take the place of:
    /// a charger may list a hundred large ones, and each line keeps its own.
    async fn limits_now(&self, record: &Record) -> Was {
        let in_the_way = |it: &Listed| it.is_foreign() && it.place().is_some_and(|place| place.stack_level == 0);
        let listed = profiles::read(self.link, Step::Plan, record).await;
        let listed = listed.map(|(listed, _)| listed.into_iter().filter(in_the_way).collect());
        Was::Limit { ours: ours(record), named: composite(self.link, record, 1).await.map(|(limit, _)| limit), listed }
    }

    /// Waits out the pause after a write; what went wrong meanwhile.
    async fn pace(&mut self) -> Option<String> {
        if let Some(wrote) = self.wrote {
            sleep_until(wrote + PACE).await;
        }
        while let Ok(news) = self.told.try_recv() {
            if let Some(why) = self.misbehaves(&news) {
                return Some(why);
            }
        }
        None
    }

    fn misbehaves(&mut self, news: &Told) -> Option<String> {
        let suspect = self.set.is_some_and(|set| set.elapsed() <= SUSPECT);
        let why = match &news.what {
            Happened::Booted { .. } if suspect => {
                self.restarted = true;
                "The charger restarted within 60 s of the last write. It may not stand what was written: nothing else was \
                 sent. Take the last line back, and look whether it stays up."
            }
            Happened::Disconnected { .. } => GONE,
            _ => return None,
        };
        self.evidence.push(news.number);
        Some(why.to_owned())
    }

    /// It fell silent or went away: did it restart, soon after a setting was written?
    async fn has_restarted(&mut self) -> Option<String> {
        let until = self.set.filter(|_| !self.restarted)? + SUSPECT;
        self.link.doing(Step::Plan, "Looking whether the charger restarted", Some(SUSPECT)).await;
        while let Ok(Some(news)) = timeout_at(until, self.told.recv()).await {
            if matches!(news.what, Happened::Booted { .. }) {
                return self.misbehaves(&news);
            }
        }
        None
    }

    /// Does it stay up after the last write?
    async fn stays_up(&mut self) -> Option<String> {
        let until = self.set? + SUSPECT;
        self.link.doing(Step::Plan, "Watching that the charger stays up", Some(SUSPECT)).await;
        while let Ok(Some(news)) = timeout_at(until, self.told.recv()).await {
            if let Some(why) = self.misbehaves(&news) {
                return Some(why);
            }
        }
        None
    }

    /// Restarts it, once and gently, and reads back what takes effect only then.
    async fn restarts(&mut self) -> Result<Option<String>, CallFailure> {
        let record = self.link.record().await?;
        if record.running_transaction().is_some() {
            return Ok(None);
        }
        self.link.doing(Step::Plan, "Restarting the charger", Some(RESTARTS)).await;
        let answered = self.link.call(security::restart(record.version())).await?;
        self.evidence.extend([answered.sent, answered.number]);
        let said = chargehand_ocpp::setting::answered(&answered.payload);
        if !matches!(said.as_str(), "Accepted" | "Scheduled") {
            return Ok(Some(format!("The charger does not restart ({said}).")));
        }
        if !self.is_back().await {
            return Ok(Some("The charger did not come back within 3 minutes of its restart.".into()));
        }
        for id in std::mem::take(&mut self.waiting) {
            self.after_restart(id).await?;
        }
        self.set = Some(Instant::now());
        Ok(self.stays_up().await)
    }

    async fn is_back(&mut self) -> bool {
        let until = Instant::now() + RESTARTS;
        while let Ok(Some(news)) = timeout_at(until, self.told.recv()).await {
            if matches!(news.what, Happened::Booted { accepted: true, .. }) {
                self.evidence.push(news.number);
                return true;
            }
        }
        false
    }

    /// How many lines are in the charger, how many messages that took, and why it went no further.
    async fn conclude(self, ids: &[u32], stop: Option<String>) -> Result<Outcome, CallFailure> {
        let record = self.link.record().await?;
        let outcomes = || ids.iter().filter_map(|id| record.line(*id)).filter_map(|line| line.outcome.as_ref());
        let count = |verdict| outcomes().filter(|it| it.verdict == verdict).count();
        let (proved, failed, not) = (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::NotTested));
        let held = self.held.len();
        let open = ids.len() - proved - failed - not - held;
        let writes = record.writes - self.writes_before;
        // Silence proves nothing; a restart after a write does.
        let verdict = match (failed, open + not + held) {
            (1.., _) => Verdict::Failed,
            _ if self.restarted => Verdict::Failed,
            (0, 0) if stop.is_none() => Verdict::Passed,
            _ if held == ids.len() && stop.is_none() && held > 0 => Verdict::NotTested,
            _ => Verdict::Inconclusive,
        };
        let parts = [
            (proved, "proved by what was read back or measured"),
            (failed, "refused, not kept or not followed"),
            (not, "not sent or not tested"),
            (held, "not sent, still waiting"),
            (open, "open"),
        ];
        let told = parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
        let text = format!(
            "Of {}: {}. {} it.{}",
            counted(ids.len(), "line"),
            told.collect::<Vec<_>>().join(", "),
            counted(usize::try_from(writes).unwrap_or(usize::MAX), "message") + " changed",
            stop.into_iter().chain(self.held.into_iter().take(TOLD)).map(|why| format!(" {why}")).collect::<String>(),
        );
        Ok(Outcome::new(verdict, text).with_evidence(self.evidence))
    }
}
