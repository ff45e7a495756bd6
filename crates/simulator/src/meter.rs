//! The charger's meter: one reading, written as OCPP's sampled values.

use serde_json::{Value, json};

/// What the meter shows at one moment.
pub(crate) struct Reading {
    /// Amperes on L1, L2, L3, as many as the charger has.
    pub(crate) amps: Vec<f64>,
    /// What the charger offers the car, in amperes per phase.
    pub(crate) offered: f64,
    /// Volts between each phase and neutral.
    pub(crate) volts: f64,
    /// The register, in watt-hours.
    pub(crate) wh: f64,
}

type Write = fn(&Reading) -> Vec<Value>;

/// Every measurand the meter knows, in the order it sends them.
const MEASURANDS: &[(&str, Write)] = &[
    ("Energy.Active.Import.Register", |r| vec![json!({ "value": format!("{:.0}", r.wh.floor()), "unit": "Wh" })]),
    ("Current.Import", |r| per_phase(r, "", |amps| json!({ "value": format!("{amps:.1}"), "unit": "A" }))),
    ("Current.Offered", |r| vec![json!({ "value": format!("{:.1}", r.offered), "unit": "A" })]),
    ("Power.Active.Import", |r| {
        let watts = r.amps.iter().sum::<f64>() * r.volts;
        vec![json!({ "value": format!("{watts:.1}"), "unit": "W" })]
    }),
    ("Voltage", |r| per_phase(r, "-N", |_| json!({ "value": format!("{:.1}", r.volts), "unit": "V" }))),
];

fn per_phase(reading: &Reading, to: &str, write: impl Fn(f64) -> Value) -> Vec<Value> {
    let phased = |(i, amps): (usize, &f64)| {
        let mut sample = write(*amps);
        sample["phase"] = json!(format!("L{}{to}", i + 1));
        sample
    };
    reading.amps.iter().enumerate().map(phased).collect()
}

/// All measurands, as MeterValuesSampledData lists them.
pub(crate) fn all_measurands() -> String {
    MEASURANDS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",")
}

/// Whether the meter knows every measurand of a comma-separated list.
pub(crate) fn knows(list: &str) -> bool {
    list.split(',').all(|wanted| MEASURANDS.iter().any(|(name, _)| *name == wanted))
}

impl Reading {
    /// The measurands of a comma-separated list, as `sampledValue`.
    pub(crate) fn samples(&self, list: &str, context: &str) -> Vec<Value> {
        let mut samples = Vec::new();
        for (name, write) in MEASURANDS.iter().filter(|(name, _)| list.split(',').any(|wanted| wanted == *name)) {
            for mut sample in write(self) {
                sample["measurand"] = json!(name);
                sample["context"] = json!(context);
                samples.push(sample);
            }
        }
        samples
    }
}
