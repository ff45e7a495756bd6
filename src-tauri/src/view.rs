//! What is shown: the record, converted for the window. No judgement is made here.

use chargehand_commissioning::compose::{self, About};
use chargehand_commissioning::event::{ReportFiles, Step};
use chargehand_commissioning::guard;
use chargehand_commissioning::journal::{Direction, Entry};
use chargehand_commissioning::limit::STATION_PROFILE;
use chargehand_commissioning::link::{Running, View};
use chargehand_commissioning::outcome::{Finding, Gravity, Outcome, Verdict};
use chargehand_commissioning::record::{InForce, Record, Tally, is_hard, place};
use chargehand_commissioning::report::{
    Attempt, ChartPoint, ConfigurationKey, ConfigurationSnapshot, LimitProof, SiteDetails, VariableAttributes,
};
use chargehand_commissioning::units::{Amperes, Phases};
use chargehand_ocpp::v2::variable::Variable;
use chargehand_ocpp::{Deviation, Policy};
use chargehand_site::Site;
use jiff::Timestamp;

use crate::ipc::*;

mod app;
mod by_hand;
mod catalogue;
mod ceiling;
mod connection;
mod demand;
mod find;
mod plan;
mod practice;
pub mod reach;
mod steps;
mod windows;

pub use app::app;
pub use by_hand::{act, by_hand};
pub use catalogue::{fact, found, known, recipe};
pub use ceiling::{entered, jurisdictions, rules};
pub use connection::{connection, plan};
pub use demand::{expression, of_demand_response, order, said, signal};
pub use find::find;
pub use plan::{changes, deviating, setting, wanted_change};
pub use practice::{practice, shelf};
pub use windows::{hours_choices, hours_plan, week};

fn time(at: Timestamp) -> String {
    at.to_string()
}

fn number(frame: u64) -> u32 {
    u32::try_from(frame).unwrap_or(u32::MAX)
}

fn numbers(list: &[u64]) -> Vec<u32> {
    list.iter().copied().map(number).collect()
}

impl From<SiteView> for SiteDetails {
    fn from(v: SiteView) -> Self {
        let SiteView { address, customer, job, company, licence, tester, jurisdiction } = v;
        Self { address, customer, job, company, licence, tester, jurisdiction }
    }
}

impl From<SiteDetails> for SiteView {
    fn from(d: SiteDetails) -> Self {
        let SiteDetails { address, customer, job, company, licence, tester, jurisdiction } = d;
        Self { address, customer, job, company, licence, tester, jurisdiction }
    }
}

/// One charger.
pub fn charger(view: &View) -> ChargerView {
    let record = &view.record;
    let boot = record.boot.clone().unwrap_or_default();
    let handshake = record.handshake.clone().unwrap_or_default();
    ChargerView {
        id: record.id.clone(),
        title: record.title(),
        vendor: boot.vendor,
        model: boot.model,
        serial: boot.serial,
        firmware: boot.firmware,
        version: record.version().name().to_owned(),
        peer: handshake.peer,
        path: handshake.path,
        offered: handshake.offered,
        connected: record.connected.is_some(),
        connected_at: record.connected.map(time),
        last_heard: record.last_heard.map(time),
        adopted: record.adopted,
        simulated: record.simulated(),
        booted_at: record.boot.as_ref().map(|b| time(b.at)),
        arrivals: arrivals(record),
        steps: steps::of(view),
        connectors: connectors(record),
        transaction: record.running_transaction().map(|t| TransactionView {
            id: t.id,
            named: t.name.clone(),
            connector: t.connector,
            started: time(t.started),
        }),
        live: live(record),
        clock: record.clock.map(|c| c.sentence()).unwrap_or_default(),
        policy: policy(record.policy),
        known: catalogue::recognised(record),
        oddities: record.recognised().map(|known| reach::oddities(record, &known)),
        security: connection::security(view),
        configuration: record.configuration.as_ref().map(configuration_line),
        ceiling_parts: ceiling::parts(&record.ceiling_parts),
        ceiling: record.ceiling_parts.ceiling().map(|c| CeilingView {
            limit_ma: c.limit.milliamps(),
            binding: c.binding.word().to_owned(),
            hardware_confirmed: c.hardware_confirmed,
        }),
        ceiling_findings: compose::findings(record).iter().filter(|f| ceiling::shown(f)).map(finding).collect(),
        in_force: record.in_force.iter().filter_map(in_force).collect(),
        permanent: record.permanent.as_ref().map(|p| PermanentView {
            limit_ma: p.limit_ma,
            recipe: p.recipe.clone(),
            outcome: outcome(&p.outcome),
        }),
        changes: changes(record),
        by_hand: by_hand(view),
        cheap_hours: record.cheap_hours.as_ref().map(windows::cheap_hours),
        hours_outcome: record.outcomes.get(&Step::Windows).map(outcome),
        proof: record.proof.as_ref().map(|p| proof(p, view.running.as_ref().is_some_and(|r| r.step == Step::Limit))),
        demand: demand::demand(view),
        running: view.running.as_ref().map(running),
        findings: compose::findings(record).iter().map(finding).collect(),
        deviations: deviations(record),
        report: record.report.as_ref().map(files),
        frame_count: u32::try_from(record.frames.count).unwrap_or(u32::MAX),
    }
}

