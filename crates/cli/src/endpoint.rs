//! `endpoint`: hosts the endpoint, tells what happens, takes orders.

use chargehand_site::store::Health;
use chargehand_site::{Endpoint, Options, Site, url};
use serde_json::json;

use crate::args::{self, Adopt, Place};
use crate::line;
use crate::orders;
use crate::output::Output;
use crate::{Exit, Failure};

/// Runs until told to stop, or until standard output is gone.
///
/// # Errors
/// Our world failed.
pub async fn run(args: args::Endpoint) -> Result<Exit, Failure> {
    let options = Options {
        listen: args.place.listen,
        password: args.place.password()?,
        adopt_all: args.adopt == Adopt::Auto,
        adopt: None,
        tell_frames: args.frames,
    };
    let site = open(&args.place, options).await?;
    let wanted = line::Wanted { frames: args.frames, handshakes: args.handshakes };
    let (output, writing) = Output::start();
    let mut told = site.watch();
    announce(&site, &output).await?;
    left_in_force(&site, &output).await;
    let network = tokio::spawn(follow_network(site.clone(), output.clone()));
    let mut orders = tokio::spawn(orders::take(site.clone(), output.clone()));
    loop {
        tokio::select! {
            news = told.recv() => {
                let Some(news) = news else { break };
                if line::told(&news, wanted).is_some_and(|line| output.line(&line).is_err()) {
                    break;
                }
            }
            _ = &mut orders => break,
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    network.abort();
    orders.abort();
    drop(output);
    let _ = tokio::task::spawn_blocking(move || writing.join()).await;
    Ok(Exit::Done)
}

/// Opens the site, and our certificate authority if it is to be used; what had to be saved from a damaged database is
/// said on stderr, and from now on how the disk is doing.
///
/// # Errors
/// The store or the authority cannot be used.
pub async fn open(place: &Place, options: Options) -> Result<Site, Failure> {
    let keeping = place.keeping()?;
    let site = Site::open(&place.data, options).await.map_err(Failure::world)?;
    if let Some(salvage) = site.store().salvage() {
        eprintln!("{}", salvage.sentence());
    }
    if let Some(warning) = site.clock_warning() {
        eprintln!("{warning}");
    }
    tokio::spawn(tell_health(site.clone()));
    if let Some(keeping) = keeping {
        site.secure(keeping).await.map_err(Failure::world)?;
    }
    Ok(site)
}

/// Listens and prints the `listening` line.
///
/// # Errors
/// It cannot listen.
pub async fn announce(site: &Site, output: &Output) -> Result<(), Failure> {
    let endpoint = site.listen().await.map_err(Failure::world)?;
    let Endpoint::Listening { addresses, note } = &endpoint else { return Ok(()) };
    if !note.is_empty() {
        eprintln!("{note}");
    }
    let urls: Vec<String> = addresses.iter().map(url).collect();
    let _ = output.line(&json!({
        "event": "listening", "url": endpoint.url(), "urls": urls, "wss": site.secure_urls(), "note": note,
    }));
    Ok(())
}

/// What an earlier run, which may have been killed, left in the chargers.
async fn left_in_force(site: &Site, output: &Output) {
    for id in site.chargers() {
        let Some(link) = site.charger(&id) else { continue };
        let Ok(record) = link.record().await else { continue };
        let now = link.clock.now();
        for limit in record.in_force.iter().filter(|f| !f.is_over(now)) {
            let _ = output.line(&line::left_in_force(&id, limit, now));
        }
    }
}

/// Listens again where the addresses of this computer change, and says so.
async fn follow_network(site: Site, output: Output) {
    let mut said = String::new();
    loop {
        site.network_changed().await;
        match announce(&site, &output).await {
            Ok(()) => said.clear(),
            Err(Failure(_, sentence)) if sentence == said => {}
            Err(Failure(_, sentence)) => {
                eprintln!("{sentence}");
                said = sentence;
            }
        }
    }
}

async fn tell_health(site: Site) {
    let mut health = site.store().health();
    while health.changed().await.is_ok() {
        match &*health.borrow_and_update() {
            Health::Failing(sentence) => eprintln!("{sentence}"),
            Health::Good => eprintln!("The disk can be written again; nothing was lost."),
        }
    }
}
