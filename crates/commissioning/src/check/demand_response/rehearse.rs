//! Each signal in its turn: asked for, measured, taken away, and the current back again before the next.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::fallback::WAKES_WITHIN;
use super::super::limit_follows::charging;
use super::super::recipes::end_test;
use super::{Asking, about_feeding_back, keep, look, not_asked};
use crate::demand::{Drm, Expressed, Expression, OutputDead, Signal};
use crate::limit::Recipe;
use crate::outcome::{Outcome, Verdict};
use crate::trial::{Shown, seconds, shows, tolerated};
use crate::units::{Amperes, LEAST_OFFER};

/// A limit ends by itself after this and two windows, if nobody ends it.
const DEAD_MAN: Duration = Duration::from_secs(300);
/// How long a licensed person has to measure at the output.
const MEASURES_WITHIN: Duration = Duration::from_secs(240);
/// Below this nothing is drawn.
const NOTHING: Amperes = Amperes::from_milliamps(500);

/// What kind of test shows it; in this order, because a pause can put a car to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The current comes down to it.
    Lower,
    /// The current goes up to it from a lower limit.
    Raise,
    /// It is about feeding back.
    FeedBack,
    /// The charge pauses.
    Pause,
    /// The charge pauses, and the output is dead.
    Disconnect,
}

fn kind(signal: &Signal, expressed: &Expressed, base: Amperes) -> Kind {
    match expressed.limit {
        _ if signal.is_only_about_feeding_back() => Kind::FeedBack,
        _ if expressed.disconnects => Kind::Disconnect,
        Amperes::ZERO => Kind::Pause,
        limit if limit >= base.floor_to_tenth() => Kind::Raise,
        _ => Kind::Lower,
    }
}

impl Asking<'_, '_> {
    /// All signals, each judged by itself.
    pub(super) async fn rehearse(&mut self) -> Result<(), Outcome> {
        let transaction = charging(&mut self.trial).await?;
        self.trial.meter.of(&transaction);
        let lowest = self.first_limit();
        self.prove_the_way(lowest, &transaction).await?;
        for index in self.in_order().await? {
            self.one(index).await?;
            keep(self.trial.link, self.run).await;
        }
        Ok(())
    }

    /// The limit that the way is proved with: one that is asked for anyway and is no pause, else one below the draw.
    fn first_limit(&self) -> Amperes {
        let asked = self.run.modes.iter().filter_map(|mode| mode.asked_ma).map(Amperes::from_milliamps);
        let lowers = |limit: &Amperes| *limit >= LEAST_OFFER && *limit < self.base.floor_to_tenth();
        asked.filter(lowers).max().unwrap_or(self.base)
    }

    async fn in_order(&self) -> Result<Vec<usize>, Outcome> {
        let mut order = Vec::new();
        for (index, mode) in self.run.modes.iter().enumerate().filter(|(_, mode)| mode.asked_ma.is_some()) {
            if let Expression::Expressed(expressed) = self.expression(&mode.signal).await? {
                let kind = kind(&mode.signal, &expressed, self.base);
                order.push((kind, std::cmp::Reverse(expressed.limit), index));
            }
        }
        order.sort_unstable();
        Ok(order.into_iter().map(|(_, _, index)| index).collect())
    }

    async fn one(&mut self, index: usize) -> Result<(), Outcome> {
        self.lower_the_base().await?;
        let (signal, way) = (self.run.modes[index].signal.clone(), self.way);
        let expression = self.expression(&signal).await?;
        look(&mut self.run.modes[index], &expression, &self.order.said);
        let (Expression::Expressed(expressed), Some(way)) = (expression, way) else { return Ok(()) };
        let kind = kind(&signal, &expressed, self.base);
        let mode = &mut self.run.modes[index];
        (mode.sent, mode.at) = (expressed.sent.to_string(), Some(self.trial.link.clock.now()));
        let outcome = match kind {
            Kind::Raise => self.rises(index, &way, &expressed).await?,
            Kind::FeedBack => {
                self.stand_on_the_base(&way).await?;
                let lasts = self.lasts();
                let (status, frames) = self.ask_about_feeding_back(&way, &expressed, lasts).await?;
                end_test(&mut self.trial).await?;
                about_feeding_back(&status, frames)
            }
            kind => self.comes_down(index, &way, &expressed, kind).await?,
        };
        self.run.modes[index].outcome = Outcome { finding: outcome.finding + &not_asked(&expressed), ..outcome };
        Ok(())
    }

    fn lasts(&self) -> i32 {
        seconds(DEAD_MAN + self.trial.meter.window() * 2)
    }

