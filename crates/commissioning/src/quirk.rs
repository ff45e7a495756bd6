//! What the catalogue knows of a charger that came: which model it is, what is odd about its firmware, and what is done
//! otherwise because of it. A person can switch each off.

use std::time::Duration;

use chargehand_catalogue::{Acts, Applied, Booted, Recognised, recognise};
use jiff::{SignedDuration, Timestamp};

use crate::limit::TEST_ID_TAG;
use crate::record::Record;

/// The longest idTag, characters (OCPP 1.6, 7.28).
const TAG: usize = 20;
/// The most quirks that can be switched off for one charger.
const SWITCHED_OFF: usize = 50;

/// A quirk of a charger, and whether it is heeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heeded {
    /// The quirk.
    pub applied: Applied,
    /// It is heeded; a person can switch it off.
    pub on: bool,
}

impl Record {
    /// What the catalogue knows of it, from what it said when it started, or from its id where it has not said anything;
    /// nothing where it is a stranger.
    pub fn recognised(&self) -> Option<Recognised> {
        let unbooted = Booted { identity: &self.id, status_vendor: &self.status_vendor, ..Booted::default() };
        recognise(self.boot.as_ref().map_or(unbooted, |boot| Booted {
            vendor: &boot.vendor,
            model: &boot.model,
            serial: &boot.serial,
            firmware: &boot.firmware,
            ..unbooted
        }))
    }

    /// Its quirks, each with whether it is heeded.
    pub fn quirks(&self, recognised: &Recognised) -> Vec<Heeded> {
        let heeded = |it: &Applied| Heeded { applied: it.clone(), on: !self.quirks_off.contains(&it.quirk.id) };
        recognised.quirks.iter().map(heeded).collect()
    }

