//! A line that rehearses demand response, or holds it for a time.

use super::difference::limit_now;
use super::{Difference, Risk};
use crate::demand::{DemandResponse, How, Order, Signal};
use crate::guard;
use crate::record::Record;
use crate::units::Amperes;

/// What it would mean.
pub(super) fn difference(record: &Record, order: &Order) -> Difference {
    let names: Vec<String> = order.signals.iter().map(Signal::name).collect();
    let names = names.join(", ");
    let (what, will) = match order.how {
        How::Rehearse => (
            "Rehearsal of demand response",
            format!("{names}: each asked for, measured and taken away again; then as before"),
        ),
        How::Hold { for_s } => {
            let minutes = for_s.map_or_else(String::new, |s| format!(" for {} min", s.div_ceil(60)));
            ("Demand response, held", format!("{names}{minutes}; then as before"))
        }
    };
    Difference {
        what: what.into(),
        now: limit_now(record, 0),
        will,
        why: "It shows what this charger really does when the network asks: capability evidence.".into(),
        risk: Risk::Current,
        risk_words:
            "A car charges less for a while, or pauses; some cars have to be woken after a pause. Every limit ends \
                     by itself if this computer leaves."
                .into(),
        back: Ok("It is taken away as soon as it is judged, and that is looked at.".into()),
        obstacle: obstacle(record, order),
        already: false,
    }
}

fn obstacle(record: &Record, order: &Order) -> String {
    if order.signals.is_empty() {
        return "No signal was chosen.".into();
    }
    match order.how {
        How::Hold { for_s: None } => {
            return "Say for how long: the lines after it would wait until somebody stops it.".into();
        }
        How::Hold { .. } if order.signals.len() > 1 => return "A hold is of one signal.".into(),
        _ => {}
    }
    let ceiling = guard::within(record.ceiling_parts.ceiling(), Amperes::ZERO);
    ceiling.err().map(|held| format!("{held} {}", held.remedy())).unwrap_or_default()
}

/// What the newest run of these signals showed; empty where there was none.
pub(super) fn shown(record: &Record, order: &Order) -> String {
    let of_these = |run: &&DemandResponse| {
        run.how == order.how && run.modes.iter().map(|mode| &mode.signal).eq(order.signals.iter())
    };
    let newest = record.demand_responses.iter().rev().find(of_these);
    newest.map(|run| run.outcome.finding.clone()).unwrap_or_default()
}