    /// The current comes down to the limit, and back when it is taken away: so it was the limit.
    async fn comes_down(
        &mut self,
        index: usize,
        way: &Recipe,
        expressed: &Expressed,
        kind: Kind,
    ) -> Result<Outcome, Outcome> {
        let (limit, base) = (expressed.limit, self.base);
        let doing = format!("{}: waiting for a draw above {limit}", self.run.modes[index].name);
        self.trial.doing(doing, self.trial.meter.window() + WAKES_WITHIN).await;
        let before = self.trial.rises_above(limit, WAKES_WITHIN).await;
        self.run.modes[index].before_ma = before.most.map(Amperes::milliamps);
        self.goes_on()?;
        if !before.rose {
            return Ok(not_shown(limit, before.most).with_evidence(before.evidence));
        }
        if !self.trial.stand_on(way, base).await? {
            return Ok(Outcome::new(Verdict::Inconclusive, "The charger did not take the base again."));
        }
        let asked = self.trial.link.clock.now();
        let mut shown = self.trial.test(way, limit, base, self.lasts()).await?;
        let word = match kind {
            Kind::Disconnect if shown.verdict == Verdict::Passed => self.at_the_output(asked, &mut shown).await?,
            _ => None,
        };
        let mode = &mut self.run.modes[index];
        mode.measured_ma = shown.measured.map(Amperes::milliamps);
        mode.settled_ms = shown.settled.and_then(|settled| u64::try_from(settled.as_millis()).ok());
        self.goes_on()?;
        end_test(&mut self.trial).await?;
        let wakes = if limit == Amperes::ZERO { WAKES_WITHIN } else { Duration::ZERO };
        let back = self.trial.rises_again("Waiting for the current to rise again", limit, wakes).await;
        let outcome = match kind {
            Kind::Disconnect => disconnected(&shown, back.rose, word.as_ref(), &self.order.licensed),
            _ => followed(limit, before.most, &shown, back.rose.then_some(back.most).flatten()),
        };
        let outcome = Outcome { finding: outcome.finding + &back.late, ..outcome };
        let evidence = before.evidence.into_iter().chain(shown.evidence).chain(back.evidence);
        Ok(outcome.with_evidence(evidence).with_evidence(word.map(|word| word.number)))
    }

    /// The current goes up from a lower limit once more is asked for, and not above it.
    async fn rises(&mut self, index: usize, way: &Recipe, expressed: &Expressed) -> Result<Outcome, Outcome> {
        let (limit, base) = (expressed.limit, self.base);
        let draw = self.trial.rises_above(LEAST_OFFER, WAKES_WITHIN).await.most.unwrap_or(Amperes::ZERO);
        self.goes_on()?;
        let lower = Amperes::from_milliamps(draw.milliamps() * 7 / 10 / 1000 * 1000).max(LEAST_OFFER);
        if !shows(draw, lower) {
            return Ok(not_shown(lower, Some(draw)));
        }
        self.stand_on_the_base(way).await?;
        let held = self.trial.test(way, lower, base, self.lasts()).await?;
        self.run.modes[index].before_ma = held.measured.map(Amperes::milliamps);
        if held.verdict != Verdict::Passed {
            end_test(&mut self.trial).await?;
            let text = format!("From which to go up, a limit of {lower} was asked for first, and it showed nothing.");
            return Ok(Outcome::new(Verdict::Inconclusive, text).with_evidence(held.evidence));
        }
        let text = format!("Asking for {limit} instead of {lower}");
        self.trial.doing(&text, self.trial.meter.window()).await;
        // It must not end before it had its time to begin.
        let lasts = self.lasts().saturating_add(seconds(self.trial.late()));
        let raised = self.trial.renew(way, limit, base, lasts).await?;
        let rise = self.trial.rises_again(text, lower, WAKES_WITHIN).await;
        self.run.modes[index].measured_ma = rise.most.map(Amperes::milliamps);
        self.goes_on()?;
        end_test(&mut self.trial).await?;
        let most = rise.most.unwrap_or(Amperes::ZERO);
        let outcome = match (raised.refused, rise.rose) {
            (true, _) => Outcome::new(Verdict::Failed, format!("The charger refused a limit of {limit}.")),
            (false, true) if shows(most, limit) => {
                Outcome::new(Verdict::Failed, format!("Asked to go up to {limit}, measured {most}: that is above it."))
            }
            (false, true) => Outcome::new(
                Verdict::Passed,
                format!("Asked to go up from {lower} to at most {limit}, measured {most} on the highest phase."),
            ),
            (false, false) => Outcome::new(
                Verdict::Inconclusive,
                format!("Asked to go up from {lower} to at most {limit}, but it stayed at {most}. It may be the car."),
            ),
        };
        let outcome = Outcome { finding: outcome.finding + &rise.late, ..outcome };
        Ok(outcome.with_evidence(held.evidence).with_evidence(raised.evidence).with_evidence(rise.evidence))
    }

