//! The orders of `endpoint`: one JSON object a line on standard input, one answer for each on standard output.

use std::path::PathBuf;

use chargehand_commissioning::event::Event;
use chargehand_commissioning::guard::Refused;
use chargehand_commissioning::link::{CallFailure, Link};
use chargehand_commissioning::plan::MOST_LINES;
use chargehand_ocpp::{Call, Policy};
use chargehand_site::Site;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader};

use crate::Failure;
use crate::args;
use crate::ceiling::Parts;
use crate::demand::{self, DemandOrder};
use crate::line;
use crate::output::Output;
use crate::plan::{self, NotDone, Ordered};
use crate::security;

/// The longest line of an order, bytes.
const LINE: usize = 2 * 1024 * 1024;

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
    #[serde(default)]
    policy: Option<Value>,
    #[serde(default)]
    profile: Option<u8>,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    changes: Vec<Ordered>,
    #[serde(default)]
    lines: Vec<u32>,
    #[serde(default)]
    from: Option<u32>,
    #[serde(default)]
    restart: bool,
    #[serde(default)]
    breaker: Option<f64>,
    #[serde(default)]
    phases: Option<u8>,
    #[serde(flatten)]
    parts: Parts,
    #[serde(flatten)]
    demand: DemandOrder,
}

/// Why an order was not carried out.
struct Refusal {
    code: String,
    message: String,
}

fn refusal(code: &str, message: impl Into<String>) -> Refusal {
    Refusal { code: code.to_owned(), message: message.into() }
}

impl From<demand::Refused> for Refusal {
    fn from((code, message): demand::Refused) -> Self {
        refusal(code, message)
    }
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

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::BadOrder(message) => refusal("bad_order", message),
            NotDone::Full => refusal(
                "plan_full",
                format!(
                    "The plan holds {MOST_LINES} lines. Apply what waits in it, or take lines out. Changes before this one are in it."
                ),
            ),
            NotDone::Busy(busy) => refusal("busy", format!("{busy} Wait until it has ended.")),
            NotDone::Call(failure) => failure.into(),
        }
    }
}

/// Carries out orders until one of them is to stop. They are carried out side by side: one charger's silence holds up no
/// other.
pub async fn take(site: Site, output: Output) {
    let mut input = BufReader::new(tokio::io::stdin());
    loop {
        // The end of standard input is no order to stop: a caller may only want to listen.
        let Some(line) = next_line(&mut input).await else { return std::future::pending().await };
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let order = match read(&line) {
            Ok(order) => order,
            Err(message) => {
                let _ = output.answer(&json!({"id": null, "error": {"code": "bad_order", "message": message}}));
                continue;
            }
        };
        if order.what == "stop" {
            let _ = output.answer(&json!({"id": order.id, "result": {}}));
            return;
        }
        let (site, output) = (site.clone(), output.clone());
        tokio::spawn(async move {
            let id = order.id.clone();
            let answer = match carry_out(&site, order).await {
                Ok(result) => json!({"id": id, "result": result}),
                Err(Refusal { code, message }) => json!({"id": id, "error": {"code": code, "message": message}}),
            };
            let _ = output.answer(&answer);
        });
    }
}

fn read(line: &[u8]) -> Result<Order, String> {
    if line.len() > LINE {
        return Err(format!("The line is longer than {} MiB.", LINE >> 20));
    }
    let order: Result<Order, _> = serde_json::from_slice(line);
    let mut order = order.map_err(|error| format!("This is not an order ({error}). See docs/cli.md."))?;
    // Of two that are flattened only the first would be given a field that both have.
    (order.parts.phases, order.demand.phases) = (order.phases, order.phases);
    Ok(order)
}

/// The next line; `None` at the end. One that is too long is read to its end but kept only up to one byte too many.
async fn next_line(input: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        let bytes = input.fill_buf().await.unwrap_or_default();
        if bytes.is_empty() {
            return (!line.is_empty()).then_some(line);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        line.extend_from_slice(&piece[..piece.len().min(LINE + 1 - line.len())]);
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Some(line);
        }
    }
}

