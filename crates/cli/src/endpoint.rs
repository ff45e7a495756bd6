//! `endpoint`: hosts the endpoint, tells what happens, takes orders.

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::guard::Refused;
use chargehand_commissioning::link::{CallFailure, Link};
use chargehand_commissioning::units::Amperes;
use chargehand_ocpp::v16::call::Call;
use chargehand_site::store::Health;
use chargehand_site::{Endpoint, Options, Site, url};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::args::{self, Adopt};
use crate::line;
use crate::output::Output;
use crate::{Exit, Failure};

/// The longest line of an order, bytes.
const LINE: usize = 2 * 1024 * 1024;

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
    };
    let site = open(&args.place.data, options).await?;
    let (output, writing) = Output::start();
    let mut told = site.watch();
    announce(&site, &output).await?;
    let network = tokio::spawn({
        let site = site.clone();
        async move { site.follow_network().await }
    });
    let health = tokio::spawn(tell_health(site.clone()));
    let mut orders = tokio::spawn(take_orders(site.clone(), output.clone()));
    loop {
        tokio::select! {
            news = told.recv() => {
                let Some(news) = news else { break };
                if line::told(&news, args.frames).is_some_and(|line| output.line(&line).is_err()) {
                    break;
                }
            }
            _ = &mut orders => break,
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    network.abort();
    health.abort();
    orders.abort();
    drop(output);
    let _ = tokio::task::spawn_blocking(move || writing.join()).await;
    Ok(Exit::Done)
}

/// Opens the site; what had to be saved from a damaged database is said on stderr.
///
/// # Errors
/// The store cannot be used.
pub async fn open(data: &std::path::Path, options: Options) -> Result<Site, Failure> {
    let site = Site::open(data, options).await.map_err(Failure::world)?;
    if let Some(salvage) = site.store().salvage() {
        eprintln!("{}", salvage.sentence());
    }
    if let Some(warning) = site.clock_warning() {
        eprintln!("{warning}");
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
    let _ = output.line(&json!({"event": "listening", "url": endpoint.url(), "urls": urls, "note": note}));
    Ok(())
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

/// One order of standard input.
#[derive(Debug, Deserialize)]
struct Order {
    #[serde(default)]
    id: Value,
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    charger: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    payload: Option<Value>,
    #[serde(default)]
    confirm: bool,
    #[serde(default, rename = "idTag")]
    id_tag: String,
    #[serde(default)]
    status: String,
    #[serde(flatten)]
    ceiling: CeilingOrder,
}

/// The parts of `ceiling`, A.
#[derive(Debug, Default, Deserialize)]
struct CeilingOrder {
    breaker: Option<f64>,
    cable: Option<f64>,
    nameplate: Option<f64>,
    installer: Option<f64>,
    #[serde(default)]
    installer_confirmed: bool,
}

/// Why an order was not carried out.
struct Refusal {
    code: String,
    message: String,
}

fn refusal(code: &str, message: impl Into<String>) -> Refusal {
    Refusal { code: code.to_owned(), message: message.into() }
}

impl From<CallFailure> for Refusal {
    fn from(failure: CallFailure) -> Self {
        let remedy = match &failure {
            CallFailure::Held(Refused::EffectUnknown { .. }) => {
                " Send it again with \"confirm\": true if you know what it does."
            }
            CallFailure::Held(held) => held.remedy(),
            CallFailure::NotAdopted => "Adopt it first: {\"do\":\"adopt\"}.",
            CallFailure::NotConnected => "Wait until it connects.",
            _ => "",
        };
        refusal(failure.code(), format!("{failure} {remedy}").trim())
    }
}

/// Orders are carried out side by side: one charger's silence holds up no other.
async fn take_orders(site: Site, output: Output) {
    let mut input = BufReader::new(tokio::io::stdin());
    loop {
        let mut line = Vec::new();
        match input.read_until(b'\n', &mut line).await {
            // The end of standard input is no order to stop: a caller may only want to listen.
            Ok(0) | Err(_) => std::future::pending().await,
            Ok(_) if line.len() > LINE => {
                let error =
                    json!({"id": null, "error": {"code": "bad_order", "message": "The line is longer than 2 MiB."}});
                let _ = output.line(&error);
                continue;
            }
            Ok(_) if line.iter().all(u8::is_ascii_whitespace) => continue,
            Ok(_) => {}
        }
        let order: Order = match serde_json::from_slice(&line) {
            Ok(order) => order,
            Err(error) => {
                let message = format!("This is not an order ({error}). See docs/cli.md.");
                let _ = output.line(&json!({"id": null, "error": {"code": "bad_order", "message": message}}));
                continue;
            }
        };
        let stop = order.what == "stop";
        if stop {
            let _ = output.line(&json!({"id": order.id, "result": {}}));
            return;
        }
        let (site, output) = (site.clone(), output.clone());
        tokio::spawn(async move {
            let id = order.id.clone();
            let answer = match carry_out(&site, order).await {
                Ok(result) => json!({"id": id, "result": result}),
                Err(Refusal { code, message }) => json!({"id": id, "error": {"code": code, "message": message}}),
            };
            let _ = output.line(&answer);
        });
    }
}

async fn carry_out(site: &Site, order: Order) -> Result<Value, Refusal> {
    match order.what.as_str() {
        "call" => call(&charger(site, &order)?, order).await,
        "adopt" => adopt(&charger(site, &order)?).await,
        "authorize" => authorize(&charger(site, &order)?, order).await,
        "ceiling" => ceiling(&charger(site, &order)?, &order.ceiling).await,
        "chargers" => chargers(site).await,
        "transactions" => transactions(site, &order.charger).await,
        other => {
            let known = "call, adopt, chargers, transactions, authorize, ceiling, stop";
            Err(refusal("bad_order", format!("There is no order {other:?}. Known: {known}.")))
        }
    }
}

fn charger(site: &Site, order: &Order) -> Result<Link, Refusal> {
    site.charger(&order.charger).ok_or_else(|| {
        refusal(
            "unknown_charger",
            format!("No charger {:?} has connected. See {{\"do\":\"chargers\"}}.", order.charger),
        )
    })
}

async fn call(link: &Link, order: Order) -> Result<Value, Refusal> {
    if order.action.is_empty() {
        return Err(refusal("bad_order", "A call needs an \"action\"."));
    }
    let call = Call { action: order.action, payload: order.payload.unwrap_or_else(|| json!({})) };
    Ok(link.call_confirmed(call, order.confirm).await?.payload)
}

async fn adopt(link: &Link) -> Result<Value, Refusal> {
    let number = link.keep(Event::Adopted { automatic: false }).await?;
    Ok(json!({ "number": number }))
}

async fn authorize(link: &Link, order: Order) -> Result<Value, Refusal> {
    let known = ["Accepted", "Blocked", "Expired", "Invalid"];
    if order.id_tag.is_empty() || !known.contains(&order.status.as_str()) {
        return Err(refusal(
            "bad_order",
            format!("authorize needs \"idTag\" and \"status\", one of {}.", known.join(", ")),
        ));
    }
    let number = link.keep(Event::Authorize { id_tag: order.id_tag, status: order.status }).await?;
    Ok(json!({ "number": number }))
}

async fn ceiling(link: &Link, order: &CeilingOrder) -> Result<Value, Refusal> {
    let amps = |value: Option<f64>| match value {
        None => Ok(None),
        Some(a) => {
            Amperes::from_amps(a).map(Some).ok_or_else(|| refusal("bad_order", format!("{a} is not a current in A.")))
        }
    };
    let parts = CeilingParts {
        breaker: amps(order.breaker)?,
        cable: amps(order.cable)?,
        nameplate: amps(order.nameplate)?,
        installer: amps(order.installer)?,
        installer_confirmed: order.installer_confirmed,
    };
    let before = link.record().await?.ceiling_parts;
    parts.may_follow(&before).map_err(|why| refusal("raises_ceiling", why))?;
    link.keep(Event::Ceiling { parts }).await?;
    let ceiling = parts.ceiling();
    Ok(json!({"limit_ma": ceiling.map(|c| c.limit.milliamps()), "binding": ceiling.map(|c| c.binding)}))
}

async fn chargers(site: &Site) -> Result<Value, Refusal> {
    let mut list = Vec::new();
    for id in site.chargers() {
        let Some(link) = site.charger(&id) else { continue };
        let record = link.record().await?;
        let boot = record.boot.unwrap_or_default();
        list.push(json!({
            "charger": id, "connected": record.connected.is_some(), "adopted": record.adopted,
            "vendor": boot.vendor, "model": boot.model, "serial": boot.serial, "firmware": boot.firmware,
            "last_heard": record.last_heard.map(|t| t.to_string()), "frames": record.frames.count,
            "in_force": record.in_force.iter().map(|f| json!({
                "profile": f.profile, "limit_ma": f.limit.milliamps(), "test": f.is_test(), "accepted": f.accepted,
                "until": f.until.map(|t| t.to_string()),
            })).collect::<Vec<_>>(),
        }));
    }
    Ok(Value::Array(list))
}

async fn transactions(site: &Site, only: &str) -> Result<Value, Refusal> {
    let mut list = Vec::new();
    for id in site.chargers().into_iter().filter(|id| only.is_empty() || id == only) {
        let Some(link) = site.charger(&id) else { continue };
        let record = link.record().await?;
        list.extend(record.transactions.iter().map(|t| line::transaction(&id, t)));
    }
    Ok(Value::Array(list))
}
