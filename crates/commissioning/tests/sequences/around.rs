//! What happens around a person: the charger's moods, its own doings, the connection, the computer.

use std::time::Duration;

use chargehand_commissioning::check::limit_follows;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::limit::{Counts, Recipe, Terms};
use chargehand_commissioning::outcome::{Outcome, Verdict};
use chargehand_commissioning::report::{ConfigurationKey, ConfigurationSnapshot, LimitProof};
use chargehand_commissioning::units::Amperes;
use chargehand_ocpp::Version;
use jiff::SignedDuration;
use serde_json::json;

use crate::charger::{Charger, Meter, Mood};
use crate::dice::{Dice, THROWS};
use crate::shelf::Held;
use crate::world::{Death, World};

/// A charger as a story begins with it.
pub fn charger(dice: &mut Dice) -> Charger {
    let version = dice.pick(&[Version::V16, Version::V201, Version::V21]);
    let ahead = SignedDuration::from_secs(dice.pick(&[0, 0, 0, 37_800, -7200]));
    let mut charger = Charger::new(version, ahead, dice.pick(&[1, 3]));
    charger.obeys = !dice.chance(20);
    charger
}

/// How a story begins: mostly with a ceiling and a charger that is connected and charges.
pub async fn begins(world: &mut World, mut dice: Dice) {
    let begun = dice.pick(&[3, 6, 2, 4, 6, 5, 3, 6, 1, 0]);
    let v2 = world.bench().charger.version.is_v2();
    if dice.chance(15) {
        someone_elses_limit(world);
    }
    let keys = match v2 {
        true => [
            "SampledDataCtrlr.TxUpdatedInterval",
            "SmartChargingCtrlr.ProfileStackLevel",
            "SmartChargingCtrlr.RateUnit",
        ],
        false => ["MeterValueSampleInterval", "ChargeProfileMaxStackLevel", "ChargingScheduleAllowedChargingRateUnit"],
    };
    let values = ["10", dice.pick(&["8", "0"]), dice.pick(&["Current", "Current", "Power"])];
    let told = keys.iter().zip(values).map(|(key, value)| ((*key).to_owned(), value.to_owned()));
    world.bench().charger.settings = told.collect();
    let key = |(key, value): (&str, &str)| ConfigurationKey {
        key: key.into(),
        value: Some(value.into()),
        ..Default::default()
    };
    let keys = keys.into_iter().zip(values).map(key).collect();
    let snapshot = ConfigurationSnapshot { keys, ..Default::default() };
    let _ = world.link.keep(Event::Configuration { snapshot }).await;
    if begun >= 1 {
        crate::person::enters_a_ceiling(world, dice.clone()).await;
    }
    if begun >= 2 {
        world.tell("the charger connects");
        world.connects(true).await;
        world.rests(Duration::ZERO).await;
    }
    if [4, 6].contains(&begun) {
        let counts = dice.pick(&[Counts::Absolute, Counts::Relative]);
        was_proved(world, counts).await;
    }
    if begun >= 5 {
        crate::person::sets_a_permanent_limit(world, Dice::new([0; THROWS])).await;
        world.rests(Duration::from_secs(2)).await;
    }
    if [3, 4, 6].contains(&begun) {
        driver_starts(world, dice).await;
    }
}

/// An earlier check proved that it obeys, and falls back by itself: what a hold rests on.
pub async fn was_proved(world: &mut World, counts: Counts) {
    let Ok(record) = world.link.record().await else { return };
    let words = Recipe::default_on(0, counts).words(&Terms::of(&record, world.bench().now()));
    world.tell(format!("a check has proved before: {words}"));
    let passed = Outcome::new(Verdict::Passed, "It did.");
    let known = limit_follows::proof(Amperes::from_milliamps(10_000));
    let proof = LimitProof { recipe: words, outcome: passed.clone(), fallback: passed, ..known };
    let _ = world.link.keep(Event::Proved { proof: Box::new(proof) }).await;
}

fn someone_elses_limit(world: &mut World) {
    let mut bench = world.bench();
    let now = bench.now();
    let v2 = bench.charger.version.is_v2();
    let mut schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]});
    let mut profile =
        json!({"stackLevel": 0, "chargingProfileKind": "Relative", "chargingProfilePurpose": "TxDefaultProfile"});
    if v2 {
        schedule["id"] = 3.into();
        profile["id"] = 3.into();
        profile["chargingSchedule"] = json!([schedule]);
    } else {
        profile["chargingProfileId"] = 3.into();
        profile["chargingSchedule"] = schedule;
    }
    let held = Held { ours: false, ..Held::read(&profile, 0, now, SignedDuration::ZERO).unwrap() };
    bench.charger.shelf.put(held, v2);
    bench.tell("somebody else left 10 A in the charger");
}

pub async fn waits(world: &mut World, mut dice: Dice) {
    let seconds = dice.pick(&[0, 1, 5, 12, 25, 70, 200]);
    world.rests(Duration::from_secs(seconds)).await;
}

