//! The report: composed from the record alone, so that it says only what is on disk.

use chargehand_catalogue::jurisdiction;
use chargehand_ocpp::Version;
use jiff::Timestamp;

use crate::attempt::{Password, Security};
use crate::ceiling::{CeilingParts, Derating};
use crate::event::{CheapHours, Step};
use crate::limit;
use crate::outcome::{Finding, Gravity, Outcome, Verdict};
use crate::plan::{Change, Line, Was, difference};
use crate::random_delay;
use crate::record::{InForce, Listed, Record, Tally, is_hard, place};
use crate::report::{
    ConnectionEvidence, FORMAT, Headline, LeftBehind, Report, ReportCeiling, ReportCharger, ReportCheapHours,
    ReportDeviation, ReportRule, ReportStep, SiteDetails,
};
use crate::units::{Amperes, Phases};
use crate::{watts, windows};

/// What the report needs besides the charger's record.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// When it is composed.
    pub created: Timestamp,
    /// The program's version.
    pub program: String,
    /// IANA name of the zone local times are shown in.
    pub time_zone: String,
    /// The place and the people.
    pub site: SiteDetails,
    /// Head of the store's chain, hex.
    pub chain_head: Option<String>,
}

/// Composes the report of one charger.
pub fn compose(record: &Record, about: About) -> Report {
    let limit = record.proof.clone();
    Report {
        format: FORMAT.to_owned(),
        program: about.program,
        created: about.created,
        time_zone: about.time_zone,
        simulated: record.simulated(),
        rules: rules(&about.site.jurisdiction, &record.ceiling_parts),
        site: about.site,
        charger: charger(record),
        connection: connection(record),
        steps: steps(record),
        headline: headline(record),
        ceiling: ceiling(&record.ceiling_parts),
        limit,
        demand_responses: record.demand_responses.iter().cloned().collect(),
        output_dead: record.output_dead.clone(),
        cheap_hours: record.cheap_hours.as_ref().map(cheap_hours),
        left_behind: left_behind(record, about.created),
        configuration: record.configuration.clone(),
        deviations: deviations(&record.deviations),
        findings: findings(record),
        frames: record.frames,
        chain_head: about.chain_head,
    }
}

fn charger(record: &Record) -> ReportCharger {
    let boot = record.boot.clone().unwrap_or_default();
    ReportCharger {
        id: record.id.clone(),
        vendor: boot.vendor,
        model: boot.model,
        serial: boot.serial,
        firmware: boot.firmware,
        meter_type: boot.meter_type,
        protocol: protocol(record.version()),
    }
}

/// What is spoken, as people say it.
pub fn protocol(version: Version) -> String {
    match version {
        Version::V16 => "OCPP 1.6J".to_owned(),
        version => format!("OCPP {version}"),
    }
}

fn connection(record: &Record) -> ConnectionEvidence {
    let handshake = record.handshake.clone().unwrap_or_default();
    ConnectionEvidence {
        peer: handshake.peer,
        url: handshake.url,
        path: handshake.path,
        offered: handshake.offered,
        security: secured(&handshake.security),
        first_connected: record.first_connected,
        connections: record.connections,
        clock: record.clock.map(|c| c.sentence()).unwrap_or_default(),
    }
}

/// How a connection was secured, in words.
fn secured(security: &Security) -> String {
    let profile = security.profile().map_or_else(String::new, |profile| format!("; as in security profile {profile}"));
    let password = match security.password {
        Password::Missing => "no password",
        Password::Unchecked => "a password that was not checked",
        Password::Right => "the right password",
        Password::Wrong => "a wrong password",
    };
    let channel = match &security.tls {
        None => "not encrypted".to_owned(),
        Some(tls) => match &tls.certificate {
            None => format!("encrypted ({})", tls.version),
            Some(shown) if shown.trouble.is_empty() => {
                format!("encrypted ({}), a certificate that is trusted", tls.version)
            }
            Some(_) => format!("encrypted ({}), a certificate that is not trusted", tls.version),
        },
    };
    format!("{channel}, {password}{profile}")
}

