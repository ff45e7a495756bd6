//! The configuration keys of a 1.6 charger, as a whole or a few at a time.

use chargehand_ocpp::v16::call;
use chargehand_ocpp::v16::read;

use super::{Settings, or_otherwise};
use crate::event::Step;
use crate::link::{Answered, CallFailure, Link};
use crate::record::Record;
use crate::report::ConfigurationKey;
use crate::secret;

/// Keys asked for at once where the charger names no maximum; small, because some stay silent on more (field problem P15).
const CHUNK: usize = 10;
/// The key that names that maximum.
const MAX_KEYS: &str = "GetConfigurationMaxKeys";

/// Reads them.
///
/// # Errors
/// The charger is gone.
pub(super) async fn read(link: &Link, record: &Record) -> Result<Settings, CallFailure> {
    let mut keys = Keys { read_as: "whole list".into(), ..Keys::default() };
    if let Some(answered) = or_otherwise(link.call(call::get_configuration(&[])).await, &mut keys.evidence)? {
        keys.add(&answered);
    }
    if keys.is_cut() {
        keys = in_chunks(link, record, keys).await;
    }
    let vendor = record.boot.as_ref().map(|b| b.vendor.clone()).unwrap_or_default();
    Ok(Settings {
        keys: keys.keys.into_iter().map(|key| described(key, &vendor)).collect(),
        unknown: keys.unknown,
        read_as: keys.read_as,
        missing: String::new(),
        evidence: keys.evidence,
    })
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

fn described(key: read::Key, vendor: &str) -> ConfigurationKey {
    let meaning = chargehand_catalogue::key(&key.key, vendor).map(|k| k.meaning.clone());
    let value = if secret::is_secret(&key.key) { key.value.map(|_| secret::MASK.to_owned()) } else { key.value };
    ConfigurationKey { key: key.key, value, readonly: key.readonly, meaning, attributes: None }
}
