//! The smart-charging matrix: purposes, kinds, stack levels, units, phases, durations, validity and their overlaps in
//! every version, each case against an oracle that is written apart from the simulator. What counts is what the charger
//! offers and what the car draws over time, and what the composite schedule promises.

mod cases;
mod oracle;
mod written;

use crate::bench::{Answer, Bench, START};
use crate::books;
use chargehand_simulator::{Act, Behaviour, CarMake, RateUnit, Version};
use jiff::Timestamp;
use oracle::{Limit, World};
use serde_json::{Value, json};

const PLATE: f64 = 32.0;
/// How long a car takes to follow, generously, in seconds.
const FOLLOWS: i64 = 15;

#[derive(Debug, Clone)]
enum Step {
    Plug,
    Unplug,
    Set(Limit),
    Clear(i64),
    /// 2.1: a new value for a dynamic profile.
    Renew(i64, f64),
    Prioritise(bool),
    Lose,
    Find,
    Reboot,
    /// The power is gone for a while.
    Power,
}

#[derive(Debug)]
struct Case {
    version: Version,
    wired: u8,
    /// What happens at which second.
    steps: Vec<(i64, Step)>,
    until: i64,
    /// How far composite schedules look.
    horizon: i64,
}

/// A case while it is told.
struct Telling<'a> {
    case: &'a Case,
    bench: Bench,
    world: World,
    /// What has to be offered at each second; nothing at those at which something happens.
    expected: Vec<Option<f64>>,
}

/// Tells a case; how many readings were compared.
fn tell(case: &Case) -> usize {
    let behaviour = Behaviour {
        version: case.version,
        phases: case.wired,
        car: CarMake { amps: PLATE, phases: case.wired, ..<_>::default() },
        nameplate_amps: PLATE,
        rate_unit: RateUnit::Both,
        starts_by_itself: true,
        meter_interval_s: 11,
        ..<_>::default()
    };
    let world = World::new(case.version, case.wired, PLATE);
    let mut telling = Telling { case, bench: Bench::booted(behaviour), world, expected: Vec::new() };
    for (at, step) in &case.steps {
        telling.goes_on(*at);
        telling.happens(*at, step);
        telling.promises();
    }
    telling.goes_on(case.until);
    telling.compared()
}

