//! Answers that say what is measured at the simulated charger now.

use super::Device;
use crate::Panel;
use chargehand_catalogue::{Answer, Live};
use serde_json::{Value, json};

/// What a panel says of one reading.
type Reading = fn(&Panel) -> Value;

/// The readings, by the names that the catalogue uses.
static READINGS: &[(&str, Reading)] = &[
    ("amps", |panel| json!(rounded(panel.amps.iter().copied().fold(0.0, f64::max)))),
    ("amps 1", |panel| phase(&panel.amps, 0)),
    ("amps 2", |panel| phase(&panel.amps, 1)),
    ("amps 3", |panel| phase(&panel.amps, 2)),
    ("contactor", |panel| json!(panel.contactor_closed)),
    ("energy", |panel| json!(rounded(panel.energy_wh))),
    ("offered", |panel| json!(rounded(panel.offered_amps))),
    ("pilot volts", |panel| json!(pilot_volts(panel))),
    ("plugged", |panel| json!(panel.plugged)),
    ("volts 1", |panel| phase(&panel.volts, 0)),
    ("volts 2", |panel| phase(&panel.volts, 1)),
    ("volts 3", |panel| phase(&panel.volts, 2)),
    ("watts", |panel| json!(rounded(panel.watts))),
];

/// The body of an answer, with what is measured now.
pub(super) fn body(answer: &Answer, device: &Device) -> String {
    let body = device.fill(&answer.body);
    let Some(panel) = device.panel.as_ref().filter(|_| !answer.live.is_empty()) else { return body };
    let Ok(Value::Object(mut keys)) = serde_json::from_str(&body) else { return body };
    let panel = panel.borrow();
    for (key, live) in &answer.live {
        if let Some(value) = value(live, &panel) {
            keys.insert(key.clone(), value);
        }
    }
    Value::Object(keys).to_string()
}

/// Nothing in a state for which the data has no value.
fn value(live: &Live, panel: &Panel) -> Option<Value> {
    match live {
        Live::Reading(name) => READINGS.iter().find(|(it, _)| it == name).map(|(_, reading)| reading(panel)),
        Live::Pilot(values) => serde_json::to_value(values.get(&format!("{:?}", panel.pilot.state))?).ok(),
    }
}

fn phase(values: &[f64], index: usize) -> Value {
    json!(rounded(values.get(index).copied().unwrap_or(0.0)))
}

/// To tenths, as such devices show it.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The upper voltage of the control pilot (IEC 61851-1 table A.2).
fn pilot_volts(panel: &Panel) -> f64 {
    use crate::PilotState::{A, B, C, D, E, F};
    match panel.pilot.state {
        A => 12.0,
        B => 9.0,
        C => 6.0,
        D => 3.0,
        E => 0.0,
        F => -12.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chargehand_catalogue::fingerprints;

    #[test]
    fn every_live_value_of_the_catalogue_is_known_here() {
        let pages = fingerprints().iter().flat_map(|it| it.http.iter().map(move |http| (it.name, http)));
        for (name, http) in pages {
            let body: Value = serde_json::from_str(&http.answer.body).unwrap_or_default();
            for (key, live) in &http.answer.live {
                assert!(body.get(key).is_some(), "{name}: {key} is not in the body");
                let is_known = match live {
                    Live::Reading(reading) => READINGS.iter().any(|(it, _)| it == reading),
                    Live::Pilot(values) => values.keys().all(|state| "ABCDEF".contains(state.as_str())),
                };
                assert!(is_known, "{name}: {key} = {live:?}");
            }
        }
    }
}
