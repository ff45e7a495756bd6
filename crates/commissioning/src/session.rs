//! What a 1.6 charger's messages mean: the answer it gets, and what it does to the record.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use chargehand_ocpp::v16::answer::{self, IdTagInfo, Registration};
use chargehand_ocpp::v16::call::Call;
use chargehand_ocpp::v16::profile::Purpose;
use chargehand_ocpp::v16::read;
use chargehand_ocpp::{Deviation, ErrorCode, message, peer, policy};

use crate::clock::ChargerClock;
use crate::event::Happened;
use crate::in_force;
use crate::limit::TEST_ID_TAG;
use crate::outcome::{Finding, Gravity};
use crate::record::{Booted, Connector, Reading, Record, Transaction};
use crate::units::{Amperes, Phases};

/// Heartbeat interval we give an adopted charger, s. Heartbeats keep its clock right.
const HEARTBEAT_S: u32 = 60;
/// Interval we give a charger that is not adopted yet, s.
const PENDING_S: u32 = 30;
/// This many pending boots within one interval mean that the charger loops on `Pending`.
const LOOPING_BOOTS: usize = 3;
/// How long our test idTag is good for.
const TEST_TAG_LIFE: SignedDuration = SignedDuration::from_mins(55);
/// Current above which a phase carries a car's current and not noise.
const CARRIES: f64 = 0.5;

/// The answer to a charger's call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// CALLRESULT.
    Result(Value),
    /// CALLERROR with code and description.
    Error(&'static str, &'static str),
}

/// A call as it came, with everything its meaning depends on.
pub struct Asked<'a> {
    /// The action as spelled.
    pub action: &'a str,
    /// The payload.
    pub payload: &'a Value,
    /// The frame's number.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
}