/// The steps of the job in order; what was not run is "not tested", never left out.
static STEPS: &[(Step, &str, &str)] = &[
    (Step::Connect, "connect", "Does it reach us?"),
    (Step::Inspect, "inspect", "What is it, how is it set?"),
    (Step::PermanentLimit, "set", "Which limit does it keep from now on?"),
    (Step::Limit, "limit", "Does it follow a limit?"),
    (Step::Undo, "undo", "Is the test undone?"),
    (Step::Security, "security", "How is its connection secured?"),
    (Step::Residue, "residue", "What did an earlier platform leave?"),
    (Step::DemandResponse, "demand_response", "Does it follow demand response? (capability evidence)"),
    (Step::Windows, "cheap_hours", "When may a car charge?"),
];

fn steps(record: &Record) -> Vec<ReportStep> {
    let outcome = |step: &Step| {
        record.outcomes.get(step).cloned().or_else(|| (*step == Step::Connect).then(|| connected(record)))
    };
    // Cheap hours are an extra: where nobody asked for any, nothing is missing.
    let asked = |(step, ..): &&(Step, &str, &str)| *step != Step::Windows || record.outcomes.contains_key(step);
    STEPS
        .iter()
        .filter(asked)
        .map(|(step, name, title)| ReportStep {
            step: (*name).to_owned(),
            title: (*title).to_owned(),
            outcome: outcome(step).unwrap_or_else(|| Outcome::new(Verdict::NotTested, "Not run.")),
        })
        .collect()
}

/// What a connection proves by itself.
pub fn connected(record: &Record) -> Outcome {
    if record.first_connected.is_none() {
        return Outcome::new(Verdict::NotTested, "The charger has not connected.");
    }
    let evidence = record.arrivals.front().map(|a| a.number);
    match &record.boot {
        Some(boot) => Outcome::new(Verdict::Passed, "The charger connected to this computer and said what it is.")
            .with_evidence(evidence.into_iter().chain([boot.number])),
        None if record.frames.count > 0 => Outcome::new(
            Verdict::Passed,
            "The charger connected to this computer and speaks, but sent no BootNotification. Some platforms wait for one.",
        )
        .with_evidence(evidence.into_iter().chain(record.frames.first)),
        None => Outcome::new(Verdict::Inconclusive, "The charger connected but said nothing.").with_evidence(evidence),
    }
}

/// Open is proved by a connection, an answered question and one obeyed limit; less is said as what it is.
fn headline(record: &Record) -> Headline {
    let verdict = |step| record.outcomes.get(&step).map_or(Verdict::NotTested, |o| o.verdict);
    let limit = verdict(Step::Limit);
    let answered = verdict(Step::Inspect) == Verdict::Passed;
    let encrypted = record.handshake.as_ref().is_some_and(|handshake| handshake.security.tls.is_some());
    let rest = match encrypted {
        true => "It used an encrypted connection on the local network.",
        false => "It used an unencrypted connection on the local network; encrypted connections were not tested.",
    };
    let (verdict, title, text) = match limit {
        Verdict::Passed if answered => (
            Verdict::Passed,
            "Open on the LAN: proved",
            "The charger connected to this computer, answered its configuration and followed a limit by its own meter.",
        ),
        Verdict::Passed => (
            Verdict::Passed,
            "Open on the LAN: proved",
            "The charger connected to this computer and followed a limit by its own meter; its configuration could not be read.",
        ),
        Verdict::Failed => (
            Verdict::Failed,
            "Open on the LAN, but it does not follow a limit",
            "The charger connected to this computer, but a limit was not followed. Solar diversion, tariff scheduling and \
             demand response will not work until this is solved.",
        ),
        Verdict::Inconclusive => (
            Verdict::Inconclusive,
            "Connected; whether it follows a limit is open",
            "The charger connected to this computer, but what it showed proves nothing about limits.",
        ),
        _ if record.first_connected.is_some() => (
            Verdict::NotTested,
            "Connected; whether it follows a limit was not tested",
            "The charger connected to this computer. No limit was tested.",
        ),
        _ => (Verdict::NotTested, "The charger has not connected", "Nothing was tested."),
    };
    let text = if record.first_connected.is_some() { format!("{text} {rest}") } else { text.to_owned() };
    Headline { verdict, title: title.to_owned(), text }
}

