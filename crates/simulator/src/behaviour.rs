//! What one charger is, and what it does differently from the book.

use crate::car::CarMake;
use crate::meter::MeterMake;
use crate::own_control::{ModeKey, OwnControl};
use crate::rpc::cut;
use crate::supply::Supply;
use crate::{Connects, Deviations, Version};
use serde::Deserialize;

/// The charger, its installation and the car in front of it. Deserialises with every field optional.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// The version of the protocol it speaks, and the only one it offers.
    pub version: Version,
    /// BootNotification's vendor; sent cut to 20 characters (2.x: 50).
    pub vendor: String,
    /// BootNotification's model; sent cut to 20 characters.
    pub model: String,
    /// BootNotification's serial number; sent cut to 25 characters.
    pub serial: String,
    /// BootNotification's firmware version; sent cut to 50 characters.
    pub firmware: String,
    /// What the type plate allows, in amperes per phase, 6 to 80.
    pub nameplate_amps: f64,
    /// The limit the installer set in the hardware (switch, app), in amperes per phase; none when absent.
    pub hardware_amps: Option<f64>,
    /// Phases the charger is wired to: 1 to 3.
    pub phases: u8,
    /// What it is fed by.
    pub supply: Supply,
    /// It has a socket and reads from the car's own cable what that carries; else the cable is fixed to it.
    pub socket: bool,
    /// It has ventilation for cars that want it; without, they get nothing.
    pub ventilates: bool,
    /// What it makes of sun and house by itself.
    pub own_control: OwnControl,
    /// A key of its maker's own that changes that.
    pub mode_key: Option<ModeKey>,
    /// How well its meter measures.
    pub meter: MeterMake,
    /// The meter's register at the start, in watt-hours.
    pub meter_start_wh: f64,
    /// The car that is plugged in, or will be.
    pub car: CarMake,
    /// The car is plugged in from the start.
    pub plugged: bool,
    /// Once booted and plugged in, it presents `id_tag` by itself and starts ("free vend").
    pub starts_by_itself: bool,
    /// The idTag it presents; sent cut to 16 characters, because some chargers' buffers end there.
    pub id_tag: String,
    /// Interval of the samples within a transaction at the start, in seconds; 0 sends none. P19: some chargers come with 60.
    pub meter_interval_s: u32,
    /// How far the charger's clock is ahead before the endpoint first tells it the time, in seconds.
    pub clock_offset_s: i64,
    /// P24: it keeps local time and writes it as if it were UTC: this many seconds ahead, also after the endpoint told
    /// it the time (Adelaide: 34,200).
    pub zone_offset_s: i64,
    /// 2.1: it tells that it stands in this zone (IANA name), and a schedule may count by the clock of the wall there
    /// (`useLocalTime`); else it refuses such a one.
    pub wall_clock: Option<String>,
    /// 2.1: a schedule may have its periods delayed (`randomizedDelay`), each by a number of seconds that follows from this
    /// seed; else it refuses such a one.
    pub random_delay_seed: Option<u32>,
    /// The unit it takes limits in.
    pub rate_unit: RateUnit,
    /// The highest stack level it takes: 0 and up.
    pub max_stack_level: i64,
    /// Charger and car can feed back: a setpoint below zero (2.1) lets the car give, and the meter counts both ways.
    pub discharges: bool,
    /// It lets the endpoint lower its security profile. 1.6 and 2.0.1 forbid that; 2.1 allows it from 3 to 2.
    pub lowers_security: bool,
    /// How it connects; as it should by default.
    pub connects: Connects,
    /// What it does wrong; nothing by default.
    pub deviates: Deviations,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            version: Version::V16,
            vendor: "Chargehand".into(),
            model: "Simulated 7".into(),
            serial: "SIM-0001".into(),
            firmware: "1.0.0".into(),
            nameplate_amps: 32.0,
            hardware_amps: None,
            phases: 1,
            supply: Supply::default(),
            socket: false,
            ventilates: false,
            own_control: OwnControl::None,
            mode_key: None,
            meter: MeterMake::default(),
            meter_start_wh: 12_500.0,
            car: CarMake::default(),
            plugged: false,
            starts_by_itself: false,
            id_tag: "SIMULATED-TAG".into(),
            meter_interval_s: 10,
            clock_offset_s: 0,
            zone_offset_s: 0,
            wall_clock: None,
            random_delay_seed: None,
            rate_unit: RateUnit::Current,
            max_stack_level: 8,
            discharges: false,
            lowers_security: false,
            connects: Connects::default(),
            deviates: Deviations::default(),
        }
    }
}

impl Behaviour {
    /// A text cut to what its field may hold, in characters; P23: some chargers do not cut.
    pub(crate) fn fitted(&self, text: &str, most: usize) -> String {
        if self.deviates.identity.sends_long_texts { text.to_owned() } else { cut(text, most) }
    }
}

/// The unit a charger takes limits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// Amperes per phase only.
    Current,
    /// P28: watts only; a profile in amperes is rejected.
    Power,
    /// Either.
    Both,
}
