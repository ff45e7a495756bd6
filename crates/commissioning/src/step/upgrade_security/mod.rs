//! Raises a charger's security profile rung by rung: 1 a password, 2 TLS and the password, 3 TLS and a certificate of its
//! own (1.6 security whitepaper and 2.x, use case A05). What a rung needs is in the charger before it is raised, and a rung
//! is proved, by the charger coming back on it, before the next is touched. We go on taking the old way meanwhile.

mod prepare;
mod raise;
mod returning;

use std::fmt;

use tokio::sync::mpsc::UnboundedReceiver;

use chargehand_ocpp::{Version, security};

use crate::attempt::Security;
use crate::event::{Event, Handshake, Step, Told};
use crate::link::{CallFailure, Link};
use crate::outcome::{Finding, Gravity, Outcome, Verdict};
use crate::record::Record;

/// The highest profile there is.
const HIGHEST: u8 = 3;

/// What the site has made ready: none of it may come from a charger.
pub struct Means {
    /// The profile to reach, 1 to 3.
    pub to: u8,
    /// The password the charger is to use; the site knows it already. A person chose it, and keeps it.
    pub password: Secret,
    /// The root of our certificate authority, PEM; `None` while none is open.
    pub root: Option<String>,
    /// Our URL without TLS, as the charger is to use it, without its id.
    pub plain: String,
    /// The same with TLS.
    pub secure: String,
}

/// A text that is never shown.
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What will be written, and how it can be undone: said before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The profile it has.
    pub from: u8,
    /// The rungs to climb, in order.
    pub rungs: Vec<Rung>,
    /// The way back, in words.
    pub way_back: String,
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The profile.
    pub profile: u8,
    /// What is written for it, in words.
    pub writes: String,
    /// What proves it, in words.
    pub proof: String,
}

/// The profile a charger has: the higher of what it shows on its connection and what it is set to.
pub fn profile(record: &Record) -> u8 {
    let shown = record.handshake.as_ref().and_then(|handshake| handshake.security.profile()).unwrap_or(0);
    let set = record.configured(security::profile(record.version())).trim().parse().unwrap_or(0);
    shown.max(set).min(HIGHEST)
}

/// What would be done to reach a profile.
pub fn plan(record: &Record, to: u8) -> Plan {
    let from = profile(record);
    let rungs = (from + 1..=to.min(HIGHEST)).map(rung).collect();
    Plan { from, rungs, way_back: way_back(record.version()) }
}

fn rung(profile: u8) -> Rung {
    let (writes, proof) = match profile {
        1 => ("The password, then security profile 1.", "It connects with the password."),
        2 => (
            "The root of Chargehand's certificate authority, then security profile 2.",
            "It connects with TLS (wss://) and the password.",
        ),
        _ => (
            "A certificate of its own, made and signed at its request, then security profile 3.",
            "It connects with TLS and shows that certificate.",
        ),
    };
    Rung { profile, writes: writes.into(), proof: proof.into() }
}

fn way_back(version: Version) -> String {
    let lower = if version.is_v2() {
        "OCPP 2 has no way down again, but from 3 to 2 in chargers of 2.1 that allow it"
    } else {
        "OCPP 1.6 has no way down again: a charger refuses a lower profile"
    };
    format!(
        "{lower}. Before a rung is proved, a charger that cannot connect on it should fall back by itself to the way that \
         worked, and Chargehand goes on taking that way. After it is proved, the way back is the charger's own installer \
         menu or its factory reset: make sure that you can get there. Keep the password. Keep Chargehand's data folder, and \
         its passphrase if it has one: a charger with profile 2 or 3 trusts the certificate authority in it, and connects to \
         another platform only once it trusts that one's, too."
    )
}

