//! A charge moved by hand: start, pause, resume, stop, faster, slower. What each does on this charger, and whether it can
//! be done now; how it is done is [`crate::step::by_hand`].

use jiff::Timestamp;

use crate::demand::Signal;
use crate::event::Step;
use crate::link::View;
use crate::record::Record;
use crate::units::{Amperes, LEAST_OFFER};
use crate::windows;

/// By so much faster and slower change the limit.
const STEP: u32 = 2_000;
/// A reading that old still tells what is drawn. s.
const FRESH_S: i64 = 120;

/// What a person does to a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Begin one.
    Start,
    /// Let the car wait.
    Pause,
    /// Let it go on.
    Resume,
    /// End it.
    Stop,
    /// More current.
    Faster,
    /// Less current.
    Slower,
}

impl Act {
    /// All, in the order of the buttons.
    pub const ALL: [Act; 6] = [Act::Start, Act::Pause, Act::Resume, Act::Slower, Act::Faster, Act::Stop];
}

/// What can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub act: Act,
    /// What it does on this charger.
    pub does: String,
    /// Why it cannot be done now; empty where it can.
    pub obstacle: String,
}

/// The limit that is held by hand now.
pub fn held(view: &View) -> Option<Amperes> {
    let runs =
        view.running.as_ref().is_some_and(|running| running.begun == Step::DemandResponse && !running.cancelling);
    let by_hand = |record: &Record| {
        let newest = record.demand_responses.back().and_then(|run| run.modes.first());
        newest.is_some_and(|mode| matches!(mode.signal, Signal::ByHand { .. }))
    };
    view.record.by_hand.filter(|_| runs && by_hand(&view.record))
}

/// The limit that an act asks for; `None`: it asks for none.
pub fn limit(view: &View, act: Act, now: Timestamp) -> Option<Amperes> {
    let ceiling = view.record.ceiling_parts.ceiling()?.limit;
    let from = from(view, now)?;
    let whole = |milliamps: u32| Amperes::from_milliamps(milliamps / 1000 * 1000);
    match act {
        Act::Pause => Some(Amperes::ZERO),
        Act::Slower => Some(whole(from.milliamps().saturating_sub(STEP)).max(LEAST_OFFER)),
        Act::Faster => Some(whole(from.milliamps().saturating_add(STEP)).max(LEAST_OFFER).min(ceiling)),
        Act::Start | Act::Resume | Act::Stop => None,
    }
}

/// What faster and slower count from: what is held, else what is drawn, else the ceiling.
fn from(view: &View, now: Timestamp) -> Option<Amperes> {
    let ceiling = view.record.ceiling_parts.ceiling()?.limit;
    Some(held(view).or_else(|| drawn(&view.record, now)).map_or(ceiling, |from| from.min(ceiling)))
}

/// What is drawn now, as far as a fresh reading tells it.
fn drawn(record: &Record, now: Timestamp) -> Option<Amperes> {
    let fresh = record.readings.back().filter(|reading| now.duration_since(reading.at).as_secs() <= FRESH_S);
    fresh.and_then(|reading| reading.import).filter(|import| *import >= LEAST_OFFER)
}

/// Everything that can be done, with what it does.
pub fn offers(view: &View, now: Timestamp) -> Vec<Offer> {
    let offer = |act| Offer { act, does: does(view, act, now), obstacle: obstacle(view, act, now).to_owned() };
    Act::ALL.map(offer).to_vec()
}

fn does(view: &View, act: Act, now: Timestamp) -> String {
    let asked = limit(view, act, now).map_or_else(String::new, |limit| limit.to_string());
    match act {
        Act::Start => "Sends a start from the platform's side (remote start). A car must be plugged in.".into(),
        Act::Pause => {
            "Asks for 0 A instead of ending the charge: the car waits and can go on. Without this computer it \
                       ends by itself within 5 minutes."
                .into()
        }
        Act::Resume => "Takes what is held by hand away, and looks whether the current rises again. A car may take 3 \
                        minutes to wake."
            .into(),
        Act::Stop => {
            "Ends the charge (remote stop). Many chargers then want the car to be unplugged before the next one.".into()
        }
        Act::Slower | Act::Faster => format!("Asks for {asked} per phase, as long as it is held by hand."),
    }
}

fn obstacle(view: &View, act: Act, now: Timestamp) -> &'static str {
    let (charges, held) = (view.record.running_transaction().is_some(), held(view));
    let ceiling = view.record.ceiling_parts.ceiling();
    match act {
        Act::Start if charges => "A charge runs already.",
        Act::Stop if !charges => "No charge runs.",
        Act::Resume if held.is_none() => "Nothing is held by hand.",
        Act::Pause | Act::Slower | Act::Faster if ceiling.is_none() => "Enter the ceiling first.",
        Act::Pause | Act::Slower if !charges => "No charge runs.",
        Act::Pause | Act::Slower if windows::stand(&view.record) => {
            "Cheap hours stand in the charger, and a limit by hand would take their place. Take them away first."
        }
        Act::Pause if held == Some(Amperes::ZERO) => "It is paused already.",
        Act::Slower if limit(view, act, now) >= from(view, now) => {
            "6 A is the least that a charger can offer: pause it instead."
        }
        Act::Faster if held.is_none() => "Nothing is held by hand, so nothing holds it down.",
        Act::Faster if ceiling.is_some_and(|it| held >= Some(it.limit)) => "It is at the ceiling.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(breaker: f64) -> View {
        let mut record = Record::new("CP1");
        record.ceiling_parts.breaker = Amperes::from_amps(breaker);
        View { record, running: None }
    }

    #[test]
    fn nothing_is_offered_that_cannot_be_done_and_why_is_said() {
        let offers = offers(&view(32.0), Timestamp::UNIX_EPOCH);
        let why = |act| offers.iter().find(|it| it.act == act).map(|it| it.obstacle.clone()).unwrap_or_default();
        assert_eq!(why(Act::Start), "");
        assert!(why(Act::Pause).contains("No charge runs") && why(Act::Stop).contains("No charge runs"));
        assert!(why(Act::Faster).contains("Nothing is held by hand"));
    }

    #[test]
    fn slower_never_goes_below_six_amperes_nor_faster_above_the_ceiling() {
        let limit = |breaker, act| limit(&view(breaker), act, Timestamp::UNIX_EPOCH);
        assert_eq!(limit(32.0, Act::Slower), Amperes::from_amps(30.0));
        assert_eq!(limit(7.0, Act::Slower), Some(LEAST_OFFER));
        assert_eq!(limit(32.0, Act::Faster), Amperes::from_amps(32.0));
        assert_eq!(limit(32.0, Act::Pause), Some(Amperes::ZERO));
        assert_eq!(limit(32.0, Act::Stop), None);
    }

    #[test]
    fn a_charge_without_a_fresh_reading_can_be_slowed_from_the_ceiling() {
        let mut view = view(32.0);
        view.record.transactions.push_back(crate::record::Transaction::at(Timestamp::UNIX_EPOCH));
        assert_eq!(obstacle(&view, Act::Slower, Timestamp::UNIX_EPOCH), "");
        view.record.ceiling_parts.breaker = Amperes::from_amps(6.0);
        assert!(obstacle(&view, Act::Slower, Timestamp::UNIX_EPOCH).contains("pause it instead"));
    }
}