fn ceiling(parts: &CeilingParts) -> Option<ReportCeiling> {
    let ceiling = parts.ceiling()?;
    Some(ReportCeiling {
        limit_ma: ceiling.limit.milliamps(),
        binding: ceiling.binding,
        breaker_ma: parts.breaker.map(Amperes::milliamps),
        cable_ma: parts.cable.map(Amperes::milliamps),
        nameplate_ma: parts.nameplate.map(Amperes::milliamps),
        installer_ma: parts.installer.map(Amperes::milliamps),
        installer_confirmed: parts.installer_confirmed,
        curve: parts.curve,
        derating_per_mille: parts.derating.map(Derating::per_mille),
        cable_as_installed_ma: parts.cable_as_installed().map(Amperes::milliamps),
        connector_ma: parts.connector.map(Amperes::milliamps),
        phases: parts.phases.map(Phases::count),
        main_switch_ma: parts.main_switch.map(Amperes::milliamps),
        rest_ma: parts.rest.map(Amperes::milliamps),
        rest_known: parts.rest_known,
        headroom_ma: parts.headroom().map(Amperes::milliamps),
        approved_ma: parts.approved.map(Amperes::milliamps),
        load_management: parts.load_management,
    })
}

fn rules(jurisdiction: &str, parts: &CeilingParts) -> Vec<ReportRule> {
    let rule = |applied: jurisdiction::Applied| ReportRule {
        of: applied.of.name.clone(),
        says: applied.rule.says.clone(),
        sure: applied.sure,
        unverified: applied.rule.unverified(),
        source: applied.rule.source.clone(),
        date: applied.rule.date.clone(),
    };
    jurisdiction::applies(jurisdiction, &parts.connection()).into_iter().map(rule).collect()
}

fn left_behind(record: &Record, now: Timestamp) -> Vec<LeftBehind> {
    let before = match record.before {
        Some(before) => before.limit.map_or_else(|| "none named by the charger".to_owned(), |l| l.to_string()),
        None => "not asked".to_owned(),
    };
    let stays: Vec<&InForce> = record.in_force.iter().filter(|f| f.stays(now).is_some()).collect();
    let proved = record.outcomes.get(&Step::Undo).or_else(|| record.outcomes.get(&Step::PermanentLimit));
    let proved = proved.is_some_and(|o| o.verdict == Verdict::Passed);
    let mut lines = vec![LeftBehind {
        what: "Current limit over OCPP".to_owned(),
        before,
        after: if stays.is_empty() { "none of ours".to_owned() } else { list(record, &stays, now) },
        proved,
    }];
    let tests: Vec<&InForce> = record.test_limits(now).collect();
    lines.push(LeftBehind {
        what: "Our test limits".to_owned(),
        before: "none".to_owned(),
        after: if tests.is_empty() {
            "none in force".to_owned()
        } else {
            format!("STILL IN FORCE: {}", list(record, &tests, now))
        },
        proved: proved && tests.is_empty(),
    });
    if let Some(hours) = windows::standing(record) {
        lines.push(LeftBehind {
            what: "Cheap hours".to_owned(),
            before: "not asked".to_owned(),
            after: hours,
            proved: record.outcomes.get(&Step::Windows).is_some_and(|o| o.verdict == Verdict::Passed),
        });
    }
    lines.extend(planned(record));
    lines.extend(others(record));
    let charging = record.running_transaction().map(|t| format!("transaction {} is running", t.id));
    lines.push(LeftBehind {
        what: "Charging".to_owned(),
        before: String::new(),
        after: charging.unwrap_or_else(|| "no transaction is running".to_owned()),
        proved: true,
    });
    let server = record.handshake.as_ref().map(|h| h.url.clone()).unwrap_or_default();
    lines.push(LeftBehind {
        what: "Server address in the charger".to_owned(),
        before: "not known".to_owned(),
        after: format!("this computer, {server}: point it at its platform, or switch OCPP off, before you leave"),
        proved: record.connected.is_some(),
    });
    lines
}

