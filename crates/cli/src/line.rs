//! The lines of `endpoint`: what happened, as JSON. Documented in docs/cli.md; fields are added, never changed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chargehand_commissioning::event::{Happened, Told};
use chargehand_commissioning::record::{InForce, Reading, Transaction};
use chargehand_commissioning::secret;
use chargehand_commissioning::units::{Amperes, Phases};
use chargehand_ocpp::subprotocol;
use chargehand_ocpp::v2::read::{ProfilesPart, ReportPart, Reported};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A line. Readings are by far the most frequent and are written without a detour.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Line<'a> {
    /// A reading.
    Meter(Meter<'a>),
    /// Anything else.
    Other(Value),
}

/// The line of a reading.
#[derive(Serialize)]
pub struct Meter<'a> {
    event: &'static str,
    at: Timestamp,
    charger: &'a str,
    number: u64,
    connector: u32,
    transaction: Option<i64>,
    import_ma: Option<u32>,
    offered_ma: Option<u32>,
    power_w: Option<u32>,
    energy_wh: Option<u32>,
    phases: Option<u8>,
}

fn meter<'a>(told: &'a Told, reading: &Reading) -> Meter<'a> {
    Meter {
        event: "meter",
        at: told.at,
        charger: &told.charger,
        number: told.number,
        connector: reading.connector,
        transaction: reading.transaction,
        import_ma: reading.import.map(Amperes::milliamps),
        offered_ma: reading.offered.map(Amperes::milliamps),
        power_w: reading.power_w,
        energy_wh: reading.energy_wh,
        phases: reading.phases.map(Phases::count),
    }
}

/// What is printed only where it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Every frame.
    pub frames: bool,
    /// What each connection did.
    pub handshakes: bool,
}

/// The line for what happened; `None` for what is not asked for.
pub fn told(told: &Told, wanted: Wanted) -> Option<Line<'_>> {
    let (event, fields) = match &told.what {
        Happened::Meter { reading } => return Some(Line::Meter(meter(told, reading))),
        Happened::Frame { .. } if !wanted.frames => return None,
        Happened::Attempt { .. } if !wanted.handshakes => return None,
        Happened::Frame { from_charger, bytes } => ("frame", frame(*from_charger, bytes)),
        Happened::Connected { handshake, adopted } => (
            "connected",
            json!({
                "peer": handshake.peer, "path": handshake.path, "offered": handshake.offered,
                "subprotocol": handshake.chosen, "version": subprotocol::of(&handshake.chosen),
                "url": handshake.url, "adopted": adopted, "simulated": handshake.simulated,
            }),
        ),
        Happened::Refused { peer, why } => ("refused", json!({"peer": peer, "reason": why})),
        Happened::Attempt { attempt } => ("handshake", json!({"attempt": attempt})),
        Happened::Adopted => ("adopted", json!({})),
        Happened::Booted { boot, accepted } => (
            "booted",
            json!({
                "vendor": boot.vendor, "model": boot.model, "serial": boot.serial, "firmware": boot.firmware,
                "status": if *accepted { "Accepted" } else { "Pending" },
            }),
        ),
        Happened::Deviation { action, deviation } => (
            "deviation",
            json!({
                "rule": deviation.rule, "action": action, "pointer": deviation.pointer, "got": deviation.got,
                "severity": deviation.severity, "meaning": deviation.meaning(),
            }),
        ),
        Happened::Status { connector, status, error } => {
            ("status", json!({"connector": connector, "status": status, "error": error}))
        }
        Happened::Started { transaction, name, connector, id_tag, meter_start } => (
            "transaction",
            json!({
                "state": "started", "transaction": transaction, "name": name, "connector": connector, "id_tag": id_tag,
                "meter_wh": meter_start,
            }),
        ),
        Happened::Charging { transaction, state } => {
            ("transaction", json!({"state": "changed", "transaction": transaction, "charging": state}))
        }
        Happened::Stopped { transaction, reason, meter_stop } => (
            "transaction",
            json!({"state": "stopped", "transaction": transaction, "reason": reason, "meter_wh": meter_stop}),
        ),
        Happened::Variables { part } => ("variables", variables(part)),
        Happened::Profiles { part } => ("profiles", profiles(part)),
        Happened::CertificateRequested { kind, .. } => ("certificate_requested", json!({ "kind": kind })),
        Happened::CertificateTaken => ("certificate_taken", json!({})),
        Happened::Found { finding } => (
            "finding",
            json!({"code": finding.code, "gravity": finding.gravity, "text": finding.text, "evidence": finding.evidence}),
        ),
        Happened::Disconnected { by, code, reason } => {
            ("disconnected", json!({"by": by, "code": code, "reason": reason}))
        }
    };
    let mut line = Map::new();
    line.insert("event".into(), event.into());
    line.insert("at".into(), told.at.to_string().into());
    if !told.charger.is_empty() {
        line.insert("charger".into(), told.charger.as_ref().into());
    }
    line.insert("number".into(), told.number.into());
    if let Value::Object(fields) = fields {
        line.extend(fields);
    }
    Some(Line::Other(Value::Object(line)))
}

