//! What a 2.x charger's messages mean.

use serde_json::Value;

use chargehand_ocpp::Deviation;
use chargehand_ocpp::Version::{self, V21, V201};
use chargehand_ocpp::answer::{empty, heartbeat, status as only_status};
use chargehand_ocpp::profile::RateUnit;
use chargehand_ocpp::read::{id, int, long_text, text};
use chargehand_ocpp::v2::read::{Phase, TransactionEvent};
use chargehand_ocpp::v2::{answer, read};
use jiff::Timestamp;

use super::notes::{self, Whose};
use super::v16::CSR_CHARS;
use super::{Asked, Handler, deviations};
use crate::event::Happened;
use crate::outcome::Gravity;
use crate::record::{Connector, Held, Record, Transaction};
use crate::units::Phases;

/// Every action a 2.x charger can ask, and since which version.
pub(super) static HANDLERS: &[(&str, Version, Handler)] = &[
    ("BootNotification", V201, |record, asked, happened| {
        notes::boot(record, asked, read::boot(asked.payload), happened)
    }),
    ("Heartbeat", V201, |_, asked, _| heartbeat(asked.at)),
    ("StatusNotification", V201, status),
    ("TransactionEvent", V201, transaction_event),
    ("MeterValues", V201, meter_values),
    ("Authorize", V201, authorize),
    ("NotifyReport", V201, report),
    ("ReportChargingProfiles", V201, profiles),
    ("NotifyEvent", V201, events),
    ("NotifyChargingLimit", V201, charging_limit),
    ("ClearedChargingLimit", V201, |record, asked, _| noted(record, asked, "chargingLimitSource", empty())),
    ("SignCertificate", V201, sign_certificate),
    ("SecurityEventNotification", V201, |record, asked, _| noted(record, asked, "type", empty())),
    ("FirmwareStatusNotification", V201, |record, asked, _| noted(record, asked, "status", empty())),
    ("LogStatusNotification", V201, |record, asked, _| noted(record, asked, "status", empty())),
    ("PublishFirmwareStatusNotification", V201, |record, asked, _| noted(record, asked, "status", empty())),
    ("ReservationStatusUpdate", V201, |record, asked, _| noted(record, asked, "reservationUpdateStatus", empty())),
    ("NotifyCustomerInformation", V201, |_, _, _| empty()),
    ("NotifyDisplayMessages", V201, |_, _, _| empty()),
    ("NotifyMonitoringReport", V201, |_, _, _| empty()),
    ("DataTransfer", V201, |_, _, _| only_status("UnknownVendorId")),
    ("Get15118EVCertificate", V201, |_, _, _| answer::ev_certificate()),
    ("GetCertificateStatus", V201, |_, _, _| only_status("Failed")),
    ("NotifyEVChargingNeeds", V201, charging_needs),
    ("NotifyEVChargingSchedule", V201, |_, _, _| only_status("Accepted")),
    ("GetCertificateChainStatus", V21, |_, asked, _| answer::certificate_chain_status(asked.payload, asked.at)),
    ("NotifyPriorityCharging", V21, |record, asked, _| noted(record, asked, "activated", empty())),
    ("PullDynamicScheduleUpdate", V21, pull),
    ("OpenPeriodicEventStream", V21, |_, _, _| only_status("Accepted")),
    ("ClosePeriodicEventStream", V21, |_, _, _| empty()),
    ("NotifyDERAlarm", V21, |record, asked, _| noted(record, asked, "controlType", empty())),
    ("NotifyDERStartStop", V21, |record, asked, _| noted(record, asked, "controlId", empty())),
    ("ReportDERControl", V21, |_, _, _| empty()),
    ("BatterySwap", V21, |record, asked, _| noted(record, asked, "eventType", empty())),
    ("NotifySettlement", V21, |record, asked, _| noted(record, asked, "status", empty())),
    ("VatNumberValidation", V21, |_, asked, _| answer::vat_number(asked.payload)),
];

/// Shown where somebody looks, with the one field that says most.
fn noted(record: &mut Record, asked: &Asked<'_>, field: &str, answer: Value) -> Value {
    record.arrived(asked.at, asked.number, format!("{}: {}", asked.action, text(asked.payload, field)));
    answer
}

