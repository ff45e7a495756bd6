//! Reports to test with: one rich and passed, one of a simulated charger that failed, one with almost nothing in it, and
//! one full of hostile strings.

use chargehand_commissioning::ceiling::{CeilingPart, CtDirection, CtLost, CtPhase, Curve, LoadManagement, RestKnown};
use chargehand_commissioning::outcome::{Finding, Gravity, Outcome, Verdict};
use chargehand_commissioning::report::*;
use chargehand_commissioning::units::Amperes;
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T00:01:00Z".parse().expect("a time");
    start + SignedDuration::from_secs(second)
}

fn outcome(verdict: Verdict, finding: &str, evidence: &[u64]) -> Outcome {
    Outcome::new(verdict, finding).with_evidence(evidence.iter().copied())
}

fn step(name: &str, title: &str, outcome: Outcome) -> ReportStep {
    ReportStep { step: name.into(), title: title.into(), outcome }
}

/// A report with nothing but the charger's path.
pub fn empty() -> Report {
    Report {
        format: FORMAT.into(),
        program: "0.1.0".into(),
        created: at(600),
        time_zone: String::new(),
        simulated: false,
        site: SiteDetails::default(),
        charger: ReportCharger { id: "CP1".into(), ..Default::default() },
        connection: ConnectionEvidence::default(),
        steps: Vec::new(),
        headline: Headline {
            verdict: Verdict::NotTested,
            title: "Nothing was tested".into(),
            text: "The charger connected and went away before anything could be asked.".into(),
        },
        ceiling: None,
        rules: Vec::new(),
        limit: None,
        demand_responses: Vec::new(),
        output_dead: None,
        cheap_hours: None,
        left_behind: Vec::new(),
        configuration: None,
        deviations: Vec::new(),
        findings: Vec::new(),
        frames: FrameRange::default(),
        chain_head: None,
    }
}

/// A charger that did all it was asked.
pub fn passed() -> Report {
    Report {
        time_zone: "Australia/Adelaide".into(),
        site: SiteDetails {
            address: "14 Wattle St, Norwood SA".into(),
            customer: "Ms Chen".into(),
            job: "2026-114".into(),
            company: "Norwood Electrical Pty Ltd".into(),
            licence: "PGE 000000".into(),
            tester: "R. Nguyễn".into(),
            jurisdiction: "sa-power-networks".into(),
        },
        charger: ReportCharger {
            id: "WP-91020014".into(),
            vendor: "Fronius".into(),
            model: "Wattpilot Home 22 J".into(),
            serial: "91020014".into(),
            firmware: "41.7".into(),
            meter_type: String::new(),
            protocol: "OCPP 1.6J".into(),
        },
        connection: ConnectionEvidence {
            peer: "192.168.1.57:52114".into(),
            url: "ws://192.168.1.23:9616/WP-91020014".into(),
            path: "/WP-91020014".into(),
            offered: vec!["ocpp1.6".into()],
            security: "not encrypted, no password; as in security profile 0".into(),
            first_connected: Some(at(0)),
            connections: 2,
            clock: "10 h 30 min behind ours: it keeps UTC as local time".into(),
        },
        headline: Headline {
            verdict: Verdict::Passed,
            title: "Open on the LAN: proved".into(),
            text:
                "The charger connected to this computer over ws:// on the local network, answered its configuration and \
                   followed a limit of 16 A by its own meter. Encrypted connections were not tested."
                    .into(),
        },
        steps: vec![
            step("connect", "Connect", outcome(Verdict::Passed, "It connected and said what it is.", &[1, 2, 3])),
            step(
                "inspect",
                "Inspect",
                outcome(Verdict::Passed, "48 keys read; clock off by 10 h 30 min.", &[6, 7, 12]),
            ),
            step(
                "limit",
                "Set a limit and prove it",
                outcome(
                    Verdict::Passed,
                    "16 A asked, 15.84 A measured on the highest phase after 4.2 s.",
                    &[20, 21, 22, 23, 31],
                ),
            ),
            step("undo", "Undo", outcome(Verdict::Passed, "Back to the base limit of 25 A, read back.", &[44, 45])),
            step("tests", "Tests by the licensed person", outcome(Verdict::NotTested, "Not entered.", &[])),
        ],
        ceiling: Some(ReportCeiling {
            limit_ma: 25_000,
            binding: CeilingPart::Cable,
            breaker_ma: Some(32_000),
            cable_ma: Some(40_000),
            nameplate_ma: Some(32_000),
            installer_ma: Some(25_000),
            installer_confirmed: true,
            curve: Some(Curve::C),
            derating_per_mille: Some(625),
            cable_as_installed_ma: Some(25_000),
            connector_ma: Some(32_000),
            phases: Some(1),
            main_switch_ma: Some(63_000),
            rest_ma: Some(50_000),
            rest_known: Some(RestKnown::Measured),
            headroom_ma: Some(13_000),
            approved_ma: Some(32_000),
            load_management: Some(LoadManagement {
                direction: CtDirection::Right,
                ratio: Some(2000),
                phase: CtPhase::L1,
                lost: CtLost::FallsTo(Amperes::from_milliamps(10_000)),
            }),
        }),
        rules: vec![
            ReportRule {
                of: "SA Power Networks".into(),
                says: "A charger above 20 A on one phase needs approval before it is connected.".into(),
                sure: true,
                unverified: false,
                source: "SA Power Networks: EV chargers in residential and small business sites".into(),
                date: "unknown".into(),
            },
            ReportRule {
                of: "Australia".into(),
                says: "The maximum demand is found by calculation, assessment, measurement or limitation.".into(),
                sure: false,
                unverified: true,
                source: "AS/NZS 3000, not read".into(),
                date: "2024".into(),
            },
        ],
        limit: Some(proof()),
        left_behind: vec![
            left("Current limit", "32 A", "25 A (ceiling: cable)", true),
            left("Our test limits", "none", "none in force", true),
            left("Sample interval", "60 s", "60 s", false),
        ],
        configuration: Some(configuration(48)),
        deviations: vec![deviation()],
        findings: vec![
            finding(
                Gravity::Attention,
                "It sends times without a zone: a strict platform may show sessions shifted by 10:30 h.",
                &[14, 33],
            ),
            finding(Gravity::Note, "Its answer to GetCompositeSchedule names watts although amps were set.", &[29]),
        ],
        frames: FrameRange { count: 61, first: Some(1), last: Some(61) },
        chain_head: Some("6f1c0b3de59a4c7f8a5b0d3e2f1a9c8b7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a".into()),
        ..empty()
    }
}

