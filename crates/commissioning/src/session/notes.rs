//! What all versions note in the record.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use chargehand_ocpp::Deviation;
use chargehand_ocpp::answer::{self, Authorization, Registration};
use chargehand_ocpp::profile::Purpose;
use chargehand_ocpp::read::{Boot, Meter, Sample};
use chargehand_ocpp::time::WireTime;

use super::Asked;
use crate::clock::{ChargerClock, Difference};
use crate::event::Happened;
use crate::in_force;
use crate::limit::TEST_ID_TAG;
use crate::outcome::{Finding, Gravity};
use crate::record::{Booted, Held, InForce, Reading, Record, Seen, Transaction};
use crate::units::{Amperes, Phases};

/// Heartbeat interval we give an adopted charger, s. Heartbeats keep its clock right.
const HEARTBEAT_S: u32 = 60;
/// Interval we give a charger that is not adopted yet, s.
const PENDING_S: u32 = 30;
/// This many pending boots within one interval mean that the charger loops on `Pending`.
const LOOPING_BOOTS: usize = 3;
/// How long our test idTag is good for.
const TEST_TAG_LIFE: SignedDuration = SignedDuration::from_mins(55);
/// A charge that a check of ours asked for begins within this: as long as the check waits, and the way here.
const STARTS_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// Current above which a phase carries a car's current and not noise.
const CARRIES: f64 = 0.5;

/// A charger said what it is: the answer.
pub fn boot(record: &mut Record, asked: &Asked<'_>, info: Boot, happened: &mut Vec<Happened>) -> Value {
    let accepted = record.adopted || loops_on_pending(record, asked, happened);
    if accepted {
        record.pending_boots.clear();
    } else {
        record.pending_boots.push_back(asked.at);
    }
    let how = if accepted { "accepted" } else { "pending until adopted" };
    record.arrived(asked.at, asked.number, format!("BootNotification: {} {}, {how}", info.vendor, info.model));
    record.held_simulated = record.simulated();
    // Whether the charge goes on, and with which car, is told by the next reading: until then a limit in W counts on one.
    record.phases = None;
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
        let text = "The charger boots again and again while it is told to wait. It was accepted so that it stays \
                    connected; it still gets no command before it is adopted. A platform that answers Pending will lose it.";
        found(record, "loops_on_pending", Gravity::Note, text, asked, happened);
    }
    loops
}

/// Adds a finding that rests on this message.
pub fn found(
    record: &mut Record,
    code: &str,
    gravity: Gravity,
    text: impl Into<String>,
    asked: &Asked<'_>,
    happened: &mut Vec<Happened>,
) {
    let finding = Finding { code: code.into(), gravity, text: text.into(), evidence: vec![asked.number] };
    record.found(finding.clone());
    happened.push(Happened::Found { finding });
}

/// Whose meter it is.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// The connector; 0 is the whole charger.
    pub connector: u32,
    /// The id we gave the transaction it belongs to.
    pub transaction: Option<i64>,
}

/// Meter values came.
pub fn meters(record: &mut Record, meters: &[Meter], whose: Whose, asked: &Asked<'_>, happened: &mut Vec<Happened>) {
    for meter in meters {
        let reading = reading(meter, whose, asked);
        record.read(reading.clone());
        happened.push(Happened::Meter { reading });
    }
}

/// The newest time of meter values: the others waited in the charger.
pub fn newest(meters: &[Meter]) -> Option<WireTime> {
    meters.iter().filter_map(|m| m.timestamp).max_by_key(|t| t.instant)
}

fn reading(meter: &Meter, whose: Whose, asked: &Asked<'_>) -> Reading {
    let of = |measurand: &'static str| meter.samples.iter().filter(move |s| s.measurand == measurand);
    let currents: Vec<&Sample> = of("Current.Import").collect();
    let highest =
        currents.iter().map(|s| s.value).fold(None, |most: Option<f64>, v| Some(most.map_or(v, |m| m.max(v))));
    let per_phase: Vec<f64> = currents.iter().filter(|s| is_line(&s.phase)).map(|s| s.value).collect();
    let carrying = per_phase.iter().filter(|amps| **amps > CARRIES).count();
    // 2.1 has a second name for it.
    let mut offered = of("Current.Offered").chain(of("Current.Import.Offered"));
    Reading {
        number: asked.number,
        at: asked.at,
        taken: meter.timestamp.map(|t| t.instant),
        connector: whose.connector,
        transaction: whose.transaction,
        // A car that feeds back shows a negative import on some meters: that is no draw.
        import: highest.and_then(|amps| Amperes::from_amps(amps.max(0.0))),
        phases: u8::try_from(carrying).ok().and_then(Phases::new),
        offered: offered.next().map(|s| s.value).and_then(Amperes::from_amps),
        power_w: total(of("Power.Active.Import")),
        energy_wh: total(of("Energy.Active.Import.Register")),
    }
}

fn is_line(phase: &str) -> bool {
    matches!(phase.split('-').next(), Some("L1" | "L2" | "L3"))
}

/// The total where one is given without a phase, else the sum of the phases; kW and kWh become W and Wh.
fn total<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<u32> {
    let scaled = |s: &Sample| if s.unit.starts_with('k') { s.value * 1000.0 } else { s.value };
    let samples: Vec<&Sample> = samples.collect();
    let whole = samples.iter().find(|s| s.phase.is_empty()).map(|s| scaled(s));
    let sum = || (!samples.is_empty()).then(|| samples.iter().map(|s| scaled(s)).sum());
    let value: f64 = whole.or_else(sum)?;
    (0.0..=f64::from(u32::MAX)).contains(&value).then_some(value.round() as u32)
}

