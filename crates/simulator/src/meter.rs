//! The charger's meter: one reading, and the values it has to tell. How they are written is the protocol's matter.

use crate::Behaviour;
use crate::deviations::Metering;
use jiff::Timestamp;
use serde::Deserialize;

/// How well the meter measures. Deserialises with every field optional; exactly by default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MeterMake {
    /// How far currents and voltages are off at most from one second to the next, in per mille of what flows. The same
    /// second is off by the same, whenever it is measured.
    pub noise_per_mille: f64,
    /// How much too much it shows and counts, in per mille; negative for too little.
    pub drift_per_mille: f64,
    /// Makes the noise another one.
    pub seed: u64,
}

impl MeterMake {
    /// What it shows of the values of every phase; `what` keeps the noise of one kind from being that of another.
    pub(crate) fn shown(&self, values: &[f64], what: &str, now: Timestamp) -> Vec<f64> {
        let off = |phase: usize| {
            let kind = what.bytes().fold(phase as u64, |sum, byte| sum * 256 + u64::from(byte));
            let noise = self.noise_per_mille * even(self.seed ^ kind.rotate_left(32) ^ now.as_second() as u64);
            1.0 + (self.drift_per_mille + noise) / 1000.0
        };
        values.iter().enumerate().map(|(phase, value)| value * off(phase)).collect()
    }

    /// What it counts of an energy.
    pub(crate) fn counted(&self, wh: f64) -> f64 {
        wh * (1.0 + self.drift_per_mille / 1000.0)
    }
}

/// A number from -1 to 1 that looks like chance and is always the same (the mixing step of SplitMix64).
fn even(seed: u64) -> f64 {
    let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) as f64 / u64::MAX as f64 * 2.0 - 1.0
}

/// What the meter shows at one moment.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Amperes on L1, L2, L3, as many as the charger has; negative while the car gives.
    pub(crate) amps: Vec<f64>,
    /// What the charger offers the car, in amperes per phase.
    pub(crate) offered: f64,
    /// Volts between each of these phases and neutral.
    pub(crate) volts: Vec<f64>,
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
    ("Current.Import", |r| per_phase(&r.amps, "", |amps| sample(amps.max(0.0), 1, "A"))),
    ("Current.Offered", |r| vec![sample(r.offered.max(0.0), 1, "A")]),
    ("Power.Active.Import", |r| vec![sample(r.watts().max(0.0), 1, "W")]),
    ("Voltage", |r| per_phase(&r.volts, "-N", |volts| sample(volts, 1, "V"))),
];
/// And what one that counts both ways knows besides.
const EXPORTED: &[(&str, Measure)] = &[
    ("Energy.Active.Export.Register", |r| vec![sample(r.exported_wh.floor(), 0, "Wh")]),
    ("Current.Export", |r| per_phase(&r.amps, "", |amps| sample(-amps.min(0.0), 1, "A"))),
    ("Power.Active.Export", |r| vec![sample(-r.watts().min(0.0), 1, "W")]),
];

fn sample(value: f64, decimals: usize, unit: &'static str) -> Sample {
    Sample { measurand: "", value, decimals, unit, phase: None }
}

fn per_phase(values: &[f64], to: &str, measure: impl Fn(f64) -> Sample) -> Vec<Sample> {
    let phased = |(i, value): (usize, &f64)| Sample { phase: Some(format!("L{}{to}", i + 1)), ..measure(*value) };
    values.iter().enumerate().map(phased).collect()
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
        self.amps.iter().zip(&self.volts).map(|(amps, volts)| amps * volts).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_stays_within_its_bounds_is_the_same_each_time_and_another_each_second() {
        let meter = MeterMake { noise_per_mille: 10.0, drift_per_mille: 0.0, seed: 7 };
        let shown: Vec<Vec<f64>> =
            (0..1_000).map(|second| meter.shown(&[16.0, 16.0], "A", Timestamp::from_second(second).unwrap())).collect();
        let all: Vec<f64> = shown.iter().flatten().copied().collect();
        assert!(all.iter().all(|amps| (15.84..=16.16).contains(amps)));
        assert!(all.iter().any(|amps| *amps < 15.9) && all.iter().any(|amps| *amps > 16.1));
        assert!((all.iter().sum::<f64>() / 2_000.0 - 16.0).abs() < 0.01, "it is off to both sides");
        assert!(shown.iter().all(|phases| phases[0] != phases[1]));
        let again = meter.shown(&[16.0, 16.0], "A", Timestamp::from_second(3).unwrap());
        assert_eq!(again, shown[3]);
        let other = MeterMake { seed: 8, ..meter }.shown(&[16.0, 16.0], "A", Timestamp::from_second(3).unwrap());
        assert_ne!(other, again);
    }

    #[test]
    fn a_meter_that_drifts_shows_and_counts_too_much() {
        let meter = MeterMake { drift_per_mille: 20.0, ..<_>::default() };
        assert_eq!(meter.shown(&[10.0], "A", Timestamp::UNIX_EPOCH), [10.2]);
        assert_eq!((meter.counted(100.0), MeterMake::default().counted(100.0)), (102.0, 100.0));
    }
}
