//! How devices show themselves on a network, one file each in the folder `fingerprints`: what they are recognised by, and
//! beside it an example of what they answer that fits. Discovery reads the one half (what to ask, what to look for), a
//! simulated charger the other (what to answer); a test holds them together.
//!
//! A rule is a fact, with source and confidence. An answer is made up wherever the rule does not say it: `assumed` says so,
//! and its serial numbers are simulated. Only reads are listed: what is not here is not asked of a stranger's device. Of
//! some devices nothing is known that they could be found by: their files say so in `unknown`.
//! Regular expressions are as the crate `regex` has them; an empty one asks only that the value is there.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::folder::{self, Files};
use crate::{Confidence, Modbus, Pattern};

/// What a device is to those who commission chargers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A charger.
    Charger,
    /// What speaks for chargers behind it.
    Gateway,
    /// What is often found beside chargers: inverters, meters, other endpoints.
    Companion,
}

/// How much a match says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Ranks candidates, no more.
    Weak,
    /// Needs one more hint: the maker of the network card, the host name, a second answer.
    Medium,
    /// Names the maker, and mostly the model, alone.
    Strong,
}

/// What a device tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Its maker.
    Vendor,
    /// Its model.
    Model,
    /// Its serial number.
    Serial,
    /// Its firmware.
    Firmware,
    /// The name its owner or the maker gave it.
    Name,
}

/// How a device shows itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Its name: the file's name, for example `tesla-wall-connector-3`.
    #[serde(skip)]
    pub name: &'static str,
    /// Its maker.
    pub vendor: String,
    /// The models that show themselves so.
    pub models: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// The chargers of the catalogue that may stand behind it, by the names of their files.
    #[serde(default)]
    pub chargers: Vec<String>,
    /// Others' devices show themselves so, too: any other fingerprint that fits names it better.
    #[serde(default)]
    pub generic: bool,
    /// The fingerprint that fits whatever its maker makes, by name: where both are sure, this one names it better.
    pub one_of: Option<String>,
    /// Where it was read what it is, its prefixes and its host names; each rule below has a source of its own.
    pub source: String,
    /// When the newest of those was written or read, `YYYY-MM-DD` or coarser; `unknown` where none bears a date.
    pub date: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// How the hardware addresses of its maker begin: 6, 7 or 9 hexadecimal digits. Those of the makers of radio modules
    /// (Espressif, Quectel, Murata, Hi-Flying, Tuya, Texas Instruments, u-blox) are in many things and do not belong here.
    #[serde(default)]
    pub oui: Vec<String>,
    /// What its host name matches: any of these regular expressions.
    #[serde(default)]
    pub hostname: Vec<Pattern>,
    /// The TCP ports that it is known to have open. A simulated one has only those open on which it answers something.
    #[serde(default)]
    pub tcp_ports: Vec<u16>,
    /// What to heed when asking it, as sentences.
    #[serde(default)]
    pub cautions: Vec<String>,
    /// What is not known of how it shows itself, as sentences.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// The host name of a simulated one, without domain; empty where it answers nothing.
    #[serde(default)]
    pub host: String,
    /// What a simulated one answers without that being known, as sentences; shown wherever it is offered.
    #[serde(default)]
    pub assumed: Vec<String>,
    /// The services that it announces by multicast DNS.
    #[serde(default)]
    pub mdns: Vec<Mdns>,
    /// What it answers over HTTP.
    #[serde(default)]
    pub http: Vec<Http>,
    /// What it says first over a WebSocket.
    #[serde(default)]
    pub websocket: Vec<WebSocket>,
    /// What it answers over Modbus TCP.
    #[serde(default)]
    pub modbus: Vec<Modbus>,
    /// What it answers or tells over UDP.
    #[serde(default)]
    pub udp: Vec<Udp>,
}

impl Fingerprint {
    /// Its models in words, where these are few and one of them it must be: "Solo or Duo". Empty where others show
    /// themselves so, too, or where the list would be no name any more.
    pub fn model(&self) -> String {
        /// The most models, and the most characters, that still are a name.
        const NAME: (usize, usize) = (3, 80);
        let words = self.models.join(" or ");
        let is_name = !self.generic && self.models.len() <= NAME.0 && words.chars().count() <= NAME.1;
        if is_name { words } else { String::new() }
    }
}

