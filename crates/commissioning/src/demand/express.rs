//! From a signal to the limit that says it: down to 0.1 A and never up, 0 below 6 A, at 230 V, never above the ceiling.

use chargehand_ocpp::Version;
use chargehand_ocpp::profile::RateUnit;

use super::{Basis, Drm, Expressed, Expression, FeedBack, GUARANTEED_14A, Grain, PercentOf, Sent, Signal};
use crate::limit::{as_sent, in_unit};
use crate::units::{Amperes, LEAST_OFFER, NOMINAL_VOLTS, Phases};

/// The three phases that unknown ones count as where W become A.
const THREE: u8 = 3;
/// The simultaneity factor of §14a for 2 to 8 devices, percent; from 9 on [`GZF_9`]. From memory: check the current edition.
const GZF: [u64; 7] = [80, 75, 70, 65, 60, 55, 50];
/// For 9 devices and more, percent (secondary: makers' pages on BK6-22-300).
const GZF_9: u64 = 45;

/// What is asked about charging.
enum Cap {
    /// So many percent of the rated current.
    Share(u8),
    /// So many W in total.
    Power(u64),
    /// So much per phase.
    Current(Amperes),
    /// As much as the ceiling allows.
    Ceiling,
}

/// A signal taken apart.
struct Asked {
    cap: Cap,
    feed_back: Option<Drm>,
    disconnects: bool,
    /// How the cap comes about, where that is not plain.
    words: String,
}

impl Asked {
    fn only(cap: Cap, words: impl Into<String>) -> Self {
        Self { cap, feed_back: None, disconnects: false, words: words.into() }
    }
}

/// The limit that says a signal on a charger, or why there is none.
pub fn express(signal: &Signal, basis: &Basis) -> Expression {
    match expressed(signal, basis) {
        Ok(expressed) => Expression::Expressed(Box::new(expressed)),
        Err(why) => {
            let no_word = signal.is_only_about_feeding_back() && basis.version != Version::V21;
            Expression::CannotBeExpressed { why, no_word }
        }
    }
}

