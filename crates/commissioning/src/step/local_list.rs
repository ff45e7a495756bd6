//! The list of cards in a charger: its version is asked for, it is changed in pieces, and looked at again.

use chargehand_ocpp::Version;
use chargehand_ocpp::local_list::{self, Entry, Update};
use chargehand_ocpp::read::answer_status;

use super::apply::PACE;
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::version_words;

/// What a charger told of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// The version, 0 or more; 0: it is empty.
    Version(i64),
    /// It has none, or does not tell: why, in words.
    Not(String),
}

/// Asks for the version of the list; the frames.
///
/// # Errors
/// The charger is silent or gone.
pub(super) async fn ask(link: &Link) -> Result<(Told, Vec<u64>), CallFailure> {
    let Answered { payload, sent, number, .. } = match link.call(local_list::get_version()).await {
        Ok(answered) => answered,
        Err(failure @ CallFailure::Error { .. }) => {
            let why = format!("{failure} It may have no list of cards, so nothing can be written.");
            return Ok((Told::Not(why), failure.evidence()));
        }
        Err(failure) => return Err(failure),
    };
    let told = match local_list::told(&payload) {
        Some(version @ 0..) => Told::Version(version),
        Some(-1) => Told::Not("The charger says that it has no list of cards (version -1).".into()),
        Some(other) => Told::Not(format!("The charger names {other} as the version of its list, which means nothing.")),
        None => Told::Not("The charger does not tell the version of its list.".into()),
    };
    Ok((told, vec![sent, number]))
}

/// A change of the list, cut into messages.
pub(super) struct Pieces<'a> {
    entries: Vec<&'a [Entry<'a>]>,
    first: Update,
}

impl<'a> Pieces<'a> {
    /// The list becomes these, or they change it: `at_once` in one message.
    pub(super) fn new(first: Update, entries: &'a [Entry<'a>], at_once: usize) -> Self {
        let cut: Vec<_> = entries.chunks(at_once.max(1)).collect();
        Self { first, entries: if cut.is_empty() { vec![&[]] } else { cut } }
    }

    /// The versions that they get after `told`. A whole list may have any: where none is left it begins anew.
    fn numbers(&self, told: i64) -> Option<Vec<i32>> {
        let many = i32::try_from(self.entries.len()).ok()?;
        let last = i32::try_from(told).ok().and_then(|told| told.checked_add(many));
        match (last, self.first) {
            (Some(last), _) => Some((last - many + 1..=last).collect()),
            (None, Update::Full) => Some((1..=many).collect()),
            (None, Update::Differential) => None,
        }
    }
}

/// What came of sending it.
pub(super) struct Sent {
    /// The version after the last piece that was taken.
    pub(super) version: i64,
    /// How many pieces were taken, and of how many.
    pub(super) taken: usize,
    pub(super) of: usize,
    /// Why not all were, as the charger said it.
    pub(super) refused: Option<String>,
    /// It has another version than was thought, and nothing was taken.
    pub(super) mismatch: bool,
    /// It fell silent or is gone.
    pub(super) failure: Option<CallFailure>,
    pub(super) evidence: Vec<u64>,
}

/// Sends it, one message after the other.
pub(super) async fn send(link: &Link, version: Version, told: i64, pieces: &Pieces<'_>) -> Sent {
    let of = pieces.entries.len();
    let mut sent =
        Sent { version: told, taken: 0, of, refused: None, mismatch: false, failure: None, evidence: vec![] };
    let Some(numbers) = pieces.numbers(told) else {
        let why = format!("no version is left above {told}: only replacing the whole list begins anew");
        sent.refused = Some(why);
        return sent;
    };
    for (at, (number, entries)) in numbers.into_iter().zip(&pieces.entries).enumerate() {
        if at > 0 {
            tokio::time::sleep(PACE).await;
        }
        let update = if at == 0 { pieces.first } else { Update::Differential };
        match link.call(local_list::send(version, number, update, entries)).await {
            Ok(Answered { payload, sent: asked, number: answered, .. }) => {
                sent.evidence.extend([asked, answered]);
                let status = answer_status(&payload);
                if status != "Accepted" {
                    sent.mismatch = status == "VersionMismatch" && at == 0;
                    sent.refused = Some(refusal(&status));
                    return sent;
                }
                (sent.version, sent.taken) = (number.into(), at + 1);
            }
            Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
                sent.evidence.extend(failure.evidence());
                sent.refused = Some(failure.to_string());
                return sent;
            }
            Err(failure) => {
                sent.evidence.extend(failure.evidence());
                sent.failure = Some(failure);
                return sent;
            }
        }
    }
    sent
}

fn refusal(status: &str) -> String {
    match status {
        "NotSupported" => "NotSupported: it cannot be given a list of cards".into(),
        "VersionMismatch" => "VersionMismatch: it counts another version than it names".into(),
        "Failed" => "Failed: it could not keep the list; it may be full, or not like one of the numbers".into(),
        "" => "no status".into(),
        other => other.chars().take(40).collect(),
    }
}

/// Does the charger name the version that was sent? Where `emptied` was asked for, 0 says the same (OCPP 1.6 5.10).
///
/// # Errors
/// The charger is silent or gone.
pub(super) async fn is_kept(link: &Link, sent: i64, emptied: bool) -> Result<Outcome, CallFailure> {
    let (told, seen) = ask(link).await?;
    let outcome = match told {
        Told::Version(told) if told == sent || (emptied && told == 0) => {
            Outcome::new(Verdict::Passed, format!("The charger names its list {} now.", version_words(Some(told))))
        }
        Told::Version(told) => {
            let off = if told == 0 { " A list that is switched off is told as empty by some." } else { "" };
            let text = format!(
                "The charger accepted version {sent} of its list, and names it {}. Accepted is not kept.{off}",
                version_words(Some(told))
            );
            Outcome::new(Verdict::Failed, text)
        }
        Told::Not(why) => Outcome::new(Verdict::Inconclusive, format!("The charger accepted the list. {why}")),
    };
    Ok(outcome.with_evidence(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(first: Update, cards: usize, told: i64) -> Option<Vec<i32>> {
        let entries = vec![Entry { token: "X", kind: "", allowed: true }; cards];
        Pieces::new(first, &entries, 2).numbers(told)
    }

    #[test]
    fn every_message_gets_the_next_version_and_none_is_beyond_what_fits() {
        assert_eq!(numbers(Update::Full, 0, 0), Some(vec![1]));
        assert_eq!(numbers(Update::Differential, 3, 7), Some(vec![8, 9]));
        let last = i64::from(i32::MAX);
        assert_eq!(numbers(Update::Differential, 2, last - 1), Some(vec![i32::MAX]));
        for hostile in [last, i64::MAX] {
            assert_eq!(numbers(Update::Differential, 1, hostile), None);
            assert_eq!(numbers(Update::Full, 3, hostile), Some(vec![1, 2]));
        }
    }
}
