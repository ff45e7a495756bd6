//! A charge moved by hand, to and fro.

use chargehand_commissioning::by_hand::{self, Act, Offer};
use chargehand_commissioning::demand::{DemandResponse, Signal};
use chargehand_commissioning::event::Step;
use chargehand_commissioning::link::View;
use jiff::Timestamp;

use super::outcome;
use crate::ipc::{HandAct, HandOffer, HandView};

/// Each act, and its name in the window.
static ACTS: [(Act, HandAct); 6] = [
    (Act::Start, HandAct::Start),
    (Act::Pause, HandAct::Pause),
    (Act::Resume, HandAct::Resume),
    (Act::Stop, HandAct::Stop),
    (Act::Faster, HandAct::Faster),
    (Act::Slower, HandAct::Slower),
];

/// As the engine wants it.
pub fn act(wanted: HandAct) -> Option<Act> {
    ACTS.iter().find(|(_, name)| *name == wanted).map(|(act, _)| *act)
}

fn offer(it: Offer) -> Option<HandOffer> {
    let act = ACTS.iter().find(|(act, _)| *act == it.act).map(|(_, name)| *name)?;
    Some(HandOffer { act, does: it.does, obstacle: it.obstacle })
}

/// All of it.
pub fn by_hand(view: &View) -> HandView {
    let record = &view.record;
    let by_hand = |run: &&DemandResponse| run.modes.iter().any(|mode| matches!(mode.signal, Signal::ByHand { .. }));
    let newest = record.demand_responses.back().filter(by_hand);
    let held = by_hand::held(view);
    HandView {
        offers: by_hand::offers(view, Timestamp::now()).into_iter().filter_map(offer).collect(),
        held_ma: held.map(|limit| limit.milliamps()),
        charge: record.outcomes.get(&Step::Charge).map(outcome),
        limit: newest.and_then(|run| run.modes.first()).map(|mode| outcome(&mode.outcome)),
        undone: newest.filter(|_| held.is_none()).map(|run| outcome(&run.undone)),
    }
}
