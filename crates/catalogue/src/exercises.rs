//! Guided exercises, one file each in the folder `exercises`: a charger whose fault has to be found, what to do, what to
//! choose from, and what the engine finds of it when that is done.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::folder::{self, Files};

/// A guided exercise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Its name: the file's name.
    #[serde(skip)]
    pub id: &'static str,
    /// Its number, 1 and up.
    pub order: u32,
    /// What it is about; does not give the answer away.
    pub title: String,
    /// What to do and to find out.
    pub task: String,
    /// Where to look.
    pub hint: String,
    /// The answers to choose from.
    pub choices: Vec<String>,
    /// Which of them is right; the first is 0.
    pub right: usize,
    /// Why it is right, and what it means on a site.
    pub explanation: String,
    /// What should be seen, and where in the window.
    pub evidence: String,
    /// The personality of its charger.
    pub personality: String,
    /// The car that comes with it.
    pub car: String,
    /// How often its task says to prove it; the last time counts.
    #[serde(default = "once")]
    pub times: u32,
    /// The limit that its task says to prove, in amperes per phase; below 6 the charger is to pause.
    #[serde(default = "usual")]
    pub limit_amps: f64,
    /// What the engine finds when the task is done; all of it, and nothing of it on a charger by the book.
    pub finds: Finds,
}

fn once() -> u32 {
    1
}

fn usual() -> f64 {
    16.0
}

/// What the engine finds, by the names that its records and reports carry; what is not named is not promised.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Finds {
    /// The verdict of the limit check: `passed`, `failed`, `inconclusive` or `not_tested`.
    pub limit: Option<String>,
    /// The verdict of its fallback.
    pub fallback: Option<String>,
    /// Words in what the limit check says.
    pub says: Option<String>,
    /// Words in how the limit was put.
    pub recipe: Option<String>,
    /// The code of a finding.
    pub finding: Option<String>,
    /// How the charger's clock differs from ours.
    pub clock: Option<String>,
    /// What limited it before anything was written, in amperes per phase.
    pub before_amps: Option<f64>,
    /// Whether it connects at all.
    pub connects: Option<bool>,
}

/// All exercises, in their order.
pub fn exercises() -> &'static [Exercise] {
    static EXERCISES: OnceLock<Vec<Exercise>> = OnceLock::new();
    EXERCISES.get_or_init(|| {
        let mut all: Vec<Exercise> = folder::read(FILES, |it: &mut Exercise, name| it.id = name);
        all.sort_by_key(|it| it.order);
        all
    })
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cars, simulated};

    #[test]
    fn every_exercise_can_be_read_and_played() {
        assert_eq!(folder::broken::<Exercise>(FILES), [""; 0]);
        let numbers: Vec<u32> = exercises().iter().map(|it| it.order).collect();
        assert_eq!(numbers, (1..).take(exercises().len()).collect::<Vec<u32>>());
        for it in exercises() {
            assert!(it.right < it.choices.len() && it.choices.len() > 2, "{} has a right choice among others", it.id);
            assert!(simulated().iter().any(|other| other.name == it.personality), "{}: {}", it.id, it.personality);
            assert!(cars().iter().any(|other| other.name == it.car), "{}: {}", it.id, it.car);
            assert!(it.finds != Finds::default(), "{} finds nothing", it.id);
        }
    }

    #[test]
    fn neither_title_nor_task_nor_hint_gives_the_answer_away() {
        for it in exercises() {
            let Some(right) = it.choices.get(it.right) else { continue };
            for text in [&it.title, &it.task, &it.hint] {
                assert!(!text.to_lowercase().contains(&right.to_lowercase()), "{}: {text}", it.id);
            }
        }
    }
}