fn proof() -> LimitProof {
    let point = |(second, ma): (i64, u32)| ChartPoint { at: at(second), ma };
    LimitProof {
        requested_ma: 16_000,
        asked_ma: Some(16_000),
        before_ma: Some(24_860),
        measured_ma: Some(15_840),
        settled_ms: Some(4_230),
        recipe: "ChargePointMaxProfile, absolute, connector 0, A".into(),
        attempts: vec![
            Attempt {
                recipe: "TxDefaultProfile, relative, connector 0, W".into(),
                asked_ma: 16_000,
                answer: "Rejected".into(),
                verdict: Verdict::Failed,
                measured_ma: Some(24_900),
                evidence: vec![20, 21],
            },
            Attempt {
                recipe: "ChargePointMaxProfile, absolute, connector 0, A".into(),
                asked_ma: 16_000,
                answer: "Accepted".into(),
                verdict: Verdict::Passed,
                measured_ma: Some(15_840),
                evidence: vec![22, 23, 31],
            },
        ],
        fallback: outcome(Verdict::Passed, "back to 25 A by itself, 1.8 s after the end", &[40]),
        outcome: outcome(
            Verdict::Passed,
            "It drew 24.86 A before and 15.84 A after, on the highest phase.",
            &[22, 23, 31],
        ),
        asked: [(0, 25_000), (60, 16_000), (240, 25_000)].map(point).into(),
        measured: [
            (0, 24_860),
            (20, 24_900),
            (40, 24_870),
            (60, 24_880),
            (64, 15_900),
            (84, 15_840),
            (120, 15_850),
            (180, 15_830),
            (238, 15_840),
            (242, 24_700),
            (260, 24_860),
            (300, 24_850),
        ]
        .map(point)
        .into(),
        offered: [(0, 25_000), (62, 16_000), (242, 25_000)].map(point).into(),
    }
}

fn left(what: &str, before: &str, after: &str, proved: bool) -> LeftBehind {
    LeftBehind { what: what.into(), before: before.into(), after: after.into(), proved }
}

fn finding(gravity: Gravity, text: &str, evidence: &[u64]) -> Finding {
    Finding { code: "sample".into(), gravity, text: text.into(), evidence: evidence.to_vec() }
}

