//! A line that writes a configuration key or a variable.

use chargehand_catalogue::{SettingForm, common_setting};
use chargehand_ocpp::read::list;
use chargehand_ocpp::{Version, setting};

use super::{Applying, Written};
use crate::event::Event;
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Change, Was, plain, same_value};
use crate::record::Record;

/// A list of measurands is shortened from its end at most this often: each try is a write.
const SHORTENED: usize = 4;

/// Asks for one setting; what it reads, and the frames. The record is told.
///
/// # Errors
/// The charger is silent or gone. A charger that answers with an error does not tell it.
pub(in crate::step) async fn reads(
    link: &Link,
    version: Version,
    key: &str,
) -> Result<(Option<String>, Vec<u64>), CallFailure> {
    match link.call(setting::read(version, key)).await {
        Ok(Answered { payload, sent, number, .. }) => {
            let value = setting::value(version, key, &payload);
            link.keep(Event::Reread { key: key.to_owned(), value: value.clone() }).await?;
            Ok((value, vec![sent, number]))
        }
        Err(failure @ CallFailure::Error { .. }) => Ok((None, failure.evidence())),
        Err(failure) => Err(failure),
    }
}

impl Applying<'_> {
    pub(super) async fn setting(
        &mut self,
        line: u32,
        record: &Record,
        key: &str,
        value: &str,
        confirmed: bool,
    ) -> Result<Written, CallFailure> {
        let (now, seen) = match reads(self.link, record.version(), key).await {
            Ok(read) => read,
            Err(failure) => return Ok(Written { written: false, ..Written::cut(&failure) }),
        };
        if now.as_deref().is_some_and(|now| same_value(now, value)) {
            let text = format!("It reads {value} already. Nothing was written.");
            return Ok(Written::not(Outcome::new(Verdict::Passed, text).with_evidence(seen)));
        }
        self.about_to_write(line, Was::Setting { value: now }).await?;
        let mut written = Written::not(Outcome::new(Verdict::NotTested, ""));
        for wanted in shorter_and_shorter(record, key, value) {
            written = self.put(record.version(), key, &wanted, confirmed).await?;
            if written.written || written.stop.is_some() {
                break;
            }
        }
        Ok(written)
    }

    /// Writes it and reads it back: accepted is not kept.
    async fn put(&mut self, version: Version, key: &str, value: &str, confirmed: bool) -> Result<Written, CallFailure> {
        let answer = self.send(setting::write(version, key, value), confirmed).await;
        self.set = self.wrote;
        let Answered { payload, sent, number, .. } = match answer {
            Ok(answered) => answered,
            Err(failure @ (CallFailure::Error { .. } | CallFailure::Held(_))) => {
                let outcome = Outcome::new(Verdict::Failed, format!("{failure} It was not changed."));
                return Ok(Written::not(outcome.with_evidence(failure.evidence())));
            }
            Err(failure) => return Ok(Written::cut(&failure)),
        };
        let frames = [sent, number];
        match setting::answered(&payload).as_str() {
            "Accepted" => self.is_kept(version, key, value, &frames).await,
            "RebootRequired" => {
                let text = format!("The charger took {value}; it takes effect when it restarts.");
                let outcome = Outcome::new(Verdict::Inconclusive, text).with_evidence(frames);
                Ok(Written { restart: true, ..Written::done(outcome) })
            }
            said => {
                let why = if said.is_empty() { "no status" } else { said };
                let text = format!("The charger refused {value} ({why}){}. It was not changed.", because(&payload));
                Ok(Written::not(Outcome::new(Verdict::Failed, text).with_evidence(frames)))
            }
        }
    }

    async fn is_kept(
        &mut self,
        version: Version,
        key: &str,
        value: &str,
        frames: &[u64],
    ) -> Result<Written, CallFailure> {
        let (read, seen) = match reads(self.link, version, key).await {
            Ok(read) => read,
            Err(failure) => return Ok(Written { written: true, ..Written::cut(&failure) }),
        };
        let outcome = match read {
            Some(read) if same_value(&read, value) => {
                Outcome::new(Verdict::Passed, format!("It reads {} now.", short(&read)))
            }
            Some(read) => Outcome::new(
                Verdict::Failed,
                format!("The charger accepted {value}, and still reads {}. Accepted is not kept.", short(&read)),
            ),
            None => Outcome::new(
                Verdict::Inconclusive,
                format!("The charger accepted {value}, but does not tell what it reads now."),
            ),
        };
        Ok(Written::done(outcome.with_evidence(frames.iter().copied().chain(seen))))
    }

    /// A line that waited for the restart is read back.
    pub(super) async fn after_restart(&mut self, line: u32) -> Result<(), CallFailure> {
        let record = self.link.record().await?;
        let Some(Change::Setting { key, value, .. }) = record.line(line).map(|line| line.change.clone()) else {
            return Ok(());
        };
        let Written { outcome, .. } = self.is_kept(record.version(), &key, &value, &[]).await?;
        self.evidence.extend(&outcome.evidence);
        self.link.keep(Event::Applied { line, written: true, restart: false, outcome }).await?;
        Ok(())
    }
}

/// Why, where a 2.x charger says it.
fn because(payload: &serde_json::Value) -> String {
    let result = list(payload, "setVariableResult").first().map(|result| &result["attributeStatusInfo"]);
    let info = result.unwrap_or(&payload["statusInfo"]);
    let text = |key| info[key].as_str().unwrap_or_default();
    match (text("reasonCode"), text("additionalInfo")) {
        ("", "") => String::new(),
        (code, more) => format!(": {}", short(format!("{code} {more}").trim())),
    }
}

/// A value in a sentence: a charger may tell one of any length.
pub(in crate::step) fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The value; a list of measurands also without its last, its last two and so on, because a charger refuses the whole list
/// for one it does not know (rule R14, field problem P18). It is never longer than the charger says it may be.
fn shorter_and_shorter(record: &Record, key: &str, value: &str) -> Vec<String> {
    let is_list = common_setting(&plain(key)).is_some_and(|it| matches!(it.form, SettingForm::Measurands { .. }));
    if !is_list {
        return vec![value.to_owned()];
    }
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    let most = record.configured(&format!("{key}MaxLength")).trim().parse().unwrap_or(names.len());
    let most = most.clamp(1, names.len());
    (most.saturating_sub(SHORTENED).max(1)..=most).rev().map(|n| names[..n].join(",")).collect()
}