type Handler = fn(&mut Record, &Asked<'_>, &mut Vec<Happened>) -> Value;

/// Every action a 1.6 charger can ask (OCPP 1.6 and its security extension).
static HANDLERS: &[(&str, Handler)] = &[
    ("BootNotification", boot),
    ("Heartbeat", |_, asked, _| answer::heartbeat(asked.at)),
    ("StatusNotification", status),
    ("MeterValues", meter_values),
    ("Authorize", |record, asked, _| answer::authorize(id_tag_info(record, asked))),
    ("StartTransaction", start),
    ("StopTransaction", stop),
    ("DataTransfer", |_, _, _| answer::data_transfer()),
    ("SignCertificate", |_, _, _| answer::sign_certificate()),
    ("DiagnosticsStatusNotification", |_, _, _| answer::empty()),
    ("FirmwareStatusNotification", |_, _, _| answer::empty()),
    ("LogStatusNotification", |_, _, _| answer::empty()),
    ("SecurityEventNotification", |_, _, _| answer::empty()),
    ("SignedFirmwareStatusNotification", |_, _, _| answer::empty()),
];

/// Answers a charger's call and notes what it means.
pub fn on_call(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Answer {
    let version = record.version();
    // Errata 3.8 recommends to refuse it; commissioning goes on and notes it.
    let early = policy::before_boot(record.boot.is_some(), asked.action).filter(|_| record.frames.count <= 1);
    if let Some(deviation) = early {
        record.deviated(asked.action, deviation.clone(), asked.number);
        happened.push(Happened::Deviation { action: asked.action.to_owned(), deviation });
    }
    match HANDLERS.iter().find(|(action, _)| *action == asked.action && !version.is_v2()) {
        Some((_, handler)) => Answer::Result(handler(record, asked, happened)),
        None if message::find(version, asked.action).is_some() => {
            Answer::Error(ErrorCode::NotSupported.name(version), "This message is not answered here.")
        }
        None => {
            Answer::Error(ErrorCode::NotImplemented.name(version), "This OCPP version does not define this action.")
        }
    }
}

fn boot(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let info = read::boot(asked.payload);
    let accepted = record.adopted || loops_on_pending(record, asked, happened);
    if accepted {
        record.pending_boots.clear();
    } else {
        record.pending_boots.push_back(asked.at);
    }
    let how = if accepted { "accepted" } else { "pending until adopted" };
    record.arrived(asked.at, asked.number, format!("BootNotification: {} {}, {how}", info.vendor, info.model));
    record.boot = Some(Booted {
        at: asked.at,
        number: asked.number,
        accepted,
        vendor: info.vendor.clone(),
        model: info.model.clone(),
        serial: info.serial.clone(),
        firmware: info.firmware.clone(),
        meter_type: info.meter_type.clone(),
    });
    happened.push(Happened::Booted { boot: Box::new(info), accepted });
    if accepted {
        answer::boot(Registration::Accepted, asked.at, HEARTBEAT_S)
    } else {
        answer::boot(Registration::Pending, asked.at, PENDING_S)
    }
}

/// Some firmware takes `Pending` for a fault and boots again at once, for ever (field problem P13).
fn loops_on_pending(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> bool {
    let since = asked.at.checked_sub(SignedDuration::from_secs(i64::from(PENDING_S))).unwrap_or(Timestamp::MIN);
    record.pending_boots.retain(|at| *at >= since);
    let loops = record.pending_boots.len() >= LOOPING_BOOTS;
    if loops {
        let finding = Finding {
            code: "loops_on_pending".into(),
            gravity: Gravity::Note,
            text: "The charger boots again and again while it is told to wait. It was accepted so that it stays \
                   connected; it still gets no command before it is adopted. A platform that answers Pending will lose it."
                .into(),
            evidence: vec![asked.number],
        };
        record.found(finding.clone());
        happened.push(Happened::Found { finding });
    }
    loops
}

fn status(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let status = read::status(asked.payload);
    see_clock(record, status.timestamp, asked);
    let state = Connector { status: status.status.clone(), error: status.error.clone(), at: asked.at };
    record.status(status.connector, state);
    happened.push(Happened::Status { connector: status.connector, status: status.status, error: status.error });
    answer::empty()
}

fn meter_values(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let meters = read::meter(asked.payload, "meterValue");
    // The newest of them; the others waited in the charger.
    see_clock(record, meters.iter().filter_map(|m| m.timestamp).max_by_key(|t| t.instant), asked);
    let transaction = read::int(asked.payload, "transactionId");
    for meter in &meters {
        let reading = reading(meter, read::connector(asked.payload), transaction, asked);
        record.read(reading.clone());
        happened.push(Happened::Meter { reading });
    }
    answer::empty()
}

fn reading(meter: &read::Meter, connector: u32, transaction: Option<i64>, asked: &Asked<'_>) -> Reading {
    let of = |measurand: &'static str| meter.samples.iter().filter(move |s| s.measurand == measurand);
    let currents: Vec<&read::Sample> = of("Current.Import").collect();
    let highest =
        currents.iter().map(|s| s.value).fold(None, |most: Option<f64>, v| Some(most.map_or(v, |m| m.max(v))));
    let per_phase: Vec<f64> = currents.iter().filter(|s| is_line(&s.phase)).map(|s| s.value).collect();
    let carrying = per_phase.iter().filter(|amps| **amps > CARRIES).count();
    Reading {
        number: asked.number,
        at: asked.at,
        taken: meter.timestamp.map(|t| t.instant),
        connector,
        transaction,
        // A car that feeds back shows a negative import on some meters: that is no draw.
        import: highest.and_then(|amps| Amperes::from_amps(amps.max(0.0))),
        phases: u8::try_from(carrying).ok().and_then(Phases::new),
        offered: of("Current.Offered").map(|s| s.value).next().and_then(Amperes::from_amps),
        power_w: total(of("Power.Active.Import")),
        energy_wh: total(of("Energy.Active.Import.Register")),
    }
}

fn is_line(phase: &str) -> bool {
    matches!(phase.split('-').next(), Some("L1" | "L2" | "L3"))
}

/// The total where one is given without a phase, else the sum of the phases; kW and kWh become W and Wh.
fn total<'a>(samples: impl Iterator<Item = &'a read::Sample>) -> Option<u32> {
    let scaled = |s: &read::Sample| if s.unit.starts_with('k') { s.value * 1000.0 } else { s.value };
    let samples: Vec<&read::Sample> = samples.collect();
    let whole = samples.iter().find(|s| s.phase.is_empty()).map(|s| scaled(s));
    let sum = || (!samples.is_empty()).then(|| samples.iter().map(|s| scaled(s)).sum());
    let value: f64 = whole.or_else(sum)?;
    (0.0..=f64::from(u32::MAX)).contains(&value).then_some(value.round() as u32)
}

fn id_tag_info(record: &Record, asked: &Asked<'_>) -> IdTagInfo {
    let tag = read::text(asked.payload, "idTag");
    let set = record.authorized.get(&tag).map(String::as_str);
    let status = match (record.adopted, set) {
        (false, _) => "Invalid",
        (true, Some("Blocked")) => "Blocked",
        (true, Some("Expired")) => "Expired",
        (true, Some("Invalid")) => "Invalid",
        (true, _) => "Accepted",
    };
    let expires = (tag == TEST_ID_TAG).then(|| asked.at.checked_add(TEST_TAG_LIFE).ok()).flatten();
    IdTagInfo { status, expires }
}

fn start(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let start = read::start(asked.payload);
    let info = id_tag_info(record, asked);
    let at_charger = start.timestamp.map(|t| t.instant);
    let again = record.transactions.iter().find(|t| {
        t.connector == start.connector
            && t.id_tag == start.id_tag
            && at_charger.is_some()
            && t.started_at_charger == at_charger
            && t.meter_start == start.meter_start
    });
    if let Some(transaction) = again {
        // The charger did not get our first answer: the same transaction gets the same id.
        return answer::start(transaction.id, info);
    }
    for open in record.transactions.iter_mut().filter(|t| t.connector == start.connector && t.stopped.is_none()) {
        open.stopped = Some(asked.at);
        open.reason = "replaced by a newer transaction".into();
    }
    end_session(record, start.connector);
    let id = record.next_transaction;
    record.arrived(asked.at, asked.number, format!("Transaction {id} started on connector {}", start.connector));
    record.started(Transaction {
        id,
        id_tag: start.id_tag.clone(),
        connector: start.connector,
        started: asked.at,
        started_at_charger: at_charger,
        meter_start: start.meter_start,
        stopped: None,
        meter_stop: None,
        reason: String::new(),
        readings: 0,
    });
    happened.push(Happened::Started {
        transaction: id,
        connector: start.connector,
        id_tag: start.id_tag,
        meter_start: start.meter_start,
    });
    answer::start(id, info)
}

fn stop(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let stop = read::stop(asked.payload);
    let reason = if stop.reason.is_empty() { "Local".to_owned() } else { stop.reason };
    let ended = record.transactions.iter_mut().rev().find(|t| i64::from(t.id) == stop.transaction);
    let connector = ended.map(|transaction| {
        transaction.stopped.get_or_insert(asked.at);
        transaction.meter_stop = stop.meter_stop;
        transaction.reason.clone_from(&reason);
        transaction.connector
    });
    connector.into_iter().for_each(|connector| end_session(record, connector));
    record.arrived(asked.at, asked.number, format!("Transaction {} stopped: {reason}", stop.transaction));
    happened.push(Happened::Stopped { transaction: stop.transaction, reason, meter_stop: stop.meter_stop });
    answer::empty()
}

/// A TxProfile ends with its transaction (OCPP 1.6 3.13.1).
fn end_session(record: &mut Record, connector: u32) {
    record.in_force.retain(|f| f.purpose != Purpose::TxProfile || f.connector != connector.max(1));
}

fn see_clock(record: &mut Record, time: Option<chargehand_ocpp::time::WireTime>, asked: &Asked<'_>) {
    let Some(time) = time else { return };
    if !time.zoned {
        record.deviated(
            asked.action,
            Deviation::soft("clock_without_zone", "/timestamp", time.instant.to_string()),
            asked.number,
        );
    }
    record.clock = Some(ChargerClock::seen(time.instant, time.zoned, asked.at, asked.number));
}

/// Notes a call of ours the moment it goes to disk: from then on it may be in force, whatever the charger answers.
pub fn on_sent(record: &mut Record, call: &Call, number: u64, at: Timestamp) {
    if call.action != "SetChargingProfile" {
        return;
    }
    record.in_force.extend(in_force::sent(&call.payload, number, at));
}

/// Notes the answer to a call of ours. `sent` is the number of the frame it answers.
pub fn on_answer(record: &mut Record, call: &Call, sent: u64, answer: &Result<Value, impl Sized>) {
    let status = answer.as_ref().map(read::answer_status).unwrap_or_default();
    match (call.action.as_str(), status.as_str()) {
        ("SetChargingProfile", "Accepted") => in_force::accepted(&mut record.in_force, sent),
        ("SetChargingProfile", _) => record.in_force.retain(|f| f.number != sent),
        // `Unknown`: the charger has no such profile; either way it is not in force.
        ("ClearChargingProfile", "Accepted" | "Unknown") => {
            record.in_force.retain(|f| !in_force::clears(&call.payload, f));
        }
        _ => {}
    }
}

/// The action a frame is about; empty where it names none.
pub fn action(event: &peer::Event) -> &str {
    match event {
        peer::Event::Call { action, .. }
        | peer::Event::Send { action, .. }
        | peer::Event::Answer { action, .. }
        | peer::Event::AnswerRefused { action, .. }
        | peer::Event::Late { action } => action,
        peer::Event::Unreadable { .. } | peer::Event::Nothing => "",
    }
}

/// For those who watch: a frame's deviations.
pub fn deviations(record: &mut Record, action: &str, found: Vec<Deviation>, number: u64, happened: &mut Vec<Happened>) {
    let action: Arc<str> = action.into();
    for deviation in found {
        record.deviated(&action, deviation.clone(), number);
        happened.push(Happened::Deviation { action: action.to_string(), deviation });
    }
}
