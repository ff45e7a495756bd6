//! The charging profiles that a charger really holds, by OCPP's own rules (1.6 3.13, 5.16; 2.0.1 part 2 K01, K10). It
//! shares no code with the engine: it is what the engine's own list is held against.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Our test limits are written under this id (2.x: the id of their schedule).
pub const TEST: i64 = 47_552;

/// The session of a profile that came with a remote start: it has not begun yet.
pub const WAITS: i64 = -1;

/// A profile in the charger.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: i64,
    /// What it was meant for: the id of its schedule in 2.x, else its own.
    pub role: i64,
    pub purpose: String,
    pub connector: i64,
    pub level: i64,
    pub kind: String,
    pub unit: String,
    /// We sent it; else it stood there before, or came from something beside us.
    pub ours: bool,
    pub profile: Value,
    pub connector_of_session: Option<i64>,
    /// When it was set, and when an absolute schedule begins, by our time.
    pub set: Timestamp,
    pub begins: Option<Timestamp>,
    pub valid_from: Option<Timestamp>,
    pub valid_to: Option<Timestamp>,
    pub duration: Option<i64>,
}

pub fn number(object: &Value, key: &str) -> Option<f64> {
    match &object[key] {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub fn whole(object: &Value, key: &str) -> Option<i64> {
    number(object, key).filter(|n| n.fract() == 0.0).map(|n| n as i64)
}

pub fn schedule(profile: &Value) -> &Value {
    match &profile["chargingSchedule"] {
        Value::Array(schedules) => schedules.first().unwrap_or(&Value::Null),
        schedule => schedule,
    }
}

impl Held {
    /// As the charger understands it; `None` where it cannot.
    pub fn read(profile: &Value, connector: i64, now: Timestamp, ahead: SignedDuration) -> Option<Self> {
        let schedule = schedule(profile);
        schedule["chargingSchedulePeriod"].as_array().filter(|periods| !periods.is_empty())?;
        let ours = |key: &str, of: &Value| of[key].as_str()?.parse::<Timestamp>().ok()?.checked_sub(ahead).ok();
        let id = whole(profile, "chargingProfileId").or(whole(profile, "id"))?;
        let purpose = profile["chargingProfilePurpose"].as_str()?;
        Some(Self {
            id,
            role: whole(schedule, "id").unwrap_or(id),
            purpose: if purpose == "ChargePointMaxProfile" { "ChargingStationMaxProfile" } else { purpose }.to_owned(),
            connector,
            level: whole(profile, "stackLevel")?,
            kind: profile["chargingProfileKind"].as_str()?.to_owned(),
            unit: schedule["chargingRateUnit"].as_str()?.to_owned(),
            ours: true,
            profile: profile.clone(),
            connector_of_session: None,
            set: now,
            begins: ours("startSchedule", schedule),
            valid_from: ours("validFrom", profile),
            valid_to: ours("validTo", profile),
            duration: whole(schedule, "duration"),
        })
    }

    pub fn periods(&self) -> &[Value] {
        schedule(&self.profile)["chargingSchedulePeriod"].as_array().map_or(&[], Vec::as_slice)
    }

    fn is_default(&self) -> bool {
        self.purpose == "TxDefaultProfile"
    }

    pub fn is_of_a_session(&self) -> bool {
        self.purpose == "TxProfile"
    }

    /// A piece of the cheap hours: their ids begin here.
    pub fn is_hours(&self) -> bool {
        self.ours && self.role >= 49_000
    }

    pub fn is_test(&self) -> bool {
        self.ours && self.role == TEST
    }

    /// Does it hold every session down for as long as nobody takes it away? A test does where the base follows in the
    /// same schedule; one that recurs is followed by itself.
    pub fn stays(&self) -> bool {
        let for_all = self.is_default() || self.purpose == "ChargingStationMaxProfile";
        let ends = self.valid_from.is_some() || self.valid_to.is_some() || self.duration.is_some();
        for_all && !ends && (!self.is_test() || self.base_follows())
    }

    fn base_follows(&self) -> bool {
        self.periods().len() > 1 && self.kind != "Recurring"
    }

    fn same_place(&self, other: &Held) -> bool {
        (&self.purpose, self.level, self.connector) == (&other.purpose, other.level, other.connector)
    }

    /// When its first limits are over for good, by our time; `None`: not before somebody takes it away. A test that is
    /// followed by its base is over when that begins.
    pub fn over(&self) -> Option<Timestamp> {
        if self.connector_of_session == Some(WAITS) {
            return self.valid_to;
        }
        let last = self.periods().last().filter(|_| self.periods().len() > 1).and_then(|p| whole(p, "startPeriod"));
        let lasts = self.duration.or(last);
        let began = self.begins.filter(|_| self.kind == "Absolute").unwrap_or(self.set);
        // What counts from the start of a session comes back with the next one, and what recurs comes back tomorrow.
        let comes_back = (self.is_default() && self.kind == "Relative") || self.kind == "Recurring";
        let ends = lasts.filter(|_| !comes_back).and_then(|s| began.checked_add(SignedDuration::from_secs(s)).ok());
        ends.into_iter().chain(self.valid_to).min()
    }

    /// The limit now, A per phase; `None`: it does not act now.
    pub fn amps(&self, now: Timestamp, session_began: Option<Timestamp>, phases: u8) -> Option<f64> {
        let began = match self.kind.as_str() {
            "Relative" => session_began?.max(self.set),
            _ => self.begins.unwrap_or(self.set),
        };
        let round = if self.profile["recurrencyKind"] == "Weekly" { 7 * 86_400 } else { 86_400 };
        let into = now.duration_since(began).as_secs();
        let into = if self.kind == "Recurring" { into.rem_euclid(round) } else { into };
        let early = self.valid_from.is_some_and(|from| now < from);
        let over =
            early || into < 0 || self.duration.is_some_and(|d| into >= d) || self.valid_to.is_some_and(|to| now >= to);
        let period = self.periods().iter().rfind(|p| whole(p, "startPeriod").unwrap_or(0) <= into).filter(|_| !over)?;
        let named = whole(period, "numberPhases").unwrap_or(3).clamp(1, i64::from(phases));
        let limit = number(period, "limit").or(number(period, "setpoint"))?;
        Some(if self.unit == "W" { limit / 230.0 / named as f64 } else { limit })
    }
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Shelf(pub Vec<Held>);

impl Shelf {
    /// Puts a profile in. False: the rules refuse it.
    pub fn put(&mut self, new: Held, v2: bool) -> bool {
        let known =
            ["TxDefaultProfile", "TxProfile", "ChargingStationMaxProfile", "ChargingStationExternalConstraints"];
        let misplaced = (new.purpose == "ChargingStationMaxProfile" && new.connector != 0)
            || (new.is_of_a_session() && new.connector_of_session.is_none());
        if misplaced || !known.contains(&new.purpose.as_str()) {
            return false;
        }
        let excludes = |old: &Held| {
            let shared = old.is_default() && new.is_default() && old.level == new.level;
            old.same_place(&new) || (shared && (old.connector == 0 || new.connector == 0))
        };
        if v2 && self.0.iter().any(|old| old.id != new.id && excludes(old)) {
            return false;
        }
        self.0.retain(|old| old.id != new.id && !old.same_place(&new));
        self.0.push(new);
        true
    }

    /// Takes away what a ClearChargingProfile names, where a field that is `null` counts as none: was there any?
    pub fn clear(&mut self, payload: &Value, v2: bool) -> bool {
        let (criteria, id, connector) = match v2 {
            true => (&payload["chargingProfileCriteria"], "chargingProfileId", "evseId"),
            false => (payload, "id", "connectorId"),
        };
        let same = |object: &Value, key: &str, is: i64| object[key].is_null() || whole(object, key) == Some(is);
        let purpose = |held: &Held| match criteria["chargingProfilePurpose"].as_str() {
            Some("ChargePointMaxProfile") => held.purpose == "ChargingStationMaxProfile",
            Some(name) => held.purpose == name,
            None => true,
        };
        let named = |held: &Held| {
            same(payload, id, held.id)
                && same(criteria, connector, held.connector)
                && same(criteria, "stackLevel", held.level)
                && purpose(held)
        };
        let before = self.0.len();
        self.0.retain(|held| !named(held));
        self.0.len() < before
    }

    /// How many pieces of the cheap hours there are.
    pub fn hours(&self) -> usize {
        self.0.iter().filter(|held| held.is_hours()).count()
    }

    /// Does one of ours hold every session down on this connector?
    pub fn ours_stands(&self, connector: i64) -> bool {
        self.0.iter().any(|held| held.ours && held.stays() && [0, connector].contains(&held.connector))
    }

    /// Does anything hold every session down on this connector?
    pub fn anything_stands(&self, connector: i64) -> bool {
        self.0.iter().any(|held| held.stays() && [0, connector].contains(&held.connector))
    }

    /// Does a limit that has no end hold the charge that runs?
    pub fn stands_for_the_charge(&self) -> bool {
        let ends = |held: &Held| held.valid_from.is_some() || held.valid_to.is_some() || held.duration.is_some();
        let stays = |held: &Held| !ends(held) && (!held.is_test() || held.base_follows());
        self.0.iter().any(|held| held.is_of_a_session() && stays(held))
    }

    /// The limit in force, A per phase.
    pub fn amps(&self, now: Timestamp, session: Option<(i64, Timestamp)>, phases: u8) -> Option<f64> {
        let connector = session.map_or(1, |(connector, _)| connector);
        let of = |purpose: &str| {
            let here = self.0.iter().filter(|h| h.purpose == purpose && [0, connector].contains(&h.connector));
            let acting =
                here.filter_map(|h| Some(((h.level, h.connector), h.amps(now, session.map(|s| s.1), phases)?)));
            acting.max_by_key(|(rank, _)| *rank).map(|(_, amps)| amps)
        };
        let session_limit = of("TxProfile").or_else(|| of("TxDefaultProfile"));
        [session_limit, of("ChargingStationMaxProfile"), of("ChargingStationExternalConstraints")]
            .into_iter()
            .flatten()
            .reduce(f64::min)
    }
}