fn deviation() -> ReportDeviation {
    ReportDeviation {
        rule: "time_without_zone".into(),
        place: "MeterValues /meterValue/0/timestamp".into(),
        got: "2026-11-22T10:31:00".into(),
        meaning: "RFC 3339 asks for a zone. Platforms that parse strictly drop the reading.".into(),
        hard: true,
        count: 38,
        evidence: vec![14, 33, 35],
    }
}

/// A configuration of so many keys.
pub fn configuration(keys: usize) -> ConfigurationSnapshot {
    const KNOWN: [(&str, &str, bool, &str); 5] = [
        ("HeartbeatInterval", "300", false, "Seconds between two signs of life"),
        ("ConnectorPhaseRotationMaxLength", "3", true, ""),
        (
            "MeterValuesSampledData",
            "Current.Import.L1,Current.Import.L2,Current.Import.L3,Energy.Active.Import.Register,Power.Active.Import",
            false,
            "What is measured during a session",
        ),
        ("AuthorizationKey", "(masked)", false, "Password of the connection"),
        ("ChargeProfileMaxStackLevel", "8", true, "Highest level of a charging profile"),
    ];
    let key = |n: usize| {
        let (key, value, readonly, meaning) = KNOWN[n % KNOWN.len()];
        let key = if n < KNOWN.len() { key.to_owned() } else { format!("{key}{n}") };
        let meaning = (!meaning.is_empty()).then(|| meaning.to_owned());
        let value = (n % 11 != 10).then(|| value.to_owned());
        ConfigurationKey { key, value, readonly, meaning, attributes: None }
    };
    ConfigurationSnapshot {
        taken: Some(at(30)),
        keys: (0..keys).map(key).collect(),
        unknown: vec!["FreeChargeMode".into(), "X-Eco".into()],
        read_as: "whole list".into(),
    }
}

/// A simulated charger that took the limit and did not follow it.
pub fn failed_simulated() -> Report {
    let mut report = passed();
    report.simulated = true;
    report.headline = Headline {
        verdict: Verdict::Failed,
        title: "It does not follow a limit".into(),
        text: "16 A was accepted, 24.9 A was still measured 30 s later. Do not rely on a limit set over OCPP.".into(),
    };
    report.steps[2].outcome = outcome(Verdict::Failed, "16 A accepted, 24.9 A measured: not followed.", &[22, 23]);
    report.steps[3].outcome = outcome(Verdict::Inconclusive, "It fell silent before the undo was answered.", &[]);
    let proof = report.limit.as_mut().expect("the sample has one");
    proof.measured.iter_mut().for_each(|p| p.ma = 24_900);
    proof.measured_ma = Some(24_900);
    proof.settled_ms = None;
    proof.recipe = String::new();
    proof.outcome = outcome(Verdict::Failed, "The limit was accepted and not followed.", &[22, 23]);
    proof.fallback = outcome(Verdict::NotTested, "", &[]);
    proof.attempts[1].verdict = Verdict::Failed;
    proof.attempts[1].measured_ma = Some(24_900);
    report.findings.insert(
        0,
        finding(
            Gravity::Stop,
            "No hardware limit at or below the ceiling was confirmed. An OCPP limit is not overload protection.",
            &[],
        ),
    );
    report
}

/// Strings that want to be code, break the layout or have no glyph.
pub fn hostile() -> Report {
    let mut report = passed();
    report.site.address = "#panic(\"x\") $a$ <script>alert(1)</script> @ref = [x] *b* _i_ `c` \\".into();
    report.site.customer = "ชาย 🚗 \u{7}\u{1b}[31m\u{0}".into();
    report.site.company = "\u{202e}gnihtyna\u{202c} // #eval(\"1\") /* ".into();
    report.charger.model = "A".repeat(300);
    report.charger.firmware = "#import \"@preview/x:1.0.0\": *".into();
    report.connection.path = format!("/{}", "%41".repeat(200));
    report.connection.clock = String::new();
    report.headline.text = "#include \"/etc/passwd\"\r\n\t\u{feff}‍👩‍🔧 e\u{301} नमस्ते 漢字 العربية".into();
    let keys = &mut report.configuration.as_mut().expect("the sample has one").keys;
    keys[0].value = Some("9".repeat(5_000));
    keys[1].key = "K".repeat(300);
    keys[2].value = Some(format!("sha256:{}", "0".repeat(64)));
    keys[3].value = Some("word ".repeat(1_000));
    keys[4].value = Some(String::new());
    report.deviations[0].got = "{\"a\":[\"#{sys.version}\"],\"->\":\"2x4\"}".into();
    report
}
