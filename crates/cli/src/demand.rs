//! Demand response as orders: what a signal becomes, a rehearsal, a hold, and what was measured at the output.

use chargehand_commissioning::demand::{Basis, Drm, Expression, Grain, How, Order, PercentOf, Said, Signal, express};
use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::Link;
use chargehand_commissioning::step;
use chargehand_commissioning::units::{Amperes, Phases};
use serde::Deserialize;
use serde_json::{Value, json};

/// The fields of `demand_response` and `output_dead`.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
pub struct DemandOrder {
    /// Each mode as a signal of its own.
    #[serde(default)]
    modes: Vec<Drm>,
    #[serde(default)]
    signals: Vec<Signal>,
    #[serde(default)]
    how: String,
    for_s: Option<u32>,
    /// The phases it charges on, 1 to 3.
    pub phases: Option<u8>,
    #[serde(default)]
    whole_amperes: bool,
    #[serde(default)]
    percent_of: PercentOf,
    #[serde(default)]
    feeds_back: bool,
    #[serde(default)]
    commence: bool,
    #[serde(default)]
    licensed: String,
    #[serde(default)]
    by: String,
    dead: Option<bool>,
}

/// Why an order was not carried out: its code and a sentence.
pub type Refused = (&'static str, String);

impl DemandOrder {
    fn signals(&self) -> Vec<Signal> {
        self.modes.iter().map(|mode| Signal::drm(*mode)).chain(self.signals.iter().cloned()).collect()
    }

    fn said(&self) -> Result<Said, Refused> {
        let phases = match self.phases {
            None => None,
            Some(phases) => Some(Phases::new(phases).ok_or(("bad_order", "\"phases\" is 1, 2 or 3.".to_owned()))?),
        };
        let grain = if self.whole_amperes { Grain::Whole } else { Grain::Tenth };
        Ok(Said { phases, grain, percent_of: self.percent_of, feeds_back: self.feeds_back })
    }

    /// What is to be done.
    ///
    /// # Errors
    /// It is not said, or cannot be.
    pub fn asked(&self) -> Result<Order, Refused> {
        let (signals, said) = (self.signals(), self.said()?);
        let how = match self.how.as_str() {
            "rehearse" => How::Rehearse,
            "hold" if signals.len() == 1 => How::Hold { for_s: self.for_s },
            "hold" => return Err(("bad_order", "A hold is of one signal.".to_owned())),
            _ => return Err(("bad_order", "\"how\" is \"preview\", \"rehearse\" or \"hold\".".to_owned())),
        };
        Ok(Order { signals, how, said, commence: self.commence, licensed: self.licensed.clone() })
    }
}

/// Says what signals become, rehearses them, or holds one.
pub async fn respond(link: &Link, order: &DemandOrder) -> Result<Value, Refused> {
    let (signals, said) = (order.signals(), order.said()?);
    if signals.is_empty() {
        return Err(("bad_order", "\"modes\" or \"signals\" names what is asked.".to_owned()));
    }
    if matches!(order.how.as_str(), "" | "preview") {
        return preview(link, &signals, &said).await;
    }
    let order = order.asked()?;
    match step::demand_response(link, &order).await {
        Ok(run) => Ok(serde_json::to_value(run).unwrap_or_default()),
        Err(busy) => Err(("busy", busy.to_string())),
    }
}

async fn preview(link: &Link, signals: &[Signal], said: &Said) -> Result<Value, Refused> {
    let record = link.record().await.map_err(|failure| ("closing", failure.to_string()))?;
    let basis = Basis::of(&record, said, link.clock.now());
    Ok(signals.iter().map(|signal| became(signal, &express(signal, &basis))).collect())
}

fn became(signal: &Signal, expression: &Expression) -> Value {
    match expression {
        Expression::Expressed(it) => json!({
            "name": signal.name(), "limit_ma": it.limit.milliamps(), "sent": it.sent.to_string(),
            "power_w": it.power.map(|power| power.0), "pauses": it.pauses, "why": it.why, "left_out": it.left_out,
            "feed_back_ma": it.feed_back.map(|back| back.most.milliamps()),
            "other_reading_ma": it.other_reading.map(|(_, amps)| Amperes::milliamps(amps)),
        }),
        Expression::CannotBeExpressed { why, .. } => {
            json!({"name": signal.name(), "limit_ma": null, "why": why})
        }
    }
}

/// Keeps what a licensed person measured at the output.
pub async fn output_dead(link: &Link, order: &DemandOrder) -> Result<Value, Refused> {
    let (by, Some(dead)) = (order.by.trim().to_owned(), order.dead) else {
        return Err(("bad_order", "\"dead\" says whether the output was dead: true or false.".to_owned()));
    };
    if by.is_empty() {
        return Err(("bad_order", "\"by\" names the licensed person who measured.".to_owned()));
    }
    let number = link.keep(Event::OutputDead { by, dead }).await;
    number.map(|number| json!({ "number": number })).map_err(|failure| ("closing", failure.to_string()))
}
