//! What it says and answers in OCPP 1.6.

use serde_json::{Value, json};

use crate::car::{Car, Profile, TOP_LEVEL, Which, now, status as accepted};
use crate::{Answered, Shared, Then, Wire, say};

static CONFIGURATION: &[(&str, &str)] = &[
    ("HeartbeatInterval", "60"),
    ("MeterValueSampleInterval", "1"),
    ("MeterValuesSampledData", "Energy.Active.Import.Register,Current.Import"),
    ("NumberOfConnectors", "1"),
    ("SupportedFeatureProfiles", "Core,FirmwareManagement,SmartCharging,RemoteTrigger"),
    ("ChargeProfileMaxStackLevel", "3"),
    ("ChargingScheduleAllowedChargingRateUnit", "Current"),
    ("ChargingScheduleMaxPeriods", "6"),
    ("MaxChargingProfilesInstalled", "6"),
];
const _: () = assert!(TOP_LEVEL == 3, "as its configuration says");
/// These can be changed, and are forgotten again.
const WRITABLE: &[&str] = &["HeartbeatInterval", "MeterValueSampleInterval"];

pub fn boot() -> Value {
    json!({"chargePointVendor": "Independent", "chargePointModel": "Rust crate", "firmwareVersion": "1"})
}

pub fn status(car: &Car) -> (&'static str, Value) {
    let idle = if car.plugged { "Preparing" } else { "Available" };
    let state = if car.transaction.is_some() { "Charging" } else { idle };
    ("StatusNotification", json!({"connectorId": 1, "errorCode": "NoError", "status": state, "timestamp": now()}))
}

pub fn meter_values(car: &mut Car, context: &str) -> (&'static str, Value) {
    let (energy, draw) = car.measure();
    let sampled = json!([
        {"value": format!("{energy:.0}"), "context": context, "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": format!("{draw:.1}"), "context": context, "measurand": "Current.Import", "phase": "L1", "unit": "A"},
    ]);
    let mut payload = json!({"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": sampled}]});
    if let Some(transaction) = &car.transaction {
        payload["transactionId"] = transaction.clone();
    }
    ("MeterValues", payload)
}

/// Begins a transaction if the tag is accepted.
pub async fn start(charger: &Shared, wire: &impl Wire, asked: &Value) -> Result<(), String> {
    let meter = charger.car().energy.round() as i64;
    let begun = json!({"connectorId": 1, "idTag": asked["idTag"], "meterStart": meter, "timestamp": now()});
    let answer = wire.call("StartTransaction", begun).await?;
    let mut car = charger.car();
    if answer["idTagInfo"]["status"] == "Accepted" {
        car.begin(answer["transactionId"].clone());
    } else {
        car.starting = false;
        say(format_args!("idTag {}", answer["idTagInfo"]["status"]));
    }
    Ok(())
}

pub fn stop(car: &mut Car, reason: &str) -> (&'static str, Value) {
    let transaction = car.end();
    let meter = car.energy.round() as i64;
    let ended = json!({"transactionId": transaction, "meterStop": meter, "timestamp": now(), "reason": reason});
    ("StopTransaction", ended)
}

