//! The cases: every single profile, every two together, and stories told by dice that always fall the same.

use super::oracle::{Kind, Limit, Names, Purpose, Unit};
use super::{Case, Step};
use chargehand_simulator::Version;

/// When the car comes, and when the first profile does.
const PLUG: i64 = 5;
const SET: i64 = 20;
const DAY: i64 = 86_400;

/// Unit, numberPhases, and the phases that the charger is wired to.
const WIRINGS: &[(Unit, Option<u8>, u8)] = &[
    (Unit::A, None, 1),
    (Unit::A, Some(3), 3),
    (Unit::A, Some(1), 1),
    (Unit::A, Some(3), 1),
    (Unit::W, None, 1),
    (Unit::W, None, 3),
    (Unit::W, Some(1), 1),
    (Unit::W, Some(3), 3),
    (Unit::W, Some(1), 3),
];

/// Where a profile goes.
const PLACES: &[(Purpose, i64)] =
    &[(Purpose::Station, 0), (Purpose::Default, 0), (Purpose::Default, 1), (Purpose::Tx, 1)];

fn kinds(version: Version) -> &'static [Kind] {
    let all = &[Kind::Absolute, Kind::Daily, Kind::Weekly, Kind::Relative, Kind::Dynamic];
    if version == Version::V21 { all } else { &all[..4] }
}

/// A limit of so many amperes, written in the unit.
fn value(amps: f64, unit: Unit, phases: Option<u8>, wired: u8) -> f64 {
    match unit {
        Unit::A => amps,
        Unit::W => (amps * 230.0 * f64::from(phases.unwrap_or(3).max(wired)) * 10.0).round() / 10.0,
    }
}

fn limit(id: i64, (purpose, connector): (Purpose, i64), kind: Kind, amps: &[(i64, f64)]) -> Limit {
    Limit {
        id,
        purpose,
        connector,
        level: 1,
        kind,
        start: match kind {
            Kind::Absolute => Some(40),
            Kind::Daily => Some(40 - 2 * DAY),
            Kind::Weekly => Some(40 - 3 * 7 * DAY),
            Kind::Relative | Kind::Dynamic => None,
        },
        duration: None,
        unit: Unit::A,
        phases: None,
        periods: amps.to_vec(),
        from: None,
        to: None,
        max_offline: None,
        ends_offline: false,
        names: Names::Running,
    }
}

/// One profile: place × kind × duration × validity, each with several units and phases in turn.
pub fn singles(version: Version) -> Vec<Case> {
    let priority = (version == Version::V21).then_some((Purpose::Priority, 1));
    let mut cases = Vec::new();
    for place in PLACES.iter().copied().chain(priority) {
        for kind in kinds(version) {
            for duration in [None, Some(200)] {
                for window in [(None, None), (Some(70), Some(190))] {
                    for _ in 0..2 {
                        let (unit, phases, wired) = WIRINGS[cases.len() % WIRINGS.len()];
                        let periods: &[(i64, f64)] =
                            if *kind == Kind::Dynamic { &[(0, 10.0)] } else { &[(0, 10.0), (90, 16.0), (150, 5.0)] };
                        let single = limit(1, place, *kind, periods);
                        let periods =
                            single.periods.iter().map(|(from, amps)| (*from, value(*amps, unit, phases, wired)));
                        let periods = periods.collect();
                        let (from, to) = window;
                        let single = Limit { duration, unit, phases, periods, from, to, ..single };
                        let mut steps = vec![(PLUG, Step::Plug), (SET, Step::Set(single))];
                        if place.0 == Purpose::Priority {
                            steps.push((SET + 5, Step::Prioritise(true)));
                        }
                        cases.push(Case { version, wired, steps, until: 320, horizon: 600 });
                    }
                }
            }
        }
    }
    cases
}

/// Two profiles: places × levels × whether the first one ends × whether they overlap.
pub fn pairs(version: Version) -> Vec<Case> {
    let mut cases = Vec::new();
    for first in PLACES {
        for second in PLACES {
            for levels in [(1, 2), (2, 1), (2, 2)] {
                for (duration, start) in [(None, 30), (Some(100), 30), (Some(100), 200)] {
                    let one = limit(1, *first, Kind::Absolute, &[(0, 10.0)]);
                    let two = limit(2, *second, Kind::Absolute, &[(0, 16.0), (60, 8.0)]);
                    let one = Limit { level: levels.0, duration, ..one };
                    let two = Limit { level: levels.1, start: Some(start), ..two };
                    let steps = vec![
                        (PLUG, Step::Plug),
                        (SET, Step::Set(one)),
                        (SET + 5, Step::Set(two)),
                        (250, Step::Clear(2)),
                    ];
                    cases.push(Case { version, wired: 1, steps, until: 290, horizon: 400 });
                }
            }
        }
    }
    cases
}

