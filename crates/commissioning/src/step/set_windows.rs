//! Cheap hours: written above the limit that stays, read back, and taken away again as a whole where the charger takes only
//! a part of them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use chargehand_catalogue::platform;
use chargehand_ocpp::profile::{Profile, Purpose};
use chargehand_ocpp::{Ask, read};

use crate::check::limit_follows;
use crate::event::{CheapHours, Event, Step};
use crate::in_force;
use crate::limit::{self, Terms};
use crate::link::{CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::profiles;
use crate::record::{InForce, Record};
use crate::step::apply::PACE;
use crate::step::undo::ask;
use crate::trial::{Shown, Trial, rest, shows, stopped};
use crate::units::{Amperes, Phases};
use crate::windows::{self, Holds, Plan, Week};

/// The hours over which the charger is asked what it will do: a whole day, so that a midnight is within. s.
const DAY_S: i32 = 86_400;
/// How far apart the moments are at which its answer is compared. min.
const EVERY_MIN: i64 = 5;
/// So near to a change of the limit nothing is compared: clocks differ, and some chargers wait at random. min.
const NEAR_MIN: i64 = 3;
/// By so much what it names may be above what was asked: W are rounded.
const ROUNDED: Amperes = Amperes::from_milliamps(150);

/// Takes every piece of the cheap hours away; the limit that stays is in force again.
pub async fn clear(link: &Link) -> Outcome {
    gone(link).await.unwrap_or_else(|outcome| outcome)
}

async fn gone(link: &Link) -> Result<Outcome, Outcome> {
    if !windows::stand(&recorded(link).await?) {
        return Ok(Outcome::new(Verdict::NotApplicable, "No cheap hours of ours stand in the charger."));
    }
    let mut evidence = Vec::new();
    let before = pauses(link, &mut evidence).await?;
    evidence.extend(clear_all(link).await?);
    let (verdict, text) = match (before, pauses(link, &mut evidence).await?) {
        (Some(true), Some(false)) => (
            Verdict::Passed,
            "The cheap hours are gone: the charger's own schedule for the next 24 hours had pauses, and has none now.",
        ),
        (_, Some(true)) => (
            Verdict::Inconclusive,
            "The charger answered that the cheap hours are gone, but its own schedule for the next 24 hours still has a \
             pause: something else holds it, or they are not gone.",
        ),
        _ => (
            Verdict::NotTested,
            "The charger answered that the cheap hours are gone. Nothing was measured: see whether a car charges.",
        ),
    };
    Ok(Outcome::new(verdict, text).with_evidence(evidence))
}

/// Does it mean to offer nothing at some time of the next 24 hours? `None` where it does not tell.
async fn pauses(link: &Link, evidence: &mut Vec<u64>) -> Result<Option<bool>, Outcome> {
    let told = next_day(link, evidence).await?;
    Ok(told.map(|(told, _)| told.periods.iter().any(|(_, limit, _)| *limit <= 0.0)))
}

/// Writes the hours and reads them back: passed only where a car showed it.
pub async fn run(link: &Link, week: &Week, platform: Option<&str>) -> Outcome {
    match write(link, week, platform).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

/// What speaks against writing these hours, known before anything is sent. `limit`: one that is written before them.
pub fn refused(record: &Record, week: &Week, platform: Option<&str>, limit: Option<Amperes>) -> Option<String> {
    // Where there is one level only the hours that stand have taken the limit's place, and will give it back first.
    let beneath = match limit {
        Some(limit) => within(week, Some(limit)),
        None if windows::stand(record) => Ok(()),
        None => stands_on_a_limit(record, week),
    };
    may_be_written(record, week, platform).and(beneath).err()
}

/// What would be written first; a charger that refuses it gets less.
pub fn first_plan(record: &Record, week: &Week, now: Timestamp) -> Option<Plan> {
    windows::plan(week, &Holds::of(record, week.zone(), places(record).len()), now)
}

async fn write(link: &Link, week: &Week, platform: Option<&str>) -> Result<Outcome, Outcome> {
    may_be_written(&recorded(link).await?, week, platform).map_err(not_written)?;
    link.doing(Step::Windows, "Looking at what stands in the charger", None).await;
    clear_all(link).await?;
    let record = recorded(link).await?;
    profiles::read(link, Step::Windows, &record).await;
    let record = recorded(link).await?;
    stands_on_a_limit(&record, week).map_err(not_written)?;
    let mut again = Vec::new();
    base_again(link, &mut again).await?;
    let record = recorded(link).await?;

    let mut drawing = drawing(link, &record, week).await?;
    let (plan, mut evidence) = install(link, &record, week).await?;
    evidence.extend(again);
    let shown = match &mut drawing {
        Some(limit) => Some(measure(link, &plan, *limit, &mut evidence).await?),
        None => None,
    };
    let says = compare(link, &plan, &mut evidence).await?;
    if says == Says::Otherwise || shown.as_ref().is_some_and(|shown| shown.verdict == Verdict::Failed) {
        let measured = shown.as_ref().and_then(|shown| shown.measured);
        return Err(contradicted(link, measured).await.with_evidence(evidence));
    }
    let (verdict, finding) = judged(says, shown.as_ref(), &plan);
    let words = windows::sentences(week, &plan);
    let outcome = Outcome::new(verdict, finding).with_evidence(evidence);
    let hours = CheapHours { week: week.clone(), words: words.clone(), outcome: outcome.clone() };
    let _ = link.keep(Event::CheapHours { hours: Some(Box::new(hours)) }).await;
    Ok(Outcome { finding: format!("{} {}", outcome.finding, words.join(" ")), ..outcome })
}

async fn recorded(link: &Link) -> Result<Record, Outcome> {
    link.record().await.map_err(|failure| stopped(&failure))
}

fn not_written(why: String) -> Outcome {
    Outcome::new(Verdict::NotTested, format!("The cheap hours were not written. {why}"))
}

/// What is known to speak against it before anything is written.
fn may_be_written(record: &Record, week: &Week, id: Option<&str>) -> Result<(), String> {
    crate::guard::within(record.ceiling_parts.ceiling(), week.highest())
        .map_err(|held| format!("{held} {}", held.remedy()))?;
    if let Some(fight) = windows::fights(record, id.and_then(platform)).iter().find(|fight| fight.refuses) {
        return Err(fight.text.clone());
    }
    // Hours go by its clock.
    match record.clock {
        Some(clock) if clock.difference != crate::clock::Difference::None => {
            let clock = clock.sentence();
            Err(format!("{clock} The hours would be off by as much. Set the clock right first."))
        }
        _ => Ok(()),
    }
}

/// The hours stand above a limit that stays, and below it in height: what is not theirs any more falls to that.
fn stands_on_a_limit(record: &Record, week: &Week) -> Result<(), String> {
    if record.permanent.as_ref().is_some_and(|it| it.outcome.verdict == Verdict::Failed) {
        let text = "The charger did not follow the limit that was to stay, so it would not follow the hours either.";
        return Err(format!("{text} See what came of the limit first."));
    }
    within(week, bases(record).map(|entry| entry.limit).min())
}

fn within(week: &Week, base: Option<Amperes>) -> Result<(), String> {
    let Some(base) = base else {
        return Err("No limit of ours stays in the charger. Set one first: where the hours end, it holds.".into());
    };
    let asked = week.highest();
    if asked > base {
        return Err(format!(
            "They ask for {asked}, above the limit of {base} that stays. Ask for less, or set that limit anew."
        ));
    }
    Ok(())
}

/// The limits of ours that stay for every session.
fn bases(record: &Record) -> impl Iterator<Item = &InForce> {
    record
        .in_force
        .iter()
        .filter(|entry| entry.is_certain() && entry.lasts())
        .filter(|entry| entry.purpose != Purpose::TxProfile)
}

/// Where the hours go: wherever a default limit stays, because one on a connector stands above one for all.
fn places(record: &Record) -> Vec<u32> {
    let mut places: Vec<u32> =
        bases(record).filter(|entry| entry.purpose == Purpose::TxDefaultProfile).map(|entry| entry.connector).collect();
    places.sort_unstable();
    places.dedup();
    if places.is_empty() { vec![0] } else { places }
}

/// Does a car draw more than the hours allow now? Then the limit of now: what follows can be measured.
async fn drawing(link: &Link, record: &Record, week: &Week) -> Result<Option<Amperes>, Outcome> {
    if record.running_transaction().is_none() {
        return Ok(None);
    }
    let now = week.at(week.time_zone().to_datetime(link.clock.now()));
    let mut proof = limit_follows::proof(now);
    let mut trial = Trial::new(link, Step::Windows, record, &mut proof).await?;
    trial.doing(format!("Waiting for a draw above {now}"), trial.meter.window()).await;
    let began = tokio::time::Instant::now();
    while let Some(measured) = trial.reading(began, Duration::ZERO).await {
        if shows(measured.import, now) {
            return Ok(Some(now));
        }
    }
    Ok(None)
}

/// Writes what the charger holds of the hours, first as they are, then less of them; what was taken and the frames.
async fn install(link: &Link, record: &Record, week: &Week) -> Result<(Plan, Vec<u64>), Outcome> {
    let places = places(record);
    let mut rungs = Holds::of(record, week.zone(), places.len()).rungs();
    rungs.reverse();
    let (mut evidence, mut tried) = (Vec::new(), Vec::<Plan>::new());
    while let Some(holds) = rungs.pop() {
        let Some(plan) = windows::plan(week, &holds, link.clock.now()) else { continue };
        if tried.contains(&plan) {
            continue;
        }
        let taken = put(link, &plan, &places, &mut evidence).await?;
        if taken == plan.pieces.len() * places.len() {
            return Ok((plan, evidence));
        }
        evidence.extend(clear_all(link).await?);
        // Of this form it takes some: as many of them at the next try.
        if taken / places.len() > 1 {
            rungs.push(Holds { pieces: taken / places.len(), ..holds });
        }
        tried.push(plan);
    }
    let why = if tried.is_empty() {
        "The charger holds too few periods in a schedule for any of them."
    } else {
        "The charger refused them in every known form. Set them in its own app if it has one; the limit that stays is in force."
    };
    Err(Outcome::new(Verdict::Failed, format!("The cheap hours were not written. {why}")).with_evidence(evidence))
}

/// Writes all pieces, the last first: nothing acts before the one of today. How many the charger took until it refused one.
async fn put(link: &Link, plan: &Plan, places: &[u32], evidence: &mut Vec<u64>) -> Result<usize, Outcome> {
    let mut taken = 0;
    for connector in places {
        let terms = Terms::of(&recorded(link).await?, link.clock.now());
        for profile in plan.profiles(*connector, &terms).into_iter().rev() {
            link.doing(Step::Windows, said(plan, &profile), Some(Duration::from_secs(15))).await;
            rest(link, Step::Windows).await?;
            if taken > 0 {
                sleep(PACE).await;
            }
            if !accepts(link, Ask::SetProfile { connector: *connector, profile }, evidence).await? {
                return Ok(taken);
            }
            taken += 1;
        }
    }
    Ok(taken)
}

fn said(plan: &Plan, profile: &Profile) -> String {
    match (profile.valid_from, plan.pieces.len()) {
        (_, 1) => "Writing the cheap hours".to_owned(),
        (None, _) => "Writing the cheap hours until the next change of the clock".to_owned(),
        (Some(from), _) => format!("Writing the cheap hours from {} on", from.strftime("%-d %B %Y")),
    }
}

fn failed(failure: &CallFailure, evidence: &[u64]) -> Outcome {
    let text = format!("{failure} A part of the cheap hours may stand in the charger: take them away when it is back.");
    Outcome::new(Verdict::Inconclusive, text).with_evidence(failure.evidence()).with_evidence(evidence.iter().copied())
}

/// Did it accept? An error is a refusal as well.
async fn accepts(link: &Link, asked: Ask, evidence: &mut Vec<u64>) -> Result<bool, Outcome> {
    let said = ask(link, asked, evidence).await.map_err(|failure| failed(&failure, evidence))?;
    Ok(said == "Accepted")
}

/// Takes all pieces away; the frames. Where there is one level only, the limit that stays comes back in their place.
async fn clear_all(link: &Link) -> Result<Vec<u64>, Outcome> {
    let record = recorded(link).await?;
    let mut evidence = Vec::new();
    let pieces: Vec<&InForce> = record.in_force.iter().filter(|entry| entry.is_window()).collect();
    if !pieces.is_empty() {
        base_again(link, &mut evidence).await?;
    }
    for piece in &pieces {
        rest(link, Step::Windows).await?;
        let asked = match base_beneath(&record, piece) {
            Some(base) => {
                let profile = in_force::recipe(piece).staying(base, &Terms::of(&record, link.clock.now()));
                Ask::SetProfile { connector: piece.connector, profile }
            }
            None => Ask::ClearProfile { id: piece.profile },
        };
        let gone = accepts(link, asked, &mut evidence).await?;
        if !gone && recorded(link).await?.in_force.iter().any(|entry| entry.number == piece.number) {
            // Some chargers do not know our id any more, but the place.
            let InForce { connector, purpose, stack_level, .. } = **piece;
            accepts(link, Ask::ClearPlace { connector, purpose, stack_level }, &mut evidence).await?;
        }
    }
    if !pieces.is_empty() {
        let _ = link.keep(Event::CheapHours { hours: None }).await;
        if windows::stand(&recorded(link).await?) {
            let text = "The charger refused to take the cheap hours away. Take them away by hand (ClearChargingProfile), or \
                        reset it to its maker's settings.";
            return Err(Outcome::new(Verdict::Failed, text).with_evidence(evidence));
        }
    }
    Ok(evidence)
}

/// A charger that came anew since the limit that stays was written may have started anew and forgotten it: it is written
/// again before something is to stand on it, or to leave it alone.
async fn base_again(link: &Link, evidence: &mut Vec<u64>) -> Result<(), Outcome> {
    let record = recorded(link).await?;
    let Some(ceiling) = record.ceiling_parts.ceiling() else { return Ok(()) };
    for base in bases(&record).filter(|base| base.number < record.came) {
        rest(link, Step::Windows).await?;
        let terms = Terms::of(&record, link.clock.now());
        let profile = in_force::recipe(base).staying(base.limit.min(ceiling.limit), &terms);
        let again = accepts(link, Ask::SetProfile { connector: base.connector, profile }, evidence).await?;
        if !again && !ceiling.hardware_confirmed {
            let text = format!(
                "The charger does not take the limit of {} again that stays, so it may hold none. Nothing else was sent: set \
                 a limit first, or confirm the hardware limit.",
                base.limit
            );
            return Err(Outcome::new(Verdict::Failed, text).with_evidence(evidence.iter().copied()));
        }
    }
    Ok(())
}

/// Where the hours took the place of the limit that stays: that limit.
fn base_beneath(record: &Record, piece: &InForce) -> Option<Amperes> {
    let ceiling = record.ceiling_parts.ceiling()?.limit;
    let known = piece.then.map(|it| it.min(ceiling));
    let stays = record.permanent.as_ref().filter(|it| !it.recipe.is_empty());
    let stays = stays.map_or(ceiling, |it| Amperes::from_milliamps(it.limit_ma).min(ceiling));
    (piece.stack_level == 0).then_some(known.unwrap_or(stays))
}

/// What the car that draws does with the limit of now.
async fn measure(link: &Link, plan: &Plan, before: Amperes, evidence: &mut Vec<u64>) -> Result<Shown, Outcome> {
    let record = recorded(link).await?;
    let limit = plan.at(link.clock.now()).min(before);
    let mut proof = limit_follows::proof(limit);
    let mut trial = Trial::new(link, Step::Windows, &record, &mut proof).await?;
    let since = evidence.iter().max().copied().unwrap_or_default();
    let shown = trial.watch(limit, since).await;
    evidence.extend(&shown.evidence);
    Ok(shown)
}

/// What the charger itself says of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The hours.
    So,
    /// Something else.
    Otherwise,
    /// Nothing that covers a change of the limit.
    Nothing,
}

/// What the charger itself says of its limits in the next 24 hours, and when it said so.
async fn next_day(link: &Link, evidence: &mut Vec<u64>) -> Result<Option<(read::Timeline, Timestamp)>, Outcome> {
    let places = places(&recorded(link).await?);
    let connector = places.iter().copied().find(|place| *place > 0).unwrap_or(1);
    link.doing(Step::Windows, "Asking what it will do in the next 24 hours", Some(Duration::from_secs(15))).await;
    let Ok(answered) = link.ask(Ask::CompositeSchedule { connector, duration_s: DAY_S }).await else { return Ok(None) };
    evidence.extend([answered.sent, answered.number]);
    Ok(read::timeline(&answered.payload).map(|told| (told, answered.at)))
}

async fn compare(link: &Link, plan: &Plan, evidence: &mut Vec<u64>) -> Result<Says, Outcome> {
    let Some((told, at)) = next_day(link, evidence).await? else { return Ok(Says::Nothing) };
    let record = recorded(link).await?;
    let start = told.start.unwrap_or(at);
    let most = bases(&record).map(|entry| entry.limit).min().unwrap_or(Amperes::from_milliamps(u32::MAX));
    let (mut compared, mut off) = (Vec::new(), 0);
    // Where it does not say how long it is, its last period goes on.
    let lasts = if told.duration_s > 0 { told.duration_s.min(i64::from(DAY_S)) } else { i64::from(DAY_S) };
    for minutes in (0..lasts / 60).step_by(EVERY_MIN as usize) {
        let expected = |by: i64| later(start, minutes + by).map(|at| plan.at(at).min(most));
        let [Some(before), Some(now), Some(after)] = [-NEAR_MIN, 0, NEAR_MIN].map(expected) else { continue };
        let period = told.periods.iter().rfind(|(from, ..)| *from <= minutes * 60);
        let (Some((_, limit, phases)), true) = (period, before == now && now == after) else { continue };
        let phases = phases.and_then(|n| u8::try_from(n).ok()).and_then(Phases::new).or(record.phases);
        let Some(named) = limit::period_amps(*limit, &told.unit, phases.unwrap_or(Phases::ONE)) else { continue };
        let above = named.milliamps() > now.milliamps() + ROUNDED.milliamps();
        off += usize::from(above || (now > Amperes::ZERO && named == Amperes::ZERO));
        compared.push(now);
    }
    compared.dedup();
    Ok(match (compared.len(), off) {
        (_, 1..) => Says::Otherwise,
        // One limit over the whole of it shows nothing, unless the hours are the same all day.
        (0, _) => Says::Nothing,
        (1, _) if plan.periods.len() > 1 => Says::Nothing,
        _ => Says::So,
    })
}

fn later(start: Timestamp, minutes: i64) -> Option<Timestamp> {
    start.checked_add(SignedDuration::from_mins(minutes)).ok()
}

async fn contradicted(link: &Link, measured: Option<Amperes>) -> Outcome {
    let undone = clear(link).await;
    let why = measured.map_or_else(
        || "The charger accepted the cheap hours, but its own schedule for the next 24 hours shows other limits.".to_owned(),
        |measured| {
            format!(
                "The charger accepted the cheap hours, but the car still draws {measured}. Some chargers follow only from the \
                 next charge on: stop this one and set them again."
            )
        },
    );
    Outcome::new(Verdict::Failed, format!("{why} They were taken away again. {}", undone.finding))
        .with_evidence(undone.evidence)
}

fn judged(says: Says, shown: Option<&Shown>, plan: &Plan) -> (Verdict, String) {
    let so = "The charger says so: it accepted the cheap hours, and its own schedule for the next 24 hours shows them.";
    match (shown, says) {
        (Some(shown), _) if shown.verdict == Verdict::Passed => {
            let measured = shown.measured.map_or_else(String::new, |it| format!(" {it} was measured."));
            (
                Verdict::Passed,
                format!("The car follows the cheap hours now.{measured} The other hours were not waited for."),
            )
        }
        (_, Says::So) => (Verdict::NotTested, format!("{so} No car showed that it obeys them, so that is not tested.")),
        _ => {
            let hours = if plan.pieces.len() == 1 { "it" } else { "them" };
            let text = format!(
                "The charger accepted the cheap hours, but its own schedule does not show {hours}. Come back in one of them and \
                 look whether a car charges, and once outside of them."
            );
            (Verdict::Inconclusive, text)
        }
    }
}