fn expressed(signal: &Signal, basis: &Basis) -> Result<Expressed, String> {
    let asked = take_apart(signal)?;
    let Some(ceiling) = basis.ceiling else {
        return Err("No ceiling was entered, and nothing is sent without one.".into());
    };
    let (feed_back, left_out) = match asked.feed_back.map(|mode| feed_back(mode, basis, ceiling)) {
        Some(Ok(feed_back)) => (Some(feed_back), None),
        Some(Err(why)) if signal.is_only_about_feeding_back() => return Err(why),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    let (amps, mut words) = amps(&asked.cap, basis, basis.percent_of)?;
    if !asked.words.is_empty() {
        words = format!("{} {words}", asked.words);
    }
    let limit = commanded(amps, ceiling, basis.grain);
    let why = format!("{words}{}", rounding(amps, limit, ceiling)).trim().to_owned();
    Ok(Expressed {
        limit,
        sent: sent(limit, basis),
        power: basis.phases.map(|phases| limit.watts(phases)),
        pauses: limit == Amperes::ZERO,
        disconnects: asked.disconnects,
        why,
        feed_back,
        left_out,
        other_reading: other_reading(&asked.cap, basis, ceiling),
    })
}

/// As it would stand in the schedule.
fn sent(limit: Amperes, basis: &Basis) -> Sent {
    let phases = basis.phases.unwrap_or(Phases::ONE);
    Sent { tenths: in_unit(limit, basis.unit, phases), unit: basis.unit, phases: basis.named }
}

fn take_apart(signal: &Signal) -> Result<Asked, String> {
    match signal {
        Signal::Drm { modes } => {
            let of_group = |back: bool| modes.iter().copied().filter(move |mode| mode.feeds_back() == back);
            let Some(strongest) = modes.first().copied() else { return Err("No mode was chosen.".into()) };
            let import = of_group(false).min();
            let beaten =
                modes.len() > 1 && import.is_some_and(|_| of_group(false).count() > 1 || strongest.number() == 0);
            let words = match import.filter(|_| beaten) {
                Some(mode) => format!("Of the modes that are asserted at once {mode} is the strongest."),
                None => String::new(),
            };
            let cap = match import.map(Drm::number) {
                Some(0 | 1) => Cap::Share(0),
                Some(2) => Cap::Share(50),
                Some(3) => Cap::Share(75),
                _ => Cap::Ceiling,
            };
            let disconnects = strongest.number() == 0;
            let feed_back = of_group(true).min().filter(|_| !disconnects);
            Ok(Asked { cap, feed_back, disconnects, words })
        }
        Signal::Section14a { devices, others_w } => section_14a(u64::from(*devices), *others_w),
        Signal::LoadLimit { watts } => Ok(Asked::only(Cap::Power(u64::from(*watts)), "")),
        Signal::SiteLimit { watts, others_w } => {
            let Some(others) = others_w else {
                let why = "This is a limit of the whole site, not of the charger. Say what everything else on the site \
                           draws.";
                return Err(why.into());
            };
            let left = watts.saturating_sub(*others);
            let words = format!("{watts} W for the site less {others} W for everything else leaves {left} W.");
            Ok(Asked::only(Cap::Power(u64::from(left)), words))
        }
        Signal::Simple { level, percents } => match percents.get(usize::from(*level)) {
            Some(percent) => share(*percent, format!("Level {level} was said to mean {percent} %.")),
            None => Err(format!("There is no level {level}: SIMPLE has 0 to 3.")),
        },
        Signal::Percent { percent } => share(*percent, ""),
        Signal::ByHand { limit } => Ok(Asked::only(Cap::Current(*limit), "")),
    }
}

fn share(percent: u8, words: impl Into<String>) -> Result<Asked, String> {
    match percent {
        0..=99 => Ok(Asked::only(Cap::Share(percent), words)),
        100 => Ok(Asked::only(Cap::Ceiling, words)),
        _ => Err(format!("{percent} % is more than the charger is rated for.")),
    }
}

/// 4.2 kW for one device; for several on an energy manager 4.2 kW and, for each further one, so much of it as the
/// simultaneity factor says. The manager shares the sum out.
fn section_14a(devices: u64, others_w: Option<u32>) -> Result<Asked, String> {
    let one = u64::from(GUARANTEED_14A);
    if devices <= 1 {
        return Ok(Asked::only(Cap::Power(one), "The network leaves one device 4200 W."));
    }
    let Some(others) = others_w else {
        return Err("An energy manager shares the guaranteed power among its devices. Say what the others draw.".into());
    };
    let factor = usize::try_from(devices - 2).ok().and_then(|index| GZF.get(index));
    let unsure = if factor.is_some() { " (factor from memory: check the current edition)" } else { "" };
    let sum = one.saturating_mul(100 + (devices - 1).saturating_mul(factor.copied().unwrap_or(GZF_9))) / 100;
    let left = sum.saturating_sub(u64::from(others));
    let words =
        format!("{devices} devices keep {sum} W together{unsure}; less {others} W for the others leaves {left} W.");
    Ok(Asked::only(Cap::Power(left), words))
}

/// The current before any rounding, with the sentence for it.
fn amps(cap: &Cap, basis: &Basis, of: PercentOf) -> Result<(Amperes, String), String> {
    match cap {
        Cap::Share(0) => Ok((Amperes::ZERO, "Nothing may be drawn.".into())),
        Cap::Share(percent) => {
            let (rated, name) = rated(basis, of)?;
            let milliamps = u64::from(rated.milliamps()) * u64::from(*percent) / 100;
            let amps = Amperes::from_milliamps(u32::try_from(milliamps).unwrap_or(u32::MAX));
            Ok((amps, format!("{percent} % of the {name} of {rated} is {amps} per phase.")))
        }
        Cap::Power(watts) => {
            let phases = basis.phases.map_or(THREE, Phases::count);
            let milliamps = watts.saturating_mul(1000) / (u64::from(NOMINAL_VOLTS) * u64::from(phases));
            let amps = Amperes::from_milliamps(u32::try_from(milliamps).unwrap_or(u32::MAX));
            let phase = if phases == 1 { "1 phase".to_owned() } else { format!("{phases} phases") };
            let guess = if basis.phases.is_none() { " (not known, so the most are taken)" } else { "" };
            Ok((amps, format!("{watts} W on {phase}{guess} at {NOMINAL_VOLTS} V is {amps} per phase.")))
        }
        Cap::Current(limit) => Ok((*limit, format!("{limit} per phase was chosen by hand."))),
        Cap::Ceiling => Ok((Amperes::from_milliamps(u32::MAX), "As much as the ceiling allows.".into())),
    }
}

fn rated(basis: &Basis, of: PercentOf) -> Result<(Amperes, &'static str), String> {
    match of {
        PercentOf::Nameplate => basis.nameplate.map(|amps| (amps, "nameplate")).ok_or_else(|| {
            "A share is a share of the nameplate. Enter the nameplate's current with the ceiling.".into()
        }),
        PercentOf::Installer => basis
            .installer
            .map(|amps| (amps, "installer limit"))
            .ok_or_else(|| "A share of the installer limit was asked for. Enter that limit with the ceiling.".into()),
    }
}

/// Not above the ceiling, down to the charger's step, and 0 below what a charger can offer.
fn commanded(amps: Amperes, ceiling: Amperes, grain: Grain) -> Amperes {
    let tenths = amps.min(ceiling).floor_to_tenth();
    as_sent(match grain {
        Grain::Tenth => tenths,
        Grain::Whole => Amperes::from_milliamps(tenths.milliamps() / 1000 * 1000),
    })
}

fn rounding(amps: Amperes, limit: Amperes, ceiling: Amperes) -> String {
    let held = amps.min(ceiling);
    if limit == Amperes::ZERO && held > Amperes::ZERO {
        return format!(" That is below {LEAST_OFFER}, the least a charger can offer, so 0 is asked for: it pauses.");
    }
    if amps > ceiling {
        return format!(" The ceiling holds it at {limit}.");
    }
    if limit < held { format!(" Rounded down: {limit}.") } else { String::new() }
}

fn other_reading(cap: &Cap, basis: &Basis, ceiling: Amperes) -> Option<(PercentOf, Amperes)> {
    let (nameplate, installer) = basis.nameplate.zip(basis.installer)?;
    let Cap::Share(1..) = cap else { return None };
    let other = match basis.percent_of {
        PercentOf::Nameplate => PercentOf::Installer,
        PercentOf::Installer => PercentOf::Nameplate,
    };
    let (amps, _) = amps(cap, basis, other).ok()?;
    (installer < nameplate).then(|| (other, commanded(amps, ceiling, basis.grain)))
}

/// What a mode about feeding back comes to in 2.1; no earlier version has a word for it.
fn feed_back(mode: Drm, basis: &Basis, ceiling: Amperes) -> Result<FeedBack, String> {
    if basis.version != Version::V21 {
        return Err(format!("{mode} cannot be expressed in OCPP {}: only 2.1 has words for it.", basis.version));
    }
    if mode.number() == 8 && !basis.feeds_back {
        return Err(format!(
            "{mode} needs a set-point, and a car and a charger that can feed back. Say so if they can; else it is not \
             tested."
        ));
    }
    let percent = match mode.number() {
        5 => 0,
        6 => 50,
        7 => 75,
        _ => 100,
    };
    let most = match percent {
        0 => Amperes::ZERO,
        percent => amps(&Cap::Share(percent), basis, basis.percent_of)?.0.min(ceiling).floor_to_tenth(),
    };
    Ok(FeedBack { most, gives: mode.number() == 8 })
}

/// In tenths of a unit, negative: what flows back.
pub(super) fn back_tenths(most: Amperes, unit: RateUnit, phases: Phases) -> i64 {
    -match unit {
        RateUnit::A => i64::from(most.floor_to_tenth().milliamps() / 100),
        RateUnit::W => i64::from(most.floor_to_tenth().watts(phases).0) * 10,
    }
}
