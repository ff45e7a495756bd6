//! What is it, and how is it set?

use std::time::Duration;

use chargehand_ocpp::v16::call::{self, Trigger};
use chargehand_ocpp::v16::read;

use crate::event::{Event, Step};
use crate::link::{Answered, CallFailure, Link};
use crate::outcome::{Outcome, Verdict};
use crate::record::Record;
use crate::report::{ConfigurationKey, ConfigurationSnapshot};
use crate::secret;

/// Keys asked for at once where the charger names no maximum; small, because some stay silent on more (field problem P15).
const CHUNK: usize = 10;
/// The key that names that maximum.
const MAX_KEYS: &str = "GetConfigurationMaxKeys";

/// Reads the configuration and sees the clock; keeps the snapshot.
pub async fn run(link: &Link) -> Outcome {
    let Ok(record) = link.record().await else { return Outcome::new(Verdict::Inconclusive, "Chargehand is closing.") };
    see_clock(link, &record).await;
    link.doing(Step::Inspect, "Reading the configuration", Some(Duration::from_secs(15))).await;
    let reading = match whole_list(link).await {
        Ok(reading) if !reading.is_cut() => reading,
        Ok(reading) => in_chunks(link, &record, reading).await,
        Err(CallFailure::Silent { sent }) | Err(CallFailure::Error { sent, .. }) => {
            in_chunks(link, &record, Keys { evidence: vec![sent], ..Keys::default() }).await
        }
        Err(failure) => {
            return Outcome::new(Verdict::Inconclusive, failure.to_string()).with_evidence(failure.evidence());
        }
    };
    conclude(link, &record, reading).await
}

/// The charger's time comes with StatusNotification; where none came yet it is asked for.
async fn see_clock(link: &Link, record: &Record) {
    if record.clock.is_none() {
        link.doing(Step::Inspect, "Asking for the charger's time", Some(Duration::from_secs(15))).await;
        let _ = link.call(call::trigger(Trigger::StatusNotification, Some(1))).await;
    }
}

#[derive(Default)]
struct Keys {
    keys: Vec<read::Key>,
    unknown: Vec<String>,
    read_as: String,
    evidence: Vec<u64>,
}

impl Keys {
    fn add(&mut self, answered: &Answered) {
        let (keys, unknown) = read::configuration(&answered.payload);
        for key in keys {
            if !self.has(&key.key) {
                self.keys.push(key);
            }
        }
        self.unknown.extend(unknown);
        self.evidence.extend([answered.sent, answered.number]);
    }

    fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|k| k.key.eq_ignore_ascii_case(name))
    }

    fn max_keys(&self) -> Option<usize> {
        let key = self.keys.iter().find(|k| k.key.eq_ignore_ascii_case(MAX_KEYS))?;
        key.value.as_ref()?.trim().parse().ok().filter(|n| *n > 0)
    }

    /// Exactly as many keys as the charger gives at once: there may be more.
    fn is_cut(&self) -> bool {
        self.keys.is_empty() || self.max_keys() == Some(self.keys.len())
    }
}

async fn whole_list(link: &Link) -> Result<Keys, CallFailure> {
    let mut keys = Keys { read_as: "whole list".into(), ..Keys::default() };
    keys.add(&link.call(call::get_configuration(&[])).await?);
    Ok(keys)
}

/// Asks for every key the catalogue knows that has not come yet, a few at a time.
async fn in_chunks(link: &Link, record: &Record, mut keys: Keys) -> Keys {
    let vendor = record.boot.as_ref().map(|b| b.vendor.to_ascii_lowercase()).unwrap_or_default();
    if keys.keys.is_empty()
        && let Ok(answered) = link.call(call::get_configuration(&[MAX_KEYS.to_owned()])).await
    {
        keys.add(&answered);
    }
    let size = keys.max_keys().unwrap_or(CHUNK);
    let of_this_maker = |maker: &Option<String>| {
        maker.as_ref().is_none_or(|m| !vendor.is_empty() && vendor.contains(&m.to_ascii_lowercase()))
    };
    let wanted: Vec<String> = chargehand_catalogue::keys()
        .iter()
        .filter(|k| of_this_maker(&k.vendor) && !k.secret && !keys.has(&k.key))
        .map(|k| k.key.clone())
        .collect();
    let parts = wanted.chunks(size);
    let whole = parts.len();
    for (index, part) in parts.enumerate() {
        link.doing(Step::Inspect, format!("Reading the configuration, part {} of {whole}", index + 1), None).await;
        match link.call(call::get_configuration(part)).await {
            Ok(answered) => keys.add(&answered),
            // An error may be about one key of the part; silence is not repeated.
            Err(CallFailure::Error { .. }) => {}
            Err(_) => break,
        }
    }
    keys.read_as = format!("in chunks of {size}");
    keys
}

async fn conclude(link: &Link, record: &Record, keys: Keys) -> Outcome {
    let vendor = record.boot.as_ref().map(|b| b.vendor.clone()).unwrap_or_default();
    let count = keys.keys.len();
    let evidence = keys.evidence;
    let snapshot = ConfigurationSnapshot {
        taken: Some(link.clock.now()),
        keys: keys.keys.into_iter().map(|key| described(key, &vendor)).collect(),
        unknown: keys.unknown,
        read_as: keys.read_as.clone(),
    };
    if count == 0 {
        let text = "The charger did not give its configuration, neither as a whole nor key by key.";
        return Outcome::new(Verdict::Inconclusive, text).with_evidence(evidence);
    }
    let _ = link.keep(Event::Configuration { snapshot }).await;
    let who = link.record().await.map(|r| r.title()).unwrap_or_default();
    Outcome::new(Verdict::Passed, format!("{who}: {count} configuration keys read ({}).", keys.read_as))
        .with_evidence(evidence)
}

fn described(key: read::Key, vendor: &str) -> ConfigurationKey {
    let meaning = chargehand_catalogue::key(&key.key, vendor).map(|k| k.meaning.clone());
    let value = if secret::is_secret(&key.key) { key.value.map(|_| secret::MASK.to_owned()) } else { key.value };
    ConfigurationKey { key: key.key, value, readonly: key.readonly, meaning }
}
