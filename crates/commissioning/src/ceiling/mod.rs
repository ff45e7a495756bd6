//! The ceiling: the most current that Chargehand may ever ask of this charger.

mod findings;
mod supply;

use chargehand_catalogue::jurisdiction::Connection;
use serde::{Deserialize, Serialize};

use crate::units::{Amperes, Phases};

pub use findings::{HARDWARE_NOT_CONFIRMED, findings, is_about_parts};
pub use supply::{CtDirection, CtLost, CtPhase, LoadManagement, RestKnown};

/// The tripping curve of a circuit breaker. It limits nothing here: a loop impedance is judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// B.
    B,
    /// C.
    C,
    /// D.
    D,
}

impl Curve {
    /// The letter on the breaker.
    pub const fn letter(self) -> &'static str {
        match self {
            Curve::B => "B",
            Curve::C => "C",
            Curve::D => "D",
        }
    }
}

/// What is left of a cable's Iz by grouping, ambient temperature and insulation: 1 to 1000 per mille.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Derating(u16);

impl Derating {
    /// From per mille; nothing and more than all are `None`.
    pub fn new(per_mille: u16) -> Option<Self> {
        (1..=1000).contains(&per_mille).then_some(Self(per_mille))
    }

    /// Per mille, 1 to 1000.
    pub const fn per_mille(self) -> u16 {
        self.0
    }

    /// So much of this Iz is left, rounded down to the 0.1 A that a limit can be set to; never more than it.
    pub fn of(self, cable: Amperes) -> Amperes {
        let left = u64::from(cable.milliamps()) * u64::from(self.0.min(1000)) / 1000;
        Amperes::from_milliamps(u32::try_from(left).unwrap_or(u32::MAX)).floor_to_tenth()
    }
}

/// The parts a person enters. Currents are A per phase; `None` is "not entered".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CeilingParts {
    /// Rated current In of the circuit breaker in front of the charger.
    pub breaker: Option<Amperes>,
    /// Its curve.
    pub curve: Option<Curve>,
    /// Current-carrying capacity Iz of the cable: as installed, or before derating where `derating` is entered.
    pub cable: Option<Amperes>,
    /// What of `cable` is left as installed.
    pub derating: Option<Derating>,
    /// The charger's nameplate.
    pub nameplate: Option<Amperes>,
    /// The installer limit set in the charger's hardware or installer menu (DIP switch, app).
    pub installer: Option<Amperes>,
    /// The licensed person confirmed by eye that `installer` is set in the charger itself. Without it an OCPP limit is
    /// all there is, and that is neither overload protection nor a hardware limit.
    pub installer_confirmed: bool,
    /// What the socket outlet, the plug or the charging cable is rated for (with a loose cable: what its PP resistor says).
    pub connector: Option<Amperes>,
    /// How many phases the circuit has. It limits nothing here: rules of networks differ by it.
    pub phases: Option<Phases>,
    /// Rating of the main switch, or what the supply may carry.
    pub main_switch: Option<Amperes>,
    /// The peak of everything else behind `main_switch`, on the phase that carries most.
    pub rest: Option<Amperes>,
    /// How `rest` is known.
    pub rest_known: Option<RestKnown>,
    /// What the network approved for this charger.
    pub approved: Option<Amperes>,
    /// The charger's own load management, where it has one.
    pub load_management: Option<LoadManagement>,
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
    /// The socket outlet, the plug or the charging cable.
    Connector,
    /// What the main switch leaves beside everything else.
    Headroom,
    /// What the network approved.
    Network,
}

impl CeilingPart {
    /// The word for it in a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            CeilingPart::Breaker => "breaker",
            CeilingPart::Cable => "cable",
            CeilingPart::Nameplate => "nameplate",
            CeilingPart::Installer => "installer limit",
            CeilingPart::Connector => "connector rating",
            CeilingPart::Headroom => "supply headroom",
            CeilingPart::Network => "network approval",
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

/// A part of 0 A is a slip of the finger, not a limit, and does not count.
fn counts(part: Option<Amperes>) -> Option<Amperes> {
    part.filter(|amps| *amps > Amperes::ZERO)
}

impl CeilingParts {
    /// What the cable carries as installed.
    pub fn cable_as_installed(&self) -> Option<Amperes> {
        let cable = counts(self.cable)?;
        Some(self.derating.map_or(cable, |derating| derating.of(cable)))
    }

    /// What the main switch leaves beside everything else, down to nothing; known where both were entered.
    pub fn headroom(&self) -> Option<Amperes> {
        let (main, rest) = (counts(self.main_switch)?, self.rest?);
        Some(Amperes::from_milliamps(main.milliamps().saturating_sub(rest.milliamps())))
    }

