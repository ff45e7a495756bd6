//! Cars to practise with, one file each in the folder `cars`. They are made up: each is named after what it does, and
//! none is a car that can be bought.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::folder::{self, Files};

/// A car to practise with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Car {
    /// Its name: the file's name, for example `one-phase-32`.
    #[serde(skip)]
    pub name: &'static str,
    /// Its place in a list, ascending; the first is the one to begin with.
    pub order: u32,
    /// What it is, in a few words.
    pub title: String,
    /// What it is like, in one or two sentences.
    pub summary: String,
    /// The simulator's `CarMake`, as far as it differs from its default.
    pub make: toml::Table,
}

/// All cars, in their order.
pub fn cars() -> &'static [Car] {
    static CARS: OnceLock<Vec<Car>> = OnceLock::new();
    CARS.get_or_init(|| {
        let mut all: Vec<Car> = folder::read(FILES, |it: &mut Car, name| it.name = name);
        all.sort_by_key(|it| it.order);
        all
    })
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/cars.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_car_can_be_read_and_has_a_place_of_its_own() {
        assert_eq!(folder::broken::<Car>(FILES), [""; 0]);
        assert!(cars().len() > 1 && cars().windows(2).all(|pair| pair[0].order < pair[1].order));
    }
}
