//! What crosses of practice: what can be practised, a simulated charger as it stands, and what a person does at it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What can be practised.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShelfView {
    /// Chargers, those of the specification first.
    pub personalities: Vec<PersonalityView>,
    /// Cars, the one to begin with first.
    pub cars: Vec<CarView>,
    /// Guided exercises, in their order.
    pub exercises: Vec<ExerciseView>,
}

/// A charger that can be practised on.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonalityView {
    /// Its name, the key.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it is named after.
    pub group: GroupView,
    /// The number of the field problem, `P01` to `P40`.
    pub problem: Option<String>,
    /// What it does.
    pub summary: String,
    /// The OCPP version it speaks: `1.6`, `2.0.1` or `2.1`.
    pub version: String,
    /// It comes to our endpoint. One that does not shows what there is to see then.
    pub connects: bool,
    /// What is known of what it is named after.
    pub facts: Vec<FactView>,
    /// What is not known, and how it behaves there, as sentences.
    pub assumed: Vec<String>,
}

/// What a personality is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GroupView {
    /// The specification.
    Specification,
    /// A charger that people own.
    Charger,
    /// A problem seen in the field.
    Problem,
}

/// Something known.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FactView {
    /// As a sentence.
    pub what: String,
    /// Where it was read.
    pub source: String,
    /// When that was written or read.
    pub date: String,
    /// How sure it is.
    pub confidence: ConfidenceView,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConfidenceView {
    /// The maker's or the standard's own text, or running code.
    High,
    /// One secondary source.
    Medium,
    /// Said once.
    Low,
    /// Looked for and not found.
    Unknown,
}

/// A car to practise with.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CarView {
    /// Its name, the key.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it is like.
    pub summary: String,
}

/// A guided exercise.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExerciseView {
    /// Its name, the key.
    pub id: String,
    /// What it is about; does not give the answer away.
    pub title: String,
    /// What to find out.
    pub task: String,
    /// Where to look.
    pub hint: String,
    /// The answers to choose from; the first is 0.
    pub choices: Vec<String>,
    /// It was answered rightly, now or before.
    pub solved: bool,
}

/// How an answer to an exercise was.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JudgementView {
    /// It was right.
    pub right: bool,
    /// Why, and what it means on a site; empty where it was wrong.
    pub explanation: String,
    /// What should be seen, and where in the window; where the answer was wrong, where to look.
    pub evidence: String,
}

/// What a person does at the simulated charger, or what happens around it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ActView {
    /// Plug the car in.
    Plug,
    /// Pull the plug.
    Unplug,
    /// Turn the charger's breaker.
    Breaker {
        /// On, or off.
        on: bool,
    },
    /// Pull its network, or bring it back.
    Network {
        /// It is there.
        up: bool,
    },
    /// What the house takes.
    House {
        /// W.
        watts: u32,
    },
    /// What the sun gives.
    Sun {
        /// W.
        watts: u32,
    },
    /// Bring another car; it waits until it is plugged in.
    Car {
        /// Its name.
        name: String,
    },
    /// Present a tag.
    Tag {
        /// Its text.
        text: String,
    },
}

/// The practice that runs.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PracticeView {
    /// The simulated charger's id: every command works on it.
    pub charger: String,
    /// The personality's name; empty in an exercise, as it would give the answer away.
    pub personality: String,
    /// What it is; in an exercise only its number.
    pub title: String,
    /// The car's name.
    pub car: String,
    /// The car, in a few words.
    pub car_title: String,
    /// The exercise that runs.
    pub exercise: Option<String>,
    /// What is assumed of its behaviour; nothing in an exercise.
    pub assumed: Vec<String>,
    /// What one would see standing in front of it.
    pub panel: PanelView,
    /// How its connection stands, as a sentence.
    pub link: String,
    /// It is connected to us.
    pub connected: bool,
    /// How much faster than real time it runs.
    pub speed: u32,
}

/// What one would see standing in front of a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PanelView {
    /// Its breaker is on.
    pub powered: bool,
    /// Its network is there.
    pub networked: bool,
    /// The car is plugged in.
    pub plugged: bool,
    /// The state of the control pilot (IEC 61851-1), `A1` to `F`.
    pub pilot: String,
    /// The pilot's duty cycle, tenths of a percent; 1000 is no pulse.
    pub duty_tenths: u32,
    /// The contactor is closed.
    pub contactor_closed: bool,
    /// What it offers, mA per phase; negative: the car is to give.
    pub offered_ma: i32,
    /// What flows, mA on each phase; negative: the car gives.
    pub amps: Vec<i32>,
    /// mV on each phase.
    pub volts: Vec<u32>,
    /// W; negative: the car gives.
    pub watts: i32,
    /// The meter's register, Wh.
    pub energy_wh: u32,
    /// The car's battery, tenths of a percent; `None` where it does not matter.
    pub battery_tenths: Option<u32>,
    /// What the house takes, W.
    pub house_watts: u32,
    /// What the sun gives, W.
    pub sun_watts: u32,
    /// OCPP 1.6's word for the connector's state.
    pub condition: String,
    /// The charger's own clock.
    pub clock: String,
}
