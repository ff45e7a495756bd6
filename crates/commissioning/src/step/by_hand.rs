//! A charge is moved by hand, and what the charger did is looked at: its status, and its meter.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::Ask;

use crate::by_hand::{self, Act};
use crate::check::WAKES_WITHIN;
use crate::demand::{How, Order, Said, Signal};
use crate::event::{Event, Happened, Step, Told};
use crate::limit::TEST_ID_TAG;
use crate::link::{Busy, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::profiles;
use crate::record::{Record, waits};
use crate::step::undo::ask;
use crate::step::{demand_response, ended};
use crate::trial::stopped;
use crate::units::Amperes;

/// The idTag of a start by hand: at most 16 characters (field problem P22).
const BY_HAND_TAG: &str = "CHARGEHAND-HAND";
/// From the start of a charge to its first current.
const DRAWS_WITHIN: Duration = Duration::from_secs(60);
/// A charger that accepted to stop a charge says that it did within this.
const STOPS_WITHIN: Duration = Duration::from_secs(30);
/// Less than this is no charging current.
const NOTHING: Amperes = Amperes::from_milliamps(500);

/// Does it. A limit by hand is held until a person resumes or stops it, so this may last.
///
/// # Errors
/// [`Busy`]: another step runs.
pub async fn run(link: &Link, act: Act) -> Result<(), Busy> {
    match act {
        Act::Start => charge(link, true).await,
        Act::Stop => charge(link, false).await,
        Act::Resume => {
            link.cancel().await;
            Ok(())
        }
        Act::Pause | Act::Slower | Act::Faster => hold(link, act).await,
    }
}

/// Changes what is held, or begins to hold it.
async fn hold(link: &Link, act: Act) -> Result<(), Busy> {
    let Ok(view) = link.view().await else { return Err(Busy) };
    let Some(limit) = by_hand::limit(&view, act, link.clock.now()) else { return Ok(()) };
    if view.running.is_some() && by_hand::held(&view).is_none() {
        return Err(Busy);
    }
    let _ = link.keep(Event::ByHand { limit }).await;
    if view.running.is_some() {
        // It is asked for when the charger may be asked again.
        return Ok(());
    }
    let order = Order {
        signals: vec![Signal::ByHand { limit }],
        how: How::Hold { for_s: None },
        said: Said::default(),
        commence: false,
        licensed: String::new(),
    };
    demand_response(link, &order).await.map(drop)
}

/// Starts or stops a charge. While one is held by hand it can still be stopped.
async fn charge(link: &Link, start: bool) -> Result<(), Busy> {
    let Ok(view) = link.view().await else { return Err(Busy) };
    let guard = if by_hand::held(&view).is_some() { None } else { Some(link.begin(Step::Charge).await?) };
    let work = async {
        let done = if start { begins(link).await } else { ends(link).await };
        done.unwrap_or_else(|failure| stopped(&failure))
    };
    let outcome = match guard {
        None => work.await,
        Some(mut guard) => tokio::select! {
            biased;
            () = guard.cancelled() => Outcome::new(Verdict::Inconclusive, "Cancelled. What was sent stands."),
            outcome = work => outcome,
        },
    };
    ended(link, Step::Charge, &outcome).await;
    Ok(())
}

async fn begins(link: &Link) -> Result<Outcome, CallFailure> {
    let (mut told, record) = (link.watch().await?, link.record().await?);
    let delay = record.random_delay();
    let draws_within = DRAWS_WITHIN + delay.as_ref().map_or(Duration::ZERO, |delay| delay.most);
    let late = delay.map(|delay| format!("; {}", delay.said())).unwrap_or_default();
    link.doing(Step::Charge, format!("Starting a charge{late}"), Some(WAKES_WITHIN + draws_within)).await;
    let (id_tag, number) = (tag(&record), profiles::request(&record));
    let connector = record.connectors.keys().copied().find(|connector| *connector > 0).unwrap_or(1);
    let mut frames = Vec::new();
    let said = ask(link, Ask::Start { connector, id_tag, number }, &mut frames).await?;
    if said != "Accepted" {
        let text = format!("The charger refused to start a charge ({said}). Is a car plugged in?");
        return Ok(Outcome::new(Verdict::Failed, text).with_evidence(frames));
    }
    let runs = |what: &Happened| match what {
        Happened::Started { .. } => Some(()),
        Happened::Charging { state, .. } if !waits(state) => Some(()),
        _ => None,
    };
    let Some(((), number)) = until(&mut told, WAKES_WITHIN, runs).await else {
        let text = "The charger accepted a start, but began no charge within 30 s. A car must be plugged in and ready.";
        return Ok(Outcome::new(Verdict::Inconclusive, text).with_evidence(frames));
    };
    frames.push(number);
    let draws = |what: &Happened| match what {
        Happened::Meter { reading } => reading.import.filter(|import| *import > NOTHING),
        _ => None,
    };
    Ok(match until(&mut told, draws_within, draws).await {
        Some((drawn, number)) => {
            frames.push(number);
            Outcome::new(Verdict::Passed, format!("A charge runs: {drawn} measured.")).with_evidence(frames)
        }
        None => {
            let minutes = draws_within.as_secs().div_ceil(60);
            let text = match minutes {
                1 => "A charge began, but no reading shows a current within a minute.".to_owned(),
                _ => format!("A charge began, but no reading shows a current within {minutes} minutes (random delay)."),
            };
            Outcome::new(Verdict::Inconclusive, text).with_evidence(frames)
        }
    })
}

async fn ends(link: &Link) -> Result<Outcome, CallFailure> {
    let (mut told, record) = (link.watch().await?, link.record().await?);
    let Some(transaction) = record.running_transaction().map(|it| it.id) else {
        return Ok(Outcome::new(Verdict::NotApplicable, "No charge runs."));
    };
    let mut frames = Vec::new();
    let said = ask(link, Ask::Stop { transaction }, &mut frames).await?;
    if said != "Accepted" {
        let text = format!("The charger refused to end the charge ({said}).");
        return Ok(Outcome::new(Verdict::Failed, text).with_evidence(frames));
    }
    let over = |what: &Happened| match what {
        Happened::Stopped { transaction: id, .. } if *id == i64::from(transaction) => Some(()),
        Happened::Charging { transaction: id, state } if *id == transaction && waits(state) => Some(()),
        _ => None,
    };
    Ok(match until(&mut told, STOPS_WITHIN, over).await {
        Some(((), number)) => {
            frames.push(number);
            Outcome::new(Verdict::Passed, "The charge has ended, as the charger says.").with_evidence(frames)
        }
        None => {
            let text = "The charger accepted to end the charge, but does not say that it has ended.";
            Outcome::new(Verdict::Inconclusive, text).with_evidence(frames)
        }
    })
}

/// In whose name a charge is started by hand: not in that of a check, which would stop it again as its own.
fn tag(record: &Record) -> String {
    let tag = record.start_tag();
    if tag == TEST_ID_TAG { BY_HAND_TAG.to_owned() } else { tag }
}

/// The first news that is one, with its entry; `None` where none comes in time or the charger is gone.
async fn until<T>(
    told: &mut mpsc::UnboundedReceiver<Told>,
    within: Duration,
    is: impl Fn(&Happened) -> Option<T>,
) -> Option<(T, u64)> {
    let deadline = Instant::now() + within;
    while let Ok(Some(news)) = timeout_at(deadline, told.recv()).await {
        if let Some(found) = is(&news.what) {
            return Some((found, news.number));
        }
        if matches!(news.what, Happened::Disconnected { .. }) {
            return None;
        }
    }
    None
}
