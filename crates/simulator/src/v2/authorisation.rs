//! The local list and reservations in 2.x.

use super::remote::WrittenToken;
use crate::SimulatedCharger;
use crate::clock::later;
use crate::dialect::Command;
use crate::outbox::Call;
use crate::reservation::Reservation;
use crate::rpc::{Reply, read, rejected, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const COMMANDS: &[(&str, Command)] = &[
    ("CancelReservation", cancel_reservation),
    ("GetLocalListVersion", |charger, _, _| Ok(json!({ "versionNumber": charger.local_list.version }))),
    ("ReserveNow", reserve_now),
    ("SendLocalList", send_local_list),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendLocalList {
    version_number: i64,
    update_type: String,
    #[serde(default)]
    local_authorization_list: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id_token: WrittenToken,
    id_token_info: Option<Value>,
}

fn send_local_list(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: SendLocalList = read(payload)?;
    let allowed = |info: Value| info["status"] == "Accepted";
    let change = |entry: Entry| (entry.id_token.id_token, entry.id_token_info.map(allowed));
    let changes = asked.local_authorization_list.into_iter().map(change).collect();
    status(charger.local_list.update(asked.version_number, asked.update_type == "Full", changes))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReserveNow {
    id: i64,
    expiry_date_time: Timestamp,
    connector_type: Option<String>,
    id_token: WrittenToken,
    evse_id: Option<i64>,
}

fn reserve_now(charger: &mut SimulatedCharger, payload: &Value, now: Timestamp) -> Reply {
    let asked: ReserveNow = read(payload)?;
    let wait = asked.expiry_date_time.duration_since(charger.clock.at(now));
    let is_ours = asked.connector_type.is_none_or(|kind| kind == "cType2");
    // H01.FR.19: only for an EVSE that is named
    if asked.evse_id != Some(1) || !is_ours || wait.is_negative() {
        return rejected("UnsupportedParam");
    }
    let reservation = Reservation { id: asked.id, until: later(now, wait), id_token: asked.id_token.into() };
    status(charger.reserve(reservation))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelReservation {
    reservation_id: i64,
}

fn cancel_reservation(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: CancelReservation = read(payload)?;
    status(if charger.cancel_reservation(asked.reservation_id) { "Accepted" } else { "Rejected" })
}

/// A reservation is over (H01.FR.17, H04.FR.01).
pub(super) fn unreserved(charger: &mut SimulatedCharger, id: i64, why: &'static str) {
    let payload = json!({ "reservationId": id, "reservationUpdateStatus": why });
    charger.outbox.push(Call::new("ReservationStatusUpdate", payload));
}
