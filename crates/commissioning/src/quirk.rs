//! What the catalogue knows of a charger that came: which model it is, what is odd about its firmware, and what is done
//! otherwise because of it. A person can switch each off.

use chargehand_catalogue::{Acts, Applied, Booted, Recognised, recognise};

use crate::record::Record;

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
        let told = self.boot.as_ref().map(|boot| Booted {
            vendor: &boot.vendor,
            model: &boot.model,
            serial: &boot.serial,
            firmware: &boot.firmware,
            identity: &self.id,
        });
        recognise(told.unwrap_or(Booted { identity: &self.id, ..Booted::default() }))
    }

    /// Its quirks, each with whether it is heeded.
    pub fn quirks(&self, recognised: &Recognised) -> Vec<Heeded> {
        let heeded = |it: &Applied| Heeded { applied: it.clone(), on: !self.quirks_off.contains(&it.quirk.id) };
        recognised.quirks.iter().map(heeded).collect()
    }

    /// Is this done otherwise with it? Only where its firmware is known to have the quirk, and nobody switched it off.
    pub fn acts(&self, acts: Acts) -> bool {
        let does = |it: &Heeded| it.on && it.applied.sure && it.applied.quirk.acts == Some(acts);
        self.recognised().is_some_and(|known| self.quirks(&known).iter().any(does))
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
    use jiff::Timestamp;

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
