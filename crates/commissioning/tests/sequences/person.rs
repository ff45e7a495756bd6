//! What a person does, in the window or on the command line.

use std::time::Duration;

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::{Busy, CallFailure, Link};
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::plan::{Card, Change};
use chargehand_commissioning::step;
use chargehand_commissioning::step::upgrade_security::{Means, Secret};
use chargehand_commissioning::units::Amperes;
use chargehand_ocpp::Call;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::dice::Dice;
use crate::raw::{self, Terms};
use crate::world::World;
use crate::{holding, hours};

fn amps(amps: f64) -> Option<Amperes> {
    Amperes::from_amps(amps)
}

async fn enters(world: &World, parts: CeilingParts) {
    let before = world.bench().parts();
    let known = world.bench().known();
    if let Err(why) = parts.may_follow(&before, &known) {
        return world.tell(format!("a person enters {parts:?} and is told: {why}"));
    }
    world.tell(format!("a person enters {parts:?}"));
    let _ = timeout(Duration::from_secs(1), world.link.keep(Event::Ceiling { parts })).await;
}

/// Some parts of the ceiling, higher or lower than before.
pub async fn enters_a_ceiling(world: &mut World, mut dice: Dice) {
    let breaker = amps(dice.pick(&[16.0, 20.0, 32.0, 10.0, 6.0]));
    let cable = dice.chance(30).then(|| amps(dice.pick(&[25.0, 13.0]))).flatten();
    let nameplate = dice.chance(60).then(|| amps(dice.pick(&[32.0, 32.0, 16.0]))).flatten();
    let before = world.bench().parts();
    let installer = if dice.chance(50) { before.installer } else { None };
    let installer_confirmed = before.installer_confirmed && installer.is_some();
    enters(
        world,
        CeilingParts { breaker, cable, nameplate, installer, installer_confirmed, ..CeilingParts::default() },
    )
    .await;
}

/// The hardware limit is seen with one's own eyes, or is not so after all.
pub async fn confirms_hardware(world: &mut World, mut dice: Dice) {
    let before = world.bench().parts();
    let least = before.ceiling().map(|ceiling| ceiling.limit);
    let installer = if dice.chance(20) { amps(32.0) } else { least };
    let installer_confirmed = !dice.chance(30);
    enters(world, CeilingParts { installer, installer_confirmed, ..before }).await;
}

/// Begins a step; what it comes to is told, where that is anything.
pub fn begins<F>(world: &mut World, what: String, step: impl FnOnce(Link) -> F)
where
    F: Future<Output = String> + Send + 'static,
{
    world.tell(&what);
    let (running, shared) = (step(world.link.clone()), world.shared.clone());
    world.steps.push(tokio::spawn(async move {
        let comes_to = running.await;
        if !comes_to.is_empty() {
            crate::world::locked(&shared).tell(format!("{what}: {comes_to}"));
        }
    }));
}

/// What a person reads of it.
pub fn told(outcome: Result<Outcome, Busy>) -> String {
    outcome.map_or_else(|busy| busy.to_string(), |outcome| format!("{:?}: {}", outcome.verdict, outcome.finding))
}

pub fn some_limit(world: &World, dice: &mut Dice) -> Amperes {
    let ceiling = world.bench().parts().ceiling().map_or(16.0, |c| c.limit.amps());
    amps(dice.pick(&[10.0, ceiling, 6.0, 0.0, ceiling + 1.0, 8.5])).unwrap()
}

pub async fn proves_a_limit(world: &mut World, mut dice: Dice) {
    let limit = some_limit(world, &mut dice);
    let within = dice.pick(&[None, Some(30), Some(120)]);
    begins(world, format!("a person proves {limit}"), move |link| async move {
        let deadline = within.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        told(step::prove_limit(&link, limit, deadline).await.map(|(proof, _)| proof.outcome))
    });
}

pub async fn sets_a_permanent_limit(world: &mut World, mut dice: Dice) {
    let limit = some_limit(world, &mut dice);
    begins(world, format!("a person sets {limit} for good"), move |link| async move {
        told(step::apply_limit(&link, limit).await.map(|permanent| permanent.outcome))
    });
}

pub async fn plans_and_writes_a_limit(world: &mut World, mut dice: Dice) {
    let limit = some_limit(world, &mut dice);
    let connector = dice.pick(&[0, 1]);
    let what = format!("a person plans {limit} on {connector} and has it written");
    begins(world, what, move |link| writes(link, vec![Change::Limit { limit, connector }]));
}

