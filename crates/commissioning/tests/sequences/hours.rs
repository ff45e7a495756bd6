//! A person sets cheap hours, and takes them away.

use chargehand_commissioning::plan::Change;
use chargehand_commissioning::units::Amperes;
use chargehand_commissioning::windows::{Span, Week};

use crate::dice::Dice;
use crate::person::{begins, writes};
use crate::world::World;

/// When they are, in hours of a day: at night, in two spans, always, in the hour in which stories begin (UTC).
const TIMES: [&[(u16, u16)]; 4] = [&[(0, 6)], &[(0, 5), (11, 14)], &[(0, 24)], &[(1, 2)]];

/// Hours of a week, or those that are there go.
pub fn change(week: Option<Week>) -> Change {
    Change::CheapHours { week: week.map(Box::new), platform: None }
}

pub fn week(world: &World, dice: &mut Dice) -> Option<Week> {
    let zone = dice.pick(&["UTC", "Australia/Adelaide", "Europe/London", "Australia/Lord_Howe"]);
    let ceiling = world.bench().parts().ceiling().map_or(16.0, |c| c.limit.amps());
    let limit = Amperes::from_amps(dice.pick(&[ceiling.min(10.0), 6.0, ceiling, ceiling + 1.0]))?;
    let times = dice.pick(&TIMES);
    let span = |(from, to): &(u16, u16)| Span { from_min: from * 60, to_min: to * 60, limit };
    let (day, workdays) = (times.iter().map(span).collect::<Vec<_>>(), dice.chance(40));
    Week::new(zone, std::array::from_fn(|d| if workdays && d > 4 { Vec::new() } else { day.clone() })).ok()
}

pub async fn sets_cheap_hours(world: &mut World, mut dice: Dice) {
    let Some(week) = week(world, &mut dice) else { return };
    let what = format!("a person sets cheap hours at {} by the clock of {}", week.highest(), week.zone());
    begins(world, what, move |link| writes(link, vec![change(Some(week))]));
}

pub async fn takes_cheap_hours_away(world: &mut World, _: Dice) {
    let what = "a person takes the cheap hours away".into();
    begins(world, what, move |link| writes(link, vec![change(None)]));
}
