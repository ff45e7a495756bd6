//! The orders about a charger's plan: what is planned is said as differences before anything is sent.

use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::{Busy, CallFailure, Link};
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::plan::residue::residue;
use chargehand_commissioning::plan::{Card, Change, Line, Risk, cards, difference};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::step;
use chargehand_commissioning::units::Amperes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::demand::DemandOrder;
use crate::hours::{Hours, week};

/// A change as it is ordered: currents in A.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ordered {
    /// A current limit.
    Limit {
        /// A per phase.
        limit: f64,
        /// A connector (2.x: an EVSE); 0: the whole charger.
        #[serde(default)]
        connector: u32,
    },
    /// A configuration key or a variable.
    Setting {
        /// As the charger spells it.
        key: String,
        /// What it is to be.
        value: String,
    },
    /// A profile that is not ours goes.
    ClearProfile {
        /// Its id.
        profile: i32,
    },
    /// Every profile goes.
    ClearAll,
    /// Cheap hours.
    CheapHours {
        /// The zone of the clock, an IANA name.
        zone: String,
        /// The hours.
        hours: Vec<Hours>,
        /// The catalogue's id of the platform that the charger is to be handed to.
        platform: Option<String>,
    },
    /// Cheap hours of ours go.
    NoCheapHours,
    /// Demand response is rehearsed, or held for a time.
    DemandResponse(DemandOrder),
    /// The list of cards.
    Cards {
        /// The cards.
        cards: Vec<OrderedCard>,
        /// The list holds only these.
        #[serde(default)]
        replace: bool,
    },
}

/// A card as it is ordered: its number, or its number and its type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OrderedCard {
    /// Its number.
    Number(String),
    /// Its number and its type.
    Typed {
        /// Its number.
        #[serde(rename = "idTag")]
        id_tag: String,
        /// 2.x: its type.
        #[serde(rename = "type")]
        kind: String,
    },
}

impl From<OrderedCard> for Card {
    fn from(it: OrderedCard) -> Self {
        match it {
            OrderedCard::Number(id_tag) => Card::new(id_tag),
            OrderedCard::Typed { id_tag, kind } => Card { id_tag, kind },
        }
    }
}

/// A current as it is ordered.
pub fn amperes(limit: f64) -> Result<Amperes, String> {
    Amperes::from_amps(limit).ok_or_else(|| format!("{limit} is not a current in A."))
}

impl Ordered {
    fn change(self, confirmed: bool) -> Result<Change, String> {
        Ok(match self {
            Ordered::Limit { limit, connector } => Change::Limit { limit: amperes(limit)?, connector },
            Ordered::Setting { key, value } => Change::Setting { key, value, confirmed },
            Ordered::ClearProfile { profile } => Change::ClearProfile { id: profile },
            Ordered::ClearAll => Change::ClearAll,
            Ordered::CheapHours { zone, hours, platform } => {
                Change::CheapHours { week: Some(Box::new(week(&zone, &hours)?)), platform }
            }
            Ordered::NoCheapHours => Change::CheapHours { week: None, platform: None },
            Ordered::DemandResponse(order) => {
                Change::DemandResponse { order: Box::new(order.asked().map_err(|(_, why)| why)?) }
            }
            Ordered::Cards { cards, replace } => {
                let cards: Vec<Card> = cards.into_iter().map(Card::from).collect();
                cards::may_be_planned(&cards)?;
                Change::Cards { cards, replace }
            }
        })
    }
}

/// Why an order about a plan was not carried out.
pub enum NotDone {
    /// It is no change.
    BadOrder(String),
    /// The plan has no room for it; what was ordered before it is planned.
    Full,
    /// Another step runs.
    Busy(Busy),
    /// The charger's task is gone.
    Call(CallFailure),
}

impl From<CallFailure> for NotDone {
    fn from(failure: CallFailure) -> Self {
        NotDone::Call(failure)
    }
}

impl From<Busy> for NotDone {
    fn from(busy: Busy) -> Self {
        NotDone::Busy(busy)
    }
}

