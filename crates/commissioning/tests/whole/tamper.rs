//! Hands between the charger and us: chargers that the simulator does not know.

use serde_json::{Value, json};

use crate::bench::{Tamper, Way};

/// Changes Current.Import in every reading after the first test profile went by.
pub fn import(change: fn(f64) -> f64) -> Tamper {
    after_test(move |frame| set_import(frame, change))
}

/// The profile of a SetChargingProfile, as each version names it.
pub fn profile(payload: &Value) -> &Value {
    payload.get("csChargingProfiles").unwrap_or(&payload["chargingProfile"])
}

/// The schedule of a SetChargingProfile.
pub fn schedule(payload: &Value) -> &Value {
    match &profile(payload)["chargingSchedule"] {
        Value::Array(schedules) => &schedules[0],
        schedule => schedule,
    }
}

/// Is it a SetChargingProfile that plays this part of ours?
pub fn plays(frame: &Value, role: i64) -> bool {
    let payload = &frame[3];
    *schedule(payload).get("id").unwrap_or(&profile(payload)["chargingProfileId"]) == role
}

/// Is it a message that holds meter values?
pub fn is_reading(frame: &Value) -> bool {
    frame[2] == "MeterValues" || (frame[2] == "TransactionEvent" && frame[3].get("meterValue").is_some())
}

/// Changes the list of meter values in every MeterValues after the first test profile went by.
pub fn readings(change: fn(&mut Vec<Value>)) -> Tamper {
    after_test(move |frame| change(frame[3]["meterValue"].as_array_mut().unwrap()))
}

fn after_test(change: impl Fn(&mut Value) + Send + 'static) -> Tamper {
    let mut tested = false;
    Box::new(move |way, frame| {
        tested |= way == Way::ToCharger && plays(frame, 47_552);
        if tested && way == Way::FromCharger && is_reading(frame) {
            change(frame);
        }
        true
    })
}

/// Changes Current.Import in a message that holds meter values.
pub fn set_import(frame: &mut Value, change: impl Fn(f64) -> f64) {
    for meter in frame[3]["meterValue"].as_array_mut().unwrap() {
        for sample in meter["sampledValue"].as_array_mut().unwrap() {
            if sample["measurand"] == "Current.Import" {
                // 1.6 writes numbers as text
                sample["value"] = match &sample["value"] {
                    Value::String(text) => json!(format!("{:.1}", change(text.parse().unwrap()))),
                    number => json!(change(number.as_f64().unwrap())),
                };
            }
        }
    }
}

/// Answers for the charger: calls of this action that `is` picks out get this answer instead of its own.
pub fn answers(action: &'static str, is: impl Fn(&Value) -> bool + Send + 'static, answer: Value) -> Tamper {
    let mut picked = Vec::<Value>::new();
    Box::new(move |way, frame| {
        match way {
            Way::ToCharger if frame[2] == action && is(&frame[3]) => {
                picked.push(frame[1].clone());
                // something harmless, so that the charger does nothing but answer
                *frame = json!([2, frame[1], "ClearCache", {}]);
            }
            Way::FromCharger if frame[0] != 2 && picked.contains(&frame[1]) => {
                let id = frame[1].clone();
                frame.clone_from(&answer);
                frame[1] = id;
            }
            _ => {}
        }
        true
    })
}
