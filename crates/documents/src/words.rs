//! How values read on paper: units, local times, verdicts, frame numbers.

use chargehand_commissioning::outcome::{Gravity, Verdict};
use chargehand_commissioning::units::NOMINAL_VOLTS;
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::Serialize;

/// What stands where nothing is known.
pub const NOTHING: &str = "–";

/// How many groups of frame numbers are printed; the record has all.
const FRAME_GROUPS: usize = 6;

/// A current for a reader: `16 A`, `15.84 A`, rounded to 0.01 A.
pub fn amps(milliamps: u32) -> String {
    let hundredths = (u64::from(milliamps) + 5) / 10;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => format!("{whole}\u{a0}A"),
        rest if rest % 10 == 0 => format!("{whole}.{}\u{a0}A", rest / 10),
        rest => format!("{whole}.{rest:02}\u{a0}A"),
    }
}

/// The power a current per phase means, for one and for three phases at the nominal voltage.
pub fn kilowatts(milliamps: u32) -> String {
    let kw = |phases: u32| f64::from(milliamps) * f64::from(NOMINAL_VOLTS * phases) / 1e6;
    format!("{:.1}\u{a0}kW on one phase, {:.1}\u{a0}kW on three", kw(1), kw(3))
}

/// A span of time: `4.2 s`.
pub fn seconds(milliseconds: u64) -> String {
    format!("{}.{}\u{a0}s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// Frame numbers with runs drawn together: `frames 14–18, 33`; empty for none.
pub fn frames(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let shown: Vec<String> = runs.iter().take(FRAME_GROUPS).map(|&(first, last)| span(first, last)).collect();
    let more = if runs.len() > FRAME_GROUPS { ", …" } else { "" };
    match numbers {
        [] => String::new(),
        [one] => format!("frame\u{a0}{one}"),
        _ => format!("frames\u{a0}{}{more}", shown.join(", ")),
    }
}

fn span(first: u64, last: u64) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// A word with its sign and colour: state is never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `good`, `bad`, `amber` or `grey`: a colour of the template.
    pub tone: &'static str,
    /// A sign that also reads in black and white.
    pub sign: &'static str,
    /// The word.
    pub word: &'static str,
}

/// Green only for what was proved, red only for what failed; all else is grey.
pub fn verdict(verdict: Verdict) -> Mark {
    let (tone, sign, word) = match verdict {
        Verdict::Passed => ("good", "✓", "Passed"),
        Verdict::Failed => ("bad", "✗", "Failed"),
        Verdict::Inconclusive => ("grey", "?", "Inconclusive"),
        Verdict::NotApplicable => ("grey", "–", "Not applicable"),
        Verdict::NotTested => ("grey", "–", "Not tested"),
    };
    Mark { tone, sign, word }
}

/// How grave a finding is.
pub fn gravity(gravity: Gravity) -> Mark {
    let (tone, sign, word) = match gravity {
        Gravity::Stop => ("bad", "✗", "Stop"),
        Gravity::Attention => ("amber", "!", "Attention"),
        Gravity::Note => ("grey", "–", "Note"),
    };
    Mark { tone, sign, word }
}

/// The times of the site.
pub struct LocalTime {
    zone: TimeZone,
    /// Said to the reader where the zone is not known and UTC stands in for it.
    pub note: Option<String>,
}

impl LocalTime {
    /// For a zone by its IANA name. The bundled database, so that a report reads the same on every machine.
    pub fn new(name: &str) -> Self {
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) => Self { zone, note: None },
            Err(_) if name.is_empty() => Self::utc("Times are UTC: no time zone was given for this site.".into()),
            Err(_) => Self::utc(format!("Times are UTC: the time zone “{name}” is not known to this program.")),
        }
    }

    fn utc(note: String) -> Self {
        Self { zone: TimeZone::UTC, note: Some(note) }
    }

    /// Day, minute and zone: `22 Nov 2026, 10:41 ACDT`.
    pub fn minute(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%-d %b %Y, %H:%M %Z").to_string()
    }

    /// The time of day with seconds: `10:41:07`.
    pub fn second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// The offset from UTC at that moment, minutes.
    pub fn offset_minutes(&self, at: Timestamp) -> i32 {
        self.zone.to_offset(at).seconds() / 60
    }

    /// The same moment on the wall clock of the site.
    pub fn wall_clock(&self, at: Timestamp) -> jiff::civil::DateTime {
        self.zone.to_datetime(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_current_keeps_its_unit_and_no_false_digits() {
        let read = [16_000, 15_840, 9_700, 0, 6_004, 15_996].map(amps);
        assert_eq!(read, ["16\u{a0}A", "15.84\u{a0}A", "9.7\u{a0}A", "0\u{a0}A", "6\u{a0}A", "16\u{a0}A"]);
        assert_eq!(kilowatts(16_000), "3.7\u{a0}kW on one phase, 11.0\u{a0}kW on three");
        assert_eq!(amps(u32::MAX), "4294967.3\u{a0}A");
    }

    #[test]
    fn runs_of_frames_are_drawn_together_and_long_lists_end() {
        assert_eq!(frames(&[]), "");
        assert_eq!(frames(&[7]), "frame\u{a0}7");
        assert_eq!(frames(&[14, 15, 16, 33]), "frames\u{a0}14–16, 33");
        let odd: Vec<u64> = (0..50).map(|n| n * 2 + 1).collect();
        assert_eq!(frames(&odd), "frames\u{a0}1, 3, 5, 7, 9, 11, …");
    }

    #[test]
    fn only_a_pass_is_green_and_only_a_failure_is_red() {
        let all = [Verdict::Passed, Verdict::Failed, Verdict::Inconclusive, Verdict::NotApplicable, Verdict::NotTested];
        assert_eq!(all.map(|v| verdict(v).tone), ["good", "bad", "grey", "grey", "grey"]);
    }

    #[test]
    fn times_are_those_of_the_site_and_an_unknown_zone_says_that_it_is_utc() {
        let at: Timestamp = "2026-11-22T00:11:07Z".parse().expect("a time");
        let adelaide = LocalTime::new("Australia/Adelaide");
        assert_eq!((adelaide.minute(at).as_str(), &adelaide.note), ("22 Nov 2026, 10:41 ACDT", &None));
        assert_eq!(adelaide.offset_minutes(at), 630);
        let mars = LocalTime::new("Mars/Olympus");
        assert_eq!(mars.minute(at), "22 Nov 2026, 00:11 UTC");
        assert!(mars.note.expect("says so").contains("Mars/Olympus"));
    }
}
