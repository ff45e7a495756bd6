//! The installation as entered, and what is asked of it: what the ceiling rests on.

use chargehand_commissioning::ceiling::{CtDirection, CtLost, CtPhase, LoadManagement, RestKnown};
use chargehand_commissioning::report::{Report, ReportCeiling, ReportRule};
use serde::Serialize;

use crate::sheet::{Pair, pair};
use crate::words::amps;

/// A section of the page.
#[derive(Serialize)]
pub struct Installation {
    /// The parts that were entered; empty where none was.
    parts: Vec<Pair>,
    /// What the place asks.
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    of: String,
    says: String,
    source: String,
}

/// What the report has of it.
pub fn installation(report: &Report) -> Installation {
    Installation {
        parts: report.ceiling.as_ref().map(parts).unwrap_or_default(),
        rules: report.rules.iter().map(rule).collect(),
    }
}

/// The ceiling in one line.
pub fn in_words(ceiling: &ReportCeiling) -> String {
    let named = |(name, ma): (&str, Option<u32>)| Some(format!("{name} {}", amps(ma?)));
    let confirmed = if ceiling.installer_confirmed { "confirmed in the charger" } else { "not confirmed" };
    let installer = named(("installer limit", ceiling.installer_ma)).map(|limit| format!("{limit} ({confirmed})"));
    let parts = [
        ("breaker", ceiling.breaker_ma),
        ("cable", ceiling.cable_as_installed_ma.or(ceiling.cable_ma)),
        ("nameplate", ceiling.nameplate_ma),
        ("connector rating", ceiling.connector_ma),
        ("supply headroom", ceiling.headroom_ma),
        ("network approval", ceiling.approved_ma),
    ];
    let parts: Vec<String> = parts.into_iter().filter_map(named).chain(installer).collect();
    format!("{} per phase, set by the {}: {}", amps(ceiling.limit_ma), ceiling.binding.word(), parts.join(", "))
}

fn parts(ceiling: &ReportCeiling) -> Vec<Pair> {
    let line = |label, value: Option<String>| value.map(|value| pair(label, value));
    let breaker = ceiling.breaker_ma.map(|ma| {
        let curve = ceiling.curve.map_or(String::new(), |curve| format!(", curve {}", curve.letter()));
        let phases = ceiling.phases.map_or(String::new(), |count| match count {
            1 => ", on one phase".to_owned(),
            count => format!(", on {count} phases"),
        });
        format!("{}{curve}{phases}", amps(ma))
    });
    [
        line("Breaker", breaker),
        line("Cable", ceiling.cable_ma.map(|ma| cable(ma, ceiling))),
        line("Nameplate", ceiling.nameplate_ma.map(amps)),
        line("Installer limit", ceiling.installer_ma.map(|ma| installer(ma, ceiling.installer_confirmed))),
        line("Connector or charging cable", ceiling.connector_ma.map(amps)),
        line("Supply", supply(ceiling)),
        line("Approved by the network", ceiling.approved_ma.map(amps)),
        line("Load management", ceiling.load_management.as_ref().map(load_management)),
        line("Ceiling", Some(format!("{} per phase, set by the {}", amps(ceiling.limit_ma), ceiling.binding.word()))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn cable(ma: u32, ceiling: &ReportCeiling) -> String {
    match ceiling.derating_per_mille.zip(ceiling.cable_as_installed_ma) {
        Some((factor, left)) => {
            format!("{} × {}.{:03} = {} as installed", amps(ma), factor / 1000, factor % 1000, amps(left))
        }
        None => format!("{} as installed", amps(ma)),
    }
}

fn installer(ma: u32, confirmed: bool) -> String {
    let seen = if confirmed { "seen set in the charger itself" } else { "not confirmed in the charger itself" };
    format!("{}, {seen}", amps(ma))
}

fn supply(ceiling: &ReportCeiling) -> Option<String> {
    let known = match ceiling.rest_known {
        Some(RestKnown::Measured) => " (measured)",
        Some(RestKnown::Calculated) => " (calculated)",
        None => "",
    };
    let main = ceiling.main_switch_ma.map(|ma| format!("main switch {}", amps(ma)));
    let rest = ceiling.rest_ma.map(|ma| format!("peak of the rest {}{known}", amps(ma)));
    let left = ceiling.headroom_ma.map(|ma| format!("{} left", amps(ma)));
    let all: Vec<String> = [main, rest, left].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn load_management(managed: &LoadManagement) -> String {
    let direction = match managed.direction {
        CtDirection::NotChecked => "CT direction not checked",
        CtDirection::Right => "CT counts the right way",
        CtDirection::Reversed => "CT COUNTS THE WRONG WAY",
    };
    let ratio = managed.ratio.map_or_else(|| "ratio not checked".to_owned(), |ratio| format!("ratio {ratio} to 1"));
    let phase = match managed.phase {
        CtPhase::NotChecked => "phase not checked",
        CtPhase::L1 => "on L1",
        CtPhase::L2 => "on L2",
        CtPhase::L3 => "on L3",
        CtPhase::All => "on each phase",
    };
    let lost = match managed.lost {
        CtLost::Unknown => "what the charger does without it is not known".to_owned(),
        CtLost::Stops => "without it the charger stops".to_owned(),
        CtLost::FallsTo(limit) => format!("without it the charger falls to {}", amps(limit.milliamps())),
        CtLost::KeepsFull => "without it the charger keeps its full current".to_owned(),
    };
    format!("{direction}, {ratio}, {phase}; {lost}")
}

fn rule(rule: &ReportRule) -> Rule {
    let may = if rule.sure { "" } else { "May apply, what decides was not entered: " };
    let check = if rule.unverified { " Check the current edition." } else { "" };
    let date = if rule.date == "unknown" { String::new() } else { format!(", {}", rule.date) };
    Rule { of: rule.of.clone(), says: format!("{may}{}{check}", rule.says), source: format!("{}{date}", rule.source) }
}