/// A card was held up to the charger, or it says so.
pub fn card(record: &mut Record, tag: &str, kind: &str, how: Held, asked: &Asked<'_>) {
    record.cards.held(tag, kind, how, Seen { at: asked.at, number: asked.number });
}

/// May they charge?
pub fn authorization(record: &Record, tag: &str, at: Timestamp) -> Authorization {
    let set = record.authorized.get(tag).map(String::as_str);
    let status = match (record.adopted, set) {
        (false, _) => "Invalid",
        (true, Some("Blocked")) => "Blocked",
        (true, Some("Expired")) => "Expired",
        (true, Some("Invalid")) => "Invalid",
        (true, _) => "Accepted",
    };
    let expires = (tag == TEST_ID_TAG).then(|| at.checked_add(TEST_TAG_LIFE).ok()).flatten();
    Authorization { status, expires }
}

/// A transaction begins: the id it gets. Another one on its connector is over.
pub fn begins(record: &mut Record, new: Transaction, asked: &Asked<'_>, happened: &mut Vec<Happened>) -> i32 {
    let connector = new.connector;
    for open in record.transactions.iter_mut().filter(|t| t.connector == connector && t.stopped.is_none()) {
        open.stopped = Some(asked.at);
        open.reason = "replaced by a newer transaction".into();
    }
    end_session(record, connector);
    begin_session(record, connector);
    let id = record.next_transaction;
    record.arrived(asked.at, asked.number, format!("Transaction {id} started on connector {connector}"));
    happened.push(Happened::Started {
        transaction: id,
        name: new.name.clone(),
        connector,
        id_tag: new.id_tag.clone(),
        meter_start: new.meter_start,
    });
    let ours = is_ours(record, &new.id_tag, asked.at);
    record.started(Transaction { id, ours, ..new });
    id
}

/// Did a check of ours just start it, with an idTag that others have too?
fn is_ours(record: &mut Record, tag: &str, at: Timestamp) -> bool {
    let asked = record.starts_as.take_if(|(asked, _)| asked == tag);
    asked.is_some_and(|(_, since)| at.duration_since(since) <= STARTS_WITHIN)
}

/// A transaction is over.
pub fn ends(
    record: &mut Record,
    id: i64,
    reason: &str,
    meter_stop: Option<i64>,
    asked: &Asked<'_>,
    happened: &mut Vec<Happened>,
) {
    let reason = if reason.is_empty() { "Local".to_owned() } else { reason.to_owned() };
    let ended = record.transactions.iter_mut().rev().find(|t| i64::from(t.id) == id);
    let ends = ended.and_then(|transaction| {
        // Some tell it again, when the next one runs already.
        let runs = transaction.stopped.is_none();
        transaction.stopped.get_or_insert(asked.at);
        transaction.meter_stop = meter_stop;
        transaction.reason.clone_from(&reason);
        runs.then_some(transaction.connector)
    });
    ends.into_iter().for_each(|connector| end_session(record, connector));
    // Nobody knows yet how many phases the next car takes: a limit in W counts on one.
    record.phases = None;
    record.arrived(asked.at, asked.number, format!("Transaction {id} stopped: {reason}"));
    happened.push(Happened::Stopped { transaction: id, reason, meter_stop });
}

/// A TxProfile ends with its transaction (OCPP 1.6 3.13.1).
fn end_session(record: &mut Record, connector: u32) {
    record.in_force.retain(|f| f.purpose != Purpose::TxProfile || f.awaits || f.connector != connector.max(1));
}

/// What went with a remote start is in force from now on, where the charger was told no other connector.
fn begin_session(record: &mut Record, connector: u32) {
    let awaits = |f: &&mut InForce| f.awaits && [0, connector].contains(&f.connector);
    for f in record.in_force.iter_mut().filter(awaits) {
        (f.awaits, f.connector) = (false, connector.max(1));
    }
}

/// The charger told its time.
pub fn see_clock(record: &mut Record, time: Option<WireTime>, asked: &Asked<'_>) {
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

/// As [`see_clock`], in a message that is about now: meter values and ends of charges may have waited.
pub fn see_clock_now(record: &mut Record, time: Option<WireTime>, asked: &Asked<'_>) {
    see_clock(record, time, asked);
    // One that was never set takes the time from our answers.
    let clock = record.clock.filter(|clock| time.is_some() && clock.difference != Difference::Epoch);
    if let Some(clock) = clock {
        let ahead_s = clock.shows(asked.at).duration_since(asked.at).as_secs();
        in_force::clock_is_ahead(&mut record.in_force, ahead_s);
    }
}

/// It wants a certificate: told to whoever signs, where somebody does.
pub fn certificate(record: &mut Record, asked: &Asked<'_>, request: Happened, happened: &mut Vec<Happened>) -> Value {
    let signs = asked.signs && record.adopted;
    let how = if signs { "it is signed" } else { "refused: nothing signs it here" };
    record.arrived(asked.at, asked.number, format!("SignCertificate: {how}"));
    if signs {
        happened.push(request);
    }
    answer::status(if signs { "Accepted" } else { "Rejected" })
}
