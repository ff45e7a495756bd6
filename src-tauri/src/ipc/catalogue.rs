//! What crosses of the catalogue: what is known of a charger, and how it is pointed at us.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ConfidenceView, FactView};

/// Who may command a charger, and by which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AccessView {
    /// Owner or installer can enter any address, also one of the local network.
    OpenLan,
    /// The same under a condition: a firmware, a permission, a fee, a code, a call to the maker's cloud.
    OpenConditional,
    /// The maker's cloud speaks OCPP; the charger does not.
    MakerCloud,
    /// Only by the maker's own interface.
    PrivateApi,
    /// It connects, and takes no commands that act on the current.
    OpenNotControllable,
    /// It speaks OCPP to its maker only.
    Locked,
    /// Nothing commands it from afar.
    None,
    /// Not known.
    Unknown,
}

/// What a search in the catalogue found.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundView {
    /// The best matches first.
    pub chargers: Vec<KnownLine>,
    /// How many chargers the catalogue has in all.
    pub listed: u32,
}

/// A charger of the catalogue in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownLine {
    /// Its key.
    pub id: String,
    /// The maker.
    pub vendor: String,
    /// The model.
    pub model: String,
    /// Who may command it.
    pub access: AccessView,
    /// How sure that is.
    pub confidence: ConfidenceView,
    /// The answer in one or two sentences.
    pub summary: String,
}

/// All that is known of a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownView {
    /// Its line.
    pub line: KnownLine,
    /// How to tell it from others; empty where nothing needs to be said.
    pub which: String,
    /// Other names that people look for.
    pub aliases: Vec<String>,
    /// Why its access is what it is, since when that is known, and from where.
    pub because: FactView,
    /// What apps can do with it.
    pub uses: Vec<UseView>,
    /// What is known, each with its source.
    pub facts: Vec<TopicFact>,
    /// What is not known, as sentences.
    pub unknown: Vec<String>,
    /// What to ask its maker.
    pub question: String,
}

/// A fact, and what it is about.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TopicFact {
    /// What it is about.
    pub topic: TopicView,
    /// The fact.
    pub fact: FactView,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TopicView {
    /// Who may choose the server.
    Access,
    /// Whether a server in the charger's own network will do.
    Lan,
    /// Versions of OCPP.
    Version,
    /// Phases.
    Phases,
    /// The largest current.
    Current,
    /// How the server's address is entered.
    Address,
    /// The charger's id.
    Identity,
    /// The password of the connection.
    Password,
    /// TLS.
    Encryption,
    /// What is needed, and where it is entered.
    Setup,
    /// The connection while it is up.
    Connection,
    /// What it says of itself when it starts.
    Boot,
    /// Limits of the current.
    Limits,
    /// How a charge starts.
    Start,
    /// Tags.
    Authorization,
    /// Meter values.
    Metering,
    /// What it does without a server.
    Offline,
    /// Its own solar mode.
    Solar,
    /// Who else controls it.
    Control,
    /// How to go back.
    WayBack,
    /// What it does otherwise than one would expect.
    Quirk,
    /// Apps that reach it through its maker.
    App,
    /// Its interface in the LAN besides OCPP.
    Local,
    /// What else there is to know.
    Other,
}

/// What an app could do with a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UseView {
    /// What.
    pub purpose: PurposeView,
    /// Whether it can.
    pub can: CanView,
    /// Why, or on which condition.
    pub why: String,
}

/// What apps want of a charger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PurposeView {
    /// Charge with what the roof has left.
    Solar,
    /// Charge while energy is cheap.
    Tariff,
    /// Charge less when the grid asks.
    DemandResponse,
    /// Give energy back.
    V2g,
}

/// Whether something can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CanView {
    /// It can.
    Yes,
    /// It can, on a condition.
    Conditions,
    /// It cannot.
    No,
    /// Not known.
    Unknown,
}

/// How a model is pointed at one of our addresses.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecipeView {
    /// The charger.
    pub line: KnownLine,
    /// A server in its own network will do.
    pub lan: CanView,
    /// Its fields, and what to type into them to the letter.
    pub fields: Vec<FieldView>,
    /// That is known of this model; else it is the usual form.
    pub form_known: bool,
    /// What to heed while typing.
    pub heed: Vec<String>,
    /// What must be there first.
    pub needs: Vec<FactView>,
    /// Who may do it: account, password, code.
    pub login: Vec<FactView>,
    /// Where it is entered, in order.
    pub menu: Vec<FactView>,
    /// What to know before its address is changed; a person can switch each off for a charger.
    pub cautions: Vec<CautionView>,
    /// The interface by which it can be set from here; `None` where there is none that is known.
    pub local_api: Option<String>,
    /// An interface in its own network over which the address is not set from here; `None` where there is none.
    pub by_hand: Option<ByHandView>,
    /// How to go back.
    pub back: Vec<FactView>,
    /// What is not known of it.
    pub unknown: Vec<String>,
}

/// Something odd about a charger's way to a server and back.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CautionView {
    /// The oddity's name within the charger's entry.
    pub id: String,
    /// What happens, and what to do.
    pub fact: FactView,
}

/// An interface that knows the address, but over which it is not set from here.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ByHandView {
    /// What it is called.
    pub name: String,
    /// It asks for a password.
    pub password: bool,
    /// Why not, as a sentence.
    pub why: String,
    /// What is known of it.
    pub fact: FactView,
}

/// A field of a charger's own set-up.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// What it is for.
    pub name: String,
    /// What to type, to the letter.
    pub text: String,
}
