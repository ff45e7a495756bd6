//! `simulate`: simulated chargers, until stopped.

use std::path::Path;
use std::time::Duration;

use chargehand_simulator::{
    Announcer, Behaviour, Cue, Endpoint, Hand, LinkState, Security, SimulatedCharger, announce, cars, connect_at,
    personalities, read_script,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::args;
use crate::output::{Gone, Output};
use crate::{Exit, Failure};

/// Runs the chargers until Ctrl-C or the end of standard output.
///
/// # Errors
/// The URL or the script cannot be used, or what the security profile needs is missing.
pub async fn run(args: args::Simulate) -> Result<Exit, Failure> {
    let (output, writing) = Output::start();
    if args.list {
        // whoever stops reading knows enough
        let _ = list(&output);
        drop(output);
        let _ = tokio::task::spawn_blocking(move || writing.join()).await;
        return Ok(Exit::Done);
    }
    let script = script(&args)?;
    let (behaviour, security) = (behaviour(&args), security(&args)?);
    let (mut hands, mut telling) = (Vec::new(), JoinSet::new());
    for id in ids(&args) {
        let endpoint = Endpoint::secured(args.url.as_deref().unwrap_or_default(), &id, security.clone())
            .map_err(|error| Failure(Exit::BadArguments, error.to_string()))?;
        let charger = SimulatedCharger::new(behaviour.clone(), Timestamp::now());
        let hand = connect_at(endpoint, charger, args.speed);
        telling.spawn(tell(id.clone(), hand.link(), output.clone()));
        hands.push((id, hand));
    }
    let announced = announced(&args, &hands, &output).await?;
    tokio::select! {
        Err(Gone) = play(&script, args.speed, &hands, &output) => {}
        () = silenced(&mut telling) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    for (_, hand) in hands {
        let _ = hand.stop().await;
    }
    drop(announced);
    Ok(Exit::Done)
}

/// Shows the first charger on the network, where that was asked for.
async fn announced(
    args: &args::Simulate,
    hands: &[(String, Hand)],
    output: &Output,
) -> Result<Option<Announcer>, Failure> {
    let (Some(personality), Some(address), Some((id, hand))) = (args.personality, args.announce, hands.first()) else {
        return Ok(None);
    };
    let announcer = announce(personality, address, Some(hand.panel())).await.map_err(Failure::world)?;
    let Some(announcer) = announcer else {
        let name = personality.about.name;
        let sentence = format!("How {name} shows itself on a network is not known. Leave --announce out.");
        return Err(Failure(Exit::BadArguments, sentence));
    };
    let line = json!({ "event": "announced", "charger": id, "address": address, "remarks": announcer.remarks() });
    // whoever does not read it sees it on the network
    let _ = output.line(&line);
    Ok(Some(announcer))
}

/// What can be simulated.
fn list(output: &Output) -> Result<(), Gone> {
    for it in personalities() {
        let about = it.about;
        output.line(&json!({
            "personality": about.name, "title": about.title, "group": about.group, "problem": about.problem,
            "version": it.behaviour.version.name(), "summary": about.summary, "assumed": about.assumed,
        }))?;
    }
    cars().iter().try_for_each(|car| output.line(&json!({ "car": car.about.name, "title": car.about.title })))
}

/// The script in the file; an empty one without a file.
fn script(args: &args::Simulate) -> Result<Vec<Cue>, Failure> {
    let text = text(args.script.as_deref())?;
    read_script(&text).map_err(|error| Failure(Exit::BadArguments, error.to_string()))
}

/// The personality's, and what was said otherwise.
fn behaviour(args: &args::Simulate) -> Behaviour {
    let mut it = args.personality.map_or_else(Behaviour::default, |personality| personality.behaviour.clone());
    it.version = args.version.unwrap_or(it.version);
    it.plugged |= args.plugged;
    it.starts_by_itself |= args.plugged;
    it.meter_interval_s = args.meter_interval.unwrap_or(it.meter_interval_s);
    it.deviates.limits.ignores_limits |= args.ignore_limits;
    if let Some(car) = args.car {
        it.car = car.make.clone();
    }
    it
}

/// The identities of the chargers.
fn ids(args: &args::Simulate) -> Vec<String> {
    let id = args.id.clone().unwrap_or_default();
    match args.count {
        1 => vec![id],
        count => (1..=count).map(|number| format!("{id}-{number:04}")).collect(),
    }
}

/// How the chargers secure their connections.
fn security(args: &args::Simulate) -> Result<Security, Failure> {
    let is_tls = args.url.as_deref().is_some_and(|url| url.starts_with("wss:"));
    let implied = match (is_tls, &args.certificate, &args.password) {
        (true, Some(_), _) => 3,
        (true, None, _) => 2,
        (false, _, Some(_)) => 1,
        (false, _, None) => 0,
    };
    Ok(Security {
        profile: args.security_profile.unwrap_or(implied),
        password: args.password.clone(),
        roots: text(args.root.as_deref())?,
        certificate: text(args.certificate.as_deref())?,
        key: text(args.key.as_deref())?,
    })
}

/// The text of a file; nothing without one.
fn text(file: Option<&Path>) -> Result<String, Failure> {
    let Some(file) = file else { return Ok(String::new()) };
    std::fs::read_to_string(file)
        .map_err(|e| Failure(Exit::BadArguments, format!("The file {} cannot be read ({e}).", file.display())))
}

/// Tells how a charger's connection stands, as often as that changes.
async fn tell(id: String, mut link: watch::Receiver<LinkState>, output: Output) -> Result<(), Gone> {
    loop {
        let state = link.borrow_and_update().clone();
        output.line(&connection(&id, &state))?;
        if link.changed().await.is_err() {
            return Ok(());
        }
    }
}

/// Returns once nobody reads any more, or no charger is left.
async fn silenced(telling: &mut JoinSet<Result<(), Gone>>) {
    while let Some(told) = telling.join_next().await {
        if !matches!(told, Ok(Ok(()))) {
            return;
        }
    }
}

fn connection(id: &str, link: &LinkState) -> Value {
    match link {
        LinkState::Connecting => json!({"event": "connecting", "charger": id}),
        LinkState::Connected => json!({"event": "connected", "charger": id}),
        LinkState::Down { why, pause } => {
            json!({"event": "disconnected", "charger": id, "reason": why, "again_in_ms": pause.as_millis() as u64})
        }
    }
}

/// Plays the script on every charger; then waits until nobody reads any more.
async fn play(script: &[Cue], speed: f64, hands: &[(String, Hand)], output: &Output) -> Result<(), Gone> {
    let began = Instant::now();
    for Cue { at, act } in script {
        sleep_until(began + Duration::from_secs_f64(at.as_secs_f64() / speed)).await;
        for (id, hand) in hands {
            hand.act(act.clone());
            output.line(
                &json!({"event": "act", "charger": id, "act": act.to_string(), "at_ms": at.as_millis() as u64}),
            )?;
        }
    }
    std::future::pending().await
}