fn arrivals(record: &Record) -> Vec<ArrivalView> {
    let one = |a: &chargehand_commissioning::record::Arrival| ArrivalView {
        at: time(a.at),
        text: a.text.clone(),
        number: u32::try_from(a.number).ok(),
    };
    record.arrivals.iter().map(one).collect()
}

fn connectors(record: &Record) -> Vec<ConnectorView> {
    let one = |(id, c): (&u32, &chargehand_commissioning::record::Connector)| ConnectorView {
        connector: *id,
        status: c.status.clone(),
        error: c.error.clone(),
        at: time(c.at),
    };
    record.connectors.iter().map(one).collect()
}

fn live(record: &Record) -> Option<LiveView> {
    let reading = record.readings.back()?;
    Some(LiveView {
        at: time(reading.at),
        import_ma: reading.import.map(Amperes::milliamps),
        offered_ma: reading.offered.map(Amperes::milliamps),
        power_w: reading.power_w,
        energy_wh: reading.energy_wh,
        phases: record.phases.map(|p: Phases| u32::from(p.count())),
    })
}

/// ` until 09:56:12`, or nothing where it does not end by itself.
pub fn until(f: &InForce) -> String {
    let ends = f.ends().map(|until| until.to_zoned(jiff::tz::TimeZone::system()));
    ends.map(|ends| format!(" until {}", ends.strftime("%H:%M:%S"))).unwrap_or_default()
}

/// The component of a variable as its name begins; empty for a key.
fn component(key: &ConfigurationKey) -> String {
    let variable = key.attributes.as_ref().and_then(|_| Variable::parse(&key.key));
    let own = variable.map(|v| Variable { variable: String::new(), variable_instance: String::new(), ..v }.to_string());
    own.map(|name| name.trim_end_matches('.').to_owned()).unwrap_or_default()
}

fn configuration_line(snapshot: &ConfigurationSnapshot) -> ConfigurationLine {
    ConfigurationLine {
        taken: snapshot.taken.map(time).unwrap_or_default(),
        read_as: snapshot.read_as.clone(),
        keys: u32::try_from(snapshot.keys.len()).unwrap_or(u32::MAX),
    }
}

/// The whole configuration as last read.
pub fn configuration(record: &Record, snapshot: &ConfigurationSnapshot) -> ConfigurationView {
    let key = |k: &ConfigurationKey| KeyView {
        effect_unknown: guard::effect_unknown(record, &k.key),
        component: component(k),
        key: k.key.clone(),
        value: k.value.clone(),
        readonly: k.readonly,
        meaning: k.meaning.clone(),
        attributes: k.attributes.as_ref().map(attributes),
    };
    ConfigurationView {
        taken: snapshot.taken.map(time).unwrap_or_default(),
        read_as: snapshot.read_as.clone(),
        keys: snapshot.keys.iter().map(key).collect(),
        unknown: snapshot.unknown.clone(),
    }
}

fn attributes(a: &VariableAttributes) -> AttributesView {
    AttributesView {
        target: a.target.clone(),
        min_set: a.min_set.clone(),
        max_set: a.max_set.clone(),
        write_only: a.write_only,
        unit: a.unit.clone(),
        data_type: a.data_type.clone(),
        allowed: a.allowed.clone(),
    }
}

fn policy(p: Policy) -> PolicyView {
    match p {
        Policy::Cooperative => PolicyView::Cooperative,
        Policy::Strict => PolicyView::Strict,
    }
}

/// The policy as the engine wants it.
pub fn wanted_policy(p: PolicyView) -> Policy {
    match p {
        PolicyView::Cooperative => Policy::Cooperative,
        PolicyView::Strict => Policy::Strict,
    }
}

/// `None` once it is over. A test in one schedule with its base leaves that base when it ends. Of cheap hours in pieces the
/// one that stays stands for all.
fn in_force(f: &InForce) -> Option<InForceView> {
    if f.is_window() && f.until.is_some() {
        return None;
    }
    let stays = f.stays(Timestamp::now());
    let runs = !f.is_over(Timestamp::now());
    let test = f.is_test() && runs;
    let what = match f.profile {
        _ if test => "test limit",
        _ if f.is_window() => "cheap hours",
        STATION_PROFILE => "station maximum",
        _ => "limit of every session",
    };
    let unsure = if f.accepted { "" } else { " (not confirmed by the charger)" };
    let limit = if runs { f.limit } else { stays? };
    Some(InForceView {
        what: format!("{what}{unsure}"),
        test,
        limit_ma: limit.milliamps(),
        until: f.ends().filter(|_| runs).map(time),
    })
}

