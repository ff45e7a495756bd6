//! What stands on the pages: the report in words, units and local times, as the data of the template.

use chargehand_commissioning::outcome::{Finding, Outcome};
use chargehand_commissioning::report::{
    Attempt, ConfigurationKey, ConfigurationSnapshot, LeftBehind, LimitProof, Report, ReportCeiling, ReportCheapHours,
    ReportDeviation, ReportStep,
};
use serde::Serialize;
use serde_json::Value;

use crate::chart::{Chart, chart};
use crate::demand::{Demand, demand};
use crate::installation::{self, Installation};
use crate::printable;
use crate::words::{self, LocalTime, Mark, NOTHING, amps};

/// Most rows of one table; the record has all. A charger may answer with thousands of keys.
const MOST_ROWS: usize = 1_000;

/// The data of `templates/report.typ`.
#[derive(Serialize)]
struct Sheet {
    simulated: bool,
    title: String,
    company: String,
    under_company: Vec<String>,
    /// Right of the company, under the words "Charger handover".
    edition: Vec<String>,
    address: String,
    charger_line: String,
    running_head: String,
    headline: Headline,
    steps: Vec<Row>,
    limit: Limit,
    demand: Demand,
    cheap_hours: Option<ReportCheapHours>,
    installation: Installation,
    left_behind: Table<Left>,
    findings: Table<Row>,
    deviations: Table<Deviation>,
    identity: Vec<Pair>,
    connection: Vec<Pair>,
    configuration: Option<Configuration>,
    /// Stored frames, the head of their chain, the clock: what a reader may ask for later.
    evidence: Vec<Pair>,
    /// How many frames are stored.
    frames: u64,
    zone_note: Option<String>,
}

#[derive(Serialize)]
struct Headline {
    mark: Mark,
    title: String,
    text: String,
}

/// A mark, a sentence and the frames behind it; a step also has a title.
#[derive(Serialize)]
struct Row {
    title: String,
    mark: Mark,
    text: String,
    frames: String,
}

/// A name and a value.
#[derive(Serialize)]
pub struct Pair {
    label: &'static str,
    value: String,
}

/// Rows, and how many more the record has.
#[derive(Serialize)]
struct Table<T> {
    rows: Vec<T>,
    more: usize,
}

#[derive(Serialize)]
struct Limit {
    outcome: Option<Row>,
    facts: Vec<Pair>,
    chart: Option<Chart>,
    attempts: Table<Try>,
}

#[derive(Serialize)]
struct Try {
    recipe: String,
    asked: String,
    answer: String,
    measured: String,
    mark: Mark,
    frames: String,
}

#[derive(Serialize)]
struct Left {
    what: String,
    before: String,
    after: String,
    proved: bool,
}

#[derive(Serialize)]
struct Deviation {
    rule: String,
    hard: bool,
    place: String,
    got: String,
    meaning: String,
    seen: String,
}

#[derive(Serialize)]
struct Configuration {
    taken: String,
    table: Table<Key>,
    unknown: String,
}

#[derive(Serialize)]
struct Key {
    key: String,
    meaning: Option<String>,
    /// `None` where the charger sent no value.
    value: Option<String>,
    readonly: bool,
}

/// The data of the template: every string printable, and beside them the hash, the date and whether a character was
/// replaced.
pub fn data(report: &Report, sha256: &str) -> Value {
    // A sheet is plain data; were it not, the template would name the first field it misses.
    let mut data = serde_json::to_value(sheet(report)).unwrap_or_default();
    let replaced = printable::clean(&mut data);
    data["replaced"] = replaced.into();
    // Not cleaned: it has to stay one word, by which `verify` tells it from whatever a charger sent.
    data["sha256"] = sha256.into();
    data
}