/// Puts changes into the plan; the whole plan as it then stands.
///
/// # Errors
/// A change cannot be read: none is planned. The plan is full: those before are planned.
pub async fn plan(link: &Link, changes: Vec<Ordered>, confirmed: bool) -> Result<Value, NotDone> {
    let changes: Result<Vec<Change>, String> = changes.into_iter().map(|it| it.change(confirmed)).collect();
    for change in changes.map_err(NotDone::BadOrder)? {
        let line = link.record().await?.next_line;
        link.keep(Event::Planned { line, change: Some(change) }).await?;
        if link.record().await?.line(line).is_none() {
            return Err(NotDone::Full);
        }
    }
    shown(link).await
}

/// Takes lines that wait out of the plan; the whole plan as it then stands.
///
/// # Errors
/// The program is ending.
pub async fn unplan(link: &Link, lines: &[u32]) -> Result<Value, NotDone> {
    for line in lines {
        link.keep(Event::Planned { line: *line, change: None }).await?;
    }
    shown(link).await
}

/// Writes what waits; what came of it.
///
/// # Errors
/// Another step runs.
pub async fn apply(link: &Link, restart: bool) -> Result<Value, NotDone> {
    let outcome = step::apply_plan(link, None, restart).await?;
    with_plan(link, &outcome).await
}

/// Takes back what was written, down to the line `from`; what came of it.
///
/// # Errors
/// Another step runs.
pub async fn take_back(link: &Link, from: Option<u32>) -> Result<Value, NotDone> {
    let outcome = step::take_back_plan(link, from).await?;
    with_plan(link, &outcome).await
}

/// Looks for what an earlier platform left; it only asks.
///
/// # Errors
/// Another step runs.
pub async fn look(link: &Link) -> Result<Value, NotDone> {
    let outcome = step::look_for_residue(link).await?;
    let found = residue(&link.record().await?);
    let lines: Vec<Value> = found
        .iter()
        .map(|it| json!({"what": it.what, "means": it.means, "can_be_cleared": it.clear.is_some(), "evidence": it.evidence}))
        .collect();
    Ok(json!({"outcome": outcome.verdict, "finding": outcome.finding, "evidence": outcome.evidence, "residue": lines}))
}

async fn shown(link: &Link) -> Result<Value, NotDone> {
    let record = link.record().await?;
    Ok(json!({ "lines": lines(&record) }))
}

async fn with_plan(link: &Link, outcome: &Outcome) -> Result<Value, NotDone> {
    let record = link.record().await?;
    let Outcome { verdict, finding, evidence } = outcome;
    Ok(json!({"outcome": verdict, "finding": finding, "evidence": evidence, "lines": lines(&record)}))
}

fn lines(record: &Record) -> Vec<Value> {
    record.plan.iter().map(|it| line(record, it)).collect()
}

fn line(record: &Record, it: &Line) -> Value {
    let planned = difference(record, &it.change);
    let outcome = |of: &Option<Outcome>| of.as_ref().map(|it| json!({"outcome": it.verdict, "finding": it.finding}));
    json!({
        "line": it.id, "what": planned.what, "now": planned.now, "will": planned.will, "why": planned.why,
        "risk": risk(planned.risk), "risk_says": planned.risk_words, "can_go_back": planned.back.is_ok(),
        "way_back": planned.back.unwrap_or_else(|why| why), "obstacle": planned.obstacle,
        "waits": it.waits(), "stands": it.stands(), "result": outcome(&it.outcome), "taken_back": outcome(&it.undone),
        "goes_with": goes_with(record, &it.change), "used": used(record, it),
    })
}

/// The settings without which it does not act, as they are ordered.
fn goes_with(record: &Record, change: &Change) -> Vec<Value> {
    let ordered = |it: Change| match it {
        Change::Setting { key, value, .. } => Some(json!({"change": "setting", "key": key, "value": value})),
        _ => None,
    };
    cards::goes_with(record, change).into_iter().filter_map(ordered).collect()
}

/// What was seen of its cards since it was written.
fn used(record: &Record, line: &Line) -> Vec<Value> {
    let one =
        |it: cards::Used| json!({"card": it.card, "at": it.seen.at, "number": it.seen.number, "unasked": it.unasked});
    cards::used(record, line).into_iter().map(one).collect()
}

fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "none",
        Risk::Current => "current",
        Risk::Care => "care",
        Risk::Unknown => "unknown",
    }
}