/// A service announced by multicast DNS (RFC 6763).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mdns {
    /// The service, in the case in which it is announced, with domain: `_openevse._tcp.local.`; `None` where not known.
    pub service: Option<String>,
    /// A regular expression that the instance's name matches.
    pub instance: Option<Pattern>,
    /// Keys of its TXT record, each with a regular expression that its value matches.
    #[serde(default)]
    pub txt: BTreeMap<String, Pattern>,
    /// What keys of the TXT record tell of the device.
    #[serde(default)]
    pub gives: BTreeMap<Part, String>,
    /// How much a match says.
    pub strength: Strength,
    /// Where the rule was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What a simulated one announces.
    pub announced: Service,
}

/// A service as a simulated device announces it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The service, where the rule does not name one.
    pub service: Option<String>,
    /// The instance's name.
    pub instance: String,
    /// The port it names.
    pub port: u16,
    /// Its TXT record.
    #[serde(default)]
    pub txt: BTreeMap<String, String>,
}

/// The answer to a GET.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// With or without TLS.
    #[serde(default)]
    pub scheme: Scheme,
    /// The TCP port.
    pub port: u16,
    /// The path with its query, exactly as asked.
    pub path: String,
    /// The status codes that fit; when empty, any but 404.
    #[serde(default = "ok")]
    pub status: Vec<u16>,
    /// Keys that the answer, a JSON object, has.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Keys that it has, each with a regular expression that its text matches; `a.b` is the key `b` in the object `a`.
    #[serde(default)]
    pub values: BTreeMap<String, Pattern>,
    /// What it tells of the device, and under which key, written in the same way.
    #[serde(default)]
    pub gives: BTreeMap<Part, String>,
    /// How much a match says.
    pub strength: Strength,
    /// Where the rule was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What a simulated one answers.
    pub answer: Answer,
}

fn ok() -> Vec<u16> {
    vec![200]
}

/// How HTTP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// In the clear.
    #[default]
    Http,
    /// By TLS, with a certificate that nobody vouches for.
    Https,
}

/// What a simulated device answers to a GET.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status code.
    #[serde(default = "two_hundred")]
    pub status: u16,
    /// JSON, or nothing. `{address}` stands for the device's own address.
    #[serde(default)]
    pub body: String,
    /// Keys of the body whose values come from what the simulated charger measures.
    #[serde(default)]
    pub live: BTreeMap<String, Live>,
}

fn two_hundred() -> u16 {
    200
}

/// Where a live value comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Live {
    /// A reading, by a name that the simulator knows: `amps`, `amps 1`, `volts 1`, `watts`, `energy` (Wh), `offered` (A),
    /// `contactor`, `plugged`, `pilot volts`.
    Reading(String),
    /// A value for each state of the control pilot, `A` to `C`.
    Pilot(BTreeMap<String, toml::Value>),
}

/// What is said first over a WebSocket, without being asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSocket {
    /// The TCP port.
    pub port: u16,
    /// The path.
    pub path: String,
    /// Keys that the first frame, a JSON object, has.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Keys that it has, each with a regular expression that its text matches; `a.b` is the key `b` in the object `a`.
    #[serde(default)]
    pub values: BTreeMap<String, Pattern>,
    /// What it tells of the device, and under which key, written in the same way.
    #[serde(default)]
    pub gives: BTreeMap<Part, String>,
    /// How much a match says.
    pub strength: Strength,
    /// Where the rule was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What a simulated one says, frame by frame.
    pub frames: Vec<String>,
}

/// What is answered to a datagram, or told without being asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Udp {
    /// The device's port; of a beacon, the port that it is sent to.
    pub port: u16,
    /// The question, to the device or to all; `None` for a beacon.
    pub ask: Option<String>,
    /// How often a beacon is sent to all, in seconds; `None` for an answer.
    pub beacon_every_s: Option<u32>,
    /// The port that its maker's program asks from; `None`: any.
    pub asked_from: Option<u16>,
    /// The port that the answer goes to; `None`: to where the question came from.
    pub answers_to: Option<u16>,
    /// How the datagram begins, in hexadecimal.
    #[serde(default)]
    pub starts: String,
    /// A regular expression that its text matches.
    #[serde(default)]
    pub matches: Pattern,
    /// What it tells of the device: what the first group of a regular expression holds.
    #[serde(default)]
    pub gives: BTreeMap<Part, Pattern>,
    /// How much a match says.
    pub strength: Strength,
    /// Where the rule was read.
    pub source: String,
    /// When that source was written or read, `YYYY-MM-DD` or coarser; `unknown` where it bears no date.
    pub date: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What a simulated one sends.
    pub answer: Datagram,
}

