//! What the entered parts say about the installation.

use super::{CeilingParts, CtDirection, CtLost, counts};
use crate::outcome::{Finding, Gravity};
use crate::units::LEAST_OFFER;

/// The finding that is red until a hardware limit is confirmed.
pub const HARDWARE_NOT_CONFIRMED: &str = "hardware_limit_not_confirmed";

/// Stable name, gravity, and the sentence where it holds.
type Rule = (&'static str, Gravity, fn(&CeilingParts) -> Option<String>);

static RULES: &[Rule] = &[
    (HARDWARE_NOT_CONFIRMED, Gravity::Stop, hardware_not_confirmed),
    ("breaker_above_cable", Gravity::Stop, breaker_above_cable),
    ("ceiling_below_least_offer", Gravity::Stop, below_least_offer),
    ("load_management_reversed", Gravity::Stop, reversed),
    ("load_management_above_headroom", Gravity::Stop, above_headroom),
    ("load_management_not_checked", Gravity::Attention, not_checked),
    ("breaker_fully_loaded", Gravity::Attention, fully_loaded),
    ("headroom_not_known", Gravity::Note, headroom_not_known),
];

/// Do the entered parts decide about a finding of this code?
pub fn is_about_parts(code: &str) -> bool {
    RULES.iter().any(|(own, ..)| *own == code)
}

/// All that the parts say, resting on the event that holds them.
pub fn findings(parts: &CeilingParts, number: u64) -> Vec<Finding> {
    let found = |(code, gravity, says): &Rule| {
        let text = says(parts)?;
        Some(Finding { code: (*code).to_owned(), gravity: *gravity, text, evidence: vec![number] })
    };
    RULES.iter().filter_map(found).collect()
}

fn hardware_not_confirmed(parts: &CeilingParts) -> Option<String> {
    let ceiling = parts.ceiling().filter(|ceiling| !ceiling.hardware_confirmed)?;
    Some(format!(
        "No hardware limit at or below {} was confirmed in the charger itself. A limit over OCPP is neither overload \
         protection nor a limitation of the maximum demand: without a hardware limit the charger may draw its full current. \
         Set the installer limit (DIP switch or installer menu) and confirm it under Set. Until then no test is offered \
         that takes limits away.",
        ceiling.limit
    ))
}

fn breaker_above_cable(parts: &CeilingParts) -> Option<String> {
    let (breaker, cable) = (counts(parts.breaker)?, parts.cable_as_installed()?);
    (breaker > cable).then(|| {
        format!(
            "The breaker ({breaker}) is above what the cable carries as installed ({cable}): it does not protect this \
             cable. The rule is I_B ≤ I_n ≤ I_Z (coordination of conductors and protective devices; in AS/NZS 3000 quoted \
             as clause 2.5.3.1: check the current edition). Fit a smaller breaker or a larger cable. A limit over OCPP \
             does not mend it."
        )
    })
}

fn below_least_offer(parts: &CeilingParts) -> Option<String> {
    let ceiling = parts.ceiling().filter(|ceiling| ceiling.limit < LEAST_OFFER)?;
    Some(format!(
        "The {} leaves {}. A charger offers a car {LEAST_OFFER} or nothing, so no car will charge here. Look at the number \
         again; if it is right, the installation has no room for this charger as it is.",
        ceiling.binding.word(),
        ceiling.limit
    ))
}

fn reversed(parts: &CeilingParts) -> Option<String> {
    let managed = parts.load_management?;
    (managed.direction == CtDirection::Reversed).then(|| {
        "The CT of the load management counts the wrong way: the charger takes what the house draws for what it feeds in, \
         and raises its current when it should lower it. Turn the CT, or its setting in the charger, and look again."
            .to_owned()
    })
}

fn above_headroom(parts: &CeilingParts) -> Option<String> {
    let headroom = parts.headroom()?;
    let does = match parts.load_management?.lost {
        CtLost::KeepsFull => "keeps its full current".to_owned(),
        CtLost::FallsTo(limit) if limit > headroom => format!("falls to {limit}"),
        _ => return None,
    };
    Some(format!(
        "Without its CT the charger {does}, but the main switch leaves {headroom} beside everything else. Set a fall-back of \
         {headroom} or less in the charger. Until then the headroom counts as if there were no load management."
    ))
}

fn not_checked(parts: &CeilingParts) -> Option<String> {
    let managed = parts.load_management?;
    let mut open = managed.unchecked();
    if managed.lost == CtLost::Unknown {
        open.push("what the charger does when it is lost");
    }
    (!open.is_empty()).then(|| {
        format!(
            "Of the load management's CT was not entered: {}. Until all of it is, the headroom counts as if there were no \
             load management. Compare the charger's reading with a clamp meter; to see what happens without the CT, \
             unplug its lead.",
            open.join(", ")
        )
    })
}

fn fully_loaded(parts: &CeilingParts) -> Option<String> {
    let (breaker, nameplate) = (counts(parts.breaker)?, counts(parts.nameplate)?);
    let ceiling = parts.ceiling().filter(|ceiling| ceiling.limit >= breaker)?;
    (nameplate >= breaker).then(|| {
        format!(
            "A car may draw {} for hours through a breaker of {breaker}. Beside other loaded breakers, or in a warm board, \
             it may trip below its rating. Derate it as its maker says for grouping and ambient temperature, leave space \
             beside it, or set a lower limit in the charger. (A charger maker's guide for Australia recommends 40 A for a \
             charger of 32 A; then the cable must carry that.)",
            ceiling.limit
        )
    })
}

fn headroom_not_known(parts: &CeilingParts) -> Option<String> {
    let missing = match (counts(parts.main_switch), parts.rest) {
        (Some(_), None) => "the peak of everything else",
        (None, Some(_)) => "the main switch",
        _ => return None,
    };
    Some(format!("What the supply has left is not known: enter {missing} too."))
}
