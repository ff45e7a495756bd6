//! What crosses of the way between a charger and us: addresses, the self-check, why nothing arrives, and chargers that are
//! pointed here over an interface of their own.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::GravityView;

/// Can a charger reach us?
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SelfCheckView {
    /// What follows from it.
    pub verdict: ReachView,
    /// Each address we listen on, and whether it accepted a connection from this computer.
    pub addresses: Vec<OwnAddressView>,
    /// What may keep others out.
    pub firewalls: Vec<FirewallView>,
    /// Another device that has reached us; `None`: none yet.
    pub reached_by: Option<String>,
}

/// What follows from a self-check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReachView {
    /// Somebody else has reached us.
    Proved,
    /// Nothing is known that keeps others out; that proves nothing.
    Nothing,
    /// A firewall is on and does not say.
    Perhaps,
    /// A firewall keeps others out.
    KeptOut,
    /// We do not reach ourselves.
    NotListening,
}

/// An address of ours that was tried.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OwnAddressView {
    /// Address and port.
    pub address: String,
    /// It accepted.
    pub accepted: bool,
}

/// A firewall of this computer.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FirewallView {
    /// What it is called.
    pub name: String,
    /// Whether it lets our port in; `None`: it does not say.
    pub lets_in: Option<bool>,
    /// What to do, exactly.
    pub remedy: String,
}

/// One of our addresses, for a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    /// What to enter.
    pub url: String,
    /// The network it is in, in words.
    pub network: String,
    /// It can be given to this charger.
    pub good: bool,
    /// What speaks against it, as sentences with what to do.
    pub doubts: Vec<String>,
}

/// Which addresses to give, and how we are connected.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OffersView {
    /// The best first.
    pub offers: Vec<OfferView>,
    /// How this computer is connected.
    pub situation: SituationView,
}

/// How this computer and its chargers are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SituationView {
    /// A network with a router.
    Router,
    /// A cable from this computer to the charger.
    DirectCable,
    /// This computer's own hot-spot.
    OwnHotSpot,
    /// The charger's own hot-spot.
    ChargerHotSpot,
    /// No network.
    Nothing,
}

/// What is known of a charger that does not come.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MissingView {
    /// Its OCPP identity, where it has come before or is a simulated one.
    pub charger: Option<String>,
    /// Its key in the catalogue.
    pub model: Option<String>,
    /// Its address in the LAN.
    pub address: Option<String>,
    /// Minutes waited.
    pub waited_min: u32,
    /// It was restarted.
    pub restarted: Option<bool>,
    /// The address stands there exactly as shown.
    pub exactly: Option<bool>,
    /// The address begins with numbers.
    pub numeric: Option<bool>,
    /// It is on this network.
    pub same_network: Option<bool>,
    /// What the person was asked and cannot see.
    pub unseen: Vec<QuestionView>,
}

/// Why nothing arrives.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WhyView {
    /// What was found so far.
    pub finding: String,
    /// How serious it is.
    pub gravity: GravityView,
    /// What to ask next; `None`: it ends here.
    pub asks: Option<QuestionView>,
    /// All causes that were looked at.
    pub causes: Vec<CauseView>,
}

/// A question to the person at the charger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum QuestionView {
    /// Was it restarted?
    Restarted,
    /// Does the address stand there exactly?
    Exactly,
    /// Does it begin with numbers?
    Numeric,
    /// Is it on this network?
    SameNetwork,
}

/// A cause.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CauseView {
    /// The field problem, `P01` to `P08`.
    pub problem: String,
    /// How sure it is.
    pub sure: SureView,
    /// What was seen, and what it means.
    pub says: String,
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SureView {
    /// It is this.
    Found,
    /// It may be this.
    Possible,
    /// It is not this.
    RuledOut,
}

/// A charger in the LAN whose address can be set from here.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TargetView {
    /// Its address in the LAN.
    pub address: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What a person calls it.
    pub name: String,
    /// The user name of its own interface; empty for none.
    pub user: String,
    /// Its password; empty for none. Never kept.
    pub password: String,
}

/// What setting it from here takes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceView {
    /// What the interface is called.
    pub title: String,
    /// What has to be done first, as sentences.
    pub before: Vec<String>,
    /// What follows; empty if nothing is known.
    pub after: String,
    /// Whether it asks for a user name and a password.
    pub login: LoginView,
    /// The user name that it mostly has; empty where unknown.
    pub user: String,
    /// Where this was read.
    pub source: String,
}

/// Whether a user name and a password are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LoginView {
    /// Never.
    Never,
    /// Where they were set.
    Perhaps,
    /// Always.
    Always,
    /// Always a password, and no user name.
    Password,
}

/// Where a charger connects to, as it says.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PointedView {
    /// The address of its endpoint; empty for none.
    pub url: String,
    /// OCPP is on.
    pub on: bool,
    /// The id it will come with; empty where it does not say.
    pub id: String,
}

/// A charger that was pointed here and has to go back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PointedHereView {
    /// Its address in the LAN.
    pub address: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What a person calls it.
    pub name: String,
    /// The user name that its own interface takes; empty for none.
    pub user: String,
    /// Whether it asks for a user name and a password.
    pub login: LoginView,
    /// Where it connected to before.
    pub before: PointedView,
    /// Where it was pointed to.
    pub ours: String,
    /// When.
    pub at: String,
}

/// A known oddity of a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuirkView {
    /// Its name.
    pub id: String,
    /// What happens.
    pub says: String,
    /// What to do about it.
    pub remedy: String,
    /// What Chargehand does otherwise because of it; empty: it is only told.
    pub acts: String,
    /// What is done where it is switched off; empty: it is told no more.
    pub otherwise: String,
    /// The firmware is known to have it.
    pub sure: bool,
    /// It is heeded.
    pub on: bool,
    /// Where it was read.
    pub source: String,
    /// When that was written.
    pub date: String,
}

/// What the catalogue knows of a charger that came.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OdditiesView {
    /// Why these: `because this is a …`.
    pub because: String,
    /// The oddities.
    pub quirks: Vec<QuirkView>,
}