fn verdict(v: Verdict) -> VerdictView {
    match v {
        Verdict::Passed => VerdictView::Passed,
        Verdict::Failed => VerdictView::Failed,
        Verdict::Inconclusive => VerdictView::Inconclusive,
        Verdict::NotApplicable => VerdictView::NotApplicable,
        Verdict::NotTested => VerdictView::NotTested,
    }
}

fn outcome(o: &Outcome) -> OutcomeView {
    OutcomeView { verdict: verdict(o.verdict), finding: o.finding.clone(), evidence: numbers(&o.evidence) }
}

fn points(list: &[ChartPoint]) -> Vec<PointView> {
    list.iter().map(|p| PointView { at_ms: p.at.as_millisecond() as f64, ma: p.ma }).collect()
}

fn attempt(a: &Attempt) -> AttemptView {
    AttemptView {
        recipe: a.recipe.clone(),
        asked_ma: a.asked_ma,
        answer: a.answer.clone(),
        verdict: verdict(a.verdict),
        measured_ma: a.measured_ma,
        evidence: numbers(&a.evidence),
    }
}

fn proof(p: &LimitProof, runs: bool) -> ProofView {
    let fallback = Some(outcome(&p.fallback)).filter(|_| p.fallback.verdict != Verdict::NotTested || !runs);
    ProofView {
        requested_ma: p.requested_ma,
        asked_ma: p.asked_ma,
        before_ma: p.before_ma,
        measured_ma: p.measured_ma.or_else(|| p.measured.last().map(|m| m.ma).filter(|_| runs)),
        settled_ms: p.settled_ms.and_then(|ms| u32::try_from(ms).ok()),
        recipe: p.recipe.clone(),
        attempts: p.attempts.iter().map(attempt).collect(),
        fallback,
        outcome: (!runs).then(|| outcome(&p.outcome)),
        asked: points(&p.asked),
        measured: points(&p.measured),
        offered: points(&p.offered),
    }
}

fn running(r: &Running) -> RunningView {
    RunningView {
        step: steps::shown(r),
        demand: of_demand_response(r),
        doing: r.doing.clone(),
        since: time(r.since),
        until: r.until.map(time),
        cancelling: r.cancelling,
    }
}

fn gravity(g: Gravity) -> GravityView {
    match g {
        Gravity::Note => GravityView::Note,
        Gravity::Attention => GravityView::Attention,
        Gravity::Stop => GravityView::Stop,
    }
}

fn finding(f: &Finding) -> FindingView {
    FindingView {
        code: f.code.clone(),
        gravity: gravity(f.gravity),
        text: f.text.clone(),
        evidence: numbers(&f.evidence),
    }
}

/// One deviation, seen once.
pub fn deviation(action: &str, d: &Deviation) -> DeviationView {
    DeviationView {
        rule: d.rule.to_string(),
        place: format!("{action} {}", place(d)).trim().to_owned(),
        got: d.got.clone(),
        meaning: d.meaning().to_owned(),
        hard: is_hard(d),
        count: 1,
        evidence: Vec::new(),
    }
}

fn deviations(record: &Record) -> Vec<DeviationView> {
    let one = |t: &Tally| DeviationView {
        count: t.count,
        evidence: numbers(&t.evidence),
        ..deviation(&t.action, &t.deviation)
    };
    let mut list: Vec<DeviationView> = record.deviations.iter().map(one).collect();
    list.sort_by_key(|d| !d.hard);
    list
}

/// An exported report.
pub fn files(f: &ReportFiles) -> ReportFilesView {
    ReportFilesView { at: time(f.at), pdf: f.pdf.clone(), json: f.json.clone(), sha256: f.sha256.clone() }
}

/// A stored entry.
pub fn frame(entry: &Entry) -> FrameView {
    let direction = match entry.direction {
        Direction::In => "from charger",
        Direction::Out => "to charger",
        Direction::Event => "event",
    };
    FrameView {
        number: u32::try_from(entry.number).unwrap_or(u32::MAX),
        at: time(entry.at),
        direction: direction.to_owned(),
        text: match std::str::from_utf8(&entry.bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => entry.bytes.escape_ascii().to_string(),
        },
    }
}

/// The report's file name: day, address or charger; only characters that every file system takes. That of a simulated
/// charger begins with a word that no real one has.
pub fn report_name(record: &Record, about: &About) -> String {
    let what = if about.site.address.trim().is_empty() { record.title() } else { about.site.address.clone() };
    let day = about.created.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d");
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { ' ' }).take(60).collect()
    };
    let mark = if record.simulated() { "SIMULATED " } else { "" };
    let name = format!("{mark}{day} {} {}", plain(&what), plain(&record.id));
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn site_view(site: &Site) -> SiteView {
    site.settings().details.into()
}
