//! Messages as a person may write them by hand: some sensible, some not.

use chargehand_ocpp::Version;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::oracle::{CONFIRMED, KEYS, UNCONFIRMED};
use crate::shelf::TEST;
use crate::world::World;

/// Ids that mean something to us, and one that does not.
const IDS: [i64; 5] = [9, TEST, 47_551, 47_554, 47_553];
const PURPOSES: [&str; 4] = ["TxDefaultProfile", "TxProfile", "ChargingStationMaxProfile", "Nonsense"];

/// What a raw message is made for.
pub struct Terms {
    pub version: Version,
    pub ceiling: f64,
    pub transaction: Value,
    begins: [Option<String>; 3],
    valid_to: String,
}

impl Terms {
    pub fn of(world: &World) -> Self {
        let bench = world.bench();
        let (charger, now) = (&bench.charger, bench.now());
        let after = |seconds: i64| charger.shows(now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap());
        let session = charger.session.as_ref();
        let transaction = match charger.version.is_v2() {
            true => session.map_or("none".into(), |s| s.name.clone()).into(),
            false => session.and_then(|s| s.number).unwrap_or(1).into(),
        };
        Self {
            version: charger.version,
            ceiling: bench.parts().ceiling().map_or(16.0, |c| c.limit.amps()),
            transaction,
            begins: [Some(after(-60)), None, Some(after(1800))],
            valid_to: after(300),
        }
    }

    fn v2(&self) -> bool {
        self.version.is_v2()
    }
}

fn limit(terms: &Terms, watts: f64, dice: &mut Dice) -> Value {
    let ceiling = terms.ceiling;
    let plain = [ceiling, 10.0, 6.0, 0.0, ceiling + 0.1, ceiling * 2.0, ceiling * 3.0, 1e9, -1.0, 0.5];
    match dice.pick(&plain) * watts {
        limit if dice.chance(5) => limit.to_string().into(),
        limit => json!((limit * 10.0).round() / 10.0),
    }
}

fn period(terms: &Terms, start: i64, watts: f64, dice: &mut Dice) -> Value {
    let mut period = json!({"startPeriod": start, "limit": limit(terms, watts, dice)});
    if let Some(phases) = dice.pick(&[None, Some(1), Some(3)]) {
        period["numberPhases"] = phases.into();
    }
    if terms.version == Version::V21 && dice.chance(25) {
        let field = dice.pick(&["limit_L2", "setpoint", "dischargeLimit", "limit_L3", "setpointReactive"]);
        period[field] = limit(terms, watts, dice);
    }
    period
}

fn schedule(terms: &Terms, role: i64, kind: &str, dice: &mut Dice) -> Value {
    let unit = dice.pick(&["A", "A", "W"]);
    let watts = if unit == "W" { 230.0 * dice.pick(&[1.0, 3.0]) } else { 1.0 };
    let starts: &[i64] = dice.pick(&[&[0][..], &[0, 120], &[0, 60, 600]]);
    let periods: Vec<Value> = starts.iter().map(|start| period(terms, *start, watts, dice)).collect();
    let mut schedule = json!({"chargingRateUnit": unit, "chargingSchedulePeriod": periods});
    if let Some(duration) = dice.pick(&[Some(600), None, None, Some(120)]) {
        schedule["duration"] = duration.into();
    }
    if let Some(begins) = dice.pick(&terms.begins).filter(|_| ["Absolute", "Recurring"].contains(&kind)) {
        schedule["startSchedule"] = begins.into();
    }
    if dice.chance(5) {
        schedule["minChargingRate"] = limit(terms, watts, dice);
    }
    if terms.v2() {
        schedule["id"] = role.into();
    }
    schedule
}

/// A charging profile; one of a session names its transaction.
pub fn profile(terms: &Terms, of_session: bool, dice: &mut Dice) -> Value {
    let id = dice.pick(&IDS);
    let role = if dice.chance(20) { dice.pick(&IDS) } else { id };
    let kinds = ["Absolute", "Relative", "Recurring", "Dynamic"];
    let kind = dice.pick(if terms.version == Version::V21 { &kinds[..] } else { &kinds[..3] });
    let purpose = if of_session { "TxProfile" } else { dice.pick(&PURPOSES) };
    let mut profile =
        json!({"stackLevel": dice.pick(&[0, 1, 5]), "chargingProfileKind": kind, "chargingProfilePurpose": purpose});
    let schedule = schedule(terms, role, kind, dice);
    if kind == "Recurring" {
        profile["recurrencyKind"] = "Daily".into();
    }
    if purpose == "TxProfile" && !of_session {
        profile["transactionId"] = terms.transaction.clone();
    }
    if dice.chance(10) {
        profile["validTo"] = terms.valid_to.clone().into();
    }
    if terms.v2() {
        profile["id"] = id.into();
        profile["chargingSchedule"] = if dice.chance(10) { json!([schedule, schedule]) } else { json!([schedule]) };
    } else {
        profile["chargingProfileId"] = id.into();
        profile["chargingSchedule"] = schedule;
        if purpose == PURPOSES[2] {
            profile["chargingProfilePurpose"] = "ChargePointMaxProfile".into();
        }
    }
    profile
}