    /// While 0 is asked for, a licensed person measures at the output and enters what was found.
    async fn at_the_output(&mut self, since: Timestamp, shown: &mut Shown) -> Result<Option<OutputDead>, Outcome> {
        if self.order.licensed.is_empty() {
            return Ok(None);
        }
        let text = format!("0 A is asked for. {}: measure at the output now and enter it", self.order.licensed);
        self.trial.doing(text, MEASURES_WITHIN).await;
        let until = Instant::now() + MEASURES_WITHIN;
        while Instant::now() < until && self.trial.meter.over().is_none() {
            if let Some(measured) = self.trial.reading(Instant::now(), Duration::ZERO).await
                && measured.import >= NOTHING
            {
                (shown.verdict, shown.measured) = (Verdict::Failed, Some(measured.import));
                shown.evidence.push(measured.reading.number);
                return Ok(None);
            }
            let word = self.trial.record().await?.output_dead.filter(|word| word.at >= since);
            if word.is_some() {
                return Ok(word);
            }
        }
        Ok(None)
    }

    /// The charger or the charge may have gone: then there is nothing more to measure.
    fn goes_on(&self) -> Result<(), Outcome> {
        self.trial.meter.over().map_or(Ok(()), |why| Err(Outcome::new(Verdict::Inconclusive, why)))
    }
}

fn not_shown(limit: Amperes, draw: Option<Amperes>) -> Outcome {
    let text = match draw {
        Some(draw) => format!(
            "The car draws {draw}, which is not above {limit} by more than the tolerance. That proves nothing: use a car or \
             a test load that draws more."
        ),
        None => "No reading came before the limit.".to_owned(),
    };
    Outcome::new(Verdict::Inconclusive, text)
}

/// As the check of a limit judges it. `back`: the current when the limit was gone.
fn followed(limit: Amperes, before: Option<Amperes>, shown: &Shown, back: Option<Amperes>) -> Outcome {
    let before = before.unwrap_or(Amperes::ZERO);
    let measured = shown.measured.map_or_else(|| "nothing".to_owned(), |measured| measured.to_string());
    match (shown.verdict, back) {
        (Verdict::Passed, Some(back)) => Outcome::new(
            Verdict::Passed,
            format!(
                "Asked for {limit}, measured {measured} on the highest phase{} (before: {before}; tolerated: {}); {back} \
                 again when it was taken away.",
                settled(shown),
                tolerated(limit)
            ),
        ),
        (Verdict::Passed, None) => Outcome::new(
            Verdict::Inconclusive,
            format!(
                "Asked for {limit}, measured {measured}, but the current did not come back when the limit was taken away: \
                 the car may have reduced or stopped by itself."
            ),
        ),
        (Verdict::Failed, _) if shown.refused => {
            Outcome::new(Verdict::Failed, format!("The charger refused a limit of {limit}."))
        }
        (Verdict::Failed, _) => Outcome::new(
            Verdict::Failed,
            format!("The charger accepted {limit} but went on drawing {measured} (before: {before})."),
        ),
        (verdict, _) => Outcome::new(verdict, format!("Asked for {limit}, measured {measured}. {}", shown.why)),
    }
}

fn settled(shown: &Shown) -> String {
    shown.settled.map_or_else(String::new, |settled| format!(" after {} s", settled.as_secs()))
}

/// DRM0: a limit of 0 is not a dead output. Only a licensed person's measurement is.
fn disconnected(shown: &Shown, back: bool, word: Option<&OutputDead>, licensed: &str) -> Outcome {
    let name = Drm::ALL[0];
    let measured = shown.measured.unwrap_or(Amperes::ZERO);
    match (shown.verdict, word) {
        (_, Some(OutputDead { by, dead: false, .. })) => {
            Outcome::new(Verdict::Failed, format!("0 A was asked for, but {by} measured that the output was live."))
        }
        (Verdict::Passed, Some(OutputDead { by, .. })) if back => Outcome::new(
            Verdict::Passed,
            format!("0 A was asked for, {measured} measured; {by} measured at the output that it was dead."),
        ),
        (Verdict::Passed, Some(OutputDead { by, .. })) => Outcome::new(
            Verdict::Inconclusive,
            format!(
                "0 A was asked for, {measured} measured; {by} measured that the output was dead. But the current did not \
                 come back when the limit was taken away, so it may have been the car."
            ),
        ),
        (Verdict::Passed, None) => {
            let who =
                if licensed.is_empty() { "nobody was named to measure there" } else { "nothing was entered in time" };
            let text = format!(
                "0 A was asked for, {measured} measured. A limit of 0 does not show that the output is dead, which {name} \
                 asks for: {who}."
            );
            Outcome::new(Verdict::NotTested, text)
        }
        (Verdict::Failed, _) => Outcome::new(
            Verdict::Failed,
            format!(
                "0 A was asked for, but {measured} was still drawn{}.",
                if shown.refused { " (refused)" } else { "" }
            ),
        ),
        (verdict, _) => Outcome::new(verdict, format!("0 A was asked for. {}", shown.why)),
    }
}
