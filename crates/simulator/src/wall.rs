//! What a 2.1 charger can do beyond the rest: count by the clock of the wall, and begin a period a while later.

use crate::clock::later;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The clock of the wall where a charger stands. What it shows is told as if it were UTC.
#[derive(Debug, Clone)]
pub(crate) struct Wall(TimeZone);

impl Wall {
    /// In a zone (IANA name); nothing where there is no such zone.
    pub(crate) fn in_zone(name: &str) -> Option<Wall> {
        TimeZone::get(name).ok().map(Wall)
    }

    /// What it shows.
    pub(crate) fn shows(&self, at: Timestamp) -> Timestamp {
        later(at, SignedDuration::from_secs(self.0.to_offset(at).seconds().into()))
    }

    /// The time of a text as it stands there, whatever its offset says (2.1 ChargingScheduleType, `useLocalTime`).
    pub(crate) fn read(text: &str) -> Option<Timestamp> {
        let pieces = Pieces::parse(text).ok()?;
        TimeZone::UTC.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()
    }

    /// The seconds from `from` on, within `horizon` and perhaps beyond, after which it may have gone on by so many seconds,
    /// and those of its changes. Some hours come twice, and some not at all: then a mark is none.
    pub(crate) fn seconds(&self, from: Timestamp, horizon: f64, marks: &[f64]) -> Vec<f64> {
        let until = later(from, SignedDuration::try_from_secs_f64(horizon).unwrap_or_default());
        let changes: Vec<_> = self.0.following(from).take_while(|change| change.timestamp() <= until).collect();
        let now = self.0.to_offset(from).seconds();
        let mut seconds: Vec<f64> =
            changes.iter().map(|change| change.timestamp().duration_since(from).as_secs_f64()).collect();
        for offset in changes.iter().map(|change| change.offset().seconds()).chain([now]) {
            seconds.extend(marks.iter().map(|mark| mark + f64::from(now - offset)));
        }
        seconds
    }
}

/// How the start of each period is delayed (2.1 `randomizedDelay`): at random, and the same whenever the story is told again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RandomDelay {
    /// Seconds.
    pub(crate) most: i64,
    pub(crate) seed: u32,
}

impl RandomDelay {
    /// Of a period of a profile in a round of its schedule: seconds, from 0 to the most.
    pub(crate) fn of(self, profile: i64, round: i64, period: usize) -> i64 {
        let mut mixed = u64::from(self.seed);
        for part in [profile.unsigned_abs(), round.unsigned_abs(), period as u64] {
            // SplitMix64 (Steele, Lea, Flood 2014)
            mixed = (mixed ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
        }
        let count = self.most.unsigned_abs().saturating_add(1);
        i64::try_from(mixed % count).unwrap_or(0)
    }
}
