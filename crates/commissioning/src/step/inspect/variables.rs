//! The variables of a 2.x charger: a report in many parts, and where that does not come or not whole, one by one.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::read::answer_status;
use chargehand_ocpp::v2::call::{self, Inventory};
use chargehand_ocpp::v2::read::{self, ReportPart, Reported};
use chargehand_ocpp::v2::variable::Variable;

use super::{Settings, or_otherwise};
use crate::event::{Event, Happened, Step, Told};
use crate::link::{CallFailure, Link};
use crate::outcome::{Finding, Gravity};
use crate::profiles;
use crate::record::Record;
use crate::report::{ConfigurationKey, VariableAttributes};
use crate::secret;

/// The next part of a report comes within this: some chargers take their time between two.
const PART: Duration = Duration::from_secs(30);
/// And this long is waited for a part that is missing when the last one has come.
const LATE: Duration = Duration::from_secs(5);
/// A whole report comes within this.
const REPORT: Duration = Duration::from_secs(300);
/// Variables asked for at once where the charger names no maximum.
const CHUNK: usize = 10;
/// The variable that names that maximum.
const MAX_ITEMS: &str = "DeviceDataCtrlr.ItemsPerMessage[GetVariables]";
/// What is kept of a charger's variables: a real one has some hundred, with short values.
const MOST: usize = 5000;
/// And of all their values together, characters.
const MOST_CHARS: usize = 1 << 20;

/// Reads them: the whole inventory, else what can be set, else those that the catalogue knows.
///
/// # Errors
/// The charger is gone.
pub(super) async fn read(link: &Link, record: &Record) -> Result<Settings, CallFailure> {
    let mut all = Variables::default();
    let mut report = Report::None;
    for (inventory, name) in
        [(Inventory::Full, "full inventory"), (Inventory::Configuration, "configuration inventory")]
    {
        report = base_report(link, inventory, &mut all).await?;
        if !matches!(report, Report::None) {
            all.read_as = name.into();
            break;
        }
    }
    if !matches!(report, Report::Whole) {
        one_by_one(link, &mut all).await?;
    }
    note_if_off(link, record, &all).await;
    let missing = match report {
        Report::Cut(why) => format!(" {why} What is known by name was asked for one by one."),
        _ => String::new(),
    };
    Ok(Settings {
        keys: all.known.into_iter().map(described).collect(),
        unknown: all.unknown,
        read_as: all.read_as,
        missing,
        evidence: all.evidence,
    })
}

#[derive(Default)]
struct Variables {
    known: Vec<Reported>,
    names: BTreeSet<String>,
    chars: usize,
    unknown: Vec<String>,
    read_as: String,
    evidence: Vec<u64>,
}

impl Variables {
    fn add(&mut self, variables: Vec<Reported>) {
        for reported in variables {
            let name = reported.variable.to_string();
            let values = [&reported.actual, &reported.target, &reported.min_set, &reported.max_set];
            let chars: usize = name.len() + values.iter().filter_map(|v| v.as_ref()).map(String::len).sum::<usize>();
            let fits = self.known.len() < MOST && self.chars.saturating_add(chars) <= MOST_CHARS;
            if fits && self.names.insert(name) {
                self.chars += chars;
                self.known.push(reported);
            }
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|r| r.variable.to_string() == name).and_then(|r| r.actual.as_deref())
    }
}

/// What came of a report.
enum Report {
    /// The charger gives none.
    None,
    /// All of it.
    Whole,
    /// Parts of it are missing: why.
    Cut(String),
}

async fn base_report(link: &Link, inventory: Inventory, all: &mut Variables) -> Result<Report, CallFailure> {
    let request = profiles::request(&link.record().await?);
    let told = link.watch().await?;
    let answer = link.call(call::get_base_report(request, inventory)).await;
    let Some(answered) = or_otherwise(answer, &mut all.evidence)? else { return Ok(Report::None) };
    all.evidence.extend([answered.sent, answered.number]);
    if answer_status(&answered.payload) != "Accepted" {
        return Ok(Report::None);
    }
    collect(link, told, i64::from(request), all).await
}

