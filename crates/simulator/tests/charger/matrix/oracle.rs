//! What a charger has to offer, worked out slowly and plainly, one second at a time, and apart from the simulator's code.
//! Every rule names where it stands: OCPP16 is the 1.6 specification, ERR16 its errata sheet, K… a requirement of 2.x.
//! Times are whole seconds since the story began.

use chargehand_simulator::Version;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Station,
    Default,
    Tx,
    Priority,
    External,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Absolute,
    Daily,
    Weekly,
    Relative,
    Dynamic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    A,
    W,
}

/// A charging profile, whatever version it is written in.
#[derive(Debug, Clone)]
pub struct Limit {
    pub id: i64,
    pub purpose: Purpose,
    pub connector: i64,
    pub level: i64,
    pub kind: Kind,
    pub start: Option<i64>,
    pub duration: Option<i64>,
    pub unit: Unit,
    pub phases: Option<u8>,
    /// From second, value.
    pub periods: Vec<(i64, f64)>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub max_offline: Option<i64>,
    pub ends_offline: bool,
    /// Which transaction a TxProfile names: the running one, another one, or none.
    pub names: Names,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Running,
    Another,
    Nothing,
}

#[derive(Debug)]
struct Held {
    limit: Limit,
    renewed: i64,
}

/// What there is to know about a charger for saying what it has to offer.
#[derive(Debug)]
pub struct World {
    version: Version,
    /// Phases it is wired to.
    wired: u8,
    /// What the type plate allows, in amperes.
    plate: f64,
    held: Vec<Held>,
    /// When the running transaction began.
    pub session: Option<i64>,
    /// When the connection was lost.
    pub lost: Option<i64>,
    priority: bool,
}

impl World {
    pub fn new(version: Version, wired: u8, plate: f64) -> World {
        World { version, wired, plate, held: Vec::new(), session: None, lost: None, priority: false }
    }

    /// What the charger offers at a second, in amperes per phase.
    pub fn offered(&self, now: i64) -> f64 {
        let amps = self.limit(now);
        // nothing is offered without a transaction; IEC 61851-1: the control pilot cannot say less than 6 A
        if self.session.is_none() || amps < 6.0 { 0.0 } else { amps }
    }

    /// The limit at a second: what the composite schedule shows.
    pub fn limit(&self, now: i64) -> f64 {
        // OCPP16 3.13.2, 2.x K01: the minimum across purposes, and never more than the charger can
        let mut least = self.plate;
        if let Some(amps) = self.highest(now, Purpose::Station, 0) {
            least = least.min(amps);
        }
        if let Some(amps) = self.of_session(now) {
            least = least.min(amps);
        }
        least
    }

    fn of_session(&self, now: i64) -> Option<f64> {
        // 2.1 K21: priority charging overrules the transaction's own profile and the default
        if self.priority {
            for connector in [1, 0] {
                if let Some(amps) = self.highest(now, Purpose::Priority, connector) {
                    return Some(amps);
                }
            }
        }
        // OCPP16 3.13.1: a TxProfile overrules the default while it is in force
        if let Some(amps) = self.highest(now, Purpose::Tx, 1) {
            return Some(amps);
        }
        // ERR16 3.8: a default for the connector overrules the one for all
        if let Some(amps) = self.highest(now, Purpose::Default, 1) {
            return Some(amps);
        }
        self.highest(now, Purpose::Default, 0)
    }

    /// OCPP16 3.13.2: within a purpose the highest stack level that is valid now.
    fn highest(&self, now: i64, purpose: Purpose, connector: i64) -> Option<f64> {
        let mut found: Option<(i64, f64)> = None;
        for held in &self.held {
            if held.limit.purpose != purpose || held.limit.connector != connector {
                continue;
            }
            let Some(amps) = self.value(held, now) else { continue };
            if found.is_none_or(|(level, _)| held.limit.level > level) {
                found = Some((held.limit.level, amps));
            }
        }
        found.map(|(_, amps)| amps)
    }

    /// What one profile comes to at a second, in amperes per phase; nothing when it is not in force.
    fn value(&self, held: &Held, now: i64) -> Option<f64> {
        let limit = &held.limit;
        // OCPP16 7.8, K01: valid from validFrom on and until validTo
        if limit.from.is_some_and(|from| now < from) || limit.to.is_some_and(|to| now >= to) {
            return None;
        }
        // 2.1 K01.FR.101: not valid once the connection has been gone for longer than maxOfflineDuration
        if let (Some(lost), Some(most)) = (self.lost, limit.max_offline)
            && now - lost > most
        {
            return None;
        }
        let mut start = match limit.kind {
            // OCPP16 7.13: without startSchedule it is relative to the start of charging
            Kind::Absolute | Kind::Daily | Kind::Weekly => limit.start.or(self.session)?,
            Kind::Relative => self.session?,
            // 2.1 K28: from when the value came
            Kind::Dynamic => held.renewed,
        };
        let round = match limit.kind {
            Kind::Daily => 86_400,
            Kind::Weekly => 7 * 86_400,
            _ => 0,
        };
        while round > 0 && start + round <= now {
            start += round;
        }
        if now < start {
            return None;
        }
        // OCPP16 5.16.4: duration over, and a lower stack level takes over
        if limit.duration.is_some_and(|duration| now >= start + duration) {
            return None;
        }
        let mut value = None;
        for (from, its) in &limit.periods {
            if start + from <= now {
                value = Some(*its);
            }
        }
        Some(self.per_phase(limit, value?))
    }

