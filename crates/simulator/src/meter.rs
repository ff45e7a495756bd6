//! The charger's meter: one reading, and the values it has to tell. How they are written is the protocol's matter.

use crate::Behaviour;
use crate::deviations::Metering;

/// What the meter shows at one moment.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Amperes on L1, L2, L3, as many as the charger has; negative while the car gives.
    pub(crate) amps: Vec<f64>,
    /// What the charger offers the car, in amperes per phase.
    pub(crate) offered: f64,
    /// Volts between each phase and neutral.
    pub(crate) volts: f64,
    /// The register of what the car took, in watt-hours.
    pub(crate) wh: f64,
    /// The register of what it gave, in watt-hours.
    pub(crate) exported_wh: f64,
    /// What this meter does differently.
    pub(crate) but: Metering,
}

/// One value of a reading.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Empty where it is left unnamed.
    pub(crate) measurand: &'static str,
    pub(crate) value: f64,
    /// How many decimals the meter shows.
    pub(crate) decimals: usize,
    pub(crate) unit: &'static str,
    pub(crate) phase: Option<String>,
}

type Measure = fn(&Reading) -> Vec<Sample>;

/// What every meter here knows, in the order it is sent.
const MEASURANDS: &[(&str, Measure)] = &[
    ("Energy.Active.Import.Register", |r| vec![sample(r.wh.floor(), 0, "Wh")]),
    ("Current.Import", |r| per_phase(r, "", |amps| sample(amps.max(0.0), 1, "A"))),
    ("Current.Offered", |r| vec![sample(r.offered.max(0.0), 1, "A")]),
    ("Power.Active.Import", |r| vec![sample(r.watts().max(0.0), 1, "W")]),
    ("Voltage", |r| per_phase(r, "-N", |_| sample(r.volts, 1, "V"))),
];
/// And what one that counts both ways knows besides.
const EXPORTED: &[(&str, Measure)] = &[
    ("Energy.Active.Export.Register", |r| vec![sample(r.exported_wh.floor(), 0, "Wh")]),
    ("Current.Export", |r| per_phase(r, "", |amps| sample(-amps.min(0.0), 1, "A"))),
    ("Power.Active.Export", |r| vec![sample(-r.watts().min(0.0), 1, "W")]),
];

fn sample(value: f64, decimals: usize, unit: &'static str) -> Sample {
    Sample { measurand: "", value, decimals, unit, phase: None }
}

fn per_phase(reading: &Reading, to: &str, measure: impl Fn(f64) -> Sample) -> Vec<Sample> {
    let phased = |(i, amps): (usize, &f64)| Sample { phase: Some(format!("L{}{to}", i + 1)), ..measure(*amps) };
    reading.amps.iter().enumerate().map(phased).collect()
}

fn all() -> impl Iterator<Item = &'static (&'static str, Measure)> {
    MEASURANDS.iter().chain(EXPORTED)
}

/// All measurands of a charger, separated by commas.
pub(crate) fn all_measurands(it: &Behaviour) -> String {
    let exported = if it.discharges { EXPORTED } else { &[] };
    let lacks = |name: &str| it.deviates.metering.lacks_current_offered && name == "Current.Offered";
    let names = MEASURANDS.iter().chain(exported).map(|(name, _)| *name);
    names.filter(|name| !lacks(name)).collect::<Vec<_>>().join(",")
}

/// Whether the meter knows every measurand of a comma-separated list.
pub(crate) fn knows(list: &str) -> bool {
    list.split(',').all(|wanted| all().any(|(name, _)| *name == wanted))
}

impl Reading {
    /// What flows into the car, in watts over all phases; negative while it gives.
    pub(crate) fn watts(&self) -> f64 {
        self.amps.iter().sum::<f64>() * self.volts
    }

    /// The measurands of a comma-separated list.
    pub(crate) fn samples(&self, list: &str) -> Vec<Sample> {
        let is_wanted = |(name, _): &&(&str, Measure)| list.split(',').any(|wanted| wanted == *name);
        let named = |(name, measure): &(&'static str, Measure)| {
            measure(self).into_iter().map(move |sample| Sample { measurand: name, ..sample }).collect::<Vec<_>>()
        };
        let samples = all().filter(is_wanted).flat_map(named);
        samples.filter_map(|sample| told(self.but, sample)).collect()
    }
}

/// A sample as a deviating meter tells it; nothing where it does not.
fn told(but: Metering, mut sample: Sample) -> Option<Sample> {
    if but.measures_only_kilowatts {
        sample = in_kilowatts(sample)?;
    }
    if but.labels_kilowatt_hours_as_watt_hours && sample.unit == "Wh" {
        sample = Sample { value: sample.value / 1000.0, decimals: 3, ..sample };
    }
    if but.leaves_values_unnamed {
        sample.measurand = "";
    }
    Some(sample)
}

fn in_kilowatts(sample: Sample) -> Option<Sample> {
    let unit = match sample.unit {
        "W" => "kW",
        "Wh" => "kWh",
        _ => return None,
    };
    Some(Sample { unit, value: sample.value / 1000.0, decimals: 3, ..sample })
}