/// Climbs.
pub async fn run(link: &Link, means: &Means) -> Outcome {
    let Ok(record) = link.record().await else { return Outcome::new(Verdict::Inconclusive, "Chargehand is closing.") };
    let plan = plan(&record, means.to);
    if let Some(obstacle) = obstacle(&record, means, &plan) {
        return obstacle;
    }
    // On disk and in view before anything is sent.
    let text = plan.way_back.clone();
    let finding = Finding { code: "security_way_back".into(), gravity: Gravity::Attention, text, evidence: Vec::new() };
    let _ = link.keep(Event::Found { finding }).await;
    let told = match link.watch().await {
        Ok(told) => told,
        Err(failure) => return Outcome::new(Verdict::NotTested, failure.to_string()),
    };
    let mut climb = Climb { link, means, version: record.version(), told, evidence: Vec::new() };
    let mut proved = plan.from;
    for rung in &plan.rungs {
        match climb.rung(rung.profile).await {
            Ok(()) => proved = rung.profile,
            Err(Stopped { verdict, why }) => {
                let text = format!("Security profile {proved} is what it has. {} was not reached: {why}", rung.profile);
                return Outcome::new(verdict, text).with_evidence(climb.evidence);
            }
        }
    }
    let text = format!("Raised from security profile {} to {proved}: it came back on each, and was let in.", plan.from);
    Outcome::new(Verdict::Passed, text).with_evidence(climb.evidence)
}

/// What the record says after a cancel.
pub async fn cancelled(link: &Link) -> Outcome {
    let now = link.record().await.map(|record| profile(&record));
    let has = now.map(|profile| format!(" It shows security profile {profile} now.")).unwrap_or_default();
    let text = format!("Cancelled.{has} What was already written stays; the way back is in the findings.");
    Outcome::new(Verdict::Inconclusive, text)
}

/// Why nothing is begun.
fn obstacle(record: &Record, means: &Means, plan: &Plan) -> Option<Outcome> {
    let not_tested = |text: String| Some(Outcome::new(Verdict::NotTested, text));
    if plan.rungs.is_empty() {
        let text = format!("It has security profile {} already. OCPP has no way to a lower one.", plan.from);
        return Some(Outcome::new(Verdict::NotApplicable, text));
    }
    if let Err(rule) = security::can_be_password(record.version(), &means.password.0) {
        return not_tested(format!("{rule} Choose such a password. Nothing was sent."));
    }
    if means.root.is_none() && means.to >= 2 {
        return not_tested(
            "Profiles 2 and 3 need TLS, and no certificate authority is open here. Open or make it first. Nothing was sent."
                .into(),
        );
    }
    if record.running_transaction().is_some() {
        return not_tested(
            "A charge is running, and the charger will reconnect. End it first. Nothing was sent.".into(),
        );
    }
    None
}

/// A climb under way.
struct Climb<'a> {
    link: &'a Link,
    means: &'a Means,
    version: Version,
    told: UnboundedReceiver<Told>,
    evidence: Vec<u64>,
}

/// Why a rung was not reached.
struct Stopped {
    verdict: Verdict,
    why: String,
}

impl Stopped {
    fn failed(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, why: why.into() }
    }

    /// Silence proves nothing.
    fn open(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Inconclusive, why: why.into() }
    }
}

impl From<CallFailure> for Stopped {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Error { .. } | CallFailure::Held(_) => Self::failed(failure.to_string()),
            _ => Self::open(failure.to_string()),
        }
    }
}

impl Climb<'_> {
    async fn rung(&mut self, profile: u8) -> Result<(), Stopped> {
        self.prepare(profile).await?;
        self.forget_the_past();
        let text = format!("Raising to security profile {profile}: it restarts its connection");
        self.link.doing(Step::Security, text, Some(returning::RETURNS)).await;
        self.raise(profile).await?;
        self.comes_back(profile).await
    }

    async fn handshake(&self) -> Option<Handshake> {
        self.link.record().await.ok()?.handshake
    }
}

/// Does a connection prove a profile?
fn proves(security: &Security, profile: u8) -> bool {
    use crate::attempt::Password;
    let password = security.password == Password::Right;
    match profile {
        1 => password,
        2 => password && security.tls.is_some(),
        _ => security.profile() == Some(HIGHEST),
    }
}
