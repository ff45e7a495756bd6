//! The car, its transaction, and the charging profiles.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::say;

const NAMEPLATE: f64 = 32.0;
const LEAST_OFFER: f64 = 6.0;
const VOLTS: f64 = 230.0;
/// The highest stack level that is taken.
pub const TOP_LEVEL: i64 = 3;

/// A charging profile as it was set.
#[derive(Clone)]
pub struct Profile {
    pub connector: i64,
    pub id: i64,
    pub purpose: String,
    pub level: i64,
    pub kind: String,
    /// `null` where it names none.
    pub transaction: Value,
    /// As it came, to be reported.
    pub said: Value,
    unit: String,
    duration: Option<f64>,
    start: Timestamp,
    periods: Vec<(f64, f64)>,
}

impl Profile {
    /// `id` and `schedule` stand where the version has them.
    pub fn read(connector: i64, said: &Value, id: &Value, schedule: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |value: &Value| value.as_f64().expect("a number");
        let periods = schedule["chargingSchedulePeriod"].as_array().expect("periods").iter();
        Self {
            connector,
            id: id.as_i64().expect("an id"),
            purpose: text(&said["chargingProfilePurpose"]),
            level: said["stackLevel"].as_i64().expect("a level"),
            kind: text(&said["chargingProfileKind"]),
            transaction: said["transactionId"].clone(),
            unit: text(&schedule["chargingRateUnit"]),
            duration: schedule["duration"].as_f64(),
            start: schedule["startSchedule"].as_str().map_or_else(Timestamp::now, |time| time.parse().expect("a time")),
            periods: periods.map(|period| (number(&period["startPeriod"]), number(&period["limit"]))).collect(),
            said: said.clone(),
        }
    }

    /// Its limit at a time, A; `None` where it says nothing (not begun, over, no transaction).
    fn limit(&self, at: Timestamp, charging_since: Option<Timestamp>) -> Option<f64> {
        let start = if self.kind == "Absolute" { self.start } else { charging_since? };
        let elapsed = at.duration_since(start).as_secs_f64();
        let runs = elapsed >= 0.0 && self.duration.is_none_or(|duration| elapsed < duration);
        let begun = self.periods.iter().rev().find(|(second, _)| *second <= elapsed);
        begun.filter(|_| runs).map(|(_, limit)| *limit)
    }
}

/// What is asked about profiles; `null` is not asked for.
pub struct Which<'a> {
    pub id: &'a Value,
    pub connector: &'a Value,
    pub purpose: &'a Value,
    pub level: &'a Value,
}

impl Which<'_> {
    fn fits(&self, profile: &Profile) -> bool {
        let same = |asked: &Value, has: Value| asked.is_null() || *asked == has;
        same(self.id, json!(profile.id))
            && same(self.connector, json!(profile.connector))
            && same(self.purpose, json!(profile.purpose))
            && same(self.level, json!(profile.level))
    }
}

pub struct Car {
    pub plugged: bool,
    ignores_limits: bool,
    pub profiles: Vec<Profile>,
    /// The id of what runs: a number in 1.6, text in 2.x.
    pub transaction: Option<Value>,
    since: Option<Timestamp>,
    pub starting: bool,
    /// Wh.
    pub energy: f64,
    draw: f64,
    /// Number of the last event of a transaction (2.x).
    pub seq: u64,
}

impl Car {
    pub fn new(plugged: bool, ignores_limits: bool) -> Self {
        Self {
            plugged,
            ignores_limits,
            profiles: Vec::new(),
            transaction: None,
            since: None,
            starting: false,
            energy: 12_500.0,
            draw: 0.0,
            seq: 0,
        }
    }

    /// Is it free for a transaction? Then it is about to begin one.
    pub fn reserve(&mut self) -> bool {
        let free = self.plugged && self.transaction.is_none() && !self.starting;
        self.starting |= free;
        free
    }

    pub fn begin(&mut self, transaction: Value) {
        say(format_args!("transaction {transaction} started"));
        (self.starting, self.transaction, self.since) = (false, Some(transaction), Some(Timestamp::now()));
    }

