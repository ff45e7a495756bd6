//! What a charger can hold of cheap hours, from what it said of itself; and what is tried next where it refuses.

use chargehand_catalogue::Acts;
use chargehand_ocpp::Version;

use crate::limit::WINDOW_PIECES;
use crate::profiles;
use crate::record::Record;
use crate::setting::Setting;

/// The highest stack level where a charger does not tell it. One that has fewer refuses, and less is tried.
const LEVELS: i32 = 8;

/// What a charger can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// The most periods in one schedule; where it is not told, as many as it takes.
    pub periods: usize,
    /// The stack level of the first piece: above the limit that stays. 0: there is only one level, and the hours stand in
    /// that limit's place.
    pub level: i32,
    /// The most pieces, each on a level of its own (in 1.6 one purpose and level holds one profile); 1 or more.
    pub pieces: usize,
    /// It takes schedules that recur every week, not only every day.
    pub weekly: bool,
    /// Its schedules can follow the clock of the wall: OCPP 2.1, in the zone of the hours.
    pub local_time: bool,
    /// Its schedules can begin at random a little late: OCPP 2.1.
    pub random_delay: bool,
}

impl Holds {
    /// From what it said of itself, for hours in a zone on so many connectors.
    pub fn of(record: &Record, zone: &str, places: usize) -> Self {
        let number = |setting| record.setting(setting).trim().parse::<i32>().ok().filter(|n| *n >= 0);
        let top = number(Setting::StackLevels).unwrap_or(LEVELS);
        let one_level = top == 0 || record.acts(Acts::OneLevel);
        let level = profiles::highest_level(record).map_or(1, |left| left.saturating_add(1).clamp(1, top.max(1)));
        // The highest stays free for tests where there is more than one.
        let levels = usize::try_from(top - level).unwrap_or(0).max(1);
        let others = record.in_force.iter().filter(|entry| !entry.is_window()).count() + 1;
        let room = number(Setting::Profiles).and_then(|most| usize::try_from(most).ok());
        let room = room.map_or(WINDOW_PIECES, |most| most.saturating_sub(others) / places.max(1));
        // One that takes a new limit only now and then would lose what comes soon after the first.
        let rests = record.does().iter().any(|acts| matches!(acts, Acts::RestsBetweenLimits(_)));
        let local = record.version() == Version::V21
            && record.setting(Setting::LocalTime).eq_ignore_ascii_case("true")
            && record.setting(Setting::TimeZone) == zone;
        Self {
            periods: number(Setting::Periods).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(1024),
            level: if one_level { 0 } else { level },
            pieces: if one_level || rests { 1 } else { levels.min(room).clamp(1, WINDOW_PIECES) },
            weekly: true,
            local_time: local,
            random_delay: record.version() == Version::V21
                && record.setting(Setting::RandomDelay).eq_ignore_ascii_case("true"),
        }
    }

    /// What is tried, one after the other, until the charger takes it: the right hours all year round, then with the clock
    /// an hour off for a part of it, then the same hours on every day.
    pub fn rungs(&self) -> Vec<Holds> {
        let mut rungs = Vec::new();
        for local_time in [true, false].into_iter().filter(|local| self.local_time || !local) {
            for weekly in [true, false].into_iter().filter(|weekly| self.weekly || !weekly) {
                for pieces in [self.pieces, 1] {
                    for random_delay in [true, false].into_iter().filter(|random| self.random_delay || !random) {
                        rungs.push(Self { weekly, local_time, pieces, random_delay, ..self.clone() });
                    }
                }
            }
        }
        rungs.dedup();
        rungs
    }
}
