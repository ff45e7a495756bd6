//! Personalities: what a simulated charger is and does, as data of the catalogue.

use crate::Behaviour;
use crate::connects::Reach;
use chargehand_catalogue::{Simulated, simulated};
use std::sync::OnceLock;

/// A personality that can be simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Personality {
    /// What it is named after, what is known and what is assumed.
    pub about: &'static Simulated,
    /// What it does.
    pub behaviour: Behaviour,
}

impl Personality {
    /// Whether it comes to an endpoint on its own network. One that does not shows what is seen then: nothing.
    pub fn connects(&self) -> bool {
        matches!(self.behaviour.connects.reaches, Reach::Everything | Reach::NumericOnly)
    }
}

/// All personalities, those of the specification first.
pub fn personalities() -> &'static [Personality] {
    static ALL: OnceLock<Vec<Personality>> = OnceLock::new();
    // a test reads every one: none can be missing in a released binary
    ALL.get_or_init(|| simulated().iter().filter_map(|about| read(about).ok()).collect())
}

/// The personality of this name, for example `p11-ignores-limits`.
pub fn personality(name: &str) -> Option<&'static Personality> {
    personalities().iter().find(|it| it.about.name == name)
}

/// The error says what in the data is not understood.
fn read(about: &'static Simulated) -> Result<Personality, String> {
    let behaviour: Behaviour =
        about.behaviour.clone().try_into().map_err(|error| format!("{}: {error}", about.name))?;
    Ok(Personality { about, behaviour })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_personality_of_the_catalogue_can_be_simulated() {
        let broken: Vec<String> = simulated().iter().filter_map(|about| read(about).err()).collect();
        assert_eq!(broken, [""; 0]);
    }
}