impl Telling<'_> {
    fn goes_on(&mut self, until: i64) {
        let now = self.expected.len() as i64;
        self.expected.extend((now..until).map(|second| Some(self.world.offered(second))));
        let at = self.bench.now.duration_since(START.parse().unwrap()).as_secs();
        self.bench.run(until - at);
    }

    fn happens(&mut self, now: i64, step: &Step) {
        self.expected.push(None);
        let (bench, world) = (&mut self.bench, &mut self.world);
        match step {
            Step::Plug => {
                bench.plug();
                world.session = Some(now);
            }
            Step::Unplug => {
                bench.unplug();
                world.ended();
            }
            Step::Lose => {
                bench.disconnect();
                world.lost = Some(now);
            }
            Step::Find => {
                bench.connect();
                world.found(now);
            }
            Step::Reboot => {
                let kind = if self.case.version.is_v2() { "Immediate" } else { "Hard" };
                assert_eq!(bench.call("Reset", json!({ "type": kind })).status(), "Accepted");
                bench.disconnect();
                bench.connect();
                world.ended();
                // it starts by itself, and the car is plugged in
                world.session = Some(now);
            }
            Step::Power => self.loses_power(now),
            _ => self.is_asked(now, step),
        }
    }

    /// The charger is without power for half a minute and 5 s later back.
    fn loses_power(&mut self, now: i64) {
        let (bench, world) = (&mut self.bench, &mut self.world);
        bench.act(Act::Breaker { on: false });
        world.ended();
        world.lost = Some(now);
        bench.run(30);
        bench.act(Act::Breaker { on: true });
        bench.run(5);
        bench.connect();
        world.found(now + 35);
        world.session = Some(now + 35);
        self.expected.extend([None; 35]);
    }

    fn is_asked(&mut self, now: i64, step: &Step) {
        let (version, transaction) = (self.case.version, books::transaction(&self.bench));
        let (action, payload, wanted) = match step {
            Step::Set(limit) => {
                let verdict = self.world.set(limit, now);
                ("SetChargingProfile", written::set(version, limit, &transaction), verdict.map(|()| "Accepted"))
            }
            Step::Clear(id) => {
                let name = if version.is_v2() { "chargingProfileId" } else { "id" };
                let found = if self.world.clear(*id) { "Accepted" } else { "Unknown" };
                ("ClearChargingProfile", json!({ name: id }), Ok(found))
            }
            Step::Renew(id, value) => {
                let payload = json!({ "chargingProfileId": id, "scheduleUpdate": { "limit": value } });
                let found = self.world.renew(*id, *value, now);
                ("UpdateDynamicSchedule", payload, if found { Ok("Accepted") } else { Err("K28: there is none") })
            }
            Step::Prioritise(on) => {
                let payload = json!({ "transactionId": transaction, "activate": on });
                let taken = if self.world.prioritise(*on) { "Accepted" } else { "NoProfile" };
                ("UsePriorityCharging", payload, Ok(taken))
            }
            _ => unreachable!("told by happens"),
        };
        let answer = self.bench.call(action, payload);
        assert_eq!(answer.status(), wanted.unwrap_or("Rejected"), "{wanted:?} at {now}: {step:?} in {:#?}", self.case);
    }

    /// The composite schedule is what is going to be offered, second by second, as far as nothing else happens.
    fn promises(&mut self) {
        let now = self.expected.len() as i64 - 1;
        if self.world.session.is_none() || self.world.lost.is_some() {
            return;
        }
        let v2 = self.case.version.is_v2();
        let place = if v2 { "evseId" } else { "connectorId" };
        let asked = json!({ place: 1, "duration": self.case.horizon, "chargingRateUnit": "A" });
        let Answer::Result(answer) = self.bench.call("GetCompositeSchedule", asked) else { panic!("{:#?}", self.case) };
        let schedule = &answer[if v2 { "schedule" } else { "chargingSchedule" }];
        let periods = schedule["chargingSchedulePeriod"].as_array().unwrap();
        for second in 0..self.case.horizon {
            let is_past = |period: &&Value| period["startPeriod"].as_i64().unwrap() <= second;
            let promised = periods.iter().rfind(is_past).unwrap()["limit"].as_f64().unwrap();
            // the schema of 1.6 allows one decimal, and a limit is not rounded up
            let wanted = (self.world.limit(now + second) * 10.0 + 1e-6).floor() / 10.0;
            assert!(
                (promised - wanted).abs() < 1e-9,
                "promised {promised} A, not {wanted} A, {second} s after {now}: {schedule} in {:#?}",
                self.case
            );
        }
    }

    /// Each periodic reading shows what was to be offered, and what the car made of it.
    fn compared(self) -> usize {
        let readings = readings(&self.bench);
        let mut compared = 0;
        for (at, offered, drawn) in readings {
            let Some(Some(wanted)) = self.expected.get(at as usize) else { continue };
            let before = &self.expected[(at - FOLLOWS).max(0) as usize..at as usize];
            let has_followed = before.iter().all(|earlier| *earlier == Some(*wanted));
            let draws_it = !has_followed || (drawn - wanted).abs() < 0.06;
            assert!(
                (offered - wanted).abs() < 0.06 && draws_it,
                "offers {offered} A and draws {drawn} A, not {wanted} A, at {at} in {:#?}",
                self.case
            );
            compared += 1;
        }
        compared
    }
}

/// Every periodic reading: second, amperes offered, amperes drawn on L1.
fn readings(bench: &Bench) -> Vec<(i64, f64, f64)> {
    let start: Timestamp = START.parse().unwrap();
    let values = bench.said.iter().filter_map(|said| said.payload["meterValue"].get(0));
    let periodic = values.filter(|value| value["sampledValue"][0]["context"] == "Sample.Periodic");
    periodic
        .map(|value| {
            let at: Timestamp = value["timestamp"].as_str().unwrap().parse().unwrap();
            let shown = |measurand: &str| {
                let samples = value["sampledValue"].as_array().unwrap();
                let its = &samples.iter().find(|sample| sample["measurand"] == measurand).unwrap()["value"];
                its.as_f64().or_else(|| its.as_str()?.parse().ok()).unwrap()
            };
            (at.duration_since(start).as_secs(), shown("Current.Offered"), shown("Current.Import"))
        })
        .collect()
}

/// Tells all cases; every one has readings that were compared.
fn tells(cases: Vec<Case>) -> usize {
    for case in &cases {
        assert!(tell(case) > 0, "nothing was compared in {case:#?}");
    }
    cases.len()
}

#[test]
fn every_single_profile_does_what_the_specification_says() {
    assert_eq!(Version::ALL.map(|version| tells(cases::singles(version))), [128, 128, 200]);
}

#[test]
fn every_two_profiles_do_together_what_the_specification_says() {
    assert_eq!(Version::ALL.map(|version| tells(cases::pairs(version))), [144, 144, 144]);
}

#[test]
fn profiles_do_what_the_specification_says_whatever_happens_meanwhile() {
    assert_eq!(Version::ALL.map(|version| tells(cases::stories(version, 40))), [40, 40, 40]);
}
