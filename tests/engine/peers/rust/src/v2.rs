//! What it says and answers in OCPP 2.0.1 and 2.1.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::car::{Car, Profile, Which, now, status as accepted};
use crate::{Answered, Shared, Then, Wire, model, say};

pub fn boot(reason: &str) -> Value {
    let station = json!({"vendorName": "Independent", "model": "Rust crate", "firmwareVersion": "1"});
    json!({"reason": reason, "chargingStation": station})
}

pub fn status(car: &Car) -> (&'static str, Value) {
    let state = if car.plugged { "Occupied" } else { "Available" };
    let told = json!({"timestamp": now(), "connectorStatus": state, "evseId": 1, "connectorId": 1});
    ("StatusNotification", told)
}

fn meter_value(car: &mut Car, context: &str) -> Value {
    let (energy, draw) = car.measure();
    json!([{"timestamp": now(), "sampledValue": [
        {"value": energy, "context": context, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh"}},
        {"value": draw, "context": context, "measurand": "Current.Import", "phase": "L1", "unitOfMeasure": {"unit": "A"}},
    ]}])
}

fn event(car: &mut Car, kind: &str, trigger: &str, context: &str) -> Value {
    car.seq = if kind == "Started" { 0 } else { car.seq + 1 };
    let mut info = json!({"transactionId": car.transaction});
    if kind != "Ended" {
        info["chargingState"] = json!("Charging");
    }
    json!({
        "eventType": kind, "timestamp": now(), "triggerReason": trigger, "seqNo": car.seq, "transactionInfo": info,
        "evse": {"id": 1, "connectorId": 1}, "meterValue": meter_value(car, context),
    })
}

pub fn updated(car: &mut Car, trigger: &str, context: &str) -> (&'static str, Value) {
    ("TransactionEvent", event(car, "Updated", trigger, context))
}

pub fn ended(car: &mut Car, trigger: &str, reason: &str) -> (&'static str, Value) {
    let mut told = event(car, "Ended", trigger, "Transaction.End");
    told["transactionInfo"]["stoppedReason"] = json!(reason);
    car.end();
    ("TransactionEvent", told)
}

/// Begins a transaction, and ends it where the token is refused.
pub async fn start(charger: &Shared, wire: &impl Wire, asked: &Value) -> Result<(), String> {
    let told = {
        let mut car = charger.car();
        car.begin(json!(format!("t-{:x}", Timestamp::now().as_microsecond())));
        if !asked["chargingProfile"].is_null() {
            let profile = profile(1, &asked["chargingProfile"]);
            car.take(profile, true);
        }
        let mut told = event(&mut car, "Started", "RemoteStart", "Transaction.Begin");
        told["transactionInfo"]["remoteStartId"] = asked["remoteStartId"].clone();
        told["idToken"] = asked["idToken"].clone();
        told
    };
    let answer = wire.call("TransactionEvent", told).await?;
    if answer["idTokenInfo"]["status"].as_str().is_some_and(|status| status != "Accepted") {
        say(format_args!("idToken {}", answer["idTokenInfo"]["status"]));
        let (action, told) = ended(&mut charger.car(), "Deauthorized", "DeAuthorized");
        wire.call(action, told).await?;
    }
    Ok(())
}

fn profile(evse: i64, said: &Value) -> Profile {
    Profile::read(evse, said, &said["id"], &said["chargingSchedule"][0])
}

/// The answer to a call; `None` where it knows no such action.
pub fn answer(car: &mut Car, action: &str, asked: &Value) -> Option<Answered> {
    let plain = |answer: Value| Some((answer, None));
    let each = |field: &str, one: fn(&Value) -> Value| {
        asked[field].as_array().into_iter().flatten().map(one).collect::<Value>()
    };
    match action {
        "GetBaseReport" => base_report(asked),
        "GetVariables" => plain(json!({"getVariableResult": each("getVariableData", model::get)})),
        "SetVariables" => plain(json!({"setVariableResult": each("setVariableData", model::set)})),
        "SetChargingProfile" => {
            let profile = profile(asked["evseId"].as_i64()?, &asked["chargingProfile"]);
            let broken = breaches(car, &profile);
            if !broken.is_empty() {
                say(format_args!("breach {}", broken.join(" ")));
                return plain(accepted(false, "Rejected"));
            }
            let fits = fits(car, &profile);
            plain(accepted(car.take(profile, fits), "Rejected"))
        }
        "ClearChargingProfile" => {
            let said = &asked["chargingProfileCriteria"];
            plain(accepted(car.clear(&which(&asked["chargingProfileId"], &said["evseId"], said)), "Unknown"))
        }
        "GetChargingProfiles" => profiles(car, asked),
        "GetCompositeSchedule" => plain(composite(car, asked)),
        "TriggerMessage" => trigger(car, asked),
        "RequestStartTransaction" => {
            let free = car.reserve();
            Some((accepted(free, "Rejected"), free.then(|| Then::Start(asked.clone()))))
        }
        "RequestStopTransaction" => {
            let runs = car.transaction.as_ref() == Some(&asked["transactionId"]);
            Some((accepted(runs, "Rejected"), runs.then_some(Then::Stop("RemoteStop", "Remote"))))
        }
        "GetTransactionStatus" => {
            let mut answer = json!({"messagesInQueue": false});
            if let Some(asked) = asked.get("transactionId") {
                answer["ongoingIndicator"] = json!(car.transaction.as_ref() == Some(asked));
            }
            plain(answer)
        }
        "GetLog" => {
            say(format_args!("{} {}", asked["logType"], asked["log"]["remoteLocation"]));
            let told = |state| ("LogStatusNotification", json!({"status": state, "requestId": asked["requestId"]}));
            let answer = json!({"status": "Accepted", "filename": "log.zip"});
            Some((answer, Some(Then::Tell(vec![told("Uploading"), told("Uploaded")]))))
        }
        "Reset" => {
            let waits = asked["type"] == "OnIdle" && car.transaction.is_some();
            let ends_for = (!waits).then_some("ImmediateReset");
            Some((accepted(!waits, "Scheduled"), Some(Then::Reset(ends_for))))
        }
        _ => None,
    }
}

fn base_report(asked: &Value) -> Option<Answered> {
    let all = asked["reportBase"] == "FullInventory";
    if !all && asked["reportBase"] != "ConfigurationInventory" {
        return Some((json!({"status": "NotSupported"}), None));
    }
    let parts = model::parts(all);
    let last = parts.len() - 1;
    let told = parts.into_iter().enumerate().map(|(number, part)| {
        let part = json!({
            "requestId": asked["requestId"], "generatedAt": now(), "seqNo": number, "tbc": number < last, "reportData": part,
        });
        ("NotifyReport", part)
    });
    Some((accepted(true, ""), Some(Then::Tell(told.collect()))))
}

/// What is asked about profiles, as a criterion says it.
fn which<'a>(id: &'a Value, connector: &'a Value, said: &'a Value) -> Which<'a> {
    Which { id, connector, purpose: &said["chargingProfilePurpose"], level: &said["stackLevel"] }
}

