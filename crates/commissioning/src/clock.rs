//! Time as an argument, and how a charger's clock differs from ours.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where "now" comes from: the laptop's clock in the app, a paused one in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// From any source.
    pub fn new(source: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// A clock that runs with tokio's time from `start`: under paused time it stands still until time is advanced.
    pub fn with_tokio(start: Timestamp) -> Self {
        let began = tokio::time::Instant::now();
        Self::new(move || start.checked_add(began.elapsed()).unwrap_or(start))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// How far a charger's clock may be off and still count as right: its message travels, and some have whole seconds.
const RIGHT_WITHIN: SignedDuration = SignedDuration::from_secs(15);
/// How near a whole number of half hours a difference must be to be a zone and not drift.
const ZONE_WITHIN_S: i64 = 90;

/// How a charger's clock differs from ours, by the likely cause (field problem P24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Within 15 s.
    None,
    /// A whole number of hours: most likely local time sent as UTC.
    WholeHours,
    /// An odd number of half hours: most likely local time of a half-hour zone (Adelaide, Darwin) sent as UTC.
    HalfHours,
    /// It starts at 1970 or 2000: never set.
    Epoch,
    /// Anything else: it drifts or was set by hand.
    Drift,
}

/// A charger's clock as seen in its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargerClock {
    /// The charger's time minus ours, s.
    pub ahead_s: i64,
    /// The likely cause.
    pub difference: Difference,
    /// Its times carry a zone.
    pub zoned: bool,
    /// The frame it was seen in.
    pub number: u64,
}

impl ChargerClock {
    /// From a time in a message and when it came.
    pub fn seen(charger: Timestamp, zoned: bool, ours: Timestamp, number: u64) -> Self {
        let ahead = charger.duration_since(ours);
        Self { ahead_s: ahead.as_secs(), difference: name(charger, ahead), zoned, number }
    }

    /// What the charger's clock shows at our time `ours`.
    pub fn shows(&self, ours: Timestamp) -> Timestamp {
        match self.difference {
            Difference::None => ours,
            _ => ours.checked_add(SignedDuration::from_secs(self.ahead_s)).unwrap_or(ours),
        }
    }

    /// As a sentence.
    pub fn sentence(&self) -> String {
        let zone = if self.zoned { "" } else { " Its times come without a zone." };
        let text = match self.difference {
            Difference::None => "The charger's clock agrees with this computer's.".to_owned(),
            Difference::Epoch => {
                "The charger's clock was never set. It should take the time from our answers; if it stays, charging \
                 profiles with times will not work."
                    .to_owned()
            }
            Difference::WholeHours | Difference::HalfHours => format!(
                "The charger's clock is {} {}: most likely local time sent as UTC. Platforms will show sessions and \
                 schedules shifted.",
                hours(self.ahead_s),
                side(self.ahead_s)
            ),
            Difference::Drift => format!(
                "The charger's clock is {} s {}. It should take the time from our answers.",
                self.ahead_s.abs(),
                side(self.ahead_s)
            ),
        };
        text + zone
    }
}

fn name(charger: Timestamp, ahead: SignedDuration) -> Difference {
    // 2001-09-09T01:46:40Z: no charger with OCPP 1.6 is older.
    if charger.as_second() < 1_000_000_000 {
        return Difference::Epoch;
    }
    if ahead.abs() <= RIGHT_WITHIN {
        return Difference::None;
    }
    let half_hours = (ahead.as_secs() as f64 / 1800.0).round() as i64;
    let off = (ahead.as_secs() - half_hours * 1800).abs();
    // Zones reach from -12 h to +14 h.
    if half_hours == 0 || half_hours.abs() > 28 || off > ZONE_WITHIN_S {
        return Difference::Drift;
    }
    if half_hours % 2 == 0 { Difference::WholeHours } else { Difference::HalfHours }
}

fn hours(seconds: i64) -> String {
    let minutes = (seconds.abs() + 30) / 60;
    let nearest = (minutes + 15) / 30 * 30;
    format!("{}:{:02} h", nearest / 60, nearest % 60)
}

fn side(seconds: i64) -> &'static str {
    if seconds < 0 { "behind" } else { "ahead" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(seconds: i64) -> Difference {
        let ours: Timestamp = "2026-11-22T01:00:00Z".parse().expect("a time");
        let charger = ours.checked_add(SignedDuration::from_secs(seconds)).expect("in range");
        ChargerClock::seen(charger, true, ours, 1).difference
    }

    #[test]
    fn a_clock_difference_is_named_by_its_likely_cause() {
        assert_eq!(difference(3), Difference::None);
        assert_eq!(difference(10 * 3600 + 20), Difference::WholeHours);
        assert_eq!(difference(10 * 3600 + 1800 - 5), Difference::HalfHours, "Adelaide");
        assert_eq!(difference(-9 * 3600 - 1800), Difference::HalfHours);
        assert_eq!(difference(417), Difference::Drift);
        assert_eq!(difference(-50 * 365 * 86_400), Difference::Epoch);
    }

    #[test]
    fn an_adelaide_clock_is_said_in_words() {
        let ours: Timestamp = "2026-11-22T01:00:00Z".parse().expect("a time");
        let charger: Timestamp = "2026-11-22T11:30:01Z".parse().expect("a time");
        let sentence = ChargerClock::seen(charger, false, ours, 1).sentence();
        assert!(sentence.contains("10:30 h ahead") && sentence.contains("without a zone"), "{sentence}");
    }

    #[test]
    fn absolute_schedules_use_what_the_charger_believes_the_time_to_be() {
        let ours: Timestamp = "2026-11-22T01:00:00Z".parse().expect("a time");
        let clock = ChargerClock::seen("2026-11-22T11:30:00Z".parse().expect("a time"), false, ours, 1);
        assert_eq!(clock.shows(ours).to_string(), "2026-11-22T11:30:00Z");
    }
}
