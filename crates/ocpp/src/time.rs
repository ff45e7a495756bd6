//! Times as chargers write them.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A time read from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireTime {
    /// The instant; a time without a zone is taken for UTC, as platforms do.
    pub instant: Timestamp,
    /// It carried a zone.
    pub zoned: bool,
}

/// Reads RFC 3339, and what is seen in the field: no zone, a space instead of `T`. `None` for anything else.
pub fn read(text: &str) -> Option<WireTime> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(WireTime { instant, zoned: true });
    }
    let local: DateTime = text.parse().ok()?;
    let instant = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(WireTime { instant, zoned: false })
}

/// As we send it: UTC with `Z` and at most milliseconds, because some chargers refuse longer fractions.
pub fn write(at: Timestamp) -> String {
    milliseconds(at).to_string()
}

/// Cut to whole milliseconds.
pub fn milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_zone_is_read_as_utc_and_says_so() {
        let time = read("2026-11-22T07:22:33").expect("readable");
        assert_eq!(time.instant.to_string(), "2026-11-22T07:22:33Z");
        assert!(!time.zoned);
        assert!(read("2026-11-22 07:22:33Z").expect("readable").zoned);
    }

    #[test]
    fn rubbish_is_no_time() {
        for text in ["", "now", "1700000000", "2026-13-01T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn we_never_send_more_than_milliseconds() {
        let at: Timestamp = "2026-11-22T07:22:33.711015660Z".parse().expect("a time");
        assert_eq!(write(at), "2026-11-22T07:22:33.711Z");
    }
}
