//! What a charger makes of its surroundings by itself, whatever the endpoint says: following the sun, or keeping the
//! house's main fuse in. Such a control and the endpoint's limits stand side by side; the lower one counts.

use crate::clock::after;
use crate::pilot::MINIMUM_AMPS;
use crate::supply::Supply;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The charger's own control. In data, `kind` says which.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum OwnControl {
    /// None.
    #[default]
    None,
    /// Takes only what the sun gives beyond the house, as Ocular's EcoMode 2: at least 6 A on each phase the car uses,
    /// else nothing.
    Solar {
        /// How long there must be enough before it starts, in seconds: 60 as in evcc; what chargers take is not known.
        #[serde(default = "one_minute")]
        starts_after_s: u32,
        /// How long there must be too little before it stops, in seconds: 180 as in evcc. Meanwhile it goes on at 6 A.
        #[serde(default = "three_minutes")]
        stops_after_s: u32,
    },
    /// Keeps the current through the house's connection below its main fuse: what the house draws is measured there
    /// (CT), the car gets the rest.
    LoadBalancing {
        /// The main fuse, in amperes per phase.
        main_fuse_amps: f64,
    },
}

/// A configuration key of the maker's own that says which control is at work, as Ocular's EcoMode (1.6).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeKey {
    /// The key as spelled.
    pub key: String,
    /// Its value when the charger leaves the factory; `own_control` is what is at work then.
    pub value: String,
    /// The values it takes, and the control at each.
    pub modes: BTreeMap<String, OwnControl>,
}

fn one_minute() -> u32 {
    60
}

fn three_minutes() -> u32 {
    180
}

/// The control while a transaction runs.
#[derive(Debug, Default)]
pub(crate) struct Control {
    /// The sun is enough, and has been for long enough.
    runs: bool,
    /// Since when it is otherwise.
    other_since: Option<Timestamp>,
}

impl Control {
    /// What it lets the car have, in amperes per phase; nothing when it has no say. `wired` phases has the charger, and
    /// `used` the car.
    pub(crate) fn limit(
        &mut self,
        how: OwnControl,
        supply: &Supply,
        wired: u8,
        used: u8,
        now: Timestamp,
    ) -> Option<f64> {
        match how {
            OwnControl::None => None,
            OwnControl::LoadBalancing { main_fuse_amps } => Some((main_fuse_amps - supply.rest_amps(wired)).max(0.0)),
            OwnControl::Solar { starts_after_s, stops_after_s } => {
                let surplus =
                    (supply.sun_watts - supply.house_watts) / (supply.volts.max(1.0) * f64::from(used.max(1)));
                let wait = if self.runs { stops_after_s } else { starts_after_s };
                self.turn(surplus >= MINIMUM_AMPS, wait, now);
                Some(if self.runs { surplus.max(MINIMUM_AMPS) } else { 0.0 })
            }
        }
    }

    fn turn(&mut self, is_enough: bool, wait: u32, now: Timestamp) {
        if is_enough == self.runs {
            self.other_since = None;
            return;
        }
        let since = *self.other_since.get_or_insert(now);
        if now >= after(since, i64::from(wait)) {
            *self = Control { runs: is_enough, other_since: None };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLAR: OwnControl = OwnControl::Solar { starts_after_s: 60, stops_after_s: 180 };

    fn limit(control: &mut Control, how: OwnControl, (sun, house): (f64, f64), second: i64) -> Option<f64> {
        let supply = Supply { sun_watts: sun, house_watts: house, ..<_>::default() };
        let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        control.limit(how, &supply, 1, 1, after(start, second))
    }

    #[test]
    fn the_sun_starts_it_after_a_minute_and_a_cloud_stops_it_after_three() {
        let mut control = Control::default();
        let mut amps = |sky, second| limit(&mut control, SOLAR, sky, second);
        assert_eq!(amps((2_800.0, 500.0), 0), Some(0.0), "10 A to spare, but only just");
        assert_eq!(amps((1_000.0, 500.0), 30), Some(0.0), "a cloud");
        assert_eq!(amps((2_800.0, 500.0), 40), Some(0.0));
        assert_eq!(amps((2_800.0, 500.0), 99), Some(0.0));
        assert_eq!(amps((2_800.0, 500.0), 100), Some(10.0));
        assert_eq!(amps((1_000.0, 500.0), 101), Some(6.0), "less than it can offer: the grid helps for a while");
        assert_eq!(amps((1_000.0, 500.0), 280), Some(6.0));
        assert_eq!(amps((1_000.0, 500.0), 281), Some(0.0));
    }

    #[test]
    fn the_house_comes_first_when_the_main_fuse_is_the_limit() {
        let fuse = OwnControl::LoadBalancing { main_fuse_amps: 40.0 };
        let amps = |house, sun| limit(&mut Control::default(), fuse, (sun, house), 0);
        assert_eq!(amps(0.0, 0.0), Some(40.0));
        assert_eq!(amps(4_600.0, 0.0), Some(20.0));
        assert_eq!(amps(4_600.0, 2_300.0), Some(30.0), "what the sun gives does not come through the fuse");
        assert_eq!(amps(20_000.0, 0.0), Some(0.0));
        assert_eq!(limit(&mut Control::default(), OwnControl::None, (0.0, 20_000.0), 0), None);
    }

    #[test]
    fn a_control_is_data() {
        let read = |text| serde_json::from_str::<OwnControl>(text).ok();
        assert_eq!(read(r#"{"kind":"solar"}"#), Some(SOLAR));
        let fuse = OwnControl::LoadBalancing { main_fuse_amps: 63.0 };
        assert_eq!(read(r#"{"kind":"load_balancing","main_fuse_amps":63}"#), Some(fuse));
        assert_eq!(read(r#"{"kind":"load_balancing"}"#), None);
    }
}