fn status(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let told = read::status(asked.payload);
    notes::see_clock_now(record, told.timestamp, asked);
    let known = record.connectors.get(&told.connector).cloned();
    let mut state = Connector { at: asked.at, ..known.unwrap_or_else(|| Connector::at(asked.at)) };
    state.plug(told.plug, &told.status);
    happened.push(Happened::Status { connector: told.connector, status: state.status.clone(), error: String::new() });
    record.status(told.connector, state);
    empty()
}

fn meter_values(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let meters = read::meter(asked.payload);
    notes::see_clock(record, notes::newest(&meters), asked);
    let whose = Whose { connector: id(asked.payload, "evseId"), transaction: None };
    notes::meters(record, &meters, whose, asked, happened);
    empty()
}

fn authorize(record: &mut Record, asked: &Asked<'_>, _: &mut Vec<Happened>) -> Value {
    if ["certificate", "iso15118CertificateHashData"].iter().any(|key| asked.payload.get(key).is_some()) {
        return answer::contract();
    }
    let token = &asked.payload["idToken"];
    notes::card(record, &text(token, "idToken"), &text(token, "type"), Held::Asked, asked);
    answer::authorize(notes::authorization(record, &text(token, "idToken"), asked.at))
}

/// Whoever set a dynamic profile is asked for its limit now and then: it stays as it was sent, or updated, but no higher
/// than the ceiling is now, for the phases that carry current now.
fn pull(record: &mut Record, asked: &Asked<'_>, _: &mut Vec<Happened>) -> Value {
    let profile = int(asked.payload, "chargingProfileId");
    let entry = record.in_force.iter().rev().find(|f| Some(i64::from(f.profile)) == profile);
    let (Some(entry), Some(ceiling)) = (entry, record.ceiling_parts.ceiling()) else {
        return answer::no_schedule_update();
    };
    let limit = entry.limit.min(ceiling.limit);
    let phases = entry.phases.unwrap_or(Phases::ONE).min(record.phases.unwrap_or(Phases::ONE));
    answer::schedule_update(match entry.unit {
        Some(RateUnit::W) => f64::from(limit.watts(phases).0),
        _ => limit.amps(),
    })
}

fn report(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let part = Box::new(read::report(asked.payload));
    notes::see_clock(record, part.timestamp, asked);
    happened.push(Happened::Variables { part });
    empty()
}

fn profiles(_: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    happened.push(Happened::Profiles { part: Box::new(read::profiles(asked.payload)) });
    empty()
}

fn events(record: &mut Record, asked: &Asked<'_>, _: &mut Vec<Happened>) -> Value {
    for event in read::events(asked.payload).iter().filter(|event| event.trigger == "Alerting").take(5) {
        let over = if event.cleared { ", over" } else { "" };
        let value: String = event.value.chars().take(100).collect();
        record.arrived(asked.at, asked.number, format!("NotifyEvent: {} is {value}{over}", event.variable));
    }
    empty()
}

/// Something beside the platform limits the charger: that may explain what a check measures.
fn charging_limit(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let source = long_text(&asked.payload["chargingLimit"], "chargingLimitSource", 20);
    let evse = id(asked.payload, "evseId");
    let text = format!(
        "Something else than a platform limits this charger ({source}, EVSE {evse}). A limit over OCPP may seem to be \
         obeyed, or not to come back, because of that."
    );
    notes::found(record, "limited_from_elsewhere", Gravity::Attention, text, asked, happened);
    empty()
}

/// 2.1 has a word for what 2.0.1 can only refuse: no schedule follows, go on with the limits there are.
fn charging_needs(record: &mut Record, _: &Asked<'_>, _: &mut Vec<Happened>) -> Value {
    only_status(if record.version() == V21 { "NoChargingProfile" } else { "Rejected" })
}

fn sign_certificate(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let request = Happened::CertificateRequested {
        csr: long_text(asked.payload, "csr", CSR_CHARS),
        kind: text(asked.payload, "certificateType"),
        request: int(asked.payload, "requestId"),
    };
    notes::certificate(record, asked, request, happened)
}

/// NotifyPeriodicEventStream: what is streamed was chosen by whoever opened it.
pub(super) fn stream(record: &mut Record, asked: &Asked<'_>) {
    let newest = asked.payload["data"].as_array().and_then(|data| data.last()).map(|data| text(data, "v"));
    let newest: String = newest.unwrap_or_default().chars().take(100).collect();
    let stream = id(asked.payload, "id");
    record.arrived(asked.at, asked.number, format!("Event stream {stream}: {newest}"));
}