/// The parts are numbered from 0, and the last one says that it is the last.
async fn collect(
    link: &Link,
    mut told: mpsc::UnboundedReceiver<Told>,
    request: i64,
    all: &mut Variables,
) -> Result<Report, CallFailure> {
    let (mut seen, mut last, over) = (BTreeSet::new(), None, Instant::now() + REPORT);
    loop {
        let until = over.min(Instant::now() + if last.is_some() { LATE } else { PART });
        let news = match timeout_at(until, told.recv()).await {
            Ok(Some(news)) => news,
            Ok(None) => return Err(CallFailure::Closing),
            Err(_) if seen.is_empty() => return Ok(Report::None),
            Err(_) => return Ok(Report::Cut(cut(&seen, last))),
        };
        match news.what {
            Happened::Variables { part } if part.request == request => {
                let ReportPart { seq, more, variables, .. } = *part;
                seen.insert(seq);
                all.evidence.push(news.number);
                all.add(variables);
                last = if more { last } else { Some(seq) };
                let text = format!("Reading the variables: {} so far", all.known.len());
                link.doing(Step::Inspect, text, Some(PART)).await;
            }
            Happened::Disconnected { .. } => return Err(CallFailure::NotConnected),
            _ => continue,
        }
        if last.is_some_and(|last| missing(&seen, last) == 0) {
            return Ok(Report::Whole);
        }
    }
}

fn missing(seen: &BTreeSet<i64>, last: i64) -> usize {
    (0..last).filter(|seq| !seen.contains(seq)).take(MOST).count()
}

fn cut(seen: &BTreeSet<i64>, last: Option<i64>) -> String {
    match last {
        Some(last) => format!("{} parts of its report did not come.", missing(seen, last)),
        None => format!("Its report was not finished: {} parts came.", seen.len()),
    }
}

/// Asks for every variable the catalogue knows that has not come yet, a few at a time.
async fn one_by_one(link: &Link, all: &mut Variables) -> Result<(), CallFailure> {
    if all.value(MAX_ITEMS).is_none()
        && let Some(most) = Variable::parse(MAX_ITEMS)
    {
        ask(link, &[most], all).await?;
    }
    let size = all.value(MAX_ITEMS).and_then(|most| most.trim().parse().ok()).filter(|n| *n > 0).unwrap_or(CHUNK);
    let missing = chargehand_catalogue::variables().iter().filter(|k| !k.secret && !all.names.contains(&k.key));
    let wanted: Vec<Variable> = missing.filter_map(|k| Variable::parse(&k.key)).collect();
    let parts = wanted.chunks(size);
    let whole = parts.len();
    for (index, part) in parts.enumerate() {
        link.doing(Step::Inspect, format!("Reading the variables, part {} of {whole}", index + 1), None).await;
        if !ask(link, part, all).await? {
            break;
        }
    }
    let how = format!("one by one in chunks of {size}");
    all.read_as = if all.read_as.is_empty() { how } else { format!("{}, then {how}", all.read_as) };
    Ok(())
}

/// False where the charger stayed silent: that is not repeated. An error may be about one variable of the part.
async fn ask(link: &Link, variables: &[Variable], all: &mut Variables) -> Result<bool, CallFailure> {
    match link.call(call::get_variables(variables)).await {
        Ok(answered) => {
            let (known, unknown) = read::variables(&answered.payload);
            all.evidence.extend([answered.sent, answered.number]);
            all.unknown.extend(unknown.iter().map(Variable::to_string));
            all.add(known);
            Ok(true)
        }
        Err(CallFailure::Error { .. }) => Ok(true),
        Err(CallFailure::Silent { .. }) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// A charger that says itself that it takes no limits is told so before a check shows it.
async fn note_if_off(link: &Link, record: &Record, all: &Variables) {
    let is_off = |reported: &&Reported| {
        let plain = reported.variable.plain();
        let switch = ["SmartChargingCtrlr.Enabled", "SmartChargingCtrlr.Available"].contains(&plain.as_str());
        switch && reported.actual.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("false"))
    };
    let Some(off) = all.known.iter().find(is_off) else { return };
    let finding = Finding {
        code: "smart_charging_off".into(),
        gravity: Gravity::Attention,
        text: format!(
            "{} says of itself that it takes no limits over OCPP ({} is false). Switch it on in the charger.",
            record.title(),
            off.variable
        ),
        evidence: Vec::new(),
    };
    let _ = link.keep(Event::Found { finding }).await;
}

fn described(reported: Reported) -> ConfigurationKey {
    let key = reported.variable.to_string();
    let secret = secret::is_secret(&reported.variable.variable);
    let shown = |value: Option<String>| if secret { value.map(|_| secret::MASK.to_owned()) } else { value };
    let attributes = VariableAttributes {
        target: shown(reported.target),
        min_set: shown(reported.min_set),
        max_set: shown(reported.max_set),
        write_only: reported.write_only,
        unit: reported.unit,
        data_type: reported.data_type,
        allowed: reported.allowed,
    };
    ConfigurationKey {
        key,
        value: shown(reported.actual),
        readonly: reported.readonly,
        meaning: chargehand_catalogue::variable(&reported.variable.plain()).map(|k| k.meaning.clone()),
        attributes: Some(attributes),
    }
}