/// What a simulated device sends in a datagram: `begin`, then `text`, then what `check` computes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Datagram {
    /// Bytes in hexadecimal.
    #[serde(default)]
    pub begin: String,
    /// Text. `{address}` stands for the device's own address.
    #[serde(default)]
    pub text: String,
    /// What follows over all before.
    pub check: Option<Checksum>,
}

/// A checksum at the end of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksum {
    /// CRC-8/NRSC-5: polynomial 0x31, begins with 0xFF.
    Crc8,
}

/// All devices whose announcement is known, in the order of their names.
pub fn fingerprints() -> &'static [Fingerprint] {
    static FINGERPRINTS: OnceLock<Vec<Fingerprint>> = OnceLock::new();
    FINGERPRINTS.get_or_init(|| folder::read(FILES, |it: &mut Fingerprint, name| it.name = name))
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/fingerprints.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_announcement_can_be_read() {
        assert_eq!(folder::broken::<Fingerprint>(FILES), [""; 0]);
        assert!(fingerprints().len() >= 108, "{}", fingerprints().len());
    }

    #[test]
    fn every_device_has_something_to_recognise_it_by_or_says_that_nothing_is_known() {
        for it in fingerprints() {
            let ways = it.mdns.len() + it.http.len() + it.websocket.len() + it.modbus.len() + it.udp.len();
            assert!(ways > 0 || !it.unknown.is_empty(), "{}", it.name);
            assert_eq!(ways > 0, !it.assumed.is_empty() && !it.host.is_empty(), "{}", it.name);
            assert!(!it.models.is_empty() && !it.source.is_empty() && !it.date.is_empty(), "{}", it.name);
            for oui in &it.oui {
                let digits = oui.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c));
                assert!(digits && [6, 7, 9].contains(&oui.len()), "{}: {oui}", it.name);
            }
        }
    }

    #[test]
    fn every_regular_expression_can_be_read() {
        for it in fingerprints() {
            let txt = it.mdns.iter().flat_map(|m| m.txt.values().chain(&m.instance));
            let values = it.http.iter().flat_map(|h| h.values.values());
            let frames = it.websocket.iter().flat_map(|w| w.values.values());
            let registers = it.modbus.iter().flat_map(|m| m.registers.iter().flat_map(|r| &r.matches));
            let datagrams = it.udp.iter().map(|u| &u.matches);
            let gives = it.udp.iter().flat_map(|u| u.gives.values());
            let all = it.hostname.iter().chain(txt).chain(values).chain(frames).chain(registers);
            for expression in all.chain(datagrams).chain(gives) {
                assert!(expression.is_valid(), "{}: {expression:?}", it.name);
            }
        }
    }

    #[test]
    fn the_simulated_host_name_fits_the_rule() {
        for it in fingerprints() {
            let fits = it.hostname.iter().any(|rule| rule.fits(&it.host));
            assert!(it.hostname.is_empty() || it.host.is_empty() || fits, "{}: {}", it.name, it.host);
        }
    }

    #[test]
    fn a_service_whose_name_is_not_known_is_announced_under_an_assumed_one() {
        for (it, mdns) in fingerprints().iter().flat_map(|it| it.mdns.iter().map(move |m| (it, m))) {
            assert_ne!(mdns.service.is_some(), mdns.announced.service.is_some(), "{}", it.name);
        }
    }

    #[test]
    fn the_chargers_that_may_stand_behind_it_are_in_the_catalogue() {
        for (it, charger) in fingerprints().iter().flat_map(|it| it.chargers.iter().map(move |id| (it, id))) {
            assert!(crate::charger(charger).is_some(), "{}: {charger}", it.name);
        }
    }

    #[test]
    fn what_fits_all_of_a_maker_is_in_the_catalogue_and_of_the_same_maker() {
        for (it, wider) in fingerprints().iter().filter_map(|it| Some((it, it.one_of.as_ref()?))) {
            let wider = fingerprints().iter().find(|other| other.name == wider).expect(it.name);
            assert_eq!((&wider.vendor, wider.one_of.as_ref()), (&it.vendor, None), "{}", it.name);
        }
    }

    #[test]
    fn a_datagram_is_either_an_answer_or_a_beacon() {
        for (it, udp) in fingerprints().iter().flat_map(|it| it.udp.iter().map(move |u| (it, u))) {
            assert_ne!(udp.ask.is_some(), udp.beacon_every_s.is_some(), "{}", it.name);
            assert!(
                !(udp.starts.is_empty() && udp.matches.as_str().is_empty()),
                "{}: nothing to recognise it by",
                it.name
            );
        }
    }
}