/// A story of several profiles and of what happens meanwhile.
pub fn stories(version: Version, number: u64) -> Vec<Case> {
    (0..number).map(|seed| story(version, Dice(seed * 7_919 + 17))).collect()
}

fn story(version: Version, mut dice: Dice) -> Case {
    let wired = dice.pick(&[1, 3]);
    let mut steps = vec![(PLUG, Step::Plug)];
    let (mut now, mut connected, mut plugged) = (PLUG, true, true);
    for id in 1..10 {
        now += dice.between(8, 90);
        let step = match dice.between(0, 13) {
            0 if plugged => Step::Unplug,
            1 | 2 if connected => Step::Lose,
            3 if connected => Step::Reboot,
            13 if connected => Step::Power,
            4 => Step::Clear(dice.between(1, id)),
            5 if version == Version::V21 => Step::Renew(dice.between(1, id), 12.0),
            6 | 7 if version == Version::V21 && plugged => Step::Prioritise(dice.between(0, 2) > 0),
            _ => Step::Set(dice.limit(version, id, now, wired)),
        };
        if !connected {
            steps.push((now, Step::Find));
            (connected, now) = (true, now + dice.between(1, 60));
        }
        if !plugged {
            steps.push((now, Step::Plug));
            (plugged, now) = (true, now + dice.between(1, 20));
        }
        match step {
            Step::Unplug => plugged = false,
            Step::Lose => connected = false,
            _ => {}
        }
        let is_power = matches!(step, Step::Power);
        steps.push((now, step));
        now += if is_power { 35 } else { 0 };
    }
    Case { version, wired, steps, until: now + 200, horizon: 900 }
}

/// A row of numbers that look as if they were thrown, and are the same each time.
struct Dice(u64);

impl Dice {
    /// From `least` to `most`, both included.
    fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        least + ((self.0 >> 33) % (most - least + 1) as u64) as i64
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.between(0, of.len() as i64 - 1) as usize]
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        (self.between(0, 2) == 0).then(|| value(self))
    }

    fn limit(&mut self, version: Version, id: i64, now: i64, wired: u8) -> Limit {
        let mut places = vec![
            (Purpose::Station, 0),
            (Purpose::Default, 0),
            (Purpose::Default, 0),
            (Purpose::Default, 1),
            (Purpose::Tx, 1),
            (Purpose::Tx, 1),
            (Purpose::Tx, 0),
            (Purpose::Station, 1),
        ];
        if version.is_v2() {
            places.push((Purpose::External, 0));
        }
        if version == Version::V21 {
            places.extend([(Purpose::Priority, 0), (Purpose::Priority, 1), (Purpose::Priority, 1)]);
        }
        let (place, kind) = (self.pick(&places), self.pick(kinds(version)));
        let (unit, phases) = (self.pick(&[Unit::A, Unit::W]), self.pick(&[None, Some(1), Some(3)]));
        let mut at = 0;
        let several = if kind == Kind::Dynamic { 0 } else { self.between(0, 3) };
        let mut periods = Vec::new();
        for _ in 0..=several {
            let amps = self.pick(&[0.0, 5.9, 6.1, 8.5, 10.0, 13.3, 16.0, 24.0, 31.9, 40.0]);
            periods.push((at, value(amps, unit, phases, wired)));
            at += self.between(10, 120);
        }
        let untimed = matches!(kind, Kind::Relative | Kind::Dynamic);
        let strange = self.between(0, 11) == 0;
        let back = match kind {
            Kind::Daily => DAY,
            Kind::Weekly => 7 * DAY,
            _ => 0,
        };
        let start = now + self.between(-200, 100) - back * self.between(0, 3);
        let no_offline = version != Version::V21;
        Limit {
            level: if strange { self.pick(&[0, 8, 9]) } else { self.between(0, 2) },
            start: if untimed == strange { Some(start) } else { None },
            duration: self.maybe(|dice| dice.between(20, 400)),
            unit,
            phases,
            from: self.maybe(|dice| now + dice.between(-50, 100)),
            to: self.maybe(|dice| now + dice.between(50, 300)),
            max_offline: self.maybe(|dice| dice.pick(&[0, 20, 60])).filter(|_| !no_offline),
            ends_offline: self.between(0, 1) == 0 && !no_offline,
            names: self.pick(&[Names::Running, Names::Running, Names::Running, Names::Another, Names::Nothing]),
            ..limit(id, place, kind, &periods)
        }
    }
}