    /// Ends the transaction; its id.
    pub fn end(&mut self) -> Value {
        let ended = self.transaction.take().expect("one runs");
        (self.since, self.draw) = (None, 0.0);
        self.profiles.retain(|profile| profile.purpose != "TxProfile");
        say(format_args!("transaction {ended} stopped"));
        ended
    }

    /// Puts a profile in force, if it is one this charger takes: in place of its id, or its purpose, level and connector.
    pub fn take(&mut self, new: Profile, fits: bool) -> bool {
        let taken = fits && new.unit == "A" && new.kind != "Recurring" && (0..=TOP_LEVEL).contains(&new.level);
        let word = if taken { "taken" } else { "rejected" };
        say(format_args!("{} {} {word} {:?} {:?}", new.purpose, new.id, new.periods, new.duration));
        if taken {
            let place = |profile: &Profile| (profile.purpose.clone(), profile.level, profile.connector);
            self.profiles.retain(|old| old.id != new.id && place(old) != place(&new));
            self.profiles.push(new);
        }
        taken
    }

    pub fn matching(&self, which: &Which<'_>) -> Vec<Profile> {
        self.profiles.iter().filter(|profile| which.fits(profile)).cloned().collect()
    }

    /// Takes profiles away; were there any?
    pub fn clear(&mut self, which: &Which<'_>) -> bool {
        let before = self.profiles.len();
        self.profiles.retain(|profile| !which.fits(profile));
        let found = self.profiles.len() < before;
        say(if found { "cleared" } else { "nothing to clear" });
        found
    }

    /// The limit in force at a time, A (OCPP 1.6, 3.13; OCPP 2.0.1, K01).
    fn in_force(&self, at: Timestamp) -> f64 {
        let strongest = |purposes: &[&str]| {
            let said = self.profiles.iter().filter(|profile| purposes.contains(&profile.purpose.as_str()));
            let limits = said.filter_map(|p| Some(((p.level, p.connector), p.limit(at, self.since)?)));
            limits.max_by_key(|(place, _)| *place).map(|(_, limit)| limit)
        };
        let session = strongest(&["TxProfile"]).or_else(|| strongest(&["TxDefaultProfile"]));
        let station = strongest(&["ChargePointMaxProfile", "ChargingStationMaxProfile"]);
        [session, station].into_iter().flatten().fold(NAMEPLATE, f64::min)
    }

    /// A second goes by: energy (Wh) and current (A), with one decimal.
    pub fn measure(&mut self) -> (f64, f64) {
        let offered = if self.ignores_limits { NAMEPLATE } else { self.in_force(Timestamp::now()) };
        let draw = if self.transaction.is_some() && offered >= LEAST_OFFER { offered } else { 0.0 };
        if draw != self.draw {
            say(format_args!("draws {draw:.1} A"));
        }
        self.draw = draw;
        self.energy += draw * VOLTS / 3600.0;
        let round = |value: f64| (value * 10.0).round() / 10.0;
        (round(self.energy), round(draw))
    }

    /// The limits in force from now on, one period for each change, and when that is.
    pub fn composite(&self, duration_s: i64) -> (String, Value) {
        let start = Timestamp::now();
        let mut periods: Vec<(i64, f64)> = Vec::new();
        for second in 0..duration_s.min(3600) {
            let limit = self.in_force(start + second.seconds());
            if periods.last().is_none_or(|(_, last)| *last != limit) {
                periods.push((second, limit));
            }
        }
        let periods = periods.iter().map(|(second, limit)| json!({"startPeriod": second, "limit": limit}));
        (text(start), periods.collect())
    }
}

/// A time as OCPP writes it.
pub fn text(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Now, as OCPP writes it.
pub fn now() -> String {
    text(Timestamp::now())
}

/// `Accepted`, or the other word.
pub fn status(accepted: bool, or: &str) -> Value {
    json!({"status": if accepted { "Accepted" } else { or }})
}