/// Which duties of a platform the setting of a profile breaks.
fn breaches(car: &Car, new: &Profile) -> Vec<&'static str> {
    let same = |old: &&Profile| {
        (old.connector, &old.purpose, old.level) == (new.connector, &new.purpose, new.level) && old.id != new.id
    };
    let (twice, of_transaction) = (car.profiles.iter().any(|old| same(&old)), new.purpose == "TxProfile");
    let schedule = &new.said["chargingSchedule"][0];
    let (relative, starts) = (new.kind == "Relative", !schedule["startSchedule"].is_null());
    let broken = [
        ("K01.FR.03", of_transaction && new.transaction.is_null()),
        ("K01.FR.06", !of_transaction && twice),
        ("K01.FR.16", of_transaction && new.connector == 0),
        ("K01.FR.31", schedule["chargingSchedulePeriod"][0]["startPeriod"] != 0),
        ("K01.FR.38", new.purpose == "ChargingStationMaxProfile" && relative),
        ("K01.FR.39", of_transaction && twice),
        ("K01.FR.40", !relative && !starts),
        ("K01.FR.41", relative && starts),
    ];
    broken.into_iter().filter(|(_, is_broken)| *is_broken).map(|(rule, _)| rule).collect()
}

fn fits(car: &Car, profile: &Profile) -> bool {
    match profile.purpose.as_str() {
        "ChargingStationMaxProfile" => profile.connector == 0,
        "TxDefaultProfile" => profile.connector <= 1,
        "TxProfile" => profile.connector == 1 && car.transaction.as_ref() == Some(&profile.transaction),
        _ => false,
    }
}

fn profiles(car: &Car, asked: &Value) -> Option<Answered> {
    let said = &asked["chargingProfile"];
    let mut found = car.matching(&which(&Value::Null, &asked["evseId"], said));
    if let Some(ids) = said["chargingProfileId"].as_array() {
        found.retain(|profile| ids.contains(&json!(profile.id)));
    }
    let many = found.len();
    let told = found.into_iter().enumerate().map(|(number, profile)| {
        let report = json!({
            "requestId": asked["requestId"], "chargingLimitSource": "CSO", "evseId": profile.connector,
            "chargingProfile": [profile.said], "tbc": number + 1 < many,
        });
        ("ReportChargingProfiles", report)
    });
    Some((accepted(many > 0, "NoProfiles"), Some(Then::Tell(told.collect()))))
}

fn composite(car: &Car, asked: &Value) -> Value {
    let (evse, duration) = (&asked["evseId"], asked["duration"].as_i64().unwrap_or_default());
    if asked["chargingRateUnit"] == "W" || evse.as_i64().is_none_or(|evse| evse > 1) {
        return accepted(false, "Rejected");
    }
    let (start, periods) = car.composite(duration);
    let schedule = json!({
        "evseId": evse, "duration": duration, "scheduleStart": start, "chargingRateUnit": "A",
        "chargingSchedulePeriod": periods,
    });
    json!({"status": "Accepted", "schedule": schedule})
}

fn trigger(car: &mut Car, asked: &Value) -> Option<Answered> {
    let message = asked["requestedMessage"].as_str()?;
    let then = match message {
        // F06.FR.17: it was accepted before.
        "BootNotification" => return Some((accepted(false, "Rejected"), None)),
        "StatusNotification" if asked["evse"]["connectorId"].is_null() => {
            say("breach F06.FR.13");
            return Some((accepted(false, "Rejected"), None));
        }
        "Heartbeat" => Then::Tell(vec![("Heartbeat", json!({}))]),
        "StatusNotification" => Then::Tell(vec![status(car)]),
        "MeterValues" => {
            Then::Tell(vec![("MeterValues", json!({"evseId": 1, "meterValue": meter_value(car, "Trigger")}))])
        }
        "TransactionEvent" if car.transaction.is_some() => Then::Tell(vec![updated(car, "Trigger", "Trigger")]),
        _ => return Some((accepted(false, "NotImplemented"), None)),
    };
    say(format_args!("triggered {message}"));
    Some((accepted(true, ""), Some(then)))
}