/// A limit, demand response, hours and cards, or some of them, in one plan.
pub async fn plans_and_writes_several(world: &mut World, mut dice: Dice) {
    let limit = Change::Limit { limit: some_limit(world, &mut dice), connector: 0 };
    let order = Change::DemandResponse { order: Box::new(holding::order(world, &mut dice)) };
    let cards = Change::Cards { cards: vec![Card::new("04A2B7C8D9E0F1")], replace: dice.chance(30) };
    let hours = hours::week(world, &mut dice).map(|week| hours::change(Some(week)));
    let all = [Some(limit), Some(order), hours, Some(cards)];
    let changes: Vec<Change> = all.into_iter().flatten().filter(|_| !dice.chance(40)).collect();
    begins(world, format!("a person plans and has written: {changes:?}"), move |link| writes(link, changes));
}

/// Plans these and has what waits written.
pub async fn writes(link: Link, changes: Vec<Change>) -> String {
    for change in changes {
        let Ok(record) = link.record().await else { return String::new() };
        let _ = link.keep(Event::Planned { line: record.next_line, change: Some(change) }).await;
    }
    told(step::apply_plan(&link, None, false).await)
}

pub async fn takes_the_plan_back(world: &mut World, _: Dice) {
    begins(world, "a person takes the plan back".into(), move |link| async move {
        told(step::take_back_plan(&link, None).await)
    });
}

/// Reads what the charger tells of itself.
pub async fn inspects(world: &mut World, _: Dice) {
    begins(
        world,
        "a person has the charger inspected".into(),
        move |link| async move { told(step::inspect(&link).await) },
    );
}

pub async fn looks_for_residue(world: &mut World, _: Dice) {
    begins(world, "a person looks for what others left".into(), move |link| async move {
        told(step::look_for_residue(&link).await)
    });
}

pub async fn raises_security(world: &mut World, mut dice: Dice) {
    let to = dice.pick(&[1, 2, 3]);
    let means = Means {
        to,
        password: Secret("a-password-of:20+chr".into()),
        root: Some("A ROOT".into()),
        plain: "ws://192.168.1.2:9616/".into(),
        secure: "wss://192.168.1.2:9616/".into(),
    };
    begins(world, format!("a person raises the security profile to {to}"), move |link| async move {
        told(step::upgrade_security(&link, &means).await)
    });
}

pub async fn clears(world: &mut World, _: Dice) {
    begins(world, "a person clears the test limits".into(), move |link| async move { told(step::clear(&link).await) });
}

pub async fn cancels(world: &mut World, _: Dice) {
    world.tell("a person cancels");
    let _ = timeout(Duration::from_secs(1), world.link.cancel()).await;
}

/// Whoever ran the steps is gone, and the program goes on: a closed window, a command line that was stopped.
pub async fn leaves(world: &mut World, _: Dice) {
    world.tell("whoever ran the steps is gone");
    world.steps.drain(..).for_each(|step| step.abort());
}

/// A message by hand. Its answer is not waited for.
pub fn sends(world: &mut World, (action, payload): (&str, Value), confirmed: bool) {
    let call = Call::new(action, payload);
    let (link, shared) = (world.link.clone(), world.shared.clone());
    world.tell(format!("by hand: {action} {}", call.payload));
    world.bench().by_hand.push(call.payload.clone());
    tokio::spawn(async move {
        if let Err(CallFailure::Held(held)) = link.call_confirmed(call, confirmed).await {
            crate::world::locked(&shared).tell(format!("held back: {held}"));
        }
    });
}

pub async fn sends_a_profile(world: &mut World, mut dice: Dice) {
    let message = raw::set(&Terms::of(world), &mut dice);
    sends(world, message, false);
}

/// With everything as usual but the numbers: a limit that stays, or one that ends.
pub async fn sends_a_plain_limit(world: &mut World, mut dice: Dice) {
    let terms = Terms::of(world);
    let message = raw::plain(&terms, &mut dice);
    sends(world, message, false);
}

pub async fn starts_with_a_profile(world: &mut World, mut dice: Dice) {
    let message = raw::start(&Terms::of(world), &mut dice);
    sends(world, message, false);
}

pub async fn clears_by_hand(world: &mut World, mut dice: Dice) {
    let message = raw::clear(&Terms::of(world), &mut dice);
    sends(world, message, true);
}

pub async fn changes_a_setting(world: &mut World, mut dice: Dice) {
    let (action, payload, confirmed) = raw::setting(&Terms::of(world), &mut dice);
    sends(world, (action, payload), confirmed);
}

pub async fn updates_a_dynamic_limit(world: &mut World, mut dice: Dice) {
    let message = raw::dynamic(&Terms::of(world), &mut dice);
    sends(world, message, true);
}