async fn carry_out(site: &Site, order: Order) -> Result<Value, Refusal> {
    match order.what.as_str() {
        "call" => call(&charger(site, &order)?, order).await,
        "adopt" => adopt(&charger(site, &order)?).await,
        "authorize" => authorize(&charger(site, &order)?, order).await,
        "ceiling" => ceiling(&charger(site, &order)?, &order).await,
        "policy" => policy(&charger(site, &order)?, order.policy).await,
        "demand_response" => Ok(demand::respond(&charger(site, &order)?, &order.demand).await?),
        "output_dead" => Ok(demand::output_dead(&charger(site, &order)?, &order.demand).await?),
        "cancel" => cancel(&charger(site, &order)?).await,
        "security" => secure(site, &charger(site, &order)?, &order).await,
        "plan" => Ok(plan::plan(&charger(site, &order)?, order.changes, order.confirm).await?),
        "unplan" => Ok(plan::unplan(&charger(site, &order)?, &order.lines).await?),
        "apply" => Ok(plan::apply(&charger(site, &order)?, order.restart).await?),
        "take_back" => Ok(plan::take_back(&charger(site, &order)?, order.from).await?),
        "residue" => Ok(plan::look(&charger(site, &order)?).await?),
        "chargers" => chargers(site).await,
        "transactions" => transactions(site, &order.charger).await,
        other => {
            let known = "call, adopt, chargers, transactions, authorize, ceiling, policy, security, plan, unplan, apply, \
                         take_back, residue, demand_response, output_dead, cancel, stop";
            Err(refusal("bad_order", format!("There is no order {other:?}. Known: {known}.")))
        }
    }
}

async fn secure(site: &Site, link: &Link, order: &Order) -> Result<Value, Refusal> {
    let wanted = order.profile.filter(|profile| (1..=3).contains(profile));
    let Some(to) = wanted else { return Err(refusal("bad_order", "\"profile\" is 1, 2 or 3.")) };
    if !order.confirm {
        return Ok(security::plan(&link.record().await?, to));
    }
    let Some(file) = &order.password_file else {
        return Err(refusal("bad_order", "\"password_file\" names a file that holds the password it is to use."));
    };
    let password = args::line_of(file, "password").map_err(|Failure(_, sentence)| refusal("bad_order", sentence))?;
    security::raise(site, &order.charger, to, &password).await.map_err(|(code, message)| refusal(code, message))
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
    let payload = order.payload.unwrap_or_else(|| json!({}));
    if !payload.is_object() {
        return Err(refusal("bad_order", "The \"payload\" of a call is a JSON object."));
    }
    let call = Call::new(order.action, payload);
    Ok(link.call_confirmed(call, order.confirm).await?.payload)
}

async fn adopt(link: &Link) -> Result<Value, Refusal> {
    let number = link.keep(Event::Adopted { automatic: false }).await?;
    Ok(json!({ "number": number }))
}

/// The step that runs is undone, then ends.
async fn cancel(link: &Link) -> Result<Value, Refusal> {
    link.cancel().await;
    Ok(json!({}))
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

async fn policy(link: &Link, policy: Option<Value>) -> Result<Value, Refusal> {
    let policy: Option<Policy> = policy.and_then(|policy| serde_json::from_value(policy).ok());
    let policy =
        policy.ok_or_else(|| refusal("bad_order", "policy needs \"policy\", one of \"cooperative\", \"strict\"."))?;
    let number = link.keep(Event::Policy { policy }).await?;
    Ok(json!({ "number": number }))
}

async fn ceiling(link: &Link, order: &Order) -> Result<Value, Refusal> {
    let parts = order.parts.ordered(order.breaker).map_err(|why| refusal("bad_order", why))?;
    link.record().await?.may_enter(&parts).map_err(|why| refusal("raises_ceiling", why))?;
    link.keep(Event::Ceiling { parts }).await?;
    let ceiling = parts.ceiling();
    Ok(json!({"limit_ma": ceiling.map(|c| c.limit.milliamps()), "binding": ceiling.map(|c| c.binding)}))
}

async fn chargers(site: &Site) -> Result<Value, Refusal> {
    let mut list = Vec::new();
    for id in site.chargers() {
        let Some(link) = site.charger(&id) else { continue };
        let record = link.record().await?;
        let version = record.version();
        let simulated = record.simulated();
        let boot = record.boot.unwrap_or_default();
        list.push(json!({
            "charger": id, "version": version, "connected": record.connected.is_some(), "adopted": record.adopted,
            "simulated": simulated, "policy": record.policy,
            "vendor": boot.vendor, "model": boot.model, "serial": boot.serial, "firmware": boot.firmware,
            "last_heard": record.last_heard.map(|t| t.to_string()), "frames": record.frames.count,
            "in_force": record.in_force.iter().map(line::in_force).collect::<Vec<_>>(),
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