/// The answer to a call; `None` where it knows no such action.
pub fn answer(car: &mut Car, action: &str, asked: &Value) -> Option<Answered> {
    let plain = |answer: Value| Some((answer, None));
    match action {
        "GetConfiguration" => plain(configuration(asked)),
        "ChangeConfiguration" => {
            let key = asked["key"].as_str().unwrap_or_default();
            let or = if CONFIGURATION.iter().any(|(name, _)| *name == key) { "Rejected" } else { "NotSupported" };
            plain(accepted(WRITABLE.contains(&key), or))
        }
        "SetChargingProfile" => {
            let said = &asked["csChargingProfiles"];
            let connector = asked["connectorId"].as_i64()?;
            let profile = Profile::read(connector, said, &said["chargingProfileId"], &said["chargingSchedule"]);
            let fits = fits(car, &profile);
            plain(accepted(car.take(profile, fits), "Rejected"))
        }
        "ClearChargingProfile" => {
            let which = Which {
                id: &asked["id"],
                connector: &asked["connectorId"],
                purpose: &asked["chargingProfilePurpose"],
                level: &asked["stackLevel"],
            };
            plain(accepted(car.clear(&which), "Unknown"))
        }
        "GetCompositeSchedule" => plain(composite(car, asked)),
        "TriggerMessage" => trigger(car, asked["requestedMessage"].as_str()?),
        "RemoteStartTransaction" => {
            let free = car.reserve();
            Some((accepted(free, "Rejected"), free.then(|| Then::Start(asked.clone()))))
        }
        "RemoteStopTransaction" => {
            let runs = car.transaction.as_ref() == Some(&asked["transactionId"]);
            Some((accepted(runs, "Rejected"), runs.then_some(Then::Stop("", "Remote"))))
        }
        "GetDiagnostics" => {
            say(format_args!("diagnostics {}", asked["location"]));
            let told = |state| ("DiagnosticsStatusNotification", json!({"status": state}));
            Some((json!({"fileName": "diagnostics.zip"}), Some(Then::Tell(vec![told("Uploading"), told("Uploaded")]))))
        }
        "GetLog" => {
            say(format_args!("{} {}", asked["logType"], asked["log"]["remoteLocation"]));
            let told = |state| ("LogStatusNotification", json!({"status": state, "requestId": asked["requestId"]}));
            let answer = json!({"status": "Accepted", "filename": "log.zip"});
            Some((answer, Some(Then::Tell(vec![told("Uploading"), told("Uploaded")]))))
        }
        "Reset" => {
            let reason = if asked["type"] == "Hard" { "HardReset" } else { "SoftReset" };
            Some((accepted(true, ""), Some(Then::Reset(Some(reason)))))
        }
        _ => None,
    }
}

fn configuration(asked: &Value) -> Value {
    let wanted = asked["key"].as_array().filter(|keys| !keys.is_empty());
    let is_wanted = |name: &str| wanted.is_none_or(|keys| keys.iter().any(|key| key == name));
    let known = CONFIGURATION.iter().filter(|(name, _)| is_wanted(name));
    let known: Vec<Value> =
        known.map(|(name, value)| json!({"key": name, "readonly": !WRITABLE.contains(name), "value": value})).collect();
    let unknown = wanted.into_iter().flatten().filter(|key| CONFIGURATION.iter().all(|(name, _)| key != name));
    json!({"configurationKey": known, "unknownKey": unknown.collect::<Vec<_>>()})
}

fn fits(car: &Car, profile: &Profile) -> bool {
    match profile.purpose.as_str() {
        "ChargePointMaxProfile" => profile.connector == 0,
        "TxDefaultProfile" => profile.connector <= 1,
        _ => {
            let runs = car.transaction.as_ref();
            profile.connector == 1
                && runs.is_some()
                && (profile.transaction.is_null() || runs == Some(&profile.transaction))
        }
    }
}

fn composite(car: &Car, asked: &Value) -> Value {
    let (connector, duration) = (&asked["connectorId"], asked["duration"].as_i64().unwrap_or_default());
    if asked["chargingRateUnit"] == "W" || connector.as_i64().is_none_or(|connector| connector > 1) {
        return accepted(false, "Rejected");
    }
    let (start, periods) = car.composite(duration);
    let schedule = json!({"duration": duration, "chargingRateUnit": "A", "chargingSchedulePeriod": periods});
    json!({"status": "Accepted", "connectorId": connector, "scheduleStart": start, "chargingSchedule": schedule})
}

fn trigger(car: &mut Car, message: &str) -> Option<Answered> {
    let then = match message {
        "BootNotification" => Then::Boot(""),
        "Heartbeat" => Then::Tell(vec![("Heartbeat", json!({}))]),
        "StatusNotification" => Then::Tell(vec![status(car)]),
        "MeterValues" => Then::Tell(vec![meter_values(car, "Trigger")]),
        _ => return Some((accepted(false, "NotImplemented"), None)),
    };
    say(format_args!("triggered {message}"));
    Some((accepted(true, ""), Some(then)))
}