fn transaction_event(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let event = read::transaction(asked.payload);
    if !event.offline {
        notes::see_clock(record, event.timestamp, asked);
    }
    let info = event.names_token.then(|| notes::authorization(record, &event.id_token, asked.at));
    let known = known(record, &event);
    let of = |id: i32| record.transactions.iter().rev().find(|t| t.id == id);
    let names_nobody_yet = known.and_then(of).is_none_or(|t| t.id_tag.is_empty());
    if event.names_token && names_nobody_yet && event.phase != Phase::Ended {
        notes::card(record, &event.id_token, &text(&asked.payload["idToken"], "type"), Held::Started, asked);
    }
    let transaction = known.unwrap_or_else(|| begins(record, &event, asked, happened));
    goes_on(record, transaction, &event, asked, happened);
    if event.phase == Phase::Ended {
        let register = read::register(&event.meters);
        notes::ends(record, i64::from(transaction), &event.reason, register, asked, happened);
    } else {
        let connector = record.transactions.iter().rev().find(|t| t.id == transaction).map_or(0, |t| t.connector);
        let whose = Whose { connector, transaction: Some(i64::from(transaction)) };
        notes::meters(record, &event.meters, whose, asked, happened);
    }
    answer::transaction(info)
}

/// The transaction an event is about: by its name, or where the charger gives none the one that is open there.
fn known(record: &Record, event: &TransactionEvent) -> Option<i32> {
    let here = |t: &&Transaction| {
        t.stopped.is_none() && event.phase != Phase::Started && event.evse.is_none_or(|evse| evse == t.connector)
    };
    let is = |t: &&Transaction| if event.name.is_empty() { here(t) } else { t.name == event.name };
    record.transactions.iter().rev().find(is).map(|t| t.id)
}

/// The first that is heard of a transaction; it may have begun before we were there.
fn begins(record: &mut Record, event: &TransactionEvent, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> i32 {
    let new = Transaction {
        name: event.name.clone(),
        id_tag: event.id_token.clone(),
        connector: event.evse.unwrap_or_else(|| only_evse(record)),
        started: began(record, event, asked.at),
        started_at_charger: event.timestamp.map(|t| t.instant),
        meter_start: if event.phase == Phase::Started { read::register(&event.meters) } else { None },
        ..Transaction::at(asked.at)
    };
    notes::begins(record, new, asked, happened)
}

/// What waited in the charger began when the charger says, by our clock.
fn began(record: &Record, event: &TransactionEvent, at: Timestamp) -> Timestamp {
    let Some(told) = event.timestamp.filter(|_| event.offline) else { return at };
    let charger_now = record.clock.map_or(at, |clock| clock.shows(at));
    at.checked_sub(charger_now.duration_since(told.instant)).map_or(at, |began| began.min(at))
}

/// Where a charger has one EVSE it need not be named.
fn only_evse(record: &Record) -> u32 {
    record.connectors.keys().copied().find(|id| *id > 0).unwrap_or(1)
}

fn goes_on(record: &mut Record, id: i32, event: &TransactionEvent, asked: &Asked<'_>, happened: &mut Vec<Happened>) {
    let Some(transaction) = record.transactions.iter_mut().rev().find(|t| t.id == id) else { return };
    if let Some(evse) = event.evse {
        transaction.connector = evse;
    }
    if transaction.id_tag.is_empty() {
        transaction.id_tag.clone_from(&event.id_token);
    }
    let missing = event.seq.zip(transaction.seq).filter(|(new, last)| *new > last.saturating_add(1));
    transaction.seq = transaction.seq.max(event.seq);
    let changed = !event.state.is_empty() && event.state != transaction.state;
    if changed {
        transaction.state.clone_from(&event.state);
        happened.push(Happened::Charging { transaction: id, state: event.state.clone() });
    }
    if changed {
        record.arrived(asked.at, asked.number, format!("Transaction {id}: {} ({})", event.state, event.trigger));
    }
    if let Some((new, last)) = missing {
        let gap = Deviation::soft("seq_no_gap", "/seqNo", format!("{last}, then {new}"));
        deviations(record, asked.action, vec![gap], asked.number, happened);
    }
}
