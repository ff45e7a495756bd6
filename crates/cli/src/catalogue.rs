//! `catalogue`: what is known of chargers.

use std::io::{self, BufWriter, Write};

use chargehand_catalogue::{Can, Charger, Purpose, Statement, Topic, search, uses};
use serde_json::{Value, json};

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

fn line(out: &mut dyn Write, it: &Charger) -> io::Result<()> {
    let apps: Vec<Value> = uses(it).iter().map(|it| json!(it)).collect();
    let line = json!({
        "id": it.id, "vendor": it.vendor, "model": it.model, "access": it.access.class, "summary": it.summary,
        "facts": it.facts(), "apps": apps, "unknown": it.unknown,
    });
    writeln!(out, "{line}")
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
        let mut told = facts.iter().filter(|fact| topics.contains(&fact.topic)).peekable();
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
    let sure = json!(fact.confidence);
    let sure = sure.as_str().unwrap_or_default();
    writeln!(out, "    - {}\n      {}; {}; confidence: {sure}", fact.says, fact.source, fact.date)
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