/// Long enough for anything that ends by itself. Nobody measures meanwhile.
pub async fn waits_long(world: &mut World, mut dice: Dice) {
    // A step that looks at the charger every few seconds shows nothing more in a day.
    let busy = world.steps.iter().any(|step| !step.is_finished());
    let seconds = dice.pick(if busy { &[700, 700, 700] } else { &[700, 2000, 100_000] });
    world.tell(format!("{seconds} s pass"));
    world.bench().charger.metering = false;
    world.rests(Duration::from_secs(seconds)).await;
    world.bench().charger.metering = true;
}

pub async fn mood(world: &mut World, mut dice: Dice) {
    let done = !dice.chance(40);
    let moods = [
        Mood::Silent(done),
        Mood::Rejects,
        Mood::Garbage(done),
        Mood::Late(done),
        Mood::Errs,
        Mood::NotSupported,
        Mood::Twice,
        Mood::Names(dice.pick(&[0, 6, 63])),
        Mood::Leaves,
    ];
    let (mood, moody) = (dice.pick(&moods), dice.pick(&[1, 1, 2, 5]));
    let mut bench = world.bench();
    (bench.charger.mood, bench.charger.moody) = (mood, moody);
    bench.tell(format!("the charger's next {moody} answers about limits: {mood:?}"));
}

pub async fn driver_starts(world: &mut World, _: Dice) {
    world.tell("a driver starts a charge");
    {
        let mut bench = world.bench();
        let now = bench.now();
        bench.charger.begins("DRIVER", 1, now);
    }
    world.speaks().await;
}

pub async fn driver_stops(world: &mut World, mut dice: Dice) {
    let again = dice.chance(25);
    world.tell(if again { "the charger tells an old end once more" } else { "the driver stops the charge" });
    {
        let mut bench = world.bench();
        let now = bench.now();
        match again {
            true => bench.charger.says_the_end(now),
            false => bench.charger.ends(now),
        }
    }
    world.speaks().await;
}

pub async fn meter(world: &mut World, mut dice: Dice) {
    let meters = [Meter::EachPhase, Meter::Total, Meter::PowerOnly, Meter::Garbage, Meter::Old];
    let (meter, phases) = (dice.pick(&meters), dice.pick(&[1, 3]));
    let mut bench = world.bench();
    bench.tell(format!("the meter shows {meter:?} from now on, and the next car takes {phases} phases"));
    bench.charger.meter = meter;
    if bench.charger.session.is_none() {
        bench.charger.phases = phases;
    }
}

/// The charger asks us for the limit of a dynamic profile.
pub async fn pulls(world: &mut World, _: Dice) {
    world.bench().charger.pulls();
    world.speaks().await;
}

pub async fn talks_nonsense(world: &mut World, mut dice: Dice) {
    let nonsense: &[u8] =
        dice.pick(&[&b"rubbish"[..], b"[]", b"[3,\"x\",{}]", b"[2,\"y\",\"Nope\",{}]", b"\xff\xfe", b"[3,null,null]"]);
    world.says_bytes(nonsense.into()).await;
}

/// It starts anew; some forget every limit by that.
pub async fn reboots(world: &mut World, mut dice: Dice) {
    let (forgets, boots) = (dice.chance(40), !dice.chance(30));
    world.tell(if forgets {
        "the charger starts anew and has forgotten every limit"
    } else {
        "the charger starts anew"
    });
    world.breaks().await;
    {
        let mut bench = world.bench();
        let now = bench.now();
        bench.charger.ends(now);
        if forgets {
            bench.charger.shelf.0.clear();
            bench.charger.forgot = true;
        }
    }
    world.rests(Duration::from_secs(5)).await;
    world.connects(boots).await;
    world.speaks().await;
}

/// It takes another time, as with the answer to a boot, or where the wall's clock changes, and says so at once.
pub async fn sets_its_clock(world: &mut World, mut dice: Dice) {
    let ahead = SignedDuration::from_secs(dice.pick(&[0, 3600, -7200, 37_800, -60]));
    let frame = {
        let mut bench = world.bench();
        if bench.plugged.is_none() || bench.dies.is_some() {
            return;
        }
        bench.tell(format!("the charger's clock is {ahead:?} ahead from now on"));
        let now = bench.now();
        bench.charger.sets_its_clock(ahead);
        bench.charger.status(now)
    };
    world.says(frame).await;
}

pub async fn breaks(world: &mut World, _: Dice) {
    world.tell("the connection breaks");
    world.breaks().await;
}

pub async fn connects(world: &mut World, mut dice: Dice) {
    let boots = dice.chance(50);
    if dice.chance(10) && world.bench().charger.session.is_none() {
        let version = dice.pick(&[Version::V201, Version::V16, Version::V21]);
        world.bench().charger.version = version;
    }
    let version = world.bench().charger.version;
    world.tell(format!("the charger connects and speaks {version}"));
    world.connects(boots).await;
    world.speaks().await;
}

/// The computer is switched off, in one of the next commits or between two.
pub async fn dies(world: &mut World, mut dice: Dice) {
    let death = Death { commits: dice.pick(&[0, 1, 2, 3, 5, 8, 13]), committed: dice.chance(50) };
    if dice.chance(30) {
        world.tell("the program is killed");
        return world.starts_again().await;
    }
    world.tell(format!("the program is going to die: {death:?}"));
    world.bench().dies = Some(death);
}