/// What a plan set or cleared, but limits and cheap hours, which have lines of their own: what was there before the first
/// time, and what is there since the last.
fn planned(record: &Record) -> Vec<LeftBehind> {
    let mut standing: Vec<&Line> = record.standing(None);
    standing.reverse();
    standing.retain(|line| {
        !matches!(line.change, Change::Limit { .. } | Change::CheapHours { .. } | Change::DemandResponse { .. })
    });
    let is_last = |line: &&&Line| {
        let last = standing.iter().rev().find(|other| other.change.same_target(&line.change));
        last.is_some_and(|last| last.id == line.id)
    };
    let row = |line: &&Line| {
        let first = standing.iter().find(|other| other.change.same_target(&line.change)).and_then(|it| it.was.as_ref());
        let said = difference(record, &line.change);
        LeftBehind {
            what: said.what,
            before: first.map(Was::words).unwrap_or_default(),
            after: said.will,
            proved: line.outcome.as_ref().is_some_and(|it| it.verdict == Verdict::Passed),
        }
    };
    standing.iter().filter(is_last).map(row).collect()
}

/// 2.x: the limits of others, which a charger can list.
fn others(record: &Record) -> Option<LeftBehind> {
    let listed: Vec<&Listed> = record.listed.iter().flatten().filter(|listed| listed.is_foreign()).collect();
    if listed.is_empty() {
        return None;
    }
    let words = |is: fn(&Listed) -> bool| {
        listed.iter().filter(|listed| is(listed)).map(|listed| listed.words()).collect::<Vec<_>>().join("; ")
    };
    let gone = words(|listed| listed.replaced);
    Some(LeftBehind {
        what: "Limits of others".to_owned(),
        before: words(|_| true),
        after: if gone.is_empty() { "as they were".to_owned() } else { format!("OURS STANDS IN THE PLACE OF: {gone}") },
        proved: gone.is_empty(),
    })
}