    /// The headroom binds, unless load management that was checked stays within it even without its CT.
    fn binding_headroom(&self) -> Option<Amperes> {
        self.headroom().filter(|headroom| !self.load_management.is_some_and(|managed| managed.keeps_within(*headroom)))
    }

    fn limits(&self) -> [(Option<Amperes>, CeilingPart); 7] {
        [
            (counts(self.breaker), CeilingPart::Breaker),
            (self.cable_as_installed(), CeilingPart::Cable),
            (counts(self.nameplate), CeilingPart::Nameplate),
            (counts(self.installer), CeilingPart::Installer),
            (counts(self.connector), CeilingPart::Connector),
            (self.binding_headroom(), CeilingPart::Headroom),
            (counts(self.approved), CeilingPart::Network),
        ]
    }

    /// The least part, or `None` while nothing was entered: then nothing may be commanded.
    pub fn ceiling(&self) -> Option<Ceiling> {
        let entered = self.limits().into_iter().filter_map(|(limit, part)| Some((limit?, part)));
        let (limit, binding) = entered.min_by_key(|(limit, _)| *limit)?;
        let hardware_confirmed = self.installer_confirmed && counts(self.installer).is_some_and(|i| i <= limit);
        Some(Ceiling { limit, binding, hardware_confirmed })
    }

    /// What decides about the rules of a place.
    pub fn connection(&self) -> Connection {
        let ma = |part: Option<Amperes>| counts(part).map(Amperes::milliamps);
        Connection {
            nameplate_ma: ma(self.nameplate),
            main_switch_ma: ma(self.main_switch),
            rest_ma: self.rest.map(Amperes::milliamps),
            phases: self.phases.map(Phases::count),
        }
    }

    /// What was entered of all that limits, each with its name in a sentence.
    fn entered(&self) -> [(bool, &'static str); 9] {
        [
            (counts(self.breaker).is_some(), "breaker"),
            (counts(self.cable).is_some(), "cable"),
            (self.derating.is_some(), "the cable's derating"),
            (counts(self.nameplate).is_some(), "nameplate"),
            (counts(self.installer).is_some(), "installer limit"),
            (counts(self.connector).is_some(), "connector rating"),
            (counts(self.main_switch).is_some(), "main switch"),
            (self.rest.is_some(), "the peak of the rest"),
            (counts(self.approved).is_some(), "network approval"),
        ]
    }

    /// These parts, and where one was left out, what `before` has for it.
    pub fn over(self, before: &CeilingParts) -> CeilingParts {
        let seen = counts(self.installer).is_none_or(|installer| Some(installer) == before.installer);
        CeilingParts {
            breaker: counts(self.breaker).or(before.breaker),
            cable: counts(self.cable).or(before.cable),
            derating: self.derating.or(before.derating),
            nameplate: counts(self.nameplate).or(before.nameplate),
            installer: counts(self.installer).or(before.installer),
            connector: counts(self.connector).or(before.connector),
            main_switch: counts(self.main_switch).or(before.main_switch),
            rest: self.rest.or(before.rest),
            approved: counts(self.approved).or(before.approved),
            curve: self.curve.or(before.curve),
            phases: self.phases.or(before.phases),
            rest_known: self.rest_known.or(before.rest_known),
            load_management: self.load_management.or(before.load_management),
            // A confirmation belongs to the number that was seen.
            installer_confirmed: self.installer_confirmed || (before.installer_confirmed && seen),
        }
    }

    /// Do they let more current flow than these did? Taking the ceiling away does.
    pub fn raises(&self, before: &CeilingParts) -> bool {
        before.ceiling().is_some_and(|old| self.ceiling().is_none_or(|new| new.limit > old.limit))
    }

    /// May these parts take the place of `before`? They may always lower the ceiling. Raising it needs every part that was
    /// ever entered (`known`) to be in the same entry, so that nobody raises it by leaving one out, at once or in two steps.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn may_follow(&self, before: &CeilingParts, known: &CeilingParts) -> Result<(), String> {
        let Some(old) = before.ceiling() else { return Ok(()) };
        let known = before.over(known).entered();
        let missing: Vec<&str> = known
            .iter()
            .zip(self.entered())
            .filter(|((was, _), (is, _))| *was && !is)
            .map(|((_, name), _)| *name)
            .collect();
        if !self.raises(before) || missing.is_empty() {
            return Ok(());
        }
        Err(format!("This would raise the ceiling above {}. Enter {} again too.", old.limit, missing.join(" and ")))
    }
}

#[cfg(test)]
mod tests;
