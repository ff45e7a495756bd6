//! The parts of the ceiling on the command line and in an order, under the same names.

use chargehand_commissioning::ceiling::{
    CeilingParts, CtDirection, CtLost, CtPhase, Curve, Derating, LoadManagement, RestKnown,
};
use chargehand_commissioning::units::{Amperes, Phases};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Everything but the breaker. Currents in A per phase; what is left out was not entered.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(default)]
pub struct Parts {
    /// The breaker's curve: B, C or D.
    #[arg(long, value_name = "B|C|D", value_parser = word::<Curve>)]
    pub curve: Option<Curve>,
    /// Cable Iz, A: as installed, or before derating where --derating is given.
    #[arg(long, value_name = "AMPS")]
    pub cable: Option<f64>,
    /// What of the cable's Iz is left as installed, for example 0.87.
    #[arg(long, value_name = "FACTOR")]
    pub derating: Option<f64>,
    /// The charger's nameplate, A.
    #[arg(long, value_name = "AMPS")]
    pub nameplate: Option<f64>,
    /// The installer limit set in the charger itself (DIP switch, installer menu), A.
    #[arg(long, value_name = "AMPS")]
    pub installer: Option<f64>,
    /// The licensed person has seen that it is set.
    #[arg(long)]
    pub installer_confirmed: bool,
    /// Rating of the socket outlet, the plug or the charging cable, A.
    #[arg(long, value_name = "AMPS")]
    pub connector: Option<f64>,
    /// How many phases the circuit has.
    #[arg(long, value_name = "1-3")]
    pub phases: Option<u8>,
    /// Rating of the main switch, A.
    #[arg(long, value_name = "AMPS")]
    pub main_switch: Option<f64>,
    /// Peak of everything else behind it, A.
    #[arg(long, value_name = "AMPS")]
    pub rest: Option<f64>,
    /// How that is known: measured or calculated.
    #[arg(long, value_name = "HOW", value_parser = word::<RestKnown>)]
    pub rest_known: Option<RestKnown>,
    /// What the network approved, A.
    #[arg(long, value_name = "AMPS")]
    pub approved: Option<f64>,
    /// The load management's CT counts: right, reversed or not_checked.
    #[arg(long, value_name = "WAY", value_parser = word::<CtDirection>)]
    pub ct_direction: Option<CtDirection>,
    /// Its ratio to one, for example 2000 for 100 A to 50 mA.
    #[arg(long, value_name = "N")]
    pub ct_ratio: Option<u32>,
    /// Where it is: l1, l2, l3, all or not_checked.
    #[arg(long, value_name = "PHASE", value_parser = word::<CtPhase>)]
    pub ct_phase: Option<CtPhase>,
    /// What the charger does without it: stops, keeps_full or unknown; or see --ct-falls-to.
    #[arg(long, value_name = "WHAT", value_parser = word::<CtLost>, conflicts_with = "ct_falls_to")]
    pub ct_lost: Option<CtLost>,
    /// What the charger goes down to without it, A.
    #[arg(long, value_name = "AMPS")]
    pub ct_falls_to: Option<f64>,
}

/// A word of the engine, spelled as in its JSON.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| error.to_string())
}

fn amps(value: Option<f64>) -> Result<Option<Amperes>, String> {
    let read = |a: f64| Amperes::from_amps(a).ok_or_else(|| format!("{a} is not a current in A."));
    value.map(read).transpose()
}

impl Parts {
    /// As the engine wants them, with this breaker.
    ///
    /// # Errors
    /// Which number is none, in words.
    pub fn with(&self, breaker: Option<Amperes>) -> Result<CeilingParts, String> {
        Ok(CeilingParts {
            breaker,
            curve: self.curve,
            cable: amps(self.cable)?,
            derating: self.derating.map(derating).transpose()?,
            nameplate: amps(self.nameplate)?,
            installer: amps(self.installer)?,
            installer_confirmed: self.installer_confirmed,
            connector: amps(self.connector)?,
            phases: self.phases.map(phases).transpose()?,
            main_switch: amps(self.main_switch)?,
            rest: amps(self.rest)?,
            rest_known: self.rest_known,
            approved: amps(self.approved)?,
            load_management: self.load_management()?,
        })
    }

    /// As an order gives them, with its breaker in A.
    ///
    /// # Errors
    /// Which number is none, in words.
    pub fn ordered(&self, breaker: Option<f64>) -> Result<CeilingParts, String> {
        self.with(amps(breaker)?)
    }

    fn load_management(&self) -> Result<Option<LoadManagement>, String> {
        let lost = amps(self.ct_falls_to)?.map(CtLost::FallsTo).or(self.ct_lost);
        let entered =
            self.ct_direction.is_some() || self.ct_ratio.is_some() || self.ct_phase.is_some() || lost.is_some();
        Ok(entered.then(|| LoadManagement {
            direction: self.ct_direction.unwrap_or_default(),
            ratio: self.ct_ratio,
            phase: self.ct_phase.unwrap_or_default(),
            lost: lost.unwrap_or_default(),
        }))
    }
}

fn derating(factor: f64) -> Result<Derating, String> {
    let per_mille = (0.001..=1.0).contains(&factor).then(|| (factor * 1000.0 + 1e-6).floor() as u16);
    per_mille.and_then(Derating::new).ok_or_else(|| format!("{factor} is no derating: a factor from 0.001 to 1."))
}

fn phases(count: u8) -> Result<Phases, String> {
    Phases::new(count).ok_or_else(|| format!("{count} is no number of phases: 1, 2 or 3."))
}
