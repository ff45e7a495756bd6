//! The order `security`: what raising a charger's security profile would write, and doing it.

use chargehand_commissioning::record::Record;
use chargehand_commissioning::step::upgrade_security;
use chargehand_site::{Site, UpgradeError};
use serde_json::{Value, json};

/// What would be written, what proves it, and the way back. Nothing is sent.
pub fn plan(record: &Record, to: u8) -> Value {
    let plan = upgrade_security::plan(record, to);
    let rung =
        |rung: &upgrade_security::Rung| json!({"profile": rung.profile, "writes": rung.writes, "proof": rung.proof});
    json!({"from": plan.from, "rungs": plan.rungs.iter().map(rung).collect::<Vec<_>>(), "way_back": plan.way_back})
}

/// Raises it; the outcome.
///
/// # Errors
/// It was not begun: a code, and why.
pub async fn raise(site: &Site, charger: &str, to: u8, password: &str) -> Result<Value, (&'static str, String)> {
    let code = |error: &UpgradeError| match error {
        UpgradeError::Unknown(_) => "unknown_charger",
        UpgradeError::Busy(_) => "busy",
        UpgradeError::Store(_) => "disk",
    };
    let outcome =
        site.upgrade_security(charger, to, password).await.map_err(|error| (code(&error), error.to_string()))?;
    Ok(json!({"outcome": outcome.verdict, "finding": outcome.finding, "evidence": outcome.evidence}))
}
