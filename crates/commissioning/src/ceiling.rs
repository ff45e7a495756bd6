//! The ceiling: the most current that Chargehand may ever ask of this charger.

use serde::{Deserialize, Serialize};

use crate::units::Amperes;

/// The parts a person enters. Each is A per phase; `None` is "not entered".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CeilingParts {
    /// Rated current In of the circuit breaker in front of the charger.
    pub breaker: Option<Amperes>,
    /// Current-carrying capacity Iz of the cable as installed (after derating).
    pub cable: Option<Amperes>,
    /// The charger's nameplate.
    pub nameplate: Option<Amperes>,
    /// The installer limit set in the charger's hardware or installer menu (DIP switch, app).
    pub installer: Option<Amperes>,
    /// The licensed person confirmed by eye that `installer` is set in the charger itself. Without it an OCPP limit is
    /// all there is, and that is neither overload protection nor a hardware limit.
    pub installer_confirmed: bool,
}

/// Which part binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CeilingPart {
    /// The breaker.
    Breaker,
    /// The cable.
    Cable,
    /// The nameplate.
    Nameplate,
    /// The installer (hardware) limit.
    Installer,
}

impl CeilingPart {
    /// The word for it in a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            CeilingPart::Breaker => "breaker",
            CeilingPart::Cable => "cable",
            CeilingPart::Nameplate => "nameplate",
            CeilingPart::Installer => "installer limit",
        }
    }
}

/// The ceiling with the part that binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceiling {
    /// The most current per phase.
    pub limit: Amperes,
    /// The part that is the least.
    pub binding: CeilingPart,
    /// A hardware limit at or below the ceiling was confirmed in the charger itself. Only then may a profile be removed
    /// without another taking its place.
    pub hardware_confirmed: bool,
}

impl CeilingParts {
    /// May these parts take the place of `before`? They may always lower the ceiling. Raising it needs every part that
    /// was entered before to be in the same entry, so that nobody raises it by leaving one out.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn may_follow(&self, before: &CeilingParts) -> Result<(), String> {
        let Some(old) = before.ceiling() else { return Ok(()) };
        let raises = self.ceiling().is_none_or(|new| new.limit > old.limit);
        let missing: Vec<&str> = [
            (before.breaker, self.breaker, CeilingPart::Breaker),
            (before.cable, self.cable, CeilingPart::Cable),
            (before.nameplate, self.nameplate, CeilingPart::Nameplate),
            (before.installer, self.installer, CeilingPart::Installer),
        ]
        .into_iter()
        .filter(|(old, new, _)| old.is_some() && new.is_none())
        .map(|(_, _, part)| part.word())
        .collect();
        if !raises || missing.is_empty() {
            return Ok(());
        }
        Err(format!("This would raise the ceiling above {}. Enter {} again too.", old.limit, missing.join(" and ")))
    }

    /// The least part, or `None` while nothing was entered: then nothing may be commanded.
    ///
    /// A part of 0 A is a slip of the finger, not a limit, and does not count.
    pub fn ceiling(&self) -> Option<Ceiling> {
        let (limit, binding) = [
            (self.breaker, CeilingPart::Breaker),
            (self.cable, CeilingPart::Cable),
            (self.nameplate, CeilingPart::Nameplate),
            (self.installer, CeilingPart::Installer),
        ]
        .into_iter()
        .filter_map(|(part, name)| part.filter(|a| *a > Amperes::ZERO).map(|a| (a, name)))
        .min_by_key(|(amps, _)| *amps)?;
        let hardware_confirmed =
            self.installer_confirmed && self.installer.is_some_and(|i| i > Amperes::ZERO && i <= limit);
        Some(Ceiling { limit, binding, hardware_confirmed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amps(a: u32) -> Option<Amperes> {
        Some(Amperes::from_milliamps(a * 1000))
    }

    #[test]
    fn the_ceiling_is_the_least_part_and_says_which() {
        let parts = CeilingParts { breaker: amps(32), cable: amps(25), nameplate: amps(32), ..Default::default() };
        let ceiling = parts.ceiling().expect("parts were entered");
        assert_eq!((ceiling.limit, ceiling.binding), (Amperes::from_milliamps(25_000), CeilingPart::Cable));
    }

    #[test]
    fn the_ceiling_rises_only_by_entering_every_part_again() {
        let before = CeilingParts { breaker: amps(20), cable: amps(25), ..Default::default() };
        assert!(CeilingParts { breaker: amps(16), ..Default::default() }.may_follow(&before).is_ok(), "lower");
        assert!(CeilingParts { breaker: amps(32), ..Default::default() }.may_follow(&before).is_err(), "no cable");
        assert!(CeilingParts::default().may_follow(&before).is_err(), "taking it away");
        let whole = CeilingParts { breaker: amps(32), cable: amps(32), ..Default::default() };
        assert!(whole.may_follow(&before).is_ok());
    }

    #[test]
    fn nothing_entered_is_no_ceiling() {
        assert_eq!(CeilingParts::default().ceiling(), None);
        assert_eq!(CeilingParts { breaker: amps(0), ..Default::default() }.ceiling(), None);
    }

    #[test]
    fn a_hardware_limit_counts_only_when_confirmed_and_not_above_the_ceiling() {
        let mut parts = CeilingParts { breaker: amps(32), installer: amps(32), ..Default::default() };
        assert!(!parts.ceiling().expect("entered").hardware_confirmed, "not confirmed by a person");
        parts.installer_confirmed = true;
        assert!(parts.ceiling().expect("entered").hardware_confirmed);
        parts.cable = amps(20);
        assert!(!parts.ceiling().expect("entered").hardware_confirmed, "32 A in hardware does not guard a 20 A cable");
    }
}
