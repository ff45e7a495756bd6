//! Devices that are no chargers but might be taken for one: what they are stands in the folder `look_alikes`, one file
//! each; here is how it is read. The program `on-the-lan` plays them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// A device that is no charger.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAlike {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// What it is, and why it might be taken for a charger.
    pub is: String,
    /// How its hardware address begins, in hexadecimal; empty: as no maker has it.
    #[serde(default)]
    pub mac: String,
    /// The name in the catalogue under which it may be shown: as what is often found beside chargers.
    pub companion: Option<String>,
    /// Its host name.
    #[serde(default = "unnamed")]
    pub host: String,
    /// What it announces by multicast DNS.
    #[serde(default)]
    pub mdns: Vec<Service>,
    /// What it answers over HTTP. The first that fits a path is the answer; what fits none is not found.
    #[serde(default)]
    pub http: Vec<Page>,
    /// What it answers over Modbus TCP.
    #[serde(default)]
    pub modbus: Vec<Registers>,
    /// Other TCP ports that it has open.
    #[serde(default)]
    pub open: Vec<Open>,
    /// What it answers to any datagram.
    #[serde(default)]
    pub udp: Vec<Datagram>,
}

fn unnamed() -> String {
    "device".into()
}

/// A service announced by multicast DNS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// With domain: `_ipp._tcp.local.`.
    pub service: String,
    /// The instance's name.
    pub instance: String,
    /// The port it names.
    pub port: u16,
    /// Its TXT record.
    #[serde(default)]
    pub txt: BTreeMap<String, String>,
}

/// An answer over HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The TCP port.
    pub port: u16,
    /// The path with its query; `None`: whatever is asked.
    pub path: Option<String>,
    /// The status code.
    #[serde(default = "ok")]
    pub status: u16,
    /// Headers beside the length.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// It says no length, and repeats the body for as long as somebody reads.
    #[serde(default)]
    pub endless: bool,
}

fn ok() -> u16 {
    200
}

/// A Modbus server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registers {
    /// The TCP port.
    pub port: u16,
    /// What stands in a register of which nothing is said.
    pub holds: Holds,
    /// Texts, by the address of their first register; every unit and both functions have them.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
}

/// What a register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// 0.
    Zero,
    /// Its own address.
    Address,
    /// It is not there: exception 2.
    Nothing,
}

/// A port that speaks nothing known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The TCP port.
    pub port: u16,
    /// What it says to whoever connects; nothing: it is silent until the other one goes.
    #[serde(default)]
    pub says: String,
    /// It repeats that for as long as somebody reads.
    #[serde(default)]
    pub endless: bool,
}

/// An answer to any datagram.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Datagram {
    /// The UDP port, of its own address and of all.
    pub port: u16,
    /// The answer; `None`: what was asked.
    pub says: Option<String>,
}

/// All of them, in the order of their names.
///
/// # Panics
/// A file is not as it must be: this says which, and why.
pub fn all() -> Vec<LookAlike> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("look_alikes");
    let mut files: Vec<_> = folder.read_dir().expect("the folder").map(|it| it.expect("an entry").path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).expect("it can be read");
        let about: LookAlike = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        LookAlike { name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), ..about }
    };
    files.iter().map(read).collect()
}
