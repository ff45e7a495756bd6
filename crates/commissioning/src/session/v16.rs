//! What a 1.6 charger's messages mean.

use serde_json::Value;

use chargehand_ocpp::answer::{empty, heartbeat, status as only_status};
use chargehand_ocpp::read::{int, long_text, text};
use chargehand_ocpp::v16::{answer, read};

use super::notes::{self, Whose};
use super::{Asked, Handler};
use crate::event::Happened;
use crate::record::{Connector, Held, Record, Transaction};

/// The longest certificate request that is passed on, characters (OCPP 2.x allows as many).
pub(super) const CSR_CHARS: usize = 5500;

/// Every action a 1.6 charger can ask (OCPP 1.6 and its security extension).
pub(super) static HANDLERS: &[(&str, Handler)] = &[
    ("BootNotification", |record, asked, happened| notes::boot(record, asked, read::boot(asked.payload), happened)),
    ("Heartbeat", |_, asked, _| heartbeat(asked.at)),
    ("StatusNotification", status),
    ("MeterValues", meter_values),
    ("Authorize", |record, asked, _| {
        let tag = text(asked.payload, "idTag");
        notes::card(record, &tag, "", Held::Asked, asked);
        answer::authorize(notes::authorization(record, &tag, asked.at))
    }),
    ("StartTransaction", start),
    ("StopTransaction", stop),
    ("DataTransfer", |_, _, _| only_status("UnknownVendorId")),
    ("SignCertificate", |record, asked, happened| {
        let csr = long_text(asked.payload, "csr", CSR_CHARS);
        let request = Happened::CertificateRequested { csr, kind: String::new(), request: None };
        notes::certificate(record, asked, request, happened)
    }),
    ("DiagnosticsStatusNotification", |_, _, _| empty()),
    ("FirmwareStatusNotification", |_, _, _| empty()),
    ("LogStatusNotification", |_, _, _| empty()),
    ("SecurityEventNotification", |_, _, _| empty()),
    ("SignedFirmwareStatusNotification", |_, _, _| empty()),
];

fn status(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let status = read::status(asked.payload);
    notes::see_clock_now(record, status.timestamp, asked);
    let state = Connector { status: status.status.clone(), error: status.error.clone(), ..Connector::at(asked.at) };
    record.status(status.connector, state);
    if !status.vendor.is_empty() {
        record.status_vendor = status.vendor;
    }
    happened.push(Happened::Status { connector: status.connector, status: status.status, error: status.error });
    empty()
}

fn meter_values(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let meters = read::meter(asked.payload);
    notes::see_clock(record, notes::newest(&meters), asked);
    let whose = Whose { connector: read::connector(asked.payload), transaction: int(asked.payload, "transactionId") };
    notes::meters(record, &meters, whose, asked, happened);
    empty()
}

fn start(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let start = read::start(asked.payload);
    let info = notes::authorization(record, &start.id_tag, asked.at);
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
    notes::card(record, &start.id_tag, "", Held::Started, asked);
    let new = Transaction {
        id_tag: start.id_tag,
        connector: start.connector,
        started_at_charger: at_charger,
        meter_start: start.meter_start,
        ..Transaction::at(asked.at)
    };
    answer::start(notes::begins(record, new, asked, happened), info)
}

fn stop(record: &mut Record, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> Value {
    let stop = read::stop(asked.payload);
    notes::ends(record, stop.transaction, &stop.reason, stop.meter_stop, asked, happened);
    empty()
}