pub fn set(terms: &Terms, dice: &mut Dice) -> (&'static str, Value) {
    let connector = dice.pick(&[0, 1]);
    // An action in another case: some charger may take it.
    let action = if dice.chance(3) { "setChargingProfile" } else { "SetChargingProfile" };
    let profile = profile(terms, false, dice);
    match terms.v2() {
        true => (action, json!({"evseId": connector, "chargingProfile": profile})),
        false => (action, json!({"connectorId": connector, "csChargingProfiles": profile})),
    }
}

pub fn start(terms: &Terms, dice: &mut Dice) -> (&'static str, Value) {
    let mut payload = match terms.v2() {
        true => json!({"idToken": {"idToken": "X", "type": "Central"}, "remoteStartId": 1}),
        false => json!({"idTag": "X"}),
    };
    if !dice.chance(30) {
        payload[if terms.v2() { "evseId" } else { "connectorId" }] = 1.into();
    }
    if !dice.chance(20) {
        payload["chargingProfile"] = profile(terms, true, dice);
    }
    (if terms.v2() { "RequestStartTransaction" } else { "RemoteStartTransaction" }, payload)
}

pub fn clear(terms: &Terms, dice: &mut Dice) -> (&'static str, Value) {
    let (mut payload, mut criteria) = (json!({}), json!({}));
    let (id, connector) = if terms.v2() { ("chargingProfileId", "evseId") } else { ("id", "connectorId") };
    if !dice.chance(40) {
        payload[id] = match dice.chance(10) {
            true => Value::Null,
            false => dice.pick(&IDS).into(),
        };
    }
    if dice.chance(30) {
        criteria[connector] = dice.pick(&[0, 1]).into();
    }
    if dice.chance(30) {
        criteria["stackLevel"] = dice.pick(&[0, 1]).into();
    }
    if dice.chance(30) {
        let purpose = dice.pick(&PURPOSES[..3]);
        let v16 = purpose == PURPOSES[2] && !terms.v2();
        criteria["chargingProfilePurpose"] = if v16 { "ChargePointMaxProfile".into() } else { purpose.into() };
    }
    if !terms.v2() {
        payload.as_object_mut().unwrap().extend(criteria.as_object().unwrap().clone());
    } else if criteria != json!({}) || dice.chance(30) {
        payload["chargingProfileCriteria"] = criteria;
    }
    ("ClearChargingProfile", payload)
}

/// A key or a variable: known ones are held to the ceiling, and unknown ones want a person's word. With it: `true`.
pub fn setting(terms: &Terms, dice: &mut Dice) -> (&'static str, Value, bool) {
    let (name, one) = dice.pick(&KEYS[if terms.v2() { 3..4 } else { 0..3 }]);
    let value = terms.ceiling * dice.pick(&[1.0, 0.5, 1.1, 4.0, -1.0]) / one;
    let (mut name, mut confirmed) = (name, dice.chance(50));
    if dice.chance(40) {
        (name, confirmed) = dice.pick(&[(CONFIRMED, true), (UNCONFIRMED, false)]);
    }
    let value = format!("{value:.0}");
    if terms.v2() {
        let data = json!({"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": name}, "attributeValue": value});
        return ("SetVariables", json!({"setVariableData": [data]}), confirmed);
    }
    ("ChangeConfiguration", json!({"key": name, "value": value}), confirmed)
}

pub fn dynamic(terms: &Terms, dice: &mut Dice) -> (&'static str, Value) {
    let watts = dice.pick(&[1.0, 230.0, 690.0]);
    let update = json!({"limit": limit(terms, watts, dice)});
    ("UpdateDynamicSchedule", json!({"chargingProfileId": dice.pick(&IDS), "scheduleUpdate": update}))
}

/// A limit as we write it ourselves, by hand: one that stays, or a test that ends, above it or in its place.
pub fn plain(terms: &Terms, dice: &mut Dice) -> (&'static str, Value) {
    let limit = dice.pick(&[terms.ceiling, 10.0, 6.0]);
    let (id, level) = dice.pick(&[(47_551, 0), (TEST, 1), (TEST, 0), (47_553, 0)]);
    let kind = dice.pick(&["Absolute", "Relative"]);
    let mut periods = vec![json!({"startPeriod": 0, "limit": limit, "numberPhases": 1})];
    if (id, level) == (TEST, 0) {
        periods.push(json!({"startPeriod": 300, "limit": terms.ceiling, "numberPhases": 1}));
    }
    let mut schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": periods});
    if kind == "Absolute" {
        schedule["startSchedule"] = terms.begins[0].clone().into();
    }
    if level == 1 {
        schedule["duration"] = 300.into();
    }
    let station = if terms.v2() { PURPOSES[2] } else { "ChargePointMaxProfile" };
    let purpose = if id == 47_553 { station } else { PURPOSES[0] };
    let mut profile = json!({"stackLevel": level, "chargingProfileKind": kind, "chargingProfilePurpose": purpose});
    if terms.v2() {
        schedule["id"] = id.into();
        profile["id"] = id.into();
        profile["chargingSchedule"] = json!([schedule]);
        return ("SetChargingProfile", json!({"evseId": 0, "chargingProfile": profile}));
    }
    profile["chargingProfileId"] = id.into();
    profile["chargingSchedule"] = schedule;
    ("SetChargingProfile", json!({"connectorId": 0, "csChargingProfiles": profile}))
}
