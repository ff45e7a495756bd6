//! The step response as lines in a unit square, ready to be drawn: what was asked, offered and measured over time.

use chargehand_commissioning::report::{ChartPoint, LimitProof};
use jiff::Timestamp;
use serde::Serialize;

use crate::words::{LocalTime, amps};

/// Most points kept of a line that holds its value (drawn with two corners each).
const MOST_STEPS: usize = 300;
/// Most points kept of the measured line. With two step lines that makes fewer than 2,000 corners.
const MOST_SAMPLES: usize = 700;
/// Up to here every sample is also marked with a dot.
const MOST_DOTS: usize = 60;
/// Distances between grid lines to choose from, A; larger ones follow in tens.
const GRID_STEPS: [u64; 6] = [1, 2, 4, 5, 8, 10];
/// Most grid lines above zero.
const MOST_GRID_LINES: u64 = 4;

/// A line as corners, x to the right and y upwards, both 0 to 1.
type Line = Vec<[f64; 2]>;

/// The chart of one limit check.
#[derive(Debug, PartialEq, Serialize)]
pub struct Chart {
    /// What was asked, as steps.
    pub asked: Line,
    /// What the charger said it offers, as steps; empty where it says nothing.
    pub offered: Line,
    /// What was measured, from sample to sample.
    pub measured: Line,
    /// Mark each sample.
    pub dots: bool,
    /// Grid lines of current.
    pub currents: Vec<Tick>,
    /// Labels of time.
    pub times: Vec<Tick>,
    /// The chart in words, for those who cannot see it.
    pub alt: String,
}

/// A label at a place of an axis, 0 to 1.
#[derive(Debug, PartialEq, Serialize)]
pub struct Tick {
    /// Where.
    pub at: f64,
    /// What stands there.
    pub label: String,
}

/// The chart, or `None` where nothing was measured over any time.
pub fn chart(proof: &LimitProof, time: &LocalTime) -> Option<Chart> {
    let [asked, offered, measured] = [&proof.asked, &proof.offered, &proof.measured].map(|points| in_order(points));
    let first_sample = measured.first()?;
    let all = || asked.iter().chain(&offered).chain(&measured);
    let start = all().map(|p| p.at).min()?;
    let end = all().map(|p| p.at).max()?;
    let most = all().map(|p| p.ma).max()?;
    let (grid, top) = grid(most);
    let square = Square { start, end, top };
    if start == end {
        return None;
    }
    let alt = format!(
        "Current over time, {} to {}. {}Measured on the highest phase: {} at first, {} at last.",
        time.second(start),
        time.second(end),
        asked
            .iter()
            .map(|p| format!("Asked from {}: {}. ", time.second(p.at), amps(p.ma)))
            .take(12)
            .collect::<String>(),
        amps(first_sample.ma),
        amps(measured.last()?.ma),
    );
    let samples = thinned(&measured, MOST_SAMPLES);
    Some(Chart {
        asked: square.steps(&thinned(&asked, MOST_STEPS)),
        offered: square.steps(&thinned(&offered, MOST_STEPS)),
        dots: samples.len() <= MOST_DOTS,
        measured: samples.iter().map(|p| square.place(p.at, p.ma)).collect(),
        currents: (0..=top / grid).map(|n| square.current(n * grid)).collect(),
        times: [0.0, 0.5, 1.0].map(|at| Tick { at, label: time.second(square.moment(at)) }).into(),
        alt,
    })
}

fn in_order(points: &[ChartPoint]) -> Vec<ChartPoint> {
    let mut points = points.to_vec();
    points.sort_by_key(|p| p.at);
    points
}

/// Distance of the grid lines and top of the chart, A.
fn grid(most_ma: u32) -> (u64, u64) {
    let most = u64::from(most_ma).div_ceil(1000).max(1);
    let steps = (0..).flat_map(|tens| GRID_STEPS.map(|step| step * 10_u64.pow(tens)));
    let step = steps.take(60).find(|step| most.div_ceil(*step) <= MOST_GRID_LINES).unwrap_or(most);
    (step, most.div_ceil(step) * step)
}

