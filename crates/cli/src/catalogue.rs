//! `catalogue`: what is known of chargers.

use std::io::{self, BufWriter, Write};

use chargehand_catalogue::{Access, Can, Charger, Confidence, Purpose, Statement, Topic, Use, search, uses};
use serde::Serialize;

use crate::args;
use crate::{Exit, Failure};

/// Prints the chargers that fit, the best first.
///
/// # Errors
/// None of its own: whoever stops reading knows enough.
pub fn run(args: &args::Catalogue) -> Result<Exit, Failure> {
    let words = args.words.join(" ");
    let found = search(&words);
    let mut out = BufWriter::new(io::stdout().lock());
    let print = if args.json { line } else { card };
    let _ = found.iter().try_for_each(|it| print(&mut out, it.charger)).and_then(|()| out.flush());
    if found.is_empty() {
        eprintln!(
            "No charger of the catalogue fits. Try the maker's name alone. A charger that is not in it is not known: ask \
             its maker whether the owner may enter any OCPP server; no answer counts as locked."
        );
    }
    Ok(Exit::Done)
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    vendor: &'a str,
    model: &'a str,
    access: Access,
    summary: &'a str,
    facts: Vec<Statement>,
    apps: Vec<Use>,
    unknown: &'a [String],
}

fn line(out: &mut dyn Write, it: &Charger) -> io::Result<()> {
    let Charger { id, vendor, model, summary, unknown, .. } = it;
    let line = Line { id, vendor, model, access: it.access.class, summary, facts: it.facts(), apps: uses(it), unknown };
    writeln!(out, "{}", serde_json::to_string(&line)?)
}

/// The titles of a card, in the order in which one reads it.
static PARTS: &[(&str, &[Topic])] = &[
    ("Who may choose its server", &[Topic::Access, Topic::Lan, Topic::Version]),
    (
        "Where the server is entered",
        &[Topic::Setup, Topic::Address, Topic::Identity, Topic::Password, Topic::Encryption],
    ),
    ("The way back", &[Topic::WayBack]),
    ("What to heed", &[Topic::Quirk]),
    ("Apps that reach it through its maker", &[Topic::App]),
    ("Interfaces besides OCPP", &[Topic::Local]),
    (
        "What else is known",
        &[
            Topic::Phases,
            Topic::Current,
            Topic::Limits,
            Topic::Start,
            Topic::Authorization,
            Topic::Metering,
            Topic::Offline,
            Topic::Solar,
            Topic::Control,
            Topic::Connection,
            Topic::Boot,
        ],
    ),
];

fn card(out: &mut dyn Write, it: &Charger) -> io::Result<()> {
    writeln!(out, "{} {}  [{}]", it.vendor, it.model, it.access.class.name())?;
    for text in [&it.which, &it.summary].into_iter().filter(|text| !text.is_empty()) {
        writeln!(out, "  {text}")?;
    }
    writeln!(out, "  What apps can do with it")?;
    for it in uses(it) {
        writeln!(out, "    - {}: {}. {}", purpose(it.purpose), answer(it.answer), it.because)?;
    }
    let facts = it.facts();
    for (title, topics) in PARTS {
        let mut told = topics.iter().flat_map(|topic| facts.iter().filter(|fact| fact.topic == *topic)).peekable();
        if told.peek().is_some() {
            writeln!(out, "  {title}")?;
        }
        told.try_for_each(|fact| fact_line(out, fact))?;
    }
    if !it.unknown.is_empty() {
        writeln!(out, "  Not known")?;
    }
    it.unknown.iter().try_for_each(|unknown| writeln!(out, "    - {unknown}"))?;
    writeln!(out)
}

fn fact_line(out: &mut dyn Write, fact: &Statement) -> io::Result<()> {
    let date = if fact.date == "unknown" { "no date" } else { &fact.date };
    writeln!(out, "    - {}\n      {}; {date}; {}", fact.says, fact.source, sure(fact.confidence))
}

fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "confidence high",
        Confidence::Medium => "confidence medium",
        Confidence::Low => "confidence low",
        Confidence::Unknown => "not known",
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SolarDiversion => "Solar diversion",
        Purpose::TariffScheduling => "Tariff scheduling",
        Purpose::DemandResponse => "Demand response",
        Purpose::VehicleToGrid => "V2G",
    }
}

fn answer(can: Can) -> &'static str {
    match can {
        Can::Yes => "yes",
        Can::Conditions => "under conditions",
        Can::No => "no",
        Can::Unknown => "not known",
    }
}
