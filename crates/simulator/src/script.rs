//! What happens at a simulated charger and when, as a text file: one line for each act.
//!
//! ```text
//! # at    what
//! 10s     plug
//! 2m      breaker off
//! 2m30s   breaker on
//! +5m     unplug        # five minutes after the line before
//! ```

use crate::{Act, car, cars};
use jiff::SignedDuration;
use std::fmt;

/// The longest script, in lines: more is no script.
const LINES: usize = 10_000;

/// An act and its time, counted from the start in the charger's own time.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Not negative.
    pub at: SignedDuration,
    /// What happens.
    pub act: Act,
}

/// What is wrong with a script, for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line} of the script: {what}")]
pub struct ScriptError {
    /// From 1.
    pub line: usize,
    /// What, and what may stand there.
    pub what: String,
}

type Read = fn(&str) -> Option<Act>;

/// The acts, what follows the word, and how that is read.
static ACTS: &[(&str, &str, Read)] = &[
    ("plug", "", |rest| rest.is_empty().then_some(Act::Plug)),
    ("unplug", "", |rest| rest.is_empty().then_some(Act::Unplug)),
    ("breaker", "on|off", |rest| Some(Act::Breaker { on: switch(rest)? })),
    ("network", "on|off", |rest| Some(Act::Network { up: switch(rest)? })),
    ("fault", "on|off", |rest| Some(Act::Fault { on: switch(rest)? })),
    ("house", "WATTS", |rest| Some(Act::House { watts: watts(rest)? })),
    ("sun", "WATTS", |rest| Some(Act::Sun { watts: watts(rest)? })),
    ("car", "NAME", |rest| car(rest).map(|car| Act::Car(car.make.clone()))),
    ("tag", "TEXT", |rest| (!rest.is_empty()).then(|| Act::Tag(rest.to_owned()))),
];

fn switch(text: &str) -> Option<bool> {
    [("on", true), ("off", false)].into_iter().find(|(word, _)| *word == text).map(|(_, on)| on)
}

fn watts(text: &str) -> Option<f64> {
    text.parse().ok().filter(|watts: &f64| (0.0..=1e6).contains(watts))
}

/// Reads a script. Empty lines and what follows `#` are passed over. A time is a duration such as `90s`, `1m30s` or
/// `2h`, a plain number counts seconds, `+` before it counts from the line before.
///
/// # Errors
/// The first line that is not understood, or stands before the time of the one above it.
pub fn read_script(text: &str) -> Result<Vec<Cue>, ScriptError> {
    let mut cues: Vec<Cue> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let wrong = |what: String| ScriptError { line: index + 1, what };
        if line.is_empty() {
            continue;
        }
        if cues.len() == LINES {
            return Err(wrong(format!("there are more than {LINES} acts.")));
        }
        let before = cues.last().map_or(SignedDuration::ZERO, |cue| cue.at);
        let (at, what) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let at = time(at, before).ok_or_else(|| wrong(format!("{at:?} is no time. Write 90s, 1m30s, 2h or +30s.")))?;
        if at < before {
            return Err(wrong("its time is before that of the line above. Put the lines in order.".into()));
        }
        cues.push(Cue { at, act: act(what.trim()).map_err(wrong)? });
    }
    Ok(cues)
}

fn time(text: &str, before: SignedDuration) -> Option<SignedDuration> {
    let (from, text) = text.strip_prefix('+').map_or((SignedDuration::ZERO, text), |text| (before, text));
    let seconds = text.parse::<u32>().ok().map(|seconds| SignedDuration::from_secs(seconds.into()));
    let time = seconds.or_else(|| text.parse().ok()).filter(|time| !time.is_negative())?;
    from.checked_add(time)
}

fn act(text: &str) -> Result<Act, String> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let Some((_, form, read)) = ACTS.iter().find(|(known, ..)| *known == word) else {
        let known = ACTS.iter().map(|(word, form, _)| format!("{word} {form}").trim().to_owned());
        return Err(format!(
            "{word:?} is nothing that can happen. Write one of: {}.",
            known.collect::<Vec<_>>().join(", ")
        ));
    };
    read(rest.trim()).ok_or_else(|| match *form {
        "NAME" => format!(
            "there is no car {:?}. Cars: {}.",
            rest.trim(),
            cars().iter().map(|it| it.about.name).collect::<Vec<_>>().join(", ")
        ),
        "" => format!("after {word} nothing may follow."),
        form => format!("after {word} comes {form}, not {:?}.", rest.trim()),
    })
}

impl fmt::Display for Act {
    /// As a script has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let switched = |is_on: bool| if is_on { "on" } else { "off" };
        match self {
            Act::Plug => f.write_str("plug"),
            Act::Unplug => f.write_str("unplug"),
            Act::Breaker { on } => write!(f, "breaker {}", switched(*on)),
            Act::Network { up } => write!(f, "network {}", switched(*up)),
            Act::Fault { on } => write!(f, "fault {}", switched(*on)),
            Act::House { watts } => write!(f, "house {watts}"),
            Act::Sun { watts } => write!(f, "sun {watts}"),
            Act::Car(make) => {
                let name = cars().iter().find(|car| car.make == *make).map_or("", |car| car.about.name);
                write!(f, "car {name}")
            }
            Act::Tag(text) => write!(f, "tag {text}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(seconds: i64, act: Act) -> Cue {
        Cue { at: SignedDuration::from_secs(seconds), act }
    }

    #[test]
    fn a_script_says_what_happens_and_when() {
        let text = "# a night\n0 plug\n1m30s  breaker off\n\n+30s breaker on # again\n2h house 2500\n2h network off\n";
        let wanted = [
            at(0, Act::Plug),
            at(90, Act::Breaker { on: false }),
            at(120, Act::Breaker { on: true }),
            at(7200, Act::House { watts: 2500.0 }),
            at(7200, Act::Network { up: false }),
        ];
        assert_eq!(read_script(text).unwrap(), wanted);
    }

    #[test]
    fn an_act_is_written_as_it_is_read() {
        let text = "plug\nunplug\nbreaker on\nnetwork off\nfault on\nhouse 2500\nsun 0.5\ntag ABC 1\n";
        let cues = read_script(&text.lines().map(|act| format!("0 {act}\n")).collect::<String>()).unwrap();
        assert_eq!(cues.iter().map(|cue| format!("{}\n", cue.act)).collect::<String>(), text);
    }

    #[test]
    fn every_car_of_the_catalogue_can_be_named() {
        for car in cars() {
            assert_eq!(read_script(&format!("5 car {}", car.about.name)).unwrap(), [at(5, Act::Car(car.make.clone()))]);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_may_stand_there() {
        let cases = [
            ("0 plug\nsoon unplug", 2, "Write 90s, 1m30s"),
            ("10 plug\n5 unplug", 2, "in order"),
            ("0 explode", 1, "breaker on|off"),
            ("0 breaker maybe", 1, "on|off"),
            ("0 sun -5", 1, "WATTS"),
            ("0 sun 9e99", 1, "WATTS"),
            ("0 car nobody", 1, "Cars: "),
            ("0 plug in", 1, "nothing may follow"),
            ("-5s plug", 1, "no time"),
            ("0", 1, "nothing that can happen"),
        ];
        for (text, line, says) in cases {
            let error = read_script(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