fn sheet(report: &Report) -> Sheet {
    let time = LocalTime::new(&report.time_zone);
    let site = &report.site;
    let address = entered(&site.address, "Address not entered");
    let edition = [named("Chargehand ", &report.program), time.minute(report.created), named("Job ", &site.job)];
    let charger = &report.charger;
    let charger_line = [
        [charger.vendor.as_str(), &charger.model].map(str::trim).join(" ").trim().to_owned(),
        named("serial ", &charger.serial),
        named("firmware ", &charger.firmware),
        charger.protocol.clone(),
        named("for ", &site.customer),
    ];
    Sheet {
        simulated: report.simulated,
        title: format!("Charger handover, {address}"),
        company: entered(&site.company, "Company not entered"),
        under_company: filled([named("Licence ", &site.licence), named("Tested by ", &site.tester)]),
        edition: filled(edition),
        charger_line: filled(charger_line).join(" · "),
        running_head: filled([
            start(&address, 50),
            named("charger ", &start(&charger.id, 30)),
            named("job ", &start(&site.job, 20)),
        ])
        .join(" · "),
        address,
        headline: Headline {
            mark: words::verdict(report.headline.verdict),
            title: report.headline.title.clone(),
            text: report.headline.text.clone(),
        },
        steps: report.steps.iter().map(step).collect(),
        limit: limit(report.limit.as_ref(), report.ceiling.as_ref(), &time),
        demand: demand(report, &time),
        cheap_hours: report.cheap_hours.clone(),
        installation: installation::installation(report),
        left_behind: table(&report.left_behind, left),
        findings: table(&report.findings, finding),
        deviations: table(&report.deviations, deviation),
        identity: identity(report),
        connection: connection(report, &time),
        configuration: report.configuration.as_ref().map(|snapshot| configuration(snapshot, &time)),
        evidence: evidence(report),
        frames: report.frames.count,
        zone_note: time.note,
    }
}

fn entered(text: &str, otherwise: &str) -> String {
    if text.trim().is_empty() { otherwise.to_owned() } else { text.trim().to_owned() }
}

/// The name before the text; nothing where there is no text.
fn named(name: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("{name}{}", text.trim()) }
}

/// The first so many characters: what has one line, whatever was typed.
fn start(text: &str, most: usize) -> String {
    let start: String = text.chars().take(most).collect();
    if start.len() < text.len() { start + "…" } else { start }
}

