//! What crosses of discovery: networks, how far a scan is, what was found, and what to try where nothing was.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{FactView, KnownLine, UiError};

/// Discovery as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FindView {
    /// The networks of this computer that may be scanned, the one to try first first.
    pub networks: Vec<NetworkView>,
    /// A scan runs.
    pub scanning: bool,
    /// A scan was ordered and begins by itself in so many seconds: its network was scanned a moment ago. `None` where none
    /// waits.
    pub begins_in_s: Option<u32>,
    /// Why the last scan is not whole, or why nothing is heard while none runs; `None` where nothing is amiss.
    pub problem: Option<UiError>,
    /// How many scans have begun since the program was started.
    pub scans: u32,
    /// How the last scan ended; `None` while one runs, and before the first.
    pub ended: Option<EndedView>,
    /// How much of the scan is done, in thousandths.
    pub permille: u32,
    /// How long it ran, ms.
    pub took_ms: u32,
    /// What was tried, in order.
    pub tried: Vec<TriedView>,
    /// What was found, chargers first, the surest first.
    pub devices: Vec<DeviceView>,
    /// What to try next where the charger is not among them, in order.
    pub advice: Vec<String>,
}

/// A network this computer is in.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// What the person's word is kept under.
    pub key: String,
    /// The system's name of the network card.
    pub interface: String,
    /// What kind it is, in words.
    pub kind: String,
    /// Its addresses: `192.168.1.0/24`.
    pub range: String,
    /// How many hosts it has room for.
    pub hosts: u32,
    /// The network is wider than what is looked through.
    pub narrowed: bool,
    /// The person said that it may be scanned.
    pub allowed: bool,
    /// It can be told from another network with the same addresses, by its router: else what the person said holds for ten
    /// minutes.
    pub recognised: bool,
    /// It is left out: this computer reaches its addresses by another way, mostly a VPN.
    pub elsewhere: bool,
}

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EndedView {
    /// It looked through everything.
    Whole,
    /// Somebody stopped it.
    Cancelled,
    /// Its time was over.
    OutOfTime,
}

/// A way of looking, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriedView {
    /// Which.
    pub look: LookView,
    /// What came of it so far.
    pub result: String,
    /// It is over.
    pub done: bool,
}

/// A way of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LookView {
    /// Services that are announced.
    Mdns,
    /// Questions to all, and what devices tell all.
    Udp,
    /// Which addresses are taken.
    Arp,
    /// Which ports are open.
    Tcp,
    /// What each device is.
    Identify,
}

/// Something on the network.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its key.
    pub key: String,
    /// Maker and model, without how sure that is; empty where nothing is known.
    pub name: String,
    /// How sure that is.
    pub certainty: CertaintyView,
    /// It is no charger, but is often found beside one.
    pub companion: bool,
    /// It commands chargers, too: a charger may belong to it already.
    pub platform: bool,
    /// Where it is; several, where it has several.
    pub address: String,
    /// Its serial number; empty where it tells none.
    pub serial: String,
    /// The chargers of the catalogue that may stand behind it.
    pub known: Vec<KnownLine>,
    /// Its OCPP identity, where it has connected to us.
    pub charger: Option<String>,
    /// By what it was found, the strongest first.
    pub signs: Vec<SignView>,
    /// What to heed when it is asked, as sentences.
    pub cautions: Vec<String>,
}

/// How sure it is what a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertaintyView {
    /// It connected by itself.
    Connected,
    /// It is named.
    Named,
    /// It is probably that.
    Probable,
    /// It may be a charger.
    Possible,
}

/// A piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignView {
    /// By which way it was seen.
    pub way: WayView,
    /// What was seen, and where it was read that this means something.
    pub seen: FactView,
    /// How much it tells.
    pub strength: StrengthView,
}

/// How much a piece of evidence tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StrengthView {
    /// It names the device.
    Strong,
    /// It probably does.
    Medium,
    /// It points at it.
    Weak,
}

/// By which way a device showed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WayView {
    /// It announces itself (multicast DNS).
    Mdns,
    /// The maker of its network card.
    NetworkCard,
    /// Its host name.
    HostName,
    /// Its web page.
    Http,
    /// Its first words over a WebSocket.
    WebSocket,
    /// Its registers.
    Modbus,
    /// A datagram.
    Udp,
    /// It connected to us by itself.
    Boot,
}