    /// What is done otherwise with it. Only where its firmware is known to have the quirk, and nobody switched it off.
    pub fn does(&self) -> Vec<&'static Acts> {
        let Some(known) = self.recognised() else { return Vec::new() };
        let heeded = self.quirks(&known).into_iter().filter(|it| it.on && it.applied.sure);
        heeded.filter_map(|it| it.applied.quirk.acts.as_ref()).collect()
    }

    /// Is this done otherwise with it?
    pub fn acts(&self, acts: Acts) -> bool {
        self.does().contains(&&acts)
    }

    /// The idTag with which we start a charge: our own, but where the charger knows only one.
    pub fn start_tag(&self) -> String {
        let tag = self.does().into_iter().find_map(|acts| match acts {
            Acts::StartsWith(tag) => Some(tag.clone()),
            // what a charger says is sent back to it only where it can be a tag
            Acts::StartsWithKey(key) => Some(self.configured(key).trim().to_owned())
                .filter(|it| (1..=TAG).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_graphic())),
            _ => None,
        });
        tag.unwrap_or_else(|| TEST_ID_TAG.to_owned())
    }

    /// How long it has to be left in peace before its limits are changed again; `None`: not at all.
    pub fn rests(&self, now: Timestamp) -> Option<Duration> {
        let changed = self.limits_changed?;
        let gap = self.does().into_iter().find_map(|acts| match acts {
            Acts::RestsBetweenLimits(seconds) => Some(SignedDuration::from_secs(i64::from(*seconds))),
            _ => None,
        })?;
        // a clock that was set back does not make it rest for longer
        let left = gap - now.duration_since(changed).max(SignedDuration::ZERO);
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Heeds a quirk, or does not.
    pub(crate) fn heed(&mut self, id: String, on: bool) {
        if on {
            self.quirks_off.remove(&id);
        } else if self.quirks_off.len() < SWITCHED_OFF {
            self.quirks_off.insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot};

    fn charger(vendor: &str, model: &str, firmware: &str) -> Record {
        let mut record = Record::new("CP1");
        let (vendor, model, firmware) = (vendor.into(), model.into(), firmware.into());
        record.boot = Some(crate::record::Booted { vendor, model, firmware, ..Default::default() });
        record
    }

    #[test]
    fn a_wallbox_is_treated_as_its_firmware_needs_it() {
        let six = charger("Wall Box Chargers", "PLP1-0-2-4", "6.7.1");
        assert!(six.acts(Acts::RelativeFirst) && !six.acts(Acts::OneLevel));
        let five = charger("Wall Box Chargers", "PLP1-0-2-4", "5.17.67");
        assert!(five.acts(Acts::OneLevel) && !five.acts(Acts::RelativeFirst));
        let unread = charger("Wall Box Chargers", "PLP1-0-2-4", "");
        assert!(!unread.acts(Acts::OneLevel), "where the firmware is not told nothing is done on suspicion");
    }

    #[test]
    fn a_quirk_that_is_switched_off_is_still_told_and_changes_nothing() {
        let mut abb = charger("ABB", "CDT_TACW11::NET_WIFI", "1.8.32");
        assert!(abb.acts(Acts::OneLevel));
        abb.apply(Event::Quirk { id: "profile-rejected".into(), on: false }, 1, Timestamp::UNIX_EPOCH);
        assert!(!abb.acts(Acts::OneLevel));
        let known = abb.recognised().expect("it is known");
        let off: Vec<String> =
            abb.quirks(&known).iter().filter(|it| !it.on).map(|it| it.applied.quirk.id.clone()).collect();
        assert_eq!(off, ["profile-rejected"]);
        abb.apply(Event::Quirk { id: "profile-rejected".into(), on: true }, 2, Timestamp::UNIX_EPOCH);
        assert!(abb.acts(Acts::OneLevel));
    }

    #[test]
    fn a_quirk_that_is_only_told_can_be_switched_off_too() {
        let mut keba = charger("KEBA", "KeContact P30 x-series", "1.10.1");
        let known = keba.recognised().expect("it is known");
        assert!(known.quirks.iter().any(|it| it.quirk.id == "gives-up-7d" && it.quirk.acts.is_none()));
        keba.apply(Event::Quirk { id: "gives-up-7d".into(), on: false }, 1, Timestamp::UNIX_EPOCH);
        assert!(keba.quirks(&known).iter().any(|it| it.applied.quirk.id == "gives-up-7d" && !it.on));
    }

    #[test]
    fn a_charger_that_knows_one_id_tag_is_started_with_that_one() {
        let mut grizzl = charger("United Chargers", "Grizzl-E", "3.11.0");
        assert_eq!(grizzl.start_tag(), "uc_default_auth");
        grizzl.heed("idtag".into(), false);
        assert_eq!(grizzl.start_tag(), TEST_ID_TAG);
        let mut alfen = charger("Alfen BV", "NG910-60023", "6.6.0-4284");
        assert_eq!(alfen.start_tag(), TEST_ID_TAG, "the key was not read yet");
        for (value, tag) in [("PLUG-1", "PLUG-1"), ("  ", TEST_ID_TAG), ("much longer than a tag may be", TEST_ID_TAG)]
        {
            let value = Some(value.to_owned());
            let key = ConfigurationKey { key: "PlugAndChargeIdentifier".into(), value, ..Default::default() };
            alfen.configuration = Some(ConfigurationSnapshot { keys: vec![key], ..Default::default() });
            assert_eq!(alfen.start_tag(), tag);
        }
    }

    #[test]
    fn a_charger_that_has_to_rest_rests_for_the_rest_of_its_minute() {
        let at = |s: i64| Timestamp::from_second(s).expect("in range");
        let mut zappi = charger("myenergi", "ZAPPI-2H22TW-G", "5.540");
        assert_eq!(zappi.rests(at(100)), None, "nothing was written yet");
        zappi.limits_changed = Some(at(100));
        assert_eq!(zappi.rests(at(120)), Some(Duration::from_secs(40)));
        assert_eq!(zappi.rests(at(160)), None);
        assert_eq!(zappi.rests(at(0)), Some(Duration::from_secs(60)), "our clock was set back");
    }

    #[test]
    fn nothing_is_done_otherwise_with_a_stranger() {
        let stranger = charger("Nobody", "Thing", "6.7.1");
        assert_eq!(stranger.recognised(), None);
        assert!(!stranger.acts(Acts::RelativeFirst));
    }

    #[test]
    fn a_charger_that_has_not_booted_is_known_by_its_id_where_that_tells() {
        assert_eq!(Record::new("EVB-P1234567").recognised().map(|it| it.charger.id), Some("evbox-elvi"));
        assert_eq!(Record::new("CP1").recognised(), None);
    }

    #[test]
    fn a_thousand_switches_are_not_kept() {
        let mut record = charger("ABB", "CDT_TACW11::NET_WIFI", "1.8.32");
        (0..1000).for_each(|n| record.heed(n.to_string(), false));
        assert_eq!(record.quirks_off.len(), SWITCHED_OFF);
    }
}
