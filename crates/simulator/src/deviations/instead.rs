//! Commands that some chargers answer in another way than by carrying them out.

use super::{Availability, Flooded, LongTags, ProfileAnswer};
use crate::dialect::Setting;
use crate::rpc::{Fault, Refusal, Reply, rejected, status};
use crate::session::Stop;
use crate::{SimulatedCharger, meter};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// P35: how many writes it can stand, and within which time.
const MOST_WRITES: usize = 10;
const WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// P22: a tag of this length is a long one.
const LONG_TAG: usize = 20;

type Instead = fn(&mut SimulatedCharger, &Value, Timestamp) -> Option<Reply>;

/// What is asked first, for each command in this order; the first answer counts.
const INSTEAD: &[(&str, Instead)] = &[
    ("ChangeAvailability", |charger, asked, _| connector_0(charger, named(asked).or(Some(0)))),
    ("ChangeAvailability", availability),
    ("ChangeConfiguration", |charger, _, now| flood(charger, false, now)),
    ("ChangeConfiguration", interval),
    ("GetBaseReport", base_report),
    ("GetConfiguration", key_list),
    ("RemoteStartTransaction", start),
    ("RequestStartTransaction", start),
    ("SetChargingProfile", |charger, _, now| flood(charger, true, now)),
    ("SetChargingProfile", |charger, asked, _| connector_0(charger, named(asked))),
    ("SetChargingProfile", profile),
    ("SetVariables", |charger, _, now| flood(charger, false, now)),
    ("TriggerMessage", |charger, asked, _| connector_0(charger, named(asked))),
];

impl SimulatedCharger {
    /// The answer of a charger that does not do what it is asked; nothing where it goes by the book.
    pub(crate) fn answer_instead(&mut self, action: &str, payload: &Value, now: Timestamp) -> Option<Reply> {
        let mut asked = INSTEAD.iter().filter(|(name, _)| *name == action);
        asked.find_map(|(_, instead)| instead(self, payload, now))
    }

    /// It crashes in the middle of a command and starts anew.
    fn crash(&mut self, now: Timestamp) -> Option<Reply> {
        self.stop_transaction(Stop::HardReset, now);
        self.reboot_by = Some(now);
        Some(Err(Refusal::Silence))
    }
}

/// The connector, or in 2.x the EVSE, that a command names.
fn named(asked: &Value) -> Option<i64> {
    ["/connectorId", "/evseId", "/evse/id"].iter().find_map(|place| asked.pointer(place)?.as_i64())
}

/// A no, in the version's form; 2.x says why in at most 20 characters.
fn no(charger: &SimulatedCharger, why: &'static str) -> Option<Reply> {
    Some(if charger.version().is_v2() { rejected(why) } else { status("Rejected") })
}

fn connector_0(charger: &mut SimulatedCharger, named: Option<i64>) -> Option<Reply> {
    let is_refused = charger.behaviour.deviates.sessions.rejects_connector_0 && named == Some(0);
    if is_refused { no(charger, "UnknownEvse") } else { None }
}

fn availability(charger: &mut SimulatedCharger, _: &Value, now: Timestamp) -> Option<Reply> {
    match charger.behaviour.deviates.sessions.availability {
        Availability::Changed => None,
        Availability::Rejected => no(charger, "NotEnabled"),
        Availability::Reboots => charger.crash(now),
    }
}

fn flood(charger: &mut SimulatedCharger, is_profile: bool, now: Timestamp) -> Option<Reply> {
    let flooded = charger.behaviour.deviates.configuration.flooded;
    if flooded == Flooded::Copes || flooded == Flooded::Rejects && !is_profile {
        return None;
    }
    charger.writes.retain(|at| now.duration_since(*at) < WITHIN);
    if charger.writes.len() < MOST_WRITES {
        charger.writes.push(now);
        return None;
    }
    if flooded == Flooded::Rejects {
        return no(charger, "WriteLimit");
    }
    charger.writes.clear();
    charger.crash(now)
}

fn interval(charger: &mut SimulatedCharger, asked: &Value, _: Timestamp) -> Option<Reply> {
    let least = charger.behaviour.deviates.metering.least_interval_s?;
    let is_meant = asked["key"].as_str()?.eq_ignore_ascii_case("MeterValueSampleInterval");
    let is_too_short = asked["value"].as_str()?.parse::<u32>().is_ok_and(|seconds| (1..least).contains(&seconds));
    if is_meant && is_too_short { no(charger, "") } else { None }
}

fn base_report(charger: &mut SimulatedCharger, _: &Value, _: Timestamp) -> Option<Reply> {
    charger.behaviour.deviates.configuration.refuses_base_report.then(|| status("NotSupported"))
}

fn key_list(charger: &mut SimulatedCharger, asked: &Value, now: Timestamp) -> Option<Reply> {
    let but = charger.behaviour.deviates.configuration;
    let keys = asked["key"].as_array().map_or(&[][..], Vec::as_slice);
    if keys.is_empty() && but.ignores_empty_key_list {
        return Some(Err(Refusal::Silence));
    }
    let is_measurands = |key: &Value| key.as_str().is_some_and(|it| it.eq_ignore_ascii_case("MeterValuesSampledData"));
    let is_shown = keys.is_empty() || keys.iter().any(is_measurands);
    let is_fatal = but.takes_any_measurand && !meter::knows(charger.setting(Setting::SampledMeasurands));
    if is_shown && is_fatal { charger.crash(now) } else { None }
}

fn start(charger: &mut SimulatedCharger, asked: &Value, _: Timestamp) -> Option<Reply> {
    let but = charger.behaviour.deviates.sessions;
    let token = asked["idTag"].as_str().or(asked["idToken"]["idToken"].as_str())?;
    if but.starts_only_on_named_connector && named(asked).is_none() {
        return no(charger, "UnknownEvse");
    }
    if but.long_tags == LongTags::Refused && is_long(token) {
        return Some(Err(Refusal::Error(Fault::TooLong, "idTag is too long.".into())));
    }
    if charger.is_trapped() {
        return no(charger, "TxInProgress");
    }
    let waits = but.waits_for_local_tag && charger.connector.is_free() && !charger.local_list.allows(token);
    waits.then(|| status("Accepted"))
}

/// Whether a tag is as long as 1.6 allows, which not every charger can keep (P22).
pub(crate) fn is_long(tag: &str) -> bool {
    tag.chars().count() >= LONG_TAG
}

fn profile(charger: &mut SimulatedCharger, _: &Value, _: Timestamp) -> Option<Reply> {
    match charger.behaviour.deviates.limits.all_profiles {
        ProfileAnswer::ByTheBook => None,
        ProfileAnswer::NotSupported if !charger.version().is_v2() => Some(status("NotSupported")),
        ProfileAnswer::Rejected | ProfileAnswer::NotSupported => no(charger, "NotEnabled"),
        ProfileAnswer::Unreadable => Some(Err(Refusal::Error(Fault::Format, "csChargingProfiles is missing.".into()))),
        ProfileAnswer::Silence => {
            charger.hangs = true;
            Some(Err(Refusal::Silence))
        }
    }
}
