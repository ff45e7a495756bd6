//! Every type that crosses to the window. Integers only (mA, W, ms); times are RFC 3339 strings in UTC.

mod by_hand;
mod catalogue;
mod ceiling;
mod charger;
mod configuration;
mod connection;
mod demand;
mod find;
mod message;
mod plan;
mod practice;
mod reach;
mod windows;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use by_hand::*;
pub use catalogue::*;
pub use ceiling::*;
pub use charger::*;
pub use configuration::*;
pub use connection::*;
pub use demand::*;
pub use find::*;
pub use message::*;
pub use plan::*;
pub use practice::*;
pub use reach::*;
pub use windows::*;

/// The one event: what changed. A part that is `None` did not change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type, tauri_specta::Event)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The frame of the window: site, endpoint, notices, the list of chargers.
    pub app: Option<AppView>,
    /// One charger's whole view.
    pub charger: Option<ChargerView>,
    /// The practice that runs.
    pub practice: Option<PracticeView>,
    /// What discovery knows.
    pub find: Option<FindView>,
}

/// What went wrong, for a person: what happened and what it means, what to do next.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UiError {
    /// Exists only where the window acts on it; else `other`.
    pub code: ErrorCode,
    /// What happened and what it means.
    pub message: String,
    /// What to do next.
    pub remedy: String,
}

/// The codes on which the window acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// No ceiling was entered: the window leads to the ceiling's fields.
    CeilingMissing,
    /// The limit is above the ceiling: the field is marked.
    AboveCeiling,
    /// The limit is below 6 A: the field is marked.
    BelowMinimum,
    /// What it does to the current is not known: the window asks whether the person knows.
    EffectUnknown,
    /// The charger is not adopted: the window leads to Connect.
    NotAdopted,
    /// The charger is not connected.
    NotConnected,
    /// Another step is running on this charger.
    Busy,
    /// A user name and a password are wanted: the window asks for them.
    Login,
    /// Nothing the window could act on.
    Other,
}

/// The whole window except the chargers' details.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    /// The program's version.
    pub version: String,
    /// The place and the people, as typed.
    pub site: SiteView,
    /// Chargers that come are adopted by themselves while the Connect step is open.
    pub auto_adopt: bool,
    /// Our OCPP endpoint.
    pub endpoint: EndpointView,
    /// What needs a person, most grave first.
    pub notices: Vec<NoticeView>,
    /// The chargers, newest contact first.
    pub chargers: Vec<ChargerLine>,
    /// What came to our port since the program started, newest first; at most 30.
    pub connections: Vec<ConnectionLine>,
    /// Chargers that were pointed here over their own interface, and have to go back.
    pub pointed_here: Vec<PointedHereView>,
    /// Our certificate authority; `None` until one was made.
    pub authority: Option<AuthorityView>,
    /// The practice that runs; `None`: nothing is being practised.
    pub practice: Option<PracticeView>,
    /// The person wants to close the window while something of ours is in force or running: the window asks.
    pub closing: Option<String>,
    /// Folder of the data, for support.
    pub data_folder: String,
}

/// The place and the people. Empty strings are "not entered".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SiteView {
    /// Street address.
    pub address: String,
    /// Customer's name.
    pub customer: String,
    /// Job number.
    pub job: String,
    /// The installer's company.
    pub company: String,
    /// The installer's licence number.
    pub licence: String,
    /// The person who tests.
    pub tester: String,
    /// Whose rules hold here: the id of a jurisdiction.
    pub jurisdiction: String,
}

/// Our OCPP endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// `starting`, `listening` or `failed`.
    pub state: EndpointState,
    /// The addresses chargers can be pointed at, the best first. Empty unless listening.
    pub addresses: Vec<AddressView>,
    /// The same for chargers that speak TLS; empty until our certificate authority is open.
    pub secure_addresses: Vec<AddressView>,
    /// The port it is on; 0 unless listening.
    pub port: u32,
    /// Why it is not on its usual port, or other things to know; empty if nothing.
    pub note: String,
    /// Why it does not listen, with the remedy.
    pub problem: Option<UiError>,
}

/// The state of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EndpointState {
    /// Not yet.
    Starting,
    /// Chargers can connect.
    Listening,
    /// It cannot.
    Failed,
}

/// One address of ours, ready to be typed into a charger.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// `ws://192.168.1.23:9616/`: numeric IPv4; the charger appends its own id.
    pub url: String,
    /// The interface's name, for example `wlan0` or `Wi-Fi`.
    pub interface: String,
    /// What kind it is, in words: `Wi-Fi`, `cable`, `VPN: chargers cannot reach it` …
    pub kind: String,
    /// The one to try first.
    pub first_choice: bool,
    /// The QR code of the URL: modules a side, without quiet zone.
    pub qr_side: u32,
    /// The QR code as an SVG path of unit squares in a `qr_side` × `qr_side` box.
    pub qr_path: String,
}

/// Something that needs a person.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Stable name.
    pub code: String,
    /// `stop` (red), `attention` (amber) or `note`.
    pub gravity: GravityView,
    /// The sentence.
    pub text: String,
    /// The charger it is about.
    pub charger: Option<String>,
    /// The button, where we can do it.
    pub action: Option<NoticeAction>,
}

/// What the button of a notice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NoticeAction {
    /// `clear(charger)`: clear our test limit.
    Clear,
    /// `adopt(charger)`.
    Adopt,
    /// Open the charger's Connect step.
    Open,
    /// `cancel(charger)`: stop the running step, which undoes first.
    Stop,
}

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum GravityView {
    /// Worth knowing.
    Note,
    /// Needs a person.
    Attention,
    /// Stop.
    Stop,
}

/// A charger in the list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChargerLine {
    /// OCPP identity; the key of everything.
    pub id: String,
    /// Vendor and model where known, else the id.
    pub title: String,
    /// One line: address, state.
    pub summary: String,
    /// It is connected now.
    pub connected: bool,
    /// It may be commanded.
    pub adopted: bool,
    /// It is one of our simulated chargers: whatever shows it says SIMULATED.
    pub simulated: bool,
}
