//! A person has demand response rehearsed or held, and moves a charge by hand.

use std::collections::BTreeSet;

use chargehand_commissioning::by_hand::Act;
use chargehand_commissioning::demand::{Drm, Grain, How, Order, PercentOf, Said, Signal};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Phases;

use crate::dice::Dice;
use crate::person::{begins, some_limit, told};
use crate::world::World;

fn signal(world: &World, dice: &mut Dice) -> Signal {
    let modes =
        |numbers: &[u8]| Signal::Drm { modes: numbers.iter().filter_map(|n| Drm::new(*n)).collect::<BTreeSet<_>>() };
    let watts = dice.pick(&[2300, 4600, 1000, 0, 22_000]);
    let others_w = dice.pick(&[Some(0), None, Some(3000)]);
    let all = [
        Signal::Percent { percent: dice.pick(&[50, 75, 100, 10]) },
        modes(&[2]),
        modes(&[1]),
        modes(&[0]),
        modes(&[4]),
        modes(dice.pick(&[&[3, 5][..], &[5], &[8]])),
        Signal::Section14a { devices: dice.pick(&[1, 3]), others_w },
        Signal::LoadLimit { watts },
        Signal::SiteLimit { watts, others_w },
        Signal::Simple { level: dice.pick(&[3, 1]), percents: [100, 75, 50, 0] },
        Signal::ByHand { limit: some_limit(world, dice) },
    ];
    dice.pick(&all)
}

fn said(dice: &mut Dice) -> Said {
    Said {
        phases: dice.pick(&[None, Phases::new(3), Phases::new(1)]),
        grain: dice.pick(&[Grain::Tenth, Grain::Whole]),
        percent_of: dice.pick(&[PercentOf::Nameplate, PercentOf::Nameplate, PercentOf::Installer]),
        feeds_back: dice.chance(20),
    }
}

fn runs(world: &mut World, what: String, order: Order) {
    begins(
        world,
        what,
        move |link| async move { told(step::demand_response(&link, &order).await.map(|run| run.outcome)) },
    );
}

/// One signal, until its time is over or a person cancels.
pub async fn holds_a_signal(world: &mut World, mut dice: Dice) {
    let for_s = dice.pick(&[None, Some(30), Some(400)]);
    let (signal, commence) = (signal(world, &mut dice), dice.chance(30));
    let what = format!("a person has {} held for {for_s:?} s", signal.name());
    let how = How::Hold { for_s };
    let order = Order { signals: vec![signal], how, said: said(&mut dice), commence, licensed: String::new() };
    runs(world, what, order);
}

/// A rehearsal, or a hold for a time.
pub fn order(world: &World, dice: &mut Dice) -> Order {
    let how = dice.pick(&[How::Rehearse, How::Hold { for_s: Some(60) }]);
    let signals = vec![signal(world, dice)];
    Order { signals, how, said: said(dice), commence: false, licensed: String::new() }
}

pub async fn rehearses(world: &mut World, mut dice: Dice) {
    let mut signals: Vec<Signal> = (0..dice.pick(&[1, 2, 3])).map(|_| signal(world, &mut dice)).collect();
    signals.dedup();
    let licensed = if dice.chance(20) { "A. Sparks".to_owned() } else { String::new() };
    let names: Vec<String> = signals.iter().map(Signal::name).collect();
    let what = format!("a person has {} rehearsed", names.join(", "));
    runs(world, what, Order { signals, how: How::Rehearse, said: said(&mut dice), commence: false, licensed });
}

pub async fn acts_by_hand(world: &mut World, mut dice: Dice) {
    let act = dice.pick(&[Act::Pause, Act::Slower, Act::Faster, Act::Resume, Act::Stop, Act::Start]);
    begins(world, format!("by hand: {act:?}"), move |link| async move {
        step::by_hand::run(&link, act).await.err().map_or_else(String::new, |busy| busy.to_string())
    });
}

/// Somebody stood at the output with a meter.
pub async fn enters_what_was_measured(world: &mut World, mut dice: Dice) {
    let dead = !dice.chance(50);
    begins(world, format!("a person enters that the output is dead: {dead}"), move |link| async move {
        let _ = link.keep(Event::OutputDead { by: "A. Sparks".into(), dead }).await;
        String::new()
    });
}
