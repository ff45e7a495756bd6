//! Cars to practise with, as data of the catalogue.

use crate::CarMake;
use chargehand_catalogue::{Car, cars as listed};
use std::sync::OnceLock;

/// A car that can be simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCar {
    /// What it is, in words.
    pub about: &'static Car,
    /// What it is like.
    pub make: CarMake,
}

/// All cars to practise with, the one to begin with first.
pub fn cars() -> &'static [KnownCar] {
    static ALL: OnceLock<Vec<KnownCar>> = OnceLock::new();
    // a test reads every one: none can be missing in a released binary
    ALL.get_or_init(|| listed().iter().filter_map(|about| read(about).ok()).collect())
}

/// The car of this name, for example `one-phase-32`.
pub fn car(name: &str) -> Option<&'static KnownCar> {
    cars().iter().find(|it| it.about.name == name)
}

/// The error says what in the data is not understood.
fn read(about: &'static Car) -> Result<KnownCar, String> {
    let make: CarMake = about.make.clone().try_into().map_err(|error| format!("{}: {error}", about.name))?;
    Ok(KnownCar { about, make })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_car_of_the_catalogue_can_be_simulated() {
        let broken: Vec<String> = listed().iter().filter_map(|about| read(about).err()).collect();
        assert_eq!(broken, [""; 0]);
        assert!(!cars().is_empty());
    }
}