fn filled<const N: usize>(parts: [String; N]) -> Vec<String> {
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// The value, or that there is none.
pub fn pair(label: &'static str, value: impl Into<String>) -> Pair {
    Pair { label, value: entered(&value.into(), NOTHING) }
}

fn table<T, R>(items: &[T], row: impl Fn(&T) -> R) -> Table<R> {
    Table { rows: items.iter().take(MOST_ROWS).map(row).collect(), more: items.len().saturating_sub(MOST_ROWS) }
}

fn outcome(title: &str, outcome: &Outcome) -> Row {
    Row {
        title: title.to_owned(),
        mark: words::verdict(outcome.verdict),
        text: outcome.finding.clone(),
        frames: words::frames(&outcome.evidence),
    }
}

fn step(step: &ReportStep) -> Row {
    outcome(&step.title, &step.outcome)
}

fn finding(finding: &Finding) -> Row {
    Row {
        title: String::new(),
        mark: words::gravity(finding.gravity),
        text: finding.text.clone(),
        frames: words::frames(&finding.evidence),
    }
}

fn left(line: &LeftBehind) -> Left {
    let LeftBehind { what, before, after, proved } = line.clone();
    Left { what, before: entered(&before, NOTHING), after: entered(&after, NOTHING), proved }
}

fn deviation(deviation: &ReportDeviation) -> Deviation {
    let times = if deviation.count == 1 { "once".to_owned() } else { format!("{} times", deviation.count) };
    Deviation {
        rule: deviation.rule.clone(),
        hard: deviation.hard,
        place: deviation.place.clone(),
        got: deviation.got.clone(),
        meaning: deviation.meaning.clone(),
        seen: filled([times, words::frames(&deviation.evidence)]).join(", "),
    }
}

fn limit(proof: Option<&LimitProof>, ceiling: Option<&ReportCeiling>, time: &LocalTime) -> Limit {
    let known = |milliamps: Option<u32>| milliamps.map_or_else(|| "not measured".to_owned(), amps);
    let mut facts = Vec::new();
    if let Some(proof) = proof {
        let requested = format!("{} per phase ({})", amps(proof.requested_ma), words::kilowatts(proof.requested_ma));
        let settled = proof.settled_ms.map_or_else(|| "not seen to settle".to_owned(), words::seconds);
        facts.extend([
            pair("Limit asked for", requested),
            pair("Sent in the test", proof.asked_ma.map_or_else(|| "nothing was sent".to_owned(), amps)),
            pair("Measured before", known(proof.before_ma)),
            pair("Measured after", known(proof.measured_ma)),
            pair("Settled after", settled),
            pair("What worked", entered(&proof.recipe, "nothing")),
            pair("Fallback at the end", fallback(&proof.fallback)),
        ]);
    }
    facts.push(pair(
        "Ceiling",
        ceiling.map_or_else(|| "not entered: nothing may be commanded".to_owned(), installation::in_words),
    ));
    Limit {
        outcome: proof.map(|proof| outcome("", &proof.outcome)),
        facts,
        chart: proof.and_then(|proof| chart(proof, time)),
        attempts: table(proof.map_or(&[][..], |proof| &proof.attempts), attempt),
    }
}

fn fallback(outcome: &Outcome) -> String {
    filled([words::verdict(outcome.verdict).word.to_lowercase(), outcome.finding.clone()]).join(": ")
}

fn attempt(attempt: &Attempt) -> Try {
    Try {
        recipe: attempt.recipe.clone(),
        asked: amps(attempt.asked_ma),
        answer: attempt.answer.clone(),
        measured: attempt.measured_ma.map_or_else(|| NOTHING.to_owned(), amps),
        mark: words::verdict(attempt.verdict),
        frames: words::frames(&attempt.evidence),
    }
}

fn identity(report: &Report) -> Vec<Pair> {
    let charger = &report.charger;
    vec![
        pair("Identity", &charger.id),
        pair("Maker", &charger.vendor),
        pair("Model", &charger.model),
        pair("Serial number", &charger.serial),
        pair("Firmware", &charger.firmware),
        pair("Meter type", &charger.meter_type),
        pair("Protocol", &charger.protocol),
    ]
}

fn connection(report: &Report, time: &LocalTime) -> Vec<Pair> {
    let seen = &report.connection;
    let first = seen.first_connected.map_or_else(|| "never".to_owned(), |at| time.minute(at));
    vec![
        pair("Charger's address", &seen.peer),
        pair("URL it used", &seen.url),
        pair("Path asked for", &seen.path),
        pair("Subprotocols offered", entered(&seen.offered.join(", "), "none")),
        pair("Secured", &seen.security),
        pair("First connected", first),
        pair("Connections since", seen.connections.to_string()),
        pair("Charger's clock", entered(&seen.clock, "not seen")),
    ]
}

fn configuration(snapshot: &ConfigurationSnapshot, time: &LocalTime) -> Configuration {
    let count = match snapshot.keys.len() {
        1 => "1 key".to_owned(),
        count => format!("{count} keys"),
    };
    let read = snapshot.taken.map(|at| format!("read {}", time.minute(at))).unwrap_or_default();
    Configuration {
        taken: filled([count, read, named("as ", &snapshot.read_as)]).join(", "),
        table: table(&snapshot.keys, key),
        unknown: snapshot.unknown.join(", "),
    }
}

fn key(key: &ConfigurationKey) -> Key {
    let ConfigurationKey { key, value, readonly, meaning, .. } = key.clone();
    Key { key, meaning, value, readonly }
}

fn evidence(report: &Report) -> Vec<Pair> {
    let range = &report.frames;
    let numbers = match (range.first, range.last) {
        (Some(first), Some(last)) => format!("{}, numbers {first} to {last}", range.count),
        _ => range.count.to_string(),
    };
    let chain = report.chain_head.as_deref().unwrap_or("not kept");
    vec![pair("Stored frames of this charger", numbers), pair("Head of the store's SHA-256 chain", chain)]
}