/// A part of a report of variables.
fn variables(part: &ReportPart) -> Value {
    let one = |reported: &Reported| {
        // A secret's value is nobody's business, also not here.
        let secret = secret::is_secret(&reported.variable.variable);
        let shown = |value: &Option<String>| value.as_ref().map(|v| if secret { secret::MASK } else { v }.to_owned());
        json!({
            "name": reported.variable.to_string(), "value": shown(&reported.actual), "target": shown(&reported.target),
            "min_set": shown(&reported.min_set), "max_set": shown(&reported.max_set), "readonly": reported.readonly,
            "unit": reported.unit,
        })
    };
    json!({
        "request": part.request, "part": part.seq, "more": part.more,
        "variables": part.variables.iter().map(one).collect::<Vec<_>>(),
    })
}

/// A part of a list of charging profiles.
fn profiles(part: &ProfilesPart) -> Value {
    json!({
        "request": part.request, "connector": part.evse, "source": part.source, "more": part.more,
        "profiles": part.profiles,
    })
}

/// A frame's direction and content: text, or base64 where it is not UTF-8.
pub fn frame(from_charger: bool, bytes: &[u8]) -> Value {
    let direction = if from_charger { "from_charger" } else { "to_charger" };
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({"direction": direction, "text": text}),
        Err(_) => json!({"direction": direction, "base64": STANDARD.encode(bytes)}),
    }
}

/// A limit of ours in a charger, for `chargers`.
pub fn in_force(limit: &InForce) -> Value {
    json!({
        "profile": limit.profile, "limit_ma": limit.limit.milliamps(), "test": limit.is_test(),
        "accepted": limit.accepted, "until": limit.ends().map(|t| t.to_string()),
    })
}

/// The line for a limit that an earlier run left in a charger.
pub fn left_in_force(charger: &str, limit: &InForce, at: Timestamp) -> Value {
    let mut line = json!({
        "event": "left_in_force", "at": at.to_string(), "charger": charger, "number": limit.number,
    });
    if let (Value::Object(line), Value::Object(limit)) = (&mut line, in_force(limit)) {
        line.extend(limit);
    }
    line
}

/// A transaction for `transactions`.
pub fn transaction(charger: &str, transaction: &Transaction) -> Value {
    json!({
        "charger": charger,
        "id": transaction.id,
        "name": transaction.name,
        "state": transaction.state,
        "idTag": transaction.id_tag,
        "connector": transaction.connector,
        "started": transaction.started.to_string(),
        "stopped": transaction.stopped.as_ref().map(Timestamp::to_string),
        "reason": transaction.stopped.map(|_| transaction.reason.clone()),
        "meterStart": transaction.meter_start,
        "meterStop": transaction.meter_stop,
        "readings": transaction.readings,
    })
}