/// Fewer points with the same look: the least and the greatest of each stretch of time, and the two ends.
fn thinned(points: &[ChartPoint], most: usize) -> Vec<ChartPoint> {
    if points.len() <= most {
        return points.to_vec();
    }
    let size = points.len().div_ceil((most - 2) / 2);
    let ends = [points.first(), points.last()].into_iter().flatten();
    let extremes = points.chunks(size).flat_map(|stretch| {
        [stretch.iter().min_by_key(|p| p.ma), stretch.iter().max_by_key(|p| p.ma)].into_iter().flatten()
    });
    in_order(&ends.chain(extremes).copied().collect::<Vec<_>>())
}

/// Times from `start` to `end` and 0 to `top` A, as a unit square.
struct Square {
    start: Timestamp,
    end: Timestamp,
    top: u64,
}

impl Square {
    fn place(&self, at: Timestamp, ma: u32) -> [f64; 2] {
        let span = self.end.as_millisecond().saturating_sub(self.start.as_millisecond()).max(1);
        let x = at.as_millisecond().saturating_sub(self.start.as_millisecond()) as f64 / span as f64;
        [rounded(x), rounded(f64::from(ma) / 1000.0 / self.top as f64)]
    }

    /// A point holds until the next, the last one to the end.
    fn steps(&self, points: &[ChartPoint]) -> Line {
        let until = points.iter().skip(1).map(|p| p.at).chain([self.end]);
        points.iter().zip(until).flat_map(|(p, until)| [self.place(p.at, p.ma), self.place(until, p.ma)]).collect()
    }

    fn current(&self, amperes: u64) -> Tick {
        Tick { at: rounded(amperes as f64 / self.top as f64), label: format!("{amperes}\u{a0}A") }
    }

    fn moment(&self, at: f64) -> Timestamp {
        let (start, end) = (self.start.as_millisecond(), self.end.as_millisecond());
        let between = start + ((end - start) as f64 * at) as i64;
        Timestamp::from_millisecond(between).unwrap_or(self.start)
    }
}

/// To a ten-thousandth of the chart: finer than print, and the same digits on every machine.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_asked_holds_until_the_next_and_to_the_end() {
        let report = sample::passed();
        let chart = chart(report.limit.as_ref().expect("was run"), &LocalTime::new("UTC")).expect("was measured");
        let last = chart.asked.last().expect("asked");
        assert_eq!(last[0], 1.0);
        assert_eq!(chart.asked.len() % 2, 0);
        assert!(chart.alt.contains("16\u{a0}A"), "{}", chart.alt);
    }

    #[test]
    fn a_day_of_samples_is_thinned_and_keeps_its_peak() {
        let mut proof = sample::passed().limit.expect("was run");
        let start = proof.measured[0].at;
        let at = |second: i64| start + jiff::SignedDuration::from_secs(second);
        proof.measured =
            (0..86_400).map(|s| ChartPoint { at: at(s), ma: if s == 40_000 { 31_990 } else { 15_000 } }).collect();
        proof.asked = proof.measured.clone();
        proof.offered = proof.measured.clone();
        let chart = chart(&proof, &LocalTime::new("UTC")).expect("was measured");
        let corners = chart.asked.len() + chart.offered.len() + chart.measured.len();
        assert!(corners <= 2000, "{corners} corners");
        assert!(chart.measured.iter().any(|p| p[1] > 0.99), "the peak is gone");
    }

    #[test]
    fn the_grid_ends_above_the_highest_current_whatever_it_is() {
        assert_eq!(grid(32_000), (8, 32));
        assert_eq!(grid(16_100), (5, 20));
        assert_eq!(grid(0), (1, 1));
        let (step, top) = grid(u32::MAX);
        assert!(top >= 4_294_967 && top / step <= MOST_GRID_LINES);
    }

    #[test]
    fn without_a_sample_there_is_no_chart() {
        let mut proof = sample::passed().limit.expect("was run");
        proof.measured.clear();
        assert_eq!(chart(&proof, &LocalTime::new("UTC")), None);
    }
}