fn list(record: &Record, limits: &[&InForce], now: Timestamp) -> String {
    let version = record.version();
    let connector = limit::place_word(version);
    let one = |f: &&InForce| {
        let unsure = if f.accepted { "" } else { " (not confirmed by the charger)" };
        let limit = f.stays(now).unwrap_or(f.limit);
        format!("{limit} per phase ({} on {connector} {}){unsure}", f.purpose.name(version), f.connector)
    };
    limits.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn deviations(tallies: &[Tally]) -> Vec<ReportDeviation> {
    let mut lines: Vec<ReportDeviation> = tallies
        .iter()
        .map(|tally| ReportDeviation {
            rule: tally.deviation.rule.to_string(),
            place: format!("{} {}", tally.action, place(&tally.deviation)).trim().to_owned(),
            got: tally.deviation.got.clone(),
            meaning: tally.deviation.meaning().to_owned(),
            hard: is_hard(&tally.deviation),
            count: tally.count,
            evidence: tally.evidence.clone(),
        })
        .collect();
    lines.sort_by_key(|line| !line.hard);
    lines
}

/// Most grave first.
pub fn findings(record: &Record) -> Vec<Finding> {
    let mut findings = record.findings.clone();
    findings.extend(record.cheap_hours.as_ref().map(stay));
    findings.extend(random_delay::finding(record));
    findings.extend(watts::finding(record));
    findings.sort_by_key(|f| std::cmp::Reverse(f.gravity));
    findings
}

fn cheap_hours(hours: &CheapHours) -> ReportCheapHours {
    ReportCheapHours {
        hours: windows::listed(&hours.week),
        words: hours.words.clone(),
        otherwise: windows::OVERRIDE.map(str::to_owned).into(),
    }
}

fn stay(hours: &CheapHours) -> Finding {
    Finding {
        code: "cheap_hours".to_owned(),
        gravity: Gravity::Attention,
        text: format!(
            "Cheap hours stay in the charger: at any other hour it offers 0 A, and a car that is plugged in waits. The owner \
             has to know them and how to charge at another hour: see the section on cheap hours. {}",
            windows::listed(&hours.week)
        ),
        evidence: hours.outcome.evidence.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::Tls;

    fn about() -> About {
        About {
            created: Timestamp::UNIX_EPOCH,
            program: "test".into(),
            time_zone: "Australia/Adelaide".into(),
            site: SiteDetails::default(),
            chain_head: None,
        }
    }

    #[test]
    fn what_a_plan_set_is_left_behind_with_what_was_there_before_the_first_time() {
        let line = |id: u32, was: &str, value: &str, verdict| Line {
            id,
            change: Change::Setting { key: "HeartbeatInterval".into(), value: value.into(), confirmed: false },
            was: Some(Was::Setting { value: Some(was.into()) }),
            begun: Timestamp::from_second(i64::from(id)).ok(),
            written: Some(true),
            restart: false,
            outcome: Some(Outcome::new(verdict, "")),
            undone: None,
        };
        let back = Line { undone: Some(Outcome::new(Verdict::Passed, "")), ..line(3, "60", "30", Verdict::Passed) };
        let plan = vec![line(1, "86400", "300", Verdict::Passed), line(2, "300", "60", Verdict::Inconclusive), back];
        let report = compose(&Record { plan, ..Record::new("CP1") }, about());
        let rows: Vec<_> = report.left_behind.iter().filter(|it| it.what.contains("HeartbeatInterval")).collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((rows[0].before.as_str(), rows[0].after.as_str(), rows[0].proved), ("86400", "60", false));
    }

    #[test]
    fn cheap_hours_that_stay_are_in_the_report_with_how_the_owner_overrides_them() {
        let span = windows::Span { from_min: 0, to_min: 360, limit: Amperes::from_milliamps(16_000) };
        let week = windows::Week::new("Australia/Darwin", std::array::from_fn(|_| vec![span])).expect("a week");
        let words = vec!["In Australia/Darwin the clocks are not changed.".to_owned()];
        let outcome = Outcome::new(Verdict::NotTested, "The charger says so.");
        let cheap_hours = Some(CheapHours { week, words, outcome });
        let report = compose(&Record { cheap_hours, ..Record::new("CP1") }, about());
        let text = &report.findings.iter().find(|it| it.code == "cheap_hours").expect("it is told").text;
        assert!(text.contains("Monday to Sunday 00:00-06:00 16.0 A; by the clock of Australia/Darwin"), "{text}");
        let told = report.cheap_hours.expect("a section for the owner");
        assert!(told.words[0].contains("clocks are not changed"), "{told:?}");
        assert!(told.otherwise.iter().any(|it| it.contains("To charge at another hour")), "{told:?}");
    }

    #[test]
    fn what_was_not_run_stands_in_the_report_as_not_tested() {
        let report = compose(&Record::new("CP1"), about());
        assert_eq!(report.steps.len(), STEPS.len() - 1, "all but cheap hours, which nobody asked for");
        assert!(report.steps.iter().all(|s| s.outcome.verdict == Verdict::NotTested));
        assert_eq!(report.headline.verdict, Verdict::NotTested);
    }

    #[test]
    fn an_obeyed_limit_is_what_makes_a_charger_open() {
        let mut record = Record { first_connected: Some(Timestamp::UNIX_EPOCH), ..Record::new("CP1") };
        assert_ne!(compose(&record, about()).headline.verdict, Verdict::Passed);
        record.outcomes.insert(Step::Limit, Outcome::new(Verdict::Passed, "obeyed"));
        assert_eq!(compose(&record, about()).headline.verdict, Verdict::Passed);
        record.outcomes.insert(Step::Limit, Outcome::new(Verdict::Failed, "ignored"));
        assert_eq!(compose(&record, about()).headline.verdict, Verdict::Failed);
    }

    #[test]
    fn how_the_connection_was_secured_stands_in_the_report() {
        let mut record = Record { first_connected: Some(Timestamp::UNIX_EPOCH), ..Record::new("CP1") };
        let report = compose(&record, about());
        assert_eq!(report.connection.security, "not encrypted, no password; as in security profile 0");
        assert!(report.headline.text.contains("unencrypted"), "{}", report.headline.text);
        let tls = Tls { version: "TLS 1.3".into(), suite: String::new(), certificate: None };
        let security = Security { tls: Some(tls), password: Password::Right };
        record.handshake = Some(crate::event::Handshake { security, ..Default::default() });
        let report = compose(&record, about());
        assert_eq!(report.connection.security, "encrypted (TLS 1.3), the right password; as in security profile 2");
        assert!(!report.headline.text.contains("unencrypted"), "{}", report.headline.text);
    }

    #[test]
    fn what_the_network_asks_of_this_charger_stands_in_the_report_with_its_source() {
        let mut record = Record::new("CP1");
        let site = SiteDetails { jurisdiction: "sa-power-networks".into(), ..SiteDetails::default() };
        let approval = |record: &Record| {
            let report = compose(record, About { site: site.clone(), ..about() });
            report.rules.into_iter().find(|rule| rule.says.contains("SmartApply"))
        };
        assert!(approval(&record).is_some_and(|rule| !rule.sure), "no nameplate was entered");
        record.ceiling_parts.nameplate = Some(Amperes::from_milliamps(32_000));
        record.ceiling_parts.phases = Phases::new(1);
        let rule = approval(&record).expect("it applies");
        assert!(rule.sure && rule.of == "SA Power Networks" && rule.source.contains("SA Power Networks"), "{rule:?}");
        record.ceiling_parts.nameplate = Some(Amperes::from_milliamps(20_000));
        assert_eq!(approval(&record), None);
        assert!(compose(&record, about()).rules.is_empty(), "no jurisdiction was chosen");
    }

    #[test]
    fn the_report_shows_what_the_ceiling_rests_on() {
        let mut record = Record::new("CP1");
        let amps = |a: u32| Some(Amperes::from_milliamps(a * 1000));
        record.ceiling_parts = CeilingParts {
            breaker: amps(40),
            cable: amps(40),
            derating: Derating::new(900),
            main_switch: amps(63),
            rest: amps(45),
            ..CeilingParts::default()
        };
        let ceiling = compose(&record, about()).ceiling.expect("parts were entered");
        assert_eq!((ceiling.limit_ma, ceiling.binding), (18_000, crate::ceiling::CeilingPart::Headroom));
        assert_eq!((ceiling.cable_as_installed_ma, ceiling.headroom_ma), (Some(36_000), Some(18_000)));
    }

    #[test]
    fn the_report_never_speaks_of_compliance() {
        let mut record = Record::new("CP1");
        record.outcomes.insert(Step::Limit, Outcome::new(Verdict::Passed, "obeyed"));
        let text = serde_json::to_string(&compose(&record, about())).expect("a report is JSON");
        for word in ["complian", "certif", "complies"] {
            assert!(!text.to_lowercase().contains(word), "{word}");
        }
    }
}