    fn per_phase(&self, limit: &Limit, value: f64) -> f64 {
        match limit.unit {
            // OCPP16 7.14, ERR16 3.34: per phase, on the phases there are
            Unit::A => value,
            // ERR16 3.68: the total, at the set 230 V over numberPhases, which means three when it is absent. A charger
            // that cannot switch phases feeds all the car draws from (here all it is wired to), and the total still counts.
            Unit::W => value / 230.0 / f64::from(limit.phases.unwrap_or(3).max(self.wired)),
        }
    }

    /// Whether a profile has to be taken; if not, the rule that forbids it.
    pub fn judge(&self, limit: &Limit) -> Result<(), &'static str> {
        let v16 = self.version == Version::V16;
        let no = |broken: bool, rule: &'static str| if broken { Err(rule) } else { Ok(()) };
        no(limit.purpose == Purpose::External, "K01.FR.22: external constraints are not the endpoint's to set")?;
        let is_station = limit.purpose == Purpose::Station;
        no(is_station && limit.connector != 0, "OCPP16 3.13.1, K01.FR.38: the station's maximum is for 0 only")?;
        no(!v16 && is_station && limit.kind == Kind::Relative, "K01.FR.38: and not relative")?;
        if limit.purpose == Purpose::Tx {
            no(self.session.is_none() || limit.connector == 0, "OCPP16 5.16.2: a running transaction on a connector")?;
            no(limit.names == Names::Another, "OCPP16 5.16.2, K01.FR.33: the one that runs")?;
            no(!v16 && limit.names == Names::Nothing, "K01.FR.03: named")?;
            no(v16 && (limit.from.is_some() || limit.to.is_some()), "OCPP16 7.8: not with validFrom, validTo")?;
        }
        no(limit.purpose == Purpose::Priority && limit.duration.is_some(), "K01.FR.70: priority has no duration")?;
        no(limit.periods.first().is_none_or(|(from, _)| *from != 0), "OCPP16 7.14, K01.FR.31: the first starts at 0")?;
        no(limit.periods.windows(2).any(|two| two[1].0 <= two[0].0), "K01.FR.35: periods rise")?;
        let recurs = matches!(limit.kind, Kind::Daily | Kind::Weekly);
        no(v16 && recurs && limit.start.is_none(), "OCPP16 7.13: a recurring one starts somewhere")?;
        let timed = recurs || limit.kind == Kind::Absolute;
        no(!v16 && timed && limit.start.is_none(), "K01.FR.40: startSchedule is needed")?;
        no(!v16 && limit.kind == Kind::Relative && limit.start.is_some(), "K01.FR.41: and must not be there")?;
        no(limit.kind == Kind::Dynamic && limit.periods.len() != 1, "K28.FR.01: a dynamic one has one period")?;
        no(limit.level > 8, "OCPP16 9.4, ProfileStackLevel: the highest level is 8")?;
        no(!v16 && self.held.iter().any(|held| rivals(&held.limit, limit)), "K01.FR.06, 39, 52, 53: one for each level")
    }

    /// A profile arrives; it is held when it has to be.
    pub fn set(&mut self, limit: &Limit, now: i64) -> Result<(), &'static str> {
        self.judge(limit)?;
        let v16 = self.version == Version::V16;
        self.held.retain(|held| {
            let its = &held.limit;
            let same_place = (its.purpose, its.level, its.connector) == (limit.purpose, limit.level, limit.connector);
            // OCPP16 5.16.3: the same id, or in 1.6 the same purpose and level; 2.x K01.FR.05: the same id
            !(its.id == limit.id || v16 && same_place)
        });
        self.held.push(Held { limit: limit.clone(), renewed: now });
        Ok(())
    }

    /// ClearChargingProfile with an id: whether there was one.
    pub fn clear(&mut self, id: i64) -> bool {
        let before = self.held.len();
        self.held.retain(|held| held.limit.id != id);
        self.held.len() < before
    }

    /// 2.1 K28: a dynamic profile gets a new value; whether there is one of this id.
    pub fn renew(&mut self, id: i64, value: f64, now: i64) -> bool {
        for held in &mut self.held {
            if held.limit.id == id && held.limit.kind == Kind::Dynamic {
                held.renewed = now;
                held.limit.periods = vec![(0, value)];
                return true;
            }
        }
        false
    }

    /// 2.1 K21: priority charging is switched; whether there is a profile for it.
    pub fn prioritise(&mut self, on: bool) -> bool {
        let is_there = self.held.iter().any(|held| held.limit.purpose == Purpose::Priority);
        self.priority = on && is_there;
        is_there || !on
    }

    /// The connection is back. 2.1 K01.FR.102: what was not to outlast its loss is gone.
    pub fn found(&mut self, now: i64) {
        let Some(lost) = self.lost.take() else { return };
        self.held.retain(|held| {
            let limit = &held.limit;
            !(limit.ends_offline && limit.max_offline.is_some_and(|most| now - lost > most))
        });
    }

    /// The transaction is over: its own profiles go with it, and so does priority. ERR16 3.37: all others stay, also
    /// over a reboot.
    pub fn ended(&mut self) {
        (self.session, self.priority) = (None, false);
        self.held.retain(|held| held.limit.purpose != Purpose::Tx);
    }
}

/// Two profiles of which 2.x allows only one.
fn rivals(held: &Limit, limit: &Limit) -> bool {
    let apart = |a: &Limit, b: &Limit| matches!((a.to, b.from), (Some(to), Some(from)) if to <= from);
    let overlap = !apart(held, limit) && !apart(limit, held);
    let same_place = held.connector == limit.connector && overlap;
    let all_and_one = held.connector != limit.connector && limit.purpose == Purpose::Default;
    held.id != limit.id && held.purpose == limit.purpose && held.level == limit.level && (same_place || all_and_one)
}
